//! The keys of one direction of a pair, one generation after the other (rules JS-PAIR-8, 9).
//!
//! ```text
//! chain 0 = the handshake's export
//! key n 32, nonce n 12, chain n+1 32 = HKDF(salt = sid, chain n, L("pair key" | "pair nonce" | "pair chain", n u32))
//! ```
//!
//! Each step forgets what it came from: whoever reads this memory later cannot open what was sealed before the step.

use jumpseat_wire::SessionId;

use super::seal::{OpenKey, SealKey};
use crate::crypto::{
    hash::{hkdf, labelled},
    secret::Secret,
};

/// What the generations that are still to come are made of.
#[derive(Clone)]
pub(crate) struct Chain {
    sid: SessionId,
    secret: Secret<32>,
    /// The number of the next generation.
    next: u32,
}

/// One generation's key and nonce base: sealed with at one end, opened with at the other.
pub(crate) struct Keyed {
    pub(crate) generation: u32,
    key: Secret<32>,
    nonce: Secret<12>,
}

impl Chain {
    pub(crate) fn new(sid: SessionId, export: Secret<32>) -> Self {
        Self { sid, secret: export, next: 0 }
    }

    /// The next generation, and the chain behind it; `None` after the last of 2^32.
    pub(crate) fn step(&self) -> Option<(Keyed, Self)> {
        let generation = self.next;
        let info = |label| labelled(label, &[&generation.to_be_bytes()]);
        let Self { sid, secret, .. } = self;
        let keyed = Keyed {
            generation,
            key: Secret(hkdf(&sid.0, &secret.0, &info("pair key"))),
            nonce: Secret(hkdf(&sid.0, &secret.0, &info("pair nonce"))),
        };
        let secret = Secret(hkdf(&sid.0, &secret.0, &info("pair chain")));
        Some((keyed, Self { sid: *sid, secret, next: generation.checked_add(1)? }))
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> [u8; 32] {
        self.secret.0
    }
}

impl Keyed {
    /// Seals, counting on from `next`.
    pub(crate) fn sealing(&self, next: u64) -> SealKey {
        SealKey::starting_at(&self.key, &self.nonce, next)
    }

    pub(crate) fn opening(&self) -> OpenKey {
        OpenKey::new(&self.key, &self.nonce)
    }

    #[cfg(test)]
    pub(crate) fn key_bytes(&self) -> [u8; 32] {
        self.key.0
    }

    #[cfg(test)]
    pub(crate) fn nonce_bytes(&self) -> [u8; 12] {
        self.nonce.0
    }
}
