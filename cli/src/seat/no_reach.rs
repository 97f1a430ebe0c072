//! Where there is no local socket: no seat can be asked.

use jumpseat_wire::InviteCode;

use super::message::{Answer, Question, Seat};
use crate::error::{Fault, FaultKind};

/// A joined session: there is no way to one.
pub(crate) enum Joined {}

/// The one with this code, or the only one.
pub(crate) async fn one(_: Option<InviteCode>) -> Result<Joined, Fault> {
    Err(Fault::new(
        FaultKind::Local,
        "joined sessions cannot be asked: this system has no local sockets that Jumpseat can use",
    )
    .hint("the menu of `jumpseat join` shows the panels, too"))
}

impl Joined {
    /// How it stands.
    pub(crate) fn seat(&self) -> &Seat {
        match *self {}
    }

    /// Asks it.
    pub(crate) async fn ask(&mut self, _: Question) -> Result<Answer, Fault> {
        match *self {}
    }
}
