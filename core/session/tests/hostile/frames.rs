//! Cases 7, 11, 12, 14, 15, 18, 20, 21: frames where and when they do not belong.

use jumpseat_session::{EndReason, Role, guest::GuestEvent};
use jumpseat_wire::{FrameHeader, FrameKind};

use crate::support::{
    World,
    relay::{Body, To},
};

/// A world with one writer whose host looks at its terminal.
fn seated() -> (World, usize) {
    let mut world = World::new();
    let invite = world.invite(Role::Writer);
    let bo = world.join("Bo", &invite);
    world.look(true);
    (world, bo)
}

fn with_header(frame: &[u8], change: impl FnOnce(&mut FrameHeader)) -> Vec<u8> {
    let (mut header, ciphertext) = FrameHeader::decode(frame).unwrap();
    change(&mut header);
    [&header.encode()[..], ciphertext].concat()
}

/// JS-FRAME-3.
#[test]
fn case_07_frames_spliced_from_another_session() {
    let (mut world, bo) = seated();
    let mut other = World::seeded(2);
    let invite = other.invite(Role::Writer);
    let eve = other.join("Eve", &invite);
    other.look(true);
    for _ in 0..20 {
        other.print(b"spliced");
        other.type_as(eve, b"spliced");
    }
    let (shown, events) = (world.shown(bo).to_vec(), world.guests[bo].events.len());
    for kind in [FrameKind::Group, FrameKind::ToGuest] {
        for frame in other.frames(To::Guest(eve), kind) {
            // A gap in the count is all that the relay can make of it.
            let _ = world.inject_frame(To::Guest(bo), &frame);
        }
    }
    for frame in other.frames(To::Host, FrameKind::ToHost) {
        world.inject_frame(To::Host, &frame).unwrap();
    }
    assert_eq!((world.shown(bo), world.guests[bo].events.len()), (&shown[..], events));
    assert!(world.typed().is_empty());
}

/// JS-EPOCH-4, JS-PAIR-2.
#[test]
fn case_11_replayed_or_misdirected_grant() {
    let (mut world, bo) = seated();
    let invite = world.invite(Role::Viewer);
    let cy = world.join("Cy", &invite);
    world.print(b"one");
    let grants = world.frames(To::Guest(bo), FrameKind::ToGuest);
    let slot = world.slot(cy);
    for frame in &grants {
        world.inject_frame(To::Guest(bo), frame).unwrap();
        assert!(world.inject_frame(To::Guest(cy), frame).is_err(), "of another pair");
        let _ = world.inject_frame(To::Guest(cy), &with_header(frame, |header| header.slot = slot));
    }
    world.print(b"two");
    assert_eq!((world.shown(bo), world.shown(cy)), (&b"onetwo"[..], &b"onetwo"[..]));
}

/// JS-EPOCH-4: what was held back in an old epoch stays there.
#[test]
fn case_12_epoch_rollback() {
    let (mut world, bo) = seated();
    world.tamper(
        move |delivery| {
            if delivery.is(To::Guest(bo), FrameKind::Group) { Vec::new() } else { vec![delivery] }
        },
    );
    world.print(b"old ");
    let old = world.frames(To::Guest(bo), FrameKind::Group).pop().unwrap();
    world.be_honest();
    let invite = world.invite(Role::Viewer);
    let cy = world.join("Cy", &invite);
    world.pass(3000);
    world.print(b"new ");
    assert_eq!(world.shown(bo), b"old new ", "mended by a snapshot");
    let newest =
        FrameHeader::decode(&world.frames(To::Guest(cy), FrameKind::Group).pop().unwrap()).unwrap().0;
    let next = newest.seq + 1;
    for frame in [
        old.clone(),
        with_header(&old, |header| header.seq = next),
        with_header(&old, |header| header.epoch = newest.epoch),
        with_header(&old, |header| (header.epoch, header.seq) = (newest.epoch, next)),
    ] {
        world.inject_frame(To::Guest(bo), &frame).unwrap();
    }
    world.print(b"more");
    assert_eq!(world.shown(bo), b"old new more");
}

/// JS-FRAME-3, JS-GROUP-2: any bit.
#[test]
fn case_14_flipped_bit_in_header_or_body() {
    let (mut world, bo) = seated();
    world.tamper(move |delivery| {
        let held = delivery.is(To::Guest(bo), FrameKind::Group)
            || delivery.is(To::Guest(bo), FrameKind::ToGuest)
            || delivery.is(To::Host, FrameKind::ToHost);
        if held { Vec::new() } else { vec![delivery] }
    });
    let before = world.log.len();
    world.print(b"x");
    world.type_as(bo, b"y");
    // Two frames are enough: one to the guest, one to the host.
    let frames: Vec<_> = world.log[before..].iter().filter(|d| d.header().is_some()).cloned().collect();
    assert!(frames.len() >= 2);
    for delivery in &frames {
        let frame = delivery.frame();
        for at in 0..frame.len() {
            let mut flipped = frame.to_vec();
            flipped[at] ^= 1 << (at % 8);
            let _ = world.inject_frame(delivery.to, &flipped);
        }
        for len in [0, 1, 15, 16, 17, 31, 32, frame.len() - 1] {
            let _ = world.inject_frame(delivery.to, &frame[..len]);
        }
    }
    assert!(world.shown(bo).is_empty() && world.typed().is_empty());
    for delivery in frames {
        world.inject(delivery.to, delivery.body).unwrap();
    }
    assert_eq!((world.shown(bo), world.typed().len()), (&b"x"[..], 1), "the true ones count");
}

