//! `jumpseat share`: the person's own shell, shared.

mod attention;
mod headless;
mod outbox;
mod screen;
mod shown;
mod start;

use std::{net::IpAddr, path::PathBuf, process::ExitCode};

use clap::{Args, ValueEnum};
use jumpseat_engine::api::{RelayChoice, Size, StartFrom};

use super::{Context, on_runtime, terms::TermsArguments, workspace::PanelArguments};
use crate::{error::CliError, terminal::EscapeKey};

/// Share this terminal: your shell, or one command
#[derive(Args, Debug)]
#[command(
    after_help = "A guest's keys count only while you look at the terminal, and only once you let them type."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    terms: TermsArguments,
    #[command(flatten)]
    panels: PanelArguments,
    #[allow(rustdoc::broken_intra_doc_links, reason = "this text is help, not documentation")]
    /// The relay to share through, wss://HOST[:PORT][/PATH] [default: one inside this process]
    #[arg(long, value_name = "URL", env = "JUMPSEAT_RELAY", hide_env_values = true)]
    relay: Option<String>,
    /// Let guests of the local network reach the relay inside this process
    #[arg(long, conflicts_with_all = ["relay", "listen"])]
    lan: bool,
    /// The address of this machine at which that relay listens [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS[:PORT]", value_parser = start::parse_listen, conflicts_with = "relay")]
    listen: Option<(IpAddr, u16)>,
    /// What guests see of the past
    #[arg(long, value_name = "MOMENT", default_value = "start")]
    from: From,
    /// The name that guests see [default: your account's]
    #[arg(long, env = "JUMPSEAT_NAME", hide_env_values = true)]
    name: Option<String>,
    /// A page of yours that explains invites, for a link that opens in a browser: https://, not at the relay
    #[arg(long, value_name = "URL", env = "JUMPSEAT_INVITE_PAGE", hide_env_values = true)]
    invite_page: Option<String>,
    /// Where your terminal does not tell whether you look at it: let guests type until you have pressed no key for 5 minutes
    #[arg(long)]
    assume_focus: bool,
    /// Let programs inside the terminal manage the session: everyone who may type there can then, guests too
    #[arg(long)]
    manage_from_inside: bool,
    /// Write {code, token, link, relay} to a file that only you can read
    #[arg(long, value_name = "PATH")]
    invite_file: Option<PathBuf>,
    /// Leave the shell alone: no marks for its commands
    #[arg(long)]
    no_shell_integration: bool,
    /// The key that opens the overlay [default: ctrl-]]
    #[arg(long, value_name = "KEY", env = "JUMPSEAT_ESCAPE_KEY", hide_env_values = true)]
    escape_key: Option<EscapeKey>,
    /// Additional CA certificates (PEM)
    #[arg(long, value_name = "FILE", env = "JUMPSEAT_CA_FILE", hide_env_values = true)]
    ca_file: Option<PathBuf>,
    /// Run without a terminal: keys come from standard input
    #[arg(long)]
    headless: bool,
    /// The size of the terminal without a terminal
    #[arg(long, value_name = "COLSxROWS", default_value = "80x24", value_parser = parse_size, requires = "headless")]
    size: Size,
    /// The program to share [default: your shell]
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// Which part of the terminal's past guests see.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum From {
    /// Everything since the start
    Start,
    /// Nothing from before the sharing
    Now,
}

pub(crate) fn run(arguments: Arguments, context: &Context) -> Result<ExitCode, CliError> {
    if context.json && !arguments.headless {
        return Err(CliError::usage("events and a shell cannot share standard output").hint("add --headless"));
    }
    if arguments.headless {
        on_runtime(headless::run(arguments, context))
    } else {
        on_runtime(screen::run(arguments, context))
    }
}

impl Arguments {
    fn start_from(&self) -> StartFrom {
        match self.from {
            From::Start => StartFrom::Start,
            From::Now => StartFrom::Now,
        }
    }

    fn relay_choice(&self, context: &Context) -> Result<RelayChoice, CliError> {
        if self.lan {
            return Ok(RelayChoice::Embedded { address: start::lan_address()?, port: 0 });
        }
        if let Some((address, port)) = self.listen {
            return Ok(RelayChoice::Embedded { address, port });
        }
        Ok(match self.relay.clone().or_else(|| context.config.relay.clone()) {
            Some(url) => RelayChoice::Url { url },
            None => RelayChoice::Embedded { address: IpAddr::from([127, 0, 0, 1]), port: 0 },
        })
    }
}

/// The exit code that tells how the shared program ended.
fn exit_code(code: Option<i32>) -> ExitCode {
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

fn parse_size(text: &str) -> Result<Size, String> {
    let size = text
        .split_once('x')
        .and_then(|(cols, rows)| Some(Size { cols: cols.parse().ok()?, rows: rows.parse().ok()? }));
    let most = jumpseat_screen::MAX_SIZE;
    size.filter(|size| (2..=most).contains(&size.cols) && (1..=most).contains(&size.rows))
        .ok_or_else(|| format!("`{text}` is not a size; write for example 120x40 (at most {most}x{most})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        assert_eq!(parse_size("120x40"), Ok(Size { cols: 120, rows: 40 }));
        for text in ["", "120", "0x4", "1x1", "120x0", "axb", "70000x1"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
