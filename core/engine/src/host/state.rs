//! The engine's state, read from its sources of truth and sent to each client as changes since its last update.
//!
//! Code that changes something marks its [place](HostPath). The value is read when a client takes the update, so nothing
//! is stored twice, and a slow client gets fewer updates.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{session::Session, terminal::Terminal};
use crate::{
    api::{HostState, Invite, Scope, SessionNo, SessionState, TerminalNo, state::HostPath},
    panels::service::PanelService,
    runtime::origin::Origin,
};

/// Everything that a state is read from.
pub(super) struct Standing<'a> {
    terminals: &'a BTreeMap<TerminalNo, Terminal>,
    sessions: &'a BTreeMap<SessionNo, Session>,
    panel_service: Option<&'a PanelService>,
}

#[cfg(debug_assertions)]
impl super::HostEngine {
    /// Checks that every change was marked.
    pub(super) fn check_state(&mut self) {
        let Self { terminals, sessions, panel_service, shadow, now, .. } = self;
        shadow.check(*now, &Standing::new(terminals, sessions, panel_service.as_ref()));
    }
}

impl<'a> Standing<'a> {
    pub(super) fn new(
        terminals: &'a BTreeMap<TerminalNo, Terminal>,
        sessions: &'a BTreeMap<SessionNo, Session>,
        panel_service: Option<&'a PanelService>,
    ) -> Self {
        Self { terminals, sessions, panel_service }
    }
}

impl Standing<'_> {
    /// Whether a client's process runs in a terminal that is shared, by a session that does not let those manage it.
    pub(super) fn is_inside(&self, origin: Option<&Origin>) -> bool {
        let Some(origin) = origin else { return false };
        let closed =
            |no: SessionNo| !self.sessions.get(&no).is_some_and(|session| session.manage_from_inside);
        let mut shared = self.terminals.values().filter(|terminal| terminal.shown_by().is_some_and(closed));
        shared.any(|terminal| terminal.has_inside(origin))
    }

    /// The current value at a place for a client with this scope; null if there is none.
    pub(super) fn value(&self, place: HostPath, scope: Scope) -> Value {
        let keyless = |mut invites: Vec<Invite>| {
            if scope < Scope::Everything {
                invites.iter_mut().for_each(|invite| invite.keys = None);
            }
            invites
        };
        match place {
            HostPath::All => {
                let mut all = self.all();
                for session in all.sessions.values_mut() {
                    session.invites = keyless(std::mem::take(&mut session.invites));
                }
                json(all)
            }
            HostPath::Terminal(no) => json(self.terminal(no).map(Terminal::state)),
            HostPath::Title(no) => json(self.terminal(no).map(|terminal| &terminal.title)),
            HostPath::Cwd(no) => json(self.terminal(no).and_then(|terminal| terminal.cwd.as_ref())),
            HostPath::Size(no) => json(self.terminal(no).map(|terminal| terminal.size)),
            HostPath::Shown(no) => json(self.terminal(no).and_then(Terminal::shown_by)),
            HostPath::Block(no, block) => {
                json(self.terminal(no).and_then(|terminal| terminal.blocks.get(&block)))
            }
            HostPath::Session(no) => json(self.session(no).map(|session| {
                let state = self.session_state(session);
                SessionState { invites: keyless(state.invites), ..state }
            })),
            HostPath::Connection(no) => json(self.session(no).map(|session| &session.connection)),
            HostPath::Looking(no) => json(self.session(no).and_then(|session| session.looking)),
            HostPath::Guest(no, slot) => json(self.session(no).and_then(|session| session.guest(slot))),
            HostPath::Knock(no, knock) => {
                json(self.session(no).and_then(|session| session.knocks.get(&knock)))
            }
            HostPath::Knocks(no) => json(self.session(no).map(|session| &session.knocks)),
            HostPath::Invites(no) => json(self.session(no).map(|session| keyless(session.invites()))),
            HostPath::Panel(no, panel) => {
                let status = self.panel_service.and_then(|panel_service| panel_service.status_of(no, panel));
                json(self.session(no).and(status))
            }
            HostPath::Typing(no) => json(self.session(no).map(|session| &session.typing)),
            HostPath::Pointing(no, slot) => {
                json(self.session(no).and_then(|session| session.pointing.get(&slot)))
            }
            HostPath::Chat(no, line) => json(self.session(no).and_then(|session| session.chat.get(line))),
            HostPath::Skimming(no) => json(self.session(no).map(|session| &session.skimming)),
        }
    }

    pub(super) fn all(&self) -> HostState {
        let terminals = self.terminals.values().filter(|terminal| !terminal.closed);
        let sessions = self.sessions.values().filter(|session| !session.host.is_ended());
        HostState {
            pid: std::process::id(),
            terminals: terminals.map(|terminal| (terminal.no, terminal.state())).collect(),
            sessions: sessions.map(|session| (session.no, self.session_state(session))).collect(),
        }
    }

    fn terminal(&self, no: TerminalNo) -> Option<&Terminal> {
        self.terminals.get(&no).filter(|terminal| !terminal.closed)
    }

    fn session(&self, no: SessionNo) -> Option<&Session> {
        self.sessions.get(&no).filter(|session| !session.host.is_ended())
    }

    fn session_state(&self, session: &Session) -> SessionState {
        let panels =
            self.panel_service.into_iter().flat_map(|panel_service| panel_service.status(session.no));
        SessionState {
            session: session.no,
            code: session.host.code(),
            relay: session.relay.clone(),
            connection: session.connection.clone(),
            expires_at: session.expires_at,
            looking: session.looking,
            guests: session
                .host
                .guests()
                .filter_map(|guest| Some((guest.slot, session.guest(guest.slot)?)))
                .collect(),
            knocks: session.knocks.clone(),
            invites: session.invites(),
            panels: panels.map(|status| (status.panel, status)).collect(),
            typing: session.typing.clone(),
            pointing: session.pointing.clone(),
            chat: session.chat.lines().clone(),
            skimming: session.skimming.clone(),
        }
    }
}

fn json(value: impl Serialize) -> Value {
    // Plain values: none has a key that JSON cannot have.
    serde_json::to_value(value).unwrap_or_default()
}

/// A second client that sees only the marks: if its copy differs from the real state, a change was not marked.
#[cfg(debug_assertions)]
mod shadow {
    use std::time::Duration;

    use jumpseat_session::Millis;

    use crate::api::{
        HostState, Replica, Scope,
        state::{Dirty, HostPath},
    };

    /// The least time between two checks: a flood sleeps thousands of times in a second.
    const EVERY: Duration = Duration::from_millis(20);

    #[derive(Default)]
    pub(in crate::host) struct Shadow {
        news: Dirty<HostPath>,
        replica: Replica<HostState>,
        checked_at: Millis,
    }

    impl Shadow {
        pub(in crate::host) fn mark(&mut self, place: HostPath) {
            self.news.mark(place);
        }

        pub(in crate::host) fn check(&mut self, now: Millis, standing: &super::Standing<'_>) {
            if now.since(self.checked_at) < EVERY {
                return;
            }
            self.checked_at = now;
            if let Some(update) = self.news.update(|place| standing.value(place, Scope::Everything)) {
                assert!(self.replica.apply(update), "an update that does not fit");
            }
            assert_eq!(self.replica.state(), &standing.all(), "a change was not marked");
        }
    }
}

#[cfg(debug_assertions)]
pub(super) use shadow::Shadow;
