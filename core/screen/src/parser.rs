//! The byte stream's grammar: UTF-8, control characters and escape sequences, with the state machine of xterm.js.
//!
//! Sequences that lie whole in one chunk are dispatched from it; what a chunk's end cuts off is kept as bytes,
//! bounded, so that a snapshot can hand it on.

mod params;
#[cfg(test)]
mod tests;

pub(crate) use params::Params;

use crate::cell::Printable;
use crate::utf8::{self, Decoded};

/// Longest control sequence honoured, in bytes; xterm.js has no limit, but no program needs more.
const MAX_SEQUENCE: usize = 512;
/// Longest OSC payload honoured, in bytes.
const MAX_OSC: usize = 64 * 1024;

/// What the parser finds.
pub(crate) trait Actions {
    /// Printable ASCII, never empty.
    fn print_ascii(&mut self, text: &[u8]);
    /// Any other printable code point.
    fn print(&mut self, code: Printable);
    /// A control character (C0, or C1 as a code point).
    fn execute(&mut self, code: u8);
    /// A control sequence: prefix and intermediates (at most two bytes together count), parameters, final.
    fn csi(&mut self, collected: &[u8], params: &Params, last: u8);
    /// An escape sequence: intermediates and final.
    fn esc(&mut self, collected: &[u8], last: u8);
    /// An operating system command, complete.
    fn osc(&mut self, payload: &[u8]);
    /// The end of any string sequence, complete or not.
    fn string_end(&mut self);
    /// Something that is not printed and does nothing else: a run of text is over.
    fn pause(&mut self);
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    /// After ESC; intermediates in the buffer.
    Escape,
    /// After CSI; parameters and the like in the buffer.
    Csi,
    Osc,
    /// In an OSC that is too long: skipped to its end.
    OscSkip,
    /// After DCS, before its final; the header in the buffer.
    Dcs,
    /// In the payload of a DCS, which no screen shows.
    DcsData,
    /// In SOS, PM or APC.
    Skip,
}

/// The parser's state between chunks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parser {
    state: State,
    buffer: Vec<u8>,
    /// A character's bytes so far.
    cut: Vec<u8>,
    params: Params,
}

impl Parser {
    /// Parses a chunk.
    pub(crate) fn feed(&mut self, actions: &mut impl Actions, bytes: &[u8]) {
        let mut at = self.finish_cut(actions, bytes);
        while at < bytes.len() {
            at += match self.state {
                State::Ground => self.ground(actions, &bytes[at..]),
                State::Osc | State::OscSkip | State::DcsData | State::Skip => {
                    self.string(actions, &bytes[at..])
                }
                _ => self.step(actions, &bytes[at..]),
            };
        }
    }

    /// Bytes that put a fresh parser into this state.
    pub(crate) fn pending(&self) -> Vec<u8> {
        let introducer: &[u8] = match self.state {
            State::Ground => b"",
            State::Escape => b"\x1b",
            State::Csi => b"\x1b[",
            State::Osc => b"\x1b]",
            // An OSC without a number is skipped, too.
            State::OscSkip => b"\x1b]x",
            State::Dcs => b"\x1bP",
            State::DcsData => b"\x1bPp",
            State::Skip => b"\x1b_",
        };
        let mut bytes = introducer.to_vec();
        if !matches!(self.state, State::OscSkip | State::DcsData | State::Skip) {
            bytes.extend_from_slice(&self.buffer);
        }
        bytes.extend_from_slice(&self.cut);
        bytes
    }

