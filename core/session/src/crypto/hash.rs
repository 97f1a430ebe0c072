//! Labelled hashing and key derivation: every use of a hash has a name of its own (rule JS-SUITE-3).

use hkdf::Hkdf;
use sha2::{Digest, Sha256};

/// `L(label, x) = "jumpseat/1 " ‖ label ‖ 00 ‖ x`.
pub(crate) fn labelled(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = [b"jumpseat/1 ", label.as_bytes(), &[0]].concat();
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

/// `H(label, x) = SHA-256(L(label, x))`.
pub(crate) fn hash(label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new_with_prefix(b"jumpseat/1 ");
    digest.update(label.as_bytes());
    digest.update([0]);
    for part in parts {
        digest.update(part);
    }
    digest.finalize().into()
}

/// SHA-256 without a label: what the relay computes of a claim.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// HKDF-SHA256, `N` bytes.
pub(crate) fn hkdf<const N: usize>(salt: &[u8], key: &[u8], info: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    Hkdf::<Sha256>::new(Some(salt), key)
        .expand(info, &mut out)
        .expect("every output here is far shorter than HKDF's limit of 8160 bytes");
    out
}
