//! `cargo xtask ready`: every check that must be green; CI runs this.

use anyhow::Result;

use crate::shell::{Steps, cargo, program, run as shell_run};
use crate::{test, wasm, windows};

pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::default();
    test::add(&mut steps);
    steps.step("clippy", || {
        shell_run(&mut cargo([
            "clippy",
            "--workspace",
            "--all-targets",
            "--keep-going",
            "--",
            "-D",
            "warnings",
        ]))
    });
    steps.step("docs", || {
        let mut docs = cargo(["doc", "--workspace", "--no-deps", "--keep-going", "--document-private-items"]);
        shell_run(docs.env("RUSTDOCFLAGS", "-D warnings"))
    });
    if cfg!(target_os = "linux") {
        steps.step("windows", windows::check);
        steps.step("wasm", wasm::check);
    }
    // Advisories need a database from the network: the hosted workflow checks them.
    steps.step("deny", || {
        shell_run(&mut cargo(["deny", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))
    });
    steps.step("typos", || shell_run(&mut program("typos")));
    steps.finish()
}
