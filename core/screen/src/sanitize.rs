//! Lets through of a host's output what a guest's real terminal may see: text, and sequences that are known to do nothing
//! but draw. It reads as a screen does and writes again what it took: nothing passes that was not understood.

mod allowed;
#[cfg(test)]
mod tests;

use std::io::Write as _;

use crate::MAX_SIZE;
use crate::link::Link;
use crate::palette::{Slot, parse_color, parse_index};
use crate::scan::{Csi, Params, Scanner, Token};
use crate::text::title;
use crate::utf8;
use crate::work::Budget;

/// A streaming filter for output, with lists of what passes: terminals learn commands faster than a list of what does not,
/// and some of them answer, write the clipboard, or call functions of the editor around them. Every number is bounded, so
/// that a few bytes cost the terminal no more than a screenful, and sequences that cost a screenful are left out once there
/// are more of them than there is output between them.
///
/// Parameters that are missing or zero are written as terminals read them; strings end with `ESC \`.
#[derive(Clone, Debug)]
pub struct Sanitizer {
    scanner: Scanner,
    cols: u16,
    rows: u16,
    /// Text is under a link that passed.
    in_link: bool,
    work: Budget,
}

/// Screens that may be changed at once.
const SCREENS: u32 = 2;

impl Default for Sanitizer {
    fn default() -> Self {
        let work = Budget::new(MAX_SIZE, MAX_SIZE, SCREENS);
        Self { scanner: Scanner::default(), cols: MAX_SIZE, rows: MAX_SIZE, in_link: false, work }
    }
}

impl Sanitizer {
    /// The terminal's size from now on; until it is known, the largest that there is.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        (self.cols, self.rows) = (cols.clamp(1, MAX_SIZE), rows.clamp(1, MAX_SIZE));
        self.work.resize(self.cols, self.rows, SCREENS);
    }

    /// Takes output, cut anywhere, and appends what may pass.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Self { scanner, cols, rows, in_link, work } = self;
        let mut filter = Filter { cols: *cols, rows: *rows, in_link, work, out };
        let mut rest = bytes;
        while let Some(token) = scanner.next(&mut rest) {
            filter.take(token);
        }
    }
}

struct Filter<'a> {
    cols: u16,
    rows: u16,
    in_link: &'a mut bool,
    work: &'a mut Budget,
    out: &'a mut Vec<u8>,
}

impl Filter<'_> {
    fn take(&mut self, token: Token<'_>) {
        match token {
            Token::Text(text) => {
                self.work.earn(text.len() as u32);
                self.out.extend_from_slice(text);
            }
            Token::Char(code) => {
                self.work.earn(1);
                utf8::push(self.out, code.code());
            }
            Token::Control(code) => self.control(code),
            Token::Escape { intermediates, last } => self.escape(intermediates, last),
            Token::Csi(csi, params) => self.control_sequence(csi, params),
            Token::Osc(payload) => self.system_command(payload),
            Token::StringEnd | Token::Pause => {}
        }
    }

    fn control(&mut self, code: u8) {
        match code {
            // The bell, backspace, tab, line feeds, carriage return, shifts.
            0x07..=0x0f => self.out.push(code),
            // Index, next line and tab set, in their 7-bit form.
            0x84 | 0x85 | 0x88 => self.out.extend_from_slice(&[0x1b, code - 0x40]),
            _ => {}
        }
    }

    fn control_sequence(&mut self, csi: Csi<'_>, params: &Params) {
        self.work.earn(3);
        let Some(most) = allowed::control(csi, params) else { return };
        if !self.work.spend(self.cost(csi, params)) {
            return;
        }
        let start = self.out.len();
        self.out.extend_from_slice(b"\x1b[");
        self.out.extend(csi.prefix);
        if !self.numbers(params, most) {
            self.out.truncate(start);
            return;
        }
        self.out.extend_from_slice(csi.intermediates);
        self.out.push(csi.last);
    }

    fn escape(&mut self, intermediates: &[u8], last: u8) {
        self.work.earn(2);
        let cells = u32::from(self.cols) * u32::from(self.rows);
        let cost = match (intermediates, last) {
            (b"#", b'8') => cells,
            (b"", b'c') => cells / 2,
            _ => 0,
        };
        if allowed::escape(intermediates, last) && self.work.spend(cost) {
            self.out.push(0x1b);
            self.out.extend_from_slice(intermediates);
            self.out.push(last);
        }
    }

    fn system_command(&mut self, payload: &[u8]) {
        let payload = String::from_utf8_lossy(payload);
        let (number, data) = payload.split_once(';').unwrap_or((&payload, ""));
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        let number = number.trim_start_matches('0');
        match number {
            "" | "1" | "2" => {
                let number = if number.is_empty() { "0" } else { number };
                self.command(format_args!("{number};{}", title(data)));
            }
            "4" => {
                let fields: Vec<&str> = data.split(';').collect();
                for [index, spec] in fields.as_chunks().0 {
                    if let (Some(index), Some([r, g, b])) = (parse_index(index), parse_color(spec)) {
                        self.command(format_args!("4;{index};rgb:{r:02x}/{g:02x}/{b:02x}"));
                    }
                }
            }
            "8" => self.link(data),
            "10" => self.colors(10, data),
            "11" => self.colors(11, data),
            "12" => self.colors(12, data),
            "104" if data.is_empty() => self.command(format_args!("104")),
            "104" => {
                for index in data.split(';').filter_map(parse_index) {
                    self.command(format_args!("104;{index}"));
                }
            }
            "110" | "111" | "112" => self.command(format_args!("{number}")),
            _ => {}
        }
    }
}

