//! Takes out of a host's output what must not reach a guest's real terminal: queries that it would answer, access
//! to its clipboard, marks that belong to another shell, and payloads that no screen shows.

#[cfg(test)]
mod tests;

use crate::link::MAX_URI;
use crate::parser::printable_run;
use crate::utf8::{self, Decoded};

/// Longest control sequence passed on, in bytes.
const MAX_SEQUENCE: usize = 512;
/// Longest OSC passed on, in bytes.
const MAX_OSC: usize = 64 * 1024;

/// What passes beyond plain output. By default nothing does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Shell marks: OSC 7, 133 and 633.
    pub shell_marks: bool,
    /// Notifications: OSC 9, 99 and 777.
    pub notifications: bool,
    /// iTerm2's own commands: OSC 1337.
    pub iterm: bool,
}

/// A streaming filter for output. What it keeps, it keeps byte by byte; 8-bit controls are written as 7-bit ones
/// and invalid UTF-8 as U+FFFD.
#[derive(Clone, Debug, Default)]
pub struct Sanitizer {
    policy: Policy,
    state: State,
    /// The sequence so far, while it may still be dropped.
    held: Vec<u8>,
    /// A character's bytes so far.
    cut: Vec<u8>,
    /// An OSC was passed on whose string terminator is still to come.
    unterminated: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    Csi,
    /// A control sequence too long to keep.
    CsiSkip,
    Osc,
    /// An OSC too long to keep.
    OscSkip,
    /// DCS, SOS, PM, APC.
    Skip,
}

impl Sanitizer {
    /// A filter at the beginning of a stream.
    pub fn new(policy: Policy) -> Self {
        Self { policy, ..Self::default() }
    }

