//! From what was asked for to the command that does it.

use std::process::ExitCode;

use clap::CommandFactory as _;
use jumpseat_engine::api::Scope;

use crate::{
    arguments::{Arguments, Command},
    command::{
        Context, admit, chat, completions, grant, guests, hold, invites, join, man, on_runtime, panel,
        panels, relay, remove, revoke, sessions, share, stop,
    },
    config::Config,
    error::CliError,
};

/// Runs a command to its end.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, CliError> {
    let Arguments { config, json, scope, command } = arguments;
    let scope = Scope::from(scope);
    let context = || Ok::<_, CliError>(Context { config: Config::load(config.as_deref())?, json, scope });
    match command {
        Command::Share(arguments) => share::run(arguments, &context()?),
        Command::Join(arguments) => join::run(arguments, &context()?),
        Command::Panel(arguments) => done(on_runtime(panel::run(arguments, scope, json))),
        Command::Sessions(arguments) => done(on_runtime(sessions::run(arguments, scope, json))),
        Command::Guests(arguments) => done(on_runtime(guests::run(arguments, scope, json))),
        Command::Chat(arguments) => done(on_runtime(chat::run(arguments, scope, json))),
        Command::Invites(arguments) => done(on_runtime(invites::run(arguments, scope, json))),
        Command::Panels(arguments) => done(on_runtime(panels::run(arguments, &context()?))),
        Command::Grant(arguments) => done(on_runtime(grant::run(arguments, scope, json))),
        Command::Revoke(arguments) => done(on_runtime(revoke::run(arguments, scope, json))),
        Command::Remove(arguments) => done(on_runtime(remove::run(arguments, scope, json))),
        Command::Admit(arguments) => done(on_runtime(admit::run(arguments, true, scope, json))),
        Command::Deny(arguments) => done(on_runtime(admit::run(arguments, false, scope, json))),
        Command::Stop(arguments) => done(on_runtime(stop::run(arguments, scope, json))),
        Command::Relay(arguments) => done(relay::run(arguments, config.as_deref(), json)),
        Command::Hold(arguments) => done(on_runtime(hold::run(arguments, &context()?))),
        Command::Completions(arguments) => done(completions::run(arguments, Arguments::command())),
        Command::Man(arguments) => done(man::run(arguments, Arguments::command())),
    }
}

fn done(result: Result<(), CliError>) -> Result<ExitCode, CliError> {
    result.map(|()| ExitCode::SUCCESS)
}
