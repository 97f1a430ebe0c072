//! What of a stream both screens model, written so that both take it alike.

use jumpseat_screen::Screen;
use jumpseat_screen::scan::Token;

/// A token that borrows nothing.
pub(crate) enum Owned {
    Text(Vec<u8>),
    Char(char),
    Control(u8),
    Escape(Vec<u8>, u8),
    Csi { prefix: Option<u8>, intermediates: Vec<u8>, numbers: Vec<i32>, has_subs: bool, last: u8 },
    Other,
}

pub(crate) fn owned(token: Token<'_>) -> Owned {
    match token {
        Token::Text(text) => Owned::Text(text.to_vec()),
        Token::Char(code) => char::from_u32(code.code()).map_or(Owned::Other, Owned::Char),
        Token::Control(code) => Owned::Control(code),
        Token::Escape { intermediates, last } => Owned::Escape(intermediates.to_vec(), last),
        Token::Csi(csi, params) => Owned::Csi {
            prefix: csi.prefix,
            intermediates: csi.intermediates.to_vec(),
            numbers: params.iter().collect(),
            has_subs: csi.numbers.contains(&b':'),
            last: csi.last,
        },
        Token::Osc(_) | Token::StringEnd | Token::Pause => Owned::Other,
    }
}

/// What was fed last, as far as the next token depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Before {
    /// ASCII, which can be repeated.
    Text,
    /// Any other character.
    Char,
    #[default]
    Other,
}

/// Leaves out and rewrites. Left out is what vt100 does not know (character sets, tab stops, insert mode, …) and:
///
/// - where it does otherwise than xterm.js: origin mode, the old alternate screens, a cursor moved vertically outside the
///   region, a region that is none, wide characters that are shifted, or for which a line has one column left, colours in other forms;
/// - a saved cursor once its line has scrolled: xterm.js keeps the line, vt100 the row.
///
/// Rewritten is what leaves the cursor elsewhere or waiting to wrap, and weights, of which vt100 has one at a time.
pub(crate) struct Modelled {
    before: Before,
    /// First and last row of the region.
    region: Option<(u16, u16)>,
    /// Lines above the screen when the cursor was saved, and which screen it was.
    saved: Option<(usize, bool)>,
    /// What scrolls out by itself is kept by xterm.js, what is told to scroll is not; vt100 keeps both.
    pub(crate) scrollback_agrees: bool,
}

impl Default for Modelled {
    fn default() -> Self {
        Self { before: Before::Other, region: None, saved: None, scrollback_agrees: true }
    }
}

impl Modelled {
    /// The bytes for both, given what our screen shows before them; none if the token is left out.
    pub(crate) fn rewrite(&mut self, token: &Owned, screen: &Screen) -> Vec<u8> {
        let before = std::mem::take(&mut self.before);
        match token {
            Owned::Text(text) => {
                self.before = Before::Text;
                return text.clone();
            }
            Owned::Char(letter) => {
                let mark = ('\u{300}'..='\u{36f}').contains(letter);
                let fits = !is_wide(*letter) || screen.cursor().column + 1 != screen.size().0;
                if !(is_known(*letter) && fits || mark && before != Before::Other) {
                    return Vec::new();
                }
                self.before = Before::Char;
                return letter.to_string().into_bytes();
            }
            Owned::Control(b'\r') => return b"\r".to_vec(),
            _ => {}
        }
        let Some(rewritten) = self.sequence(token, before, screen) else { return Vec::new() };
        // Nothing but text and a carriage return is done alike while the next character will wrap.
        let (cursor, (cols, _)) = (screen.cursor(), screen.size());
        let repeats = matches!(token, Owned::Csi { last: b'b', .. });
        if cursor.column < cols || repeats || rewritten.ends_with(b"m") {
            return rewritten;
        }
        [at(cursor.row, cols - 1), rewritten].concat()
    }

    fn sequence(&mut self, token: &Owned, before: Before, screen: &Screen) -> Option<Vec<u8>> {
        let row = screen.cursor().row;
        let (top, bottom) = self.region.unwrap_or((0, screen.size().1 - 1));
        match token {
            Owned::Control(code @ 7..=12) => Some(vec![*code]),
            Owned::Escape(intermediates, last) if intermediates.is_empty() => {
                let sequence = vec![0x1b, *last];
                match last {
                    b'=' | b'>' => Some(sequence),
                    b'M' if row > 0 || top == 0 => Some(sequence),
                    b'7' => {
                        self.saved = Some((screen.scrollback_len(), screen.in_alternate()));
                        Some(sequence)
                    }
                    b'8' => {
                        let now = (screen.scrollback_len(), screen.in_alternate());
                        (self.saved == Some(now)).then_some(sequence)
                    }
                    b'c' => {
                        (self.region, self.saved) = (None, None);
                        // xterm.js leaves the cursor hidden.
                        Some(b"\x1bc\x1b[?25h".to_vec())
                    }
                    _ => None,
                }
            }
            Owned::Csi { has_subs: true, .. } => None,
            Owned::Csi { prefix: None, intermediates, numbers, last, .. } if intermediates.is_empty() => {
                let is_inside = (top..=bottom).contains(&row);
                self.plain(numbers, *last, before, screen, is_inside)
            }
            Owned::Csi { prefix: None, intermediates, numbers, last: b'q', .. }
                if intermediates == b" " && (0..=6).contains(&numbers[0]) =>
            {
                Some(format!("\x1b[{} q", numbers[0]).into_bytes())
            }
            Owned::Csi { prefix: Some(b'?'), intermediates, numbers, last: last @ (b'h' | b'l'), .. }
                if intermediates.is_empty() =>
            {
                let known: Vec<u8> = numbers
                    .iter()
                    .filter_map(|mode| self.mode(*mode, *last == b'h', screen))
                    .flatten()
                    .collect();
                (!known.is_empty()).then_some(known)
            }
            _ => None,
        }
    }

