//! A host, its guests and an honest relay in one process, under virtual time.

mod support;

use jumpseat_session::{
    Admission, EndReason, InputRefusal, InviteTerms, Role, guest::GuestEvent, host::HostEvent,
};
use jumpseat_wire::CloseCode;
use support::{
    World, close,
    relay::{Delivery, To},
};

/// JS-ROLE-2, JS-INVITE-8.
#[test]
fn a_guest_joins_watches_types_and_is_removed() {
    let mut world = World::new();
    world.print(b"before\r\n");
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    assert_eq!(world.shown(bo), world.screen());

    world.print(b"live\r\n");
    assert_eq!(world.shown(bo), b"before\r\nlive\r\n");

    world.look(true);
    world.type_as(bo, b"ls\r");
    assert!(world.typed().is_empty());
    world.saw_guest(bo, |e| matches!(e, GuestEvent::InputRefused { why: InputRefusal::ReadOnly, .. }));

    world.as_guest(bo, |guest, now| guest.ask_control(now).unwrap());
    world.saw_host(|e| matches!(e, HostEvent::ControlAsked { slot: 1 }));
    world.as_host(|host, now| host.set_role(now, 1, Role::Writer).unwrap());
    world.saw_guest(bo, |e| matches!(e, GuestEvent::Role { role: Role::Writer }));
    world.type_as(bo, b"ls\r");
    assert_eq!(world.typed(), [(1, b"ls\r".to_vec())]);

    world.look(false);
    world.type_as(bo, b"x");
    world.saw_guest(bo, |e| matches!(e, GuestEvent::InputRefused { why: InputRefusal::HostAway, .. }));

    world.as_host(|host, now| host.remove(now, 1).unwrap());
    world.saw_guest(bo, |e| matches!(e, GuestEvent::Ended { reason: EndReason::Removed, by_host: true }));
    world.print(b"secret\r\n");
    assert_eq!(world.shown(bo), b"before\r\nlive\r\n");

    let again = world.knock("Bo", &invite);
    world.saw_guest(again, |e| matches!(e, GuestEvent::Refused { why: Some(_) }));
}

#[test]
fn a_flood_ends_equal_for_everyone() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let guests: Vec<_> = (0..3).map(|i| world.join(&format!("g{i}"), &invite)).collect();
    for i in 0..200u32 {
        world.print(&[i as u8; 30_000]);
        world.pass(1);
    }
    world.pass(2000);
    for guest in guests {
        assert!(world.shown(guest) == world.screen());
        assert!(world.received(guest) < 5_700_000, "{}", world.received(guest));
    }
}

/// JS-LINK-1, JS-LINK-3, JS-CTL-2.
#[test]
fn lost_connections_lose_nothing() {
    let mut world = World::new();
    let invite = world.invite(Role::Writer);
    let bo = world.join("Bo", &invite);
    world.look(true);
    world.drop_guest(bo);
    world.print(b"while away ");
    world.type_as(bo, b"typed while away");
    world.connect_guest(bo);
    assert_eq!(world.typed(), [(1, b"typed while away".to_vec())]);
    assert_eq!(world.shown(bo), world.screen());
    world.drop_host();
    world.print(b"host away ");
    world.connect_host();
    assert_eq!(world.shown(bo), world.screen());
    world.restart_relay();
    world.print(b"relay away ");
    // The relay does not know the session any more: the host opens it again.
    world.connect_host();
    world.connect_host();
    world.connect_guest(bo);
    world.print(b"and back");
    assert_eq!(world.shown(bo), world.screen());
}

/// JS-LINK-4: what a guest types while the host is away arrives when it is back.
#[test]
fn keys_typed_while_the_host_is_away_arrive() {
    let mut world = World::new();
    let invite = world.invite(Role::Writer);
    let bo = world.join("Bo", &invite);
    world.look(true);
    world.drop_host();
    world.type_as(bo, b"one ");
    world.pass(100);
    world.connect_host();
    world.type_as(bo, b"two");
    let typed: Vec<u8> = world.typed().iter().flat_map(|(_, bytes)| bytes.clone()).collect();
    assert_eq!(typed, b"one two");
}

/// JS-JOIN-2, JS-JOIN-3, JS-LINK-2: a knock that waits, and an answer that was under way, outlive the host's connection.
#[test]
fn knocks_outlive_a_lost_connection() {
    let mut world = World::new();
    let terms =
        InviteTerms { role: Role::Viewer, admission: Admission::Ask, expires_in: None, max_uses: Some(1) };
    let invite = world.invite_with(terms);
    let bo = world.knock("Bo", &invite);
    let first = world.host.knocks().next().unwrap().0;
    world.drop_host();
    assert!(world.host.admit(world.now(), first).is_err());
    world.connect_host();
    let second = world.host.knocks().next().unwrap().0;
    assert_ne!(first, second);
    // The welcome is lost on the way to the relay.
    world.host.admit(world.now(), second).unwrap();
    world.drop_host();
    world.connect_host();
    world.saw_guest(bo, |e| matches!(e, GuestEvent::Joined { .. }));
    world.saw_host(|e| matches!(e, HostEvent::Joined { .. }));
}

/// What the relay refuses for good ends the session at that end, and is no absence of the relay.
#[test]
fn a_relay_s_final_no_is_told_as_such() {
    for code in [CloseCode::Version, CloseCode::Ended] {
        let mut world = World::new();
        world.inject(To::Host, close(code)).unwrap();
        world.saw_host(|e| matches!(e, HostEvent::Ended { reason: EndReason::RelayRefused }));
    }
    for code in [CloseCode::Version, CloseCode::Replaced] {
        let mut world = World::new();
        let invite = world.invite(Role::Viewer);
        let bo = world.join("Bo", &invite);
        world.inject(To::Guest(bo), close(code)).unwrap();
        let ended = |e: &GuestEvent| {
            matches!(e, GuestEvent::Ended { reason: EndReason::RelayRefused, by_host: false })
        };
        world.saw_guest(bo, ended);
    }
}

/// JS-CTL-3: a message that is refused costs the connection; a hello that is refused would be refused again.
#[test]
fn only_a_hello_is_not_said_twice() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    let bad = || close(CloseCode::BadMessage);
    world.inject(To::Guest(bo), bad()).unwrap();
    world.inject(To::Host, bad()).unwrap();
    world.connect_host();
    world.connect_guest(bo);
    world.print(b"still here");
    assert_eq!(world.shown(bo), b"still here");
    world.drop_guest(bo);
    world.drop_host();
    world.tamper(move |delivery| vec![Delivery { to: delivery.to, body: close(CloseCode::BadMessage) }]);
    world.connect_guest(bo);
    world.connect_host();
    world.saw_guest(bo, |e| matches!(e, GuestEvent::Ended { reason: EndReason::RelayRefused, .. }));
    world.saw_host(|e| matches!(e, HostEvent::Ended { reason: EndReason::RelayRefused }));
}

/// JS-LINK-3, JS-RELAY-3: a room whose opening was not heard of is opened again, and gives way.
#[test]
fn a_room_that_stands_already_is_opened_again() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    // To the host the relay lost it; in truth it has not.
    world.inject(To::Host, close(CloseCode::NotFound)).unwrap();
    world.connect_host();
    assert!(!world.guests[bo].up, "moved");
    world.connect_guest(bo);
    world.print(b"still here");
    assert_eq!(world.shown(bo), b"still here");
}
