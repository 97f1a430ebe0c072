//! `jst1_` + 64 base64url characters: what lets a guest knock, and what pins the host (rules JS-INVITE-…).

use std::{fmt, str::FromStr};

use jumpseat_wire::{InviteId, SessionId, blob};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    SessionError,
    crypto::{
        entropy::Entropy,
        hash::{hash, hkdf},
        kem::Psk,
        secret::Secret,
    },
};

const PREFIX: &str = "jst1_";

/// What lets a guest knock: a secret `T` of 32 bytes, and `F`, the first 16 bytes of the host bundle's hash.
///
/// Never sent to a relay, never printed by `Debug`; [`Token::reveal`] is the one way to its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    secret: Secret<32>,
    fingerprint: [u8; 16],
}

impl Token {
    pub(crate) fn generate(bundle_hash: &[u8; 32], entropy: &mut Entropy) -> Self {
        let mut fingerprint = [0; 16];
        fingerprint.copy_from_slice(&bundle_hash[..16]);
        Self { secret: Secret(entropy.bytes()), fingerprint }
    }

    /// The text that a guest types or pastes.
    pub fn reveal(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new([&self.secret.0[..], &self.fingerprint].concat());
        Zeroizing::new(format!("{PREFIX}{}", blob::encode(&bytes)))
    }

    /// JS-INVITE-3: whether a bundle is the one that this token's host made.
    pub(crate) fn pins(&self, bundle_hash: &[u8; 32]) -> bool {
        self.fingerprint.ct_eq(&bundle_hash[..16]).into()
    }

    #[cfg(test)]
    pub(crate) fn secret_bytes(&self) -> [u8; 32] {
        self.secret.0
    }

    /// The invite's public name.
    pub(crate) fn invite_id(&self, sid: SessionId) -> InviteId {
        InviteId(hkdf(&sid.0, &self.secret.0, b"jumpseat/1 invite id"))
    }

    /// What both ends of a knock know before it.
    pub(crate) fn psk(&self, sid: SessionId) -> Psk {
        Secret(hkdf(&sid.0, &self.secret.0, b"jumpseat/1 invite psk"))
    }

    /// Names a token in logs and lists without giving it away.
    pub fn hint(&self) -> String {
        let digest = hash("token hint", &[&self.secret.0]);
        format!("{PREFIX}…{:02x}{:02x}", digest[0], digest[1])
    }
}

impl FromStr for Token {
    type Err = SessionError;

    fn from_str(text: &str) -> Result<Self, SessionError> {
        let body =
            text.trim().strip_prefix(PREFIX).ok_or(SessionError::Token("it does not start with jst1_"))?;
        if body.len() != 64 {
            return Err(SessionError::Token("jst1_ is followed by exactly 64 letters, digits, - and _"));
        }
        let bytes =
            Zeroizing::new(blob::decode(body).map_err(|_| {
                SessionError::Token("it has a character other than letters, digits, - and _")
            })?);
        let (Some(secret), Some(fingerprint)) = (bytes.first_chunk(), bytes.last_chunk()) else {
            return Err(SessionError::Token("it is too short"));
        };
        Ok(Self { secret: Secret(*secret), fingerprint: *fingerprint })
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_hides() {
        let token = Token::generate(&[3; 32], &mut Entropy::seeded(1));
        let text = token.reveal();
        assert_eq!(text.len(), 69);
        assert_eq!(text.parse(), Ok(token.clone()));
        assert_eq!(format!("{token:?}"), "Token(..)");
        assert!(!text.contains(&token.hint()[8..]));
        assert!(token.pins(&[3; 32]) && !token.pins(&[4; 32]));
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, why) in [
            ("", "start"),
            ("K7QM-3XTE", "start"),
            ("jst1_short", "exactly 64"),
            (&format!("jst1_{}", "é".repeat(32)), "other than letters"),
        ] {
            let error = text.parse::<Token>().unwrap_err().to_string();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }

    #[test]
    fn names_and_keys_differ_by_session() {
        let token = Token::generate(&[3; 32], &mut Entropy::seeded(1));
        let (a, b) = (SessionId([1; 16]), SessionId([2; 16]));
        assert_ne!(token.invite_id(a), token.invite_id(b));
        assert!(token.psk(a) != token.psk(b));
    }
}
