//! Stop-watches that link the product's parts, for what cannot be timed from outside.
//!
//! Each is one process that prints what it measured; `cargo xtask bench` starts them and collects.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod screen;

const USAGE: &str = "\
usage: jumpseat-bench screen BYTES     print how fast screens take so much terminal output, and what snapshots weigh:
                                       value, unit, contestant and figure, tab between, a line each";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["screen", bytes] => screen::run(bytes.parse()?),
        _ => anyhow::bail!("{USAGE}"),
    }
}
