//! The panels that the host shares, as this guest's seat holds them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{SystemTime, UNIX_EPOCH},
};

use jumpseat_engine::api::{
    PanelUpdate,
    panels::{Entries, PanelKind, SourceState},
};

/// What the host shares next to its terminals.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Panels {
    /// Nothing under a kind: it is shared, and on its way.
    shared: BTreeMap<PanelKind, Option<Panel>>,
    /// Since when nothing new can come, in milliseconds since 1970.
    offline: Option<u64>,
    /// Counts what changed.
    changes: u64,
}

/// One panel as it stands here.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Panel {
    /// How up to date the host has it.
    pub(crate) state: SourceState,
    /// Entries that there is no room for.
    pub(crate) left_out: u32,
    /// When it last changed here, in milliseconds since 1970.
    pub(crate) changed: u64,
    pub(crate) entries: Entries,
}

impl From<PanelUpdate> for Panel {
    /// Of an update that is whole.
    fn from(update: PanelUpdate) -> Self {
        let PanelUpdate { state, left_out, changed_at, set, .. } = update;
        Self { state, left_out, changed: changed_at.unwrap_or_else(now), entries: set }
    }
}

impl Panels {
    /// Which panels are shared: nothing stays here of others. Says whether they are others than before.
    pub(crate) fn share(&mut self, kinds: &BTreeSet<PanelKind>) -> bool {
        let before: Vec<PanelKind> = self.kinds().collect();
        self.shared.retain(|kind, _| kinds.contains(kind));
        for kind in kinds {
            self.shared.entry(*kind).or_default();
        }
        !self.kinds().eq(before)
    }

    /// A panel changed: one that comes before it is named is shared.
    pub(crate) fn take(&mut self, update: PanelUpdate) {
        self.changes += 1;
        let PanelUpdate { panel, whole, state, left_out, set, remove, changed_at, .. } = update;
        if whole {
            self.shared.entry(panel).or_default();
        }
        let Some(held) = self.shared.get_mut(&panel) else { return };
        let mut entries = held.take().map(|held| held.entries).unwrap_or_default();
        if whole {
            entries = set;
        } else {
            remove.iter().for_each(|key| drop(entries.remove(key)));
            entries.extend(set);
        }
        *held = Some(Panel { state, left_out, changed: changed_at.unwrap_or_else(now), entries });
    }

    /// Since when nothing new can come.
    pub(crate) fn set_offline(&mut self, since: Option<u64>) {
        self.offline = since;
    }

    /// Whether it is shared; and the panel, once it is here.
    pub(crate) fn panel(&self, kind: PanelKind) -> Option<Option<&Panel>> {
        self.shared.get(&kind).map(Option::as_ref)
    }

    /// Those that are shared.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = PanelKind> + '_ {
        self.shared.keys().copied()
    }

    /// How often anything changed.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// Since when nothing new can come.
    pub(crate) fn offline(&self) -> Option<u64> {
        self.offline
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use jumpseat_engine::api::panels::{Entry, Key, Line};

    use super::*;

    fn update(whole: bool, set: &[(&str, &str)], remove: &[&str]) -> PanelUpdate {
        let key = |name: &str| Key::new(name).unwrap();
        let line = |text: &str| Entry::Line(Line { text: text.into(), ..Line::default() });
        PanelUpdate {
            panel: PanelKind::Log,
            version: 1,
            whole,
            state: SourceState::Fresh,
            left_out: 0,
            changed_at: None,
            set: set.iter().map(|(name, text)| (key(name), line(text))).collect(),
            remove: remove.iter().map(|name| key(name)).collect(),
        }
    }

    fn keys(panels: &Panels) -> Vec<&str> {
        let panel = panels.panel(PanelKind::Log).flatten().unwrap();
        panel.entries.keys().map(Key::as_str).collect()
    }

    #[test]
    fn changes_are_followed_and_what_is_hidden_is_gone() {
        let mut panels = Panels::default();
        panels.take(update(false, &[("a", "1")], &[]));
        assert_eq!(panels.panel(PanelKind::Log), None, "what goes before it is missing");
        panels.share(&[PanelKind::Log, PanelKind::Git].into());
        assert_eq!(panels.panel(PanelKind::Log), Some(None));
        panels.take(update(true, &[("a", "1"), ("b", "2")], &[]));
        panels.take(update(false, &[("c", "3")], &["a"]));
        assert_eq!(keys(&panels), ["b", "c"]);
        panels.take(update(true, &[("d", "4")], &[]));
        assert_eq!(keys(&panels), ["d"]);
        panels.share(&[PanelKind::Git].into());
        assert_eq!(panels.kinds().collect::<Vec<_>>(), [PanelKind::Git]);
        panels.share(&[PanelKind::Log].into());
        assert_eq!(panels.panel(PanelKind::Log), Some(None), "nothing of before came back");
    }
}
