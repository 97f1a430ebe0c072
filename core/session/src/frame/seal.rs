//! AES-256-GCM over a frame. Sealing and opening keys are different types, so that neither end can use one
//! for the other, and a sealing key counts for itself, so that no nonce is used twice (rule JS-FRAME-2).

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce, Tag,
    aead::{AeadInOut, inout::InOutBuf},
};
use jumpseat_wire::{FrameHeader, HEADER_LEN, SessionId, limits::TAG_LEN};
use zeroize::Zeroize;

use crate::{SessionError, crypto::secret::Secret};

struct FrameKey {
    cipher: Aes256Gcm,
    nonce: [u8; 12],
    #[cfg(any(test, feature = "testing"))]
    name: [u8; 32],
}

/// Seals frames of one kind, one key, one rising count.
pub(crate) struct SealKey {
    key: FrameKey,
    next: u64,
}

/// Opens what the matching [`SealKey`] sealed. The order of frames is its caller's to check.
pub(crate) struct OpenKey(FrameKey);

impl SealKey {
    pub(crate) fn starting_at(key: &Secret<32>, nonce: &Secret<12>, next: u64) -> Self {
        Self { key: FrameKey::new(key, nonce), next }
    }

    /// The number of the next frame.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Seals `buffer`, whose first [`HEADER_LEN`] bytes are room for the header.
    ///
    /// `header` makes the header from the frame's number, and may still write to the plaintext (a
    /// signature that covers the header).
    pub(crate) fn seal(
        &mut self,
        sid: SessionId,
        mut buffer: Vec<u8>,
        header: impl FnOnce(u64, &mut [u8]) -> FrameHeader,
    ) -> Result<Vec<u8>, SessionError> {
        debug_assert!(buffer.len() >= HEADER_LEN);
        let seq = self.next;
        // JS-FRAME-2: a count that would wrap is an error, not a second use of a nonce.
        self.next = seq.checked_add(1).ok_or(SessionError::UsedUp)?;
        let (head, plaintext) = buffer.split_at_mut(HEADER_LEN);
        #[cfg(any(test, feature = "testing"))]
        super::sealings::sealed(self.key.name, self.key.nonce(seq).into());
        let header = header(seq, plaintext);
        debug_assert_eq!(header.seq, seq);
        head.copy_from_slice(&header.encode());
        let tag = self
            .key
            .cipher
            .encrypt_inout_detached(&self.key.nonce(seq), &aad(sid, head), InOutBuf::from(plaintext))
            .expect("a frame is far shorter than AES-GCM's limit");
        buffer.extend_from_slice(&tag);
        Ok(buffer)
    }
}

impl OpenKey {
    pub(crate) fn new(key: &Secret<32>, nonce: &Secret<12>) -> Self {
        Self(FrameKey::new(key, nonce))
    }

    /// The plaintext of a frame whose header was decoded before.
    pub(crate) fn open(
        &self,
        sid: SessionId,
        header: &FrameHeader,
        ciphertext: &[u8],
    ) -> Result<Vec<u8>, SessionError> {
        let Some((sealed, tag)) = ciphertext.split_last_chunk::<TAG_LEN>() else {
            return Err(SessionError::Forged("frame"));
        };
        let mut plaintext = sealed.to_vec();
        self.0
            .cipher
            .decrypt_inout_detached(
                &self.0.nonce(header.seq),
                &aad(sid, &header.encode()),
                InOutBuf::from(&mut plaintext[..]),
                &Tag::from(*tag),
            )
            .map_err(|_| SessionError::Forged("frame"))?;
        Ok(plaintext)
    }
}

impl FrameKey {
    fn new(key: &Secret<32>, nonce: &Secret<12>) -> Self {
        Self {
            cipher: Aes256Gcm::new(&key.0.into()),
            nonce: nonce.0,
            #[cfg(any(test, feature = "testing"))]
            name: crate::crypto::hash::sha256(&key.0),
        }
    }

    /// The base with the count over its last eight bytes.
    fn nonce(&self, seq: u64) -> Nonce<<Aes256Gcm as aes_gcm::AeadCore>::NonceSize> {
        let mut nonce = self.nonce;
        for (byte, count) in nonce[4..].iter_mut().zip(seq.to_be_bytes()) {
            *byte ^= count;
        }
        nonce.into()
    }
}

impl Drop for FrameKey {
    fn drop(&mut self) {
        self.nonce.zeroize();
    }
}

/// `"jumpseat/1 frame" ‖ sid ‖ header`.
fn aad(sid: SessionId, header: &[u8]) -> [u8; 48] {
    let mut aad = [0; 48];
    aad[..16].copy_from_slice(b"jumpseat/1 frame");
    aad[16..32].copy_from_slice(&sid.0);
    aad[32..].copy_from_slice(header);
    aad
}

#[cfg(test)]
mod tests {
    use jumpseat_wire::FrameKind;

    use super::*;

    /// JS-FRAME-2; adversarial case 24.
    #[test]
    fn a_count_that_would_wrap_is_an_error() {
        let (key, nonce) = (Secret([1; 32]), Secret([2; 12]));
        let mut key = SealKey::starting_at(&key, &nonce, u64::MAX - 1);
        let mut seal = || {
            key.seal(SessionId([0; 16]), vec![0; HEADER_LEN], |seq, _| FrameHeader {
                kind: FrameKind::Group,
                slot: 0,
                epoch: 1,
                seq,
            })
        };
        assert!(seal().is_ok());
        assert_eq!(seal(), Err(SessionError::UsedUp));
        assert_eq!(seal(), Err(SessionError::UsedUp));
    }
}