    fn plain(
        &mut self,
        numbers: &[i32],
        last: u8,
        before: Before,
        screen: &Screen,
        is_inside: bool,
    ) -> Option<Vec<u8>> {
        let (cols, rows) = screen.size();
        let number = |index: usize| numbers.get(index).copied().unwrap_or(0).clamp(0, 9999);
        let one = || Some(format!("\x1b[{}{}", number(0), char::from(last)).into_bytes());
        let has_wide = || screen.row(screen.cursor().row).cells().any(|cell| cell.width == 2);
        match last {
            b'A' | b'B' | b'E' | b'F' if is_inside => one(),
            b'C' | b'D' | b'G' | b'`' | b'd' => one(),
            b'H' | b'f' => Some(format!("\x1b[{};{}H", number(0), number(1)).into_bytes()),
            b'J' if number(0) <= 2 => one(),
            b'K' => one(),
            b'@' | b'P' | b'X' if !has_wide() => one(),
            // xterm.js returns to the first column.
            b'L' | b'M' => Some([one()?, b"\r".to_vec()].concat()),
            b'S' => {
                self.scrollback_agrees = false;
                one()
            }
            b'T' if numbers.len() == 1 => one(),
            b'b' if before == Before::Text => Some(format!("\x1b[{}b", number(0).min(100)).into_bytes()),
            b'r' => {
                let first = number(0).max(1);
                let last = if number(1) == 0 { i32::from(rows) } else { number(1).min(i32::from(rows)) };
                if first >= last {
                    return None;
                }
                let region = (first as u16 - 1, last as u16 - 1);
                self.region = Some(region);
                Some([format!("\x1b[{first};{last}r").into_bytes(), at(region.0, 0)].concat())
            }
            b'm' => graphics(numbers),
            _ => None,
        }
        .filter(|_| cols > 1)
    }

    fn mode(&mut self, mode: i32, on: bool, screen: &Screen) -> Option<Vec<u8>> {
        let sequence = format!("\x1b[?{mode}{}", if on { 'h' } else { 'l' }).into_bytes();
        match mode {
            1 | 25 | 1000 | 1006 | 2004 => Some(sequence),
            // The cursor stays where it is in xterm.js; vt100 has one for each screen, and one pen that is saved.
            1049 if on && !screen.in_alternate() && self.region.is_none() => {
                self.saved = None;
                Some([sequence, b"\x1b[H\x1b[m".to_vec()].concat())
            }
            1049 if !on && screen.in_alternate() && self.region.is_none() => {
                self.saved = None;
                Some([sequence, b"\x1b[H\x1b[m".to_vec()].concat())
            }
            _ => None,
        }
    }
}

fn is_wide(letter: char) -> bool {
    letter >= '\u{3041}'
}

/// Characters that are as wide in both, and no marks.
fn is_known(letter: char) -> bool {
    matches!(letter,
        '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{2500}'..='\u{257f}' | '\u{3041}'..='\u{3096}' | '\u{4e00}'..='\u{9fa5}'
        | '\u{ac00}'..='\u{d7a3}')
}

fn at(row: u16, column: u16) -> Vec<u8> {
    format!("\x1b[{};{}H", row + 1, column + 1).into_bytes()
}

/// Weights, slant, underline, inverse and colours.
fn graphics(numbers: &[i32]) -> Option<Vec<u8>> {
    let mut known = Vec::new();
    let mut rest = numbers;
    while let [code, behind @ ..] = rest {
        rest = behind;
        match (code, behind) {
            (38 | 48, [5, index, tail @ ..]) if *index < 256 => {
                known.push(format!("{code};5;{index}"));
                rest = tail;
            }
            (38 | 48, [2, r, g, b, tail @ ..]) if [r, g, b].iter().all(|value| **value < 256) => {
                known.push(format!("{code};2;{r};{g};{b}"));
                rest = tail;
            }
            (38 | 48 | 58, _) => break,
            (1 | 2, _) => known.push(format!("22;{code}")),
            (0 | 3 | 4 | 7 | 22..=24 | 27 | 30..=37 | 39..=47 | 49 | 90..=97 | 100..=107, _) => {
                known.push(code.to_string())
            }
            _ => {}
        }
    }
    (!known.is_empty()).then(|| format!("\x1b[{}m", known.join(";")).into_bytes())
}
