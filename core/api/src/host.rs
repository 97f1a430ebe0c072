//! What a client asks of an engine that hosts, and what it is answered.

use std::{collections::BTreeMap, path::PathBuf};

use jumpseat_wire::{InviteId, KnockId, Slot};
use serde::{Deserialize, Serialize};

use super::panels::{Content, Finding, PanelKind, PanelOptions, PanelUpdate};
use super::state::StateUpdate;
use super::terms::{
    Invite, InviteTerms, PointAt, RelayChoice, Role, Secret, SessionNo, Size, StartFrom, TerminalNo,
};

/// What a client asks of an engine that hosts. Every command is answered by a [`Reply`] or a failure.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum HostCommand {
    /// Starts a shell or a program in a terminal of its own: [`Reply::Terminal`].
    OpenTerminal(TerminalOptions),
    /// Shows a terminal to this client: its picture first, as ANSI, then its bytes as they come, in
    /// [`HostEvent::Output`](super::HostEvent::Output). Asked again, it starts over with a new picture.
    Attach {
        /// The terminal's number.
        terminal: TerminalNo,
        /// Bytes that may be under way to this client before it gives [`Credit`](Self::Credit). The terminal's
        /// program waits for the client, as it would for any terminal.
        window: u32,
        /// Whether the picture brings its scrollback.
        scrollback: bool,
    },
    /// Shows it no longer. The program runs on, and no longer waits for this client.
    Detach {
        /// The terminal's number.
        terminal: TerminalNo,
    },
    /// Says that so many bytes of output have been shown.
    Credit {
        /// The terminal's number.
        terminal: TerminalNo,
        /// How many more.
        bytes: u32,
    },
    /// Keys of the host's own person.
    #[serde(skip)]
    Input {
        /// Where they go.
        terminal: TerminalNo,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Changes a terminal's size: for its program and for every guest.
    Resize {
        /// The terminal's number.
        terminal: TerminalNo,
        /// To what.
        size: Size,
    },
    /// Says which terminal this client's person has in front. Guests' keys count only there.
    Looking {
        /// Which, if any.
        terminal: Option<TerminalNo>,
    },
    /// Hangs up: the program gets SIGHUP, and SIGKILL if it stays.
    CloseTerminal {
        /// The terminal's number.
        terminal: TerminalNo,
    },
    /// The picture as it stands, for scripts: [`Reply::Screen`].
    Screen {
        /// The terminal's number.
        terminal: TerminalNo,
        /// In what form.
        format: ScreenFormat,
    },
    /// The text of some lines as they stand: [`Reply::Lines`].
    Lines {
        /// The terminal's number.
        terminal: TerminalNo,
        /// The first line, counted as in [`TextRange`](super::TextRange).
        from: u64,
        /// The last line. At most [`MAX_LINES`](super::MAX_LINES) are given.
        to: u64,
    },
    /// Starts a session: [`Reply::Session`] once the relay knows it.
    Share(ShareOptions),
    /// Shares one more terminal in a session.
    AddTerminal {
        /// The session.
        session: SessionNo,
        /// The terminal.
        terminal: TerminalNo,
        /// What of its past is seen.
        #[serde(flatten)]
        from: StartFrom,
    },
    /// Shares a terminal no longer. It stays open here.
    WithdrawTerminal {
        /// The session.
        session: SessionNo,
        /// The terminal.
        terminal: TerminalNo,
    },
    /// Ends a session for everyone. Its terminals stay open here.
    Stop {
        /// The session's number.
        session: SessionNo,
    },
    /// Ends every session.
    StopAll,
    /// Makes a further invite: [`Reply::Invite`].
    CreateInvite {
        /// For which session.
        session: SessionNo,
        /// What it grants.
        terms: InviteTerms,
    },
    /// Makes an invite worthless; those who came by it stay.
    RevokeInvite {
        /// Of which session.
        session: SessionNo,
        /// The invite's id.
        invite: InviteId,
    },
    /// Lets the one who knocked in.
    Admit {
        /// At which session.
        session: SessionNo,
        /// The knock.
        knock: KnockId,
    },
    /// Sends the one who knocked away.
    Deny {
        /// At which session.
        session: SessionNo,
        /// The knock.
        knock: KnockId,
    },
    /// Grants or takes back: answers a request for control, too.
    SetRole {
        /// In which session.
        session: SessionNo,
        /// The guest's slot.
        slot: Slot,
        /// What it may do from now on.
        role: Role,
    },
    /// Answers a request for control with no.
    Decline {
        /// In which session.
        session: SessionNo,
        /// The guest's slot.
        slot: Slot,
    },
    /// Removes a guest at once and for good: every invite that it may know is taken back.
    Remove {
        /// From which session.
        session: SessionNo,
        /// The guest's slot.
        slot: Slot,
        /// Whether everyone who came by the same invite goes, too: one person may have several seats.
        #[serde(default)]
        #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
        with_invite: bool,
    },
    /// Says something in the session's chat.
    Chat {
        /// In which session.
        session: SessionNo,
        /// The message.
        text: String,
    },
    /// Points at a line: "look here".
    Point {
        /// In which session.
        session: SessionNo,
        /// The text to point at; null to stop pointing.
        at: Option<PointAt>,
    },
    /// Shares a panel in a session; one that is shared already begins again.
    SharePanel {
        /// The session.
        session: SessionNo,
        /// Which, and of what.
        #[serde(flatten)]
        options: PanelOptions,
    },
    /// Shares a panel no longer: guests see nothing of it any more, and can fetch nothing.
    UnsharePanel {
        /// The session.
        session: SessionNo,
        /// The panel.
        panel: PanelKind,
    },
    /// Has a panel looked for again.
    RefreshPanel {
        /// The session.
        session: SessionNo,
        /// The panel.
        panel: PanelKind,
    },
    /// Shows what guests see of a panel now: [`Reply::Panel`].
    LookAtPanel {
        /// The session.
        session: SessionNo,
        /// The panel.
        panel: PanelKind,
    },
    /// Says what an editor finds, for the findings that a session shares: the whole list of one of its sources,
    /// which replaces the one before. Shared again, they begin with nothing.
    SetFindings {
        /// The session.
        session: SessionNo,
        /// Which of its sources: a language, a linter.
        origin: String,
        /// All that it finds.
        findings: Vec<Finding>,
    },
    /// Gives what signs in at a forge, or takes back what was given; reviews and issues are looked for again. It stays
    /// in this process's memory, goes to that host alone, and guests never see it.
    GiveCredential {
        /// The forge's host, as remotes name it.
        host: String,
        /// The credential; null to remove it.
        credential: Option<Secret>,
    },
    /// Whether a process of this machine runs inside a shared terminal: [`Reply::Inside`]. Seats ask this about the
    /// processes that connect to them.
    IsInside {
        /// The process's id.
        pid: i32,
    },
    /// The whole state, a [`HostState`](super::HostState): [`Reply::State`].
    State,
    /// Ends every session, hangs up every terminal, and the engine with them.
    Shutdown,
}

