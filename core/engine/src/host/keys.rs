//! Keys on their way to one program: the host's own go first, each guest's wait in a queue of their own.
//!
//! A guest's right to type is asked for again at the moment its keys are handed on, and little is handed on ahead of the
//! program's reading: so what a guest typed and the program has not read goes with the guest's right to type
//! (JS-ROLE-3).

mod paste;

use std::{
    collections::VecDeque,
    future::Future as _,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use jumpseat_session::{InputRefusal, StreamId};
use jumpseat_wire::Slot;
use tokio::{
    sync::oneshot,
    time::{Instant, Sleep, sleep},
};

use self::paste::Paste;
use crate::{
    api::{ApiError, ApiErrorKind, Reply, SessionNo},
    pty::{ProgramEnd, Pty},
};

/// The host's own keys that wait before further ones are answered late, in bytes.
const OWN: usize = 64 * 1024;

/// The host's own keys that wait before further ones are refused, in bytes.
const MAX_OWN: usize = 4 * 1024 * 1024;

/// One guest's keys that wait before further ones are lost, in bytes.
const MAX_OF_GUEST: usize = 256 * 1024;

/// Small pieces that a guest sends wait as one, up to this many bytes.
const PIECE: usize = 4096;

/// Bytes of guests that go into the terminal at once, when the program has read what was there.
const AHEAD: usize = 1024;

/// How often a program is looked at that has not read for a guest's keys: not every way of it to empty its terminal is
/// told.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Who typed: a guest of a session, at the stream that shows this terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Typist {
    pub(super) session: SessionNo,
    pub(super) stream: StreamId,
    pub(super) slot: Slot,
}

/// Keys on their way to one program.
#[derive(Default)]
pub(super) struct Keys {
    own: VecDeque<u8>,
    /// Who waits for room among the host's own.
    answers: Vec<oneshot::Sender<Result<Reply, ApiError>>>,
    /// Guests with keys here or in the terminal; whose turn is next comes first.
    guests: VecDeque<Guest>,
    /// Among what is unread in the terminal the host's own keys may be, next to guests'.
    mixed: bool,
    /// What the host typed last did not end a line.
    line_open: bool,
    /// The program's end of the terminal, while guests' keys may lie unread in it.
    end: Option<ProgramEnd>,
    look_again: Option<Pin<Box<Sleep>>>,
}

struct Guest {
    who: Typist,
    waiting: VecDeque<Vec<u8>>,
    /// How much of the first was written.
    written: usize,
    len: usize,
    /// The next one interrupts the program, and does not wait for it to read.
    interrupts: bool,
    /// Some were lost: what follows would be something else without them.
    lossy: bool,
    /// The program may not have read all that was written.
    unread: bool,
    paste: Paste,
    /// What the gate said last.
    gate: Result<(), InputRefusal>,
}

impl Keys {
    /// Takes keys of the host, and answers once there is room for more.
    pub(super) fn press(
        &mut self,
        cx: &mut Context<'_>,
        pty: &mut Pty,
        bytes: &[u8],
        answer: oneshot::Sender<Result<Reply, ApiError>>,
    ) {
        if self.own.len() + bytes.len() > MAX_OWN {
            let failure = ApiError::new(ApiErrorKind::Misused, "the program takes no keys");
            drop(answer.send(Err(failure)));
            return;
        }
        // What a terminal does when it sends a signal: it forgets what was typed before.
        if self.guests.iter().any(|guest| guest.len > 0) && pty.interrupts(bytes).is_some() {
            self.guests.iter_mut().for_each(Guest::drop_waiting);
        }
        self.own.extend(bytes);
        if !answer.is_closed() {
            self.answers.push(answer);
        }
        let _ = self.write_own(cx, pty);
    }

