//! The grammar of output: UTF-8, control characters and escape sequences, with the state machine of xterm.js.
//!
//! Text and control sequences that lie whole in one chunk are handed out from it; what a chunk's end cuts off is kept as
//! bytes, bounded, so that a snapshot can hand it on.

use super::{Csi, Params, Token};
use crate::cell::Printable;
use crate::utf8::{self, Decoded};

/// Longest control sequence honoured, in bytes; xterm.js has no limit, but no program needs more.
const MAX_SEQUENCE: usize = 512;
/// Longest OSC payload honoured, in bytes.
const MAX_OSC: usize = 64 * 1024;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    /// After ESC; intermediates in the header.
    Escape,
    /// After CSI; parameters and the like in the header.
    Csi,
    Osc,
    /// In an OSC that is too long: skipped to its end.
    OscSkip,
    /// After DCS, before its final; its parameters and the like in the header.
    Dcs,
    /// In the payload of a DCS, which no screen shows.
    DcsData,
    /// In SOS, PM or APC.
    Skip,
}

/// A token that is to be made of what the scanner holds.
#[derive(Clone, Copy)]
enum Found {
    Char(Printable),
    Control(u8),
    Escape(u8),
    Csi(u8),
    Osc,
    StringEnd,
    Pause,
}

/// Cuts output into tokens. Bytes may be cut anywhere between two chunks.
///
/// ```
/// use jumpseat_screen::scan::{Scanner, Token};
///
/// let (mut scanner, mut bold) = (Scanner::default(), false);
/// for mut chunk in [&b"plain \x1b["[..], b"1mbold"] {
///     while let Some(token) = scanner.next(&mut chunk) {
///         match token {
///             Token::Text(text) => assert_eq!(text, if bold { &b"bold"[..] } else { b"plain " }),
///             Token::Csi(csi, params) => bold = csi.last == b'm' && params.at(0) == 1,
///             _ => {}
///         }
///     }
/// }
/// assert!(bold && scanner.is_between());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Scanner {
    state: State,
    /// What came of a sequence before its final; valid in the states that say so, and in a token.
    header: Vec<u8>,
    /// An OSC's payload.
    payload: Vec<u8>,
    /// A character's bytes so far.
    cut: Vec<u8>,
    params: Params,
}

impl Scanner {
    /// The first token of a chunk, which is shortened by what was taken; `None` once nothing is left of it.
    #[inline(always)]
    pub fn next<'token, 'chunk: 'token>(&'token mut self, chunk: &mut &'chunk [u8]) -> Option<Token<'token>> {
        loop {
            if self.is_between() {
                let bytes: &'chunk [u8] = chunk;
                let run = printable_run(bytes);
                if run > 0 {
                    let (text, rest) = bytes.split_at(run);
                    *chunk = rest;
                    return Some(Token::Text(text));
                }
                match *bytes {
                    [] => return None,
                    [0x1b, b'[', ref rest @ ..] => {
                        if let Some(len) = whole_sequence(rest) {
                            *chunk = &rest[len + 1..];
                            return Some(control_sequence(&mut self.params, &rest[..len], rest[len]));
                        }
                    }
                    [code @ (0..=0x1a | 0x1c..0x20), ref rest @ ..] => {
                        *chunk = rest;
                        return Some(Token::Control(code));
                    }
                    _ => {}
                }
            }
            if let Some(found) = self.advance(chunk)? {
                return Some(self.token(found));
            }
        }
    }

    /// Whether the bytes so far end outside of any sequence and any character.
    pub fn is_between(&self) -> bool {
        self.state == State::Ground && self.cut.is_empty()
    }

    /// Whether they end in a string sequence, or at an ESC that may end one.
    pub fn may_be_in_string(&self) -> bool {
        match self.state {
            State::Ground | State::Csi => false,
            State::Escape => self.header.is_empty(),
            State::Osc | State::OscSkip | State::Dcs | State::DcsData | State::Skip => true,
        }
    }

