//! The commands, one file each.

pub(crate) mod admit;
pub(crate) mod chat;
pub(crate) mod completions;
pub(crate) mod grant;
pub(crate) mod guests;
pub(crate) mod hold;
pub(crate) mod invites;
pub(crate) mod join;
pub(crate) mod man;
pub(crate) mod panel;
pub(crate) mod panels;
pub(crate) mod relay;
pub(crate) mod remove;
pub(crate) mod revoke;
pub(crate) mod sessions;
pub(crate) mod share;
pub(crate) mod stop;

mod embedded;
mod hosted;
mod local_session;
mod runtime;
mod terms;
mod workspace;

pub(crate) use runtime::{Context, on_runtime};
