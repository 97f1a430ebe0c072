//! Golden vectors: every derivation and message with its inputs, for other implementations to check
//! themselves. `JUMPSEAT_UPDATE_VECTORS=1` writes them again; otherwise they have to be what they were.

use std::{fs, path::PathBuf};

use jumpseat_wire::{ClaimHash, FrameHeader, FrameKind, Nonce, SessionId, VERSION, control, opening};
use serde_json::{Value, json};

use crate::{
    Admission, Columns, EndReason, Entropy, GuestCard, GuestInfo, InviteLink, InvitePage, KnockRefusal,
    Millis, Role, SafetyWords, Scope, TerminalCard, Token, TransferKind, TransferRequest,
    area::{
        FromGuest, FromHost, chat, invites, panels, people, pointing, pointing::PointedLines, session,
        terminals, transfer,
    },
    crypto::{
        hash::{hash, hkdf, labelled},
        secret::Secret,
    },
    frame::record::Part,
    frame::{
        chain::Chain,
        epoch::{EpochKey, Grant, roster_hash},
        group,
        record::{Plaintext, Positions, Record, Records, TypedAt},
        seal::OpenKey,
    },
    handshake::{
        bundle::{HostBundle, HostKeys},
        knock::{Knock, Knocking},
        sas,
        welcome::{Answered, PairKeys},
    },
    pair::{Lane, PairReceiver, PairSender},
    snapshot::cut,
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// Compares with the file, or writes it.
fn check(name: &str, vectors: &Value) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(format!("{name}.json"));
    let text = serde_json::to_string_pretty(vectors).unwrap() + "\n";
    if std::env::var_os("JUMPSEAT_UPDATE_VECTORS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap();
    assert!(golden == text, "{name}.json: the bytes changed; other implementations would not understand");
}

/// The fuzz target for messages starts from one of each word.
fn check_seed(end: &str, message: &str) {
    let names: Vec<_> = message.split('"').skip(1).step_by(2).take(2).collect();
    let name = format!("{end}-{}", names.join("-"));
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/message").join(&name);
    if std::env::var_os("JUMPSEAT_UPDATE_VECTORS").is_some() {
        fs::write(&path, message).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), message, "fuzz/seeds/message/{name}");
}

/// One session's keys, its guest's, and what they say to each other, all from fixed seeds.
struct Story {
    host: HostKeys,
    host_kem_seed: [u8; 32],
    host_sign_seed: [u8; 32],
    token: Token,
    card: GuestCard,
    /// What the guest draws, in order: encapsulation 64, key seed 32, signing seed 32, reveal 32.
    knock_random: Vec<u8>,
    m1: Vec<u8>,
    m2: Vec<u8>,
    refusal: Vec<u8>,
    knocking: Knocking,
    guest: PairKeys,
}

impl Story {
    fn tell() -> Self {
        // The same bytes that `HostKeys::generate` draws.
        let mut drawn = Entropy::seeded(1);
        let (host_kem_seed, host_sign_seed): ([u8; 32], [u8; 32]) = (drawn.bytes(), drawn.bytes());
        let host = HostKeys::generate(&mut Entropy::seeded(1));
        assert_eq!(host.sid.0, hash("session", &[&host.bundle])[..16]);
        let token = Token::generate(&host.bundle_hash, &mut Entropy::seeded(2));
        let card = GuestCard { name: "Bo Ödman".into(), program: "vectors/1".into() };
        let bundle = HostBundle::decode(&host.bundle).unwrap();
        let (knocking, m1) = Knocking::knock(bundle, &token, &card, None, &mut Entropy::seeded(3)).unwrap();
        let knock = || Knock::open(&host, &token, &m1).unwrap();
        let (host_end, m2) = knock().welcome(&host, 7, &mut Entropy::seeded(4)).unwrap();
        let refusal = knock().refuse(&host, KnockRefusal::Denied, &mut Entropy::seeded(5)).unwrap();
        let Ok(Answered::Welcome(guest, _, _)) = knocking.answered(&m2) else { panic!() };
        let Ok(Answered::Refused(KnockRefusal::Denied)) = knocking.answered(&refusal) else { panic!() };
        assert_eq!((host_end.th2, host_end.claim.0), (guest.th2, guest.claim.0));
        let mut drawn = Entropy::seeded(3);
        let knock_random =
            [&drawn.bytes::<64>()[..], &drawn.bytes::<32>(), &drawn.bytes::<32>(), &drawn.bytes::<32>()]
                .concat();
        assert_eq!(knocking.reveal.0, knock_random[128..], "drawn in this order");
        Self {
            host,
            host_kem_seed,
            host_sign_seed,
            token,
            card,
            knock_random,
            m1,
            m2,
            refusal,
            knocking,
            guest: *guest,
        }
    }
}

