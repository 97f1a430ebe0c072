//! The least that an honest relay does, in the same process.

use std::collections::{BTreeMap, VecDeque};

use ed25519_dalek::{Signature, VerifyingKey};
use jumpseat_session::SessionError;
use jumpseat_wire::{
    Blob, Claim, ClaimHash, CloseCode, FrameHeader, FrameKind, InviteCode, KnockId, Nonce, Slot,
    control::{self, GuestToRelay, Hello, HostToRelay, RelayToGuest, RelayToHost},
    opening,
};
use sha2::{Digest, Sha256};

/// Whom something is for; guests by their index in the world.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum To {
    Host,
    Guest(usize),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Body {
    Text(String),
    Frame(Vec<u8>),
    Close(CloseCode),
}

/// Something that the relay sends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Delivery {
    pub(crate) to: To,
    pub(crate) body: Body,
}

impl Delivery {
    pub(crate) fn header(&self) -> Option<FrameHeader> {
        match &self.body {
            Body::Frame(frame) => FrameHeader::decode(frame).ok().map(|(header, _)| header),
            _ => None,
        }
    }

    pub(crate) fn is(&self, to: To, kind: FrameKind) -> bool {
        self.to == to && self.header().is_some_and(|header| header.kind == kind)
    }

    pub(crate) fn frame(&self) -> &[u8] {
        match &self.body {
            Body::Frame(frame) => frame,
            other => panic!("no frame: {other:?}"),
        }
    }
}

#[derive(Default)]
pub(crate) struct Relay {
    pub(crate) code: Option<InviteCode>,
    pub(crate) bundle: Blob,
    claim: Option<ClaimHash>,
    /// What a host said to open a room and has to sign, and over which nonce.
    challenge: Option<(Nonce, String)>,
    challenges: u8,
    /// Its answer to everyone who asks for a place, instead of the place.
    pub(crate) answer: Option<CloseCode>,
    /// A code that another session has.
    pub(crate) taken: Option<InviteCode>,
    host_up: bool,
    next_knock: KnockId,
    knocks: BTreeMap<KnockId, (usize, Blob)>,
    pub(crate) seats: BTreeMap<Slot, Seat>,
    ring: VecDeque<(u64, Vec<u8>)>,
    next: u64,
    /// What guests said.
    pub(crate) heard: Vec<(usize, String)>,
    out: Vec<Delivery>,
}

pub(crate) struct Seat {
    guest: Option<usize>,
    claim: ClaimHash,
    pair: u64,
    host_taken: u64,
    /// Group frames pass it by: it is too slow just now.
    pub(crate) skipped: bool,
}

impl Relay {
    pub(crate) fn new(code: InviteCode) -> Self {
        Self { code: Some(code), ..Self::default() }
    }

    pub(crate) fn take(&mut self) -> Vec<Delivery> {
        std::mem::take(&mut self.out)
    }

    /// Everything is lost but the name.
    pub(crate) fn restart(&mut self) {
        *self = Self::new(self.code.unwrap());
    }

    pub(crate) fn host_lost(&mut self) {
        self.host_up = false;
        self.tell_seated(&RelayToGuest::Host { present: false });
    }

    pub(crate) fn guest_lost(&mut self, guest: usize) {
        let knocks: Vec<_> = self.knocks.iter().filter(|(_, k)| k.0 == guest).map(|(id, _)| *id).collect();
        for knock in knocks {
            self.knocks.remove(&knock);
            self.tell_host(&RelayToHost::KnockGone { knock });
        }
        let seat = self.seats.iter_mut().find(|(_, seat)| seat.guest == Some(guest));
        if let Some((slot, seat)) = seat {
            let slot = *slot;
            seat.guest = None;
            self.tell_host(&RelayToHost::Absent { slot });
        }
    }

