//! Proxies: which one the environment wants for an address, and the tunnel through it.

use std::{fmt, net::IpAddr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ipnet::IpNet;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::http::Uri;

use super::address::Address;
use crate::api::{ApiError, ApiErrorKind, Secret};

/// The longest answer to CONNECT that is read, in bytes.
const MAX_ANSWER_LEN: usize = 16 * 1024;

/// What the environment says about proxies: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either
/// case.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    https: Option<Secret>,
    http: Option<Secret>,
    except: Vec<Except>,
}

/// What is reached without a proxy.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Except {
    Everything,
    /// `10.0.0.0/8`, `10.1.2.3`, `fd00::/8`, `[fd00::1]`.
    Network(IpNet),
    /// A host and all below it, at one port or at any.
    Host {
        name: String,
        port: Option<u16>,
    },
}

impl Except {
    /// Reads one part of `NO_PROXY`, as other programs understand it.
    fn parse(part: &str) -> Self {
        let part = part.to_lowercase();
        if part == "*" {
            return Self::Everything;
        }
        let bare = part.strip_prefix('[').and_then(|part| part.strip_suffix(']')).unwrap_or(&part);
        let network = bare.parse::<IpNet>().ok();
        if let Some(network) = network.or_else(|| Some(bare.parse::<IpAddr>().ok()?.to_canonical().into())) {
            return Self::Network(network);
        }
        let (name, port) = match part.rsplit_once(':') {
            Some((name, port)) => (name, port.parse().ok()),
            None => (&*part, None),
        };
        let name = name.trim_matches(['[', ']']).trim_start_matches("*.").trim_matches('.');
        Self::Host { name: name.to_owned(), port }
    }

    fn covers(&self, host: &str, ip: Option<IpAddr>, at: u16) -> bool {
        match self {
            Self::Everything => true,
            Self::Network(network) => ip.is_some_and(|ip| network.contains(&ip.to_canonical())),
            Self::Host { name, port } => {
                let below = host.strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('.'));
                port.is_none_or(|port| port == at) && !name.is_empty() && (host == name || below)
            }
        }
    }
}

