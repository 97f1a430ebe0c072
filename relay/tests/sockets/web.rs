//! HTTP and TLS.

use std::{io::Write as _, net::SocketAddr, sync::Arc};

use futures_util::{SinkExt as _, StreamExt as _};
use jumpseat_relay::{
    Config, Proxies, Relay, RelayError, SESSION_PATH,
    testing::{End, Heard, Session},
};
use jumpseat_wire::{CloseCode, InviteCode, VERSION, control, control::Hello};
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    client_async,
    tungstenite::{Error, Message},
};

use crate::{SESSION, relay, relay_with};

async fn request(relay: SocketAddr, text: &str) -> String {
    let mut tcp = TcpStream::connect(relay).await.expect("the relay listens");
    tcp.write_all(text.as_bytes()).await.expect("the relay reads");
    let mut answer = String::new();
    tcp.read_to_string(&mut answer).await.expect("text");
    answer
}

#[tokio::test]
async fn it_answers_health_checks() {
    let relay = relay().await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let answer = request(relay.address(), &get("/healthz")).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"), "{answer}");
    let answer = request(relay.address(), &get("/else")).await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    let answer = request(relay.address(), &get(SESSION_PATH)).await;
    assert!(answer.starts_with("HTTP/1.1 426") && answer.contains("WebSocket"), "{answer}");
    let answer = request(relay.address(), "rubbish\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test]
async fn the_page_for_old_links_runs_nothing_and_says_how_to_join() {
    let relay = relay().await;
    let get = "GET /j HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = request(relay.address(), get).await;
    let (head, page) = answer.split_once("\r\n\r\n").expect("a head and a page");
    let head = head.to_lowercase();
    for part in [
        "http/1.1 200",
        "content-security-policy: default-src 'none'",
        "frame-ancestors 'none'",
        "referrer-policy: no-referrer",
        "cache-control: no-store",
    ] {
        assert!(head.contains(part), "{part}: {head}");
    }
    for part in ["<script", "http-equiv", "src=", "href=", "url(", "onload", "javascript:"] {
        assert!(!page.contains(part), "{part}: {page}");
    }
    assert!(page.contains("jumpseat join") && page.contains("Join Shared Session"), "{page}");
}

#[tokio::test]
async fn what_comes_right_behind_the_request_is_not_lost() {
    let relay = relay().await;
    let mut tcp = TcpStream::connect(relay.address()).await.unwrap();
    let request = format!(
        "GET {SESSION_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    // A masked text message (with a mask of zeros) in the same write.
    let hello = control::encode(&SESSION.opening(None, &[]));
    let mut bytes = request.into_bytes();
    bytes.extend([0x81, 0x80 | 126]);
    bytes.extend((hello.len() as u16).to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(hello.as_bytes());
    tcp.write_all(&bytes).await.unwrap();
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("challenge") {
        assert_ne!(tcp.read_buf(&mut answer).await.unwrap(), 0, "{}", String::from_utf8_lossy(&answer));
    }
    // RFC 6455 section 1.3 has this key and its answer.
    assert!(String::from_utf8_lossy(&answer).contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
}

#[tokio::test]
async fn it_serves_tls_from_files() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let file = |text: String| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    };
    let [certificate, key] = [file(made.cert.pem()), file(made.signing_key.serialize_pem())];
    let mut config = Config::embedded(([127, 0, 0, 1], 0).into());
    config.tls.certificate = Some(certificate.path().to_owned());
    config.tls.key = Some(key.path().to_owned());
    let relay = Relay::bind(config.clone()).await.unwrap().spawn().unwrap();

    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let trust = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tcp = TcpStream::connect(relay.address()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let tls = TlsConnector::from(Arc::new(trust)).connect(name, tcp).await.unwrap();
    // Under any name that its clients take its certificate for.
    let (mut end, _) = client_async(format!("wss://relay.example{SESSION_PATH}"), tls).await.unwrap();
    end.send(Message::text(control::encode(&SESSION.opening(None, &[])))).await.unwrap();
    let answer = end.next().await.unwrap().unwrap();
    assert!(answer.to_text().unwrap().contains("challenge"), "{answer}");

    config.tls.key = Some(certificate.path().to_owned());
    assert!(matches!(Relay::bind(config).await, Err(RelayError::Tls(_))), "no key in there");
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let relay = relay().await;
    let Err(error) = Relay::bind(Config::embedded(relay.address())).await else { panic!("bound twice") };
    assert!(error.to_string().contains(&relay.address().to_string()), "{error}");
}

/// How the relay answers an upgrade with these headers.
async fn upgraded(relay: SocketAddr, headers: &[(&'static str, &str)]) -> u16 {
    let tcp = TcpStream::connect(relay).await.expect("the relay is there");
    match End::asking(tcp, headers).await {
        Ok(_) => 101,
        Err(Error::Http(answer)) => answer.status().as_u16(),
        Err(error) => panic!("{error}"),
    }
}

/// JS-RELAY-30: there is no viewer for browsers, so a page that connects is a foreign one.
#[tokio::test]
async fn web_pages_are_refused() {
    let relay = relay_with(|config| config.trusted_proxies = Proxies::parse("127.0.0.1").unwrap()).await;
    let own = format!("http://{}", relay.address());
    for origin in ["https://evil.example", "null", "http://localhost", "", &own] {
        for lines in [
            &[("origin", origin)][..],
            &[("origin", origin), ("x-forwarded-for", "203.0.113.9")],
            &[("origin", origin), ("origin", origin)],
        ] {
            assert_eq!(upgraded(relay.address(), lines).await, 403, "{lines:?}");
        }
    }
    assert_eq!(upgraded(relay.address(), &[]).await, 101);
}

/// JS-RELAY-30: a name that was made to lead to this machine (DNS rebinding).
#[tokio::test]
async fn on_loopback_a_foreign_host_is_refused() {
    let relay = relay().await;
    for own in [
        "127.0.0.1",
        "127.0.0.1:7707",
        "localhost:1",
        "LocalHost",
        "127.9.9.9",
        "[::1]:7707",
        "[::ffff:127.0.0.1]",
    ] {
        assert_eq!(upgraded(relay.address(), &[("host", own)]).await, 101, "{own}");
    }
    for foreign in [
        "evil.example",
        "evil.example:7707",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1@evil.example",
        "192.168.1.5",
        "[::2]",
        "0.0.0.0",
        "",
    ] {
        assert_eq!(upgraded(relay.address(), &[("host", foreign)]).await, 403, "{foreign}");
        // A stranger's header is no proxy's.
        let forwarded = [("host", foreign), ("x-forwarded-for", "127.0.0.1")];
        assert_eq!(upgraded(relay.address(), &forwarded).await, 403, "{foreign}");
    }
    for head in [
        "GET http://evil.example/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        "GET /v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n",
        "GET /v1/session HTTP/1.0\r\n",
    ] {
        let rest = "Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        let answer = request(relay.address(), &format!("{head}{rest}")).await;
        assert!(answer.split_at(8).1.starts_with(" 403"), "{head}: {answer}");
    }
}

/// JS-RELAY-30, JS-RELAY-31: a trusted proxy may pass on the name that it was asked for.
#[tokio::test]
async fn a_trusted_proxy_may_be_asked_under_any_name() {
    let relay = relay_with(|config| config.trusted_proxies = Proxies::parse("127.0.0.1").unwrap()).await;
    let named = ("host", "relay.example.org");
    for forwarded in [("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=203.0.113.9")] {
        assert_eq!(upgraded(relay.address(), &[named, forwarded]).await, 101);
    }
    assert_eq!(upgraded(relay.address(), &[named]).await, 403, "nobody forwarded it");
}

/// JS-RELAY-31: where a proxy passes bytes on, it says in front of them where they come from.
#[tokio::test]
async fn the_proxy_protocol_is_read_from_trusted_proxies_alone() {
    // From 203.0.113.9 to 10.0.0.1:80.
    let announcement = |last: u8| {
        let addresses = [203, 0, 113, last, 10, 0, 0, 1, 0x80, 0, 0, 80];
        [&b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c"[..], &addresses].concat()
    };
    let relay = relay_with(|config| {
        config.trusted_proxies = Proxies::parse("127.0.0.1").unwrap();
        config.limits.connections_per_address = 2;
        config.limits.look_ups_per_minute = 1;
    })
    .await;
    let ask = async |last: u8, headers: &[(&'static str, &str)]| {
        let mut tcp = TcpStream::connect(relay.address()).await.unwrap();
        tcp.write_all(&announcement(last)).await.unwrap();
        End::asking(tcp, headers).await.unwrap()
    };
    let guess = async |mut end: End| {
        end.say(&Hello::LookUp { version: VERSION, code: InviteCode::from_random([1; 5]) }).await;
        end.closed().await
    };
    assert_eq!(guess(ask(9, &[]).await).await, Some(CloseCode::NotFound));
    // What the client says in its request counts for nothing, its own address does.
    let forged = ask(9, &[("x-forwarded-for", "198.51.100.1"), ("host", "relay.example.org")]).await;
    assert_eq!(guess(forged).await, Some(CloseCode::RateLimited));
    assert_eq!(guess(ask(10, &[]).await).await, Some(CloseCode::NotFound));
    // Connections are limited for clients, not for the proxy.
    let mut first = ask(1, &[]).await;
    first.open(SESSION, None, &[]).await;
    assert!(matches!(first.hear().await, Heard::Text(_)));
    let mut second = ask(1, &[]).await;
    second.open(Session(2), None, &[]).await;
    assert!(matches!(second.hear().await, Heard::Text(_)));
    let mut third = ask(1, &[]).await;
    third.say(&Session(3).opening(None, &[])).await;
    assert_eq!(third.closed().await, Some(CloseCode::RelayFull), "the third of an address of two");
    let mut neighbor = ask(2, &[]).await;
    neighbor.open(Session(4), None, &[]).await;
    assert!(matches!(neighbor.hear().await, Heard::Text(_)));
    let mut elsewhere = End::connect_for(relay.address(), "198.51.100.1").await;
    elsewhere.open(Session(3), None, &[]).await;
    assert!(matches!(elsewhere.hear().await, Heard::Text(_)));

    let strict = self::relay().await;
    let mut tcp = TcpStream::connect(strict.address()).await.unwrap();
    tcp.write_all(&announcement(9)).await.unwrap();
    tcp.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = tcp.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
}
