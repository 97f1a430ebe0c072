//! From the arguments to a terminal that is shared.

use std::{
    io::{self, Write as _},
    net::{IpAddr, SocketAddr, UdpSocket},
};

use jumpseat_engine::{
    HostEngine,
    api::{
        Commands, HostClient, HostCommand, Invite, RelayChoice, Reply, SessionNo, ShareOptions, Size,
        TerminalNo, TerminalOptions, panels::PanelKind,
    },
    local::{Listener, adopt_orphans},
};
use jumpseat_session::InviteLink;
use tokio::task::JoinHandle;

use super::Arguments;
use crate::{
    command::{Context, invites::keys, runtime::host_setup},
    config,
    error::{CliError, FaultKind},
    invite_file,
    terminal::{Signal, Signals},
};

/// Bytes of output that may be under way to the person's terminal.
const WINDOW: u32 = 256 * 1024;

/// How long the end may take before it says why.
const LATE: std::time::Duration = std::time::Duration::from_secs(1);

/// The first terminal of an engine.
pub(super) const TERMINAL: TerminalNo = TerminalNo(1);

/// A terminal that is shared, and the engine behind it.
pub(super) struct Shared {
    pub(super) client: HostClient,
    pub(super) session: SessionNo,
    pub(super) relay: String,
    /// Whether that relay is inside this process.
    pub(super) embedded: bool,
    pub(super) invite: Invite,
    pub(super) name: String,
    /// What guests see next to the terminal.
    pub(super) panels: Vec<PanelKind>,
    engine: JoinHandle<()>,
    /// Carries the other processes that ask; ends with this one.
    local: JoinHandle<()>,
}

/// Opens the terminal and shares it. With `attach` its output comes to the client.
pub(super) async fn start(
    arguments: &Arguments,
    context: &Context,
    size: Size,
    attach: bool,
) -> Result<Shared, CliError> {
    // Before anything is opened: what cannot be shared is said first.
    let panels = arguments.panels.options(&context.config)?;
    let setup = host_setup(&context.config, arguments.ca_file.clone())?;
    let runtime = setup.runtime.clone();
    adopt_orphans();
    let (engine, door) = HostEngine::new(setup);
    let engine = tokio::spawn(engine.run());
    let client = door.open();
    let commands = client.commands();
    let name = config::name(arguments.name.clone(), &context.config);
    let choice = arguments.relay_choice(context)?;
    let embedded = matches!(choice, RelayChoice::Embedded { .. });
    let share = ShareOptions {
        name: name.clone(),
        terminals: Vec::new(),
        from: arguments.start_from(),
        relay: choice,
        invite: arguments.terms.terms(),
        invite_page: arguments.invite_page.clone().or_else(|| context.config.invite_page.clone()),
        manage_from_inside: arguments.manage_from_inside || context.config.manage_from_inside,
        max_guests: None,
    };
    // The session first: its code stands in the environment of the program that is shared.
    let Reply::Session { session, relay, invite } = commands.ask(HostCommand::Share(share)).await? else {
        return Err(CliError::new(FaultKind::System, "the engine gave an unexpected reply"));
    };
    let terminal = TerminalOptions {
        command: arguments.command.clone(),
        size,
        session: Some(session),
        shell_integration: !arguments.no_shell_integration,
        ..TerminalOptions::default()
    };
    // All at once, so that nothing is printed before the client is attached.
    let (opened, ..) =
        tokio::join!(commands.ask(HostCommand::OpenTerminal(terminal)), self::attach(&commands, attach),);
    if let Err(failure) = opened {
        // The relay is told that there is nothing to see.
        let _ = commands.ask(HostCommand::Shutdown).await;
        let _ = engine.await;
        return Err(failure.into());
    }
    for options in panels.clone() {
        if let Err(failure) = commands.ask(HostCommand::SharePanel { session, options }).await {
            let _ = commands.ask(HostCommand::Shutdown).await;
            let _ = engine.await;
            return Err(failure.into());
        }
    }
    let local = match Listener::bind(&runtime) {
        Ok(listener) => tokio::spawn(listener.serve(door)),
        Err(failure) => return Err(failure.into()),
    };
    let panels = panels.into_iter().map(|options| options.panel).collect();
    let shared = Shared { client, session, relay, embedded, invite, name, panels, engine, local };
    if let Some(path) = &arguments.invite_file {
        invite_file::write(path, &shared.link()?)?;
    }
    Ok(shared)
}

