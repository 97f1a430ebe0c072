//! Joining without a terminal, for scripts: waits for a text, types, prints the screen, tells events as JSON.

use std::{io::IsTerminal as _, process::ExitCode};

use jumpseat_engine::{
    api::{
        GuestClient, GuestCommand, GuestEvent, Liveness, Replica, SeatState, StateUpdate, TerminalChange,
        TerminalNo,
    },
    dump,
};
use jumpseat_session::InviteLink;
use jumpseat_wire::InviteCode;
use tokio::{
    sync::mpsc::Receiver,
    time::{Instant, sleep_until},
};

use super::{Arguments, DumpForm, input::Keys, invite, sit_down};
use crate::{
    command::Context,
    error::{CliError, FaultKind},
    overview::Overview,
    print,
    terminal::{Signal, Signals, read_input, until},
    viewer::{Picture, Pictures},
};

pub(super) async fn run(
    arguments: Arguments,
    link: InviteLink,
    context: &Context,
) -> Result<ExitCode, CliError> {
    let mut signals = Signals::listen()?;
    let code = link.code;
    let (client, engine) = sit_down(&arguments, link, context)?;
    let mut watch = Watch::new(client, code, &arguments, context.json);
    // Standard input that did not bring the token brings keys.
    let piped = !std::io::stdin().is_terminal() && invite::leaves_input_free(&arguments);
    let mut keys = piped.then(read_input).transpose()?;
    let deadline = arguments.timeout.map(|time| Instant::now() + time);
    let result = loop {
        tokio::select! {
            event = watch.client.next() => match event {
                Some(event) => match watch.event(event).await {
                    Ok(None) => {}
                    Ok(Some(())) => break Ok(ExitCode::SUCCESS),
                    Err(fault) => break Err(fault),
                },
                None => break Err(CliError::new(FaultKind::Local, "the seat is gone")),
            },
            signal = signals.next() => if let Signal::End(code) = signal {
                break Ok(ExitCode::from(code));
            },
            // Keys wait until there is a terminal to type at.
            bytes = next_keys(&mut keys), if watch.terminal().is_some() => match bytes {
                Some(bytes) => watch.press(bytes).await?,
                None => keys = None,
            },
            () = until(deadline) => break Err(watch.timed_out()),
        }
    };
    // However it ended: a script that waited in vain wants to see what was there instead.
    let dumped = match (arguments.dump, watch.picture()) {
        (Some(form), Some(picture)) => {
            let mut text = dump::screen(picture.screen(), form.format());
            // What draws a picture ends where the cursor is: one more line would move it.
            if !matches!(form, DumpForm::Ansi) && !text.ends_with('\n') {
                text.push('\n');
            }
            print::text(&text)
        }
        _ => Ok(()),
    };
    watch.leave().await;
    engine.abort();
    dumped.and(result)
}

/// Rows of `cols` columns that a text can begin above the one that it ends in. A wide character leaves one column empty.
fn rows_of(text: &str, cols: u16) -> u64 {
    let (characters, lines) = (text.chars().count() as u64, text.matches('\n').count() as u64);
    lines + characters.div_ceil(u64::from(cols).saturating_sub(1).max(1))
}

async fn next_keys(keys: &mut Option<Receiver<Vec<u8>>>) -> Option<Vec<u8>> {
    match keys {
        Some(keys) => keys.recv().await,
        None => std::future::pending().await,
    }
}

/// How long leaving may take before it is simply done.
const LEAVE: std::time::Duration = std::time::Duration::from_secs(2);

struct Watch {
    client: GuestClient,
    overview: Overview,
    pictures: Pictures,
    state: Replica<SeatState>,
    began: Instant,
    until: Option<String>,
    /// Lines of a terminal before this one were searched, and do not change any more.
    searched: Option<(TerminalNo, u64)>,
    /// The picture is a glimpse: the whole follows.
    glimpsed: bool,
    send: Option<Keys>,
    json: bool,
}

impl Watch {
    fn new(client: GuestClient, code: InviteCode, arguments: &Arguments, json: bool) -> Self {
        let mut overview = Overview::knocking();
        overview.code = Some(code);
        Self {
            client,
            overview,
            pictures: Pictures::default(),
            state: Replica::default(),
            began: Instant::now(),
            until: arguments.until.clone(),
            searched: None,
            glimpsed: false,
            send: arguments.send.clone(),
            json,
        }
    }

    /// The terminal that the host looks at, or the first.
    fn terminal(&self) -> Option<TerminalNo> {
        let looking = self.state.state().looking.filter(|terminal| self.pictures.has(*terminal));
        looking.or_else(|| self.pictures.terminals().next().copied())
    }

    fn picture(&self) -> Option<&Picture> {
        self.pictures.get(self.terminal()?)
    }

