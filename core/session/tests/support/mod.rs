//! A host, its guests and an honest relay in one process, under virtual time.
//!
//! A terminal here is its own history: what was printed is what is shown, a full snapshot is all of it and
//! a glimpse its last bytes.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its own part; tests may panic")]

use std::collections::{BTreeMap, VecDeque};

use jumpseat_session::{
    Admission, Entropy, GuestCard, Invite, InviteTerms, Millis, Role, Scope, StreamId,
    guest::{Guest, GuestConfig, GuestEvent, GuestOutput, TerminalChange},
    host::{Host, HostConfig, HostEvent, HostOutput},
};
use jumpseat_wire::{
    Blob, FrameHeader, FrameKind, InviteCode, KnockId, Slot,
    control::{self, GuestToRelay, Hello, HostToRelay, RelayToGuest, RelayToHost},
};

/// How much of the past a full snapshot holds, in bytes: more than a window takes.
pub(crate) const HISTORY: usize = 3_000_000;

pub(crate) struct World {
    now: Millis,
    host: Host,
    stream: StreamId,
    screen: Vec<u8>,
    typed: Vec<(Slot, Vec<u8>)>,
    host_events: Vec<HostEvent>,
    host_up: bool,
    guests: Vec<Place>,
    relay: Relay,
}

pub(crate) struct Place {
    pub(crate) guest: Guest,
    pub(crate) shown: Vec<u8>,
    pub(crate) events: Vec<GuestEvent>,
    pub(crate) up: bool,
    pub(crate) received: usize,
}

/// The least that an honest relay does.
#[derive(Default)]
struct Relay {
    bundle: Blob,
    next_knock: KnockId,
    knocks: BTreeMap<KnockId, usize>,
    seats: BTreeMap<Slot, usize>,
    ring: VecDeque<Vec<u8>>,
    next: u64,
    code: Option<InviteCode>,
}

impl World {
    pub(crate) fn new() -> Self {
        let now = Millis(1_000_000);
        let mut host = Host::new(HostConfig::new("Ann", 0), Entropy::seeded(1), now);
        let stream = host.open_terminal(now, "bash", 80, 24).unwrap();
        let mut world = Self {
            now,
            host,
            stream,
            screen: Vec::new(),
            typed: Vec::new(),
            host_events: Vec::new(),
            host_up: false,
            guests: Vec::new(),
            relay: Relay { code: Some(InviteCode::from_random([7; 5])), ..Relay::default() },
        };
        world.connect_host();
        world.run();
        world
    }

    pub(crate) fn now(&self) -> Millis {
        self.now
    }

    pub(crate) fn as_host(&mut self, act: impl FnOnce(&mut Host, Millis)) {
        act(&mut self.host, self.now);
        self.run();
    }

    pub(crate) fn as_guest(&mut self, index: usize, act: impl FnOnce(&mut Guest, Millis)) {
        act(&mut self.guests[index].guest, self.now);
        self.run();
    }

    /// What everyone should see.
    pub(crate) fn screen(&self) -> &[u8] {
        tail(&self.screen)
    }

    pub(crate) fn shown(&self, guest: usize) -> &[u8] {
        tail(&self.guests[guest].shown)
    }

    pub(crate) fn received(&self, guest: usize) -> usize {
        self.guests[guest].received
    }

    pub(crate) fn typed(&self) -> &[(Slot, Vec<u8>)] {
        &self.typed
    }

    pub(crate) fn invite(&mut self, role: Role) -> Invite {
        let terms = InviteTerms { role, admission: Admission::Open, expires_in: None, max_uses: None };
        self.host.create_invite(self.now, terms).unwrap()
    }

    pub(crate) fn knock(&mut self, name: &str, invite: &Invite) -> usize {
        let config = GuestConfig {
            code: self.relay.code.unwrap(),
            token: invite.token.clone(),
            card: GuestCard { name: name.into(), program: "test".into() },
            key_timing: false,
        };
        let guest = Guest::new(config, Entropy::seeded(100 + self.guests.len() as u64), self.now);
        self.guests.push(Place { guest, shown: Vec::new(), events: Vec::new(), up: false, received: 0 });
        let index = self.guests.len() - 1;
        self.connect_guest(index);
        self.run();
        index
    }

    pub(crate) fn join(&mut self, name: &str, invite: &Invite) -> usize {
        let index = self.knock(name, invite);
        self.saw_guest(index, |event| matches!(event, GuestEvent::Joined { .. }));
        index
    }

    pub(crate) fn print(&mut self, bytes: &[u8]) {
        self.screen.extend_from_slice(bytes);
        self.host.output(self.now, self.stream, bytes);
        self.run();
    }

