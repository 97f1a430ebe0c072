//! Cases 38 and 41: a relay that says "present" and "absent" as often as it likes gets nothing for it.

use jumpseat_session::{Role, guest::GuestEvent, host::HostEvent};
use jumpseat_wire::{
    FrameKind,
    control::{RelayToGuest, RelayToHost},
};

use crate::support::{
    World,
    relay::{Body, To},
};

fn seated(role: Role) -> (World, usize) {
    let mut world = World::new();
    let invite = world.invite(role);
    let bo = world.join("Bo", &invite);
    world.pass(2_000);
    (world, bo)
}

fn flap(world: &mut World, guest: usize, absent: bool) {
    let slot = world.slot(guest);
    if absent {
        world.inject_text(To::Host, &RelayToHost::Absent { slot }).unwrap();
    }
    world.inject_text(To::Host, &RelayToHost::Present { slot, pair: 0 }).unwrap();
}

/// JS-LINK-9: comings and goings are told together, so that they fill neither the line nor anybody's log.
#[test]
fn case_38_presence_that_flaps() {
    let (mut world, bo) = seated(Role::Viewer);
    let invite = world.invite(Role::Viewer);
    let cy = world.join("Cy", &invite);
    let frames = world.frames(To::Guest(cy), FrameKind::Group).len();
    let presence =
        |world: &World| world.host_events.iter().filter(|e| matches!(e, HostEvent::Present { .. })).count();
    let told = presence(&world);
    for _ in 0..1_000 {
        flap(&mut world, bo, true);
        world.pass(10);
    }
    let frames = world.frames(To::Guest(cy), FrameKind::Group).len() - frames;
    assert!(frames <= 15, "{frames} frames in 10 seconds");
    assert!(presence(&world) - told <= 12);
    // The truth is told in the end.
    let slot = world.slot(bo);
    world.inject_text(To::Host, &RelayToHost::Absent { slot }).unwrap();
    world.pass(1_000);
    let last = world.host_events.iter().rev().find(|e| matches!(e, HostEvent::Present { .. }));
    assert_eq!(last, Some(&HostEvent::Present { slot, present: false }));
    assert!(world.host.guests().any(|guest| guest.slot == slot && !guest.present));
}

/// JS-LINK-9: at most one word a second, however many guests come back with the relay.
#[test]
fn who_comes_back_with_the_relay_was_never_away() {
    let (mut world, bo) = seated(Role::Viewer);
    let invite = world.invite(Role::Viewer);
    let cy = world.join("Cy", &invite);
    world.drop_guest(cy);
    world.pass(1_000);
    world.drop_host();
    world.pass(500);
    let before = world.host_events.len();
    world.connect_host();
    world.pass(2_000);
    let presence = world.host_events[before..].iter().filter(|e| matches!(e, HostEvent::Present { .. }));
    assert_eq!(presence.count(), 0, "Bo stayed and Cy stayed away");
    world.drop_host();
    world.guests[bo].up = false;
    let now = world.now();
    world.guests[bo].guest.disconnected(now, None);
    world.relay.guest_lost(bo);
    world.connect_host();
    world.pass(2_000);
    let slot = world.slot(bo);
    world.saw_host(|e| *e == HostEvent::Present { slot, present: false });
}

/// JS-LINK-4: what has not arrived is sent again once, however often the relay says that somebody is there.
#[test]
fn case_41_present_as_an_amplifier() {
    for absent in [false, true] {
        let mut world = World::new();
        world.print(&[b'x'; 200_000]);
        // The relay does not say what arrived, so that the whole picture waits to be sent again.
        world.tamper(|delivery| match &delivery.body {
            Body::Text(text) if delivery.to == To::Host && text.contains("\"acked\"") => Vec::new(),
            _ => vec![delivery],
        });
        let invite = world.invite(Role::Viewer);
        let bo = world.join("Bo", &invite);
        world.pass(2_000);
        let sent = |world: &World| -> usize {
            world.frames(To::Guest(bo), FrameKind::ToGuest).iter().map(Vec::len).sum()
        };
        let before = sent(&world);
        flap(&mut world, bo, absent);
        let once = sent(&world) - before;
        assert!(once > 200_000, "{once} bytes");
        world.pass(1_500);
        let before = sent(&world);
        for _ in 0..1_000 {
            flap(&mut world, bo, absent);
        }
        assert!(sent(&world) - before <= once, "{} bytes for {once}", sent(&world) - before);
        let before = sent(&world);
        for _ in 0..1_000 {
            flap(&mut world, bo, absent);
            world.pass(10);
        }
        assert!(sent(&world) - before <= 11 * once, "{} bytes in 10 seconds", sent(&world) - before);
    }
}

