//! Prints the client as TypeScript: what `cargo xtask native` puts into the package for Node.
#![allow(clippy::print_stdout)]

fn main() {
    println!("{}", jumpseat_engine::api::types::declarations().trim_end());
}
