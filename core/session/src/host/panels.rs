//! The host's panels: changes as they come, and one snapshot for all where changes had to be left out
//! (rules JS-PANEL-1 to 3, 7).
//!
//! A panel's traffic rides only where the line is free: a change that finds it taken is dropped, and the whole
//! panel follows once for everyone. Whoever publishes needs no queue, and no terminal waits.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;

use super::{
    Host, HostOutput,
    streams::{Allowance, Showing},
    terminals::Audience,
};
use crate::{
    Millis, Scope, SessionError, TransferKind,
    area::{FromHost, panels},
    frame::record::{MAX_CHANGE, Plaintext, Record},
    panel::{self, PanelId, stream_of},
    snapshot,
};

/// What panels may take at once, in bytes: a list of some thousand files.
const BURST: f64 = 256.0 * 1024.0;

/// What they may take for ever, in bytes a millisecond (64 KiB a second).
const RATE: f64 = 64.0 * 1024.0 / 1000.0;

/// Snapshots of one panel for everyone are no more frequent than this.
const WHOLE_EVERY: Duration = Duration::from_millis(500);

/// The session's panels.
pub(super) struct Panels {
    shared: BTreeMap<PanelId, Panel>,
    /// Where those stood that are no longer shared: their positions go on.
    closed: BTreeMap<PanelId, u64>,
    allowance: Allowance,
    /// Any was ever shared: guests are to know that none is.
    used: bool,
}

/// One shared panel.
#[derive(Default)]
struct Panel {
    /// Changes so far.
    position: u64,
    /// A change was not sent: the whole has to be.
    behind: bool,
    /// The whole was asked for and has not come yet.
    asked: bool,
    showing: Option<Showing>,
    last_whole: Option<Millis>,
}

impl Panels {
    pub(super) fn new(now: Millis) -> Self {
        Self {
            shared: BTreeMap::new(),
            closed: BTreeMap::new(),
            allowance: Allowance::new(now, BURST, RATE),
            used: false,
        }
    }

    pub(super) fn is_shared(&self, panel: PanelId) -> bool {
        self.shared.contains_key(&panel)
    }

    pub(super) fn ids(&self) -> Vec<PanelId> {
        self.shared.keys().copied().collect()
    }

    pub(super) fn position(&self, panel: PanelId) -> Option<u64> {
        self.shared.get(&panel).map(|panel| panel.position)
    }

    /// Nobody watches any more.
    pub(super) fn rest(&mut self) {
        for panel in self.shared.values_mut() {
            (panel.behind, panel.asked, panel.showing) = (false, false, None);
        }
    }
}

impl Host {
    /// Shares a panel. Guests get it as the next [`HostOutput::PanelSnapshot`] is answered.
    ///
    /// # Errors
    /// [`SessionError::Misused`] for a number that no panel has.
    pub fn share_panel(&mut self, now: Millis, panel: PanelId) -> Result<(), SessionError> {
        if !panel::is_panel(panel) {
            return Err(SessionError::Misused("panels count from 1 to 31"));
        }
        if !self.panels.is_shared(panel) {
            let position = self.panels.closed.remove(&panel).map_or(0, |position| position + 1);
            let behind = !self.group.is_resting();
            self.panels.shared.insert(panel, Panel { position, behind, ..Panel::default() });
            self.panels.used = true;
            self.announce_panels(now);
            self.tick_panels(now);
        }
        Ok(())
    }

    /// Takes a panel back: from now on nothing of it is sent, nor fetched (JS-PANEL-2).
    pub fn unshare_panel(&mut self, now: Millis, panel: PanelId) {
        let Some(Panel { position, .. }) = self.panels.shared.remove(&panel) else { return };
        self.panels.closed.insert(panel, position);
        self.tickets.forget_stream(stream_of(panel));
        for seat in self.seats.values_mut() {
            seat.drop_panel(panel);
        }
        self.transfers.forget(TransferKind::Panel(panel));
        self.announce_panels(now);
    }

    /// The panels that are shared.
    pub fn panels(&self) -> Vec<PanelId> {
        self.panels.ids()
    }

    /// A panel changed: `change` makes its next version of the one before. Panels that are not shared have none.
    pub fn panel_changed(&mut self, now: Millis, panel: PanelId, change: &[u8]) {
        let rests = self.group.is_resting() || self.is_ended();
        let Some(state) = self.panels.shared.get_mut(&panel) else { return };
        let position = state.position;
        state.position += 1;
        if rests {
            return;
        }
        let goes = !state.behind
            && self.link.is_up()
            && self.group.uplink_is_free()
            && change.len() <= MAX_CHANGE
            && self.panels.allowance.spend(now, change.len());
        if goes {
            let mut plaintext = Plaintext::group();
            plaintext.push(&Record::Change { stream: stream_of(panel), position, bytes: change });
            if self.seal_group(now, plaintext) {
                return;
            }
        }
        if let Some(state) = self.panels.shared.get_mut(&panel) {
            state.behind = true;
        }
        self.tick_panels(now);
    }

