//! Memory given back to the system once a flood is over.
//!
//! What frames leave behind lies scattered between what lives on, and an allocator that nobody calls keeps it:
//! two hundred sessions that printed ten thousand lines at once held three to seven hundred KiB each, and hold
//! under thirty after this.

/// So much freed memory is worth the look through the heap, in bytes.
const WORTH_IT: u64 = 8 * 1024 * 1024;

/// Watches how much was freed, and acts in the first pause after it.
#[derive(Default)]
pub(crate) struct Memory {
    /// Bytes freed when it last looked …
    seen: u64,
    /// … and when it last gave back.
    given: u64,
}

impl Memory {
    /// To be called once in a while, with the bytes that were ever freed.
    pub(crate) fn look(&mut self, freed: u64) {
        if self.is_time(freed) {
            give_back();
        }
    }

    fn is_time(&mut self, freed: u64) -> bool {
        // While it goes on, what is free now is soon in use again.
        let paused = freed - std::mem::replace(&mut self.seen, freed) < WORTH_IT / 8;
        let worth_it = freed - self.given >= WORTH_IT;
        if paused && worth_it {
            self.given = freed;
        }
        paused && worth_it
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_back() {
    // SAFETY: it takes the allocator's own locks, and any thread may call it at any time.
    #[allow(unsafe_code)]
    let gave = unsafe { libc::malloc_trim(0) };
    tracing::debug!(gave = gave != 0, "freed memory given back");
}

/// Other allocators do it by themselves, or cannot be told.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_for_the_pause_after_a_flood() {
        let mut memory = Memory::default();
        let mut look = |freed| memory.is_time(freed);
        assert!(!look(WORTH_IT / 2), "not worth it, and under way");
        assert!(!look(3 * WORTH_IT), "under way");
        assert!(look(3 * WORTH_IT), "the pause");
        assert!(!look(3 * WORTH_IT), "nothing new");
        assert!(!look(4 * WORTH_IT - 1), "under way");
        assert!(!look(4 * WORTH_IT - 1), "not worth it");
        assert!(look(4 * WORTH_IT), "a trickle is a pause, too");
    }
}
