//! What waits for a guest's client. Updates of one panel become one, so that a host fills nobody's memory by saying the
//! same again and again: there is at most one whole panel of each kind.

use std::collections::{BTreeSet, VecDeque};

use jumpseat_api::{GuestEvent, Size, TerminalChange, TerminalNo};
use jumpseat_panels::{PanelKind, limits};

/// Changes of one panel that wait as they are. Where there are more, the whole panel is as good, and bounded.
const MAX_CHANGES: usize = 2 * limits::MAX_ENTRIES;

/// Events in the order in which they are told.
#[derive(Default)]
pub(crate) struct Queue {
    events: VecDeque<GuestEvent>,
    /// Panels that are to be told whole, as they are then.
    whole: BTreeSet<PanelKind>,
}

impl Queue {
    pub(crate) fn push(&mut self, event: GuestEvent) {
        match event {
            GuestEvent::Panel(next) if self.whole.contains(&next.panel) => {}
            GuestEvent::Panel(next) => {
                let panel = next.panel;
                let known = self.events.iter_mut().find_map(|event| match event {
                    GuestEvent::Panel(update) if update.panel == next.panel => Some(update),
                    _ => None,
                });
                match known {
                    Some(update) => {
                        update.absorb(next);
                        if update.set.len() + update.remove.len() > MAX_CHANGES {
                            self.whole.insert(panel);
                            self.events.retain(|event| !is_of(event, panel));
                        }
                    }
                    None => self.events.push_back(GuestEvent::Panel(next)),
                }
            }
            event => self.events.push_back(event),
        }
    }

    /// Takes a panel that is to be told whole.
    pub(crate) fn take_whole(&mut self) -> Option<PanelKind> {
        self.whole.pop_first()
    }

    /// Forgets what waits of panels that are not shared any more.
    pub(crate) fn keep_panels(&mut self, shared: &BTreeSet<PanelKind>) {
        self.whole.retain(|panel| shared.contains(panel));
        self.events.retain(|event| match event {
            GuestEvent::Panel(update) => shared.contains(&update.panel),
            _ => true,
        });
    }

    /// Takes a size in the place of the terminal's last one if nothing came since. Each costs laying out every line.
    pub(crate) fn absorbs_size(&mut self, of: TerminalNo, next: Size) -> bool {
        match self.events.back_mut() {
            Some(GuestEvent::Terminal { terminal, change: TerminalChange::Resize(size) })
                if *terminal == of =>
            {
                *size = next;
                true
            }
            _ => false,
        }
    }

    /// Forgets what waits of one terminal. Returns what it weighed.
    pub(crate) fn drop_terminal(&mut self, of: TerminalNo) -> u32 {
        let mut weight = 0_u32;
        self.events.retain(|event| match event {
            GuestEvent::Terminal { terminal, change } if *terminal == of => {
                weight = weight.saturating_add(change.weight());
                false
            }
            _ => true,
        });
        weight
    }

    /// Forgets what waits of terminals.
    pub(crate) fn drop_terminals(&mut self) {
        self.events.retain(|event| !matches!(event, GuestEvent::Terminal { .. }));
    }

    pub(crate) fn extend(&mut self, events: impl IntoIterator<Item = GuestEvent>) {
        events.into_iter().for_each(|event| self.push(event));
    }

    pub(crate) fn pop(&mut self) -> Option<GuestEvent> {
        self.events.pop_front()
    }

    /// Whether the next may be large: it is told when its client has taken everything before.
    pub(crate) fn next_is_large(&self) -> bool {
        matches!(self.events.front(), Some(GuestEvent::Panel(_)))
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.whole.is_empty()
    }
}

fn is_of(event: &GuestEvent, panel: PanelKind) -> bool {
    matches!(event, GuestEvent::Panel(update) if update.panel == panel)
}

#[cfg(test)]
mod tests {
    use jumpseat_panels::{Entries, Entry, Key, Line, PanelKind, SourceState};

    use super::*;
    use jumpseat_api::PanelUpdate;

    fn key(name: &str) -> Key {
        Key::new(name).unwrap()
    }

    fn update(panel: PanelKind, whole: bool, set: &[&str], remove: &[&str]) -> GuestEvent {
        let line = |text: &str| Entry::Line(Line { text: text.to_owned(), ..Line::default() });
        let set: Entries = set.iter().map(|name| (key(name), line(name))).collect();
        let remove = remove.iter().map(|name| key(name)).collect();
        GuestEvent::Panel(PanelUpdate {
            panel,
            version: 1,
            whole,
            state: SourceState::Fresh,
            left_out: 0,
            changed_at: None,
            set,
            remove,
        })
    }

    fn taken(queue: &mut Queue) -> Vec<GuestEvent> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    /// A host that names new entries without end fills nobody's memory either.
    #[test]
    fn too_many_changes_of_a_panel_become_the_whole_panel() {
        let mut queue = Queue::default();
        queue.push(update(PanelKind::Log, false, &["a"], &[]));
        for round in 0..30_u32 {
            let gone: Vec<_> = (0..1000).map(|entry| format!("{round:02}{entry:04}")).collect();
            let gone: Vec<_> = gone.iter().map(String::as_str).collect();
            queue.push(update(PanelKind::Log, false, &[], &gone));
            queue.push(update(PanelKind::Git, false, &["b"], &[]));
        }
        assert_eq!(queue.take_whole(), Some(PanelKind::Log));
        assert_eq!(taken(&mut queue).len(), 1, "the other one's");
    }

    #[test]
    fn a_host_that_says_the_same_again_and_again_fills_nothing() {
        let mut queue = Queue::default();
        for _ in 0..1_000 {
            queue.keep_panels(&BTreeSet::from([PanelKind::Log]));
            queue.push(update(PanelKind::Log, true, &["a", "b"], &[]));
            queue.keep_panels(&BTreeSet::new());
            assert!(queue.is_empty());
            queue.push(update(PanelKind::Git, true, &[], &[]));
        }
        assert_eq!(queue.len(), 1);
    }

    #[test]
    fn of_several_sizes_in_a_row_the_last_counts() {
        let mut queue = Queue::default();
        let sized = |terminal, cols| {
            let change = TerminalChange::Resize(Size { cols, rows: 24 });
            GuestEvent::Terminal { terminal, change }
        };
        let (one, two) = (TerminalNo(1), TerminalNo(2));
        assert!(!queue.absorbs_size(one, Size { cols: 80, rows: 24 }));
        queue.push(sized(one, 80));
        assert!(queue.absorbs_size(one, Size { cols: 90, rows: 24 }));
        assert!(!queue.absorbs_size(two, Size { cols: 90, rows: 24 }));
        queue.push(sized(two, 70));
        assert!(!queue.absorbs_size(one, Size { cols: 100, rows: 24 }), "something came in between");
        assert_eq!(taken(&mut queue), [sized(one, 90), sized(two, 70)]);
    }

    #[test]
    fn updates_of_one_panel_become_one() {
        let mut queue = Queue::default();
        queue.push(update(PanelKind::Log, true, &["a", "b"], &[]));
        queue.push(GuestEvent::Declined);
        queue.push(update(PanelKind::Log, false, &["c"], &["a"]));
        assert!(queue.next_is_large());
        assert_eq!(taken(&mut queue), [update(PanelKind::Log, true, &["b", "c"], &[]), GuestEvent::Declined]);
        queue.push(update(PanelKind::Log, false, &["d"], &["b"]));
        queue.push(update(PanelKind::Log, false, &["b"], &["c", "d"]));
        assert_eq!(taken(&mut queue), [update(PanelKind::Log, false, &["b"], &["c", "d"])]);
    }
}
