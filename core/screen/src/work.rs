//! How much work output may cause. A few bytes can name a whole screen (the alignment pattern, shifted columns, repeated
//! characters), so such sequences spend what output has earned, and do less once that is spent.

#[cfg(feature = "testing")]
use std::cell::Cell;

/// Cells that may be changed for each byte: a row of most terminals for a short sequence.
const PER_BYTE: u32 = 256;

/// Cells that may be changed beyond that, whatever the size of the screen.
const AT_ONCE: u32 = 1 << 16;

/// What may be spent, in cells. It depends on nothing but the output, so a decoded screen goes on alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) left: u32,
    most: u32,
}

impl Budget {
    /// Enough for this many screens at once.
    pub(crate) fn new(cols: u16, rows: u16, screens: u32) -> Self {
        let most = AT_ONCE + screens * u32::from(cols) * u32::from(rows);
        Self { left: most, most }
    }

    /// For another size: what was spent stays spent.
    pub(crate) fn resize(&mut self, cols: u16, rows: u16, screens: u32) {
        self.most = Self::new(cols, rows, screens).most;
        self.left = self.left.min(self.most);
    }

    /// Output of this length came.
    #[inline]
    pub(crate) fn earn(&mut self, bytes: u32) {
        self.left = self.left.saturating_add(bytes.saturating_mul(PER_BYTE)).min(self.most);
    }

    /// Spends this much, or nothing and says so.
    pub(crate) fn spend(&mut self, cells: u32) -> bool {
        let left = self.left.checked_sub(cells);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    /// Spends for as many things that cost so much each as it can, and says for how many.
    pub(crate) fn spend_for(&mut self, count: u32, each: u32) -> u32 {
        let count = count.min(self.left / each.max(1));
        self.left -= count * each;
        count
    }
}

#[cfg(feature = "testing")]
thread_local! {
    static DONE: Cell<u64> = const { Cell::new(0) };
}

/// Counts work for tests: cells, lines and places that were touched, where one sequence may touch many.
#[inline]
pub(crate) fn did(count: usize) {
    #[cfg(feature = "testing")]
    DONE.set(DONE.get() + count as u64);
    #[cfg(not(feature = "testing"))]
    let _ = count;
}

/// What this thread has counted since this was last asked.
#[cfg(feature = "testing")]
pub fn take_work() -> u64 {
    DONE.take()
}
