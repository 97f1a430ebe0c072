//! Guests that are slow, and what they cost.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    task::{Wake, Waker},
};

use super::*;
use crate::room::from_host::{GATHER, GATHER_LEN};
use jumpseat_wire::limits::{MAX_FRAME_LEN, MAX_LAG, MAX_LAG_BYTES, MAX_STALL};

const LONG: usize = 16 * 1024;

/// JS-RELAY-20, JS-RELAY-23.
#[test]
fn a_guest_too_many_bytes_behind_is_skipped_to_the_newest_frame() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    let frames = (3 * MAX_LAG_BYTES / LONG) as u64;
    (0..frames).for_each(|seq| stage.group(seq, LONG));
    let got = stage.drain(&guest);
    assert!(got.len() * LONG <= MAX_LAG_BYTES + LONG, "{} frames", got.len());
    assert_eq!(got.last(), Some(&(frames - 1)), "the newest shows the gap at once");
    assert!(stage.counters.skips_by_bytes.value() > 0);
    let skipped = stage.counters.frames_skipped.value();
    assert_eq!(skipped + got.len() as u64, frames, "every frame was sent or counted");
    assert!(stage.room.ring.len() == 0, "acknowledged frames are freed");
}

/// JS-RELAY-22, JS-RELAY-23.
#[test]
fn a_guest_whose_frames_are_too_old_is_skipped_to_the_newest_frame() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    // The first window is under way; what comes after it has to wait.
    (0..8).for_each(|seq| stage.group(seq, LONG));
    let sent = groups(&stage.fetch(&guest));
    assert_eq!(sent, [0, 1, 2]);
    stage.pass(MAX_LAG);
    stage.group(8, LONG);
    stage.acknowledge(&guest, 3, 0);
    assert_eq!(stage.drain(&guest), [3, 4, 5, 6, 7, 8], "just not too old");

    (9..17).for_each(|seq| stage.group(seq, LONG));
    let sent = groups(&stage.fetch(&guest));
    let last = *sent.last().unwrap();
    stage.pass(MAX_LAG + Duration::from_millis(1));
    stage.group(17, LONG);
    stage.acknowledge(&guest, last + 1, 0);
    assert_eq!(stage.drain(&guest), [17]);
    assert_eq!(stage.counters.skips_by_age.value(), 1);
}

/// JS-RELAY-23.
#[test]
fn the_newest_frame_is_never_skipped() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    (0..4).for_each(|seq| stage.group(seq, LONG));
    assert_eq!(groups(&stage.fetch(&guest)), [0, 1, 2]);
    stage.pass(10 * MAX_LAG);
    stage.acknowledge(&guest, 3, 0);
    assert_eq!(stage.drain(&guest), [3]);
    assert_eq!(stage.counters.frames_skipped.value(), 0);
}

/// JS-RELAY-24.
#[test]
fn a_guest_that_takes_nothing_is_closed_and_keeps_its_seat() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    stage.group(0, 300);
    let mut out = VecDeque::new();
    let due = stage.room.fetch_guest(&guest, stage.now, &mut out).unwrap();
    assert_eq!(due, stage.now + MAX_STALL, "its task wakes in time");
    stage.pass(MAX_STALL - Duration::from_millis(1));
    stage.room.watch_guest(&guest, stage.now);
    assert_eq!(guest.verdict(), None);
    stage.pass(Duration::from_millis(1));
    stage.room.watch_guest(&guest, stage.now);
    assert_eq!(guest.verdict(), Some(CloseCode::Slow));
    stage.room.guest_lost(&guest, stage.now);
    stage.take_seat(1, (0, 0)).unwrap();
}

/// JS-RELAY-24.
#[test]
fn an_idle_guest_is_not_slow() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    stage.group(0, 300);
    stage.fetch(&guest);
    stage.acknowledge(&guest, 1, 0);
    stage.pass(10 * MAX_STALL);
    assert_eq!(stage.room.watch_guest(&guest, stage.now), None);
    stage.group(1, 300);
    stage.fetch(&guest);
    stage.room.watch_guest(&guest, stage.now);
    assert_eq!(guest.verdict(), None);
}

