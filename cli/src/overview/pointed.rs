//! The text that somebody points at.

use jumpseat_engine::api::{Columns, TextRange};
use unicode_width::UnicodeWidthChar as _;

/// Lines that are looked at for one with text.
const MAX_LINES: usize = 256;

/// The first line with text in the range, cut to the cells that are pointed at.
pub(crate) fn pointed(range: TextRange, line: impl Fn(u64) -> Option<String>) -> String {
    let TextRange { from, to, columns } = range;
    let lines = (from..=to).take(MAX_LINES).filter_map(|number| {
        let text = line(number)?;
        let Some(Columns { first, last, .. }) = columns else { return Some(text) };
        let first = if number == from { first } else { 0 };
        let last = if number == to { last } else { u16::MAX };
        Some(cells(&text, first, last))
    });
    lines.map(|text| text.trim().to_owned()).find(|text| !text.is_empty()).unwrap_or_default()
}

/// The characters in these cells; a wide one counts if one of its cells does.
fn cells(text: &str, first: u16, last: u16) -> String {
    let (first, last) = (usize::from(first), usize::from(last));
    let mut column = 0;
    let within = |character: &char| {
        let width = character.width().unwrap_or(0);
        // What has no width belongs to the character before it.
        let start = if width == 0 { column.max(1) - 1 } else { column };
        column += width;
        start <= last && start + width.max(1) > first
    };
    text.chars().filter(within).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pointed_cells_are_cut_out() {
        let lines = ["error: 漢字 e\u{301}", "", "  second line"];
        let line = |at: u64| lines.get(usize::try_from(at).unwrap()).map(|&text| text.to_owned());
        let at = |from, to, columns: Option<(u16, u16)>| {
            let columns = columns.map(|(first, last)| Columns { first, last, reversed: false });
            pointed(TextRange { from, to, columns }, line)
        };
        assert_eq!(at(0, 0, None), "error: 漢字 e\u{301}");
        assert_eq!(at(0, 0, Some((0, 4))), "error");
        assert_eq!(at(0, 0, Some((8, 9))), "漢字");
        assert_eq!(at(0, 0, Some((12, 12))), "e\u{301}");
        assert_eq!(at(1, 2, Some((0, 7))), "second");
        assert_eq!(at(0, 2, Some((60, 3))), "second line".get(..0).unwrap_or_default().to_owned() + "se");
        assert_eq!(at(7, u64::MAX, None), "");
        assert_eq!(at(2, 1, None), "");
    }
}
