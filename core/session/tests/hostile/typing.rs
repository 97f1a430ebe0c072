//! Cases 19, 22, 33, 39 and 40: whose keys count, when, and what they look like.

use jumpseat_session::{InputRefusal, Role, guest::GuestEvent, host::HostEvent};
use jumpseat_wire::{
    FrameKind,
    control::{RelayToGuest, RelayToHost},
    limits::INPUT_WINDOW,
};

use crate::support::{
    World,
    relay::{Body, To},
};

fn seated(role: Role) -> (World, usize) {
    let mut world = World::new();
    let invite = world.invite(role);
    let bo = world.join("Bo", &invite);
    world.look(true);
    world.print(b"$ ");
    (world, bo)
}

/// The host refused keys; whether its word can reach the guest at all is another matter.
fn refused(world: &World, guest: usize, reason: InputRefusal, unheard: bool) {
    let by = world.slot(guest);
    world.saw_host(
        |e| matches!(e, HostEvent::InputRefused { slot, why, .. } if (*slot, *why) == (by, reason)),
    );
    if !unheard {
        world.saw_guest(guest, |e| matches!(e, GuestEvent::InputRefused { why, .. } if *why == reason));
    }
}

/// Holds back what the guest types; gives the frame.
fn held_back(world: &mut World, guest: usize, keys: &[u8]) -> Vec<u8> {
    world.tamper(
        |delivery| {
            if delivery.is(To::Host, FrameKind::ToHost) { Vec::new() } else { vec![delivery] }
        },
    );
    world.type_as(guest, keys);
    world.be_honest();
    world.frames(To::Host, FrameKind::ToHost).pop().unwrap()
}

/// JS-ROLE-6.
#[test]
fn case_19_stale_input() {
    for (ms, counts) in [(4_000, true), (8_000, false)] {
        let (mut world, bo) = seated(Role::Writer);
        world.pass(1_000);
        let frame = held_back(&mut world, bo, b"y\r");
        world.pass(ms);
        world.inject_frame(To::Host, &frame).unwrap();
        assert_eq!(world.typed().len(), usize::from(counts), "{ms} ms");
        if !counts {
            refused(&world, bo, InputRefusal::Stale, false);
        }
    }
}

/// JS-ROLE-6: the clock runs on while the relay keeps the host away.
#[test]
fn case_19_closing_the_hosts_connection_does_not_stop_the_clock() {
    let (mut world, bo) = seated(Role::Writer);
    let frame = held_back(&mut world, bo, b"y\r");
    world.drop_host();
    world.pass(60_000);
    world.connect_host();
    world.inject_frame(To::Host, &frame).unwrap();
    assert!(world.typed().is_empty());
    refused(&world, bo, InputRefusal::Stale, false);
}

/// JS-ROLE-6: keys are as old as the picture that they were typed at, wherever they waited.
#[test]
fn case_19_withholding_acknowledgements_does_not_make_keys_younger() {
    let (mut world, bo) = seated(Role::Writer);
    world.tamper(move |delivery| match &delivery.body {
        Body::Text(text) if delivery.to == To::Guest(bo) && text.contains("acked") => Vec::new(),
        _ => vec![delivery],
    });
    world.type_as(bo, &vec![b'#'; INPUT_WINDOW]);
    let typed = world.typed().len();
    world.type_as(bo, b"y\r");
    assert_eq!(world.typed().len(), typed, "it waits at the guest for the window");
    // The guest sees a live picture all along.
    for _ in 0..10 {
        world.pass(1_000);
        world.print(b"$ ");
    }
    world.be_honest();
    let pair = world.frames(To::Host, FrameKind::ToHost).len() as u64;
    world.inject_text(To::Guest(bo), &RelayToGuest::Acked { pair }).unwrap();
    assert!(world.typed().iter().all(|(_, bytes)| !bytes.contains(&b'y')));
    refused(&world, bo, InputRefusal::Stale, false);
}

