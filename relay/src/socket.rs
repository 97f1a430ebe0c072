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

use crate::{packet, stream::Stream};

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
    /// Whole messages to write, the first of them perhaps in part.
    pub(crate) out: VecDeque<Bytes>,
    /// Whether the first of `out` is written in part.
    torn: bool,
    replies: usize,
}

impl Socket {
    /// The socket of a stream whose upgrade to WebSocket is done.
    pub(crate) fn new(stream: Stream, unread: Vec<u8>) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_LEN)
            .write_buffer_size(0)
            .max_message_size(Some(MAX_FRAME_LEN))
            .max_frame_size(Some(MAX_FRAME_LEN));
        Self {
            stream,
            context: WebSocketContext::new(Role::Server, Some(config)),
            unheard: !unread.is_empty(),
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
        let outcome = loop {
            let flow = match self.context.read(&mut pipe) {
                Ok(Message::Text(text)) => take(Incoming::Text(&text)),
                Ok(Message::Binary(frame)) => take(Incoming::Binary(&frame)),
                Ok(_) => ControlFlow::Continue(()),
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {
                    self.unheard = false;
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
