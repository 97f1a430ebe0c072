//! A program that uses the holder, as an editor does: starts it if there is none, then carries commands to it.
//!
//! It is given the path of `jumpseat` and what that needs to hold, and reads a command in each line; it says `{"reply": …}` or the failure.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a part of the tests")]

use std::{
    io::{self, BufRead},
    path::Path,
};

use jumpseat_engine::local::{self, RuntimeFolder};

fn main() {
    let program = std::env::args_os().nth(1).unwrap();
    let arguments: Vec<String> = std::env::args().skip(2).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = RuntimeFolder::open().unwrap();
        let client =
            match local::holder(&folder, Path::new(&program), &arguments, &Default::default(), None).await {
                Ok(client) => client,
                Err(failure) => return println!("{}", serde_json::to_string(&failure).unwrap()),
            };
        println!(r#"{{"reply":"attached"}}"#);
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            let said = match client.ask(serde_json::from_str(&line).unwrap()).await {
                Ok(reply) => serde_json::to_string(&reply),
                Err(failure) => serde_json::to_string(&failure),
            };
            println!("{}", said.unwrap());
        }
    });
}
