//! Links: a relay's address, a code and a token in one line (rule JS-INVITE-5).
//!
//! ```text
//! vscode://jumpseat.jumpseat/join?relay=URL#CODE.TOKEN   opens the editor: no server sees anything of it
//! https://PAGE?relay=URL#CODE.TOKEN                      opens a page that the host trusts and that is not the relay's
//! https://RELAY/j#CODE.TOKEN                             read, and made no more: the relay serves what it opens
//! ```
//!
//! Code and token are in the fragment, which no browser sends to a server; the page itself can read it.

use jumpseat_wire::InviteCode;
use zeroize::Zeroizing;

use super::pasted::pasted;
use crate::{SessionError, Token};

/// What the editor's links begin with, behind the scheme: `vscode`, or that of a relative of it.
const EDITOR: &str = "jumpseat.jumpseat/join";

/// The longest relay address in a link, in bytes.
const MAX_RELAY: usize = 512;

/// Everything that a guest needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteLink {
    /// The relay's WebSocket address, `ws://HOST[:PORT][/PATH]` or the same with `wss`.
    pub relay: String,
    /// Where the session is found there.
    pub code: InviteCode,
    /// What lets the guest knock.
    pub token: Token,
}

/// The address of a page that explains an invite and hands it on to the editor. Whoever serves it can read the token, so
/// it is `https`, and never the relay's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitePage(String);

