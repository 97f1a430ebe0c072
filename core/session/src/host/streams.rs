//! The host's terminals: positions, and the rule for floods (rules JS-STREAM-…, JS-FLOOD-…).
//!
//! Output is sealed as it comes while a token bucket and the uplink allow it. Beyond that nobody can read
//! it anyway: the stream is *skimmed*. Nothing of it is sealed; guests see the screen a few times in a
//! tenth of a second; and when the flood is over one full snapshot, sealed once for all, makes every guest
//! equal to the host again.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;

use super::{output::Ticket, produced::Produced};
use crate::{Exit, LAST_TERMINAL, Millis, Scope, StreamId, TerminalCard};

/// What may come at once: thousands of lines, and half of what makes a relay skip a guest.
const BURST: f64 = 512.0 * 1024.0;

/// What may come for ever, in bytes a millisecond (2 MiB a second): far more than anyone reads.
const RATE: f64 = 2.0 * 1024.0 * 1024.0 / 1000.0;

/// How often guests see the screen of a skimmed terminal.
const GLIMPSE_EVERY: Duration = Duration::from_millis(50);

/// The same while a guest types there: it waits for its echo.
const GLIMPSE_WHEN_TYPING: Duration = Duration::from_millis(10);

/// A flood is over when this long …
const QUIET_TIME: Duration = Duration::from_millis(25);

/// … brought no more bytes than this.
const QUIET_BYTES: u64 = 4 * 1024;

/// Full snapshots for the group are no more frequent than this.
const WHOLE_EVERY: Duration = Duration::from_millis(400);

/// Most terminals of one session at one time.
const MAX_STREAMS: usize = 64;

/// The session's terminals.
#[derive(Default)]
pub(super) struct Streams {
    open: Vec<Stream>,
    last_id: StreamId,
    /// Where the closed ones stood. A number comes back after 222 others at the earliest, and its positions
    /// go on: a guest that missed the change never takes one terminal for the other (JS-STREAM-4).
    closed: BTreeMap<StreamId, u64>,
}

impl Streams {
    pub(super) fn open(&mut self, title: String, cols: u16, rows: u16) -> Option<StreamId> {
        if self.open.len() >= MAX_STREAMS {
            return None;
        }
        let after = |id| if id == LAST_TERMINAL { 1 } else { id + 1 };
        let mut id = after(self.last_id);
        while self.iter().any(|stream| stream.id == id) {
            id = after(id);
        }
        self.last_id = id;
        let position = self.closed.remove(&id).map_or(0, |position| position + 1);
        self.open.push(Stream::new(id, title, cols, rows, position));
        Some(id)
    }

    pub(super) fn close(&mut self, id: StreamId) {
        if let Some(at) = self.open.iter().position(|stream| stream.id == id) {
            self.closed.insert(id, self.open.remove(at).position());
        }
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Stream> {
        self.open.iter()
    }

    pub(super) fn find(&self, id: StreamId) -> Option<&Stream> {
        self.iter().find(|stream| stream.id == id)
    }

    pub(super) fn find_mut(&mut self, id: StreamId) -> Option<&mut Stream> {
        self.iter_mut().find(|stream| stream.id == id)
    }

    pub(super) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Stream> {
        self.open.iter_mut()
    }
}

/// One terminal.
pub(super) struct Stream {
    pub(super) id: StreamId,
    pub(super) title: String,
    pub(super) cols: u16,
    pub(super) rows: u16,
    pub(super) produced: Produced,
    pub(super) ended: Option<Exit>,
    pub(super) skim: Option<Skim>,
    /// The snapshot that goes out to everyone, part by part as the uplink takes it.
    pub(super) showing: Option<Showing>,
    last_whole: Option<Millis>,
}

/// A snapshot on its way to everyone.
pub(super) struct Showing {
    pub(super) scope: Scope,
    pub(super) id: u32,
    pub(super) position: u64,
    pub(super) bytes: Bytes,
    pub(super) next: u16,
}

/// A flood.
pub(super) struct Skim {
    /// The glimpse that was asked for and has not come yet.
    pub(super) pending: Option<Ticket>,
    next_glimpse: Millis,
    shown_at: u64,
    window: (Millis, u64),
}

/// What a skimmed terminal needs now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Need {
    Nothing,
    Glimpse,
    Whole,
}

impl Stream {
    pub(super) fn new(id: StreamId, title: String, cols: u16, rows: u16, position: u64) -> Self {
        let produced = Produced::starting_at(position);
        Self { id, title, cols, rows, produced, ended: None, skim: None, showing: None, last_whole: None }
    }

    pub(super) fn position(&self) -> u64 {
        self.produced.position()
    }

    pub(super) fn card(&self) -> TerminalCard {
        TerminalCard {
            stream: self.id,
            title: self.title.clone(),
            cols: self.cols,
            rows: self.rows,
            ended: self.ended,
        }
    }

    /// Begins to skim.
    pub(super) fn skim(&mut self, now: Millis) {
        self.skim = Some(Skim {
            pending: None,
            next_glimpse: now,
            // The screen has not been shown since the flood began.
            shown_at: self.position().wrapping_sub(1),
            window: (now, self.position()),
        });
    }

