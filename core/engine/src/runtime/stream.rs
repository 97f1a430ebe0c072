//! Connections between processes of the same person on this machine: a socket on Unix, a named pipe on Windows. Everything
//! else about them is the same code for both.

#[cfg(unix)]
#[path = "stream/unix.rs"]
pub(super) mod system;
#[cfg(windows)]
#[path = "stream/windows.rs"]
pub(super) mod system;

use std::{
    io,
    path::Path,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::timeout,
};

/// How long the other end may take to show that it belongs to the same person.
const CHECK_FOR: Duration = Duration::from_secs(5);

/// A connection to another process of the same person, which was checked.
#[derive(Debug)]
pub struct LocalStream(system::Stream);

impl LocalStream {
    /// Connects to the process that listens at this path of the runtime folder.
    ///
    /// # Errors
    /// `ConnectionRefused` if nobody listens there any more; `PermissionDenied` if somebody else does.
    pub async fn connect(path: &Path) -> io::Result<Self> {
        Ok(Self(in_time(system::connect(path)).await?))
    }
}

/// A connection that came in, and whose other end is not known yet.
#[derive(Debug)]
pub struct Incoming(pub(super) system::Stream);

impl Incoming {
    /// The process at the other end, where the system names it.
    pub(crate) fn peer(&self) -> Option<i32> {
        system::caller(&self.0)
    }

    /// The connection, if the other end is the same person.
    ///
    /// # Errors
    /// `PermissionDenied` if it is not, and what else goes wrong.
    pub async fn check(mut self) -> io::Result<LocalStream> {
        in_time(system::check_caller(&mut self.0)).await?;
        Ok(LocalStream(self.0))
    }
}

async fn in_time<T>(future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, "it does not answer");
    timeout(CHECK_FOR, future).await.map_err(late)?
}

impl AsyncRead for LocalStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_read(cx, into)
    }
}

impl AsyncWrite for LocalStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(cx)
    }
}
