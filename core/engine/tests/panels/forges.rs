//! The review and the issue, of a forge of this machine that shows itself to nobody but who signs in.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use jumpseat_engine::api::{
    ForgeKind, ForgeOptions, HostCommand, PanelOptions, Secret,
    panels::{PanelKind, Remedy, SourceState},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::{Guest, Host};

const CANARY: &str = "canary_credential";

/// A forge of one repository without requests: its address, and how many connected to it.
async fn forge() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counts = count.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counts.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(serve(stream));
        }
    });
    (address, count)
}

/// Answers one connection's requests, which have no bodies.
async fn serve(stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if !matches!(stream.read_line(&mut head).await, Ok(1..)) {
                return;
            }
        }
        let known = head.contains(&format!("Bearer {CANARY}\r\n"));
        let (status, body) = match head.split(['?', ' ']).nth(1) {
            Some("/repos/acme/app/pulls") if known => ("200 OK", "[]"),
            Some("/repos/acme/app") if known => ("200 OK", "{}"),
            _ => ("404 Not Found", "{}"),
        };
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn share(host: &Host, panel: PanelKind, api: &str) {
    let forge = ForgeOptions { host: "127.0.0.1".into(), kind: ForgeKind::GitHub, api: Some(api.to_owned()) };
    let folder = Some(host.folder().to_owned());
    let options = PanelOptions { forges: vec![forge], ..PanelOptions::new(panel, folder) };
    host.ask(HostCommand::SharePanel { session: host.session, options }).await;
}

#[tokio::test]
async fn a_credential_is_asked_for_given_once_and_seen_by_no_guest() {
    let mut host = Host::new().await;
    host.git(&["init", "-q", "-b", "topic"]);
    host.write("a.txt", "a\n");
    host.git(&["add", "."]);
    host.git(&["commit", "-q", "-m", "first"]);
    let (api, connections) = forge().await;
    host.git(&["remote", "add", "origin", &format!("{api}/acme/app.git")]);
    share(&host, PanelKind::Review, &api).await;
    share(&host, PanelKind::Issue, &api).await;
    let mut guest = Guest::new(&host);
    let at = host
        .until(PanelKind::Review, |status| match &status.state {
            SourceState::Failed { remedy: Some(Remedy::SignIn { host }), .. } => Some(host.clone()),
            _ => None,
        })
        .await;
    assert_eq!(at, "127.0.0.1");

    let credential = Some(Secret::new(CANARY.to_owned()));
    host.ask(HostCommand::GiveCredential { host: at, credential }).await;
    let fresh = |guest: &Guest, panel| guest.states.get(&panel) == Some(&SourceState::Fresh);
    guest
        .until(|guest| (fresh(guest, PanelKind::Review) && fresh(guest, PanelKind::Issue)).then_some(()))
        .await;
    assert_eq!(connections.load(Ordering::Relaxed), 1, "both panels come from one forge");
    assert!(!format!("{:?} {:?}", guest.panels, guest.states).contains(CANARY));

    host.ask(HostCommand::GiveCredential { host: "127.0.0.1".into(), credential: None }).await;
    let signed_out = |state: &SourceState| matches!(state, SourceState::Failed { .. });
    guest
        .until(|guest| guest.states.get(&PanelKind::Issue).filter(|state| signed_out(state)).map(drop))
        .await;
}
