//! The client's side of the local socket.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    pin::pin,
};

use tokio::{
    io::{AsyncWriteExt as _, ReadHalf},
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{
    frame::Frame,
    message::{Answer, GREET_FOR, ToClient, ToEngine, greet},
    protocol::{HostProtocol, Protocol, SeatProtocol},
};
use crate::{
    api::{ApiError, GuestClient, HostClient, Reply, Scope},
    client::{COMMANDS, Client, Request},
    runtime::{failure, folder::RuntimeFolder, stream::LocalStream},
};

/// Events between the socket and the client. What a client attaches is bounded by its credit; one that is this far
/// behind with all else is let go, as the engine would.
const EVENTS: usize = 4096;

/// Bytes that are gathered before they are written.
const GATHER: usize = 128 * 1024;

/// A process of the same person that hosts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalProcess {
    path: PathBuf,
}

/// Every process that hosts right now, the holder among them. Sockets that nobody listens at any more are removed.
///
/// # Errors
/// [`ApiErrorKind::Local`](crate::api::ApiErrorKind::Local) if the folder cannot be read.
pub async fn processes(folder: &RuntimeFolder) -> Result<Vec<LocalProcess>, ApiError> {
    Ok(listened(folder, "sock").await?.into_iter().map(|path| LocalProcess { path }).collect())
}

/// A seat of the same person at somebody else's session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalSeat {
    path: PathBuf,
}

/// Every seat that a process of the same person holds right now.
///
/// # Errors
/// As [`processes`].
pub async fn seats(folder: &RuntimeFolder) -> Result<Vec<LocalSeat>, ApiError> {
    Ok(listened(folder, "seat").await?.into_iter().map(|path| LocalSeat { path }).collect())
}

async fn listened(folder: &RuntimeFolder, ending: &str) -> Result<Vec<PathBuf>, ApiError> {
    let mut found = Vec::new();
    for path in folder.sockets(ending)? {
        match LocalStream::connect(&path).await {
            Ok(_) => found.push(path),
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => folder.remove_socket(&path),
            // It is there, and has too many clients already.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => found.push(path),
            Err(_) => {}
        }
    }
    found.sort();
    Ok(found)
}

impl LocalSeat {
    /// A client of it, which may do so much. Needs a tokio runtime, which carries it.
    ///
    /// # Errors
    /// [`ApiErrorKind::Local`](crate::api::ApiErrorKind::Local) if it went away, or speaks another version.
    pub async fn connect(&self, scope: Scope) -> Result<GuestClient, ApiError> {
        connect::<SeatProtocol>(&self.path, scope).await
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl LocalProcess {
    /// A client of its engine, which may do so much. Needs a tokio runtime, which carries it.
    ///
    /// # Errors
    /// [`ApiErrorKind::Local`](crate::api::ApiErrorKind::Local) if it went away, or speaks another version.
    pub async fn connect(&self, scope: Scope) -> Result<HostClient, ApiError> {
        connect::<HostProtocol>(&self.path, scope).await
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

pub(super) async fn connect<S: Protocol>(
    path: &Path,
    scope: Scope,
) -> Result<Client<S::Command, S::Event>, ApiError> {
    let mut stream = LocalStream::connect(path).await.map_err(|error| failure(path, error))?;
    let greeted = timeout(GREET_FOR, greet(&mut stream, Some(scope))).await;
    let other =
        greeted.map_err(|_| failure(path, "it does not answer"))?.map_err(|error| failure(path, error))?;
    other.check()?;
    let (commands, requests) = mpsc::channel(COMMANDS);
    let (events, told) = mpsc::channel(EVENTS);
    // It ends when the client is dropped, or the other end goes: the client holds the queues that say so.
    tokio::spawn(async move {
        if let Err(error) = carry::<S>(stream, requests, events).await {
            tracing::debug!(%error, "a local connection ended");
        }
    });
    Ok(Client { commands, events: told })
}

type Waiting = (u64, oneshot::Sender<Result<Reply, ApiError>>);

async fn carry<S: Protocol>(
    stream: LocalStream,
    mut requests: mpsc::Receiver<Request<S::Command>>,
    events: mpsc::Sender<S::Event>,
) -> io::Result<()> {
    let (read, mut write) = tokio::io::split(stream);
    // As many as can be on their way: each was a request.
    let (wait, waiting) = mpsc::unbounded_channel();
    let mut reading = pin!(read_events::<S>(read, events, waiting));
    let mut next_id = 1;
    let mut out = Vec::new();
    loop {
        let request = tokio::select! {
            done = &mut reading => return done,
            request = requests.recv() => request,
        };
        let Some(mut request) = request else { return Ok(()) };
        loop {
            put_request::<S>(request, &mut next_id, &wait, &mut out)?;
            match requests.try_recv() {
                Ok(next) if out.len() < GATHER => request = next,
                Ok(next) => {
                    put_request::<S>(next, &mut next_id, &wait, &mut out)?;
                    break;
                }
                Err(_) => break,
            }
        }
        tokio::select! {
            done = &mut reading => return done,
            written = write.write_all(&out) => written?,
        }
        out.clear();
        out.shrink_to(GATHER);
    }
}

fn put_request<S: Protocol>(
    request: Request<S::Command>,
    next_id: &mut u64,
    wait: &mpsc::UnboundedSender<Waiting>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let Request { command, answer } = request;
    match S::keys(command) {
        Ok((terminal, bytes)) => {
            Frame::put_bytes(terminal, &bytes, out);
            // The socket carries keys without an answer: that they are on their way is all that can be said.
            drop(answer.send(Ok(Reply::Done)));
            Ok(())
        }
        Err(command) if answer.is_closed() => Frame::put_json(&ToEngine { id: None, command }, out),
        Err(command) => {
            let id = *next_id;
            *next_id += 1;
            Frame::put_json(&ToEngine { id: Some(id), command }, out)?;
            // The reader is gone only together with this connection.
            let _ = wait.send((id, answer));
            Ok(())
        }
    }
}

async fn read_events<S: Protocol>(
    mut read: ReadHalf<LocalStream>,
    events: mpsc::Sender<S::Event>,
    mut waiting: mpsc::UnboundedReceiver<Waiting>,
) -> io::Result<()> {
    let mut asked: BTreeMap<u64, oneshot::Sender<Result<Reply, ApiError>>> = BTreeMap::new();
    while let Some(frame) = Frame::read(&mut read).await? {
        let event = match frame {
            Frame::Json(json) => match serde_json::from_slice(&json)? {
                ToClient::Event(event) => event,
                ToClient::Answer { id, answer } => {
                    while let Ok((id, answer)) = waiting.try_recv() {
                        asked.insert(id, answer);
                    }
                    settle(asked.remove(&id), answer);
                    continue;
                }
            },
            frame => match S::terminal(frame) {
                Some(event) => event,
                None => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "a frame that this protocol does not have",
                    ));
                }
            },
        };
        match events.try_send(event) {
            // A client that only asks has let its events go.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
            Err(mpsc::error::TrySendError::Full(_)) => {
                return Err(io::Error::other("the client is too far behind"));
            }
        }
    }
    Ok(())
}

fn settle(asked: Option<oneshot::Sender<Result<Reply, ApiError>>>, answer: Answer) {
    if let Some(asked) = asked {
        // Who asked may have stopped waiting.
        let _ = asked.send(answer.into());
    }
}
