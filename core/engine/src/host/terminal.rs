//! A terminal: its program, its screen, its clients' views, and the session that shows it.

use std::{
    collections::BTreeMap,
    future::Future as _,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use jumpseat_screen::Nonce;
use jumpseat_session::{InputRefusal, Scope, StreamId, host::Ticket};
use tokio::{
    sync::oneshot,
    time::{Sleep, sleep},
};

use super::{
    keys::{Keys, Typist},
    screen_thread::{ScreenRequest, ScreenThread},
    view::View,
};
use crate::{
    api::{ApiError, BlockInfo, Reply, SessionNo, Size, TerminalNo, TerminalState},
    pty::{Pty, READ_LEN, program::Program},
    runtime::origin::Origin,
    shell::{Integration, Redactor},
};

/// Commands that a state tells.
const MAX_BLOCKS: usize = 100;

/// How long output is waited for after the program ended: something else may hold its terminal open.
const DRAIN_FOR: Duration = Duration::from_millis(250);

/// A terminal.
pub(super) struct Terminal {
    pub(super) no: TerminalNo,
    /// What it was opened as. Its title is what programs print.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) cwd: Option<String>,
    pub(super) size: Size,
    pub(super) session: Option<(SessionNo, StreamId)>,
    pub(super) screen: ScreenThread,
    pub(super) views: Vec<View>,
    /// The id of its program, which stays when that has ended: others may go on in its terminal.
    pid: Option<i32>,
    /// What its shell reads at its start; goes with it.
    pub(super) integration: Option<Integration>,
    /// Between the program and everyone but its screen.
    pub(super) redactor: Redactor,
    /// The newest commands.
    pub(super) blocks: BTreeMap<u64, BlockInfo>,
    program: Option<Pty>,
    keys: Keys,
    end: End,
    /// Pictures for guests that the screen has still to give: it stays as long, or they would lose the end.
    owed: usize,
    /// Whether the clients were told that it closed.
    pub(super) closed: bool,
}

/// How far the program is with ending.
#[derive(Default)]
struct End {
    /// Its output is over.
    silent: bool,
    exit: Option<Option<i32>>,
    drain: Option<Pin<Box<Sleep>>>,
}

impl Terminal {
    pub(super) fn open(
        no: TerminalNo,
        program: &Program,
        title: String,
        size: Size,
        scrollback: usize,
        nonce: Option<Nonce>,
    ) -> Result<Self, ApiError> {
        let program = Pty::spawn(program, size)?;
        Ok(Self {
            no,
            name: title.clone(),
            title,
            cwd: None,
            size,
            session: None,
            screen: ScreenThread::start(size, scrollback, nonce.clone())?,
            views: Vec::new(),
            integration: None,
            redactor: Redactor::new(nonce),
            blocks: BTreeMap::new(),
            pid: program.pid(),
            program: Some(program),
            keys: Keys::default(),
            end: End::default(),
            owed: 0,
            closed: false,
        })
    }

    /// A client's keys: they never wait for a guest's.
    pub(super) fn own_keys(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        answer: oneshot::Sender<Result<Reply, ApiError>>,
    ) {
        match &mut self.program {
            Some(program) => self.keys.press(cx, program, bytes, answer),
            // Its end is told elsewhere.
            None => drop(answer.send(Ok(Reply::Done))),
        }
    }

    /// A guest's keys, to be handed on by [`write`](Self::write).
    pub(super) fn guest_keys(&mut self, who: Typist, bytes: Vec<u8>) {
        if let Some(program) = &self.program {
            self.keys.guest_pressed(program, who, bytes);
        }
    }

    /// Hands waiting keys to the program, as far as it takes them; guests' only while `gate` lets them type.
    pub(super) fn write(&mut self, cx: &mut Context<'_>, gate: impl Fn(Typist) -> Result<(), InputRefusal>) {
        match &mut self.program {
            Some(program) if self.end.exit.is_none() => self.keys.write(cx, program, gate),
            _ => self.keys.clear(),
        }
    }

    /// Whether a process runs in it.
    pub(super) fn has_inside(&self, origin: &Origin) -> bool {
        self.pid.is_some_and(|program| origin.is_inside(program))
    }

    /// Asks for a picture for guests.
    pub(super) fn ask_snapshot(&mut self, session: SessionNo, scope: Scope, ticket: Ticket) {
        self.screen.ask(ScreenRequest::Snapshot { session, scope, ticket });
        self.owed += 1;
    }

    /// One of them is there.
    pub(super) fn snapshot_came(&mut self) {
        self.owed = self.owed.saturating_sub(1);
    }

    /// Whether its screen still has pictures to give.
    pub(super) fn owes_snapshots(&self) -> bool {
        self.owed > 0
    }

    /// The next output: a gathered read, when everyone who paces this terminal has room for one. Of a program that has
    /// ended there is little left, which nobody's pace may cut.
    pub(super) fn poll_output(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
        if self.end.silent || (self.end.exit.is_none() && !self.views.iter().all(View::has_room)) {
            return Poll::Pending;
        }
        if self.screen.poll_room(cx).is_pending() {
            // What waits for the screen is not waited for in vain.
            self.end.drain = None;
            return Poll::Pending;
        }
        let Some(program) = &mut self.program else { return Poll::Pending };
        let mut buffer = self.screen.buffer();
        buffer.reserve(READ_LEN);
        loop {
            match program.poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(true)) => self.redactor.gather(&mut buffer),
                Poll::Ready(Ok(false) | Err(_)) => {
                    self.end.silent = true;
                    buffer.extend(self.redactor.rest());
                    return if buffer.is_empty() { Poll::Pending } else { Poll::Ready(buffer) };
                }
                Poll::Pending => return Poll::Pending,
            }
            if !buffer.is_empty() {
                return Poll::Ready(buffer);
            }
        }
    }

    /// The end of the program, told once: its exit code, after all of its output.
    pub(super) fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Option<i32>> {
        let Some(program) = &mut self.program else { return Poll::Pending };
        if self.end.exit.is_none()
            && let Poll::Ready(code) = program.poll_exit(cx)
        {
            self.end.exit = Some(code);
            // They may hold the terminal open.
            self.keys.clear();
        }
        if !self.end.silent && self.end.exit.is_none() {
            return Poll::Pending;
        }
        if let (true, Some(code)) = (self.end.silent, self.end.exit) {
            self.program = None;
            return Poll::Ready(code);
        }
        let drain = self.end.drain.get_or_insert_with(|| Box::pin(sleep(DRAIN_FOR)));
        ready!(drain.as_mut().poll(cx));
        if let Some(code) = self.end.exit {
            // Someone in the background holds on to the terminal, which goes nevertheless.
            self.end.silent = true;
            self.program = None;
            return Poll::Ready(code);
        }
        // It gave its terminal up and runs on.
        program.hang_up();
        Poll::Pending
    }

    /// Whether its program runs.
    pub(super) fn is_running(&self) -> bool {
        self.program.is_some()
    }

    /// The exit code, once the program has ended.
    pub(super) fn exit(&self) -> Option<Option<i32>> {
        if self.program.is_some() { None } else { self.end.exit }
    }

    pub(super) fn hang_up(&mut self) {
        if let Some(program) = &mut self.program {
            program.hang_up();
        }
    }

    pub(super) fn resize(&mut self, size: Size) -> Result<(), ApiError> {
        self.size = size;
        self.screen.resize(size);
        self.program.as_ref().map_or(Ok(()), |program| program.resize(size))
    }

    /// Shows it to a client, with its picture first.
    pub(super) fn attach(&mut self, view: View, scrollback: bool) {
        self.screen.ask(ScreenRequest::Picture { client: view.client, scrollback });
        self.detach(&view);
        self.views.push(view);
    }

    fn detach(&mut self, view: &View) {
        self.views.retain(|other| other.client != view.client);
    }

    /// Takes a command as it stands; says which it is, and which there is no room for any more.
    pub(super) fn block(&mut self, block: BlockInfo) -> (u64, Option<u64>) {
        let number = block.block;
        self.blocks.insert(number, block);
        let gone = if self.blocks.len() > MAX_BLOCKS { self.blocks.pop_first() } else { None };
        (number, gone.map(|(number, _)| number))
    }

    /// The session that shows it.
    pub(super) fn shown_by(&self) -> Option<SessionNo> {
        self.session.map(|(session, _)| session)
    }

    pub(super) fn state(&self) -> TerminalState {
        TerminalState {
            terminal: self.no,
            title: self.title.clone(),
            cwd: self.cwd.clone(),
            size: self.size,
            session: self.shown_by(),
            blocks: self.blocks.clone(),
        }
    }
}
