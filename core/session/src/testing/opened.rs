//! What stands behind encryption, for fuzz targets: bytes go in as if a true key had opened them, or are sealed and
//! signed under true keys first. Each function panics where a decoder is wrong.

use std::cell::RefCell;

use jumpseat_wire::{HEADER_LEN, limits::MAX_PLAINTEXT_LEN};

use crate::{
    Entropy, GuestCard, SessionError, Token,
    area::{FromGuest, FromHost},
    frame::{
        epoch::{self, EpochKey, Grant},
        record::{MAX_PART, Part, Plaintext, Records, Scope},
    },
    handshake::{
        bundle::{HostBundle, HostKeys},
        knock::{self, Knock, Knocking},
        welcome::{self, Answered},
    },
    snapshot::{Assembly, MAX_SNAPSHOT_LEN},
};

/// A frame's plaintext: what is accepted reads back alike when it is written again.
pub fn records(plaintext: &[u8]) {
    let plaintext = &plaintext[..plaintext.len().min(MAX_PLAINTEXT_LEN)];
    let accepted: Vec<_> = Records::new(plaintext).map_while(Result::ok).collect();
    let mut again = Plaintext::to_guest();
    for record in &accepted {
        again.push(record);
    }
    let again = again.into_buffer();
    let read: Result<Vec<_>, SessionError> = Records::new(&again[HEADER_LEN..]).collect();
    assert_eq!(read.as_ref(), Ok(&accepted), "records read back as themselves");
}

/// A message of either side: what is accepted is one that this side could have said.
pub fn message(text: &[u8]) {
    let (host, guest) = (FromHost::decode(text), FromGuest::decode(text));
    if let Ok(Some(word)) = &host {
        assert!(matches!(FromHost::decode(&word.encode()), Ok(Some(_))), "a host's message reads back");
    }
    if let Ok(Some(word)) = &guest {
        assert!(matches!(FromGuest::decode(&word.encode()), Ok(Some(_))), "a guest's message reads back");
    }
    if host == Ok(None) && guest == Ok(None) {
        assert!(text.starts_with(b"{\"") && text.ends_with(b"}}"), "what is skipped is a message");
    }
}

/// Parts of snapshots, `head, part u16, parts u16, length` and the bytes of each: what is held is bounded, and a
/// whole is as long as its parts.
pub fn assembly(mut steps: &[u8]) {
    let mut assembly = Assembly::default();
    while let Some((&[head, part_1, part_0, parts_1, parts_0, len], rest)) = steps.split_first_chunk() {
        let (bytes, rest) = rest.split_at(usize::from(len).min(rest.len()));
        steps = rest;
        // Now and then a part as large as they come.
        let large = vec![head; if head & 8 == 0 { 0 } else { MAX_PART }];
        let part = Part {
            stream: 1,
            scope: if head & 1 == 0 { Scope::Full } else { Scope::Screen },
            id: u32::from(head >> 4),
            part: u16::from_be_bytes([part_1, part_0]),
            parts: u16::from_be_bytes([parts_1, parts_0]),
            position: u64::from(head),
            bytes: if large.is_empty() { bytes } else { &large },
        };
        if let Ok(Some(whole)) = assembly.add(part) {
            assert!(whole.bytes.len() <= usize::from(part.parts) * MAX_PART, "more than its parts");
            assert!(whole.bytes.ends_with(part.bytes), "the last part is missing");
        }
        // A vector grows by doubling.
        assert!(assembly.held() <= 2 * (MAX_SNAPSHOT_LEN + MAX_PART), "a snapshot without a bound");
    }
}

/// A grant, signed by the host whatever it says; `commit` puts the true commitment in.
pub fn grant(bytes: &[u8], commit: bool) {
    ENDS.with_borrow_mut(|ends| ends.grant(bytes, commit));
}

/// The body of a knock, sealed under the token's key. With `key`, that many bytes of it change a true key, the rest
/// is the guest's card, and its signature fits.
pub fn knock(body: &[u8], key: Option<usize>) {
    ENDS.with_borrow_mut(|ends| ends.knock(body, key));
}

/// The content of a welcome or a refusal, sealed and signed by the host.
pub fn answer(content: &[u8], welcomed: bool) {
    ENDS.with_borrow_mut(|ends| ends.answer(content, welcomed));
}

thread_local! {
    static ENDS: RefCell<Ends> = RefCell::new(Ends::new());
}

/// A host and a guest that has knocked, with true keys.
struct Ends {
    entropy: Entropy,
    host: HostKeys,
    token: Token,
    guest: Knocking,
    /// The host's side of it.
    knock: Knock,
}

impl Ends {
    fn new() -> Self {
        let mut entropy = Entropy::seeded(7);
        let host = HostKeys::generate(&mut entropy);
        let token = Token::generate(&host.bundle_hash, &mut entropy);
        let bundle = HostBundle::decode(&host.bundle).expect("a host's own bundle");
        let card = GuestCard { name: "Bo".into(), program: "fuzz".into() };
        let (guest, knock) = Knocking::knock(bundle, &token, &card, None, &mut entropy).expect("true keys");
        let knock = Knock::open(&host, &token, &knock).expect("an honest knock");
        Self { entropy, host, token, guest, knock }
    }

    fn grant(&mut self, bytes: &[u8], commit: bool) {
        let (sid, sign) = (self.host.sid, &self.host.sign);
        let Some((&[epoch, first, current_epoch, current_first], rest)) = bytes.split_first_chunk() else {
            return;
        };
        let current = Some((u32::from(current_epoch), u64::from(current_first)));
        let decode = |grant: &[u8]| Grant::decode(grant, sid, &sign.public(), current);
        if commit {
            let key = EpochKey::generate(&mut self.entropy);
            let (epoch, first) = (u32::from(epoch), u64::from(first));
            let roster = epoch::roster_hash(rest);
            let read = decode(&key.grant(sid, epoch, first, roster, sign));
            let newer = epoch > u32::from(current_epoch) && first >= u64::from(current_first);
            assert_eq!(read.is_ok(), newer, "a grant counts if it is newer");
            if let Ok(grant) = read {
                assert_eq!((grant.epoch, grant.first_seq, grant.roster_hash), (epoch, first, roster));
            }
        } else {
            let _ = decode(rest);
            assert!(decode(&epoch::signed(rest, sid, sign)).is_err(), "no key fits a commitment by chance");
        }
    }

    fn knock(&mut self, body: &[u8], key: Option<usize>) {
        let Self { entropy, host, token, .. } = self;
        let message = match key {
            Some(len) => {
                let (changes, json) = body.split_at(len.min(body.len()));
                let body = knock::signed_body(changes, json, entropy);
                knock::sealed(host, token, entropy, body)
            }
            None => knock::sealed(host, token, entropy, |_, _| body.to_vec()),
        };
        if let Ok(read) = Knock::open(host, token, &message) {
            assert!(key.is_some(), "a signature by chance");
            assert_eq!(read.invite, token.invite_id(host.sid));
        }
    }

    fn answer(&mut self, content: &[u8], welcomed: bool) {
        let message = welcome::sealed(&self.knock, &self.host, content, welcomed, &mut self.entropy);
        match self.guest.answered(&message) {
            Ok(Answered::Welcome(keys, _, _)) => {
                assert!(welcomed && content.starts_with(&keys.slot.to_be_bytes()) && keys.slot != 0);
            }
            Ok(Answered::Refused(_)) => assert!(!welcomed),
            Err(_) => {}
        }
    }
}
