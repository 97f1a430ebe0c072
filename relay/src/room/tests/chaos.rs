//! Any order of things at all.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    task::{Wake, Waker},
};

use jumpseat_wire::limits::{INPUT_WINDOW, MAX_LAG_BYTES};
use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Pass(u64),
    Knock,
    Welcome(KnockId, Slot),
    Refuse(KnockId, bool),
    KnockLeft(KnockId),
    Remove(Slot),
    Group(u64, usize),
    Pair(Slot, u64, usize),
    HostAck(Slot, u64),
    HostLost,
    HostReturns,
    HostFetches,
    GuestFetches(usize),
    GuestAcks(usize, u64, u64),
    GuestSends(usize, Slot, usize),
    GuestLost(usize),
    TakeSeat(Slot, Slot, u64, u64),
    Sweep,
    End,
}

fn step() -> impl Strategy<Value = Step> {
    let slot = 0..5u16;
    let knock = 0..6u32;
    let guest = 0..6usize;
    let seq = prop_oneof![8 => 0..60u64, 1 => any::<u64>()];
    let len = prop_oneof![4 => 16..2000usize, 1 => 30_000..32_800usize];
    prop_oneof![
        4 => (0..40_000u64).prop_map(Step::Pass),
        6 => Just(Step::Knock),
        8 => (knock.clone(), slot.clone()).prop_map(|(knock, slot)| Step::Welcome(knock, slot)),
        1 => (knock.clone(), any::<bool>()).prop_map(|(knock, failed)| Step::Refuse(knock, failed)),
        1 => knock.prop_map(Step::KnockLeft),
        1 => slot.clone().prop_map(Step::Remove),
        20 => (seq.clone(), len.clone()).prop_map(|(seq, len)| Step::Group(seq, len)),
        6 => (slot.clone(), seq.clone(), len.clone()).prop_map(|(slot, seq, len)| Step::Pair(slot, seq, len)),
        2 => (slot.clone(), seq.clone()).prop_map(|(slot, seq)| Step::HostAck(slot, seq)),
        1 => Just(Step::HostLost),
        2 => Just(Step::HostReturns),
        6 => Just(Step::HostFetches),
        12 => guest.clone().prop_map(Step::GuestFetches),
        8 => (guest.clone(), seq.clone(), seq.clone()).prop_map(|(guest, a, b)| Step::GuestAcks(guest, a, b)),
        8 => (guest.clone(), slot.clone(), len).prop_map(|(guest, slot, len)| Step::GuestSends(guest, slot, len)),
        2 => guest.prop_map(Step::GuestLost),
        3 => (slot.clone(), slot, seq.clone(), seq).prop_map(|(slot, claim, a, b)| Step::TakeSeat(slot, claim, a, b)),
        2 => Just(Step::Sweep),
        1 => Just(Step::End),
    ]
}

/// A stage on which several connections were made, and what each guest's connection got last.
struct Play {
    stage: Stage,
    links: Vec<Arc<Link>>,
    newest: Vec<Option<u64>>,
}

impl Play {
    fn enter(&mut self, link: Arc<Link>) {
        self.links.push(link);
        self.newest.push(None);
    }

    fn act(&mut self, step: Step) {
        let (now, host) = (self.stage.now, self.stage.host.clone());
        let room = &mut self.stage.room;
        match step {
            Step::Pass(millis) => self.stage.pass(Duration::from_millis(millis)),
            Step::Knock => {
                if let Ok((link, _)) = self.stage.knock_from("192.0.2.1") {
                    self.enter(link);
                }
            }
            Step::Welcome(knock, slot) => {
                let seat = SeatClaim { slot, claim: hash(&claim(slot)) };
                let _ = room.host_says(&host, HostToRelay::Welcome { knock, seat, data: Blob(vec![2]) }, now);
            }
            Step::Refuse(knock, failed) => {
                let _ = room.host_says(&host, HostToRelay::Refuse { knock, data: None, failed }, now);
            }
            Step::KnockLeft(knock) => room.knock_left(knock),
            Step::Remove(slot) => room.host_says(&host, HostToRelay::Remove { slot }, now).unwrap(),
            Step::Group(seq, len) => {
                let _ = room.host_sends(&host, &frame(FrameKind::Group, 0, seq, len), now);
            }
            Step::Pair(slot, seq, len) => {
                let _ = room.host_sends(&host, &frame(FrameKind::ToGuest, slot, seq, len), now);
            }
            Step::HostAck(slot, pair) => room.host_says(&host, HostToRelay::Ack { slot, pair }, now).unwrap(),
            Step::HostLost => room.host_lost(&host, now),
            Step::HostReturns => {
                let link = Arc::<Link>::default();
                if room.host_returns(Arc::clone(&link), &HOST_CLAIM).is_ok() {
                    self.stage.host = link;
                }
            }
            Step::HostFetches => drop(self.stage.host_fetches()),
            Step::GuestFetches(at) => self.fetch(at),
            Step::GuestAcks(at, group, pair) => {
                if let Some(link) = self.links.get(at) {
                    room.guest_acknowledges(link, group, pair, now);
                }
            }
            Step::GuestSends(at, slot, len) => {
                if let Some(link) = self.links.get(at)
                    && room.wants_input(link)
                {
                    let sent = room.guest_sends(link, &frame(FrameKind::ToHost, slot.max(1), 0, len), now);
                    assert_eq!(sent.is_ok(), link.slot() == Some(slot.max(1)));
                }
            }
            Step::GuestLost(at) => {
                if let Some(link) = self.links.get(at) {
                    room.guest_lost(link, now);
                }
            }
            Step::TakeSeat(slot, with, group, pair) => {
                let link = Arc::<Link>::default();
                let taken = room.take_seat(Arc::clone(&link), slot, &claim(with), (group, pair), now);
                assert!(taken.is_err() || slot == with, "a seat went to a wrong claim");
                if taken.is_ok() {
                    self.enter(link);
                }
            }
            Step::Sweep => drop(room.is_standing(now)),
            Step::End => room.host_says(&host, HostToRelay::End, now).unwrap(),
        }
    }