impl InvitePage {
    /// Reads the address of a page for invites to sessions at `relay`.
    ///
    /// # Errors
    /// [`SessionError::Page`], saying what is wrong.
    pub fn parse(text: &str, relay: &str) -> Result<Self, SessionError> {
        let text = text.trim();
        let rest =
            text.strip_prefix("https://").ok_or(SessionError::Page("it does not start with https://"))?;
        let authority = rest.split('/').next().unwrap_or_default();
        if !is_authority(authority) || !rest[authority.len()..].bytes().all(is_of_path) {
            return Err(SessionError::Page("it is more than a host, a port and a path"));
        }
        let at_relay = relay.split_once("://").map_or(relay, |(_, rest)| rest);
        if host(authority).eq_ignore_ascii_case(host(at_relay)) {
            return Err(SessionError::Page("it is the relay's own: the relay must not see the token"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl InviteLink {
    /// The link that opens the editor.
    pub fn editor(&self) -> Zeroizing<String> {
        self.behind(&format!("vscode://{EDITOR}"))
    }

    /// The link that opens a page.
    pub fn web(&self, page: &InvitePage) -> Zeroizing<String> {
        self.behind(&page.0)
    }

    fn behind(&self, address: &str) -> Zeroizing<String> {
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
        Zeroizing::new(format!("{address}?relay={relay}#{}.{}", self.code, *self.token.reveal()))
    }

    /// Reads every form, also as chats and mails dress it up: see [`pasted()`].
    ///
    /// # Errors
    /// [`SessionError::Link`], [`SessionError::Token`] or a wrong code, each saying what is wrong.
    pub fn parse(text: &str) -> Result<Self, SessionError> {
        let (address, fragment) = pasted(text)
            .split_once('#')
            .ok_or(SessionError::Link("nothing follows a # in it; copy the whole link"))?;
        let relay = relay_of(address)?;
        check_relay(&relay)?;
        let (code, token) = fragment
            .split_once('.')
            .ok_or(SessionError::Link("its code and token are not separated by a dot"))?;
        Ok(Self { relay, code: code.parse()?, token: token.parse()? })
    }
}

/// The relay that the part of a link before its fragment names.
fn relay_of(address: &str) -> Result<String, SessionError> {
    let (scheme, rest) = address
        .split_once("://")
        .ok_or(SessionError::Link("it starts with neither vscode:// nor https://"))?;
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    let web = matches!(scheme, "http" | "https");
    if !web && place != EDITOR {
        return Err(SessionError::Link("it starts with neither vscode:// nor https://"));
    }
    if let Some(query) = query {
        let named = query.split('&').find_map(|pair| pair.strip_prefix("relay="));
        let relay = named.ok_or(SessionError::Link("it does not name a relay"))?;
        return unescape(relay).ok_or(SessionError::Link("its relay address is garbled"));
    }
    if !web {
        return Err(SessionError::Link("it does not name a relay"));
    }
    let relay = place.strip_suffix("/j").ok_or(SessionError::Link("it is not a Jumpseat address"))?;
    Ok(format!("{}://{relay}", if scheme == "https" { "wss" } else { "ws" }))
}

/// Whether links can carry a relay's address: a scheme, a host with or without a port, and a path.
///
/// # Errors
/// [`SessionError::Link`] says what is wrong.
pub fn check_relay(relay: &str) -> Result<(), SessionError> {
    let rest = relay
        .strip_prefix("wss://")
        .or_else(|| relay.strip_prefix("ws://"))
        .ok_or(SessionError::Link("its relay address starts with neither wss:// nor ws://"))?;
    let authority = rest.split('/').next().unwrap_or_default();
    if relay.len() > MAX_RELAY || !is_authority(authority) {
        return Err(SessionError::Link("its relay address is not a host name and port"));
    }
    if !rest[authority.len()..].bytes().all(is_of_path) {
        return Err(SessionError::Link("the path of its relay address has a character that a path has not"));
    }
    Ok(())
}

fn is_authority(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']' | b'_');
    !text.is_empty() && text.len() <= 255 && text.bytes().all(plain)
}

/// RFC 3986, section 3.3.
fn is_of_path(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:@".contains(&b)
}

/// The host of `HOST[:PORT][/PATH]`.
fn host(text: &str) -> &str {
    let authority = text.split('/').next().unwrap_or_default();
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => authority,
    };
    name.trim_end_matches('.')
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
    fn every_form_is_read() {
        for relay in [
            "wss://relay.example.org",
            "ws://127.0.0.1:4300",
            "ws://[::1]:4300",
            "wss://relay.example.org/jump/seat",
            "ws://127.0.0.1:4300/a%20b",
        ] {
            let link = link(relay);
            assert_eq!(InviteLink::parse(&link.editor()).as_ref(), Ok(&link), "{}", *link.editor());
            let page = InvitePage::parse("https://team.example/join", relay).unwrap();
            assert_eq!(InviteLink::parse(&link.web(&page)).as_ref(), Ok(&link), "{}", *link.web(&page));
            let editor = link.editor();
            let other = editor.replacen("vscode", "vscode-insiders", 1);
            assert_eq!(InviteLink::parse(&other).as_ref(), Ok(&link));
            // As they were made before, or by hand.
            let (address, fragment) = (relay.replacen("ws", "http", 1), editor.split_once('#').unwrap().1);
            assert_eq!(InviteLink::parse(&format!("<{}>.", *editor)).as_ref(), Ok(&link), "as chats have it");
            assert_eq!(InviteLink::parse(&format!("{address}/j#{fragment}")).as_ref(), Ok(&link));
        }
        let start = "vscode://jumpseat.jumpseat/join?relay=wss%3A%2F%2Fr.example#K7QM-3XTE.jst1_";
        assert!(link("wss://r.example").editor().starts_with(start));
    }

    /// JS-INVITE-5: whoever serves the page can read the token.
    #[test]
    fn a_page_is_never_the_relay_s_own_and_never_without_tls() {
        for (page, relay, why) in [
            ("http://team.example/join", "wss://r.example", "https://"),
            ("team.example", "wss://r.example", "https://"),
            ("https://r.example/join", "wss://r.example", "relay's own"),
            ("https://R.example./join", "wss://r.example:8443/jump", "relay's own"),
            ("https://r.example:444/j", "wss://r.example", "relay's own"),
            ("https://[::1]/join", "ws://[::1]:4300", "relay's own"),
            ("https://me@team.example/", "wss://r.example", "more than"),
            ("https://team.example/?x=1", "wss://r.example", "more than"),
            ("https://team.example/#x", "wss://r.example", "more than"),
            ("https:///join", "wss://r.example", "more than"),
        ] {
            let error = InvitePage::parse(page, relay).unwrap_err().to_string();
            assert!(error.contains(why), "{page}: {error}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let token = link("ws://h").token.reveal();
        for (text, why) in [
            ("https://r.example/j", "#"),
            ("https://r.example/x#a.b", "not a Jumpseat"),
            ("ftp://r.example/j#a.b", "neither"),
            ("https:///j#a.b", "host name"),
            ("https://r.example/j#K7QM-3XTE", "dot"),
            (&format!("https://u:p@r.example/j#K7QM-3XTE.{}", *token), "host name"),
            (&format!("https://r.example/a b/j#K7QM-3XTE.{}", *token), "path"),
            (&format!("vscode://jumpseat.jumpseat/join?relay=file%3A%2F%2Fx#K7QM-3XTE.{}", *token), "wss://"),
            (&format!("vscode://jumpseat.jumpseat/join#K7QM-3XTE.{}", *token), "name a relay"),
            (&format!("vscode://other.other/join?relay=wss%3A%2F%2Fx#K7QM-3XTE.{}", *token), "neither"),
            (&format!("https://r.example/j#K7QM.{}", *token), "shorter"),
            (&format!("https://r.example/j#K7QM-3XTE.{}|Join>", *token), "exactly 64"),
            (&format!("https://r.example/j#K7QM-3XTE.{}", &token[..60]), "exactly 64"),
            (&format!("Join me: https://r.example/j#K7QM-3XTE.{}", *token), "neither"),
        ] {
            for text in [text.to_owned(), format!("<{text}>."), format!("“{text}”")] {
                let error = InviteLink::parse(&text).unwrap_err().to_string();
                assert!(error.contains(why), "{text:?}: {error}");
                assert!(!error.contains(&token[5..20]) && !error.contains("K7QM"), "{error}");
            }
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(https://|vscode://jumpseat.jumpseat/join\\?relay=)?\\PC*(/j)?#?\\PC*") {
            let _ = InviteLink::parse(&text);
        }
    }
}