/// What printing a character once more costs.
const REPEATED: u32 = 4;

impl Filter<'_> {
    /// What a sequence that passes costs, in cells that are printed on: those that are filled cost less, and lines that
    /// move little. What costs no more than a row is free.
    fn cost(&self, csi: Csi<'_>, params: &Params) -> u32 {
        let (cols, rows) = (u32::from(self.cols), u32::from(self.rows));
        match (csi.prefix, csi.intermediates, csi.last) {
            (None, b"", b'L' | b'M' | b'S' | b'T') => params.count(0).min(rows) * (cols + rows) / 4,
            (None | Some(b'?'), b"", b'J') => cols * rows / 4,
            (None, b" ", b'@' | b'A') | (None, b"'", b'}' | b'~') => cols * rows,
            (Some(b'?'), b"", b'h' | b'l') => {
                let screens = params.iter().filter(|mode| matches!(mode, 47 | 1047 | 1049)).count();
                screens as u32 * cols * rows / 4
            }
            _ => 0,
        }
    }

    /// Writes the numbers that may pass; `false` when none does although there must be one.
    fn numbers(&mut self, params: &Params, most: allowed::Numbers) -> bool {
        use allowed::Numbers;
        let bound = match most {
            Numbers::None => return true,
            Numbers::Of(list) => {
                let start = self.out.len();
                for number in params.iter().filter(|number| list.contains(number)) {
                    self.number(number, start);
                }
                return self.out.len() > start;
            }
            Numbers::Two => {
                let _ = write!(self.out, "{};{}", params.at(0), params.at(1).clamp(0, 2));
                return true;
            }
            Numbers::Any | Numbers::WithSubs => allowed::MAX_NUMBER,
            Numbers::Rows => i32::from(self.rows),
            Numbers::Columns => i32::from(self.cols),
            Numbers::Cells => {
                // As a screen repeats.
                let most = (u32::from(self.cols) * u32::from(self.rows)).max(1024);
                let count =
                    self.work.spend_for(params.count(0).min(most).min(allowed::MAX_NUMBER as u32), REPEATED);
                let _ = write!(self.out, "{count}");
                return count > 0;
            }
        };
        let bound = bound.min(allowed::MAX_NUMBER);
        // One that is missing is 0 everywhere.
        let has_subs = matches!(most, Numbers::WithSubs) && !params.subs(0).is_empty();
        if params.len() > 1 || params.at(0).clamp(0, bound) != 0 || has_subs {
            for index in 0..params.len() {
                let separator: &[u8] = if index > 0 { b";" } else { b"" };
                self.out.extend_from_slice(separator);
                let _ = write!(self.out, "{}", params.at(index).clamp(0, bound));
                if matches!(most, Numbers::WithSubs) {
                    self.subs(params.subs(index));
                }
            }
        }
        true
    }

    fn subs(&mut self, subs: &[i32]) {
        for &sub in subs {
            self.out.push(b':');
            if sub >= 0 {
                let _ = write!(self.out, "{}", sub.min(allowed::MAX_NUMBER));
            }
        }
    }

    fn number(&mut self, number: i32, start: usize) {
        if self.out.len() > start {
            self.out.push(b';');
        }
        let _ = write!(self.out, "{number}");
    }

    fn command(&mut self, payload: std::fmt::Arguments<'_>) {
        let _ = write!(self.out, "\x1b]{payload}\x1b\\");
    }

    /// Specifications for consecutive slots.
    fn colors(&mut self, first: usize, data: &str) {
        for (number, spec) in (first..10 + Slot::SPECIAL.len()).zip(data.split(';')) {
            if let Some([r, g, b]) = parse_color(spec) {
                self.command(format_args!("{number};rgb:{r:02x}/{g:02x}/{b:02x}"));
            }
        }
    }

    fn link(&mut self, data: &str) {
        let Some((params, uri)) = data.split_once(';') else { return };
        if let Some(link) = Link::parse(params, uri) {
            *self.in_link = true;
            match link.id() {
                Some(id) => self.command(format_args!("8;id={id};{}", link.uri())),
                None => self.command(format_args!("8;;{}", link.uri())),
            }
            return;
        }
        // What must not be offered ends the link before it.
        let ends = !uri.is_empty() || params.trim().is_empty();
        if ends && std::mem::take(self.in_link) {
            self.command(format_args!("8;;"));
        }
    }
}
