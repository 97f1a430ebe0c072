//! What programs print and screens tell, handed to clients and sessions; and how a terminal ends.

use std::task::{Context, Poll};

use jumpseat_session::{EndReason, Exit, InputRefusal};

use super::{HostEngine, screen_thread::ScreenEvent, terminal::Terminal, view::View};
use crate::api::{HostEvent, TerminalNo, state::HostPath};

impl HostEngine {
    pub(super) fn poll_terminals(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        for no in self.terminals.keys().copied().collect::<Vec<_>>() {
            moved |= self.poll_news(cx, no);
            self.write_keys(cx, no);
            let Some(terminal) = self.terminals.get_mut(&no) else { continue };
            if let Poll::Ready(bytes) = terminal.poll_output(cx) {
                self.output(cx, no, bytes);
                moved = true;
            }
            let Some(terminal) = self.terminals.get_mut(&no) else { continue };
            if let Poll::Ready(code) = terminal.poll_end(cx) {
                self.terminal_ended(cx, no, code);
                moved = true;
            }
            moved |= self.close_if_seen(no);
        }
        moved
    }

    /// Hands keys to a program: the host's own, and those of guests that may type there at this moment.
    pub(super) fn write_keys(&mut self, cx: &mut Context<'_>, no: TerminalNo) {
        let Some(terminal) = self.terminals.get_mut(&no) else { return };
        let shown_by = terminal.session;
        terminal.write(cx, |who| {
            // One that was withdrawn, and may be shown elsewhere by now, is not the one that was typed at.
            let session =
                (shown_by == Some((who.session, who.stream))).then(|| self.sessions.get(&who.session));
            let session = session.flatten().ok_or(InputRefusal::NoTerminal)?;
            session.host.may_type(who.slot, who.stream)
        });
    }

    /// Output: to the host's own person first, then to guests, and to the screen, which is behind by design.
    fn output(&mut self, cx: &mut Context<'_>, no: TerminalNo, bytes: Vec<u8>) {
        let now = self.now();
        let Some(terminal) = self.terminals.get_mut(&no) else { return };
        let redacted = terminal.redactor.redacted(&bytes);
        let shown = redacted.as_ref().map_or(&bytes, |redacted| &redacted.shown);
        for view in &mut terminal.views {
            view.show(shown);
            if let Some(client) = self.clients.get_mut(&view.client)
                && client.takes_output()
                && let Some(event) = view.take(no, false)
            {
                client.tell(event);
                // A client that is gone is found at the end of the pass.
                client.flush(cx);
            }
        }
        let shown_by = terminal.session;
        if let Some((session, stream)) = shown_by
            && let Some(session) = self.sessions.get_mut(&session)
        {
            session.host.output(now, stream, shown);
        }
        terminal.screen.feed(redacted.map_or(bytes, |redacted| redacted.fed));
        if let Some((session, _)) = shown_by {
            self.act(cx, session);
        }
    }

    fn poll_news(&mut self, cx: &mut Context<'_>, no: TerminalNo) -> bool {
        let now = self.now();
        let mut moved = false;
        while let Some(terminal) = self.terminals.get_mut(&no)
            && let Poll::Ready(news) = terminal.screen.poll_news(cx)
        {
            moved = true;
            match news {
                ScreenEvent::Title(title) => {
                    terminal.title.clone_from(&title);
                    if let Some((session, stream)) = terminal.session
                        && let Some(session) = self.sessions.get_mut(&session)
                    {
                        session.host.retitle(now, stream, &title);
                    }
                    self.mark(HostPath::Title(no));
                }
                ScreenEvent::Cwd(cwd) => {
                    terminal.cwd = Some(cwd);
                    self.mark(HostPath::Cwd(no));
                }
                ScreenEvent::Block(block) => {
                    let (block, gone) = terminal.block(block);
                    self.command_news(no, block);
                    for block in [block].into_iter().chain(gone) {
                        self.mark(HostPath::Block(no, block));
                    }
                }
                ScreenEvent::OutputErased => self.output_erased(no),
                ScreenEvent::AlternateLeft { from } => {
                    if let Some((session, stream)) = terminal.session
                        && let Some(shared) = self.sessions.get_mut(&session)
                    {
                        shared.host.lines_gone(now, stream, from);
                        self.act(cx, session);
                    }
                }
                ScreenEvent::Forgotten { session, before } => self.output_forgotten(no, session, before),
                ScreenEvent::Command { session, command } => self.command(no, session, *command),
                ScreenEvent::Snapshot { session, ticket, bytes } => {
                    terminal.snapshot_came();
                    if let Some(session) = self.sessions.get_mut(&session) {
                        session.host.snapshot_ready(now, ticket, bytes);
                    }
                    self.act(cx, session);
                }
                ScreenEvent::Picture { client, size, bytes } => {
                    let view = terminal.views.iter_mut().find(|view| view.client == client);
                    if let Some(event) = view.and_then(|view| view.picture(no, size, bytes))
                        && let Some(client) = self.clients.get_mut(&client)
                    {
                        client.tell(event);
                    }
                }
            }
        }
        moved
    }

    fn terminal_ended(&mut self, cx: &mut Context<'_>, no: TerminalNo, code: Option<i32>) {
        let now = self.now();
        let Some(terminal) = self.terminals.get(&no) else { return };
        let Some((session_no, stream)) = terminal.session else { return };
        let Some(session) = self.sessions.get_mut(&session_no) else { return };
        session.host.end_terminal(now, stream, Exit { code });
        let running = |no: &TerminalNo| self.terminals.get(no).is_some_and(Terminal::is_running);
        if !session.streams.values().any(running) {
            session.host.end(now, EndReason::ShellExited);
        }
        self.act(cx, session_no);
    }

    /// Tells clients that a terminal closed, once they have seen all of it; forgets it once nothing needs it.
    fn close_if_seen(&mut self, no: TerminalNo) -> bool {
        let Some(terminal) = self.terminals.get_mut(&no) else { return false };
        let Some(exit_code) = terminal.exit() else { return false };
        let mut moved = false;
        for view in &mut terminal.views {
            let client = self.clients.get_mut(&view.client);
            if let Some(client) = client.filter(|client| client.takes_output())
                && let Some(event) = view.take(no, true)
            {
                client.tell(event);
                moved = true;
            }
        }
        let seen = terminal.views.iter().all(View::is_drained);
        let needed = terminal.session.is_some() || terminal.owes_snapshots();
        if seen && !std::mem::replace(&mut terminal.closed, seen) {
            self.mark(HostPath::Terminal(no));
            self.tell(&HostEvent::TerminalClosed { terminal: no, exit_code });
            self.count();
            moved = true;
        }
        // Who joins a session later still sees what it printed last.
        if seen && !needed {
            self.terminals.remove(&no);
            moved = true;
        }
        moved
    }
}
