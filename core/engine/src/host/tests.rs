//! The engine's passes, driven by hand: a pass that sleeps has left nothing undone.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, net::TcpListener, task::Waker};

use jumpseat_session::{
    Entropy, InviteTerms,
    host::{Host, HostConfig},
};
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::{view::View, *};
use crate::{
    api::{HostClient, HostEvent, Scope, Size, StartFrom, TerminalNo, state::HostPath},
    pty::program::Program,
    runtime::origin::Origin,
    transport::{Address, Dialer, Proxies, RelayConnection, TransportSetup},
};

const NOW: Millis = Millis(0);
const NO: TerminalNo = TerminalNo(1);
const SIZE: Size = Size { cols: 80, rows: 24 };

struct Stand {
    engine: HostEngine,
    client: HostClient,
    door: ClientListener,
    _folder: TempDir,
}

impl Stand {
    /// An engine with one client and one terminal that runs a script.
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = RuntimeFolder::at(folder.path().join("run")).unwrap();
        let transport = TransportSetup { proxies: Proxies::none(), ..TransportSetup::default() };
        let (mut engine, door) = HostEngine::new(HostSetup { transport, start_relay: None, runtime });
        let program = Program::new(&["/bin/sh", "-c", script].map(str::to_owned));
        let terminal = Terminal::open(NO, &program, "sh".to_owned(), SIZE, 100, None).unwrap();
        engine.terminals.insert(NO, terminal);
        let client = door.open();
        let mut stand = Self { engine, client, door, _folder: folder };
        stand.drive();
        stand
    }

    /// Passes until one sleeps, with a waker that nobody hears: what a wake-up would have to bring does not come.
    fn drive(&mut self) {
        let cx = &mut Context::from_waker(Waker::noop());
        while self.engine.pass(cx).is_ready() {}
    }

    /// Gives the client a view of the terminal that holds these bytes, with credit for more.
    fn show(&mut self, bytes: &[u8]) {
        let mut view = View::new(*self.engine.clients.keys().next().unwrap(), 1 << 20, true);
        view.picture(NO, SIZE, Vec::new()).unwrap();
        view.show(bytes);
        self.engine.terminals.get_mut(&NO).unwrap().views.push(view);
    }

    /// Lets as many events wait as keep output back.
    fn let_events_wait(&mut self) {
        let client = self.engine.clients.values_mut().next().unwrap();
        while client.takes_output() {
            client.tell(HostEvent::Resized { terminal: NO, size: SIZE });
        }
    }

    /// Shares the terminal in a session at a relay that answers nothing.
    fn share(&mut self, relay: &TcpListener) {
        let url = format!("ws://{}", relay.local_addr().unwrap());
        let dialer = Dialer::new(Address::parse(&url).unwrap(), self.engine.setup.transport.clone());
        let mut host = Host::new(HostConfig::new("Ann", 0), Entropy::system(), NOW);
        let invite = host.create_invite(NOW, InviteTerms::default()).unwrap().id;
        let (answer, _) = oneshot::channel();
        let no = SessionNo(1);
        let session =
            Session::new(no, host, RelayConnection::new(dialer), (url, None), None, (answer, invite));
        self.engine.sessions.insert(no, session);
        self.engine.mark(HostPath::Session(no));
        self.engine.add_terminal(no, NO, StartFrom::Now).unwrap();
    }

    /// Tells every client of a size, as an event and in the state, and hands it on.
    fn tell(&mut self, cols: u16) {
        let size = Size { cols, ..SIZE };
        self.engine.terminals.get_mut(&NO).unwrap().size = size;
        self.engine.mark(HostPath::Size(NO));
        self.engine.tell(&HostEvent::Resized { terminal: NO, size });
        self.drive();
    }

    /// The bytes of output that are told by now.
    fn told(&mut self) -> usize {
        let events = std::iter::from_fn(|| self.client.try_next());
        events.map(|event| if let HostEvent::Output { bytes, .. } = event { bytes.len() } else { 0 }).sum()
    }
}

