//! The line against real sockets: WebSocket, TLS, a proxy, a relay that hangs up.

use std::{
    future::poll_fn,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use jumpseat_sources::Dial as _;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::{
    accept_async,
    tungstenite::{
        Message,
        protocol::{CloseFrame, frame::coding::CloseCode as Number},
    },
};

use super::*;
use crate::api::ApiErrorKind;

async fn within<T>(future: impl Future<Output = T>) -> T {
    let patience = std::time::Duration::from_secs(150);
    tokio::time::timeout(patience, future).await.expect("it takes far less")
}

fn setup() -> TransportSetup {
    TransportSetup { proxies: Proxies::none(), ..TransportSetup::default() }
}

fn line(address: &str, setup: TransportSetup) -> RelayConnection {
    RelayConnection::new(Dialer::new(Address::parse(address).unwrap(), setup))
}

async fn next(line: &mut RelayConnection) -> ConnectionEvent {
    within(poll_fn(|cx| line.poll(cx))).await
}

async fn failure(line: &mut RelayConnection) -> crate::api::ApiError {
    match next(line).await {
        ConnectionEvent::Down { failure, .. } => failure,
        other => panic!("{other:?}"),
    }
}

/// Sends everything back.
async fn echo(stream: impl AsyncRead + AsyncWrite + Unpin) {
    let Ok(mut socket) = accept_async(stream).await else { return };
    while let Some(Ok(message)) = socket.next().await {
        if matches!(message, Message::Text(_) | Message::Binary(_)) && socket.send(message).await.is_err() {
            return;
        }
    }
}

async fn is_echoed(line: &mut RelayConnection) {
    assert!(matches!(next(line).await, ConnectionEvent::Up));
    line.send_text("{}".to_owned());
    line.send_frame(Bytes::from(vec![7; 30_000]));
    assert!(matches!(next(line).await, ConnectionEvent::Text(text) if text.as_str() == "{}"));
    assert!(matches!(next(line).await, ConnectionEvent::Frame(frame) if frame.len() == 30_000));
}

/// A TLS echo on loopback, the port, and a file with its authority.
async fn tls_echo(name: &str) -> (u16, TempDir, PathBuf) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, authority.pem()).unwrap();

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    echo(stream).await;
                }
            });
        }
    });
    (port, folder, file)
}

/// A proxy that leads everywhere to `to`; it wants `authorization` if there is one, and says whom it was asked for.
async fn proxy(
    to: u16,
    authorization: Option<&'static str>,
) -> (u16, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, asked) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let tell = tell.clone();
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let (mut head, mut line) = (String::new(), String::new());
                while line != "\r\n" {
                    line.clear();
                    stream.read_line(&mut line).await.unwrap();
                    head.push_str(&line);
                }
                let _ = tell.send(head.lines().next().unwrap_or_default().to_owned());
                if authorization
                    .is_some_and(|wanted| !head.contains(&format!("Proxy-Authorization: {wanted}\r\n")))
                {
                    stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await.unwrap();
                    return;
                }
                stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
                let mut onward = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut onward).await;
            });
        }
    });
    (port, asked)
}

fn through(proxy: String) -> Proxies {
    Proxies::read(|name| (name == "HTTPS_PROXY").then(|| proxy.clone()))
}

#[tokio::test]
async fn plain_on_this_machine() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { echo(listener.accept().await.unwrap().0).await });
    let mut line = line(&address, setup());
    is_echoed(&mut line).await;
    line.close();
    assert!(matches!(next(&mut line).await, ConnectionEvent::Closed));
}

#[tokio::test]
async fn tls_with_an_authority_of_ones_own() {
    let (port, _folder, file) = tls_echo("localhost").await;
    let address = format!("wss://localhost:{port}");
    is_echoed(&mut line(&address, TransportSetup { ca_file: Some(file.clone()), ..setup() })).await;

    // Without the authority, and under another name, it is not who it says.
    let failure = self::failure(&mut line(&address, setup())).await;
    assert!(matches!(failure.kind, ApiErrorKind::Certificate) && failure.hint.is_some(), "{failure:?}");
    let nobody = TransportSetup { system_authorities: false, ..setup() };
    let failure = self::failure(&mut line(&address, nobody)).await;
    assert_eq!(
        (failure.kind, &*failure.message),
        (ApiErrorKind::Certificate, "there is no authority to trust")
    );
    let alone = TransportSetup { ca_file: Some(file.clone()), system_authorities: false, ..setup() };
    is_echoed(&mut line(&address, alone)).await;
    let by_number = format!("wss://127.0.0.1:{port}");
    let failure =
        self::failure(&mut line(&by_number, TransportSetup { ca_file: Some(file), ..setup() })).await;
    assert_eq!(failure.kind, ApiErrorKind::Certificate);
    let missing = TransportSetup { ca_file: Some("/no/such/ca.pem".into()), ..setup() };
    let failure = self::failure(&mut line(&address, missing)).await;
    assert!(failure.message.contains("/no/such/ca.pem"), "{failure}");
}

