//! Who sits where, who hears what.

use super::*;
use jumpseat_wire::limits::{
    ACK_EVERY, ACK_EVERY_BYTES, GRACE, INPUT_WINDOW, MAX_BUNDLE_LEN, MAX_FRAME_LEN, MAX_KNOCK_LEN,
    MAX_PAIR_BACKLOG, MAX_PENDING_KNOCKS,
};

const TICK: Duration = Duration::from_millis(1);

/// JS-RELAY-3.
#[test]
fn an_opening_is_checked() {
    let open = |slots: &[Slot], bundle: usize| {
        let seats = slots.iter().map(|slot| SeatClaim { slot: *slot, claim: hash(&claim(*slot)) }).collect();
        Opening { bundle: Blob(vec![0; bundle]), claim: hash(&HOST_CLAIM), seats }.check(MAX_GUESTS)
    };
    assert_eq!(open(&[1, 2, 3], MAX_BUNDLE_LEN), Ok(()));
    for (slots, bundle) in [(&[0][..], 1), (&[1, 1], 1), (&[1, 2, 3, 4], 1), (&[], MAX_BUNDLE_LEN + 1)] {
        assert_eq!(open(slots, bundle), Err(CloseCode::BadMessage), "{slots:?} {bundle}");
    }
}

/// JS-RELAY-11.
#[test]
fn a_knock_reaches_the_host_and_the_welcome_seats_its_connection() {
    let mut stage = Stage::new();
    stage.group(0, 300);
    let (link, knock) = stage.knock();
    assert_eq!(stage.host_hears(), [RelayToHost::Knock { knock, data: Blob(vec![1]) }]);
    assert_eq!(stage.fetch(&link).len(), 0, "nothing for a guest without a seat");
    stage.welcome(knock, 1);
    assert_eq!(link.slot(), Some(1));
    assert_eq!(stage.guest_hears(&link), [RelayToGuest::Welcome { data: Blob(vec![2]) }]);
    assert_eq!(stage.host_hears(), [RelayToHost::Present { slot: 1, pair: 0 }]);
    stage.group(1, 300);
    assert_eq!(groups(&stage.fetch(&link)), [1], "from the seat on, nothing before");
}

/// JS-RELAY-12.
#[test]
fn a_refused_knock_hears_the_reason_and_is_closed() {
    let mut stage = Stage::new();
    let (link, knock) = stage.knock();
    stage.host_says(HostToRelay::Refuse { knock, data: Some(Blob(vec![3])), failed: false });
    assert_eq!(link.verdict(), Some(CloseCode::Refused));
    let parting = link.parting().to_vec().into();
    assert_eq!(texts::<RelayToGuest>(&parting), [RelayToGuest::Refused { data: Some(Blob(vec![3])) }]);

    let (link, knock) = stage.knock();
    stage.host_says(HostToRelay::Refuse { knock, data: None, failed: true });
    assert_eq!((link.verdict(), link.parting().len()), (Some(CloseCode::Refused), 0));

    // Neither opened nor failed: the host was busy.
    let (link, knock) = stage.knock();
    stage.host_says(HostToRelay::Refuse { knock, data: None, failed: false });
    assert_eq!((link.verdict(), link.parting().len()), (Some(CloseCode::RateLimited), 0));
}

/// JS-RELAY-9.
#[test]
fn the_host_hears_of_knocks_that_go_away_if_it_heard_of_them() {
    let mut stage = Stage::new();
    let (_, unheard) = stage.knock();
    stage.room.knock_left(unheard);
    assert_eq!(stage.host_hears(), []);
    let (_, knock) = stage.knock();
    stage.host_hears();
    stage.room.knock_left(knock);
    assert_eq!(stage.host_hears(), [RelayToHost::KnockGone { knock }]);
}

