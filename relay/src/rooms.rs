//! All rooms of this node.

use std::{
    collections::HashMap,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use jumpseat_wire::{CloseCode, InviteCode, SessionId};
use sha2::{Digest, Sha256};

use crate::{
    admission::{Place, Places, Prefix},
    budget::Budget,
    cluster::{ClaimError, Cluster},
    config::Config,
    counters::Counters,
    link::Link,
    room::{Opening, Room},
};

/// A room that its connections share. Held for a few microseconds at a time, never across an await.
pub(crate) struct SharedRoom {
    room: Mutex<Room>,
    /// Given back when the last connection has left.
    _place: Place,
}

impl SharedRoom {
    pub(crate) fn lock(&self) -> Locked<'_> {
        Locked(self.room.lock().unwrap_or_else(|broken| self.give_up(broken)))
    }

    /// A fault of ours left this room half changed: its session opens another one, and all others go on.
    fn give_up<'a>(&'a self, broken: PoisonError<MutexGuard<'a, Room>>) -> MutexGuard<'a, Room> {
        tracing::error!("a room broke and was given up");
        let mut room = broken.into_inner();
        room.close(CloseCode::NotFound);
        self.room.clear_poison();
        room
    }
}

/// A room in somebody's hands; weighed when they are done with it.
pub(crate) struct Locked<'a>(MutexGuard<'a, Room>);

impl Deref for Locked<'_> {
    type Target = Room;

    fn deref(&self) -> &Room {
        &self.0
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut Room {
        &mut self.0
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // What broke half-way is not looked at: whoever comes next gives it up.
        if !std::thread::panicking() {
            self.0.weigh();
        }
    }
}

/// All rooms of this node.
pub(crate) struct Rooms {
    by_id: Mutex<HashMap<SessionId, Arc<SharedRoom>>>,
    places: Arc<Places>,
    budget: Arc<Budget>,
    cluster: Arc<dyn Cluster>,
    config: Arc<Config>,
    counters: Arc<Counters>,
}

impl Rooms {
    pub(crate) fn new(cluster: Arc<dyn Cluster>, config: Arc<Config>, counters: Arc<Counters>) -> Self {
        // A room outlives its host's connection: without a bound of its own one address could fill the relay.
        let places = Places::new(config.limits.rooms, config.limits.rooms_per_prefix());
        let budget = Budget::new(config.limits.memory.saturating_mul(1024 * 1024));
        Self { by_id: Mutex::default(), places, budget, cluster, config, counters }
    }

    /// Opens a room for an address and connects its host.
    pub(crate) async fn open(
        &self,
        sid: SessionId,
        prefix: Prefix,
        opening: Opening,
        wished: Option<InviteCode>,
        link: &Arc<Link>,
        now: Instant,
    ) -> Result<Arc<SharedRoom>, CloseCode> {
        let limits = &self.config.limits;
        opening.check(limits.guests)?;
        let place = self.places.admit(Some(prefix)).ok_or(CloseCode::RelayFull)?;
        let held = self.budget.open(prefix);
        if held.is_spent() {
            return Err(CloseCode::RelayFull);
        }
        let code = self.cluster.claim(sid, wished).await.map_err(|error| match error {
            ClaimError::SessionTaken => CloseCode::NotAllowed,
            ClaimError::CodeTaken => CloseCode::CodeTaken,
            ClaimError::Unavailable => CloseCode::RelayFull,
        })?;
        let counters = Arc::clone(&self.counters);
        let mut room = Room::new(code, opening, limits.guests, self.config.lifetime(), counters, held, now);
        room.open(Arc::clone(link), now);
        room.weigh();
        let room = Arc::new(SharedRoom { room: Mutex::new(room), _place: place });
        self.by_id().insert(sid, Arc::clone(&room));
        tracing::info!(session = short(&sid), "room opened");
        Ok(room)
    }

    /// The room of a session.
    pub(crate) fn find(&self, sid: &SessionId) -> Option<Arc<SharedRoom>> {
        self.by_id().get(sid).cloned()
    }

    /// The room behind a code.
    pub(crate) async fn look_up(&self, code: InviteCode) -> Option<Arc<SharedRoom>> {
        let sid = self.cluster.resolve(code).await?;
        self.find(&sid)
    }

    /// Ends what has had its time, and forgets rooms that ended. To be called about once a second, and
    /// after a host ended its session.
    pub(crate) async fn sweep(&self, now: Instant) {
        let all: Vec<_> = self.by_id().iter().map(|(sid, room)| (*sid, Arc::clone(room))).collect();
        for (sid, room) in &all {
            self.sweep_one(sid, room, now).await;
        }
        self.shed(all.into_iter().map(|(_, room)| room));
        self.budget.tidy();
    }

    /// Where memory is short, absent guests give way, those first that are gone the longest.
    fn shed(&self, rooms: impl Iterator<Item = Arc<SharedRoom>>) {
        if !self.budget.is_short() {
            return;
        }
        let since = |room: Arc<SharedRoom>| {
            let since = room.lock().absent_since()?;
            Some((since, room))
        };
        let mut absent: Vec<_> = rooms.filter_map(since).collect();
        absent.sort_by_key(|(since, _)| *since);
        for (_, room) in absent {
            if self.budget.is_ample() {
                return;
            }
            room.lock().shed_absent();
        }
    }

