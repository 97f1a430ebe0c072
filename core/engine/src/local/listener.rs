//! The engine's side of the local socket.

use std::{
    collections::VecDeque,
    io,
    path::Path,
    pin::pin,
    sync::atomic::{AtomicU32, Ordering},
};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::{
    io::{AsyncWriteExt as _, ReadHalf, WriteHalf},
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::timeout,
};

use super::{
    frame::Frame,
    inside,
    message::{GREET_FOR, ToClient, ToEngine, greet},
    protocol::{AcceptClients, Protocol},
};
use crate::{
    api::{ApiError, ApiErrorKind, Reply, Scope},
    client::{Client, Request},
    runtime::{
        folder::{BoundSocket, RuntimeFolder},
        origin::Origin,
        stream::{Incoming, LocalStream},
    },
};

/// Bytes that are gathered before they are written.
const GATHER: usize = 128 * 1024;

/// Clients at one time: far above need, far below the limit of descriptors.
pub(super) const MAX_CLIENTS: usize = 64;

/// A socket in the private folder, removed when this is dropped.
pub struct Listener {
    socket: BoundSocket,
    folder: RuntimeFolder,
}

impl Listener {
    /// Listens as this process: `<pid>.sock`.
    ///
    /// # Errors
    /// [`ApiErrorKind::Local`] if the socket cannot be made.
    pub fn bind(folder: &RuntimeFolder) -> Result<Self, ApiError> {
        Self::bind_as(folder, &format!("{}.sock", std::process::id()))
    }

    /// Listens for a seat of this process, which may have several: `<pid>-<number>.seat`.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub fn bind_seat(folder: &RuntimeFolder) -> Result<Self, ApiError> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self::bind_as(folder, &format!("{}-{number}.seat", std::process::id()))
    }

    pub(super) fn bind_as(folder: &RuntimeFolder, name: &str) -> Result<Self, ApiError> {
        Ok(Self { socket: folder.bind(name)?, folder: folder.clone() })
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        self.socket.path()
    }

    /// Serves clients until what is behind the door has ended and all of them were told, or this is dropped.
    #[expect(private_bounds, reason = "there are two doors, and no others")]
    pub async fn serve<D: AcceptClients>(self, door: D) {
        let mut clients = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                () = door.closed() => break,
                accepted = self.socket.accept() => match accepted {
                    Ok(incoming) if clients.len() < MAX_CLIENTS => {
                        let (door, folder) = (door.clone(), self.folder.clone());
                        clients.spawn(async move {
                            let served = serve_client(incoming, &door, &folder).await;
                            served.unwrap_or_else(|error| {
                                tracing::debug!(%error, "a local client ended");
                                None
                            })
                        });
                    }
                    Ok(_) => tracing::warn!("too many local clients"),
                    // Out of descriptors, perhaps: a client that ends frees one.
                    Err(error) => {
                        tracing::warn!(%error, "no local client could be accepted");
                        if clients.join_next().await.is_none() {
                            tokio::task::yield_now().await;
                        }
                    }
                },
                Some(_) = clients.join_next() => {}
            }
        }
        // Nobody comes in any more; who is there still reads how it ended, and finds no socket after that.
        drop(self);
        while clients.join_next().await.is_some() {}
    }
}