/// JS-RELAY-9.
#[test]
fn knocks_are_limited_in_number_and_size() {
    let mut stage = Stage::new();
    let address = |number: usize| format!("192.0.2.{number}");
    let links: Vec<_> =
        (0..MAX_PENDING_KNOCKS).map(|number| stage.knock_from(&address(number)).unwrap()).collect();
    assert_eq!(stage.knock_from("192.0.2.99").err(), Some(CloseCode::RateLimited));
    stage.room.knock_left(links[0].1);
    let long = stage.knock_with("192.0.2.98", Blob(vec![1; MAX_KNOCK_LEN + 1]));
    assert_eq!(long.err(), Some(CloseCode::BadMessage));
    stage.knock_from("192.0.2.97").unwrap();
}

/// JS-RELAY-9: however many wait from one network, others still get in.
#[test]
fn a_network_that_takes_all_places_makes_room_for_others() {
    let mut stage = Stage::new();
    let flood: Vec<_> =
        (0..MAX_PENDING_KNOCKS).map(|at| stage.knock_from(&format!("192.0.2.{at}")).unwrap()).collect();
    stage.host_hears();
    let half = MAX_PENDING_KNOCKS / 2;
    for at in 0..half {
        stage.knock_from(&format!("198.51.100.{at}")).unwrap();
    }
    // Its oldest ones wait on; the host hears which went.
    let closed = flood.iter().map(|(link, _)| link.verdict() == Some(CloseCode::RateLimited));
    assert_eq!(closed.collect::<Vec<_>>(), [[false; 10], [true; 10]].concat());
    let gone: Vec<_> =
        flood[half..].iter().rev().map(|(_, knock)| RelayToHost::KnockGone { knock: *knock }).collect();
    assert_eq!(stage.host_hears()[..half], gone);
    assert_eq!(stage.knock_from("198.51.100.99").err(), Some(CloseCode::RateLimited), "half is its share");
    stage.knock_from("203.0.113.1").unwrap();
}

/// JS-RELAY-9: a /48 of IPv6 is given away to anybody, and has 256 networks.
#[test]
fn a_site_that_takes_all_places_from_many_networks_makes_room_for_others() {
    let mut stage = Stage::new();
    for net in 0..MAX_PENDING_KNOCKS {
        stage.knock_from(&format!("2001:db8:1:{:x}00::1", net + 1)).unwrap();
    }
    stage.knock_from("198.51.100.7").unwrap();
    stage.knock_from("2001:db8:2::1").unwrap();
    // Of its own neighbors it takes nothing that is theirs: each has one.
    assert_eq!(stage.knock_from("2001:db8:1:ff00::1").map(drop), Err(CloseCode::RateLimited));
}

/// JS-RELAY-10.
#[test]
fn failed_knocks_are_limited_where_they_come_from_and_nowhere_else() {
    let mut stage = Stage::new();
    let mut failed = 0;
    while let Ok((_, knock)) = stage.knock_from("192.0.2.1") {
        stage.refuse(knock, true);
        failed += 1;
    }
    assert_eq!(failed, 10);
    for elsewhere in ["198.51.100.1", "192.0.2.2"] {
        let (link, knock) = stage.knock_from(elsewhere).unwrap();
        stage.refuse(knock, true);
        assert_eq!(link.verdict(), Some(CloseCode::Refused));
    }
    // Who knocks from behind the same address has a share of what comes back.
    stage.pass(Duration::from_secs(1));
    stage.knock_from("192.0.2.1").unwrap();
    assert_eq!(stage.knock_from("192.0.2.1").err(), Some(CloseCode::RateLimited));
}

/// JS-RELAY-10: to leave before the answer saves nothing, and a long knock costs more.
#[test]
fn what_a_knock_costs_cannot_be_evaded() {
    let mut stage = Stage::new();
    let mut left = 0;
    while let Ok((_, knock)) = stage.knock_from("192.0.2.1") {
        stage.room.knock_left(knock);
        left += 1;
    }
    assert_eq!(left, 10);
    let mut long = 0;
    while let Ok((_, knock)) = stage.knock_with("198.51.100.1", Blob(vec![1; MAX_KNOCK_LEN])) {
        stage.refuse(knock, true);
        long += 1;
    }
    assert_eq!(long, 2);
}