/// JS-INVITE-1, JS-INVITE-2, JS-INVITE-4, JS-RELAY-33.
#[test]
fn invite_vectors() {
    let story = Story::tell();
    let (host, token) = (&story.host, &story.token);
    let link = InviteLink {
        relay: "wss://relay.example.org:7707".into(),
        code: "K7QM-3XTE".parse().unwrap(),
        token: token.clone(),
    };
    let page = InvitePage::parse("https://team.example/join", &link.relay).unwrap();
    let hello = control::encode(&control::Hello::Open {
        version: VERSION,
        bundle: host.bundle.clone().into(),
        claim: ClaimHash([4; 32]),
        code: Some(link.code),
        seats: vec![control::Seat { slot: 7, claim: ClaimHash([5; 32]) }],
    });
    let nonce = Nonce([6; 32]);
    let signed = opening::signed(&nonce, &hello);
    assert_eq!(signed, labelled("open sig", &[&nonce.0, &hash("open", &[hello.as_bytes()])]));
    check(
        "invite",
        &json!({
            "sid": hex(&host.sid.0),
            "host_kem_seed": hex(&story.host_kem_seed),
            "host_kem_public": hex(&host.kem.public().to_bytes()),
            "host_sign_seed": hex(&story.host_sign_seed),
            "host_sign_public": hex(&host.sign.public().to_bytes()),
            "bundle": hex(&host.bundle),
            "bundle_hash": hex(&host.bundle_hash),
            "token": *token.reveal(),
            "token_secret": hex(&token.secret_bytes()),
            "token_fingerprint": hex(&host.bundle_hash[..16]),
            "invite_id": hex(&token.invite_id(host.sid).0),
            "psk": hex(&token.psk(host.sid).0),
            "code": link.code.to_string(),
            "open": hello,
            "open_nonce": hex(&nonce.0),
            "open_signed": hex(&signed),
            "open_signature": hex(&host.sign.sign(&signed)),
            "relay": link.relay,
            "page": "https://team.example/join",
            "web_link": *link.web(&page),
            "editor_link": *link.editor(),
            "hash_of_label_x_and_bytes_010203": hex(&hash("x", &[&[1, 2, 3]])),
        }),
    );
}

/// JS-JOIN-1, JS-JOIN-4, JS-JOIN-6, JS-JOIN-7.
#[test]
fn handshake_vectors() {
    let story = Story::tell();
    let Story { m1, m2, refusal, knocking, guest, .. } = &story;
    let reveal = &knocking.reveal;
    let words = SafetyWords::derive(&guest.sas, reveal, &guest.th2);
    let json = serde_json::to_string(&story.card).unwrap();
    let info1 = labelled("knock", &[&story.host.bundle_hash, &m1[18..34]]);
    check(
        "handshake",
        &json!({
            "see": "invite.json for the host's keys and the token",
            "knock": {
                "guest_kem_seed": hex(&story.knock_random[64..96]),
                "guest_sign_seed": hex(&story.knock_random[96..128]),
                "reveal": hex(&reveal.0),
                "commitment": hex(&sas::commitment(reveal)),
                "card": json,
                "info": hex(&info1),
                "aad": hex(&m1[..34]),
                "message": hex(m1),
                "th1": hex(&knocking.th1),
                "k1": hex(&knocking.k1.0),
            },
            "welcome": {
                "slot": guest.slot,
                "info": hex(&labelled("welcome", &[&knocking.th1])),
                "message": hex(m2),
                "th2": hex(&guest.th2),
                "exports": {
                    "h2g": hex(&guest.to_guest.bytes()),
                    "g2h": hex(&guest.to_host.bytes()),
                    "sas": hex(&guest.sas.0),
                    "seat claim": hex(&guest.claim.0),
                },
                "seat_claim_hash": hex(&guest.claim_hash().0),
            },
            "refusal": {
                "info": hex(&labelled("refusal", &[&knocking.th1])),
                "reason": serde_json::to_value(KnockRefusal::Denied).unwrap(),
                "message": hex(refusal),
            },
            "safety_words": words.words(),
        }),
    );
}

