//! Fuzz targets: one function for each decoder that reads bytes from outside.
//!
//! ```text
//!  seeds/NAME/*  ──►  tests/seeds.rs      every test run: what was once found stays found
//!               └──►  bin/fuzz.rs         cargo xtask fuzz [NAME]: libFuzzer looks for more
//! ```
//!
//! A target must not panic, whatever it is given; it asserts what must hold for input that is accepted.
//! To add one: a file with `pub(crate) fn run(data: &[u8])`, a line in [`TARGETS`], a folder of seeds.

mod code;
mod control;
mod filter;
mod header;
mod link;
mod opened;
mod panel;
mod screen;
mod session;
mod snapshot;

/// A decoder under test.
#[derive(Debug)]
pub struct Target {
    /// Its name on the command line, and of its folder of seeds.
    pub name: &'static str,
    /// Reads one input; panics where the decoder is wrong.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "answer", run: opened::answer },
    Target { name: "assembly", run: opened::assembly },
    Target { name: "code", run: code::run },
    Target { name: "control", run: control::run },
    Target { name: "filter", run: filter::run },
    Target { name: "grant", run: opened::grant },
    Target { name: "header", run: header::run },
    Target { name: "knock", run: opened::knock },
    Target { name: "link", run: link::run },
    Target { name: "message", run: opened::message },
    Target { name: "panel", run: panel::run },
    Target { name: "records", run: opened::records },
    Target { name: "screen", run: screen::run },
    Target { name: "session", run: session::run },
    Target { name: "snapshot", run: snapshot::run },
];

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
