//! `jumpseat`: share a terminal, join one, run a relay.
//!
//! ```text
//!  arguments ── command ──► engine (shares, joins)  ◄── terminal: raw mode, keys, writing
//!                  │                 │ events
//!                  │                 ▼
//!                  │               overview ──► overlay, status line, viewer
//!                  └─────► local sockets of the processes that host or have joined: sessions, guests, panel…
//! ```

mod arguments;
mod command;
mod config;
mod dispatch;
mod duration;
mod error;
mod invite_file;
mod overlay;
mod overview;
mod panel;
mod panel_name;
mod print;
mod private_memory;
mod prompt;
mod seat;
mod terminal;
mod viewer;

use std::process::ExitCode;

fn main() -> ExitCode {
    private_memory::keep();
    let words: Vec<_> = std::env::args_os().collect();
    let json = arguments::wants_json(&words);
    let arguments = match arguments::parse(words) {
        Ok(arguments) => arguments,
        Err(arguments::Stop::Printed(code)) => return code,
        Err(arguments::Stop::CliError(fault)) => {
            fault.print(json);
            return fault.exit_code();
        }
    };
    match dispatch::run(arguments) {
        Ok(code) => code,
        Err(fault) => {
            fault.print(json);
            fault.exit_code()
        }
    }
}
