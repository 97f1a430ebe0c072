//! What guests ask of the host and of each other, and what comes of it.

use super::*;
use crate::{
    Columns, LAST_TERMINAL, Pointing, TextRange, TransferKind, TransferRefusal, TransferRequest,
    area::{MESSAGES_PER_SECOND, people::Refused, pointing::PointedLines},
    handshake::capabilities::Capabilities,
    host::seat::POINTS_EVERY,
};

fn ask(host: &mut Host, rogue: &mut Rogue, message: &FromGuest) {
    rogue.send(host, &[Record::Message(&message.encode())]);
}

fn no(what: Refused) -> FromHost {
    area::people::FromHost::Refused { what }.into()
}

/// JS-ROLE-4.
#[test]
fn a_co_owner_gives_the_keys_and_takes_them_back() {
    let mut host = open_host();
    let mut co = Rogue::seated(&mut host, 30, Role::CoOwner);
    let mut bo = Rogue::seated(&mut host, 31, Role::Viewer);
    let (by, slot) = (co.keys.slot, bo.keys.slot);
    for role in [Role::Writer, Role::Viewer] {
        while host.poll().is_some() {}
        ask(&mut host, &mut bo, &FromGuest::People(area::people::FromGuest::SetRole { slot, role }));
        assert_eq!(bo.told(&mut host), [no(Refused::Role)], "nobody gives them to itself");
        ask(&mut host, &mut co, &FromGuest::People(area::people::FromGuest::SetRole { slot, role }));
        assert_eq!(host.role_of(slot), Some(role));
        let mut outputs = std::iter::from_fn(|| host.poll());
        let changed = HostOutput::Event(HostEvent::RoleChanged { slot, role, by });
        assert!(outputs.any(|output| output == changed));
    }
}

/// JS-ROLE-1: nobody gives what is not there to be given, and nobody takes a seat that is not one.
#[test]
fn a_co_owner_is_told_no_where_nobody_sits() {
    let mut host = open_host();
    let mut co = Rogue::seated(&mut host, 32, Role::CoOwner);
    while host.poll().is_some() {}
    ask(
        &mut host,
        &mut co,
        &FromGuest::People(area::people::FromGuest::SetRole { slot: 99, role: Role::Writer }),
    );
    assert_eq!(co.told(&mut host), [no(Refused::Role)]);
}

#[test]
fn what_the_host_points_at_is_told_until_it_no_longer_points() {
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    pump(&mut host, &mut guest);
    let lines = Some(Pointing { stream: 1, range: TextRange { from: 3, to: 5, columns: None } });
    let pointing = |outputs: Vec<GuestOutput>| {
        let of = |output| match output {
            GuestOutput::Event(GuestEvent::Pointing { slot, at }) => Some((slot, at)),
            _ => None,
        };
        outputs.into_iter().filter_map(of).collect::<Vec<_>>()
    };
    for at in [lines, None] {
        host.point(NOW, at);
        host.point(NOW, at);
        assert_eq!(pointing(pump(&mut host, &mut guest)), [(0, at)], "once");
    }
}

/// JS-CAN-2, JS-POINT-1.
#[test]
fn cells_are_pointed_at_in_both_directions_by_programs_that_can() {
    let mut host = open_host();
    let stream = host.open_terminal(NOW, "bash", 80, 24).unwrap();
    let mut guest = true_guest(&mut host);
    pump(&mut host, &mut guest);
    let columns = Columns { first: 4, last: 9, reversed: true };
    let cells = Some(Pointing { stream, range: TextRange { from: 3, to: 5, columns: Some(columns) } });
    let lines = cells.map(|at| Pointing { range: TextRange { columns: None, ..at.range }, ..at });

    host.point(NOW, cells);
    let seen = |outputs: Vec<GuestOutput>| {
        outputs.into_iter().find_map(|output| match output {
            GuestOutput::Event(GuestEvent::Pointing { at, .. }) => Some(at),
            _ => None,
        })
    };
    assert_eq!(seen(pump(&mut host, &mut guest)), Some(cells));
    let slot = guest.slot().unwrap();
    // Columns belong to the lines told next, and to those alone.
    for at in [cells, lines] {
        guest.point(NOW, at).unwrap();
        pump(&mut host, &mut guest);
        host.tick(NOW + POINTS_EVERY);
        assert_eq!(host.announced.pointing.get(&slot).copied(), at);
    }

    host.seats.values_mut().for_each(|seat| seat.can = Capabilities::default());
    host.point(NOW, None);
    pump(&mut host, &mut guest);
    host.point(NOW, cells);
    assert_eq!(seen(pump(&mut host, &mut guest)), Some(lines), "nobody is told what nobody reads");
}