    pub(crate) fn host_text(&mut self, text: &str) {
        if let Ok(hello) = control::decode::<Hello>(text) {
            return self.host_hello(hello, text);
        }
        match control::decode::<HostToRelay>(text).unwrap() {
            HostToRelay::Prove { signature } => {
                let (nonce, hello) = self.challenge.take().unwrap();
                let Ok(Hello::Open { bundle, claim, seats, .. }) = control::decode(&hello) else { panic!() };
                let key = VerifyingKey::from_bytes(opening::signing_key(&bundle.0).unwrap()).unwrap();
                let signed = opening::signed(&nonce, &hello);
                key.verify_strict(&signed, &Signature::from_bytes(&signature.0)).unwrap();
                self.open(bundle, claim, &seats);
            }
            HostToRelay::Welcome { knock, seat, data } => {
                let Some((guest, _)) = self.knocks.remove(&knock) else { return };
                let (slot, claim) = (seat.slot, seat.claim);
                let seat = Seat { guest: Some(guest), claim, pair: 0, host_taken: 0, skipped: false };
                assert!(self.seats.insert(slot, seat).is_none(), "a slot twice");
                self.tell_guest(guest, &RelayToGuest::Welcome { data });
                self.tell_host(&RelayToHost::Present { slot, pair: 0 });
            }
            HostToRelay::Refuse { knock, data, failed } => {
                let Some((guest, _)) = self.knocks.remove(&knock) else { return };
                if data.is_none() && !failed {
                    let body = Body::Close(CloseCode::RateLimited);
                    return self.out.push(Delivery { to: To::Guest(guest), body });
                }
                self.tell_guest(guest, &RelayToGuest::Refused { data });
            }
            HostToRelay::Ack { slot, pair } => {
                let Some(seat) = self.seats.get_mut(&slot) else { return };
                seat.host_taken = seat.host_taken.max(pair);
                if let Some(guest) = seat.guest {
                    self.tell_guest(guest, &RelayToGuest::Acked { pair });
                }
            }
            HostToRelay::Remove { slot } => {
                if let Some(Seat { guest: Some(guest), .. }) = self.seats.remove(&slot) {
                    self.out.push(Delivery { to: To::Guest(guest), body: Body::Close(CloseCode::Removed) });
                }
            }
            HostToRelay::End => {
                for seat in std::mem::take(&mut self.seats).into_values() {
                    let to = seat.guest.map(To::Guest);
                    self.out.extend(to.map(|to| Delivery { to, body: Body::Close(CloseCode::Ended) }));
                }
            }
        }
    }

    /// The room is its host's, whatever stood there before.
    fn open(&mut self, bundle: Blob, claim: ClaimHash, seats: &[control::Seat]) {
        (self.bundle, self.claim) = (bundle, Some(claim));
        for guest in std::mem::take(&mut self.seats).into_values().filter_map(|seat| seat.guest) {
            self.out.push(Delivery { to: To::Guest(guest), body: Body::Close(CloseCode::Moved) });
        }
        let seat = |claim| Seat { guest: None, claim, pair: 0, host_taken: 0, skipped: false };
        self.seats = seats.iter().map(|given| (given.slot, seat(given.claim))).collect();
        let code = self.code.unwrap();
        self.host_up = true;
        self.tell_host(&RelayToHost::Opened { code, expires_in: 1, max_guests: 20 });
    }

    fn host_hello(&mut self, hello: Hello, text: &str) {
        if let Some(code) = self.answer {
            return self.out.push(Delivery { to: To::Host, body: Body::Close(code) });
        }
        match hello {
            Hello::Open { code: Some(code), .. } if Some(code) == self.taken => {
                self.out.push(Delivery { to: To::Host, body: Body::Close(CloseCode::CodeTaken) });
            }
            Hello::Open { .. } => {
                self.challenges += 1;
                let nonce = Nonce([self.challenges; 32]);
                self.challenge = Some((nonce, text.to_owned()));
                let challenge = control::encode(&RelayToHost::Challenge { nonce });
                self.out.push(Delivery { to: To::Host, body: Body::Text(challenge) });
            }
            Hello::Return { .. } if self.claim.is_none() => {
                self.out.push(Delivery { to: To::Host, body: Body::Close(CloseCode::NotFound) });
            }
            Hello::Return { claim, .. } => {
                assert!(self.claim.is_some_and(|hash| fits(&claim, hash)));
                self.host_up = true;
                self.tell_host(&RelayToHost::Returned { group: self.next });
                self.tell_seated(&RelayToGuest::Host { present: true });
                for (knock, (_, data)) in self.knocks.clone() {
                    self.tell_host(&RelayToHost::Knock { knock, data });
                }
                let present = self.seats.iter().filter(|(_, seat)| seat.guest.is_some());
                for (slot, pair) in present.map(|(slot, seat)| (*slot, seat.pair)).collect::<Vec<_>>() {
                    self.tell_host(&RelayToHost::Present { slot, pair });
                }
            }
            other => panic!("a guest's hello: {other:?}"),
        }
    }

