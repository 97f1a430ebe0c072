//! A host and a viewer whose relay is the fuzzer: it holds back, drops, repeats, reorders, changes and invents
//! messages. Whatever it does, nothing panics, the viewer's keys reach nobody's shell, what the viewer sees is what the
//! host printed, and of panels what the host published, from its beginning and without a gap; and what it fetches comes
//! whole or not at all.

use std::collections::VecDeque;

use jumpseat_session::guest::{ContentChange, Guest, GuestConfig, GuestOutput, PanelChange, TerminalChange};
use jumpseat_session::host::{Host, HostConfig, HostOutput};
use jumpseat_session::{
    Admission, Entropy, GuestCard, InviteTerms, Millis, PanelId, Role, StreamId, TransferKind,
    TransferRequest,
};
use jumpseat_wire::control::{self, GuestToRelay, Hello, HostToRelay, RelayToGuest, RelayToHost};
use jumpseat_wire::{Blob, FrameHeader, InviteCode, Slot};

/// Steps after which an input has said enough.
const MOST_STEPS: usize = 200;

/// The panel that is shared.
const PANEL: PanelId = 1;

/// What can be fetched of it: two parts and a bit.
static CONTENT: [u8; 18_000] = [7; 18_000];

/// The input is a list of steps, two bytes each: what to do, and with which number.
pub(crate) fn run(data: &[u8]) {
    let mut world = World::new();
    for (index, step) in data.chunks_exact(2).take(MOST_STEPS).enumerate() {
        world.step(step[0], step[1], &data[index * 2 + 2..]);
        world.collect();
        world.check();
    }
}

