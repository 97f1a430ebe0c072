//! The shell's marks: OSC 133 (FinalTerm) and OSC 633 (VS Code), and OSC 7 for the working directory.

use super::State;
use crate::blocks::{MAX_TEXT, Place};
use crate::event::Event;

impl State {
    /// OSC 133: `A`, `B`, `C`, `D;exit`, each with further `key=value` fields that change nothing here.
    pub(super) fn mark_133(&mut self, data: &str) {
        let mut fields = data.split(';');
        match fields.next() {
            Some("A") => self.prompt_starts(),
            Some("B") => self.command_starts(),
            Some("C") => self.output_starts(),
            Some("D") => self.output_ends(fields.next()),
            _ => {}
        }
    }

    /// OSC 633: the same letters, and `E;command line[;nonce]`, `P;Cwd=…`.
    pub(super) fn mark_633(&mut self, data: &str) {
        match data.split_once(';') {
            Some(("E", rest)) => {
                let line = rest.split(';').next().unwrap_or_default();
                if line.len() <= MAX_TEXT {
                    self.blocks.announced = Some(unescape(line));
                }
            }
            Some(("P", rest)) => {
                if let Some(cwd) = rest.strip_prefix("Cwd=") {
                    self.set_cwd(unescape(cwd));
                }
            }
            _ => self.mark_133(data),
        }
    }

    fn prompt_starts(&mut self) {
        if self.in_alternate {
            return;
        }
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

    fn command_starts(&mut self) {
        if !self.in_alternate {
            self.blocks.command = Some(self.place());
        }
    }

    fn output_starts(&mut self) {
        if self.in_alternate {
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
        let typed = self.blocks.command.filter(|_| self.blocks.announced.is_none());
        let typed = typed.map(|from| self.normal_text(from, at)).filter(|text| text.len() <= MAX_TEXT);
        let id = self.blocks.start(at, typed, self.now);
        self.events.push(Event::BlockStarted(id));
    }

    fn output_ends(&mut self, exit_code: Option<&str>) {
        let exit_code = exit_code.and_then(|code| code.parse().ok());
        let at = self.place();
        if let Some(ended) = self.blocks.finish(at, exit_code, self.now) {
            self.events.push(Event::BlockFinished(ended));
        }
    }

    /// Rows of the viewport from this one on were erased.
    pub(super) fn blocks_erased_below(&mut self, row: u16) {
        if !self.in_alternate {
            let line = self.normal.dropped + self.normal.index(row) as u64;
            self.blocks.erase_from(line);
        }
    }

    pub(crate) fn new_generation(&mut self) -> u32 {
        self.set_generation(self.generation.saturating_add(1));
        self.generation
    }

    pub(super) fn set_cwd_from_uri(&mut self, uri: &str) {
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
            let end = if number == to.line { to.column.min(line.text_len()) } else { line.text_len() };
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
