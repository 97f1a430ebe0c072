//! M1: a guest asks for a seat (rules JS-JOIN-1 to 3).
//!
//! ```text
//! M1   = 01 ‖ 01 ‖ sid ‖ iid ‖ enc1 1120 ‖ ct1              AAD = everything before enc1
//! body = gkem_pk 1216 ‖ ged_pk 32 ‖ H("sas commit", r) ‖ sig_g 64 ‖ json
//! ```

use jumpseat_wire::{InviteId, SessionId, VERSION, WireError, limits::MAX_KNOCK_LEN};
use serde::{Deserialize, Serialize};

use super::{
    bundle::{HostBundle, HostKeys},
    capabilities::Capabilities,
    sas::{self, Reveal},
};
use crate::{
    Misbehavior, SessionError, Token,
    crypto::{
        entropy::Entropy,
        hash::{hash, labelled},
        kem::{ENCAPSULATION_LEN, KemPublic, KemSecret, PUBLIC_LEN, Psk, TAG_LEN},
        secret::Secret,
        sign::{SIGNATURE_LEN, SignKey, VerifyKey},
    },
};

const KNOCK: u8 = 1;

/// Type, version, session, invite.
const CLEAR_LEN: usize = 2 + 16 + 16;

/// The signed part of the body in front of the signature.
const SIGNED_LEN: usize = PUBLIC_LEN + 32 + 32;

/// Who knocks, in the guest's own words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GuestCard {
    /// The name that it wants to be shown under.
    pub name: String,
    /// The program and its version, `jumpseat-cli/0.1.0`.
    pub program: String,
}

/// What a knock says in its JSON: the card, and what the guest can do.
#[derive(Serialize, Deserialize)]
struct Introduction<Card> {
    #[serde(flatten)]
    card: Card,
    #[serde(default)]
    can: Capabilities,
}

/// What shows a host that a guest is the one that sat there before (JS-JOIN-11): the secret of its signing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestKey(Secret<32>);

impl GuestKey {
    /// A key for one seat: 32 random bytes, kept where the invite is kept.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret(bytes))
    }
}

/// A guest that has knocked and waits.
pub(crate) struct Knocking {
    pub(crate) host: HostBundle,
    pub(crate) kem: KemSecret,
    pub(crate) reveal: Reveal,
    pub(crate) k1: Psk,
    pub(crate) th1: [u8; 32],
}

/// A knock that opened: its sender holds the invite's token.
pub(crate) struct Knock {
    pub(crate) invite: InviteId,
    pub(crate) card: GuestCard,
    /// What the guest can do.
    pub(crate) can: Capabilities,
    /// The key that it is signed with.
    pub(crate) key: [u8; 32],
    pub(crate) kem: KemPublic,
    pub(crate) commitment: [u8; 32],
    pub(crate) k1: Psk,
    pub(crate) th1: [u8; 32],
}

impl Knocking {
    /// Knocks: the waiting guest, and M1.
    pub(crate) fn knock(
        host: HostBundle,
        token: &Token,
        card: &GuestCard,
        key: Option<&GuestKey>,
        entropy: &mut Entropy,
    ) -> Result<(Self, Vec<u8>), SessionError> {
        let invite = token.invite_id(host.sid);
        let info = knock_info(&host.hash, invite);
        let mut sending = host.kem.send(&info, &token.psk(host.sid), &invite.0, entropy)?;

        let kem = KemSecret::generate(entropy);
        let sign = key.map_or_else(|| SignKey::generate(entropy), |key| SignKey::from_bytes(&key.0.0));
        let reveal: Reveal = Secret(entropy.bytes());
        let introduction = Introduction { card, can: Capabilities::own() };
        let json = serde_json::to_vec(&introduction).expect("an introduction is strings");
        let mut body =
            [&kem.public().to_bytes()[..], &sign.public().to_bytes(), &sas::commitment(&reveal)].concat();
        let signature = sign.sign(&signed_text(&info, &sending.encapsulation, &body, &json));
        body.extend_from_slice(&signature);
        body.extend_from_slice(&json);

        let clear = [&[KNOCK, VERSION][..], &host.sid.0, &invite.0].concat();
        let sealed = sending.seal(&body, &clear);
        let message = [&clear[..], &sending.encapsulation, &sealed].concat();
        let th1 = hash("th1", &[&host.hash, &message]);
        let k1 = sending.export(&labelled("knock export", &[]));
        Ok((Self { host, kem, reveal, k1, th1 }, message))
    }
}

impl Knock {
    /// The invite that a knock names, before anything is opened.
    pub(crate) fn invite_of(message: &[u8], sid: SessionId) -> Result<InviteId, SessionError> {
        if message.len() > MAX_KNOCK_LEN {
            return Err(WireError::TooLong { limit: MAX_KNOCK_LEN, found: message.len() }.into());
        }
        let needed = CLEAR_LEN + ENCAPSULATION_LEN + TAG_LEN + SIGNED_LEN + SIGNATURE_LEN;
        if message.len() < needed {
            return Err(WireError::TooShort { needed, found: message.len() }.into());
        }
        if message[0] != KNOCK {
            return Err(SessionError::Misbehaved(Misbehavior::NotAKnock));
        }
        if message[1] != VERSION {
            return Err(WireError::Version(message[1]).into());
        }
        if message[2..18] != sid.0 {
            return Err(SessionError::Misbehaved(Misbehavior::OtherSession));
        }
        Ok(InviteId(message[18..34].try_into().expect("16 bytes")))
    }

