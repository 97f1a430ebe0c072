//! Text from outside, made fit to be shown: names, messages and paths that a repository, a forge, a program
//! or a hostile host chose.

use crate::limits::MAX_PATH_LEN;

mod name;

pub use name::{name, unquoted};

/// The longest web address, in bytes.
const MAX_ADDRESS: usize = 2048;

/// Keeps what one line shows: no control characters, nothing that turns or hides text, at most `max` bytes.
pub fn line(text: &mut String, max: usize) {
    if !jumpseat_text::is_all_shown(text, |_| false) {
        *text = jumpseat_text::shown(text, |_| false);
    }
    cut(text, max);
}

/// The same for text of several lines, with its tabs; line ends become `\n`.
pub fn lines(text: &mut String, max: usize) {
    let kept = |character: char| matches!(character, '\n' | '\t');
    if !jumpseat_text::is_all_shown(text, kept) {
        *text = jumpseat_text::shown(&text.replace("\r\n", "\n"), kept);
    }
    cut(text, max);
}

/// A path below a folder that nobody leaves by it: parts with `/` between them, none of them empty, `.` or `..`, and
/// showable. A backslash stands for itself or begins an escape, see [`name()`]; next to dots it would lead out where
/// folders are separated by it.
pub fn path(text: &mut String) {
    if text.chars().any(|character| !is_shown(character)) {
        let mut kept = String::with_capacity(text.len());
        for character in text.chars() {
            if is_shown(character) {
                kept.push(character);
            } else {
                name::escape(&mut kept, character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        *text = kept;
    }
    if text.split(['/', '\\']).any(is_dots) {
        *text = text.replace('\\', "\u{fffd}");
    }
    let fine = |part: &str| !part.is_empty() && !is_dots(part);
    if !text.split('/').all(fine) {
        *text = text.split('/').filter(|part| fine(part)).collect::<Vec<_>>().join("/");
    }
    cut(text, MAX_PATH_LEN);
    // Where it was cut a part may have become nothing, or dots.
    while !text.is_empty() && !text.split('/').next_back().is_some_and(fine) {
        text.truncate(text.rfind('/').unwrap_or(0));
    }
    if text.split('\\').next_back().is_some_and(is_dots) {
        *text = text.replace('\\', "\u{fffd}");
    }
}

pub(crate) fn is_dots(part: &str) -> bool {
    matches!(part, "." | "..")
}

/// Whether it is an address that a browser may be given: `https` or `http`, in one piece.
pub fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |character: char| {
        is_shown(character) && !character.is_whitespace() && !matches!(character, '"' | '<' | '>' | '\\')
    };
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && text.len() <= MAX_ADDRESS
        && text.chars().all(plain)
}

pub use jumpseat_text::is_shown;

/// At most `max` bytes, in whole signs.
pub(crate) fn cut(text: &mut String, max: usize) {
    if text.len() > max {
        let mut end = max;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with(text: &str, make: impl Fn(&mut String)) -> String {
        let mut text = text.to_owned();
        make(&mut text);
        text
    }

    #[test]
    fn what_is_shown_cannot_pretend() {
        assert_eq!(with("a\u{1b}[31m\u{202e}b\nc", |text| line(text, 100)), "a[31mbc");
        assert_eq!(with("a\r\n\tb\u{7}", |text| lines(text, 100)), "a\n\tb");
        assert_eq!(with("ééé", |text| line(text, 3)), "é");
    }

    #[test]
    fn no_path_leads_out() {
        for (from, to) in [
            ("src/main.rs", "src/main.rs"),
            ("../../etc/passwd", "etc/passwd"),
            ("/etc/./passwd", "etc/passwd"),
            ("a//b/../c", "a/b/c"),
            ("..\\..\\x", "..\u{fffd}..\u{fffd}x"),
            ("back\\slash", "back\\slash"),
            ("a\nb", "a\\nb"),
            ("a\u{202e}b", "a\\342\\200\\256b"),
            ("..", ""),
        ] {
            assert_eq!(with(from, path), to, "{from}");
        }
    }

    #[test]
    fn addresses_are_of_the_web() {
        assert!(is_web_address("https://github.com/a/b/pull/3") && is_web_address("http://10.0.0.1:3000/x"));
        for bad in
            ["command:x", "javascript:alert(1)", "https://", "https:///x", "https://a b", "file:///x", ""]
        {
            assert!(!is_web_address(bad), "{bad}");
        }
    }

    proptest! {
        /// Guests bound what hosts have bounded: it must not change twice.
        #[test]
        fn bounding_twice_is_bounding_once(text in "(\\PC|[./\\\\\u{202e}\u{1b}\r\n\t])*", max in 0..40usize) {
            for make in [|text: &mut String, max| line(text, max), |text: &mut String, max| lines(text, max),
                         |text: &mut String, _| path(text)] {
                let once = with(&text, |text| make(text, max));
                prop_assert_eq!(with(&once, |text| make(text, max)), once);
            }
            let path = with(&text, path);
            prop_assert!(path.is_empty() || path.split('/').all(|part| !matches!(part, "" | "." | "..")));
        }

        #[test]
        fn a_long_path_stays_one(parts in prop::collection::vec("[a.]{1,300}", 1..12)) {
            let path = with(&parts.join("/"), path);
            prop_assert!(path.len() <= MAX_PATH_LEN);
            prop_assert!(path.is_empty() || path.split('/').all(|part| !matches!(part, "" | "." | "..")));
        }
    }
}
