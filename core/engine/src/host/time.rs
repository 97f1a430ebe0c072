//! What time brings: the machines' deadlines, and the end of the engine.

use std::{future::Future as _, task::Context, time::Duration};

use jumpseat_session::EndReason;
use tokio::time::Instant;

use super::{HostEngine, clients::ClientConn};
use crate::api::HostEvent;

/// How long all has for its end when the engine ends: terminals their grace, sessions what their guests have for the
/// last output, and lines their closing.
const END_FOR: Duration = Duration::from_secs(10);

impl HostEngine {
    /// Lets the machines do what is due, and wakes this task for what comes next.
    pub(super) fn poll_timer(&mut self, cx: &mut Context<'_>) -> bool {
        let now = self.now();
        let mut moved = false;
        let mut due = Vec::new();
        for (no, session) in &mut self.sessions {
            if session.deadline(now).is_some_and(|at| at <= now) {
                due.push(*no);
                session.tick(now, &mut self.effects);
                moved = true;
            }
        }
        for no in due {
            self.act(cx, no);
        }
        let next = self.sessions.values().filter_map(|session| session.deadline(now)).min();
        let next = next.map(|at| self.began + Duration::from_millis(at.0));
        if let Some(next) = next.into_iter().chain(self.ending).min() {
            if self.timer.deadline() != next {
                self.timer.as_mut().reset(next);
            }
            // What is due is found by the next pass.
            moved |= self.timer.as_mut().poll(cx).is_ready() && self.ending.is_none_or(|end| end > next);
        }
        moved
    }

    /// Ends everything, in order; whether it was not ending yet.
    pub(super) fn end(&mut self, cx: &mut Context<'_>) -> bool {
        if self.ending.is_some() {
            return false;
        }
        self.ending = Some(Instant::now() + END_FOR);
        self.starting.clear();
        self.stop_sessions(cx);
        for terminal in self.terminals.values_mut() {
            terminal.hang_up();
        }
        self.tell(&HostEvent::Closing);
        true
    }

    /// Ends every session as it stands now: what is printed next is not in the last pictures.
    pub(super) fn stop_sessions(&mut self, cx: &mut Context<'_>) {
        let now = self.now();
        for no in self.sessions.keys().copied().collect::<Vec<_>>() {
            if let Some(session) = self.sessions.get_mut(&no) {
                session.host.end(now, EndReason::Stopped);
            }
            self.act(cx, no);
        }
    }

    pub(super) fn is_over(&self) -> bool {
        let Some(until) = self.ending else { return false };
        let done = self.sessions.is_empty()
            // Clients were told of their end, and of all that they printed.
            && self.terminals.values().all(|terminal| terminal.closed)
            && self.clients.values().all(ClientConn::is_told);
        done || until <= self.began + Duration::from_millis(self.now().0)
    }
}