    /// What tells one knock from its copy (JS-JOIN-3): the hash of enc1.
    pub(crate) fn replay_mark(message: &[u8]) -> [u8; 32] {
        hash("knock seen", &[&message[CLEAR_LEN..CLEAR_LEN + ENCAPSULATION_LEN]])
    }

    /// Opens a knock whose [`Knock::invite_of`] is `token`'s.
    pub(crate) fn open(keys: &HostKeys, token: &Token, message: &[u8]) -> Result<Self, SessionError> {
        let invite = Self::invite_of(message, keys.sid)?;
        let (clear, rest) = message.split_at(CLEAR_LEN);
        let (encapsulation, sealed) = rest.split_at(ENCAPSULATION_LEN);
        let info = knock_info(&keys.bundle_hash, invite);
        let mut receiving = keys.kem.receive(encapsulation, &info, &token.psk(keys.sid), &invite.0)?;
        let body = receiving.open(sealed, clear)?;

        let (signed, rest) = body
            .split_at_checked(SIGNED_LEN)
            .ok_or(WireError::TooShort { needed: SIGNED_LEN, found: body.len() })?;
        let (signature, json) = rest
            .split_first_chunk::<SIGNATURE_LEN>()
            .ok_or(WireError::TooShort { needed: SIGNATURE_LEN, found: rest.len() })?;
        let (kem, rest) = signed.split_at(PUBLIC_LEN);
        let (verify, commitment) = rest.split_at(32);
        let array = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).expect("split off at 32");
        VerifyKey::from_bytes(&array(verify))?.verify(
            &signed_text(&info, encapsulation, signed, json),
            signature,
            "the guest's signature",
        )?;
        let Introduction { card, can } = serde_json::from_slice(json)
            .map_err(|_| SessionError::Misbehaved(Misbehavior::UnreadableCard))?;
        Ok(Self {
            invite,
            card,
            can,
            key: array(verify),
            kem: KemPublic::from_bytes(kem)?,
            commitment: array(commitment),
            k1: receiving.export(&labelled("knock export", &[])),
            th1: hash("th1", &[&keys.bundle_hash, message]),
        })
    }
}

fn knock_info(bundle_hash: &[u8; 32], invite: InviteId) -> Vec<u8> {
    labelled("knock", &[bundle_hash, &invite.0])
}

fn signed_text(info: &[u8], encapsulation: &[u8], signed: &[u8], json: &[u8]) -> Vec<u8> {
    labelled("guest sig", &[&hash("guest body", &[info, encapsulation, signed, json])])
}

/// A knock that shows a signing key which its sender does not hold.
#[cfg(test)]
pub(crate) fn forged(keys: &HostKeys, token: &Token, entropy: &mut Entropy) -> Vec<u8> {
    let (kem, others) = (KemSecret::generate(entropy), SignKey::generate(entropy));
    let json = br#"{"name":"Eve","program":"rogue"}"#;
    let signed = [&kem.public().to_bytes()[..], &others.public().to_bytes(), &[0; 32]].concat();
    let own = SignKey::generate(entropy);
    sealed(keys, token, entropy, |info, encapsulation| {
        let signature = own.sign(&signed_text(info, encapsulation, &signed, json));
        [&signed[..], &signature, json].concat()
    })
}

/// A knock of one who holds the token, whatever its body says: it is given the info and the encapsulation.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn sealed(
    keys: &HostKeys,
    token: &Token,
    entropy: &mut Entropy,
    body: impl FnOnce(&[u8], &[u8]) -> Vec<u8>,
) -> Vec<u8> {
    let invite = token.invite_id(keys.sid);
    let info = knock_info(&keys.bundle_hash, invite);
    let send = keys.kem.public().send(&info, &token.psk(keys.sid), &invite.0, entropy);
    let mut sending = send.expect("true keys");
    let clear = [&[KNOCK, VERSION][..], &keys.sid.0, &invite.0].concat();
    let sealed = sending.seal(&body(&info, &sending.encapsulation), &clear);
    [&clear[..], &sending.encapsulation, &sealed].concat()
}

/// A body that its sender signed: a KEM key, then what the card says. What of the key is missing is a true one's.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn signed_body(
    changes: &[u8],
    json: &[u8],
    entropy: &mut Entropy,
) -> impl FnOnce(&[u8], &[u8]) -> Vec<u8> + use<> {
    let mut kem = KemSecret::generate(entropy).public().to_bytes();
    let len = changes.len().min(kem.len());
    kem[..len].copy_from_slice(&changes[..len]);
    let (sign, json) = (SignKey::generate(entropy), json.to_vec());
    move |info, encapsulation| {
        let signed = [&kem[..], &sign.public().to_bytes(), &[0; 32]].concat();
        let signature = sign.sign(&signed_text(info, encapsulation, &signed, &json));
        [&signed[..], &signature, &json].concat()
    }
}
