//! Names of files as they are shown: no two look the same, and each can be typed.

use super::{cut, is_dots, is_shown};
use crate::{ContentHash, limits::MAX_PATH_LEN};

/// Bytes that have a letter of their own, as in C.
const LETTERS: [(u8, u8); 7] =
    [(7, b'a'), (8, b'b'), (9, b't'), (10, b'n'), (11, b'v'), (12, b'f'), (13, b'r')];

/// The path of a file as it is shown, whatever its bytes are: one line, and no two paths have the same.
///
/// What cannot be seen is escaped as in git's own lists: `\t`, `\n`, and three octal digits for each other byte. A
/// backslash stays one, and is doubled only where it would read as an escape. Blanks at the ends of a part or next to
/// each other are escaped.
pub fn name(bytes: &[u8]) -> String {
    let parts = |dots| bytes.split(|byte| *byte == b'/').map(|bytes| part(bytes, dots)).collect::<Vec<_>>();
    let mut shown = parts(false);
    // Where folders are separated by backslashes these would lead out.
    if shown.iter().any(|part| part.contains('\\') && part.split('\\').any(is_dots)) {
        shown = parts(true);
    }
    let mut name = shown.join("/");
    if name.len() > MAX_PATH_LEN {
        let hash = ContentHash::of(bytes).to_string();
        cut(&mut name, MAX_PATH_LEN - hash.len() - '…'.len_utf8());
        name = format!("{name}…{hash}");
    }
    name
}

/// The bytes of a path that is quoted as git quotes it, with `"` around it; nothing if it is not.
pub fn unquoted(quoted: &str) -> Option<Vec<u8>> {
    let text = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let next = bytes.next()?;
        let octal =
            |byte: u8| Some(u32::from(byte)).filter(|_| (b'0'..=b'7').contains(&byte)).map(|it| it - 48);
        out.push(match next {
            b'\\' | b'"' => next,
            b'0'..=b'7' => {
                let value = octal(next)? * 64 + octal(bytes.next()?)? * 8 + octal(bytes.next()?)?;
                u8::try_from(value).ok()?
            }
            _ => LETTERS.iter().find(|(_, letter)| *letter == next)?.0,
        });
    }
    Some(out)
}

/// One part of a path; its dots are escaped if `dots`.
fn part(bytes: &[u8], dots: bool) -> String {
    // From its end on: whether a backslash is doubled depends on what is shown behind it, and whether a blank is
    // escaped on what is there.
    let mut pieces: Vec<String> = Vec::new();
    let (mut after, mut follows): (Option<char>, Option<char>) = (None, None);
    let chunks: Vec<_> = bytes.utf8_chunks().collect();
    for (nth, chunk) in chunks.iter().enumerate().rev() {
        if !chunk.invalid().is_empty() {
            let mut piece = String::new();
            escape(&mut piece, chunk.invalid());
            pieces.push(piece);
            (after, follows) = (Some('\\'), Some('\\'));
        }
        let mut characters = chunk.valid().chars().rev().peekable();
        while let Some(character) = characters.next() {
            let before = characters.peek().copied().or((nth > 0).then_some('\\'));
            let mut piece = String::new();
            match character {
                '\\' => piece.push_str(if follows.is_some_and(reads_as_escape) { "\\\\" } else { "\\" }),
                ' ' if before.is_some_and(|before| before != ' ')
                    && after.is_some_and(|after| after != ' ') =>
                {
                    piece.push(' ');
                }
                '.' if dots => escape(&mut piece, b"."),
                character if is_seen(character) => piece.push(character),
                character => escape(&mut piece, character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            (after, follows) = (Some(character), piece.chars().next());
            pieces.push(piece);
        }
    }
    pieces.into_iter().rev().collect()
}

fn reads_as_escape(character: char) -> bool {
    matches!(character, '\\' | '"' | 'a' | 'b' | 't' | 'n' | 'v' | 'f' | 'r' | '0'..='7')
}

/// Whether a character is seen where it stands.
fn is_seen(character: char) -> bool {
    let invisible = matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0100}'..='\u{e01ef}');
    is_shown(character) && !character.is_whitespace() && !invisible
}

/// Adds bytes as escapes.
pub(super) fn escape(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        match LETTERS.iter().find(|(plain, _)| plain == byte) {
            Some((_, letter)) => out.extend(['\\', char::from(*letter)]),
            None => out.push_str(&format!("\\{byte:03o}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::path;

    #[test]
    fn names_are_shown_as_they_are_typed() {
        for (from, to) in [
            (&b"src/a b.rs"[..], "src/a b.rs"),
            (b"back\\slash.txt", "back\\slash.txt"),
            (b"back\\tab", "back\\\\tab"),
            (b"ta\tb/line\nbreak", "ta\\tb/line\\nbreak"),
            (b"caf\xe9", "caf\\351"),
            (b"end\\", "end\\"),
            (b"end\\\xe9", "end\\\\\\351"),
            ("a\u{202e}b".as_bytes(), "a\\342\\200\\256b"),
            (b" a  b ", "\\040a\\040\\040b\\040"),
            (b"..\\x", "\\056\\056\\x"),
            ("ä/山".as_bytes(), "ä/山"),
        ] {
            assert_eq!(name(from), to, "{}", from.escape_ascii());
        }
        assert_eq!(unquoted("\"ta\\tb\\351\"").unwrap(), b"ta\tb\xe9");
        assert_eq!((unquoted("a"), unquoted("\"\\q\"")), (None, None));
    }

    /// What a person, or git, reads out of a name that is shown.
    fn read(shown: &str) -> Vec<u8> {
        let mut quoted = String::from("\"");
        let mut characters = shown.chars().peekable();
        while let Some(character) = characters.next() {
            match (character, characters.peek().copied()) {
                ('\\', Some('\\')) => {
                    characters.next();
                    quoted.push_str("\\\\");
                }
                ('\\', Some(next)) if reads_as_escape(next) => quoted.push('\\'),
                ('\\', _) => quoted.push_str("\\\\"),
                ('"', _) => quoted.push_str("\\\""),
                _ => quoted.push(character),
            }
        }
        unquoted(&(quoted + "\"")).unwrap()
    }

    fn names() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(b"\\".to_vec()),
            Just(b"t".to_vec()),
            Just(b"0".to_vec()),
            Just(b" ".to_vec()),
            Just(b".".to_vec()),
            Just(b"\t".to_vec()),
            Just(b"\xe9".to_vec()),
            Just("ä".as_bytes().to_vec()),
            Just("\u{202e}".as_bytes().to_vec()),
            Just(b"\"".to_vec()),
            Just(b"x".to_vec()),
            Just(b"\xc3".to_vec()),
        ];
        prop::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn each_name_is_read_back_and_stays_as_it_is(bytes in names()) {
            prop_assume!(bytes != b"." && bytes != b"..");
            let shown = name(&bytes);
            prop_assert_eq!(read(&shown), bytes);
            let mut bound = shown.clone();
            path(&mut bound);
            prop_assert_eq!(bound, shown);
        }

        #[test]
        fn long_names_stay_apart(start in "[a-z ]{1100}", one in "[a-z]{1,5}", other in "[a-z]{1,5}") {
            prop_assume!(one != other);
            let shown = [one, other].map(|end| name(format!("{start}{end}").as_bytes()));
            prop_assert!(shown[0] != shown[1] && shown[0].len() <= MAX_PATH_LEN);
        }
    }
}