/// A word of a later version, with fields that may be anything.
fn unknown_word(fields: &[u8]) -> Vec<u8> {
    [br#"{"weather":{"rain":"#, fields, b"}}"].concat()
}

enum Message {
    Text(String),
    Frame(Vec<u8>),
}

struct World {
    now: Millis,
    host: Host,
    guest: Guest,
    stream: StreamId,
    printed: Vec<u8>,
    shown: Vec<u8>,
    published: Vec<u8>,
    followed: Vec<u8>,
    to_host: VecDeque<Message>,
    to_guest: VecDeque<Message>,
    bundle: Blob,
    slot: Option<Slot>,
}

impl World {
    fn new() -> Self {
        let now = Millis(1_000_000);
        let mut host = Host::new(HostConfig::new("Ann", 0), Entropy::seeded(1), now);
        let stream = host.open_terminal(now, "bash", 80, 24).expect("a first terminal");
        host.share_panel(now, PANEL).expect("a panel of that number");
        let terms =
            InviteTerms { role: Role::Viewer, admission: Admission::Open, expires_in: None, max_uses: None };
        let token = host.create_invite(now, terms).expect("a first invite").token;
        let card = GuestCard { name: "Bo".into(), program: "fuzz".into() };
        let config = GuestConfig { code: code(), token, card, key: None, key_timing: false };
        let mut guest = Guest::new(config, Entropy::seeded(2), now);
        host.connected(now);
        guest.connected(now);
        let mut world = Self {
            now,
            host,
            guest,
            stream,
            printed: Vec::new(),
            shown: Vec::new(),
            published: Vec::new(),
            followed: Vec::new(),
            to_host: VecDeque::new(),
            to_guest: VecDeque::new(),
            bundle: Blob(Vec::new()),
            slot: None,
        };
        world.collect();
        world
    }

    fn step(&mut self, what: u8, number: u8, rest: &[u8]) {
        let now = self.now;
        match what % 16 {
            0..=2 => self.deliver(),
            3 => self.deliver_to_guest(),
            4 => self.deliver_to_host(),
            5 => drop(self.queue(number).pop_front()),
            6 => {
                let queue = self.queue(number);
                let again = match queue.front() {
                    Some(Message::Text(text)) => Message::Text(text.clone()),
                    Some(Message::Frame(frame)) => Message::Frame(frame.clone()),
                    None => return,
                };
                queue.push_back(again);
            }
            7 => {
                let queue = self.queue(number);
                queue.rotate_left(usize::from(queue.len() > 1));
            }
            8 => change(self.queue(number).front_mut(), number, rest),
            9 => {
                let bytes: Vec<u8> = rest.iter().copied().take(usize::from(number)).collect();
                self.printed.extend_from_slice(&bytes);
                self.host.output(now, self.stream, &bytes);
                self.published.extend_from_slice(&bytes);
                self.host.panel_changed(now, PANEL, &bytes);
                self.host.say_anything(now, None, &unknown_word(&bytes));
            }
            // A guest that has no seat yet cannot type: that is its answer.
            10 => {
                drop(self.guest.input(now, self.stream, &[number; 3]));
                let request = TransferRequest {
                    of: TransferKind::Panel(PANEL + number % 2),
                    reference: "file".into(),
                    having: None,
                };
                drop(self.guest.transfer(now, request));
                self.guest.say_anything(&unknown_word(&rest[..rest.len().min(usize::from(number))]));
            }
            11 => self.pass(u64::from(number) * 40),
            12 => {
                self.to_guest.clear();
                self.guest.disconnected(now, None);
                self.guest.connected(now);
            }
            13 => {
                self.to_host.clear();
                self.host.disconnected(now, None);
                self.host.connected(now);
            }
            14 => {
                let text = String::from_utf8_lossy(&rest[..rest.len().min(usize::from(number))]).into_owned();
                self.queue(number).push_front(Message::Text(text));
            }
            _ => {
                let frame = rest[..rest.len().min(usize::from(number))].to_vec();
                self.queue(number).push_front(Message::Frame(frame));
            }
        }
    }

    fn queue(&mut self, number: u8) -> &mut VecDeque<Message> {
        if number.is_multiple_of(2) { &mut self.to_guest } else { &mut self.to_host }
    }

    fn deliver(&mut self) {
        self.deliver_to_host();
        self.deliver_to_guest();
    }

    // An error closes the connection in the engine. A relay that cares for none is the harder opponent.

    fn deliver_to_guest(&mut self) {
        match self.to_guest.pop_front() {
            Some(Message::Text(text)) => drop(self.guest.relay_text(self.now, &text)),
            Some(Message::Frame(frame)) => drop(self.guest.relay_frame(self.now, &frame)),
            None => {}
        }
    }

    fn deliver_to_host(&mut self) {
        match self.to_host.pop_front() {
            Some(Message::Text(text)) => drop(self.host.relay_text(self.now, &text)),
            Some(Message::Frame(frame)) => drop(self.host.relay_frame(self.now, &frame)),
            None => {}
        }
    }

    fn pass(&mut self, ms: u64) {
        self.now = Millis(self.now.0 + ms);
        if self.host.deadline(self.now).is_some_and(|at| at <= self.now) {
            self.host.tick(self.now);
        }
        if self.guest.deadline(self.now).is_some_and(|at| at <= self.now) {
            self.guest.tick(self.now);
        }
    }

    /// Takes what both machines want done, and puts into the queues what an honest relay would make of it.
    fn collect(&mut self) {
        while let Some(output) = self.host.poll() {
            match output {
                HostOutput::Text(text) => self.host_said(&text),
                HostOutput::Frame(frame) => {
                    if let Ok((header, _)) = FrameHeader::decode(&frame) {
                        let acked = RelayToHost::Ack { group: header.seq + 1 };
                        self.to_host.push_back(Message::Text(control::encode(&acked)));
                    }
                    self.to_guest.push_back(Message::Frame(frame.to_vec()));
                }
                HostOutput::Input { .. } => panic!("a viewer's keys reached the terminal"),
                HostOutput::Snapshot { ticket, .. } => {
                    self.host.snapshot_ready(self.now, ticket, self.printed.clone().into());
                }
                HostOutput::PanelSnapshot { ticket, .. } => {
                    self.host.snapshot_ready(self.now, ticket, self.published.clone().into());
                }
                HostOutput::Transfer { ticket, request, .. } => {
                    assert_eq!(
                        request.of,
                        TransferKind::Panel(PANEL),
                        "a panel that is not shared is asked for"
                    );
                    self.host.content_ready(ticket, Ok(CONTENT.to_vec().into()));
                }
                HostOutput::Close | HostOutput::Event(_) => {}
            }
        }
        while let Some(output) = self.guest.poll() {
            match output {
                GuestOutput::Text(text) => self.guest_said(&text),
                GuestOutput::Frame(frame) => self.to_host.push_back(Message::Frame(frame.to_vec())),
                GuestOutput::Terminal { change: TerminalChange::Output(bytes), .. } => {
                    self.shown.extend(bytes)
                }
                GuestOutput::Terminal { change: TerminalChange::Snapshot { data, .. }, .. } => {
                    self.shown = data
                }
                GuestOutput::Panel { change: PanelChange::Change(bytes), .. } => self.followed.extend(bytes),
                GuestOutput::Panel { change: PanelChange::Snapshot(bytes), .. } => self.followed = bytes,
                GuestOutput::Content { change: ContentChange::Whole(content), .. } => {
                    assert!(content == CONTENT, "what was fetched is not what was served");
                }
                GuestOutput::Content { .. }
                | GuestOutput::Terminal { .. }
                | GuestOutput::Close
                | GuestOutput::Event(_) => {}
            }
        }
    }

    fn host_said(&mut self, text: &str) {
        let mut answers = Vec::new();
        match (control::decode::<Hello>(text), control::decode::<HostToRelay>(text)) {
            (Ok(Hello::Open { bundle, .. }), _) => {
                self.bundle = bundle;
                answers.push(RelayToHost::Opened { code: code(), expires_in: 60, max_guests: 20 });
            }
            (Ok(Hello::Return { .. }), _) => answers.push(RelayToHost::Returned { group: 0 }),
            (_, Ok(HostToRelay::Welcome { seat, data, .. })) => {
                self.slot = Some(seat.slot);
                self.tell_guest(&RelayToGuest::Welcome { data });
                answers.push(RelayToHost::Present { slot: seat.slot, pair: 0 });
            }
            (_, Ok(HostToRelay::Refuse { data, .. })) => self.tell_guest(&RelayToGuest::Refused { data }),
            (_, Ok(HostToRelay::Ack { pair, .. })) => self.tell_guest(&RelayToGuest::Acked { pair }),
            _ => {}
        }
        self.to_host.extend(answers.iter().map(|answer| Message::Text(control::encode(answer))));
    }

    fn guest_said(&mut self, text: &str) {
        let slot = self.slot.unwrap_or(1);
        let told_host = match (control::decode::<Hello>(text), control::decode::<GuestToRelay>(text)) {
            (Ok(Hello::LookUp { .. }), _) => {
                let bundle = self.bundle.clone();
                return self.tell_guest(&RelayToGuest::Bundle { bundle, host_present: true });
            }
            (Ok(Hello::TakeSeat { pair, .. }), _) => {
                self.tell_guest(&RelayToGuest::Seated { host_present: true });
                RelayToHost::Present { slot, pair }
            }
            (_, Ok(GuestToRelay::Knock { data })) => RelayToHost::Knock { knock: 1, data },
            (_, Ok(GuestToRelay::Ack { pair, .. })) => RelayToHost::Acked { slot, pair },
            _ => return,
        };
        self.to_host.push_back(Message::Text(control::encode(&told_host)));
    }

    fn tell_guest(&mut self, message: &RelayToGuest) {
        self.to_guest.push_back(Message::Text(control::encode(message)));
    }

    fn check(&self) {
        assert!(self.printed.starts_with(&self.shown), "the guest sees what the host did not print");
        assert!(self.published.starts_with(&self.followed), "the guest holds what the host did not publish");
    }
}

fn code() -> InviteCode {
    InviteCode::from_random([7; 5])
}

/// Changes one byte of the message: the first of `rest` says where, the second how.
fn change(message: Option<&mut Message>, number: u8, rest: &[u8]) {
    let (Some(message), Some(&[place, flip])) = (message, rest.first_chunk()) else { return };
    let place = usize::from(place) + 256 * usize::from(number / 2 % 4);
    match message {
        Message::Frame(frame) => {
            if let Some(byte) = frame.get_mut(place) {
                *byte ^= flip;
            }
        }
        Message::Text(text) => {
            let mut bytes = std::mem::take(text).into_bytes();
            if let Some(byte) = bytes.get_mut(place) {
                *byte ^= flip & 0x1f;
            }
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The target says nothing unless its honest steps lead to a seat and a picture.
    #[test]
    fn an_honest_relay_seats_the_guest_and_shows_what_is_printed() {
        let mut world = World::new();
        for (what, number) in [(0, 0); 14].into_iter().chain([(9, 5)]).chain([(0, 0); 4]) {
            world.step(what, number, b"hello and more");
            world.collect();
            world.check();
        }
        assert_eq!(world.shown, b"hello");
        assert_eq!(world.slot, world.guest.slot());
        assert!(world.guest.slot().is_some());
    }
}
