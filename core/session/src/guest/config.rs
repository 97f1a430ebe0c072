//! What a guest starts with.

use jumpseat_wire::InviteCode;

use crate::{GuestCard, GuestKey, Token};

/// What a guest starts with.
#[derive(Clone, Debug)]
pub struct GuestConfig {
    /// Where the session is found.
    pub code: InviteCode,
    /// What lets it knock.
    pub token: Token,
    /// Who it says it is.
    pub card: GuestCard,
    /// What shows that it is the same guest as before; without one it is another each time.
    pub key: Option<GuestKey>,
    /// Whether keys leave on a beat, with empty frames between them, so that the relay cannot read words
    /// from their timing (rule JS-PAIR-5). Costs up to 20 ms a key.
    pub key_timing: bool,
}
