//! Case 32: whatever comes from outside, in whatever state, nothing panics and nothing is believed.

use jumpseat_session::{
    Entropy, GuestCard, Pointing, Role, TextRange,
    guest::{Guest, GuestConfig},
};
use jumpseat_wire::{
    Blob, CloseCode, FrameHeader, FrameKind,
    control::{RelayToGuest, RelayToHost},
    limits::MAX_FRAME_LEN,
};
use proptest::prelude::*;

use crate::support::{
    World,
    relay::{Body, To},
};

/// Host texts, guest texts: each message with numbers at their ends.
fn texts() -> Vec<(String, String)> {
    let numbers = [0u64, 1, u64::from(u32::MAX), u64::MAX - 1, u64::MAX];
    let mut texts = Vec::new();
    for n in numbers {
        let (slot, id) = (n as u16, n as u32);
        let data = Blob(vec![1; (n % 5000) as usize]);
        for message in [
            RelayToHost::Returned { group: n },
            RelayToHost::Knock { knock: id, data: data.clone() },
            RelayToHost::KnockGone { knock: id },
            RelayToHost::Ack { group: n },
            RelayToHost::Acked { slot, pair: n },
            RelayToHost::Acked { slot: 1, pair: n },
            RelayToHost::Present { slot, pair: n },
            RelayToHost::Present { slot: 1, pair: n },
            RelayToHost::Absent { slot: 1 },
            RelayToHost::Absent { slot },
        ] {
            let other = RelayToGuest::Acked { pair: n };
            texts.push((jumpseat_wire::control::encode(&message), jumpseat_wire::control::encode(&other)));
        }
        for message in [
            RelayToGuest::Bundle { bundle: data.clone(), host_present: true },
            RelayToGuest::Welcome { data: data.clone() },
            RelayToGuest::Refused { data: Some(data.clone()) },
            RelayToGuest::Refused { data: None },
            RelayToGuest::Seated { host_present: false },
            RelayToGuest::Host { present: true },
        ] {
            texts.push((String::new(), jumpseat_wire::control::encode(&message)));
        }
    }
    texts
}

#[test]
fn case_32_messages_at_their_ends() {
    for (to_host, to_guest) in texts() {
        let mut world = World::new();
        let invite = world.invite(Role::Writer);
        let bo = world.join("Bo", &invite);
        world.look(true);
        let _ = world.inject(To::Host, Body::Text(to_host.clone()));
        let _ = world.inject(To::Guest(bo), Body::Text(to_guest.clone()));
        // A machine that never joined, one that waits, and one whose connection is gone.
        let cy = world.knock("Cy", &invite);
        let _ = world.inject(To::Guest(cy), Body::Text(to_guest.clone()));
        world.drop_host();
        let _ = world.inject(To::Host, Body::Text(to_host));
        world.drop_guest(bo);
        world.pass(10_000);
        world.connect_host();
        assert!(world.typed().is_empty());
    }
}

#[test]
fn case_32_oversize_zero_length_and_empty_inputs() {
    let mut world = World::new();
    let invite = world.invite(Role::CoOwner);
    let bo = world.join(&"long ".repeat(5_000), &invite);
    world.look(true);
    world.print(b"");
    world.type_as(bo, b"");
    world.as_guest(bo, |guest, now| assert!(guest.input(now, 1, &vec![0; 2 << 20]).is_err()));
    for text in ["", "\u{0}", &"\u{1f600}".repeat(50_000), &"\"\\\n".repeat(50_000)] {
        world.as_host(|host, now| {
            host.chat(now, text);
            host.retitle(now, 1, text);
        });
        world.as_guest(bo, |guest, now| guest.chat(now, text).unwrap());
    }
    for stream in [0, 1, 2, 223, 224, 254, 255] {
        let at = Some(Pointing { stream, range: TextRange { from: u64::MAX, to: 0, columns: None } });
        world.as_guest(bo, |guest, now| {
            guest.point(now, at).unwrap();
            assert_eq!(guest.input(now, stream, b"x").is_ok(), (1..=223).contains(&stream));
        });
        world.as_host(|host, now| {
            host.point(now, at);
            host.output(now, stream, b"x");
            host.resize(now, stream, 0, u16::MAX);
            host.close_terminal(now, stream.max(2));
        });
    }
    for len in [0, 1, 15, 16, 17, MAX_FRAME_LEN, MAX_FRAME_LEN + 1] {
        for kind in [0x10, 0x11, 0x12, 0xff] {
            let mut frame = vec![0; len];
            let head = [1, kind, 0, 1];
            let short = len.min(4);
            frame[..short].copy_from_slice(&head[..short]);
            let _ = world.inject_frame(To::Host, &frame);
            let _ = world.inject_frame(To::Guest(bo), &frame);
        }
    }
    let frame = FrameHeader { kind: FrameKind::Group, slot: 0, epoch: u32::MAX, seq: u64::MAX }.encode();
    let _ = world.inject_frame(To::Guest(bo), &frame);
    world.pass(5_000);
    world.print(b"still here");
    assert!(world.shown(bo).ends_with(b"still here"));
    world.inject(To::Host, Body::Close(CloseCode::Slow)).unwrap();
}

/// Junk that claims epochs to come is forgotten, and does not keep what is true from being seen.
#[test]
fn case_32_junk_of_epochs_to_come_is_bounded() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    for seq in 0..200u64 {
        let header = FrameHeader { kind: FrameKind::Group, slot: 0, epoch: 7 + seq as u32, seq };
        let frame = [&header.encode()[..], &[0; 30_000]].concat();
        world.inject_frame(To::Guest(bo), &frame).unwrap();
    }
    world.print(b"one ");
    world.pass(3_000);
    world.join("Cy", &invite);
    world.print(b"two");
    assert_eq!(world.shown(bo), b"one two");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn case_32_random_bytes_never_panic(
        frames in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..200), 0u8..4, any::<bool>()), 0..20),
        text in "\\PC{0,60}",
    ) {
        let mut world = World::new();
        let invite = world.invite(Role::Writer);
        let bo = world.join("Bo", &invite);
        let config = GuestConfig {
            code: world.relay.code.unwrap(),
            token: invite.token.clone(),
            card: GuestCard { name: text.clone(), program: text.clone() },
            key: None,
            key_timing: true,
        };
        let mut outside = Guest::new(config, Entropy::seeded(9), world.now());
        let now = world.now();
        let _ = (outside.relay_text(now, &text), outside.relay_frame(now, text.as_bytes()));
        for (mut frame, kind, shaped) in frames {
            if shaped && frame.len() >= 16 {
                frame[..8].copy_from_slice(&[1, 0x10 + kind % 3, 0, u8::from(kind % 3 > 0), 0, 0, 0, u8::from(kind % 3 == 0)]);
            }
            let _ = world.inject_frame(To::Host, &frame);
            let _ = world.inject_frame(To::Guest(bo), &frame);
            let _ = outside.relay_frame(now, &frame);
        }
        let _ = world.inject(To::Host, Body::Text(text.clone()));
        let _ = world.inject(To::Guest(bo), Body::Text(text));
        prop_assert!(world.shown(bo).is_empty());
    }
}