#[tokio::test]
async fn forges_are_reached_with_the_same_authorities() {
    let (port, _folder, file) = tls_echo("localhost").await;
    let own = Reach::new(TransportSetup { ca_file: Some(file), ..setup() });
    assert!(within(own.dial("localhost", port, true)).await.is_ok());
    assert!(within(own.dial("127.0.0.1", port, true)).await.is_err(), "it has another name");
    let Err(refused) = within(Reach::new(setup()).dial("localhost", port, true)).await else {
        panic!("nobody vouches for it")
    };
    assert!(refused.to_string().contains("does not prove who it is"), "{refused}");
}

#[tokio::test]
async fn tls_through_a_proxy_that_wants_a_name() {
    let (port, _folder, file) = tls_echo("relay.example").await;
    let (proxy_port, mut asked) = proxy(port, Some("Basic bWU6c2VjcmV0IQ==")).await;
    let proxies = through(format!("http://me:secret%21@127.0.0.1:{proxy_port}"));
    // The name is the proxy's to find.
    let mut through_proxy =
        line("wss://relay.example", TransportSetup { ca_file: Some(file.clone()), proxies, ..setup() });
    is_echoed(&mut through_proxy).await;
    assert_eq!(asked.recv().await.unwrap(), "CONNECT relay.example:443 HTTP/1.1");

    let proxies = through(format!("http://127.0.0.1:{proxy_port}"));
    let mut nameless =
        line("wss://relay.example", TransportSetup { ca_file: Some(file), proxies, ..setup() });
    let failure = self::failure(&mut nameless).await;
    assert!(failure.kind == ApiErrorKind::Proxy && failure.message.contains("password"), "{failure:?}");
}

/// The answer comes in pieces, in another language, and right behind it what the relay says.
#[tokio::test]
async fn a_proxy_may_answer_as_it_likes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut stream = BufReader::new(listener.accept().await.unwrap().0);
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line).await.unwrap();
        }
        for piece in [&b"HTTP/1."[..], b"1 200 Verbindung ge\xf6ffnet\r", b"\nVia: a\r\n\r", b"\n"] {
            stream.write_all(piece).await.unwrap();
            stream.flush().await.unwrap();
            tokio::task::yield_now().await;
        }
        echo(stream).await;
    });
    let proxies = Proxies::read(|name| (name == "http_proxy").then(|| proxy.clone()));
    let mut line = line("ws://[fd00::7]:80", TransportSetup { proxies, ..setup() });
    is_echoed(&mut line).await;
}

/// A private relay, and a proxy that is none: what goes to it is in the open.
#[tokio::test]
async fn nothing_is_said_in_the_open_on_the_way_to_a_proxy() {
    let (port, mut asked) = proxy(1, None).await;
    let proxies = Proxies::read(|name| (name == "http_proxy").then(|| format!("http://127.0.0.1:{port}")));
    let address = Address::parse("ws://[fd00::7]:80").unwrap();
    let proxy = proxies.of(&address).unwrap().unwrap();
    let failure = proxy.tunnel(&address, |ip| !ip.is_loopback()).await.unwrap_err();
    assert!(matches!(failure.kind, ApiErrorKind::Address), "{failure:?}");
    proxy.tunnel(&address, |ip| ip.is_loopback()).await.unwrap();
    asked.recv().await.unwrap();
    assert!(asked.try_recv().is_err());
}

#[tokio::test]
async fn a_close_code_arrives_and_the_line_comes_back() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut socket = accept_async(listener.accept().await.unwrap().0).await.unwrap();
        let close = CloseFrame { code: Number::from(4008), reason: "".into() };
        socket.close(Some(close)).await.unwrap();
        while let Some(Ok(_)) = socket.next().await {}
        echo(listener.accept().await.unwrap().0).await;
    });
    let mut line = line(&address, setup());
    assert!(matches!(next(&mut line).await, ConnectionEvent::Up));
    assert!(matches!(
        next(&mut line).await,
        ConnectionEvent::Down { code: Some(jumpseat_wire::CloseCode::Slow), .. }
    ));
    // What is sent meanwhile is nobody's.
    line.send_text("lost".to_owned());
    is_echoed(&mut line).await;
}

