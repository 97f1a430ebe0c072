//! Sessions' panels: shared by a client, made by the panel service, carried by the machine.

use std::task::{Context, Poll};

use jumpseat_panels::{Block, Finding, PanelKind};
use jumpseat_session::PanelId;
use tokio::sync::oneshot;

use super::{
    HostEngine,
    activity::{Change, Note},
    screen_thread::{Command, ScreenRequest},
};
use crate::{
    api::{
        ApiError, BlockInfo, PanelOptions, Reply, Secret, SessionEvent, SessionNo, TerminalNo,
        state::HostPath,
    },
    panels::{
        order::PanelEvent,
        service::PanelService,
        source::{self, Feed},
    },
    runtime::wall_clock,
};

impl HostEngine {
    /// Shares a panel of a session; one that is shared already is begun again.
    pub(super) fn share_panel(&mut self, no: SessionNo, options: &PanelOptions) -> Result<(), ApiError> {
        self.begin_panel(no, options)?;
        self.log_shared(no, options.panel.name().to_owned(), true);
        self.mark(HostPath::Panel(no, options.panel));
        Ok(())
    }

    fn begin_panel(&mut self, no: SessionNo, options: &PanelOptions) -> Result<(), ApiError> {
        self.session(no)?;
        let fed = self.panel_service.iter().flat_map(PanelService::feeds);
        let (source, feed) = source::of(options, &self.forges, fed)?;
        let now = self.now();
        let panel_service = match &mut self.panel_service {
            Some(panel_service) => panel_service,
            none => none.insert(PanelService::start()?),
        };
        let kind = options.panel;
        panel_service.unshare(no, kind);
        panel_service.share(no, source, feed);
        if let Some(session) = self.sessions.get_mut(&no) {
            // A panel that begins again begins again for guests, too.
            session.host.unshare_panel(now, kind.number());
            session.host.share_panel(now, kind.number())?;
        }
        match kind {
            PanelKind::History => {
                let terminals = self.terminals.values_mut();
                for terminal in terminals.filter(|terminal| terminal.session.is_some_and(|(of, _)| of == no))
                {
                    terminal.screen.ask(ScreenRequest::Commands { session: no, block: None, output: true });
                }
            }
            PanelKind::Log => {
                if let (Some(Feed::Log(feed)), Some(known)) = (self.feed(no, kind), self.activity.get(&no)) {
                    for (number, activity) in known.kept() {
                        feed.tell(number, activity.clone());
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn feed(&self, session: SessionNo, panel: PanelKind) -> Option<&Feed> {
        self.panel_service.as_ref()?.feed(session, panel)
    }

    /// What signs in at a forge; who waits for it is told again.
    pub(super) fn give_credential(&self, host: &str, credential: Option<Secret>) -> Result<(), ApiError> {
        self.forges.give(host, credential.as_ref())?;
        if let Some(panel_service) = &self.panel_service {
            panel_service.refresh_forges();
        }
        Ok(())
    }

    /// What an editor finds.
    pub(super) fn set_findings(
        &mut self,
        no: SessionNo,
        origin: String,
        findings: Vec<Finding>,
    ) -> Result<(), ApiError> {
        self.session(no)?;
        let Some(Feed::Findings(feed)) = self.feed(no, PanelKind::Findings) else {
            return Err(ApiError::panel_not_shared());
        };
        feed.set(origin, findings);
        Ok(())
    }

    /// A command began or ended in a terminal: its screen knows whether guests may see it.
    pub(super) fn command_news(&mut self, terminal: TerminalNo, block: u64) {
        let Some(shown) = self.terminals.get_mut(&terminal) else { return };
        let Some((session, _)) = shown.session else { return };
        let output = self
            .panel_service
            .as_ref()
            .is_some_and(|panel_service| panel_service.is_shared(session, PanelKind::History));
        shown.screen.ask(ScreenRequest::Commands { session, block: Some(block), output });
    }

    /// A command as guests of a session may see it.
    pub(super) fn command(&mut self, no: TerminalNo, session: SessionNo, command: Command) {
        let Some(terminal) = self.terminals.get(&no) else { return };
        // Guests know the terminal by its stream.
        let Some((_, stream)) = terminal.session.filter(|(of, _)| *of == session) else { return };
        let title = terminal.title.clone();
        let Command { info, is_news, line, lines, output, erased } = command;
        if is_news {
            let name = terminal.name.clone();
            let change = self.activity.entry(session).or_default().ran(no, name, &info);
            self.log(session, change);
        }
        let Some(Feed::History(feed)) = self.feed(session, PanelKind::History) else { return };
        let BlockInfo { block, command, cwd, exit_code, started, duration: took, proven } = info;
        let shown = Block {
            terminal: stream.into(),
            title,
            command,
            cwd,
            started,
            took,
            exit_code,
            line,
            lines,
            output: None,
            unproven: !proven,
            erased,
        };
        feed.block(block, shown, output.map(Into::into));
    }

    /// Output of commands was erased: what is kept of it goes, too.
    pub(super) fn output_erased(&mut self, no: TerminalNo) {
        let Some(terminal) = self.terminals.get_mut(&no) else { return };
        let Some((session, _)) = terminal.session else { return };
        if self
            .panel_service
            .as_ref()
            .is_some_and(|panel_service| panel_service.is_shared(session, PanelKind::History))
        {
            terminal.screen.ask(ScreenRequest::Erased { session });
        }
    }

    /// Output was erased, and the screen does not know any more whether that of commands before this one was.
    pub(super) fn output_forgotten(&mut self, no: TerminalNo, session: SessionNo, before: u64) {
        let Some(terminal) = self.terminals.get(&no) else { return };
        let Some((_, stream)) = terminal.session.filter(|(of, _)| *of == session) else { return };
        if let Some(Feed::History(feed)) = self.feed(session, PanelKind::History) {
            feed.erase_before(stream.into(), before);
        }
    }

    /// A terminal is in a session from now on.
    pub(super) fn terminal_shared(&mut self, session: SessionNo, no: TerminalNo) {
        let shares_history = self
            .panel_service
            .as_ref()
            .is_some_and(|panel_service| panel_service.is_shared(session, PanelKind::History));
        let Some(terminal) = self.terminals.get_mut(&no) else { return };
        let name = terminal.name.clone();
        if shares_history {
            terminal.screen.ask(ScreenRequest::Commands { session, block: None, output: true });
        }
        self.log_shared(session, name, true);
    }

    /// A terminal was taken out of a session: what ran in it is nobody's any more, so the history begins again.
    pub(super) fn terminal_withdrawn(&mut self, session: SessionNo, no: TerminalNo) -> Result<(), ApiError> {
        let name = self.terminals.get(&no).map(|terminal| terminal.name.clone()).unwrap_or_default();
        self.log_shared(session, name, false);
        if self.feed(session, PanelKind::History).is_some() {
            self.begin_panel(session, &PanelOptions::new(PanelKind::History, None))?;
            self.mark(HostPath::Panel(session, PanelKind::History));
        }
        Ok(())
    }

    fn log_shared(&mut self, session: SessionNo, thing: String, on: bool) {
        let change = self.activity.entry(session).or_default().shared(wall_clock(), thing, on);
        self.log(session, Some(change));
    }

    /// Something happened in a session.
    pub(super) fn log_event(&mut self, session: SessionNo, event: &SessionEvent) {
        let change = self.activity.entry(session).or_default().event(wall_clock(), event);
        self.log(session, change);
    }

    /// The same for what clients read in the state.
    pub(super) fn log_note(&mut self, session: SessionNo, note: &Note) {
        let title = |no| self.terminals.get(&no).map(|terminal| terminal.name.clone()).unwrap_or_default();
        let change = self.activity.entry(session).or_default().note(wall_clock(), note, title);
        self.log(session, change);
    }

    fn log(&self, session: SessionNo, change: Option<Change>) {
        if let (Some(Feed::Log(feed)), Some(change)) = (self.feed(session, PanelKind::Log), change) {
            feed.tell(change.number, change.activity);
            if let Some(gone) = change.gone {
                feed.forget(gone);
            }
        }
    }

    pub(super) fn unshare_panel(&mut self, no: SessionNo, panel: PanelKind) -> Result<(), ApiError> {
        let now = self.now();
        self.session(no)?.host.unshare_panel(now, panel.number());
        let was_shared =
            self.panel_service.as_mut().is_some_and(|panel_service| panel_service.unshare(no, panel));
        if !was_shared {
            return Err(ApiError::panel_not_shared());
        }
        self.log_shared(no, panel.name().to_owned(), false);
        self.mark(HostPath::Panel(no, panel));
        Ok(())
    }

    /// The session is over.
    pub(super) fn forget_panels(&mut self, session: SessionNo) {
        self.activity.remove(&session);
        if let Some(panel_service) = &mut self.panel_service {
            panel_service.forget(session);
        }
    }

    /// Has a panel's source look again.
    pub(super) fn refresh_panel(&mut self, no: SessionNo, panel: PanelKind) -> Result<(), ApiError> {
        self.session(no)?;
        let panel_service = self
            .panel_service
            .as_ref()
            .filter(|panel_service| panel_service.is_shared(no, panel))
            .ok_or_else(ApiError::panel_not_shared)?;
        panel_service.refresh(no, panel);
        Ok(())
    }

    /// Answers with what guests see of a panel now.
    pub(super) fn look_at_panel(
        &mut self,
        session: SessionNo,
        panel: PanelKind,
        answer: oneshot::Sender<Result<Reply, ApiError>>,
    ) {
        let panel_service =
            self.panel_service.as_ref().filter(|panel_service| panel_service.is_shared(session, panel));
        let Some(panel_service) = panel_service else {
            return drop(answer.send(Err(ApiError::panel_not_shared())));
        };
        panel_service.look(session, panel, answer);
    }

    /// Takes what the panel service made: to guests through the machine, to clients as how a panel stands.
    pub(super) fn poll_panels(&mut self, cx: &mut Context<'_>) -> bool {
        let now = self.now();
        let mut moved = false;
        while let Some(panel_service) = &mut self.panel_service
            && let Poll::Ready(made) = panel_service.poll_made(cx)
        {
            moved = true;
            match made {
                PanelEvent::Change { session, panel, bytes } => {
                    if let Some(session) = self.sessions.get_mut(&session) {
                        session.host.panel_changed(now, panel.number(), &bytes);
                    }
                }
                PanelEvent::Snapshot { session, ticket, bytes } => {
                    if let Some(session) = self.sessions.get_mut(&session) {
                        session.host.snapshot_ready(now, ticket, bytes);
                    }
                }
                PanelEvent::Content { session, ticket, content } => {
                    if let Some(session) = self.sessions.get_mut(&session) {
                        session.host.content_ready(ticket, content);
                    }
                }
                PanelEvent::Status { session, status } => self.mark(HostPath::Panel(session, status.panel)),
            }
        }
        moved
    }
}

/// The panel of the machine's number; it shares no others.
pub(super) fn kind(panel: PanelId) -> Option<PanelKind> {
    PanelKind::from_number(panel)
}
