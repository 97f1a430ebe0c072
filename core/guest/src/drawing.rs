//! A guest's changes as escape sequences for its real terminal, which a peer must not be able to program.

use jumpseat_api::TerminalChange;
use jumpseat_screen::{DecodeError, Sanitizer};

use crate::snapshot;

/// Clears a terminal and what it remembers, scrollback included: a whole picture follows.
const AFRESH: &[u8] = b"\x1bc\x1b[3J";

/// One shared terminal, as a real one is to show it.
///
/// A client that keeps a [`Screen`](jumpseat_screen::Screen) needs none of this: a screen answers nothing, copies
/// nothing and opens nothing.
#[derive(Default)]
pub struct Drawing {
    sanitizer: Sanitizer,
}

impl Drawing {
    /// Appends what draws the change. A new size is the client's own to see to: it draws nothing.
    ///
    /// # Errors
    /// When a picture cannot be read; the next one makes up for it.
    pub fn draw(&mut self, change: &TerminalChange, out: &mut Vec<u8>) -> Result<(), DecodeError> {
        match change {
            TerminalChange::Output(bytes) => self.sanitizer.feed(bytes, out),
            TerminalChange::Resize(size) => self.sanitizer.resize(size.cols, size.rows),
            TerminalChange::Snapshot { data, .. } => {
                let mut picture = Vec::new();
                // What was cut before the picture does not go on behind it; what the picture's own end cuts does.
                let mut sanitizer = Sanitizer::default();
                snapshot::draw(data, &mut sanitizer, &mut picture)?;
                self.sanitizer = sanitizer;
                out.extend_from_slice(AFRESH);
                out.extend_from_slice(&picture);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jumpseat_screen::{Options, Screen, Start};

    use super::*;

    fn drawn(changes: &[TerminalChange]) -> String {
        let (mut drawing, mut out) = (Drawing::default(), Vec::new());
        for change in changes {
            drawing.draw(change, &mut out).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    fn output(text: &str) -> TerminalChange {
        TerminalChange::Output(text.as_bytes().to_vec())
    }

    #[test]
    fn nothing_that_reaches_into_the_guests_machine_is_drawn() {
        let text = drawn(&[output("a\x1b]52;c;Y2Fu"), output("YXJ5\x07b\x1b[c\x1b[6n"), output("\x1b[1mc")]);
        assert_eq!(text, "ab\x1b[1mc");
    }

    #[test]
    fn a_sequence_that_a_picture_cuts_goes_on_behind_it() {
        let mut screen = Screen::new(Options { cols: 20, rows: 3, ..Options::default() });
        screen.feed(0, b"shown\x1b[3");
        let picture = |screen: &Screen| TerminalChange::Snapshot {
            data: screen.encode(Start::Everything),
            scrollback: true,
        };
        let text = drawn(&[picture(&screen), output("1mred\x1b[2147483647S")]);
        assert!(text.ends_with("\x1b[31mred\x1b[3S"), "{text:?}");
        screen.feed(0, b"1m\x1b]52;c;Y3Vy");
        let text = drawn(&[picture(&screen), output("bA==\x07x")]);
        assert!(!text.contains("52;") && !text.contains("Y3Vy") && text.ends_with('x'), "{text:?}");
    }

    #[test]
    fn a_picture_starts_afresh() {
        let mut screen = Screen::new(Options::default());
        screen.feed(0, b"shown");
        let picture = TerminalChange::Snapshot { data: screen.encode(Start::Everything), scrollback: true };
        let text = drawn(&[output("old\x1b]0;cut"), picture, output("\x07new")]);
        assert!(text.starts_with("old\x1bc"), "{text:?}");
        assert!(text.contains("shown") && text.ends_with("new"), "{text:?}");
        assert!(
            Drawing::default()
                .draw(&TerminalChange::Snapshot { data: vec![1], scrollback: true }, &mut Vec::new())
                .is_err()
        );
    }

    #[test]
    fn a_picture_full_of_links_is_drawn_without_them() {
        let mut screen = Screen::new(Options { cols: 80, rows: 24, ..Options::default() });
        let link = |letter: &str| format!("\x1b]8;;http://{}\x07x", letter.repeat(2000));
        for _ in 0..300 * 40 {
            screen.feed(0, (link("a") + &link("b")).as_bytes());
        }
        let text =
            drawn(&[TerminalChange::Snapshot { data: screen.encode(Start::Everything), scrollback: true }]);
        assert!(text.len() < 1 << 20 && !text.contains("http:"), "{} bytes", text.len());
        // The character before the cursor is printed again, so that a mark may join it.
        assert_eq!(text.matches('x').count(), 300 * 80 + 1);
    }
}
