//! Guests with true keys that try to reach panels in ways that no true guest would, and a host that lies.

use super::*;
use crate::{
    Scope, TransferKind, TransferRefusal, TransferRequest,
    area::MESSAGES_PER_SECOND,
    frame::record::{ContentPart, Part},
    guest::{ContentChange, PanelChange},
    panel::stream_of,
};

/// A host that shares panel 1, at its fourth version.
fn sharing_host() -> Host {
    let mut host = open_host();
    host.share_panel(NOW, 1).unwrap();
    for _ in 0..3 {
        host.panel_changed(NOW, 1, b"x");
    }
    host
}

fn fetch(host: &mut Host, rogue: &mut Rogue, id: u32, panel: u8, reference: &str) {
    let request =
        TransferRequest { of: TransferKind::Panel(panel), reference: reference.into(), having: None };
    rogue.send(
        host,
        &[Record::Message(
            &FromGuest::Transfer(area::transfer::FromGuest::Get { id, content: request }).encode(),
        )],
    );
}

/// What the host is asked for, and what it says to this guest.
fn asked(host: &mut Host) -> Vec<TransferRequest> {
    let outputs = std::iter::from_fn(|| host.poll());
    outputs
        .filter_map(
            |output| if let HostOutput::Transfer { request, .. } = output { Some(request) } else { None },
        )
        .collect()
}

