use std::net::{IpAddr, Ipv4Addr};

use jumpseat_wire::{Blob, ClaimHash};

use super::*;
use crate::{admission::Source, cluster::MemoryCluster};

const SID: SessionId = SessionId([1; 16]);

fn rooms(per_prefix: usize) -> Rooms {
    let mut config = Config::default();
    config.limits.connections_per_address = per_prefix;
    Rooms::new(Arc::<MemoryCluster>::default(), Arc::new(config), Arc::default())
}

fn source(net: u8, host: u8) -> Source {
    IpAddr::from(Ipv4Addr::new(10, net, 0, host)).into()
}

async fn open(rooms: &Rooms, sid: SessionId, net: u8) -> Result<Arc<SharedRoom>, CloseCode> {
    let opening = Opening { bundle: Blob(vec![7]), claim: ClaimHash([0; 32]), seats: Vec::new() };
    rooms.open(sid, source(net, 1), opening, None, &Arc::default(), Instant::now()).await
}

/// JS-RELAY-3.
#[tokio::test]
async fn one_address_cannot_fill_the_relay() {
    let rooms = rooms(2);
    let mine = [SessionId([1; 16]), SessionId([2; 16]), SessionId([3; 16])];
    let first = open(&rooms, mine[0], 1).await.unwrap();
    open(&rooms, mine[1], 1).await.unwrap();
    assert_eq!(open(&rooms, mine[2], 1).await.err(), Some(CloseCode::RelayFull));
    open(&rooms, mine[2], 2).await.unwrap();
    first.lock().close(CloseCode::Ended);
    rooms.sweep(Instant::now()).await;
    drop(first);
    open(&rooms, mine[0], 1).await.unwrap();
}

/// JS-RELAY-3: one machine that opens rooms and goes keeps its neighbors from nothing, and itself not for long.
#[tokio::test]
async fn rooms_that_nobody_was_in_go_in_seconds() {
    let rooms = rooms(2);
    let now = Instant::now();
    let mut empty = Vec::new();
    for number in 0..2 {
        let party = Party::new(&rooms, number, source(1, 66), 0).await.unwrap();
        party.room.lock().host_lost(&party.host, now);
        empty.push(party);
    }
    assert_eq!(Party::new(&rooms, 9, source(1, 66), 0).await.err(), Some(CloseCode::RelayFull));
    let neighbor = Party::new(&rooms, 10, source(1, 7), 1).await.unwrap();
    neighbor.room.lock().host_lost(&neighbor.host, now);
    drop(empty);
    rooms.sweep(now + std::time::Duration::from_secs(19)).await;
    assert!(Party::new(&rooms, 9, source(1, 66), 0).await.is_err());
    rooms.sweep(now + std::time::Duration::from_secs(20)).await;
    assert!(Party::new(&rooms, 9, source(1, 66), 0).await.is_ok());
    assert!(rooms.find(&SessionId([10; 16])).is_some(), "somebody has a seat there");
}

#[tokio::test]
async fn a_late_look_at_an_ended_room_leaves_the_next_one_alone() {
    let rooms = rooms(2);
    let old = open(&rooms, SID, 1).await.unwrap();
    old.lock().close(CloseCode::Ended);
    rooms.sweep(Instant::now()).await;
    let new = open(&rooms, SID, 1).await.unwrap();
    rooms.sweep_one(&SID, &old, Instant::now()).await;
    assert!(rooms.find(&SID).is_some_and(|found| Arc::ptr_eq(&found, &new)));
}

/// One session's fault is nobody else's.
#[tokio::test]
async fn a_room_that_breaks_is_given_up_alone() {
    let rooms = rooms(2);
    let broken = open(&rooms, SID, 1).await.unwrap();
    let other = open(&rooms, SessionId([2; 16]), 1).await.unwrap();
    let inside = Arc::clone(&broken);
    let fault = std::thread::spawn(move || {
        let _held = inside.lock();
        panic!("a fault while the room is held");
    });
    assert!(fault.join().is_err());
    let claim = jumpseat_wire::Claim([0; 32]);
    assert_eq!(broken.lock().host_returns(Arc::default(), &claim), Err(CloseCode::NotFound));
    rooms.sweep(Instant::now()).await;
    assert!(rooms.find(&SID).is_none() && rooms.find(&SessionId([2; 16])).is_some());
    assert!(other.lock().is_standing(Instant::now()));
    drop(broken);
    open(&rooms, SID, 1).await.unwrap();
}

