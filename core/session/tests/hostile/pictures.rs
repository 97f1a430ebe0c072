//! Cases 36 and 37: a relay that lets the host's signs of life through and keeps its pictures back. Whoever types at
//! an old picture knows it, and their keys stay where they are.

use std::{cell::Cell, rc::Rc};

use jumpseat_session::{
    InputRefusal, Role,
    guest::{GuestEvent, Liveness},
};
use jumpseat_wire::FrameKind;

use crate::support::{
    World,
    relay::{Body, To},
};

fn seated() -> (World, usize) {
    let mut world = World::new();
    let invite = world.invite(Role::Writer);
    let bo = world.join("Bo", &invite);
    world.look(true);
    world.print(b"$ ");
    world.pass(3_000);
    (world, bo)
}

/// While it is set, nothing of the group reaches this guest; nothing that is for it alone reaches it at all.
fn drops_output(world: &mut World, guest: usize) -> Rc<Cell<bool>> {
    let dropping = Rc::new(Cell::new(false));
    let drops = dropping.clone();
    world.tamper(move |delivery| {
        let output = drops.get() && delivery.is(To::Guest(guest), FrameKind::Group);
        if output || delivery.is(To::Guest(guest), FrameKind::ToGuest) { Vec::new() } else { vec![delivery] }
    });
    dropping
}

/// Types, and sees the keys stay where they are.
fn keys_stay_here(world: &mut World, guest: usize) {
    let sent = world.frames(To::Host, FrameKind::ToHost).len();
    world.type_as(guest, b"y\r");
    world.saw_guest(guest, |e| matches!(e, GuestEvent::InputRefused { why: InputRefusal::Behind, .. }));
    assert!(world.typed().is_empty());
    assert_eq!(world.frames(To::Host, FrameKind::ToHost).len(), sent);
}

fn told(world: &World, guest: usize, what: Liveness) -> bool {
    let events = &world.guests[guest].events;
    events.iter().any(|e| matches!(e, GuestEvent::Liveness(liveness) if *liveness == what))
}

/// The terminals that catch up, as the guest last told.
fn catching_up(world: &World, guest: usize) -> Vec<u8> {
    let told = world.guests[guest].events.iter().rev().find_map(|event| match event {
        GuestEvent::CatchingUp { streams } => Some(streams.clone()),
        _ => None,
    });
    told.unwrap_or_default()
}

/// JS-LIVE-3, JS-LIVE-4: a gap closes the keyboard until the picture is exact, and heartbeats alone keep nothing live.
#[test]
fn case_36_heartbeats_pass_and_output_does_not() {
    let (mut world, bo) = seated();
    let stream = world.stream;
    let dropping = drops_output(&mut world, bo);
    dropping.set(true);
    world.print(b"Delete everything? ");
    dropping.set(false);
    world.pass(1_000);
    world.saw_guest(bo, |e| matches!(e, GuestEvent::Gap));
    assert_eq!(catching_up(&world, bo), [stream]);
    keys_stay_here(&mut world, bo);
    world.pass(29_000);
    assert!(told(&world, bo, Liveness::Delayed) && told(&world, bo, Liveness::Stalled));
    keys_stay_here(&mut world, bo);
    // Whatever else comes, the picture is not there.
    for _ in 0..10 {
        world.as_host(|host, now| host.chat(now, "are you there?"));
        world.pass(700);
    }
    keys_stay_here(&mut world, bo);
    world.be_honest();
    world.drop_guest(bo);
    world.connect_guest(bo);
    world.pass(5_000);
    assert_eq!(world.shown(bo), world.screen());
    assert!(catching_up(&world, bo).is_empty());
    world.type_as(bo, b"n\r");
    assert_eq!(world.typed().len(), 1);
}

