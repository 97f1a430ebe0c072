//! What goes to one guest, piece by piece: what shares a frame, and what is left out.

use std::collections::BTreeMap;

use jumpseat_wire::limits::MAX_FRAME_LEN;

use super::*;
use crate::StreamId;
use crate::{TransferId, TransferKind, TransferRequest, panel::stream_of};

/// What reached a guest: lengths of frames, and bytes of snapshots and of contents.
#[derive(Default)]
struct Got {
    frames: Vec<usize>,
    messages: usize,
    shown: usize,
    shown_of: BTreeMap<StreamId, usize>,
    contents: BTreeMap<TransferId, usize>,
}

fn take(host: &mut Host, rogue: &mut Rogue, got: &mut Got) {
    let sid = host.keys.sid;
    while let Some(output) = host.poll() {
        let HostOutput::Frame(frame) = output else { continue };
        let (header, ciphertext) = FrameHeader::decode(&frame).unwrap();
        if (header.kind, header.slot) != (FrameKind::ToGuest, rogue.keys.slot) {
            continue;
        }
        let Some(plaintext) = rogue.receiver.open(NOW, sid, &header, ciphertext).unwrap() else { continue };
        got.frames.push(frame.len());
        for record in Records::new(&plaintext) {
            match record.unwrap() {
                Record::Message(_) => got.messages += 1,
                Record::Snapshot(part) => {
                    got.shown += part.bytes.len();
                    *got.shown_of.entry(part.stream).or_default() += part.bytes.len();
                }
                Record::Content(part) => *got.contents.entry(part.transfer).or_default() += part.bytes.len(),
                _ => {}
            }
        }
    }
}

/// Takes everything that comes.
fn take_all(host: &mut Host, rogue: &mut Rogue, got: &mut Got) {
    loop {
        let before = got.frames.len();
        take(host, rogue, got);
        if got.frames.len() == before {
            return;
        }
        rogue.takes_all(host, NOW);
    }
}

/// JS-PAIR-4: a message and a small picture share a frame, and no frame is larger than frames may be.
#[test]
fn a_picture_beside_a_message_fits_its_frame() {
    for len in [1_000, 300_000] {
        let mut host = open_host();
        let mut rogue = Rogue::seated(&mut host, 50, Role::Viewer);
        take_all(&mut host, &mut rogue, &mut Got::default());
        let slot = rogue.keys.slot;
        host.relay_text(NOW, &control::encode(&RelayToHost::Absent { slot })).unwrap();
        host.tell(slot, FromHost::People(area::people::FromHost::Declined {}));
        host.show_all(slot, Scope::Full);
        let ticket = std::iter::from_fn(|| host.poll()).find_map(|output| match output {
            HostOutput::Snapshot { ticket, .. } => Some(ticket),
            _ => None,
        });
        host.snapshot_ready(NOW, ticket.unwrap(), vec![b'x'; len].into());
        let pair = host.seats[&slot].sealed();
        host.relay_text(NOW, &control::encode(&RelayToHost::Present { slot, pair })).unwrap();
        let mut got = Got::default();
        take_all(&mut host, &mut rogue, &mut got);
        assert_eq!((got.messages, got.shown), (1, len));
        assert!(got.frames.iter().all(|len| *len <= MAX_FRAME_LEN), "{:?}", got.frames);
        assert!(len > 1_000 || got.frames.len() == 1, "{:?}", got.frames);
    }
}

