//! The floor: the least that a lossless, encrypted, shared terminal costs on this machine.
//!
//! ```text
//!  command ─ PTY ─ host: gather reads, AES-256-GCM ─ TCP ─ relay: copy to each ─ TCP ─ guests: open, search
//! ```
//!
//! No handshake, no WebSocket, no screen, no resume, one fixed key: it does nothing that could be left out, so
//! that the bench can say what the product's own work costs. Each part is a process of its own, as in the product.
#![allow(clippy::print_stdout, clippy::print_stderr)]

#[cfg(unix)]
mod bare;
#[cfg(unix)]
mod guest;
#[cfg(unix)]
mod host;
#[cfg(unix)]
mod keys;
#[cfg(unix)]
mod load;
#[cfg(unix)]
mod pty;
#[cfg(unix)]
mod relay;
#[cfg(unix)]
mod seal;

const USAGE: &str = "\
usage: jumpseat-floor relay                               print the address, then forward until killed
       jumpseat-floor host ADDRESS COMMAND [ARGUMENT…]    share the command
       jumpseat-floor guest ADDRESS until TEXT            print `done` when the text has come
       jumpseat-floor guest ADDRESS keys COUNT [flooded]  print the time of each key's echo in ns
       jumpseat-floor fan-out ADDRESS GUESTS MESSAGES LENGTH
                                                          print `seated`, send to all guests, print the seconds
       jumpseat-floor bare drain COMMAND [ARGUMENT…]      read a PTY until the command ends
       jumpseat-floor bare keys COUNT COMMAND…            print the time of each key's echo through a PTY alone
       jumpseat-floor bare ping COUNT                     the same through TCP alone
       jumpseat-floor echo FILE [flooded]                 the echo program; FILE is told when it is ready
       jumpseat-floor corpus BYTES                        print realistic terminal output, always the same
       jumpseat-floor lines COUNT                         print coloured lines, always the same";

/// The bench's corpus is this one for ever: figures of different days stay comparable.
const CORPUS_SEED: u64 = 1;

#[cfg(unix)]
fn main() -> anyhow::Result<()> {
    use std::io::Write;

    use anyhow::Context;

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let count = |text: &str| text.parse::<usize>().with_context(|| format!("{text} is not a number"));
    match &words[..] {
        ["relay"] => relay::run(),
        ["host", address, command @ ..] if !command.is_empty() => host::run(address, command),
        ["guest", address, "until", text] => guest::until(address, text.as_bytes()),
        ["guest", address, "keys", keys] => guest::keys(address, count(keys)?, |key| vec![key]),
        ["guest", address, "keys", keys, "flooded"] => {
            guest::keys(address, count(keys)?, |key| vec![b'<', key, b'>'])
        }
        ["fan-out", address, guests, messages, length] => {
            load::fan_out(address, count(guests)?, count(messages)?, count(length)?)
        }
        ["bare", "drain", command @ ..] if !command.is_empty() => bare::drain(command),
        ["bare", "keys", keys, command @ ..] if !command.is_empty() => bare::keys(command, count(keys)?),
        ["bare", "ping", keys] => bare::ping(count(keys)?),
        ["echo", ready] => keys::echo_program(ready),
        ["echo", ready, "flooded"] => keys::flooded_echo_program(ready),
        ["corpus", bytes] => {
            let corpus = jumpseat_screen::corpus::realistic(CORPUS_SEED, count(bytes)?);
            Ok(std::io::stdout().write_all(&corpus)?)
        }
        ["lines", lines] => {
            let lines = jumpseat_screen::corpus::scrollback(CORPUS_SEED, count(lines)?);
            Ok(std::io::stdout().write_all(&lines)?)
        }
        _ => anyhow::bail!("{USAGE}"),
    }
}

#[cfg(not(unix))]
fn main() -> anyhow::Result<()> {
    anyhow::bail!("the floor needs a Unix PTY\n{USAGE}")
}
