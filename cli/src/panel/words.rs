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
pub(crate) struct Words(Vec<Span<'static>>);

impl Words {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn ink(mut self, text: &str, style: Style) -> Self {
        self.0.push(Span::styled(shown(text), style));
        self
    }

    /// And others behind.
    pub(crate) fn then(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub(crate) fn plain(self, text: &str) -> Self {
        self.ink(text, Style::new())
    }

    pub(crate) fn dim(self, text: &str) -> Self {
        self.ink(text, style::DIM)
    }

    pub(crate) fn bold(self, text: &str) -> Self {
        self.ink(text, style::BOLD)
    }
}

impl From<Words> for Line<'static> {
    fn from(words: Words) -> Self {
        Line::from(words.0)
    }
}

/// One line of text made fit to be shown: tabs as blanks, control signs as the pictures that stand for them, and a
/// replacement for what turns, joins or hides its surroundings.
pub(crate) fn shown(line: &str) -> String {
    if line.chars().all(text::is_shown) {
        return line.to_owned();
    }
    let mut out = String::with_capacity(line.len());
    for (column, sign) in line.chars().enumerate() {
        match sign {
            '\t' => out.push_str(&" ".repeat(TAB - column % TAB)),
            '\0'..='\x1f' => out.push(char::from_u32(0x2400 + sign as u32).unwrap_or('\u{fffd}')),
            '\x7f' => out.push('\u{2421}'),
            sign if text::is_shown(sign) => out.push(sign),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}

/// How long ago, in one unit; both in milliseconds since 1970.
pub(crate) fn ago(now: u64, at: u64) -> String {
    let seconds = now.saturating_sub(at) / 1000;
    match seconds {
        0..2 => "just now".to_owned(),
        2..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// How long something took, in milliseconds.
pub(crate) fn took(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match milliseconds {
        0..1000 => format!("{milliseconds} ms"),
        1000..60_000 => format!("{seconds}.{} s", milliseconds % 1000 / 100),
        60_000..3_600_000 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// A size for people.
pub(crate) fn bytes(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

/// So many of something.
pub(crate) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
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

    #[test]
    fn times_and_sizes_are_told_in_short() {
        let told = [0, 3, 61, 7_300, 90_000 * 2].map(|seconds| ago(seconds * 1000, 0));
        assert_eq!(told, ["just now", "3 s ago", "1 min ago", "2 h ago", "2 d ago"]);
        assert_eq!(ago(5, 900_000), "just now", "clocks differ");
        assert_eq!([7, 1_250, 61_000, 3_660_000].map(took), ["7 ms", "1.2 s", "1 min 1 s", "1 h 1 min"]);
        assert_eq!([0, 1023, 1025, 3 << 20].map(bytes), ["0 B", "1023 B", "2 KB", "3.0 MB"]);
    }

    proptest! {
        #[test]
        fn whatever_came_can_be_shown(line: String) {
            prop_assert!(shown(&line).chars().all(text::is_shown));
        }
    }
}
