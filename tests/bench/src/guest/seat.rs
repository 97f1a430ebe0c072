//! A seat at a session: joins by an invite file, applies what comes, gives credit for it.

use std::future::pending;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use jumpseat_engine::api::panels::{Entries, PanelKind, ReferenceId};
use jumpseat_engine::api::{GuestClient, GuestCommand, GuestEvent, Reply, Secret, StateChange, TerminalNo};
use jumpseat_engine::{GuestEngine, GuestSetup, SeatConfig, TransportSetup};

use super::QUIET;
use super::shown::Shown;

/// As `jumpseat join` has it.
const WINDOW: u32 = 1 << 20;

pub(super) struct Seat {
    client: GuestClient,
    terminal: TerminalNo,
    shown: Shown,
    /// What stands in the git panel.
    pub(super) entries: Entries,
    /// When the knock was on its way.
    pub(super) knocked: Instant,
}

impl Seat {
    /// Joins, and says `seated` once the first picture is there.
    pub(super) async fn take(invite: &Path, shown: Shown, key_timing: bool) -> Result<Self> {
        Self::by_way_of(None, invite, shown, key_timing).await
    }

    /// The same over another line to the relay.
    pub(super) async fn by_way_of(
        line: Option<String>,
        invite: &Path,
        shown: Shown,
        key_timing: bool,
    ) -> Result<Self> {
        let invite: serde_json::Value = serde_json::from_slice(&std::fs::read(invite)?)?;
        let field = |name: &str| invite[name].as_str().with_context(|| format!("the invite has no {name}"));
        let setup = GuestSetup {
            relay: line.map_or_else(|| field("relay").map(str::to_owned), Ok)?,
            seat: SeatConfig {
                code: field("code")?.parse().context("the invite's code")?,
                token: Secret::new(field("token")?.to_owned()),
                name: "Guest".to_owned(),
                program: concat!("bench ", env!("CARGO_PKG_VERSION")).to_owned(),
                key: None,
                key_timing,
                window: WINDOW,
                draws: false,
            },
            transport: TransportSetup::default(),
        };
        let (engine, client) = GuestEngine::new(setup)?;
        // Ends with the process, which ends with the seat.
        tokio::spawn(engine.run());
        let entries = Entries::new();
        let mut seat = Self { client, terminal: TerminalNo(0), shown, entries, knocked: Instant::now() };
        seat.until(Shown::is_there).await?;
        println!("seated");
        Ok(seat)
    }

    pub(super) async fn press(&self, key: u8) -> Result<()> {
        Ok(self.client.tell(GuestCommand::Input { terminal: self.terminal, bytes: vec![key] }).await?)
    }

    /// Applies what comes until the screen is as it should be. Cancel-safe.
    pub(super) async fn until(&mut self, is_so: impl Fn(&Shown) -> bool) -> Result<()> {
        while !is_so(&self.shown) {
            self.next().await?;
        }
        Ok(())
    }

    /// The same, of the git panel.
    pub(super) async fn until_git(&mut self, is_so: impl Fn(&Entries) -> bool) -> Result<()> {
        while !is_so(&self.entries) {
            self.next().await?;
        }
        Ok(())
    }

    /// Applies what comes for so long.
    pub(super) async fn rest(&mut self, time: Duration) -> Result<()> {
        let until = tokio::time::Instant::now() + time;
        while let Ok(next) = tokio::time::timeout_at(until, self.next()).await {
            next?;
        }
        Ok(())
    }

    /// Fetches a content of the git panel; how many bytes it has.
    pub(super) async fn fetch(&mut self, reference: ReferenceId) -> Result<usize> {
        let panel = PanelKind::Git;
        match self.client.ask(GuestCommand::Fetch { panel, reference, tag: 1 }).await? {
            Reply::Content(content) => Ok(content.into_bytes().context("no base64")?.len()),
            _ => bail!("the engine gave an unexpected reply"),
        }
    }

    /// Says `done` with how many bytes of output came as such, then tells the screen that nothing more comes to.
    pub(super) async fn done(self) -> Result<()> {
        println!("done {}", self.shown.live);
        self.tell_final_screen().await
    }

    /// Prints a digest of the screen once nothing more comes, and stays.
    async fn tell_final_screen(mut self) -> Result<()> {
        while let Ok(next) = tokio::time::timeout(QUIET, self.next()).await {
            next?;
        }
        if let Some(digest) = self.shown.digest() {
            println!("screen {digest:016x}");
        }
        pending().await
    }

    async fn next(&mut self) -> Result<()> {
        match self.client.next().await.context("the engine is gone")? {
            GuestEvent::Terminal { terminal, change } => {
                let bytes = change.weight();
                self.terminal = terminal;
                self.shown.apply(change)?;
                self.client.tell(GuestCommand::Credit { bytes }).await?;
            }
            GuestEvent::Panel(update) if update.panel == PanelKind::Git => {
                if update.whole {
                    self.entries.clear();
                }
                update.remove.iter().for_each(|key| drop(self.entries.remove(key)));
                self.entries.extend(update.set);
            }
            GuestEvent::State(update) if update.changes.iter().any(is_waiting) => {
                self.knocked = Instant::now()
            }
            GuestEvent::Failed(failure) => return Err(failure.into()),
            GuestEvent::Ended { reason, .. } => bail!("the session ended: {reason:?}"),
            _ => {}
        }
        Ok(())
    }
}

/// Whether the knock is on its way from now on.
fn is_waiting(change: &StateChange) -> bool {
    let phase = if change.path.is_empty() { &change.value["phase"] } else { &change.value };
    phase["is"] == "waiting"
}