/// JS-LINK-7.
#[tokio::test]
async fn what_waits_for_a_relay_that_does_not_read_is_bounded_and_the_next_connection_is_whole() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let deaf = accept_async(listener.accept().await.unwrap().0).await.unwrap();
        echo(listener.accept().await.unwrap().0).await;
        drop(deaf);
    });
    let mut line = line(&address, setup());
    assert!(matches!(next(&mut line).await, ConnectionEvent::Up));
    // Empty ones cost memory, too.
    for len in [32 * 1024, 0] {
        for _ in 0..2 * MAX_WAITING / (len + 64) {
            line.send_frame(Bytes::from(vec![7; len]));
            poll_fn(|cx| {
                line.flush(cx);
                Poll::Ready(())
            })
            .await;
            assert!(line.waiting() <= MAX_WAITING, "{}", line.waiting());
        }
    }
    let failure = self::failure(&mut line).await;
    assert!(failure.message.contains("takes nothing"), "{failure:?}");
    assert_eq!(line.waiting(), 0);
    is_echoed(&mut line).await;
}

/// JS-LINK-7: a task that only sends is woken once to hear of it, and not for ever.
#[tokio::test]
async fn a_line_that_broke_while_it_was_written_wakes_its_task_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let _deaf = accept_async(listener.accept().await.unwrap().0).await.unwrap();
        std::future::pending::<()>().await;
    });
    let mut line = line(&address, setup());
    assert!(matches!(next(&mut line).await, ConnectionEvent::Up));
    while line.waiting() > 0 || line.is_up() {
        line.send_frame(Bytes::from(vec![7; 32 * 1024]));
        if line.waiting() == 0 {
            break;
        }
    }
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    for _ in 0..3 {
        line.flush(&mut Context::from_waker(&waker));
    }
    assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    assert!(self::failure(&mut line).await.message.contains("takes nothing"));
}

/// How often a task was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// JS-LINK-8: a relay that says the same thing again and again has to wait.
#[tokio::test]
async fn control_messages_are_read_at_a_bounded_rate() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    let relay = tokio::spawn(async move {
        let mut socket = accept_async(listener.accept().await.unwrap().0).await.unwrap();
        for number in 0..40_000 {
            let message = match number % 3 {
                0 => Message::text("{}"),
                1 => Message::Ping(Bytes::new()),
                _ => Message::Pong(Bytes::new()),
            };
            socket.feed(message).await.unwrap();
        }
        socket.flush().await.unwrap();
        socket
    });
    let mut line = line(&address, setup());
    assert!(matches!(next(&mut line).await, ConnectionEvent::Up));
    let _socket = within(relay).await.unwrap();
    // Time stands still while the tasks run.
    tokio::time::pause();
    let mut read = 0;
    let mut patience = 0;
    while patience < 1000 {
        match poll_fn(|cx| Poll::Ready(line.poll(cx))).await {
            Poll::Ready(event) => {
                assert!(matches!(event, ConnectionEvent::Text(_)), "{event:?}");
                (read, patience) = (read + 1, 0);
            }
            Poll::Pending => {
                patience += 1;
                tokio::task::yield_now().await;
            }
        }
    }
    let at_once = (throttle::BURST / throttle::LEAST / 3) as usize;
    assert!((1..=at_once + 1).contains(&read), "{read}");
}

/// JS-LINK-8: nor is a line read for ever that is full of frames without anything in them.
#[tokio::test]
async fn what_is_no_message_is_read_at_a_bounded_rate() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    tokio::spawn(async move {
        let socket = accept_async(listener.accept().await.unwrap().0).await.unwrap();
        let mut stream = socket.into_inner();
        // The first part of a text, and then another part of it, and another, all of them empty.
        stream.write_all(&[1, 0]).await.unwrap();
        loop {
            let Ok(written) = stream.write(&[0; 64 * 1024]).await else { return };
            count.fetch_add(written, Ordering::Relaxed);
        }
    });
    let mut line = line(&address, setup());
    assert!(matches!(next(&mut line).await, ConnectionEvent::Up));
    tokio::time::pause();
    for _ in 0..5_000 {
        assert!(poll_fn(|cx| Poll::Ready(line.poll(cx))).await.is_pending());
        tokio::task::yield_now().await;
        // What the network holds aside.
        let sent = sent.load(Ordering::Relaxed);
        assert!(sent < 32 * 1024 * 1024, "{sent} bytes");
    }
}

