//! Tokio around a seat at somebody else's session: its connection to the relay, its owner, and further clients.
//!
//! One loop takes one thing that happens at a time. What it may wait for (room at the owner, the relay while the owner
//! keeps up) is decided again before each wait, so nothing that changes is forgotten ([`Awake`] checks it).

mod clients;

use std::{
    collections::HashMap,
    future::{pending, poll_fn},
    task::Poll,
    time::Duration,
};

use jumpseat_guest::{ClientId, RequestId, Seat, SeatConfig, SeatOutput};
use jumpseat_session::{Entropy, Millis};
use jumpseat_wire::CloseCode;
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use tracing::debug;

pub use self::clients::SeatListener;
use self::clients::{Clients, FromClient};
use crate::{
    api::{ApiError, ApiErrorKind, GuestClient, GuestCommand, GuestEvent, Reply},
    awake::Awake,
    client::{COMMANDS, Request},
    runtime::wall_clock,
    transport::{Address, ConnectionEvent, Dialer, RelayConnection, TransportSetup},
};

/// Events in the queue to the owner.
const EVENTS: usize = 256;

/// What a guest needs to get in.
#[derive(Clone, Debug)]
pub struct GuestSetup {
    /// The relay's address.
    pub relay: String,
    /// Which seat, and whose.
    pub seat: SeatConfig,
    /// How the relay is reached.
    pub transport: TransportSetup,
}

/// One seat. [`run`](Self::run) it on a runtime of your own.
pub struct GuestEngine {
    seat: Seat,
    line: RelayConnection,
    began: Instant,
    /// The line is closed for good.
    closed: bool,
    /// Its owner is gone.
    abandoned: bool,
    events: mpsc::Sender<GuestEvent>,
    commands: mpsc::Receiver<Request<GuestCommand>>,
    clients: Clients,
    /// Who waits for an answer.
    asked: HashMap<RequestId, oneshot::Sender<Result<Reply, ApiError>>>,
    requests: RequestId,
}

/// What the engine waits for.
enum Wakeup {
    Command(Option<Request<GuestCommand>>),
    Told,
    OwnerGone,
    Client(FromClient),
    Line(ConnectionEvent),
    Time,
}

impl GuestEngine {
    /// A seat that is not taken yet, and its owner: who drops it gives the seat up.
    ///
    /// # Errors
    /// An address, token or CA file that cannot be used.
    pub fn new(setup: GuestSetup) -> Result<(Self, GuestClient), ApiError> {
        let GuestSetup { relay, seat, transport } = setup;
        let (command_sender, commands) = mpsc::channel(COMMANDS);
        let (events, event_receiver) = mpsc::channel(EVENTS);
        let engine = Self {
            seat: Seat::new(seat, Entropy::system(), Millis(0))?,
            line: RelayConnection::new(Dialer::new(Address::parse(&relay)?, transport)),
            began: Instant::now(),
            closed: false,
            abandoned: false,
            events,
            commands,
            clients: Clients::default(),
            asked: HashMap::new(),
            requests: 0,
        };
        Ok((engine, GuestClient { commands: command_sender, events: event_receiver }))
    }

    /// Where further clients come in.
    pub fn listener(&self) -> SeatListener {
        self.clients.listener()
    }

    /// Runs until it is over, or its owner is gone.
    pub async fn run(mut self) {
        let awake = Awake::default();
        loop {
            self.act();
            if self.closed && !self.seat.has_event(ClientId::OWNER) {
                return self.clients.tell_the_last(&mut self.seat);
            }
            let happened = awake.watch(self.next()).await;
            let now = self.now();
            self.seat.set_wall_clock(wall_clock());
            match happened {
                Wakeup::Command(Some(request)) => self.command(now, ClientId::OWNER, request),
                Wakeup::Client(brought) => self.client_event(now, brought),
                Wakeup::Command(None) | Wakeup::OwnerGone => {
                    self.abandoned = true;
                    self.commands.close();
                    self.seat.abandon(now);
                }
                Wakeup::Told => {}
                Wakeup::Line(event) => self.line_event(now, event),
                Wakeup::Time => self.seat.tick(now),
            }
        }
    }