/// JS-ROLE-1, JS-ROLE-5: only the host's word makes a writer.
#[test]
fn case_22_viewer_sends_input_and_the_relay_claims_a_writer_role() {
    let (mut world, bo) = seated(Role::Viewer);
    for text in [
        r#"{"type":"set_role","slot":1,"role":"writer"}"#,
        r#"{"type":"present","slot":1,"pair":0,"role":"writer"}"#,
        r#"{"type":"roster","rev":99,"host":"Ann","guests":[{"slot":1,"name":"Bo","program":"x","role":"writer","present":true}]}"#,
    ] {
        let _ = world.inject(To::Host, Body::Text(text.into()));
        let _ = world.inject(To::Guest(bo), Body::Text(text.into()));
    }
    world.type_as(bo, b"x");
    assert!(world.typed().is_empty());
    refused(&world, bo, InputRefusal::ReadOnly, false);
    assert_eq!(world.guests[bo].guest.role(), Some(Role::Viewer));
    // Nor does it give itself, or anyone, more.
    let slot = world.slot(bo);
    world.as_guest(bo, |guest, now| guest.set_role(now, slot, Role::Writer).unwrap());
    world.saw_guest(bo, |e| matches!(e, GuestEvent::NotAllowed { .. }));
    world.type_as(bo, b"x");
    assert!(world.typed().is_empty());
}

/// JS-ROLE-3: a role that was taken back counts no more, whatever is on its way.
#[test]
fn case_22_keys_under_way_when_the_role_ends() {
    let (mut world, bo) = seated(Role::Writer);
    let frame = held_back(&mut world, bo, b"x");
    let slot = world.slot(bo);
    world.as_host(|host, now| host.set_role(now, slot, Role::Viewer).unwrap());
    world.inject_frame(To::Host, &frame).unwrap();
    assert!(world.typed().is_empty());
    refused(&world, bo, InputRefusal::ReadOnly, false);
}

/// JS-ROLE-5, JS-STREAM-4: a number that comes back is another terminal, and nobody has it in front.
#[test]
fn the_gate_closes_with_its_terminal() {
    let (mut world, bo) = seated(Role::Writer);
    let stream = world.stream;
    world.as_host(|host, now| host.close_terminal(now, stream));
    world.saw_guest(bo, |e| matches!(e, GuestEvent::Looking { stream: None }));
    for _ in 0..260 {
        world.as_host(|host, now| {
            let stream = host.open_terminal(now, "t", 80, 24).unwrap();
            host.close_terminal(now, stream);
        });
    }
    world.as_host(|host, now| assert_ne!(host.open_terminal(now, "t", 80, 24).unwrap(), stream));
    world.type_as(bo, b"x");
    assert!(world.typed().is_empty());
}

/// JS-ROLE-6: where nothing is sealed any more the clock runs on, too.
#[test]
fn case_39_beyond_what_the_line_keeps() {
    let (mut world, bo) = seated(Role::Writer);
    world.tamper(|delivery| match &delivery.body {
        Body::Text(text) if delivery.to == To::Host && text.contains("\"ack\"") => Vec::new(),
        _ => vec![delivery],
    });
    let mut sealed = 0;
    loop {
        world.as_host(|host, now| host.chat(now, &"x".repeat(4_000)));
        let frames = world.frames(To::Guest(bo), FrameKind::Group).len();
        if std::mem::replace(&mut sealed, frames) == frames {
            break;
        }
    }
    let frame = held_back(&mut world, bo, b"y\r");
    world.tamper(move |delivery| if delivery.to == To::Host { Vec::new() } else { vec![delivery] });
    world.pass(10 * 60 * 1000);
    assert_eq!(world.frames(To::Guest(bo), FrameKind::Group).len(), sealed, "nothing is sealed");
    world.inject_frame(To::Host, &frame).unwrap();
    assert!(world.typed().is_empty());
    refused(&world, bo, InputRefusal::Stale, true);
}

