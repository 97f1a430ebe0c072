//! A WebSocket in the hands of one task: tungstenite reads, packets that were built once are written as
//! they are.
//!
//! Nothing is kept for a connection that is idle but what tungstenite needs to remember a message that came
//! in half. Bytes are read into a buffer that the connections of a thread share, and written from the
//! packets themselves, many in one system call.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::poll_fn,
    io::{self, ErrorKind, IoSlice, Read, Write},
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use jumpseat_wire::{CloseCode, limits::MAX_FRAME_LEN};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tungstenite::{
    Error, Message,
    protocol::{Role, WebSocketConfig, WebSocketContext},
};

use crate::{budget::Held, packet, stream::Stream};

/// What one read can bring.
const SCRATCH_LEN: usize = 64 * 1024;
/// Packets in one vectored write.
const MAX_SLICES: usize = 256;
/// Answers to pings that may wait: a peer that pings and does not read is not read from.
const MAX_REPLIES: usize = 8;
/// What tungstenite takes at one time.
const READ_BUFFER_LEN: usize = 1024;

thread_local! {
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; SCRATCH_LEN].into());
}

/// Something that arrived.
pub(crate) enum Incoming<'a> {
    Text(&'a str),
    Binary(&'a [u8]),
}

/// Why there is nothing more to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lost {
    /// The other end closed, or the network did.
    Gone,
    /// The other end, or its messages, broke the rules.
    Broken(CloseCode),
}

/// A WebSocket.
pub(crate) struct Socket {
    stream: Stream,
    context: WebSocketContext,
    /// Bytes that were read together with the HTTP request, or behind a message that had to wait.
    unread: Vec<u8>,
    /// Whether a message may wait in what was read already.
    unheard: bool,
    /// Bytes of a message that came in half.
    half: usize,
    /// Counts what was read and not passed on. What is written counts at its room.
    held: Held,
    /// Whole messages to write, the first of them perhaps in part.
    pub(crate) out: VecDeque<Bytes>,
    /// Whether the first of `out` is written in part.
    torn: bool,
    replies: usize,
}

impl Socket {
    /// The socket of a stream whose upgrade to WebSocket is done.
    pub(crate) fn new(stream: Stream, unread: Vec<u8>, mut held: Held) -> Self {
        held.set(unread.len());
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_LEN)
            .write_buffer_size(0)
            .max_message_size(Some(MAX_FRAME_LEN))
            .max_frame_size(Some(MAX_FRAME_LEN));
        Self {
            stream,
            context: WebSocketContext::new(Role::Server, Some(config)),
            unheard: !unread.is_empty(),
            half: 0,
            held,
            unread,
            out: VecDeque::new(),
            torn: false,
            replies: 0,
        }
    }

    /// Reads once and passes on each message that is complete; `take` may break to leave the rest for the
    /// next call. Ready when anything was read at all.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        take: &mut dyn FnMut(Incoming<'_>) -> ControlFlow<()>,
    ) -> Poll<Result<(), Lost>> {
        if self.replies >= MAX_REPLIES {
            return Poll::Pending;
        }
        if self.unheard {
            let unread = std::mem::take(&mut self.unread);
            return Poll::Ready(self.hear(&unread, take));
        }
        SCRATCH.with_borrow_mut(|scratch| {
            let mut buf = ReadBuf::new(scratch);
            let read = ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buf));
            if read.is_err() || buf.filled().is_empty() {
                return Poll::Ready(Err(Lost::Gone));
            }
            Poll::Ready(self.hear(buf.filled(), take))
        })
    }

    /// Writes what is in `out`. Ready when all of it is with the kernel.
    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.out.is_empty() {
            let mut slices = [IoSlice::new(&[]); MAX_SLICES];
            let mut filled = 0;
            for (slice, packet) in slices.iter_mut().zip(&self.out) {
                *slice = IoSlice::new(packet);
                filled += 1;
            }
            let stream = Pin::new(&mut self.stream);
            match ready!(stream.poll_write_vectored(cx, &slices[..filled]))? {
                0 => return Poll::Ready(Err(ErrorKind::WriteZero.into())),
                written => self.advance(written),
            }
        }
        if std::mem::take(&mut self.replies) >= MAX_REPLIES {
            // Reading stopped for their sake: nothing else calls for it again.
            cx.waker().wake_by_ref();
        }
        if self.out.capacity() > 64 {
            self.out = VecDeque::new();
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Says why the connection ends, and waits until the other end closes it: without that the network may
    /// drop what was said. Without last words, whole messages that were not written yet are left out, unless it is the
    /// relay that goes: then nobody sends them again soon.
    pub(crate) async fn close(&mut self, parting: &[Bytes], code: CloseCode) -> io::Result<()> {
        if parting.is_empty() && code != CloseCode::ShuttingDown {
            self.out.truncate(usize::from(self.torn));
        }
        self.out.extend(parting.iter().cloned());
        self.out.push_back(packet::close(code));
        poll_fn(|cx| self.poll_write(cx)).await?;
        poll_fn(|cx| Pin::new(&mut self.stream).poll_shutdown(cx)).await?;
        poll_fn(|cx| self.poll_drain(cx)).await
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        SCRATCH.with_borrow_mut(|scratch| {
            loop {
                let mut buf = ReadBuf::new(scratch);
                ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buf))?;
                if buf.filled().is_empty() {
                    return Poll::Ready(Ok(()));
                }
            }
        })
    }

    fn advance(&mut self, mut written: usize) {
        while let Some(first) = self.out.front_mut() {
            if written < first.len() {
                first.advance(written);
                self.torn |= written > 0;
                return;
            }
            written -= first.len();
            self.torn = false;
            self.out.pop_front();
        }
    }

    fn hear(
        &mut self,
        bytes: &[u8],
        take: &mut dyn FnMut(Incoming<'_>) -> ControlFlow<()>,
    ) -> Result<(), Lost> {
        let mut pipe = Pipe { incoming: bytes, replies: Vec::new() };
        let mut ahead = bytes.len();
        let outcome = loop {
            let read = self.context.read(&mut pipe);
            let consumed = std::mem::replace(&mut ahead, pipe.incoming.len()) - pipe.incoming.len();
            if let Ok(Message::Text(_) | Message::Binary(_)) = &read {
                self.half = 0;
            }
            let flow = match read {
                Ok(Message::Text(text)) => take(Incoming::Text(&text)),
                Ok(Message::Binary(frame)) => take(Incoming::Binary(&frame)),
                Ok(_) => ControlFlow::Continue(()),
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {
                    self.unheard = false;
                    self.half = (self.half + consumed).min(MAX_FRAME_LEN);
                    break Ok(());
                }
                Err(Error::Io(_) | Error::ConnectionClosed | Error::AlreadyClosed) => break Err(Lost::Gone),
                Err(_) => break Err(Lost::Broken(CloseCode::BadMessage)),
            };
            if flow.is_break() {
                self.unheard = true;
                self.unread = pipe.incoming.to_vec();
                break Ok(());
            }
        };
        self.held.set(self.unread.len() + self.half);
        if !pipe.replies.is_empty() {
            self.replies += 1;
            self.out.push_back(pipe.replies.into());
        }
        outcome
    }
}

