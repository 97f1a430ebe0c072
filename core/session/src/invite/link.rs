//! Links: a relay's address, a code and a token in one line (rule JS-INVITE-5).
//!
//! ```text
//! https://RELAY/j#CODE.TOKEN                       opens the browser viewer that the relay serves
//! vscode://jumpseat.jumpseat/join?relay=URL#CODE.TOKEN   opens the editor
//! ```
//!
//! Code and token stand in the fragment, which no browser sends to a server.

use jumpseat_wire::InviteCode;
use zeroize::Zeroizing;

use crate::{SessionError, Token};

const EDITOR: &str = "vscode://jumpseat.jumpseat/join";

/// Everything that a guest needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteLink {
    /// The relay's WebSocket address, `ws://HOST[:PORT]` or `wss://HOST[:PORT]`, without a path.
    pub relay: String,
    /// Where the session is found there.
    pub code: InviteCode,
    /// What lets the guest knock.
    pub token: Token,
}

impl InviteLink {
    /// The link that opens the relay's page.
    pub fn web(&self) -> Zeroizing<String> {
        let page = self.relay.replacen("ws", "http", 1);
        Zeroizing::new(format!("{page}/j#{}.{}", self.code, *self.token.reveal()))
    }

    /// The link that opens the editor.
    pub fn editor(&self) -> Zeroizing<String> {
        let relay: String = self
            .relay
            .bytes()
            .map(|b| match b {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(b).to_string()
                }
                b => format!("%{b:02X}"),
            })
            .collect();
        Zeroizing::new(format!("{EDITOR}?relay={relay}#{}.{}", self.code, *self.token.reveal()))
    }

    /// Reads either form.
    ///
    /// # Errors
    /// [`SessionError::Link`], [`SessionError::Token`] or a wrong code, each saying what is wrong.
    pub fn parse(text: &str) -> Result<Self, SessionError> {
        let text = text.trim();
        let (address, fragment) = text
            .split_once('#')
            .ok_or(SessionError::Link("nothing stands behind a # in it; copy the whole link"))?;
        let relay = if let Some(rest) = address.strip_prefix(EDITOR) {
            let relay = rest.strip_prefix("?relay=").ok_or(SessionError::Link("it does not name a relay"))?;
            unescape(relay).ok_or(SessionError::Link("its relay address is garbled"))?
        } else {
            let page = address.strip_suffix("/j").ok_or(SessionError::Link("it is no Jumpseat address"))?;
            match page.split_once("://") {
                Some(("https", host)) => format!("wss://{host}"),
                Some(("http", host)) => format!("ws://{host}"),
                _ => return Err(SessionError::Link("it starts with neither https:// nor vscode://")),
            }
        };
        check_relay(&relay)?;
        let (code, token) = fragment
            .split_once('.')
            .ok_or(SessionError::Link("its code and token are not separated by a dot"))?;
        Ok(Self { relay, code: code.parse()?, token: token.parse()? })
    }
}

/// A relay address as links carry it: scheme and authority only.
fn check_relay(relay: &str) -> Result<(), SessionError> {
    let host = relay
        .strip_prefix("wss://")
        .or_else(|| relay.strip_prefix("ws://"))
        .ok_or(SessionError::Link("its relay address starts with neither wss:// nor ws://"))?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']' | b'_');
    if host.is_empty() || host.len() > 255 || !host.bytes().all(plain) {
        return Err(SessionError::Link("its relay address is no host name and port"));
    }
    Ok(())
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&b, tail)) = rest.split_first() {
        rest = tail;
        if b == b'%' {
            let (hex, tail) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?);
            rest = tail;
        } else {
            bytes.push(b);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Entropy;

    fn link(relay: &str) -> InviteLink {
        InviteLink {
            relay: relay.into(),
            code: "K7QM-3XTE".parse().unwrap(),
            token: Token::generate(&[3; 32], &mut Entropy::seeded(1)),
        }
    }

    /// JS-INVITE-5.
    #[test]
    fn both_forms_round_trip() {
        for relay in ["wss://relay.example.org", "ws://127.0.0.1:4300", "ws://[::1]:4300"] {
            let link = link(relay);
            assert_eq!(InviteLink::parse(&link.web()).as_ref(), Ok(&link), "{}", *link.web());
            assert_eq!(InviteLink::parse(&link.editor()).as_ref(), Ok(&link), "{}", *link.editor());
        }
        assert!(link("wss://r.example").web().starts_with("https://r.example/j#K7QM-3XTE.jst1_"));
    }

    #[test]
    fn says_what_is_wrong() {
        let token = link("ws://h").token.reveal();
        for (text, why) in [
            ("https://r.example/j", "#"),
            ("https://r.example/x#a.b", "no Jumpseat"),
            ("ftp://r.example/j#a.b", "neither"),
            ("https:///j#a.b", "host name"),
            ("https://r.example/j#K7QM-3XTE", "dot"),
            (&format!("https://u:p@r.example/j#K7QM-3XTE.{}", *token), "host name"),
            (&format!("vscode://jumpseat.jumpseat/join?relay=file%3A%2F%2Fx#K7QM-3XTE.{}", *token), "wss://"),
            (&format!("https://r.example/j#K7QM.{}", *token), "shorter"),
        ] {
            let error = InviteLink::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(https://|vscode://jumpseat.jumpseat/join\\?relay=)?\\PC*(/j)?#?\\PC*") {
            let _ = InviteLink::parse(&text);
        }
    }
}
