//! What clients ask for, done.

use std::task::Context;

use jumpseat_session::{EndReason, Pointing};

use super::{
    HostEngine, clients::ClientNo, screen_thread::ScreenRequest, session::Session, state::Standing,
    terminal::Terminal, view::View,
};
use crate::{
    api::{
        ApiError, ApiErrorKind, HostCommand, HostEvent, PointAt, Reply, Scope, SessionNo, Size, StartFrom,
        TerminalNo, TerminalOptions, state::HostPath,
    },
    client::Request,
    pty::program::Program,
    runtime::origin::Origin,
    shell::Integration,
};

impl HostEngine {
    /// Does what is asked and answers. Nothing waits here: what comes behind a command may be what ends it.
    pub(super) fn perform(&mut self, cx: &mut Context<'_>, client: ClientNo, request: Request<HostCommand>) {
        let Request { command, answer } = request;
        if let Some(refusal) = self.refusal(client, &command) {
            return drop(answer.send(Err(refusal)));
        }
        // These answer later, by themselves.
        match command {
            HostCommand::Input { terminal, bytes } => match self.terminals.get_mut(&terminal) {
                Some(terminal) => terminal.own_keys(cx, &bytes, answer),
                None => drop(answer.send(Err(no_terminal()))),
            },
            HostCommand::Share(options) => self.share(options, answer),
            HostCommand::Screen { terminal, format } => match self.terminals.get_mut(&terminal) {
                Some(terminal) => terminal.screen.ask(ScreenRequest::Dump { format, answer }),
                None => drop(answer.send(Err(no_terminal()))),
            },
            HostCommand::Lines { terminal, from, to } => match self.terminals.get_mut(&terminal) {
                Some(terminal) => terminal.screen.ask(ScreenRequest::Lines { from, to, answer }),
                None => drop(answer.send(Err(no_terminal()))),
            },
            HostCommand::LookAtPanel { session, panel } => self.look_at_panel(session, panel, answer),
            // Who tells and does not ask has dropped the other end.
            command => drop(answer.send(self.do_now(cx, client, command))),
        }
    }

