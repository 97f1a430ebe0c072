//! The commands, one file each.

pub(crate) mod admit;
pub(crate) mod completions;
pub(crate) mod grant;
pub(crate) mod guests;
pub(crate) mod hold;
pub(crate) mod invites;
pub(crate) mod join;
pub(crate) mod man;
pub(crate) mod panel;
pub(crate) mod panels;
pub(crate) mod relay;
pub(crate) mod remove;
pub(crate) mod revoke;
pub(crate) mod sessions;
pub(crate) mod share;
pub(crate) mod stop;

mod embedded;
mod hosted;
mod terms;
mod workspace;

pub(crate) use panels::state_words;

use std::process::ExitCode;

use jumpseat_engine::{HostSetup, TransportSetup, local::RuntimeFolder};

use crate::{
    arguments::{Arguments, Command},
    config::Config,
    error::Fault,
};

/// What every command is given beside its own arguments.
pub(crate) struct Context {
    pub(crate) config: Config,
    pub(crate) json: bool,
}

/// Runs a command to its end.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, Fault> {
    let Arguments { config, json, command } = arguments;
    let context = || Ok::<_, Fault>(Context { config: Config::load(config.as_deref())?, json });
    match command {
        Command::Share(arguments) => share::run(arguments, &context()?),
        Command::Join(arguments) => join::run(arguments, &context()?),
        Command::Panel(arguments) => done(on_runtime(panel::run(arguments, json))),
        Command::Sessions(arguments) => done(on_runtime(sessions::run(arguments, json))),
        Command::Guests(arguments) => done(on_runtime(guests::run(arguments, json))),
        Command::Invites(arguments) => done(on_runtime(invites::run(arguments, json))),
        Command::Panels(arguments) => done(on_runtime(panels::run(arguments, &context()?))),
        Command::Grant(arguments) => done(on_runtime(grant::run(arguments, json))),
        Command::Revoke(arguments) => done(on_runtime(revoke::run(arguments, json))),
        Command::Remove(arguments) => done(on_runtime(remove::run(arguments, json))),
        Command::Admit(arguments) => done(on_runtime(admit::run(arguments, true, json))),
        Command::Deny(arguments) => done(on_runtime(admit::run(arguments, false, json))),
        Command::Stop(arguments) => done(on_runtime(stop::run(arguments, json))),
        Command::Relay(arguments) => done(relay::run(arguments, config.as_deref(), json)),
        Command::Hold(arguments) => done(on_runtime(hold::run(arguments, &context()?))),
        Command::Completions(arguments) => done(completions::run(arguments)),
        Command::Man(arguments) => done(man::run(arguments)),
    }
}

fn done(result: Result<(), Fault>) -> Result<ExitCode, Fault> {
    result.map(|()| ExitCode::SUCCESS)
}

/// Runs a future on a current-thread runtime: nothing here gains by more threads.
fn on_runtime<T>(future: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Fault::system("the runtime", error))?;
    let result = runtime.block_on(future);
    // Threads that wait for the terminal would wait for ever.
    runtime.shutdown_background();
    result
}

/// How this program's engines host.
fn host_setup(config: &Config, ca_file: Option<std::path::PathBuf>) -> Result<HostSetup, Fault> {
    let transport = transport(config, ca_file);
    Ok(HostSetup { transport, start_relay: Some(embedded::start_relay()), runtime: RuntimeFolder::open()? })
}

fn transport(config: &Config, ca_file: Option<std::path::PathBuf>) -> TransportSetup {
    TransportSetup { ca_file: ca_file.or_else(|| config.ca_file.clone()), ..TransportSetup::default() }
}