    /// Takes output, cut anywhere, and appends what may pass.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut at = self.finish_cut(bytes, out);
        while at < bytes.len() {
            let rest = &bytes[at..];
            let run = printable_run(rest);
            at += match self.state {
                State::Ground if run > 0 => {
                    out.extend_from_slice(&rest[..run]);
                    run
                }
                State::Osc if run > 0 => {
                    self.hold(&rest[..run]);
                    run
                }
                State::Skip | State::OscSkip if run > 0 => run,
                _ => match utf8::decode(rest) {
                    Decoded::Code(code, len) => {
                        self.code(code, out);
                        len
                    }
                    Decoded::Invalid(len) => {
                        self.code(utf8::REPLACEMENT, out);
                        len
                    }
                    Decoded::Cut => {
                        self.cut.extend_from_slice(rest);
                        rest.len()
                    }
                },
            };
        }
    }

    fn finish_cut(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> usize {
        let mut used = 0;
        while !self.cut.is_empty() {
            let Some(&byte) = bytes.get(used) else { break };
            self.cut.push(byte);
            match utf8::decode(&self.cut) {
                Decoded::Cut => used += 1,
                Decoded::Code(code, _) => {
                    used += 1;
                    self.cut.clear();
                    self.code(code, out);
                }
                Decoded::Invalid(_) => {
                    self.cut.clear();
                    self.code(utf8::REPLACEMENT, out);
                }
            }
        }
        used
    }

    fn code(&mut self, code: u32, out: &mut Vec<u8>) {
        match code {
            0x1b => self.begin_escape(out),
            0x18 | 0x1a => {
                self.close(out);
                self.enter(State::Ground, b"");
                out.push(code as u8);
            }
            0x80..0xa0 => self.c1(code as u8, out),
            0..0x80 => self.ascii(code as u8, out),
            _ => match self.state {
                State::Ground => utf8::push(out, code),
                State::Osc => {
                    let mut bytes = Vec::with_capacity(4);
                    utf8::push(&mut bytes, code);
                    self.hold(&bytes);
                }
                State::OscSkip | State::Skip => {}
                // It breaks a sequence off.
                _ => {
                    self.close(out);
                    self.enter(State::Ground, b"");
                }
            },
        }
    }

    fn ascii(&mut self, byte: u8, out: &mut Vec<u8>) {
        match self.state {
            // ENQ asks for an answer, in the middle of a sequence, too.
            _ if byte == 0x05 => {}
            State::Ground => out.push(byte),
            State::Escape => self.in_escape(byte, out),
            State::Csi | State::CsiSkip => self.in_csi(byte, out),
            State::Osc | State::OscSkip if byte == 0x07 => {
                self.end_osc(&[0x07], out);
                self.enter(State::Ground, b"");
            }
            State::Osc if byte >= 0x20 => self.hold(&[byte]),
            State::Osc | State::OscSkip | State::Skip => {}
        }
    }

    fn c1(&mut self, code: u8, out: &mut Vec<u8>) {
        if code == 0x9c && self.state == State::Osc {
            self.end_osc(b"\x1b\\", out);
        }
        self.close(out);
        match code {
            0x9b => self.enter(State::Csi, b"\x1b["),
            0x9d => self.enter(State::Osc, b"\x1b]"),
            0x90 | 0x98 | 0x9e | 0x9f => self.enter(State::Skip, b""),
            // DECID, in its 8-bit form, and the string terminator.
            0x9a | 0x9c => self.enter(State::Ground, b""),
            _ => {
                self.enter(State::Ground, b"");
                out.extend_from_slice(&[0x1b, code - 0x40]);
            }
        }
    }

    fn begin_escape(&mut self, out: &mut Vec<u8>) {
        if self.state == State::Osc {
            self.unterminated = self.end_osc(b"", out);
        } else {
            self.close(out);
        }
        self.enter(State::Escape, b"\x1b");
    }

    fn in_escape(&mut self, byte: u8, out: &mut Vec<u8>) {
        if self.held.len() == 1 && byte == b'\\' {
            if std::mem::take(&mut self.unterminated) {
                out.extend_from_slice(b"\x1b\\");
            }
            self.enter(State::Ground, b"");
            return;
        }
        self.close(out);
        match byte {
            0..0x20 => out.push(byte),
            0x7f => {}
            0x20..0x30 if self.held.len() < MAX_SEQUENCE => self.held.push(byte),
            b'[' if self.held.len() == 1 => self.enter(State::Csi, b"\x1b["),
            b']' if self.held.len() == 1 => self.enter(State::Osc, b"\x1b]"),
            b'P' | b'X' | b'^' | b'_' if self.held.len() == 1 => self.enter(State::Skip, b""),
            _ => {
                // DECID asks; `%` leaves UTF-8; a space selects 8-bit answers.
                let asks = self.held.len() == 1 && byte == b'Z';
                if !asks && !matches!(self.held.get(1), Some(b'%' | b' ')) {
                    self.held.push(byte);
                    out.append(&mut self.held);
                }
                self.enter(State::Ground, b"");
            }
        }
    }

    fn in_csi(&mut self, byte: u8, out: &mut Vec<u8>) {
        match byte {
            // Controls inside a sequence work at once.
            0..0x20 => out.push(byte),
            0x7f => {}
            0x20..0x40 if self.held.len() < MAX_SEQUENCE => self.held.push(byte),
            0x20..0x40 => self.enter(State::CsiSkip, b""),
            _ => {
                if self.state == State::Csi && !is_dropped(&self.held[2..], byte) {
                    self.held.push(byte);
                    out.append(&mut self.held);
                }
                self.enter(State::Ground, b"");
            }
        }
    }

    fn enter(&mut self, state: State, held: &[u8]) {
        self.state = state;
        self.held.clear();
        self.held.extend_from_slice(held);
    }

    fn hold(&mut self, bytes: &[u8]) {
        if self.held.len() + bytes.len() > MAX_OSC {
            self.enter(State::OscSkip, b"");
        } else {
            self.held.extend_from_slice(bytes);
        }
    }

    /// Terminates an OSC that was passed on, when something else than its terminator comes.
    fn close(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.unterminated) {
            out.extend_from_slice(b"\x1b\\");
        }
    }

    /// Passes a complete OSC on, if it may pass. Returns whether it did.
    fn end_osc(&mut self, terminator: &[u8], out: &mut Vec<u8>) -> bool {
        let passes = self.state == State::Osc && self.osc_passes(&self.held[2..]);
        if passes {
            out.append(&mut self.held);
            out.extend_from_slice(terminator);
        }
        self.held.clear();
        passes
    }

    fn osc_passes(&self, payload: &[u8]) -> bool {
        let digits = payload.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = payload.split_at(digits);
        let fields = match rest {
            [] => rest,
            [b';', fields @ ..] => fields,
            // No known command: report requests of old terminals have letters here.
            _ => return false,
        };
        let Some(number) = std::str::from_utf8(number).ok().and_then(|text| text.parse::<u32>().ok()) else {
            return false;
        };
        let asks = || fields.split(|byte| *byte == b';').any(|field| field.first() == Some(&b'?'));
        // A list of what passes: terminals learn commands faster than a list of what does not, and some of them write
        // the clipboard or call functions of the editor around them.
        match number {
            0..=2 => true,
            4 | 5 | 10..=19 | 21 | 22 => !asks() && !fields.ends_with(b"?"),
            104 | 105 | 110..=119 => true,
            7 | 133 | 633 => self.policy.shell_marks,
            8 => fields.len() <= MAX_URI + 256 && is_web_link(fields),
            9 | 99 | 777 => self.policy.notifications,
            1337 => self.policy.iterm,
            _ => false,
        }
    }
}

/// Whether a hyperlink leads into the web, or ends one: terminals open others (`file:`, `vscode:`) with local programs.
fn is_web_link(fields: &[u8]) -> bool {
    let uri = fields.splitn(2, |byte| *byte == b';').nth(1).unwrap_or_default();
    let scheme = uri.split(|byte| *byte == b':').next().unwrap_or_default();
    uri.is_empty() || [&b"http"[..], b"https", b"mailto"].iter().any(|web| scheme.eq_ignore_ascii_case(web))
}

/// Control sequences that a terminal answers, or that print on paper.
fn is_dropped(body: &[u8], last: u8) -> bool {
    let prefix = body.first().copied().filter(|byte| (b'<'..=b'?').contains(byte));
    let has = |byte: u8| body.contains(&byte);
    match last {
        b'c' | b'i' => true,
        b'n' => prefix != Some(b'>'),
        b'p' | b'w' => has(b'$'),
        b'q' => prefix == Some(b'>'),
        b't' => {
            let number = body.split(|byte| *byte == b';').next().unwrap_or_default();
            !matches!(number, b"22" | b"23")
        }
        b'u' => prefix == Some(b'?') || has(b'&') || has(b'$'),
        b'm' | b'S' => prefix == Some(b'?'),
        b'x' => !has(b'$') && !has(b'*'),
        b'y' => has(b'*'),
        b'z' => has(b'\''),
        b'|' => has(b'\''),
        b'R' => has(b'#'),
        _ => false,
    }
}