#[tokio::test]
async fn output_that_waits_behind_other_events_follows_them_at_once() {
    let mut stand = Stand::new("read end");
    stand.show(&[b'x'; 5000]);
    stand.let_events_wait();
    stand.drive();
    assert_eq!(stand.told(), 5000);
}

#[tokio::test]
async fn output_beyond_one_event_follows_at_once() {
    let mut stand = Stand::new("read end");
    stand.show(&[b'x'; 500_000]);
    stand.let_events_wait();
    stand.drive();
    assert_eq!(stand.told(), 500_000);
}

/// A view that handed bytes on lets its program be read, which has no waker for that.
#[tokio::test]
async fn a_pass_that_only_hands_on_is_followed_by_another() {
    let mut stand = Stand::new("read end");
    stand.show(&[b'x'; 64 * 1024]);
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(!stand.engine.terminals[&NO].views[0].has_room());
    assert!(stand.engine.pass(cx).is_ready());
    assert!(stand.engine.terminals[&NO].views[0].has_room());
}

/// The sizes that a client was told, each time with the state before it; nothing if it was told nothing at all.
fn sizes(client: &mut HostClient) -> Vec<u16> {
    let mut sizes = Vec::new();
    let mut told = None;
    for event in std::iter::from_fn(|| client.try_next()) {
        match event {
            HostEvent::State(update) => told = Some(update),
            HostEvent::Resized { size, .. } => {
                let update = told.take().expect("the state comes first");
                let text = format!("{update:?}");
                assert!(text.contains(&size.cols.to_string()), "{text}");
                sizes.push(size.cols);
            }
            _ => {}
        }
    }
    assert_eq!(told, None, "a state that no event followed");
    sizes
}

/// What guests type in a shared terminal starts programs there: these see nothing of the session, whatever they asked
/// for while it was not shared.
#[tokio::test]
async fn a_program_in_a_shared_terminal_is_told_and_shown_nothing() {
    let mut stand = Stand::new("read end");
    let mut inside = stand.door.open_for(Some(Origin::Unknown), Scope::Everything);
    let mut elsewhere = stand.door.open_for(Some(elsewhere()), Scope::Everything);
    stand.drive();
    for no in stand.engine.clients.keys() {
        stand.engine.terminals.get_mut(&NO).unwrap().views.push(View::new(*no, 1 << 20, true));
    }
    stand.tell(101);
    let mut told = |stand: &mut Stand| [&mut stand.client, &mut inside, &mut elsewhere].map(sizes);
    assert_eq!(told(&mut stand), [[101]; 3]);

    let relay = TcpListener::bind("127.0.0.1:0").unwrap();
    stand.share(&relay);
    stand.tell(102);
    assert_eq!(told(&mut stand), [vec![102], vec![], vec![102]]);
    let views = &stand.engine.terminals[&NO].views;
    assert_eq!(views.iter().map(|view| view.client).collect::<Vec<_>>(), [ClientNo(1), ClientNo(3)]);

    stand.engine.sessions.get_mut(&SessionNo(1)).unwrap().manage_from_inside = true;
    stand.tell(103);
    assert_eq!(told(&mut stand), [[103]; 3]);
}

/// Where guests' keys count is where the host's person looks, not where a program says that somebody does.
#[tokio::test]
async fn a_program_in_a_shared_terminal_does_not_look_for_the_host() {
    let mut stand = Stand::new("read end");
    let _inside = stand.door.open_for(Some(Origin::Unknown), Scope::Everything);
    stand.drive();
    for (client, (terminal, looked)) in stand.engine.clients.values_mut().zip([(NO, 2), (TerminalNo(2), 1)]) {
        (client.looking, client.looked) = (Some(terminal), looked);
    }
    assert_eq!(stand.engine.looked_at(), [NO, TerminalNo(2)], "the last look first");
    let relay = TcpListener::bind("127.0.0.1:0").unwrap();
    stand.share(&relay);
    assert_eq!(stand.engine.looked_at(), [NO]);
}

/// A process that is in no terminal.
fn elsewhere() -> Origin {
    Origin::Known { session: None, line: BTreeSet::new(), below: false }
}
