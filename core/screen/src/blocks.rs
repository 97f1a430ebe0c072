//! Command blocks: one command with its output, from the shell's marks (OSC 133 and OSC 633).

use std::collections::VecDeque;

use crate::Millis;
use crate::reflow::Shift;

/// Names a block for as long as its screen lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(pub u64);

/// Most blocks remembered.
pub(crate) const MAX_BLOCKS: usize = 1000;
/// Longest command line or directory kept, in bytes.
pub(crate) const MAX_TEXT: usize = 16 * 1024;

/// A place in the normal buffer: an absolute line number and a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) column: u16,
}

/// One command with its output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its name.
    pub id: BlockId,
    /// What was run, as the shell told it or as it was read from the screen.
    pub command_line: Option<String>,
    /// The working directory at the start.
    pub cwd: Option<String>,
    /// The exit code, once the command has ended and the shell has told it.
    pub exit_code: Option<i32>,
    /// When the command began, by the clock of the one who fed the screen.
    pub started: Millis,
    /// When it ended.
    pub finished: Option<Millis>,
    pub(crate) prompt: Place,
    pub(crate) output: Place,
    pub(crate) end: Place,
    pub(crate) generation: u32,
}

impl Block {
    /// How long the command ran, in milliseconds, once it has ended.
    pub fn duration(&self) -> Option<Millis> {
        Some(self.finished?.saturating_sub(self.started))
    }

    /// Absolute numbers of the output's lines. Grows while the command runs; lines may have left the scrollback.
    pub fn output_lines(&self) -> std::ops::Range<u64> {
        self.output.line..self.end.line + u64::from(self.end.column > 0)
    }

    /// Absolute number of the line where the prompt begins.
    pub fn prompt_line(&self) -> u64 {
        self.prompt.line
    }
}

/// Blocks, oldest first, and what is known of the next one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Blocks {
    pub(crate) list: VecDeque<Block>,
    pub(crate) next_id: u64,
    pub(crate) prompt: Option<Place>,
    pub(crate) command: Option<Place>,
    /// The command line that the shell announced for the next block.
    pub(crate) announced: Option<String>,
    pub(crate) cwd: Option<String>,
    /// The last block still runs.
    pub(crate) running: bool,
    pub(crate) generation: u32,
}

impl Blocks {
    /// A prompt begins: whatever still runs has ended without saying how.
    pub(crate) fn prompt(&mut self, at: Place, generation: u32, now: Millis) -> Option<BlockId> {
        let ended = self.finish(at, None, now);
        self.prompt = Some(at);
        self.generation = generation;
        self.command = None;
        self.announced = None;
        ended
    }

    /// A command begins to run; its output starts here.
    pub(crate) fn start(&mut self, at: Place, typed: Option<String>, now: Millis) -> BlockId {
        self.running = true;
        let id = BlockId(self.next_id);
        self.next_id += 1;
        if self.list.len() >= MAX_BLOCKS {
            self.list.pop_front();
        }
        self.list.push_back(Block {
            id,
            command_line: self.announced.take().or(typed),
            cwd: self.cwd.clone(),
            exit_code: None,
            started: now,
            finished: None,
            prompt: self.prompt.take().unwrap_or(at),
            output: at,
            end: at,
            generation: self.generation,
        });
        self.command = None;
        id
    }

    /// The running command ended. Returns it, if one ran.
    pub(crate) fn finish(&mut self, at: Place, exit_code: Option<i32>, now: Millis) -> Option<BlockId> {
        if !std::mem::take(&mut self.running) {
            return None;
        }
        let block = self.list.back_mut()?;
        block.exit_code = exit_code;
        block.finished = Some(now);
        block.end = block.output.max(at);
        Some(block.id)
    }

    /// Lines moved: by a reflow, or by scrolling above a fixed footer.
    pub(crate) fn shift(&mut self, shift: Shift) {
        for place in self.places() {
            place.line = shift.apply(place.line);
        }
    }

    /// Everything from this line on was erased: earlier output ends before it.
    pub(crate) fn erase_from(&mut self, line: u64) {
        let at = Place { line, column: 0 };
        for block in &mut self.list {
            block.end = block.end.min(at);
            block.output = block.output.min(at);
        }
    }

    fn places(&mut self) -> impl Iterator<Item = &mut Place> {
        self.list
            .iter_mut()
            .flat_map(|block| [&mut block.prompt, &mut block.output, &mut block.end])
            .chain(self.prompt.as_mut())
            .chain(self.command.as_mut())
    }
}
