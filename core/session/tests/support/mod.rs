//! A host, its guests and a relay in one process, under virtual time. The relay is honest unless a test
//! [tampers](World::tamper) with what it delivers or [injects](World::inject) something of its own.
//!
//! A terminal here is its own history: what was printed is what is shown, a full snapshot is all of it and
//! a glimpse its last bytes. So is a panel; contents are what [`World::published`] says.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its own part; tests may panic")]

pub(crate) mod relay;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jumpseat_session::{
    Admission, Entropy, GuestCard, GuestKey, Invite, InviteTerms, Millis, PanelId, Role, Scope, SessionError,
    StreamId, Token, TransferId, TransferKind, TransferRefusal, TransferRequest,
    guest::{ContentChange, Guest, GuestConfig, GuestEvent, GuestOutput, PanelChange, TerminalChange},
    host::{Host, HostConfig, HostEvent, HostOutput, TransferTicket},
};
use jumpseat_wire::{
    CloseCode, FrameKind, InviteCode, Slot,
    control::{self, RelayToHost},
};
use relay::{Body, Delivery, Relay, To, Verdict};

/// How much of the past a full snapshot holds, in bytes: more than a window takes.
pub(crate) const HISTORY: usize = 3_000_000;

/// What a hostile relay makes of a delivery.
type Tamper = Box<dyn FnMut(Delivery) -> Vec<Delivery>>;

pub(crate) struct World {
    now: Millis,
    pub(crate) host: Host,
    pub(crate) stream: StreamId,
    screen: Vec<u8>,
    looking: bool,
    typed: Vec<(Slot, Vec<u8>)>,
    panels: BTreeMap<PanelId, Vec<u8>>,
    /// What can be fetched.
    pub(crate) published: BTreeMap<(PanelId, String), Vec<u8>>,
    /// What the host was asked for.
    pub(crate) asked: Vec<(Slot, TransferTicket, TransferRequest)>,
    /// Fetches are answered at once.
    pub(crate) answers: bool,
    /// Guests who knock from now on hide the timing of their keys.
    pub(crate) key_timing: bool,
    /// The key that guests knock with from now on.
    pub(crate) key: Option<GuestKey>,
    pub(crate) host_events: Vec<HostEvent>,
    pub(crate) host_up: bool,
    pub(crate) guests: Vec<Place>,
    pub(crate) relay: Relay,
    on_the_way: VecDeque<Delivery>,
    tamper: Option<Tamper>,
    /// Everything that the relay was given to deliver, before it was tampered with.
    pub(crate) log: Vec<Delivery>,
    /// What machines thought of what they were given; an honest relay gets no complaints.
    pub(crate) errors: Vec<SessionError>,
}

pub(crate) struct Place {
    pub(crate) guest: Guest,
    pub(crate) shown: Vec<u8>,
    pub(crate) events: Vec<GuestEvent>,
    pub(crate) up: bool,
    pub(crate) received: usize,
    pub(crate) panels: BTreeMap<PanelId, Vec<u8>>,
    pub(crate) listed: BTreeSet<PanelId>,
    pub(crate) fetched: Vec<(TransferId, ContentChange)>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::seeded(1)
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        let now = Millis(1_000_000);
        let mut host = Host::new(HostConfig::new("Ann", 0), Entropy::seeded(seed), now);
        let stream = host.open_terminal(now, "bash", 80, 24).unwrap();
        let mut world = Self {
            now,
            host,
            stream,
            screen: Vec::new(),
            looking: false,
            typed: Vec::new(),
            panels: BTreeMap::new(),
            published: BTreeMap::new(),
            asked: Vec::new(),
            answers: true,
            key_timing: false,
            key: None,
            host_events: Vec::new(),
            host_up: false,
            guests: Vec::new(),
            relay: Relay::new(InviteCode::from_random([7; 5])),
            on_the_way: VecDeque::new(),
            tamper: None,
            log: Vec::new(),
            errors: Vec::new(),
        };
        world.connect_host();
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

    pub(crate) fn slot(&self, guest: usize) -> Slot {
        self.guests[guest].guest.slot().unwrap()
    }

    pub(crate) fn invite(&mut self, role: Role) -> Invite {
        self.invite_with(InviteTerms { role, admission: Admission::Open, expires_in: None, max_uses: None })
    }

    pub(crate) fn invite_with(&mut self, terms: InviteTerms) -> Invite {
        self.host.create_invite(self.now, terms).unwrap()
    }

