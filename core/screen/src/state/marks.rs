//! The shell's marks: OSC 133 (FinalTerm) and OSC 633 (VS Code), and OSC 7 for the working directory.
//!
//! Anything that is printed can contain marks. A mark is *proven* if its last field is the nonce that the shell's
//! integration was given. From the first proven mark on, no other mark begins or ends a command, names one, or
//! names a directory. Before it, every mark counts, and what it begins is not proven.

use std::ops::Range;

use super::State;
use crate::blocks::{Line, MAX_TEXT, Place};
use crate::event::Event;

/// The third field of a proven `E`: the line counts only if it is what was typed, as the screen shows it.
const IF_TYPED: &str = "typed";

/// Most cells that a command line may stand on, to be read from the screen.
const MAX_TYPED: u64 = 4 * MAX_TEXT as u64;

impl State {
    /// OSC 133: `A`, `B`, `C`, `D;exit`, each with further `key=value` fields that change nothing here.
    pub(super) fn mark_133(&mut self, data: &str) {
        self.mark(data, false);
    }

    /// OSC 633: the same letters, and `E;command line`, `P;Cwd=…`, each with a nonce in the end.
    pub(super) fn mark_633(&mut self, data: &str) {
        let nonce = self.nonce.as_ref();
        match data.rsplit_once(';').filter(|(_, last)| nonce.is_some_and(|nonce| nonce.is(last))) {
            Some((data, _)) => {
                self.first_proof();
                self.mark(data, true);
            }
            None => self.mark(data, false),
        }
    }

    fn mark(&mut self, data: &str, proven: bool) {
        let (letter, rest) = data.split_once(';').unwrap_or((data, ""));
        // The prompt holds these two, so they carry no nonce. They only say where a prompt is.
        let is_prompt = matches!(letter, "A" | "B") && !self.blocks.running;
        let counts = proven || ((!self.blocks.proves || is_prompt) && !self.in_alternate);
        let is_property = matches!(letter, "E" | "P") && !self.blocks.proves;
        if !counts && !is_property {
            return;
        }
        let mut fields = rest.split(';');
        let first = fields.next().unwrap_or_default();
        match letter {
            "A" => self.prompt_starts(),
            "B" => self.blocks.command = Some(self.place()),
            "C" => self.output_starts(proven),
            "D" => self.output_ends(first),
            "E" if first.len() <= MAX_TEXT => {
                let if_typed = proven && fields.next() == Some(IF_TYPED);
                self.blocks.announced = Some(Line { text: unescape(first), if_typed });
            }
            "P" => {
                if let Some(cwd) = first.strip_prefix("Cwd=") {
                    // The shell says this at its prompts: whatever ran has ended.
                    if proven && self.blocks.running {
                        self.output_ends("");
                    }
                    self.set_cwd(unescape(cwd));
                }
            }
            _ => {}
        }
    }

    /// Other marks lose their say.
    fn first_proof(&mut self) {
        if !std::mem::replace(&mut self.blocks.proves, true) {
            self.output_ends("");
            self.blocks.announced = None;
        }
    }

    fn prompt_starts(&mut self) {
        let at = self.place();
        // The prompt's line starts a generation, so that a snapshot from this block on begins with it.
        let generation = self.new_generation();
        if let Some(line) = self.normal.row_mut(self.normal.y) {
            line.born = generation;
        }
        if let Some(ended) = self.blocks.prompt(at, generation, self.now) {
            self.events.push(Event::BlockFinished(ended));
        }
    }

    fn output_starts(&mut self, proven: bool) {
        // Two integrations of others at once: this command has begun already.
        if !proven && self.blocks.running && self.blocks.prompt.is_none() && self.blocks.announced.is_none() {
            return;
        }
        let at = self.place();
        if self.blocks.prompt.is_none() {
            let generation = self.new_generation();
            self.blocks.generation = generation;
            if let Some(line) = self.normal.row_mut(self.normal.y) {
                line.born = generation;
            }
        }
        if let Some(ended) = self.blocks.finish(at, None, self.now) {
            self.events.push(Event::BlockFinished(ended));
        }
        let line = match self.blocks.announced.take() {
            Some(Line { text, if_typed: false }) => Some(text),
            Some(Line { text, if_typed: true }) => self.typed(at).filter(|typed| *typed == text),
            // Our own shell would have told it. It is private.
            None if proven => None,
            None => self.typed(at),
        };
        let id = self.blocks.start(at, line, proven, self.now);
        self.events.push(Event::BlockStarted(id));
    }

