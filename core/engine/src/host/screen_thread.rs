//! A terminal's screen on a thread of its own: fed in order, asked at exact points of the stream, never further
//! behind than its queue is long.

use std::{
    collections::{BTreeMap, VecDeque},
    future::Future as _,
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    thread::{self, JoinHandle},
    time::Duration,
};

use bytes::Bytes;
use jumpseat_screen::{Block, BlockId, Event, MAX_PAINTED, Mark, Nonce, Options, Screen, Start};
use jumpseat_session::{Scope, host::Ticket};
use tokio::{
    sync::oneshot,
    time::{Sleep, sleep},
};

use super::ClientNo;
use crate::{
    api::{ApiError, ApiErrorKind, BlockInfo, Reply, ScreenFormat, SessionNo, Size, StartFrom},
    dump,
    packed::{self, Most},
    runtime::wall_clock,
};

/// How far the screen may be behind, in bytes. Beyond it the program waits for the screen, never for the network.
const MAX_BEHIND: usize = 4 * 1024 * 1024;

/// How long a little output waits for its screen, so that the thread does not compete for the processor with those
/// who bring an echo to its guest …
const GATHER: Duration = Duration::from_millis(2);

/// … and how much output does not wait, in bytes.
const GATHER_LEN: usize = 16 * 1024;

/// Buffers kept for the next reads.
const MAX_SPARE: usize = 8;

/// Block events kept until the engine takes them; the newest matter.
const MAX_BLOCK_NEWS: usize = 256;

/// What is asked of the screen at this point of the stream.
pub(super) enum ScreenRequest {
    /// Remember this point, or a block, as what a session's guests may see from.
    Begin { session: SessionNo, from: StartFrom },
    /// The session's guests see it no longer.
    Forget { session: SessionNo },
    /// The commands that a session's guests may see: one of them, or all; with what they printed, or without.
    Commands { session: SessionNo, block: Option<u64>, output: bool },
    /// The commands of which output was erased, again.
    Erased { session: SessionNo },
    /// A picture for guests, compressed.
    Snapshot { session: SessionNo, scope: Scope, ticket: Ticket },
    /// A picture for a client's own terminal.
    Picture { client: ClientNo, scrollback: bool },
    /// The text of lines.
    Lines { from: u64, to: u64, answer: oneshot::Sender<Result<Reply, ApiError>> },
    /// A picture for a script.
    Dump { format: ScreenFormat, answer: oneshot::Sender<Result<Reply, ApiError>> },
}

/// What the screen has to tell.
pub(super) enum ScreenEvent {
    Title(String),
    Cwd(String),
    Block(BlockInfo),
    /// Somebody cleared the screen or its scrollback, where there was output of commands.
    OutputErased,
    /// The alternate screen is gone, and with it the lines from this one on.
    AlternateLeft {
        from: u64,
    },
    /// Commands before this one are forgotten, and whatever they printed may be erased.
    Forgotten {
        session: SessionNo,
        before: u64,
    },
    Command {
        session: SessionNo,
        command: Box<Command>,
    },
    Snapshot {
        session: SessionNo,
        ticket: Ticket,
        bytes: Bytes,
    },
    Picture {
        client: ClientNo,
        size: Size,
        bytes: Vec<u8>,
    },
}

/// A command as guests of a session may see it.
pub(super) struct Command {
    pub(super) info: BlockInfo,
    /// It began or ended just now.
    pub(super) is_news: bool,
    /// Where its prompt begins, counted from the first line that the session shares.
    pub(super) line: Option<u64>,
    /// Lines that it printed.
    pub(super) lines: u64,
    /// What it printed, once it has ended.
    pub(super) output: Option<String>,
    /// Some of that was erased.
    pub(super) erased: bool,
}

/// The engine's end. Dropping it ends the thread.
pub(super) struct ScreenThread {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// Bytes that were queued and for which the thread was not woken yet.
    queued: usize,
    /// Something was queued that does not wait.
    urgent: bool,
    gathers: Option<Pin<Box<Sleep>>>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    work: Condvar,
    latest: Mutex<Latest>,
}

#[derive(Default)]
struct Queue {
    items: VecDeque<Item>,
    bytes: usize,
    /// Pictures for clients among the items.
    pictures: usize,
    spare: Vec<Vec<u8>>,
    closed: bool,
    /// Who waits for room.
    waiting: Option<Waker>,
}

#[derive(Default)]
struct Latest {
    title: Option<String>,
    cwd: Option<String>,
    blocks: VecDeque<BlockInfo>,
    erased: bool,
    alternate_left: Option<u64>,
    /// As many as were asked for.
    answers: VecDeque<ScreenEvent>,
    waiting: Option<Waker>,
}

