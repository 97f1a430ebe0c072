//! All rooms of this node.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Instant,
};

use jumpseat_wire::{CloseCode, InviteCode, SessionId};
use sha2::{Digest, Sha256};

use crate::{
    cluster::{ClaimError, Cluster},
    config::Config,
    counters::Counters,
    link::Link,
    room::{Opening, Room},
};

/// A room that its connections share. Held for a few microseconds at a time, never across an await.
pub(crate) struct SharedRoom(Mutex<Room>);

impl SharedRoom {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Room> {
        self.0.lock().expect("a room does not panic")
    }
}

/// All rooms of this node.
pub(crate) struct Rooms {
    by_id: Mutex<HashMap<SessionId, Arc<SharedRoom>>>,
    cluster: Arc<dyn Cluster>,
    config: Arc<Config>,
    counters: Arc<Counters>,
}

impl Rooms {
    pub(crate) fn new(cluster: Arc<dyn Cluster>, config: Arc<Config>, counters: Arc<Counters>) -> Self {
        Self { by_id: Mutex::default(), cluster, config, counters }
    }

    /// Opens a room and connects its host.
    pub(crate) async fn open(
        &self,
        sid: SessionId,
        opening: Opening,
        wished: Option<InviteCode>,
        link: &Arc<Link>,
        now: Instant,
    ) -> Result<Arc<SharedRoom>, CloseCode> {
        let limits = &self.config.limits;
        opening.check(limits.guests)?;
        if self.count() >= limits.rooms {
            return Err(CloseCode::RelayFull);
        }
        let code = self.cluster.claim(sid, wished).await.map_err(|error| match error {
            ClaimError::SessionTaken => CloseCode::NotAllowed,
            ClaimError::CodeTaken => CloseCode::CodeTaken,
            ClaimError::Unavailable => CloseCode::RelayFull,
        })?;
        let counters = Arc::clone(&self.counters);
        let mut room = Room::new(code, opening, limits.guests, self.config.lifetime(), counters, now);
        room.open(Arc::clone(link), now);
        let room = Arc::new(SharedRoom(Mutex::new(room)));
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

    /// How many rooms there are.
    pub(crate) fn count(&self) -> usize {
        self.by_id().len()
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
    pub(crate) async fn sweep_one(&self, sid: &SessionId, room: &SharedRoom, now: Instant) {
        let ended = {
            let mut room = room.lock();
            (!room.is_standing(now)).then(|| room.code())
        };
        let Some(code) = ended else { return };
        if self.by_id().remove(sid).is_some() {
            self.cluster.release(code).await;
            tracing::info!(session = short(sid), "room closed");
        }
    }

    fn by_id(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<SharedRoom>>> {
        self.by_id.lock().expect("no thread panics while it holds the rooms")
    }
}

/// A session's name in logs: enough to tell sessions apart, not enough to ask for one.
fn short(sid: &SessionId) -> String {
    Sha256::digest(sid.0)[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}
