//! States as documents: whole once, then what changed, by the place where it stands.
//!
//! A state is a tree of JSON objects. A [`StateChange`] names a place in it by its keys and carries the whole new value, or
//! `null` if there is none any more. A client needs nothing else to keep a copy:
//!
//! ```text
//!  { "version": 7, "whole": false, "changes": [
//!      { "path": ["sessions", "1", "people", "2", "role"], "value": "writer" },
//!      { "path": ["sessions", "1", "knocks", "5"],         "value": null } ] }
//! ```
//!
//! The engine marks the places that changed and reads their values when a client takes its next update. A slow client gets
//! fewer updates, never older ones.

mod host;
mod seat;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

pub use host::{BlockInfo, HostPath, HostState, Knock, SessionState, TerminalState};
pub use seat::{Phase, SeatInvite, SeatPath, SeatState, SharedTerminal};

/// Changed places that are kept apart for a client.
const MAX_PLACES: usize = 1_000;

/// Lines of chat that a state keeps.
pub const MAX_CHAT: usize = 200;

/// What changed in a state since the update before.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct StateUpdate {
    /// The state's version after this update. Each client has its own count.
    pub version: u64,
    /// Whether this is the whole state and replaces any earlier one.
    pub whole: bool,
    /// In the order in which they are to be made.
    pub changes: Vec<StateChange>,
}

/// The new value at one place of a state.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct StateChange {
    /// The keys that lead there. None is the whole state.
    pub path: Vec<String>,
    /// The whole value; null if there is none any more.
    #[cfg_attr(feature = "types", ts(type = "unknown"))]
    pub value: Value,
}

/// A copy of a state.
#[derive(Clone, Debug)]
pub struct Replica<S> {
    version: Option<u64>,
    document: Value,
    state: S,
}

impl<S: DeserializeOwned + Default> Default for Replica<S> {
    fn default() -> Self {
        Self { version: None, document: Value::Object(Map::new()), state: S::default() }
    }
}

impl<S: DeserializeOwned> Replica<S> {
    /// Makes the changes. Whether it could: an update that does not follow the one before leaves the copy as it is, and
    /// the state has to be asked for whole.
    pub fn apply(&mut self, update: StateUpdate) -> bool {
        if self.version.is_some_and(|known| update.version <= known) {
            return true;
        }
        if !update.whole && self.version != Some(update.version - 1) {
            return false;
        }
        let mut document = if update.whole { Value::Null } else { std::mem::take(&mut self.document) };
        for StateChange { path, value } in update.changes {
            set(&mut document, &path, value);
        }
        let state = serde_json::from_value(document.clone());
        self.document = document;
        let Ok(state) = state else { return false };
        (self.version, self.state) = (Some(update.version), state);
        true
    }

    /// The state, consuming the copy.
    pub fn into_state(self) -> S {
        self.state
    }

    /// The current state.
    pub fn state(&self) -> &S {
        &self.state
    }
}

/// Puts a value where the path leads, or takes away what is there.
fn set(at: &mut Value, path: &[String], value: Value) {
    let Some((key, rest)) = path.split_first() else {
        *at = value;
        return;
    };
    if value.is_null() {
        match at.as_object_mut() {
            Some(object) if rest.is_empty() => drop(object.remove(key)),
            Some(object) => object.get_mut(key).into_iter().for_each(|below| set(below, rest, Value::Null)),
            None => {}
        }
        return;
    }
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    if let Value::Object(object) = at {
        set(object.entry(key.as_str()).or_insert(Value::Null), rest, value);
    }
}

/// A place in a state.
pub trait Place: Ord + Copy {
    /// The whole state.
    const WHOLE: Self;

    /// The keys that lead there.
    fn path(&self) -> Vec<String>;
}

/// The places that changed since one client was told last.
#[derive(Clone, Debug)]
pub struct Dirty<P> {
    places: BTreeSet<P>,
    version: u64,
}

impl<P: Place> Default for Dirty<P> {
    /// Everything is new to a new client.
    fn default() -> Self {
        Self { places: BTreeSet::from([P::WHOLE]), version: 0 }
    }
}

impl<P: Place> Dirty<P> {
    /// Something changed there.
    pub fn mark(&mut self, place: P) {
        if self.places.contains(&P::WHOLE) {
            return;
        }
        self.places.insert(place);
        // A client that takes no update for long gets all of it: what waits for it does not grow without end.
        if self.places.len() > MAX_PLACES {
            self.places = BTreeSet::from([P::WHOLE]);
        }
    }

    /// All of it, in the version that the client was told last.
    pub fn whole(&self, value: Value) -> StateUpdate {
        StateUpdate {
            version: self.version,
            whole: true,
            changes: vec![StateChange { path: Vec::new(), value }],
        }
    }

    /// Whether there is anything to tell.
    pub fn is_dirty(&self) -> bool {
        !self.places.is_empty()
    }

    /// The update that brings the client up to date; `value` reads what stands at a place now.
    pub fn update(&mut self, value: impl Fn(P) -> Value) -> Option<StateUpdate> {
        if self.places.is_empty() {
            return None;
        }
        self.version += 1;
        let whole = self.places.contains(&P::WHOLE);
        let places = std::mem::take(&mut self.places);
        let places = if whole { BTreeSet::from([P::WHOLE]) } else { places };
        let changes = places.into_iter().map(|place| StateChange { path: place.path(), value: value(place) });
        Some(StateUpdate { version: self.version, whole, changes: changes.collect() })
    }
}

#[cfg(test)]
mod tests;
