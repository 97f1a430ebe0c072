//! Guests and hosts of an attacker's own: they hold true keys and seal what no true machine would.

use jumpseat_wire::{
    Blob, FrameHeader, FrameKind, InviteCode, Slot,
    control::{self, HostToRelay, RelayToGuest, RelayToHost},
};

use super::*;
use crate::{
    Admission, GuestCard, InviteTerms, Scope,
    area::{self, FromGuest},
    crypto::{
        hash::{hkdf, labelled},
        sign::SignKey,
    },
    frame::{
        epoch::GRANT_LEN,
        group,
        record::{Records, TypedAt},
        seal::SealKey,
    },
    guest::{Guest, GuestConfig, GuestEvent, GuestOutput},
    handshake::{
        bundle::HostBundle,
        knock::Knocking,
        welcome::{Answered, PairKeys},
    },
    pair::{Lane, PairReceiver, PairSender},
};

mod invites;
mod keys;
mod line;
mod link;
mod panels;
mod people;
mod requests;
mod terminals;
mod words;

const NOW: Millis = Millis(1_000);

fn open_host() -> Host {
    let mut host = Host::new(HostConfig::new("Ann", 0), Entropy::seeded(1), NOW);
    host.open_terminal(NOW, "bash", 80, 24).unwrap();
    host.connected(NOW);
    let code = InviteCode::from_random([1; 5]);
    let opened = RelayToHost::Opened { code, expires_in: 1, max_guests: 20 };
    host.relay_text(NOW, &control::encode(&opened)).unwrap();
    host
}

fn invite(host: &mut Host, role: Role) -> Invite {
    let terms = InviteTerms { role, admission: Admission::Open, expires_in: None, max_uses: None };
    host.create_invite(NOW, terms).unwrap()
}

/// A guest that keeps to nothing.
struct Rogue {
    keys: Box<PairKeys>,
    reveal: [u8; 32],
    sender: PairSender,
    receiver: PairReceiver,
    /// The newest epoch's number, first frame and key, as granted.
    granted: Option<(u32, [u8; 32])>,
}

impl Rogue {
    /// Knocks and is welcomed; has not confirmed.
    fn welcomed(host: &mut Host, seed: u64, role: Role) -> Self {
        let token = invite(host, role).token;
        let bundle = HostBundle::decode(&host.keys.bundle).unwrap();
        let card = GuestCard { name: "Eve".into(), program: "rogue".into() };
        let (knocking, message) =
            Knocking::knock(bundle, &token, &card, None, &mut Entropy::seeded(seed)).unwrap();
        let knock = RelayToHost::Knock { knock: 1, data: Blob(message) };
        host.relay_text(NOW, &control::encode(&knock)).unwrap();
        let mut welcome = None;
        while let Some(output) = host.poll() {
            if let HostOutput::Text(text) = output
                && let Ok(HostToRelay::Welcome { data, .. }) = control::decode(&text)
            {
                welcome = Some(data.0);
            }
        }
        let Ok(Answered::Welcome(keys, reveal, _)) = knocking.answered(&welcome.unwrap()) else { panic!() };
        let (to_host, to_guest) = (keys.to_host.clone(), keys.to_guest.clone());
        let slot = keys.slot;
        Self {
            reveal: reveal.0,
            sender: PairSender::new(Lane { kind: FrameKind::ToHost, slot }, to_host, usize::MAX),
            receiver: PairReceiver::new(Lane { kind: FrameKind::ToGuest, slot }, to_guest),
            keys,
            granted: None,
        }
    }

    fn seated(host: &mut Host, seed: u64, role: Role) -> Self {
        let mut rogue = Self::welcomed(host, seed, role);
        let reveal = rogue.reveal;
        rogue.send(host, &[Record::Confirm(&reveal)]);
        rogue.read(host);
        rogue
    }