/// JS-LINK-4: the same at a guest, when the relay says that the host is back.
#[test]
fn case_41_a_host_that_is_back_as_an_amplifier() {
    let (mut world, bo) = seated(Role::Writer);
    world.look(true);
    world.tamper(move |delivery| match &delivery.body {
        Body::Text(text) if delivery.to == To::Guest(bo) && text.contains("acked") => Vec::new(),
        _ => vec![delivery],
    });
    for _ in 0..10 {
        world.type_as(bo, b"x");
    }
    let sent = |world: &World| world.frames(To::Host, FrameKind::ToHost).len();
    let before = sent(&world);
    world.inject_text(To::Guest(bo), &RelayToGuest::Host { present: true }).unwrap();
    let once = sent(&world) - before;
    assert!(once >= 10);
    for present in [true, false] {
        world.pass(1_500);
        let before = sent(&world);
        for _ in 0..1_000 {
            world.inject_text(To::Guest(bo), &RelayToGuest::Host { present }).unwrap();
            world.inject_text(To::Guest(bo), &RelayToGuest::Host { present: true }).unwrap();
        }
        assert_eq!(sent(&world) - before, once);
        world.pass(5_000);
        assert!(sent(&world) - before <= 2 * once);
    }
    assert_eq!(world.typed().len(), 10, "and nothing was typed twice");
    let events = world.guests[bo].events.iter();
    let present = events.filter(|e| matches!(e, GuestEvent::HostPresent { .. })).count();
    assert!(present <= 2_002, "{present}: only changes are told");
}

/// JS-LINK-4: what a guest typed while the host was away is sent once when it is back.
#[test]
fn a_host_that_is_back_gets_everything_once() {
    let (mut world, bo) = seated(Role::Writer);
    world.look(true);
    world.drop_host();
    world.type_as(bo, b"one");
    let before = world.frames(To::Host, FrameKind::ToHost).len();
    world.connect_host();
    assert_eq!(world.typed().len(), 1);
    assert_eq!(world.frames(To::Host, FrameKind::ToHost).len() - before, 1);
}

/// JS-PAIR-11: a relay that calls a guest present and keeps its acknowledgements back does not keep its seat.
#[test]
fn case_47_a_guest_that_takes_nothing_is_gone_whatever_the_relay_says() {
    for flapping in [false, true] {
        let (mut world, bo) = seated(Role::Viewer);
        let slot = world.slot(bo);
        world.pass(60_000);
        world.tamper(move |delivery| match &delivery.body {
            Body::Text(text) if delivery.to == To::Host && text.contains("\"acked\"") => Vec::new(),
            _ => vec![delivery],
        });
        // Whoever comes now begins an epoch, whose key Bo is owed.
        let invite = world.invite(Role::Viewer);
        let cy = world.join("Cy", &invite);
        world.tamper(move |delivery| match &delivery.body {
            Body::Text(text) if delivery.to == To::Host && text.contains("\"acked\"") => {
                let own = text.contains(&format!("\"slot\":{slot},"));
                if own { Vec::new() } else { vec![delivery] }
            }
            _ => vec![delivery],
        });
        world.pass(30_000);
        for _ in 0..56 {
            if flapping {
                flap(&mut world, bo, true);
            }
            world.pass(10_000);
        }
        let left = |world: &World| {
            world.host_events.iter().any(|e| matches!(e, HostEvent::Left { slot: gone, .. } if *gone == slot))
        };
        assert!(!left(&world), "flapping: {flapping}: it had ten minutes");
        world.pass(60_000);
        assert!(left(&world), "flapping: {flapping}");
        world.print(b"on");
        assert!(world.shown(cy).ends_with(b"on"));
    }
}
