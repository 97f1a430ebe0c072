//! How a session's name is its host's own: it is a hash of the host's public keys, and a host that opens a room signs
//! what it says (rules JS-INVITE-2, JS-RELAY-33). Hashes only; the ends and the relay bring the signature.

use sha2::{Digest, Sha256};

use crate::{Nonce, SessionId};

/// The name of the session whose host has this bundle: `H("session", bundle)[..16]`.
pub fn session_id(bundle: &[u8]) -> SessionId {
    let hash = hash("session", bundle);
    SessionId(hash.first_chunk().copied().unwrap_or_default())
}

/// The Ed25519 key in a bundle, its last 32 bytes; whether they are a key is not looked at.
pub fn signing_key(bundle: &[u8]) -> Option<&[u8; 32]> {
    bundle.last_chunk()
}

/// What a host signs to open a room: `L("open sig", nonce ‖ H("open", hello))`, with its `open` as it was sent, byte for
/// byte. Whatever is in it counts, and counts once: no relay gives the same nonce twice.
pub fn signed(nonce: &Nonce, hello: &str) -> Vec<u8> {
    [b"jumpseat/1 open sig\0", &nonce.0[..], &hash("open", hello.as_bytes())].concat()
}

fn hash(label: &str, bytes: &[u8]) -> [u8; 32] {
    Sha256::new_with_prefix(b"jumpseat/1 ")
        .chain_update(label)
        .chain_update([0])
        .chain_update(bytes)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JS-INVITE-2: whatever changes in a bundle, it is another session's.
    #[test]
    fn a_name_is_the_bundle_s_own() {
        let bundle = [7; 1251];
        let name = session_id(&bundle);
        for at in 0..bundle.len() {
            let mut other = bundle;
            other[at] ^= 1;
            assert_ne!(session_id(&other), name, "byte {at}");
        }
        assert_ne!(session_id(&bundle[1..]), name);
        assert_eq!(signing_key(&bundle), Some(&[7; 32]));
        assert_eq!(signing_key(&bundle[..31]), None);
    }

    /// JS-RELAY-33.
    #[test]
    fn what_is_signed_is_one_opening_s_alone() {
        let signed = |nonce: u8, hello: &str| super::signed(&Nonce([nonce; 32]), hello);
        assert_ne!(signed(1, "{}"), signed(2, "{}"));
        assert_ne!(signed(1, "{}"), signed(1, "{} "));
    }
}