/// Opens a room from a network, with a guest that is not there, and has its host print nearly a megabyte and go.
async fn abandon(rooms: &Rooms, number: u16, net: u8) -> Result<Arc<SharedRoom>, CloseCode> {
    abandon_with(rooms, number, source(net, 1), 31).await
}

/// The same with so many frames of 32 KiB.
async fn abandon_with(
    rooms: &Rooms,
    number: u16,
    source: Source,
    frames: u64,
) -> Result<Arc<SharedRoom>, CloseCode> {
    let mut sid = SessionId([9; 16]);
    sid.0[..2].copy_from_slice(&number.to_be_bytes());
    let claim = ClaimHash([0; 32]);
    let seats = vec![jumpseat_wire::control::Seat { slot: 1, claim }];
    let opening = Opening { bundle: Blob(vec![7]), claim, seats };
    let (host, now) = (Arc::<Link>::default(), Instant::now());
    let room = rooms.open(sid, source, opening, None, &host, now).await?;
    for seq in 0..frames {
        room.lock().host_sends(&host, &group(seq), now).unwrap();
    }
    room.lock().host_lost(&host, now);
    Ok(room)
}

fn group(seq: u64) -> Vec<u8> {
    let header = jumpseat_wire::FrameHeader { kind: jumpseat_wire::FrameKind::Group, slot: 0, epoch: 0, seq };
    [&header.encode()[..], &[0xa5; 32 * 1024 - 16]].concat()
}

fn rooms_with(mebibytes: usize) -> Rooms {
    let mut config = Config::default();
    config.limits.memory = mebibytes;
    Rooms::new(Arc::<MemoryCluster>::default(), Arc::new(config), Arc::default())
}

/// JS-RELAY-32.
#[tokio::test]
async fn rooms_that_nobody_is_in_hold_no_more_than_the_budget() {
    const MIB: usize = 1024 * 1024;
    let rooms = rooms_with(16);
    let mut most = 0;
    for number in 0..300 {
        let opened = abandon(&rooms, number, (number % 60) as u8).await;
        assert!(opened.is_ok() || opened.err() == Some(CloseCode::RelayFull));
        most = most.max(rooms.budget.held());
    }
    // Without a sweep in between, which there is each second.
    assert!((12 * MIB..=24 * MIB).contains(&most), "{most}");
    rooms.sweep(Instant::now()).await;
    assert!(rooms.budget.held() <= 8 * MIB, "{}", rooms.budget.held());
    // Whoever comes now finds room, and keeps what a guest of its own missed.
    let mine = abandon(&rooms, 1000, 99).await.unwrap();
    assert!(mine.lock().meter().held() > 900 * 1024);
    // An hour later all are gone, and nothing is left of them.
    rooms.sweep(Instant::now() + std::time::Duration::from_secs(3600)).await;
    drop(mine);
    assert_eq!(rooms.budget.held(), 0);
}

/// JS-RELAY-32.
#[tokio::test]
async fn one_prefix_cannot_spend_what_others_need() {
    let rooms = rooms_with(16);
    let mut refused = 0;
    for number in 0..300 {
        refused += usize::from(abandon(&rooms, number, 1).await.is_err());
    }
    assert!(refused > 0 && rooms.budget.held() < 5 * 1024 * 1024, "{refused}, {}", rooms.budget.held());
    let mine = abandon(&rooms, 1000, 2).await.unwrap();
    rooms.sweep(Instant::now()).await;
    assert!(mine.lock().meter().held() > 900 * 1024, "it keeps what its guest missed");
}

