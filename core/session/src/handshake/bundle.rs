//! The host bundle: the public keys that a token pins (rule JS-INVITE-2).
//!
//! ```text
//! 01 ‖ suite u16 ‖ kem_pk 1216 ‖ ed_pk 32        bh = H("bundle", these)        sid = H("session", these)[..16]
//! ```

use jumpseat_wire::{SessionId, VERSION, WireError, opening::session_id};

use crate::{
    Misbehavior, SessionError,
    crypto::{
        entropy::Entropy,
        hash::hash,
        kem::{KemPublic, KemSecret, PUBLIC_LEN},
        sign::{SignKey, VerifyKey},
    },
};

/// HPKE with X-Wing, HKDF-SHA256 and AES-256-GCM; Ed25519; SHA-256.
const SUITE: u16 = 1;

const LEN: usize = 1 + 2 + PUBLIC_LEN + 32;

/// The host's keys for one session.
pub(crate) struct HostKeys {
    pub(crate) sid: SessionId,
    pub(crate) kem: KemSecret,
    pub(crate) sign: SignKey,
    pub(crate) bundle: Vec<u8>,
    pub(crate) bundle_hash: [u8; 32],
}

/// What a guest knows of the host once its token has pinned it.
#[derive(Clone)]
pub(crate) struct HostBundle {
    pub(crate) sid: SessionId,
    pub(crate) kem: KemPublic,
    pub(crate) verify: VerifyKey,
    pub(crate) hash: [u8; 32],
}

impl HostKeys {
    pub(crate) fn generate(entropy: &mut Entropy) -> Self {
        let (kem, sign) = (KemSecret::generate(entropy), SignKey::generate(entropy));
        let bundle =
            [&[VERSION][..], &SUITE.to_be_bytes(), &kem.public().to_bytes(), &sign.public().to_bytes()]
                .concat();
        let (sid, bundle_hash) = (session_id(&bundle), bundle_hash(&bundle));
        Self { sid, kem, sign, bundle, bundle_hash }
    }
}

pub(crate) fn bundle_hash(bundle: &[u8]) -> [u8; 32] {
    hash("bundle", &[bundle])
}

impl HostBundle {
    /// Reads a bundle whose hash was checked before (JS-INVITE-3).
    pub(crate) fn decode(bundle: &[u8]) -> Result<Self, SessionError> {
        if bundle.len() != LEN {
            return Err(WireError::TooShort { needed: LEN, found: bundle.len() }.into());
        }
        let (version, rest) = bundle.split_at(1);
        let (suite, rest) = rest.split_at(2);
        let (kem, verify) = rest.split_at(PUBLIC_LEN);
        if version != [VERSION] {
            return Err(WireError::Version(version[0]).into());
        }
        if suite != SUITE.to_be_bytes() {
            return Err(SessionError::Misbehaved(Misbehavior::UnknownSuite));
        }
        let array = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).expect("the length was checked");
        Ok(Self {
            sid: session_id(bundle),
            kem: KemPublic::from_bytes(kem)?,
            verify: VerifyKey::from_bytes(&array(verify))?,
            hash: bundle_hash(bundle),
        })
    }
}
