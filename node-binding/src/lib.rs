//! The engine's client for Node: options in, engine call, plain object or event out.
//!
//! ```text
//! index.js ── JSON, bytes ──▶ Handle ── Work ──▶ task ── commands ──▶ engine
//! callback ◀── JSON, buffers ── Outbox ◀── Update ── task ◀── events ──┘
//! ```
//!
//! All tasks share one thread. Objects cross as JSON, because parsing it is what Node does fastest; bytes cross as
//! buffers, copied once. Nothing here decides anything.
// The attribute that exports a function writes the unsafe code that calls it.
#![allow(unsafe_code)]

mod answer;
mod fault;
mod guest;
mod handle;
mod host;
mod outbox;
mod panels;
#[cfg(debug_assertions)]
mod panics;
mod runtime;

use jumpseat_engine::{
    InviteLink,
    api::{ApiError, ApiErrorKind},
};
use napi::bindgen_prelude::Function;
use napi_derive::napi;
use serde::de::DeserializeOwned;

use self::{
    fault::{Fault, guard},
    handle::Handle,
    outbox::{Batch, Outbox},
};

/// Speaks to the holder, which is started when there is none.
#[napi]
pub fn host(options: String, on: Function<'_, Batch, ()>) -> napi::Result<Handle> {
    guard(|| {
        let options: host::Options = read(&options)?;
        let outbox = Outbox::new(&on)?;
        Handle::start(options, outbox)
    })
}

/// Takes a seat at a session.
#[napi]
pub fn join(options: String, on: Function<'_, Batch, ()>) -> napi::Result<Handle> {
    guard(|| {
        let options: guest::Options = read(&options)?;
        let outbox = Outbox::new(&on)?;
        let panels = panels::Shared::default();
        Ok(Handle::start(guest::Joining { options, panels: panels.clone() }, outbox)?.with(panels))
    })
}

/// How every panel stands for its host, those that are shared and the others, as JSON.
#[napi]
pub fn offers(shared: String) -> napi::Result<String> {
    guard(|| serde_json::to_string(&panels::offers(&read::<Vec<_>>(&shared)?)).map_err(Fault::bug))
}

/// What a link says, as JSON.
#[napi]
pub fn read_link(link: String) -> napi::Result<String> {
    guard(|| {
        let link = InviteLink::parse(&link).map_err(|error| {
            ApiError::new(ApiErrorKind::Invite, error.to_string()).hint("copy the whole link again")
        })?;
        let token = link.token.reveal();
        Ok(serde_json::json!({ "relay": link.relay, "code": link.code, "token": *token }).to_string())
    })
}

/// The version of this module.
#[napi]
pub fn version() -> napi::Result<String> {
    guard(|| Ok(env!("CARGO_PKG_VERSION").to_owned()))
}

/// A client that panics as it opens. Not in what is shipped.
#[cfg(debug_assertions)]
#[napi]
pub fn panic_in_task(_options: String, on: Function<'_, Batch, ()>) -> napi::Result<Handle> {
    guard(|| Handle::start(panics::Panics, Outbox::new(&on)?))
}

/// An export that panics. Not in what is shipped.
#[cfg(debug_assertions)]
#[napi]
pub fn panic_in_export() -> napi::Result<()> {
    guard(|| panic!("asked for by a test"))
}

/// Options and commands, as their types have them.
fn read<T: DeserializeOwned>(json: &str) -> Result<T, Fault> {
    serde_json::from_str(json).map_err(|error| ApiError::new(ApiErrorKind::Misused, error.to_string()).into())
}
