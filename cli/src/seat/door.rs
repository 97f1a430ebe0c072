//! The seat's end of the socket.

use std::{io, time::Duration};

use jumpseat_engine::{
    api::{Commands, Failure, FailureKind, GuestCommand, Reply, panels::PanelKind},
    local::{BoundSocket, Incoming, RuntimeFolder},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    sync::{mpsc, oneshot},
    task::{JoinHandle, JoinSet},
};

use super::message::{Answer, Question, Seat, Sent};

/// Who may ask at one time.
const MAX_ASKING: usize = 16;

/// The longest question, in bytes.
const MAX_QUESTION: u64 = 4096;

/// How long it rests when nobody can be let in.
const REST: Duration = Duration::from_millis(200);

/// Where other processes of the same person ask. Nobody does where the socket could not be made: a seat is a seat without.
pub(crate) struct Door {
    asked: Option<mpsc::Receiver<Asked>>,
    listening: Option<JoinHandle<()>>,
}

/// A question that waits for its answer.
pub(crate) struct Asked {
    question: Question,
    answer: oneshot::Sender<Answer>,
}

impl Door {
    /// Listens as this process: `<pid>.seat` in the private folder.
    pub(crate) fn open() -> Self {
        let socket =
            RuntimeFolder::open().and_then(|folder| folder.bind(&format!("{}.seat", std::process::id())));
        match socket {
            Ok(socket) => {
                let (ask, asked) = mpsc::channel(MAX_ASKING);
                Self { asked: Some(asked), listening: Some(tokio::spawn(listen(socket, ask))) }
            }
            Err(why) => {
                tracing::debug!(%why, "nobody can ask this seat");
                Self { asked: None, listening: None }
            }
        }
    }

    /// The next question. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Asked {
        match &mut self.asked {
            Some(asked) => match asked.recv().await {
                Some(asked) => asked,
                None => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Some(listening) = self.listening.take() {
            // The socket goes with it.
            listening.abort();
        }
    }
}

impl Asked {
    /// Answers with the seat as it stands, with the entries of one panel; a content is fetched beside.
    pub(crate) fn answer(
        self,
        seat: impl FnOnce(Option<PanelKind>) -> Seat,
        commands: &Commands<GuestCommand>,
    ) {
        let Self { question, answer } = self;
        match question {
            // Who asked may be gone.
            Question::Look { panel } => drop(answer.send(Answer::Seat(seat(panel)))),
            Question::Fetch { panel, reference } => {
                let commands = commands.clone();
                tokio::spawn(async move {
                    let fetched = commands.ask(GuestCommand::Fetch { panel, reference, tag: 0 }).await;
                    let _ = answer.send(match fetched {
                        Ok(Reply::Content(content)) => Answer::Content(content),
                        Ok(_) => Answer::Failure(Failure::new(
                            FailureKind::System,
                            "the seat gave an unexpected reply",
                        )),
                        Err(failure) => Answer::Failure(failure),
                    });
                });
            }
        }
    }
}

async fn listen(socket: BoundSocket, ask: mpsc::Sender<Asked>) {
    let mut asking = JoinSet::new();
    loop {
        tokio::select! {
            accepted = socket.accept(), if asking.len() < MAX_ASKING => match accepted {
                Ok(incoming) => {
                    let ask = ask.clone();
                    asking.spawn(async move {
                        if let Err(error) = serve(incoming, &ask).await {
                            tracing::debug!(%error, "a question was left");
                        }
                    });
                }
                Err(error) => {
                    tracing::debug!(%error, "nobody can be let in");
                    tokio::time::sleep(REST).await;
                }
            },
            Some(_) = asking.join_next() => {}
        }
    }
}

/// Question by question, until the other end has no more.
async fn serve(incoming: Incoming, ask: &mpsc::Sender<Asked>) -> io::Result<()> {
    let (read, mut write) = tokio::io::split(incoming.check().await?);
    let mut read = BufReader::new(read);
    loop {
        let mut line = Vec::new();
        (&mut read).take(MAX_QUESTION).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Ok(());
        }
        let sent: Sent = serde_json::from_slice(&line)?;
        let answer = match sent.check() {
            Err(failure) => Answer::Failure(failure),
            Ok(()) => {
                let (answer, answered) = oneshot::channel();
                let asked = Asked { question: sent.question, answer };
                if ask.send(asked).await.is_err() {
                    return Ok(());
                }
                let Ok(answer) = answered.await else { return Ok(()) };
                answer
            }
        };
        let mut line = serde_json::to_vec(&answer)?;
        line.push(b'\n');
        write.write_all(&line).await?;
    }
}
