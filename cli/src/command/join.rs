//! `jumpseat join`: a seat at somebody else's session.

mod headless;
mod input;
mod invite;
mod screen;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, ValueEnum};
use jumpseat_engine::{
    GuestEngine, GuestSetup, SeatConfig,
    api::{GuestClient, ScreenFormat, Secret},
    local::{Listener, RuntimeFolder},
};
use jumpseat_session::InviteLink;
use jumpseat_wire::InviteCode;
use tokio::task::JoinHandle;

use super::{Context, on_runtime, runtime::transport};
use crate::{config, duration, error::CliError, terminal::EscapeKey};

/// Bytes of changes that may be under way to the screen.
const WINDOW: u32 = 1 << 20;

/// Join a shared terminal; the token or the link is asked for
#[derive(Args, Debug)]
#[command(
    after_help = "The token comes from the prompt, from JUMPSEAT_TOKEN, from standard input or from --invite-file, \
                        never from the command line: every program on this machine can read that."
)]
pub(crate) struct Arguments {
    /// The session's code, XXXX-XXXX; without it the link is asked for
    #[arg(value_parser = invite::code)]
    code: Option<InviteCode>,
    #[allow(rustdoc::broken_intra_doc_links, reason = "this text is help, not documentation")]
    /// The relay that the session is at, wss://HOST[:PORT][/PATH]
    #[arg(long, value_name = "URL", env = "JUMPSEAT_RELAY", hide_env_values = true)]
    relay: Option<String>,
    /// Read code, token and relay from a file that `share --invite-file` wrote
    #[arg(long, value_name = "PATH", conflicts_with = "code")]
    invite_file: Option<PathBuf>,
    /// The name that the others see [default: your account's]
    #[arg(long, env = "JUMPSEAT_NAME", hide_env_values = true)]
    name: Option<String>,
    /// The key that opens the menu [default: ctrl-]]
    #[arg(long, value_name = "KEY", env = "JUMPSEAT_ESCAPE_KEY", hide_env_values = true)]
    escape_key: Option<EscapeKey>,
    /// Send keys as they are pressed: faster, and the relay sees their rhythm
    #[arg(long)]
    no_key_timing: bool,
    /// Leave the mouse to your terminal, for selecting text
    #[arg(long)]
    no_mouse: bool,
    /// Additional CA certificates (PEM)
    #[arg(long, value_name = "FILE", env = "JUMPSEAT_CA_FILE", hide_env_values = true)]
    ca_file: Option<PathBuf>,
    /// Run without a terminal, until the session or the wait is over
    #[arg(long)]
    headless: bool,
    /// Wait until this text is printed
    #[arg(long, value_name = "TEXT", requires = "headless")]
    until: Option<String>,
    /// Type this once the host allows it; \r, \n, \t, \e, \\ and \xNN are understood
    #[arg(long, value_name = "TEXT", requires = "headless", value_parser = input::unescape)]
    send: Option<input::Keys>,
    /// Print the screen with its scrollback in the end
    #[arg(long, value_name = "FORM", requires = "headless")]
    dump: Option<DumpForm>,
    /// Give up after this time, for example 30s
    #[arg(long, value_name = "TIME", requires = "headless", value_parser = duration::parse)]
    timeout: Option<Duration>,
}

/// In what form the screen is printed.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum DumpForm {
    /// Plain lines
    Text,
    /// Lines, cursor and title
    Json,
    /// Escape sequences that draw it
    Ansi,
}

impl DumpForm {
    fn format(self) -> ScreenFormat {
        match self {
            Self::Text => ScreenFormat::Text,
            Self::Json => ScreenFormat::Json,
            Self::Ansi => ScreenFormat::Ansi,
        }
    }
}

pub(crate) fn run(arguments: Arguments, context: &Context) -> Result<ExitCode, CliError> {
    if context.json && !arguments.headless {
        return Err(
            CliError::usage("events and a picture cannot share standard output").hint("add --headless")
        );
    }
    if !arguments.headless {
        crate::terminal::RawMode::check_output()?;
    }
    let invite = invite::find(&arguments, context)?;
    if arguments.headless {
        on_runtime(headless::run(arguments, invite, context))
    } else {
        crate::terminal::RawMode::check()?;
        on_runtime(screen::run(arguments, invite, context))
    }
}

/// Takes the seat: its client, and the engine behind it.
fn sit_down(
    arguments: &Arguments,
    invite: InviteLink,
    context: &Context,
) -> Result<(GuestClient, JoinHandle<()>), CliError> {
    let setup = GuestSetup {
        relay: invite.relay,
        seat: SeatConfig {
            token: Secret::new(invite.token.reveal().to_string()),
            code: invite.code,
            name: config::name(arguments.name.clone(), &context.config),
            program: concat!("cli/", env!("CARGO_PKG_VERSION")).to_owned(),
            key: None,
            key_timing: !arguments.no_key_timing && context.config.key_timing.unwrap_or(true),
            window: WINDOW,
            draws: false,
        },
        transport: transport(&context.config, arguments.ca_file.clone()),
    };
    let (engine, client) = GuestEngine::new(setup)?;
    // Other programs of the same person connect here. The socket is closed with the seat; the seat works without it.
    match RuntimeFolder::open().and_then(|folder| Listener::bind_seat(&folder)) {
        Ok(listener) => drop(tokio::spawn(listener.serve(engine.listener()))),
        Err(why) => tracing::debug!(%why, "nobody can ask this seat"),
    }
    Ok((client, tokio::spawn(engine.run())))
}
