//! The PROXY protocol, version 2: what a proxy that only passes bytes on says about where they come from.
//!
//! ```text
//! 0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A │ 2│command │ family│transport │ length u16 │ addresses, then more
//! ```
//!
//! (The PROXY protocol, section 2.2, of HAProxy's documentation.) It is read from trusted proxies alone, and no
//! request and no TLS handshake begins as it does.

use std::{
    io::{Error, ErrorKind, Result},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use tokio::{io::AsyncReadExt as _, net::TcpStream};

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// The longest announcement that is read: addresses, and certificates in extensions.
const MAX_LEN: usize = 4096;

/// Reads the announcement, if there is one: the address that the proxy was reached from, or nothing where it speaks
/// for itself.
pub(crate) async fn read(tcp: &mut TcpStream) -> Result<Option<IpAddr>> {
    let mut first = [0];
    if tcp.peek(&mut first).await? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    if first[0] != SIGNATURE[0] {
        return Ok(None);
    }
    let mut head = [0; 16];
    tcp.read_exact(&mut head).await?;
    let len = usize::from(u16::from_be_bytes([head[14], head[15]]));
    if head[..12] != SIGNATURE || len > MAX_LEN {
        return Err(Error::new(ErrorKind::InvalidData, "no PROXY protocol"));
    }
    let mut addresses = vec![0; len];
    tcp.read_exact(&mut addresses).await?;
    source(head[12], head[13], &addresses)
        .ok_or_else(|| Error::new(ErrorKind::InvalidData, "no such proxying"))
}

/// Where it comes from, by command, family and addresses. The outer `None` is for what the protocol does not have.
fn source(command: u8, family: u8, addresses: &[u8]) -> Option<Option<IpAddr>> {
    match (command, family) {
        // The proxy itself: a health check.
        (0x20, _) => Some(None),
        (0x21, 0x11) if addresses.len() >= 12 => {
            let source: [u8; 4] = addresses[..4].try_into().ok()?;
            Some(Some(Ipv4Addr::from(source).into()))
        }
        (0x21, 0x21) if addresses.len() >= 36 => {
            let source: [u8; 16] = addresses[..16].try_into().ok()?;
            Some(Some(IpAddr::from(Ipv6Addr::from(source)).to_canonical()))
        }
        // Unknown, and a socket of the proxy's own machine.
        (0x21, 0x00 | 0x31 | 0x32) => Some(None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::AsyncWriteExt as _,
        net::{TcpListener, TcpStream},
    };

    use super::*;

    fn announcement(command: u8, family: u8, addresses: &[u8]) -> Vec<u8> {
        let head = [command, family, (addresses.len() >> 8) as u8, addresses.len() as u8];
        [&SIGNATURE[..], &head, addresses].concat()
    }

    /// What is read of these bytes, which come one by one, and what is left for others.
    async fn read_from(bytes: Vec<u8>) -> (Result<Option<IpAddr>>, Vec<u8>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut writer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        writer.set_nodelay(true).unwrap();
        tokio::spawn(async move {
            for byte in bytes {
                let _ = writer.write_all(&[byte]).await;
                tokio::task::yield_now().await;
            }
        });
        let (mut tcp, _) = listener.accept().await.unwrap();
        let read = read(&mut tcp).await;
        let mut rest = Vec::new();
        let _ = tcp.read_to_end(&mut rest).await;
        (read, rest)
    }

    /// JS-RELAY-31.
    #[tokio::test]
    async fn the_source_is_read_and_what_follows_is_left() {
        let v4 = [203, 0, 113, 9, 10, 0, 0, 1, 0x80, 0, 0, 80];
        let mut v6 = [0; 36];
        v6[..16].copy_from_slice(&"2001:db8::9".parse::<Ipv6Addr>().unwrap().octets());
        let mut mapped = v6;
        mapped[..16].copy_from_slice(&Ipv4Addr::new(203, 0, 113, 9).to_ipv6_mapped().octets());
        let extended = [&v4[..], &[4, 0, 1, 7]].concat();
        for (bytes, source) in [
            (announcement(0x21, 0x11, &v4), Some("203.0.113.9")),
            (announcement(0x21, 0x11, &extended), Some("203.0.113.9")),
            (announcement(0x21, 0x21, &v6), Some("2001:db8::9")),
            (announcement(0x21, 0x21, &mapped), Some("203.0.113.9")),
            (announcement(0x20, 0x11, &v4), None),
            (announcement(0x20, 0, &[]), None),
            (announcement(0x21, 0, &[]), None),
            (announcement(0x21, 0x31, &[0; 216]), None),
            (announcement(0x20, 0, &[0; 4096]), None),
            (Vec::new(), None),
        ] {
            let followed = [&bytes[..], b"GET / HTTP/1.1\r\n"].concat();
            let (read, rest) = read_from(followed).await;
            assert_eq!(read.unwrap(), source.map(|source| source.parse().unwrap()), "{bytes:?}");
            assert_eq!(rest, b"GET / HTTP/1.1\r\n");
        }
    }

    #[tokio::test]
    async fn what_is_none_ends_the_connection() {
        let v4 = [0; 12];
        let mut long = announcement(0x21, 0x11, &v4);
        long[14..16].copy_from_slice(&u16::MAX.to_be_bytes());
        for bytes in [
            Vec::new(),
            b"\r\nGET / HTTP/1.1\r\n\r\n".to_vec(),
            announcement(0x11, 0x11, &v4),
            announcement(0x22, 0x11, &v4),
            announcement(0x21, 0x12, &v4),
            announcement(0x21, 0x11, &v4[..11]),
            announcement(0x21, 0x21, &v4),
            announcement(0x21, 0x11, &v4)[..20].to_vec(),
            announcement(0x20, 0, &[0; 4097]),
            long,
        ] {
            assert!(read_from(bytes.clone()).await.0.is_err(), "{bytes:?}");
        }
    }
}
