//! What a screen's users rely on, apart from its likeness to xterm.js.

use jumpseat_screen::{Color, Event, Limits, Options, Screen, Start, Underline};
use proptest::prelude::*;

fn screen(cols: u16, rows: u16) -> Screen {
    Screen::new(Options { cols, rows, scrollback: 100, ..Options::default() })
}

fn texts(screen: &Screen) -> Vec<String> {
    screen.lines().filter_map(|number| screen.line(number)).map(|line| line.text()).collect()
}

fn decoded(screen: &Screen, start: Start) -> Screen {
    Screen::decode(&screen.encode(start), &Limits::default()).expect("a snapshot decodes")
}

#[test]
fn runs_have_text_style_and_place() {
    let mut screen = screen(40, 3);
    screen.feed(0, "a\x1b[1;4:3;38;2;1;2;3mbc中\x1b[m  \x1b]8;id=x;http://a/\x07link\x1b]8;;\x07".as_bytes());
    let row = screen.row(0);
    let runs = row.runs();
    let found: Vec<(&str, u16, u16)> = runs.iter().map(|run| (&*run.text, run.column, run.width)).collect();
    assert_eq!(found, [("a", 0, 1), ("bc中", 1, 4), ("  ", 5, 2), ("link", 7, 4)]);
    let style = runs[1].style;
    assert!(style.bold() && !style.italic());
    assert_eq!((style.underline(), style.foreground()), (Underline::Curly, Color::Rgb(1, 2, 3)));
    let link = screen.link(runs[3].style).expect("a link");
    assert_eq!((link.id(), link.uri()), (Some("x"), "http://a/"));
    assert_eq!(row.text(), "abc中  link");
    assert_eq!(row.cells().filter(|cell| cell.width == 0).count(), 1);
}

/// Nothing is sent that whoever gets it would refuse, nor held back what it would take.
#[test]
fn what_is_encoded_within_limits_is_what_they_take() {
    let mut screen = screen(40, 3);
    screen.feed(0, "text, \u{4e2d}\r\n".repeat(20).as_bytes());
    let bytes = screen.encode(Start::Everything);
    let mut taken = 0;
    for len in [bytes.len() - 1, bytes.len(), bytes.len() + 1] {
        for cells in 0..1_000 {
            let limits = Limits { bytes: len, cells, ..Limits::default() };
            let takes = Screen::decode(&bytes, &limits).is_ok();
            taken += usize::from(takes);
            assert_eq!(screen.encode_within(Start::Everything, &limits), takes.then(|| bytes.clone()));
        }
    }
    assert!((1..1_999).contains(&taken), "{taken}");
    // Another terminal gets the same.
    let mut painted = Screen::new(Options { cols: 40, rows: 3, scrollback: 100, ..Options::default() });
    painted.feed(0, &screen.escape_sequences());
    assert_eq!(texts(&painted), texts(&screen));
}

#[test]
fn what_the_margin_wrapped_is_one_line() {
    let mut screen = screen(10, 3);
    screen.feed(0, "one\r\nall tests  passed\r\n123456789你好 $ ".as_bytes());
    let lines = screen.lines();
    assert_eq!(screen.printed(lines.clone()), "one\nall tests  passed\n123456789你好 $ ");
    assert_eq!(screen.printed_in_view(), " passed\n123456789你好 $ ", "its beginning is above");
    assert_eq!(screen.printed(lines.end + 5..lines.end), "");
    assert_eq!(screen.printed(lines.end - 1..u64::MAX), "你好 $ ");
    screen.feed(0, b"\x1b[?1049h\x1b[Hover the margin");
    assert_eq!(screen.printed_in_view(), "over the margin\n");
    assert!(screen.printed(screen.lines()).ends_with(" $ "));
}

#[test]
fn changes_tell_what_to_draw() {
    let mut screen = screen(10, 5);
    assert_eq!(screen.take_changes().rows, 0..5);
    screen.feed(0, b"\x1b[3;1Hx");
    assert_eq!(screen.take_changes().rows, 2..3);
    assert!(screen.take_changes().rows.is_empty());
    screen.feed(0, b"\x1b[5;1H\n\n");
    let changes = screen.take_changes();
    assert_eq!((changes.rows, changes.scrolled), (0..5, 2));
}

