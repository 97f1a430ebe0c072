//! A seat at somebody else's session, in this process: its view goes with the editor's window.

use std::{panic::AssertUnwindSafe, path::PathBuf, time::Duration};

use futures_util::FutureExt as _;
use jumpseat_engine::{
    GuestEngine, GuestKey, GuestSetup, Proxies, SeatConfig, TransportSetup,
    api::{
        ApiError, ApiErrorKind, Commands, GuestClient, GuestCommand, GuestEvent, Replica, SeatState, Secret,
        TerminalChange, TerminalNo,
    },
    local::{Listener, RuntimeFolder},
};
use serde::Deserialize;
use serde_json::json;
use tokio::{sync::mpsc::UnboundedReceiver, task::JoinHandle, time::timeout};

use crate::{
    answer::answer_with,
    fault::Fault,
    handle::{Run, Work},
    outbox::Outbox,
    panels, read,
};

/// How long a seat may take to say good-bye.
const LEAVE_FOR: Duration = Duration::from_secs(2);

/// Bytes of changes on their way from the engine, next to what JavaScript has not yet shown.
const AHEAD: u32 = 256 * 1024;

/// Where and as whom to join.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Options {
    relay: String,
    code: String,
    token: Secret,
    name: String,
    program: String,
    #[serde(default = "window")]
    window: u32,
    #[serde(default)]
    ca_file: Option<PathBuf>,
    #[serde(default = "yes")]
    system_authorities: bool,
    #[serde(default)]
    proxy: Option<String>,
    #[serde(default = "yes")]
    hide_key_timing: bool,
    #[serde(default)]
    key: Option<Secret>,
}

fn window() -> u32 {
    1024 * 1024
}

fn yes() -> bool {
    true
}

/// What a seat begins with.
pub(crate) struct Joining {
    pub(crate) options: Options,
    pub(crate) panels: panels::Shared,
}

/// A seat, and what of it JavaScript has not yet shown.
struct Seat<'a> {
    outbox: &'a Outbox,
    panels: panels::Shared,
    state: Replica<SeatState>,
    commands: Commands<GuestCommand>,
    /// Bytes of output that may still be told; below nothing after a long one.
    window: i64,
}

impl Run for Joining {
    async fn run(self, work: &mut UnboundedReceiver<Work>, outbox: &Outbox) -> Result<(), Fault> {
        let Self { options, panels } = self;
        let window = i64::from(options.window.max(1));
        let (engine, mut client) = GuestEngine::new(setup(options)?)?;
        // Other programs of the same person connect here. The socket is closed with the seat; the seat works without it.
        if let Ok(listener) = RuntimeFolder::open().and_then(|folder| Listener::bind_seat(&folder)) {
            drop(tokio::spawn(listener.serve(engine.listener())));
        }
        let mut running = tokio::spawn(AssertUnwindSafe(engine.run()).catch_unwind());
        let commands = client.commands();
        let mut seat = Seat { outbox, panels, state: Replica::default(), commands, window };
        loop {
            tokio::select! {
                biased;
                asked = work.recv() => match asked {
                    Some(Work::Close(answer)) => {
                        drop(seat);
                        leave(client, running).await;
                        answer.settle(Ok::<_, Fault>(()));
                        return Ok(());
                    }
                    Some(asked) => seat.take(asked).await,
                    None => {
                        drop(seat);
                        leave(client, running).await;
                        return Ok(());
                    }
                },
                event = next(&mut client, outbox), if seat.window > 0 => match event {
                    Some(event) => seat.tell(event).await,
                    None => {
                        if let Ok(Err(payload)) = (&mut running).await {
                            std::panic::resume_unwind(payload);
                        }
                        return Ok(());
                    }
                },
            }
        }
    }
}

async fn next(client: &mut GuestClient, outbox: &Outbox) -> Option<GuestEvent> {
    outbox.room().await;
    client.next().await
}