/// Nobody points where there is no terminal.
#[test]
fn guests_point_at_terminals_only() {
    let mut host = open_host();
    let mut rogue = Rogue::seated(&mut host, 33, Role::Viewer);
    let slot = rogue.keys.slot;
    let pointing = |host: &mut Host| {
        let outputs = std::iter::from_fn(|| host.poll());
        let of = |output| match output {
            HostOutput::Event(HostEvent::Pointing { slot, at }) => Some((slot, at)),
            _ => None,
        };
        outputs.filter_map(of).collect::<Vec<_>>()
    };
    let said = |stream| Some(PointedLines { stream, from: 0, to: 1 });
    let lines = |stream| said(stream).map(|lines| Pointing::new(lines, None));
    ask(&mut host, &mut rogue, &FromGuest::Pointing(area::pointing::FromGuest::Lines { at: said(1) }));
    assert_eq!(pointing(&mut host), [(slot, lines(1))]);
    ask(
        &mut host,
        &mut rogue,
        &FromGuest::Pointing(area::pointing::FromGuest::Lines { at: said(LAST_TERMINAL) }),
    );
    assert_eq!(pointing(&mut host), [], "not so soon");
    host.tick(NOW + POINTS_EVERY);
    assert_eq!(pointing(&mut host), [(slot, None)]);
}

/// JS-MSG-1: what is beyond the limit goes nowhere, and its guest hears of it once a second.
#[test]
fn too_many_messages_go_nowhere_and_are_told_once_a_second() {
    let mut host = open_host();
    let mut rogue = Rogue::seated(&mut host, 34, Role::Viewer);
    let chat = FromGuest::Chat(area::chat::FromGuest::Say { text: "hi".into() }).encode();
    for second in 1..4 {
        while host.poll().is_some() {}
        let mut plaintext = Plaintext::to_host();
        (0..3 * MESSAGES_PER_SECOND).for_each(|_| plaintext.push(&Record::Message(&chat)));
        let frame = rogue.sender.seal(host.keys.sid, plaintext).unwrap();
        host.relay_frame(Millis(NOW.0 + second * 1_000), &frame).unwrap();
        let (mut chats, mut frames) = (0, Vec::new());
        while let Some(output) = host.poll() {
            match output {
                HostOutput::Event(HostEvent::Chat { .. }) => chats += 1,
                frame @ HostOutput::Frame(_) => frames.push(frame),
                _ => {}
            }
        }
        host.out.extend(frames);
        assert_eq!(chats, MESSAGES_PER_SECOND);
        assert_eq!(rogue.told(&mut host), [no(Refused::Messages)]);
    }
}

/// JS-TRANSFER-2: what is cancelled is no longer looked for, and makes room for what waits behind it.
#[test]
fn a_cancelled_fetch_makes_room() {
    let mut host = open_host();
    host.share_panel(NOW, 1).unwrap();
    let mut rogue = Rogue::seated(&mut host, 35, Role::Viewer);
    let mut other = Rogue::seated(&mut host, 36, Role::Viewer);
    let request = TransferRequest { of: TransferKind::Panel(1), reference: "x".into(), having: None };
    ask(
        &mut host,
        &mut other,
        &FromGuest::Transfer(area::transfer::FromGuest::Get { id: 9, content: request.clone() }),
    );
    let ticket = std::iter::from_fn(|| host.poll()).find_map(|output| match output {
        HostOutput::Transfer { ticket, .. } => Some(ticket),
        _ => None,
    });
    for id in 0..4 {
        ask(
            &mut host,
            &mut rogue,
            &FromGuest::Transfer(area::transfer::FromGuest::Get { id, content: request.clone() }),
        );
    }
    assert_eq!(host.transfers.len(), 5);
    for id in [0, 3] {
        ask(&mut host, &mut rogue, &FromGuest::Transfer(area::transfer::FromGuest::Cancel { id }));
    }
    assert_eq!(host.transfers.len(), 3, "the other guest's stays");
    let slot = rogue.keys.slot;
    let outputs = std::iter::from_fn(|| host.poll());
    let wanted =
        outputs.filter(|output| matches!(output, HostOutput::Transfer { slot: of, .. } if *of == slot));
    assert_eq!(wanted.count(), 2, "the second, and the third in the place of the first");
    ask(
        &mut host,
        &mut rogue,
        &FromGuest::Transfer(area::transfer::FromGuest::Get { id: 0, content: request }),
    );
    assert!(rogue.is_seated(&host), "its name is free again");
    host.remove(NOW, slot).unwrap();
    assert_eq!(host.transfers.len(), 1, "nobody looks for what is for nobody");
    host.content_ready(ticket.unwrap(), Ok(vec![b'x'; TransferKind::Panel(1).limits().len + 1].into()));
    assert_eq!(host.transfers.len(), 0);
    let refused =
        FromHost::Transfer(area::transfer::FromHost::Refused { id: 9, why: TransferRefusal::TooLarge });
    assert!(other.told(&mut host).contains(&refused));
}

