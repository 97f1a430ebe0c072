//! `jumpseat hold`: the background process that holds sessions for editors. Started by them, not by people.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use jumpseat_engine::local::{self, HoldSetup};

use super::{Context, runtime::host_setup};
use crate::{duration, error::CliError};

/// Hold sessions in the background
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Additional CA certificates (PEM)
    #[arg(long, value_name = "FILE", env = "JUMPSEAT_CA_FILE", hide_env_values = true)]
    ca_file: Option<PathBuf>,
    /// How long it stays with nothing to hold
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration::parse)]
    idle: Duration,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<(), CliError> {
    local::adopt_orphans();
    let host = host_setup(&context.config, arguments.ca_file)?;
    Ok(local::hold(HoldSetup { host, idle: arguments.idle }).await?)
}