/// JS-PANEL-4, JS-TRANSFER-2: of a panel that is no longer shared nothing more is sent, nor of what nobody wants any more; the
/// rest is sent whole.
#[test]
fn contents_end_where_they_are_no_longer_shared_or_wanted() {
    const LEN: usize = 2_000_000;
    for cancelled in [true, false] {
        let mut host = open_host();
        host.share_panel(NOW, 1).unwrap();
        host.share_panel(NOW, 2).unwrap();
        let mut rogue = Rogue::seated(&mut host, 51, Role::Viewer);
        take_all(&mut host, &mut rogue, &mut Got::default());
        for panel in [1, 2] {
            let request =
                TransferRequest { of: TransferKind::Panel(panel), reference: "x".into(), having: None };
            let fetch = FromGuest::Transfer(area::transfer::FromGuest::Get {
                id: u32::from(panel),
                content: request,
            });
            rogue.send(&mut host, &[Record::Message(&fetch.encode())]);
        }
        let mut frames = Vec::new();
        while let Some(output) = host.poll() {
            match output {
                HostOutput::Transfer { ticket, .. } => {
                    host.content_ready(ticket, Ok(vec![b'x'; LEN].into()));
                }
                frame @ HostOutput::Frame(_) => frames.push(frame),
                _ => {}
            }
        }
        host.out.extend(frames);
        if cancelled {
            rogue.send(
                &mut host,
                &[Record::Message(
                    &FromGuest::Transfer(area::transfer::FromGuest::Cancel { id: 1 }).encode(),
                )],
            );
        } else {
            host.unshare_panel(NOW, 1);
        }
        let mut got = Got::default();
        take_all(&mut host, &mut rogue, &mut got);
        assert!(got.contents.get(&1).is_none_or(|len| *len < LEN / 2), "{:?}", got.contents);
        assert_eq!(got.contents.get(&2), Some(&LEN));
    }
}

/// JS-PANEL-4, JS-SNAP-4: a picture that comes when it is no longer to be shown, or when its guest has gone, goes to nobody;
/// others get theirs.
#[test]
fn a_picture_that_comes_too_late_goes_to_nobody() {
    let mut host = open_host();
    host.share_panel(NOW, 1).unwrap();
    host.share_panel(NOW, 2).unwrap();
    host.open_terminal(NOW, "zsh", 80, 24).unwrap();
    let gone = Rogue::seated(&mut host, 52, Role::Viewer).keys.slot;
    let mut stays = Rogue::seated(&mut host, 53, Role::Viewer);
    take_all(&mut host, &mut stays, &mut Got::default());
    let mut tickets = Vec::new();
    for slot in [gone, stays.keys.slot] {
        host.show_all(slot, Scope::Full);
        tickets.extend(std::iter::from_fn(|| host.poll()).filter_map(|output| match output {
            HostOutput::Snapshot { stream, ticket, .. } => Some((ticket, usize::from(stream))),
            HostOutput::PanelSnapshot { panel, ticket } => Some((ticket, 10 * usize::from(panel))),
            _ => None,
        }));
    }
    assert_eq!(tickets.len(), 8);
    host.unshare_panel(NOW, 1);
    host.close_terminal(NOW, 1);
    host.remove(NOW, gone).unwrap();
    for (ticket, len) in tickets {
        host.snapshot_ready(NOW, ticket, vec![b'x'; len].into());
    }
    let mut got = Got::default();
    take_all(&mut host, &mut stays, &mut got);
    assert_eq!(got.shown, 20 + 2, "of the second panel and the second terminal");
}

/// JS-PANEL-2: nor does a picture that waits for the line when its panel is taken back; other panels' come.
#[test]
fn a_picture_in_line_goes_with_its_panel() {
    const LEN: usize = 1_000_000;
    let mut host = open_host();
    host.share_panel(NOW, 1).unwrap();
    host.share_panel(NOW, 2).unwrap();
    let mut rogue = Rogue::seated(&mut host, 54, Role::Viewer);
    take_all(&mut host, &mut rogue, &mut Got::default());
    host.show_all(rogue.keys.slot, Scope::Full);
    let outputs: Vec<_> = std::iter::from_fn(|| host.poll()).collect();
    for output in outputs {
        if let HostOutput::PanelSnapshot { panel, ticket } = output {
            host.snapshot_ready(NOW, ticket, vec![b'x'; if panel == 1 { LEN } else { 10 }].into());
        }
    }
    host.unshare_panel(NOW, 1);
    let mut got = Got::default();
    take_all(&mut host, &mut rogue, &mut got);
    assert!(got.shown_of[&stream_of(1)] < LEN / 2, "{:?}", got.shown_of);
    assert_eq!(got.shown_of[&stream_of(2)], 10);
}
