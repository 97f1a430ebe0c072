//! What is drawn, on a terminal of our own: it shows the host's screen whatever happened in between.

use jumpseat_screen::{CellView, Limits, Options, Start};
use proptest::prelude::*;

use super::*;

const HISTORY: u32 = 40;

struct Client {
    window: Window,
    terminal: Screen,
    restored: u64,
}

impl Client {
    fn new(cols: u16, rows: u16) -> Self {
        let options = Options { cols, rows, scrollback: HISTORY as usize, ..Options::default() };
        Self {
            window: Window::new(Size { cols, rows }, HISTORY),
            terminal: Screen::new(options),
            restored: 0,
        }
    }

    fn draw(&mut self, host: &Screen) -> String {
        self.draw_shown(host, true)
    }

    fn draw_shown(&mut self, host: &Screen, scrollback: bool) -> String {
        let bytes = self.window.draw(&Shown { screen: host.clone(), scrollback, restored: self.restored });
        self.terminal.feed(0, &bytes);
        String::from_utf8(bytes).unwrap()
    }

    /// Every row, and everything above, is the host's.
    fn assert_shows(&self, host: &Screen) {
        let (cols, rows) = host.size();
        let (_, height) = self.terminal.size();
        let first = (host.cursor().row + 1).saturating_sub(rows.min(height));
        let cells = |line: LineView<'_>| -> Vec<_> {
            // Of a wide character that a new size cut in half a blank shows.
            let cell = |(column, cell): (u16, CellView<'_>)| {
                let whole = column + u16::from(cell.width) <= cols;
                let text = if whole { cell.text.replace(' ', "") } else { String::new() };
                (text, if whole { cell.width } else { 1 }, *cell.style)
            };
            (0..).zip(line.cells()).map(cell).collect()
        };
        for row in 0..rows.min(height) {
            let (mine, theirs) = (cells(self.terminal.row(row)), cells(host.row(first + row)));
            assert_eq!(mine, theirs, "row {row}: {:?}", self.terminal.row(row).text());
        }
        if height > rows {
            assert_eq!(self.terminal.row(rows).text(), "─".repeat(cols.into()));
            assert!((rows + 1..height).all(|row| self.terminal.row(row).text().is_empty()));
        }
        let cursor = host.cursor();
        let at = (cursor.row - first, cursor.column.min(cols - 1), cursor.visible);
        let mine = self.terminal.cursor();
        assert_eq!((mine.row, mine.column, mine.visible), at);
        assert_eq!(self.terminal.in_alternate(), host.in_alternate());
        if !host.in_alternate() {
            let lines = |screen: &Screen| {
                let top = screen.lines().start + screen.scrollback_len() as u64;
                let first = screen.lines().start.max(top.saturating_sub(HISTORY.into()));
                (first..top).map(|number| screen.line(number).unwrap().text()).collect::<Vec<_>>()
            };
            assert_eq!(lines(&self.terminal), lines(host), "what scrolled out");
        }
    }
}

fn host(cols: u16, rows: u16) -> Screen {
    Screen::new(Options { cols, rows, scrollback: 100, ..Options::default() })
}

#[test]
fn a_higher_window_begins_at_the_top_and_marks_the_edge() {
    let (mut host, mut client) = (host(8, 3), Client::new(8, 6));
    host.feed(0, b"one\r\ntwo");
    client.draw(&host);
    client.assert_shows(&host);
    let rows: Vec<_> = (0..6).map(|row| client.terminal.row(row).text()).collect();
    assert_eq!(rows, ["one", "two", "", "────────", "", ""]);
}

#[test]
fn a_lower_window_shows_whole_rows_around_the_cursor() {
    let (mut host, mut client) = (host(8, 6), Client::new(8, 3));
    host.feed(0, b"1\r\n2\r\n3\r\n4\r\n5");
    client.draw(&host);
    client.assert_shows(&host);
    assert_eq!(client.terminal.row(2).text(), "5");
    host.feed(0, b"\x1b[H");
    client.draw(&host);
    client.assert_shows(&host);
    assert_eq!(client.terminal.row(0).text(), "1");
}