    /// Completes a character that the last chunk began. Returns the bytes used.
    fn finish_cut(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> usize {
        let mut used = 0;
        while !self.cut.is_empty() {
            let Some(&byte) = bytes.get(used) else { break };
            self.cut.push(byte);
            match utf8::decode(&self.cut) {
                Decoded::Cut => used += 1,
                Decoded::Code(code, _) => {
                    used += 1;
                    self.cut.clear();
                    self.code(actions, code);
                }
                // The new byte is not part of it.
                Decoded::Invalid(_) => {
                    self.cut.clear();
                    self.code(actions, utf8::REPLACEMENT);
                }
            }
        }
        used
    }

    fn ground(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> usize {
        let run = printable_run(bytes);
        if run > 0 {
            actions.print_ascii(&bytes[..run]);
            return run;
        }
        match bytes[0] {
            0x1b => self.escape(actions, bytes),
            0x7f => {
                actions.pause();
                1
            }
            byte if byte < 0x20 => {
                actions.execute(byte);
                1
            }
            _ => self.character(actions, bytes),
        }
    }

    /// ESC in the ground state: takes a whole control sequence at once when the chunk has it.
    fn escape(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> usize {
        if bytes.get(1) == Some(&b'[') {
            let body = &bytes[2..];
            let len = body.iter().take(MAX_SEQUENCE).take_while(|byte| (0x20..0x40).contains(*byte)).count();
            if let Some(&last) = body.get(len)
                && (0x40..0x7f).contains(&last)
            {
                dispatch_csi(&mut self.params, actions, &body[..len], last);
                return len + 3;
            }
        }
        actions.pause();
        self.enter(State::Escape);
        1
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.buffer.clear();
    }

    /// Decodes one character and hands it on. Returns the bytes used.
    fn character(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> usize {
        match utf8::decode(bytes) {
            Decoded::Code(code, len) => {
                self.code(actions, code);
                len
            }
            Decoded::Invalid(len) => {
                self.code(actions, utf8::REPLACEMENT);
                len
            }
            Decoded::Cut => {
                self.cut.extend_from_slice(bytes);
                bytes.len()
            }
        }
    }

    /// Any character in a state that is not a string's.
    fn step(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> usize {
        if bytes[0] >= 0x80 {
            return self.character(actions, bytes);
        }
        self.ascii(actions, bytes[0]);
        1
    }

    fn ascii(&mut self, actions: &mut impl Actions, byte: u8) {
        match byte {
            0x18 | 0x1a => self.abort(actions, byte),
            0x1b => self.leave_to(State::Escape, actions),
            0x7f => {
                if self.state == State::Osc {
                    self.buffer.push(byte);
                }
            }
            _ => match self.state {
                State::Ground if byte < 0x20 => actions.execute(byte),
                State::Ground => actions.print_ascii(&[byte]),
                State::Escape => self.in_escape(actions, byte),
                State::Csi => self.in_csi(actions, byte),
                State::Dcs => self.in_dcs(byte),
                State::Osc | State::OscSkip if byte == 0x07 => self.leave_to(State::Ground, actions),
                State::Osc if byte >= 0x20 => self.put(&[byte]),
                _ => {}
            },
        }
    }

    /// CAN or SUB ends everything.
    fn abort(&mut self, actions: &mut impl Actions, byte: u8) {
        match self.state {
            State::Osc | State::OscSkip | State::DcsData => actions.string_end(),
            _ => actions.execute(byte),
        }
        self.enter(State::Ground);
    }

    /// Ends a string sequence properly, if one is open, and goes on in another state.
    fn leave_to(&mut self, next: State, actions: &mut impl Actions) {
        match self.state {
            State::Osc => {
                actions.osc(&self.buffer);
                actions.string_end();
            }
            State::OscSkip | State::DcsData => actions.string_end(),
            _ => {}
        }
        self.enter(next);
    }

    fn in_escape(&mut self, actions: &mut impl Actions, byte: u8) {
        match byte {
            0..0x20 => actions.execute(byte),
            0x20..0x30 => self.collect(byte),
            b'[' if self.buffer.is_empty() => self.enter(State::Csi),
            b']' if self.buffer.is_empty() => self.enter(State::Osc),
            b'P' if self.buffer.is_empty() => self.enter(State::Dcs),
            b'X' | b'^' | b'_' if self.buffer.is_empty() => self.enter(State::Skip),
            _ => {
                self.state = State::Ground;
                actions.esc(&self.buffer, byte);
                self.buffer.clear();
            }
        }
    }

    fn in_csi(&mut self, actions: &mut impl Actions, byte: u8) {
        match byte {
            0..0x20 => actions.execute(byte),
            0x20..0x40 => self.collect(byte),
            _ => {
                self.state = State::Ground;
                dispatch_csi(&mut self.params, actions, &self.buffer, byte);
                self.buffer.clear();
            }
        }
    }

    fn in_dcs(&mut self, byte: u8) {
        match byte {
            0..0x20 => {}
            0x20..0x40 => self.collect(byte),
            // A malformed header's final does not start the payload, but nothing shows the difference.
            _ if !is_well_formed(&self.buffer) => {}
            _ => self.enter(State::DcsData),
        }
    }

    fn collect(&mut self, byte: u8) {
        if self.buffer.len() < MAX_SEQUENCE {
            self.buffer.push(byte);
        } else {
            // A prefix in this place makes the sequence malformed: it will be ignored.
            self.buffer.clear();
            self.buffer.extend_from_slice(b"0<");
        }
    }

    /// Adds to an OSC, or starts to skip it when it grows too long.
    fn put(&mut self, bytes: &[u8]) {
        if self.buffer.len() + bytes.len() > MAX_OSC {
            self.enter(State::OscSkip);
        } else {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Inside a string sequence: takes as much as can be taken at once.
    fn string(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> usize {
        let run = printable_run(bytes);
        if run == 0 {
            return self.step(actions, bytes);
        }
        if self.state == State::Osc {
            self.put(&bytes[..run]);
        }
        run
    }

    /// A code point beyond ASCII.
    fn code(&mut self, actions: &mut impl Actions, code: u32) {
        match code {
            // xterm.js drops byte order marks wherever they stand.
            0xfeff => {}
            0x80..0xa0 => self.c1(actions, code as u8),
            _ => match self.state {
                State::Ground => {
                    if let Some(code) = Printable::new(code) {
                        actions.print(code);
                    }
                }
                State::Osc => {
                    let mut bytes = Vec::with_capacity(4);
                    utf8::push(&mut bytes, code);
                    self.put(&bytes);
                }
                State::OscSkip | State::DcsData => {}
                State::Csi | State::Dcs if !is_well_formed(&self.buffer) => {}
                // Anywhere else it breaks the sequence off.
                _ => self.enter(State::Ground),
            },
        }
    }

    /// The 8-bit controls work in every state.
    fn c1(&mut self, actions: &mut impl Actions, code: u8) {
        actions.pause();
        match code {
            0x9c => self.leave_to(State::Ground, actions),
            0x9b => self.enter(State::Csi),
            0x9d => self.enter(State::Osc),
            0x90 => self.enter(State::Dcs),
            0x98 | 0x9e | 0x9f => self.enter(State::Skip),
            _ => {
                self.enter(State::Ground);
                actions.execute(code);
            }
        }
    }
}

/// Number of printable ASCII bytes at the start.
#[inline]
pub(crate) fn printable_run(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut len = 0;
    for chunk in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes([
            chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7],
        ]);
        // The lowest high bit set marks the first byte below 0x20, of 0x7f, or beyond ASCII. (Borrows
        // can only raise false marks above a true one.)
        let low = word.wrapping_sub(ONES * 0x20);
        let del = (word ^ (ONES * 0x7f)).wrapping_sub(ONES);
        let marks = (low | del | word) & HIGH;
        if marks != 0 {
            return len + (marks.trailing_zeros() / 8) as usize;
        }
        len += 8;
    }
    len + bytes[len..].iter().take_while(|byte| (0x20..0x7f).contains(*byte)).count()
}

/// Whether prefix, parameters and intermediates come in this order, as a sequence must have them.
fn is_well_formed(body: &[u8]) -> bool {
    let start = usize::from(matches!(body.first(), Some(b'<'..=b'?')));
    let body = &body[start..];
    let params = body.iter().take_while(|byte| (0x30..0x3c).contains(*byte)).count();
    body[params..].iter().all(|byte| (0x20..0x30).contains(byte))
}

fn dispatch_csi(params: &mut Params, actions: &mut impl Actions, body: &[u8], last: u8) {
    if !is_well_formed(body) {
        actions.pause();
        return;
    }
    let prefix = usize::from(matches!(body.first(), Some(b'<'..=b'?')));
    let digits = body[prefix..].iter().take_while(|byte| **byte >= 0x30).count();
    params.parse(&body[prefix..prefix + digits]);
    let intermediates = &body[prefix + digits..];
    if prefix == 0 {
        actions.csi(intermediates, params, last);
    } else if intermediates.is_empty() {
        actions.csi(&body[..1], params, last);
    } else {
        let collected = [body[0], intermediates[0]];
        // A third collected byte matches no sequence that is known.
        if intermediates.len() == 1 {
            actions.csi(&collected, params, last);
        } else {
            actions.csi(b"???", params, last);
        }
    }
}