#[test]
fn events_come_in_order_and_are_bounded() {
    let mut screen = screen(20, 3);
    screen.feed(0, b"\x07\x07\x1b]2;one\x07\x1b]0;two\x07\x1b]7;file://host/tmp/a%20b\x07");
    let expected = [Event::Bell, Event::Title("two".into()), Event::Cwd("/tmp/a b".into())];
    assert_eq!(screen.take_events(), expected);
    for n in 0..5000 {
        screen.feed(0, format!("\x1b]133;A\x07\x1b]133;C\x07\x1b]133;D;{n}\x07").as_bytes());
    }
    assert!(screen.take_events().len() <= 256);
    assert!(screen.blocks().len() <= 1000);
}

/// A prompt, a command and its output, as a shell with marks prints them.
fn command(screen: &mut Screen, now: u64, line: &str, output: &str, exit: i32) {
    screen.feed(now, format!("\x1b]133;A\x07$ \x1b]133;B\x07{line}\r\n\x1b]133;C\x07").as_bytes());
    screen.feed(now + 50, output.replace('\n', "\r\n").as_bytes());
    screen.feed(now + 100, format!("\x1b]133;D;{exit}\x07").as_bytes());
}

#[test]
fn blocks_hold_command_output_exit_code_and_times() {
    let mut screen = screen(20, 6);
    command(&mut screen, 1000, "echo hi", "hi\n", 0);
    command(&mut screen, 2000, "a command that wraps", "one\ntwo is longer than twenty columns\n", 3);
    let blocks: Vec<_> = screen.blocks().iter().collect();
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[0].command_line.as_deref(), Some("echo hi"));
    assert_eq!(blocks[1].command_line.as_deref(), Some("a command that wraps"));
    assert_eq!((blocks[1].exit_code, blocks[1].started, blocks[1].duration()), (Some(3), 2000, Some(100)));
    assert_eq!(screen.block_output(blocks[0].id).as_deref(), Some("hi"));
    assert_eq!(screen.block_output(blocks[1].id).as_deref(), Some("one\ntwo is longer than twenty columns"));
    let events = screen.take_events();
    assert_eq!(events.iter().filter(|event| matches!(event, Event::BlockStarted(_))).count(), 2);
    assert_eq!(events.iter().filter(|event| matches!(event, Event::BlockFinished(_))).count(), 2);
}

#[test]
fn the_shell_may_tell_the_command_line_and_the_directory() {
    let mut screen = screen(40, 6);
    screen.feed(0, b"\x1b]633;P;Cwd=/srv/x\\x3by\x07\x1b]633;A\x07$ \x1b]633;B\x07ls\x1b]633;E;ls -la\\x3b true\\\\;nonce\x07\r\n");
    screen.feed(5, b"\x1b]633;C\x07out\r\n\x1b]633;D;0\x07");
    let block = &screen.blocks()[0];
    assert_eq!(block.command_line.as_deref(), Some("ls -la; true\\"));
    assert_eq!(block.cwd.as_deref(), Some("/srv/x;y"));
    assert_eq!(screen.cwd(), Some("/srv/x;y"));
}

#[test]
fn blocks_survive_reflow_the_alternate_screen_and_the_end_of_the_scrollback() {
    let mut screen = screen(20, 6);
    command(&mut screen, 0, "first", "a line that is longer than ten columns\nshort\n", 0);
    let id = screen.blocks()[0].id;
    let output = screen.block_output(id);
    for (cols, rows) in [(10, 6), (33, 4), (20, 12), (7, 3), (20, 6)] {
        screen.resize(cols, rows);
        assert_eq!(screen.block_output(id), output, "at {cols} columns");
    }
    screen.feed(1, b"\x1b]133;A\x07$ \x1b]133;B\x07vi\r\n\x1b]133;C\x07\x1b[?1049h\x1b[2J\x1b[Hfull screen\x1b[?1049l\x1b]133;D;0\x07");
    assert_eq!(screen.block_output(id), output);
    let vi = screen.blocks()[1].id;
    assert_eq!(screen.block_output(vi).as_deref(), Some(""));
    for _ in 0..200 {
        screen.feed(2, b"more\r\n");
    }
    assert_eq!(screen.block_output(id).as_deref(), Some(""), "its lines have left the scrollback");
}

#[test]
fn erased_output_is_no_longer_a_blocks() {
    let mut screen = screen(20, 6);
    command(&mut screen, 0, "ls", "secret\n", 0);
    screen.feed(1, b"\x1b[H\x1b[2J\x1b]133;A\x07$ other text");
    assert_eq!(screen.block_output(screen.blocks()[0].id).as_deref(), Some(""));
}

