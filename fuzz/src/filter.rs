//! Output on its way to a real terminal: however it is cut, nothing passes but text and sequences from the lists, with
//! bounded numbers; and what passed passes again as it is.

use jumpseat_screen::Sanitizer;

/// Sides of the terminal.
const COLS: u16 = 20;
const ROWS: u16 = 5;
/// Most that any number may say.
const MAX_NUMBER: u32 = 9_999;

/// `cut`, one byte, then the output.
pub(crate) fn run(data: &[u8]) {
    let Some((&cut, output)) = data.split_first() else { return };
    let whole = filtered([output]);
    let (before, after) = output.split_at(output.len() * usize::from(cut) / 255);
    assert_eq!(filtered([before, after]), whole, "it does not matter how output is cut");
    assert_eq!(filtered([&whole[..]]), whole, "what passed passes again");
    let text = str::from_utf8(&whole).expect("what passes is UTF-8");
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| letter.is_control() && !('\x07'..='\x0f').contains(&letter))
    {
        assert!(rest[at..].starts_with('\x1b'), "a control passed: {:?}", &rest[at..]);
        rest = sequence(&rest[at + 1..]);
    }
}

fn filtered<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let (mut filter, mut out) = (Sanitizer::default(), Vec::new());
    filter.resize(COLS, ROWS);
    pieces.into_iter().for_each(|piece| filter.feed(piece, &mut out));
    out
}

/// Checks the sequence behind an ESC, and returns what follows it.
fn sequence(text: &str) -> &str {
    match text.as_bytes() {
        [b'[', ..] => {
            let end = text.find(|letter| ('@'..='~').contains(&letter) && letter != '[').expect("it ends");
            let body = &text[1..end];
            let end = end + 1;
            for number in
                body.split(|letter: char| !letter.is_ascii_digit()).filter(|number| !number.is_empty())
            {
                assert!(number.parse().is_ok_and(|number: u32| number <= MAX_NUMBER), "CSI {body}");
            }
            let last = text.as_bytes()[end - 1];
            let known =
                match body.trim_matches(|letter: char| letter.is_ascii_digit() || ";:".contains(letter)) {
                    "" => b"ABCDEFGHIJKLMPSTXZ@`abdefghlmrstu".contains(&last),
                    "?" => b"JKhl".contains(&last),
                    " " => b"@Aq".contains(&last),
                    "'" => b"}~".contains(&last),
                    "!" => last == b'p',
                    "\"" => last == b'q',
                    _ => false,
                };
            assert!(known, "CSI {body} {}", char::from(last));
            &text[end..]
        }
        [b']', ..] => {
            let (body, rest) = text[1..].split_once("\x1b\\").expect("a string ends");
            assert!(!body.contains(char::is_control), "OSC {body:?}");
            let (number, data) = body.split_once(';').unwrap_or((body, ""));
            let known = match number {
                "0" | "1" | "2" => true,
                "4" | "10" | "11" | "12" | "104" | "110" | "111" | "112" => !data.contains('?'),
                "8" => {
                    let uri = data.split_once(';').expect("a link has parameters").1;
                    let web = ["http:", "https:", "mailto:"];
                    uri.is_empty() || web.iter().any(|web| uri.to_ascii_lowercase().starts_with(web))
                }
                _ => false,
            };
            assert!(known, "OSC {body:?}");
            rest
        }
        [
            b'7' | b'8' | b'D' | b'E' | b'H' | b'M' | b'=' | b'>' | b'c' | b'n' | b'o' | b'|' | b'}' | b'~',
            ..,
        ] => &text[1..],
        [b'#' | b'(' | b')' | b'*' | b'+' | b'-' | b'.', last, ..] if last.is_ascii_graphic() => &text[2..],
        _ => panic!("ESC {text:?} passed"),
    }
}