/// JS-RELAY-20.
#[test]
fn a_flood_costs_no_more_than_the_lag_that_is_allowed() {
    let mut stage = Stage::new();
    let reader = stage.seat(1);
    let never_reads = stage.seat(2);
    let absent = stage.seat(3);
    stage.room.guest_lost(&absent, stage.now);
    let mut most = 0;
    for seq in 0..20_000 {
        stage.group(seq, MAX_FRAME_LEN);
        stage.fetch(&never_reads);
        let taken = stage.drain(&reader);
        assert_eq!(taken, [seq], "one that reads misses nothing");
        stage.pass(Duration::from_millis(1));
        most = most.max(stage.room.ring.len());
    }
    // What is allowed to lag, and what was sent to the one that does not read.
    assert!(most <= 2 * MAX_LAG_BYTES as u64 + MAX_FRAME_LEN as u64, "{most}");
}

/// JS-RELAY-20.
#[test]
fn without_guests_nothing_is_kept() {
    let mut stage = Stage::new();
    (0..100).for_each(|seq| stage.group(seq, LONG));
    assert_eq!(stage.room.ring.len(), 0);
    let guest = stage.seat(1);
    (100..150).for_each(|seq| stage.group(seq, 300));
    assert_eq!(stage.drain(&guest).len(), 50);
    assert_eq!(stage.room.ring.len(), 0);
}

#[test]
fn guests_who_type_come_first_and_the_others_get_more_at_once() {
    let mut stage = Stage::new();
    let [typist, watcher] = [stage.seat(1), stage.seat(2)];
    let mut bells = [&typist, &watcher].map(Bell::of);
    let mut rang = || bells.each_mut().map(Bell::rang);
    stage.input(&typist, 1, 0, 100).unwrap();
    rang();

    stage.group(0, 300);
    assert_eq!(stage.room.ring_guests(stage.now), Some(stage.now), "the others come in the next turn");
    assert_eq!(rang(), [true, false]);
    assert_eq!(stage.room.ring_guests(stage.now), None);
    assert_eq!(rang(), [true, true]);

    stage.group(1, 300);
    assert_eq!(stage.room.ring_guests(stage.now), Some(stage.now + GATHER), "more may come");
    assert_eq!(rang(), [true, false]);
    stage.pass(GATHER);
    assert_eq!(stage.room.ring_guests(stage.now), None);
    assert_eq!(rang(), [true, true]);
    assert_eq!(groups(&stage.fetch(&watcher)), [0, 1]);

    (2..).take(GATHER_LEN / LONG + 1).for_each(|seq| stage.group(seq, LONG));
    assert_eq!(stage.room.ring_guests(stage.now), Some(stage.now), "enough has gathered");
    assert_eq!(stage.room.ring_guests(stage.now), None);
    assert_eq!(rang(), [true, true]);

    stage.pass(Duration::from_secs(1));
    stage.group(100, 300);
    assert_eq!(stage.room.ring_guests(stage.now), None, "nobody types any more");
    assert_eq!(rang(), [true, true]);
}

/// Hears a link ring.
pub(super) struct Bell {
    link: Arc<Link>,
    rung: Arc<Rung>,
}

#[derive(Default)]
struct Rung(AtomicBool);

impl Wake for Rung {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Bell {
    pub(super) fn of(link: &Arc<Link>) -> Self {
        let mut bell = Self { link: Arc::clone(link), rung: Arc::default() };
        bell.rang();
        bell
    }

    /// Whether it rang since the last call.
    pub(super) fn rang(&mut self) -> bool {
        let rang = self.rung.0.swap(false, Ordering::Relaxed);
        self.link.listen(&Waker::from(Arc::clone(&self.rung)));
        rang
    }
}
