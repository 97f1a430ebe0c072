//! The engine that hosts: terminals, sessions and faces in one task, driven by one poll loop.
//!
//! ```text
//!  faces ── commands ──► ┌────────────┐ ◄── keys ── sessions ◄── line ── relay
//!        ◄── events ──── │ HostEngine │ ── output ──►  (one machine each)
//!                        └─────┬──────┘
//!             keys, resize ▼   │ output: to the faces first, then to the session, then to the screen
//!                        terminals (PTY, screen on a thread of its own)
//! ```
//!
//! One task owns all of it, so an echo crosses no thread and nothing is locked on its way. A pass looks at
//! everything once, takes at most one gathered read from each terminal, and comes again while anything moved.

mod commands;
mod embedded;
mod faces;
mod model;
mod said;
mod session;
mod terminal;
mod view;

use std::{
    collections::{BTreeMap, VecDeque},
    future::{Future as _, poll_fn},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use jumpseat_session::{EndReason, Exit, Millis};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, Sleep, sleep_until},
};

use self::{
    commands::Starting,
    faces::{FaceEnd, FaceNo},
    model::{News, Question},
    session::{Session, Wish},
    terminal::Terminal,
};
pub use self::{
    embedded::{EmbeddedRelay, Owned, StartRelay},
    faces::FaceDoor,
};
use crate::{
    face::{HostEvent, SessionEvent, SessionNo, TerminalNo},
    local::RuntimeFolder,
    shell::Integration,
    transport::TransportSetup,
};

/// Commands of one face in one pass: the others come soon, too.
const COMMANDS_IN_A_PASS: usize = 32;

/// Frames of one session's line in one pass.
const FRAMES_IN_A_PASS: usize = 32;

/// How long terminals have for their end when the engine ends: beyond their own grace.
const END_FOR: Duration = Duration::from_secs(4);

/// What an engine starts with.
pub struct HostSetup {
    /// How relays are reached.
    pub transport: TransportSetup,
    /// Starts a relay inside this process.
    pub start_relay: Option<StartRelay>,
    /// Where its private files lie.
    pub runtime: RuntimeFolder,
}

/// Terminals and sessions of one process. [`run`](Self::run) it on a runtime of your own; a current-thread
/// runtime is what it is made for.
pub struct HostEngine {
    setup: HostSetup,
    began: Instant,
    opened: mpsc::UnboundedReceiver<FaceEnd>,
    faces: BTreeMap<FaceNo, FaceEnd>,
    terminals: BTreeMap<TerminalNo, Terminal>,
    sessions: BTreeMap<SessionNo, Session>,
    /// Sessions whose embedded relay starts.
    starting: Vec<Starting>,
    integration: Option<Integration>,
    timer: Pin<Box<Sleep>>,
    /// Numbers of what comes next, and of looks so far.
    next_face: u32,
    next_terminal: u32,
    next_session: u32,
    looks: u64,
    alive: watch::Sender<usize>,
    ending: Option<Instant>,
    /// Kept to be used again.
    wishes: Vec<Wish>,
}

impl HostEngine {
    /// An engine without anything in it, and the door for its faces.
    pub fn new(setup: HostSetup) -> (Self, FaceDoor) {
        let (door, opened) = FaceDoor::new();
        let now = Instant::now();
        let engine = Self {
            setup,
            began: now,
            opened,
            faces: BTreeMap::new(),
            terminals: BTreeMap::new(),
            sessions: BTreeMap::new(),
            starting: Vec::new(),
            integration: None,
            timer: Box::pin(sleep_until(now)),
            next_face: 1,
            next_terminal: 1,
            next_session: 1,
            looks: 0,
            alive: watch::Sender::new(0),
            ending: None,
            wishes: Vec::new(),
        };
        (engine, door)
    }

    /// How many terminals and sessions there are.
    pub fn alive(&self) -> watch::Receiver<usize> {
        self.alive.subscribe()
    }

    /// Runs until it is told to end, or nobody holds a face or a door any more.
    pub async fn run(mut self) {
        poll_fn(|cx| self.poll(cx)).await;
    }

