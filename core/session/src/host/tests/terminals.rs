//! What becomes of terminals: what is told, where keys count, and what is sent of them.

use super::*;
use crate::{Exit, InputRefusal, TerminalCard, frame::record::MAX_OUTPUT, guest::TerminalChange};

/// The list of terminals that a guest was told last, if it was told any.
fn cards(outputs: &[GuestOutput]) -> Option<Vec<TerminalCard>> {
    outputs.iter().rev().find_map(|output| match output {
        GuestOutput::Event(GuestEvent::Terminals { terminals }) => Some(terminals.clone()),
        _ => None,
    })
}

/// Whether it began to skim, by what the host said since it was last asked.
fn skims(host: &mut Host) -> bool {
    let skimming = HostOutput::Event(HostEvent::Skimming { stream: 1, on: true });
    std::iter::from_fn(|| host.poll()).any(|output| output == skimming)
}

/// Shows everything to one guest, each terminal as this picture.
fn show(host: &mut Host, slot: Slot, picture: &[u8]) {
    host.show_all(slot, Scope::Full);
    let outputs: Vec<_> = std::iter::from_fn(|| host.poll()).collect();
    for output in outputs {
        match output {
            HostOutput::Snapshot { ticket, .. } => host.snapshot_ready(NOW, ticket, picture.to_vec().into()),
            other => host.out.push_back(other),
        }
    }
}

/// JS-MSG-3.
#[test]
fn what_becomes_of_a_terminal_is_told_of_that_one_alone() {
    let mut host = open_host();
    host.open_terminal(NOW, "zsh", 80, 24).unwrap();
    let mut guest = true_guest(&mut host);
    pump(&mut host, &mut guest);
    let card = |stream, title: &str, (cols, rows), ended| TerminalCard {
        stream,
        title: title.into(),
        cols,
        rows,
        ended,
    };
    let first = card(1, "bash", (80, 24), None);
    host.retitle(NOW, 2, "vim");
    let told = cards(&pump(&mut host, &mut guest));
    assert_eq!(told, Some(vec![first.clone(), card(2, "vim", (80, 24), None)]));
    host.retitle(NOW, 2, "vim");
    assert_eq!(cards(&pump(&mut host, &mut guest)), None, "it was called that before");
    host.resize(NOW, 2, 100, 0);
    let told = cards(&pump(&mut host, &mut guest));
    assert_eq!(told, Some(vec![first.clone(), card(2, "vim", (100, 1), None)]));
    let exit = Exit { code: Some(3) };
    host.end_terminal(NOW, 2, exit);
    let told = cards(&pump(&mut host, &mut guest));
    assert_eq!(told, Some(vec![first.clone(), card(2, "vim", (100, 1), Some(exit))]));
    host.close_terminal(NOW, 2);
    assert_eq!(cards(&pump(&mut host, &mut guest)), Some(vec![first]));
    host.end(NOW, EndReason::Stopped);
    pump(&mut host, &mut guest);
    host.retitle(NOW, 1, "late");
    host.resize(NOW, 1, 10, 10);
    assert_eq!(cards(&pump(&mut host, &mut guest)), None, "that is no part of the session any more");
}

/// JS-ROLE-3, JS-ROLE-5: a program that has ended takes no keys; the one in front takes them on, whatever becomes of
/// others.
#[test]
fn keys_count_at_the_terminal_in_front_while_it_runs() {
    let mut host = open_host();
    host.open_terminal(NOW, "zsh", 80, 24).unwrap();
    host.open_terminal(NOW, "fish", 80, 24).unwrap();
    let slot = Rogue::seated(&mut host, 60, Role::Writer).keys.slot;
    host.looking(NOW, Some(1));
    let since = host.attention.since();
    host.end_terminal(NOW, 2, Exit { code: None });
    host.close_terminal(NOW, 2);
    host.looking(NOW, Some(1));
    assert_eq!((host.may_type(slot, 1), host.attention.since()), (Ok(()), since), "nothing changed for it");
    assert_eq!(host.may_type(slot, 3), Err(InputRefusal::HostAway));
    host.end_terminal(NOW, 1, Exit { code: Some(0) });
    assert_eq!(host.may_type(slot, 1), Err(InputRefusal::NoTerminal));
    host.looking(NOW, Some(3));
    assert_eq!(host.may_type(slot, 3), Ok(()));
    host.close_terminal(NOW, 3);
    assert_eq!((host.attention.stream(), host.may_type(slot, 3)), (None, Err(InputRefusal::NoTerminal)));
    // Of a session that is over nothing is in front.
    host.end(NOW, EndReason::Stopped);
    host.looking(NOW, Some(1));
    assert_eq!(host.attention.stream(), None);
}