    /// Takes keys of a guest. Nobody waits for a guest: what does not fit is lost, and what comes behind it until the
    /// rest was written.
    pub(super) fn guest_pressed(&mut self, pty: &Pty, who: Typist, mut bytes: Vec<u8>) {
        let at = self.guests.iter().position(|guest| guest.who == who).unwrap_or_else(|| {
            self.guests.push_back(Guest::new(who));
            self.guests.len() - 1
        });
        let Some(guest) = self.guests.get_mut(at) else { return };
        if let Some(signal) = pty.interrupts(&bytes) {
            guest.drop_waiting();
            bytes.drain(..signal);
            guest.interrupts = true;
        }
        if guest.lossy || guest.len + bytes.len() > MAX_OF_GUEST {
            if !guest.lossy {
                tracing::warn!(slot = who.slot, "a program takes no keys: a guest's were dropped");
            }
            guest.lossy = guest.len > 0;
            return;
        }
        guest.len += bytes.len();
        match guest.waiting.back_mut() {
            Some(last) if last.len() + bytes.len() <= PIECE => last.append(&mut bytes),
            _ => guest.waiting.push_back(bytes),
        }
    }

    /// Hands keys to the program, as far as it takes them; `gate` says who may type.
    pub(super) fn write(
        &mut self,
        cx: &mut Context<'_>,
        pty: &mut Pty,
        gate: impl Fn(Typist) -> Result<(), InputRefusal>,
    ) {
        self.forget(pty, gate);
        if self.write_own(cx, pty).is_ready() && self.write_guests(cx, pty).is_ready() {
            self.look_again = None;
        }
    }

    /// Nobody takes keys any more.
    pub(super) fn clear(&mut self) {
        let answers = std::mem::take(self).answers;
        answers.into_iter().for_each(|answer| drop(answer.send(Ok(Reply::Done))));
    }

    /// Drops what those typed who may not type now.
    fn forget(&mut self, pty: &Pty, gate: impl Fn(Typist) -> Result<(), InputRefusal>) {
        let (mut lost, mut away, mut ends_paste) = (false, false, false);
        self.guests.retain_mut(|guest| {
            let gate = gate(guest.who);
            let before = std::mem::replace(&mut guest.gate, gate);
            let Err(why) = gate else { return true };
            // Also where it was closed before: it may have been open in between.
            ends_paste |= guest.paste.is_open();
            guest.drop_waiting();
            match why {
                _ if before == gate => {}
                InputRefusal::HostAway => away |= guest.unread,
                _ => lost |= guest.unread,
            }
            guest.unread
        });
        // What the host typed may lie there, too. It goes with what a guest left that has lost its right, since nobody can
        // tell the two apart. A host that only looks elsewhere loses nothing, nor does a line that is still being typed.
        if let Some(end) = &self.end
            && (lost || away && !self.mixed && end.unread() > 0)
        {
            pty.discard_unread(end);
            self.all_read();
        }
        if ends_paste {
            // The program waits for it, and would take all keys that follow for the rest of the paste.
            paste::END.iter().rev().for_each(|byte| self.own.push_front(*byte));
        }
    }