/// JS-RELAY-10.
#[test]
fn good_knocks_cost_nothing() {
    let mut stage = Stage::new();
    for number in 0..100 {
        let (link, knock) = stage.knock_from("192.0.2.1").unwrap();
        if number % 2 == 0 {
            stage.refuse(knock, false);
        } else {
            stage.welcome(knock, number);
            stage.host_says(HostToRelay::Remove { slot: number });
        }
        drop(link);
    }
}

/// JS-RELAY-11.
#[test]
fn a_full_room_closes_the_knock_and_tells_the_host() {
    let mut stage = Stage::new();
    for slot in 1..=MAX_GUESTS as Slot {
        stage.seat(slot);
    }
    let (link, knock) = stage.knock();
    stage.host_hears();
    stage.welcome(knock, 9);
    assert_eq!(link.verdict(), Some(CloseCode::Full));
    assert_eq!(stage.host_hears(), [RelayToHost::KnockGone { knock }]);
}

/// JS-RELAY-11.
#[test]
fn a_slot_is_not_given_twice() {
    let mut stage = Stage::new();
    stage.seat(1);
    let (_, knock) = stage.knock();
    for slot in [0, 1] {
        let seat = SeatClaim { slot, claim: hash(&claim(slot)) };
        let welcome = HostToRelay::Welcome { knock, seat, data: Blob(vec![2]) };
        let said = stage.room.host_says(&stage.host.clone(), welcome, stage.now);
        assert_eq!(said, Err(CloseCode::BadMessage));
    }
}

/// JS-RELAY-4, JS-RELAY-5, JS-RELAY-13.
#[test]
fn a_seat_is_taken_back_with_its_claim_alone() {
    let mut stage = Stage::new();
    let old = stage.seat(1);
    stage.group(0, 300);
    let forged = stage.room.take_seat(Arc::default(), 1, &claim(2), (0, 0), stage.now);
    assert_eq!(forged, Err(CloseCode::NotAllowed));
    assert_eq!(stage.take_seat(7, (0, 0)).err(), Some(CloseCode::NotFound));
    assert_eq!(old.verdict(), None);

    let new = stage.take_seat(1, (0, 5)).unwrap();
    assert_eq!(old.verdict(), Some(CloseCode::Replaced));
    let got = stage.fetch(&new);
    assert_eq!(texts::<RelayToGuest>(&got), [RelayToGuest::Seated { host_present: true }]);
    assert_eq!(groups(&got), [0], "what it had not acknowledged");
    assert_eq!(stage.host_hears().pop(), Some(RelayToHost::Present { slot: 1, pair: 5 }));
    // The old connection has no say any more.
    stage.room.guest_lost(&old, stage.now);
    stage.acknowledge(&old, 1, 9);
    assert_eq!(stage.host_hears(), []);
    assert_eq!(stage.fetch(&old).len(), 0);
}

/// JS-RELAY-13, JS-RELAY-14, JS-RELAY-20.
#[test]
fn a_lost_guest_resumes_without_a_gap_or_shows_one() {
    let mut stage = Stage::new();
    let link = stage.seat(1);
    for seq in 0..4 {
        stage.group(seq, 300);
    }
    stage.fetch(&link);
    stage.acknowledge(&link, 2, 0);
    stage.room.guest_lost(&link, stage.now);
    assert_eq!(stage.host_hears(), [RelayToHost::Absent { slot: 1 }]);
    stage.group(4, 300);
    let link = stage.take_seat(1, (2, 0)).unwrap();
    assert_eq!(stage.drain(&link), [2, 3, 4]);
    // One that forgot more than it acknowledged gets the oldest that is left, and sees the gap.
    let link = stage.take_seat(1, (0, 0)).unwrap();
    assert_eq!(stage.drain(&link), Vec::<u64>::new());
    stage.group(5, 300);
    assert_eq!(stage.drain(&link), [5]);
}