    pub(crate) fn look(&mut self, looking: bool) {
        self.host.looking(self.now, looking.then_some(self.stream));
        self.run();
    }

    pub(crate) fn type_as(&mut self, guest: usize, bytes: &[u8]) {
        self.guests[guest].guest.input(self.now, self.stream, bytes).unwrap();
        self.run();
    }

    #[track_caller]
    pub(crate) fn saw_guest(&mut self, guest: usize, what: impl Fn(&GuestEvent) -> bool) {
        let events = &self.guests[guest].events;
        assert!(events.iter().any(what), "{events:?}");
    }

    #[track_caller]
    pub(crate) fn saw_host(&mut self, what: impl Fn(&HostEvent) -> bool) {
        assert!(self.host_events.iter().any(what), "{:?}", self.host_events);
    }

    /// Lets time pass, one millisecond at a time.
    pub(crate) fn pass(&mut self, ms: u64) {
        for _ in 0..ms {
            self.now = Millis(self.now.0 + 1);
            if self.host.deadline(self.now).is_some_and(|at| at <= self.now) {
                self.host.tick(self.now);
            }
            for place in &mut self.guests {
                if place.guest.deadline(self.now).is_some_and(|at| at <= self.now) {
                    place.guest.tick(self.now);
                }
            }
            self.run();
        }
    }

    pub(crate) fn connect_host(&mut self) {
        self.host_up = true;
        self.host.connected(self.now);
    }

    pub(crate) fn drop_host(&mut self) {
        self.host_up = false;
        self.host.disconnected(self.now, None);
    }

    pub(crate) fn connect_guest(&mut self, index: usize) {
        self.guests[index].up = true;
        self.guests[index].guest.connected(self.now);
    }

    pub(crate) fn drop_guest(&mut self, index: usize) {
        self.guests[index].up = false;
        self.guests[index].guest.disconnected(self.now, None);
        if let Some(slot) = self.guests[index].guest.slot() {
            self.tell_host(&RelayToHost::Absent { slot });
        }
    }

    /// The relay loses everything but its name.
    pub(crate) fn restart_relay(&mut self) {
        self.relay = Relay { code: self.relay.code, ..Relay::default() };
        self.host_up = false;
        self.host.disconnected(self.now, None);
        self.host.connected(self.now);
        while self.host.poll().is_some() {}
        self.host.disconnected(self.now, Some(jumpseat_wire::CloseCode::NotFound));
        for place in &mut self.guests {
            place.up = false;
            place.guest.disconnected(self.now, None);
        }
    }

    /// Moves everything that is under way until nothing is.
    pub(crate) fn run(&mut self) {
        loop {
            let mut moved = false;
            while let Some(output) = self.host.poll() {
                moved = true;
                self.host_did(output);
            }
            for index in 0..self.guests.len() {
                while let Some(output) = self.guests[index].guest.poll() {
                    moved = true;
                    self.guest_did(index, output);
                }
            }
            if !moved {
                break;
            }
        }
    }

    fn host_did(&mut self, output: HostOutput) {
        match output {
            HostOutput::Text(text) if self.host_up => self.relay_from_host(&text),
            HostOutput::Frame(frame) if self.host_up => self.relay_frame_from_host(frame.to_vec()),
            HostOutput::Text(_) | HostOutput::Frame(_) => panic!("sent without a connection"),
            HostOutput::Close => self.host_up = false,
            HostOutput::Input { slot, bytes, .. } => self.typed.push((slot, bytes)),
            HostOutput::Snapshot { scope, ticket, .. } => {
                let start =
                    self.screen.len().saturating_sub(if scope == Scope::Full { HISTORY } else { 100 });
                let bytes = self.screen[start..].to_vec();
                self.host.snapshot_ready(self.now, ticket, bytes.into());
            }
            HostOutput::Event(event) => self.host_events.push(event),
        }
    }

    fn guest_did(&mut self, index: usize, output: GuestOutput) {
        match output {
            GuestOutput::Text(text) if self.guests[index].up => self.relay_from_guest(index, &text),
            GuestOutput::Frame(frame) if self.guests[index].up => {
                self.host.relay_frame(self.now, &frame).unwrap();
            }
            GuestOutput::Text(_) | GuestOutput::Frame(_) => panic!("sent without a connection"),
            GuestOutput::Close => self.guests[index].up = false,
            GuestOutput::Terminal { change, .. } => match change {
                TerminalChange::Output(bytes) => self.guests[index].shown.extend(bytes),
                TerminalChange::Resize { .. } => {}
                TerminalChange::Snapshot { data, .. } => self.guests[index].shown = data,
            },
            GuestOutput::Event(event) => self.guests[index].events.push(event),
        }
    }

