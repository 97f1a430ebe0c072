//! Cases 16 and 27, and what a guest that was away meets.

use jumpseat_session::{
    Role,
    guest::{GuestEvent, Liveness},
    host::HostEvent,
};
use jumpseat_wire::{
    FrameKind,
    control::RelayToHost,
    limits::{MAX_FRAME_LEN, PAIR_WINDOW},
};

use crate::support::{World, relay::To};

fn seated(role: Role) -> (World, usize) {
    let mut world = World::new();
    let invite = world.invite(role);
    let bo = world.join("Bo", &invite);
    (world, bo)
}

/// JS-GROUP-4, JS-LIVE-2.
#[test]
fn case_16_gap_and_truncated_tail() {
    let (mut world, bo) = seated(Role::Viewer);
    let mut frames = 0;
    world.tamper(move |delivery| {
        frames += u64::from(delivery.is(To::Guest(bo), FrameKind::Group));
        if frames == 2 && delivery.is(To::Guest(bo), FrameKind::Group) { Vec::new() } else { vec![delivery] }
    });
    for word in [&b"one "[..], b"two ", b"three "] {
        world.print(word);
    }
    world.pass(100);
    world.saw_guest(bo, |e| matches!(e, GuestEvent::Gap));
    assert_eq!(world.shown(bo), b"one two three ");

    // The tail is cut off: nothing tells of it but the silence.
    world.tamper(move |delivery| if delivery.to == To::Guest(bo) { Vec::new() } else { vec![delivery] });
    world.print(b"four");
    world.pass(11_000);
    assert!(!stalled(&world, bo));
    world.pass(1_500);
    assert!(stalled(&world, bo));
}

/// JS-LIVE-2: a relay cannot show a sign of life by closing connections.
#[test]
fn case_16_reconnecting_is_no_sign_of_life() {
    let (mut world, bo) = seated(Role::Viewer);
    world.tamper(move |delivery| {
        if delivery.is(To::Guest(bo), FrameKind::Group) || delivery.is(To::Guest(bo), FrameKind::ToGuest) {
            Vec::new()
        } else {
            vec![delivery]
        }
    });
    for _ in 0..4 {
        world.pass(4_000);
        world.drop_guest(bo);
        world.connect_guest(bo);
    }
    assert!(stalled(&world, bo));
}

fn stalled(world: &World, guest: usize) -> bool {
    world.guests[guest].events.iter().any(|e| matches!(e, GuestEvent::Liveness(Liveness::Stalled)))
}

/// JS-LIVE-2: heartbeats that come ever later.
#[test]
fn case_16_a_late_picture_is_told() {
    let (mut world, bo) = seated(Role::Viewer);
    world.pass(10_000);
    let late = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let held = late.clone();
    world.tamper(move |delivery| {
        if delivery.is(To::Guest(bo), FrameKind::Group) {
            held.borrow_mut().push(delivery);
            return Vec::new();
        }
        vec![delivery]
    });
    world.pass(6_000);
    world.be_honest();
    world.pass(4_000 - 1);
    for delivery in late.take() {
        world.inject(delivery.to, delivery.body).unwrap();
    }
    world.saw_guest(bo, |e| matches!(e, GuestEvent::Liveness(Liveness::Delayed)));
}

/// JS-PAIR-4: what one guest does not take waits at the host, within bounds, and nobody else waits.
#[test]
fn case_27_a_slow_guest_does_not_stall_the_host() {
    let (mut world, bo) = seated(Role::Viewer);
    let invite = world.invite(Role::Viewer);
    let cy = world.join("Cy", &invite);
    world.print(&[b'x'; 1_500_000]);
    world.pass(1000);
    world.tamper(move |delivery| if delivery.to == To::Guest(bo) { Vec::new() } else { vec![delivery] });
    // It takes nothing and asks for everything: its line is filled once, and no more.
    world.drop_guest(bo);
    world.connect_guest(bo);
    let before = world.frames(To::Guest(bo), FrameKind::ToGuest).len();
    for round in 0..50u8 {
        world.print(&[round; 20_000]);
        world.pass(2_500);
    }
    world.pass(2_000);
    let frames = world.frames(To::Guest(bo), FrameKind::ToGuest).split_off(before);
    let bytes: usize = frames.iter().map(Vec::len).sum();
    assert!(bytes <= PAIR_WINDOW + MAX_FRAME_LEN, "{bytes}");
    assert!(world.shown(cy) == world.screen());
}

/// JS-PAIR-6: one guest, or a relay in its name, says that it took what was never sent.
#[test]
fn a_false_acknowledgement_costs_nobody_a_connection() {
    let (mut world, bo) = seated(Role::Viewer);
    let slot = world.slot(bo);
    world.inject_text(To::Host, &RelayToHost::Acked { slot, pair: u64::MAX }).unwrap();
    world.inject_text(To::Host, &RelayToHost::Present { slot, pair: u64::MAX }).unwrap();
    world.print(b"on and on");
    assert_eq!(world.shown(bo), b"on and on");
    assert!(world.inject_text(To::Host, &RelayToHost::Ack { group: u64::MAX }).is_err(), "the relay's own");
}

