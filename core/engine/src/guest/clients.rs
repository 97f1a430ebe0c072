//! Clients of a seat other than its owner: programs of the same person that connect through the local socket.

use std::{
    collections::BTreeMap,
    task::{Context, Poll},
};

use jumpseat_guest::{ClientId, Seat};
use tokio::sync::mpsc;
use tokio_util::sync::PollSender;

use crate::{
    api::{GuestClient, GuestCommand, GuestEvent, Scope},
    client::{COMMANDS, Request},
};

/// Events in the queue to a client.
const EVENTS: usize = 64;

/// Opens clients of a seat from any task. They are closed with the seat and do not keep it open.
#[derive(Clone)]
pub struct SeatListener {
    opened: mpsc::UnboundedSender<ClientConn>,
}

impl SeatListener {
    /// Opens a client with this scope. If the seat is gone, its commands fail and it gets no events.
    pub fn open(&self, scope: Scope) -> GuestClient {
        let (commands, requests) = mpsc::channel(COMMANDS);
        let (events, told) = mpsc::channel(EVENTS);
        let _ =
            self.opened.send(ClientConn { scope, requests, events: PollSender::new(events), muted: false });
        GuestClient { commands, events: told }
    }

    /// Until the seat is gone.
    pub(crate) async fn closed(&self) {
        self.opened.closed().await;
    }
}

/// The seat's end of one client.
pub(super) struct ClientConn {
    pub(super) scope: Scope,
    requests: mpsc::Receiver<Request<GuestCommand>>,
    events: PollSender<GuestEvent>,
    /// Its receiver of events is gone.
    muted: bool,
}

/// An event from one of the clients.
pub(super) enum FromClient {
    Opened(ClientConn),
    Asked(ClientId, Request<GuestCommand>),
    /// It disconnected, or is too far behind and has to reconnect.
    Gone(ClientId),
    Told,
}

pub(super) struct Clients {
    listener: SeatListener,
    opened: mpsc::UnboundedReceiver<ClientConn>,
    here: BTreeMap<ClientId, ClientConn>,
    /// Whose command was taken last, so that one client cannot starve the others.
    last: Option<ClientId>,
}

impl Default for Clients {
    fn default() -> Self {
        let (sender, opened) = mpsc::unbounded_channel();
        Self { listener: SeatListener { opened: sender }, opened, here: BTreeMap::new(), last: None }
    }
}

impl Clients {
    pub(super) fn listener(&self) -> SeatListener {
        self.listener.clone()
    }

    pub(super) fn seat(&mut self, client: ClientId, conn: ClientConn) {
        self.here.insert(client, conn);
    }

    pub(super) fn let_go(&mut self, client: ClientId) {
        self.here.remove(&client);
    }

    /// Polls all clients once: takes the next event, and hands queued events to those with room.
    pub(super) fn poll(&mut self, seat: &mut Seat, cx: &mut Context<'_>) -> Poll<FromClient> {
        if let Poll::Ready(Some(conn)) = self.opened.poll_recv(cx) {
            return Poll::Ready(FromClient::Opened(conn));
        }
        let mut told = false;
        let clients: Vec<ClientId> = self.here.keys().copied().collect();
        let (later, first) = clients.split_at(clients.partition_point(|client| Some(*client) <= self.last));
        for client in first.iter().chain(later).copied() {
            let Some(conn) = self.here.get_mut(&client) else { continue };
            match conn.tell(client, seat, cx) {
                Ok(moved) => told |= moved,
                // Commands that it sent before it disconnected are still performed.
                Err(Closed) => conn.muted = true,
            }
            if !conn.muted && seat.is_lost(client) {
                return Poll::Ready(FromClient::Gone(client));
            }
            match conn.requests.poll_recv(cx) {
                Poll::Ready(Some(request)) => {
                    self.last = Some(client);
                    return Poll::Ready(FromClient::Asked(client, request));
                }
                Poll::Ready(None) => return Poll::Ready(FromClient::Gone(client)),
                Poll::Pending => {}
            }
        }
        if told { Poll::Ready(FromClient::Told) } else { Poll::Pending }
    }

    /// Hands on the last events of a seat that ended, as far as the queues have room.
    pub(super) fn tell_the_last(&mut self, seat: &mut Seat) {
        for (client, conn) in &self.here {
            let Some(events) = conn.events.get_ref() else { continue };
            while let Ok(permit) = events.try_reserve()
                && let Some(event) = seat.next_event(*client)
            {
                permit.send(event);
            }
        }
    }
}

/// The client's receiver of events is gone.
struct Closed;

impl ClientConn {
    /// Hands on queued events as far as there is room. Returns whether any were sent.
    fn tell(&mut self, client: ClientId, seat: &mut Seat, cx: &mut Context<'_>) -> Result<bool, Closed> {
        let mut told = false;
        while !self.muted && seat.has_event(client) {
            match self.events.poll_reserve(cx) {
                Poll::Ready(Ok(())) => {
                    if let Some(event) = seat.next_event(client) {
                        self.events.send_item(event).map_err(|_| Closed)?;
                        told = true;
                    }
                }
                Poll::Ready(Err(_)) => return Err(Closed),
                Poll::Pending => break,
            }
        }
        Ok(told)
    }
}
