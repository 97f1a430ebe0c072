//! Stop-watches that link the product's parts, for what cannot be timed from outside.
//!
//! Each is one process that prints what it measured; `cargo xtask bench` starts them and collects.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod guest;
mod line;
mod screen;

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

const USAGE: &str = "\
usage: jumpseat-bench screen BYTES                    how fast screens take terminal output, and what snapshots weigh:
                                                      value, unit, contestant and figure, tab between, a line each
       jumpseat-bench line RELAY [BYTES-A-SECOND]     print an address that leads to the relay; count what passes

  A guest prints `seated` when it sees the terminal, then:
       jumpseat-bench guest INVITE-FILE until TEXT    `done` when the text has come by, and bytes until then
       jumpseat-bench guest INVITE-FILE show TEXT     `done` when the screen shows the text; a digest of the screen
       jumpseat-bench guest INVITE-FILE join          ns from the start, and from the knock, to the whole screen
       jumpseat-bench guest INVITE-FILE keys COUNT [hidden|flooded]
                                                      ns of each key to the screen; with its timing hidden from the
                                                      relay, or while the program prints something else
       jumpseat-bench guest INVITE-FILE files COUNT   `shown` and ns from the start, when so many changed files are listed
       jumpseat-bench guest INVITE-FILE saves FILE COUNT [open]
                                                      saves the file again and again, one line of it another: ns until
                                                      the guest knows, bytes from and to the relay; with the new content
                                                      fetched each time
       jumpseat-bench guest INVITE-FILE stop MS TEXT  `pressed` with ^C after so long, `done` when the screen shows
                                                      the text; a digest of the screen";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["screen", bytes] => screen::run(bytes.parse()?),
        ["line", relay] => line::run(relay, None),
        ["line", relay, rate] => line::run(relay, Some(rate.parse()?)),
        ["guest", invite, ref task @ ..] => {
            let invite = Path::new(invite);
            match task {
                ["until", text] => block_on(guest::until(invite, text, false)),
                ["show", text] => block_on(guest::until(invite, text, true)),
                ["join"] => block_on(guest::join(invite)),
                ["keys", count] => block_on(guest::keys(invite, count.parse()?, false, false)),
                ["keys", count, "hidden"] => block_on(guest::keys(invite, count.parse()?, true, false)),
                ["keys", count, "flooded"] => block_on(guest::keys(invite, count.parse()?, false, true)),
                ["files", count] => block_on(guest::files(invite, count.parse()?)),
                ["saves", file, count] => {
                    block_on(guest::saves(invite, Path::new(file), count.parse()?, false))
                }
                ["saves", file, count, "open"] => {
                    block_on(guest::saves(invite, Path::new(file), count.parse()?, true))
                }
                ["stop", after, text] => {
                    block_on(guest::stop(invite, Duration::from_millis(after.parse()?), text))
                }
                _ => anyhow::bail!("{USAGE}"),
            }
        }
        _ => anyhow::bail!("{USAGE}"),
    }
}

/// On a current-thread runtime, as `jumpseat join` runs.
fn block_on(task: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(task)
}