    pub(crate) fn knock(&mut self, name: &str, invite: &Invite) -> usize {
        let config = GuestConfig {
            code: self.relay.code.unwrap(),
            token: invite.token.clone(),
            card: GuestCard { name: name.into(), program: "test".into() },
            key: self.key.clone(),
            key_timing: self.key_timing,
        };
        let guest = Guest::new(config, Entropy::seeded(100 + self.guests.len() as u64), self.now);
        self.guests.push(Place {
            guest,
            shown: Vec::new(),
            events: Vec::new(),
            up: false,
            received: 0,
            panels: BTreeMap::new(),
            listed: BTreeSet::new(),
            fetched: Vec::new(),
        });
        let index = self.guests.len() - 1;
        self.connect_guest(index);
        index
    }

    /// Somebody knocks by a token that came another way.
    pub(crate) fn knock_with(&mut self, name: &str, token: &Token) -> usize {
        let mut invite = self.host.invites().next().unwrap().clone();
        invite.token = token.clone();
        self.knock(name, &invite)
    }

    #[track_caller]
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

    pub(crate) fn resize(&mut self, cols: u16, rows: u16) {
        self.screen.extend(size(cols, rows));
        self.host.resize(self.now, self.stream, cols, rows);
        self.run();
    }

    pub(crate) fn share_panel(&mut self, panel: PanelId) {
        self.panels.entry(panel).or_default();
        self.as_host(|host, now| host.share_panel(now, panel).unwrap());
    }

    pub(crate) fn unshare_panel(&mut self, panel: PanelId) {
        self.panels.remove(&panel);
        self.as_host(|host, now| host.unshare_panel(now, panel));
    }

    pub(crate) fn change_panel(&mut self, panel: PanelId, change: &[u8]) {
        if let Some(document) = self.panels.get_mut(&panel) {
            document.extend_from_slice(change);
        }
        self.as_host(|host, now| host.panel_changed(now, panel, change));
    }

    /// What everyone should see of panels.
    pub(crate) fn panels(&self) -> &BTreeMap<PanelId, Vec<u8>> {
        &self.panels
    }

    pub(crate) fn fetch(&mut self, guest: usize, panel: PanelId, reference: &str) -> TransferId {
        let mut id = None;
        let request =
            TransferRequest { of: TransferKind::Panel(panel), reference: reference.into(), having: None };
        self.as_guest(guest, |guest, now| id = Some(guest.transfer(now, request).unwrap()));
        id.unwrap()
    }

    /// How a fetch ended.
    pub(crate) fn fetched(&self, guest: usize, fetch: TransferId) -> Option<&ContentChange> {
        let fetched = &self.guests[guest].fetched;
        let ends = |change: &ContentChange| !matches!(change, ContentChange::Progress { .. });
        fetched.iter().find(|(id, change)| *id == fetch && ends(change)).map(|(_, change)| change)
    }

    pub(crate) fn look(&mut self, looking: bool) {
        self.looking = looking;
        self.host.looking(self.now, looking.then_some(self.stream));
        self.run();
    }

    pub(crate) fn type_as(&mut self, guest: usize, bytes: &[u8]) {
        self.guests[guest].guest.input(self.now, self.stream, bytes).unwrap();
        self.run();
    }

    #[track_caller]
    pub(crate) fn saw_guest(&self, guest: usize, what: impl Fn(&GuestEvent) -> bool) {
        let events = &self.guests[guest].events;
        assert!(events.iter().any(what), "{events:?}");
    }

    #[track_caller]
    pub(crate) fn saw_host(&self, what: impl Fn(&HostEvent) -> bool) {
        assert!(self.host_events.iter().any(what), "{:?}", self.host_events);
    }

    /// Lets time pass, from deadline to deadline: a machine that asks for the same moment again and again
    /// would keep its thread busy.
    pub(crate) fn pass(&mut self, ms: u64) {
        let end = Millis(self.now.0 + ms);
        let mut ticks_now = 0;
        loop {
            let host = self.host.deadline(self.now);
            let guests = self.guests.iter().filter_map(|place| place.guest.deadline(self.now));
            let next = host.into_iter().chain(guests).min().filter(|next| *next <= end);
            let Some(next) = next else { break };
            ticks_now = if next > self.now { 0 } else { ticks_now + 1 };
            assert!(ticks_now < 20, "the deadline does not move");
            self.now = next;
            if self.host.deadline(next).is_some_and(|at| at <= next) {
                self.host.tick(next);
            }
            for place in &mut self.guests {
                if place.guest.deadline(next).is_some_and(|at| at <= next) {
                    place.guest.tick(next);
                }
            }
            self.run();
        }
        self.now = end;
    }

    pub(crate) fn connect_host(&mut self) {
        self.host_up = true;
        self.host.connected(self.now);
        self.run();
    }