    fn tell_host(&mut self, message: &RelayToHost) {
        if self.host_up {
            self.host.relay_text(self.now, &control::encode(message)).unwrap();
        }
    }

    fn tell_guest(&mut self, index: usize, message: &RelayToGuest) {
        let place = &mut self.guests[index];
        if place.up {
            place.guest.relay_text(self.now, &control::encode(message)).unwrap();
        }
    }

    fn frame_to_guest(&mut self, index: usize, frame: &[u8]) {
        let place = &mut self.guests[index];
        if place.up {
            place.received += frame.len();
            place.guest.relay_frame(self.now, frame).unwrap();
        }
    }

    fn relay_from_host(&mut self, text: &str) {
        if let Ok(hello) = control::decode::<Hello>(text) {
            match hello {
                Hello::Open { bundle, .. } => {
                    self.relay.bundle = bundle;
                    let code = self.relay.code.unwrap();
                    self.tell_host(&RelayToHost::Opened { code, expires_in: 1, max_guests: 20 });
                }
                Hello::Return { .. } => {
                    let group = self.relay.next;
                    self.tell_host(&RelayToHost::Returned { group });
                    for (slot, index) in self.relay.seats.clone() {
                        if self.guests[index].up {
                            self.tell_host(&RelayToHost::Present { slot, pair: 0 });
                        }
                    }
                }
                _ => panic!("a guest's hello"),
            }
            return;
        }
        match control::decode::<HostToRelay>(text).unwrap() {
            HostToRelay::Welcome { knock, seat, data } => {
                let index = self.relay.knocks.remove(&knock).unwrap();
                self.relay.seats.insert(seat.slot, index);
                self.tell_guest(index, &RelayToGuest::Welcome { data });
                self.tell_host(&RelayToHost::Present { slot: seat.slot, pair: 0 });
            }
            HostToRelay::Refuse { knock, data, .. } => {
                let index = self.relay.knocks.remove(&knock).unwrap();
                self.tell_guest(index, &RelayToGuest::Refused { data });
            }
            HostToRelay::Ack { slot, pair } => {
                if let Some(index) = self.relay.seats.get(&slot) {
                    self.tell_guest(*index, &RelayToGuest::Acked { pair });
                }
            }
            HostToRelay::Remove { slot } => {
                self.relay.seats.remove(&slot);
            }
            HostToRelay::End => self.relay.seats.clear(),
        }
    }

    fn relay_frame_from_host(&mut self, frame: Vec<u8>) {
        let (header, _) = FrameHeader::decode(&frame).unwrap();
        if header.kind == FrameKind::ToGuest {
            if let Some(index) = self.relay.seats.get(&header.slot) {
                self.frame_to_guest(*index, &frame);
            }
            return;
        }
        if header.seq < self.relay.next {
            return;
        }
        self.relay.next = header.seq + 1;
        for index in self.relay.seats.values().copied().collect::<Vec<_>>() {
            self.frame_to_guest(index, &frame);
        }
        self.relay.ring.push_back(frame);
        self.tell_host(&RelayToHost::Ack { group: header.seq + 1 });
    }

    fn relay_from_guest(&mut self, index: usize, text: &str) {
        if let Ok(hello) = control::decode::<Hello>(text) {
            match hello {
                Hello::LookUp { .. } => {
                    let bundle = self.relay.bundle.clone();
                    self.tell_guest(index, &RelayToGuest::Bundle { bundle, host_present: true });
                }
                Hello::TakeSeat { slot, group, pair, .. } => {
                    self.relay.seats.insert(slot, index);
                    self.tell_guest(index, &RelayToGuest::Seated { host_present: true });
                    self.tell_host(&RelayToHost::Present { slot, pair });
                    for frame in self.relay.ring.clone() {
                        if FrameHeader::decode(&frame).unwrap().0.seq >= group {
                            self.frame_to_guest(index, &frame);
                        }
                    }
                }
                _ => panic!("a host's hello"),
            }
            return;
        }
        match control::decode::<GuestToRelay>(text).unwrap() {
            GuestToRelay::Knock { data } => {
                self.relay.next_knock += 1;
                let knock = self.relay.next_knock;
                self.relay.knocks.insert(knock, index);
                self.tell_host(&RelayToHost::Knock { knock, data });
            }
            GuestToRelay::Ack { pair, .. } => {
                let slot = self.guests[index].guest.slot().unwrap();
                self.tell_host(&RelayToHost::Acked { slot, pair });
            }
        }
    }
}

fn tail(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.len().saturating_sub(HISTORY)..]
}
