//! A terminal's output, as a program prints it: however it is cut and resized, the screen and its snapshot agree.

use jumpseat_screen::{Limits, Options, Screen, Start};

/// `cols, rows, cut`, one byte each, then the output.
pub(crate) fn run(data: &[u8]) {
    let Some((&[cols, rows, cut], output)) = data.split_first_chunk() else { return };
    // Small screens wrap, scroll and trim more than large ones.
    let (cols, rows) = (u16::from(cols % 80) + 1, u16::from(rows % 24) + 1);
    let options = Options { cols, rows, scrollback: 50, ..Options::default() };
    let (before, after) = output.split_at(output.len() * usize::from(cut) / 255);

    let mut host = Screen::new(options);
    host.feed(1, before);
    let mut guest = copy(&host);
    for screen in [&mut host, &mut guest] {
        assert_eq!(screen.flaw(), None);
        screen.feed(2, after);
        assert_eq!(screen.flaw(), None);
        screen.resize(rows * 3, cols);
        assert_eq!(screen.flaw(), None);
        screen.feed(3, before);
        assert_eq!(screen.flaw(), None);
    }
    assert_eq!(
        host.encode(Start::Everything),
        guest.encode(Start::Everything),
        "a screen from a snapshot goes on as the one it was taken of"
    );
    let mut whole = Screen::new(options);
    whole.feed(1, before);
    for byte in after.chunks(1) {
        whole.feed(2, byte);
    }
    whole.resize(rows * 3, cols);
    whole.feed(3, before);
    assert_eq!(
        host.encode(Start::Everything),
        whole.encode(Start::Everything),
        "it does not matter how output is cut"
    );
    host.write_ansi(Start::Viewport, usize::MAX, &mut Vec::new());
}

fn copy(screen: &Screen) -> Screen {
    Screen::decode(&screen.encode(Start::Everything), &Limits::default())
        .expect("a screen's own snapshot decodes")
}
