//! The bounded tables of styles, clusters and links: interning, and sweeping out what nothing shows any more.

use super::State;
use crate::cell::{Cell, Printable};
use crate::cluster::ClusterTable;
use crate::link::Link;
use crate::style::Style;
use crate::work;

/// After a sweep that freed too little, this many new entries are refused before the next one.
const BACKOFF: u32 = 1 << 16;

impl State {
    /// The index of the pen's style.
    #[inline]
    pub(super) fn pen_style(&mut self) -> u32 {
        if let Some(index) = self.pen_index {
            return index;
        }
        let index = self.intern(self.pen.normalized());
        self.pen_index = Some(index);
        index
    }

    /// The index of the style that erasing leaves.
    #[inline]
    pub(super) fn erase_style(&mut self) -> u32 {
        if let Some(index) = self.erase_index {
            return index;
        }
        let index = self.intern(self.pen.erased());
        self.erase_index = Some(index);
        index
    }

    /// Must be called after every change of the pen.
    #[inline]
    pub(super) fn pen_changed(&mut self) {
        self.pen_index = None;
        self.erase_index = None;
    }

    fn intern(&mut self, style: Style) -> u32 {
        if let Some(index) = self.styles.intern(style) {
            return index;
        }
        if self.may_sweep() {
            let used = self.used_styles();
            if !self.styles.sweep(&used) {
                self.backoff = BACKOFF;
            }
            self.pen_changed();
            if let Some(index) = self.styles.intern(style) {
                return index;
            }
        }
        // More styles on screen than are kept: this one loses its colours.
        let flags = !crate::style::COLOR_MASK;
        let plain = Style {
            fg: style.fg & flags,
            bg: style.bg & flags & !crate::style::bg::EXTENDED,
            ..Style::default()
        };
        self.styles.intern(plain).unwrap_or(0)
    }

    fn may_sweep(&mut self) -> bool {
        if self.backoff > 0 {
            self.backoff -= 1;
        }
        self.backoff == 0
    }

    fn used_styles(&self) -> Vec<bool> {
        let mut used = vec![false; self.styles.len()];
        work::did(self.stored());
        for line in self.normal.lines.iter().chain(&self.alternate.lines) {
            line.styles(|style| {
                if let Some(place) = used.get_mut(style as usize) {
                    *place = true;
                }
            });
        }
        used
    }

    /// Drops clusters that no cell shows, renumbering the rest. Returns whether that made room.
    pub(super) fn sweep_clusters(&mut self) -> bool {
        if !self.may_sweep() {
            return false;
        }
        let old = std::mem::take(&mut self.clusters);
        let full = old.len();
        let mut new = ClusterTable::default();
        for line in self.normal.lines.iter_mut().chain(&mut self.alternate.lines) {
            for cell in line.cells_mut().iter_mut().filter(|cell| cell.is_cluster()) {
                if let Some(index) = rebuild(&mut new, &old.codes(cell.text())) {
                    *cell = Cell::cluster(index, cell.width(), cell.style);
                }
            }
        }
        self.clusters = new;
        let freed = full.saturating_sub(self.clusters.len());
        if freed < full / 8 {
            self.backoff = BACKOFF;
        }
        freed > 0
    }

    /// Builds a cluster from its code points. `None` when there are fewer than two, or one is not printable.
    pub(crate) fn intern_cluster(&mut self, codes: &[u32]) -> Option<u32> {
        rebuild(&mut self.clusters, codes)
    }

    /// The index of a link, or 0 when there are too many.
    pub(super) fn intern_link(&mut self, link: Link) -> u32 {
        let link = match self.links.intern(link) {
            Ok(index) => return index,
            Err(link) => link,
        };
        if !self.may_sweep() {
            return 0;
        }
        let used = self.used_styles();
        let mut links = vec![false; self.links.len() + 1];
        let full = self.links.count();
        for (style, _) in self.styles.all().iter().zip(&used).filter(|(_, used)| **used) {
            if let Some(place) = links.get_mut(style.link as usize) {
                *place = true;
            }
        }
        self.styles.sweep(&used);
        self.pen_changed();
        self.links.sweep(&links);
        // It looks at every cell: not again for the next link, if this made room for a few alone.
        if full - self.links.count() < full / 8 {
            self.backoff = BACKOFF;
        }
        self.links.intern(link).unwrap_or(0)
    }
}

fn rebuild(table: &mut ClusterTable, codes: &[u32]) -> Option<u32> {
    let (&base, marks) = codes.split_first()?;
    let (&first, rest) = marks.split_first()?;
    let mut index = table.pair(Printable::new(base)?, Printable::new(first)?).ok()?;
    for &mark in rest {
        index = table.append(index, Printable::new(mark)?).ok()?;
    }
    Some(index)
}
