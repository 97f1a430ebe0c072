//! Telling the host something while a program owns the screen: in the terminal's title, with a bell for what
//! wants an answer. Nothing is written over the program's picture; tmux and screen mark the window by the bell.

use std::time::Duration;

use tokio::time::Instant;

/// How long what wants no answer stays in the title.
const PASSING: Duration = Duration::from_secs(6);

/// How long the program may be in the midst of a sequence before it is cut: one that never ends keeps nothing from the host.
const HELD: Duration = Duration::from_secs(1);

/// Something to tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Notice {
    pub(crate) text: String,
    /// Whether it rings, and stays until the overlay was opened.
    pub(crate) urgent: bool,
}

/// What the title says.
#[derive(Default, Debug)]
pub(crate) struct Notices {
    shown: Option<(Notice, Instant)>,
    /// The title that the program has set meanwhile.
    title: Option<String>,
    out: Out,
}

/// What the terminal has not been told yet: of several titles the last.
#[derive(Default, Debug)]
struct Out {
    other: Vec<u8>,
    /// Takes back the title that was kept aside.
    restores: bool,
    /// Keeps the present title aside.
    saves: bool,
    title: Option<Vec<u8>>,
    rings: bool,
    /// Since when something waits.
    since: Option<Instant>,
}

impl Out {
    fn wait(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }
}

impl Notices {
    /// Tells it, in place of what was told before. An urgent one is only replaced by another.
    pub(crate) fn tell(&mut self, notice: Notice, now: Instant) {
        if !notice.urgent && self.shown.as_ref().is_some_and(|(shown, _)| shown.urgent) {
            return;
        }
        self.out.wait();
        self.out.saves |= self.shown.is_none();
        self.out.title = Some(title(&format!("● {}", notice.text)));
        self.out.rings |= notice.urgent;
        self.shown = Some((notice, now + PASSING));
    }

    /// The program has set a title.
    pub(crate) fn titled(&mut self, title: &str) {
        if self.title.as_deref() == Some(title) {
            return;
        }
        self.title = Some(title.to_owned());
        // It stands in the place of the notice now.
        self.shown.take_if(|(notice, _)| !notice.urgent);
    }

    /// The host has seen it all.
    pub(crate) fn clear(&mut self) {
        if self.shown.take().is_none() {
            return;
        }
        self.out.wait();
        self.out.title = None;
        // What was never shown leaves nothing to take back.
        if !std::mem::take(&mut self.out.saves) {
            self.out.restores = true;
            self.out.title = self.title.as_deref().map(title);
        }
    }

    /// When [`expire`](Self::expire) has something to do.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.shown.as_ref().filter(|(notice, _)| !notice.urgent).map(|(_, until)| *until)
    }

    /// When what waits is to be written, even into a sequence of the program.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.out.since.map(|since| since + HELD)
    }

    /// Takes away what has stood long enough.
    pub(crate) fn expire(&mut self, now: Instant) {
        if self.shown.as_ref().is_some_and(|(notice, until)| !notice.urgent && *until <= now) {
            self.clear();
        }
    }

    /// Adds bytes of another purpose that must not break a sequence either.
    pub(crate) fn also(&mut self, bytes: &[u8]) {
        self.out.wait();
        self.out.other.extend_from_slice(bytes);
    }

    /// Bytes for the terminal, for the next moment between two sequences of the program's.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let Out { other: mut bytes, restores, saves, title, rings, .. } = std::mem::take(&mut self.out);
        if restores {
            bytes.extend_from_slice(b"\x1b[23;2t");
        }
        if saves {
            bytes.extend_from_slice(b"\x1b[22;2t");
        }
        bytes.extend(title.into_iter().flatten());
        bytes.extend(rings.then_some(0x07));
        bytes
    }
}

/// Sets the window's title, without anything that could end the sequence early.
fn title(text: &str) -> Vec<u8> {
    let text: String = text.chars().filter(|letter| !letter.is_control()).take(200).collect();
    format!("\x1b]2;{text}\x1b\\").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(text: &str, urgent: bool) -> Notice {
        Notice { text: text.into(), urgent }
    }

    #[test]
    fn an_urgent_one_rings_and_stays() {
        let now = Instant::now();
        let mut notices = Notices::default();
        notices.tell(notice("Bo asks for the keyboard", true), now);
        assert_eq!(notices.take(), "\x1b[22;2t\x1b]2;● Bo asks for the keyboard\x1b\\\x07".as_bytes());
        notices.tell(notice("Cy joined", false), now);
        notices.expire(now + 10 * PASSING);
        assert!(notices.take().is_empty() && notices.deadline().is_none());
        notices.titled("vim");
        notices.clear();
        assert_eq!(notices.take(), b"\x1b[23;2t\x1b]2;vim\x1b\\");
    }

    /// A program that never ends a sequence neither keeps notices back for ever nor makes them pile up.
    #[test]
    fn what_waits_is_the_last_one_and_waits_for_a_second_at_most() {
        let now = Instant::now();
        let mut notices = Notices::default();
        for name in 0..100 {
            notices.tell(notice(&format!("{name} wants to join"), true), now);
        }
        assert!(notices.due().is_some_and(|due| now < due && due <= now + 2 * HELD));
        assert_eq!(notices.take(), "\x1b[22;2t\x1b]2;● 99 wants to join\x1b\\\x07".as_bytes());
        assert_eq!(notices.due(), None);
        notices.clear();
        notices.tell(notice("Bo joined", false), now);
        assert_eq!(notices.take(), "\x1b[23;2t\x1b[22;2t\x1b]2;● Bo joined\x1b\\".as_bytes());
    }

    #[test]
    fn another_one_passes() {
        let now = Instant::now();
        let mut notices = Notices::default();
        notices.tell(notice("Bo \x1b\x07joined", false), now);
        assert_eq!(notices.take(), "\x1b[22;2t\x1b]2;● Bo joined\x1b\\".as_bytes());
        notices.expire(now);
        assert!(notices.take().is_empty());
        notices.expire(now + PASSING);
        assert_eq!(notices.take(), b"\x1b[23;2t");
    }
}
