//! The lists of what passes: what a screen keeps, and thereby what vim, tmux, less, htop and agents' interfaces draw
//! with. Whoever adds to them looks up what every terminal makes of it.

use crate::charset::Charset;
use crate::scan::{Csi, Params};

/// Most that a number may say. Sides of a terminal have at most [`crate::MAX_SIZE`].
pub(super) const MAX_NUMBER: i32 = 9_999;

/// Which numbers of a control sequence pass.
#[derive(Clone, Copy, Debug)]
pub(super) enum Numbers {
    /// There is none.
    None,
    /// These alone; without any the sequence does not pass.
    Of(&'static [i32]),
    /// One that was looked at, and a second of at most 2.
    Two,
    /// All, each bounded by [`MAX_NUMBER`].
    Any,
    /// The same, with sub-parameters.
    WithSubs,
    /// All, bounded by the terminal's rows: it does its work as often as it is told.
    Rows,
    /// All, bounded by its columns.
    Columns,
    /// All, bounded by its cells.
    Cells,
}

/// Insert and newline mode.
const MODES: &[i32] = &[4, 20];

/// Cursor keys, origin, wrapping, the old mouse, blinking, cursor, reverse wrapping, keypad, the alternate screen and
/// the saved cursor, the mouse and how it reports, focus, bracketed paste, synchronized output.
const PRIVATE_MODES: &[i32] =
    &[1, 6, 7, 9, 12, 25, 45, 47, 66, 1000, 1002, 1003, 1004, 1006, 1016, 1047, 1048, 1049, 2004, 2026];

/// Which numbers of this control sequence pass, if it does.
pub(super) fn control(csi: Csi<'_>, params: &Params) -> Option<Numbers> {
    let first = params.at(0);
    let alone = params.len() == 1;
    Some(match (csi.prefix, csi.intermediates, csi.last) {
        // The cursor's moves, erasing, inserting and deleting characters, the region, tab stops.
        (None, b"", b'A'..=b'H' | b'J' | b'K' | b'@' | b'P' | b'X' | b'`' | b'a' | b'd'..=b'g' | b'r') => {
            Numbers::Any
        }
        (Some(b'?'), b"", b'J' | b'K') => Numbers::Any,
        (None, b"", b'm') => Numbers::WithSubs,
        (None, b"", b'L' | b'M' | b'S') => Numbers::Rows,
        // With more numbers it tracks the mouse, and holds the terminal until an answer comes.
        (None, b"", b'T') if alone => Numbers::Rows,
        (None, b"", b'I' | b'Z') => Numbers::Columns,
        (None, b" ", b'@' | b'A') | (None, b"'", b'}' | b'~') => Numbers::Columns,
        (None, b"", b'b') => Numbers::Cells,
        (None, b"", b'h' | b'l') => Numbers::Of(MODES),
        (Some(b'?'), b"", b'h' | b'l') => Numbers::Of(PRIVATE_MODES),
        // With numbers these set margins and more.
        (None, b"", b's' | b'u') if alone && first == 0 => Numbers::None,
        // The stacks of titles; all others move windows, or report.
        (None, b"", b't') if matches!(first, 22 | 23) => Numbers::Two,
        (None, b" " | b"\"", b'q') => Numbers::Any,
        (None, b"!", b'p') => Numbers::None,
        _ => return None,
    })
}

/// Whether this escape sequence passes: cursor, index, tab stop, keypad, reset, character sets, the alignment pattern.
pub(super) fn escape(intermediates: &[u8], last: u8) -> bool {
    match intermediates {
        b"" => matches!(
            last,
            b'7' | b'8' | b'D' | b'E' | b'H' | b'M' | b'=' | b'>' | b'c' | b'n' | b'o' | b'|' | b'}' | b'~'
        ),
        b"#" => last == b'8',
        [b'(' | b')' | b'*' | b'+' | b'-' | b'.'] => Charset::from_final(last).is_some(),
        _ => false,
    }
}