/// JS-RELAY-32: the heaviest networks give way first, of these the heaviest rooms, no more of them than have to, and a
/// guest that is there not before all that are not.
#[tokio::test]
async fn the_heaviest_give_way_first_and_no_more_of_them_than_must() {
    const FRAME: usize = 32 * 1024;
    let rooms = rooms_with(16);
    let now = Instant::now();
    // The heaviest network: a room with a guest that is there, and two that are lighter than others' rooms.
    let there = Party::new(&rooms, 1, source(1, 1), 1).await.unwrap();
    for seq in 0..30 {
        there.room.lock().host_sends(&there.host, &group(seq), now).unwrap();
    }
    let mut all = Vec::new();
    for (number, net, frames) in [(2, 1, 12), (3, 1, 10)] {
        all.push((abandon_with(&rooms, number, source(net, 2), frames).await.unwrap(), frames));
    }
    for net in 2..12 {
        let frames = 31 - u64::from(net);
        all.push((abandon_with(&rooms, u16::from(net) + 10, source(net, 1), frames).await.unwrap(), frames));
    }
    let held = |at: usize| all[at].0.lock().meter().held();
    let whole: Vec<usize> = (0..all.len()).map(held).collect();
    assert!(whole.iter().zip(&all).all(|(held, (_, frames))| *held >= *frames as usize * FRAME));
    assert!(!rooms.budget.is_short());
    rooms.sweep(now).await;
    assert!((0..all.len()).all(|at| held(at) == whole[at]), "there is enough");

    let strangers = [20, 21].map(|net| {
        let held = rooms.budget.connect(source(net, 1));
        let packets: Vec<_> = (0..80).map(|_| held.meter().keep(vec![0; FRAME])).collect();
        (held, packets)
    });
    assert!(rooms.budget.is_short());
    let (short, guest) = (rooms.budget.held(), there.room.lock().meter().held());
    rooms.sweep(now).await;
    let gone = (0..all.len()).take_while(|at| held(*at) < FRAME).count();
    assert!((3..all.len() - 1).contains(&gone), "{gone}");
    assert!((gone..all.len()).all(|at| held(at) == whole[at]), "lighter ones keep everything");
    assert!(rooms.budget.is_ample() && rooms.budget.held() + whole[gone - 1] > 8 << 20, "{short}");
    assert_eq!(there.room.lock().meter().held(), guest, "and so does who is there");
    drop(strangers);
}

/// JS-RELAY-32: in need a guest that is there is skipped to the newest frame, and gets that one.
#[tokio::test]
async fn who_is_there_gets_the_newest_frame_whatever_others_hold() {
    let rooms = rooms_with(1);
    let now = Instant::now();
    let (host, guest) = (Arc::<Link>::default(), Arc::<Link>::default());
    let claim = jumpseat_wire::Claim([3; 32]);
    let hash = ClaimHash(Sha256::digest(claim.0).into());
    let opening = Opening {
        bundle: Blob(vec![7]),
        claim: hash,
        seats: vec![jumpseat_wire::control::Seat { slot: 1, claim: hash }],
    };
    let room = rooms.open(SID, source(1, 1), opening, None, &host, now).await.unwrap();
    room.lock().take_seat(Arc::clone(&guest), 1, &claim, (0, 0), now).unwrap();
    for seq in 0..100 {
        room.lock().host_sends(&host, &group(seq), now).unwrap();
        assert!(rooms.budget.held() < 400 * 1024, "{seq}: {}", rooms.budget.held());
    }
    let mut out = std::collections::VecDeque::new();
    while !out.back().is_some_and(|last: &bytes::Bytes| last.ends_with(&group(99))) {
        let before = out.len();
        room.lock().fetch_guest(&guest, now, &mut out);
        room.lock().guest_acknowledges(&guest, 100, 0, now);
        assert!(out.len() > before, "the newest does not come");
    }
    assert!(rooms.counters.skips_by_memory.value() > 0);
    // A host that sends one guest more than it takes loses that guest.
    let pair = |seq| {
        let header =
            jumpseat_wire::FrameHeader { kind: jumpseat_wire::FrameKind::ToGuest, slot: 1, epoch: 0, seq };
        [&header.encode()[..], &[0xa5; 30_000]].concat()
    };
    for seq in 0..20 {
        room.lock().host_sends(&host, &pair(seq), now).unwrap();
    }
    assert_eq!(guest.verdict(), Some(CloseCode::Slow));
    assert!(rooms.budget.held() < 800 * 1024, "{}", rooms.budget.held());
}

fn pair(slot: u16, seq: u64, len: usize) -> Vec<u8> {
    let header = jumpseat_wire::FrameHeader { kind: jumpseat_wire::FrameKind::ToGuest, slot, epoch: 0, seq };
    [&header.encode()[..], &vec![0xa5; len]].concat()
}

const CLAIM: jumpseat_wire::Claim = jumpseat_wire::Claim([3; 32]);

fn with_seats(seats: u16) -> Opening {
    let claim = ClaimHash(Sha256::digest(CLAIM.0).into());
    let seats = (1..=seats).map(|slot| jumpseat_wire::control::Seat { slot, claim }).collect();
    Opening { bundle: Blob(vec![7]), claim, seats }
}

