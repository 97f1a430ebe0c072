//! Epochs: generations of the group key, and the grants that hand them out (rules JS-EPOCH-…).
//!
//! ```text
//! grant = 01 ‖ epoch u32 ‖ first_seq u64 ‖ commit 32 ‖ roster_hash 32 ‖ sig 64 ‖ EK 32
//! ```

use jumpseat_wire::SessionId;

use super::seal::{OpenKey, SealKey};
use crate::{
    Misbehavior, SessionError,
    crypto::{
        entropy::Entropy,
        hash::{hash, hkdf, labelled},
        secret::Secret,
        sign::{SIGNATURE_LEN, SignKey, VerifyKey},
    },
};

const GRANT: u8 = 1;

/// What the signature covers.
const SIGNED_LEN: usize = 1 + 4 + 8 + 32 + 32;

/// Length of an encoded grant, in bytes.
pub(crate) const GRANT_LEN: usize = SIGNED_LEN + SIGNATURE_LEN + 32;

/// The group key's generation: 32 random bytes from which everything else comes.
pub(crate) struct EpochKey(Secret<32>);

/// What a grant says, once it verified.
pub(crate) struct Grant {
    pub(crate) epoch: u32,
    /// The first frame that is sealed under it.
    pub(crate) first_seq: u64,
    /// H("roster", …) of the roster that opens it.
    pub(crate) roster_hash: [u8; 32],
    key: EpochKey,
}

pub(crate) fn roster_hash(roster: &[u8]) -> [u8; 32] {
    hash("roster", &[roster])
}

impl EpochKey {
    pub(crate) fn generate(entropy: &mut Entropy) -> Self {
        Self(Secret(entropy.bytes()))
    }

    pub(crate) fn sealing(&self, sid: SessionId, epoch: u32, first_seq: u64) -> SealKey {
        let (key, nonce) = self.derive(sid, epoch);
        SealKey::starting_at(&key, &nonce, first_seq)
    }

    fn opening(&self, sid: SessionId, epoch: u32) -> OpenKey {
        let (key, nonce) = self.derive(sid, epoch);
        OpenKey::new(&key, &nonce)
    }

    fn derive(&self, sid: SessionId, epoch: u32) -> (Secret<32>, Secret<12>) {
        let info = |label| labelled(label, &[&epoch.to_be_bytes()]);
        (
            Secret(hkdf(&sid.0, &self.0.0, &info("epoch key"))),
            Secret(hkdf(&sid.0, &self.0.0, &info("epoch nonce"))),
        )
    }

    /// AES-GCM does not commit to its key: without this, one ciphertext could open to two texts.
    fn commitment(&self, sid: SessionId, epoch: u32) -> [u8; 32] {
        hkdf(&sid.0, &self.0.0, &labelled("epoch commit", &[&epoch.to_be_bytes()]))
    }

    /// The grant of this epoch, the same for every guest.
    pub(crate) fn grant(
        &self,
        sid: SessionId,
        epoch: u32,
        first_seq: u64,
        roster_hash: [u8; 32],
        sign: &SignKey,
    ) -> Vec<u8> {
        let mut bytes = [
            &[GRANT][..],
            &epoch.to_be_bytes(),
            &first_seq.to_be_bytes(),
            &self.commitment(sid, epoch),
            &roster_hash,
        ]
        .concat();
        let signature = sign.sign(&labelled("epoch sig", &[&sid.0, &bytes]));
        bytes.extend_from_slice(&signature);
        bytes.extend_from_slice(&self.0.0);
        bytes
    }
}

impl Grant {
    /// Reads a grant; refuses one that is not newer than `current` (JS-EPOCH-4), not signed, or whose key
    /// is not the one it commits to (JS-EPOCH-5).
    pub(crate) fn decode(
        bytes: &[u8],
        sid: SessionId,
        host: &VerifyKey,
        current: Option<(u32, u64)>,
    ) -> Result<Self, SessionError> {
        if bytes.len() != GRANT_LEN || bytes[0] != GRANT {
            return Err(SessionError::Misbehaved(Misbehavior::GarbledGrant));
        }
        let (signed, rest) = bytes.split_at(SIGNED_LEN);
        let (signature, key) = rest.split_at(SIGNATURE_LEN);
        host.verify(
            &labelled("epoch sig", &[&sid.0, signed]),
            signature.try_into().expect("split off at 64"),
            "the grant's signature",
        )?;
        let epoch = u32::from_be_bytes(signed[1..5].try_into().expect("4 bytes"));
        let first_seq = u64::from_be_bytes(signed[5..13].try_into().expect("8 bytes"));
        if current.is_some_and(|(newest, first)| epoch <= newest || first_seq < first) {
            return Err(SessionError::Replayed("an epoch's grant"));
        }
        let key = EpochKey(Secret(key.try_into().expect("32 bytes remain")));
        if key.commitment(sid, epoch) != signed[13..45] {
            return Err(SessionError::Forged("the epoch's key"));
        }
        let roster_hash = signed[45..].try_into().expect("32 bytes remain");
        Ok(Self { epoch, first_seq, roster_hash, key })
    }

    pub(crate) fn opening(&self, sid: SessionId) -> OpenKey {
        self.key.opening(sid, self.epoch)
    }
}

/// A grant that the host signed, whatever it says: these bytes, as long as a grant is.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn signed(bytes: &[u8], sid: SessionId, sign: &SignKey) -> Vec<u8> {
    let mut grant = [bytes, &[0; GRANT_LEN]].concat();
    grant.truncate(GRANT_LEN);
    grant[0] = GRANT;
    let signature = sign.sign(&labelled("epoch sig", &[&sid.0, &grant[..SIGNED_LEN]]));
    grant[SIGNED_LEN..SIGNED_LEN + SIGNATURE_LEN].copy_from_slice(&signature);
    grant
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JS-EPOCH-4, JS-EPOCH-5; adversarial cases 12 and 13.
    #[test]
    fn refuses_rollback_forgery_and_a_key_that_was_not_committed_to() {
        let entropy = &mut Entropy::seeded(1);
        let (sid, sign, key) = (SessionId([1; 16]), SignKey::generate(entropy), EpochKey::generate(entropy));
        let grant = key.grant(sid, 3, 40, [9; 32], &sign);
        let decode =
            |bytes: &[u8], current| Grant::decode(bytes, sid, &sign.public(), current).map(|g| g.first_seq);
        assert_eq!(decode(&grant, Some((2, 40))), Ok(40));
        assert_eq!(decode(&grant, Some((3, 40))), Err(SessionError::Replayed("an epoch's grant")));
        assert_eq!(decode(&grant, Some((2, 41))), Err(SessionError::Replayed("an epoch's grant")));
        for at in 0..grant.len() {
            let mut broken = grant.clone();
            broken[at] ^= 1;
            assert!(decode(&broken, None).is_err(), "byte {at}");
        }
        assert!(Grant::decode(&grant, SessionId([2; 16]), &sign.public(), None).is_err());
    }
}
