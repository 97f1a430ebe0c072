//! What an end can do beyond the first version of the protocol (rules JS-CAN-…).

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};

use crate::area::pointing;

/// What this version can do.
const OWN: [&str; 1] = [pointing::COLUMNS];

/// Most capabilities that are read of a peer.
const MAX_COUNT: usize = 64;

/// The longest name that is read, in bytes.
const MAX_NAME: usize = 65;

/// Names of capabilities; a word that was added later is one, as `area.word`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Capabilities(BTreeSet<String>);

impl Capabilities {
    /// This end's.
    pub(crate) fn own() -> Self {
        Self(OWN.map(str::to_owned).into())
    }

    /// Whether the end that sent these has one.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// What is no name, and what is too much, is left out (JS-CAN-1).
impl<'de> Deserialize<'de> for Capabilities {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let is_name = |name: &String| {
            let fits = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.');
            (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(fits)
        };
        let names = Vec::<String>::deserialize(deserializer)?;
        Ok(Self(names.into_iter().filter(is_name).take(MAX_COUNT).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JS-CAN-1.
    #[test]
    fn names_are_bounded_and_unknown_ones_do_no_harm() {
        let read = |json: &str| serde_json::from_str::<Capabilities>(json);
        let mixed = format!(r#"["pointing.columns","later.thing","","Upper","{}","a b"]"#, "x".repeat(66));
        let read_names = read(&mixed).unwrap();
        assert!(read_names.has("pointing.columns") && read_names.has("later.thing"));
        assert_eq!(read_names.0.len(), 2);
        let many: Vec<_> = (0..200).map(|at| "a".repeat(at % 65 + 1)).collect();
        assert_eq!(read(&serde_json::to_string(&many).unwrap()).unwrap().0.len(), 64);
        assert!(read("7").is_err() && read("[7]").is_err());
    }

    #[test]
    fn a_word_is_named_as_it_is_sent() {
        let words = crate::area::all_words();
        for name in OWN {
            assert!(words.iter().all(|words| words.iter().any(|word| word == name)), "{name}");
        }
    }
}
