//! Sharing from the person's own terminal: the program's bytes pass through, and the overlay lies above them.

use std::process::ExitCode;

use jumpseat_engine::face::{Commands, HostCommand, HostEvent, InviteTerms, Reply, Role, SessionNo};
use ratatui::{buffer::Buffer, layout::Rect};
use tokio::{sync::mpsc, time::Instant};

use super::{
    Arguments, exit_code, shown,
    start::{self, Shared, TERMINAL},
};
use crate::{
    board::Board,
    command::{Context, workspace::ShareMore},
    error::Fault,
    overlay::{Action, Overlay, paint},
    print,
    terminal::{
        Console, Decoder, EscapeKey, Input, ModeTracker, Notices, Piece, RawMode, Signal, Signals,
        read_input, size,
    },
};

/// Asks the terminal to tell when its window gets or loses the focus, and no longer.
const FOCUS_ON: &[u8] = b"\x1b[?1004h";
const FOCUS_OFF: &[u8] = b"\x1b[?1004l";

/// How long the rest of a sequence of keys may take.
const SEQUENCE: std::time::Duration = std::time::Duration::from_millis(25);

/// How long the terminal may take for what is still to be written in the end.
const DRAIN: std::time::Duration = std::time::Duration::from_secs(1);

pub(super) async fn run(arguments: Arguments, context: &Context) -> Result<ExitCode, Fault> {
    let escape = arguments.escape_key.or(context.config.escape_key).unwrap_or_default();
    RawMode::check()?;
    print::refuse_before_guests()?;
    let mut signals = Signals::listen()?;
    let size = size();
    let mut shared = start::start(&arguments, context, size, true).await?;
    print::text(&shown::invite(&shared, Some(escape))?)?;
    let panels = arguments.panels.share_more(&context.config);
    let mut screen = HostScreen::open(&shared, escape, panels)?;
    let code = screen.run(&mut shared, &mut signals).await?;
    screen.close().await;
    shared.end(&mut signals).await;
    Ok(code)
}

/// The person's terminal while it is shared.
struct HostScreen {
    raw: RawMode,
    console: Console,
    keys: mpsc::Receiver<Vec<u8>>,
    commands: Commands<HostCommand>,
    session: SessionNo,
    escape: EscapeKey,
    decoder: Decoder,
    /// When what the decoder holds back is passed on.
    flush_at: Option<Instant>,
    board: Board,
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
    focused: bool,
}

impl HostScreen {
    fn open(shared: &Shared, escape: EscapeKey, panels: ShareMore) -> Result<Self, Fault> {
        let mut board = Board::hosting(shared.name.clone());
        board.code = Some(shared.invite.code);
        let raw = RawMode::enter()?;
        let mut console = Console::open()?;
        console.write(FOCUS_ON);
        let size = size();
        let mut blank = Vec::new();
        let options = jumpseat_screen::Options { cols: size.cols, rows: size.rows, ..Default::default() };
        jumpseat_screen::Screen::new(options).write_viewport_ansi(&mut blank);
        let screen = Self {
            raw,
            console,
            keys: read_input()?,
            commands: shared.face.commands(),
            session: shared.session,
            escape,
            decoder: Decoder::default(),
            flush_at: None,
            board,
            panels,
            overlay: None,
            hidden: false,
            blank: Some(blank),
            program: ModeTracker::default(),
            shown: ModeTracker::default(),
            notices: Notices::default(),
            focused: true,
        };
        screen.keep_last_words();
        Ok(screen)
    }

