//! What faces ask for, done.

use std::{
    net::SocketAddr,
    task::{Context, Poll},
    time::{SystemTime, UNIX_EPOCH},
};

use jumpseat_session::{
    EndReason, Entropy, Exit, Pointing, SessionError,
    host::{Host, HostConfig},
};
use tokio::sync::oneshot;

use super::{
    EmbeddedRelay, HostEngine, Owned, embedded, faces::FaceNo, model::Question, said, session::Session,
    terminal::Terminal, view::View,
};
use crate::{
    face::{
        Failure, FailureKind, HostCommand, HostEvent, PointAt, RelayChoice, Reply, SessionNo, ShareOptions,
        Size, StartFrom, Status, TerminalNo, TerminalOptions, handle::Request,
    },
    pty::program::Program,
    shell::Integration,
    transport::{Address, Dialer, Line, is_unspecified},
};

/// A session whose embedded relay starts.
pub(super) struct Starting {
    relay: Owned<Result<EmbeddedRelay, Failure>>,
    options: ShareOptions,
    answer: oneshot::Sender<Result<Reply, Failure>>,
}

impl HostEngine {
    /// Does what is asked and answers. Comes back with a request that has to wait.
    pub(super) fn perform(
        &mut self,
        cx: &mut Context<'_>,
        face: FaceNo,
        request: Request<HostCommand>,
    ) -> Option<Request<HostCommand>> {
        if let HostCommand::Input { terminal, .. } = &request.command
            && self.terminals.get(terminal).is_some_and(|terminal| !terminal.takes_keys())
        {
            return Some(request);
        }
        let Request { command, answer } = request;
        // These answer later, by themselves.
        match command {
            HostCommand::Share(options) => self.share(options, answer),
            HostCommand::Screen { terminal, format } => match self.terminals.get_mut(&terminal) {
                Some(terminal) => terminal.model.ask(Question::Dump { format, answer }),
                None => drop(answer.send(Err(no_terminal()))),
            },
            // Who tells and does not ask has dropped the other end.
            command => drop(answer.send(self.do_now(cx, face, command))),
        }
        None
    }

    fn do_now(&mut self, cx: &mut Context<'_>, face: FaceNo, command: HostCommand) -> Result<Reply, Failure> {
        let now = self.now();
        match command {
            HostCommand::OpenTerminal(options) => return self.open_terminal(options),
            HostCommand::Attach { terminal, window, scrollback } => {
                self.terminal(terminal)?.attach(View::new(face, window), scrollback);
            }
            HostCommand::Detach { terminal } => {
                self.terminal(terminal)?.views.retain(|view| view.face != face);
            }
            HostCommand::Credit { terminal, bytes } => {
                let mut views = self.terminal(terminal)?.views.iter_mut();
                if let Some(view) = views.find(|view| view.face == face) {
                    view.credit(bytes);
                }
            }
            HostCommand::Input { terminal, bytes } => self.terminal(terminal)?.own_keys(cx, &bytes),
            HostCommand::Resize { terminal, size } => self.resize(terminal, size)?,
            HostCommand::Looking { terminal } => {
                self.looks += 1;
                let looks = self.looks;
                if let Some(face) = self.faces.get_mut(&face) {
                    (face.looking, face.looked) = (terminal, looks);
                }
                self.look();
            }
            HostCommand::CloseTerminal { terminal } => self.terminal(terminal)?.hang_up(),
            HostCommand::AddTerminal { session, terminal, from } => {
                self.session(session)?;
                self.terminal(terminal)?;
                self.add_terminal(session, terminal, from)?;
            }
            HostCommand::WithdrawTerminal { session, terminal } => self.withdraw(session, terminal)?,
            HostCommand::Stop { session } => self.session(session)?.host.end(now, EndReason::Stopped),
            HostCommand::StopAll => {
                for session in self.sessions.values_mut() {
                    session.host.end(now, EndReason::Stopped);
                }
            }
            HostCommand::CreateInvite { session, terms } => {
                let session = self.session(session)?;
                let invite = session.host.create_invite(now, terms.into()).map_err(misused)?;
                let code = session.host.code();
                let code = code
                    .ok_or_else(|| Failure::new(FailureKind::Misused, "the relay has no code for it yet"))?;
                return Ok(Reply::Invite(said::invite(&session.relay, code, &invite)));
            }
            HostCommand::RevokeInvite { session, invite } => {
                self.session(session)?.host.revoke_invite(now, invite).map_err(misused)?;
            }
            HostCommand::Admit { session, knock } => {
                let session = self.session(session)?;
                session.host.admit(now, knock).map_err(misused)?;
                session.knock_answered(knock);
            }
            HostCommand::Deny { session, knock } => {
                let session = self.session(session)?;
                session.host.deny(now, knock).map_err(misused)?;
                session.knock_answered(knock);
            }
            HostCommand::SetRole { session, slot, role } => {
                self.session(session)?.host.set_role(now, slot, role).map_err(misused)?;
            }
            HostCommand::Decline { session, slot } => {
                self.session(session)?.host.decline(now, slot).map_err(misused)?;
            }
            HostCommand::Remove { session, slot } => {
                self.session(session)?.host.remove(now, slot).map_err(misused)?;
            }
            HostCommand::Chat { session, text } => self.session(session)?.host.chat(now, &text),
            HostCommand::Point { session, at } => {
                let session = self.session(session)?;
                let at = match at {
                    Some(PointAt { terminal, from, to }) => {
                        let stream = session.stream(terminal).ok_or_else(no_terminal)?;
                        Some(Pointing { stream, from, to })
                    }
                    None => None,
                };
                session.host.point(now, at);
            }
            HostCommand::Status => return Ok(Reply::Status(self.status())),
            HostCommand::Shutdown => self.end(),
            HostCommand::Share(_) | HostCommand::Screen { .. } => {
                unreachable!("these were answered by their own ways")
            }
        }
        Ok(Reply::Done)
    }

