//! The key that opens the overlay: a control character, however the terminal writes it.

use std::{fmt, str::FromStr};

use serde::Deserialize;

/// A control key, as `ctrl-]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct EscapeKey(u8);

impl EscapeKey {
    /// The byte that it sends.
    pub(crate) fn byte(self) -> u8 {
        self.0
    }

    /// The letter that is pressed with Control.
    pub(crate) fn letter(self) -> char {
        char::from(self.0 | 0x40).to_ascii_lowercase()
    }

    /// Whether these bytes are this key: the control character itself, or the forms of terminals that a program
    /// has asked to tell keys apart (`CSI letter;5u`, `CSI 27;5;letter~`).
    pub(crate) fn is(self, bytes: &[u8]) -> bool {
        if bytes == [self.0] {
            return true;
        }
        let code = u32::from(self.letter());
        bytes == format!("\x1b[{code};5u").as_bytes()
            || bytes == format!("\x1b[{code};5:1u").as_bytes()
            || bytes == format!("\x1b[27;5;{code}~").as_bytes()
    }
}

impl Default for EscapeKey {
    fn default() -> Self {
        Self(0x1d)
    }
}

impl fmt::Display for EscapeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ctrl+{}", self.letter().to_ascii_uppercase())
    }
}

impl FromStr for EscapeKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let small = text.to_ascii_lowercase();
        let letter = small.strip_prefix("ctrl-").or_else(|| small.strip_prefix("ctrl+"));
        match letter.map(str::as_bytes) {
            // Return, Tab and Escape would no longer reach the shell.
            Some([b'i' | b'm' | b'j' | b'[']) | None => {}
            Some([letter @ (b'a'..=b'z' | b'\\' | b']' | b'^' | b'_')]) => return Ok(Self(letter & 0x1f)),
            Some(_) => {}
        }
        Err(format!(
            "`{text}` is not a key that can be used here; write ctrl-] or ctrl- with another letter, \\, ^ or _"
        ))
    }
}

impl TryFrom<String> for EscapeKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_told() {
        let key: EscapeKey = "ctrl-]".parse().unwrap();
        assert_eq!((key, key.byte(), key.to_string()), (EscapeKey::default(), 0x1d, "Ctrl+]".to_owned()));
        assert_eq!("Ctrl+A".parse::<EscapeKey>().unwrap().byte(), 1);
        assert_eq!("ctrl-^".parse::<EscapeKey>().unwrap().to_string(), "Ctrl+^");
        for text in ["", "]", "ctrl-", "ctrl-[", "ctrl-m", "ctrl-ab", "alt-x", "ctrl-é"] {
            assert!(text.parse::<EscapeKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_form_of_the_key_is_known() {
        let key = EscapeKey::default();
        for bytes in [&b"\x1d"[..], b"\x1b[93;5u", b"\x1b[27;5;93~"] {
            assert!(key.is(bytes), "{bytes:?}");
        }
        for bytes in [&b"]"[..], b"\x1b[93;6u", b"\x1b[94;5u", b""] {
            assert!(!key.is(bytes), "{bytes:?}");
        }
    }
}