/// JS-RELAY-14.
#[test]
fn a_seat_is_kept_for_the_grace_and_no_longer() {
    let mut stage = Stage::new();
    let link = stage.seat(1);
    stage.room.guest_lost(&link, stage.now);
    stage.pass(GRACE - TICK);
    assert!(stage.room.is_standing(stage.now));
    stage.take_seat(1, (0, 0)).unwrap();
    let link = stage.take_seat(1, (0, 0)).unwrap();
    stage.room.guest_lost(&link, stage.now);
    stage.pass(GRACE);
    assert!(stage.room.is_standing(stage.now));
    assert_eq!(stage.take_seat(1, (0, 0)).err(), Some(CloseCode::NotFound));
}

/// JS-RELAY-26.
#[test]
fn a_removed_guest_is_closed_and_its_claim_void() {
    let mut stage = Stage::new();
    let link = stage.seat(1);
    stage.host_says(HostToRelay::Remove { slot: 1 });
    assert_eq!(link.verdict(), Some(CloseCode::Removed));
    assert_eq!(stage.take_seat(1, (0, 0)).err(), Some(CloseCode::NotFound));
    assert_eq!(stage.input(&link, 1, 0, 100), Ok(()), "and what it still sends goes nowhere");
    assert_eq!(stage.host_fetches().len(), 0);
}

/// JS-RELAY-26.
#[test]
fn the_end_closes_everyone() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    let (knocker, _) = stage.knock();
    let looking = Arc::<Link>::default();
    stage.fetch(&looking);
    assert_eq!(looking.verdict(), None);
    stage.host_says(HostToRelay::End);
    stage.fetch(&looking);
    assert_eq!(looking.verdict(), Some(CloseCode::Ended), "one that did not knock, when it looks");
    for link in [&guest, &knocker, &stage.host] {
        assert_eq!(link.verdict(), Some(CloseCode::Ended));
    }
    assert!(!stage.room.is_standing(stage.now));
    assert_eq!(stage.take_seat(1, (0, 0)).err(), Some(CloseCode::NotFound));
    assert_eq!(stage.knock_from("192.0.2.1").err(), Some(CloseCode::NotFound));
}

/// JS-RELAY-26.
#[test]
fn what_was_said_before_the_end_or_a_removal_is_still_delivered() {
    let mut stage = Stage::new();
    let [removed, guest] = [stage.seat(1), stage.seat(2)];
    stage.pair(1, 0, 100);
    stage.host_says(HostToRelay::Remove { slot: 1 });
    assert_eq!(headers(&removed.parting().to_vec().into())[0].kind, FrameKind::ToGuest);
    stage.group(0, 300);
    stage.host_says(HostToRelay::End);
    assert_eq!(groups(&guest.parting().to_vec().into()), [0]);
    assert_eq!(guest.verdict(), Some(CloseCode::Ended));
}

/// JS-RELAY-26, JS-END-4.
#[test]
fn what_is_beyond_the_window_is_delivered_before_the_end() {
    let mut stage = Stage::new();
    let [removed, guest] = [stage.seat(1), stage.seat(2)];
    let frames = 20;
    for seq in 0..frames {
        stage.group(seq, 16_000);
        stage.pair(1, seq, 16_000);
    }
    stage.host_says(HostToRelay::Remove { slot: 1 });
    // What is for those who stay is not for who was removed.
    stage.group(frames, 300);
    stage.host_says(HostToRelay::End);
    assert!(!stage.room.is_standing(stage.now));
    for (link, last, code) in [(&removed, frames, CloseCode::Removed), (&guest, frames + 1, CloseCode::Ended)]
    {
        assert_eq!((link.verdict(), link.leaves()), (None, true));
        let mut taken = (0, 0);
        while link.verdict().is_none() {
            let packets = headers(&stage.fetch(link));
            assert!(!packets.is_empty() || link.verdict().is_some(), "nothing more comes");
            for header in packets.into_iter().chain(headers(&link.parting().to_vec().into())) {
                let next = if header.kind == FrameKind::Group { &mut taken.0 } else { &mut taken.1 };
                *next = header.seq + 1;
            }
            stage.acknowledge(link, taken.0, taken.1);
        }
        assert_eq!((taken.0, link.verdict()), (last, Some(code)));
    }
}

