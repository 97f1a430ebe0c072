//! The history panel: the command blocks of the shared terminals, with what they printed.

use std::collections::VecDeque;

use bytes::Bytes;
use jumpseat_panels::{Block, Entries, Entry, PanelKind, Reference, ReferenceId};
use tokio::sync::mpsc;

use crate::{
    Ask, Publisher, Running, Source, clock,
    fed::{Fed, Store},
    key::key,
};

/// Most blocks that are kept.
const MAX_BLOCKS: usize = 1_000;

/// The longest output that is kept of one block, in bytes: its end.
const MAX_OUTPUT: usize = 1024 * 1024;

/// What is kept of all outputs together, in bytes; the oldest go first.
const MAX_OUTPUTS: usize = 32 * 1024 * 1024;

/// The history panel.
pub struct History(Fed<Blocks>);

/// Where the engine puts blocks. Never blocks; for any number of threads.
#[derive(Clone)]
pub struct HistoryFeed(Fed<Blocks>);

impl History {
    /// An empty one, and its feed.
    #[allow(clippy::new_ret_no_self, reason = "a source and its feed begin together")]
    pub fn new() -> (Self, HistoryFeed) {
        let fed = Fed::new(Blocks::default());
        (Self(fed.clone()), HistoryFeed(fed))
    }
}

impl Source for History {
    fn kind(&self) -> PanelKind {
        PanelKind::History
    }

    fn run(self: Box<Self>, publisher: Publisher, asks: mpsc::Receiver<Ask>) -> Running {
        Box::pin(self.0.serve(publisher, asks))
    }
}

impl HistoryFeed {
    /// The panel once more, with all that was fed so far: for when it is shared again.
    pub fn source(&self) -> History {
        History(self.0.clone())
    }

    /// Puts a block in, or in the place of what was known of it: `id` names it in its terminal. Its output is plain
    /// text; without one, what is known stays. References are made here.
    pub fn block(&self, id: u64, block: Block, output: Option<Bytes>) {
        self.0.feed(|blocks| blocks.put(id, block, output));
    }

    /// Drops what the commands of a terminal before this one printed.
    pub fn erase_before(&self, terminal: u32, id: u64) {
        self.0.feed(|blocks| blocks.erase_before(terminal, id));
    }

    /// A terminal is gone: what ran in it has ended.
    pub fn terminal_gone(&self, terminal: u32) {
        let now = clock::now();
        self.0.feed(|blocks| {
            for held in blocks.held.iter_mut().filter(|held| held.block.terminal == terminal) {
                let started = held.block.started;
                held.block.took.get_or_insert_with(|| now.saturating_sub(started));
            }
        });
    }
}

#[derive(Default)]
struct Blocks {
    /// Oldest first.
    held: VecDeque<Held>,
    next: u64,
    /// Bytes of all outputs.
    weight: usize,
}

struct Held {
    number: u64,
    id: u64,
    block: Block,
    output: Bytes,
    /// Counts the outputs, so that each has its own name.
    version: u64,
}

impl Blocks {
    fn put(&mut self, id: u64, block: Block, output: Option<Bytes>) {
        let known = self.held.iter().rposition(|held| held.id == id && held.block.terminal == block.terminal);
        let at = known.unwrap_or_else(|| {
            self.held.push_back(Held {
                number: self.next,
                id,
                block: Block::default(),
                output: Bytes::new(),
                version: 0,
            });
            self.next += 1;
            self.held.len() - 1
        });
        let held = &mut self.held[at];
        held.block = block;
        if let Some(output) = output {
            let output = tail(output);
            self.weight = self.weight - held.output.len() + output.len();
            held.version += u64::from(output != held.output);
            held.output = output;
        }
        self.bound();
    }

    fn erase_before(&mut self, terminal: u32, id: u64) {
        let old = |held: &&mut Held| held.block.terminal == terminal && held.id < id;
        for held in self.held.iter_mut().filter(old) {
            held.block.erased |= !held.output.is_empty();
            self.weight -= std::mem::take(&mut held.output).len();
        }
    }

    fn bound(&mut self) {
        while self.held.len() > MAX_BLOCKS {
            self.weight -= self.held.pop_front().map_or(0, |held| held.output.len());
        }
        for held in &mut self.held {
            if self.weight <= MAX_OUTPUTS {
                break;
            }
            self.weight -= std::mem::take(&mut held.output).len();
        }
    }
}

