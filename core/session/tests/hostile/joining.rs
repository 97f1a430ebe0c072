//! Cases 1 to 6, 10 and 26: the way to a seat.

use std::time::Duration;

use jumpseat_session::{
    Admission, GuestKey, InviteTerms, KnockRefusal, Role, Token, guest::GuestEvent, host::HostEvent,
};
use jumpseat_wire::{
    Blob, CloseCode, FrameKind, blob,
    control::{self, RelayToGuest, RelayToHost},
    limits::{FAILED_KNOCKS_PER_SECOND, MAX_BUNDLE_LEN, MAX_PENDING_KNOCKS},
};
use sha2::{Digest, Sha256};

use crate::support::{
    World,
    relay::{Body, Delivery, To},
};

fn ask(world: &mut World) -> jumpseat_session::Invite {
    let terms =
        InviteTerms { role: Role::Viewer, admission: Admission::Ask, expires_in: None, max_uses: None };
    world.invite_with(terms)
}

/// The parts of a token: the secret and what pins the host.
fn parts(token: &Token) -> ([u8; 32], [u8; 16]) {
    let bytes = blob::decode(&token.reveal()[5..]).unwrap();
    (bytes[..32].try_into().unwrap(), bytes[32..].try_into().unwrap())
}

fn token(secret: [u8; 32], fingerprint: [u8; 16]) -> Token {
    format!("jst1_{}", blob::encode(&[&secret[..], &fingerprint].concat())).parse().unwrap()
}

fn knocks(world: &World) -> usize {
    let texts = world.log.iter().filter_map(|delivery| match &delivery.body {
        Body::Text(text) => control::decode::<RelayToHost>(text).ok(),
        _ => None,
    });
    texts.filter(|message| matches!(message, RelayToHost::Knock { .. })).count()
}

fn welcome(delivery: &Delivery) -> Option<Vec<u8>> {
    let Body::Text(text) = &delivery.body else { return None };
    match control::decode(text) {
        Ok(RelayToGuest::Welcome { data }) => Some(data.0),
        _ => None,
    }
}

/// JS-INVITE-3.
#[test]
fn case_01_bundle_key_swapped() {
    // The key-exchange key, the signing key, the session's name.
    for at in [100, 1240, 5] {
        let mut world = World::new();
        let invite = world.invite(Role::Viewer);
        world.relay.bundle.0[at] ^= 1;
        let bo = world.knock("Bo", &invite);
        world.saw_guest(bo, |e| matches!(e, GuestEvent::WrongHost));
        assert_eq!(knocks(&world), 0, "nothing is sent to a host that is not pinned");
    }
}

/// JS-SUITE-4.
#[test]
fn case_02_suite_or_version_changed() {
    for at in [0, 2] {
        let mut world = World::new();
        let mut invite = world.invite(Role::Viewer);
        world.relay.bundle.0[at] ^= 3;
        let bo = world.knock("Bo", &invite);
        world.saw_guest(bo, |e| matches!(e, GuestEvent::WrongHost));

        // Even one that its own host made: there is nothing to fall back to.
        let hash = Sha256::digest([b"jumpseat/1 bundle\0", &world.relay.bundle.0[..]].concat());
        invite.token = token(parts(&invite.token).0, hash[..16].try_into().unwrap());
        let bo = world.knock("Bo", &invite);
        world.saw_guest(bo, |e| matches!(e, GuestEvent::TurnedAway { code: CloseCode::Version }));
        assert_eq!(knocks(&world), 0);
    }
}