enum Item {
    Bytes(Vec<u8>),
    Resize(Size),
    ScreenRequest(ScreenRequest),
    /// A picture for a client's own terminal, and output that comes next.
    Picture {
        client: ClientNo,
        scrollback: bool,
        ahead: Vec<u8>,
    },
}

impl Queue {
    /// The next item. A picture for a client goes before the output that it waits behind, and takes it along: the host's own
    /// terminal draws that itself, and is not dark until a screen has seen it all.
    fn next(&mut self) -> Option<Item> {
        if self.pictures > 0
            && let Some(picture) = self.take_picture()
        {
            return Some(picture);
        }
        let item = self.items.pop_front()?;
        if let Item::Resize(_) = item
            && let Some(Item::Resize(_)) = self.items.front()
        {
            // Of several sizes one after another the last alone counts; each costs laying out every line.
            return self.next();
        }
        Some(item)
    }

    /// The first picture that is asked for before the size changes, with the output before it.
    fn take_picture(&mut self) -> Option<Item> {
        let is_picture = |item: &Item| matches!(item, Item::ScreenRequest(ScreenRequest::Picture { .. }));
        let at =
            self.items.iter().take_while(|item| !matches!(item, Item::Resize(_))).position(is_picture)?;
        let mut ahead = Vec::new();
        for item in self.items.range(..at) {
            if let Item::Bytes(bytes) = item {
                ahead.extend_from_slice(bytes);
            }
        }
        let Some(Item::ScreenRequest(ScreenRequest::Picture { client, scrollback })) = self.items.remove(at)
        else {
            return None;
        };
        self.pictures -= 1;
        Some(Item::Picture { client, scrollback, ahead })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ScreenThread {
    pub(super) fn start(size: Size, scrollback: usize, nonce: Option<Nonce>) -> Result<Self, ApiError> {
        let shared = Arc::new(Shared::default());
        let options = Options { cols: size.cols, rows: size.rows, scrollback, ..Options::default() };
        let mut screen = Screen::new(options);
        if let Some(nonce) = nonce {
            screen.expect_nonce(nonce);
        }
        let worker = Worker { shared: shared.clone(), screen, visible: BTreeMap::new() };
        let thread =
            thread::Builder::new().name("jumpseat-screen".to_owned()).spawn(move || worker.run()).map_err(
                |error| ApiError::new(ApiErrorKind::System, format!("no thread for a screen: {error}")),
            )?;
        Ok(Self { shared, thread: Some(thread), queued: 0, urgent: false, gathers: None })
    }

    /// A buffer to read into: empty, and used before where possible.
    pub(super) fn buffer(&self) -> Vec<u8> {
        lock(&self.shared.queue).spare.pop().unwrap_or_default()
    }

    /// Whether more may be fed; if not, the task is woken when it may.
    pub(super) fn poll_room(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut queue = lock(&self.shared.queue);
        if queue.bytes < MAX_BEHIND {
            return Poll::Ready(());
        }
        queue.waiting = Some(cx.waker().clone());
        Poll::Pending
    }

    pub(super) fn feed(&mut self, bytes: Vec<u8>) {
        self.queued += bytes.len();
        let mut queue = lock(&self.shared.queue);
        queue.bytes += bytes.len();
        queue.items.push_back(Item::Bytes(bytes));
    }

    pub(super) fn resize(&mut self, size: Size) {
        lock(&self.shared.queue).items.push_back(Item::Resize(size));
        self.urgent = true;
    }

    pub(super) fn ask(&mut self, question: ScreenRequest) {
        let mut queue = lock(&self.shared.queue);
        queue.pictures += usize::from(matches!(question, ScreenRequest::Picture { .. }));
        queue.items.push_back(Item::ScreenRequest(question));
        drop(queue);
        self.urgent = true;
    }

    /// Wakes the thread for what was queued: once for all of it, and after what was more urgent.
    pub(super) fn wake(&mut self, cx: &mut Context<'_>) {
        if !self.urgent && self.queued < GATHER_LEN {
            if self.queued == 0 {
                return;
            }
            let gathers = self.gathers.get_or_insert_with(|| Box::pin(sleep(GATHER)));
            if gathers.as_mut().poll(cx).is_pending() {
                return;
            }
        }
        (self.queued, self.urgent, self.gathers) = (0, false, None);
        self.shared.work.notify_one();
    }

    pub(super) fn poll_news(&self, cx: &mut Context<'_>) -> Poll<ScreenEvent> {
        let mut latest = lock(&self.shared.latest);
        let next = latest.answers.pop_front();
        let next = next.or_else(|| latest.title.take().map(ScreenEvent::Title));
        let next = next.or_else(|| latest.cwd.take().map(ScreenEvent::Cwd));
        let next = next.or_else(|| latest.blocks.pop_front().map(ScreenEvent::Block));
        let next = next.or_else(|| std::mem::take(&mut latest.erased).then_some(ScreenEvent::OutputErased));
        let left = || latest.alternate_left.take().map(|from| ScreenEvent::AlternateLeft { from });
        let next = next.or_else(left);
        match next {
            Some(news) => Poll::Ready(news),
            None => {
                latest.waiting = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for ScreenThread {
    fn drop(&mut self) {
        let mut queue = lock(&self.shared.queue);
        queue.closed = true;
        queue.items.clear();
        drop(queue);
        self.shared.work.notify_one();
        if let Some(thread) = self.thread.take() {
            // It is done with one read or one picture at the latest; a panic of it was reported already.
            let _ = thread.join();
        }
    }
}

struct Worker {
    shared: Arc<Shared>,
    screen: Screen,
    visible: BTreeMap<SessionNo, Visible>,
}

/// Where what a session's guests may see begins.
struct Visible {
    /// Everything is theirs; otherwise what came since then.
    since: Option<Mark>,
    /// The line it begins with, while lines are as wide as they were.
    line: Option<u64>,
    /// The first command that they may see.
    block: u64,
}

impl Visible {
    /// A glimpse is the screen alone, and of it only what a whole picture shows, too.
    fn start(&self, scope: Scope) -> Start {
        match (scope, self.since) {
            (Scope::Screen, None) => Start::Viewport,
            (Scope::Screen, Some(mark)) => Start::ViewportFrom(mark),
            (_, None) => Start::Everything,
            (_, Some(mark)) => Start::Mark(mark),
        }
    }
}

impl Worker {
    fn run(mut self) {
        while let Some(item) = self.next() {
            match item {
                Item::Bytes(bytes) => {
                    self.screen.feed(wall_clock(), &bytes);
                    self.tell_events();
                    self.fed(bytes);
                }
                Item::Resize(size) => self.screen.resize(size.cols, size.rows),
                Item::ScreenRequest(question) => self.answer(question),
                Item::Picture { client, scrollback, ahead } => self.picture(client, scrollback, &ahead),
            }
        }
    }

    fn picture(&self, client: ClientNo, scrollback: bool, ahead: &[u8]) {
        let (cols, rows) = self.screen.size();
        let mut bytes = Vec::new();
        if scrollback {
            self.screen.write_ansi(Start::Everything, MAX_PAINTED, &mut bytes);
        } else {
            self.screen.write_viewport_ansi(MAX_PAINTED, &mut bytes);
        }
        bytes.extend_from_slice(ahead);
        let size = Size { cols, rows };
        self.tell(|latest| latest.answers.push_back(ScreenEvent::Picture { client, size, bytes }));
    }

    fn next(&self) -> Option<Item> {
        let mut queue = lock(&self.shared.queue);
        loop {
            if queue.closed {
                return None;
            }
            if let Some(item) = queue.next() {
                return Some(item);
            }
            queue = self.shared.work.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn fed(&self, mut bytes: Vec<u8>) {
        let mut queue = lock(&self.shared.queue);
        queue.bytes -= bytes.len();
        if queue.spare.len() < MAX_SPARE {
            bytes.clear();
            queue.spare.push(bytes);
        }
        let waiting = if queue.bytes < MAX_BEHIND { queue.waiting.take() } else { None };
        drop(queue);
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }

    fn tell_events(&mut self) {
        let events = self.screen.take_events();
        if events.is_empty() {
            return;
        }
        let mut changed: Vec<BlockId> = events
            .iter()
            .filter_map(|event| match event {
                Event::BlockStarted(id) | Event::BlockFinished(id) => Some(*id),
                _ => None,
            })
            .collect();
        // A command that begins and ends within one read is told once, as it is by then.
        changed.dedup();
        let blocks: Vec<BlockInfo> =
            changed.into_iter().filter_map(|id| self.screen.block(id).map(block_info)).collect();
        self.tell(|latest| {
            for event in events {
                match event {
                    Event::Title(title) => latest.title = Some(title),
                    Event::Cwd(cwd) => latest.cwd = Some(cwd),
                    Event::OutputErased => latest.erased = true,
                    Event::AlternateLeft { from } => {
                        let lowest = latest.alternate_left.map_or(from, |before| before.min(from));
                        latest.alternate_left = Some(lowest);
                    }
                    _ => {}
                }
            }
            latest.blocks.extend(blocks);
            let excess = latest.blocks.len().saturating_sub(MAX_BLOCK_NEWS);
            latest.blocks.drain(..excess);
        });
    }

    fn tell(&self, change: impl FnOnce(&mut Latest)) {
        let mut latest = lock(&self.shared.latest);
        change(&mut latest);
        let waiting = latest.waiting.take();
        drop(latest);
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }

    fn answer(&mut self, question: ScreenRequest) {
        match question {
            ScreenRequest::Begin { session, from } => {
                let visible = self.begin(from);
                self.visible.insert(session, visible);
            }
            ScreenRequest::Forget { session } => {
                self.visible.remove(&session);
            }
            ScreenRequest::Commands { session, block, output } => {
                self.tell_commands(
                    session,
                    |id| block.is_none_or(|block| block == id),
                    block.is_some(),
                    output,
                );
            }
            ScreenRequest::Erased { session } => {
                let erased = self.screen.take_erased();
                self.tell_commands(session, |id| erased.contains(&BlockId(id)), false, true);
                let before = self.screen.blocks().front().map_or(u64::MAX, |block| block.id.0);
                self.tell(|latest| latest.answers.push_back(ScreenEvent::Forgotten { session, before }));
            }
            ScreenRequest::Snapshot { session, scope, ticket } => {
                // Nobody sees anything of a session that never began.
                let Some(visible) = self.visible.get(&session) else { return };
                let starts = [visible.start(scope), visible.start(Scope::Screen)];
                let bytes = Bytes::from(packed::fitting(&self.screen, &starts, Most::default()));
                self.tell(|latest| {
                    latest.answers.push_back(ScreenEvent::Snapshot { session, ticket, bytes })
                });
            }
            ScreenRequest::Picture { client, scrollback } => self.picture(client, scrollback, &[]),
            ScreenRequest::Lines { from, to, answer } => {
                let lines = dump::lines(&self.screen, from, to);
                let _ = answer.send(Ok(Reply::Lines { lines }));
            }
            ScreenRequest::Dump { format, answer } => {
                let picture = dump::screen(&self.screen, format);
                // Who asked may have gone.
                let _ = answer.send(Ok(Reply::Screen { picture }));
            }
        }
    }

    fn begin(&mut self, from: StartFrom) -> Visible {
        let block = match from {
            StartFrom::Start => 0,
            // One that runs already began before.
            StartFrom::Now => self.screen.blocks().back().map_or(0, |block| block.id.0 + 1),
            StartFrom::Block { block } => block,
        };
        let (since, line) = match from {
            StartFrom::Start => (None, Some(0)),
            StartFrom::Now => {
                let line = self.first_shown() + u64::from(self.screen.cursor().row);
                let known = !self.screen.in_alternate();
                (Some(self.screen.mark()), known.then_some(line))
            }
            StartFrom::Block { block } => {
                let line = self.screen.block(BlockId(block)).map(Block::prompt_line);
                (Some(self.screen.block_mark(BlockId(block))), line)
            }
        };
        Visible { since, line, block }
    }

    fn tell_commands(
        &self,
        session: SessionNo,
        wanted: impl Fn(u64) -> bool,
        is_news: bool,
        with_output: bool,
    ) {
        let Some(visible) = self.visible.get(&session) else { return };
        let seen = |block: &&Block| block.id.0 >= visible.block && wanted(block.id.0);
        let command = |block: &Block| {
            let ended = block.duration().is_some();
            let output = if ended && with_output { self.screen.block_output(block.id) } else { None };
            let rows = block.output_lines();
            let command = Command {
                info: block_info(block),
                is_news,
                erased: block.erased,
                line: visible.line.and_then(|first| block.prompt_line().checked_sub(first)),
                lines: self.printed_lines(rows),
                output,
            };
            ScreenEvent::Command { session, command: Box::new(command) }
        };
        let commands: Vec<ScreenEvent> = self.screen.blocks().iter().filter(seen).map(command).collect();
        self.tell(|latest| latest.answers.extend(commands));
    }

    /// How many lines a program printed in these rows: what the margin wrapped is one line.
    fn printed_lines(&self, rows: std::ops::Range<u64>) -> u64 {
        let kept = rows.start.max(self.screen.lines().start)..rows.end;
        let wrapped = kept.filter(|row| *row > rows.start && self.wraps(*row)).count() as u64;
        rows.end.saturating_sub(rows.start).saturating_sub(wrapped)
    }

    fn wraps(&self, row: u64) -> bool {
        self.screen.line(row).is_some_and(|line| line.is_wrapped())
    }

    /// The number of the line at the top of the screen.
    fn first_shown(&self) -> u64 {
        self.screen.lines().end.saturating_sub(u64::from(self.screen.size().1))
    }
}

fn block_info(block: &Block) -> BlockInfo {
    BlockInfo {
        block: block.id.0,
        command: block.command_line.clone(),
        cwd: block.cwd.clone(),
        exit_code: block.exit_code,
        started: block.started,
        duration: block.duration(),
        proven: block.proven,
    }
}

#[cfg(test)]
mod tests;
