//! `cargo xtask check-wasm`: what a browser's guest is made of, compiled for it on this machine.

use anyhow::Result;

use crate::cross::cargo_for;
use crate::shell::run;

const TARGET: &str = "wasm32-unknown-unknown";

/// `cargo xtask check-wasm`, and the step of CI.
pub(crate) fn check() -> Result<()> {
    let mut cargo = cargo_for(TARGET, "std,panic_abort")?;
    // A folder of its own: another compiler would throw the ordinary build away.
    cargo.args(["check", "--locked", "--target", TARGET, "--target-dir", "target/wasm"]);
    let flags = "-D warnings --cfg getrandom_backend=\"wasm_js\"";
    run(cargo.args(["--package", "jumpseat-guest"]).env("RUSTFLAGS", flags))
}
