//! The room without sockets, under virtual time.

mod chaos;
mod counts;
mod lag;
mod seats;

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use jumpseat_wire::{
    Blob, Claim, ClaimHash, CloseCode, FrameHeader, FrameKind, HEADER_LEN, InviteCode, KnockId, Slot,
    control,
    control::{HostToRelay, RelayToGuest, RelayToHost, Seat as SeatClaim},
    limits::SESSION_LIFETIME,
};
use sha2::{Digest, Sha256};

use super::{Opening, Room};
use crate::{
    admission::{Attempts, Fee, Source},
    budget::Budget,
    counters::Counters,
    link::Link,
};

const HOST_CLAIM: Claim = Claim([0; 32]);
const MAX_GUESTS: usize = 3;

/// A room with a clock, and a host that is connected.
struct Stage {
    room: Room,
    now: Instant,
    host: Arc<Link>,
    counters: Arc<Counters>,
    /// What knocks cost: ten at once, and one a second.
    knocks: Arc<Attempts>,
}

fn hash(claim: &Claim) -> ClaimHash {
    ClaimHash(Sha256::digest(claim.0).into())
}

fn claim(slot: Slot) -> Claim {
    Claim([slot as u8; 32])
}

fn frame(kind: FrameKind, slot: Slot, seq: u64, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len.max(HEADER_LEN)];
    bytes[..HEADER_LEN].copy_from_slice(&FrameHeader { kind, slot, epoch: 0, seq }.encode());
    bytes
}

impl Stage {
    fn new() -> Self {
        Self::with_seats(&[])
    }

    fn with_seats(slots: &[Slot]) -> Self {
        let now = Instant::now();
        let counters = Arc::<Counters>::default();
        let seats = slots.iter().map(|slot| SeatClaim { slot: *slot, claim: hash(&claim(*slot)) }).collect();
        let opening = Opening { bundle: Blob(vec![7]), claim: hash(&HOST_CLAIM), seats };
        opening.check(MAX_GUESTS).unwrap();
        let code = InviteCode::from_random([1; 5]);
        let held = Budget::new(usize::MAX).open(Source::from(IpAddr::from([127, 0, 0, 1]))).unwrap();
        let mut room =
            Room::new(code, opening, MAX_GUESTS, SESSION_LIFETIME, Arc::clone(&counters), held, now);
        let host = Arc::<Link>::default();
        room.open(Arc::clone(&host), now);
        let knocks = Arc::new(Attempts::new(1.0, 10.0));
        let mut stage = Self { room, now, host, counters, knocks };
        let opened = stage.host_hears();
        assert_eq!(opened, [RelayToHost::Opened { code, expires_in: 86_400, max_guests: 3 }]);
        stage
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    fn host_says(&mut self, message: HostToRelay) {
        self.room.host_says(&self.host, message, self.now).unwrap();
    }

    fn group(&mut self, seq: u64, len: usize) {
        self.room.host_sends(&self.host, &frame(FrameKind::Group, 0, seq, len), self.now).unwrap();
    }

    fn pair(&mut self, slot: Slot, seq: u64, len: usize) {
        self.room.host_sends(&self.host, &frame(FrameKind::ToGuest, slot, seq, len), self.now).unwrap();
    }

    /// Knocks from an address of its own.
    fn knock(&mut self) -> (Arc<Link>, KnockId) {
        self.knock_from("192.0.2.1").unwrap()
    }

    fn knock_from(&mut self, address: &str) -> Result<(Arc<Link>, KnockId), CloseCode> {
        self.knock_with(address, Blob(vec![1]))
    }

    fn knock_with(&mut self, address: &str, data: Blob) -> Result<(Arc<Link>, KnockId), CloseCode> {
        let source = address.parse::<IpAddr>().unwrap().into();
        let fee = Fee::charge(&self.knocks, source, data.0.len(), self.now).ok_or(CloseCode::RateLimited)?;
        let link = Arc::<Link>::default();
        let knock = self.room.knock(Arc::clone(&link), data, fee)?;
        Ok((link, knock))
    }

    fn refuse(&mut self, knock: KnockId, failed: bool) {
        self.host_says(HostToRelay::Refuse { knock, data: None, failed });
    }

    fn welcome(&mut self, knock: KnockId, slot: Slot) {
        let seat = SeatClaim { slot, claim: hash(&claim(slot)) };
        self.host_says(HostToRelay::Welcome { knock, seat, data: Blob(vec![2]) });
    }

    /// Seats a guest that has heard its welcome.
    fn seat(&mut self, slot: Slot) -> Arc<Link> {
        let (link, knock) = self.knock();
        self.welcome(knock, slot);
        assert_eq!(self.guest_hears(&link), [RelayToGuest::Welcome { data: Blob(vec![2]) }]);
        link
    }

    fn take_seat(&mut self, slot: Slot, next: (u64, u64)) -> Result<Arc<Link>, CloseCode> {
        let link = Arc::<Link>::default();
        self.room.take_seat(Arc::clone(&link), slot, &claim(slot), next, self.now)?;
        Ok(link)
    }

    fn input(&mut self, link: &Arc<Link>, slot: Slot, seq: u64, len: usize) -> Result<(), CloseCode> {
        self.room.guest_sends(link, &frame(FrameKind::ToHost, slot, seq, len), self.now)
    }

    fn acknowledge(&mut self, link: &Arc<Link>, group: u64, pair: u64) {
        self.room.guest_acknowledges(link, group, pair, self.now);
    }

    fn host_fetches(&mut self) -> VecDeque<Bytes> {
        let mut out = VecDeque::new();
        self.room.fetch_host(&self.host.clone(), self.now, &mut out);
        out
    }

    fn host_hears(&mut self) -> Vec<RelayToHost> {
        texts(&self.host_fetches())
    }

    fn fetch(&mut self, link: &Arc<Link>) -> VecDeque<Bytes> {
        let mut out = VecDeque::new();
        self.room.fetch_guest(link, self.now, &mut out);
        out
    }

    fn guest_hears(&mut self, link: &Arc<Link>) -> Vec<RelayToGuest> {
        texts(&self.fetch(link))
    }

    /// What a guest gets until there is nothing more, each acknowledged at once.
    fn drain(&mut self, link: &Arc<Link>) -> Vec<u64> {
        let mut all = Vec::new();
        loop {
            let seqs = groups(&self.fetch(link));
            let Some(last) = seqs.last() else { return all };
            self.acknowledge(link, last + 1, 0);
            all.extend(seqs);
        }
    }
}

/// The payload of a packet, if it is of this kind of message.
fn payload(packet: &Bytes, first: u8) -> Option<&[u8]> {
    let skip = if packet[1] == 126 { 4 } else { 2 };
    (packet[0] == first).then(|| &packet[skip..])
}

fn texts<M: serde::de::DeserializeOwned>(packets: &VecDeque<Bytes>) -> Vec<M> {
    let texts = packets.iter().filter_map(|packet| payload(packet, 0x81));
    texts.map(|text| control::decode(std::str::from_utf8(text).unwrap()).unwrap()).collect()
}

fn headers(packets: &VecDeque<Bytes>) -> Vec<FrameHeader> {
    let frames = packets.iter().filter_map(|packet| payload(packet, 0x82));
    frames.map(|frame| FrameHeader::decode(frame).unwrap().0).collect()
}

fn groups(packets: &VecDeque<Bytes>) -> Vec<u64> {
    let all = headers(packets).into_iter();
    all.filter(|header| header.kind == FrameKind::Group).map(|header| header.seq).collect()
}