    /// What a skimmed terminal needs now; `calm`: the uplink has room for a full snapshot.
    pub(super) fn need(&mut self, now: Millis, typing: bool, calm: bool) -> Need {
        let position = self.position();
        let Some(skim) = &mut self.skim else { return Need::Nothing };
        let mut need = Need::Nothing;
        if now.since(skim.window.0) >= QUIET_TIME {
            let quiet = position - skim.window.1 <= QUIET_BYTES;
            skim.window = (now, position);
            let due = self.last_whole.is_none_or(|last| now.since(last) >= WHOLE_EVERY);
            if quiet && calm && due {
                need = Need::Whole;
            }
        }
        if need == Need::Whole {
            self.last_whole = Some(now);
            self.skim = None;
        } else if skim.pending.is_none() && skim.shown_at != position && skim.due(now, typing) {
            skim.next_glimpse = now + GLIMPSE_EVERY;
            skim.shown_at = position;
            need = Need::Glimpse;
        }
        need
    }

    /// When [`Stream::need`] has to be asked again.
    pub(super) fn deadline(&self, now: Millis, typing: bool) -> Option<Millis> {
        let skim = self.skim.as_ref()?;
        let quiet = skim.window.0 + QUIET_TIME;
        if skim.pending.is_some() || skim.shown_at == self.position() {
            return Some(quiet.max(now));
        }
        Some(skim.glimpse_at(typing).min(quiet).max(now))
    }
}

impl Skim {
    fn glimpse_at(&self, typing: bool) -> Millis {
        let sooner = GLIMPSE_EVERY - GLIMPSE_WHEN_TYPING;
        if typing {
            Millis(self.next_glimpse.0.saturating_sub(sooner.as_millis() as u64))
        } else {
            self.next_glimpse
        }
    }

    fn due(&self, now: Millis, typing: bool) -> bool {
        self.glimpse_at(typing) <= now
    }
}

/// What may be sealed: so much at once, in bytes, and so much in a millisecond.
pub(super) struct Allowance {
    tokens: f64,
    at: Millis,
    burst: f64,
    rate: f64,
}

impl Allowance {
    pub(super) fn new(now: Millis, burst: f64, rate: f64) -> Self {
        Self { tokens: burst, at: now, burst, rate }
    }

    /// The session's for output, all terminals together.
    pub(super) fn for_output(now: Millis) -> Self {
        Self::new(now, BURST, RATE)
    }

    /// Takes `bytes` if there is enough for them.
    pub(super) fn spend(&mut self, now: Millis, bytes: usize) -> bool {
        self.tokens = (self.tokens + now.since(self.at).as_millis() as f64 * self.rate).min(self.burst);
        self.at = now;
        let enough = self.tokens >= bytes as f64;
        if enough {
            self.tokens -= bytes as f64;
        }
        enough
    }

    /// When there is enough for `bytes`.
    pub(super) fn ready_at(&self, bytes: usize) -> Millis {
        let missing = (bytes as f64).min(self.burst) - self.tokens;
        self.at + Duration::from_millis((missing.max(0.0) / self.rate).ceil() as u64)
    }

    /// A flood is over: what follows is ordinary output again.
    pub(super) fn renew(&mut self) {
        self.tokens = self.tokens.max(self.burst / 2.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JS-STREAM-4: a number is used by one at a time, comes back late, and goes on behind where it stood.
    #[test]
    fn a_number_that_comes_back_goes_on() {
        let mut streams = Streams::default();
        let open = |streams: &mut Streams| streams.open(String::new(), 80, 24).unwrap();
        assert_eq!((open(&mut streams), open(&mut streams)), (1, 2));
        streams.iter_mut().next_back().unwrap().produced.advance(Millis(0), 10);
        streams.close(2);
        for expected in 3..=LAST_TERMINAL {
            assert_eq!(open(&mut streams), expected);
            streams.close(expected);
        }
        assert_eq!(open(&mut streams), 2, "the first is still there");
        assert_eq!(streams.iter().next_back().unwrap().position(), 11);
    }

    /// JS-FLOOD-2, JS-FLOOD-3: glimpses while it goes on, the whole when it is over.
    #[test]
    fn a_flood_is_glimpsed_and_ends_whole() {
        let mut stream = Stream::new(1, "t".into(), 80, 24, 10_000);
        stream.skim(Millis(0));
        assert_eq!(stream.need(Millis(0), false, true), Need::Glimpse);
        let mut glimpses = 0;
        for ms in 1..1000 {
            stream.produced.advance(Millis(ms), 50_000);
            glimpses += u32::from(stream.need(Millis(ms), false, true) == Need::Glimpse);
        }
        assert!((18..=20).contains(&glimpses), "{glimpses}");
        let over = (1000..2000).find(|ms| stream.need(Millis(*ms), false, true) == Need::Whole).unwrap();
        assert!(over <= 1060, "{over}");
        assert!(stream.skim.is_none());
    }

    #[test]
    fn a_full_uplink_gets_no_full_snapshot() {
        let mut stream = Stream::new(1, "t".into(), 80, 24, 0);
        stream.skim(Millis(0));
        assert!((1..5000).all(|ms| stream.need(Millis(ms), false, false) != Need::Whole));
    }

    #[test]
    fn the_allowance_fills_again() {
        let mut allowance = Allowance::for_output(Millis(0));
        assert!(allowance.spend(Millis(0), BURST as usize));
        assert!(!allowance.spend(Millis(0), 1));
        assert_eq!(allowance.ready_at(10 * RATE as usize), Millis(10));
        assert!(allowance.spend(Millis(10), 10 * RATE as usize));
    }
}