#[test]
fn a_snapshot_from_a_mark_shows_nothing_from_before() {
    let mut host = screen(20, 4);
    for n in 0..8 {
        host.feed(0, format!("secret {n}\r\n").as_bytes());
    }
    host.feed(0, b"$ ");
    let mark = host.mark();
    host.feed(0, b"share\r\nshown\r\n");
    let guest = decoded(&host, Start::Mark(mark));
    assert_eq!(texts(&guest), ["", "$ share", "shown", ""]);
    assert_eq!(guest.row(2).text(), host.row(2).text());
    let mut ansi = Vec::new();
    host.write_ansi(Start::Mark(mark), usize::MAX, &mut ansi);
    assert!(!ansi.windows(6).any(|part| part == b"secret"));
    // Rows above the mark count again once they were wholly erased.
    host.feed(0, b"\x1b[H\x1b[2Jnew at the top");
    assert_eq!(decoded(&host, Start::Mark(mark)).row(0).text(), "new at the top");
    // The stream goes on alike for both.
    let mut guest = decoded(&host, Start::Mark(mark));
    for screen in [&mut host, &mut guest] {
        screen.feed(0, b"\x1b[3;5Hx\r\n\n\n\nend");
    }
    assert_eq!(
        (0..4).map(|y| guest.row(y).text()).collect::<Vec<_>>(),
        (0..4).map(|y| host.row(y).text()).collect::<Vec<_>>()
    );
}

#[test]
fn a_snapshot_from_a_block_begins_with_its_prompt() {
    let mut host = screen(20, 4);
    command(&mut host, 0, "one", "1\n", 0);
    command(&mut host, 1, "two", "2\n", 0);
    command(&mut host, 2, "three", "3\n", 0);
    let second = host.blocks()[1].id;
    let guest = decoded(&host, Start::Block(second));
    assert_eq!(texts(&guest), ["$ two", "2", "$ three", "3", ""]);
    assert_eq!(guest.blocks().len(), 2);
    assert_eq!(guest.block_output(second).as_deref(), Some("2"));
    let unknown = decoded(&host, Start::Block(jumpseat_screen::BlockId(99)));
    assert!(texts(&unknown).iter().all(String::is_empty));
}

#[test]
fn a_viewport_snapshot_is_small() {
    let mut host = Screen::new(Options { cols: 120, rows: 40, ..Options::default() });
    host.feed(0, &jumpseat_screen::corpus::scrollback(3, 3000));
    let bytes = host.encode(Start::Viewport);
    assert!(bytes.len() < 8 * 1024, "{} bytes", bytes.len());
    let guest = Screen::decode(&bytes, &Limits::default()).expect("a snapshot decodes");
    assert_eq!(guest.scrollback_len(), 0);
    for row in 0..40 {
        assert_eq!(guest.row(row).runs(), host.row(row).runs());
    }
}

#[test]
fn hostile_output_stays_within_bounds() {
    let mut screen = screen(80, 24);
    let mut bytes = Vec::new();
    // More styles, clusters and links than the tables hold, strings without end, numbers without end.
    for n in 0..200_000u32 {
        let [_, r, g, b] = n.to_be_bytes();
        bytes.extend_from_slice(format!("\x1b[38;2;{r};{g};{b};58;5;{b}mx").as_bytes());
    }
    for n in 0..100_000u32 {
        let mark = char::from_u32(0x300 + n % 0x6f).expect("a mark");
        let other = char::from_u32(0x300 + n / 0x6f % 0x6f).expect("a mark");
        bytes.extend_from_slice(
            format!("{}{mark}{other}{mark}", char::from(b'a' + (n % 26) as u8)).as_bytes(),
        );
    }
    for n in 0..20_000 {
        bytes.extend_from_slice(format!("\x1b]8;;http://host/{n}\x07l").as_bytes());
    }
    bytes.extend_from_slice(
        b"\x1b]8;;\x07\x1b[m\x1b[2147483648;99999999999999H\x1b[99999999b\x1b[99999L\x1b[99999S",
    );
    bytes.extend_from_slice(&[b"\x1b]2;".to_vec(), vec![b't'; 1 << 20]].concat());
    screen.feed(0, &bytes);
    assert!(screen.title().is_empty());
    screen.feed(0, b"\x07\x1b[H\x1b[2J\x1b[31mfine");
    let row = screen.row(0);
    assert_eq!(row.text(), "fine");
    assert_eq!(row.runs()[0].style.foreground(), Color::Base(1));
    assert!(screen.encode(Start::Everything).len() < 1 << 20);
}

