//! Keys on their way to the host: in small frames, and on a beat if the timing of keys is to be hidden
//! (rules JS-PAIR-4, 5).

use std::{collections::VecDeque, time::Duration};

use crate::{
    Millis, StreamId,
    frame::record::{MAX_INPUT, Plaintext, Record},
};

/// The beat: what SSH clients use, too.
const BEAT: Duration = Duration::from_millis(20);

/// How long empty frames follow the last key.
const CHAFF: Duration = Duration::from_secs(1);

/// Most keys that wait for the line; a larger paste is refused as a whole.
pub(super) const MAX_WAITING: usize = 1024 * 1024;

/// Most pieces that they wait in.
const MAX_PIECES: usize = 4096;

pub(super) struct Typing {
    hidden: bool,
    waiting: VecDeque<Keys>,
    waiting_bytes: usize,
    last_key: Option<Millis>,
    next_beat: Option<Millis>,
}

/// Keys for one terminal, typed at one picture.
struct Keys {
    stream: StreamId,
    /// The last group frame that was verified when they were typed, not when they leave: a relay that
    /// acknowledges nothing keeps them here, and must not make them younger by it (JS-ROLE-6).
    seen: u64,
    bytes: Vec<u8>,
}

impl Typing {
    pub(super) fn new(hidden: bool) -> Self {
        Self { hidden, waiting: VecDeque::new(), waiting_bytes: 0, last_key: None, next_beat: None }
    }

    /// Takes keys; whether there was room for them.
    pub(super) fn press(&mut self, now: Millis, stream: StreamId, seen: u64, bytes: &[u8]) -> bool {
        if bytes.is_empty() {
            return true;
        }
        if bytes.len() > MAX_WAITING - self.waiting_bytes || self.waiting.len() >= MAX_PIECES {
            return false;
        }
        self.waiting_bytes += bytes.len();
        match self.waiting.back_mut() {
            Some(last) if (last.stream, last.seen) == (stream, seen) => last.bytes.extend_from_slice(bytes),
            _ => self.waiting.push_back(Keys { stream, seen, bytes: bytes.to_vec() }),
        }
        self.last_key = Some(now);
        if self.hidden {
            self.next_beat.get_or_insert(now + BEAT);
        }
        true
    }

    /// No empty frames while there is no connection.
    pub(super) fn rest(&mut self) {
        self.last_key = None;
        self.next_beat = (self.hidden && !self.waiting.is_empty()).then_some(Millis(0));
    }

    /// The next frame that is to leave now.
    pub(super) fn next_frame(&mut self, now: Millis) -> Option<Plaintext> {
        if self.hidden {
            self.next_beat.filter(|beat| *beat <= now)?;
            let quiet = self.last_key.is_none_or(|last| now.since(last) >= CHAFF);
            self.next_beat =
                (!quiet || self.waiting_bytes > MAX_INPUT || self.waiting.len() > 1).then_some(now + BEAT);
        }
        let mut plaintext = Plaintext::to_host();
        let Some(Keys { stream, seen, bytes: waiting }) = self.waiting.front_mut() else {
            return self.hidden.then_some(plaintext);
        };
        let rest = waiting.split_off(waiting.len().min(MAX_INPUT));
        let (stream, seen, bytes) = (*stream, *seen, std::mem::replace(waiting, rest));
        if waiting.is_empty() {
            self.waiting.pop_front();
        }
        self.waiting_bytes -= bytes.len();
        plaintext.push(&Record::Input { stream, seen, bytes: &bytes });
        Some(plaintext)
    }

    pub(super) fn deadline(&self) -> Option<Millis> {
        self.next_beat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(typing: &mut Typing, now: u64) -> usize {
        std::iter::from_fn(|| typing.next_frame(Millis(now))).count()
    }

    #[test]
    fn without_a_beat_keys_leave_at_once() {
        let mut typing = Typing::new(false);
        assert!(typing.press(Millis(0), 1, 0, b"a") && typing.press(Millis(0), 1, 0, b"b"));
        assert_eq!(frames(&mut typing, 0), 1);
        assert!(typing.press(Millis(0), 1, 0, &[0; 3 * MAX_INPUT]) && typing.press(Millis(0), 2, 0, b"c"));
        assert_eq!(frames(&mut typing, 0), 4);
        assert_eq!(typing.deadline(), None);
    }

    /// JS-PAIR-5: one frame a beat, keys or not, and for a second after the last key.
    #[test]
    fn on_a_beat_the_line_says_nothing_about_keys() {
        let mut typing = Typing::new(true);
        typing.press(Millis(0), 1, 0, b"a");
        let mut sent = Vec::new();
        for now in 0..3000 {
            if now == 500 {
                typing.press(Millis(now), 1, 0, b"b");
            }
            if frames(&mut typing, now) == 1 {
                sent.push(now);
            }
        }
        assert_eq!(sent.first(), Some(&20));
        assert!(sent.windows(2).all(|pair| pair[1] - pair[0] == 20));
        assert_eq!(sent.last(), Some(&1500));
    }

    #[test]
    fn a_paste_is_bounded() {
        let mut typing = Typing::new(false);
        assert!(!typing.press(Millis(0), 1, 0, &vec![0; MAX_WAITING + 1]));
        assert!(typing.press(Millis(0), 1, 0, &vec![0; MAX_WAITING]));
        assert!(!typing.press(Millis(0), 1, 0, b"x"));
    }
}