    pub(crate) fn drop_host(&mut self) {
        self.host_up = false;
        self.host.disconnected(self.now, None);
        self.relay.host_lost();
        self.run();
    }

    pub(crate) fn connect_guest(&mut self, index: usize) {
        self.guests[index].up = true;
        self.guests[index].guest.connected(self.now);
        self.run();
    }

    pub(crate) fn drop_guest(&mut self, index: usize) {
        self.guests[index].up = false;
        self.guests[index].guest.disconnected(self.now, None);
        self.relay.guest_lost(index);
        self.run();
    }

    /// The relay loses everything but its name, and everyone's connection.
    pub(crate) fn restart_relay(&mut self) {
        self.relay.restart();
        self.on_the_way.clear();
        self.host_up = false;
        self.host.disconnected(self.now, None);
        for place in self.guests.iter_mut().filter(|place| place.up) {
            place.up = false;
            place.guest.disconnected(self.now, None);
        }
    }

    /// From now on the relay does this with everything that it delivers.
    pub(crate) fn tamper(&mut self, tamper: impl FnMut(Delivery) -> Vec<Delivery> + 'static) {
        self.tamper = Some(Box::new(tamper));
    }

    /// The relay is honest again.
    pub(crate) fn be_honest(&mut self) {
        self.tamper = None;
    }

    /// The relay delivers something of its own making.
    pub(crate) fn inject(&mut self, to: To, body: Body) -> Verdict {
        let verdict = self.deliver(&Delivery { to, body });
        self.run();
        verdict
    }

    pub(crate) fn inject_frame(&mut self, to: To, frame: &[u8]) -> Verdict {
        self.inject(to, Body::Frame(frame.to_vec()))
    }

    /// The same for a frame, with output and a resize before anything that it brings about is done.
    pub(crate) fn inject_and_print(&mut self, to: To, frame: &[u8], bytes: &[u8], (cols, rows): (u16, u16)) {
        self.deliver(&Delivery { to, body: Body::Frame(frame.to_vec()) }).unwrap();
        self.screen.extend_from_slice(bytes);
        self.host.output(self.now, self.stream, bytes);
        self.screen.extend(size(cols, rows));
        self.host.resize(self.now, self.stream, cols, rows);
        self.run();
    }

    pub(crate) fn inject_text(&mut self, to: To, message: &impl serde::Serialize) -> Verdict {
        self.inject(to, Body::Text(control::encode(message)))
    }

    /// Frames of a kind that were on their way to someone.
    pub(crate) fn frames(&self, to: To, kind: FrameKind) -> Vec<Vec<u8>> {
        self.log
            .iter()
            .filter(|delivery| delivery.is(to, kind))
            .map(|delivery| delivery.frame().to_vec())
            .collect()
    }