    fn send(&mut self, host: &mut Host, records: &[Record<'_>]) {
        let mut plaintext = Plaintext::to_host();
        records.iter().for_each(|record| plaintext.push(record));
        let frame = self.sender.seal(host.keys.sid, plaintext).unwrap();
        host.relay_frame(NOW, &frame).unwrap();
    }

    /// Takes what is for it, and the newest epoch's key with it.
    fn read(&mut self, host: &mut Host) {
        let sid = host.keys.sid;
        while let Some(output) = host.poll() {
            let HostOutput::Frame(frame) = output else { continue };
            let (header, ciphertext) = FrameHeader::decode(&frame).unwrap();
            if (header.kind, header.slot) != (FrameKind::ToGuest, self.keys.slot) {
                continue;
            }
            let Some(plaintext) = self.receiver.open(NOW, sid, &header, ciphertext).unwrap() else {
                continue;
            };
            for record in Records::new(&plaintext) {
                if let Record::Grant(grant) = record.unwrap() {
                    let epoch = u32::from_be_bytes(grant[1..5].try_into().unwrap());
                    self.granted = Some((epoch, grant[GRANT_LEN - 32..].try_into().unwrap()));
                }
            }
        }
    }

    /// What the host has said to it since it was last asked, besides what it sealed for everyone.
    fn told(&mut self, host: &mut Host) -> Vec<FromHost> {
        let sid = host.keys.sid;
        let mut told = Vec::new();
        while let Some(output) = host.poll() {
            let HostOutput::Frame(frame) = output else { continue };
            let (header, ciphertext) = FrameHeader::decode(&frame).unwrap();
            if (header.kind, header.slot) != (FrameKind::ToGuest, self.keys.slot) {
                continue;
            }
            let Some(plaintext) = self.receiver.open(NOW, sid, &header, ciphertext).unwrap() else {
                continue;
            };
            for record in Records::new(&plaintext) {
                if let Record::Message(json) = record.unwrap() {
                    told.extend(FromHost::decode(json).unwrap());
                }
            }
        }
        told
    }

    /// It has taken everything that was sealed for it.
    fn takes_all(&self, host: &mut Host, now: Millis) {
        let slot = self.keys.slot;
        let acked = RelayToHost::Acked { slot, pair: host.seats[&slot].sealed() };
        host.relay_text(now, &control::encode(&acked)).unwrap();
    }

    fn is_seated(&self, host: &Host) -> bool {
        host.role_of(self.keys.slot).is_some()
    }
}

/// A true guest with a seat, and what reached it.
fn true_guest(host: &mut Host) -> Guest {
    let token = invite(host, Role::Viewer).token;
    let card = GuestCard { name: "Bo".into(), program: "test".into() };
    let config =
        GuestConfig { code: InviteCode::from_random([1; 5]), token, card, key: None, key_timing: false };
    let mut guest = Guest::new(config, Entropy::seeded(77), NOW);
    guest.connected(NOW);
    let bundle = RelayToGuest::Bundle { bundle: host.keys.bundle.clone().into(), host_present: true };
    guest.relay_text(NOW, &control::encode(&bundle)).unwrap();
    pump(host, &mut guest);
    assert!(guest.slot().is_some() && host.role_of(guest.slot().unwrap()).is_some());
    guest
}

/// Carries what is under way between the two; gives what the guest showed and told.
fn pump(host: &mut Host, guest: &mut Guest) -> Vec<GuestOutput> {
    let mut shown = Vec::new();
    loop {
        let mut moved = false;
        while let Some(output) = guest.poll() {
            moved = true;
            match output {
                GuestOutput::Frame(frame) => host.relay_frame(NOW, &frame).unwrap(),
                GuestOutput::Text(text) => {
                    if let Ok(control::GuestToRelay::Knock { data }) = control::decode(&text) {
                        let knock = RelayToHost::Knock { knock: 50, data };
                        host.relay_text(NOW, &control::encode(&knock)).unwrap();
                    }
                }
                other => shown.push(other),
            }
        }
        while let Some(output) = host.poll() {
            moved = true;
            match output {
                HostOutput::Frame(frame) => {
                    let header = FrameHeader::decode(&frame).unwrap().0;
                    let slot = guest.slot().unwrap_or(Slot::MAX);
                    if header.kind == FrameKind::Group || header.slot == slot {
                        guest.relay_frame(NOW, &frame).unwrap();
                    }
                }
                HostOutput::Text(text) => {
                    if let Ok(HostToRelay::Welcome { data, .. }) = control::decode(&text) {
                        let welcome = RelayToGuest::Welcome { data };
                        guest.relay_text(NOW, &control::encode(&welcome)).unwrap();
                    }
                }
                _ => {}
            }
        }
        if !moved {
            return shown;
        }
    }
}

/// JS-JOIN-5, JS-JOIN-6.
#[test]
fn case_09_bad_sas_reveal() {
    let mut host = open_host();
    let mut rogue = Rogue::welcomed(&mut host, 5, Role::Writer);
    rogue.send(&mut host, &[Record::Confirm(&[9; 32])]);
    assert!(host.seats.is_empty() && host.group.is_resting(), "no seat, no key");
    // Nor does anything count before the confirm.
    let mut rogue = Rogue::welcomed(&mut host, 6, Role::Writer);
    host.looking(NOW, Some(1));
    rogue.send(
        &mut host,
        &[Record::Input {
            stream: 1,
            at: TypedAt { seen: u64::MAX, position: 0, gate: u64::MAX },
            bytes: b"x",
        }],
    );
    assert!(host.seats.is_empty());
    let mut outputs = std::iter::from_fn(|| host.poll());
    assert!(!outputs.any(|output| matches!(
        output,
        HostOutput::Input { .. } | HostOutput::Event(HostEvent::Joined { .. })
    )));
}

/// A true guest, and the key of the epoch that it shares with a rogue one.
fn shared_epoch(host: &mut Host) -> (Guest, u32, EpochKeys) {
    let mut guest = true_guest(host);
    let rogue = Rogue::seated(host, 7, Role::Viewer);
    // The true guest's own grant went past it: it gets what it has not acknowledged.
    let slot = guest.slot().unwrap();
    let frames: Vec<_> = host.seats[&slot].replay().collect();
    for frame in frames {
        guest.relay_frame(NOW, &frame).unwrap();
    }
    let (epoch, key) = rogue.granted.unwrap();
    let sid = host.keys.sid;
    let derive = |label: &str| labelled(label, &[&epoch.to_be_bytes()]);
    let (key, nonce) = (hkdf(&sid.0, &key, &derive("epoch key")), hkdf(&sid.0, &key, &derive("epoch nonce")));
    pump(host, &mut guest);
    (guest, epoch, (Secret(key), Secret(nonce)))
}

type EpochKeys = (Secret<32>, Secret<12>);

/// A group frame under true keys, signed by whoever.
fn frame(
    sid: SessionId,
    (key, nonce): &EpochKeys,
    (epoch, seq): (u32, u64),
    sign: &SignKey,
    record: &Record<'_>,
) -> Vec<u8> {
    let mut seal = SealKey::starting_at(key, nonce, seq);
    let mut plaintext = Plaintext::group();
    plaintext.push(record);
    group::seal(sid, &mut seal, epoch, sign, plaintext).unwrap()
}

/// JS-GROUP-2: a guest that holds the epoch's key seals frames for the others.
#[test]
fn case_17_a_guest_forging_a_host_frame_with_the_real_epoch_key() {
    let mut host = open_host();
    let (mut guest, epoch, keys) = shared_epoch(&mut host);
    let own = SignKey::generate(&mut Entropy::seeded(3));
    let end = FromHost::Session(area::session::FromHost::End { reason: EndReason::Stopped }).encode();
    for record in [
        Record::Output { stream: 1, position: 0, bytes: b"evil" },
        // Adversarial case 34: the end, forged under the true key.
        Record::Message(&end),
    ] {
        let forged = frame(host.keys.sid, &keys, (epoch, host.group.next()), &own, &record);
        guest.relay_frame(NOW, &forged).unwrap();
        assert_eq!(guest.poll(), None);
    }
    assert!(!guest.is_ended());
}

/// JS-EPOCH-4: even what the host signed counts under an old key only before the next epoch.
#[test]
fn case_12_an_old_key_ends_where_the_next_begins() {
    let mut host = open_host();
    let (mut guest, epoch, keys) = shared_epoch(&mut host);
    let chat =
        FromHost::Chat(area::chat::FromHost::Line { slot: 0, text: "rolled back".into(), at: 0 }).encode();
    let sealed = |host: &Host, epoch| {
        frame(host.keys.sid, &keys, (epoch, host.group.next()), &host.keys.sign, &Record::Message(&chat))
    };
    // The guest has the grant of the next epoch, and not yet its first frame.
    host.rotate(NOW);
    let slot = guest.slot().unwrap();
    let frames: Vec<_> = host.seats[&slot].replay().collect();
    for frame in frames {
        guest.relay_frame(NOW, &frame).unwrap();
    }
    let told = |guest: &mut Guest| {
        let outputs = std::iter::from_fn(|| guest.poll());
        outputs.filter(|output| matches!(output, GuestOutput::Event(_))).count()
    };
    assert_eq!(told(&mut guest), 0);
    for frame in [sealed(&host, epoch), sealed(&host, epoch + 1)] {
        guest.relay_frame(NOW, &frame).unwrap();
        assert_eq!(told(&mut guest), 0);
    }
    pump(&mut host, &mut guest);
    for frame in [sealed(&host, epoch), sealed(&host, epoch + 1)] {
        guest.relay_frame(NOW, &frame).unwrap();
        assert_eq!(told(&mut guest), 0);
    }
    host.chat(NOW, "still here");
    let told = pump(&mut host, &mut guest);
    assert!(told.iter().any(|output| matches!(output, GuestOutput::Event(GuestEvent::Chat { .. }))));
}

/// JS-ROLE-1: what only a host sends is no guest's to send.
#[test]
fn a_guest_that_seals_what_only_a_host_seals_loses_its_seat() {
    let message = FromHost::Session(area::session::FromHost::End { reason: EndReason::Stopped }).encode();
    for record in [
        Record::Output { stream: 1, position: 0, bytes: b"evil" },
        Record::Heartbeat { at: 0, positions: Positions::new(&[]) },
        Record::Grant(&[1; GRANT_LEN]),
        Record::Resize { stream: 1, position: 0, cols: 1, rows: 1 },
        Record::Confirm(&[0; 32]),
        Record::Message(&message),
        Record::Message(b"{"),
    ] {
        let mut host = open_host();
        let mut rogue = Rogue::seated(&mut host, 8, Role::CoOwner);
        assert!(rogue.is_seated(&host));
        rogue.send(&mut host, std::slice::from_ref(&record));
        assert!(!rogue.is_seated(&host), "{record:?}");
        assert!(host.group.is_resting(), "and its key is worth nothing");
    }
}

/// JS-PAIR-7: it asks and asks, and takes nothing.
#[test]
fn what_waits_for_a_guest_is_bounded() {
    let mut host = open_host();
    let mut rogue = Rogue::seated(&mut host, 9, Role::Viewer);
    let ask = FromGuest::People(area::people::FromGuest::Remove { slot: 99 }).encode();
    for second in 0..2_000 {
        let later = Millis(NOW.0 + second * 1_000);
        let mut plaintext = Plaintext::to_host();
        (0..100).for_each(|_| plaintext.push(&Record::Message(&ask)));
        let frame = rogue.sender.seal(host.keys.sid, plaintext).unwrap();
        host.relay_frame(later, &frame).unwrap();
        while host.poll().is_some() {}
        if !rogue.is_seated(&host) {
            return assert!(second > 10, "not at the first breath");
        }
    }
    panic!("it still waits for nothing");
}

/// JS-ROLE-4: a co-owner's powers end at its own height, and its invites at a number.
#[test]
fn what_a_co_owner_may_not_do() {
    let mut host = open_host();
    let mut rogue = Rogue::seated(&mut host, 10, Role::CoOwner);
    let other = Rogue::seated(&mut host, 11, Role::CoOwner);
    let (own, others) = (rogue.keys.slot, other.keys.slot);
    for message in [
        FromGuest::People(area::people::FromGuest::SetRole { slot: others, role: Role::Viewer }),
        FromGuest::People(area::people::FromGuest::SetRole { slot: own, role: Role::CoOwner }),
        FromGuest::People(area::people::FromGuest::SetRole { slot: 0, role: Role::Viewer }),
        FromGuest::People(area::people::FromGuest::Remove { slot: others }),
        FromGuest::People(area::people::FromGuest::Remove { slot: 0 }),
        FromGuest::Invites(area::invites::FromGuest::Make {
            id: 1,
            role: Role::CoOwner,
            max_uses: None,
            admission: Admission::Open,
        }),
    ] {
        rogue.send(&mut host, &[Record::Message(&message.encode())]);
    }
    assert_eq!((host.role_of(own), host.role_of(others)), (Some(Role::CoOwner), Some(Role::CoOwner)));
    let made = host.invites().count();
    let ask = FromGuest::Invites(area::invites::FromGuest::Make {
        id: 1,
        role: Role::Viewer,
        max_uses: None,
        admission: Admission::Open,
    });
    for second in 1..20 {
        let mut plaintext = Plaintext::to_host();
        (0..20).for_each(|_| plaintext.push(&Record::Message(&ask.encode())));
        let frame = rogue.sender.seal(host.keys.sid, plaintext).unwrap();
        host.relay_frame(Millis(NOW.0 + second * 1_000), &frame).unwrap();
    }
    assert_eq!(host.invites().count() - made, 64);
    invite(&mut host, Role::Viewer);
}

/// JS-SNAP-5, JS-STREAM-3: a host that begins snapshots of everything and ends none.
#[test]
fn what_a_guest_keeps_for_a_rogue_host_is_bounded() {
    use crate::{
        Scope,
        frame::record::{MAX_PART, Part},
    };

    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    let bytes = vec![7; MAX_PART];
    let (mut frames, mut most) = (0, 0);
    for part in 0..140u16 {
        for stream in (1..=254).step_by(5) {
            let mut plaintext = Plaintext::group();
            plaintext.push(&Record::Snapshot(Part {
                stream,
                scope: Scope::Full,
                id: 1,
                part,
                parts: 500,
                position: 0,
                bytes: &bytes,
            }));
            if host.seal_group(NOW, plaintext) {
                frames += 1;
            }
            let next = host.group.next();
            host.relay_text(NOW, &control::encode(&RelayToHost::Ack { group: next })).unwrap();
            pump(&mut host, &mut guest);
            most = most.max(guest.held());
            assert!(most <= 72 * 1024 * 1024, "{most} bytes");
        }
    }
    assert!(frames > 5_000);
    assert!(most > 40 * 1024 * 1024, "{most} bytes: it keeps what it may");
}

/// JS-STREAM-3: nor does it follow more terminals than a session has.
#[test]
fn terminals_at_a_guest_are_bounded() {
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    for stream in 1..=crate::LAST_TERMINAL {
        let mut plaintext = Plaintext::group();
        plaintext.push(&Record::Output { stream, position: 0, bytes: b"x" });
        host.seal_group(NOW, plaintext);
    }
    pump(&mut host, &mut guest);
    assert!(guest.streams() <= 64, "{}", guest.streams());
}

/// JS-EPOCH-6: the roster that an epoch opens with is the one that its grant names.
#[test]
fn case_13_another_roster_than_the_granted() {
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    let lie = FromHost::People(area::people::FromHost::Roster {
        rev: 1_000,
        host: "Ann".into(),
        guests: Vec::new(),
    });
    let truth = host.roster().encode();
    let grant = host.group.rotate(NOW, &host.keys, &truth, &mut host.entropy).unwrap();
    let slot = guest.slot().unwrap();
    host.seats.get_mut(&slot).unwrap().grant(host.keys.sid, &grant, true, &mut host.out).unwrap();
    host.announce(NOW, lie);
    let told = pump(&mut host, &mut guest);
    let roster = |output: &GuestOutput| matches!(output, GuestOutput::Event(GuestEvent::Roster { .. }));
    assert!(!told.iter().any(roster), "{told:?}");
}

/// JS-PAIR-10: what a host remembers of past epochs while a guest takes nothing of them, whether it is away or the relay
/// calls it present and keeps its acknowledgements back, is what the relay has seen.
#[test]
fn a_grant_never_waits_in_clear() {
    for away in [true, false] {
        let mut host = open_host();
        let mut guest = true_guest(&mut host);
        let slot = guest.slot().unwrap();
        if away {
            host.relay_text(NOW, &control::encode(&RelayToHost::Absent { slot })).unwrap();
        }
        while !away && host.seats[&slot].has_room() {
            host.show_all(slot, Scope::Full);
            let ticket = std::iter::from_fn(|| host.poll()).find_map(|output| match output {
                HostOutput::Snapshot { ticket, .. } => Some(ticket),
                _ => None,
            });
            host.snapshot_ready(NOW, ticket.unwrap(), vec![b'x'; 300_000].into());
        }
        for _ in 0..3 {
            host.rotate(NOW);
            assert!(!host.seats[&slot].waits_in_clear(), "away: {away}");
        }
        while host.poll().is_some() {}
        // Nothing is lost by it: the guest gets them all, in order, each under a key of its own.
        host.relay_text(NOW, &control::encode(&RelayToHost::Present { slot, pair: 0 })).unwrap();
        host.announce(
            NOW,
            FromHost::Chat(area::chat::FromHost::Line { slot: 0, text: "still here".into(), at: 1 }),
        );
        let told = pump(&mut host, &mut guest);
        let chat = |output: &GuestOutput| matches!(output, GuestOutput::Event(GuestEvent::Chat { .. }));
        assert!(told.iter().any(chat), "{told:?}");
    }
}

/// JS-JOIN-1: the signing key in a knock has to be its sender's own.
#[test]
fn case_08_a_knock_with_another_guests_ed_pk() {
    let mut host = open_host();
    let token = invite(&mut host, Role::Viewer).token;
    let forged = crate::handshake::knock::forged(&host.keys, &token, &mut Entropy::seeded(12));
    let knock = RelayToHost::Knock { knock: 1, data: Blob(forged) };
    host.relay_text(NOW, &control::encode(&knock)).unwrap();
    assert!(host.seats.is_empty());
    let mut outputs = std::iter::from_fn(|| host.poll());
    assert!(outputs.any(
        |output| matches!(output, HostOutput::Event(HostEvent::KnockFailed { why }) if why.contains("signature"))
    ));
}