    fn terminal(&mut self, no: TerminalNo) -> Result<&mut Terminal, Failure> {
        self.terminals.get_mut(&no).ok_or_else(no_terminal)
    }

    fn session(&mut self, no: SessionNo) -> Result<&mut Session, Failure> {
        self.sessions
            .get_mut(&no)
            .filter(|session| !session.host.is_ended())
            .ok_or_else(|| Failure::new(FailureKind::NotFound, "there is no such session"))
    }

    fn open_terminal(&mut self, options: TerminalOptions) -> Result<Reply, Failure> {
        if self.ending.is_some() {
            return Err(Failure::new(FailureKind::Misused, "everything is being ended"));
        }
        let mut program = Program::new(&options.command);
        program.cwd = options.cwd;
        program.inherits = options.inherit_env;
        program.env.extend(options.env.into_iter().map(|(name, value)| (name, value.into())));
        if let Some(session) = options.session {
            let code = self.session(session)?.host.code();
            program.env.extend(code.map(|code| ("JUMPSEAT_SESSION".to_owned(), code.to_string().into())));
        }
        let title = options.title.unwrap_or_else(|| program.name());
        if options.shell_integration {
            let integration = match &self.integration {
                Some(integration) => integration,
                None => self.integration.insert(Integration::write(self.setup.runtime.scratch("shell")?)?),
            };
            integration.apply(&mut program);
        }
        let no = TerminalNo(self.next_terminal);
        let size = clamped(options.size);
        let terminal = Terminal::open(no, &program, title, size, options.scrollback as usize)?;
        self.next_terminal += 1;
        self.terminals.insert(no, terminal);
        if let Some(session) = options.session {
            self.add_terminal(session, no, StartFrom::Start)?;
        }
        self.count();
        if let Some(terminal) = self.terminals.get(&no) {
            let status = terminal.status();
            self.tell(&HostEvent::TerminalOpened(status));
        }
        Ok(Reply::Terminal { terminal: no })
    }

    fn resize(&mut self, no: TerminalNo, size: Size) -> Result<(), Failure> {
        let (now, size) = (self.now(), clamped(size));
        let terminal = self.terminal(no)?;
        if terminal.size == size {
            return Ok(());
        }
        terminal.resize(size)?;
        if let Some((session, stream)) = terminal.session
            && let Some(session) = self.sessions.get_mut(&session)
        {
            session.host.resize(now, stream, size.cols, size.rows);
        }
        self.tell(&HostEvent::Resized { terminal: no, size });
        Ok(())
    }

    fn share(&mut self, options: ShareOptions, answer: oneshot::Sender<Result<Reply, Failure>>) {
        if let Err(failure) = self.may_share(&options) {
            drop(answer.send(Err(failure)));
            return;
        }
        match options.relay.clone() {
            RelayChoice::Url { url } => self.begin(options, &url, None, answer),
            RelayChoice::Embedded { address, port } => match &self.setup.start_relay {
                Some(start) => {
                    let relay = start(SocketAddr::new(address, port));
                    self.starting.push(Starting { relay, options, answer });
                    self.count();
                }
                None => drop(answer.send(Err(embedded::none()))),
            },
        }
    }

    fn may_share(&mut self, options: &ShareOptions) -> Result<(), Failure> {
        if self.ending.is_some() {
            return Err(Failure::new(FailureKind::Misused, "everything is being ended"));
        }
        if let RelayChoice::Embedded { address, .. } = options.relay
            && is_unspecified(address)
        {
            return Err(Failure::new(FailureKind::Address, format!("guests cannot reach {address}"))
                .hint("name one address of this machine"));
        }
        for terminal in &options.terminals {
            self.may_add(*terminal)?;
        }
        Ok(())
    }

