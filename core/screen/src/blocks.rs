//! Command blocks: one command with its output, from the shell's marks (OSC 133 and OSC 633).

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::ops::Range;

use crate::Millis;
use crate::reflow::Shift;
use crate::work;

/// Names a block for as long as its screen lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(pub u64);

/// Most blocks remembered.
pub(crate) const MAX_BLOCKS: usize = 1000;
/// Longest command line or directory kept, in bytes.
pub(crate) const MAX_TEXT: usize = 16 * 1024;
/// Most text that all blocks together keep, in bytes; the oldest blocks go first.
pub(crate) const MAX_TEXTS: usize = 512 * 1024;

/// A place in the normal buffer: an absolute line number and a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) column: u16,
}

/// What the shell's integration puts at the end of its marks, and nobody else knows.
#[derive(Clone, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// Fit for a field of a mark: not empty, letters and digits alone.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then_some(Self(text))
    }

    /// As the marks have it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        self.0 == text
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(…)")
    }
}

/// A command line that was announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// It counts only if the screen shows the same.
    pub(crate) if_typed: bool,
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
    /// The shell's own integration told it. Otherwise anything that was printed may have.
    pub proven: bool,
    /// Some of what it printed was erased from the screen or the scrollback.
    pub erased: bool,
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

    /// Whether any of its output lies on these lines.
    fn printed_on(&self, lines: &Range<u64>) -> bool {
        self.output < self.end
            && self.output.line < lines.end
            && Place { line: lines.start, column: 0 } < self.end
    }

    /// Absolute numbers of the output's lines. Grows while the command runs; lines may have left the scrollback.
    pub fn output_lines(&self) -> Range<u64> {
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
    pub(crate) announced: Option<Line>,
    pub(crate) cwd: Option<String>,
    /// The last block still runs.
    pub(crate) running: bool,
    pub(crate) generation: u32,
    /// A proven mark was seen: no others count.
    pub(crate) proves: bool,
    /// Blocks that lost output since they were last asked for.
    pub(crate) cut: BTreeSet<BlockId>,
    /// Lines that came in one after another and that the places do not know of yet: where, and how many.
    unsettled: Option<(u64, u64)>,
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
    pub(crate) fn start(&mut self, at: Place, line: Option<String>, proven: bool, now: Millis) -> BlockId {
        self.running = true;
        let id = BlockId(self.next_id);
        self.next_id += 1;
        if self.list.len() >= MAX_BLOCKS {
            let oldest = self.list.pop_front();
            oldest.map(|block| self.cut.remove(&block.id));
        }
        self.list.push_back(Block {
            id,
            command_line: line,
            cwd: self.cwd.clone(),
            exit_code: None,
            started: now,
            finished: None,
            proven,
            erased: false,
            prompt: self.prompt.take().unwrap_or(at),
            output: at,
            end: at,
            generation: self.generation,
        });
        while self.list.len() > 1 && self.texts() > MAX_TEXTS {
            self.list.pop_front();
        }
        self.command = None;
        id
    }

    /// Bytes of text that the blocks keep.
    pub(crate) fn texts(&self) -> usize {
        let len = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        self.list.iter().map(|block| len(&block.command_line) + len(&block.cwd)).sum()
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
        // Line feeds above a footer bring in each line right behind the last: one walk over all places does for them all.
        let next = self.unsettled.map(|(at, count)| at + count);
        match (shift, &mut self.unsettled) {
            (Shift::Inserted { at, count: more }, Some((_, count))) if next == Some(at) => *count += more,
            (Shift::Inserted { at, count }, None) => self.unsettled = Some((at, count)),
            _ => {
                self.settle();
                self.apply(shift);
            }
        }
    }

    /// Tells the places of the lines that came in. To be called before they are looked at or changed.
    pub(crate) fn settle(&mut self) {
        if let Some((at, count)) = self.unsettled.take() {
            self.apply(Shift::Inserted { at, count });
        }
    }

    fn apply(&mut self, shift: Shift) {
        let mut count = 0;
        for place in self.places() {
            place.line = shift.apply(place.line);
            count += 1;
        }
        work::did(count);
    }

    /// These lines of the viewport are erased and may be written again, so no earlier output is on them any more.
    /// `whole`: all of the viewport was cleared. A program that erases a part draws over its own lines.
    pub(crate) fn erase(&mut self, lines: Range<u64>, whole: bool, had_text: impl Fn(Range<u64>) -> bool) {
        work::did(self.list.len());
        let (first, next) = (Place { line: lines.start, column: 0 }, Place { line: lines.end, column: 0 });
        let running = self.running_id();
        for block in &mut self.list {
            if running == Some(block.id) {
                block.erased =
                    block.erased || whole && had_text(block.output.line.max(lines.start)..lines.end);
                if (first..next).contains(&block.output) {
                    block.output = first;
                }
                continue;
            }
            if whole && block.printed_on(&lines) {
                block.erased = true;
                self.cut.insert(block.id);
            }
            match (block.output >= first, block.end > next) {
                (true, true) => block.output = block.output.max(next),
                (true, false) => (block.output, block.end) = (first, first),
                (false, true) => {}
                (false, false) => block.end = block.end.min(first),
            }
        }
    }

    /// The lines before this one were cleared from the scrollback.
    pub(crate) fn forget(&mut self, before: u64, had_text: impl Fn(Range<u64>) -> bool) {
        work::did(self.list.len());
        let at = Place { line: before, column: 0 };
        let running = self.running_id();
        for block in &mut self.list {
            if running == Some(block.id) {
                block.erased = block.erased || had_text(block.output.line..before);
            } else if block.printed_on(&(0..before)) {
                block.erased = true;
                self.cut.insert(block.id);
            }
            block.output = block.output.max(at);
            block.end = block.end.max(at);
        }
    }

    fn running_id(&self) -> Option<BlockId> {
        self.list.back().filter(|_| self.running).map(|block| block.id)
    }

    fn places(&mut self) -> impl Iterator<Item = &mut Place> {
        self.list
            .iter_mut()
            .flat_map(|block| [&mut block.prompt, &mut block.output, &mut block.end])
            .chain(self.prompt.as_mut())
            .chain(self.command.as_mut())
    }
}
