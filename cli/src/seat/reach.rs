//! The sessions that this person's processes have joined on this machine.

use std::{io, path::Path, time::Duration};

use jumpseat_engine::local::{LocalStream, RuntimeFolder};
use jumpseat_wire::InviteCode;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    time::timeout,
};

use super::message::{Answer, MAX_LINE, Question, Seat, Sent};
use crate::error::{Fault, FaultKind};

/// How long a seat has to say how it stands: it answers from memory.
const PATIENCE: Duration = Duration::from_secs(5);

/// A joined session, and the way to its seat.
pub(crate) struct Joined {
    stream: BufReader<LocalStream>,
    seat: Seat,
}

/// The one with this code, or the only one.
pub(crate) async fn one(code: Option<InviteCode>) -> Result<Joined, Fault> {
    let (mut found, failed) = all().await?;
    if let Some(code) = code {
        found.retain(|joined| joined.seat.code == Some(code));
    }
    // One that could not be asked may be the one that is meant.
    if let (true, Some(fault)) = (found.is_empty(), failed) {
        return Err(fault);
    }
    // Whoever was let in knows more; several seats at one session see the same.
    found.sort_by_key(|joined| (joined.seat.code, !joined.seat.seated));
    found.dedup_by_key(|joined| joined.seat.code);
    match (found.pop(), found.len(), code) {
        (Some(joined), 0, _) => Ok(joined),
        (None, _, None) => Err(Fault::new(FaultKind::NotFound, "no session is joined on this machine")
            .hint("`jumpseat join` joins one; `jumpseat panels` is about those that you share")),
        (None, _, Some(code)) => {
            Err(Fault::new(FaultKind::NotFound, format!("session {code} is not joined on this machine")))
        }
        (Some(last), others, _) => {
            let codes = found.iter().chain([&last]).filter_map(|joined| joined.seat.code);
            let codes: Vec<_> = codes.map(|code| code.to_string()).collect();
            Err(Fault::usage(format!("{} sessions are joined", others + 1))
                .hint(format!("say which with --session: {}", codes.join(", "))))
        }
    }
}

/// All of them, and why one could not be asked. A seat that ends meanwhile is left out.
async fn all() -> Result<(Vec<Joined>, Option<Fault>), Fault> {
    let folder = RuntimeFolder::open()?;
    let (mut found, mut failed) = (Vec::new(), None);
    for path in folder.sockets("seat")? {
        match LocalStream::connect(&path).await {
            Ok(stream) => match greet(stream, &path).await {
                Ok(joined) => found.extend(joined),
                Err(fault) => failed = Some(fault),
            },
            // Its process is gone.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => folder.remove_socket(&path),
            Err(_) => {}
        }
    }
    Ok((found, failed))
}

async fn greet(stream: LocalStream, path: &Path) -> Result<Option<Joined>, Fault> {
    let nobody = Seat { code: None, host: String::new(), seated: false, offline: None, panels: Vec::new() };
    let mut joined = Joined { stream: BufReader::new(stream), seat: nobody };
    match timeout(PATIENCE, joined.exchange(Question::Look { panel: None })).await {
        Ok(Ok(Answer::Seat(seat))) => Ok(Some(Joined { seat, ..joined })),
        Ok(Ok(Answer::Failure(failure))) => Err(failure.into()),
        // It ends just now, or does not answer.
        _ => {
            tracing::debug!(path = %path.display(), "a seat was left out");
            Ok(None)
        }
    }
}

impl Joined {
    /// How it stood when it was found.
    pub(crate) fn seat(&self) -> &Seat {
        &self.seat
    }

    /// Asks it.
    pub(crate) async fn ask(&mut self, question: Question) -> Result<Answer, Fault> {
        match self.exchange(question).await {
            Ok(Answer::Failure(failure)) => Err(failure.into()),
            Ok(answer) => Ok(answer),
            Err(error) => Err(Fault::new(FaultKind::Local, format!("the joined session is gone: {error}"))),
        }
    }

    async fn exchange(&mut self, question: Question) -> io::Result<Answer> {
        let mut line = serde_json::to_vec(&Sent::new(question))?;
        line.push(b'\n');
        self.stream.write_all(&line).await?;
        line.clear();
        (&mut self.stream).take(MAX_LINE).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_slice(&line)?)
    }
}
