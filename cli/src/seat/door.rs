//! The seat's end of the socket.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use jumpseat_engine::{
    face::{Commands, Failure, FailureKind, GuestCommand, Reply},
    local::RuntimeFolder,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    sync::{mpsc, oneshot},
    task::{JoinHandle, JoinSet},
};

use super::message::{Answer, Question, Sent};
use crate::board::Board;

/// Who may ask at one time.
const MAX_ASKING: usize = 16;

/// The longest question, in bytes.
const MAX_QUESTION: u64 = 4096;

/// How long it rests when nobody can be let in.
const REST: Duration = Duration::from_millis(200);

/// Where other processes of the same person ask. Nobody does where the socket could not be made: a seat is a seat without.
pub(crate) struct Door {
    asked: Option<mpsc::Receiver<Asked>>,
    listening: Option<(JoinHandle<()>, PathBuf)>,
}

/// A question that waits for its answer.
pub(crate) struct Asked {
    question: Question,
    answer: oneshot::Sender<Answer>,
}

impl Door {
    /// Listens as this process: `<pid>.seat` in the private folder.
    pub(crate) fn open() -> Self {
        let path =
            RuntimeFolder::open().map(|folder| folder.path().join(format!("{}.seat", std::process::id())));
        let listener = path.map_err(|failure| failure.to_string()).and_then(|path| {
            let listener = bind(&path).map_err(|error| error.to_string())?;
            Ok((listener, path))
        });
        match listener {
            Ok((listener, path)) => {
                let (ask, asked) = mpsc::channel(MAX_ASKING);
                Self { asked: Some(asked), listening: Some((tokio::spawn(listen(listener, ask)), path)) }
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
        if let Some((listening, path)) = self.listening.take() {
            listening.abort();
            // It may be gone already, with its folder.
            let _ = fs::remove_file(path);
        }
    }
}

impl Asked {
    /// Answers from what stands on the board; a content is fetched beside.
    pub(crate) fn answer(self, board: &Board, commands: &Commands<GuestCommand>) {
        let Self { question, answer } = self;
        match question {
            // Who asked may be gone.
            Question::Look { panel } => drop(answer.send(Answer::Seat(board.seat(panel)))),
            Question::Fetch { panel, reference } => {
                let commands = commands.clone();
                tokio::spawn(async move {
                    let fetched = commands.ask(GuestCommand::Fetch { panel, reference, tag: 0 }).await;
                    let _ = answer.send(match fetched {
                        Ok(Reply::Content(content)) => Answer::Content(content),
                        Ok(_) => Answer::Failure(Failure::new(
                            FailureKind::System,
                            "the seat answered with something else",
                        )),
                        Err(failure) => Answer::Failure(failure),
                    });
                });
            }
        }
    }
}

fn bind(path: &Path) -> io::Result<UnixListener> {
    // Whoever had this process's number is gone.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // Whoever finds it under its own name finds somebody who listens.
    let new = path.with_extension("new");
    let _ = fs::remove_file(&new);
    let listener = UnixListener::bind(&new)?;
    // The folder keeps everyone else out already.
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600))?;
    fs::rename(&new, path)?;
    Ok(listener)
}

async fn listen(listener: UnixListener, ask: mpsc::Sender<Asked>) {
    let mut asking = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if asking.len() < MAX_ASKING => match accepted {
                Ok((stream, _)) => {
                    let ask = ask.clone();
                    asking.spawn(async move {
                        if let Err(error) = serve(stream, &ask).await {
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
async fn serve(stream: UnixStream, ask: &mpsc::Sender<Asked>) -> io::Result<()> {
    check_peer(&stream)?;
    let (read, mut write) = stream.into_split();
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

/// Whether the other end is the same person: the folder's mode says so already, the kernel says it again.
pub(super) fn check_peer(stream: &UnixStream) -> io::Result<()> {
    if stream.peer_cred()?.uid() == rustix::process::geteuid().as_raw() {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::PermissionDenied, "the other end is somebody else"))
    }
}