/// Gives the seat up: who holds no client any more is gone.
async fn leave<T>(client: GuestClient, mut running: JoinHandle<T>) {
    drop(client);
    if timeout(LEAVE_FOR, &mut running).await.is_err() {
        running.abort();
    }
}

impl Seat<'_> {
    /// An engine that is over takes nothing more; what it said last is still told.
    async fn take(&mut self, work: Work) {
        match work {
            Work::Opened(answer) | Work::Close(answer) => answer.settle(Ok::<_, Fault>(())),
            Work::Ask(json, answer) => match read::<GuestCommand>(&json) {
                // It counts what JavaScript shows, not what the engine gave.
                Ok(GuestCommand::Credit { bytes }) => {
                    self.shown(bytes);
                    answer.settle(Ok::<_, Fault>(()));
                }
                Ok(command) => match self.commands.begin(command).await {
                    Ok(said) => answer_with(answer, said),
                    Err(failure) => answer.settle::<()>(Err(failure)),
                },
                Err(fault) => answer.settle::<()>(Err(fault)),
            },
            Work::Input(number, keys) => {
                let terminal = TerminalNo(number);
                let _ = self.commands.tell(GuestCommand::Input { terminal, bytes: keys.take() }).await;
            }
            Work::Credit(_, bytes) => self.shown(bytes),
        }
    }

    fn shown(&mut self, bytes: u32) {
        self.window += i64::from(bytes);
    }

    async fn tell(&mut self, event: GuestEvent) {
        if let GuestEvent::State(update) = &event {
            self.state.apply(update.clone());
            self.panels.keep(&self.state.state().panels);
        }
        let (terminal, change) = match event {
            GuestEvent::Terminal { terminal, change } => (terminal, change),
            GuestEvent::Panel(update) => {
                let panel = update.panel;
                self.panels.take(update);
                // What stands in it is asked for when it is shown.
                return self.outbox.event(&json!({ "type": "panel", "panel": panel }));
            }
            event => return self.outbox.event(&event),
        };
        let weight = change.weight();
        match change {
            TerminalChange::Resize(size) => {
                self.outbox.event(&json!({ "type": "resize", "terminal": terminal, "size": size }));
            }
            // The seat draws windows alone.
            TerminalChange::Snapshot { .. } => {}
            TerminalChange::Output(bytes) => {
                self.window -= bytes.len() as i64;
                let head = json!({ "type": "output", "terminal": terminal }).to_string();
                self.outbox.output(terminal.0, head, bytes);
            }
        }
        let _ = self.commands.tell(GuestCommand::Credit { bytes: weight }).await;
    }
}

/// 64 hexadecimal digits.
fn key(text: &str) -> Result<GuestKey, ApiError> {
    let wrong = || ApiError::new(ApiErrorKind::Misused, "a guest's key is 64 hexadecimal digits");
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).map_err(|_| wrong())?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(GuestKey::from_bytes(bytes))
}

fn setup(options: Options) -> Result<GuestSetup, ApiError> {
    let code = options.code.parse().map_err(|error| {
        ApiError::new(ApiErrorKind::Invite, format!("{error}")).hint("a code looks like K7QM-3XTE")
    })?;
    let proxies = match options.proxy {
        Some(proxy) => Proxies::read(|name| (name == "ALL_PROXY").then(|| proxy.clone())),
        None => Proxies::from_env(),
    };
    let key = options.key.map(|text| key(text.reveal())).transpose()?;
    Ok(GuestSetup {
        relay: options.relay,
        seat: SeatConfig {
            code,
            token: options.token,
            name: options.name,
            program: options.program,
            key,
            key_timing: options.hide_key_timing,
            window: AHEAD,
            draws: true,
        },
        transport: TransportSetup {
            ca_file: options.ca_file,
            system_authorities: options.system_authorities,
            proxies,
            ..TransportSetup::default()
        },
    })
}
