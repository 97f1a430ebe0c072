//! The encrypted session, without I/O.
//!
//! ```text
//!            ┌──────────────── jumpseat-session ────────────────┐
//!  output ──►│ Host ── seal ──► group frames  ──┐               │
//!  snapshot ►│      ── seal ──► pairwise frames ┤   relay       │
//!  keys   ◄──│      ◄─ gate ◄── guests' frames ◄┤ (ciphertext)  │
//!            │                                  └──► Guest ─────│──► terminals, events
//!            └───────────────────────────────────────────────────┘
//! ```
//!
//! [`Host`](host::Host) and [`Guest`](guest::Guest) are state machines: input and the time go in, things to
//! do come out, and nothing in here reads a clock, a file, a socket or the environment. The same machines
//! therefore run in the engine, under virtual time with a hostile relay in the tests, and under a fuzzer.
//!
//! Trust is in the types: bytes become a [`FrameHeader`](jumpseat_wire::FrameHeader), an opened plaintext, a
//! record and only then, past the write gate, an input or a terminal's change.
//!
//! Rules are cited as `JS-…`; `PROTOCOL.md` has their text.
//!
//! ```
//! use jumpseat_session::{Admission, Entropy, GuestCard, InviteTerms, Millis, Role};
//! use jumpseat_session::{guest::{Guest, GuestConfig}, host::{Host, HostConfig, HostOutput}};
//!
//! let now = Millis(0);
//! let mut host = Host::new(HostConfig::new("Ann", 0), Entropy::system(), now);
//! let terms = InviteTerms { role: Role::Viewer, admission: Admission::Open, ..InviteTerms::default() };
//! let invite = host.create_invite(now, terms)?;
//! host.open_terminal(now, "bash", 80, 24)?;
//! host.connected(now);
//! while let Some(output) = host.poll() {
//!     if let HostOutput::Text(text) = output {
//!         println!("to the relay: {text}");
//!     }
//! }
//!
//! let card = GuestCard { name: "Bo".into(), program: "example/1".into() };
//! let code = "K7QM-3XTE".parse()?;
//! let config = GuestConfig { code, token: invite.token, card, key: None, key_timing: false };
//! let mut guest = Guest::new(config, Entropy::system(), now);
//! guest.connected(now);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod area;
mod crypto;
mod error;
mod frame;
pub mod guest;
mod handshake;
pub mod host;
mod invite;
mod pace;
mod pair;
mod panel;
mod role;
mod shown;
mod snapshot;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod time;

pub use area::{
    people::GuestInfo,
    pointing::{Columns, Pointing, TextRange},
    session::EndReason,
    terminals::{Exit, InputRefusal, TerminalCard},
    transfer::{TransferKind, TransferLimits, TransferRefusal, TransferRequest},
};
pub use crypto::entropy::Entropy;
pub use error::{Misbehavior, SessionError};
pub use frame::record::{LAST_TERMINAL, Scope, TransferId};
pub use handshake::{
    knock::{GuestCard, GuestKey},
    sas::SafetyWords,
    welcome::KnockRefusal,
};
pub use invite::{
    book::{Admission, INVITE_LASTS, Invite, InviteFault, InviteTerms},
    link::{InviteLink, InvitePage, check_relay},
    pasted::pasted,
    token::Token,
};
pub use panel::{LAST_PANEL, PanelId};
pub use role::Role;
pub use shown::MAX_CHAT;
pub use snapshot::MAX_SNAPSHOT_LEN;
pub use time::Millis;

/// A terminal's number in its session, 1 to [`LAST_TERMINAL`]; the numbers above are panels' streams.
pub type StreamId = u8;