/// JS-RELAY-26: a guest that takes nothing of it is closed all the same.
#[test]
fn who_takes_nothing_before_the_end_is_waited_for_in_bounds() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    for seq in 0..20 {
        stage.pair(1, seq, 16_000);
    }
    stage.host_says(HostToRelay::End);
    stage.fetch(&guest);
    assert_eq!(guest.verdict(), None);
    stage.pass(Duration::from_secs(60));
    let watched = stage.room.watch_guest(&guest, stage.now);
    assert_eq!((watched, guest.verdict()), (None, Some(CloseCode::Ended)));
}

/// JS-RELAY-26.
#[test]
fn a_session_expires_for_everyone() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    stage.pass(SESSION_LIFETIME - TICK);
    assert!(stage.room.is_standing(stage.now));
    stage.pass(TICK);
    assert!(!stage.room.is_standing(stage.now));
    assert_eq!(guest.verdict(), Some(CloseCode::Expired));
    assert_eq!(stage.host.verdict(), Some(CloseCode::Expired));
}

/// JS-RELAY-7.
#[test]
fn guests_hear_that_the_host_went_and_wait_for_the_grace() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    stage.input(&guest, 1, 0, 100).unwrap();
    stage.room.host_lost(&stage.host.clone(), stage.now);
    assert_eq!(stage.guest_hears(&guest), [RelayToGuest::Host { present: false }]);
    assert_eq!(stage.input(&guest, 1, 1, 100), Ok(()));
    stage.pass(GRACE - TICK);
    assert!(stage.room.is_standing(stage.now));
    assert_eq!(guest.verdict(), None);
    stage.pass(TICK);
    assert!(!stage.room.is_standing(stage.now));
    assert_eq!(guest.verdict(), Some(CloseCode::HostGone));
}

/// JS-RELAY-7: what went to nobody is sent again.
#[test]
fn guests_frames_do_not_wait_for_an_absent_host() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    stage.input(&guest, 1, 0, 100).unwrap();
    stage.room.host_lost(&stage.host.clone(), stage.now);
    stage.input(&guest, 1, 1, 100).unwrap();
    assert_eq!(stage.counters.frames_to_absent_host.value(), 1);
    assert_eq!(stage.guest_hears(&guest), [RelayToGuest::Host { present: false }]);

    stage.host = Arc::default();
    stage.room.host_returns(Arc::clone(&stage.host), &HOST_CLAIM).unwrap();
    assert_eq!(stage.guest_hears(&guest), [RelayToGuest::Host { present: true }]);
    assert_eq!(headers(&stage.host_fetches()), []);
    stage.input(&guest, 1, 0, 100).unwrap();
    assert_eq!(headers(&stage.host_fetches()).len(), 1);
}