/// JS-INVITE-3: what is longer than a bundle may be is no host's, whatever a token pins.
#[test]
fn case_02_a_bundle_that_is_too_long() {
    for (len, why) in [
        (MAX_BUNDLE_LEN, GuestEvent::TurnedAway { code: CloseCode::Version }),
        (MAX_BUNDLE_LEN + 1, GuestEvent::WrongHost),
    ] {
        let mut world = World::new();
        let mut invite = world.invite(Role::Viewer);
        world.relay.bundle.0.resize(len, 0);
        let hash = Sha256::digest([b"jumpseat/1 bundle\0", &world.relay.bundle.0[..]].concat());
        invite.token = token(parts(&invite.token).0, hash[..16].try_into().unwrap());
        let bo = world.knock("Bo", &invite);
        world.saw_guest(bo, |e| *e == why);
        assert_eq!(knocks(&world), 0);
    }
}

/// JS-JOIN-1: the right host and another secret.
#[test]
fn case_03_wrong_token() {
    let mut world = World::new();
    let mut invite = world.invite(Role::Viewer);
    let (mut secret, fingerprint) = parts(&invite.token);
    secret[0] ^= 1;
    invite.token = token(secret, fingerprint);
    let bo = world.knock("Bo", &invite);
    world.saw_guest(bo, |e| matches!(e, GuestEvent::Refused { why: None }));
    world.saw_host(|e| matches!(e, HostEvent::KnockFailed { .. }));
    assert_eq!(world.host.guests().count(), 0);
}

/// JS-JOIN-1, JS-JOIN-4.
#[test]
fn case_04_tampered_m1_and_m2() {
    let mut world = World::new();
    let invite = ask(&mut world);
    world.tamper(|delivery| match &delivery.body {
        Body::Text(text) if text.contains("\"knock\"") => Vec::new(),
        _ => vec![delivery],
    });
    let bo = world.knock("Bo", &invite);
    let knock = world.last_knock();
    for at in (0..knock.len()).step_by(61).chain([0, 1, 2, 18, 33, 34, 1153, 1154, knock.len() - 1]) {
        let mut flipped = knock.clone();
        flipped[at] ^= 0x10;
        let data = Blob(flipped);
        world.inject_text(To::Host, &RelayToHost::Knock { knock: 1000 + at as u32, data }).unwrap();
        assert_eq!(world.host.knocks().count(), 0, "byte {at}");
        world.pass(1000);
    }
    world.inject_text(To::Host, &RelayToHost::Knock { knock: 1, data: Blob(knock) }).unwrap();
    let number = world.host.knocks().next().unwrap().0;

    // A welcome with any byte flipped leaves the guest waiting; the true one still counts.
    world.tamper(|delivery| {
        let Some(data) = welcome(&delivery) else { return vec![delivery] };
        let flipped = (0..data.len()).step_by(41).chain([0, 1, 2, 18, 1137, 1138]).map(|at| {
            let mut data = data.clone();
            data[at] ^= 0x10;
            let text = control::encode(&RelayToGuest::Welcome { data: Blob(data) });
            Delivery { to: delivery.to, body: Body::Text(text) }
        });
        let truncated = [0, 1, 18, 1138, data.len() - 1].map(|len| {
            let text = control::encode(&RelayToGuest::Welcome { data: Blob(data[..len].to_vec()) });
            Delivery { to: delivery.to, body: Body::Text(text) }
        });
        flipped.chain(truncated).chain([delivery.clone()]).collect()
    });
    world.as_host(|host, now| host.admit(now, number).unwrap());
    let joined = world.guests[bo].events.iter().filter(|e| matches!(e, GuestEvent::Joined { .. })).count();
    assert_eq!((joined, world.host.guests().count()), (1, 1), "{:?}", world.errors);
}

/// JS-JOIN-3.
#[test]
fn case_05_replayed_knock() {
    let mut world = World::new();
    let invite = world.invite(Role::Writer);
    let bo = world.join("Bo", &invite);
    let knock = world.last_knock();
    let again = |world: &mut World, number| {
        let data = Blob(knock.clone());
        world.inject_text(To::Host, &RelayToHost::Knock { knock: number, data }).unwrap();
    };
    let uses = |world: &World| world.host.invite(invite.id).unwrap().uses;
    again(&mut world, 99);
    world.drop_host();
    world.connect_host();
    again(&mut world, 1);
    world.as_guest(bo, |guest, now| guest.leave(now));
    again(&mut world, 100);
    assert_eq!((uses(&world), world.host.guests().count()), (1, 0));
    let failed = world.host_events.iter().filter(|e| matches!(e, HostEvent::KnockFailed { .. })).count();
    assert_eq!(failed, 3);
}

