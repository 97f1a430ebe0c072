//! What host and guests say to each other besides terminals: words, by area (rules JS-MSG-…, JS-AREA-…).
//!
//! ```text
//!  {"AREA":{"WORD":{…fields…}}}       a message: one record, sealed like any other
//!
//!  area/session.rs    how it ends, and what was lost on the way     area/panels.rs     which panels are shared
//!  area/people.rs     who is here, and what they may do             area/transfer.rs   contents, by reference
//!  area/invites.rs    invites that co-owners ask for                area/chat.rs       what people say
//!  area/terminals.rs  which terminals there are                     area/pointing.rs   where people point
//! ```
//!
//! An area's file has its words, from the host and from a guest, and how they are cleaned; a folder next to it has what
//! one end alone keeps of the area. The machines heed the words in `host/heard.rs` and `guest/seated/heard.rs`. A word
//! that an end does not know is skipped there: it changes nothing.
//!
//! A new word is a variant in its area's file, a row in `PROTOCOL.md` (in the order of the variants), a line in the vectors of
//! `tests.rs` (a test misses either), and an arm in each of the two places that handle it. A word for something that lasts is
//! in the state that `host/people.rs` sends (JS-MSG-6). The values of a field are fixed: a later version that needs another
//! value adds a word, or reads what it does not know as unknown, as `TransferKind` does.

mod envelope;

pub(crate) mod chat;
pub(crate) mod invites;
pub(crate) mod panels;
pub(crate) mod people;
pub(crate) mod pointing;
pub(crate) mod session;
pub(crate) mod terminals;
pub(crate) mod transfer;

use serde::{Deserialize, Serialize};

use crate::SessionError;

/// Most entries of a list that a guest accepts.
const MAX_LIST: usize = 256;

/// A guest's messages (chat, requests, and words that this host does not know) that a host takes in a second.
pub(crate) const MESSAGES_PER_SECOND: u32 = 20;

/// From the host: to every guest, or to one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromHost {
    Session(session::FromHost),
    People(people::FromHost),
    Invites(invites::FromHost),
    Terminals(terminals::FromHost),
    Panels(panels::FromHost),
    Transfer(transfer::FromHost),
    Chat(chat::FromHost),
    Pointing(pointing::FromHost),
}

/// From one guest to the host.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromGuest {
    Session(session::FromGuest),
    People(people::FromGuest),
    Invites(invites::FromGuest),
    Transfer(transfer::FromGuest),
    Chat(chat::FromGuest),
    Pointing(pointing::FromGuest),
}

/// What the words of an area are words of.
macro_rules! areas {
    ($end:ident: $($area:ident $module:ident),*) => {
        $(impl From<$module::$end> for $end {
            fn from(word: $module::$end) -> Self {
                Self::$area(word)
            }
        })*
    };
}

areas!(FromHost: Session session, People people, Invites invites, Terminals terminals, Panels panels,
    Transfer transfer, Chat chat, Pointing pointing);
areas!(FromGuest: Session session, People people, Invites invites, Transfer transfer, Chat chat, Pointing pointing);

impl FromHost {
    pub(crate) fn encode(&self) -> Vec<u8> {
        envelope::write(self)
    }

    /// Reads a message; nothing for an area or a word that this version does not know.
    ///
    /// # Errors
    /// It is no message, the fields of a known word cannot be read, or only the other end says that word.
    pub(crate) fn decode(message: &[u8]) -> Result<Option<Self>, SessionError> {
        let mut said: Option<Self> = envelope::read::<Self, FromGuest>(message)?;
        match &mut said {
            Some(Self::Session(word)) => word.clean(),
            Some(Self::People(word)) => word.clean(),
            Some(Self::Terminals(word)) => word.clean(),
            Some(Self::Panels(word)) => word.clean(),
            Some(Self::Chat(word)) => word.clean(),
            // Numbers, and lists that the record's length bounds.
            Some(Self::Invites(_) | Self::Transfer(_) | Self::Pointing(_)) | None => {}
        }
        Ok(said)
    }
}

impl FromGuest {
    pub(crate) fn encode(&self) -> Vec<u8> {
        envelope::write(self)
    }

    /// Reads a message; nothing for an area or a word that this version does not know.
    ///
    /// # Errors
    /// It is no message, the fields of a known word cannot be read, or only the other end says that word.
    pub(crate) fn decode(message: &[u8]) -> Result<Option<Self>, SessionError> {
        let mut said: Option<Self> = envelope::read::<Self, FromHost>(message)?;
        match &mut said {
            Some(Self::Chat(word)) => word.clean(),
            Some(
                Self::Session(_) | Self::People(_) | Self::Invites(_) | Self::Transfer(_) | Self::Pointing(_),
            )
            | None => {}
        }
        Ok(said)
    }

    /// Whether it counts once the session is over.
    pub(crate) fn is_of_farewell(&self) -> bool {
        matches!(self, Self::Session(_))
    }
}