    fn do_now(
        &mut self,
        cx: &mut Context<'_>,
        client: ClientNo,
        command: HostCommand,
    ) -> Result<Reply, ApiError> {
        let now = self.now();
        match command {
            HostCommand::OpenTerminal(options) => return self.open_terminal(options),
            HostCommand::Attach { terminal, window, scrollback } => {
                // The program waits for those who may type; who only looks misses what it is too slow for.
                let paces = self.clients.get(&client).is_some_and(|client| client.scope >= Scope::Control);
                self.terminal(terminal)?.attach(View::new(client, window, paces), scrollback);
            }
            HostCommand::Detach { terminal } => {
                self.terminal(terminal)?.views.retain(|view| view.client != client);
            }
            HostCommand::Credit { terminal, bytes } => {
                let mut views = self.terminal(terminal)?.views.iter_mut();
                if let Some(view) = views.find(|view| view.client == client) {
                    view.credit(bytes);
                }
            }
            HostCommand::Resize { terminal, size } => self.resize(terminal, size)?,
            HostCommand::Looking { terminal } => {
                self.looks += 1;
                let looks = self.looks;
                if let Some(client) = self.clients.get_mut(&client) {
                    (client.looking, client.looked) = (terminal, looks);
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
            HostCommand::Stop { session } => {
                self.session(session)?.host.end(now, EndReason::Stopped);
                // Before anything more is printed: the last picture is of this moment.
                self.act(cx, session);
            }
            HostCommand::StopAll => {
                self.stop_sessions(cx);
            }
            HostCommand::CreateInvite { session: no, terms } => {
                let session = self.session(no)?;
                if session.host.code().is_none() {
                    return Err(ApiError::new(ApiErrorKind::Misused, "the relay has no code for it yet"));
                }
                let invite = session.host.create_invite(now, terms.into())?;
                let made = session.invite(&invite);
                self.mark(HostPath::Invites(no));
                return made.map(Reply::Invite).ok_or_else(no_session);
            }
            HostCommand::RevokeInvite { session, invite } => {
                self.session(session)?.host.revoke_invite(now, invite)?;
            }
            HostCommand::Admit { session: no, knock } => {
                let session = self.session(no)?;
                session.host.admit(now, knock)?;
                session.knocks.remove(&knock);
                self.mark(HostPath::Knock(no, knock));
            }
            HostCommand::Deny { session: no, knock } => {
                let session = self.session(no)?;
                session.host.deny(now, knock)?;
                session.knocks.remove(&knock);
                self.mark(HostPath::Knock(no, knock));
            }
            HostCommand::SetRole { session, slot, role } => {
                self.session(session)?.host.set_role(now, slot, role)?;
                self.mark(HostPath::Guest(session, slot));
            }
            HostCommand::Decline { session, slot } => {
                self.session(session)?.host.decline(now, slot)?;
                self.mark(HostPath::Guest(session, slot));
            }
            HostCommand::Remove { session, slot, with_invite } => {
                let host = &mut self.session(session)?.host;
                let removed =
                    if with_invite { host.remove_with_invite(now, slot) } else { host.remove(now, slot) };
                removed?;
            }
            HostCommand::Chat { session, text } => self.session(session)?.host.chat(now, &text),
            HostCommand::Point { session, at } => {
                let session = self.session(session)?;
                let at = match at {
                    Some(PointAt { terminal, range }) => {
                        let stream = session.stream(terminal).ok_or_else(no_terminal)?;
                        Some(Pointing { stream, range })
                    }
                    None => None,
                };
                session.host.point(now, at);
            }
            HostCommand::SharePanel { session, options } => self.share_panel(session, &options)?,
            HostCommand::UnsharePanel { session, panel } => self.unshare_panel(session, panel)?,
            HostCommand::RefreshPanel { session, panel } => self.refresh_panel(session, panel)?,
            HostCommand::SetFindings { session, origin, findings } => {
                self.set_findings(session, origin, findings)?;
            }
            HostCommand::GiveCredential { host, credential } => self.give_credential(&host, credential)?,
            HostCommand::IsInside { pid } => {
                let origin = Origin::of(Some(pid));
                let inside = Standing::new(&self.terminals, &self.sessions, None).is_inside(origin.as_ref());
                return Ok(Reply::Inside { inside });
            }
            HostCommand::State => {
                return Ok(Reply::State(self.whole_state(client)));
            }
            HostCommand::Shutdown => drop(self.end(cx)),
            HostCommand::Input { .. }
            | HostCommand::Share(_)
            | HostCommand::Screen { .. }
            | HostCommand::Lines { .. }
            | HostCommand::LookAtPanel { .. } => {
                unreachable!("these were answered by their own ways")
            }
        }
        Ok(Reply::Done)
    }

    pub(super) fn terminal(&mut self, no: TerminalNo) -> Result<&mut Terminal, ApiError> {
        self.terminals.get_mut(&no).ok_or_else(no_terminal)
    }

    pub(super) fn session(&mut self, no: SessionNo) -> Result<&mut Session, ApiError> {
        self.sessions.get_mut(&no).filter(|session| !session.host.is_ended()).ok_or_else(no_session)
    }

    fn open_terminal(&mut self, options: TerminalOptions) -> Result<Reply, ApiError> {
        if self.ending.is_some() {
            return Err(ApiError::new(ApiErrorKind::Misused, "everything is being ended"));
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
        let mut nonce = None;
        let mut integration = None;
        if options.shell_integration && Integration::is_for(&program) {
            let files = Integration::write(self.setup.runtime.scratch("shell")?)?;
            nonce = files.apply(&mut program)?;
            integration = Some(files);
        }
        let no = TerminalNo(self.next_terminal);
        let size = clamped(options.size);
        let mut terminal = Terminal::open(no, &program, title, size, options.scrollback as usize, nonce)?;
        terminal.integration = integration;
        self.next_terminal += 1;
        self.terminals.insert(no, terminal);
        if let Some(session) = options.session {
            self.add_terminal(session, no, StartFrom::Start)?;
        }
        self.count();
        self.mark(HostPath::Terminal(no));
        Ok(Reply::Terminal { terminal: no })
    }

    fn resize(&mut self, no: TerminalNo, size: Size) -> Result<(), ApiError> {
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
        self.mark(HostPath::Size(no));
        self.tell(&HostEvent::Resized { terminal: no, size });
        Ok(())
    }
}

/// A size that terminals and screens can have.
fn clamped(size: Size) -> Size {
    Size { cols: size.cols.clamp(2, 1000), rows: size.rows.clamp(1, 1000) }
}

fn no_session() -> ApiError {
    ApiError::new(ApiErrorKind::NotFound, "there is no such session")
}

pub(super) fn no_terminal() -> ApiError {
    ApiError::new(ApiErrorKind::NotFound, "there is no such terminal")
}