/// JS-EPOCH-1, JS-EPOCH-5, JS-GROUP-1, JS-GROUP-2, JS-PAIR-1, JS-PAIR-8.
#[test]
fn frame_vectors() {
    let story = Story::tell();
    let (host, guest) = (&story.host, &story.guest);
    let sid = host.sid;
    let entries = vec![GuestInfo {
        slot: 7,
        name: story.card.name.clone(),
        program: story.card.program.clone(),
        role: Role::Writer,
        present: true,
    }];
    let roster =
        FromHost::People(people::FromHost::Roster { rev: 1, host: "Ann".into(), guests: entries }).encode();

    let (epoch, first) = (3, 40);
    let key = EpochKey::generate(&mut Entropy::seeded(6));
    let epoch_key = Entropy::seeded(6).bytes::<32>();
    let grant = key.grant(sid, epoch, first, roster_hash(&roster), &host.sign);
    let read = Grant::decode(&grant, sid, &host.sign.public(), Some((2, 40))).unwrap();
    let derived = |label: &str| labelled(label, &[&u32::to_be_bytes(epoch)]);
    let frame_key: [u8; 32] = hkdf(&sid.0, &epoch_key, &derived("epoch key"));
    let nonce: [u8; 12] = hkdf(&sid.0, &epoch_key, &derived("epoch nonce"));

    let mut seal = key.sealing(sid, epoch, first);
    let mut sealed = |record: Record<'_>| {
        let mut plaintext = Plaintext::group();
        plaintext.push(&record);
        let frame = group::seal(sid, &mut seal, epoch, &host.sign, plaintext).unwrap();
        let (header, ciphertext) = FrameHeader::decode(&frame).unwrap();
        let body = group::open(sid, &read.opening(sid), &host.sign.public(), &header, ciphertext).unwrap();
        assert_eq!(Records::new(&body).next().unwrap().unwrap(), record);
        json!({ "records": hex(&body), "frame": hex(&frame) })
    };
    let positions = Positions::encode([(1, 1007), (2, 12)].into_iter());
    let group = json!([
        sealed(Record::Message(&roster)),
        sealed(Record::Output { stream: 1, position: 1000, bytes: b"$ ls\r\n" }),
        sealed(Record::Resize { stream: 1, position: 1006, cols: 120, rows: 40 }),
        sealed(Record::Heartbeat { at: 123_456, positions: Positions::new(&positions) }),
    ]);

    // Each of these frames is the last of its generation.
    let pair = |kind, chain: &Chain, plaintexts: Vec<Plaintext>| {
        let lane = Lane { kind, slot: 7 };
        let mut sender = PairSender::new(lane, chain.clone(), usize::MAX);
        let mut receiver = PairReceiver::new(lane, chain.clone());
        let (mut frames, mut chain) = (Vec::new(), chain.clone());
        for plaintext in plaintexts {
            let frame = sender.seal(sid, plaintext).unwrap();
            sender.ratchet();
            let (header, ciphertext) = FrameHeader::decode(&frame).unwrap();
            let plaintext = receiver.open(Millis(0), sid, &header, ciphertext).unwrap().unwrap();
            let (keyed, next) = chain.step().unwrap();
            frames.push(json!({
                "chain": hex(&chain.bytes()),
                "key": hex(&keyed.key_bytes()),
                "nonce": hex(&keyed.nonce_bytes()),
                "records": hex(&plaintext),
                "frame": hex(&frame),
            }));
            chain = next;
        }
        frames
    };
    let one = |mut plaintext: Plaintext, record: Record<'_>| {
        plaintext.push(&record);
        plaintext
    };
    let ask = FromGuest::People(people::FromGuest::AskControl {}).encode();
    let snapshot = Part {
        stream: 1,
        scope: Scope::Full,
        id: 9,
        part: 0,
        parts: 1,
        position: 1007,
        bytes: b"a snapshot is opaque here",
    };
    let to_guest = vec![
        one(Plaintext::to_guest(), Record::Grant(&grant)),
        one(Plaintext::to_guest(), Record::Snapshot(snapshot)),
    ];
    let at = TypedAt { seen: 43, position: 1007, gate: 5 };
    let to_host = vec![
        one(Plaintext::to_host(), Record::Confirm(&story.knocking.reveal.0)),
        one(Plaintext::to_host(), Record::Input { stream: 1, at, bytes: b"ls\r" }),
        one(Plaintext::to_host(), Record::Message(&ask)),
        Plaintext::to_host(),
    ];
    check(
        "frames",
        &json!({
            "see": "invite.json for the host's signing key, handshake.json for the pairwise keys and the reveal",
            "sid": hex(&sid.0),
            "epoch": {
                "number": epoch,
                "first": first,
                "epoch_key": hex(&epoch_key),
                "key": hex(&frame_key),
                "nonce": hex(&nonce),
                "commitment": hex(&grant[13..45]),
                "roster": String::from_utf8(roster.clone()).unwrap(),
                "roster_hash": hex(&roster_hash(&roster)),
                "grant": hex(&grant),
            },
            "group": group,
            "to_guest": pair(FrameKind::ToGuest, &guest.to_guest, to_guest),
            "to_host": pair(FrameKind::ToHost, &guest.to_host, to_host),
        }),
    );
}

