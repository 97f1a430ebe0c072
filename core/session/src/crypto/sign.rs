//! Ed25519 with strict verification (rule JS-SUITE-2).

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::entropy::Entropy;
use crate::SessionError;

/// Length of a signature, in bytes.
pub(crate) const SIGNATURE_LEN: usize = 64;

/// A signing key; wiped when dropped by its library.
pub(crate) struct SignKey(SigningKey);

impl SignKey {
    pub(crate) fn generate(entropy: &mut Entropy) -> Self {
        Self(SigningKey::from_bytes(&entropy.bytes()))
    }

    pub(crate) fn from_bytes(secret: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    pub(crate) fn public(&self) -> VerifyKey {
        VerifyKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        self.0.sign(message).to_bytes()
    }
}

/// A verification key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct VerifyKey(VerifyingKey);

impl VerifyKey {
    /// Reads a key; refuses weak ones, under which a signature says nothing.
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SessionError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| SessionError::Forged("signing key"))?;
        if key.is_weak() { Err(SessionError::Forged("signing key")) } else { Ok(Self(key)) }
    }

    pub(crate) fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    pub(crate) fn verify(
        &self,
        message: &[u8],
        signature: &[u8; SIGNATURE_LEN],
        what: &'static str,
    ) -> Result<(), SessionError> {
        self.0
            .verify_strict(message, &Signature::from_bytes(signature))
            .map_err(|_| SessionError::Forged(what))
    }
}