    fn may_add(&mut self, no: TerminalNo) -> Result<(), Failure> {
        let terminal = self.terminal(no)?;
        if terminal.session.is_some() {
            return Err(Failure::new(FailureKind::Misused, "this terminal is shared in a session already"));
        }
        if !terminal.is_running() {
            return Err(no_terminal());
        }
        Ok(())
    }

    pub(super) fn poll_starting(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        let mut at = 0;
        while let Some(starting) = self.starting.get_mut(at) {
            let Poll::Ready(relay) = starting.relay.as_mut().poll(cx) else {
                at += 1;
                continue;
            };
            let Starting { options, answer, .. } = self.starting.swap_remove(at);
            moved = true;
            match relay {
                Ok(EmbeddedRelay { url, stop }) => self.begin(options, &url, Some(stop), answer),
                Err(failure) => drop(answer.send(Err(failure))),
            }
            self.count();
        }
        moved
    }

    fn begin(
        &mut self,
        options: ShareOptions,
        relay: &str,
        stop: Option<Owned<()>>,
        answer: oneshot::Sender<Result<Reply, Failure>>,
    ) {
        let now = self.now();
        let address = match self.may_share(&options).and_then(|()| Address::parse(relay)) {
            Ok(address) => address,
            Err(failure) => return drop(answer.send(Err(failure))),
        };
        let today = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        let mut config = HostConfig::new(options.name, today);
        if let Some(max_guests) = options.max_guests {
            config.max_guests = usize::from(max_guests);
        }
        let mut host = Host::new(config, Entropy::system(), now);
        let invite = match host.create_invite(now, options.invite.into()) {
            Ok(invite) => invite.id,
            Err(error) => return drop(answer.send(Err(misused(error)))),
        };
        let no = SessionNo(self.next_session);
        self.next_session += 1;
        let origin = address.origin();
        let line = Line::new(Dialer::new(address, self.setup.transport.clone()));
        self.sessions.insert(no, Session::new(no, host, line, origin, stop, (answer, invite)));
        for terminal in options.terminals {
            if let Err(failure) = self.add_terminal(no, terminal, options.from) {
                tracing::warn!(%failure, "a terminal is not in its session");
            }
        }
        self.count();
    }

    fn add_terminal(&mut self, session: SessionNo, no: TerminalNo, from: StartFrom) -> Result<(), Failure> {
        let now = self.now();
        self.may_add(no)?;
        let (Some(terminal), Some(shown_by)) = (self.terminals.get_mut(&no), self.sessions.get_mut(&session))
        else {
            return Err(no_terminal());
        };
        // Before the machine asks for the first picture of it.
        terminal.model.ask(Question::Begin { session, from });
        let Size { cols, rows } = terminal.size;
        let stream = shown_by.host.open_terminal(now, &terminal.title, cols, rows).map_err(misused)?;
        terminal.session = Some((session, stream));
        shown_by.streams.insert(stream, no);
        self.look();
        Ok(())
    }

    fn withdraw(&mut self, session: SessionNo, no: TerminalNo) -> Result<(), Failure> {
        let now = self.now();
        let shown_by = self.session(session)?;
        let stream = shown_by.stream(no).ok_or_else(no_terminal)?;
        shown_by.host.end_terminal(now, stream, Exit { code: None });
        shown_by.host.close_terminal(now, stream);
        shown_by.streams.remove(&stream);
        let terminal = self.terminal(no)?;
        terminal.session = None;
        terminal.model.ask(Question::Forget { session });
        self.look();
        Ok(())
    }

    fn status(&self) -> Status {
        let now = self.now();
        Status {
            pid: std::process::id(),
            terminals: self.terminals.values().map(Terminal::status).collect(),
            sessions: self
                .sessions
                .values()
                .filter(|session| !session.host.is_ended())
                .map(|session| session.status(now))
                .collect(),
        }
    }
}

/// A size that terminals and screens can have.
fn clamped(size: Size) -> Size {
    Size { cols: size.cols.clamp(2, 1000), rows: size.rows.clamp(1, 1000) }
}

fn no_terminal() -> Failure {
    Failure::new(FailureKind::NotFound, "there is no such terminal")
}

#[allow(clippy::needless_pass_by_value)] // the shape that `map_err` wants
fn misused(error: SessionError) -> Failure {
    let kind =
        if matches!(error, SessionError::Misused(_)) { FailureKind::NotFound } else { FailureKind::Misused };
    Failure::new(kind, error.to_string())
}
