//! HTTP and TLS.

use std::{io::Write as _, net::SocketAddr, sync::Arc};

use futures_util::{SinkExt as _, StreamExt as _};
use jumpseat_relay::{Config, Relay, RelayError, SESSION_PATH, testing::opening};
use jumpseat_wire::control;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{client_async, tungstenite::Message};

use crate::{SID, relay};

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
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
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
async fn what_comes_right_behind_the_request_is_not_lost() {
    let relay = relay().await;
    let mut tcp = TcpStream::connect(relay.address()).await.unwrap();
    let request = format!(
        "GET {SESSION_PATH} HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    // A masked text message (with a mask of zeros) in the same write.
    let hello = control::encode(&opening(SID, None, &[]));
    let mut bytes = request.into_bytes();
    bytes.extend([0x81, 0x80 | 126]);
    bytes.extend((hello.len() as u16).to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(hello.as_bytes());
    tcp.write_all(&bytes).await.unwrap();
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("opened") {
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
    let (mut end, _) = client_async(format!("wss://localhost{SESSION_PATH}"), tls).await.unwrap();
    end.send(Message::text(control::encode(&opening(SID, None, &[])))).await.unwrap();
    let answer = end.next().await.unwrap().unwrap();
    assert!(answer.to_text().unwrap().contains("opened"), "{answer}");

    config.tls.key = Some(certificate.path().to_owned());
    assert!(matches!(Relay::bind(config).await, Err(RelayError::Tls(_))), "no key in there");
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let relay = relay().await;
    let Err(error) = Relay::bind(Config::embedded(relay.address())).await else { panic!("bound twice") };
    assert!(error.to_string().contains(&relay.address().to_string()), "{error}");
}
