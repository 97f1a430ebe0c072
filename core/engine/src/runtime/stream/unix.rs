//! A Unix socket: the kernel says who is at the other end.

use std::{io, path::Path};

use tokio::net::UnixListener;
pub(in crate::runtime) use tokio::net::UnixStream as Stream;

/// Where connections come in.
#[derive(Debug)]
pub(in crate::runtime) struct Listener(UnixListener);

impl Listener {
    /// Listens at a new socket.
    pub(in crate::runtime) fn bind(path: &Path) -> io::Result<Self> {
        UnixListener::bind(path).map(Self)
    }

    /// The next connection. Cancel-safe.
    pub(in crate::runtime) async fn accept(&self) -> io::Result<Stream> {
        Ok(self.0.accept().await?.0)
    }
}

/// Connects to a process of the same person.
pub(super) async fn connect(path: &Path) -> io::Result<Stream> {
    let stream = Stream::connect(path).await?;
    check_peer(&stream)?;
    Ok(stream)
}

/// The process at a client's end.
pub(super) fn caller(stream: &Stream) -> Option<i32> {
    stream.peer_cred().ok()?.pid()
}

/// Whether a client is the same person.
pub(super) async fn check_caller(stream: &mut Stream) -> io::Result<()> {
    check_peer(stream)
}

/// The folder's mode says so already, the kernel says it again.
fn check_peer(stream: &Stream) -> io::Result<()> {
    if stream.peer_cred()?.uid() == rustix::process::geteuid().as_raw() {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::PermissionDenied, "the other end is somebody else"))
    }
}
