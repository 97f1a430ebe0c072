//! Sharing from the person's own terminal: the program's bytes pass through, and the overlay lies above them.

use std::{collections::VecDeque, process::ExitCode};

use jumpseat_engine::api::{
    Commands, HostCommand, HostEvent, HostState, InviteTerms, PointAt, Replica, Reply, Role, SessionEvent,
    SessionNo, TextRange,
};
use jumpseat_wire::Slot;
use ratatui::{buffer::Buffer, layout::Rect};
use tokio::{sync::mpsc, time::Instant};

use super::{
    Arguments,
    attention::{self, Attention},
    exit_code,
    outbox::Outbox,
    shown,
    start::{self, Shared, TERMINAL},
};
use crate::{
    command::{Context, workspace::ShareMore},
    error::{CliError, why},
    overlay::{Action, Overlay},
    overview::{self, Overview, pointed},
    print,
    terminal::{
        Console, EscapeKey, Input, Keyboard, ModeTracker, Notice, Notices, Piece, RawMode, Signal, Signals,
        cells::paint, size, until,
    },
};

/// Asks the terminal to tell when its window gets or loses the focus, and no longer.
const FOCUS_ON: &[u8] = b"\x1b[?1004h";
const FOCUS_OFF: &[u8] = b"\x1b[?1004l";

/// How long the terminal may take for what is still to be written in the end.
const DRAIN: std::time::Duration = std::time::Duration::from_secs(1);

pub(super) async fn run(arguments: Arguments, context: &Context) -> Result<ExitCode, CliError> {
    let escape = arguments.escape_key.or(context.config.escape_key).unwrap_or_default();
    RawMode::check()?;
    print::refuse_before_guests()?;
    let mut signals = Signals::listen()?;
    let size = size();
    let mut shared = start::start(&arguments, context, size, true).await?;
    print::text(&shown::invite(&shared, Some(escape))?)?;
    let panels = arguments.panels.share_more(&context.config);
    let assumed = arguments.assume_focus || context.config.assume_focus;
    let mut screen = HostScreen::open(&shared, escape, panels, assumed)?;
    let code = screen.run(&mut shared, &mut signals).await?;
    screen.close().await;
    shared.end(&mut signals).await;
    Ok(code)
}

/// Who points, and the text of the line.
type Named = (Slot, String);

/// The person's terminal while it is shared.
struct HostScreen {
    raw: RawMode,
    console: Console,
    keyboard: Keyboard,
    outbox: Outbox,
    session: SessionNo,
    escape: EscapeKey,
    /// What was read at once and waits for the overlay to be up to date.
    pieces: VecDeque<Piece>,
    state: Replica<HostState>,
    overview: Overview,
    /// How panels are shared from the overlay.
    panels: ShareMore,
    overlay: Option<Overlay>,
    /// Whether the program's output is kept from the terminal: from the overlay's opening to the next picture.
    hidden: bool,
    /// The picture of a terminal in which nothing was printed: the first one, which is not to erase the invite.
    blank: Option<Vec<u8>>,
    /// What the program has set in its terminal, and what of it has reached this one.
    program: ModeTracker,
    shown: ModeTracker,
    notices: Notices,
    attention: Attention,
    /// What the engine was told last: whether the host looks.
    looks: Option<bool>,
    /// What guests point at, once its text is known.
    points: (mpsc::Sender<Named>, mpsc::Receiver<Named>),
    commands: Commands<HostCommand>,
    /// Whether the host was told that guests wait for its yes.
    asked_for_yes: bool,
}

impl HostScreen {
    fn open(shared: &Shared, escape: EscapeKey, panels: ShareMore, assumed: bool) -> Result<Self, CliError> {
        let mut overview = Overview::hosting(shared.name.clone());
        overview.code = Some(shared.invite.code);
        let raw = RawMode::enter()?;
        let mut console = Console::open()?;
        console.write(FOCUS_ON);
        console.write(attention::ASK);
        let multiplexer = attention::in_multiplexer(|name| std::env::var(name).ok());
        let size = size();
        let mut blank = Vec::new();
        let options = jumpseat_screen::Options { cols: size.cols, rows: size.rows, ..Default::default() };
        jumpseat_screen::Screen::new(options).write_viewport_ansi(usize::MAX, &mut blank);
        let screen = Self {
            raw,
            console,
            keyboard: Keyboard::open()?,
            outbox: Outbox::new(shared.client.commands()),
            session: shared.session,
            escape,
            pieces: VecDeque::new(),
            state: Replica::default(),
            overview,
            panels,
            overlay: None,
            hidden: false,
            blank: Some(blank),
            program: ModeTracker::default(),
            shown: ModeTracker::default(),
            notices: Notices::default(),
            attention: Attention::new(Instant::now(), multiplexer, assumed),
            looks: None,
            points: mpsc::channel(4),
            commands: shared.client.commands(),
            asked_for_yes: false,
        };
        screen.keep_last_words();
        Ok(screen)
    }

