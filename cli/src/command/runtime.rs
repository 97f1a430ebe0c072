//! What commands run with: their context, a runtime, how engines host and reach relays.

use std::path::PathBuf;

use jumpseat_engine::{HostSetup, TransportSetup, api::Scope, local::RuntimeFolder};

use super::embedded;
use crate::{config::Config, error::CliError};

/// What every command is given next to its own arguments.
pub(crate) struct Context {
    pub(crate) config: Config,
    pub(crate) json: bool,
    /// The most that it may do to running sessions.
    pub(crate) scope: Scope,
}

/// Runs a future on a current-thread runtime: nothing here gains by more threads.
pub(crate) fn on_runtime<T>(future: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::system("the runtime", error))?;
    let result = runtime.block_on(future);
    // Threads that wait for the terminal would wait for ever.
    runtime.shutdown_background();
    result
}

/// How this program's engines host.
pub(super) fn host_setup(config: &Config, ca_file: Option<PathBuf>) -> Result<HostSetup, CliError> {
    let transport = transport(config, ca_file);
    Ok(HostSetup { transport, start_relay: Some(embedded::start_relay()), runtime: RuntimeFolder::open()? })
}

/// How this program's engines reach relays.
pub(super) fn transport(config: &Config, ca_file: Option<PathBuf>) -> TransportSetup {
    TransportSetup { ca_file: ca_file.or_else(|| config.ca_file.clone()), ..TransportSetup::default() }
}
