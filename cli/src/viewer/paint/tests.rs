//! What is painted is what the host shows: a second screen in the place of the guest's terminal says so.

use jumpseat_screen::{Color, Options, Style, Widths, corpus};
use proptest::prelude::*;

use super::*;

/// A guest's terminal.
struct Window {
    terminal: Screen,
    painter: Painter,
    size: Size,
}

impl Window {
    fn new(cols: u16, rows: u16) -> Self {
        let terminal = Screen::new(Options { cols, rows, ..Options::default() });
        Self { terminal, painter: Painter::default(), size: Size { cols, rows } }
    }

    fn paint(&mut self, screen: &mut Screen, view: &View) {
        let changed = screen.take_changes().rows;
        let bytes = self.painter.paint(screen, changed, view, self.size, "end");
        self.terminal.feed(0, &bytes);
    }

    fn text(&self) -> Vec<String> {
        (0..self.size.rows).map(|row| self.terminal.row(row).text()).collect()
    }
}

fn cells(screen: &Screen, row: u16, left: u16, cols: u16) -> Vec<(String, Style, Option<String>)> {
    let text = |text: String| if text.is_empty() { " ".to_owned() } else { text };
    let mut column = 0;
    let mut cells = Vec::new();
    for cell in screen.row(row).cells() {
        let width = u16::from(cell.width);
        if width > 0 && column + width > left && column < left + cols {
            let link = screen.link(cell.style).map(|link| link.uri().to_owned());
            let half = column < left || column + width > left + cols;
            let text = if half { " ".to_owned() } else { text(cell.text) };
            cells.push((text, *cell.style, link));
        }
        column += width;
    }
    cells
}

fn assert_same(window: &Window, screen: &Screen, frame: &Frame) {
    for row in 0..frame.rows {
        let host = cells(screen, row, frame.left, frame.cols);
        let guest = cells(&window.terminal, frame.y + row, frame.x, frame.cols);
        assert_eq!(host.len(), guest.len(), "row {row}");
        for ((text, style, link), (shown, shown_style, shown_link)) in host.iter().zip(&guest) {
            let looks = |style: &Style| {
                let colors = (style.foreground(), style.background(), style.underline());
                (
                    colors,
                    style.bold(),
                    style.dim(),
                    style.italic(),
                    style.inverse(),
                    style.strike(),
                    style.hidden(),
                )
            };
            assert_eq!((text, looks(style), link), (shown, looks(shown_style), shown_link), "row {row}");
        }
    }
}

#[test]
fn only_what_changed_is_sent() {
    let mut screen = Screen::new(Options { cols: 80, rows: 24, ..Options::default() });
    screen.feed(0, b"$ ");
    let mut window = Window::new(80, 25);
    window.paint(&mut screen, &View::default());
    assert_eq!((window.text()[0].as_str(), window.text()[24].as_str()), ("$", "end"));
    screen.feed(0, b"l");
    let changed = screen.take_changes().rows;
    let bytes = window.painter.paint(&screen, changed, &View::default(), window.size, "end");
    assert!(bytes.len() < 200, "{} bytes for one letter", bytes.len());
    window.terminal.feed(0, &bytes);
    assert_eq!(window.text()[0], "$ l");
    assert_eq!((window.terminal.cursor().row, window.terminal.cursor().column), (0, 3));
}