    /// Takes an event; says when all that was asked for is done.
    async fn event(&mut self, event: GuestEvent) -> Result<Option<()>, CliError> {
        if self.json && !matches!(event, GuestEvent::Terminal { .. } | GuestEvent::State(_)) {
            print::json(&event)?;
        }
        self.overview.told(&event);
        match event {
            GuestEvent::State(update) => self.stands(update)?,
            GuestEvent::Terminal { terminal, change } => {
                let now = self.began.elapsed().as_millis() as u64;
                let bytes = change.weight();
                if let TerminalChange::Snapshot { scrollback, .. } = change {
                    self.searched = None;
                    self.glimpsed = !scrollback;
                }
                self.pictures
                    .apply(terminal, (80, 24), now, change)
                    .map_err(|error| CliError::new(FaultKind::Protocol, error.to_string()))?;
                // A seat that is over says so behind its last output.
                let _ = self.client.tell(GuestCommand::Credit { bytes }).await;
            }
            GuestEvent::Panel(update) => self.overview.panels.take(update),
            GuestEvent::Failed(failure) => return Err(failure.into()),
            GuestEvent::Ended { reason, failure, .. } => {
                // Nothing follows a glimpse any more.
                self.glimpsed = false;
                if self.is_done() {
                    return Ok(Some(()));
                }
                let fault = match (&self.until, CliError::ended(reason, failure.as_ref())) {
                    (Some(text), None) => Some(CliError::new(
                        FaultKind::Ended,
                        format!("the session ended before the screen showed `{text}`"),
                    )),
                    (_, fault) => fault,
                };
                return fault.map_or(Ok(Some(())), Err);
            }
            _ => {}
        }
        self.type_keys().await?;
        Ok(self.is_done().then_some(()))
    }

    /// Takes the current state.
    fn stands(&mut self, update: StateUpdate) -> Result<(), CliError> {
        if self.json {
            print::json(&GuestEvent::State(print::without_invites(update.clone())))?;
        }
        self.state.apply(update);
        let state = self.state.state();
        self.overview.show_seat(state);
        // What is not shared any more is not searched and not printed.
        self.pictures.keep(|terminal| state.terminals.contains_key(&terminal));
        Ok(())
    }

    /// Keys as they come: whether they count is the host's to say.
    async fn press(&mut self, bytes: Vec<u8>) -> Result<(), CliError> {
        if let Some(terminal) = self.terminal() {
            self.client.ask(GuestCommand::Input { terminal, bytes }).await?;
        }
        Ok(())
    }

    async fn type_keys(&mut self) -> Result<(), CliError> {
        let state = self.state.state();
        let Some(looking) = state.looking.filter(|_| self.overview.role().may_write()) else { return Ok(()) };
        if state.liveness == Liveness::Stalled || state.catching_up.contains(&looking) {
            return Ok(());
        }
        if let (Some(terminal), Some(Keys(bytes))) = (self.terminal(), self.send.take()) {
            self.client.ask(GuestCommand::Input { terminal, bytes }).await?;
        }
        Ok(())
    }

    /// Whether the text is there, once what was to be typed is.
    fn is_done(&mut self) -> bool {
        let Some(text) = &self.until else { return false };
        let Some(terminal) = self.terminal().filter(|_| self.send.is_none() && !self.glimpsed) else {
            return false;
        };
        let Some(screen) = self.pictures.get(terminal).map(Picture::screen) else { return false };
        let (cols, rows) = screen.size();
        let end = screen.lines().end;
        let in_view = end.saturating_sub(u64::from(rows));
        let searched =
            self.searched.filter(|(of, _)| *of == terminal).map_or(0, |(_, line)| line.min(in_view));
        let shows = screen.printed(searched.saturating_sub(rows_of(text, cols))..end).contains(text)
            || screen.in_alternate() && screen.printed_in_view().contains(text);
        self.searched = Some((terminal, in_view));
        if shows {
            self.until = None;
        }
        shows
    }

    fn timed_out(&self) -> CliError {
        let message = match (&self.until, &self.send) {
            (_, Some(_)) => "the host did not allow typing in time".to_owned(),
            (Some(text), _) => format!("the screen did not show `{text}` in time"),
            (None, None) => "the session went on for longer than --timeout".to_owned(),
        };
        CliError::new(FaultKind::Timeout, message)
    }

    /// Gives the seat up, and waits until that is on its way.
    async fn leave(mut self) {
        if self.client.tell(GuestCommand::Leave).await.is_ok() {
            let deadline = Instant::now() + LEAVE;
            loop {
                tokio::select! {
                    event = self.client.next() => if event.is_none() { return },
                    () = sleep_until(deadline) => return,
                }
            }
        }
    }
}