    /// Runs until the program ends or the process is told to.
    async fn run(&mut self, shared: &mut Shared, signals: &mut Signals) -> Result<ExitCode, Fault> {
        loop {
            let wake_at = self.flush_at.into_iter().chain(self.notices.deadline()).min();
            tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Signal::End(code) => return Ok(ExitCode::from(code)),
                    Signal::Resized => self.resized().await?,
                    Signal::Continued => {
                        self.raw.renew();
                        self.console.write(FOCUS_ON);
                        self.repaint().await?;
                    }
                },
                keys = self.keys.recv() => match keys {
                    Some(keys) => self.typed(&keys).await?,
                    // The terminal is gone; a hang-up signal says the same.
                    None => return Ok(ExitCode::from(128 + 1)),
                },
                written = self.console.written() => match written {
                    Some(bytes) if bytes > 0 => self.credit(bytes).await?,
                    Some(_) => {}
                    None => return Ok(ExitCode::from(128 + 1)),
                },
                event = shared.face.next() => match event {
                    Some(HostEvent::TerminalClosed { terminal: TERMINAL, exit_code }) => {
                        return Ok(self::exit_code(exit_code));
                    }
                    Some(event) => self.event(event).await?,
                    None => return Ok(exit_code(None)),
                },
                () = until(wake_at) => self.tick().await?,
            }
            self.write_notices();
        }
    }

    async fn event(&mut self, event: HostEvent) -> Result<(), Fault> {
        match event {
            HostEvent::Output { bytes, .. } => self.output(bytes).await?,
            HostEvent::Picture { .. } if self.overlay.is_none() && self.hidden => {
                self.hidden = false;
                // The picture is painted on the screen that the program is on by now.
                let change = self.shown.follow(&self.program);
                self.console.write(&change);
            }
            HostEvent::Titled { title, .. } => self.notices.titled(title),
            HostEvent::Session { session, event } if session == self.session => {
                let stale = matches!(
                    event,
                    jumpseat_engine::face::SessionEvent::InviteCreated { .. }
                        | jumpseat_engine::face::SessionEvent::Panels { .. }
                        | jumpseat_engine::face::SessionEvent::Joined { .. }
                );
                let notice = self.board.take_session_event(event);
                if self.overlay.is_some() {
                    if stale {
                        self.refresh().await?;
                    }
                    self.draw();
                } else if let Some(notice) = notice {
                    self.notices.tell(notice, Instant::now());
                }
            }
            _ => {}
        }
        Ok(())
    }

    async fn output(&mut self, bytes: Vec<u8>) -> Result<(), Fault> {
        let mut shown = &bytes[..];
        if let Some(blank) = self.blank.take() {
            shown = shown.strip_prefix(&blank[..]).unwrap_or(shown);
        }
        self.program.feed(shown);
        if self.hidden {
            // What nobody sees is not waited for.
            return self.credit(u32::try_from(bytes.len()).unwrap_or(u32::MAX)).await;
        }
        self.shown.feed(shown);
        self.console.write_output(shown, bytes.len());
        if self.shown.focus_dropped() && !self.shown.wants_focus() {
            // The program's end of interest is not ours.
            self.notices.also(FOCUS_ON);
        }
        self.keep_last_words();
        Ok(())
    }

    async fn credit(&self, bytes: u32) -> Result<(), Fault> {
        Ok(self.commands.tell(HostCommand::Credit { terminal: TERMINAL, bytes }).await?)
    }

    async fn typed(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let pieces = self.decoder.feed(bytes);
        self.flush_at = self.decoder.holds().then(|| Instant::now() + SEQUENCE);
        self.pieces(pieces).await
    }

    async fn tick(&mut self) -> Result<(), Fault> {
        let now = Instant::now();
        self.notices.expire(now);
        if self.flush_at.is_some_and(|at| at <= now) {
            self.flush_at = None;
            let piece = self.decoder.flush();
            self.pieces(piece.into_iter().collect()).await?;
        }
        Ok(())
    }

    async fn pieces(&mut self, pieces: Vec<Piece>) -> Result<(), Fault> {
        let mut typed = Vec::new();
        for piece in pieces {
            if let Input::Focus(focused) = piece.input {
                self.focused = focused;
                self.look().await?;
                if !self.program.wants_focus() {
                    continue;
                }
            }
            if self.overlay.is_some() {
                self.press(&piece).await?;
            } else if self.escape.is(&piece.raw) {
                self.open_overlay().await?;
            } else {
                typed.extend_from_slice(&piece.raw);
            }
        }
        if !typed.is_empty() {
            self.input(typed).await?;
        }
        Ok(())
    }

    async fn input(&self, bytes: Vec<u8>) -> Result<(), Fault> {
        Ok(self.commands.tell(HostCommand::Input { terminal: TERMINAL, bytes }).await?)
    }

    /// Tells the engine whether the host has the terminal before its eyes.
    async fn look(&self) -> Result<(), Fault> {
        let looking = self.focused && self.overlay.is_none();
        Ok(self.commands.tell(HostCommand::Looking { terminal: looking.then_some(TERMINAL) }).await?)
    }

    async fn open_overlay(&mut self) -> Result<(), Fault> {
        self.overlay = Some(Overlay::new(self.escape));
        self.hidden = true;
        self.notices.clear();
        self.look().await?;
        self.refresh().await?;
        self.draw();
        Ok(())
    }

    async fn close_overlay(&mut self) -> Result<(), Fault> {
        self.overlay = None;
        self.look().await?;
        self.repaint().await
    }

    /// Has the engine draw its picture anew, over whatever is there.
    async fn repaint(&mut self) -> Result<(), Fault> {
        if self.overlay.is_some() {
            self.draw();
            return Ok(());
        }
        self.hidden = true;
        Ok(self.commands.tell(start::attach_command()).await?)
    }

    async fn resized(&mut self) -> Result<(), Fault> {
        self.commands.tell(HostCommand::Resize { terminal: TERMINAL, size: size() }).await?;
        // A picture of the old size is not ours any more.
        self.blank = None;
        if self.overlay.is_some() {
            self.console.write(b"\x1b[2J");
            self.draw();
        }
        Ok(())
    }

    async fn press(&mut self, piece: &Piece) -> Result<(), Fault> {
        let Some(overlay) = &mut self.overlay else { return Ok(()) };
        let Some(action) = overlay.press(piece, &mut self.board) else {
            self.draw();
            return Ok(());
        };
        let session = self.session;
        let command = match action {
            Action::Close => return self.close_overlay().await,
            Action::Literal => {
                self.close_overlay().await?;
                return self.input(vec![self.escape.byte()]).await;
            }
            Action::Admit(knock) => HostCommand::Admit { session, knock },
            Action::Deny(knock) => HostCommand::Deny { session, knock },
            Action::SetRole(slot, role) => HostCommand::SetRole { session, slot, role },
            Action::Decline(slot) => {
                self.board.declined(slot);
                HostCommand::Decline { session, slot }
            }
            Action::Remove(slot, with_invite) => HostCommand::Remove { session, slot, with_invite },
            Action::Invite(role) => HostCommand::CreateInvite { session, terms: invite_terms(role) },
            Action::RevokeInvite(invite) => HostCommand::RevokeInvite { session, invite },
            Action::Chat(text) => HostCommand::Chat { session, text },
            Action::Stop => HostCommand::Stop { session },
            Action::SharePanel(panel) => match self.panels.options_of(panel) {
                Ok(options) => HostCommand::SharePanel { session, options },
                // What its folder is can be seen by `panels share`.
                Err(_) => return Ok(()),
            },
            Action::HidePanel(panel) => HostCommand::UnsharePanel { session, panel },
            Action::AskControl | Action::NextTerminal | Action::Leave | Action::Open(..) => return Ok(()),
        };
        // What came of it is told by an event; what cannot be done any more has gone from the board by itself.
        let _ = self.commands.ask(command).await;
        self.refresh().await?;
        self.draw();
        Ok(())
    }

    async fn refresh(&mut self) -> Result<(), Fault> {
        if let Reply::Status(status) = self.commands.ask(HostCommand::Status).await? {
            let found = status.sessions.into_iter().find(|status| status.session == self.session);
            if let Some(status) = found {
                self.board.take_status(status);
            }
        }
        Ok(())
    }

    fn draw(&mut self) {
        let Some(overlay) = &self.overlay else { return };
        let size = size();
        let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width: size.cols, height: size.rows });
        let area = overlay.area(&self.board, size.cols, size.rows);
        overlay.draw(&self.board, area, &mut buffer);
        if !self.shown.is_between() {
            // The program's output stopped in the midst of a sequence, which is cancelled.
            self.console.write(b"\x18");
        }
        self.console.write(&paint(&buffer, area));
    }

    fn write_notices(&mut self) {
        if self.overlay.is_none() && !self.hidden && self.shown.is_between() {
            let bytes = self.notices.take();
            if !bytes.is_empty() {
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

fn invite_terms(role: Role) -> InviteTerms {
    InviteTerms { role, ..InviteTerms::default() }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
