//! What a host sends of a document.

use jumpseat_pack::{Level, pack};
use serde::Serialize;

use super::Document;
use crate::{Entries, SourceState, json::json};

/// A document as a snapshot carries it.
#[derive(Serialize)]
struct Written<'a> {
    version: u64,
    state: &'a SourceState,
    left_out: u32,
    entries: &'a Entries,
}

impl Document {
    /// The whole document, compressed.
    pub fn encode(&self) -> Vec<u8> {
        let Self { version, state, left_out, entries, .. } = self;
        let written = Written { version: *version, state, left_out: *left_out, entries };
        pack(&json(&written), &[], Level::Fastest)
    }
}