    async fn next(&mut self) -> Wakeup {
        let readable = self.seat.reads();
        let wake_at = self.seat.deadline(self.now()).map(|at| self.began + Duration::from_millis(at.0));
        let Self { commands, events, seat, line, closed, abandoned, clients, .. } = self;
        tokio::select! {
            biased;
            request = commands.recv(), if !*abandoned => Wakeup::Command(request),
            permit = room(events, seat.next_is_large(ClientId::OWNER)), if seat.has_event(ClientId::OWNER) => {
                match permit {
                    Some(permit) => {
                        if let Some(event) = seat.next_event(ClientId::OWNER) {
                            permit.send(event);
                        }
                        Wakeup::Told
                    }
                    None => Wakeup::OwnerGone,
                }
            },
            // In any order: neither holds the other up.
            happened = async {
                tokio::select! {
                    event = poll_fn(|cx| {
                        if readable {
                            return line.poll(cx);
                        }
                        // The owner is behind: keys still leave, nothing comes in.
                        line.flush(cx);
                        Poll::Pending
                    }), if !*closed => Wakeup::Line(event),
                    brought = poll_fn(|cx| clients.poll(seat, cx)) => Wakeup::Client(brought),
                    () = wait_until(wake_at) => Wakeup::Time,
                }
            } => happened,
        }
    }

    fn now(&self) -> Millis {
        Millis(self.began.elapsed().as_millis() as u64)
    }

    fn command(&mut self, now: Millis, client: ClientId, request: Request<GuestCommand>) {
        let Request { command, answer } = request;
        self.requests += 1;
        self.asked.insert(self.requests, answer);
        self.seat.command(now, client, self.requests, command);
    }

    fn client_event(&mut self, now: Millis, brought: FromClient) {
        match brought {
            FromClient::Opened(conn) => {
                let client = self.seat.open(conn.scope);
                self.clients.seat(client, conn);
            }
            FromClient::Asked(client, request) => self.command(now, client, request),
            FromClient::Gone(client) => {
                self.clients.let_go(client);
                self.seat.close(now, client);
            }
            FromClient::Told => {}
        }
    }

    fn line_event(&mut self, now: Millis, event: ConnectionEvent) {
        let result = match event {
            ConnectionEvent::Up => {
                self.seat.connected(now);
                Ok(())
            }
            ConnectionEvent::Text(text) => self.seat.relay_text(now, &text),
            ConnectionEvent::Frame(frame) => self.seat.relay_frame(now, &frame),
            ConnectionEvent::Down { code, failure, retry_in } => {
                self.down(now, code, failure, retry_in);
                Ok(())
            }
            ConnectionEvent::Closed => {
                self.closed = true;
                Ok(())
            }
        };
        if let Err(error) = result {
            debug!(%error, "the relay broke the protocol");
            let failure = ApiError::new(ApiErrorKind::Protocol, "the relay broke the protocol");
            if let ConnectionEvent::Down { code, failure, retry_in } = self.line.drop_connection(failure) {
                self.down(now, code, failure, retry_in);
            }
        }
    }

    fn down(&mut self, now: Millis, code: Option<CloseCode>, failure: ApiError, retry_in: Duration) {
        if let Some(pause) = self.seat.disconnected(now, code, failure, retry_in) {
            self.line.rest(pause);
        }
    }

    /// Does what the seat wants done.
    fn act(&mut self) {
        while let Some(output) = self.seat.poll() {
            match output {
                SeatOutput::Text(text) => self.line.send_text(text),
                SeatOutput::Frame(frame) => self.line.send_frame(frame),
                SeatOutput::Close => {
                    self.line.close();
                    // A line that does not stand is closed at once, and says nothing of it.
                    self.closed = !self.line.is_up();
                }
                SeatOutput::Answer { request, answer } => {
                    if let Some(asked) = self.asked.remove(&request) {
                        // Whoever asked may not care for the answer.
                        let _ = asked.send(answer);
                    }
                }
            }
        }
    }
}

/// Room for an event in the queue to the owner, for a large one once it is empty; nothing if the owner is gone.
async fn room(events: &mpsc::Sender<GuestEvent>, large: bool) -> Option<mpsc::Permit<'_, GuestEvent>> {
    if large {
        return events.reserve_many(events.max_capacity()).await.ok()?.next();
    }
    events.reserve().await.ok()
}

async fn wait_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => pending().await,
    }
}
