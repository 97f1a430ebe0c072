//! The command line: what can be asked for, and the refusal of secrets in it.

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum, error::ErrorKind};
use jumpseat_engine::api::Scope;

use crate::{
    command::{
        admit, chat, completions, grant, guests, hold, invites, join, man, panel, panels, relay, remove,
        revoke, sessions, share, stop,
    },
    error::CliError,
};

/// Sit in on a live terminal, end-to-end encrypted
#[derive(Parser, Debug)]
#[command(
    name = "jumpseat",
    version,
    max_term_width = 100,
    after_help = "Start with `jumpseat share`; it prints what a guest types."
)]
pub(crate) struct Arguments {
    /// The configuration file [env: JUMPSEAT_CONFIG] [default: ~/.config/jumpseat/config.toml]
    #[arg(long, global = true, value_name = "FILE", display_order = 900)]
    pub(crate) config: Option<PathBuf>,
    /// Print JSON, one object a line
    #[arg(long, global = true, display_order = 901)]
    pub(crate) json: bool,
    /// Limit what this command may do to running sessions, for scripts and agents
    #[arg(
        long,
        global = true,
        value_name = "SCOPE",
        env = "JUMPSEAT_SCOPE",
        default_value = "everything",
        display_order = 902
    )]
    pub(crate) scope: ScopeName,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What a command may do to running sessions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum ScopeName {
    /// Read only
    Read,
    /// Also chat
    Propose,
    /// Also type, admit, grant, remove, stop
    Control,
    /// Also see tokens, create invites
    Everything,
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Read => Self::Read,
            ScopeName::Propose => Self::Propose,
            ScopeName::Control => Self::Control,
            ScopeName::Everything => Self::Everything,
        }
    }
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    Share(share::Arguments),
    Join(join::Arguments),
    Panel(panel::Arguments),
    Sessions(sessions::Arguments),
    Guests(guests::Arguments),
    Chat(chat::Arguments),
    Invites(invites::Arguments),
    Panels(panels::Arguments),
    Grant(grant::Arguments),
    Revoke(revoke::Arguments),
    Remove(remove::Arguments),
    /// Let in a guest who is waiting to join
    Admit(admit::Arguments),
    /// Turn away a guest who is waiting to join
    Deny(admit::Arguments),
    Stop(stop::Arguments),
    Relay(relay::Arguments),
    #[command(hide = true)]
    Hold(hold::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// Why there is nothing to run.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Help, the version, or a mistake that is told already.
    Printed(ExitCode),
    CliError(CliError),
}

/// Reads the command line.
pub(crate) fn parse(words: Vec<OsString>) -> Result<Arguments, Stop> {
    refuse_secrets(&words).map_err(Stop::CliError)?;
    Arguments::try_parse_from(&words).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A closed pipe behind the help is no mistake.
            let _ = error.print();
            Stop::Printed(ExitCode::SUCCESS)
        }
        _ if wants_json(&words) => Stop::CliError(CliError::usage(one_line(&error.render().to_string()))),
        _ => {
            let _ = error.print();
            Stop::Printed(ExitCode::from(2))
        }
    })
}

/// Whether `--json` stands among the program's own words: known before the rest is understood.
pub(crate) fn wants_json(words: &[OsString]) -> bool {
    own_words(words).any(|word| word == "--json")
}

/// Links and tokens in the command line are refused: every process of this machine can read it, and shells
/// keep it in their history.
fn refuse_secrets(words: &[OsString]) -> Result<(), CliError> {
    let secret = own_words(words).any(|word| {
        let text = word.to_string_lossy();
        text.contains("jst1_") || (text.contains("://") && text.contains('#'))
    });
    if !secret {
        return Ok(());
    }
    let message =
        "links and tokens are not taken as arguments: every program on this machine can read them there";
    Err(CliError::usage(message).hint(
        "run `jumpseat join` and paste it when asked, or use JUMPSEAT_TOKEN or --invite-file;\n       \
         your shell's history has kept this one, so ask the host for a new invite",
    ))
}

/// The words before `--`: what follows is another program's business.
fn own_words(words: &[OsString]) -> impl Iterator<Item = &OsString> {
    words.iter().skip(1).take_while(|word| *word != "--")
}

fn one_line(text: &str) -> String {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    first.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod reference;

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_definition_holds() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn secrets_are_refused_without_being_repeated() {
        for line in [
            "jumpseat join https://r.example/j#K7QM-3XTE.jst1_canary",
            "jumpseat join vscode://jumpseat.jumpseat/join?relay=x#canary",
            "jumpseat join K7QM-3XTE --token=jst1_canary",
            "jumpseat jst1_canary",
        ] {
            let Err(Stop::CliError(fault)) = parse(words(line)) else { panic!("{line} was taken") };
            assert_eq!(fault.kind as u8, 2);
            assert!(!fault.to_string().contains("canary"), "{fault}");
        }
    }

    #[test]
    fn what_a_shared_program_is_given_is_its_own_business() {
        let arguments = parse(words("jumpseat share -- echo jst1_mine --json")).unwrap();
        assert!(matches!(arguments.command, Command::Share(_)) && !arguments.json);
    }

    #[test]
    fn help_is_as_documented() {
        let mut command = Arguments::command().term_width(100);
        insta::assert_snapshot!("help", command.render_help());
        command.build();
        for name in ["share", "join", "panel", "panels", "invites", "grant", "relay"] {
            let found = command.find_subcommand_mut(name).expect("a command");
            insta::assert_snapshot!(format!("help-{name}"), found.render_long_help());
        }
    }
}
