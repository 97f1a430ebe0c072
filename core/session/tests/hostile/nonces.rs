//! Cases 23 to 25: keys and counts.

use std::{collections::HashSet, sync::mpsc, thread};

use jumpseat_session::{
    Role,
    guest::{GuestOutput, TerminalChange},
    host::HostOutput,
    testing::{sealings, watch_sealings},
};
use jumpseat_wire::FrameKind;
use proptest::prelude::*;

use crate::support::{World, relay::To};

#[derive(Clone, Debug)]
enum Act {
    Print,
    Type,
    Chat,
    DropHost,
    DropGuest,
    RestartRelay,
    Join,
    Remove,
    Pass(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => Just(Act::Print),
        3 => Just(Act::Type),
        1 => Just(Act::Chat),
        2 => Just(Act::DropHost),
        2 => Just(Act::DropGuest),
        1 => Just(Act::RestartRelay),
        1 => Just(Act::Join),
        1 => Just(Act::Remove),
        1 => (0..3_000u64).prop_map(Act::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// JS-FRAME-2: whatever is lost and made again, nothing is sealed twice under one key and nonce.
    #[test]
    fn case_23_no_key_and_nonce_pair_ever_repeats(acts in prop::collection::vec(act(), 1..30)) {
        watch_sealings();
        let mut world = World::new();
        let invite = world.invite(Role::Writer);
        let mut guests = vec![world.join("Bo", &invite)];
        world.look(true);
        for act in acts {
            let last = guests.last().copied();
            match (act, last) {
                (Act::Print, _) => world.print(b"output"),
                (Act::Type, Some(guest)) => world.type_as(guest, b"keys"),
                (Act::Chat, Some(guest)) => world.as_guest(guest, |guest, now| guest.chat(now, "hi").unwrap()),
                (Act::DropHost, _) => {
                    // Typed and printed while it is away: sealed once, sent when it is back.
                    world.drop_host();
                    world.print(b"away");
                    world.connect_host();
                }
                (Act::DropGuest, Some(guest)) => {
                    world.drop_guest(guest);
                    world.type_as(guest, b"away");
                    world.connect_guest(guest);
                }
                (Act::RestartRelay, _) => {
                    world.restart_relay();
                    world.connect_host();
                    world.connect_host();
                    for guest in &guests {
                        world.connect_guest(*guest);
                    }
                }
                (Act::Join, _) => guests.push(world.join("Cy", &invite)),
                (Act::Remove, Some(guest)) => {
                    guests.pop();
                    world.as_guest(guest, |guest, now| guest.leave(now));
                }
                (Act::Pass(ms), _) => world.pass(ms),
                _ => {}
            }
        }
        let sealings = sealings();
        let distinct: HashSet<_> = sealings.iter().collect();
        prop_assert!(sealings.len() > 5);
        prop_assert_eq!(distinct.len(), sealings.len());
    }
}

/// JS-EPOCH-3.
#[test]
fn case_24_counter_roll_over_forces_rotation() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    world.as_host(|host, _| host.limit_epoch_frames(50));
    let text: Vec<u8> = (0..400u32).flat_map(|i| format!("{i} ").into_bytes()).collect();
    for word in text.split_inclusive(|byte| *byte == b' ') {
        // No time passes: nothing but the count can make it rotate.
        world.print(word);
    }
    assert_eq!(world.shown(bo), text);
    let mut frames = std::collections::BTreeMap::<u32, u64>::new();
    for delivery in world.log.iter().filter(|delivery| delivery.is(To::Guest(bo), FrameKind::Group)) {
        *frames.entry(delivery.header().unwrap().epoch).or_default() += 1;
    }
    assert!(frames.len() >= 8, "{frames:?}");
    assert!(frames.values().all(|count| *count <= 50), "{frames:?}");
}

/// JS-FRAME-2: the host seals on one thread while a guest opens on another; each counts for itself.
#[test]
fn case_25_concurrent_seal_and_open() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    world.join("Bo", &invite);
    let mut place = world.guests.pop().unwrap();
    let now = world.now();
    let (sender, receiver) = mpsc::channel::<Vec<u8>>();
    let opener = thread::spawn(move || {
        let mut shown = Vec::new();
        for frame in receiver {
            place.guest.relay_frame(now, &frame).unwrap();
            while let Some(output) = place.guest.poll() {
                if let GuestOutput::Terminal { change: TerminalChange::Output(bytes), .. } = output {
                    shown.extend(bytes);
                }
            }
        }
        shown
    });
    let mut printed = Vec::new();
    for i in 0..300u32 {
        let bytes = i.to_be_bytes().repeat(i as usize % 40);
        world.host.output(now, world.stream, &bytes);
        printed.extend(bytes);
        while let Some(output) = world.host.poll() {
            if let HostOutput::Frame(frame) = output {
                sender.send(frame.to_vec()).unwrap();
            }
        }
    }
    drop(sender);
    assert!(opener.join().unwrap() == printed);
}