    /// Runs until the program ends or the process is told to.
    async fn run(&mut self, shared: &mut Shared, signals: &mut Signals) -> Result<ExitCode, CliError> {
        self.look();
        loop {
            let attention = self.attention.deadline(Instant::now());
            let wake_at = self.notices.deadline().into_iter().chain(self.notices_due()).chain(attention);
            let wake_at = wake_at.chain(self.overlay.as_ref().and_then(Overlay::deadline)).min();
            tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Signal::End(code) => return Ok(ExitCode::from(code)),
                    Signal::Resized => self.resized(),
                    #[cfg(unix)]
                    Signal::Continued => {
                        self.raw.renew();
                        self.console.write(FOCUS_ON);
                        self.repaint();
                    }
                },
                pieces = self.keyboard.next(), if !self.overlay_waits() => match pieces {
                    Some(pieces) => self.pieces(pieces),
                    // The terminal is gone; a hang-up signal says the same.
                    None => return Ok(ExitCode::from(128 + 1)),
                },
                written = self.console.written() => match written {
                    Some(bytes) if bytes > 0 => self.credit(bytes),
                    Some(_) => {}
                    None => return Ok(ExitCode::from(128 + 1)),
                },
                event = shared.client.next() => match event {
                    Some(HostEvent::TerminalClosed { terminal: TERMINAL, exit_code }) => {
                        return Ok(self::exit_code(exit_code));
                    }
                    Some(event) => self.event(event),
                    None => return Ok(exit_code(None)),
                },
                asked = self.outbox.next() => {
                    self.state.apply(asked?);
                    self.stands();
                    self.pieces(Vec::new());
                }
                Some((slot, text)) = self.points.1.recv() => {
                    let text = self.overview.points_at(slot, &text);
                    self.notices.tell(Notice { text, urgent: false }, Instant::now());
                },
                () = until(wake_at) => self.tick(),
            }
            self.write_notices();
        }
    }

    fn event(&mut self, event: HostEvent) {
        match event {
            HostEvent::Output { bytes, .. } => self.output(bytes),
            HostEvent::Picture { .. } if self.overlay.is_none() && self.hidden => {
                self.hidden = false;
                // The picture is painted on the screen that the program is on by now.
                let change = self.shown.follow(&self.program);
                self.console.write(&change);
            }
            HostEvent::State(update) => {
                self.state.apply(update);
                self.stands();
            }
            HostEvent::Session { session, event } if session == self.session => {
                if let SessionEvent::Pointed { slot, at } = &event
                    && *slot != self.overview.me
                {
                    self.point(*slot, *at);
                }
                if let SessionEvent::Ended { reason, failure } = &event {
                    self.overview.ended = Some(why(*reason, failure.as_ref()));
                    self.draw();
                }
                if let (None, Some(notice)) = (&self.overlay, self.overview.notice(&event)) {
                    self.notices.tell(notice, Instant::now());
                }
            }
            _ => {}
        }
    }

    /// A guest points at lines: the host is told what stands there.
    fn point(&self, slot: Slot, at: PointAt) {
        let (commands, points) = (self.commands.clone(), self.points.0.clone());
        tokio::spawn(async move {
            let TextRange { from, to, .. } = at.range;
            let text = match commands.ask(HostCommand::Lines { terminal: at.terminal, from, to }).await {
                Ok(Reply::Lines { lines }) => pointed(at.range, |number| {
                    lines.get(usize::try_from(number.checked_sub(from)?).ok()?).cloned()
                }),
                _ => String::new(),
            };
            // Some that wait to be told are enough.
            let _ = points.try_send((slot, text));
        });
    }

    fn output(&mut self, bytes: Vec<u8>) {
        let mut shown = &bytes[..];
        if let Some(blank) = self.blank.take() {
            shown = shown.strip_prefix(&blank[..]).unwrap_or(shown);
        }
        self.program.feed(shown);
        if self.hidden {
            // What nobody sees is not waited for.
            return self.credit(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        }
        self.shown.feed(shown);
        self.console.write_output(shown, bytes.len());
        if self.shown.focus_dropped() && !self.shown.wants_focus() {
            // The program's end of interest is not ours.
            self.notices.also(FOCUS_ON);
        }
        self.keep_last_words();
    }

    fn credit(&mut self, bytes: u32) {
        self.outbox.send(HostCommand::Credit { terminal: TERMINAL, bytes });
    }

    fn tick(&mut self) {
        let now = Instant::now();
        self.notices.expire(now);
        self.attention.expire(now);
        self.attended();
        // Its keys act from now on, and say so.
        if self.overlay.as_ref().and_then(Overlay::deadline).is_some_and(|at| at <= now) {
            self.draw();
        }
    }

    /// Whether the overlay shows what is out of date: its keys mean what will be there.
    fn overlay_waits(&self) -> bool {
        self.overlay.is_some() && self.outbox.is_asking()
    }

    fn pieces(&mut self, pieces: Vec<Piece>) {
        self.pieces.extend(pieces);
        let mut typed = Vec::new();
        while !self.overlay_waits()
            && let Some(piece) = self.pieces.pop_front()
        {
            if let Input::Focus(focused) = piece.input {
                self.attention.focused(focused);
                self.attended();
                if !self.program.wants_focus() {
                    continue;
                }
            } else if piece.input == Input::Other && self.attention.answered(&piece.raw) {
                self.attended();
                continue;
            } else if is_pressed(&piece) {
                self.attention.acted(Instant::now());
                self.look();
            }
            if self.overlay.is_some() {
                self.press(&piece);
            } else if self.escape.is(&piece.raw) {
                // In order: the overlay's second escape key goes to the program, too.
                self.outbox.press(std::mem::take(&mut typed));
                self.open_overlay();
            } else {
                typed.extend_from_slice(&piece.raw);
            }
        }
        self.outbox.press(typed);
    }

    /// Tells the engine whether the host has the terminal before its eyes, if that has changed.
    fn look(&mut self) {
        let looks = self.attention.is_there(Instant::now()) && self.overlay.is_none();
        if self.looks.replace(looks) != Some(looks) {
            self.outbox.send(HostCommand::Looking { terminal: looks.then_some(TERMINAL) });
        }
    }

    /// What is known about the host's attention may have changed.
    fn attended(&mut self) {
        let before = self.overview.attention;
        self.overview.attention = match (self.attention.wants_yes(), self.attention.goes_by_keys()) {
            (true, _) => overview::Attention::WantsYes,
            (_, true) => overview::Attention::GoesByKeys,
            _ => overview::Attention::Reported,
        };
        self.look();
        self.ask_for_yes();
        if before != self.overview.attention {
            self.draw();
        }
    }

    /// Guests that could type wait for the host to say that it looks.
    fn ask_for_yes(&mut self) {
        let waits =
            self.overview.people.iter().any(|person| person.info.present && person.info.role.may_write());
        if self.overview.attention == overview::Attention::WantsYes && waits && !self.asked_for_yes {
            self.asked_for_yes = true;
            let text = format!("guests cannot type before you say that you look: {} f", self.escape);
            self.notices.tell(Notice { text, urgent: true }, Instant::now());
        }
    }

    fn open_overlay(&mut self) {
        self.overlay = Some(Overlay::new(self.escape));
        self.hidden = true;
        self.notices.clear();
        self.look();
        self.outbox.ask();
        self.draw();
    }

    fn close_overlay(&mut self) {
        self.overlay = None;
        self.look();
        self.repaint();
    }

    /// Has the engine draw its picture again, over whatever is there.
    fn repaint(&mut self) {
        if self.overlay.is_some() {
            return self.draw();
        }
        self.hidden = true;
        self.outbox.send(start::attach_command());
    }

    fn resized(&mut self) {
        self.outbox.send(HostCommand::Resize { terminal: TERMINAL, size: size() });
        // A picture of the old size is not ours any more.
        self.blank = None;
        if self.overlay.is_some() {
            self.console.write(b"\x1b[2J");
            self.draw();
        }
    }

    fn press(&mut self, piece: &Piece) {
        let Some(overlay) = &mut self.overlay else { return };
        let Some(action) = overlay.press(piece, &mut self.overview, Instant::now()) else {
            return self.draw();
        };
        let session = self.session;
        let command = match action {
            Action::Close => return self.close_overlay(),
            Action::Literal => {
                self.close_overlay();
                return self.outbox.press(vec![self.escape.byte()]);
            }
            Action::Admit(knock) => HostCommand::Admit { session, knock },
            Action::Deny(knock) => HostCommand::Deny { session, knock },
            Action::SetRole(slot, role) => HostCommand::SetRole { session, slot, role },
            Action::Decline(slot) => HostCommand::Decline { session, slot },
            Action::Remove(slot, with_invite) => HostCommand::Remove { session, slot, with_invite },
            Action::Invite(role) => HostCommand::CreateInvite { session, terms: invite_terms(role) },
            Action::RevokeInvite(invite) => HostCommand::RevokeInvite { session, invite },
            Action::Chat(text) => HostCommand::Chat { session, text },
            Action::Stop => HostCommand::Stop { session },
            Action::SharePanel(panel) => match self.panels.options_of(panel) {
                Ok(options) => HostCommand::SharePanel { session, options },
                // What its folder is can be seen by `panels share`.
                Err(_) => return,
            },
            Action::HidePanel(panel) => HostCommand::UnsharePanel { session, panel },
            Action::AssumeFocus => {
                self.attention.assume();
                self.attention.acted(Instant::now());
                self.attended();
                return self.draw();
            }
            Action::AskControl | Action::NextTerminal | Action::Leave | Action::Open(..) => return,
        };
        // The result is in the state; what is no longer possible is already gone from the overview.
        self.outbox.send(command);
        self.outbox.ask();
        self.draw();
    }

    /// Shows the current state.
    fn stands(&mut self) {
        let state = self.state.state();
        if let Some(terminal) = state.terminals.get(&TERMINAL) {
            self.notices.titled(&terminal.title);
        }
        self.overview.show_session(state.sessions.get(&self.session));
        self.ask_for_yes();
        self.draw();
    }

    fn draw(&mut self) {
        let Some(overlay) = &mut self.overlay else { return };
        overlay.update(&self.overview, Instant::now());
        let size = size();
        let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width: size.cols, height: size.rows });
        let area = overlay.area(&self.overview, size.cols, size.rows);
        overlay.draw(&self.overview, area, &mut buffer);
        if !self.shown.is_between() {
            // The program's output stopped in the midst of a sequence, which is cancelled.
            self.console.write(b"\x18");
        }
        self.console.write(&paint(&buffer, area));
    }

    /// Whether the program's output is on the terminal, and nothing else.
    fn shows_program(&self) -> bool {
        self.overlay.is_none() && !self.hidden
    }

    /// When notices are written although the program is in the midst of a sequence.
    fn notices_due(&self) -> Option<Instant> {
        self.notices.due().filter(|_| self.shows_program())
    }

    fn write_notices(&mut self) {
        let between = self.shown.is_between();
        if between && self.shows_program() || self.notices_due().is_some_and(|due| due <= Instant::now()) {
            let bytes = self.notices.take();
            if !bytes.is_empty() {
                // A sequence that the program does not end is cancelled.
                self.console.write(if between { b"" } else { b"\x18" });
                self.console.write(&bytes);
            }
        }
    }

    /// What the terminal is to be told if this process ends now.
    fn keep_last_words(&self) {
        let mut words = self.shown.reset();
        words.extend_from_slice(FOCUS_OFF);
        self.raw.leave_with(words);
    }

    /// Leaves the terminal as it was found.
    async fn close(mut self) {
        self.notices.clear();
        let bytes = self.notices.take();
        self.console.write(&bytes);
        if self.overlay.is_some() {
            self.console.write(b"\x1b[2J\x1b[H");
        }
        // A terminal that takes nothing is not waited for.
        let _ = tokio::time::timeout(DRAIN, self.console.drain()).await;
        self.keep_last_words();
    }
}

/// Whether a person did it: terminals send answers by themselves.
fn is_pressed(piece: &Piece) -> bool {
    !matches!(piece.input, Input::Other) || piece.raw.len() == 2
}

fn invite_terms(role: Role) -> InviteTerms {
    InviteTerms { role, ..InviteTerms::default() }
}