    /// What stands between the prompt and here.
    fn typed(&self, to: Place) -> Option<String> {
        // Unless it is short, it is not even looked at: spaces at its lines' ends count, too.
        let from = self.blocks.command?;
        let lines = to.line.saturating_sub(from.line);
        let cells = lines.saturating_mul(u64::from(self.cols)) + u64::from(to.column);
        if cells > MAX_TYPED {
            return None;
        }
        let text = self.normal_text(from, to);
        (text.len() <= MAX_TEXT).then_some(text)
    }

    fn output_ends(&mut self, exit_code: &str) {
        let exit_code = exit_code.parse().ok();
        let at = self.place();
        if let Some(ended) = self.blocks.finish(at, exit_code, self.now) {
            self.events.push(Event::BlockFinished(ended));
        }
    }

    /// Rows of the viewport are about to be erased.
    pub(super) fn blocks_erased(&mut self, rows: Range<u16>, whole: bool) {
        if self.in_alternate {
            return;
        }
        self.blocks.settle();
        let number = |row: u16| self.normal.dropped + self.normal.index(row) as u64;
        let normal = &self.normal;
        self.blocks.erase(number(rows.start)..number(rows.end), whole, |lines| normal.has_text(lines));
        if !self.blocks.cut.is_empty() {
            self.events.push(Event::OutputErased);
        }
    }

    /// The lines before this one are about to be dropped by somebody who cleared them.
    pub(super) fn blocks_forgotten(&mut self, before: u64) {
        self.blocks.settle();
        let normal = &self.normal;
        self.blocks.forget(before, |lines| normal.has_text(lines));
        if self.blocks.next_id > 0 {
            self.events.push(Event::OutputErased);
        }
    }

    pub(crate) fn new_generation(&mut self) -> u32 {
        self.set_generation(self.generation.saturating_add(1));
        self.generation
    }

    pub(super) fn set_cwd_from_uri(&mut self, uri: &str) {
        if self.blocks.proves {
            return;
        }
        let Some(rest) = uri.strip_prefix("file://") else { return };
        let path = rest.find('/').map_or("", |slash| &rest[slash..]);
        if !path.is_empty() {
            self.set_cwd(percent_decode(path));
        }
    }

    fn set_cwd(&mut self, cwd: String) {
        if cwd.len() <= MAX_TEXT && self.blocks.cwd.as_ref() != Some(&cwd) {
            self.events.push(Event::Cwd(cwd.clone()));
            self.blocks.cwd = Some(cwd);
        }
    }

    /// Text of the normal buffer between two places, one line each, joined where a line wrapped.
    pub(crate) fn normal_text(&self, from: Place, to: Place) -> String {
        let buffer = &self.normal;
        let mut text = String::new();
        let first = from.line.max(buffer.dropped);
        for number in first..=to.line {
            let Some(line) = buffer.lines.get((number - buffer.dropped) as usize) else { break };
            let start = if number == from.line { from.column } else { 0 };
            let next = buffer.lines.get((number - buffer.dropped) as usize + 1).filter(|next| next.wrapped);
            let end = match number == to.line {
                true => to.column.min(line.text_len()),
                false => line.printed_len(next, self.cols),
            };
            if number > first && !line.wrapped {
                text.push('\n');
            }
            for column in start..end.max(start) {
                let cell = line.get(column);
                match cell.has_text() {
                    true => text.extend(self.codes(cell).into_iter().filter_map(char::from_u32)),
                    false if cell.width() > 0 => text.push(' '),
                    false => {}
                }
            }
        }
        let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
        lines.join("\n").trim_end_matches('\n').to_owned()
    }
}

/// The escapes of OSC 633: `\\` and `\xHH`.
fn unescape(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match (&bytes[at..], hex(bytes.get(at + 2..at + 4))) {
            ([b'\\', b'\\', ..], _) => {
                out.push(b'\\');
                at += 2;
            }
            ([b'\\', b'x', ..], Some(byte)) => {
                out.push(byte);
                at += 4;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn percent_decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], hex(bytes.get(at + 1..at + 3))) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex(digits: Option<&[u8]>) -> Option<u8> {
    let digits = std::str::from_utf8(digits?).ok()?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u8::from_str_radix(digits, 16).ok()
}
