//! A screen with its scrollback for scripts: as text, JSON or escape sequences.

use jumpseat_api::{MAX_LINES, ScreenFormat};
use jumpseat_screen::{LineView, Sanitizer, Screen, without_controls};
use serde::Serialize;

/// The JSON form.
#[derive(Serialize)]
struct Picture {
    cols: u16,
    rows: u16,
    title: String,
    cursor: Cursor,
    alternate: bool,
    /// Lines above the screen.
    scrollback: usize,
    /// The number of the first line, counted from the first that was ever there. The rows of an alternate screen count
    /// on behind the lines of the normal one.
    first: u64,
    /// Every row from the top of the scrollback to the end of the screen.
    lines: Vec<String>,
    /// The same as it was printed: what the margin wrapped is one line.
    text: String,
}

#[derive(Serialize)]
struct Cursor {
    row: u16,
    column: u16,
    visible: bool,
}

/// The text of lines, as clients count them: rows of an alternate screen count on behind the normal screen's last line.
pub fn lines(screen: &Screen, from: u64, to: u64) -> Vec<String> {
    let end = screen.lines().end;
    let view = |number: u64| match number.checked_sub(end) {
        None => screen.line(number),
        Some(row) if screen.in_alternate() => {
            let row = u16::try_from(row).ok().filter(|row| *row < screen.size().1);
            row.map(|row| screen.row(row))
        }
        Some(_) => None,
    };
    (from..=to)
        .take(MAX_LINES as usize)
        .map(|number| view(number).map_or_else(String::new, text_of))
        .collect()
}

/// The picture in the form that is asked for. Text and JSON end with the screen that is shown: the alternate one,
/// without scrollback, while a program uses it.
pub fn screen(screen: &Screen, format: ScreenFormat) -> String {
    match format {
        ScreenFormat::Text => printed(screen),
        ScreenFormat::Json => {
            let (cols, rows) = screen.size();
            let cursor = screen.cursor();
            let picture = Picture {
                cols,
                rows,
                title: without_controls(screen.title()).into_owned(),
                cursor: Cursor { row: cursor.row, column: cursor.column, visible: cursor.visible },
                alternate: screen.in_alternate(),
                first: if screen.in_alternate() { screen.lines().end } else { screen.lines().start },
                scrollback: if screen.in_alternate() { 0 } else { screen.scrollback_len() },
                lines: shown_rows(screen),
                text: printed(screen),
            };
            serde_json::to_string(&picture).expect("strings and numbers have a JSON form")
        }
        ScreenFormat::Ansi => {
            // A sequence that the screen's end cuts stays in the filter: nothing behind the dump completes it.
            let (mut filter, mut safe) = (Sanitizer::default(), Vec::new());
            let (cols, rows) = screen.size();
            filter.resize(cols, rows);
            filter.feed(&screen.escape_sequences(), &mut safe);
            String::from_utf8_lossy(&safe).into_owned()
        }
    }
}

/// As it was printed: without the screen's width, and without blanks that only fill a line up.
fn printed(screen: &Screen) -> String {
    let shown = if screen.in_alternate() { screen.printed_in_view() } else { screen.printed(screen.lines()) };
    let lines: Vec<_> = shown.split('\n').map(|line| without_controls(line.trim_end())).collect();
    let mut text = lines.join("\n");
    text.truncate(text.trim_end_matches('\n').len());
    text.push('\n');
    text
}

fn shown_rows(screen: &Screen) -> Vec<String> {
    if screen.in_alternate() {
        return (0..screen.size().1).map(|row| text_of(screen.row(row))).collect();
    }
    screen.lines().filter_map(|number| screen.line(number)).map(text_of).collect()
}

fn text_of(line: LineView<'_>) -> String {
    without_controls(line.text().trim_end()).into_owned()
}

#[cfg(test)]
mod tests {
    use jumpseat_screen::Options;

    use super::*;

    #[test]
    fn each_form_shows_scrollback_and_screen() {
        let mut shown = Screen::new(Options { cols: 10, rows: 2, ..Options::default() });
        shown.feed(0, b"one\r\n\x1b[31mtwo\x1b[0m\r\nthree");
        assert_eq!(screen(&shown, ScreenFormat::Text), "one\ntwo\nthree\n");
        let json: serde_json::Value = serde_json::from_str(&screen(&shown, ScreenFormat::Json)).unwrap();
        assert_eq!(json["lines"], serde_json::json!(["one", "two", "three"]));
        assert_eq!(json["text"], "one\ntwo\nthree\n");
        assert_eq!((&json["scrollback"], &json["cursor"]["column"]), (&1.into(), &5.into()));
        assert!(screen(&shown, ScreenFormat::Ansi).contains("two"));
    }

    #[test]
    fn lines_are_counted_as_clients_count_them() {
        let mut shown = Screen::new(Options { cols: 10, rows: 2, ..Options::default() });
        shown.feed(0, b"one\r\ntwo  \r\nthree");
        assert_eq!(lines(&shown, 1, 2), ["two", "three"]);
        assert_eq!(lines(&shown, 2, u64::MAX)[..2], ["three", ""]);
        assert_eq!(lines(&shown, 0, u64::MAX).len(), MAX_LINES as usize);
        assert!(lines(&shown, 2, 1).is_empty());
        shown.feed(0, b"\x1b[?1049h\x1b[Hmenu");
        assert_eq!(lines(&shown, 2, 4), ["three", "menu", ""]);
    }

    #[test]
    fn text_has_no_margin() {
        let mut shown = Screen::new(Options { cols: 10, rows: 2, ..Options::default() });
        shown.feed(0, "all tests of it passed\r\n123456789你好  \r\n\r\nend".as_bytes());
        let text = "all tests of it passed\n123456789你好\n\nend\n";
        assert_eq!(screen(&shown, ScreenFormat::Text), text);
        let json: serde_json::Value = serde_json::from_str(&screen(&shown, ScreenFormat::Json)).unwrap();
        assert_eq!((&json["text"], &json["lines"][0]), (&text.into(), &"all tests".into()));
        shown.feed(0, b"\x1b[?1049h\x1b[Hover the margin");
        assert_eq!(screen(&shown, ScreenFormat::Text), "over the margin\n");
    }

    #[test]
    fn a_dump_for_a_terminal_only_draws() {
        let mut shown = Screen::new(Options { cols: 10, rows: 2, ..Options::default() });
        shown.feed(0, b"\x1b]8;;file:///etc/passwd\x1b\\text\x1b]52;c;Y3VybA==");
        let ansi = screen(&shown, ScreenFormat::Ansi);
        assert!(ansi.contains("text") && !ansi.contains("file:") && !ansi.contains("52;"), "{ansi:?}");
    }
}