/// JS-ROLE-7: what was typed before the host looked away does not count when it is back, nor what was typed
/// meanwhile.
#[test]
fn case_40_keys_held_back_over_a_look_away() {
    let (mut world, bo) = seated(Role::Writer);
    let frame = held_back(&mut world, bo, b"y\r");
    world.look(false);
    world.look(true);
    world.inject_frame(To::Host, &frame).unwrap();
    assert!(world.typed().is_empty());
    refused(&world, bo, InputRefusal::HostAway, false);
    world.type_as(bo, b"z");
    assert_eq!(world.typed().len(), 1, "the keyboard is open");
}

/// JS-ROLE-7: what is typed at a screen that says that the host looks elsewhere is gone when it is typed, not when it
/// would leave; and what waits for its beat counts for what it was typed at.
#[test]
fn case_40_keys_on_a_beat() {
    let mut world = World::new();
    world.key_timing = true;
    let invite = world.invite(Role::Writer);
    let bo = world.join("Bo", &invite);
    let sent = world.frames(To::Host, FrameKind::ToHost).len();
    world.type_as(bo, b"z");
    world.saw_guest(bo, |e| matches!(e, GuestEvent::InputRefused { why: InputRefusal::HostAway, .. }));
    world.look(true);
    world.pass(2_000);
    assert_eq!(world.frames(To::Host, FrameKind::ToHost).len(), sent, "not even sent");
    world.type_as(bo, b"a");
    world.pass(20);
    assert_eq!(world.typed(), [(1, b"a".to_vec())]);
    world.pass(10);
    world.type_as(bo, b"b");
    world.look(false);
    world.look(true);
    world.pass(2_000);
    assert_eq!(world.typed().len(), 1, "typed before the host looked away");
}

/// JS-ROLE-7: a role that was taken back and given again does not count for what was typed in between or before.
#[test]
fn case_40_keys_held_back_over_a_change_of_role() {
    let (mut world, bo) = seated(Role::Writer);
    let before = held_back(&mut world, bo, b"x");
    let slot = world.slot(bo);
    let set = |world: &mut World, role| {
        world.as_host(|host, now| host.set_role(now, slot, role).unwrap());
    };
    set(&mut world, Role::Viewer);
    let between = held_back(&mut world, bo, b"y");
    set(&mut world, Role::CoOwner);
    for frame in [before, between] {
        world.inject_frame(To::Host, &frame).unwrap();
    }
    assert!(world.typed().is_empty());
    refused(&world, bo, InputRefusal::ReadOnly, false);
    world.type_as(bo, b"z");
    assert_eq!(world.typed().len(), 1);
    // Who had the right all along loses nothing by a greater one.
    let held = held_back(&mut world, bo, b"!");
    set(&mut world, Role::Writer);
    world.inject_frame(To::Host, &held).unwrap();
    assert_eq!(world.typed().len(), 2);
}

/// JS-PAIR-4, JS-PAIR-5.
#[test]
fn case_33_keystroke_sizes_equal_by_bucket() {
    let (mut world, bo) = seated(Role::Writer);
    let keys = [&b"a"[..], b"\r", b"\x1b[A", b"\x1b[1;5D", "é".as_bytes(), "漢".as_bytes(), &[b'x'; 60]];
    let before = world.frames(To::Host, FrameKind::ToHost).len();
    for key in keys {
        world.type_as(bo, key);
    }
    let sizes: Vec<_> = world.frames(To::Host, FrameKind::ToHost)[before..].iter().map(Vec::len).collect();
    assert_eq!(sizes, [16 + 128 + 16; 7]);
}

/// JS-PAIR-3: what the host has not taken is sent again as it was.
#[test]
fn what_is_sent_again_is_identical() {
    let (mut world, bo) = seated(Role::Writer);
    let frame = held_back(&mut world, bo, b"x");
    world.drop_guest(bo);
    world.connect_guest(bo);
    assert_eq!(world.frames(To::Host, FrameKind::ToHost).pop().unwrap(), frame);
    assert_eq!(world.typed().len(), 1);
    let slot = world.slot(bo);
    world.inject_text(To::Host, &RelayToHost::Absent { slot }).unwrap();
}