/// JS-RELAY-4, JS-RELAY-5, JS-RELAY-6, JS-RELAY-15.
#[test]
fn a_host_returns_to_what_it_left() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    let absent = stage.seat(2);
    stage.room.guest_lost(&absent, stage.now);
    let (_, knock) = stage.knock();
    stage.group(0, 300);
    stage.group(1, 300);
    stage.host_hears();
    stage.fetch(&guest);
    stage.acknowledge(&guest, 2, 3);
    stage.input(&guest, 1, 0, 100).unwrap();

    let new = Arc::<Link>::default();
    let forged = stage.room.host_returns(Arc::default(), &claim(5));
    assert_eq!(forged, Err(CloseCode::NotAllowed));
    stage.room.host_returns(Arc::clone(&new), &HOST_CLAIM).unwrap();
    assert_eq!(stage.host.verdict(), Some(CloseCode::Replaced));
    let old = std::mem::replace(&mut stage.host, new);
    let heard = stage.host_hears();
    assert_eq!(heard[0], RelayToHost::Returned { group: 2 });
    assert!(heard.contains(&RelayToHost::Present { slot: 1, pair: 3 }), "{heard:?}");
    assert!(heard.contains(&RelayToHost::Knock { knock, data: Blob(vec![1]) }), "{heard:?}");
    assert_eq!(heard.len(), 3, "{heard:?}");
    // The old connection has no say any more; the new one repeats what it cannot know to have arrived.
    let late = frame(FrameKind::Group, 0, 2, 300);
    stage.room.host_sends(&old, &late, stage.now).unwrap();
    stage.room.host_lost(&old, stage.now);
    stage.group(1, 300);
    stage.group(2, 300);
    assert_eq!(groups(&stage.fetch(&guest)), [2]);
    assert_eq!(stage.counters.frames_repeated.value(), 1);
}

/// JS-RELAY-3, JS-RELAY-13, JS-RELAY-15.
#[test]
fn a_relay_that_lost_the_room_gets_its_seats_back() {
    let mut stage = Stage::with_seats(&[1, 2]);
    let link = stage.take_seat(2, (700, 4)).unwrap();
    assert_eq!(stage.guest_hears(&link), [RelayToGuest::Seated { host_present: true }]);
    assert_eq!(stage.host_hears(), [RelayToHost::Present { slot: 2, pair: 4 }]);
    stage.group(700, 300);
    assert_eq!(stage.drain(&link), [700]);
}

/// JS-RELAY-16.
#[test]
fn frames_go_only_where_they_may() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    for bad in [
        frame(FrameKind::ToHost, 2, 0, 100),
        frame(FrameKind::Group, 0, 0, 100),
        frame(FrameKind::ToGuest, 1, 0, 100),
        vec![1, 2, 3],
        vec![],
    ] {
        assert_eq!(stage.room.guest_sends(&guest, &bad, stage.now), Err(CloseCode::BadMessage));
    }
    let host = stage.host.clone();
    let from_host = stage.room.host_sends(&host, &frame(FrameKind::ToHost, 1, 0, 100), stage.now);
    assert_eq!(from_host, Err(CloseCode::BadMessage));
    let (knocker, _) = stage.knock();
    let early = stage.room.guest_sends(&knocker, &frame(FrameKind::ToHost, 1, 0, 100), stage.now);
    assert_eq!(early, Err(CloseCode::BadMessage));
}

/// JS-RELAY-13, JS-RELAY-19.
#[test]
fn acknowledgements_coalesce() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    stage.host_hears();
    for pair in [1, 2, 9, 4] {
        stage.acknowledge(&guest, 0, pair);
        stage.host_says(HostToRelay::Ack { slot: 1, pair });
    }
    assert_eq!(stage.host_hears(), [RelayToHost::Acked { slot: 1, pair: 9 }]);
    assert_eq!(stage.guest_hears(&guest), [RelayToGuest::Acked { pair: 9 }]);
    stage.acknowledge(&guest, 0, 9);
    stage.host_says(HostToRelay::Ack { slot: 1, pair: 9 });
    assert_eq!(stage.host_hears(), []);
    assert_eq!(stage.guest_hears(&guest), []);
    // A guest that comes back hears at once what it need not send again.
    let guest = stage.take_seat(1, (0, 9)).unwrap();
    assert_eq!(
        stage.guest_hears(&guest),
        [RelayToGuest::Seated { host_present: true }, RelayToGuest::Acked { pair: 9 }]
    );
}

/// JS-RELAY-19.
#[test]
fn the_host_hears_what_was_taken_by_bytes_and_by_time() {
    let mut stage = Stage::new();
    stage.group(0, 300);
    assert_eq!(stage.host_hears(), []);
    stage.pass(ACK_EVERY);
    assert_eq!(stage.host_hears(), [RelayToHost::Ack { group: 1 }]);
    stage.group(1, ACK_EVERY_BYTES);
    assert_eq!(stage.host_hears(), [RelayToHost::Ack { group: 2 }]);
    stage.pass(ACK_EVERY);
    assert_eq!(stage.host_hears(), []);
}