    pub(crate) fn host_frame(&mut self, frame: Vec<u8>) {
        let (header, _) = FrameHeader::decode(&frame).unwrap();
        if header.kind == FrameKind::ToGuest {
            let guest = self.seats.get(&header.slot).and_then(|seat| seat.guest);
            let to = guest.map(To::Guest);
            return self.out.extend(to.map(|to| Delivery { to, body: Body::Frame(frame) }));
        }
        if header.seq >= self.next {
            self.next = header.seq + 1;
            for guest in self.seats.values().filter(|seat| !seat.skipped).filter_map(|seat| seat.guest) {
                let (to, body) = (To::Guest(guest), Body::Frame(frame.clone()));
                self.out.push(Delivery { to, body });
            }
            self.ring.push_back((header.seq, frame));
        }
        self.tell_host(&RelayToHost::Ack { group: header.seq + 1 });
    }

    pub(crate) fn guest_text(&mut self, guest: usize, text: &str) {
        self.heard.push((guest, text.to_owned()));
        if let Ok(hello) = control::decode::<Hello>(text) {
            return self.guest_hello(guest, hello);
        }
        match control::decode::<GuestToRelay>(text).unwrap() {
            GuestToRelay::Knock { data } => {
                self.next_knock += 1;
                let knock = self.next_knock;
                self.knocks.insert(knock, (guest, data.clone()));
                self.tell_host(&RelayToHost::Knock { knock, data });
            }
            GuestToRelay::Ack { pair, .. } => {
                let seat = self.seats.iter_mut().find(|(_, seat)| seat.guest == Some(guest));
                if let Some((slot, seat)) = seat {
                    let slot = *slot;
                    seat.pair = seat.pair.max(pair);
                    self.tell_host(&RelayToHost::Acked { slot, pair });
                }
            }
        }
    }

    fn guest_hello(&mut self, guest: usize, hello: Hello) {
        if let Some(code) = self.answer {
            return self.out.push(Delivery { to: To::Guest(guest), body: Body::Close(code) });
        }
        match hello {
            Hello::LookUp { code, .. } if Some(code) == self.code && self.claim.is_some() => {
                let (bundle, host_present) = (self.bundle.clone(), self.host_up);
                self.tell_guest(guest, &RelayToGuest::Bundle { bundle, host_present });
            }
            Hello::TakeSeat { slot, claim, group, pair, .. } => {
                let seat = self.seats.get_mut(&slot).filter(|seat| fits(&claim, seat.claim));
                let Some(seat) = seat else { return self.turn_away(guest) };
                (seat.guest, seat.pair) = (Some(guest), pair);
                let taken = seat.host_taken;
                self.tell_guest(guest, &RelayToGuest::Seated { host_present: self.host_up });
                self.tell_guest(guest, &RelayToGuest::Acked { pair: taken });
                self.tell_host(&RelayToHost::Present { slot, pair });
                for (_, frame) in self.ring.iter().filter(|(seq, _)| *seq >= group) {
                    let (to, body) = (To::Guest(guest), Body::Frame(frame.clone()));
                    self.out.push(Delivery { to, body });
                }
            }
            _ => self.turn_away(guest),
        }
    }

    fn turn_away(&mut self, guest: usize) {
        self.out.push(Delivery { to: To::Guest(guest), body: Body::Close(CloseCode::NotFound) });
    }

    pub(crate) fn guest_frame(&mut self, frame: Vec<u8>) {
        // While the host is away its guests' frames go nowhere.
        if self.host_up {
            self.out.push(Delivery { to: To::Host, body: Body::Frame(frame) });
        }
    }

    fn tell_host(&mut self, message: &RelayToHost) {
        if self.host_up {
            self.out.push(Delivery { to: To::Host, body: Body::Text(control::encode(message)) });
        }
    }

    fn tell_guest(&mut self, guest: usize, message: &RelayToGuest) {
        self.out.push(Delivery { to: To::Guest(guest), body: Body::Text(control::encode(message)) });
    }

    fn tell_seated(&mut self, message: &RelayToGuest) {
        for guest in self.seats.values().filter_map(|seat| seat.guest).collect::<Vec<_>>() {
            self.tell_guest(guest, message);
        }
    }
}

fn fits(claim: &Claim, hash: ClaimHash) -> bool {
    Sha256::digest(claim.0)[..] == hash.0
}

/// What a machine said about something that a hostile relay gave it.
pub(crate) type Verdict = Result<(), SessionError>;
