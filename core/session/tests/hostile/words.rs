//! Case 48: words that an end does not know. Whatever is skipped, everything that both ends count goes on as if it had been
//! understood.

use jumpseat_session::{Role, guest::GuestEvent};
use jumpseat_wire::FrameHeader;
use proptest::prelude::*;

use crate::support::{
    World,
    relay::{Body, Delivery},
};

/// One step of a schedule.
#[derive(Clone, Debug)]
enum Step {
    Print(u8),
    Resize(u16),
    Type(u8),
    /// The host says this word to everyone.
    ToAll,
    /// The host says it to one guest.
    ToOne,
    /// A guest says one to the host.
    ToHost,
    /// A guest comes and another goes: a new epoch.
    Change,
    Cut,
    Pass(u16),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => any::<u8>().prop_map(Step::Print),
        1 => (1u16..100).prop_map(Step::Resize),
        2 => any::<u8>().prop_map(Step::Type),
        3 => Just(Step::ToAll),
        2 => Just(Step::ToOne),
        3 => Just(Step::ToHost),
        1 => Just(Step::Change),
        1 => Just(Step::Cut),
        2 => (0u16..6_000).prop_map(Step::Pass),
    ]
}

/// What anyone between the ends sees, and what the ends count by: headers and lengths of frames, and all texts.
fn shapes(log: &[Delivery]) -> Vec<String> {
    let shape = |delivery: &Delivery| match &delivery.body {
        Body::Frame(frame) => {
            format!("{:?} {:?} {}", delivery.to, FrameHeader::decode(frame).unwrap().0, frame.len())
        }
        Body::Text(text) if text.contains("bundle") || text.contains("data") => String::new(),
        body => format!("{:?} {body:?}", delivery.to),
    };
    log.iter().map(shape).collect()
}

/// Plays a schedule in which the ends say these words; gives the world, and the guest that stayed.
fn play(steps: &[Step], host_says: &str, guest_says: &str) -> (World, usize) {
    let mut world = World::new();
    let invite = world.invite(Role::Writer);
    let bo = world.join("Bo", &invite);
    let mut last = world.join("Cy", &invite);
    world.look(true);
    for step in steps {
        match *step {
            Step::Print(byte) => world.print(&vec![byte; 1 + usize::from(byte) * 3]),
            Step::Resize(cols) => world.resize(cols, 24),
            Step::Type(byte) => world.type_as(bo, &[byte]),
            Step::ToAll => world.as_host(|host, now| host.say_anything(now, None, host_says.as_bytes())),
            Step::ToOne => {
                let slot = world.slot(bo);
                world.as_host(|host, now| host.say_anything(now, Some(slot), host_says.as_bytes()));
            }
            Step::ToHost => world.as_guest(bo, |guest, _| guest.say_anything(guest_says.as_bytes())),
            Step::Change => {
                world.as_guest(last, |guest, now| guest.leave(now));
                last = world.join("Cy", &invite);
            }
            Step::Cut => {
                world.drop_guest(bo);
                world.print(b"meanwhile");
                world.connect_guest(bo);
            }
            Step::Pass(ms) => world.pass(u64::from(ms)),
        }
    }
    world.pass(10_000);
    (world, bo)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// JS-AREA-2: a word that is known and does nothing, and one of its length that is unknown, leave the same frames, numbers,
    /// epochs and acknowledgments between the ends, and the same pictures.
    #[test]
    fn case_48_skipping_hides_nothing_that_is_counted(steps in prop::collection::vec(any_step(), 0..40)) {
        let (known, bo) = play(
            &steps,
            r#"{"chat":{"line":{"slot":0,"text":"hi","at":1}}}"#,
            // Who may type asks for nothing.
            r#"{"people":{"ask_control":{}}}"#,
        );
        let (skipped, _) = play(
            &steps,
            r#"{"chat":{"lime":{"slot":0,"text":"hi","at":1}}}"#,
            r#"{"people":{"ask_contrul":{}}}"#,
        );
        prop_assert_eq!(shapes(&known.log), shapes(&skipped.log));
        prop_assert_eq!(&known.host_events, &skipped.host_events);
        prop_assert_eq!(known.typed(), skipped.typed());
        for guest in 0..known.guests.len() {
            prop_assert_eq!(known.shown(guest), skipped.shown(guest));
            let heard = |world: &World| -> Vec<GuestEvent> {
                let events = world.guests[guest].events.iter();
                events.filter(|event| !matches!(event, GuestEvent::Chat { .. })).cloned().collect()
            };
            prop_assert_eq!(heard(&known), heard(&skipped));
        }
        prop_assert_eq!(skipped.shown(bo), skipped.screen());
        prop_assert!(skipped.errors.is_empty());
    }
}
