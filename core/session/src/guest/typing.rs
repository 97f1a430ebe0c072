//! Keys on their way to the host: in small frames, and on a beat if the timing of keys is to be hidden
//! (rules JS-PAIR-4, 5).

use std::{collections::VecDeque, time::Duration};

use crate::{
    InputRefusal, Millis, StreamId,
    frame::record::{MAX_INPUT, Plaintext, Record, TypedAt},
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

/// What somebody had before them when they typed: what their keys name, or why these are not even sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sight(pub(super) Result<TypedAt, InputRefusal>);

impl Sight {
    /// Whether keys that are typed at it are sent.
    pub fn takes_keys(self) -> bool {
        self.0.is_ok()
    }
}

/// Keys for one terminal, typed at one picture.
struct Keys {
    stream: StreamId,
    /// As it was when they were typed, not when they leave: a relay that acknowledges nothing keeps them here, and
    /// must not make them younger by it (JS-ROLE-6).
    at: TypedAt,
    bytes: Vec<u8>,
}

impl Typing {
    pub(super) fn new(hidden: bool) -> Self {
        Self { hidden, waiting: VecDeque::new(), waiting_bytes: 0, last_key: None, next_beat: None }
    }

    /// Takes keys; whether there was room for them.
    pub(super) fn press(&mut self, now: Millis, stream: StreamId, at: TypedAt, bytes: &[u8]) -> bool {
        if bytes.is_empty() {
            return true;
        }
        if bytes.len() > MAX_WAITING - self.waiting_bytes || self.waiting.len() >= MAX_PIECES {
            return false;
        }
        self.waiting_bytes += bytes.len();
        match self.waiting.back_mut() {
            Some(last) if (last.stream, last.at) == (stream, at) => last.bytes.extend_from_slice(bytes),
            _ => self.waiting.push_back(Keys { stream, at, bytes: bytes.to_vec() }),
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
        let Some(Keys { stream, at, bytes: waiting }) = self.waiting.front_mut() else {
            return self.hidden.then_some(plaintext);
        };
        let rest = waiting.split_off(waiting.len().min(MAX_INPUT));
        let (stream, at, bytes) = (*stream, *at, std::mem::replace(waiting, rest));
        if waiting.is_empty() {
            self.waiting.pop_front();
        }
        self.waiting_bytes -= bytes.len();
        plaintext.push(&Record::Input { stream, at, bytes: &bytes });
        Some(plaintext)
    }

    pub(super) fn deadline(&self) -> Option<Millis> {
        self.next_beat
    }
}

#[cfg(test)]
mod tests {
    use jumpseat_wire::HEADER_LEN;

    use super::*;
    use crate::frame::record::Records;

    const AT: TypedAt = TypedAt { seen: 0, position: 0, gate: 0 };

    fn frames(typing: &mut Typing, now: u64) -> usize {
        std::iter::from_fn(|| typing.next_frame(Millis(now))).count()
    }

    #[test]
    fn without_a_beat_keys_leave_at_once() {
        let mut typing = Typing::new(false);
        assert!(typing.press(Millis(0), 1, AT, b"a") && typing.press(Millis(0), 1, AT, b"b"));
        assert_eq!(frames(&mut typing, 0), 1);
        assert!(typing.press(Millis(0), 1, AT, &[0; 3 * MAX_INPUT]) && typing.press(Millis(0), 2, AT, b"c"));
        assert_eq!(frames(&mut typing, 0), 4);
        assert_eq!(typing.deadline(), None);
    }

    /// JS-PAIR-5: one frame a beat, keys or not, and for a second after the last key.
    #[test]
    fn on_a_beat_the_line_says_nothing_about_keys() {
        let mut typing = Typing::new(true);
        typing.press(Millis(0), 1, AT, b"a");
        let mut sent = Vec::new();
        for now in 0..3000 {
            if now == 500 {
                typing.press(Millis(now), 1, AT, b"b");
            }
            if frames(&mut typing, now) == 1 {
                sent.push(now);
            }
        }
        assert_eq!(sent.first(), Some(&20));
        assert!(sent.windows(2).all(|pair| pair[1] - pair[0] == 20));
        assert_eq!(sent.last(), Some(&1500));
    }

    /// A paste leaves piece by piece, one a beat, however long ago it was pressed, and makes room as it leaves.
    #[test]
    fn on_a_beat_a_paste_leaves_whole() {
        let mut typing = Typing::new(true);
        let paste = vec![b'p'; MAX_WAITING - 2];
        assert!(typing.press(Millis(0), 1, AT, &paste) && typing.press(Millis(0), 2, AT, b"x"));
        assert!(typing.press(Millis(0), 1, AT, b"y") && !typing.press(Millis(0), 1, AT, b"z"));
        let (mut left, mut now, mut order) = (0, 0, Vec::new());
        while let Some(at) = typing.deadline() {
            now = at.0;
            let buffer = typing.next_frame(at).unwrap().into_buffer();
            if let Some(Ok(Record::Input { stream, bytes, .. })) = Records::new(&buffer[HEADER_LEN..]).next()
            {
                left += bytes.len();
                order.push(stream);
            }
            assert_eq!(frames(&mut typing, at.0), 0, "one a beat");
        }
        order.dedup();
        assert_eq!((left, order), (MAX_WAITING, vec![1, 2, 1]));
        assert!(now >= 258 * 20, "a second of quiet does not cut it");
        assert!(typing.press(Millis(now), 1, AT, &paste), "there is room again");
    }

    /// Small pieces for two terminals, long after they were pressed: each leaves, and then nothing does.
    #[test]
    fn on_a_beat_every_piece_leaves_however_late() {
        let mut typing = Typing::new(true);
        for stream in [1, 2, 1, 2] {
            typing.press(Millis(0), stream, AT, b"x");
        }
        let (mut now, mut left) = (Millis(5_000), 0);
        loop {
            left += frames(&mut typing, now.0);
            let Some(due) = typing.deadline() else { break };
            now = due;
        }
        assert_eq!(left, 4);
        assert!(typing.press(now, 1, AT, &vec![0; MAX_WAITING]), "all the room is there again");
    }

    /// Long after it was pressed, what fits one frame is one frame, and nothing follows.
    #[test]
    fn on_a_beat_a_full_frame_is_the_last() {
        for (len, sent) in [(MAX_INPUT, 1), (MAX_INPUT + 1, 2)] {
            let mut typing = Typing::new(true);
            typing.press(Millis(0), 1, AT, &vec![0; len]);
            let mut now = Some(Millis(5_000));
            let mut left = 0;
            while let Some(due) = now {
                left += frames(&mut typing, due.0);
                now = typing.deadline();
            }
            assert_eq!(left, sent, "{len}");
        }
    }

    /// While there is no connection nothing leaves; what waits goes as soon as there is one.
    #[test]
    fn it_rests_without_a_connection() {
        let mut typing = Typing::new(true);
        typing.press(Millis(0), 1, AT, b"a");
        assert_eq!(frames(&mut typing, 20), 1);
        typing.rest();
        assert_eq!((typing.deadline(), frames(&mut typing, 40)), (None, 0), "no empty frames");
        typing.press(Millis(50), 1, AT, b"b");
        typing.rest();
        assert_eq!((typing.deadline(), frames(&mut typing, 51)), (Some(Millis(0)), 1));
        assert_eq!(typing.deadline(), None, "the last key is forgotten");
        let mut open = Typing::new(false);
        open.press(Millis(0), 1, AT, b"a");
        open.rest();
        assert_eq!(open.deadline(), None, "without a beat there is none to wait for");
    }

    #[test]
    fn keys_are_sent_where_there_is_something_to_type_at() {
        assert!(Sight(Ok(AT)).takes_keys() && !Sight(Err(InputRefusal::ReadOnly)).takes_keys());
    }

    #[test]
    fn a_paste_is_bounded() {
        let mut typing = Typing::new(false);
        assert!(!typing.press(Millis(0), 1, AT, &vec![0; MAX_WAITING + 1]));
        assert!(typing.press(Millis(0), 1, AT, &vec![0; MAX_WAITING]));
        assert!(!typing.press(Millis(0), 1, AT, b"x"));
    }
}
