//! The referee: our screen, and our snapshots in xterm.js, against xterm.js fed with the whole stream.

mod corpus;
mod cost;
mod generated;
mod judge;
#[path = "../streams/mod.rs"]
mod streams;
