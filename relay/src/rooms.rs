//! All rooms of this node.

use std::{
    cmp::Reverse,
    collections::HashMap,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use jumpseat_wire::{CloseCode, InviteCode, SessionId};
use sha2::{Digest, Sha256};

use crate::{
    admission::Source,
    budget::{Budget, Held},
    cluster::{ClaimError, Cluster},
    config::Config,
    connection_limit::{ConnectionLimit, Permit},
    counters::Counters,
    link::Link,
    room::{Opening, Room},
};

/// A room that its connections share. Held for a few microseconds at a time, never across an await.
pub(crate) struct SharedRoom {
    room: Mutex<Room>,
    /// Given back when the last connection has left.
    _place: Permit,
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
    places: Arc<ConnectionLimit>,
    budget: Arc<Budget>,
    cluster: Arc<dyn Cluster>,
    config: Arc<Config>,
    counters: Arc<Counters>,
}

impl Rooms {
    pub(crate) fn new(cluster: Arc<dyn Cluster>, config: Arc<Config>, counters: Arc<Counters>) -> Self {
        // A room outlives its host's connection: without a bound of its own one address could fill the relay.
        let places = ConnectionLimit::new(config.limits.rooms, config.limits.rooms_per_address());
        let budget = Budget::new(config.limits.memory.saturating_mul(1024 * 1024));
        Self { by_id: Mutex::default(), places, budget, cluster, config, counters }
    }

    /// Counts what a connection from there holds next to what its room does.
    pub(crate) fn connect(&self, source: Source) -> Held {
        self.budget.connect(source)
    }

    /// Opens a room for an address and connects its host, which has proved that the session is its own: a room that
    /// stands gives way.
    pub(crate) async fn open(
        &self,
        sid: SessionId,
        source: Source,
        opening: Opening,
        wished: Option<InviteCode>,
        link: &Arc<Link>,
        now: Instant,
    ) -> Result<Arc<SharedRoom>, CloseCode> {
        let limits = &self.config.limits;
        opening.check(limits.guests)?;
        if let Some(standing) = self.find(&sid) {
            // Whoever sits there comes back to the next one.
            standing.lock().close(CloseCode::Moved);
            self.sweep_one(&sid, &standing, now).await;
        }
        let place = self.places.admit(Some(source)).map_err(|_| CloseCode::RelayFull)?;
        let held = self.budget.open(source).ok_or(CloseCode::RelayFull)?;
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

    /// Where memory is short those give way who hold more than their share: the heaviest networks first, of these the
    /// heaviest rooms, and guests that are there only after all that are not.
    fn shed(&self, rooms: impl Iterator<Item = Arc<SharedRoom>>) {
        if !self.budget.is_short() {
            return;
        }
        let level = self.budget.find_level();
        let weight = |room: Arc<SharedRoom>| {
            let meter = Arc::clone(room.lock().meter());
            (Reverse((meter.held_by_network(), meter.held())), room)
        };
        let mut rooms: Vec<_> = rooms.map(weight).collect();
        rooms.sort_by_key(|(weight, _)| *weight);
        for (_, room) in &rooms {
            if self.budget.is_ample() {
                return;
            }
            room.lock().shed_absent(level);
        }
        for (_, room) in &rooms {
            if !self.budget.is_short() {
                return;
            }
            room.lock().shed(level);
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
mod tests;
