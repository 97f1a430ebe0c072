//! `jumpseat completions`: what a shell offers at the Tab key.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::{arguments, error::Fault, print};

/// Print completions for a shell
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    shell: Shell,
}

pub(crate) fn run(arguments: Arguments) -> Result<(), Fault> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut arguments::Arguments::command(), "jumpseat", &mut script);
    print::text(&String::from_utf8_lossy(&script))
}
