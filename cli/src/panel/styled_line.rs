//! Text from outside as spans that may be shown, and the styles that they have.

use jumpseat_panels::text;
use ratatui::{
    style::Style,
    text::{Line, Span},
};

/// The pens of pages: the terminal's own base colours.
pub(crate) mod style {
    use ratatui::style::{Color, Modifier, Style};

    pub(crate) const DIM: Style = Style::new().add_modifier(Modifier::DIM);
    pub(crate) const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
    pub(crate) const GOOD: Style = Style::new().fg(Color::Green);
    pub(crate) const WARN: Style = Style::new().fg(Color::Yellow);
    pub(crate) const BAD: Style = Style::new().fg(Color::Red);
    pub(crate) const PLACE: Style = Style::new().fg(Color::Cyan);
}

/// How far apart tabs stop.
const TAB: usize = 4;

/// A line in the making. There is no other way from text to a [`Row`](super::Row).
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct StyledLine(Vec<Span<'static>>);

impl StyledLine {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn styled(mut self, text: &str, style: Style) -> Self {
        self.0.push(Span::styled(shown(text), style));
        self
    }

    /// And others behind.
    pub(crate) fn then(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub(crate) fn plain(self, text: &str) -> Self {
        self.styled(text, Style::new())
    }

    pub(crate) fn dim(self, text: &str) -> Self {
        self.styled(text, style::DIM)
    }

    pub(crate) fn bold(self, text: &str) -> Self {
        self.styled(text, style::BOLD)
    }
}

impl From<StyledLine> for Line<'static> {
    fn from(words: StyledLine) -> Self {
        Line::from(words.0)
    }
}

/// One line of text made fit to be shown: tabs as blanks, control characters as the pictures that stand for them, and a
/// replacement for what turns, joins or hides its surroundings.
pub(crate) fn shown(line: &str) -> String {
    if line.chars().all(text::is_shown) {
        return line.to_owned();
    }
    let mut out = String::with_capacity(line.len());
    for (column, character) in line.chars().enumerate() {
        match character {
            '\t' => out.push_str(&" ".repeat(TAB - column % TAB)),
            '\0'..='\x1f' => out.push(char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}')),
            '\x7f' => out.push('\u{2421}'),
            character if text::is_shown(character) => out.push(character),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_that_commands_a_terminal_gets_through() {
        assert_eq!(shown("a\x1b]0;x\x07b\x7f\u{9b}31m\u{202e}c"), "a␛]0;x␇b␡\u{fffd}31m\u{fffd}c");
        assert_eq!(shown("a\tb"), "a   b");
        assert_eq!(shown("plain 山"), "plain 山");
    }

    proptest! {
        #[test]
        fn whatever_came_can_be_shown(line: String) {
            prop_assert!(shown(&line).chars().all(text::is_shown));
        }
    }
}
