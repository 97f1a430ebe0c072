//! The host's line to the relay: what is lost with it, and what comes first when it is back.

use std::time::Duration;

use jumpseat_wire::{CloseCode, limits::GRACE};

use super::*;
use crate::host::admission::CONFIRM_TIME;

fn outputs(host: &mut Host) -> Vec<HostOutput> {
    std::iter::from_fn(|| host.poll()).collect()
}

/// The seats that the relay is told to take away.
fn removed(outputs: &[HostOutput]) -> Vec<Slot> {
    let of = |output: &HostOutput| match output {
        HostOutput::Text(text) => match control::decode(text) {
            Ok(HostToRelay::Remove { slot }) => Some(slot),
            _ => None,
        },
        _ => None,
    };
    outputs.iter().filter_map(of).collect()
}

/// Frames for one guest alone.
fn frames(outputs: &[HostOutput], slot: Slot) -> usize {
    let is_for = |output: &&HostOutput| match output {
        HostOutput::Frame(frame) => {
            let header = FrameHeader::decode(frame).unwrap().0;
            (header.kind, header.slot) == (FrameKind::ToGuest, slot)
        }
        _ => false,
    };
    outputs.iter().filter(is_for).count()
}

fn come_back(host: &mut Host, now: Millis, group: u64) {
    host.connected(now);
    host.relay_text(now, &control::encode(&RelayToHost::Returned { group })).unwrap();
}

fn says(host: &mut Host, now: Millis, message: &RelayToHost) {
    host.relay_text(now, &control::encode(message)).unwrap();
}

fn later(time: Duration) -> Millis {
    NOW + time
}

/// JS-LINK-3: frames that were sealed while it had a seat are sent again, and are none of its business any more.
#[test]
fn who_was_removed_while_the_relay_was_away_is_removed_there_before_anything_is_sent() {
    let mut host = open_host();
    let (gone, stays) = (
        Rogue::seated(&mut host, 40, Role::Viewer).keys.slot,
        Rogue::seated(&mut host, 41, Role::Viewer).keys.slot,
    );
    host.output(NOW, 1, b"sealed before");
    outputs(&mut host);
    host.disconnected(NOW, None);
    host.remove(NOW, gone).unwrap();
    assert!(removed(&outputs(&mut host)).is_empty(), "nobody would hear it");
    come_back(&mut host, NOW, 0);
    let sent = outputs(&mut host);
    assert_eq!(removed(&sent), [gone]);
    let to_relay = |output: &&HostOutput| match output {
        HostOutput::Frame(_) => true,
        HostOutput::Text(text) => text.contains("remove"),
        _ => false,
    };
    let mut first = sent.iter().filter(to_relay);
    assert!(matches!(first.next(), Some(HostOutput::Text(_))), "{sent:?}");
    assert!(matches!(first.next(), Some(HostOutput::Frame(_))), "{sent:?}");
    // Who is removed while it is there is removed at once, and both no second time.
    host.remove(NOW, stays).unwrap();
    assert_eq!(removed(&outputs(&mut host)), [stays]);
    host.disconnected(NOW, None);
    let group = host.group.next();
    come_back(&mut host, NOW, group);
    assert!(removed(&outputs(&mut host)).is_empty());
}

/// JS-PAIR-10: what is sealed for a guest that cannot get it now waits, and so does what is said to it.
#[test]
fn nothing_is_sent_to_who_is_not_there() {
    for away in [true, false] {
        let mut host = open_host();
        let slot = Rogue::seated(&mut host, 42, Role::Viewer).keys.slot;
        outputs(&mut host);
        if away {
            host.disconnected(NOW, None);
        } else {
            says(&mut host, NOW, &RelayToHost::Absent { slot });
        }
        host.rotate(NOW);
        host.tell(slot, FromHost::People(area::people::FromHost::Declined {}));
        assert_eq!(frames(&outputs(&mut host), slot), 0, "away: {away}");
        if away {
            come_back(&mut host, NOW, 0);
        }
        says(&mut host, NOW, &RelayToHost::Present { slot, pair: 0 });
        assert!(frames(&outputs(&mut host), slot) >= 2, "away: {away}");
    }
}

/// JS-LINK-4: the same is sent again once a second, and what is new stays behind it.
#[test]
fn what_is_sent_again_keeps_its_order_and_its_time() {
    let mut host = open_host();
    let slot = Rogue::seated(&mut host, 43, Role::Viewer).keys.slot;
    host.tell(slot, FromHost::People(area::people::FromHost::Declined {}));
    outputs(&mut host);
    let present = RelayToHost::Present { slot, pair: 0 };
    says(&mut host, NOW, &present);
    let again = frames(&outputs(&mut host), slot);
    assert!(again > 0);
    says(&mut host, NOW, &present);
    host.tell(slot, FromHost::People(area::people::FromHost::Declined {}));
    assert_eq!(frames(&outputs(&mut host), slot), 0);
    let (mut due, mut sent) = (NOW, 0);
    while sent == 0 {
        due = host.deadline(due).unwrap();
        assert!(due <= later(Duration::from_secs(1)), "{due:?}");
        host.tick(due);
        sent = frames(&outputs(&mut host), slot);
    }
    assert_eq!((due, sent), (later(Duration::from_secs(1)), again + 1));
    // Over another connection nothing was sent again.
    says(&mut host, due, &present);
    host.disconnected(due, None);
    come_back(&mut host, due, 0);
    outputs(&mut host);
    says(&mut host, due, &present);
    assert_eq!(frames(&outputs(&mut host), slot), again + 1);
}

