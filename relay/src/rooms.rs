//! All rooms of this node.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use jumpseat_wire::{CloseCode, InviteCode, SessionId};
use sha2::{Digest, Sha256};

use crate::{
    admission::{Place, Places, Prefix},
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
    pub(crate) fn lock(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(|broken| self.give_up(broken))
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

/// All rooms of this node.
pub(crate) struct Rooms {
    by_id: Mutex<HashMap<SessionId, Arc<SharedRoom>>>,
    places: Arc<Places>,
    cluster: Arc<dyn Cluster>,
    config: Arc<Config>,
    counters: Arc<Counters>,
}

impl Rooms {
    pub(crate) fn new(cluster: Arc<dyn Cluster>, config: Arc<Config>, counters: Arc<Counters>) -> Self {
        // A room outlives its host's connection: without a bound of its own one address could fill the relay.
        let places = Places::new(config.limits.rooms, config.limits.rooms_per_prefix());
        Self { by_id: Mutex::default(), places, cluster, config, counters }
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
        let code = self.cluster.claim(sid, wished).await.map_err(|error| match error {
            ClaimError::SessionTaken => CloseCode::NotAllowed,
            ClaimError::CodeTaken => CloseCode::CodeTaken,
            ClaimError::Unavailable => CloseCode::RelayFull,
        })?;
        let counters = Arc::clone(&self.counters);
        let mut room = Room::new(code, opening, limits.guests, self.config.lifetime(), counters, now);
        room.open(Arc::clone(link), now);
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
        for (sid, room) in all {
            self.sweep_one(&sid, &room, now).await;
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
}
