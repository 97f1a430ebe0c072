//! A relay's address, and whether it may be spoken to without TLS.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tokio_tungstenite::tungstenite::http::Uri;

use crate::api::{ApiError, ApiErrorKind};

/// Where relays take ends' connections.
const SESSION_PATH: &str = "/v1/session";

/// A relay's address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Address {
    pub(super) tls: bool,
    /// A name or an address, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    path: String,
}

impl Address {
    /// Reads `ws[s]://HOST[:PORT][/PATH]`, or the same with `http[s]`.
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        let wrong = |why: &str| {
            ApiError::new(ApiErrorKind::Address, format!("{text:?} is not a relay address: {why}"))
                .hint("a relay's address looks like wss://relay.example.org")
        };
        let uri: Uri = text.trim().parse().map_err(|_| wrong("it is no URL"))?;
        let tls = match uri.scheme_str() {
            Some("wss" | "https") => true,
            Some("ws" | "http") => false,
            _ => return Err(wrong("it starts with neither wss:// nor ws://")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("it carries a name or password"));
        }
        if uri.query().is_some() {
            return Err(wrong("it has a query"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(wrong("it names no host"));
        }
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let path = uri.path().trim_end_matches('/').trim_end_matches(SESSION_PATH).to_owned();
        let address = Self { tls, host, port, path };
        // Links carry it: what they could not is no address from the start.
        jumpseat_session::check_relay(&address.origin()).map_err(|error| wrong(&error.to_string()))?;
        Ok(address)
    }

    /// The address as links carry it: without the path of the protocol.
    pub(crate) fn origin(&self) -> String {
        let default = if self.tls { 443 } else { 80 };
        let port = if self.port == default { String::new() } else { format!(":{}", self.port) };
        format!("{}://{}{port}{}", if self.tls { "wss" } else { "ws" }, self.bracketed(), self.path)
    }

    /// What the WebSocket's request asks for.
    pub(super) fn url(&self) -> String {
        format!("{}{SESSION_PATH}", self.origin())
    }

    /// `HOST:PORT`, for a proxy.
    pub(super) fn authority(&self) -> String {
        format!("{}:{}", self.bracketed(), self.port)
    }

    fn bracketed(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }

    /// The address, where it is one already.
    pub(super) fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// Whether it is this machine by name or number.
    pub(super) fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.ip().is_some_and(|ip| ip.is_loopback())
    }

    pub(super) fn plain_refused(&self) -> ApiError {
        let message = format!("{} would be spoken to without TLS", self.origin());
        ApiError::new(ApiErrorKind::Address, message)
            .hint("use wss://; without TLS only this machine and private networks are reached")
    }
}

/// Whether no stranger is on the way: this machine, or a private network. The shared addresses of carriers (100.64/10,
/// RFC 6598) are none: there the way leads through the carrier, and its other customers are neighbors.
pub(super) fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_private(IpAddr::V4(ip)),
            None => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        },
    }
}

/// Addresses that mean "every address of this machine": nobody can dial them.
pub(crate) fn is_unspecified(ip: IpAddr) -> bool {
    ip == IpAddr::V4(Ipv4Addr::UNSPECIFIED) || ip == IpAddr::V6(Ipv6Addr::UNSPECIFIED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        for (text, origin, url) in [
            ("wss://relay.example.org", "wss://relay.example.org", "wss://relay.example.org/v1/session"),
            ("https://relay.example.org/", "wss://relay.example.org", "wss://relay.example.org/v1/session"),
            ("ws://127.0.0.1:7707/v1/session", "ws://127.0.0.1:7707", "ws://127.0.0.1:7707/v1/session"),
            ("ws://[::1]:7707", "ws://[::1]:7707", "ws://[::1]:7707/v1/session"),
            ("wss://a.example/jump/", "wss://a.example/jump", "wss://a.example/jump/v1/session"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.origin().as_str(), address.url().as_str()), (origin, url));
        }
    }

    #[test]
    fn what_is_none_is_refused_in_words() {
        for (text, why) in [
            ("relay.example.org", "neither"),
            ("ftp://relay.example.org", "neither"),
            ("wss://", "no "),
            ("wss://me:secret@relay.example.org", "password"),
            ("wss://relay.example.org/?token=x", "query"),
            ("wss://relay.example.org/a{b", "path"),
        ] {
            let failure = Address::parse(text).unwrap_err();
            assert!(failure.message.contains(why), "{failure}");
        }
    }

    #[test]
    fn private_networks_are_told_from_public_ones() {
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.9",
            "172.16.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(is_private(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "1.1.1.1",
            "172.32.0.1",
            "100.64.0.1",
            "100.127.0.1",
            "::ffff:100.64.0.1",
            "0.0.0.0",
            "2606:4700::1",
            "::ffff:8.8.8.8",
        ] {
            assert!(!is_private(ip.parse().unwrap()), "{ip}");
        }
    }
}
