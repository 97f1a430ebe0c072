//! The panel service with sources of the tests' own.

use std::{
    collections::BTreeMap,
    future::poll_fn,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use jumpseat_panels::{
    Change, ContentHash, Document, Entries, Entry, Key, Line, PanelKind, Reference, ReferenceId, SourceState,
    unpack_content,
};
use jumpseat_session::{
    Entropy, Millis, Role, TransferKind, TransferRefusal, TransferRequest,
    host::{Host, HostConfig, HostOutput, Ticket, TransferTicket},
};
use jumpseat_sources::{Ask, FetchError, Publisher, Running, Source};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{order::PanelEvent, service::PanelService, source::Feed};
use crate::api::{PanelUpdate, Reply, SessionNo};

const SESSION: SessionNo = SessionNo(1);
const LOG: PanelKind = PanelKind::Log;

/// How long something may take that has to happen.
const PATIENCE: Duration = Duration::from_secs(150);

/// A source that shows what a test gives it.
struct Given {
    publishers: oneshot::Sender<Publisher>,
    contents: Arc<Mutex<BTreeMap<String, Bytes>>>,
    asked: Arc<Mutex<Vec<String>>>,
    ended: mpsc::UnboundedSender<()>,
}

impl Given {
    fn new() -> (Self, oneshot::Receiver<Publisher>, mpsc::UnboundedReceiver<()>) {
        let (publishers, publisher) = oneshot::channel();
        let (ended, end) = mpsc::unbounded_channel();
        (Self { publishers, contents: Arc::default(), asked: Arc::default(), ended }, publisher, end)
    }
}

impl Source for Given {
    fn kind(&self) -> PanelKind {
        LOG
    }

    fn run(self: Box<Self>, publisher: Publisher, mut asks: mpsc::Receiver<Ask>) -> Running {
        Box::pin(async move {
            let _ = self.publishers.send(publisher);
            while let Some(ask) = asks.recv().await {
                let Ask::Fetch { id, answer } = ask else { continue };
                self.asked.lock().unwrap().push(id.as_str().to_owned());
                let content = self.contents.lock().unwrap().get(id.as_str()).cloned();
                let _ = answer.send(content.ok_or(FetchError::Gone));
            }
            let _ = self.ended.send(());
        })
    }
}

struct World {
    panel_service: PanelService,
    publisher: Publisher,
    contents: Arc<Mutex<BTreeMap<String, Bytes>>>,
    asked: Arc<Mutex<Vec<String>>>,
    ended: mpsc::UnboundedReceiver<()>,
    tickets: Tickets,
}

impl World {
    async fn new() -> Self {
        let mut panel_service = PanelService::start().unwrap();
        let (given, publisher, ended) = Given::new();
        let (contents, asked) = (given.contents.clone(), given.asked.clone());
        panel_service.share(SESSION, Box::new(given), Feed::None);
        let publisher = publisher.await.unwrap();
        Self { panel_service, publisher, contents, asked, ended, tickets: Tickets::new() }
    }

    /// Shares another in its place.
    async fn share_again(&mut self) {
        let (given, publisher, _) = Given::new();
        self.panel_service.share(SESSION, Box::new(given), Feed::None);
        self.publisher = publisher.await.unwrap();
    }

    /// The next that is no status.
    async fn made(&mut self) -> PanelEvent {
        loop {
            let made = timeout(PATIENCE, poll_fn(|cx| self.panel_service.poll_made(cx)));
            match made.await.expect("it takes far less") {
                PanelEvent::Status { .. } => {}
                made => return made,
            }
        }
    }

    async fn follows(&mut self, document: &mut Document) {
        let PanelEvent::Change { bytes, .. } = self.made().await else { panic!("a change was due") };
        document.apply(Change::decode(LOG, &bytes).unwrap()).unwrap();
    }

    /// Fetches as a guest that says what it likes, with true tickets.
    async fn fetch(
        &mut self,
        reference: &str,
        having: Option<ContentHash>,
    ) -> Result<Bytes, TransferRefusal> {
        let (slot, ticket) = self.tickets.fetch();
        let having = having.map(|hash| hash.to_string());
        let request =
            TransferRequest { of: TransferKind::Panel(LOG.number()), reference: reference.into(), having };
        self.panel_service.fetch(SESSION, LOG, slot, ticket, request);
        match self.made().await {
            PanelEvent::Content { content, .. } => content,
            _ => panic!("a content was due"),
        }
    }
}

/// True tickets, from a true host with a true guest.
struct Tickets {
    host: Host,
    guest: jumpseat_session::guest::Guest,
    fetches: u32,
}

impl Tickets {
    fn new() -> Self {
        let now = Millis(0);
        let mut host = Host::new(HostConfig::new("Ann", 0), Entropy::system(), now);
        host.share_panel(now, LOG.number()).unwrap();
        let terms = jumpseat_session::InviteTerms {
            role: Role::Viewer,
            admission: jumpseat_session::Admission::Open,
            expires_in: None,
            max_uses: None,
        };
        let token = host.create_invite(now, terms).unwrap().token;
        let code = jumpseat_wire::InviteCode::from_random([1; 5]);
        let card = jumpseat_session::GuestCard { name: "Bo".into(), program: "test".into() };
        let config = jumpseat_session::guest::GuestConfig { code, token, card, key: None, key_timing: false };
        let mut guest = jumpseat_session::guest::Guest::new(config, Entropy::system(), now);
        host.connected(now);
        guest.connected(now);
        let mut tickets = Self { host, guest, fetches: 0 };
        tickets.pump(code);
        tickets
    }

    /// A relay that carries everything at once; gives what the host wants of panels.
    fn pump(&mut self, code: jumpseat_wire::InviteCode) -> Vec<HostOutput> {
        use jumpseat_session::guest::GuestOutput;
        use jumpseat_wire::control::{self, GuestToRelay, Hello, HostToRelay, RelayToGuest, RelayToHost};

        let (now, mut wanted, mut moved) = (Millis(0), Vec::new(), true);
        while std::mem::take(&mut moved) {
            while let Some(output) = self.host.poll() {
                moved = true;
                let HostOutput::Text(text) = &output else {
                    match output {
                        HostOutput::Frame(frame) => drop(self.guest.relay_frame(now, &frame)),
                        output => wanted.push(output),
                    }
                    continue;
                };
                if let Ok(Hello::Open { bundle, .. }) = control::decode(text) {
                    let opened = RelayToHost::Opened { code, expires_in: 9, max_guests: 9 };
                    self.host.relay_text(now, &control::encode(&opened)).unwrap();
                    let bundle = RelayToGuest::Bundle { bundle, host_present: true };
                    self.guest.relay_text(now, &control::encode(&bundle)).unwrap();
                } else if let Ok(HostToRelay::Welcome { data, .. }) = control::decode(text) {
                    self.guest.relay_text(now, &control::encode(&RelayToGuest::Welcome { data })).unwrap();
                } else if let Ok(HostToRelay::Ack { pair, .. }) = control::decode(text) {
                    self.guest.relay_text(now, &control::encode(&RelayToGuest::Acked { pair })).unwrap();
                }
            }
            while let Some(output) = self.guest.poll() {
                moved = true;
                match output {
                    GuestOutput::Frame(frame) => self.host.relay_frame(now, &frame).unwrap(),
                    GuestOutput::Text(text) => {
                        if let Ok(GuestToRelay::Knock { data }) = control::decode(&text) {
                            let knock = RelayToHost::Knock { knock: 1, data };
                            self.host.relay_text(now, &control::encode(&knock)).unwrap();
                        }
                    }
                    _ => {}
                }
            }
        }
        wanted
    }

    fn fetch(&mut self) -> (u16, TransferTicket) {
        self.fetches += 1;
        let request = TransferRequest {
            of: TransferKind::Panel(LOG.number()),
            reference: format!("x{}", self.fetches),
            having: None,
        };
        self.guest.transfer(Millis(0), request).unwrap();
        let outputs = self.pump(jumpseat_wire::InviteCode::from_random([1; 5]));
        let ticket = |output| {
            if let HostOutput::Transfer { slot, ticket, .. } = output { Some((slot, ticket)) } else { None }
        };
        let (slot, ticket) = outputs.into_iter().find_map(ticket).unwrap();
        // Its place is free for the next.
        self.host.content_ready(ticket, Err(TransferRefusal::Gone));
        self.pump(jumpseat_wire::InviteCode::from_random([1; 5]));
        (slot, ticket)
    }

    fn snapshot(&mut self) -> Ticket {
        self.host.unshare_panel(Millis(0), LOG.number());
        self.host.share_panel(Millis(1_000_000), LOG.number()).unwrap();
        let outputs = self.pump(jumpseat_wire::InviteCode::from_random([1; 5]));
        let ticket =
            |output| if let HostOutput::PanelSnapshot { ticket, .. } = output { Some(ticket) } else { None };
        outputs.into_iter().find_map(ticket).unwrap()
    }
}

fn line(text: &str, rest: Option<&str>) -> Entry {
    let rest = rest.map(|id| Reference { id: ReferenceId::new(id).unwrap(), size: 3 });
    Entry::Line(Line { text: text.into(), rest, ..Line::default() })
}

fn entries<const N: usize>(lines: [(&str, Entry); N]) -> Entries {
    lines.into_iter().map(|(key, line)| (Key::new(key).unwrap(), line)).collect()
}

#[tokio::test]
async fn many_pictures_make_few_changes_and_the_newest_counts() {
    let mut world = World::new().await;
    let mut guest = Document::new(LOG);
    for n in 0..500 {
        world.publisher.publish(entries([("a", line(&n.to_string(), None))]));
        tokio::task::yield_now().await;
    }
    let newest = entries([("a", line("newest", None))]);
    world.publisher.publish(newest.clone());
    let mut changes = 0;
    while *guest.entries() != newest {
        world.follows(&mut guest).await;
        changes += 1;
    }
    assert!(changes < 20, "{changes}");
}

#[tokio::test]
async fn a_snapshot_stands_for_the_changes_before_it() {
    let mut world = World::new().await;
    let mut guest = Document::new(LOG);
    world.publisher.publish(entries([("a", line("1", None))]));
    world.follows(&mut guest).await;
    let ticket = world.tickets.snapshot();
    world.panel_service.snapshot(SESSION, LOG, ticket);
    let PanelEvent::Snapshot { bytes, .. } = world.made().await else { panic!("a snapshot was due") };
    assert_eq!(Document::decode(LOG, &bytes).unwrap(), guest);
    world.publisher.state(SourceState::Stale { since: 5 });
    world.follows(&mut guest).await;
    assert_eq!(*guest.state(), SourceState::Stale { since: 5 });
}

/// JS-PANEL-4: whatever a guest names, its source is asked for what stands in the panel now and for nothing else.
#[tokio::test]
async fn a_guest_cannot_read_outside_what_is_published() {
    let mut world = World::new().await;
    let secret = Bytes::from_static(b"secret");
    for name in ["published", "unpublished", "later", "HEAD", "etc.passwd"] {
        world.contents.lock().unwrap().insert(name.into(), secret.clone());
    }
    assert_eq!(world.fetch("published", None).await, Err(TransferRefusal::Gone), "nothing is, yet");
    world.publisher.publish(entries([("a", line("1", Some("published")))]));
    let mut guest = Document::new(LOG);
    world.follows(&mut guest).await;
    for name in
        ["unpublished", "later", "HEAD", "etc.passwd", "../published", "/etc/passwd", "", "published\0"]
    {
        assert_eq!(world.fetch(name, None).await, Err(TransferRefusal::Gone), "{name}");
    }
    assert_eq!(*world.asked.lock().unwrap(), [""; 0]);
    assert!(world.fetch("published", None).await.is_ok());
    world.publisher.publish(entries([("a", line("1", Some("later")))]));
    world.follows(&mut guest).await;
    assert_eq!(world.fetch("published", None).await, Err(TransferRefusal::Gone), "it stood there once");
    assert_eq!(*world.asked.lock().unwrap(), ["published"]);
}

/// JS-PANEL-8: the next version is small next to the one before, for whoever was served that one.
#[tokio::test]
async fn a_version_is_packed_against_the_one_before() {
    let mut world = World::new().await;
    let file = |word: &str| -> Bytes {
        let line = |n: u32| {
            format!("{n} {:x} {}\n", n.wrapping_mul(2_654_435_761), if n == 2500 { word } else { "" })
        };
        (0..5000).map(line).collect::<String>().into()
    };
    let (before, after) = (file("before"), file("after"));
    world
        .contents
        .lock()
        .unwrap()
        .extend([("before".into(), before.clone()), ("after".into(), after.clone())]);
    let published = entries([("a", line("1", Some("before"))), ("b", line("2", Some("after")))]);
    world.publisher.publish(published);
    let mut guest = Document::new(LOG);
    world.follows(&mut guest).await;

    let hash = ContentHash::of(&before);
    let whole = world.fetch("after", Some(hash)).await.unwrap();
    assert!(whole.len() > 20_000, "this guest was not served the one before: {}", whole.len());
    let packed = world.fetch("before", None).await.unwrap();
    assert_eq!(unpack_content(&packed, |_| None::<&[u8]>).unwrap(), before);
    let small = world.fetch("after", Some(hash)).await.unwrap();
    assert!(small.len() < 300, "{}", small.len());
    assert_eq!(unpack_content(&small, |base| (base == hash).then_some(&before)).unwrap(), after);
    // Who is gone and comes back has nothing.
    let slot = world.tickets.fetch().0;
    world.panel_service.forget_guest(SESSION, slot);
    assert!(world.fetch("before", Some(ContentHash::of(&after))).await.unwrap().len() > 20_000);
}

#[tokio::test]
async fn a_panel_that_is_taken_back_ends_its_source() {
    let mut world = World::new().await;
    world.publisher.publish(entries([("a", line("1", None))]));
    let mut guest = Document::new(LOG);
    world.follows(&mut guest).await;
    assert!(world.panel_service.unshare(SESSION, LOG) && !world.panel_service.unshare(SESSION, LOG));
    timeout(PATIENCE, world.publisher_closed()).await.unwrap();
    assert_eq!(world.panel_service.status(SESSION), []);
    // What was made for it is nobody's: the next panel begins from nothing.
    world.share_again().await;
    world.publisher.publish(entries([("b", line("2", None))]));
    let mut guest = Document::new(LOG);
    world.follows(&mut guest).await;
    assert_eq!(*guest.entries(), entries([("b", line("2", None))]));
}

#[tokio::test]
async fn the_host_sees_what_guests_see() {
    let mut world = World::new().await;
    world.publisher.publish(entries([("a", line("1", None))]));
    let mut guest = Document::new(LOG);
    world.follows(&mut guest).await;
    let (shown, looks) = oneshot::channel();
    world.panel_service.look(SESSION, LOG, shown);
    let Ok(Reply::Panel(PanelUpdate { whole, set, version, .. })) = looks.await.unwrap() else { panic!() };
    assert_eq!((whole, &set, version), (true, guest.entries(), 1));
}

impl World {
    /// Until its source has ended.
    async fn publisher_closed(&mut self) {
        // Either it saw the end of its questions, or it was ended with its panel.
        let _ = self.ended.recv().await;
        while !self.publisher.is_closed() {
            tokio::task::yield_now().await;
        }
    }
}