    /// The last knock that was on its way to the host.
    pub(crate) fn last_knock(&self) -> Vec<u8> {
        let texts = self.log.iter().rev().filter_map(|delivery| match &delivery.body {
            Body::Text(text) if delivery.to == To::Host => control::decode(text).ok(),
            _ => None,
        });
        let mut knocks = texts.filter_map(|message| match message {
            RelayToHost::Knock { data, .. } => Some(data.0),
            _ => None,
        });
        knocks.next().unwrap()
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
            self.on_the_way.extend(self.relay.take());
            if let Some(delivery) = self.on_the_way.pop_front() {
                moved = true;
                self.log.push(delivery.clone());
                let deliveries = match &mut self.tamper {
                    Some(tamper) => tamper(delivery),
                    None => vec![delivery],
                };
                for delivery in deliveries {
                    if let Err(error) = self.deliver(&delivery) {
                        assert!(self.tamper.is_some(), "an honest relay met {error:?} with {delivery:?}");
                        self.complained(delivery.to, error);
                    }
                }
            }
            if !moved {
                break;
            }
        }
    }

    fn deliver(&mut self, delivery: &Delivery) -> Verdict {
        let now = self.now;
        match (delivery.to, &delivery.body) {
            (To::Host, _) if !self.host_up => Ok(()),
            (To::Host, Body::Text(text)) => self.host.relay_text(now, text),
            (To::Host, Body::Frame(frame)) => self.host.relay_frame(now, frame),
            (To::Host, Body::Close(code)) => {
                self.host_up = false;
                self.host.disconnected(now, Some(*code));
                Ok(())
            }
            (To::Guest(index), body) => {
                let place = &mut self.guests[index];
                match body {
                    _ if !place.up => Ok(()),
                    Body::Text(text) => place.guest.relay_text(now, text),
                    Body::Frame(frame) => {
                        place.received += frame.len();
                        place.guest.relay_frame(now, frame)
                    }
                    Body::Close(code) => {
                        place.up = false;
                        place.guest.disconnected(now, Some(*code));
                        Ok(())
                    }
                }
            }
        }
    }

    /// Who complains about the relay closes the connection.
    fn complained(&mut self, who: To, error: SessionError) {
        self.errors.push(error);
        match who {
            To::Host => self.drop_host_quietly(),
            To::Guest(index) => {
                self.guests[index].up = false;
                self.guests[index].guest.disconnected(self.now, None);
                self.relay.guest_lost(index);
            }
        }
    }

    fn drop_host_quietly(&mut self) {
        self.host_up = false;
        self.host.disconnected(self.now, None);
        self.relay.host_lost();
    }

    fn host_did(&mut self, output: HostOutput) {
        match output {
            HostOutput::Text(text) if self.host_up => self.relay.host_text(&text),
            HostOutput::Frame(frame) if self.host_up => self.relay.host_frame(frame.to_vec()),
            HostOutput::Text(_) | HostOutput::Frame(_) => panic!("sent without a connection"),
            HostOutput::Close => self.host_up = false,
            HostOutput::Input { slot, bytes, .. } => {
                let role = self.host.guests().find(|guest| guest.slot == slot).map(|guest| guest.role);
                assert!(role.is_some_and(Role::may_write), "{slot} typed as {role:?}");
                assert!(self.looking, "{slot} typed while the host looked elsewhere");
                self.typed.push((slot, bytes));
            }
            HostOutput::Snapshot { scope, ticket, .. } => {
                let start =
                    self.screen.len().saturating_sub(if scope == Scope::Full { HISTORY } else { 100 });
                let bytes = self.screen[start..].to_vec();
                self.host.snapshot_ready(self.now, ticket, bytes.into());
            }
            HostOutput::PanelSnapshot { panel, ticket } => {
                let bytes = self.panels[&panel].clone();
                self.host.snapshot_ready(self.now, ticket, bytes.into());
            }
            HostOutput::Transfer { slot, ticket, request } => {
                let TransferKind::Panel(panel) = request.of else { panic!("{:?}", request.of) };
                assert!(self.panels.contains_key(&panel), "asked for a panel that is not shared");
                if self.answers {
                    let content = self.published.get(&(panel, request.reference.clone()));
                    let content = content.map(|content| content.clone().into());
                    self.host.content_ready(ticket, content.ok_or(TransferRefusal::Gone));
                }
                self.asked.push((slot, ticket, request));
            }
            HostOutput::Event(event) => self.host_events.push(event),
        }
    }

    fn guest_did(&mut self, index: usize, output: GuestOutput) {
        match output {
            GuestOutput::Text(text) if self.guests[index].up => self.relay.guest_text(index, &text),
            GuestOutput::Frame(frame) if self.guests[index].up => self.relay.guest_frame(frame.to_vec()),
            GuestOutput::Text(_) | GuestOutput::Frame(_) => panic!("sent without a connection"),
            GuestOutput::Close => {
                self.guests[index].up = false;
                self.relay.guest_lost(index);
            }
            GuestOutput::Terminal { change, .. } => {
                let shown = &mut self.guests[index].shown;
                match change {
                    TerminalChange::Output(bytes) => shown.extend(bytes),
                    TerminalChange::Resize { cols, rows } => shown.extend(size(cols, rows)),
                    TerminalChange::Snapshot { data, .. } => *shown = data,
                }
            }
            GuestOutput::Panel { panel, change } => {
                let document = self.guests[index].panels.entry(panel).or_default();
                match change {
                    PanelChange::Change(bytes) => document.extend(bytes),
                    PanelChange::Snapshot(bytes) => *document = bytes,
                }
            }
            GuestOutput::Content { transfer, change } => self.guests[index].fetched.push((transfer, change)),
            GuestOutput::Event(GuestEvent::Panels { panels }) => {
                let place = &mut self.guests[index];
                place.listed = panels.into_iter().collect();
                place.panels.retain(|panel, _| place.listed.contains(panel));
            }
            GuestOutput::Event(event) => self.guests[index].events.push(event),
        }
    }
}

/// A resize as this world's terminals keep it in their history.
fn size(cols: u16, rows: u16) -> Vec<u8> {
    format!("<{cols}x{rows}>").into_bytes()
}

fn tail(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.len().saturating_sub(HISTORY)..]
}

/// A close code as a delivery.
pub(crate) fn close(code: CloseCode) -> Body {
    Body::Close(code)
}