    /// Bytes that put a fresh scanner into this state.
    pub(crate) fn pending(&self) -> Vec<u8> {
        let (introducer, held): (&[u8], &[u8]) = match self.state {
            State::Ground => (b"", b""),
            State::Escape => (b"\x1b", &self.header),
            State::Csi => (b"\x1b[", &self.header),
            State::Osc => (b"\x1b]", &self.payload),
            // An OSC without a number is skipped, too.
            State::OscSkip => (b"\x1b]x", b""),
            State::Dcs => (b"\x1bP", &self.header),
            State::DcsData => (b"\x1bPp", b""),
            State::Skip => (b"\x1b_", b""),
        };
        [introducer, held, &self.cut].concat()
    }

    fn token(&mut self, found: Found) -> Token<'_> {
        match found {
            Found::Char(code) => Token::Char(code),
            Found::Control(code) => Token::Control(code),
            Found::Escape(last) => Token::Escape { intermediates: &self.header, last },
            Found::Csi(last) => control_sequence(&mut self.params, &self.header, last),
            Found::Osc => Token::Osc(&self.payload),
            Found::StringEnd => Token::StringEnd,
            Found::Pause => Token::Pause,
        }
    }

    /// Takes what a chunk begins with, or gives a character up that the last chunk cut and this one does not continue.
    /// `None` if the chunk is empty.
    fn advance(&mut self, chunk: &mut &[u8]) -> Option<Option<Found>> {
        let &byte = chunk.first()?;
        if !self.cut.is_empty() {
            return Some(self.continue_cut(byte, chunk));
        }
        if byte >= 0x80 {
            return Some(self.character(chunk));
        }
        if self.is_in_text_of_string() {
            let run = printable_run(chunk);
            if run > 0 {
                self.put(&chunk[..run]);
                *chunk = &chunk[run..];
                return Some(None);
            }
        }
        *chunk = &chunk[1..];
        Some(self.ascii(byte))
    }

    /// Whether printable ASCII does nothing now but to be kept or skipped.
    fn is_in_text_of_string(&self) -> bool {
        matches!(self.state, State::Osc | State::OscSkip | State::DcsData | State::Skip)
    }

    fn continue_cut(&mut self, byte: u8, chunk: &mut &[u8]) -> Option<Found> {
        self.cut.push(byte);
        let code = match utf8::decode(&self.cut) {
            Decoded::Cut => {
                *chunk = &chunk[1..];
                return None;
            }
            Decoded::Code(code, _) => {
                *chunk = &chunk[1..];
                code
            }
            // The new byte is not part of it.
            Decoded::Invalid(_) => utf8::REPLACEMENT,
        };
        self.cut.clear();
        self.code(code)
    }

    /// Decodes one character.
    fn character(&mut self, chunk: &mut &[u8]) -> Option<Found> {
        let (code, len) = match utf8::decode(chunk) {
            Decoded::Code(code, len) => (code, len),
            Decoded::Invalid(len) => (utf8::REPLACEMENT, len),
            Decoded::Cut => {
                self.cut.extend_from_slice(chunk);
                *chunk = &[];
                return None;
            }
        };
        *chunk = &chunk[len..];
        self.code(code)
    }

    fn ascii(&mut self, byte: u8) -> Option<Found> {
        match (self.state, byte) {
            (_, 0x18 | 0x1a) => Some(self.abort(byte)),
            (State::Ground, 0x1b) => {
                self.enter(State::Escape);
                Some(Found::Pause)
            }
            (_, 0x1b) => self.leave_to(State::Escape),
            (State::Ground, 0x7f) => Some(Found::Pause),
            (State::Osc, 0x7f) => {
                self.put(&[byte]);
                None
            }
            (_, 0x7f) => None,
            (State::Osc | State::OscSkip, 0x07) => self.leave_to(State::Ground),
            (State::Ground | State::Escape | State::Csi, 0..0x20) => Some(Found::Control(byte)),
            (State::Escape | State::Csi, 0x20..0x30) | (State::Csi, 0x30..0x40) => {
                self.collect(byte);
                None
            }
            (State::Escape, _) => self.escape(byte),
            (State::Csi, _) => {
                self.state = State::Ground;
                Some(Found::Csi(byte))
            }
            (State::Dcs, _) => {
                self.in_dcs(byte);
                None
            }
            // Controls within strings; printable ASCII is taken in runs.
            _ => None,
        }
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.header.clear();
        if state == State::Osc {
            self.payload.clear();
        }
    }

    /// CAN or SUB ends everything.
    fn abort(&mut self, byte: u8) -> Found {
        let found = match self.state {
            State::Osc | State::OscSkip | State::DcsData => Found::StringEnd,
            _ => Found::Control(byte),
        };
        self.enter(State::Ground);
        found
    }

    /// Ends a string sequence properly, if one is open, and goes on in another state.
    fn leave_to(&mut self, next: State) -> Option<Found> {
        let found = match self.state {
            State::Osc => Some(Found::Osc),
            State::OscSkip | State::DcsData => Some(Found::StringEnd),
            _ => None,
        };
        self.enter(next);
        found
    }

    /// The first byte after ESC that is not a control, or the final after intermediates.
    fn escape(&mut self, byte: u8) -> Option<Found> {
        if self.header.is_empty() {
            match byte {
                b'[' => return self.leave_to(State::Csi),
                b']' => return self.leave_to(State::Osc),
                b'P' => return self.leave_to(State::Dcs),
                b'X' | b'^' | b'_' => return self.leave_to(State::Skip),
                _ => {}
            }
        }
        self.state = State::Ground;
        Some(Found::Escape(byte))
    }

    fn in_dcs(&mut self, byte: u8) {
        match byte {
            0..0x20 => {}
            0x20..0x40 => self.collect(byte),
            // A malformed header's final does not start the payload, but nothing shows the difference.
            _ if !self.is_header_in_order() => {}
            _ => self.enter(State::DcsData),
        }
    }

    fn is_header_in_order(&self) -> bool {
        Csi::read(&self.header, b'@').is_some()
    }

    fn collect(&mut self, byte: u8) {
        if self.header.len() < MAX_SEQUENCE {
            self.header.push(byte);
        } else {
            // A prefix in this place makes the sequence malformed: it will be ignored.
            self.header.clear();
            self.header.extend_from_slice(b"0<");
        }
    }

    /// Adds to an OSC, or starts to skip it when it grows too long. Other strings are not kept.
    fn put(&mut self, bytes: &[u8]) {
        if self.state != State::Osc {
            return;
        }
        if self.payload.len() + bytes.len() > MAX_OSC {
            self.enter(State::OscSkip);
        } else {
            self.payload.extend_from_slice(bytes);
        }
    }

    /// A code point beyond ASCII.
    fn code(&mut self, code: u32) -> Option<Found> {
        match code {
            // xterm.js drops byte order marks wherever they stand.
            0xfeff => None,
            0x80..0xa0 => Some(self.c1(code as u8)),
            _ => match self.state {
                State::Ground => Printable::new(code).map(Found::Char),
                State::Osc => {
                    let mut bytes = Vec::with_capacity(4);
                    utf8::push(&mut bytes, code);
                    self.put(&bytes);
                    None
                }
                State::OscSkip | State::DcsData => None,
                State::Csi | State::Dcs if !self.is_header_in_order() => None,
                // Anywhere else it breaks the sequence off.
                _ => self.leave_to(State::Ground),
            },
        }
    }

    /// The 8-bit controls work in every state.
    fn c1(&mut self, code: u8) -> Found {
        let next = match code {
            0x9c => return self.leave_to(State::Ground).unwrap_or(Found::Pause),
            0x9b => State::Csi,
            0x9d => State::Osc,
            0x90 => State::Dcs,
            0x98 | 0x9e | 0x9f => State::Skip,
            _ => State::Ground,
        };
        self.enter(next);
        if next == State::Ground { Found::Control(code) } else { Found::Pause }
    }
}

/// Where the final of a control sequence is, if it is there and the sequence is not too long.
#[inline]
fn whole_sequence(body: &[u8]) -> Option<usize> {
    let len = body.iter().take(MAX_SEQUENCE).take_while(|byte| (0x20..0x40).contains(*byte)).count();
    (0x40..0x7f).contains(body.get(len)?).then_some(len)
}

#[inline]
fn control_sequence<'a>(params: &'a mut Params, body: &'a [u8], last: u8) -> Token<'a> {
    match Csi::read(body, last) {
        Some(csi) => {
            params.parse(csi.numbers);
            Token::Csi(csi, params)
        }
        None => Token::Pause,
    }
}

/// Number of printable ASCII bytes at the start.
#[inline]
fn printable_run(bytes: &[u8]) -> usize {
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
