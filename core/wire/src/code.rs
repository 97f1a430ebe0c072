//! The invite code: where a session is found at the relay.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::WireError;

/// Crockford's base32 alphabet: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const LEN: usize = 8;

/// `XXXX-XXXX`: 40 random bits that find a session at the relay. Worthless without a token.
///
/// Reading is forgiving, as Crockford's base32 asks: case does not matter, `O` reads as `0`, `I` and `L`
/// as `1`, and the dash and blanks may be left out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(type = "string"))]
pub struct InviteCode([u8; LEN]);

impl InviteCode {
    /// A code from 40 random bits.
    pub fn from_random(random: [u8; 5]) -> Self {
        let bits = random.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        Self(std::array::from_fn(|i| ALPHABET[(bits >> (5 * (LEN - 1 - i)) & 31) as usize]))
    }
}

impl FromStr for InviteCode {
    type Err = WireError;

    fn from_str(text: &str) -> Result<Self, WireError> {
        let mut code = [0; LEN];
        let mut filled = 0;
        for c in text.trim().chars().filter(|c| !matches!(c, '-' | ' ')) {
            let c = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                c => c,
            };
            if !c.is_ascii() || !ALPHABET.contains(&(c as u8)) {
                return Err(WireError::Code("it has a letter or sign that codes do not use"));
            }
            if filled == LEN {
                return Err(WireError::Code("it is longer than XXXX-XXXX"));
            }
            code[filled] = c as u8;
            filled += 1;
        }
        if filled < LEN {
            return Err(WireError::Code("it is shorter than XXXX-XXXX"));
        }
        Ok(Self(code))
    }
}

impl fmt::Display for InviteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            if i == LEN / 2 {
                f.write_str("-")?;
            }
            write!(f, "{}", *byte as char)?;
        }
        Ok(())
    }
}

impl fmt::Debug for InviteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for InviteCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for InviteCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_people_type() {
        let code: InviteCode = "K7QM-3XTE".parse().unwrap();
        for typed in ["k7qm3xte", " K7QM 3XTE\n", "k7-qm-3x-te"] {
            assert_eq!(typed.parse(), Ok(code), "{typed:?}");
        }
        assert_eq!("OIL0-0000".parse::<InviteCode>().unwrap().to_string(), "0110-0000");
    }

    #[test]
    fn says_what_is_wrong() {
        for (typed, why) in [
            ("", "shorter"),
            ("K7QM-3XT", "shorter"),
            ("K7QM-3XTEE", "longer"),
            ("K7QM-3XTU", "letter"),
            ("K7QM-3XTÉ", "letter"),
        ] {
            let error = typed.parse::<InviteCode>().unwrap_err().to_string();
            assert!(error.contains(why), "{typed:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn round_trips(random: [u8; 5]) {
            let code = InviteCode::from_random(random);
            prop_assert_eq!(code.to_string().parse(), Ok(code));
        }

        #[test]
        fn never_panics(text in "\\PC*") {
            let _ = text.parse::<InviteCode>();
        }
    }
}
