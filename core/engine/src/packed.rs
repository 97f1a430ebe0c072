//! Pictures of terminals as they travel: what a screen encoded, compressed before it is sealed.
//!
//! Live frames are not compressed: a guest chooses text that stands next to the host's, and the relay sees the size of every
//! frame. Snapshots are, and the relay can cause one: it drops a frame, and the guest behind the gap asks for a
//! picture. So it learns how small a whole screen with its scrollback compresses, once in two seconds and guest at the
//! most, in buckets (plaintexts of 8 KiB, the last one of 256·2^k bytes). Somebody who works with the relay and gets text of
//! their choice printed next to a secret, which only a writer or a program that prints foreign text does for them,
//! could test a guess that way where the bucket changes. `SECURITY.md` says so.

use jumpseat_pack::Level;
use jumpseat_screen::{Limits, Screen, Start};
use jumpseat_session::MAX_SNAPSHOT_LEN;

/// Compresses a picture.
pub(crate) fn pack(picture: &[u8]) -> Vec<u8> {
    jumpseat_pack::pack(picture, &[], Level::Usual)
}

/// The most that a picture may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    /// As guests make a screen of it.
    pub(crate) expanded: Limits,
    /// As it travels, in bytes.
    pub(crate) packed: usize,
}

impl Default for Most {
    fn default() -> Self {
        Self { expanded: Limits::default(), packed: MAX_SNAPSHOT_LEN }
    }
}

/// The compressed picture from the first of these starts that fits; what fits in no case shows nothing above the
/// cursor's line. A guest that gets less of the past is better off than one that waits for a picture.
pub(crate) fn fitting(screen: &Screen, starts: &[Start], most: Most) -> Vec<u8> {
    for start in starts {
        let Some(picture) = screen.encode_within(*start, &most.expanded) else { continue };
        let packed = pack(&picture);
        if packed.len() <= most.packed {
            return packed;
        }
    }
    let mut screen = screen.clone();
    let start = Start::Mark(screen.mark());
    pack(&screen.encode(start))
}

#[cfg(test)]
mod tests {
    use jumpseat_guest::snapshot::{self, unpack};

    use super::*;

    #[test]
    fn comes_back_whole() {
        let mut screen = Screen::new(jumpseat_screen::Options::default());
        screen.feed(0, b"hello \x1b[31mred\x1b[0m\r\n");
        let picture = screen.encode(Start::Everything);
        assert_eq!(unpack(&pack(&picture)), Ok(picture.clone()));
        assert!(String::from_utf8_lossy(&snapshot::ansi(&picture).unwrap()).contains("hello"));
    }

    #[test]
    fn what_does_not_fit_comes_with_less_of_the_past() {
        let mut screen = Screen::new(jumpseat_screen::Options::default());
        for line in 0..5000_u32 {
            screen.feed(0, format!("line {line} {:x}\r\n", line.wrapping_mul(2_654_435_761)).as_bytes());
        }
        screen.feed(0, b"prompt");
        let (whole, seen) = (screen.encode(Start::Everything), screen.encode(Start::Viewport));
        let starts = [Start::Everything, Start::Viewport];
        let shown = |most: Most| unpack(&fitting(&screen, &starts, most)).unwrap();
        assert_eq!(shown(Most::default()), whole);
        let packed = pack(&whole).len();
        assert_eq!(shown(Most { packed, ..Most::default() }), whole);
        assert_eq!(shown(Most { packed: packed - 1, ..Most::default() }), seen);
        let limits = Limits::default();
        let bytes = Limits { bytes: whole.len() - 1, ..limits };
        assert_eq!(shown(Most { expanded: bytes, ..Most::default() }), seen);
        // What the sender counts is what the receiver counts.
        let takes = |cells: &usize| Screen::decode(&whole, &Limits { cells: *cells, ..limits }).is_ok();
        let all: Vec<usize> = (0..200_000).collect();
        let cells = all.partition_point(|cells| !takes(cells));
        assert_eq!(shown(Most { expanded: Limits { cells, ..limits }, ..Most::default() }), whole);
        assert_eq!(shown(Most { expanded: Limits { cells: cells - 1, ..limits }, ..Most::default() }), seen);
        let least = shown(Most { expanded: Limits { bytes: 0, cells: 0, ..limits }, packed: 0 });
        let least = Screen::decode(&least, &Limits::default()).unwrap();
        let text = crate::dump::screen(&least, crate::api::ScreenFormat::Text);
        assert!(text.contains("prompt") && !text.contains("line"), "{text}");
    }
}