/// Who pointed at a terminal that is gone no longer points; who points at another one does.
#[test]
fn pointers_go_with_their_terminal() {
    let mut host = open_host();
    host.open_terminal(NOW, "zsh", 80, 24).unwrap();
    let mut rogues = [61, 62].map(|seed| Rogue::seated(&mut host, seed, Role::Viewer));
    for (rogue, stream) in rogues.iter_mut().zip([1, 2]) {
        let at = Some(area::pointing::PointedLines { stream, from: 0, to: 1 });
        rogue.send(
            &mut host,
            &[Record::Message(&FromGuest::Pointing(area::pointing::FromGuest::Lines { at }).encode())],
        );
    }
    while host.poll().is_some() {}
    host.close_terminal(NOW, 2);
    let outputs = std::iter::from_fn(|| host.poll());
    let pointing = outputs.filter_map(|output| match output {
        HostOutput::Event(HostEvent::Pointing { slot, at }) => Some((slot, at)),
        _ => None,
    });
    assert_eq!(pointing.collect::<Vec<_>>(), [(rogues[1].keys.slot, None)]);
}

/// JS-STREAM-1: what is longer than a frame goes in several, each where the one before ends: nothing is asked for again.
#[test]
fn what_is_printed_at_once_arrives_as_it_was_printed() {
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    show(&mut host, guest.slot().unwrap(), b"picture");
    pump(&mut host, &mut guest);
    host.output(NOW, 1, b"first");
    let bytes: Vec<u8> = (0..3 * MAX_OUTPUT + 7).map(|at| at as u8).collect();
    host.output(NOW, 1, &bytes);
    let mut shown = Vec::new();
    for output in pump(&mut host, &mut guest) {
        match output {
            GuestOutput::Terminal { change: TerminalChange::Output(bytes), .. } => shown.extend(bytes),
            GuestOutput::Terminal { change, .. } => panic!("{change:?}"),
            _ => {}
        }
    }
    assert!(shown == [b"first", &bytes[..]].concat(), "{} bytes", shown.len());
}

/// JS-SNAP-1: two pictures of one terminal are told apart by their numbers, part by part.
#[test]
fn every_picture_has_a_number_of_its_own() {
    let mut host = open_host();
    let mut rogue = Rogue::seated(&mut host, 63, Role::Viewer);
    let mut ids = Vec::new();
    for _ in 0..3 {
        show(&mut host, rogue.keys.slot, b"picture");
        let sid = host.keys.sid;
        while let Some(output) = host.poll() {
            let HostOutput::Frame(frame) = output else { continue };
            let (header, ciphertext) = FrameHeader::decode(&frame).unwrap();
            if header.kind == FrameKind::Group {
                continue;
            }
            let Some(plaintext) = rogue.receiver.open(NOW, sid, &header, ciphertext).unwrap() else {
                continue;
            };
            ids.extend(Records::new(&plaintext).filter_map(|record| match record.unwrap() {
                Record::Snapshot(part) => Some(part.id),
                _ => None,
            }));
        }
        rogue.takes_all(&mut host, NOW);
    }
    assert!(ids.len() == 3 && ids.is_sorted_by(|one, next| one < next), "{ids:?}");
}

/// JS-FLOOD-1: a size that cannot be sent is followed by a picture; where it was sent, or nobody looks, there is no need.
#[test]
fn a_size_that_is_not_sent_is_made_good() {
    let mut host = open_host();
    while host.poll().is_some() {}
    host.resize(NOW, 1, 90, 30);
    assert!(!skims(&mut host), "nobody looks");
    Rogue::seated(&mut host, 64, Role::Viewer);
    host.resize(NOW, 1, 91, 30);
    assert!(!skims(&mut host), "it was sent");
    // The relay takes nothing any more.
    for _ in 0..1_000 {
        host.chat(NOW, &"x".repeat(4_000));
    }
    host.resize(NOW, 1, 92, 30);
    assert!(skims(&mut host));
}
