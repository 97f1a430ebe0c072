//! M2: the host gives a seat, or says why not, to one that holds a token (rules JS-JOIN-4, 5, 7).
//!
//! ```text
//! welcome = 02 ‖ 01 ‖ sid ‖ enc2 1120 ‖ ct2      body = slot u16 ‖ json ‖ sig_h 64
//! refusal = 03 ‖ 01 ‖ sid ‖ enc2 1120 ‖ ct2      body = json ‖ sig_h 64        AAD = everything before ct2
//! ```

use jumpseat_wire::{Claim, SessionId, Slot, VERSION, WireError, limits::MAX_KNOCK_LEN};
use serde::{Deserialize, Serialize};

use super::{bundle::HostKeys, capabilities::Capabilities, knock::Knock, knock::Knocking, sas::Reveal};
use crate::{
    InviteFault, Misbehavior, SessionError,
    crypto::{
        entropy::Entropy,
        hash::{hash, labelled, sha256},
        kem::{ENCAPSULATION_LEN, Receiving, Sending},
        secret::Secret,
        sign::SIGNATURE_LEN,
    },
    frame::chain::Chain,
};

const CLEAR_LEN: usize = 2 + 16;

/// The two ways to answer a knock; all that depends on which stands here.
#[derive(Clone, Copy)]
struct Answer {
    kind: u8,
    info: &'static str,
    signature: &'static str,
    body: &'static str,
}

const WELCOME: Answer = Answer { kind: 2, info: "welcome", signature: "welcome sig", body: "welcome body" };
const REFUSAL: Answer = Answer { kind: 3, info: "refusal", signature: "refusal sig", body: "refusal body" };

/// Why a guest that holds a token was not let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why", content = "invite")]
#[non_exhaustive]
pub enum KnockRefusal {
    /// The host said no.
    Denied,
    /// The invite does not let anyone in any more.
    Invite(InviteFault),
    /// Every seat is taken.
    Full,
    /// Too many knocks at once.
    Busy,
}

/// What a welcome says besides the slot.
#[derive(Serialize, Deserialize)]
struct HostCard {
    #[serde(default)]
    can: Capabilities,
}

/// The keys between the host and one guest.
pub(crate) struct PairKeys {
    pub(crate) slot: Slot,
    pub(crate) to_host: Chain,
    pub(crate) to_guest: Chain,
    pub(crate) sas: Secret<32>,
    pub(crate) th2: [u8; 32],
    /// What takes the seat back at the relay.
    pub(crate) claim: Claim,
}

/// What a guest gets for its knock.
pub(crate) enum Answered {
    Welcome(Box<PairKeys>, Reveal, Capabilities),
    Refused(KnockRefusal),
}

impl PairKeys {
    /// SHA-256 of the claim: what the host tells the relay.
    pub(crate) fn claim_hash(&self) -> jumpseat_wire::ClaimHash {
        jumpseat_wire::ClaimHash(sha256(&self.claim.0))
    }

    fn derive(sid: SessionId, slot: Slot, th2: [u8; 32], exporter: &impl Exporter) -> Self {
        let context = |label| labelled(label, &[&th2]);
        Self {
            slot,
            to_host: Chain::new(sid, exporter.export(&context("g2h"))),
            to_guest: Chain::new(sid, exporter.export(&context("h2g"))),
            sas: exporter.export(&context("sas")),
            claim: Claim(exporter.export::<32>(&context("seat claim")).0),
            th2,
        }
    }
}

/// Either end of the welcome's HPKE exchange.
trait Exporter {
    fn export<const N: usize>(&self, context: &[u8]) -> Secret<N>;
}

impl Exporter for Sending {
    fn export<const N: usize>(&self, context: &[u8]) -> Secret<N> {
        self.export(context)
    }
}

impl Exporter for Receiving {
    fn export<const N: usize>(&self, context: &[u8]) -> Secret<N> {
        self.export(context)
    }
}

impl Knock {
    /// M2 and the keys that go with it.
    pub(crate) fn welcome(
        self,
        keys: &HostKeys,
        slot: Slot,
        entropy: &mut Entropy,
    ) -> Result<(PairKeys, Vec<u8>), SessionError> {
        let card = HostCard { can: Capabilities::own() };
        let mut content = slot.to_be_bytes().to_vec();
        serde_json::to_writer(&mut content, &card).expect("a host's card is strings");
        let (sending, message) = self.answer(keys, WELCOME, &content, entropy)?;
        let th2 = hash("th2", &[&self.th1, &message]);
        Ok((PairKeys::derive(keys.sid, slot, th2, &sending), message))
    }

