//! What guests see next to the terminal, without I/O.
//!
//! ```text
//!  source ── entries ──► Document ── change_to ──► Change ──► (sealed, relayed) ──► Document ── entries ──► client
//!                        (host)   ── encode ─────► snapshot ─────────────────────► (guest)
//!                           ▲
//!                           └── offers: only what stands in it now can be fetched ◄── Reference ── guest
//! ```
//!
//! A panel is a [`Document`]: entries under keys, with a version. The host brings its document to what a
//! source found and gets the [`Change`] that brings every guest's there. What is large stays at the host;
//! an entry only has a [`Reference`] to it, which the host made and answers while it stands in the document.
//! Nothing here takes a path, a command or a change from a guest.
//!
//! ```
//! use jumpseat_panels::{Change, Document, Entries, PanelKind, SourceState};
//!
//! let (mut host, mut guest) = (Document::new(PanelKind::Git), Document::new(PanelKind::Git));
//! let change = host.change_to(Entries::new(), SourceState::Fresh).expect("it was starting before");
//! guest.apply(Change::decode(PanelKind::Git, &change.encode())?)?;
//! assert_eq!(host, guest);
//! # Ok::<(), jumpseat_panels::PanelError>(())
//! ```

mod change;
mod content;
mod content_cache;
mod document;
mod entry;
mod error;
mod json;
mod key;
mod kind;
pub mod limits;
pub mod outline;
mod reference;
mod state;
pub mod text;

pub use change::Change;
#[cfg(not(target_family = "wasm"))]
pub use content::pack_content;
pub use content::{ContentHash, unpack_content};
pub use content_cache::ContentCache;
pub use document::Document;
pub use entry::*;
pub use error::PanelError;
pub use key::Key;
pub use kind::PanelKind;
pub use reference::{Reference, ReferenceId};
pub use state::{Remedy, SourceState};