impl Held {
    fn reference(&self) -> Option<Reference> {
        let id = ReferenceId::new(format!("o:{}.{}", self.number, self.version))?;
        let size = u64::try_from(self.output.len()).unwrap_or(u64::MAX);
        (size > 0).then_some(Reference { id, size })
    }
}

impl Store for Blocks {
    fn entries(&self) -> Entries {
        let entry = |held: &Held| {
            let mut entry = Entry::Block(Block { output: held.reference(), ..held.block.clone() });
            entry.bound();
            Some((key(format!("{:08}", held.number))?, entry))
        };
        self.held.iter().filter_map(entry).collect()
    }

    fn content(&self, id: &ReferenceId) -> Option<Bytes> {
        let fits = |held: &&Held| held.reference().is_some_and(|reference| reference.id == *id);
        self.held.iter().find(fits).map(|held| held.output.clone())
    }
}

/// The end of an output, from a line's beginning on.
fn tail(output: Bytes) -> Bytes {
    let Some(over) = output.len().checked_sub(MAX_OUTPUT).filter(|over| *over > 0) else { return output };
    let line = output[over..].iter().position(|byte| *byte == b'\n').map_or(over, |end| over + end + 1);
    let mut start = if line < output.len() { line } else { over };
    while output.get(start).is_some_and(|byte| byte & 0xc0 == 0x80) {
        start += 1;
    }
    // A copy: a slice would keep all of it.
    Bytes::copy_from_slice(&output[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(terminal: u32, command: &str) -> Block {
        Block { terminal, command: Some(command.into()), started: 5, ..Block::default() }
    }

    fn shown(blocks: &Blocks) -> Vec<Block> {
        let blocks = blocks.entries().into_values();
        blocks.filter_map(|entry| if let Entry::Block(block) = entry { Some(block) } else { None }).collect()
    }

    #[test]
    fn a_block_keeps_its_place_while_it_grows() {
        let mut blocks = Blocks::default();
        blocks.put(1, block(1, "make"), None);
        blocks.put(1, block(2, "ls"), Some(Bytes::from_static(b"a b\n")));
        blocks.put(1, block(1, "make"), Some(Bytes::from_static(b"half")));
        let first = shown(&blocks)[0].output.clone().unwrap();
        assert_eq!(blocks.content(&first.id).unwrap(), "half");
        blocks.put(
            1,
            Block { took: Some(7), exit_code: Some(2), ..block(1, "make") },
            Some(Bytes::from_static(b"half whole")),
        );
        let list = shown(&blocks);
        assert_eq!(
            list.iter().map(|block| block.command.as_deref().unwrap()).collect::<Vec<_>>(),
            ["make", "ls"]
        );
        assert_eq!((list[0].exit_code, list[0].took), (Some(2), Some(7)));
        assert!(blocks.content(&first.id).is_none(), "another output has another name");
        assert_eq!(blocks.content(&list[0].output.as_ref().unwrap().id).unwrap(), "half whole");
    }

    #[test]
    fn blocks_and_outputs_are_bounded() {
        let mut blocks = Blocks::default();
        let big = Bytes::from("é\n".repeat(MAX_OUTPUT));
        for id in 0..100 {
            blocks.put(id, block(1, "yes"), Some(big.clone()));
            assert!(blocks.weight <= MAX_OUTPUTS);
            assert_eq!(blocks.weight, blocks.held.iter().map(|held| held.output.len()).sum::<usize>());
        }
        assert!(shown(&blocks)[0].output.is_none() && shown(&blocks)[99].output.is_some());
        let last = &blocks.held[99].output;
        assert!(last.len() <= MAX_OUTPUT && std::str::from_utf8(last).is_ok());
        for id in 0..2 * MAX_BLOCKS as u64 {
            blocks.put(1_000 + id, block(1, "true"), None);
        }
        assert_eq!(blocks.held.len(), MAX_BLOCKS);
        assert_eq!(blocks.weight, 0);
        assert!(std::str::from_utf8(&tail(Bytes::from("é".repeat(MAX_OUTPUT)))).is_ok(), "one long line");
    }
}
