//! `jumpseat man`: the manual page, all commands in one.

use clap::{Args, Command};
use clap_mangen::Man;

use crate::{error::CliError, print};

/// Print the manual page: jumpseat man | man -l -
#[derive(Args, Debug)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: Arguments, program: Command) -> Result<(), CliError> {
    print::text(&page(program).map_err(|error| CliError::system("the manual page", error))?)
}

fn page(mut command: Command) -> std::io::Result<String> {
    command.build();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    for command in
        command.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help")
    {
        let man = Man::new(command.clone());
        page.extend(format!(".SH JUMPSEAT {}\n", command.get_name().to_uppercase()).bytes());
        man.render_description_section(&mut page)?;
        man.render_synopsis_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    Ok(String::from_utf8_lossy(&page).into_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn every_command_is_in_it() {
        let page = super::page(crate::arguments::Arguments::command()).unwrap();
        assert!(
            page.starts_with(".ie") && page.contains(".SH JUMPSEAT SHARE") && page.contains("max\\-uses")
        );
        assert!(!page.contains("JUMPSEAT HOLD"));
    }
}