    fn fetch(&mut self, at: usize) {
        let Some(link) = self.links.get(at).cloned() else { return };
        let packets = self.stage.fetch(&link);
        for header in headers(&packets) {
            match header.kind {
                FrameKind::Group => {
                    assert!(self.newest[at] < Some(header.seq), "a frame came twice or backwards");
                    self.newest[at] = Some(header.seq);
                }
                FrameKind::ToGuest => assert_eq!(Some(header.slot), link.slot(), "a stranger's frame"),
                FrameKind::ToHost => panic!("a guest got a guest's frame"),
            }
        }
    }

    fn check(&self) {
        let room = &self.stage.room;
        assert!(room.seats.len() <= MAX_GUESTS);
        assert!(room.ring.len() <= 3 * MAX_LAG_BYTES as u64);
        assert!(room.seats.iter().all(|seat| seat.input.len() * 256 <= INPUT_WINDOW + 256));
        let seated = |link: &&Arc<Link>| room.seats.iter().any(|seat| seat.holds(link));
        // Also one that still gets what was sent to it before.
        let judged = self.links.iter().filter(|link| link.verdict() == Some(CloseCode::Removed));
        assert_eq!(judged.filter(seated).count(), 0, "a removed guest sits");
    }
}

/// Hears a bell.
#[derive(Default)]
struct Ear(AtomicBool);

impl Wake for Ear {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Play {
    /// Lets the connections have their turns: those whose own doing the step was, or the clock's, or that were rung. The
    /// others sleep, and must find nothing if they look: but for group frames that are gathered before all are rung.
    fn take_turns(&mut self, ears: &mut Vec<Arc<Ear>>, own: Option<usize>, all: bool) {
        let known = ears.len();
        ears.resize_with(self.links.len(), Arc::default);
        for (at, link) in self.links.clone().into_iter().enumerate() {
            let awake = ears[at].0.swap(false, Ordering::SeqCst) || all || own == Some(at) || at >= known;
            link.listen(&Waker::from(ears[at].clone()));
            loop {
                let packets = self.stage.fetch(&link);
                if packets.is_empty() {
                    break;
                }
                let gathered = self.stage.room.unnotified > 0 && headers(&packets).len() == packets.len();
                let group = headers(&packets).iter().all(|header| header.kind == FrameKind::Group);
                assert!(awake || gathered && group, "a connection sleeps with something to send");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// After every step whoever has something to send has been rung, and nobody else finds anything.
    #[test]
    fn nobody_sleeps_with_something_to_send(steps in prop::collection::vec(step(), 1..200)) {
        let mut play = Play { stage: Stage::new(), links: Vec::new(), newest: Vec::new() };
        let mut ears = Vec::new();
        for step in steps {
            let own = match step {
                Step::GuestFetches(at) | Step::GuestAcks(at, ..) | Step::GuestSends(at, ..) | Step::GuestLost(at) => Some(at),
                _ => None,
            };
            let timed = matches!(step, Step::Pass(_));
            play.act(step);
            play.take_turns(&mut ears, own, timed);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// JS-RELAY-4, JS-RELAY-15, JS-RELAY-16, JS-RELAY-17, JS-RELAY-20, JS-RELAY-26.
    #[test]
    fn a_room_keeps_its_rules(steps in prop::collection::vec(step(), 1..250)) {
        let mut play = Play { stage: Stage::new(), links: Vec::new(), newest: Vec::new() };
        for step in steps {
            play.act(step);
            play.check();
        }
    }
}