/// JS-LIVE-4: a picture from before the gap mends nothing.
#[test]
fn case_36_an_old_picture_mends_no_gap() {
    let (mut world, bo) = seated();
    let stream = world.stream;
    // It asks for everything again, and the answer waits at the relay.
    let held = Rc::new(std::cell::RefCell::new(Vec::new()));
    let (dropping, keep) = (Rc::new(Cell::new(true)), held.clone());
    let drops = dropping.clone();
    world.tamper(move |delivery| {
        if delivery.is(To::Guest(bo), FrameKind::ToGuest) {
            keep.borrow_mut().push(delivery);
            return Vec::new();
        }
        if drops.get() && delivery.is(To::Guest(bo), FrameKind::Group) { Vec::new() } else { vec![delivery] }
    });
    world.as_host(|host, now| host.chat(now, "lost"));
    dropping.set(false);
    world.as_host(|host, now| host.chat(now, "not lost"));
    world.pass(100);
    dropping.set(true);
    world.print(b"Delete everything? ");
    dropping.set(false);
    world.pass(1_000);
    for delivery in held.take() {
        world.inject(delivery.to, delivery.body).unwrap();
    }
    assert_eq!(world.shown(bo), b"$ ", "from before");
    assert_eq!(catching_up(&world, bo), [stream]);
    keys_stay_here(&mut world, bo);
}

/// JS-LIVE-4: where nothing of a terminal was lost the host's next word says so, and the keyboard is open.
#[test]
fn a_gap_beside_the_terminal_costs_a_heartbeat() {
    let (mut world, bo) = seated();
    let dropping = drops_output(&mut world, bo);
    dropping.set(true);
    world.as_host(|host, now| host.chat(now, "lost"));
    dropping.set(false);
    world.as_host(|host, now| host.chat(now, "not lost"));
    assert!(!catching_up(&world, bo).is_empty());
    keys_stay_here(&mut world, bo);
    world.pass(1_000);
    assert!(catching_up(&world, bo).is_empty());
    world.type_as(bo, b"x");
    assert_eq!(world.typed().len(), 1);
}

/// JS-LIVE-3, JS-ROLE-6: output that is not even sealed counts from when it was produced.
#[test]
fn case_37_acknowledgements_are_withheld() {
    let (mut world, bo) = seated();
    world.tamper(|delivery| match &delivery.body {
        Body::Text(text) if delivery.to == To::Host && text.contains("\"ack\"") => Vec::new(),
        _ => vec![delivery],
    });
    for _ in 0..12 {
        world.print(&[b'.'; 100_000]);
        world.pass(100);
    }
    world.print(b"Delete everything? ");
    world.pass(2_500);
    assert!(!told(&world, bo, Liveness::Delayed));
    world.pass(3_500);
    assert!(!world.guests[bo].events.contains(&GuestEvent::Gap), "not a frame is missing");
    assert!(told(&world, bo, Liveness::Delayed));
    keys_stay_here(&mut world, bo);
    world.pass(12_000);
    assert!(told(&world, bo, Liveness::Stalled));
    keys_stay_here(&mut world, bo);
}

/// JS-LIVE-4: nor is anything typed into a silence.
#[test]
fn nothing_is_typed_at_a_stalled_picture() {
    let (mut world, bo) = seated();
    let dropping = drops_output(&mut world, bo);
    dropping.set(true);
    world.pass(12_000);
    assert!(told(&world, bo, Liveness::Stalled));
    keys_stay_here(&mut world, bo);
}

/// JS-FLOOD-2: a flood is no gap: a picture that glimpses keep fresh can be typed at.
#[test]
fn a_flood_leaves_the_keyboard_open() {
    let (mut world, bo) = seated();
    for _ in 0..100 {
        world.print(&[b'y'; 100_000]);
        world.pass(70);
    }
    world.type_as(bo, b"\x03");
    assert_eq!(world.typed().len(), 1);
    assert!(world.guests[bo].events.iter().all(|e| !matches!(e, GuestEvent::Liveness(_))));
}