#[test]
fn a_long_combination_is_cut() {
    let mut screen = screen(80, 24);
    screen.feed(0, format!("a{}b", "\u{301}".repeat(1000)).as_bytes());
    assert_eq!(screen.row(0).cells().next().expect("a cell").text.chars().count(), 32);
    assert_eq!(screen.cursor().column, 2);
}

#[test]
fn decoding_refuses_what_exceeds_its_limits() {
    let mut host = screen(80, 24);
    host.feed(0, b"text");
    let bytes = host.encode(Start::Everything);
    assert!(Screen::decode(&bytes, &Limits { bytes: 10, ..Limits::default() }).is_err());
    assert!(Screen::decode(&bytes, &Limits { cells: 3, ..Limits::default() }).is_err());
    assert!(Screen::decode(&bytes, &Limits::default()).is_ok());
    for len in 0..bytes.len() {
        assert!(Screen::decode(&bytes[..len], &Limits::default()).is_err(), "cut at {len}");
    }
    let mut other = bytes.clone();
    other[2] = 99;
    assert!(Screen::decode(&other, &Limits::default()).is_err());
}

fn output() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        "[ -~]{1,20}".prop_map(String::into_bytes),
        "(\u{1b}\\[[0-9;:?]{0,8}[@-~]){1,3}".prop_map(String::into_bytes),
        "\u{1b}\\][0-9]{1,3};[ -~é中]{0,12}(\u{7}|\u{1b}\\\\)?".prop_map(String::into_bytes),
        "[é中👍\u{301}\u{9b}]{1,6}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 1..20),
        Just(b"\r\n".to_vec()),
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn where_the_stream_is_cut_does_not_matter(bytes in output(), size in 1usize..12) {
        let (mut whole, mut cut) = (screen(20, 5), screen(20, 5));
        whole.feed(0, &bytes);
        bytes.chunks(size).for_each(|chunk| cut.feed(0, chunk));
        prop_assert_eq!(whole.dump(), cut.dump());
        prop_assert_eq!(whole.encode(Start::Everything), cut.encode(Start::Everything));
    }

    #[test]
    fn mutated_snapshots_never_panic(
        bytes in output(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        more in output(),
    ) {
        let mut host = screen(20, 5);
        host.feed(0, &bytes);
        let mut snapshot = host.encode(Start::Everything);
        for (at, byte) in changes {
            let at = at.index(snapshot.len());
            snapshot[at] = byte;
        }
        if let Ok(mut guest) = Screen::decode(&snapshot, &Limits { bytes: 1 << 20, cells: 1 << 16, ..Limits::default() }) {
            guest.feed(0, &more);
            guest.resize(7, 9);
            guest.feed(0, &more);
            let mut ansi = Vec::new();
            guest.write_ansi(Start::Everything, usize::MAX, &mut ansi);
            guest.write_viewport_ansi(usize::MAX, &mut ansi);
            let _ = (guest.dump(), guest.ansi_losses());
            let again = Screen::decode(&guest.encode(Start::Everything), &Limits::default());
            prop_assert!(again.is_ok(), "{:?}", again.err());
        }
    }

    #[test]
    fn what_was_printed_reads_the_same_at_any_width(
        lines in proptest::collection::vec("[a-c 你好]{0,30}", 1..8),
        cols in 2u16..20,
    ) {
        let printed = lines.join("\n");
        let mut screen = screen(cols, 60);
        screen.feed(0, printed.replace('\n', "\r\n").as_bytes());
        let read = |screen: &Screen| (screen.printed(screen.lines()), screen.printed_in_view());
        let (all, view) = read(&screen);
        prop_assert_eq!(all.trim_end_matches('\n'), printed.trim_end_matches('\n'));
        prop_assert!(all.ends_with(&view));
        prop_assert_eq!(&read(&decoded(&screen, Start::Everything)).0, &all);
    }

    #[test]
    fn a_repaint_restores_the_viewport(bytes in output(), mess in output()) {
        let mut host = screen(20, 5);
        host.feed(0, &bytes);
        prop_assume!(host.ansi_losses().is_empty() && !host.in_alternate());
        let mut terminal = host.clone();
        terminal.feed(0, b"\x18\x1b\\");
        terminal.feed(0, &mess);
        terminal.feed(0, b"\x18\x1b\\\x1b[?1049l");
        let mut ansi = Vec::new();
        host.write_viewport_ansi(usize::MAX, &mut ansi);
        terminal.feed(0, &ansi);
        for row in 0..5 {
            prop_assert_eq!(terminal.row(row).runs(), host.row(row).runs());
        }
        let (mut restored, mut cursor) = (terminal.cursor(), host.cursor());
        // Whether the user's own cursor blinks is not ours to say.
        restored.blink = cursor.blink;
        // Behind a lone mark in the last column no terminal can be brought again.
        restored.column = restored.column.min(19);
        cursor.column = cursor.column.min(19);
        prop_assert_eq!(restored, cursor);
    }
}