/// JS-JOIN-4, JS-JOIN-10, JS-INVITE-7: each welcome opens for the knock that it answers and for no other.
#[test]
fn case_06_welcomes_crossed_between_guests() {
    let mut world = World::new();
    let invite = ask(&mut world);
    let (bo, cy) = (world.knock("Bo", &invite), world.knock("Cy", &invite));
    world.tamper(move |mut delivery| {
        if welcome(&delivery).is_some() {
            delivery.to = if delivery.to == To::Guest(bo) { To::Guest(cy) } else { To::Guest(bo) };
        }
        vec![delivery]
    });
    let numbers: Vec<_> = world.host.knocks().map(|(number, _)| number).collect();
    world.as_host(|host, now| numbers.iter().for_each(|number| host.admit(now, *number).unwrap()));
    assert_eq!(world.host.guests().count(), 0);
    for guest in [bo, cy] {
        assert!(!world.guests[guest].events.iter().any(|e| matches!(e, GuestEvent::Joined { .. })));
    }
    // Nobody confirmed: the seats are free again, and the uses given back.
    world.pass(30_000);
    assert_eq!(world.host.invite(invite.id).unwrap().uses, 0);
}

/// JS-JOIN-5.
#[test]
fn case_10_replayed_confirm() {
    let mut world = World::new();
    let invite = world.invite(Role::Writer);
    let bo = world.join("Bo", &invite);
    let confirm = world.frames(To::Host, FrameKind::ToHost).remove(0);
    world.inject_frame(To::Host, &confirm).unwrap();
    world.as_guest(bo, |guest, now| guest.leave(now));
    world.inject_frame(To::Host, &confirm).unwrap();
    let joined = world.host_events.iter().filter(|e| matches!(e, HostEvent::Joined { .. })).count();
    assert_eq!((joined, world.host.guests().count()), (1, 0));
}

/// JS-JOIN-8: nobody gets past the limit, and nothing is left of the flood a second later.
#[test]
fn case_26_knock_floods() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    world.join("Bo", &invite);
    let mut knock = world.last_knock();
    *knock.last_mut().unwrap() ^= 1;
    for number in 0..500 {
        knock[40] ^= number as u8;
        let data = Blob(knock.clone());
        world.inject_text(To::Host, &RelayToHost::Knock { knock: 1000 + number, data }).unwrap();
    }
    let why = |e: &HostEvent| match e {
        HostEvent::KnockFailed { why } => Some(why.contains("too many")),
        _ => None,
    };
    let opened = world.host_events.iter().filter(|e| why(e) == Some(false)).count();
    let turned = world.host_events.iter().filter(|e| why(e) == Some(true)).count();
    assert_eq!(opened as u32, FAILED_KNOCKS_PER_SECOND);
    assert_eq!(opened + turned, 500);
    world.pass(1000);
    world.join("Cy", &invite);
}

/// JS-JOIN-8: a token that is worth nothing any more stops nobody who has another.
#[test]
fn case_26_knocks_by_a_revoked_invite_stop_nobody_else() {
    let mut world = World::new();
    let old = world.invite(Role::Viewer);
    world.join("Bo", &old);
    world.as_host(|host, now| host.revoke_invite(now, old.id).unwrap());
    let good = world.invite(Role::Viewer);
    let mut knock = world.last_knock();
    *knock.last_mut().unwrap() ^= 1;
    for number in 0..100 {
        knock[40] ^= number as u8;
        let data = Blob(knock.clone());
        world.inject_text(To::Host, &RelayToHost::Knock { knock: 1000 + number, data }).unwrap();
    }
    world.join("Cy", &good);
}

