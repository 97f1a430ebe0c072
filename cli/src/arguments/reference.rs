//! `docs/cli.md`, from the definition of the command line.

use std::{fmt::Write as _, fs};

use clap::{Arg, Command, CommandFactory as _};

use super::Arguments;

const HEAD: &str = "# Commands\n\n\
    Generated from the program's own help: `JUMPSEAT_UPDATE_REFERENCE=1 cargo nextest run -p jumpseat reference`.\n\
    [guide.md](guide.md) explains how they work together, the configuration, JSON and exit codes.\n";

#[test]
fn the_reference_is_what_the_program_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cli.md");
    let mut program = Arguments::command();
    program.build();
    let mut text = String::from(HEAD);
    write_command(&program, &mut text);
    if std::env::var_os("JUMPSEAT_UPDATE_REFERENCE").is_some() {
        fs::write(path, &text).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap_or_default() == text,
        "docs/cli.md is out of date: its head says how to renew it"
    );
}

fn write_command(command: &Command, out: &mut String) {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").replace('\n', "\n      ");
    let _ = write!(out, "\n## {name}\n\n{}.\n\n```\n{}\n```\n", about(command), usage.trim());
    write_arguments(command, out);
    if let Some(more) = command.get_after_help() {
        let words: Vec<String> = more.to_string().split_whitespace().map(str::to_owned).collect();
        let _ = write!(out, "\n{}\n", words.join(" "));
    }
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set() && inner.get_name() != "help")
    {
        write_command(inner, out);
    }
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn write_arguments(command: &Command, out: &mut String) {
    // What every command takes is told once.
    let inherited = |arg: &Arg| arg.is_global_set() && command.get_name() != "jumpseat";
    let hidden = |arg: &Arg| arg.is_hide_set() || ["help", "version"].contains(&arg.get_id().as_str());
    let all: Vec<&Arg> = command.get_arguments().filter(|arg| !hidden(arg) && !inherited(arg)).collect();
    if all.is_empty() {
        return;
    }
    out.push_str("\n| argument | what it does |\n|---|---|\n");
    for arg in all {
        let _ = writeln!(out, "| `{}` | {} |", cell(&spelled(arg)), cell(&told(arg)));
    }
}

/// As it is written: `-f, --file <FILE>`, `[CODE]`.
fn spelled(arg: &Arg) -> String {
    if arg.is_positional() {
        return arg.to_string();
    }
    let names = arg.get_visible_aliases().unwrap_or_default();
    names.iter().fold(arg.to_string(), |spelled, alias| format!("{spelled}, --{alias}"))
}

/// Its help, what it can be, what it is otherwise, and its variable.
fn told(arg: &Arg) -> String {
    let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values = arg.get_possible_values();
    let takes = arg.get_action().takes_values();
    let values: Vec<String> = values
        .iter()
        .filter(|value| takes && !value.is_hide_set())
        .map(|value| match value.get_help() {
            Some(help) => format!("`{}`: {help}", value.get_name()),
            None => format!("`{}`", value.get_name()),
        })
        .collect();
    if !values.is_empty() {
        let _ = write!(text, ". Values: {}", values.join("; "));
    }
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if takes && !defaults.is_empty() && !arg.is_hide_default_value_set() {
        let _ = write!(text, ". Default: `{}`", defaults.join(" "));
    }
    if let Some(variable) = arg.get_env().filter(|_| !arg.is_hide_env_set()) {
        let _ = write!(text, ". Variable: `{}`", variable.to_string_lossy());
    }
    text
}

fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