/// JS-MSG-1: every message between host and guests, and how a snapshot is cut.
#[test]
fn message_vectors() {
    let text = |json: Vec<u8>| String::from_utf8(json).unwrap();
    let at = Some(PointedLines { stream: 1, from: 10, to: 12 });
    let columns = Columns { first: 4, last: 9, reversed: true };
    let terminals = vec![TerminalCard { stream: 1, title: "bash".into(), cols: 80, rows: 24, ended: None }];
    let guests = vec![GuestInfo {
        slot: 7,
        name: "Bo".into(),
        program: "cli".into(),
        role: Role::CoOwner,
        present: true,
    }];
    let host = [
        FromHost::People(people::FromHost::Roster { rev: 1, host: "Ann".into(), guests }),
        FromHost::Terminals(terminals::FromHost::List { rev: 2, terminals }),
        FromHost::Terminals(terminals::FromHost::Looking { rev: 3, stream: Some(1) }),
        FromHost::Panels(panels::FromHost::List { rev: 4, panels: vec![1, 3] }),
        FromHost::People(people::FromHost::Typing { slot: 7, stream: 1, on: true }),
        FromHost::Pointing(pointing::FromHost::Lines { slot: 7, at }),
        FromHost::Pointing(pointing::FromHost::Columns { slot: 7, columns }),
        FromHost::Chat(chat::FromHost::Line { slot: 0, text: "hi".into(), at: 1_700_000_000_000 }),
        FromHost::People(people::FromHost::Asking { slot: 7, on: true }),
        FromHost::Terminals(terminals::FromHost::InputRefused {
            stream: 1,
            why: crate::InputRefusal::HostAway,
        }),
        FromHost::People(people::FromHost::Declined {}),
        FromHost::Invites(invites::FromHost::Made {
            id: 1,
            code: "K7QM-3XTE".into(),
            token: "jst1_".into(),
            role: Role::Viewer,
        }),
        FromHost::People(people::FromHost::Refused { what: people::Refused::Removal }),
        FromHost::Invites(invites::FromHost::Refused { id: 1 }),
        FromHost::Transfer(transfer::FromHost::Refused { id: 5, why: crate::TransferRefusal::NotShared }),
        FromHost::Session(session::FromHost::Closing {
            streams: vec![session::Standing { stream: 1, position: 588_895 }],
        }),
        FromHost::Session(session::FromHost::End { reason: EndReason::Stopped }),
    ];
    let guest = [
        FromGuest::People(people::FromGuest::AskControl {}),
        FromGuest::Chat(chat::FromGuest::Say { text: "hi".into() }),
        FromGuest::Pointing(pointing::FromGuest::Lines { at }),
        FromGuest::Pointing(pointing::FromGuest::Columns { columns }),
        FromGuest::Session(session::FromGuest::Resync {}),
        FromGuest::Session(session::FromGuest::CaughtUp {}),
        FromGuest::Session(session::FromGuest::Leave {}),
        FromGuest::People(people::FromGuest::SetRole { slot: 8, role: Role::Writer }),
        FromGuest::People(people::FromGuest::Remove { slot: 8 }),
        FromGuest::Invites(invites::FromGuest::Make {
            id: 1,
            role: Role::Viewer,
            max_uses: Some(1),
            admission: Admission::Ask,
        }),
        FromGuest::Transfer(transfer::FromGuest::Get {
            id: 5,
            content: TransferRequest {
                of: TransferKind::Panel(1),
                reference: "git:2c8b".into(),
                having: None,
            },
        }),
        FromGuest::Transfer(transfer::FromGuest::Cancel { id: 5 }),
    ];
    for message in &host {
        assert_eq!(FromHost::decode(&message.encode()).as_ref().map(Option::as_ref), Ok(Some(message)));
    }
    for message in &guest {
        assert_eq!(FromGuest::decode(&message.encode()).as_ref().map(Option::as_ref), Ok(Some(message)));
    }
    for message in &host {
        check_seed("host", &text(message.encode()));
    }
    for message in &guest {
        check_seed("guest", &text(message.encode()));
    }
    let whole: Vec<u8> = (0..70_000u32).map(|i| i as u8).collect();
    let parts: Vec<_> = cut(1, Scope::Screen, 4, 99, &whole)
        .map(|part| json!({ "part": part.part, "parts": part.parts, "len": part.bytes.len() }))
        .collect();
    check(
        "messages",
        &json!({
            "version": VERSION,
            "from_host": host.iter().map(|message| text(message.encode())).collect::<Vec<_>>(),
            "from_guest": guest.iter().map(|message| text(message.encode())).collect::<Vec<_>>(),
            "snapshot_of_70000_bytes": parts,
        }),
    );
}

/// A reader that knows only the files opens what they hold, without the machines that wrote them.
#[test]
fn files_explain_themselves() {
    let read = |name: &str| -> Value {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(format!("{name}.json"));
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };
    let (invite, frames) = (read("invite"), read("frames"));
    let bytes = |value: &Value| unhex(value.as_str().unwrap());
    assert_eq!(hash("bundle", &[&bytes(&invite["bundle"])])[..], bytes(&invite["bundle_hash"])[..]);
    let sid = SessionId(bytes(&frames["sid"]).try_into().unwrap());
    let key = Secret(bytes(&frames["epoch"]["key"]).try_into().unwrap());
    let nonce = Secret(bytes(&frames["epoch"]["nonce"]).try_into().unwrap());
    let opening = OpenKey::new(&key, &nonce);
    for vector in frames["group"].as_array().unwrap() {
        let frame = bytes(&vector["frame"]);
        let (header, ciphertext) = FrameHeader::decode(&frame).unwrap();
        let plaintext = opening.open(sid, &header, ciphertext).unwrap();
        assert!(plaintext.starts_with(&bytes(&vector["records"])));
    }
}
