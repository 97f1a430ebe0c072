//! Both screens, fed alike and compared.

use std::num::NonZeroU16;

use jumpseat_screen::scan::Scanner;
use jumpseat_screen::{
    CellView, Color, CursorShape, MouseEncoding, MouseProtocol, Options, Screen, Underline,
};

use crate::modelled::{Modelled, owned};

/// Lines of scrollback, of both.
const SCROLLBACK: usize = 1000;

pub(crate) struct Pair {
    pub(crate) ours: Screen,
    theirs: vt100::Parser,
    scanner: Scanner,
    modelled: Modelled,
    /// What both were fed last.
    fed: Vec<u8>,
    tokens: usize,
}

impl Pair {
    pub(crate) fn new(options: Options) -> Self {
        let side = |side| NonZeroU16::new(side).expect("a side");
        let (rows, cols) = (side(options.rows), side(options.cols));
        Self {
            ours: Screen::new(Options { scrollback: SCROLLBACK, ..options }),
            theirs: vt100::Parser::new(rows, cols, SCROLLBACK),
            scanner: Scanner::default(),
            modelled: Modelled::default(),
            fed: Vec::new(),
            tokens: 0,
        }
    }

    /// Whether nothing was fed yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.tokens == 0
    }

    /// Feeds both with what both model of the bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut rest = bytes;
        while let Some(token) = self.scanner.next(&mut rest) {
            let fed = self.modelled.rewrite(&owned(token), &self.ours);
            if fed.is_empty() {
                continue;
            }
            self.tokens += 1;
            self.ours.feed(0, &fed);
            self.theirs.process(&fed);
            self.fed.extend_from_slice(&fed);
            if let Some(difference) = self.cursors() {
                return Err(self.told(difference));
            }
        }
        self.difference().map_or(Ok(()), |difference| Err(self.told(difference)))
    }

    /// Compares the scrollback as well; tells how many tokens were compared.
    pub(crate) fn finish(mut self) -> Result<usize, String> {
        if self.modelled.scrollback_agrees && !self.ours.in_alternate() {
            let kept = self.ours.scrollback_len();
            let first = self.ours.lines().start;
            for back in 1..=kept {
                self.theirs.screen_mut().set_scrollback(back);
                let (_, cols) = self.theirs.screen().size();
                let theirs = self.theirs.screen().rows(0, cols.get()).next().unwrap_or_default();
                let ours =
                    self.ours.line(first + (kept - back) as u64).map_or_else(String::new, |line| line.text());
                if ours.trim_end() != theirs.trim_end() {
                    return Err(
                        self.told(format!("{back} lines above the screen: {ours:?}, vt100 {theirs:?}"))
                    );
                }
            }
        }
        Ok(self.tokens)
    }

    fn told(&self, difference: String) -> String {
        let tail = &self.fed[self.fed.len().saturating_sub(400)..];
        format!("{difference}\nafter {}", tail.escape_ascii())
    }

    fn cursors(&self) -> Option<String> {
        let (cursor, theirs) = (self.ours.cursor(), self.theirs.screen().cursor_position());
        let ours = (cursor.row, cursor.column);
        (ours != theirs).then(|| format!("cursor at {ours:?}, vt100's at {theirs:?}"))
    }

    /// The first difference in what shows.
    pub(crate) fn difference(&self) -> Option<String> {
        if let Some(found) = self.cursors() {
            return Some(found);
        }
        let theirs = self.theirs.screen();
        let modes = [
            ("the alternate screen", self.ours.in_alternate(), theirs.alternate_screen()),
            ("a hidden cursor", !self.ours.cursor().visible, theirs.hide_cursor()),
            ("application cursor keys", self.ours.modes().application_cursor, theirs.application_cursor()),
            ("the application keypad", self.ours.modes().application_keypad, theirs.application_keypad()),
            ("bracketed paste", self.ours.modes().bracketed_paste, theirs.bracketed_paste()),
            (
                "the mouse",
                self.ours.modes().mouse == MouseProtocol::Buttons,
                theirs.mouse_protocol_mode() == vt100::MouseProtocolMode::PressRelease,
            ),
            (
                "the mouse in numbers",
                self.ours.modes().mouse_encoding == MouseEncoding::Sgr,
                theirs.mouse_protocol_encoding() == vt100::MouseProtocolEncoding::Sgr,
            ),
            ("the cursor's shape", true, shape(&self.ours) == theirs.cursor_style()),
        ];
        if let Some((name, ours, _)) = modes.into_iter().find(|(_, ours, theirs)| ours != theirs) {
            return Some(format!("{name}: {ours}, vt100 {}", !ours));
        }
        let (cols, rows) = self.ours.size();
        (0..rows).find_map(|row| {
            let cells: Vec<_> = self.ours.row(row).cells().collect();
            (0..cols).find_map(|column| {
                let (ours, theirs) = (&cells[usize::from(column)], theirs.cell(row, column)?);
                (!is_same(ours, theirs))
                    .then(|| format!("row {row}, column {column}: {ours:?}, vt100 {theirs:?}"))
            })
        })
    }
}

fn shape(screen: &Screen) -> vt100::CursorStyle {
    let modes = screen.modes();
    match (modes.cursor_shape, modes.cursor_blink) {
        (CursorShape::Default, _) => vt100::CursorStyle::Default,
        (CursorShape::Block, Some(true)) => vt100::CursorStyle::BlinkBlock,
        (CursorShape::Block, _) => vt100::CursorStyle::SteadyBlock,
        (CursorShape::Underline, Some(true)) => vt100::CursorStyle::BlinkUnderline,
        (CursorShape::Underline, _) => vt100::CursorStyle::SteadyUnderline,
        (CursorShape::Bar, Some(true)) => vt100::CursorStyle::BlinkVerticalBar,
        (CursorShape::Bar, _) => vt100::CursorStyle::SteadyVerticalBar,
    }
}

/// A blank is a blank, printed or erased; a printed one has its style.
fn is_same(ours: &CellView<'_>, theirs: &vt100::Cell) -> bool {
    let text = |text: &str| if text.is_empty() { " ".to_owned() } else { text.to_owned() };
    if text(&ours.text) != text(theirs.contents()) || (ours.width == 0) != theirs.is_wide_continuation() {
        return false;
    }
    if ours.text.is_empty() || theirs.contents().is_empty() {
        return true;
    }
    let style = ours.style;
    (ours.width == 2) == theirs.is_wide()
        && color(style.foreground()) == theirs.fgcolor()
        && color(style.background()) == theirs.bgcolor()
        && [style.bold(), style.dim(), style.italic(), style.inverse(), style.underline() != Underline::None]
            == [theirs.bold(), theirs.dim(), theirs.italic(), theirs.inverse(), theirs.underline()]
}

fn color(color: Color) -> vt100::Color {
    match color {
        Color::Default => vt100::Color::Default,
        Color::Base(number) | Color::Indexed(number) => vt100::Color::Idx(number),
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
    }
}