    fn write_own(&mut self, cx: &mut Context<'_>, pty: &mut Pty) -> Poll<()> {
        if self.own.is_empty() {
            self.answer();
            return Poll::Ready(());
        }
        if self.has_unread() {
            self.note_read(pty);
            self.mixed = self.has_unread();
        }
        while !self.own.is_empty() {
            let portion = self.own.as_slices().0;
            match pty.poll_write(cx, portion) {
                Poll::Ready(Ok(len)) => {
                    // Return, newline, end of file.
                    self.line_open = !matches!(portion[..len].last(), Some(b'\r' | b'\n' | 0x04));
                    self.own.drain(..len);
                    if self.own.len() <= OWN {
                        self.answer();
                    }
                }
                // The end of the program is told by what reads it.
                Poll::Ready(Err(_)) => self.clear(),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(())
    }

    fn answer(&mut self) {
        self.answers.drain(..).for_each(|answer| drop(answer.send(Ok(Reply::Done))));
    }

    fn write_guests(&mut self, cx: &mut Context<'_>, pty: &mut Pty) -> Poll<()> {
        while let Some(turn) = self.guests.iter().position(|guest| guest.len > 0) {
            self.guests.rotate_left(turn);
            // A program that lets nobody see what it has not read gets nothing of a guest's.
            let Some(unread) = self.note_read(pty) else {
                self.look_again(cx);
                return Poll::Pending;
            };
            let Some(guest) = self.guests.front_mut() else { return Poll::Ready(()) };
            // What is unread is counted late where something is: bytes on their way between the two ends are not moved on
            // then. So more goes in once all was read, and what interrupts goes in at once.
            let portion = guest.portion(if unread == 0 { AHEAD } else { usize::from(guest.interrupts) });
            let polled = if portion.is_empty() {
                pty.poll_read_on(cx).map_ok(|()| 0)
            } else {
                pty.poll_write(cx, portion)
            };
            match polled {
                Poll::Ready(Ok(len)) => {
                    // The next guest's turn comes with the end of what this one sent in one piece.
                    if guest.wrote(len) {
                        self.guests.rotate_left(1);
                    }
                }
                Poll::Ready(Err(_)) => {
                    self.clear();
                    return Poll::Ready(());
                }
                Poll::Pending => {
                    self.look_again(cx);
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(())
    }

    fn look_again(&mut self, cx: &mut Context<'_>) {
        let again = self.look_again.get_or_insert_with(|| Box::pin(sleep(LOOK_AGAIN)));
        while again.as_mut().poll(cx).is_ready() {
            again.as_mut().reset(Instant::now() + LOOK_AGAIN);
        }
    }

    fn has_unread(&self) -> bool {
        self.guests.iter().any(|guest| guest.unread)
    }

    /// Says how much the program has not read, and notes it if it has read everything; `None` if nobody can know.
    fn note_read(&mut self, pty: &Pty) -> Option<usize> {
        if self.end.is_none() {
            self.end = pty.program_end();
        }
        let unread = self.end.as_ref()?.unread();
        // Where the terminal edits lines, one that has no end yet is not counted, and no key of a guest's tells for certain
        // that it has ended.
        if unread == 0 && !pty.edits_lines() {
            self.all_read();
        } else if !self.has_unread() {
            self.mixed |= unread > 0 || self.line_open;
        }
        Some(unread)
    }

    fn all_read(&mut self) {
        (self.mixed, self.line_open) = (false, false);
        self.guests.iter_mut().for_each(|guest| guest.unread = false);
        self.guests.retain(|guest| guest.len > 0 || guest.paste.is_open());
        if self.guests.is_empty() {
            self.end = None;
        }
    }
}

impl Guest {
    fn new(who: Typist) -> Self {
        Self {
            who,
            waiting: VecDeque::new(),
            written: 0,
            len: 0,
            interrupts: false,
            lossy: false,
            unread: false,
            paste: Paste::default(),
            gate: Ok(()),
        }
    }

    /// What is written next, of at most so many bytes.
    fn portion(&self, most: usize) -> &[u8] {
        let first = self.waiting.front().map_or(&[][..], |first| &first[self.written..]);
        &first[..first.len().min(most)]
    }

    /// So many bytes were written; whether a piece came to its end.
    fn wrote(&mut self, len: usize) -> bool {
        let Some(first) = self.waiting.front() else { return false };
        self.paste.wrote(&first[self.written..self.written + len]);
        self.unread |= len > 0;
        self.interrupts &= len == 0;
        self.written += len;
        self.len -= len;
        let ended = self.written == first.len();
        if ended {
            self.waiting.pop_front();
            self.written = 0;
        }
        self.lossy &= self.len > 0;
        ended
    }

    fn drop_waiting(&mut self) {
        self.waiting.clear();
        // What interrupts a program ends its paste, too.
        self.paste = Paste::default();
        (self.written, self.len) = (0, 0);
        (self.interrupts, self.lossy) = (false, false);
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
