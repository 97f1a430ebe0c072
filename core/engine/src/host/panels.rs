//! Sessions' panels: shared by a face, made at the desk, carried by the machine.

use std::task::{Context, Poll};

use jumpseat_panels::{Block, Finding, Happening, PanelKind};
use jumpseat_session::PanelId;
use tokio::sync::oneshot;

use super::{
    HostEngine,
    model::{Command, Question, epoch_millis},
};
use crate::{
    face::{
        BlockInfo, Failure, FailureKind, HostEvent, PanelOptions, Reply, Secret, SessionEvent, SessionNo,
        TerminalNo,
    },
    panels::{
        desk::{Desk, Made},
        refusal::not_shared,
        source::{self, Feed},
    },
};

impl HostEngine {
    /// Shares a panel of a session; one that is shared already is begun anew.
    pub(super) fn share_panel(&mut self, no: SessionNo, options: &PanelOptions) -> Result<(), Failure> {
        self.begin_panel(no, options)?;
        self.log_shared(no, options.panel.name().to_owned(), true);
        self.tell_panels(no);
        Ok(())
    }

    fn begin_panel(&mut self, no: SessionNo, options: &PanelOptions) -> Result<(), Failure> {
        self.session(no)?;
        let fed = self.desk.iter().flat_map(Desk::feeds);
        let (source, feed) = source::of(options, &self.forges, fed)?;
        let now = self.now();
        let desk = match &mut self.desk {
            Some(desk) => desk,
            none => none.insert(Desk::start()?),
        };
        let kind = options.panel;
        desk.unshare(no, kind);
        desk.share(no, source, feed);
        if let Some(session) = self.sessions.get_mut(&no) {
            // A panel that begins anew begins anew for guests, too.
            session.host.unshare_panel(now, kind.number());
            session
                .host
                .share_panel(now, kind.number())
                .map_err(|error| Failure::new(FailureKind::Misused, error.to_string()))?;
        }
        match kind {
            PanelKind::History => {
                let terminals = self.terminals.values_mut();
                for terminal in terminals.filter(|terminal| terminal.session.is_some_and(|(of, _)| of == no))
                {
                    terminal.model.ask(Question::Commands { session: no, block: None, output: true });
                }
            }
            PanelKind::Log => {
                if let (Some(Feed::Log(feed)), Some(known)) = (self.feed(no, kind), self.happenings.get(&no))
                {
                    for happening in known.kept() {
                        feed.tell(happening.clone());
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn feed(&self, session: SessionNo, panel: PanelKind) -> Option<&Feed> {
        self.desk.as_ref()?.feed(session, panel)
    }

    /// What signs in at a forge; who waits for it is told anew.
    pub(super) fn give_credential(&self, host: &str, credential: Option<Secret>) -> Result<(), Failure> {
        self.forges.give(host, credential.as_ref())?;
        if let Some(desk) = &self.desk {
            desk.refresh_forges();
        }
        Ok(())
    }

    /// What an editor finds.
    pub(super) fn set_findings(
        &mut self,
        no: SessionNo,
        origin: String,
        findings: Vec<Finding>,
    ) -> Result<(), Failure> {
        self.session(no)?;
        let Some(Feed::Findings(feed)) = self.feed(no, PanelKind::Findings) else { return Err(not_shared()) };
        feed.set(origin, findings);
        Ok(())
    }

    /// A command began or ended in a terminal: its screen knows whether guests may see it.
    pub(super) fn command_news(&mut self, terminal: TerminalNo, block: u64) {
        let Some(shown) = self.terminals.get_mut(&terminal) else { return };
        let Some((session, _)) = shown.session else { return };
        let output = self.desk.as_ref().is_some_and(|desk| desk.is_shared(session, PanelKind::History));
        shown.model.ask(Question::Commands { session, block: Some(block), output });
    }

    /// A command as guests of a session may see it.
    pub(super) fn command(&mut self, no: TerminalNo, session: SessionNo, command: Command) {
        let Some(terminal) = self.terminals.get(&no) else { return };
        // Guests know the terminal by its stream.
        let Some((_, stream)) = terminal.session.filter(|(of, _)| *of == session) else { return };
        let title = terminal.title.clone();
        let Command { info, is_news, line, lines, output } = command;
        if is_news {
            let happened = self.happenings.entry(session).or_default().ran(no, title.clone(), &info);
            self.log(session, happened);
        }
        let Some(Feed::History(feed)) = self.feed(session, PanelKind::History) else { return };
        let BlockInfo { block, command, cwd, exit_code, started, duration: took } = info;
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
        };
        feed.block(block, shown, output.map(Into::into));
    }

    /// A terminal is in a session from now on.
    pub(super) fn terminal_shared(&mut self, session: SessionNo, no: TerminalNo) {
        let shares_history =
            self.desk.as_ref().is_some_and(|desk| desk.is_shared(session, PanelKind::History));
        let Some(terminal) = self.terminals.get_mut(&no) else { return };
        let title = terminal.title.clone();
        if shares_history {
            terminal.model.ask(Question::Commands { session, block: None, output: true });
        }
        self.log_shared(session, title, true);
    }

    /// A terminal was taken out of a session: what ran in it is nobody's any more, so the history begins anew.
    pub(super) fn terminal_withdrawn(&mut self, session: SessionNo, no: TerminalNo) -> Result<(), Failure> {
        let title = self.terminals.get(&no).map(|terminal| terminal.title.clone()).unwrap_or_default();
        self.log_shared(session, title, false);
        if self.feed(session, PanelKind::History).is_some() {
            self.begin_panel(session, &PanelOptions::new(PanelKind::History, None))?;
        }
        Ok(())
    }

    fn log_shared(&mut self, session: SessionNo, thing: String, on: bool) {
        let happened = self.happenings.entry(session).or_default().shared(epoch_millis(), thing, on);
        self.log(session, Some(happened));
    }

    /// Something happened in a session.
    pub(super) fn log_event(&mut self, session: SessionNo, event: &SessionEvent) {
        let title = |no| self.terminals.get(&no).map(|terminal| terminal.title.clone()).unwrap_or_default();
        let happened = self.happenings.entry(session).or_default().event(epoch_millis(), event, title);
        self.log(session, happened);
    }

    fn log(&self, session: SessionNo, happened: Option<Happening>) {
        if let (Some(Feed::Log(feed)), Some(happened)) = (self.feed(session, PanelKind::Log), happened) {
            feed.tell(happened);
        }
    }

    pub(super) fn unshare_panel(&mut self, no: SessionNo, panel: PanelKind) -> Result<(), Failure> {
        let now = self.now();
        self.session(no)?.host.unshare_panel(now, panel.number());
        let was_shared = self.desk.as_mut().is_some_and(|desk| desk.unshare(no, panel));
        if !was_shared {
            return Err(not_shared());
        }
        self.log_shared(no, panel.name().to_owned(), false);
        self.tell_panels(no);
        Ok(())
    }

    fn tell_panels(&mut self, session: SessionNo) {
        let panels = self.desk.as_ref().map(|desk| desk.status(session)).unwrap_or_default();
        let event = SessionEvent::Panels { panels: panels.into_iter().map(|status| status.panel).collect() };
        self.tell(&HostEvent::Session { session, event });
    }

    /// The session is over.
    pub(super) fn forget_panels(&mut self, session: SessionNo) {
        self.happenings.remove(&session);
        if let Some(desk) = &mut self.desk {
            desk.forget(session);
        }
    }

    /// Has a panel's source look again.
    pub(super) fn refresh_panel(&mut self, no: SessionNo, panel: PanelKind) -> Result<(), Failure> {
        self.session(no)?;
        let desk = self.desk.as_ref().filter(|desk| desk.is_shared(no, panel)).ok_or_else(not_shared)?;
        desk.refresh(no, panel);
        Ok(())
    }

    /// Answers with what guests see of a panel now.
    pub(super) fn look_at_panel(
        &mut self,
        session: SessionNo,
        panel: PanelKind,
        answer: oneshot::Sender<Result<Reply, Failure>>,
    ) {
        let desk = self.desk.as_ref().filter(|desk| desk.is_shared(session, panel));
        let Some(desk) = desk else { return drop(answer.send(Err(not_shared()))) };
        desk.look(session, panel, answer);
    }

    /// Takes what the desk made: to guests through the machine, to faces as how a panel stands.
    pub(super) fn poll_panels(&mut self, cx: &mut Context<'_>) -> bool {
        let now = self.now();
        let mut moved = false;
        while let Some(desk) = &mut self.desk
            && let Poll::Ready(made) = desk.poll_made(cx)
        {
            moved = true;
            match made {
                Made::Change { session, panel, bytes } => {
                    if let Some(session) = self.sessions.get_mut(&session) {
                        session.host.panel_changed(now, panel.number(), &bytes);
                    }
                }
                Made::Snapshot { session, ticket, bytes } => {
                    if let Some(session) = self.sessions.get_mut(&session) {
                        session.host.snapshot_ready(now, ticket, bytes);
                    }
                }
                Made::Content { session, ticket, content } => {
                    if let Some(session) = self.sessions.get_mut(&session) {
                        session.host.content_ready(ticket, content);
                    }
                }
                Made::Status { session, status } => {
                    self.tell(&HostEvent::Session { session, event: SessionEvent::Panel(status) });
                }
            }
        }
        moved
    }
}

/// The panel of the machine's number; it shares no others.
pub(super) fn kind(panel: PanelId) -> Option<PanelKind> {
    PanelKind::from_number(panel)
}
