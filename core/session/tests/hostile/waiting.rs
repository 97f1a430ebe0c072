//! Who is waiting to join: what a no, a change of mind and a false word of the relay do, and to whom.

use jumpseat_session::{
    Admission, EndReason, Invite, InviteTerms, KnockRefusal, Role, guest::GuestEvent, host::HostEvent,
};
use jumpseat_wire::{CloseCode, control::RelayToHost};

use crate::support::{
    World,
    relay::{Body, To},
};

fn ask(world: &mut World) -> Invite {
    let terms =
        InviteTerms { role: Role::Writer, admission: Admission::Ask, expires_in: None, max_uses: Some(2) };
    world.invite_with(terms)
}

fn names(world: &World) -> Vec<String> {
    world.host.knocks().map(|(_, name)| name).collect()
}

/// JS-JOIN-2, JS-JOIN-7.
#[test]
fn who_is_denied_hears_so_and_is_gone() {
    let mut world = World::new();
    let invite = ask(&mut world);
    let (bo, cy) = (world.knock("Bo", &invite), world.knock("Cy", &invite));
    let number = world.host.knocks().next().unwrap().0;
    world.as_host(|host, now| host.deny(now, number).unwrap());
    world.saw_guest(bo, |e| *e == GuestEvent::Refused { why: Some(KnockRefusal::Denied) });
    assert!(world.guests[bo].guest.is_ended() && !world.guests[cy].guest.is_ended());
    assert_eq!(names(&world), ["Cy"]);
    let now = world.now();
    assert!(world.host.deny(now, number).is_err() && world.host.admit(now, number).is_err());
    assert_eq!(world.host.invite(invite.id).unwrap().uses, 0);
    world.as_host(|host, now| {
        let cy = host.knocks().next().unwrap().0;
        host.admit(now, cy).unwrap();
    });
    world.saw_guest(cy, |e| matches!(e, GuestEvent::Joined { .. }));
    assert_eq!(world.host.invite(invite.id).unwrap().uses, 1);
}

/// JS-JOIN-9, JS-RELAY-9: who goes away waits no more, and nobody else goes with them.
#[test]
fn a_knock_that_is_gone_takes_no_other_with_it() {
    let mut world = World::new();
    let invite = ask(&mut world);
    let guests = ["Bo", "Cy", "Di"].map(|name| world.knock(name, &invite));
    let numbers: Vec<_> = world.host.knocks().map(|(number, _)| number).collect();
    world.drop_guest(guests[1]);
    assert_eq!(names(&world), ["Bo", "Di"]);
    world.saw_host(|e| *e == HostEvent::KnockGone { knock: numbers[1] });
    let now = world.now();
    assert!(world.host.admit(now, numbers[1]).is_err());
    world.inject_text(To::Host, &RelayToHost::KnockGone { knock: 99 }).unwrap();
    assert_eq!(names(&world), ["Bo", "Di"]);
}

/// JS-INVITE-7: who goes away before the answer arrives gives the use back; who is seated stays, whatever the relay
/// says of the knock that it came with.
#[test]
fn a_welcome_that_did_not_arrive_is_taken_back_alone() {
    let mut world = World::new();
    let invite = ask(&mut world);
    let bo = world.knock("Bo", &invite);
    let admit = |world: &mut World| {
        world.as_host(|host, now| {
            let number = host.knocks().next().unwrap().0;
            host.admit(now, number).unwrap();
        });
    };
    admit(&mut world);
    world.saw_guest(bo, |e| matches!(e, GuestEvent::Joined { .. }));
    // Cy's welcome is kept back.
    world.tamper(|delivery| match &delivery.body {
        Body::Text(text) if text.contains("\"welcome\"") => Vec::new(),
        _ => vec![delivery],
    });
    world.knock("Cy", &invite);
    admit(&mut world);
    let uses = |world: &World| world.host.invite(invite.id).unwrap().uses;
    assert_eq!(uses(&world), 2);
    world.inject_text(To::Host, &RelayToHost::KnockGone { knock: 1 }).unwrap();
    assert_eq!(
        (uses(&world), world.host.guests().count()),
        (2, 1),
        "Bo's knock: nobody waits there any more"
    );
    world.inject_text(To::Host, &RelayToHost::KnockGone { knock: 2 }).unwrap();
    assert_eq!((uses(&world), world.host.guests().count()), (1, 1));
    assert!(!world.host_events.iter().any(|e| matches!(e, HostEvent::Left { .. })), "Cy was never here");
}

