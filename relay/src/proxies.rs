//! Proxies in front of the relay, and whose word on where a connection comes from is believed.
//!
//! An address that stands in a header is a claim of whoever wrote it. Each proxy adds the address that it was reached
//! from at the end, so the claims are read from the end: as long as one was written by a proxy that the operator
//! named, the next one is looked at. The first address that is no such proxy is the client's.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue, header};
use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Deserializer, de::Error as _};

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies that are believed: addresses and networks. By default none is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Reads `ADDRESS` or `ADDRESS/BITS`, any number of them separated by commas.
    ///
    /// # Errors
    /// Says which of them is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(network).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Where a request comes from that arrived from `peer`. A stranger's headers count for nothing.
    pub(crate) fn source_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        let listed = headers.get_all(X_FORWARDED_FOR).iter().rev().flat_map(|line| {
            line.as_bytes().rsplit(|byte| *byte == b',').map(|hop| node(std::str::from_utf8(hop).ok()?))
        });
        let by_list = headers.contains_key(X_FORWARDED_FOR).then(|| self.walk(peer, listed));
        let by_standard = headers.contains_key(header::FORWARDED).then(|| {
            let lines = headers.get_all(header::FORWARDED).iter().map(forwarded).collect::<Option<Vec<_>>>();
            // Of a line that cannot be read nobody knows where it ends.
            lines.map_or(peer, |lines| self.walk(peer, lines.into_iter().flatten().rev()))
        });
        match (by_list, by_standard) {
            // A proxy writes one of them and passes the other on as it came, perhaps: then neither is sure.
            (Some(one), Some(other)) if one != other => peer,
            (Some(client), _) | (None, Some(client)) => client,
            (None, None) => peer,
        }
    }

    /// The first address from the end that is no trusted proxy. One that cannot be read is nobody's: the proxy
    /// that passed it on stands for it.
    fn walk(&self, peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>) -> IpAddr {
        let mut at = peer;
        for hop in hops {
            let Some(hop) = hop.filter(|_| self.trusts(at)) else { break };
            at = hop;
        }
        at
    }
}

impl<'de> Deserialize<'de> for Proxies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// A variable or a flag has one text, a file may have a list.
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "addresses or networks, as 10.0.0.0/8")]
        enum Given {
            One(String),
            Many(Vec<String>),
        }
        let text = match Given::deserialize(deserializer)? {
            Given::One(text) => text,
            Given::Many(texts) => texts.join(","),
        };
        Self::parse(&text).map_err(D::Error::custom)
    }
}

/// Whether a request says where it comes from, truly or not.
pub(crate) fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(header::FORWARDED)
}

fn network(text: &str) -> Result<IpNet, String> {
    let parsed = text.parse::<IpNet>().ok();
    let parsed = parsed.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    let network =
        parsed.ok_or_else(|| format!("{text:?} is neither an address nor a network such as 10.0.0.0/8"))?;
    // Addresses are compared as IPv4 where they are that in truth.
    if let IpNet::V6(mapped) = network
        && let (Some(address), Some(bits)) =
            (mapped.addr().to_ipv4_mapped(), mapped.prefix_len().checked_sub(96))
        && let Ok(network) = Ipv4Net::new(address, bits)
    {
        return Ok(network.into());
    }
    Ok(network)
}

/// An address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches([' ', '\t']);
    let is_port = |port: &str| port.parse::<u16>().is_ok() && port.bytes().all(|byte| byte.is_ascii_digit());
    let address: IpAddr = if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        if !port.is_empty() && !is_port(port.strip_prefix(':')?) {
            return None;
        }
        IpAddr::V6(address.parse().ok()?)
    } else if let Ok(address) = text.parse() {
        address
    } else {
        let (address, port) = text.split_once(':')?;
        IpAddr::V4(address.parse().ok().filter(|_| is_port(port))?)
    };
    Some(address.to_canonical())
}

/// The `for` of each element of a `Forwarded` line (RFC 7239 section 4), in order; nothing for a line that breaks its
/// grammar.
fn forwarded(line: &HeaderValue) -> Option<Vec<Option<IpAddr>>> {
    let mut rest = line.to_str().ok()?;
    let mut hops = Vec::new();
    let (mut pairs, mut found) = (0, None);
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        let name_len = rest.bytes().take_while(|byte| is_token(*byte)).count();
        let (name, after) = rest.split_at(name_len);
        if !name.is_empty() {
            let (value, after) = value(after.strip_prefix('=')?)?;
            pairs += 1;
            if name.eq_ignore_ascii_case("for") && found.replace(node(&value)).is_some() {
                return None;
            }
            rest = after.trim_start_matches([' ', '\t']);
        }
        let (end, after) = match rest.as_bytes().first() {
            Some(b';') => (false, &rest[1..]),
            Some(b',') => (true, &rest[1..]),
            None => (true, rest),
            Some(_) => return None,
        };
        if end && std::mem::take(&mut pairs) > 0 {
            hops.push(found.take().flatten());
        }
        if rest.is_empty() {
            return Some(hops);
        }
        rest = after;
    }
}

/// A value and what follows it. Unquoted ones may have a port or brackets, as some proxies write them.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let len = text.bytes().take_while(|byte| is_token(*byte) || b"[]:".contains(byte)).count();
        return (len > 0).then(|| (text[..len].to_owned(), &text[len..]));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    loop {
        match chars.next()? {
            (at, '"') => return Some((value, &quoted[at + 1..])),
            (_, '\\') => value.push(chars.next()?.1),
            (_, char) => value.push(char),
        }
    }
}

/// RFC 9110 section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests;