/// JS-INVITE-8: revoking sends away who waits by it, and makes room for others.
#[test]
fn case_42_who_waits_by_a_revoked_invite_waits_no_more() {
    let mut world = World::new();
    let ask = InviteTerms { admission: Admission::Ask, ..InviteTerms::default() };
    let leaked = world.invite_with(ask);
    let first = world.knock("Eve", &leaked);
    for nth in 1..MAX_PENDING_KNOCKS {
        world.knock(&format!("Eve {nth}"), &leaked);
    }
    world.as_host(|host, now| host.revoke_invite(now, leaked.id).unwrap());
    assert_eq!(world.host.knocks().count(), 0);
    let gone = world.host_events.iter().filter(|e| matches!(e, HostEvent::KnockGone { .. })).count();
    assert_eq!(gone, MAX_PENDING_KNOCKS);
    assert!(world.guests[first].guest.slot().is_none());
    // One whose time is over makes room, too.
    let short = world.invite_with(InviteTerms { expires_in: Some(Duration::from_secs(60)), ..ask });
    for nth in 0..MAX_PENDING_KNOCKS {
        world.knock(&format!("Mal {nth}"), &short);
    }
    world.pass(61_000);
    let good = world.invite_with(ask);
    world.knock("Bo", &good);
    world.saw_host(|e| matches!(e, HostEvent::Knocked { name, .. } if name == "Bo"));
}

/// JS-JOIN-8: with the code alone one names no invite, and stands in nobody's way.
#[test]
fn case_26_knocks_without_an_invite_stop_nobody() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    world.join("Bo", &invite);
    let mut knock = world.last_knock();
    for number in 0..500u64 {
        // Behind type, version and session stands the invite.
        knock[18..26].copy_from_slice(&number.to_le_bytes());
        let len = if number % 2 == 0 { knock.len() } else { 20 };
        let data = Blob(knock[..len].to_vec());
        world.inject_text(To::Host, &RelayToHost::Knock { knock: 1000 + number as u32, data }).unwrap();
    }
    let cy = world.join("Cy", &invite);
    world.saw_guest(cy, |e| matches!(e, GuestEvent::Joined { .. }));
}

/// JS-JOIN-7, JS-JOIN-8: knocks that wait for the host are counted, too.
#[test]
fn case_26_waiting_knocks_are_bounded() {
    let mut world = World::new();
    let invite = ask(&mut world);
    for number in 0..MAX_PENDING_KNOCKS {
        world.knock(&number.to_string(), &invite);
    }
    let late = world.knock("late", &invite);
    assert_eq!(world.host.knocks().count(), MAX_PENDING_KNOCKS);
    let refused = |e: &GuestEvent| matches!(e, GuestEvent::Refused { why: Some(KnockRefusal::Busy) });
    // JS-JOIN-13: it comes again by itself a few times before the person is told.
    let mut pauses = Vec::new();
    while let Some(pause) = world.guests[late].guest.comes_again_in() {
        assert!(!world.guests[late].events.iter().any(refused));
        pauses.push(pause.as_secs());
        world.drop_guest(late);
        world.pass(pause.as_millis() as u64);
        world.connect_guest(late);
    }
    assert_eq!(pauses, [2, 4, 8, 15]);
    world.saw_guest(late, refused);
    // Once there is room it gets in.
    let patient = world.knock("patient", &invite);
    let first = world.host.knocks().next().unwrap().0;
    world.as_host(|host, now| host.deny(now, first).unwrap());
    world.drop_guest(patient);
    world.connect_guest(patient);
    assert_eq!(world.host.knocks().last().unwrap().1, "patient");
}

