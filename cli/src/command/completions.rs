//! `jumpseat completions`: what a shell offers at the Tab key.

use clap::{Args, Command};
use clap_complete::Shell;

use crate::{error::CliError, print};

/// Print completions for a shell
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    shell: Shell,
}

pub(crate) fn run(arguments: Arguments, mut program: Command) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut program, "jumpseat", &mut script);
    print::text(&String::from_utf8_lossy(&script))
}
