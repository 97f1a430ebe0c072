//! A snapshot from outside: arbitrary bytes, and a real snapshot with some of its bytes changed.

use std::sync::LazyLock;

use jumpseat_screen::{Limits, Options, Screen, Start};

/// With colours, wide and combined characters, a link, a command block, scrollback and the alternate screen.
static REAL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut screen = Screen::new(Options { cols: 20, rows: 4, scrollback: 20, ..Options::default() });
    screen.feed(1, b"\x1b]133;A\x07$ \x1b]133;B\x07ls\r\n\x1b]133;C\x07");
    for line in 0..9 {
        let text = format!("\x1b[{}m東京 e\u{301} {line}\x1b[38;2;1;2;3;4:3mtrue\x1b[m\r\n", 31 + line);
        screen.feed(2, text.as_bytes());
    }
    screen.feed(3, b"\x1b]8;;https://example.org\x07link\x1b]8;;\x07\r\n\x1b]133;D;1\x07\x1b]2;title\x07");
    screen.feed(4, b"\x1b[?1049h\x1b[?2004h\x1b[2;3r\x1b[5 q\x1b[2;2Hvim");
    screen.encode(Start::Everything)
});

/// The bytes as a snapshot; and as `place u16, value u8` changes of the real one, the last of which may cut it.
pub(crate) fn run(data: &[u8]) {
    decode(data);
    let mut changed = REAL.clone();
    let changes = data.chunks_exact(3).map(|change| (u16::from_le_bytes([change[0], change[1]]), change[2]));
    for (place, value) in changes {
        let place = usize::from(place) % (changed.len() + 1);
        match changed.get_mut(place) {
            Some(byte) => *byte = value,
            None => changed.truncate(usize::from(value)),
        }
        if changed.is_empty() {
            break;
        }
    }
    decode(&changed);
}

fn decode(bytes: &[u8]) {
    if let Ok(mut screen) = Screen::decode(bytes, &Limits::default()) {
        assert_eq!(screen.flaw(), None, "what decodes is what output could make");
        let written = screen.encode(Start::Everything);
        let again = Screen::decode(&written, &Limits::default()).expect("a screen's own snapshot decodes");
        assert_eq!(again.encode(Start::Everything), written, "a snapshot reads back as itself");
        // What was accepted is a screen that lives on.
        screen.feed(5, b"\x1b[H\x1b[2Ltext \xe6\x9d\xb1\x1b[?1049l\r\n\x1b[999;999H\x1b[1J");
        assert_eq!(screen.flaw(), None);
        screen.resize(7, 3);
        assert_eq!(screen.flaw(), None);
        screen.write_ansi(Start::Everything, usize::MAX, &mut Vec::new());
    }
}
