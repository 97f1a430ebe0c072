//! The engine that hosts: terminals, sessions and clients in one task, driven by one poll loop.
//!
//! ```text
//!  clients ── commands ──► ┌────────────┐ ◄── keys ── sessions ◄── line ── relay
//!        ◄── events ──── │ HostEngine │ ── output ──►  (one machine each)
//!                        └─────┬──────┘
//!             keys, resize ▼   │ output: to the clients first, then to the session, then to the screen
//!                        terminals (PTY, screen on a thread of its own)
//! ```
//!
//! One task owns all of it, so an echo crosses no thread and nothing is locked on its way. A pass looks at
//! everything once, takes at most one gathered read from each terminal, and comes again while anything moved.
//!
//! What one part of a pass moves may be what another part waits for without a waker: a client that took an event takes
//! further output, a view that handed bytes on lets the program be read, a program that took keys lets the next ones be
//! sent. So every part says whether it moved anything, the handing-on at the end included, and the engine sleeps only
//! after a pass in which nothing did ([`Awake`] checks it).

mod activity;
mod chat;
mod clients;
mod commands;
mod embedded;
mod keys;
mod panels;
mod screen_thread;
mod session;
mod sessions;
mod sharing;
mod state;
mod terminal;
mod terminals;
mod time;
mod translate;
mod view;

use std::{
    collections::BTreeMap,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use jumpseat_session::Millis;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, Sleep, sleep_until},
};

pub(crate) use self::clients::inside;
use self::{
    activity::ActivityLog,
    clients::{ClientConn, ClientNo},
    screen_thread::ScreenRequest,
    session::{Effect, Session},
    sharing::Starting,
    terminal::Terminal,
};
pub use self::{
    clients::ClientListener,
    embedded::{EmbeddedRelay, Owned, StartRelay},
};
use crate::{
    api::{SessionNo, TerminalNo},
    awake::Awake,
    panels::{forges::Forges, service::PanelService},
    runtime::folder::RuntimeFolder,
    transport::TransportSetup,
};

/// What an engine starts with.
pub struct HostSetup {
    /// How relays are reached.
    pub transport: TransportSetup,
    /// Starts a relay inside this process.
    pub start_relay: Option<StartRelay>,
    /// Where its private files lie.
    pub runtime: RuntimeFolder,
}

/// Terminals and sessions of one process. [`run`](Self::run) it on a runtime of your own; a current-thread
/// runtime is what it is made for.
pub struct HostEngine {
    setup: HostSetup,
    began: Instant,
    /// When the pass under way began.
    now: Millis,
    opened: mpsc::UnboundedReceiver<ClientConn>,
    clients: BTreeMap<ClientNo, ClientConn>,
    terminals: BTreeMap<TerminalNo, Terminal>,
    sessions: BTreeMap<SessionNo, Session>,
    /// Sessions whose embedded relay starts.
    starting: Vec<Starting>,
    /// What happened in each, for its log.
    activity: BTreeMap<SessionNo, ActivityLog>,
    /// Where panels are made, once any is shared.
    panel_service: Option<PanelService>,
    forges: Forges,
    timer: Pin<Box<Sleep>>,
    /// Numbers of what comes next, and of looks so far.
    next_client: u32,
    next_terminal: u32,
    next_session: u32,
    looks: u64,
    alive: watch::Sender<usize>,
    ending: Option<Instant>,
    #[cfg(debug_assertions)]
    shadow: state::Shadow,
    /// Kept to be used again.
    effects: Vec<Effect>,
}

impl HostEngine {
    /// An engine without anything in it, and the door for its clients.
    pub fn new(setup: HostSetup) -> (Self, ClientListener) {
        let (door, opened) = ClientListener::new();
        let now = Instant::now();
        let forges = Forges::new(setup.transport.clone());
        let engine = Self {
            setup,
            began: now,
            now: Millis(0),
            opened,
            clients: BTreeMap::new(),
            terminals: BTreeMap::new(),
            sessions: BTreeMap::new(),
            starting: Vec::new(),
            activity: BTreeMap::new(),
            panel_service: None,
            forges,
            timer: Box::pin(sleep_until(now)),
            next_client: 1,
            next_terminal: 1,
            next_session: 1,
            looks: 0,
            alive: watch::Sender::new(0),
            ending: None,
            #[cfg(debug_assertions)]
            shadow: state::Shadow::default(),
            effects: Vec::new(),
        };
        (engine, door)
    }

    /// How many terminals and sessions there are.
    pub fn alive(&self) -> watch::Receiver<usize> {
        self.alive.subscribe()
    }

    /// Runs until it is told to end, or nobody holds a client or a door any more.
    pub async fn run(mut self) {
        let awake = Awake::default();
        while !awake.watch(poll_fn(|cx| self.pass(cx))).await {}
    }

    /// One pass over everything. Ready when anything moved, with whether it is over.
    fn pass(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        self.look_at_clock();
        let mut moved = self.poll_clients(cx);
        moved |= self.poll_starting(cx);
        moved |= self.poll_sessions(cx);
        moved |= self.poll_terminals(cx);
        moved |= self.poll_panels(cx);
        moved |= self.poll_timer(cx);
        moved |= self.flush(cx);
        #[cfg(debug_assertions)]
        if !moved && !crate::awake::is_check() {
            self.check_state();
        }
        let over = self.is_over();
        if moved || over { Poll::Ready(over) } else { Poll::Pending }
    }

    /// Hands on what this pass gathered: output to clients, frames to lines, work to screens; whether anything moved.
    fn flush(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        let sessions: Vec<SessionNo> = self.sessions.keys().copied().collect();
        for no in sessions {
            moved |= self.act(cx, no);
            if let Some(session) = self.sessions.get_mut(&no) {
                session.line.flush(cx);
            }
        }
        for (no, terminal) in &mut self.terminals {
            for view in &mut terminal.views {
                while let Some(client) =
                    self.clients.get_mut(&view.client).filter(|client| client.takes_output())
                    && let Some(event) = view.take(*no, false)
                {
                    client.tell(event);
                    client.flush(cx);
                    moved = true;
                }
                if view.wants_picture() {
                    terminal.screen.ask(ScreenRequest::Picture { client: view.client, scrollback: true });
                    moved = true;
                }
            }
            terminal.screen.wake(cx);
        }
        moved |= self.tell_news();
        let (mut muted, mut lost) = (Vec::new(), Vec::new());
        for (no, client) in &mut self.clients {
            moved |= client.flush(cx);
            if client.just_muted() {
                muted.push(*no);
            }
            if client.is_lost() {
                lost.push(*no);
            }
        }
        moved |= !lost.is_empty();
        muted.into_iter().for_each(|no| self.hide(no));
        lost.into_iter().for_each(|no| self.let_go(no));
        moved
    }

    fn now(&self) -> Millis {
        self.now
    }

    fn look_at_clock(&mut self) {
        #[cfg(debug_assertions)]
        if crate::awake::is_check() {
            return;
        }
        self.now = Millis(self.began.elapsed().as_millis() as u64);
    }

    /// Tells how many terminals and sessions there are, once that changed.
    fn count(&self) {
        let running = self.terminals.values().filter(|terminal| !terminal.closed).count();
        let count = running + self.sessions.len() + self.starting.len();
        self.alive.send_if_modified(|alive| std::mem::replace(alive, count) != count);
    }
}

#[cfg(all(test, unix))]
mod tests;
