//! The adversarial suite at the session's layer: a relay that drops, repeats, reorders, delays, flips,
//! splices and swaps, under virtual time. Cases bear the numbers of `PROTOCOL.md`; those that need a guest
//! or a host of the attacker's own are next to the machines, in `src/host/tests/`.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

#[path = "../support/mod.rs"]
mod support;

mod ends;
mod floods;
mod frames;
mod garbage;
mod invites;
mod joining;
mod liveness;
mod nonces;
mod panels;
mod pictures;
mod presence;
mod schedules;
mod signs;
mod squatted;
mod typing;
mod waiting;
mod words;