/// What tungstenite reads from and answers into.
struct Pipe<'a> {
    incoming: &'a [u8],
    replies: Vec<u8>,
}

impl Read for Pipe<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.incoming.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.incoming.read(buf)
    }
}

impl Write for Pipe<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.replies.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use tokio::{
        io::AsyncWriteExt as _,
        net::{TcpListener, TcpStream},
    };

    use super::*;
    use crate::budget::Budget;

    /// JS-RELAY-32: what came in half, and what was read too early, counts until it is passed on.
    #[tokio::test]
    async fn what_was_read_and_not_passed_on_counts() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut writer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (tcp, _) = listener.accept().await.unwrap();
        let budget = Budget::new(1 << 20);
        let held = budget.connect(IpAddr::from([192, 0, 2, 1]).into());
        let mut socket = Socket::new(Stream::Plain(tcp), Vec::new(), held);
        // A masked binary message of 30,000 bytes.
        let message = [&[0x82, 0xfe, 0x75, 0x30, 0, 0, 0, 0][..], &[7; 30_000]].concat();
        writer.write_all(&message[..20_000]).await.unwrap();
        let mut heard = 0;
        while budget.held() < 20_000 {
            let take = &mut |_: Incoming<'_>| {
                heard += 1;
                ControlFlow::Continue(())
            };
            poll_fn(|cx| socket.poll_read(cx, take)).await.unwrap();
        }
        assert_eq!((budget.held(), heard), (20_000, 0));
        // Its end, and another one that has to wait.
        writer.write_all(&[&message[20_000..], &message].concat()).await.unwrap();
        while heard == 0 {
            let take = &mut |_: Incoming<'_>| {
                heard += 1;
                ControlFlow::Break(())
            };
            poll_fn(|cx| socket.poll_read(cx, take)).await.unwrap();
        }
        while heard == 1 {
            let take = &mut |_: Incoming<'_>| {
                heard += 1;
                ControlFlow::Continue(())
            };
            poll_fn(|cx| socket.poll_read(cx, take)).await.unwrap();
        }
        assert_eq!((budget.held(), heard), (0, 2));
        writer.write_all(&message[..20_000]).await.unwrap();
        while budget.held() == 0 {
            poll_fn(|cx| socket.poll_read(cx, &mut |_| ControlFlow::Continue(()))).await.unwrap();
        }
        drop(socket);
        assert_eq!(budget.held(), 0);
    }
}