/// JS-LINK-6: neither who never confirms nor who is absent gains time by what becomes of the host's line.
#[test]
fn a_lost_line_gives_nobody_more_time() {
    for confirmed in [false, true] {
        let mut host = open_host();
        let slot = if confirmed {
            let slot = Rogue::seated(&mut host, 44, Role::Viewer).keys.slot;
            says(&mut host, NOW, &RelayToHost::Absent { slot });
            slot
        } else {
            Rogue::welcomed(&mut host, 44, Role::Viewer).keys.slot
        };
        let time = if confirmed { GRACE } else { CONFIRM_TIME };
        host.disconnected(later(time / 2), None);
        come_back(&mut host, later(time / 2), 0);
        host.tick(later(time - Duration::from_millis(1)));
        assert!(host.seats.contains_key(&slot), "confirmed: {confirmed}");
        host.tick(later(time));
        assert!(!host.seats.contains_key(&slot), "confirmed: {confirmed}");
    }
}

/// Frames count over a room that stands, and before the end.
#[test]
fn keys_count_over_an_open_line_only() {
    let types = |host: &mut Host, rogue: &mut Rogue| {
        let at = TypedAt { seen: host.group.next() - 1, position: 0, gate: host.attention.since() };
        rogue.send(host, &[Record::Input { stream: 1, at, bytes: b"y" }]);
        outputs(host).iter().filter(|output| matches!(output, HostOutput::Input { .. })).count()
    };
    let mut host = open_host();
    let mut rogue = Rogue::seated(&mut host, 45, Role::Writer);
    host.looking(NOW, Some(1));
    assert_eq!(types(&mut host, &mut rogue), 1);
    host.disconnected(NOW, None);
    host.connected(NOW);
    assert_eq!(types(&mut host, &mut rogue), 0);
}

/// JS-LINK-10.
#[test]
fn what_the_relay_says_as_it_closes() {
    let away = |host: &mut Host| {
        outputs(host).iter().filter(|output| **output == HostOutput::Event(HostEvent::Away)).count()
    };
    let hello = |host: &mut Host| {
        host.connected(NOW);
        let text = outputs(host).into_iter().find_map(|output| match output {
            HostOutput::Text(text) => Some(text),
            _ => None,
        });
        control::decode::<jumpseat_wire::control::Hello>(&text.unwrap()).unwrap()
    };
    use jumpseat_wire::control::Hello::{Open, Return};
    let mut host = open_host();
    host.disconnected(NOW, None);
    assert_eq!(away(&mut host), 1);
    assert!(matches!(hello(&mut host), Return { .. }));
    host.disconnected(NOW, Some(CloseCode::NotFound));
    assert_eq!(away(&mut host), 0, "it was not back");
    assert!(matches!(hello(&mut host), Open { code: Some(_), .. }));
    host.disconnected(NOW, Some(CloseCode::CodeTaken));
    assert!(matches!(hello(&mut host), Open { code: None, .. }), "by another code, then");
    host.disconnected(NOW, Some(CloseCode::Expired));
    let ended = HostOutput::Event(HostEvent::Ended { reason: EndReason::Expired });
    assert!(outputs(&mut host).contains(&ended) && !host.wants_connection());
}

/// JS-JOIN-3: an answer that was lost is given again to whom it was for, and to nobody else.
#[test]
fn who_knocks_while_another_is_being_seated_gets_a_seat_of_its_own() {
    let mut host = open_host();
    let mut rogues = [46, 47].map(|seed| Rogue::welcomed(&mut host, seed, Role::Viewer));
    assert_ne!(rogues[0].keys.slot, rogues[1].keys.slot);
    for rogue in &mut rogues {
        let reveal = rogue.reveal;
        rogue.send(&mut host, &[Record::Confirm(&reveal)]);
        assert!(rogue.is_seated(&host));
    }
}

/// JS-LINK-7: what the relay has not taken is counted until it has.
#[test]
fn what_is_under_way_to_the_relay_is_counted_by_its_bytes() {
    let mut host = open_host();
    Rogue::seated(&mut host, 48, Role::Viewer);
    let group = host.group.next();
    says(&mut host, NOW, &RelayToHost::Ack { group });
    assert!(host.group.uplink_is_calm());
    while host.group.uplink_is_open() {
        host.chat(NOW, &"x".repeat(4_000));
    }
    assert!(!host.group.uplink_is_calm());
    for taken in 1..4 {
        says(&mut host, NOW, &RelayToHost::Ack { group: group + taken });
        assert!(!host.group.uplink_is_calm(), "{taken} frames of many");
    }
    let group = host.group.next();
    says(&mut host, NOW, &RelayToHost::Ack { group });
    assert!(host.group.uplink_is_calm());
}

/// JS-LINK-11: whoever uses up what an address may ask for by name keeps no host out.
#[test]
fn a_host_that_is_not_given_its_code_does_without() {
    let mut host = open_host();
    let code = host.code().unwrap().to_string();
    host.disconnected(NOW, Some(CloseCode::NotFound));
    let mut hello = || {
        host.connected(NOW);
        let said = std::iter::from_fn(|| host.poll()).find_map(|output| match output {
            HostOutput::Text(text) => Some(text),
            _ => None,
        });
        host.disconnected(NOW, Some(CloseCode::RateLimited));
        said.unwrap().contains(&code)
    };
    assert_eq!([hello(), hello(), hello()], [true, true, false]);
}
