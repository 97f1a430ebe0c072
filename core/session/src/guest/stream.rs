//! One terminal, or one panel, at a guest: output or changes in order, snapshots at their place, never a
//! silent gap (rules JS-STREAM-2, JS-SNAP-2, 3, JS-PANEL-1, JS-LIVE-3, 4).
//!
//! A stream is *exact* once a full snapshot stood at its place and everything since has come. A glimpse, or
//! a hole, ends that: what follows is still shown where it fits, and also kept, so that the next full
//! snapshot, which stands for an earlier position by the time it comes, can be brought up to date.

use std::collections::VecDeque;

use super::{GuestOutput, PanelChange, TerminalChange};
use crate::{
    Millis, Scope, SessionError, StreamId,
    frame::record::Part,
    panel::panel_of,
    snapshot::{Assembly, Whole},
};

/// Most output that is kept for a full snapshot under way.
const KEPT_BYTES: usize = 2 * 1024 * 1024;

pub(super) struct Stream {
    id: StreamId,
    /// Where the picture stands; `None` before the first snapshot.
    position: Option<u64>,
    exact: bool,
    kept: VecDeque<(u64, Step)>,
    kept_bytes: usize,
    overflow: bool,
    /// Something of it is missing, or may be: it catches up until it is exact.
    torn: bool,
    /// How far a picture has to go that mends it, as far as is known.
    needs: u64,
    /// Where the host said that it stands, and when that was heard, if the picture is not there yet.
    behind: Option<(u64, Millis)>,
    from_group: Assembly,
    from_pair: Assembly,
}

/// One step of a stream.
#[derive(Clone)]
enum Step {
    Output(Vec<u8>),
    Resize {
        cols: u16,
        rows: u16,
    },
    /// A panel's change.
    Change(Vec<u8>),
}

impl Step {
    /// How far it moves the position.
    fn len(&self) -> u64 {
        match self {
            Self::Output(bytes) => bytes.len() as u64,
            Self::Resize { .. } | Self::Change(_) => 1,
        }
    }

    /// Bytes that it takes while it is kept: a resize as many as its record.
    fn weight(&self) -> usize {
        let bytes = if let Self::Output(bytes) | Self::Change(bytes) = self { bytes.len() } else { 1 };
        bytes + 16
    }

    /// What remains of it behind its first `skip` positions.
    fn tail(self, skip: u64) -> Option<Self> {
        match self {
            _ if skip == 0 => Some(self),
            Self::Output(bytes) if skip < bytes.len() as u64 => {
                Some(Self::Output(bytes[skip as usize..].to_vec()))
            }
            _ => None,
        }
    }

    fn told(self, stream: StreamId) -> GuestOutput {
        let change = match self {
            Self::Output(bytes) => TerminalChange::Output(bytes),
            Self::Resize { cols, rows } => TerminalChange::Resize { cols, rows },
            Self::Change(bytes) => {
                let panel = panel_of(stream).unwrap_or_default();
                return GuestOutput::Panel { panel, change: PanelChange::Change(bytes) };
            }
        };
        GuestOutput::Terminal { stream, change }
    }
}

impl Stream {
    pub(super) fn new(id: StreamId) -> Self {
        Self {
            id,
            position: None,
            exact: false,
            kept: VecDeque::new(),
            kept_bytes: 0,
            overflow: false,
            torn: false,
            needs: 0,
            behind: None,
            from_group: Assembly::default(),
            from_pair: Assembly::default(),
        }
    }

    pub(super) fn output(&mut self, position: u64, bytes: &[u8], out: &mut VecDeque<GuestOutput>) {
        self.step(position, Step::Output(bytes.to_vec()), out);
    }

    pub(super) fn resize(&mut self, position: u64, cols: u16, rows: u16, out: &mut VecDeque<GuestOutput>) {
        self.step(position, Step::Resize { cols, rows }, out);
    }

    pub(super) fn change(&mut self, position: u64, bytes: &[u8], out: &mut VecDeque<GuestOutput>) {
        self.step(position, Step::Change(bytes.to_vec()), out);
    }

    pub(super) fn group_part(
        &mut self,
        part: Part<'_>,
        out: &mut VecDeque<GuestOutput>,
    ) -> Result<(), SessionError> {
        if let Some(whole) = self.from_group.add(part)? {
            self.snapshot(whole, out);
        }
        Ok(())
    }

    pub(super) fn pair_part(
        &mut self,
        part: Part<'_>,
        out: &mut VecDeque<GuestOutput>,
    ) -> Result<(), SessionError> {
        if let Some(whole) = self.from_pair.add(part)? {
            self.snapshot(whole, out);
        }
        Ok(())
    }