/// JS-EPOCH-4: a guest that was away for several epochs needs no snapshot for what the relay kept.
#[test]
fn an_absent_guest_reads_the_epochs_that_it_missed() {
    let (mut world, bo) = seated(Role::Viewer);
    let invite = world.invite(Role::Viewer);
    world.drop_guest(bo);
    for name in ["Cy", "Di", "Ed"] {
        world.join(name, &invite);
        world.print(name.as_bytes());
    }
    world.connect_guest(bo);
    assert_eq!(world.shown(bo), b"CyDiEd");
    assert!(!world.guests[bo].events.iter().any(|e| matches!(e, GuestEvent::Gap)));
    // The same, if its keys come before the frames.
    world.drop_guest(bo);
    for name in ["Fi", "Gi"] {
        world.join(name, &invite);
        world.print(name.as_bytes());
    }
    let mut held = Vec::new();
    let (gate, held_there) =
        (std::rc::Rc::new(std::cell::Cell::new(true)), std::rc::Rc::new(std::cell::RefCell::new(Vec::new())));
    let (open, keep) = (gate.clone(), held_there.clone());
    world.tamper(move |delivery| {
        if open.get() && delivery.is(To::Guest(bo), FrameKind::Group) {
            keep.borrow_mut().push(delivery);
            return Vec::new();
        }
        vec![delivery]
    });
    world.connect_guest(bo);
    held.append(&mut held_there.borrow_mut());
    gate.set(false);
    for delivery in held {
        world.inject(delivery.to, delivery.body).unwrap();
    }
    assert_eq!(world.shown(bo), b"CyDiEdFiGi");
    assert!(!world.guests[bo].events.iter().any(|e| matches!(e, GuestEvent::Gap)));
}

/// JS-GROUP-6: frames that wait for their key are acknowledged, or relay and guest wait for each other.
#[test]
fn frames_without_a_key_are_acknowledged() {
    let (mut world, bo) = seated(Role::Viewer);
    let invite = world.invite(Role::Viewer);
    let acked = |world: &World| {
        use jumpseat_wire::control::{self, GuestToRelay};
        let mut guest_says = Vec::new();
        for (_, text) in world.relay.heard.iter().filter(|(guest, _)| *guest == bo) {
            if let Ok(GuestToRelay::Ack { group, .. }) = control::decode(text) {
                guest_says.push(group);
            }
        }
        guest_says.last().copied().unwrap_or(0)
    };
    world.tamper(
        move |delivery| {
            if delivery.is(To::Guest(bo), FrameKind::ToGuest) { Vec::new() } else { vec![delivery] }
        },
    );
    world.join("Cy", &invite);
    world.print(b"one");
    let sent = world.frames(To::Guest(bo), FrameKind::Group).len() as u64;
    world.pass(50);
    assert!(acked(&world) >= sent, "{} of {sent}", acked(&world));
}

/// JS-EPOCH-1: the key is a new one every quarter of an hour, and nobody notices.
#[test]
fn keys_rotate_with_time() {
    let (mut world, bo) = seated(Role::Writer);
    world.print(b"a");
    world.pass(16 * 60 * 1000);
    world.print(b"b");
    assert_eq!(world.shown(bo), b"ab");
    let epochs: std::collections::BTreeSet<_> =
        world.log.iter().filter_map(|d| d.header()).map(|header| header.epoch).collect();
    assert_eq!(epochs.into_iter().collect::<Vec<_>>(), [0, 1, 2]);
    assert!(!world.host_events.iter().any(|e| matches!(e, HostEvent::Left { .. })));
}

/// JS-LIVE-1.
#[test]
fn heartbeats_are_frequent_while_somebody_may_type() {
    let beats = |role| {
        let (mut world, bo) = seated(role);
        let before = world.frames(To::Guest(bo), FrameKind::Group).len();
        world.pass(60_000);
        world.frames(To::Guest(bo), FrameKind::Group).len() - before
    };
    assert!((12..=13).contains(&beats(Role::Viewer)) && (60..=61).contains(&beats(Role::Writer)));
}

/// JS-LINK-6.
#[test]
fn a_seat_is_kept_for_ten_minutes() {
    for (ms, kept) in [(9 * 60 * 1000, true), (11 * 60 * 1000, false)] {
        let (mut world, bo) = seated(Role::Viewer);
        world.drop_guest(bo);
        world.pass(ms);
        assert_eq!((world.host.guests().count() == 1, !world.guests[bo].guest.is_ended()), (kept, kept));
    }
}

/// JS-CTL-3: what does not belong ends the connection, and the seat is still there.
#[test]
fn a_message_out_of_place_ends_the_connection_and_not_the_seat() {
    use jumpseat_wire::control::RelayToGuest;

    let (mut world, bo) = seated(Role::Viewer);
    assert!(world.inject_text(To::Guest(bo), &RelayToGuest::Welcome { data: Default::default() }).is_err());
    assert!(world.inject(To::Guest(bo), crate::support::relay::Body::Text("{}".into())).is_err());
    assert!(world.inject_text(To::Host, &RelayToHost::Returned { group: 0 }).is_err());
    world.drop_guest(bo);
    world.connect_guest(bo);
    world.print(b"still here");
    assert_eq!(world.shown(bo), b"still here");
}

/// JS-SNAP-2, JS-STREAM-1: output and resizes that come between the request of a snapshot and the taking.
#[test]
fn a_snapshot_stands_where_it_is_taken() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    // The guest's confirm asks for a snapshot; before it is taken, the program goes on.
    world.tamper(
        |delivery| {
            if delivery.is(To::Host, FrameKind::ToHost) { Vec::new() } else { vec![delivery] }
        },
    );
    let bo = world.knock("Bo", &invite);
    world.print(b"before ");
    world.be_honest();
    let confirm = world.frames(To::Host, FrameKind::ToHost).remove(0);
    world.inject_and_print(To::Host, &confirm, b"between ", (100, 30));
    world.print(b"after");
    assert_eq!(world.shown(bo), b"before between <100x30>after");
}
