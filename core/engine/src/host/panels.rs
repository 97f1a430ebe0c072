//! Sessions' panels: shared by a face, made at the desk, carried by the machine.

use std::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll},
};

use jumpseat_panels::PanelKind;
use jumpseat_session::PanelId;
use tokio::sync::oneshot;

use super::HostEngine;
use crate::{
    face::{Failure, FailureKind, HostEvent, PanelOptions, Reply, SessionEvent, SessionNo},
    panels::{
        desk::{Desk, Made},
        refusal::not_shared,
        source,
    },
};

impl HostEngine {
    /// Shares a panel of a session; one that is shared already is begun anew.
    pub(super) fn share_panel(&mut self, no: SessionNo, options: &PanelOptions) -> Result<(), Failure> {
        self.session(no)?;
        let source = source::of(options)?;
        let now = self.now();
        let desk = match &mut self.desk {
            Some(desk) => desk,
            none => none.insert(Desk::start()?),
        };
        let kind = options.panel;
        desk.unshare(no, kind);
        desk.share(no, source);
        if let Some(session) = self.sessions.get_mut(&no) {
            // A panel that begins anew begins anew for guests, too.
            session.host.unshare_panel(now, kind.number());
            session
                .host
                .share_panel(now, kind.number())
                .map_err(|error| Failure::new(FailureKind::Misused, error.to_string()))?;
        }
        self.tell_panels(no);
        Ok(())
    }

    pub(super) fn unshare_panel(&mut self, no: SessionNo, panel: PanelKind) -> Result<(), Failure> {
        let now = self.now();
        self.session(no)?.host.unshare_panel(now, panel.number());
        let was_shared = self.desk.as_mut().is_some_and(|desk| desk.unshare(no, panel));
        if !was_shared {
            return Err(not_shared());
        }
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
        let (shown, shows) = oneshot::channel();
        desk.look(session, panel, shown);
        self.looks_at_panels.push((shows, answer));
    }

    /// Takes what the desk made: to guests through the machine, to faces as how a panel stands.
    pub(super) fn poll_panels(&mut self, cx: &mut Context<'_>) -> bool {
        let now = self.now();
        let mut moved = self.poll_looks(cx);
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

    fn poll_looks(&mut self, cx: &mut Context<'_>) -> bool {
        let before = self.looks_at_panels.len();
        let mut at = 0;
        while let Some((shows, _)) = self.looks_at_panels.get_mut(at) {
            let Poll::Ready(shown) = Pin::new(shows).poll(cx) else {
                at += 1;
                continue;
            };
            let (_, answer) = self.looks_at_panels.swap_remove(at);
            // Who asked may have gone.
            let _ = answer.send(shown.map(Reply::Panel).map_err(|_| not_shared()));
        }
        self.looks_at_panels.len() != before
    }
}

/// The panel of the machine's number; it shares no others.
pub(super) fn kind(panel: PanelId) -> Option<PanelKind> {
    PanelKind::from_number(panel)
}