/// Carries a client. Where the engine ended, the connection comes back, and stands until it is dropped.
async fn serve_client<D: AcceptClients>(
    incoming: Incoming,
    door: &D,
    folder: &RuntimeFolder,
) -> io::Result<Option<WriteHalf<LocalStream>>> {
    // At once: what started it may be gone soon.
    let pid = incoming.peer();
    let origin = Origin::of(pid);
    let mut stream = incoming.check().await?;
    let other = timeout(GREET_FOR, greet(&mut stream, None)).await??;
    if other.check().is_err() {
        // It was told our version, too, and says what is the matter.
        return Ok(None);
    }
    if D::ASKS_HOSTS
        && let Some(failure) = inside::refusal(pid, folder).await
    {
        return refuse::<D::Protocol>(stream, &failure).await;
    }
    // Without a scope the client may only read.
    let mut client = door.open(origin, other.scope.unwrap_or(Scope::Read));
    let (read, mut write) = tokio::io::split(stream);
    let (ask, mut asked) = mpsc::channel(1);
    let commands = client.commands.clone();
    let mut reading = pin!(read_commands::<D::Protocol>(read, commands, ask));
    let mut refused = false;
    let mut answers = FuturesUnordered::new();
    let mut out = Vec::new();
    loop {
        tokio::select! {
            biased;
            done = &mut reading => return done.map(|()| None),
            Some((id, answer)) = asked.recv() => answers.push(async move { (id, answer.await) }),
            Some((id, answer)) = answers.next(), if !answers.is_empty() => {
                let answer = answer.unwrap_or_else(|_: oneshot::error::RecvError| Err(ApiError::gone()));
                refused |= answer.as_ref().is_err_and(|error| error.kind == ApiErrorKind::Inside);
                Frame::put_json(&ToClient::<()>::Answer { id, answer: answer.into() }, &mut out)?;
            }
            event = client.next() => match event {
                Some(event) => put_events::<D::Protocol>(&mut client, event, &mut out)?,
                None => return Ok(Some(write)),
            },
        }
        // While this waits for the other end, so do the engine's events, which are bounded there.
        if !out.is_empty() {
            tokio::select! {
                done = &mut reading => return done.map(|()| None),
                written = write.write_all(&out) => if let Err(error) = written {
                    // It disconnected. Commands that it sent before are still performed.
                    tracing::debug!(%error, "a local client reads no more");
                    drop(asked);
                    return reading.await.map(|()| None);
                },
            }
            out.clear();
            out.shrink_to(GATHER);
        }
        // What runs inside a shared terminal does not keep others out: it has its answer, and no place here.
        if refused {
            return Ok(None);
        }
    }
}

/// Answers the first command with this failure.
async fn refuse<P: Protocol>(
    mut stream: LocalStream,
    failure: &ApiError,
) -> io::Result<Option<WriteHalf<LocalStream>>> {
    while let Some(frame) = Frame::read(&mut stream).await? {
        let Frame::Json(json) = frame else { continue };
        let ToEngine::<P::Command> { id: Some(id), .. } = serde_json::from_slice(&json)? else { continue };
        let mut out = Vec::new();
        Frame::put_json(&ToClient::<()>::Answer { id, answer: Err(failure.clone()).into() }, &mut out)?;
        stream.write_all(&out).await?;
        break;
    }
    Ok(None)
}

/// This event and those that wait behind it.
fn put_events<S: Protocol>(
    client: &mut Client<S::Command, S::Event>,
    event: S::Event,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let mut events = VecDeque::from([event]);
    while let Some(event) = events.pop_front() {
        S::put_event(event, out)?;
        if out.len() < GATHER {
            events.extend(client.try_next());
        }
    }
    Ok(())
}

type Asked = (u64, oneshot::Receiver<Result<Reply, ApiError>>);

/// Reads until the other end is gone, or breaks the rules.
async fn read_commands<S: Protocol>(
    mut read: ReadHalf<LocalStream>,
    commands: mpsc::Sender<Request<S::Command>>,
    ask: mpsc::Sender<Asked>,
) -> io::Result<()> {
    while let Some(frame) = Frame::read(&mut read).await? {
        let (id, command) = match frame {
            Frame::Json(json) => {
                let ToEngine { id, command } = serde_json::from_slice(&json)?;
                (id, command)
            }
            Frame::Bytes(terminal, bytes) => (None, S::input(terminal, bytes)),
            Frame::Picture { .. } | Frame::Size(..) => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a client shows nothing"));
            }
        };
        let (answer, answered) = oneshot::channel();
        if commands.send(Request { command, answer }).await.is_err() {
            // The engine has ended. What it told last is still on its way to a client that may go on asking.
            continue;
        }
        if let Some(id) = id {
            // A client that disconnected does not wait for the answer.
            let _ = ask.send((id, answered)).await;
        }
    }
    Ok(())
}
