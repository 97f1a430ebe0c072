//! Panels around the session: made on a thread of their own at the host, followed by a guest.
//!
//! ```text
//!  host   HostEngine ── Order ──► Desk: a thread with the sources, one task a panel ── Made ──► HostEngine
//!  guest  GuestEngine ── changes, snapshots, contents ──► Followed ── updates ──► client
//! ```

pub(crate) mod desk;
pub(crate) mod forges;
pub(crate) mod order;
mod panel;
pub(crate) mod source;

#[cfg(test)]
mod tests;