    /// How far the picture goes, if there is one.
    pub(super) fn position(&self) -> Option<u64> {
        self.position
    }

    /// Frames are missing: nobody knows whether of this stream.
    pub(super) fn tear(&mut self) {
        self.torn = self.position.is_some();
    }

    /// Whether it waits for a snapshot that mends it.
    pub(super) fn catches_up(&self) -> bool {
        self.torn
    }

    /// The host says where it stands; in a flood the next glimpse brings the picture there. Behind a gap a snapshot
    /// from before it mends nothing.
    pub(super) fn stands_at(&mut self, now: Millis, host: u64, after_gap: bool) {
        let Some(position) = self.position else { return };
        if after_gap {
            self.needs = host;
        }
        self.behind = self.behind.filter(|(target, _)| position < *target);
        if position < host {
            self.behind.get_or_insert((host, now));
        } else if self.exact {
            self.torn = false;
        }
    }

    /// Since when it is known that the picture is behind.
    pub(super) fn behind_since(&self) -> Option<Millis> {
        let (target, since) = self.behind?;
        self.position.is_none_or(|position| position < target).then_some(since)
    }

    /// Whether it is exact, and has come so far.
    pub(super) fn is_whole_at(&self, position: u64) -> bool {
        self.exact && self.position >= Some(position)
    }

    /// Bytes that wait here for a snapshot, or for the rest of one.
    pub(super) fn held(&self) -> usize {
        self.kept_bytes + self.from_group.held() + self.from_pair.held()
    }

    /// Gives up what waits: only a snapshot that is asked for again can help.
    pub(super) fn forget(&mut self) {
        self.kept.clear();
        self.kept_bytes = 0;
        self.from_group.forget();
        self.from_pair.forget();
        self.overflow = true;
        self.torn |= !self.exact && self.position.is_some();
    }

    /// Whether more had to be kept than may be: only a snapshot that is asked for again can help.
    pub(super) fn take_overflow(&mut self) -> bool {
        std::mem::take(&mut self.overflow)
    }

    fn step(&mut self, at: u64, step: Step, out: &mut VecDeque<GuestOutput>) {
        let fits = self.position.is_some_and(|position| at <= position);
        if self.exact && fits {
            return self.apply(at, step, out);
        }
        self.exact = false;
        self.keep(at, step.clone());
        if fits {
            self.apply(at, step, out);
        }
    }

    /// Applies what of a step lies behind the position.
    fn apply(&mut self, at: u64, step: Step, out: &mut VecDeque<GuestOutput>) {
        let Some(position) = self.position.as_mut() else { return };
        let end = at.saturating_add(step.len());
        if end > *position
            && let Some(step) = step.tail(*position - at)
        {
            *position = end;
            out.push_back(step.told(self.id));
        }
    }

    fn keep(&mut self, at: u64, step: Step) {
        self.kept_bytes += step.weight();
        self.kept.push_back((at, step));
        while self.kept_bytes > KEPT_BYTES {
            if let Some((_, step)) = self.kept.pop_front() {
                self.kept_bytes -= step.weight();
                (self.overflow, self.torn) = (true, self.position.is_some());
            }
        }
    }

    /// A full snapshot stood at its place.
    fn mended(&mut self) {
        self.torn &= !self.exact || self.position.is_none_or(|position| position < self.needs);
    }

    fn snapshot(&mut self, whole: Whole, out: &mut VecDeque<GuestOutput>) {
        let behind = self.position.is_some_and(|position| whole.position < position);
        if behind && (self.exact || whole.scope == Scope::Screen) {
            // The picture is newer already, and nothing is missing that this one could bring.
            return;
        }
        let unchanged = self.exact && self.position == Some(whole.position);
        if unchanged {
            return self.mended();
        }
        self.position = Some(whole.position);
        out.push_back(match panel_of(self.id) {
            Some(panel) => GuestOutput::Panel { panel, change: PanelChange::Snapshot(whole.bytes) },
            None => {
                let change = TerminalChange::Snapshot { scope: whole.scope, data: whole.bytes };
                GuestOutput::Terminal { stream: self.id, change }
            }
        });
        let kept = std::mem::take(&mut self.kept);
        self.exact = whole.scope == Scope::Full;
        if self.exact {
            self.kept_bytes = 0;
            for (at, step) in kept {
                self.step(at, step, out);
            }
            self.mended();
        } else {
            for (at, step) in &kept {
                if self.position.is_some_and(|position| *at <= position) {
                    self.apply(*at, step.clone(), out);
                }
            }
            self.kept = kept;
        }
    }
}

#[cfg(test)]
mod tests;
