//! Names and texts of other people, as they may be shown (rule JS-MSG-2).

/// Longest name, title or command shown in a list, in characters.
const MAX_NAME: usize = 64;

/// Longest chat message, in bytes.
pub const MAX_CHAT: usize = 4096;

/// A name as it may be shown (JS-MSG-2).
pub(crate) fn shown_name(name: &str) -> String {
    jumpseat_text::name(name, MAX_NAME).unwrap_or_else(|| "someone".into())
}

/// The same for text of several lines.
pub(crate) fn shown_text(text: &str) -> String {
    let mut end = text.len().min(MAX_CHAT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    jumpseat_text::shown(&text[..end], |character| character == '\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_cannot_pretend() {
        assert_eq!(shown_name(" Ann\u{1b}[31m\u{202e}\n "), "Ann[31m");
        assert_eq!(shown_name("\u{200b}"), "someone");
        // One that looks like another is the same.
        for other in
            ["Ann\u{3164}", "A\u{fff9}nn", "Ann\u{e0041}\u{e007f}", "\u{115f}Ann", "An\u{ad}n", "Ann\u{2800}"]
        {
            assert_eq!(shown_name(other), "Ann", "{other:?}");
        }
        assert_eq!(shown_text(&format!("a{}", "\u{301}".repeat(90))).chars().count(), 5);
        assert_eq!(shown_name(&"x".repeat(1000)).len(), 64);
        assert_eq!(shown_text("a\nb\u{7}"), "a\nb");
        assert_eq!(shown_text(&"é".repeat(4000)).len(), 4096);
    }

    proptest! {
        #[test]
        fn a_text_is_bounded(text in "\\PC*") {
            prop_assert!(shown_text(&text).len() <= MAX_CHAT);
        }
    }
}