/// JS-SNAP-4: a guest that says on and on that it lost frames gets everything again once it has taken what it got, and at
/// most every two seconds.
#[test]
fn everything_anew_is_asked_for_at_most_every_two_seconds() {
    let mut host = open_host();
    let mut rogue = Rogue::seated(&mut host, 37, Role::Viewer);
    let seats = |host: &mut Host| {
        let outputs = std::iter::from_fn(|| host.poll());
        outputs.filter(|output| matches!(output, HostOutput::Snapshot { scope: Scope::Screen, .. })).count()
    };
    rogue.takes_all(&mut host, NOW);
    seats(&mut host);
    let again = |host: &mut Host, rogue: &mut Rogue, now| {
        let mut plaintext = Plaintext::to_host();
        plaintext.push(&Record::Message(&FromGuest::Session(area::session::FromGuest::Resync {}).encode()));
        let frame = rogue.sender.seal(host.keys.sid, plaintext).unwrap();
        host.relay_frame(now, &frame).unwrap();
    };
    again(&mut host, &mut rogue, NOW);
    assert_eq!(seats(&mut host), 1);
    let later = |ms| Millis(NOW.0 + ms);
    again(&mut host, &mut rogue, later(1_000));
    rogue.takes_all(&mut host, later(1_999));
    host.tick(later(1_999));
    assert_eq!(seats(&mut host), 0, "too soon");
    host.tick(later(2_000));
    assert_eq!(seats(&mut host), 1, "what it asked for meanwhile");
    // All but the last of it: that is a slow line, and more would make it slower.
    again(&mut host, &mut rogue, later(2_001));
    let slot = rogue.keys.slot;
    let pair = host.seats[&slot].sealed() - 1;
    host.relay_text(later(4_500), &control::encode(&RelayToHost::Acked { slot, pair })).unwrap();
    host.tick(later(4_500));
    assert_eq!(seats(&mut host), 0, "it has not taken what it got");
    rogue.takes_all(&mut host, later(4_600));
    assert_eq!(seats(&mut host), 1);
    host.tick(later(4_700));
    rogue.takes_all(&mut host, later(5_000));
    host.tick(later(5_000));
    assert_eq!(seats(&mut host), 0, "and nothing that it did not ask for");
    again(&mut host, &mut rogue, later(6_700));
    assert_eq!(seats(&mut host), 1);
}

/// JS-PAIR-8: a guest that says nothing moves on to new keys with the epoch, so that the host forgets those of what it
/// typed before.
#[test]
fn with_a_new_epoch_a_silent_guest_moves_on_to_new_keys() {
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    guest.chat(NOW, "before").unwrap();
    pump(&mut host, &mut guest);
    let slot = guest.slot().unwrap();
    let heard = host.seats[&slot].receiver.expected();
    host.rotate(NOW);
    pump(&mut host, &mut guest);
    assert_eq!(host.seats[&slot].receiver.expected(), heard + 1);
}