/// JS-RELAY-17.
#[test]
fn input_waits_for_the_host_in_turns_and_holds_its_guest_back() {
    let mut stage = Stage::new();
    let [flooder, typist] = [stage.seat(1), stage.seat(2)];
    let mut sent = 0;
    while stage.room.wants_input(&flooder) {
        stage.input(&flooder, 1, sent, 1000).unwrap();
        sent += 1;
    }
    assert!(sent as usize * 1004 >= INPUT_WINDOW && (sent as usize) < INPUT_WINDOW / 1000 + 2);
    stage.input(&typist, 2, 0, 100).unwrap();
    assert!(stage.room.wants_input(&typist));
    let first = headers(&stage.host_fetches());
    assert!(first[..2].iter().any(|header| header.slot == 2), "the typist does not wait for the flood");
    let rest: usize =
        std::iter::from_fn(|| Some(headers(&stage.host_fetches()).len()).filter(|n| *n > 0)).sum();
    assert_eq!(first.len() + rest, sent as usize + 1, "and nothing is dropped");
    assert!(stage.room.wants_input(&flooder));
}

/// JS-RELAY-25.
#[test]
fn control_messages_go_before_frames() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    stage.group(0, 300);
    stage.pair(1, 0, 300);
    stage.host_says(HostToRelay::Ack { slot: 1, pair: 1 });
    let sent = stage.fetch(&guest);
    assert_eq!(texts::<RelayToGuest>(&sent), [RelayToGuest::Acked { pair: 1 }]);
    assert_eq!(sent.iter().map(|packet| packet[0]).collect::<Vec<_>>(), [0x81, 0x82, 0x82]);
    let kinds: Vec<_> = headers(&sent).iter().map(|header| header.kind).collect();
    assert_eq!(kinds, [FrameKind::ToGuest, FrameKind::Group]);
}

/// JS-RELAY-25.
#[test]
fn pairwise_frames_go_first_but_not_alone() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    stage.group(0, 300);
    for seq in 0..40 {
        stage.pair(1, seq, 4000);
    }
    let mut order = Vec::new();
    for _ in 0..4 {
        let sent = headers(&stage.fetch(&guest));
        for header in sent {
            stage.acknowledge(
                &guest,
                u64::from(header.kind == FrameKind::Group),
                if header.kind == FrameKind::ToGuest { header.seq + 1 } else { 0 },
            );
            order.push(header.kind);
        }
    }
    let at = order.iter().position(|kind| *kind == FrameKind::Group).unwrap();
    assert!((4..=10).contains(&at), "the group frame went as number {at} of {}", order.len());
}

/// JS-RELAY-14, JS-RELAY-18.
#[test]
fn pairwise_frames_are_bounded_and_dropped_for_the_absent() {
    let mut stage = Stage::new();
    let guest = stage.seat(1);
    for seq in 0..(MAX_PAIR_BACKLOG / MAX_FRAME_LEN) as u64 {
        stage.pair(1, seq, MAX_FRAME_LEN);
        assert_eq!(guest.verdict(), None);
    }
    stage.pair(1, 99, MAX_FRAME_LEN);
    assert_eq!(guest.verdict(), Some(CloseCode::Slow));
    stage.pair(1, 100, MAX_FRAME_LEN);
    assert_eq!(stage.counters.slow_guests.value(), 1, "counted once");
    stage.room.guest_lost(&guest, stage.now);
    stage.pair(1, 100, 300);
    assert_eq!(stage.counters.frames_to_absent_guests.value(), 1);
    let guest = stage.take_seat(1, (0, 0)).unwrap();
    assert!(headers(&stage.fetch(&guest)).is_empty(), "the host sends them again");
}
