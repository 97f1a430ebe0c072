//! JS-SNAP-8: what a session's guests get of a terminal that was there before the session.

use proptest::prelude::*;

use super::*;

fn worker(cols: u16, rows: u16) -> Worker {
    let screen = Screen::new(Options { cols, rows, scrollback: 20, ..Options::default() });
    Worker { shared: Arc::default(), screen, visible: BTreeMap::new() }
}

/// Text with the letter, and what moves lines about.
fn output(letter: char) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => (1usize..30).prop_map(move |len| letter.to_string().repeat(len)),
        4 => Just("\r\n".to_owned()),
        2 => (1u16..8, 1u16..12).prop_map(|(row, column)| format!("\x1b[{row};{column}H")),
        2 => (1u16..4, proptest::sample::select(vec!["L", "M", "S", "T", "@", "P", "X", "A", "B"]))
            .prop_map(|(count, last)| format!("\x1b[{count}{last}")),
        1 => (0u16..4, proptest::sample::select(vec!["J", "K"])).prop_map(|(what, last)| format!("\x1b[{what}{last}")),
        1 => proptest::sample::select(vec![
            "\x1b[2;4r", "\x1b[r", "\x1bM", "\x1bD", "\x1b7", "\x1b8", "\x1b[?7l", "\x1b[?7h", "\x1b[4h", "\x1b[4l",
            "\x1b[?1049h", "\x1b[?1049l", "\x1bc",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #[test]
    fn a_glimpse_of_a_session_from_now_on_shows_no_row_that_was_there_before(
        before in output('o'),
        steps in proptest::collection::vec((output('n'), proptest::option::of((2u16..14, 1u16..8))), 0..4),
    ) {
        let mut worker = worker(10, 6);
        worker.screen.feed(0, &before);
        // The line with the cursor is the session's: nothing may be on it yet.
        worker.screen.feed(0, b"\x1b[?1049l\x1b[2K");
        let begun = worker.begin(StartFrom::Now);
        for (output, size) in steps {
            worker.screen.feed(0, &output);
            if let Some((cols, rows)) = size {
                worker.screen.resize(cols, rows);
            }
            for scope in [Scope::Screen, Scope::Full] {
                let bytes = worker.screen.encode(begun.start(scope));
                let seen = Screen::decode(&bytes, &jumpseat_screen::Limits::default()).expect("a snapshot");
                let normal = seen.lines().filter_map(|number| seen.line(number)).map(|line| line.text());
                let shown = (0..seen.size().1).map(|row| seen.row(row).text());
                for text in normal.chain(shown) {
                    prop_assert!(!text.contains('o'), "{scope:?} shows {text:?}");
                }
            }
        }
    }
}

#[test]
fn a_glimpse_shows_what_is_new_even_above_what_is_old() {
    let mut worker = worker(20, 5);
    worker.screen.feed(0, b"one\r\ntwo\r\nold below\x1b[1;1H\x1b[2K");
    let begun = worker.begin(StartFrom::Now);
    worker.screen.feed(0, b"new");
    let bytes = worker.screen.encode(begun.start(Scope::Screen));
    let seen = Screen::decode(&bytes, &jumpseat_screen::Limits::default()).unwrap();
    let rows: Vec<String> = (0..5).map(|row| seen.row(row).text()).collect();
    assert_eq!(rows, ["new", "", "", "", ""]);
    // The rule for everything else stays: a session from the start sees it all.
    let all = worker.begin(StartFrom::Start);
    let seen = worker.screen.encode(all.start(Scope::Screen));
    let seen = Screen::decode(&seen, &jumpseat_screen::Limits::default()).unwrap();
    assert_eq!(seen.row(2).text(), "old below");
}

#[test]
fn a_command_printed_lines_and_not_rows() {
    let mut worker = worker(10, 4);
    worker.screen.feed(0, "x".repeat(25).as_bytes());
    worker.screen.feed(0, b"\r\n\r\nlast line of them\r\n");
    assert_eq!(worker.printed_lines(0..6), 3);
    assert_eq!(worker.printed_lines(1..6), 3, "it began in the middle of a row");
    worker.screen.feed(0, b"\x1b[3J");
    assert_eq!(worker.printed_lines(0..6), 5, "what is gone cannot be joined");
    assert_eq!(worker.printed_lines(std::ops::Range { start: 6, end: 2 }), 0);
}

/// The host's own terminal is not dark until its screen has seen all that a program has printed.
#[test]
fn a_picture_for_a_client_goes_before_the_output_that_it_waits_behind() {
    let mut worker = worker(20, 5);
    worker.screen.feed(0, b"seen");
    let mut queue = Queue::default();
    let picture = || Item::ScreenRequest(ScreenRequest::Picture { client: ClientNo(1), scrollback: false });
    queue.items.extend([Item::Bytes(b" by".to_vec()), Item::Bytes(b" all\x1b[3".to_vec()), picture()]);
    queue.items.push_back(Item::Bytes(b"1mred".to_vec()));
    queue.pictures = 1;
    let Some(Item::Picture { client, scrollback, ahead }) = queue.next() else { panic!("not the picture") };
    worker.picture(client, scrollback, &ahead);
    let told = lock(&worker.shared.latest).answers.pop_front();
    let Some(ScreenEvent::Picture { bytes, .. }) = told else { panic!("no picture") };
    let mut own = Screen::new(Options { cols: 20, rows: 5, ..Options::default() });
    own.feed(0, &bytes);
    assert_eq!(own.row(0).text(), "seen by all");
    own.feed(0, b"1mred");
    while let Some(item) = queue.next() {
        let Item::Bytes(bytes) = item else { panic!("no output") };
        worker.screen.feed(0, &bytes);
    }
    assert_eq!((own.row(0).text(), own.cursor()), (worker.screen.row(0).text(), worker.screen.cursor()));
}

/// It is of the terminal's size at its place.
#[test]
fn a_picture_does_not_go_before_a_size_and_of_several_sizes_the_last_counts() {
    let mut queue = Queue::default();
    let size = |cols| Item::Resize(Size { cols, rows: 5 });
    let picture = Item::ScreenRequest(ScreenRequest::Picture { client: ClientNo(1), scrollback: false });
    queue.items.extend([size(10), size(20), size(30), Item::Bytes(b"x".to_vec()), picture]);
    queue.pictures = 1;
    assert!(matches!(queue.next(), Some(Item::Resize(Size { cols: 30, .. }))));
    assert!(matches!(queue.next(), Some(Item::Picture { ahead, .. }) if ahead == b"x"));
    assert!(matches!(queue.next(), Some(Item::Bytes(_))));
    assert!(queue.next().is_none());
}
