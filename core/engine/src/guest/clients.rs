//! Clients of a seat beside its owner: other programs of the same person, by the local socket.

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

/// Opens clients of a seat, from anywhere. They go with the seat; it does not stay for them.
#[derive(Clone)]
pub struct SeatListener {
    opened: mpsc::UnboundedSender<ClientConn>,
}

impl SeatListener {
    /// A further client, which may do so much. Without a seat it finds every command failing and no events.
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

/// The seat's end of one.
pub(super) struct ClientConn {
    pub(super) scope: Scope,
    requests: mpsc::Receiver<Request<GuestCommand>>,
    events: PollSender<GuestEvent>,
    /// Nobody takes its events any more.
    muted: bool,
}

/// What one of them brings.
pub(super) enum FromClient {
    Opened(ClientConn),
    Asked(ClientId, Request<GuestCommand>),
    /// Its process let go, or it is so far behind that it must start anew.
    Gone(ClientId),
    Told,
}

pub(super) struct Clients {
    listener: SeatListener,
    opened: mpsc::UnboundedReceiver<ClientConn>,
    here: BTreeMap<ClientId, ClientConn>,
    /// Who was heard last: one that asks without end holds up no other.
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

    /// The next thing that one of them brings, or that one was told what waited for it.
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
                // It may have asked for something before it went: that is still done.
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

    /// The seat is over: what they were told last goes as far as there is room.
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

/// Nobody holds the other end any more.
struct Closed;

impl ClientConn {
    /// Hands on what waits for it, as far as there is room; whether there was anything.
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
