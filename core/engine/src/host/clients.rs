//! The engine's ends of its clients: who asks, who is told, who looks at what.

use std::{
    collections::VecDeque,
    task::{Context, Poll},
};

use tokio::sync::mpsc;
use tokio_util::sync::PollSender;

use super::{HostEngine, state::Standing};
use crate::{
    api::{
        ApiError, ApiErrorKind, HostClient, HostCommand, HostEvent, Scope, StateUpdate, TerminalNo,
        state::{Dirty, HostPath},
    },
    client::{COMMANDS, Request},
    runtime::origin::Origin,
};

/// Commands of one client in one pass: all that can wait there, so that what takes something back counts in this pass.
const COMMANDS_IN_A_PASS: usize = COMMANDS;

/// Events in the queue to a client.
const EVENTS: usize = 64;

/// Events that wait here for a client that does not take them: beyond, it is let go.
const MAX_WAITING: usize = 4096;

/// Below so many waiting events output is added: the rest waits where it is gathered.
const FEW: usize = 8;

/// A client of this engine: counts up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct ClientNo(pub(super) u32);

/// Opens clients, from anywhere. The engine ends when nobody holds one of these or a client any more.
#[derive(Clone)]
pub struct ClientListener {
    clients: mpsc::UnboundedSender<ClientConn>,
}

impl ClientListener {
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<ClientConn>) {
        let (clients, opened) = mpsc::unbounded_channel();
        (Self { clients }, opened)
    }

    /// A further client, which may do everything. Without an engine it finds every command failing and no events.
    pub fn open(&self) -> HostClient {
        self.open_for(None, Scope::Everything)
    }

    /// A client for a process that runs there, which may do so much.
    pub(crate) fn open_for(&self, origin: Option<Origin>, scope: Scope) -> HostClient {
        let (commands, requests) = mpsc::channel(COMMANDS);
        let (events, told) = mpsc::channel(EVENTS);
        let end = ClientConn {
            requests,
            events: PollSender::new(events),
            waiting: VecDeque::new(),
            news: Dirty::default(),
            muted: false,
            hidden: false,
            scope,
            origin,
            looking: None,
            looked: 0,
        };
        // An engine that has ended drops it, and so says what is the case.
        let _ = self.clients.send(end);
        HostClient { commands, events: told }
    }

    /// Until the engine has ended.
    pub(crate) async fn closed(&self) {
        self.clients.closed().await;
    }
}

/// The engine's end of one client.
pub(super) struct ClientConn {
    requests: mpsc::Receiver<Request<HostCommand>>,
    events: PollSender<HostEvent>,
    waiting: VecDeque<HostEvent>,
    /// What of the state it was not told yet.
    pub(super) news: Dirty<HostPath>,
    /// Its receiver of events is gone. It gets no more events, but its commands are still performed.
    muted: bool,
    /// Its views were removed because it is muted.
    hidden: bool,
    /// What it may do.
    pub(super) scope: Scope,
    /// Where its process runs, for one that came by the local socket.
    pub(super) origin: Option<Origin>,
    /// What its person has in front, and since which look of all.
    pub(super) looking: Option<TerminalNo>,
    pub(super) looked: u64,
}

impl ClientConn {
    /// The next command; nothing once the client is gone.
    pub(super) fn poll_request(&mut self, cx: &mut Context<'_>) -> Poll<Option<Request<HostCommand>>> {
        self.requests.poll_recv(cx)
    }

    /// Whether output may be added.
    pub(super) fn takes_output(&self) -> bool {
        self.waiting.len() < FEW
    }

    pub(super) fn tell(&mut self, event: HostEvent) {
        if !self.muted {
            self.waiting.push_back(event);
        }
    }

    /// Queues the changes of the state since its last update.
    fn tell_news(&mut self, standing: &Standing<'_>) {
        let scope = self.scope;
        let update = self.news.update(|place| standing.value(place, scope));
        self.waiting.extend(update.filter(|_| !self.muted).map(HostEvent::State));
    }

    /// Hands events on; whether there was one that could be.
    pub(super) fn flush(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        while !self.waiting.is_empty() {
            match self.events.poll_reserve(cx) {
                Poll::Ready(Ok(())) => {
                    moved = true;
                    if let Some(event) = self.waiting.pop_front()
                        && self.events.send_item(event).is_err()
                    {
                        self.mute();
                    }
                }
                Poll::Ready(Err(_)) => {
                    moved = true;
                    self.mute();
                }
                Poll::Pending => break,
            }
        }
        moved
    }

    fn mute(&mut self) {
        self.muted = true;
        self.waiting.clear();
    }

    /// Whether it became muted since the last call.
    pub(super) fn just_muted(&mut self) -> bool {
        self.muted && !std::mem::replace(&mut self.hidden, true)
    }

    /// Whether it gets no more events.
    pub(super) fn is_muted(&self) -> bool {
        self.muted
    }

    /// Whether it is too far behind and has to reconnect.
    pub(super) fn is_lost(&self) -> bool {
        self.waiting.len() > MAX_WAITING
    }

    pub(super) fn is_told(&self) -> bool {
        self.waiting.is_empty()
    }
}

impl HostEngine {
    pub(super) fn poll_clients(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        loop {
            match self.opened.poll_recv(cx) {
                Poll::Ready(Some(client)) => {
                    self.clients.insert(ClientNo(self.next_client), client);
                    self.next_client += 1;
                    moved = true;
                }
                Poll::Ready(None) if self.clients.values().all(ClientConn::is_muted) => {
                    moved |= self.end(cx);
                    break;
                }
                _ => break,
            }
        }
        for no in self.clients.keys().copied().collect::<Vec<_>>() {
            moved |= self.poll_client(cx, no);
        }
        moved
    }