/// JS-END-1: of a session that is over guests get the end and change nothing any more.
#[test]
fn what_guests_say_after_the_end_counts_for_nothing() {
    let mut host = open_host();
    let mut co = Rogue::seated(&mut host, 38, Role::CoOwner);
    let bo = Rogue::seated(&mut host, 39, Role::Viewer);
    host.end(NOW, EndReason::Stopped);
    while host.poll().is_some() {}
    let (slot, invites) = (bo.keys.slot, host.invites().count());
    for word in [
        FromGuest::People(area::people::FromGuest::AskControl {}),
        FromGuest::Chat(area::chat::FromGuest::Say { text: "hi".into() }),
        FromGuest::Pointing(area::pointing::FromGuest::Lines {
            at: Some(area::pointing::PointedLines { stream: 1, from: 0, to: 1 }),
        }),
        FromGuest::People(area::people::FromGuest::SetRole { slot, role: Role::Writer }),
        FromGuest::Invites(area::invites::FromGuest::Make {
            id: 1,
            role: Role::Viewer,
            max_uses: None,
            admission: Admission::Open,
        }),
        FromGuest::Transfer(area::transfer::FromGuest::Get {
            id: 1,
            content: TransferRequest { of: TransferKind::Panel(1), reference: "x".into(), having: None },
        }),
        FromGuest::People(area::people::FromGuest::Remove { slot }),
    ] {
        ask(&mut host, &mut co, &word);
    }
    let outputs = std::iter::from_fn(|| host.poll());
    let told = outputs.filter(|output| !matches!(output, HostOutput::Text(_)));
    assert_eq!(told.collect::<Vec<_>>(), [], "nobody hears of it");
    assert_eq!((host.role_of(slot), host.invites().count()), (Some(Role::Viewer), invites));
    ask(&mut host, &mut co, &FromGuest::Session(area::session::FromGuest::Leave {}));
    assert!(!co.is_seated(&host), "it may go");
}

/// JS-MSG-6: a lost word is made good by the state, whether it said that something is so or is so no longer.
#[test]
fn the_state_says_who_asks_and_points_and_who_does_not() {
    let mut host = open_host();
    let mut asks = Rogue::seated(&mut host, 35, Role::Viewer);
    let slot = asks.keys.slot;
    ask(&mut host, &mut asks, &FromGuest::People(area::people::FromGuest::AskControl {}));
    let mut guest = true_guest(&mut host);
    let asking = |outputs: Vec<GuestOutput>| {
        outputs.into_iter().find_map(|output| match output {
            GuestOutput::Event(GuestEvent::Asking { slot: of, on }) if of == slot => Some(on),
            _ => None,
        })
    };
    host.tell_state(NOW, guest.slot().unwrap());
    assert_eq!(asking(pump(&mut host, &mut guest)), Some(true), "a newcomer learns who asks");

    host.point(NOW, Some(Pointing { stream: 1, range: TextRange { from: 0, to: 0, columns: None } }));
    host.point(NOW, None);
    pump(&mut host, &mut guest);
    host.announce_state(NOW);
    let told = pump(&mut host, &mut guest);
    let points = |of| {
        told.iter().any(|output| {
            matches!(output, GuestOutput::Event(GuestEvent::Pointing { slot, at: None }) if *slot == of)
        })
    };
    assert!(points(HOST_SLOT) && points(slot), "what was taken back is said again");
}

/// A guest that is away points no longer, for everyone.
#[test]
fn who_is_away_does_not_point() {
    let mut host = open_host();
    let stream = host.open_terminal(NOW, "bash", 80, 24).unwrap();
    let mut away = Rogue::seated(&mut host, 36, Role::Viewer);
    let mut guest = true_guest(&mut host);
    let at = Some(PointedLines { stream, from: 0, to: 1 });
    ask(&mut host, &mut away, &FromGuest::Pointing(area::pointing::FromGuest::Lines { at }));
    pump(&mut host, &mut guest);
    assert!(host.announced.pointing.contains_key(&away.keys.slot));
    host.guest_absent(NOW, away.keys.slot);
    host.tick(NOW + PRESENCE_EVERY);
    assert!(!host.announced.pointing.contains_key(&away.keys.slot));
    let told = pump(&mut host, &mut guest);
    let gone = |output: &GuestOutput| matches!(output, GuestOutput::Event(GuestEvent::Pointing { at: None, slot }) if *slot == away.keys.slot);
    assert!(told.iter().any(gone));
}