impl Proxies {
    /// Reads this process's environment.
    pub fn from_env() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }

    /// No proxies.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads variables by name.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let either = |name: &str| {
            let found = variable(&name.to_lowercase()).or_else(|| variable(name));
            found.filter(|value| !value.is_empty())
        };
        let all = either("ALL_PROXY");
        let except = either("NO_PROXY").unwrap_or_default();
        Self {
            https: either("HTTPS_PROXY").or_else(|| all.clone()).map(Secret::new),
            http: either("HTTP_PROXY").or(all).map(Secret::new),
            except: except
                .split(|c: char| c == ',' || c.is_whitespace())
                .filter(|part| !part.is_empty())
                .map(Except::parse)
                .collect(),
        }
    }

    /// The proxy for an address, if it wants one.
    pub(super) fn of(&self, address: &Address) -> Result<Option<Proxy>, ApiError> {
        let proxy = if address.tls { &self.https } else { &self.http };
        match proxy {
            Some(proxy) if !address.is_loopback() && !self.excepts(address) => {
                Proxy::parse(proxy.reveal()).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn excepts(&self, address: &Address) -> bool {
        let host = address.host.to_lowercase();
        let host = host.trim_end_matches('.');
        self.except.iter().any(|except| except.covers(host, address.ip(), address.port))
    }
}

/// One HTTP proxy.
pub(super) struct Proxy {
    host: String,
    port: u16,
    /// `name:password` in base64.
    credentials: Option<Secret>,
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl Proxy {
    fn parse(text: &str) -> Result<Self, ApiError> {
        let wrong = |why: &str| {
            ApiError::new(
                ApiErrorKind::Proxy,
                format!("the proxy that the environment names cannot be used: {why}"),
            )
            .hint("set HTTPS_PROXY to http://HOST:PORT, or NO_PROXY to the relay's host")
        };
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let uri: Uri = with_scheme.parse().map_err(|_| wrong("it is no URL"))?;
        if uri.scheme_str() != Some("http") {
            return Err(wrong("only http:// proxies are spoken to"));
        }
        let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
        let credentials = authority.as_str().rsplit_once('@').map(|(credentials, _)| {
            // A name alone has an empty password (RFC 7617).
            let colon = if credentials.contains(':') { "" } else { ":" };
            Secret::new(STANDARD.encode(percent_decoded(&format!("{credentials}{colon}"))))
        });
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { host, port: authority.port_u16().unwrap_or(80), credentials })
    }

    /// A tunnel to the address.
    pub(super) async fn tunnel(
        &self,
        address: &Address,
        may_lead: impl Fn(IpAddr) -> bool,
    ) -> Result<TcpStream, ApiError> {
        let failed =
            |error: std::io::Error| ApiError::new(ApiErrorKind::Proxy, format!("the proxy {self}: {error}"));
        let mut stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(failed)?;
        if !may_lead(stream.peer_addr().map_err(failed)?.ip()) {
            return Err(address.plain_refused());
        }
        let target = address.authority();
        let credentials = match &self.credentials {
            Some(credentials) => format!("Proxy-Authorization: Basic {}\r\n", credentials.reveal()),
            None => String::new(),
        };
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{credentials}\r\n");
        stream.write_all(request.as_bytes()).await.map_err(failed)?;
        let answer = read_answer(&mut stream).await.map_err(failed)?;
        match status(&answer) {
            Some(200..=299) => Ok(stream),
            Some(407) if self.credentials.is_some() => {
                let message = format!("the proxy {self} does not take this name and password");
                Err(ApiError::new(ApiErrorKind::Proxy, message)
                    .hint("check them; signs such as @ or : in them are written as %40 or %3A"))
            }
            Some(407) => {
                Err(ApiError::new(ApiErrorKind::Proxy, format!("the proxy {self} wants a name and password"))
                    .hint("put them into the variable: http://NAME:PASSWORD@HOST:PORT"))
            }
            Some(status) => Err(ApiError::new(
                ApiErrorKind::Proxy,
                format!("the proxy {self} does not lead to {target} ({status})"),
            )),
            None => Err(ApiError::new(ApiErrorKind::Proxy, format!("{self} is no HTTP proxy"))),
        }
    }
}

/// Up to the empty line and not a byte further: what follows is the tunnel's.
async fn read_answer(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() == MAX_ANSWER_LEN {
            return Err(std::io::Error::other("its answer does not end"));
        }
        answer.push(stream.read_u8().await?);
    }
    Ok(answer)
}

fn status(answer: &[u8]) -> Option<u16> {
    // The words behind the number may be in any language and encoding.
    let mut words = answer.split(|byte| b" \r".contains(byte));
    words.next().filter(|version| version.starts_with(b"HTTP/1."))?;
    std::str::from_utf8(words.next()?).ok()?.parse().ok()
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = tail.get(..2).filter(|_| byte == b'%');
        let escaped = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        Proxies::read(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn chosen(proxies: &Proxies, address: &str) -> Option<String> {
        let address = Address::parse(address).unwrap();
        proxies.of(&address).unwrap().map(|proxy| proxy.to_string())
    }

    #[test]
    fn each_scheme_has_its_variable() {
        let proxies =
            proxies(&[("HTTPS_PROXY", "http://a:1"), ("http_proxy", "b:2"), ("ALL_PROXY", "http://c:3")]);
        assert_eq!(chosen(&proxies, "wss://relay.example").as_deref(), Some("a:1"));
        assert_eq!(chosen(&proxies, "ws://relay.example").as_deref(), Some("b:2"));
        assert_eq!(chosen(&proxies, "ws://127.0.0.1:9").as_deref(), None);
        let proxies = self::proxies(&[("all_proxy", "http://c:3")]);
        assert_eq!(chosen(&proxies, "wss://relay.example").as_deref(), Some("c:3"));
    }

    #[test]
    fn exceptions_hold_for_hosts_domains_and_ports() {
        let proxies = proxies(&[
            ("HTTPS_PROXY", "http://a:1"),
            ("NO_PROXY", "one.example, .two.example,10.0.0.1,three.example:444"),
        ]);
        for direct in [
            "wss://one.example",
            "wss://x.one.example",
            "wss://a.b.two.example",
            "wss://10.0.0.1",
            "wss://three.example:444",
        ] {
            assert_eq!(chosen(&proxies, direct), None, "{direct}");
        }
        for through in ["wss://notone.example", "wss://10.0.0.11", "wss://three.example"] {
            assert!(chosen(&proxies, through).is_some(), "{through}");
        }
        let all = self::proxies(&[("HTTPS_PROXY", "http://a:1"), ("NO_PROXY", "*")]);
        assert_eq!(chosen(&all, "wss://one.example"), None);
    }

    #[test]
    fn exceptions_are_read_in_the_forms_that_others_take() {
        let proxies = proxies(&[
            ("HTTPS_PROXY", "http://a:1"),
            (
                "no_proxy",
                "10.0.0.0/8\t192.168.1.5,\n[fd00::1], fe80::/10, *.Star.example, dot.example., ::ffff:172.16.0.1 \
                 [2001:db8::1]:444, 203.0.113.1:8443",
            ),
        ]);
        for direct in [
            "wss://10.200.3.4",
            "wss://192.168.1.5:99",
            "wss://[fd00::1]:7",
            "wss://[fe80::9]",
            "wss://a.star.EXAMPLE",
            "wss://dot.example",
            "wss://x.dot.example.",
            "wss://172.16.0.1",
            "wss://[::ffff:10.1.1.1]",
            "wss://[2001:db8::1]:444",
            "wss://203.0.113.1:8443",
        ] {
            assert_eq!(chosen(&proxies, direct), None, "{direct}");
        }
        for through in [
            "wss://11.0.0.1",
            "wss://192.168.1.50",
            "wss://[fd00::2]",
            "wss://badstar.example",
            "wss://[2001:db8::1]",
            "wss://203.0.113.1",
            "wss://10.0.0.1.example",
        ] {
            assert!(chosen(&proxies, through).is_some(), "{through}");
        }
    }

    #[test]
    fn proxies_are_read_with_names_and_numbers() {
        let read = |text: &str| {
            let proxy = Proxy::parse(text).unwrap();
            let credentials = proxy.credentials.as_ref().map(|credentials| credentials.reveal().to_owned());
            (proxy.host.clone(), proxy.port, credentials)
        };
        assert_eq!(read("http://[fd00::1]:3128/"), ("fd00::1".to_owned(), 3128, None));
        assert_eq!(read("proxy.example"), ("proxy.example".to_owned(), 80, None));
        assert_eq!(read("http://me@p:1").2, Some(STANDARD.encode("me:")));
        assert_eq!(read("http://me:p%40ss%3Aw%25@p:1").2, Some(STANDARD.encode("me:p@ss:w%")));
    }

    #[test]
    fn the_status_is_read_in_any_language() {
        for (answer, expected) in [
            (&b"HTTP/1.1 200 Connection established\r\n\r\n"[..], Some(200)),
            (b"HTTP/1.0 200 \xe9tabli\r\n\r\n", Some(200)),
            (b"HTTP/1.1 407\r\n\r\n", Some(407)),
            (b"HTTP/2 200\r\n\r\n", None),
            (b"SSH-2.0-x\r\n\r\n", None),
            (b"HTTP/1.1\r\n\r\n", None),
        ] {
            assert_eq!(status(answer), expected);
        }
    }

    #[test]
    fn a_proxy_of_another_kind_is_told() {
        let proxies = proxies(&[("ALL_PROXY", "socks5://me:canary@a:1")]);
        let failure = proxies.of(&Address::parse("wss://relay.example").unwrap()).err().unwrap();
        assert!(failure.message.contains("only http://"), "{failure}");
        assert!(!format!("{failure:?} {proxies:?}").contains("canary"));
    }
}