/// JS-PANEL-3: whatever a guest seals, of whatever role, the panel stays as it is and so does what is shared.
#[test]
fn a_guest_cannot_by_any_message_change_or_widen_a_panel() {
    let stream = stream_of(1);
    let part = Part { stream, scope: Scope::Full, id: 1, part: 0, parts: 1, position: 9, bytes: b"mine" };
    let content = ContentPart { transfer: 1, total: 4, at: 0, bytes: b"mine" };
    let records = [
        Record::Change { stream, position: 3, bytes: b"mine" },
        Record::Snapshot(part),
        Record::Content(content),
        Record::Output { stream: 1, position: 0, bytes: b"mine" },
        Record::Message(br#"{"panels":{"list":{"rev":99,"panels":[1,2,3]}}}"#),
        Record::Message(
            br#"{"transfer":{"get":{"id":1,"content":{"of":{"kind":"panel","number":1},"reference":"../../etc/passwd"}}}}"#,
        ),
        Record::Message(br#"{"transfer":{"get":{"id":1,"content":{"of":{"kind":"panel","number":1},"reference":"/etc/passwd"}}}}"#),
        Record::Message(br#"{"transfer":{"get":{"id":1,"content":{"of":{"kind":"panel","number":0},"reference":"x"}}}}"#),
        Record::Message(br#"{"transfer":{"get":{"id":1,"content":{"of":{"kind":"panel","number":200},"reference":"x"}}}}"#),
        Record::Message(
            br#"{"transfer":{"get":{"id":1,"content":{"of":{"kind":"panel","number":1},"reference":"x","having":"../x"}}}}"#,
        ),
        Record::Message(br#"{"transfer":{"get":{"id":1,"content":{"of":{"kind":"panel","number":1},"reference":["x"]}}}}"#),
    ];
    for (seed, record) in records.iter().enumerate() {
        let mut host = sharing_host();
        let mut rogue = Rogue::seated(&mut host, 100 + seed as u64, Role::CoOwner);
        rogue.send(&mut host, std::slice::from_ref(record));
        assert!(!rogue.is_seated(&host), "{record:?}");
        assert_eq!(asked(&mut host), [], "{record:?}");
        assert_eq!((host.panels(), host.panels.position(1)), (vec![1], Some(3)), "{record:?}");
    }
    // Words that nobody has.
    for (seed, word) in [
        br#"{"panels":{"share":{"panel":2}}}"#.as_slice(),
        br#"{"panels":{"list_all":{"rev":99,"panels":[1,2,3]}}}"#,
        br#"{"transfer":{"put":{"panel":1,"reference":"x"}}}"#,
    ]
    .into_iter()
    .enumerate()
    {
        let mut host = sharing_host();
        let mut rogue = Rogue::seated(&mut host, 150 + seed as u64, Role::CoOwner);
        rogue.send(&mut host, &[Record::Message(word)]);
        assert!(rogue.is_seated(&host));
        assert_eq!(asked(&mut host), []);
        assert_eq!((host.panels(), host.panels.position(1)), (vec![1], Some(3)));
    }
    // Its other words, and keys for what is no terminal, have nothing to do with panels.
    let mut host = sharing_host();
    host.looking(NOW, Some(1));
    let mut rogue = Rogue::seated(&mut host, 99, Role::CoOwner);
    for word in [
        FromGuest::People(area::people::FromGuest::AskControl {}),
        FromGuest::Chat(area::chat::FromGuest::Say { text: "hi".into() }),
        FromGuest::Pointing(area::pointing::FromGuest::Lines {
            at: Some(area::pointing::PointedLines { stream, from: 0, to: 9 }),
        }),
        FromGuest::Session(area::session::FromGuest::Resync {}),
        FromGuest::Transfer(area::transfer::FromGuest::Cancel { id: 7 }),
    ] {
        rogue.send(&mut host, &[Record::Message(&word.encode())]);
    }
    assert!(rogue.is_seated(&host));
    assert_eq!((host.panels(), host.panels.position(1)), (vec![1], Some(3)));
}

/// JS-PANEL-4: the host's source is asked for nothing of a panel that is not shared, and nothing before the confirm.
#[test]
fn a_guest_cannot_by_any_message_read_what_is_not_shared() {
    let mut host = sharing_host();
    let mut rogue = Rogue::seated(&mut host, 5, Role::CoOwner);
    for panel in 2..=crate::LAST_PANEL {
        fetch(&mut host, &mut rogue, u32::from(panel), panel, "x");
    }
    assert_eq!(asked(&mut host), []);
    assert!(rogue.is_seated(&host), "it asked politely");
    host.unshare_panel(NOW, 1);
    fetch(&mut host, &mut rogue, 100, 1, "x");
    assert_eq!(asked(&mut host), []);

    let mut host = sharing_host();
    let mut rogue = Rogue::welcomed(&mut host, 6, Role::CoOwner);
    fetch(&mut host, &mut rogue, 1, 1, "x");
    assert_eq!(asked(&mut host), []);
    assert!(!rogue.is_seated(&host));

    // Asked, and taken back before anyone looked.
    let mut host = sharing_host();
    let mut rogue = Rogue::seated(&mut host, 7, Role::Viewer);
    fetch(&mut host, &mut rogue, 1, 1, "x");
    host.unshare_panel(NOW, 1);
    assert_eq!(asked(&mut host), []);
}

/// JS-TRANSFER-2: so many at a time, under names of their own.
#[test]
fn fetches_of_a_guest_are_bounded() {
    let mut host = sharing_host();
    let mut rogue = Rogue::seated(&mut host, 8, Role::Viewer);
    let mut wanted = 0;
    for id in 0..500 {
        fetch(&mut host, &mut rogue, id, 1, "x");
        wanted += asked(&mut host).len();
        // It takes what it is told.
        let taken = RelayToHost::Acked { slot: rogue.keys.slot, pair: host.seats[&rogue.keys.slot].sealed() };
        host.relay_text(NOW, &control::encode(&taken)).unwrap();
    }
    assert_eq!((wanted, host.transfers.len()), (2, TransferKind::Panel(1).limits().under_way));
    fetch(&mut host, &mut rogue, 0, 1, "x");
    assert!(!rogue.is_seated(&host), "one name for two");

    // A guest that asks on for what is not shared is refused as often as it may say anything (JS-PAIR-7).
    let mut host = sharing_host();
    let mut rogue = Rogue::seated(&mut host, 9, Role::Viewer);
    let slot = rogue.keys.slot;
    let sealed = |host: &Host| host.seats[&slot].sealed();
    let before = sealed(&host);
    for id in 0..2_000 {
        fetch(&mut host, &mut rogue, id, 2, "x");
    }
    assert!((1..=u64::from(MESSAGES_PER_SECOND)).contains(&(sealed(&host) - before)));
}

/// JS-TRANSFER-3: a host that sends contents which were not asked for, or do not fit together.
#[test]
fn contents_of_a_rogue_host_are_bounded() {
    let mut host = sharing_host();
    let mut guest = true_guest(&mut host);
    let slot = guest.slot().unwrap();
    let request = TransferRequest { of: TransferKind::Panel(1), reference: "x".into(), having: None };
    let fetch = guest.transfer(NOW, request).unwrap();
    let told = |output: &GuestOutput| matches!(output, GuestOutput::Content { .. });
    for (id, total, at, refused) in
        [(fetch + 1, 1, 0, false), (fetch, u32::MAX, 0, true), (fetch, 1, 0, false)]
    {
        let mut plaintext = Plaintext::to_guest();
        plaintext.push(&Record::Content(ContentPart { transfer: id, total, at, bytes: b"x" }));
        let frame = host.seats.get_mut(&slot).unwrap().seal_anything(host.keys.sid, plaintext);
        host.out.push_back(HostOutput::Frame(frame));
        let shown: Vec<_> = pump(&mut host, &mut guest).into_iter().filter(told).collect();
        let change = ContentChange::Refused(TransferRefusal::Failed);
        let expected: Vec<_> =
            refused.then_some(GuestOutput::Content { transfer: id, change }).into_iter().collect();
        assert_eq!(shown, expected);
    }
    assert!(guest.may_transfer(TransferKind::Panel(1)) && !guest.is_ended());
}

/// JS-PANEL-1: changes behind a hole are not shown, and panels are no terminals.
#[test]
fn changes_of_a_rogue_host_are_in_order() {
    let mut host = sharing_host();
    let mut guest = true_guest(&mut host);
    let mut plaintext = Plaintext::group();
    for (stream, position) in [(stream_of(1), 900), (stream_of(2), 0), (stream_of(31), 0)] {
        plaintext.push(&Record::Change { stream, position, bytes: b"y" });
    }
    host.seal_group(NOW, plaintext);
    let shown = pump(&mut host, &mut guest);
    let change = |output: &GuestOutput| {
        matches!(
            output,
            GuestOutput::Panel { change: PanelChange::Change(_), .. } | GuestOutput::Terminal { .. }
        )
    };
    assert!(!shown.iter().any(change), "{shown:?}");
}
