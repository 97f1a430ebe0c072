//! Which session is found under which code, for one node or many.

use std::{collections::HashMap, sync::Mutex};

use futures_util::future::BoxFuture;
use jumpseat_wire::{InviteCode, SessionId};
use thiserror::Error;

/// The registry of codes and sessions. Frames never cross it: a session lives at one node, and this says
/// which codes are in use and what they stand for.
pub trait Cluster: Send + Sync + 'static {
    /// Registers a session under the code it had before, or under a fresh one.
    fn claim(
        &self,
        sid: SessionId,
        wished: Option<InviteCode>,
    ) -> BoxFuture<'_, Result<InviteCode, ClaimError>>;

    /// The session behind a code.
    fn resolve(&self, code: InviteCode) -> BoxFuture<'_, Option<SessionId>>;

    /// Frees a code and its session.
    fn release(&self, code: InviteCode) -> BoxFuture<'_, ()>;
}

/// Why a session could not be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// The session is registered already.
    #[error("the session is registered already")]
    SessionTaken,
    /// The wished code belongs to another session.
    #[error("the code belongs to another session")]
    CodeTaken,
    /// The registry cannot be asked.
    #[error("the registry cannot be asked")]
    Unavailable,
}

/// The registry of a relay that is one node.
#[derive(Debug, Default)]
pub struct MemoryCluster {
    codes: Mutex<HashMap<InviteCode, SessionId>>,
}

impl MemoryCluster {
    fn codes(&self) -> std::sync::MutexGuard<'_, HashMap<InviteCode, SessionId>> {
        self.codes.lock().expect("no thread panics while it holds the codes")
    }

    fn claim_now(&self, sid: SessionId, wished: Option<InviteCode>) -> Result<InviteCode, ClaimError> {
        let mut codes = self.codes();
        if codes.values().any(|known| *known == sid) {
            return Err(ClaimError::SessionTaken);
        }
        let code = match wished {
            Some(code) if codes.contains_key(&code) => return Err(ClaimError::CodeTaken),
            Some(code) => code,
            None => loop {
                let mut random = [0; 5];
                getrandom::fill(&mut random).map_err(|_| ClaimError::Unavailable)?;
                let code = InviteCode::from_random(random);
                if !codes.contains_key(&code) {
                    break code;
                }
            },
        };
        codes.insert(code, sid);
        Ok(code)
    }
}

impl Cluster for MemoryCluster {
    fn claim(
        &self,
        sid: SessionId,
        wished: Option<InviteCode>,
    ) -> BoxFuture<'_, Result<InviteCode, ClaimError>> {
        Box::pin(std::future::ready(self.claim_now(sid, wished)))
    }

    fn resolve(&self, code: InviteCode) -> BoxFuture<'_, Option<SessionId>> {
        Box::pin(std::future::ready(self.codes().get(&code).copied()))
    }

    fn release(&self, code: InviteCode) -> BoxFuture<'_, ()> {
        self.codes().remove(&code);
        Box::pin(std::future::ready(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JS-RELAY-3.
    #[tokio::test]
    async fn codes_are_claimed_once() {
        let cluster = MemoryCluster::default();
        let [a, b] = [SessionId([1; 16]), SessionId([2; 16])];
        let code = cluster.claim(a, None).await.unwrap();
        assert_eq!(cluster.resolve(code).await, Some(a));
        assert_eq!(cluster.claim(a, None).await, Err(ClaimError::SessionTaken));
        assert_eq!(cluster.claim(b, Some(code)).await, Err(ClaimError::CodeTaken));
        cluster.release(code).await;
        assert_eq!(cluster.resolve(code).await, None);
        assert_eq!(cluster.claim(b, Some(code)).await, Ok(code));
    }
}