#[test]
fn lines_that_scroll_out_by_and_by_are_not_printed_again() {
    let (mut host, mut client) = (host(20, 4), Client::new(20, 6));
    for line in 0..30 {
        host.feed(0, format!("a line that says {line:02}\r\n").as_bytes());
        let drawn = client.draw(&host);
        client.assert_shows(&host);
        assert!(line < 4 || drawn.matches("a line").count() <= 4, "{drawn:?}");
    }
    // Many at once are printed once.
    (0..30).for_each(|line| host.feed(0, format!("then {line:02}\r\n").as_bytes()));
    let drawn = client.draw(&host);
    client.assert_shows(&host);
    assert_eq!(drawn.matches("then").count(), 30);
    // Of more than the client keeps, what it keeps.
    (0..500).for_each(|line| host.feed(0, format!("flood {line:03}\r\n").as_bytes()));
    let drawn = client.draw(&host);
    client.assert_shows(&host);
    assert_eq!(drawn.matches("flood").count(), 40 + 3);
}

#[test]
fn what_the_margin_wrapped_stays_one_line() {
    let (mut host, mut client) = (host(10, 4), Client::new(10, 5));
    host.feed(0, b"$ cat x\r\n");
    let long = "abcdefghijklmnopqrstuvwxyz";
    for _ in 0..5 {
        host.feed(0, format!("{long}\r\n").as_bytes());
        client.draw(&host);
        client.assert_shows(&host);
    }
    let printed = client.terminal.printed(client.terminal.lines());
    assert!(printed.matches(long).count() >= 4, "{printed}");
    // A wide character that did not fit leaves a blank cell, and no blank in the line.
    host.feed(0, "123456789中文\r\n".as_bytes());
    client.draw(&host);
    client.assert_shows(&host);
}

#[test]
fn the_alternate_screen_comes_and_goes() {
    let (mut host, mut client) = (host(10, 3), Client::new(10, 5));
    host.feed(0, b"a\r\nb\r\nc\r\nd");
    client.draw(&host);
    host.feed(0, b"\x1b[?1049h\x1b[Hmenu");
    client.draw(&host);
    client.assert_shows(&host);
    host.feed(0, b"\x1b[?1049l\r\ne\r\nf");
    client.draw(&host);
    client.assert_shows(&host);
}

#[test]
fn a_scrollback_that_was_erased_is_gone() {
    let (mut host, mut client) = (host(10, 3), Client::new(10, 5));
    (0..20).for_each(|line| host.feed(0, format!("secret {line}\r\n").as_bytes()));
    client.draw(&host);
    host.feed(0, b"\x1b[H\x1b[2J\x1b[3Jnew\r\n1\r\n2\r\n3\r\n4");
    client.draw(&host);
    client.assert_shows(&host);
    assert!(!client.terminal.printed(client.terminal.lines()).contains("secret"));
}

/// In a flood guests get glimpses: screens without what scrolled out, and at the end a whole one.
#[test]
fn what_scrolled_out_in_a_flood_comes_with_its_end() {
    let (mut host, mut client) = (host(10, 3), Client::new(10, 5));
    (0..5).for_each(|line| host.feed(0, format!("before {line}\r\n").as_bytes()));
    client.draw(&host);
    for line in 0..30 {
        host.feed(0, format!("flood {line}\r\n").as_bytes());
        let glimpse = Screen::decode(&host.encode(Start::Viewport), &Limits::default()).unwrap();
        client.draw_shown(&glimpse, false);
        assert_eq!(client.terminal.row(1).text(), format!("flood {line}"));
    }
    host = Screen::decode(&host.encode(Start::Everything), &Limits::default()).unwrap();
    client.restored += 1;
    client.draw(&host);
    client.assert_shows(&host);
}

#[test]
fn what_the_program_wants_to_be_sent_is_switched_on_and_the_bell_rings() {
    let (mut host, mut client) = (host(10, 3), Client::new(10, 5));
    host.feed(0, b"\x1b[?1h\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b[?1004h\x1b[5 q");
    client.draw(&host);
    let (mine, theirs) = (client.terminal.modes(), host.modes());
    assert!(mine.application_cursor && mine.bracketed_paste && mine.focus_events);
    assert_eq!((mine.mouse, mine.mouse_encoding), (theirs.mouse, theirs.mouse_encoding));
    assert_eq!((mine.cursor_shape, mine.cursor_blink), (theirs.cursor_shape, theirs.cursor_blink));
    host.feed(0, b"\x1b[?1l\x1b[?1002l\x1b[?1006l");
    client.window.ring();
    let drawn = client.draw(&host);
    assert!(drawn.contains('\x07') && !client.terminal.modes().application_cursor);
    assert!(!client.draw(&host).contains('\x07'), "once");
    assert_eq!(client.terminal.modes().mouse, host.modes().mouse);
}

