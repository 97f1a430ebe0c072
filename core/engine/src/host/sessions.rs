//! What relays bring to the sessions, and what the sessions want of their terminals and clients.

use std::task::Context;

use jumpseat_session::TransferKind;

use super::{HostEngine, panels, screen_thread::ScreenRequest, session::Effect};
use crate::api::{HostEvent, SessionEvent, SessionNo, state::HostPath};

/// Frames of one session's line in one pass.
const FRAMES_IN_A_PASS: usize = 32;

impl HostEngine {
    pub(super) fn poll_sessions(&mut self, cx: &mut Context<'_>) -> bool {
        let now = self.now();
        let mut moved = false;
        for no in self.sessions.keys().copied().collect::<Vec<_>>() {
            for _ in 0..FRAMES_IN_A_PASS {
                let Some(session) = self.sessions.get_mut(&no) else { break };
                if !session.poll_line(cx, now, &mut self.effects) {
                    break;
                }
                moved = true;
                // Keys reach their program before the next frame is looked at.
                self.act(cx, no);
            }
            if self.sessions.get_mut(&no).is_some_and(|session| session.poll_over(cx).is_ready()) {
                self.forget_session(no);
                moved = true;
            }
        }
        moved
    }

    /// Does what a session's machine wants done; whether there was anything.
    pub(super) fn act(&mut self, cx: &mut Context<'_>, no: SessionNo) -> bool {
        let now = self.now();
        let Some(session) = self.sessions.get_mut(&no) else { return false };
        let mut effects = std::mem::take(&mut self.effects);
        let moved = session.act(now, &mut effects) || !effects.is_empty();
        for effect in effects.drain(..) {
            match effect {
                Effect::Keys { terminal: no, who, bytes } => {
                    if let Some(terminal) = self.terminals.get_mut(&no) {
                        terminal.guest_keys(who, bytes);
                        self.write_keys(cx, no);
                    }
                }
                Effect::Snapshot { terminal, scope, ticket } => {
                    if let Some(terminal) = self.terminals.get_mut(&terminal) {
                        terminal.ask_snapshot(no, scope, ticket);
                    }
                }
                Effect::Panel { panel, ticket } => {
                    if let (Some(panel_service), Some(panel)) = (&self.panel_service, panels::kind(panel)) {
                        panel_service.snapshot(no, panel, ticket);
                    }
                }
                Effect::Transfer { slot, ticket, request } => {
                    let panel =
                        if let TransferKind::Panel(panel) = request.of { panels::kind(panel) } else { None };
                    if let (Some(panel_service), Some(panel)) = (&self.panel_service, panel) {
                        panel_service.fetch(no, panel, slot, ticket, request);
                    }
                }
                Effect::Mark(place) => self.mark(place),
                Effect::Note(note) => self.log_note(no, &note),
                Effect::Tell(event) => {
                    if let (SessionEvent::Left { slot, .. }, Some(panel_service)) =
                        (&event, &mut self.panel_service)
                    {
                        panel_service.forget_guest(no, *slot);
                    }
                    self.log_event(no, &event);
                    let ended = matches!(event, SessionEvent::Ended { .. });
                    // Of one that never opened, whoever shared it is answered why.
                    if self.sessions.get(&no).is_some_and(|session| session.host.code().is_some()) {
                        self.tell(&HostEvent::Session { session: no, event });
                    }
                    if ended {
                        // Guests are still served: from pictures that the terminals were asked for before this.
                        self.forget_panels(no);
                        self.release_terminals(no);
                    }
                }
            }
        }
        self.effects = effects;
        moved
    }

    /// Takes a session's terminals out of it: they stay open here.
    fn release_terminals(&mut self, no: SessionNo) {
        let shown = self.terminals.values_mut().filter(|terminal| terminal.shown_by() == Some(no));
        let mut released = Vec::new();
        for terminal in shown {
            terminal.session = None;
            terminal.screen.ask(ScreenRequest::Forget { session: no });
            released.push(terminal.no);
        }
        released.into_iter().for_each(|terminal| self.mark(HostPath::Shown(terminal)));
    }

    fn forget_session(&mut self, no: SessionNo) {
        self.release_terminals(no);
        self.sessions.remove(&no);
        self.count();
    }
}
