//! Panels around the session: made on a thread of their own at the host, followed by a guest.
//!
//! ```text
//!  host   HostEngine ── Order ──► PanelService: a thread with the sources, one task a panel ── PanelEvent ──► HostEngine
//!  guest  GuestEngine ── changes, snapshots, contents ──► Followed ── updates ──► client
//! ```

pub(crate) mod forges;
pub(crate) mod order;
mod panel;
pub(crate) mod service;
pub(crate) mod source;

#[cfg(test)]
mod tests;
