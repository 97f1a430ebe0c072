//! HPKE (RFC 9180) with X-Wing, in `mode_psk` only: X-Wing has no authenticated mode, and a pre-shared key
//! of exactly 32 bytes is what RFC 9180 asks for (rule JS-SUITE-1).

use hpke::{
    Deserializable, OpModeR, OpModeS, PskBundle, Serializable,
    aead::{AeadCtxR, AeadCtxS, AesGcm256},
    kdf::HkdfSha256,
    kem::{Kem, XWing},
};

use super::{entropy::Entropy, secret::Secret};
use crate::SessionError;

/// Length of an X-Wing public key, in bytes.
pub(crate) const PUBLIC_LEN: usize = 1216;

/// Length of an X-Wing encapsulation, in bytes.
pub(crate) const ENCAPSULATION_LEN: usize = 1120;

/// Length of what AES-256-GCM adds, in bytes.
pub(crate) const TAG_LEN: usize = 16;

/// A pre-shared key: exactly 32 bytes.
pub(crate) type Psk = Secret<32>;

/// The private half of an X-Wing pair: its 32-byte seed, from which every implementation makes the same pair.
pub(crate) struct KemSecret(<XWing as Kem>::PrivateKey);

/// The public half.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct KemPublic(Box<<XWing as Kem>::PublicKey>);

/// One direction of an HPKE exchange, at the end that encapsulated.
pub(crate) struct Sending {
    /// The encapsulation, to be sent in clear.
    pub(crate) encapsulation: [u8; ENCAPSULATION_LEN],
    context: AeadCtxS<AesGcm256, HkdfSha256, XWing>,
}

/// The same at the end that decapsulated.
pub(crate) struct Receiving(AeadCtxR<AesGcm256, HkdfSha256, XWing>);

impl KemSecret {
    pub(crate) fn generate(entropy: &mut Entropy) -> Self {
        let seed = Secret(entropy.bytes::<32>());
        Self(<XWing as Kem>::PrivateKey::from_bytes(&seed.0).expect("an X-Wing private key is any 32 bytes"))
    }

    pub(crate) fn public(&self) -> KemPublic {
        KemPublic(Box::new(XWing::sk_to_pk(&self.0)))
    }

    /// Takes up what [`KemPublic::send`] began.
    pub(crate) fn receive(
        &self,
        encapsulation: &[u8],
        info: &[u8],
        psk: &Psk,
        psk_id: &[u8],
    ) -> Result<Receiving, SessionError> {
        let forged = |_| SessionError::Forged("encapsulation");
        let encapsulation = <XWing as Kem>::EncappedKey::from_bytes(encapsulation).map_err(forged)?;
        let mode = OpModeR::Psk(PskBundle::new(&psk.0, psk_id).map_err(forged)?);
        hpke::setup_receiver(&mode, &self.0, &encapsulation, info).map(Receiving).map_err(forged)
    }
}

impl KemPublic {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, SessionError> {
        <XWing as Kem>::PublicKey::from_bytes(bytes)
            .map(|key| Self(Box::new(key)))
            .map_err(|_| SessionError::Forged("key-exchange key"))
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }

    /// Begins an exchange with the holder of the private half.
    pub(crate) fn send(
        &self,
        info: &[u8],
        psk: &Psk,
        psk_id: &[u8],
        entropy: &mut Entropy,
    ) -> Result<Sending, SessionError> {
        let forged = |_| SessionError::Forged("key-exchange key");
        let mode = OpModeS::Psk(PskBundle::new(&psk.0, psk_id).map_err(forged)?);
        let (encapsulation, context) =
            hpke::setup_sender_with_rng::<AesGcm256, HkdfSha256, XWing>(&mode, &self.0, info, entropy)
                .map_err(forged)?;
        let mut bytes = [0; ENCAPSULATION_LEN];
        bytes.copy_from_slice(&encapsulation.to_bytes());
        Ok(Sending { encapsulation: bytes, context })
    }
}

impl Sending {
    pub(crate) fn seal(&mut self, plaintext: &[u8], aad: &[u8]) -> Vec<u8> {
        self.context.seal(plaintext, aad).expect("one message of a few KiB is within AES-GCM's limits")
    }

    /// `N` bytes known to both ends.
    pub(crate) fn export<const N: usize>(&self, context: &[u8]) -> Secret<N> {
        let mut out = Secret([0; N]);
        self.context.export(context, &mut out.0).expect("32 bytes and fewer are within HKDF's limit");
        out
    }
}

impl Receiving {
    pub(crate) fn open(&mut self, ciphertext: &[u8], aad: &[u8]) -> Result<Vec<u8>, SessionError> {
        self.0.open(ciphertext, aad).map_err(|_| SessionError::Forged("handshake message"))
    }

    /// `N` bytes known to both ends.
    pub(crate) fn export<const N: usize>(&self, context: &[u8]) -> Secret<N> {
        let mut out = Secret([0; N]);
        self.0.export(context, &mut out.0).expect("32 bytes and fewer are within HKDF's limit");
        out
    }
}
