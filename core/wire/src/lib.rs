//! What the relay may see.
//!
//! ```text
//!  host ──── text: control (JSON) ────► relay ◄──── text: control (JSON) ──── guest
//!       ──── binary: header ‖ ciphertext ────►  ──── the same bytes ────►
//! ```
//!
//! A connection between an end and the relay is one WebSocket. Text frames are [control]
//! messages; binary frames are sealed [frames](header) that the relay routes by their header and cannot
//! open. This crate holds the names, shapes and limits of both, and nothing that could decrypt: no keys,
//! no plaintext types, no I/O.
//!
//! ```
//! use jumpseat_wire::{FrameHeader, FrameKind, InviteCode};
//!
//! let code: InviteCode = "k7qm-3xte".parse()?;
//! assert_eq!(code.to_string(), "K7QM-3XTE");
//!
//! let header = FrameHeader { kind: FrameKind::Group, slot: 0, epoch: 3, seq: 41 };
//! let frame = [&header.encode()[..], b"ciphertext"].concat();
//! assert_eq!(FrameHeader::decode(&frame)?, (header, &b"ciphertext"[..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod blob;
pub mod close;
pub mod code;
pub mod control;
pub mod error;
pub mod header;
pub mod id;
pub mod limits;
pub mod opening;

pub use blob::{Blob, Claim, ClaimHash, Nonce, Signature};
pub use close::CloseCode;
pub use code::InviteCode;
pub use error::WireError;
pub use header::{FrameHeader, FrameKind};
pub use id::{InviteId, KnockId, SessionId};
pub use limits::HEADER_LEN;

/// The protocol's version: the first byte of every handshake message and frame.
pub const VERSION: u8 = 1;

/// A seat's number in its session. 0 is the host; guests count from 1 and a number is never used twice.
pub type Slot = u16;

/// The host's own slot.
pub const HOST_SLOT: Slot = 0;