    /// The snapshot of a panel: it stands for the changes that were given so far.
    pub(super) fn panel_snapshot(&mut self, now: Millis, panel: PanelId, audience: Audience, bytes: Bytes) {
        let Some(position) = self.panels.position(panel) else { return };
        let (stream, scope, id) = (stream_of(panel), Scope::Full, self.tickets.next_id());
        match audience {
            // The last pictures are of terminals.
            Audience::Farewell => {}
            Audience::Seat(slot) => {
                if let Some(seat) = self.seats.get_mut(&slot) {
                    seat.show(stream, scope, id, position, bytes);
                }
                self.flush(slot);
            }
            Audience::Everyone => {
                if let Some(state) = self.panels.shared.get_mut(&panel) {
                    (state.behind, state.asked) = (false, false);
                    state.showing = Some(Showing { scope, id, position, bytes, next: 0 });
                }
                self.tick_panels(now);
            }
        }
    }

    /// Sends what the line takes (JS-PANEL-7).
    pub(super) fn tick_panels(&mut self, now: Millis) {
        if self.group.is_resting() || !self.link.is_up() {
            return;
        }
        for panel in self.panels.ids() {
            self.show_panel(now, panel);
            let free = self.group.uplink_is_free();
            let Some(state) = self.panels.shared.get_mut(&panel) else { continue };
            if free && state.whole_at().is_some_and(|at| at <= now) {
                (state.asked, state.last_whole) = (true, Some(now));
                self.ask_panel(panel, Audience::Everyone);
            }
        }
    }

    fn show_panel(&mut self, now: Millis, panel: PanelId) {
        while self.group.uplink_is_free() {
            let Some(state) = self.panels.shared.get_mut(&panel) else { return };
            let Some(Showing { scope, id, position, bytes, next }) = &mut state.showing else { return };
            let Some(part) = snapshot::part(stream_of(panel), *scope, *id, *position, bytes, *next) else {
                state.showing = None;
                return;
            };
            if !self.panels.allowance.spend(now, part.bytes.len()) {
                return;
            }
            let mut plaintext = Plaintext::group();
            plaintext.push(&Record::Snapshot(part));
            *next += 1;
            if !self.seal_group(now, plaintext) {
                if let Some(state) = self.panels.shared.get_mut(&panel) {
                    (state.showing, state.behind) = (None, true);
                }
                return;
            }
        }
    }

    pub(super) fn panel_deadlines(&self, now: Millis) -> impl Iterator<Item = Millis> {
        let awake = self.link.is_up() && !self.group.is_resting() && self.group.uplink_is_free();
        self.panels.shared.values().filter(move |_| awake).filter_map(move |state| {
            let part = state.showing.as_ref().map(|_| self.panels.allowance.ready_at(snapshot::LONGEST_PART));
            let whole = state.whole_at();
            part.into_iter().chain(whole).min().map(|at| at.max(now))
        })
    }

    /// Every panel, for one guest.
    pub(super) fn show_panels(&mut self, slot: jumpseat_wire::Slot) {
        for panel in self.panels.ids() {
            self.ask_panel(panel, Audience::Seat(slot));
        }
    }

    fn ask_panel(&mut self, panel: PanelId, audience: Audience) {
        let ticket = self.tickets.ask(stream_of(panel), Scope::Full, 0, audience);
        self.out.push_back(HostOutput::PanelSnapshot { panel, ticket });
    }

    fn announce_panels(&mut self, now: Millis) {
        if let Some(list) = self.panel_list() {
            self.announce(now, list);
        }
    }

    /// Which panels are shared, once any was.
    pub(super) fn panel_list(&mut self) -> Option<FromHost> {
        self.panels
            .used
            .then(|| panels::FromHost::List { rev: self.next_rev(), panels: self.panels.ids() }.into())
    }
}

impl Panel {
    /// When the whole may be asked for, if it has to be.
    fn whole_at(&self) -> Option<Millis> {
        let wanted = self.behind && !self.asked && self.showing.is_none();
        wanted.then(|| self.last_whole.map_or(Millis(0), |last| last + WHOLE_EVERY))
    }
}