/// JS-JOIN-13: a flood of somebody else's knocks does not make a good token an unknown one.
#[test]
fn who_knocks_during_a_flood_comes_again() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    world.join("Bo", &invite);
    let mut knock = world.last_knock();
    *knock.last_mut().unwrap() ^= 1;
    for number in 0..20 {
        knock[40] ^= number as u8;
        let data = Blob(knock.clone());
        world.inject_text(To::Host, &RelayToHost::Knock { knock: 1000 + number, data }).unwrap();
    }
    let cy = world.knock("Cy", &invite);
    let pause = world.guests[cy].guest.comes_again_in().expect("the host was busy");
    assert!(!world.guests[cy].events.iter().any(|e| matches!(e, GuestEvent::Refused { .. })));
    world.pass(pause.as_millis() as u64);
    world.connect_guest(cy);
    world.saw_guest(cy, |e| matches!(e, GuestEvent::Joined { .. }));
}

/// JS-JOIN-9: the relay's numbers are its own; the host's yes is for whom it saw.
#[test]
fn a_yes_cannot_be_moved_to_another_knock() {
    let mut world = World::new();
    let invite = ask(&mut world);
    world.knock("Bo", &invite);
    let (bo, name) = world.host.knocks().next().unwrap();
    assert_eq!(name, "Bo");
    // The relay takes Bo's knock away and tells of Eve's under the same number.
    world.tamper(|delivery| match &delivery.body {
        Body::Text(text) if delivery.to == To::Host => {
            let body = Body::Text(text.replace("\"knock\":2", "\"knock\":1"));
            vec![Delivery { to: To::Host, body }]
        }
        _ => vec![delivery],
    });
    world.inject_text(To::Host, &RelayToHost::KnockGone { knock: 1 }).unwrap();
    world.knock("Eve", &invite);
    assert!(world.host.admit(world.now(), bo).is_err());
    assert_eq!(world.host.guests().count(), 0);
}

/// JS-JOIN-9: whoever watches learns by its number which knock was answered, not by a name that others have, too.
#[test]
fn an_answer_says_which_knock_it_was_for() {
    let mut world = World::new();
    let invite = ask(&mut world);
    world.knock("Bo", &invite);
    world.knock("Bo", &invite);
    let numbers: Vec<_> = world.host.knocks().map(|(number, _)| number).collect();
    world.as_host(|host, now| host.admit(now, numbers[1]).unwrap());
    world.saw_host(|e| *e == HostEvent::KnockGone { knock: numbers[1] });
    assert!(!world.host_events.contains(&HostEvent::KnockGone { knock: numbers[0] }));
    world.as_host(|host, now| host.deny(now, numbers[0]).unwrap());
    world.saw_host(|e| *e == HostEvent::KnockGone { knock: numbers[0] });
}

/// JS-JOIN-7, JS-JOIN-11: every seat that the relay has is given, none beyond, and who comes back needs no other one.
#[test]
fn a_full_session_takes_back_who_has_a_seat_and_nobody_else() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    world.key = Some(GuestKey::from_bytes([7; 32]));
    let bo = world.join("Bo", &invite);
    world.key = None;
    for number in 1..20 {
        world.join(&number.to_string(), &invite);
    }
    let late = world.knock("late", &invite);
    let full = |e: &GuestEvent| matches!(e, GuestEvent::Refused { why: Some(KnockRefusal::Full) });
    world.saw_guest(late, full);
    world.key = Some(GuestKey::from_bytes([7; 32]));
    world.join("Bo", &invite);
    assert_eq!(world.host.guests().count(), 20);
    assert!(world.host.guests().all(|guest| guest.slot != 1 && guest.name != "late"));
    world.saw_guest(bo, |e| matches!(e, GuestEvent::Ended { .. }));
}

/// JS-JOIN-13: who was not even looked up is told at once; only a knock at a busy host is repeated.
#[test]
fn a_relay_that_looks_nothing_up_is_told_at_once() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    world.relay.answer = Some(CloseCode::RateLimited);
    let cy = world.knock("Cy", &invite);
    assert_eq!(world.guests[cy].guest.comes_again_in(), None);
    world.saw_guest(cy, |e| *e == GuestEvent::TurnedAway { code: CloseCode::RateLimited });
}