/// Every word of a host and of a guest, as `area.word`.
#[cfg(test)]
pub(crate) fn all_words() -> [Vec<String>; 2] {
    [envelope::words::<FromHost>(), envelope::words::<FromGuest>()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Misbehavior;

    /// JS-AREA-1, JS-AREA-2.
    #[test]
    fn what_is_unknown_is_skipped_and_what_is_malformed_is_an_error() {
        let skipped = [
            r#"{"weather":{"rain":{"mm":3}}}"#,
            r#"{"people":{"applause":{}}}"#,
            // Nobody looks at the fields of what nobody knows.
            r#"{"people":{"applause":[[[}}"#,
            r#"{"people":{"applause":}}"#,
            r#"{"people":{"applause":{}}"#,
            r#"{"people":{"roster_":{"rev":1}}}"#,
            r#"{"roster":{"people":{"rev":1}}}"#,
            // A word of the other end, or of another area, is not one of these.
            r#"{"people":{"closing":{}}}"#,
        ];
        for message in skipped {
            assert_eq!(FromHost::decode(message.as_bytes()), Ok(None), "{message}");
            assert_eq!(FromGuest::decode(message.as_bytes()), Ok(None), "{message}");
        }
        let roster = r#"{"people":{"roster":{"rev":1,"host":"Ann","guests":[]}}}"#;
        assert!(matches!(FromHost::decode(roster.as_bytes()), Ok(Some(FromHost::People(_)))));
        let others = Err(SessionError::Misbehaved(Misbehavior::OthersWord));
        assert_eq!(FromGuest::decode(roster.as_bytes()), others, "a host's word at the host");
        assert_eq!(FromHost::decode(br#"{"people":{"remove":[[[}}"#).map(|_| ()), others.map(|_| ()));
        let garbled = [
            "",
            "{}",
            "[]",
            "null",
            r#"{"type":"roster"}"#,
            r#" {"people":{"roster":{}}}"#,
            r#"{"people": {"roster":{}}}"#,
            r#"{"People":{"roster":{}}}"#,
            r#"{"people":{"ro\u0073ter":{}}}"#,
            r#"{"people":{"":{}}}"#,
            r#"{"":{"roster":{}}}"#,
            r#"{"people":{"applause":{}}} "#,
            r#"{"people":{"applause7":{}}}"#,
            r#"{"abcdefghijklmnopqrstuvwxyzabcdefg":{"roster":{}}}"#,
        ];
        for message in garbled {
            let expected = SessionError::Misbehaved(Misbehavior::GarbledMessage);
            assert_eq!(FromHost::decode(message.as_bytes()), Err(expected.clone()), "{message}");
            assert_eq!(FromGuest::decode(message.as_bytes()), Err(expected), "{message}");
        }
        let unreadable = [
            r#"{"people":{"typing":{}}}"#,
            r#"{"people":{"typing":[7,1,true]}}"#,
            r#"{"people":{"typing":{"slot":"7","stream":1,"on":true}}}"#,
            r#"{"people":{"typing":{"slot":7,"stream":1,"on":true},"x":{}}}"#,
            r#"{"people":{"typing":{"slot":7,"stream":1,"on":true}{}}}"#,
            r#"{"people":{"typing":}}"#,
            r#"{"session":{"end":{"reason":"boredom"}}}"#,
        ];
        for message in unreadable {
            let expected = SessionError::Misbehaved(Misbehavior::UnreadableMessage);
            assert_eq!(FromHost::decode(message.as_bytes()), Err(expected), "{message}");
        }
        // A field that a later version adds to a word is passed over.
        let more = r#"{"people":{"typing":{"slot":7,"stream":1,"on":true,"with":"both hands"}}}"#;
        let typing = people::FromHost::Typing { slot: 7, stream: 1, on: true };
        assert_eq!(FromHost::decode(more.as_bytes()), Ok(Some(typing.into())));
    }

    /// JS-MSG-1, JS-AREA-1: each word stands in `PROTOCOL.md`, in the table of its end, and has a golden vector.
    #[test]
    fn every_word_has_its_row_and_its_vector() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let protocol = std::fs::read_to_string(folder.join("../../PROTOCOL.md")).unwrap();
        let vectors = std::fs::read_to_string(folder.join("vectors/messages.json")).unwrap();
        let vectors: serde_json::Value = serde_json::from_str(&vectors).unwrap();
        let tables = [("| from the host |", "from_host"), ("| from a guest |", "from_guest")];
        for (words, (head, golden)) in all_words().into_iter().zip(tables) {
            assert!(words.len() > 8, "{words:?}");
            let (_, table) = protocol.split_once(head).unwrap();
            let (table, _) = table.split_once("\n\n").unwrap();
            let rows: Vec<_> = table.lines().filter_map(|line| line.split('`').nth(1)).collect();
            assert_eq!(rows, words, "{head}");
            for word in words {
                let (area, word) = word.split_once('.').unwrap();
                let start = format!(r#"{{"{area}":{{"{word}":{{"#);
                let mut golden = vectors[golden].as_array().unwrap().iter();
                assert!(golden.any(|text| text.as_str().unwrap().starts_with(&start)), "{area}.{word}");
            }
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>, area in "[a-z_]{0,33}", word in "[a-z_]{0,33}", fields: Vec<u8>) {
            let _ = FromHost::decode(&bytes);
            let _ = FromGuest::decode(&bytes);
            let message = [format!(r#"{{"{area}":{{"{word}":"#).as_bytes(), &fields, b"}}"].concat();
            let is_name = |name: &str| (1..=32).contains(&name.len());
            let known = all_words().concat().contains(&format!("{area}.{word}"));
            if !known {
                let fits = is_name(&area) && is_name(&word);
                prop_assert_eq!(FromHost::decode(&message).ok(), fits.then_some(None));
            }
        }
    }
}
