//! Case 46: the relay lost the room, and somebody who knows the session by name, or has its code, was there first.

use jumpseat_session::{
    EndReason, Entropy, Role,
    guest::GuestEvent,
    host::{Host, HostConfig, HostEvent},
};
use jumpseat_wire::{
    CloseCode, InviteCode, Nonce,
    control::{Hello, HostToRelay, RelayToHost},
    limits::GRACE,
};

use crate::support::{
    World,
    relay::{Body, To},
};

fn seated() -> (World, usize) {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    world.print(b"before ");
    (world, bo)
}

/// Both ends try again: the host by whatever it thinks right, the guest for its seat.
fn try_again(world: &mut World, guest: usize) {
    world.connect_host();
    world.connect_guest(guest);
    world.pass(15_000);
}

/// JS-LINK-10: neither end is over by an answer that somebody else can bring about.
#[test]
fn case_46_a_squatted_name_or_a_full_relay_ends_nothing() {
    for answer in [CloseCode::NotAllowed, CloseCode::RelayFull, CloseCode::RateLimited] {
        let (mut world, bo) = seated();
        world.restart_relay();
        world.relay.answer = Some(answer);
        for _ in 0..10 {
            try_again(&mut world, bo);
            assert!(!world.host_up && !world.guests[bo].up);
        }
        assert!(world.host.wants_connection(), "{answer:?}: {:?}", world.host_events);
        assert!(world.guests[bo].guest.wants_connection(), "{answer:?}: {:?}", world.guests[bo].events);

        // The squatter is gone, or the relay is a good one: what the host signs takes the room.
        world.relay.answer = None;
        try_again(&mut world, bo);
        world.connect_host();
        world.connect_guest(bo);
        world.print(b"after");
        assert_eq!(world.shown(bo), b"before after", "{answer:?}");
    }
}

/// JS-LINK-10: a guest tries on for as long as its seat is kept.
#[test]
fn case_46_a_guest_gives_up_in_the_end() {
    let (mut world, bo) = seated();
    world.restart_relay();
    world.relay.answer = Some(CloseCode::NotAllowed);
    for _ in 0..=GRACE.as_secs() / 15 {
        world.connect_guest(bo);
        world.pass(15_000);
    }
    let end = GuestEvent::Ended { reason: EndReason::RelayGone, by_host: false };
    world.saw_guest(bo, |event| *event == end);
}

/// A session that never was is not tried for: its host is told at once that there is no room.
#[test]
fn a_relay_that_is_full_at_first_ends_the_attempt() {
    for answer in [CloseCode::RelayFull, CloseCode::NotAllowed] {
        let mut world = World::new();
        world.host = Host::new(HostConfig::new("Ann", 0), Entropy::seeded(3), world.now());
        world.relay.answer = Some(answer);
        world.connect_host();
        world.saw_host(|event| *event == HostEvent::Ended { reason: EndReason::RelayRefused });
    }
}

/// JS-LINK-3: a code that somebody else has by now is nobody's name: the session gets another one, and its host hears it.
#[test]
fn case_46_a_code_that_was_taken_is_replaced() {
    let (mut world, bo) = seated();
    world.restart_relay();
    // Under the old one it is not to be had any more.
    world.relay.taken = world.relay.code;
    try_again(&mut world, bo);
    let other = InviteCode::from_random([8; 5]);
    world.relay.code = Some(other);
    for _ in 0..3 {
        try_again(&mut world, bo);
    }
    world.saw_host(|event| *event == HostEvent::Opened { code: other });
    assert_eq!(world.host.code(), Some(other));
    world.print(b"after");
    assert_eq!(world.shown(bo), b"before after");
}

/// JS-RELAY-33: a host signs an opening once, and nothing when it asked for none.
#[test]
fn case_46_a_challenge_is_no_oracle() {
    let (mut world, _) = seated();
    let challenge = RelayToHost::Challenge { nonce: Nonce([9; 32]) };
    assert!(world.inject_text(To::Host, &challenge).is_err(), "the room is open");
    world.restart_relay();
    let mut again = false;
    world.tamper(move |delivery| match &delivery.body {
        Body::Text(text) if text.contains("challenge") && !std::mem::replace(&mut again, true) => {
            vec![delivery.clone(), delivery]
        }
        _ => vec![delivery],
    });
    world.connect_host();
    world.connect_host();
    assert!(world.errors.len() == 1, "{:?}", world.errors);
    // What is not read is no message either.
    assert!(jumpseat_wire::control::decode::<HostToRelay>(r#"{"type":"prove","signature":"AA"}"#).is_err());
    assert!(jumpseat_wire::control::decode::<Hello>(r#"{"type":"prove","signature":"AA"}"#).is_err());
}