#[test]
fn a_larger_window_shows_where_the_host_s_ends() {
    let mut screen = Screen::new(Options { cols: 6, rows: 2, ..Options::default() });
    screen.feed(0, "ab山d\r\n\x1b[41mx".as_bytes());
    let mut window = Window::new(12, 7);
    window.paint(&mut screen, &View::default());
    insta::assert_snapshot!(window.text().join("\n"), @"

       ──────
      │ab山d │
      │x     │
       ──────

    end
    ");
}

#[test]
fn half_a_wide_character_at_the_edge_is_blank() {
    let mut screen = Screen::new(Options { cols: 10, rows: 1, ..Options::default() });
    screen.feed(0, "a山b山c\x1b[H".as_bytes());
    let mut window = Window::new(3, 2);
    let mut view = View::default();
    view.pan(&screen, window.size, 2);
    window.paint(&mut screen, &view);
    assert_eq!(window.text()[0], " b");
}

#[test]
fn only_links_into_the_web_reach_the_terminal() {
    let mut screen = Screen::new(Options { cols: 20, rows: 1, ..Options::default() });
    screen.feed(0, b"\x1b]8;;file:///etc/passwd\x1b\\a\x1b]8;;vscode://ms-python.python/x\x1b\\b");
    screen.feed(0, b"\x1b]8;;https://example.org\x1b\\c\x1b]8;;\x1b\\");
    let bytes = Painter::default().paint(&screen, 0..1, &View::default(), Size { cols: 20, rows: 2 }, "");
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("\x1b]8;;https://example.org\x1b\\c"), "{text:?}");
    assert!(!text.contains("file:") && !text.contains("vscode:"), "{text:?}");
}

#[test]
fn a_character_that_is_wider_here_stays_in_its_row() {
    let mut screen =
        Screen::new(Options { cols: 6, rows: 2, widths: Widths::Unicode6, ..Options::default() });
    screen.feed(0, "12345👍\r\nabcdef".as_bytes());
    let mut window = Window::new(6, 3);
    window.paint(&mut screen, &View::default());
    assert_eq!(window.text()[1..], ["abcdef", "end"]);
}

#[test]
fn what_the_host_redefined_keeps_its_colour() {
    let mut screen = Screen::new(Options { cols: 10, rows: 1, ..Options::default() });
    screen.feed(0, b"\x1b]4;1;rgb:12/34/56\x07\x1b[31mred");
    let mut window = Window::new(10, 2);
    window.paint(&mut screen, &View::default());
    let first = window.terminal.row(0).cells().next().unwrap();
    assert_eq!(first.style.foreground(), Color::Rgb(0x12, 0x34, 0x56));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_guest_s_terminal_shows_the_host_s_cells(
        seed in any::<u64>(),
        (cols, rows) in (10_u16..100, 2_u16..40),
        (width, height) in (6_u16..120, 3_u16..50),
        cuts in proptest::collection::vec(1_usize..4000, 1..6),
    ) {
        let bytes = corpus::realistic(seed, 12_000);
        let mut screen = Screen::new(Options { cols, rows, ..Options::default() });
        let mut window = Window::new(width, height);
        let view = View::default();
        let mut rest = &bytes[..];
        for cut in cuts {
            let (head, tail) = rest.split_at(cut.min(rest.len()));
            screen.feed(0, head);
            rest = tail;
            window.paint(&mut screen, &view);
        }
        let inside = Size { cols: width, rows: height - 1 };
        let frame = view.frame(&screen, inside);
        // The frame is compared where it shows the viewport from its first row.
        if frame.first == above(&screen) {
            assert_same(&window, &screen, &frame);
        }
    }
}

#[test]
fn a_screen_full_of_long_links_is_a_frame_of_bounded_length() {
    let mut screen = Screen::new(Options { cols: 200, rows: 50, ..Options::default() });
    let link = |letter: &str| format!("\x1b]8;;http://{}\x07x", letter.repeat(2000));
    let (a, b) = (link("a"), link("b"));
    for _ in 0..200 * 49 / 2 {
        screen.feed(0, a.as_bytes());
        screen.feed(0, b.as_bytes());
    }
    let frame =
        Painter::default().paint(&screen, 0..50, &View::default(), Size { cols: 200, rows: 50 }, "end");
    assert!(frame.len() < 512 * 1024, "{}", frame.len());
    let text = String::from_utf8(frame).unwrap();
    assert!(
        text.contains(&"a".repeat(2000)) && text.matches('x').count() > 9000,
        "links, and all of the text"
    );
}