/// JS-GROUP-3.
#[test]
fn case_15_reorder_and_replay() {
    let (mut world, bo) = seated();
    world.tamper(
        move |delivery| {
            if delivery.is(To::Guest(bo), FrameKind::Group) { Vec::new() } else { vec![delivery] }
        },
    );
    let before = world.frames(To::Guest(bo), FrameKind::Group).len();
    for word in [&b"one "[..], b"two ", b"three "] {
        world.print(word);
    }
    let frames = world.frames(To::Guest(bo), FrameKind::Group).split_off(before);
    world.be_honest();
    // Backwards: the last counts, with the gap before it; no other does.
    for frame in frames.iter().rev() {
        world.inject_frame(To::Guest(bo), frame).unwrap();
    }
    let gaps =
        |world: &World| world.guests[bo].events.iter().filter(|e| matches!(e, GuestEvent::Gap)).count();
    assert_eq!(gaps(&world), 1);
    world.pass(100);
    assert_eq!(world.shown(bo), b"one two three ", "mended by a snapshot");
    for _ in 0..3 {
        for frame in &frames {
            world.inject_frame(To::Guest(bo), frame).unwrap();
        }
    }
    world.print(b"four");
    assert_eq!((world.shown(bo), gaps(&world)), (&b"one two three four"[..], 1));
}

/// JS-PAIR-1, JS-PAIR-2.
#[test]
fn case_18_input_moved_to_another_slot_or_replayed() {
    let (mut world, bo) = seated();
    let invite = world.invite(Role::Writer);
    let cy = world.join("Cy", &invite);
    world.type_as(bo, b"rm -r x\r");
    let frame = world.frames(To::Host, FrameKind::ToHost).pop().unwrap();
    let slot = world.slot(cy);
    for seq in 0..4 {
        let moved = with_header(&frame, |header| (header.slot, header.seq) = (slot, seq));
        world.inject_frame(To::Host, &moved).unwrap();
        let renumbered = with_header(&frame, |header| header.seq += seq);
        world.inject_frame(To::Host, &renumbered).unwrap();
    }
    world.drop_host();
    world.connect_host();
    world.inject_frame(To::Host, &frame).unwrap();
    assert_eq!(world.typed(), [(world.slot(bo), b"rm -r x\r".to_vec())]);
    world.type_as(cy, b"y");
    assert_eq!(world.typed().len(), 2, "the other guest's own keys still count");
}

/// JS-EPOCH-2: the relay goes on to feed a removed guest, and lets it hear of nothing.
#[test]
fn case_20_removed_guest_and_the_next_epoch() {
    let (mut world, bo) = seated();
    let invite = world.invite(Role::Viewer);
    let cy = world.join("Cy", &invite);
    world.print(b"before ");
    world.tamper(move |delivery| match (&delivery.body, delivery.to) {
        (Body::Frame(_), To::Guest(to)) if to == cy && delivery.is(To::Guest(cy), FrameKind::Group) => {
            let mut copy = delivery.clone();
            copy.to = To::Guest(bo);
            vec![copy, delivery]
        }
        (_, To::Guest(to)) if to == bo => Vec::new(),
        _ => vec![delivery],
    });
    let slot = world.slot(bo);
    world.as_host(|host, now| host.remove(now, slot).unwrap());
    world.print(b"secret");
    world.pass(20_000);
    world.print(b"secret");
    assert_eq!(world.shown(bo), b"before ");
    assert_eq!(world.shown(cy), b"before secretsecret");
    assert!(!world.guests[bo].guest.is_ended(), "it was kept from hearing of its end");
    // Nor does anything that it says count.
    world.type_as(bo, b"typed");
    assert!(world.typed().is_empty());
}

/// JS-EPOCH-4: frames before the first grant were never for this guest.
#[test]
fn case_21_joiner_with_the_ring_before_its_join() {
    let (mut world, bo) = seated();
    for word in [&b"one "[..], b"two ", b"three "] {
        world.print(word);
    }
    let invite = world.invite(Role::Viewer);
    let frames = world.frames(To::Guest(bo), FrameKind::Group);
    // Before it is seated, before it has a key, and after.
    let cy = world.knock("Cy", &invite);
    world.guests[cy].shown.clear();
    for frame in &frames {
        world.inject_frame(To::Guest(cy), frame).unwrap();
    }
    assert!(world.shown(cy).is_empty());
    world.print(b"four");
    assert_eq!(world.shown(cy), b"four");
}

/// JS-LINK-5: what only the relay says is told as such.
#[test]
fn case_34_forged_end() {
    let (mut world, bo) = seated();
    let invite = world.invite(Role::Viewer);
    let cy = world.join("Cy", &invite);
    world.inject(To::Guest(bo), Body::Close(jumpseat_wire::CloseCode::Ended)).unwrap();
    world.saw_guest(bo, |e| matches!(e, GuestEvent::Ended { reason: EndReason::Stopped, by_host: false }));
    // Bo was lost just now, and has a moment to come back.
    world.as_host(|host, now| host.end(now, EndReason::Stopped));
    world.pass(1_000);
    world.saw_guest(cy, |e| matches!(e, GuestEvent::Ended { reason: EndReason::Stopped, by_host: true }));
}
