//! A guest that types more than the program reads takes nothing from the host: each of its controls counts at once, and
//! what the guest typed goes with its right to type.

use std::{fs, io::Write as _, path::PathBuf};

use jumpseat_engine::api::{
    GuestCommand, HostCommand, HostEvent, Role, SessionEvent, SessionNo, StartFrom, TerminalNo,
};
use tempfile::TempDir;

use super::{Guest, Host, joined, terms, within};

/// A writer has sent more lines than anything holds to a program that reads nothing yet.
struct Flooded {
    host: Host,
    _guest: Guest,
    session: SessionNo,
    terminal: TerminalNo,
    slot: u16,
    gate: PathBuf,
    _folder: TempDir,
}

impl Flooded {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let gate = folder.path().join("gate");
        rustix::fs::mknodat(rustix::fs::CWD, &gate, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let mut host = Host::new();
        let script = format!(
            "stty -echo; echo ready; read go < '{}'; while read line; do echo \"got:$line.\"; done",
            gate.display()
        );
        let terminal = host.sh(&script).await;
        let (session, relay, invite) =
            host.share(vec![terminal], StartFrom::Start, terms(Role::Writer)).await;
        host.client.ask(HostCommand::Looking { terminal: Some(terminal) }).await.unwrap();
        let mut guest = Guest::new(&relay, &invite, "Bo");
        guest.sees("ready").await;
        let slot = host.until(joined).await;
        for round in 0..3 {
            let lines: String = (0..3000).map(|line| format!("guest {round} {line}\r")).collect();
            guest.type_keys(lines.as_bytes()).await;
            // It is refused while as many keys are under way as may be.
            let chat = || GuestCommand::Chat { text: "typed".to_owned() };
            within(async { while guest.client.ask(chat()).await.is_err() {} }).await;
            let said = |event| {
                matches!(event, HostEvent::Session { event: SessionEvent::Chat { .. }, .. }).then_some(())
            };
            host.until(said).await;
        }
        // What the host types itself waits for the program, too, and holds nothing up.
        host.client.tell(HostCommand::Input { terminal, bytes: b"host\r".to_vec() }).await.unwrap();
        Self { host, _guest: guest, session, terminal, slot, gate, _folder: folder }
    }

    async fn ask(&self, command: HostCommand) {
        within(self.host.client.ask(command)).await.unwrap();
    }

    /// Lets the program read, and gives all that it has read once it has seen what the host types now.
    async fn read_on(&self) -> String {
        fs::OpenOptions::new().write(true).open(&self.gate).unwrap().write_all(b"\n").unwrap();
        self.host
            .client
            .tell(HostCommand::Input { terminal: self.terminal, bytes: b"end\r".to_vec() })
            .await
            .unwrap();
        within(async {
            loop {
                let text = self.host.text(self.terminal).await;
                if text.contains("got:end.") {
                    return text;
                }
            }
        })
        .await
    }
}

/// JS-ROLE-3: whatever takes a guest's right to type.
#[tokio::test]
async fn none_of_the_lines_that_a_writer_pasted_runs_once_its_right_is_gone() {
    type Control = fn(&Flooded) -> HostCommand;
    let controls: [Control; 4] = [
        |flooded| HostCommand::Remove { session: flooded.session, slot: flooded.slot, with_invite: false },
        |flooded| HostCommand::SetRole { session: flooded.session, slot: flooded.slot, role: Role::Viewer },
        |flooded| HostCommand::WithdrawTerminal { session: flooded.session, terminal: flooded.terminal },
        |flooded| HostCommand::Stop { session: flooded.session },
    ];
    for control in controls {
        let flooded = Flooded::new().await;
        flooded.ask(control(&flooded)).await;
        let text = flooded.read_on().await;
        assert!(!text.contains("got:guest"), "{:?}: {text}", control(&flooded));
    }
}

/// JS-ROLE-5: of what waits none is handed on; of what the terminal holds already, what the host typed itself stays.
#[tokio::test]
async fn a_host_that_looks_away_stops_a_paste() {
    let flooded = Flooded::new().await;
    flooded.ask(HostCommand::Looking { terminal: None }).await;
    let text = flooded.read_on().await;
    assert!(text.contains("got:host."), "{text}");
    let ran = text.matches("got:guest").count();
    assert!(ran * "guest 0 100\r".len() <= 2048, "{ran} lines");
}

#[tokio::test]
async fn the_hosts_keys_overtake_a_paste() {
    let flooded = Flooded::new().await;
    let text = flooded.read_on().await;
    let (before, _) = text.split_once("got:host.").unwrap();
    assert!(before.matches("got:guest").count() * "guest 0 100\r".len() <= 2048, "{before}");
}

#[tokio::test]
async fn an_engine_ends_whatever_waits_for_its_program() {
    let flooded = Flooded::new().await;
    flooded.ask(HostCommand::Shutdown).await;
    within(flooded.host.engine).await.unwrap();
}
