//! Keys of a guest that sends whatever it likes: the host's own gate, without what honest guests do on their side.

use super::*;
use crate::{InputRefusal, area::terminals::Refusals, frame::record::TypedAt};

/// A writer at a terminal that printed four bytes, and what it names if it has seen everything.
fn seated() -> (Host, Rogue, TypedAt) {
    let mut host = open_host();
    let rogue = Rogue::seated(&mut host, 20, Role::Writer);
    host.looking(NOW, Some(1));
    host.output(NOW, 1, b"$ ls");
    let at = TypedAt { seen: host.group.next() - 1, position: 4, gate: host.attention.since() };
    (host, rogue, at)
}

fn later(ms: u64) -> Millis {
    Millis(NOW.0 + ms)
}

/// Types; gives why it did not count.
fn types(host: &mut Host, rogue: &mut Rogue, now: Millis, at: TypedAt) -> Result<(), InputRefusal> {
    while host.poll().is_some() {}
    // The same is told once a second: here, each time.
    host.seats.get_mut(&rogue.keys.slot).unwrap().told = Refusals::default();
    let mut plaintext = Plaintext::to_host();
    plaintext.push(&Record::Input { stream: 1, at, bytes: b"y" });
    let frame = rogue.sender.seal(host.keys.sid, plaintext).unwrap();
    host.relay_frame(now, &frame).unwrap();
    let mut result = None;
    while let Some(output) = host.poll() {
        match output {
            HostOutput::Input { .. } => result = Some(Ok(())),
            HostOutput::Event(HostEvent::InputRefused { why, .. }) => result = Some(Err(why)),
            _ => {}
        }
    }
    result.unwrap()
}

/// JS-ROLE-6: it has verified every frame, and says itself that it has not seen the output.
#[test]
fn case_36_the_position_counts_not_the_frames() {
    let (mut host, mut rogue, at) = seated();
    host.output(later(1_000), 1, b"\r\nDelete everything? ");
    let at = TypedAt { seen: host.group.next() - 1, ..at };
    assert_eq!(types(&mut host, &mut rogue, later(6_000), at), Ok(()), "five seconds");
    assert_eq!(types(&mut host, &mut rogue, later(6_001), at), Err(InputRefusal::Stale));
    let at = TypedAt { position: 4 + 21, ..at };
    assert_eq!(types(&mut host, &mut rogue, later(7_500), at), Ok(()), "it has seen the question");
    host.resize(later(8_000), 1, 100, 30);
    let at = TypedAt { seen: host.group.next() - 1, ..at };
    assert_eq!(types(&mut host, &mut rogue, later(14_000), at), Err(InputRefusal::Stale), "nor its new size");
}

/// JS-ROLE-6: a place where the terminal never was is no place to type at.
#[test]
fn case_36_a_position_that_never_was() {
    for position in [5, u64::MAX - 1, TypedAt::NOTHING] {
        let (mut host, mut rogue, at) = seated();
        let at = TypedAt { position, ..at };
        assert_eq!(types(&mut host, &mut rogue, NOW, at), Err(InputRefusal::Stale), "{position}");
    }
}

/// JS-ROLE-6: what could not be sealed is as old as it is.
#[test]
fn case_37_output_that_was_never_sealed_grows_old() {
    let (mut host, mut rogue, at) = seated();
    // The relay acknowledges nothing: the line is full.
    for _ in 0..20 {
        host.output(NOW, 1, &[b'.'; 60_000]);
    }
    let sealed = host.group.next();
    host.output(later(1_000), 1, b"Delete everything? ");
    assert_eq!(host.group.next(), sealed, "it is not even sealed");
    let at = TypedAt { seen: sealed - 1, position: 4 + 20 * 60_000, ..at };
    assert_eq!(types(&mut host, &mut rogue, later(5_000), at), Ok(()));
    // It hears of the host, all the time.
    host.heartbeat(later(7_000));
    let at = TypedAt { seen: host.group.next() - 1, ..at };
    assert_eq!(types(&mut host, &mut rogue, later(7_000), at), Err(InputRefusal::Stale));
}

/// JS-ROLE-7: keys name the look that they were typed under.
#[test]
fn case_40_an_older_look() {
    let (mut host, mut rogue, at) = seated();
    assert_eq!(types(&mut host, &mut rogue, NOW, at), Ok(()));
    host.looking(NOW, None);
    let meanwhile = TypedAt { gate: host.rev, ..at };
    assert_eq!(types(&mut host, &mut rogue, NOW, meanwhile), Err(InputRefusal::HostAway));
    host.looking(NOW, Some(1));
    for at in [at, meanwhile] {
        assert_eq!(types(&mut host, &mut rogue, later(1_000), at), Err(InputRefusal::HostAway));
    }
    let now = TypedAt { gate: host.attention.since(), ..at };
    assert_eq!(types(&mut host, &mut rogue, later(1_000), now), Ok(()));
    // What is said again is no new look.
    host.announce_state(later(1_000));
    assert_eq!(types(&mut host, &mut rogue, later(1_000), now), Ok(()));
}

/// JS-ROLE-7, JS-ROLE-3.
#[test]
fn case_40_an_older_right() {
    let (mut host, mut rogue, at) = seated();
    let slot = rogue.keys.slot;
    host.set_role(NOW, slot, Role::Viewer).unwrap();
    assert_eq!(types(&mut host, &mut rogue, NOW, at), Err(InputRefusal::ReadOnly));
    let meanwhile = TypedAt { gate: host.rev, ..at };
    host.set_role(NOW, slot, Role::Writer).unwrap();
    for at in [at, meanwhile] {
        assert_eq!(types(&mut host, &mut rogue, later(1_000), at), Err(InputRefusal::ReadOnly));
    }
    let since = host.seats[&slot].writes_since;
    let now = TypedAt { gate: since, ..at };
    assert_eq!(types(&mut host, &mut rogue, later(1_000), now), Ok(()));
    host.set_role(NOW, slot, Role::CoOwner).unwrap();
    assert_eq!(types(&mut host, &mut rogue, later(1_000), now), Ok(()), "it could type all along");
}