/// JS-LINK-8: after each ping, pong or frame of nothing others have their turn.
#[tokio::test]
async fn pings_in_a_row_are_not_read_in_a_row() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let socket = accept_async(listener.accept().await.unwrap().0).await.unwrap();
        let mut stream = socket.into_inner();
        // A hundred of them and a text, in one packet.
        stream.write_all(&[[0x89, 0].repeat(100), b"\x81\x02{}".to_vec()].concat()).await.unwrap();
        std::future::pending::<()>().await;
    });
    let mut line = line(&address, setup());
    assert!(matches!(next(&mut line).await, ConnectionEvent::Up));
    let mut turns = 0;
    let text = poll_fn(|cx| {
        turns += 1;
        line.poll(cx)
    });
    assert!(matches!(within(text).await, ConnectionEvent::Text(_)));
    assert!(turns > 100, "{turns}");
}

/// A relay that says one word and hangs up is not called again at once for ever.
#[tokio::test]
async fn the_first_word_of_a_relay_is_no_reason_to_hurry() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let mut socket = accept_async(listener.accept().await.unwrap().0).await.unwrap();
            let _ = socket.send(Message::text("{}")).await;
            let _ = socket.close(None).await;
        }
    });
    let mut line = line(&address, setup());
    let mut pauses = Vec::new();
    while pauses.len() < 4 {
        if let ConnectionEvent::Down { retry_in, .. } = next(&mut line).await {
            pauses.push(retry_in.as_millis());
        }
    }
    // Doubling from 250 ms on, less a half at most.
    assert!(pauses[3] >= 1_000, "{pauses:?}");
}

/// Every answer that a proxy gives instead of the relay has its own hint, and none speaks of versions.
#[tokio::test]
async fn an_answer_that_is_not_the_relay_s_says_what_to_do() {
    use ApiErrorKind::{Protocol, Proxy, Unreachable};
    const SWITCHED: &str = "101 Switching Protocols\r\nSec-WebSocket-Accept: x";
    for (says, kind, message, hint) in [
        ("426 Upgrade Required", Proxy, "426", "Upgrade and Connection headers"),
        (SWITCHED, Proxy, "does not pass WebSocket on", "Upgrade and Connection headers"),
        ("502 Bad Gateway", Unreachable, "a proxy in front of it says 502", "behind it does not answer"),
        ("504 Gateway Timeout", Unreachable, "a proxy in front of it says 504", "behind it does not answer"),
        ("522 Origin", Unreachable, "a proxy in front of it says 522", "behind it does not answer"),
        ("503 Service Unavailable", Unreachable, "busy", "running"),
        ("500 Internal Server Error", Unreachable, "it says 500", "running"),
        ("301 Moved\r\nLocation: https://a/", Proxy, "elsewhere", "wss://"),
        ("401 Unauthorized", Proxy, "sign in", "let requests for the relay through"),
        ("403 Forbidden", Proxy, "403", "--trusted-proxy"),
        ("400 Bad Request", Protocol, "400", "wss://"),
        ("404 Not Found", Protocol, "404", "path"),
        ("200 OK", Protocol, "200", "path"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("ws://{}/jump", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream
                .write_all(format!("HTTP/1.1 {says}\r\nContent-Length: 0\r\n\r\n").as_bytes())
                .await
                .unwrap();
            let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
        });
        let failure = self::failure(&mut line(&address, setup())).await;
        assert_eq!(failure.kind, kind, "{says}: {failure:?}");
        let (told, helps) = (&failure.message, failure.hint.as_deref().unwrap_or_default());
        assert!(told.contains(message) && helps.contains(hint), "{says}: {failure:?}");
        assert!(!helps.contains("version"), "{failure:?}");
    }
}

/// One end speaks TLS and the other does not.
#[tokio::test]
async fn a_port_of_the_other_kind_is_told_so() {
    let (port, _folder, file) = tls_echo("localhost").await;
    let failure = self::failure(&mut line(&format!("ws://127.0.0.1:{port}"), setup())).await;
    assert!(failure.hint.as_deref().is_some_and(|hint| hint.contains("wss://")), "{failure:?}");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    });
    let setup = TransportSetup { ca_file: Some(file), ..setup() };
    let failure = self::failure(&mut line(&format!("wss://localhost:{port}"), setup)).await;
    assert_eq!(failure.kind, ApiErrorKind::Unreachable, "{failure:?}");
    assert!(failure.hint.as_deref().is_some_and(|hint| hint.contains("ws://")), "{failure:?}");
}

#[tokio::test]
async fn a_frame_beyond_the_limit_ends_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut socket = accept_async(listener.accept().await.unwrap().0).await.unwrap();
        let _ = socket.send(Message::Binary(vec![0; 100_000].into())).await;
        while let Some(Ok(_)) = socket.next().await {}
    });
    let mut line = line(&address, setup());
    assert!(matches!(next(&mut line).await, ConnectionEvent::Up));
    assert!(matches!(next(&mut line).await, ConnectionEvent::Down { code: None, .. }));
}