/// A room, its host, and guests that are there and take nothing.
struct Party {
    room: Arc<SharedRoom>,
    host: Arc<Link>,
    guests: Vec<Arc<Link>>,
}

impl Party {
    async fn new(rooms: &Rooms, number: u8, source: Source, guests: u16) -> Result<Self, CloseCode> {
        let (host, now) = (Arc::<Link>::default(), Instant::now());
        let room = rooms.open(SessionId([number; 16]), source, with_seats(guests), None, &host, now).await?;
        let guests = (1..=guests).map(|slot| {
            let guest = Arc::<Link>::default();
            room.lock().take_seat(Arc::clone(&guest), slot, &CLAIM, (0, 0), now).unwrap();
            guest
        });
        let guests = guests.collect();
        Ok(Self { room, host, guests })
    }

    /// Queues so many bytes for each guest.
    fn fatten(&self, len: usize) {
        for slot in 1..=self.guests.len() as u16 {
            for seq in 0..(len / 32_000) as u64 {
                self.room.lock().host_sends(&self.host, &pair(slot, seq, 32_000), Instant::now()).unwrap();
            }
        }
    }

    fn stays(&self) -> bool {
        self.guests.iter().all(|guest| guest.verdict().is_none())
    }
}

/// JS-RELAY-32: strangers in many networks, and a room that has nothing to do with them.
#[tokio::test]
async fn strangers_throw_nobody_s_guests_out() {
    let rooms = rooms_with(256);
    let mine = Party::new(&rooms, 200, source(200, 1), 1).await.unwrap();
    let busy = Party::new(&rooms, 201, source(201, 1), 2).await.unwrap();
    busy.fatten(900_000);
    let mut strangers = Vec::new();
    for number in 0..20 {
        strangers.extend(Party::new(&rooms, number, source(number / 3, number), 20).await);
    }
    strangers.iter().for_each(|party| party.fatten(1_000_000));
    assert!(rooms.budget.is_short() && rooms.budget.held() < 320 << 20, "{}", rooms.budget.held());
    // What every join, resync and epoch sends: a picture in parts.
    for seq in 0..30 {
        mine.room.lock().host_sends(&mine.host, &pair(1, seq, 8000), Instant::now()).unwrap();
    }
    assert!(mine.stays() && busy.stays(), "strangers' memory is no reason to close my guest");
    assert!(!strangers.iter().all(Party::stays), "they gave way themselves");
    Party::new(&rooms, 202, source(202, 1), 1).await.map_err(|code| panic!("{code:?}")).ok();
    rooms.sweep(Instant::now()).await;
    assert!(mine.stays() && busy.stays());
    assert!(!rooms.budget.is_short(), "{}", rooms.budget.held());
}

/// JS-RELAY-32: what a room holds for guests that were removed counts like everything else, wherever it is.
#[tokio::test]
async fn who_leaves_weighs_what_is_kept_for_it() {
    let rooms = rooms_with(256);
    let party = Party::new(&rooms, 1, source(1, 1), 20).await.unwrap();
    party.fatten(1_000_000);
    let before = rooms.budget.held();
    let mut outs = vec![std::collections::VecDeque::new(); 20];
    for (guest, out) in party.guests.iter().zip(&mut outs).take(10) {
        party.room.lock().fetch_guest(guest, Instant::now(), out);
    }
    let now = Instant::now();
    let remove = |slot| {
        let message = jumpseat_wire::control::HostToRelay::Remove { slot };
        party.room.lock().host_says(&party.host, message, now).unwrap();
    };
    (1..=20).for_each(remove);
    assert!(party.stays() && rooms.budget.held() > before - 1024, "{before} {}", rooms.budget.held());
    let mut taken = 0;
    for (guest, out) in party.guests.iter().zip(&mut outs) {
        for seq in 0..40 {
            party.room.lock().guest_acknowledges(guest, 0, seq, now);
            party.room.lock().fetch_guest(guest, now, out);
        }
        let got = out.iter().chain(guest.parting());
        taken += got.map(|packet| packet.len()).sum::<usize>();
    }
    assert!(taken > 19_000_000 && rooms.budget.held() > taken, "{taken} {}", rooms.budget.held());
    drop((outs, party.guests));
    party.room.lock().close(CloseCode::Ended);
    drop(party.room);
    rooms.sweep(now).await;
    assert_eq!(rooms.budget.held(), 0);
}

