//! How long a guest's key takes to come back: engine, relay and guest on one runtime, a raw `cat` in the terminal.
//!
//!
//! `cargo run --release -p jumpseat-engine --example echo`

#![allow(clippy::print_stdout)]

use std::{net::SocketAddr, sync::Arc, time::Instant};

use jumpseat_engine::{
    EmbeddedRelay, GuestEngine, GuestSetup, HostEngine, HostSetup, SeatConfig, StartRelay, TransportSetup,
    api::{
        ApiError, ApiErrorKind, GuestClient, GuestCommand, GuestEvent, HostCommand, InviteTerms, RelayChoice,
        Reply, Role, ShareOptions, StartFrom, TerminalChange, TerminalNo, TerminalOptions,
    },
    local::RuntimeFolder,
};
use jumpseat_relay::{Config, Relay};

const KEYS: usize = 2000;

fn start_relay() -> StartRelay {
    Arc::new(|address: SocketAddr| {
        Box::pin(async move {
            let failed =
                |error: &dyn std::fmt::Display| ApiError::new(ApiErrorKind::System, error.to_string());
            let relay = Relay::bind(Config::embedded(address)).await.map_err(|error| failed(&error))?;
            let relay = relay.spawn().map_err(|error| failed(&error))?;
            Ok(EmbeddedRelay { url: format!("ws://{}", relay.address()), stop: Box::pin(relay.stop()) })
        })
    })
}

async fn output(client: &mut GuestClient) -> Vec<u8> {
    loop {
        match client.next().await {
            Some(GuestEvent::Terminal { change, .. }) => {
                let _ = client.tell(GuestCommand::Credit { bytes: change.weight() }).await;
                if let TerminalChange::Output(bytes) = change {
                    return bytes;
                }
                return Vec::new();
            }
            Some(GuestEvent::Failed(failure)) => panic!("{failure}"),
            Some(_) => {}
            None => panic!("the seat is gone"),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), ApiError> {
    let runtime = RuntimeFolder::open()?;
    let transport = TransportSetup::default();
    let (engine, door) = HostEngine::new(HostSetup {
        transport: transport.clone(),
        start_relay: Some(start_relay()),
        runtime,
    });
    tokio::spawn(engine.run());
    let client = door.open();
    let script = "stty raw -echo; exec cat";
    let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
    let options = TerminalOptions { command, ..TerminalOptions::default() };
    let Reply::Terminal { terminal } = client.ask(HostCommand::OpenTerminal(options)).await? else {
        return Ok(());
    };
    let relay = RelayChoice::Embedded { address: [127, 0, 0, 1].into(), port: 0 };
    let invite = InviteTerms { role: Role::Writer, ..InviteTerms::default() };
    let options = ShareOptions {
        name: "Ann".to_owned(),
        terminals: vec![terminal],
        from: StartFrom::Start,
        relay,
        invite,
        invite_page: None,
        manage_from_inside: false,
        max_guests: None,
    };
    let begun = Instant::now();
    let Reply::Session { relay, invite, .. } = client.ask(HostCommand::Share(options)).await? else {
        return Ok(());
    };
    println!("share: {:?}", begun.elapsed());
    client.ask(HostCommand::Looking { terminal: Some(terminal) }).await?;
    let setup = GuestSetup {
        relay,
        seat: SeatConfig {
            code: invite.code,
            token: invite.keys.expect("its client may do everything").token,
            name: "Bo".to_owned(),
            program: "example/1".to_owned(),
            key: None,
            key_timing: false,
            window: 1 << 20,
            draws: false,
        },
        transport,
    };
    let begun = Instant::now();
    let (seat, mut guest) = GuestEngine::new(setup)?;
    tokio::spawn(seat.run());
    output(&mut guest).await;
    println!("join until the first picture: {:?}", begun.elapsed());
    measure_echo(&mut guest).await
}

async fn measure_echo(guest: &mut GuestClient) -> Result<(), ApiError> {
    // The first keys may come before the program is ready for them.
    let mut times = Vec::new();
    for key in 0..KEYS {
        let begun = Instant::now();
        guest
            .tell(GuestCommand::Input { terminal: TerminalNo(1), bytes: vec![b'a' + (key % 26) as u8] })
            .await?;
        while output(guest).await.is_empty() {}
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    println!("echo of {KEYS} keys: p50 {:?}, p99 {:?}", times[KEYS / 2], times[KEYS * 99 / 100]);
    Ok(())
}