    fn now(&self) -> Millis {
        Millis(self.began.elapsed().as_millis() as u64)
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let mut moved = self.poll_faces(cx);
            moved |= self.poll_starting(cx);
            moved |= self.poll_sessions(cx);
            moved |= self.poll_terminals(cx);
            moved |= self.poll_timer(cx);
            self.flush(cx);
            if self.is_over() {
                return Poll::Ready(());
            }
            if !moved {
                return Poll::Pending;
            }
        }
    }

    fn poll_faces(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        loop {
            match self.opened.poll_recv(cx) {
                Poll::Ready(Some(face)) => {
                    self.faces.insert(FaceNo(self.next_face), face);
                    self.next_face += 1;
                    moved = true;
                }
                Poll::Ready(None) if self.faces.is_empty() => {
                    self.end();
                    break;
                }
                _ => break,
            }
        }
        for no in self.faces.keys().copied().collect::<Vec<_>>() {
            moved |= self.poll_face(cx, no);
        }
        moved
    }

    fn poll_face(&mut self, cx: &mut Context<'_>, no: FaceNo) -> bool {
        let mut moved = false;
        for _ in 0..COMMANDS_IN_A_PASS {
            let Some(face) = self.faces.get_mut(&no) else { return true };
            let request = match face.held.take() {
                Some(held) => held,
                None => match face.poll_request(cx) {
                    Poll::Ready(Some(request)) => request,
                    Poll::Ready(None) => {
                        self.let_go(no);
                        return true;
                    }
                    Poll::Pending => return moved,
                },
            };
            if let Some(held) = self.perform(cx, no, request) {
                if let Some(face) = self.faces.get_mut(&no) {
                    face.held = Some(held);
                }
                return moved;
            }
            moved = true;
        }
        moved
    }

    /// Forgets a face: nothing waits for it any more.
    fn let_go(&mut self, no: FaceNo) {
        self.faces.remove(&no);
        for terminal in self.terminals.values_mut() {
            terminal.views.retain(|view| view.face != no);
        }
        self.look();
    }

    fn poll_sessions(&mut self, cx: &mut Context<'_>) -> bool {
        let now = self.now();
        let mut moved = false;
        for no in self.sessions.keys().copied().collect::<Vec<_>>() {
            for _ in 0..FRAMES_IN_A_PASS {
                let Some(session) = self.sessions.get_mut(&no) else { break };
                if !session.poll_line(cx, now, &mut self.wishes) {
                    break;
                }
                moved = true;
                // Keys reach their program before the next frame is looked at.
                self.act(cx, no);
            }
            if self.sessions.get_mut(&no).is_some_and(|session| session.poll_over(cx).is_ready()) {
                self.forget_session(no);
                moved = true;
            }
        }
        moved
    }

    /// Does what a session's machine wants done.
    fn act(&mut self, cx: &mut Context<'_>, no: SessionNo) {
        let now = self.now();
        let Some(session) = self.sessions.get_mut(&no) else { return };
        let mut wishes = std::mem::take(&mut self.wishes);
        session.act(now, &mut wishes);
        for wish in wishes.drain(..) {
            match wish {
                Wish::Keys { terminal, bytes } => {
                    if let Some(terminal) = self.terminals.get_mut(&terminal) {
                        terminal.guest_keys(cx, &bytes);
                    }
                }
                Wish::Snapshot { terminal, scope, ticket } => {
                    if let Some(terminal) = self.terminals.get_mut(&terminal) {
                        terminal.model.ask(Question::Snapshot { session: no, scope, ticket });
                    }
                }
                Wish::Tell(event) => {
                    let ended = matches!(event, SessionEvent::Ended { .. });
                    self.tell(&HostEvent::Session { session: no, event });
                    if ended {
                        self.release_terminals(no);
                    }
                }
            }
        }
        self.wishes = wishes;
    }

    fn poll_terminals(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        for no in self.terminals.keys().copied().collect::<Vec<_>>() {
            moved |= self.poll_news(cx, no);
            let Some(terminal) = self.terminals.get_mut(&no) else { continue };
            terminal.write(cx);
            if let Poll::Ready(bytes) = terminal.poll_output(cx) {
                self.output(cx, no, bytes);
                moved = true;
            }
            let Some(terminal) = self.terminals.get_mut(&no) else { continue };
            if let Poll::Ready(code) = terminal.poll_end(cx) {
                self.terminal_ended(cx, no, code);
                moved = true;
            }
            moved |= self.close_if_seen(no);
        }
        moved
    }

    /// Output: to the host's own person first, then to guests, and to the screen, which is behind by design.
    fn output(&mut self, cx: &mut Context<'_>, no: TerminalNo, bytes: Vec<u8>) {
        let now = self.now();
        let Some(terminal) = self.terminals.get_mut(&no) else { return };
        for view in &mut terminal.views {
            view.show(&bytes);
            if let Some(face) = self.faces.get_mut(&view.face)
                && face.takes_output()
                && let Some(event) = view.take(no, false)
            {
                face.tell(event);
                // A face that is gone is found at the end of the pass.
                let _ = face.flush(cx);
            }
        }
        let shown_by = terminal.session;
        if let Some((session, stream)) = shown_by
            && let Some(session) = self.sessions.get_mut(&session)
        {
            session.host.output(now, stream, &bytes);
        }
        terminal.model.feed(bytes);
        if let Some((session, _)) = shown_by {
            self.act(cx, session);
        }
    }

    fn poll_news(&mut self, cx: &mut Context<'_>, no: TerminalNo) -> bool {
        let now = self.now();
        let mut moved = false;
        while let Some(terminal) = self.terminals.get_mut(&no)
            && let Poll::Ready(news) = terminal.model.poll_news(cx)
        {
            moved = true;
            match news {
                News::Title(title) => {
                    terminal.title.clone_from(&title);
                    if let Some((session, stream)) = terminal.session
                        && let Some(session) = self.sessions.get_mut(&session)
                    {
                        session.host.retitle(now, stream, &title);
                    }
                    self.tell(&HostEvent::Titled { terminal: no, title });
                }
                News::Cwd(cwd) => {
                    terminal.cwd = Some(cwd.clone());
                    self.tell(&HostEvent::Cwd { terminal: no, cwd });
                }
                News::Block(block) => {
                    terminal.block(&block);
                    self.tell(&HostEvent::Block { terminal: no, block });
                }
                News::Snapshot { session, ticket, bytes } => {
                    if let Some(session) = self.sessions.get_mut(&session) {
                        session.host.snapshot_ready(now, ticket, bytes);
                    }
                    self.act(cx, session);
                }
                News::Picture { face, size, bytes } => {
                    let view = terminal.views.iter_mut().find(|view| view.face == face);
                    if let Some(event) = view.and_then(|view| view.picture(no, size, bytes))
                        && let Some(face) = self.faces.get_mut(&face)
                    {
                        face.tell(event);
                    }
                }
            }
        }
        moved
    }

    fn terminal_ended(&mut self, cx: &mut Context<'_>, no: TerminalNo, code: Option<i32>) {
        let now = self.now();
        let Some(terminal) = self.terminals.get(&no) else { return };
        let Some((session_no, stream)) = terminal.session else { return };
        let Some(session) = self.sessions.get_mut(&session_no) else { return };
        session.host.end_terminal(now, stream, Exit { code });
        let running = |no: &TerminalNo| self.terminals.get(no).is_some_and(Terminal::is_running);
        if !session.streams.values().any(running) {
            session.host.end(now, EndReason::ShellExited);
        }
        self.act(cx, session_no);
    }

    /// Tells faces that a terminal closed, once they have seen all of it; forgets it once nothing needs it.
    fn close_if_seen(&mut self, no: TerminalNo) -> bool {
        let Some(terminal) = self.terminals.get_mut(&no) else { return false };
        let Some(exit_code) = terminal.exit() else { return false };
        let mut moved = false;
        for view in &mut terminal.views {
            let face = self.faces.get_mut(&view.face);
            if let Some(face) = face.filter(|face| face.takes_output())
                && let Some(event) = view.take(no, true)
            {
                face.tell(event);
                moved = true;
            }
        }
        let seen = terminal.views.iter().all(view::View::is_drained);
        let in_session = terminal.session.is_some();
        if seen && !std::mem::replace(&mut terminal.closed, seen) {
            self.tell(&HostEvent::TerminalClosed { terminal: no, exit_code });
            self.count();
            moved = true;
        }
        // Who joins a session later still sees what it printed last.
        if seen && !in_session {
            self.terminals.remove(&no);
        }
        moved
    }

    /// Takes a session's terminals out of it: they stay open here.
    fn release_terminals(&mut self, no: SessionNo) {
        for terminal in self.terminals.values_mut() {
            if terminal.session.is_some_and(|(session, _)| session == no) {
                terminal.session = None;
                terminal.model.ask(Question::Forget { session: no });
            }
        }
    }

    fn forget_session(&mut self, no: SessionNo) {
        self.release_terminals(no);
        self.sessions.remove(&no);
        self.count();
    }

    /// Tells each session which of its terminals the host's person has in front: the last look of all faces.
    fn look(&mut self) {
        let now = self.now();
        let mut looks: Vec<(u64, TerminalNo)> =
            self.faces.values().filter_map(|face| Some((face.looked, face.looking?))).collect();
        looks.sort_unstable();
        for session in self.sessions.values_mut() {
            let stream = looks.iter().rev().find_map(|(_, terminal)| session.stream(*terminal));
            session.host.looking(now, stream);
        }
    }

    fn tell(&mut self, event: &HostEvent) {
        for face in self.faces.values_mut() {
            face.tell(event.clone());
        }
    }

    fn count(&self) {
        let running = self.terminals.values().filter(|terminal| !terminal.closed).count();
        let count = running + self.sessions.len() + self.starting.len();
        self.alive.send_if_modified(|alive| std::mem::replace(alive, count) != count);
    }

    /// Hands on what this pass gathered: output to faces, frames to lines, work to screens.
    fn flush(&mut self, cx: &mut Context<'_>) {
        let sessions: Vec<SessionNo> = self.sessions.keys().copied().collect();
        for no in sessions {
            self.act(cx, no);
            if let Some(session) = self.sessions.get_mut(&no) {
                session.line.flush(cx);
            }
        }
        for (no, terminal) in &mut self.terminals {
            for view in &mut terminal.views {
                while let Some(face) = self.faces.get_mut(&view.face).filter(|face| face.takes_output())
                    && let Some(event) = view.take(*no, false)
                {
                    face.tell(event);
                    let _ = face.flush(cx);
                }
            }
            terminal.model.wake();
        }
        let mut gone = Vec::new();
        for (no, face) in &mut self.faces {
            if !face.flush(cx) {
                gone.push(*no);
            }
        }
        for no in gone {
            self.let_go(no);
        }
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>) -> bool {
        let now = self.now();
        let mut moved = false;
        let mut due = VecDeque::new();
        for (no, session) in &mut self.sessions {
            if session.deadline(now).is_some_and(|at| at <= now) {
                due.push_back(*no);
                session.tick(now, &mut self.wishes);
                moved = true;
            }
        }
        for no in due {
            self.act(cx, no);
        }
        let next = self.sessions.values().filter_map(|session| session.deadline(now)).min();
        let next = next.map(|at| self.began + Duration::from_millis(at.0));
        if let Some(next) = next.into_iter().chain(self.ending).min() {
            if self.timer.deadline() != next {
                self.timer.as_mut().reset(next);
            }
            // What is due is found by the next pass.
            moved |= self.timer.as_mut().poll(cx).is_ready() && self.ending.is_none_or(|end| end > next);
        }
        moved
    }

    /// Ends everything, in order.
    fn end(&mut self) {
        if self.ending.is_some() {
            return;
        }
        let now = self.now();
        self.ending = Some(Instant::now() + END_FOR);
        self.starting.clear();
        for session in self.sessions.values_mut() {
            session.host.end(now, EndReason::Stopped);
        }
        for terminal in self.terminals.values_mut() {
            terminal.hang_up();
        }
        self.tell(&HostEvent::Closing);
    }

    fn is_over(&self) -> bool {
        let Some(until) = self.ending else { return false };
        let done = self.sessions.is_empty()
            && self.terminals.values().all(|terminal| !terminal.is_running())
            && self.faces.values().all(FaceEnd::is_told);
        done || until <= Instant::now()
    }
}