/// JS-RELAY-32: whoever goes gives way as those do who stay.
#[tokio::test]
async fn who_leaves_gives_way() {
    let rooms = rooms_with(16);
    let party = Party::new(&rooms, 1, source(1, 1), 20).await.unwrap();
    for slot in 1..=2 {
        for seq in 0..28 {
            party.room.lock().host_sends(&party.host, &pair(slot, seq, 30_000), Instant::now()).unwrap();
        }
        let message = jumpseat_wire::control::HostToRelay::Remove { slot };
        party.room.lock().host_says(&party.host, message, Instant::now()).unwrap();
    }
    assert!(party.stays() && rooms.budget.held() > 1_600_000);
    party.fatten(100_000);
    assert!(rooms.budget.held() < 5 << 20, "{}", rooms.budget.held());
    assert_eq!(party.guests[0].verdict(), Some(CloseCode::Removed));
    assert!(party.guests[2..].iter().all(|guest| guest.verdict().is_none()), "they were lighter");
}

/// JS-RELAY-32: also with what was sent to all, and with what is on its way to it already.
#[tokio::test]
async fn who_leaves_keeps_no_output_of_the_room() {
    let rooms = rooms_with(4);
    let now = Instant::now();
    let party = Party::new(&rooms, 1, source(1, 1), 2).await.unwrap();
    for seq in 0..15 {
        party.room.lock().host_sends(&party.host, &group(seq), now).unwrap();
    }
    let remove = |slot| {
        let message = jumpseat_wire::control::HostToRelay::Remove { slot };
        party.room.lock().host_says(&party.host, message, now).unwrap();
    };
    remove(1);
    remove(2);
    assert!(party.stays() && rooms.budget.held() > 480_000, "{}", rooms.budget.held());
    party.room.lock().host_sends(&party.host, &group(15), now).unwrap();
    party.room.lock().host_sends(&party.host, &group(16), now).unwrap();
    assert!(rooms.budget.held() < 400_000, "{}", rooms.budget.held());
}

/// JS-RELAY-32: what a guest that goes is given first weighs as what comes behind it.
#[tokio::test]
async fn what_is_on_its_way_to_who_leaves_weighs_too() {
    let rooms = rooms_with(4);
    let party = Party::new(&rooms, 1, source(1, 1), 3).await.unwrap();
    let send = |slot, count: u64, len| {
        for seq in 0..count {
            party.room.lock().host_sends(&party.host, &pair(slot, seq, len), Instant::now()).unwrap();
        }
    };
    send(1, 8, 30_000);
    let message = jumpseat_wire::control::HostToRelay::Remove { slot: 1 };
    party.room.lock().host_says(&party.host, message, Instant::now()).unwrap();
    assert_eq!(party.guests[0].verdict(), None, "there is more than the window takes");
    send(2, 7, 30_000);
    send(3, 3, 30_000);
    assert_eq!(party.guests[0].verdict(), Some(CloseCode::Removed));
    assert!(party.guests[1..].iter().all(|guest| guest.verdict().is_none()), "they were lighter");
}

/// JS-RELAY-32: where memory is short a knock is as long as a genuine one.
#[tokio::test]
async fn long_knocks_are_not_taken_where_memory_is_short() {
    let rooms = rooms_with(4);
    // Ten share what a host may hold.
    let mut others = Vec::new();
    for number in 2..11 {
        others.push(Party::new(&rooms, number, source(1, 1), 0).await.unwrap());
    }
    let party = Party::new(&rooms, 1, source(1, 1), 3).await.unwrap();
    let attempts = Arc::new(crate::admission::Attempts::new(1.0, 100.0));
    let knock = |len| {
        let now = Instant::now();
        let fee = crate::admission::Fee::charge(&attempts, source(9, 9), len, now).unwrap();
        party.room.lock().knock(Arc::default(), Blob(vec![1; len]), fee)
    };
    knock(5000).unwrap();
    let held = rooms.budget.connect(source(1, 1));
    let packets: Vec<_> = (0..18).map(|_| held.meter().keep(vec![0; 30_000])).collect();
    assert!(knock(5000).is_ok(), "this room holds little");
    party.fatten(32_000);
    assert_eq!(knock(5000), Err(CloseCode::RateLimited));
    knock(3000).unwrap();
    drop(packets);
    knock(5000).unwrap();
}