/// How a terminal is opened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(default)]
pub struct TerminalOptions {
    /// The program and its arguments; empty is the person's own shell.
    #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
    pub command: Vec<String>,
    /// Where it starts; nothing is the engine's own working directory.
    #[cfg_attr(feature = "types", ts(optional = nullable))]
    pub cwd: Option<PathBuf>,
    /// Variables of its environment.
    #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
    pub env: BTreeMap<String, String>,
    /// Whether there is more in its environment than `env`: what the engine itself was started with. A client in
    /// another process says no, and gives its own.
    #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
    pub inherit_env: bool,
    /// Its size.
    #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
    pub size: Size,
    /// A title until the program sets one.
    #[cfg_attr(feature = "types", ts(optional = nullable))]
    pub title: Option<String>,
    /// The session that it is opened for: its program finds the code in `JUMPSEAT_SESSION`.
    #[cfg_attr(feature = "types", ts(optional = nullable))]
    pub session: Option<SessionNo>,
    /// Whether a known shell is made to mark its commands.
    #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
    pub shell_integration: bool,
    /// Lines kept above the screen.
    #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
    pub scrollback: u32,
}

impl Default for TerminalOptions {
    fn default() -> Self {
        Self {
            command: Vec::new(),
            cwd: None,
            env: BTreeMap::new(),
            inherit_env: true,
            size: Size { cols: 80, rows: 24 },
            title: None,
            session: None,
            shell_integration: true,
            scrollback: 10_000,
        }
    }
}

/// How a session is shared.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ShareOptions {
    /// The host's name, as guests see it.
    pub name: String,
    /// Its first terminals. None is fine: a terminal that is opened for the session knows its code.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
    pub terminals: Vec<TerminalNo>,
    /// What of their past is seen.
    #[serde(flatten)]
    pub from: StartFrom,
    /// Where it is relayed.
    pub relay: RelayChoice,
    /// Its first invite.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
    pub invite: InviteTerms,
    /// A page that explains invites, for links that open in a browser. Whoever serves it can read the token, so it is
    /// `https://` and not at the relay's own host; without one there are no such links.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(optional = nullable))]
    pub invite_page: Option<String>,
    /// Whether programs inside its terminals may see and change what is shared, by the local socket: then so may everyone
    /// who types there, guests too.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
    pub manage_from_inside: bool,
    /// How many guests may have a seat; the relay may allow fewer.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(optional = nullable))]
    pub max_guests: Option<u16>,
}

/// The form of a picture for scripts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ScreenFormat {
    /// Plain lines.
    Text,
    /// Lines and cursor as JSON.
    Json,
    /// Escape sequences that draw it.
    Ansi,
}

/// The answer to a command.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    /// It is done, or under way.
    Done,
    /// A terminal is open.
    Terminal {
        /// Its number.
        terminal: TerminalNo,
    },
    /// A session is open at its relay.
    Session {
        /// Its number.
        session: SessionNo,
        /// The relay's address as guests reach it.
        relay: String,
        /// The first invite.
        invite: Invite,
    },
    /// An invite.
    Invite(Invite),
    /// The whole state, in the version that the asking client will have after the updates that are already on their way.
    State(StateUpdate),
    /// A picture.
    Screen {
        /// In the form that was asked for.
        picture: String,
    },
    /// The text of lines, without blanks at their ends. Lines that are not there are empty.
    Lines {
        /// In order.
        lines: Vec<String>,
    },
    /// A panel as guests see it.
    Panel(PanelUpdate),
    /// What was fetched.
    Content(Content),
    /// Whether a process runs in a shared terminal.
    Inside {
        /// True also if that is unknown.
        inside: bool,
    },
}
