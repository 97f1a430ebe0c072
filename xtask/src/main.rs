//! `cargo xtask`: the project's own commands, one file each. They are the only scripts of the project.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod cross;
mod edges;
mod extension;
mod fuzz;
mod install;
mod model;
mod native;
mod package;
mod packages;
mod platform;
mod ready;
mod shell;
mod stress;
mod test;
mod tidy;
mod try_it;
mod vscode;
mod walk;
mod wasm;
mod windows;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what the tests need, then run the cheap checks, all tests and brief fuzzing
    Test(test::Options),
    /// Run every check that must be green before a change goes in: what CI runs
    Ready,
    /// Check the project's own rules: file length, names, wording, protocol rules
    Tidy,
    /// Compile the program for Windows, on this machine
    CheckWindows(windows::Options),
    /// Compile what a browser's guest is made of for WebAssembly, on this machine
    CheckWasm,
    /// Look for attacks on the models of the protocol, and on weaker ones that must fail
    Model,
    /// Check which crate may link which
    Edges,
    /// Look for inputs that break the decoders
    Fuzz(fuzz::Options),
    /// Measure the product next to the machine's limits and the least a shared terminal can cost
    Bench(bench::Options),
    /// Install the cargo tools into target/tools
    Tools,
    /// Open a real VS Code with Jumpseat in it, to try it out
    Try(try_it::Options),
    /// Install a real VS Code for the end-to-end tests into target/vscode; or measure in it
    Vscode(vscode::Options),
    /// Build the engine's client for Node, and write its types
    Native(native::Options),
    /// Build the extension of VS Code for trying it out
    Extension,
    /// Walk through the extension in two real VS Codes
    Walk(walk::Options),
    /// Make the extension's package as it is published, in target
    Package(package::Options),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Test(options) => test::by_hand(&options),
        Command::Ready => ready::run(),
        Command::Tidy => tidy::run(),
        Command::CheckWindows(options) => windows::by_hand(&options),
        Command::CheckWasm => wasm::check(),
        Command::Model => model::run(),
        Command::Edges => edges::run(),
        Command::Fuzz(options) => fuzz::by_hand(&options),
        Command::Bench(options) => bench::by_hand(&options),
        Command::Native(options) => native::by_hand(&options),
        Command::Tools => install::tools(),
        Command::Try(options) => try_it::run(&options),
        Command::Vscode(options) => vscode::by_hand(&options),
        Command::Extension => extension::build(),
        Command::Walk(options) => walk::by_hand(&options),
        Command::Package(options) => package::by_hand(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
