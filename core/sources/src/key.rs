//! Keys made of what others named: whatever the name, there is a key, and no two names share one.

use jumpseat_panels::{Key, limits::MAX_KEY_LEN};
use sha2::{Digest as _, Sha256};

/// The key of that name; a name that is too long ends in a hash of itself.
pub(crate) fn key(name: String) -> Option<Key> {
    if name.len() <= MAX_KEY_LEN {
        return Key::new(name);
    }
    let hash = Sha256::digest(&name);
    let end = (0..=MAX_KEY_LEN - 40).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    let start = name[..end].to_owned();
    Key::new(hash[..16].iter().fold(start + "#", |name, byte| name + &format!("{byte:02x}")))
}

/// Bytes as a part of a key: letters and digits of any script and plain characters stay, the rest is in `%XX`.
pub(crate) fn escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            let plain = character == ' ' || (character.is_ascii_graphic() && !matches!(character, '%' | '#'));
            if plain || character.is_alphanumeric() {
                out.push(character);
            } else {
                percent(&mut out, character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        percent(&mut out, chunk.invalid());
    }
    out
}

fn percent(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        out.push_str(&format!("%{byte:02X}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_name_there_is_a_key_of_its_own() {
        assert_eq!(escaped(b"src/a b.rs"), "src/a b.rs");
        assert_eq!(escaped("ä/\u{202e}\n%".as_bytes()), "ä/%E2%80%AE%0A%25");
        assert_eq!(escaped(b"caf\xe9"), "caf%E9");
        let (one, two) = ("ä".repeat(2000), "ä".repeat(2001));
        let (one, two) = (key(one).unwrap(), key(two).unwrap());
        assert_ne!(one, two);
        assert!(key(String::new()).is_none());
    }
}