/// Two links on every other cell, of which a snapshot has each once: the lines are made from one of their own.
fn links(lines: usize) -> Screen {
    let mut host = Screen::new(Options { cols: 80, rows: 24, ..Options::default() });
    let link = |letter: &str| format!("\x1b]8;;http://{}\x07{letter}", letter.repeat(2000));
    let (a, b) = (link("a"), link("b"));
    for _ in 0..lines * 40 {
        host.feed(0, a.as_bytes());
        host.feed(0, b.as_bytes());
    }
    host
}

#[test]
fn what_is_painted_stays_within_its_bytes_whatever_a_cell_takes() {
    let host = links(50);
    let painted = |most: usize| {
        let mut ansi = Vec::new();
        host.write_ansi(Start::Everything, most, &mut ansi);
        String::from_utf8(ansi).expect("text")
    };
    let all = painted(usize::MAX);
    assert!(all.len() > 50 * 80 * 2000 && painted(all.len()) == all, "everything, where it fits");
    let letters = |text: &str| text.matches(['a', 'b']).count();
    let text = painted(1 << 20);
    assert!(text.len() < 1 << 20 && !text.contains("http:"), "{} bytes", text.len());
    // The character before the cursor is printed again, so that a mark may join it.
    assert_eq!(letters(&text), 50 * 80 + 1, "then all of the text");
    // With colours that change at every cell.
    let mut host = host;
    for n in 0..24 * 80 {
        host.feed(0, format!("\x1b[38;2;1;1;{}mc\u{301}", n % 256).as_bytes());
    }
    let painted = |most: usize| {
        let (mut ansi, mut viewport) = (Vec::new(), Vec::new());
        host.write_ansi(Start::Everything, most, &mut ansi);
        host.write_viewport_ansi(most, &mut viewport);
        (String::from_utf8(ansi).expect("text"), viewport.len())
    };
    let (all, _) = painted(1 << 20);
    assert!(!all.contains("http:") && letters(&all) > 0, "everything without links");
    let most = all.len() - 1;
    let (text, viewport) = painted(most);
    assert!(text.len() < most && viewport < most, "{} and {viewport} bytes", text.len());
    assert_eq!((text.matches("c\u{301}").count(), letters(&text)), (24 * 80 + 1, 0), "then of the screen");
    let (text, viewport) = painted(10_000);
    assert!(text.len() < 10_000 && viewport < 10_000, "{} and {viewport} bytes", text.len());
    assert_eq!(text.matches('c').count(), 24 * 80 + 1, "at last the text alone");
}

#[test]
fn leaving_the_alternate_screen_is_told_with_the_line_behind_the_normal_one() {
    let mut screen = screen(10, 2);
    screen.feed(0, b"a\r\nb\r\nc");
    let left = |screen: &mut Screen| {
        let of = |event| if let Event::AlternateLeft { from } = event { Some(from) } else { None };
        screen.take_events().into_iter().filter_map(of).collect::<Vec<_>>()
    };
    screen.feed(0, b"\x1b[?1049lno\x1b[?1049hyes");
    assert_eq!(left(&mut screen), [], "it was not there, then it is");
    // Left, more output, there again, and left again: the lowest counts.
    screen.feed(0, b"\x1b[?1049l\r\nd\r\ne\x1b[?1049hagain\x1b[?1049l");
    assert_eq!(left(&mut screen), [3]);
    assert_eq!(left(&mut screen), []);
}
