//! How much of a connection is read at a time, and how much of it was no message: a relay may fill a line with frames
//! that the WebSocket's library reads and says nothing of.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream that is read as far as it is allowed to be.
pub(super) struct Metered<S> {
    stream: S,
    /// Bytes that may still be read before others have their turn.
    left: usize,
    /// Bytes that were read and not asked for yet.
    read: usize,
}

impl<S> Metered<S> {
    /// May be read without end.
    pub(super) fn new(stream: S) -> Self {
        Self { stream, left: usize::MAX, read: 0 }
    }

    /// May be read for so many bytes from now on.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.left = bytes;
    }

    /// Bytes that were read since this was asked last.
    pub(super) fn take_read(&mut self) -> usize {
        std::mem::take(&mut self.read)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let read = buffer.filled().len() - before;
        self.left = self.left.saturating_sub(read);
        self.read = self.read.saturating_add(read);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    /// JS-LINK-8: whatever the other end sends, others have their turn.
    #[tokio::test]
    async fn no_more_is_read_than_was_allowed() {
        let mut metered = Metered::new(tokio::io::repeat(0));
        let mut buffer = [0; 1000];
        for _ in 0..2 {
            metered.allow(2500);
            for _ in 0..3 {
                metered.read_exact(&mut buffer).await.unwrap();
            }
            let more = std::future::poll_fn(|cx| {
                let mut buffer = ReadBuf::new(&mut buffer);
                Poll::Ready(Pin::new(&mut metered).poll_read(cx, &mut buffer).is_ready())
            });
            assert!(!more.await);
            assert_eq!(metered.take_read(), 3000);
        }
    }
}