    /// As [`sweep`](Self::sweep), for one room.
    pub(crate) async fn sweep_one(&self, sid: &SessionId, room: &Arc<SharedRoom>, now: Instant) {
        let ended = {
            let mut room = room.lock();
            (!room.is_standing(now)).then(|| room.code())
        };
        let Some(code) = ended else { return };
        if self.forget(sid, room) {
            self.cluster.release(code).await;
            tracing::info!(session = short(sid), "room closed");
        }
    }

    /// Takes a room out, but not another one that its session has by now.
    fn forget(&self, sid: &SessionId, room: &Arc<SharedRoom>) -> bool {
        let mut by_id = self.by_id();
        let stands = by_id.get(sid).is_some_and(|found| Arc::ptr_eq(found, room));
        stands && by_id.remove(sid).is_some()
    }

    fn by_id(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<SharedRoom>>> {
        self.by_id.lock().expect("no thread panics while it holds the rooms")
    }
}

/// A session's name in logs: enough to tell sessions apart, not enough to ask for one.
fn short(sid: &SessionId) -> String {
    Sha256::digest(sid.0)[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use jumpseat_wire::{Blob, ClaimHash};

    use super::*;
    use crate::{admission::Source, cluster::MemoryCluster};

    const SID: SessionId = SessionId([1; 16]);

    fn rooms(per_prefix: usize) -> Rooms {
        let mut config = Config::default();
        config.limits.connections_per_prefix = per_prefix;
        Rooms::new(Arc::<MemoryCluster>::default(), Arc::new(config), Arc::default())
    }

    async fn open(rooms: &Rooms, sid: SessionId, net: u8) -> Result<Arc<SharedRoom>, CloseCode> {
        let opening = Opening { bundle: Blob(vec![7]), claim: ClaimHash([0; 32]), seats: Vec::new() };
        let prefix = Source::from(IpAddr::from(Ipv4Addr::new(10, 0, net, 1))).network;
        rooms.open(sid, prefix, opening, None, &Arc::default(), Instant::now()).await
    }

    /// JS-RELAY-3.
    #[tokio::test]
    async fn one_address_cannot_fill_the_relay() {
        let rooms = rooms(2);
        let mine = [SessionId([1; 16]), SessionId([2; 16]), SessionId([3; 16])];
        let first = open(&rooms, mine[0], 1).await.unwrap();
        open(&rooms, mine[1], 1).await.unwrap();
        assert_eq!(open(&rooms, mine[2], 1).await.err(), Some(CloseCode::RelayFull));
        open(&rooms, mine[2], 2).await.unwrap();
        first.lock().close(CloseCode::Ended);
        rooms.sweep(Instant::now()).await;
        drop(first);
        open(&rooms, mine[0], 1).await.unwrap();
    }

    #[tokio::test]
    async fn a_late_look_at_an_ended_room_leaves_the_next_one_alone() {
        let rooms = rooms(2);
        let old = open(&rooms, SID, 1).await.unwrap();
        old.lock().close(CloseCode::Ended);
        rooms.sweep(Instant::now()).await;
        let new = open(&rooms, SID, 1).await.unwrap();
        rooms.sweep_one(&SID, &old, Instant::now()).await;
        assert!(rooms.find(&SID).is_some_and(|found| Arc::ptr_eq(&found, &new)));
    }

    /// One session's fault is nobody else's.
    #[tokio::test]
    async fn a_room_that_breaks_is_given_up_alone() {
        let rooms = rooms(2);
        let broken = open(&rooms, SID, 1).await.unwrap();
        let other = open(&rooms, SessionId([2; 16]), 1).await.unwrap();
        let inside = Arc::clone(&broken);
        let fault = std::thread::spawn(move || {
            let _held = inside.lock();
            panic!("a fault while the room is held");
        });
        assert!(fault.join().is_err());
        let claim = jumpseat_wire::Claim([0; 32]);
        assert_eq!(broken.lock().host_returns(Arc::default(), &claim), Err(CloseCode::NotFound));
        rooms.sweep(Instant::now()).await;
        assert!(rooms.find(&SID).is_none() && rooms.find(&SessionId([2; 16])).is_some());
        assert!(other.lock().is_standing(Instant::now()));
        drop(broken);
        open(&rooms, SID, 1).await.unwrap();
    }

    /// Opens a room from a network, with a guest that is not there, and has its host print nearly a megabyte and go.
    async fn abandon(rooms: &Rooms, number: u16, net: u8) -> Result<Arc<SharedRoom>, CloseCode> {
        let mut sid = SessionId([9; 16]);
        sid.0[..2].copy_from_slice(&number.to_be_bytes());
        let claim = ClaimHash([0; 32]);
        let seats = vec![jumpseat_wire::control::Seat { slot: 1, claim }];
        let opening = Opening { bundle: Blob(vec![7]), claim, seats };
        let prefix = Source::from(IpAddr::from(Ipv4Addr::new(10, 0, net, 1))).network;
        let (host, now) = (Arc::<Link>::default(), Instant::now());
        let room = rooms.open(sid, prefix, opening, None, &host, now).await?;
        for seq in 0..31 {
            room.lock().host_sends(&host, &group(seq), now).unwrap();
        }
        room.lock().host_lost(&host, now);
        Ok(room)
    }

    fn group(seq: u64) -> Vec<u8> {
        let header =
            jumpseat_wire::FrameHeader { kind: jumpseat_wire::FrameKind::Group, slot: 0, epoch: 0, seq };
        [&header.encode()[..], &[0xa5; 32 * 1024 - 16]].concat()
    }

    fn rooms_with(mebibytes: usize) -> Rooms {
        let mut config = Config::default();
        config.limits.memory = mebibytes;
        Rooms::new(Arc::<MemoryCluster>::default(), Arc::new(config), Arc::default())
    }

    /// JS-RELAY-32.
    #[tokio::test]
    async fn rooms_that_nobody_is_in_hold_no_more_than_the_budget() {
        const MIB: usize = 1024 * 1024;
        let rooms = rooms_with(16);
        let mut most = 0;
        for number in 0..300 {
            let opened = abandon(&rooms, number, (number % 60) as u8).await;
            assert!(opened.is_ok() || opened.err() == Some(CloseCode::RelayFull));
            most = most.max(rooms.budget.held());
        }
        assert!((12 * MIB..=17 * MIB).contains(&most), "{most}");
        rooms.sweep(Instant::now()).await;
        assert!(rooms.budget.held() <= 8 * MIB, "{}", rooms.budget.held());
        // Whoever comes now finds room, and keeps what a guest of its own missed.
        let mine = abandon(&rooms, 1000, 99).await.unwrap();
        assert!(mine.lock().absent_since().is_some());
        // An hour later all are gone, and nothing is left of them.
        rooms.sweep(Instant::now() + std::time::Duration::from_secs(3600)).await;
        drop(mine);
        assert_eq!(rooms.budget.held(), 0);
    }

    /// JS-RELAY-32.
    #[tokio::test]
    async fn one_prefix_cannot_spend_what_others_need() {
        let rooms = rooms_with(16);
        let mut refused = 0;
        for number in 0..300 {
            refused += usize::from(abandon(&rooms, number, 1).await.is_err());
        }
        assert!(refused > 0 && rooms.budget.held() < 5 * 1024 * 1024, "{refused}, {}", rooms.budget.held());
        let mine = abandon(&rooms, 1000, 2).await.unwrap();
        rooms.sweep(Instant::now()).await;
        assert!(mine.lock().absent_since().is_some(), "it keeps what its guest missed");
    }

    /// JS-RELAY-32: in need a guest that is there is skipped to the newest frame, and gets that one.
    #[tokio::test]
    async fn who_is_there_gets_the_newest_frame_whatever_others_hold() {
        let rooms = rooms_with(1);
        let now = Instant::now();
        let (host, guest) = (Arc::<Link>::default(), Arc::<Link>::default());
        let claim = jumpseat_wire::Claim([3; 32]);
        let hash = ClaimHash(Sha256::digest(claim.0).into());
        let opening = Opening {
            bundle: Blob(vec![7]),
            claim: hash,
            seats: vec![jumpseat_wire::control::Seat { slot: 1, claim: hash }],
        };
        let prefix = Source::from(IpAddr::from(Ipv4Addr::new(10, 0, 1, 1))).network;
        let room = rooms.open(SID, prefix, opening, None, &host, now).await.unwrap();
        room.lock().take_seat(Arc::clone(&guest), 1, &claim, (0, 0), now).unwrap();
        for seq in 0..100 {
            room.lock().host_sends(&host, &group(seq), now).unwrap();
            assert!(rooms.budget.held() < 400 * 1024, "{seq}: {}", rooms.budget.held());
        }
        let mut out = std::collections::VecDeque::new();
        while !out.back().is_some_and(|last: &bytes::Bytes| last.ends_with(&group(99))) {
            let before = out.len();
            room.lock().fetch_guest(&guest, now, &mut out);
            room.lock().guest_acknowledges(&guest, 100, 0, now);
            assert!(out.len() > before, "the newest does not come");
        }
        assert!(rooms.counters.skips_by_memory.value() > 0);
        // A host that sends one guest more than it takes loses that guest.
        let pair = |seq| {
            let header = jumpseat_wire::FrameHeader {
                kind: jumpseat_wire::FrameKind::ToGuest,
                slot: 1,
                epoch: 0,
                seq,
            };
            [&header.encode()[..], &[0xa5; 30_000]].concat()
        };
        for seq in 0..20 {
            room.lock().host_sends(&host, &pair(seq), now).unwrap();
        }
        assert_eq!(guest.verdict(), Some(CloseCode::Slow));
        assert!(rooms.budget.held() < 800 * 1024, "{}", rooms.budget.held());
    }
}
