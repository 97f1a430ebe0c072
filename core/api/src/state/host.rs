//! The state of an engine that hosts.

use std::collections::{BTreeMap, BTreeSet};

use jumpseat_panels::PanelKind;
use jumpseat_wire::{InviteCode, InviteId, KnockId, Slot};
use serde::{Deserialize, Serialize};

use super::Place;
use crate::{
    panels::PanelStatus,
    terms::{ChatLine, ConnectionState, Invite, Person, PointAt, SessionNo, Size, TerminalNo},
};

/// The state of an engine that hosts.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct HostState {
    /// The process's id.
    pub pid: u32,
    /// Its terminals, shared or not.
    #[serde(default)]
    pub terminals: BTreeMap<TerminalNo, TerminalState>,
    /// Its sessions.
    #[serde(default)]
    pub sessions: BTreeMap<SessionNo, SessionState>,
}

impl HostState {
    /// The terminals that a session shows.
    pub fn terminals_of(&self, session: SessionNo) -> impl Iterator<Item = &TerminalState> {
        self.terminals.values().filter(move |terminal| terminal.session == Some(session))
    }
}

/// A terminal that is open.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct TerminalState {
    /// Its number.
    pub terminal: TerminalNo,
    /// Its title: sanitized.
    pub title: String,
    /// The program's working directory, as far as the shell tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub cwd: Option<String>,
    /// Its size.
    pub size: Size,
    /// The session that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub session: Option<SessionNo>,
    /// The newest commands.
    #[serde(default)]
    pub blocks: BTreeMap<u64, BlockInfo>,
}

/// A command and what came of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct BlockInfo {
    /// Its number in its terminal.
    pub block: u64,
    /// The command line, if the shell told it.
    pub command: Option<String>,
    /// Where it ran.
    pub cwd: Option<String>,
    /// How it ended, if it has.
    pub exit_code: Option<i32>,
    /// When it began, in milliseconds since 1970.
    pub started: u64,
    /// How long it took, in milliseconds, if it has ended.
    pub duration: Option<u64>,
    /// The shell's integration told it. Otherwise anything that was printed in the terminal may have made it up.
    pub proven: bool,
}

/// A session that is open.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SessionState {
    /// Its number.
    pub session: SessionNo,
    /// Its code at the relay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub code: Option<InviteCode>,
    /// The relay's address as guests reach it.
    pub relay: String,
    /// The line to the relay.
    pub connection: ConnectionState,
    /// When it ends by itself, in milliseconds since 1970.
    pub expires_at: u64,
    /// The terminal that the host's person has in front: only there guests' keys count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub looking: Option<TerminalNo>,
    /// Who sits in.
    #[serde(default)]
    pub guests: BTreeMap<Slot, Person>,
    /// Who is waiting to join.
    #[serde(default)]
    pub knocks: BTreeMap<KnockId, Knock>,
    /// Its invites that were not taken back, in the order in which they were made.
    #[serde(default)]
    pub invites: Vec<Invite>,
    /// Its panels.
    #[serde(default)]
    pub panels: BTreeMap<PanelKind, PanelStatus>,
    /// Who types, and where.
    #[serde(default)]
    pub typing: BTreeMap<Slot, TerminalNo>,
    /// Who points at what; 0 is the host.
    #[serde(default)]
    pub pointing: BTreeMap<Slot, PointAt>,
    /// The newest lines of the chat.
    #[serde(default)]
    pub chat: BTreeMap<u64, ChatLine>,
    /// Terminals that print faster than anyone can read or the line can carry: guests see them in glimpses.
    #[serde(default)]
    pub skimming: BTreeSet<TerminalNo>,
}

/// Someone who is waiting to join.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Knock {
    /// The knock's number.
    pub knock: KnockId,
    /// The name it gives itself: sanitized, unverified.
    pub name: String,
    /// The invite it holds.
    pub invite: InviteId,
    /// Whether somebody came by that invite before: its token may be known to more than the one it was for.
    #[serde(default)]
    pub again: bool,
}

/// A place in a [`HostState`]. Its value includes everything below it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HostPath {
    /// Everything.
    All,
    /// A terminal.
    Terminal(TerminalNo),
    /// A terminal's title.
    Title(TerminalNo),
    /// A terminal's directory.
    Cwd(TerminalNo),
    /// A terminal's size.
    Size(TerminalNo),
    /// The session that shows a terminal.
    Shown(TerminalNo),
    /// A command.
    Block(TerminalNo, u64),
    /// A session.
    Session(SessionNo),
    /// A session's line to its relay.
    Connection(SessionNo),
    /// What the host has in front.
    Looking(SessionNo),
    /// A guest.
    Guest(SessionNo, Slot),
    /// Somebody who waits to join.
    Knock(SessionNo, KnockId),
    /// All that wait.
    Knocks(SessionNo),
    /// A session's invites.
    Invites(SessionNo),
    /// A panel.
    Panel(SessionNo, PanelKind),
    /// Who types.
    Typing(SessionNo),
    /// At what somebody points.
    Pointing(SessionNo, Slot),
    /// A line of chat.
    Chat(SessionNo, u64),
    /// Which terminals are skimmed.
    Skimming(SessionNo),
}

impl Place for HostPath {
    const WHOLE: Self = Self::All;

    fn path(&self) -> Vec<String> {
        let terminal = |no: TerminalNo, rest: &[&str]| below("terminals", no.0, rest);
        let session = |no: SessionNo, rest: &[&str]| below("sessions", no.0, rest);
        match *self {
            Self::All => Vec::new(),
            Self::Terminal(no) => terminal(no, &[]),
            Self::Title(no) => terminal(no, &["title"]),
            Self::Cwd(no) => terminal(no, &["cwd"]),
            Self::Size(no) => terminal(no, &["size"]),
            Self::Shown(no) => terminal(no, &["session"]),
            Self::Block(no, block) => terminal(no, &["blocks", &block.to_string()]),
            Self::Session(no) => session(no, &[]),
            Self::Connection(no) => session(no, &["connection"]),
            Self::Looking(no) => session(no, &["looking"]),
            Self::Guest(no, slot) => session(no, &["guests", &slot.to_string()]),
            Self::Knock(no, knock) => session(no, &["knocks", &knock.to_string()]),
            Self::Knocks(no) => session(no, &["knocks"]),
            Self::Invites(no) => session(no, &["invites"]),
            Self::Panel(no, panel) => session(no, &["panels", panel.name()]),
            Self::Typing(no) => session(no, &["typing"]),
            Self::Pointing(no, slot) => session(no, &["pointing", &slot.to_string()]),
            Self::Chat(no, line) => session(no, &["chat", &line.to_string()]),
            Self::Skimming(no) => session(no, &["skimming"]),
        }
    }
}

fn below(what: &str, no: u32, rest: &[&str]) -> Vec<String> {
    let number = no.to_string();
    [what, &number].into_iter().chain(rest.iter().copied()).map(str::to_owned).collect()
}