async fn attach(commands: &Commands<HostCommand>, attach: bool) -> Result<(), CliError> {
    let command = match attach {
        true => attach_command(),
        // Without a terminal nothing tells whether somebody looks: who starts it so says that guests may type.
        false => HostCommand::Looking { terminal: Some(TERMINAL) },
    };
    Ok(commands.tell(command).await?)
}

/// Shows the terminal, from its picture on.
pub(super) fn attach_command() -> HostCommand {
    HostCommand::Attach { terminal: TERMINAL, window: WINDOW, scrollback: false }
}

impl Shared {
    pub(super) fn link(&self) -> Result<InviteLink, CliError> {
        InviteLink::parse(keys(&self.invite)?.link.reveal())
            .map_err(|error| CliError::system("the invite", error))
    }

    /// Ends sessions, once their guests have what was printed last, and hangs the terminal up. A further signal ends at
    /// once.
    pub(super) async fn end(self, signals: &mut Signals) {
        let ends = self.end_in_order();
        tokio::pin!(ends);
        let late = tokio::time::sleep(LATE);
        tokio::pin!(late);
        let mut told = false;
        loop {
            tokio::select! {
                () = &mut ends => return,
                signal = signals.next() => if let Signal::End(_) = signal {
                    return;
                },
                () = &mut late, if !told => {
                    told = true;
                    let _ = writeln!(io::stderr(), "Guests are still getting the last output. Ctrl-C ends at once.");
                }
            }
        }
    }

    async fn end_in_order(mut self) {
        let _ = self.client.ask(HostCommand::Shutdown).await;
        // Events that nobody takes would hold the engine up.
        while self.client.next().await.is_some() {}
        self.local.abort();
        let _ = self.local.await;
        let _ = self.engine.await;
    }
}

/// An address of this machine that the local network knows: the one it would send from.
pub(super) fn lan_address() -> Result<IpAddr, CliError> {
    let none = || {
        CliError::new(FaultKind::System, "this machine has no address in a local network")
            .hint("name one with --listen, or a relay with --relay")
    };
    // Connecting such a socket sends nothing; the address is one that is reserved for documentation.
    let address = UdpSocket::bind((IpAddr::from([0, 0, 0, 0]), 0))
        .and_then(|socket| {
            socket.connect((IpAddr::from([192, 0, 2, 1]), 9)).and_then(|()| socket.local_addr())
        })
        .map_err(|_| none())?;
    if address.ip().is_loopback() || address.ip().is_unspecified() { Err(none()) } else { Ok(address.ip()) }
}

/// `ADDRESS` or `ADDRESS:PORT`.
pub(super) fn parse_listen(text: &str) -> Result<(IpAddr, u16), String> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok((address.ip(), address.port()));
    }
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().map(|address| (address, 0)).map_err(|_| format!("`{text}` is not an address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_and_without_a_port() {
        assert_eq!(parse_listen("127.0.0.1"), Ok((IpAddr::from([127, 0, 0, 1]), 0)));
        assert_eq!(parse_listen("127.0.0.1:4300"), Ok((IpAddr::from([127, 0, 0, 1]), 4300)));
        assert!(matches!(parse_listen("[::1]:4300"), Ok((IpAddr::V6(_), 4300))));
        assert!(matches!(parse_listen("::1"), Ok((IpAddr::V6(_), 0))));
        assert!(parse_listen("localhost").is_err() && parse_listen("").is_err());
    }
}