    /// The sealed reason why not.
    pub(crate) fn refuse(
        self,
        keys: &HostKeys,
        why: KnockRefusal,
        entropy: &mut Entropy,
    ) -> Result<Vec<u8>, SessionError> {
        let json = serde_json::to_vec(&why).expect("a refusal is plain data");
        self.answer(keys, REFUSAL, &json, entropy).map(|(_, message)| message)
    }

    fn answer(
        &self,
        keys: &HostKeys,
        answer: Answer,
        content: &[u8],
        entropy: &mut Entropy,
    ) -> Result<(Sending, Vec<u8>), SessionError> {
        let info = labelled(answer.info, &[&self.th1]);
        let mut sending = self.kem.send(&info, &self.k1, &self.th1, entropy)?;
        let signature = keys.sign.sign(&signed_text(answer, &self.th1, &sending.encapsulation, content));
        let mut message = [&[answer.kind, VERSION][..], &keys.sid.0, &sending.encapsulation].concat();
        let sealed = sending.seal(&[content, &signature].concat(), &message);
        message.extend_from_slice(&sealed);
        Ok((sending, message))
    }
}

impl Knocking {
    /// Takes the answer. An answer that does not verify leaves the guest waiting: anyone can send one.
    pub(crate) fn answered(&self, message: &[u8]) -> Result<Answered, SessionError> {
        match message.first() {
            Some(2) => {
                let (receiving, content) = self.open(WELCOME, message)?;
                let unreadable = || SessionError::Misbehaved(Misbehavior::UnreadableWelcome);
                let (slot, json) = content.split_first_chunk().ok_or_else(unreadable)?;
                let slot = u16::from_be_bytes(*slot);
                let HostCard { can } = serde_json::from_slice(json).map_err(|_| unreadable())?;
                if slot == 0 {
                    return Err(SessionError::Misbehaved(Misbehavior::HostsSlot));
                }
                let th2 = hash("th2", &[&self.th1, message]);
                let keys = PairKeys::derive(self.host.sid, slot, th2, &receiving);
                Ok(Answered::Welcome(Box::new(keys), self.reveal.clone(), can))
            }
            Some(3) => {
                let (_, content) = self.open(REFUSAL, message)?;
                serde_json::from_slice(&content)
                    .map(Answered::Refused)
                    .map_err(|_| SessionError::Misbehaved(Misbehavior::UnreadableRefusal))
            }
            _ => Err(SessionError::Misbehaved(Misbehavior::UnknownAnswer)),
        }
    }

    fn open(&self, answer: Answer, message: &[u8]) -> Result<(Receiving, Vec<u8>), SessionError> {
        if message.len() > MAX_KNOCK_LEN {
            return Err(WireError::TooLong { limit: MAX_KNOCK_LEN, found: message.len() }.into());
        }
        let Some((clear, sealed)) = message.split_at_checked(CLEAR_LEN + ENCAPSULATION_LEN) else {
            return Err(
                WireError::TooShort { needed: CLEAR_LEN + ENCAPSULATION_LEN, found: message.len() }.into()
            );
        };
        if clear[1] != VERSION {
            return Err(WireError::Version(clear[1]).into());
        }
        if SessionId(clear[2..18].try_into().expect("16 bytes")) != self.host.sid {
            return Err(SessionError::Misbehaved(Misbehavior::OtherSession));
        }
        let encapsulation = &clear[CLEAR_LEN..];
        let info = labelled(answer.info, &[&self.th1]);
        let mut receiving = self.kem.receive(encapsulation, &info, &self.k1, &self.th1)?;
        let mut body = receiving.open(sealed, clear)?;
        let Some((content, signature)) = body.split_last_chunk::<SIGNATURE_LEN>() else {
            return Err(WireError::TooShort { needed: SIGNATURE_LEN, found: body.len() }.into());
        };
        let text = signed_text(answer, &self.th1, encapsulation, content);
        self.host.verify.verify(&text, signature, "the host's signature")?;
        body.truncate(body.len() - SIGNATURE_LEN);
        Ok((receiving, body))
    }
}

/// An answer under true keys, whatever it says.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn sealed(
    knock: &Knock,
    keys: &HostKeys,
    content: &[u8],
    welcomed: bool,
    entropy: &mut Entropy,
) -> Vec<u8> {
    let answer = if welcomed { WELCOME } else { REFUSAL };
    knock.answer(keys, answer, content, entropy).expect("true keys").1
}

fn signed_text(answer: Answer, th1: &[u8; 32], encapsulation: &[u8], content: &[u8]) -> Vec<u8> {
    labelled(answer.signature, &[&hash(answer.body, &[th1, encapsulation, content])])
}