    fn poll_client(&mut self, cx: &mut Context<'_>, no: ClientNo) -> bool {
        let mut moved = false;
        for _ in 0..COMMANDS_IN_A_PASS {
            let Some(client) = self.clients.get_mut(&no) else { return true };
            match client.poll_request(cx) {
                Poll::Ready(Some(request)) => self.perform(cx, no, request),
                Poll::Ready(None) => {
                    self.let_go(no);
                    return true;
                }
                Poll::Pending => return moved,
            }
            moved = true;
        }
        moved
    }

    /// Forgets a client: nothing waits for it any more.
    pub(super) fn let_go(&mut self, no: ClientNo) {
        self.clients.remove(&no);
        self.hide(no);
    }

    /// Removes a client's views and its focus.
    pub(super) fn hide(&mut self, no: ClientNo) {
        for terminal in self.terminals.values_mut() {
            terminal.views.retain(|view| view.client != no);
        }
        if let Some(client) = self.clients.get_mut(&no) {
            client.looking = None;
        }
        self.look();
    }

    /// Tells each session which of its terminals the host's person has in front: the last look of all clients.
    pub(super) fn look(&mut self) {
        let now = self.now();
        let looked_at = self.looked_at();
        let mut changed = Vec::new();
        for session in self.sessions.values_mut() {
            let seen = looked_at.iter().find_map(|terminal| Some((*terminal, session.stream(*terminal)?)));
            session.host.looking(now, seen.map(|(_, stream)| stream));
            let terminal = seen.map(|(terminal, _)| terminal);
            if std::mem::replace(&mut session.looking, terminal) != terminal {
                changed.push(session.no);
            }
        }
        changed.into_iter().for_each(|no| self.mark(HostPath::Looking(no)));
    }

    /// What the clients have in front, the last look first. A program in a shared terminal looks for nobody.
    pub(super) fn looked_at(&self) -> Vec<TerminalNo> {
        let standing = Standing::new(&self.terminals, &self.sessions, None);
        let outside = self.clients.values().filter(|client| !standing.is_inside(client.origin.as_ref()));
        let mut looks: Vec<(u64, TerminalNo)> =
            outside.filter_map(|client| Some((client.looked, client.looking?))).collect();
        looks.sort_unstable();
        looks.into_iter().rev().map(|(_, terminal)| terminal).collect()
    }

    /// Something changed there.
    pub(super) fn mark(&mut self, place: HostPath) {
        for client in self.clients.values_mut() {
            client.news.mark(place);
        }
        #[cfg(debug_assertions)]
        self.shadow.mark(place);
    }

    /// Queues an event for every client, after its pending state update.
    pub(super) fn tell(&mut self, event: &HostEvent) {
        let Self { clients, terminals, sessions, panel_service, .. } = self;
        let standing = Standing::new(terminals, sessions, panel_service.as_ref());
        for client in clients.values_mut().filter(|client| !standing.is_inside(client.origin.as_ref())) {
            client.tell_news(&standing);
            client.tell(event.clone());
        }
    }

    /// The whole state for one client. Its pending update is queued first.
    pub(super) fn whole_state(&mut self, no: ClientNo) -> StateUpdate {
        let Self { clients, terminals, sessions, panel_service, .. } = self;
        let standing = Standing::new(terminals, sessions, panel_service.as_ref());
        match clients.get_mut(&no) {
            Some(client) => {
                client.tell_news(&standing);
                client.news.whole(standing.value(HostPath::All, client.scope))
            }
            None => Dirty::<HostPath>::default().whole(standing.value(HostPath::All, Scope::Read)),
        }
    }

    /// Queues state updates for the clients that keep up. Returns whether there were any.
    pub(super) fn tell_news(&mut self) -> bool {
        let Self { clients, terminals, sessions, panel_service, .. } = self;
        let standing = Standing::new(terminals, sessions, panel_service.as_ref());
        let mut told = false;
        for client in clients.values_mut().filter(|client| client.news.is_dirty() && client.takes_output()) {
            if !standing.is_inside(client.origin.as_ref()) {
                client.tell_news(&standing);
                told = true;
            }
        }
        told
    }

    /// Why a client's command is refused: its scope does not include it, or its process runs in a shared terminal.
    pub(super) fn refusal(&self, no: ClientNo, command: &HostCommand) -> Option<ApiError> {
        let client = self.clients.get(&no)?;
        if let Err(failure) = client.scope.allows(command.scope()) {
            return Some(failure);
        }
        Standing::new(&self.terminals, &self.sessions, None).is_inside(client.origin.as_ref()).then(inside)
    }

    /// Takes the views of clients whose processes run in a terminal that came to be shared.
    pub(super) fn put_inside_out(&mut self) {
        let standing = Standing::new(&self.terminals, &self.sessions, None);
        let inside = self.clients.iter().filter(|(_, client)| standing.is_inside(client.origin.as_ref()));
        let inside: Vec<ClientNo> = inside.map(|(no, _)| *no).collect();
        for terminal in self.terminals.values_mut() {
            terminal.views.retain(|view| !inside.contains(&view.client));
        }
    }
}

/// The refusal for programs inside a shared terminal.
pub(crate) fn inside() -> ApiError {
    ApiError::new(ApiErrorKind::Inside, "a program in a shared terminal cannot see or change what is shared").hint(
        "use another terminal or the overlay; `jumpseat share --manage-from-inside` lets everyone who may type \
         there do it, guests too",
    )
}