/// JS-LINK-6, JS-JOIN-10: to the second.
#[test]
fn seats_are_given_up_in_their_time() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    world.drop_guest(bo);
    world.pass(10 * 60 * 1000 - 1);
    assert_eq!(world.host.guests().count(), 1);
    world.pass(1);
    assert_eq!(world.host.guests().count(), 0);
    world.saw_host(|e| matches!(e, HostEvent::Left { reason: EndReason::Left, .. }));
    // One that was not away for so long at a time stays.
    let cy = world.join("Cy", &invite);
    for _ in 0..3 {
        world.drop_guest(cy);
        world.pass(6 * 60 * 1000);
        world.connect_guest(cy);
        world.pass(6 * 60 * 1000);
    }
    assert_eq!(world.host.guests().count(), 1);
    // One that does not confirm holds its seat for half a minute.
    world.tamper(|delivery| match &delivery.body {
        Body::Text(text) if text.contains("\"welcome\"") => Vec::new(),
        _ => vec![delivery],
    });
    world.knock("Di", &invite);
    let uses = |world: &World| world.host.invite(invite.id).unwrap().uses;
    let before = uses(&world);
    world.pass(30_000 - 1);
    assert_eq!(uses(&world), before);
    world.pass(1);
    assert_eq!(uses(&world), before - 1);
}

/// JS-JOIN-2: what the relay says as it closes the connection of somebody who waits is told, and ends it, unless it says
/// that it will be back.
#[test]
fn what_a_closed_connection_means_to_who_waits() {
    for (code, told) in [
        (Some(CloseCode::Refused), Some(GuestEvent::Refused { why: None })),
        (Some(CloseCode::NotFound), Some(GuestEvent::TurnedAway { code: CloseCode::NotFound })),
        (Some(CloseCode::ShuttingDown), None),
        (None, None),
    ] {
        let mut world = World::new();
        let invite = ask(&mut world);
        let bo = world.knock("Bo", &invite);
        let now = world.now();
        world.guests[bo].up = false;
        world.guests[bo].guest.disconnected(now, code);
        world.relay.guest_lost(bo);
        world.run();
        let place = &world.guests[bo];
        let answer = place.events.iter().find(|e| !matches!(e, GuestEvent::Waiting { .. }));
        assert_eq!(answer, told.as_ref(), "{code:?}");
        let over = place.guest.is_ended();
        assert_eq!((over, place.guest.wants_connection()), (told.is_some(), told.is_none()), "{code:?}");
    }
}

/// A guest hears that it lost its connection when it had one, and of its host when that comes or goes.
#[test]
fn what_is_lost_is_told_once() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    let count = |world: &World, event: &GuestEvent| {
        world.guests[bo].events.iter().filter(|found| *found == event).count()
    };
    world.drop_guest(bo);
    assert_eq!(count(&world, &GuestEvent::Away), 1);
    let now = world.now();
    world.guests[bo].guest.connected(now);
    world.guests[bo].guest.disconnected(now, None);
    world.run();
    assert_eq!(count(&world, &GuestEvent::Away), 1, "it was not back");
    world.connect_guest(bo);
    let there = GuestEvent::HostPresent { present: true };
    let told = count(&world, &there);
    for present in [true, true, false, false, true] {
        world.inject_text(To::Guest(bo), &jumpseat_wire::control::RelayToGuest::Host { present }).unwrap();
    }
    assert_eq!(count(&world, &there), told + 1);
    assert_eq!(count(&world, &GuestEvent::HostPresent { present: false }), 1);
}

/// JS-LINK-2, JS-LINK-4: what a guest says without a connection waits for one, in order, and so much of it.
#[test]
fn what_is_said_without_a_connection_waits_for_it() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    world.drop_guest(bo);
    let said = |world: &World| {
        let chat = |e: &HostEvent| match e {
            HostEvent::Chat { text, .. } => Some(text.clone()),
            _ => None,
        };
        world.host_events.iter().filter_map(chat).collect::<Vec<_>>()
    };
    for text in ["one", "two"] {
        world.as_guest(bo, |guest, now| guest.chat(now, text).unwrap());
    }
    assert!(said(&world).is_empty());
    world.connect_guest(bo);
    assert_eq!(said(&world), ["one", "two"]);
    world.drop_guest(bo);
    let long = "x".repeat(4_000);
    let taken = (0..10_000).take_while(|_| {
        let now = world.now();
        world.guests[bo].guest.chat(now, &long).is_ok()
    });
    assert!((1..1_000).contains(&taken.count()));
}
