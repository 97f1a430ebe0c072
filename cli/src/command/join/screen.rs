//! Joining in the person's own terminal: the host's picture fills it, the last line says how things stand.

mod draw;

use std::{process::ExitCode, time::Duration};

use jumpseat_engine::api::{
    Admission, Commands, ConnectionState, GuestClient, GuestCommand, GuestEvent, InputRefusal, Phase,
    Replica, SeatState, Size, StateUpdate, TerminalNo,
};
use jumpseat_panels::text::is_shown;
use jumpseat_screen::MouseProtocol;
use jumpseat_session::InviteLink;
use tokio::{sync::mpsc, task::JoinHandle, time::Instant};

use super::{Arguments, sit_down};
use crate::{
    command::Context,
    error::{CliError, FaultKind},
    overlay::{Action, Overlay},
    overview::{Overview, pointed, refusal},
    panel::{self, Contents, Row, RowTarget},
    terminal::{Console, EscapeKey, Input, Keyboard, Piece, RawMode, Signal, Signals, size, until},
    viewer::{Painter, Picture, Pictures, Step, View, click, step},
};

/// Pictures come no faster than screens show them, but for an echo.
const FRAME: Duration = Duration::from_micros(16_600);

/// How long a message stays in the status line.
const MESSAGE: Duration = Duration::from_secs(5);

/// How long what a guest waits for stays there: until it comes.
const WAIT: Duration = Duration::from_secs(86_400);

/// How long leaving may take before it is simply done.
const LEAVE: Duration = Duration::from_secs(1);

/// The alternate screen, the title kept aside, pastes in brackets; and the mouse, in cells.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[22;2t\x1b[?2004h\x1b[2J";
const MOUSE: &[u8] = b"\x1b[?1006h\x1b[?1000h";
/// All of it undone, whatever of it was done.
const LEAVE_WITH: &[u8] = b"\x1b[?2026l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>\x1b[0 q\x1b[m\x1b]8;;\x1b\\\x1b[?25h\x1b[23;2t\x1b[?1049l";

pub(super) async fn run(
    arguments: Arguments,
    invite: InviteLink,
    context: &Context,
) -> Result<ExitCode, CliError> {
    let escape = arguments.escape_key.or(context.config.escape_key).unwrap_or_default();
    let mut signals = Signals::listen()?;
    let code = invite.code;
    let (client, engine) = sit_down(&arguments, invite, context)?;
    let mut screen = GuestScreen::open(client, engine, escape, !arguments.no_mouse)?;
    screen.overview.code = Some(code);
    let result = screen.run(&mut signals).await;
    screen.close().await;
    let ended = result?;
    if let Some(text) = ended.told {
        crate::print::text(&format!("{text}\n"))?;
    }
    Ok(ended.code)
}

/// What was behind a row, with the number that it was asked for by.
type Rows = (u32, Result<Vec<Row>, CliError>);

/// How it came to its end.
struct Ended {
    code: ExitCode,
    /// What to say below the prompt.
    told: Option<String>,
}

/// The guest's terminal.
struct GuestScreen {
    #[cfg_attr(windows, expect(dead_code, reason = "it is there for its end"))]
    raw: RawMode,
    console: Console,
    keyboard: Keyboard,
    client: GuestClient,
    commands: Commands<GuestCommand>,
    engine: JoinHandle<()>,
    escape: EscapeKey,
    mouse: bool,
    began: Instant,
    overview: Overview,
    /// What was behind a row of the overlay, once it is fetched.
    opened: mpsc::UnboundedReceiver<Rows>,
    open: mpsc::UnboundedSender<Rows>,
    state: Replica<SeatState>,
    pictures: Pictures,
    /// The terminal that this guest chose; otherwise it is the one that the host looks at.
    chosen: Option<TerminalNo>,
    view: View,
    painter: Painter,
    overlay: Option<Overlay>,
    message: Option<(String, Instant)>,
    /// Something is to be drawn.
    dirty: bool,
    /// The picture answers a key: it is drawn at once.
    echo: bool,
    drawn_at: Option<Instant>,
    /// Modes of the host's program that this terminal follows, as bytes.
    modes: Vec<u8>,
    title: String,
}

