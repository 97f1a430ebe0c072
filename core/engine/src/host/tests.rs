//! The engine's passes, driven by hand: a pass that sleeps has left nothing undone.

#![allow(clippy::unwrap_used)]

use std::task::Waker;

use tempfile::TempDir;

use super::{view::View, *};
use crate::{
    api::{HostClient, HostEvent, Size, TerminalNo},
    pty::program::Program,
    transport::{Proxies, TransportSetup},
};

const NO: TerminalNo = TerminalNo(1);
const SIZE: Size = Size { cols: 80, rows: 24 };

struct Stand {
    engine: HostEngine,
    client: HostClient,
    _door: ClientListener,
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
        let mut stand = Self { engine, client, _door: door, _folder: folder };
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
        let mut view = View::new(*self.engine.clients.keys().next().unwrap(), 1 << 20);
        view.picture(NO, SIZE, Vec::new()).unwrap();
        view.show(bytes);
        self.engine.terminals.get_mut(&NO).unwrap().views.push(view);
    }

    /// Lets as many events wait as keep output back.
    fn let_events_wait(&mut self) {
        let client = self.engine.clients.values_mut().next().unwrap();
        while client.takes_output() {
            client.tell(HostEvent::Titled { terminal: NO, title: "title".to_owned() });
        }
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