/// Nothing that a host can put on a screen reaches into the guest's machine.
#[test]
fn only_what_draws_is_drawn() {
    let (mut host, mut client) = (host(30, 3), Client::new(30, 5));
    host.feed(
        0,
        b"\x1b]52;c;Y2Fu\x07\x1b]0;title\x07\x1b[c\x1b[6n\x1b]633;E;x\x07\x1b]1337;x\x07\x1bP+q\x1b\\shown",
    );
    let drawn = client.draw(&host);
    for hostile in ["\x1b]52", "\x1b]0", "\x1b[c", "\x1b[6n", "633", "1337", "\x1bP"] {
        assert!(!drawn.contains(hostile), "{hostile:?} in {drawn:?}");
    }
    assert!(drawn.contains("shown"));
}

#[test]
fn a_scrollback_full_of_links_is_drawn_without_most_of_them() {
    let (mut host, mut client) = (host(80, 24), Client::new(80, 24));
    let link = |letter: &str| format!("\x1b]8;;http://{}\x07x", letter.repeat(2000));
    (0..60 * 40).for_each(|_| host.feed(0, (link("a") + &link("b")).as_bytes()));
    let drawn = client.draw(&host);
    assert!(drawn.len() < 1 << 20, "{} bytes", drawn.len());
    assert_eq!(drawn.matches('x').count(), 60 * 80);
}

#[derive(Clone, Debug)]
enum Step {
    Feed(Vec<u8>),
    Draw,
    Resize(u16, u16),
    Restore,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let text = prop_oneof![
        "[a-z ]{0,30}(\r\n)?",
        "[a-z]{20,60}",
        "(中|é|a){1,12}",
        Just("\r\n\r\n\r\n".to_owned()),
        (1_u16..14, 1_u16..14).prop_map(|(row, column)| format!("\x1b[{row};{column}Hx")),
        Just("\x1b[1;31mred\x1b[m".to_owned()),
        Just("\x1b[44m\x1b[K\x1b[m".to_owned()),
        Just("\x1b[J".to_owned()),
        Just("\x1b[2J".to_owned()),
        Just("\x1b[3J".to_owned()),
        Just("\x1b[2;4r\x1b[4;1H\n\n\x1b[r".to_owned()),
        Just("\x1bM\x1b[L".to_owned()),
        Just("\x1b[?25l".to_owned()),
        Just("\x1b[?25h".to_owned()),
        Just("\x1b[?1049h".to_owned()),
        Just("\x1b[?1049l".to_owned()),
        Just("\x1bc".to_owned()),
    ];
    let step = prop_oneof![
        12 => text.prop_map(|text| Step::Feed(text.into_bytes())),
        5 => Just(Step::Draw),
        1 => (2_u16..20, 1_u16..12).prop_map(|(cols, rows)| Step::Resize(cols, rows)),
        1 => Just(Step::Restore),
    ];
    prop::collection::vec(step, 1..60)
}

proptest! {
    #[test]
    fn it_shows_what_the_host_shows((cols, rows, height) in (2_u16..20, 1_u16..12, 1_u16..14), steps in steps()) {
        let mut host = host(cols, rows);
        let mut client = Client::new(cols, height);
        for step in steps {
            match step {
                Step::Feed(bytes) => host.feed(0, &bytes),
                Step::Draw => {
                    client.draw(&host);
                    client.assert_shows(&host);
                }
                // The client's terminal takes on the host's columns.
                Step::Resize(cols, rows) => {
                    host.resize(cols, rows);
                    client = Client::new(cols, height);
                }
                // A snapshot takes the screen's place.
                Step::Restore => {
                    host = Screen::decode(&host.encode(Start::Everything), &Limits::default()).unwrap();
                    client.restored += 1;
                }
            }
        }
        client.draw(&host);
        client.assert_shows(&host);
    }
}