impl GuestScreen {
    fn open(
        client: GuestClient,
        engine: JoinHandle<()>,
        escape: EscapeKey,
        mouse: bool,
    ) -> Result<Self, CliError> {
        let (open, opened) = mpsc::unbounded_channel();
        let raw = RawMode::enter()?;
        raw.leave_with(LEAVE_WITH.to_vec());
        let mut console = Console::open()?;
        console.write(ENTER);
        if mouse {
            console.write(MOUSE);
        }
        Ok(Self {
            raw,
            console,
            keyboard: Keyboard::open()?,
            commands: client.commands(),
            client,
            engine,
            escape,
            mouse,
            began: Instant::now(),
            overview: Overview::knocking(),
            opened,
            open,
            state: Replica::default(),
            pictures: Pictures::default(),
            chosen: None,
            view: View::default(),
            painter: Painter::default(),
            overlay: None,
            message: Some(("connecting…".to_owned(), Instant::now() + Duration::from_secs(3600))),
            dirty: true,
            echo: false,
            drawn_at: None,
            modes: Vec::new(),
            title: String::new(),
        })
    }

    async fn run(&mut self, signals: &mut Signals) -> Result<Ended, CliError> {
        loop {
            let wake_at = self.wake_at();
            tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Signal::End(code) => return Ok(Ended { code: ExitCode::from(code), told: None }),
                    Signal::Resized => self.redraw(),
                    #[cfg(unix)]
                    Signal::Continued => {
                        self.raw.renew();
                        self.console.write(ENTER);
                        self.redraw();
                    }
                },
                pieces = self.keyboard.next() => match pieces {
                    Some(pieces) => if let Some(ended) = self.pieces(pieces).await? {
                        return Ok(ended);
                    },
                    None => return Ok(Ended { code: ExitCode::from(128 + 1), told: None }),
                },
                written = self.console.written() => if written.is_none() {
                    return Ok(Ended { code: ExitCode::from(128 + 1), told: None });
                },
                event = self.client.next() => match event {
                    Some(event) => if let Some(ended) = self.event(event).await? {
                        return Ok(ended);
                    },
                    None => return Err(CliError::new(FaultKind::Local, "the seat is gone")),
                },
                Some((ticket, rows)) = self.opened.recv() => if let Some(overlay) = &mut self.overlay {
                    overlay.opened(ticket, rows);
                    self.dirty = true;
                },
                () = until(wake_at) => self.tick(),
            }
            self.draw_if_due();
        }
    }

    /// When the next picture or the end of a message is due.
    fn wake_at(&self) -> Option<Instant> {
        let frame =
            (self.dirty && self.console.is_idle()).then(|| self.drawn_at.map_or(self.began, |at| at + FRAME));
        let message = self.message.as_ref().map(|(_, until)| *until);
        let overlay = self.overlay.as_ref().and_then(Overlay::deadline).filter(|_| !self.dirty);
        frame.into_iter().chain(message).chain(overlay).min()
    }

    fn tick(&mut self) {
        let now = Instant::now();
        if self.message.take_if(|(_, until)| *until <= now).is_some() {
            self.dirty = true;
        }
        // Its keys act from now on, and say so.
        self.dirty |= self.overlay.as_ref().and_then(Overlay::deadline).is_some_and(|at| at <= now);
    }

    async fn event(&mut self, event: GuestEvent) -> Result<Option<Ended>, CliError> {
        let told = self.overview.told(&event);
        match event {
            GuestEvent::State(update) => self.stands(update),
            GuestEvent::Terminal { terminal, change } => {
                let bytes = change.weight();
                let now = self.began.elapsed().as_millis() as u64;
                let size = self.state.state().terminals.get(&terminal);
                let size = size.map_or((80, 24), |shared| (shared.size.cols, shared.size.rows));
                if let Err(error) = self.pictures.apply(terminal, size, now, change) {
                    self.tell(format!("a picture could not be read: {error}"));
                }
                // A seat that is over says so behind its last output.
                let _ = self.commands.tell(GuestCommand::Credit { bytes }).await;
            }
            GuestEvent::Joined { .. } => self.message = None,
            GuestEvent::Pointed { slot, at } if slot != self.overview.me => {
                let screen = self.pictures.get(at.terminal).map(Picture::screen);
                let text = pointed(at.range, |line| Some(screen?.line(line)?.text()));
                self.tell(self.overview.points_at(slot, &text));
            }
            GuestEvent::Panel(update) => self.overview.panels.take(update),
            GuestEvent::Failed(failure) => return Err(failure.into()),
            GuestEvent::Ended { reason, failure, .. } => {
                return match CliError::ended(reason, failure.as_ref()) {
                    Some(fault) => Err(fault),
                    None => Ok(Some(self.ended())),
                };
            }
            _ => {}
        }
        let shown = self.terminal();
        let state = self.state.state();
        self.overview.looking = state.looking.is_some() && state.looking == shown;
        self.overview.catching_up = shown.is_some_and(|terminal| state.catching_up.contains(&terminal));
        if let Some(text) = told {
            self.tell(text);
        }
        self.dirty = true;
        Ok(None)
    }

    /// Shows the current state.
    fn stands(&mut self, update: StateUpdate) {
        self.state.apply(update);
        let state = self.state.state();
        let told = self.overview.show_seat(state);
        self.pictures.keep(|terminal| state.terminals.contains_key(&terminal));
        if !self.overview.seated {
            let waits = match (&state.connection, &state.phase) {
                (ConnectionState::Away { reason, .. }, _) => Some(format!("{reason}: trying again…")),
                (_, Phase::Waiting) if state.host_present => Some("waiting to be let in…".to_owned()),
                (_, Phase::Waiting) => Some("waiting for the host…".to_owned()),
                _ => None,
            };
            self.message = waits.map(|text| (text, Instant::now() + WAIT)).or(self.message.take());
        }
        if let Some(text) = told {
            self.tell(text);
        }
        if let Some(overlay) = &mut self.overlay {
            overlay.update(&self.overview, Instant::now());
        }
    }

    fn ended(&self) -> Ended {
        let why = self.overview.ended.as_deref().unwrap_or("it is over");
        let told = format!("{}Session ended: {why}.", self.last_lines());
        Ended { code: ExitCode::SUCCESS, told: Some(told) }
    }

    /// What the picture showed last: it goes with its screen, often before anyone has read it.
    fn last_lines(&self) -> String {
        let picture = self.terminal().and_then(|terminal| self.pictures.get(terminal));
        let Some(screen) = picture.map(Picture::screen).filter(|screen| !screen.in_alternate()) else {
            return String::new();
        };
        let rows: Vec<String> = (0..screen.size().1).map(|row| screen.row(row).text()).collect();
        let shown = rows.iter().rposition(|row| !row.trim_end().is_empty()).map_or(0, |last| last + 1);
        let shown = rows[..shown].iter().map(|row| row.trim_end());
        shown
            .map(|row| {
                format!("{}\n", row.chars().filter(|character| is_shown(*character)).collect::<String>())
            })
            .collect()
    }

    async fn pieces(&mut self, pieces: Vec<Piece>) -> Result<Option<Ended>, CliError> {
        let mut typed = Vec::new();
        for piece in pieces {
            if self.overlay.is_some() {
                if let Some(ended) = self.press(&piece).await? {
                    return Ok(Some(ended));
                }
            } else if self.escape.is(&piece.raw) {
                self.overlay = Some(Overlay::new(self.escape));
                self.redraw();
            } else if self.terminal().is_none() && matches!(piece.raw[..], [3] | [b'q']) {
                // Nothing to see yet: this is the way out.
                return Ok(Some(Ended { code: ExitCode::from(130), told: None }));
            } else {
                self.step(&piece, &mut typed);
            }
        }
        if let (Some(terminal), false) = (self.terminal(), typed.is_empty()) {
            self.view.follow();
            self.echo = true;
            self.commands.tell(GuestCommand::Input { terminal, bytes: typed }).await?;
        }
        Ok(None)
    }

    fn step(&mut self, piece: &Piece, typed: &mut Vec<u8>) {
        let Some(screen) =
            self.terminal().and_then(|terminal| self.pictures.get(terminal)).map(Picture::screen)
        else {
            return;
        };
        let has_mouse = screen.modes().mouse != MouseProtocol::Off;
        let window = inside(size());
        if matches!(piece.input, Input::Paste(_)) && !screen.modes().bracketed_paste {
            // The host's program would take the brackets for keys.
            return;
        }
        match step(piece, self.overview.role().may_write(), has_mouse) {
            Step::Lines(lines) => self.view.scroll(screen, window, lines),
            Step::Halves(halves) => {
                self.view.scroll(screen, window, halves * i64::from(window.rows / 2).max(1))
            }
            Step::Columns(columns) => self.view.pan(screen, window, columns),
            Step::Top => self.view.scroll(screen, window, i64::MAX),
            Step::Follow => self.view.follow(),
            Step::Type => typed.extend_from_slice(&piece.raw),
            Step::Click(mouse) => typed.extend(click(screen, &self.view, window, mouse).unwrap_or_default()),
            Step::Refuse => self.tell(format!("{} ({})", refusal(InputRefusal::ReadOnly), self.escape)),
            Step::Ignore => return,
        }
        self.dirty = true;
    }

    async fn press(&mut self, piece: &Piece) -> Result<Option<Ended>, CliError> {
        let Some(overlay) = &mut self.overlay else { return Ok(None) };
        self.dirty = true;
        let window = size();
        let before = overlay.area(&self.overview, window.cols, window.rows);
        let action = overlay.press(piece, &mut self.overview, Instant::now());
        if overlay.area(&self.overview, window.cols, window.rows) != before {
            // It leaves something of the picture free.
            self.painter.forget();
        }
        let Some(action) = action else { return Ok(None) };
        let command = match action {
            Action::Close => {
                self.close_overlay();
                return Ok(None);
            }
            Action::Literal => {
                self.close_overlay();
                let Some(terminal) = self.terminal().filter(|_| self.overview.role().may_write()) else {
                    return Ok(None);
                };
                GuestCommand::Input { terminal, bytes: vec![self.escape.byte()] }
            }
            Action::NextTerminal => {
                self.next_terminal();
                return Ok(None);
            }
            Action::Open(ticket, target) => {
                self.fetch(ticket, target);
                return Ok(None);
            }
            Action::Leave => {
                return Ok(Some(Ended {
                    code: ExitCode::SUCCESS,
                    told: Some("You left the session.".to_owned()),
                }));
            }
            Action::AskControl => {
                self.close_overlay();
                self.tell("asked the host for the keyboard".to_owned());
                GuestCommand::AskControl
            }
            Action::Chat(text) => GuestCommand::Chat { text },
            Action::SetRole(slot, role) => GuestCommand::SetRole { slot, role },
            Action::Remove(slot, _) => GuestCommand::Remove { slot },
            Action::Invite(role) => {
                GuestCommand::CreateInvite { role, max_uses: None, admission: Admission::First }
            }
            _ => return Ok(None),
        };
        if let Err(failure) = self.commands.ask(command).await {
            self.tell(failure.message);
        }
        Ok(None)
    }

    /// Fetches what is behind a row of the overlay, next to everything else.
    fn fetch(&self, ticket: u32, target: RowTarget) {
        let (open, mut contents) = (self.open.clone(), Contents(self.commands.clone()));
        tokio::spawn(async move {
            let opened = panel::open(target, &mut contents).await;
            // The overlay may be closed by now.
            let _ = open.send((ticket, opened.map(|opened| opened.page())));
        });
    }

    fn close_overlay(&mut self) {
        self.overlay = None;
        self.redraw();
    }

    fn next_terminal(&mut self) {
        let terminals: Vec<TerminalNo> = self.pictures.terminals().copied().collect();
        let at = self.terminal().and_then(|terminal| terminals.iter().position(|other| *other == terminal));
        self.chosen = at.map(|at| terminals[(at + 1) % terminals.len()]);
        self.view.follow();
        self.redraw();
    }

    /// The terminal that shows: the chosen one, the one that the host looks at, or the first.
    fn terminal(&self) -> Option<TerminalNo> {
        let there = |terminal: &TerminalNo| self.pictures.has(*terminal);
        let chosen = self.chosen.filter(there).or_else(|| self.state.state().looking.filter(there));
        chosen.or_else(|| self.pictures.terminals().next().copied())
    }

    /// The host's size, if the window is smaller.
    fn cropped(&self, terminal: TerminalNo, window: Size) -> Option<Size> {
        let (cols, rows) = self.pictures.get(terminal)?.screen().size();
        (cols > window.cols || rows > window.rows).then_some(Size { cols, rows })
    }

    fn tell(&mut self, text: String) {
        self.message = Some((text, Instant::now() + MESSAGE));
        self.dirty = true;
    }

    fn redraw(&mut self) {
        self.painter.forget();
        self.dirty = true;
    }

    /// Draws at most so often, not before the last picture is out, and at once when it answers a key.
    fn draw_if_due(&mut self) {
        let rested = self.drawn_at.is_none_or(|at| at.elapsed() >= FRAME);
        if self.dirty && self.console.is_idle() && (rested || self.echo) {
            self.draw();
        }
    }

    /// Gives the seat up and leaves the terminal as it was found.
    async fn close(mut self) {
        let deadline = Instant::now() + LEAVE;
        if self.commands.tell(GuestCommand::Leave).await.is_ok() {
            loop {
                tokio::select! {
                    event = self.client.next() => if event.is_none() { break },
                    () = tokio::time::sleep_until(deadline) => break,
                }
            }
        }
        self.engine.abort();
        tokio::select! {
            () = self.console.drain() => {}
            () = tokio::time::sleep_until(deadline) => {}
        }
    }
}

/// The window without the status line.
fn inside(window: Size) -> Size {
    Size { cols: window.cols, rows: window.rows.saturating_sub(1).max(1) }
}
