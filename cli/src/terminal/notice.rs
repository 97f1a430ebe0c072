//! Telling the host something while a program owns the screen: in the terminal's title, with a bell for what
//! wants an answer. Nothing is written over the program's picture; tmux and screen mark the window by the bell.

use std::time::Duration;

use tokio::time::Instant;

/// How long what wants no answer stays in the title.
const PASSING: Duration = Duration::from_secs(6);

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
    out: Vec<u8>,
}

impl Notices {
    /// Tells it, in place of what was told before. An urgent one is only replaced by another.
    pub(crate) fn tell(&mut self, notice: Notice, now: Instant) {
        if !notice.urgent && self.shown.as_ref().is_some_and(|(shown, _)| shown.urgent) {
            return;
        }
        if self.shown.is_none() {
            // The terminal keeps the present title aside.
            self.out.extend_from_slice(b"\x1b[22;2t");
        }
        self.out.extend_from_slice(&title(&format!("● {}", notice.text)));
        if notice.urgent {
            self.out.push(0x07);
        }
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
        if self.shown.take().is_some() {
            self.out.extend_from_slice(b"\x1b[23;2t");
            if let Some(text) = &self.title {
                self.out.extend_from_slice(&title(text));
            }
        }
    }

    /// When [`expire`](Self::expire) has something to do.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.shown.as_ref().filter(|(notice, _)| !notice.urgent).map(|(_, until)| *until)
    }

    /// Takes away what has stood long enough.
    pub(crate) fn expire(&mut self, now: Instant) {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            self.clear();
        }
    }

    /// Adds bytes of another purpose that must not break a sequence either.
    pub(crate) fn also(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Bytes for the terminal, for the next moment between two sequences of the program's.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
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
