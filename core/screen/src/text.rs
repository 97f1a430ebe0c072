//! Text that programs name things with, made safe to show.

use std::borrow::Cow;

/// Longest title kept, in bytes; the rest of a longer one is cut off.
pub(crate) const MAX_TITLE: usize = 4096;

/// The text with U+FFFD in place of every control character: what goes to a real terminal passes here last.
#[must_use]
pub fn without_controls(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        text.replace(char::is_control, "\u{fffd}").into()
    } else {
        text.into()
    }
}

/// A title as a screen keeps it.
pub(crate) fn title(text: &str) -> String {
    let text = without_controls(text);
    let end = (0..=MAX_TITLE.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text[..end].to_owned()
}
