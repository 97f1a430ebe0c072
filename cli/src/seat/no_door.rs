//! Where there is no local socket: nobody asks.

use jumpseat_engine::face::{Commands, GuestCommand};

use crate::board::Board;

/// Where other processes of the same person would ask.
pub(crate) struct Door(());

/// A question: there is none.
pub(crate) enum Asked {}

impl Door {
    /// Listens nowhere.
    pub(crate) fn open() -> Self {
        Self(())
    }

    /// Nothing ever comes.
    pub(crate) async fn next(&mut self) -> Asked {
        std::future::pending().await
    }
}

impl Asked {
    /// There is nothing to answer.
    pub(crate) fn answer(self, _: &Board, _: &Commands<GuestCommand>) {
        match self {}
    }
}
