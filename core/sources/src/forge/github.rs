//! GitHub: REST for what it tells conditionally and to anyone, GraphQL for what only that knows.

mod api;
mod map;
mod threads;

pub(super) use api::GitHub;
pub(super) use map::summed;
