//! A terminal as one client sees it: its picture first, then its bytes, no faster than the client gives credit.

use super::ClientNo;
use crate::api::{HostEvent, Size, TerminalNo};

/// Bytes that wait for one client's credit before the terminal's program has to wait.
const MAX_PENDING: usize = 64 * 1024;

/// Bytes in one event: what is gathered here saves the client calls.
const MAX_EVENT: usize = 64 * 1024;

/// One client's view of one terminal.
pub(super) struct View {
    pub(super) client: ClientNo,
    /// Bytes that the client still takes.
    credit: i64,
    pending: Vec<u8>,
    /// The picture was asked for; what comes meanwhile stands behind it.
    waits_for_picture: bool,
    /// Whether the terminal's program waits for this client.
    paces: bool,
    /// It was too slow and missed something: once it has taken what came before, it gets a new picture.
    behind: bool,
}

impl View {
    pub(super) fn new(client: ClientNo, window: u32, paces: bool) -> Self {
        let credit = i64::from(window);
        Self { client, credit, pending: Vec::new(), waits_for_picture: true, paces, behind: false }
    }

    pub(super) fn has_room(&self) -> bool {
        !self.paces || self.pending.len() < MAX_PENDING
    }

    pub(super) fn credit(&mut self, bytes: u32) {
        self.credit = self.credit.saturating_add(i64::from(bytes));
    }

    pub(super) fn show(&mut self, bytes: &[u8]) {
        self.behind |= !self.paces && self.pending.len() + bytes.len() > MAX_PENDING;
        if !self.behind {
            self.pending.extend_from_slice(bytes);
        }
    }

    /// Whether a new picture is to be asked for: it missed something, and takes more.
    pub(super) fn wants_picture(&mut self) -> bool {
        let wants = self.behind && self.pending.is_empty() && !self.waits_for_picture && self.credit > 0;
        if wants {
            (self.behind, self.waits_for_picture) = (false, true);
        }
        wants
    }

    /// The picture that was asked for: everything that is pending came after it.
    pub(super) fn picture(
        &mut self,
        terminal: TerminalNo,
        size: Size,
        mut picture: Vec<u8>,
    ) -> Option<HostEvent> {
        if !std::mem::take(&mut self.waits_for_picture) {
            return None;
        }
        picture.append(&mut self.pending);
        self.pending = picture;
        Some(HostEvent::Picture { terminal, size })
    }

    /// What the client may get now; all of it once the terminal has ended.
    pub(super) fn take(&mut self, terminal: TerminalNo, ended: bool) -> Option<HostEvent> {
        if self.waits_for_picture || self.pending.is_empty() || (self.credit <= 0 && !ended) {
            return None;
        }
        let allowed =
            if ended { MAX_EVENT } else { usize::try_from(self.credit).unwrap_or(0).min(MAX_EVENT) };
        let bytes = if self.pending.len() <= allowed {
            std::mem::take(&mut self.pending)
        } else {
            let rest = self.pending.split_off(allowed);
            std::mem::replace(&mut self.pending, rest)
        };
        self.credit -= bytes.len() as i64;
        Some(HostEvent::Output { terminal, bytes })
    }

    /// Whether the client has seen everything.
    pub(super) fn is_drained(&self) -> bool {
        !self.waits_for_picture && self.pending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO: TerminalNo = TerminalNo(1);

    fn bytes(event: Option<HostEvent>) -> Option<Vec<u8>> {
        event.map(|event| match event {
            HostEvent::Output { bytes, .. } => bytes,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn the_picture_comes_before_what_was_printed_meanwhile() {
        let mut view = View::new(ClientNo(1), 100, true);
        view.show(b"after");
        assert_eq!(view.take(NO, false), None);
        assert!(view.picture(NO, Size { cols: 8, rows: 2 }, b"picture ".to_vec()).is_some());
        assert_eq!(bytes(view.take(NO, false)).unwrap(), b"picture after");
        assert!(view.is_drained());
    }

    #[test]
    fn nothing_goes_out_beyond_the_credit() {
        let mut view = View::new(ClientNo(1), 4, true);
        view.picture(NO, Size { cols: 8, rows: 2 }, Vec::new());
        view.show(b"123456789");
        assert_eq!(bytes(view.take(NO, false)).unwrap(), b"1234");
        assert_eq!(view.take(NO, false), None);
        view.credit(2);
        assert_eq!(bytes(view.take(NO, false)).unwrap(), b"56");
        view.show(&vec![0; MAX_PENDING]);
        assert!(!view.has_room());
        // What a program printed last is shown, credit or not.
        assert!(view.take(NO, true).is_some());
    }

    #[test]
    fn nobody_waits_for_who_only_looks_and_it_goes_on_with_a_new_picture() {
        let mut view = View::new(ClientNo(1), 4, false);
        view.picture(NO, Size { cols: 8, rows: 2 }, b"1234".to_vec());
        view.show(&vec![b'5'; MAX_PENDING - 4]);
        assert!(view.has_room());
        view.show(b"missed");
        assert!(view.has_room() && !view.wants_picture());
        assert_eq!(bytes(view.take(NO, false)).unwrap(), b"1234");
        view.credit(1 << 20);
        while let Some(bytes) = bytes(view.take(NO, false)) {
            assert!(bytes.iter().all(|byte| *byte == b'5'));
        }
        assert!(view.wants_picture() && !view.wants_picture());
        assert!(view.picture(NO, Size { cols: 8, rows: 2 }, b"again".to_vec()).is_some());
        view.show(b" after");
        assert_eq!(bytes(view.take(NO, false)).unwrap(), b"again after");
    }
}
