//! Keys and their echo: the program at one end, the stop-watch at the other.

use std::io::{Read, Stdin, Write};
use std::os::fd::AsFd;
use std::time::Instant;

use anyhow::Result;
use rustix::event::Timespec;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// Keys before the measurement, so that every process has run its path once.
const WARM_UP: usize = 50;
/// What a flooded echo program prints again and again, and how much before it looks for keys.
const FLOOD_LINES: usize = 10_000;
const FLOOD_PIECE: usize = 4096;

/// Presses keys one after the other and prints the time of each in nanoseconds, one a line.
pub(crate) fn measure(count: usize, mut press_and_see: impl FnMut(u8) -> Result<()>) -> Result<()> {
    let mut times = Vec::with_capacity(count);
    for (index, key) in (b'a'..=b'z').cycle().take(WARM_UP + count).enumerate() {
        let start = Instant::now();
        press_and_see(key)?;
        if index >= WARM_UP {
            times.push(start.elapsed().as_nanos());
        }
    }
    let mut out = std::io::stdout().lock();
    for time in times {
        writeln!(out, "{time}")?;
    }
    Ok(())
}

/// Sends back every key as it comes, as an editor does; writes a line to the file `ready` before.
pub(crate) fn echo_program(ready: &str) -> Result<()> {
    let mut input = raw_terminal(ready)?;
    let mut output = std::io::stdout();
    let mut keys = [0; 256];
    loop {
        let length = input.read(&mut keys)?;
        if length == 0 {
            return Ok(());
        }
        output.write_all(&keys[..length])?;
        output.flush()?;
    }
}

/// Prints lines without end, and every key as `<key>` on the last row.
pub(crate) fn flooded_echo_program(ready: &str) -> Result<()> {
    let mut input = raw_terminal(ready)?;
    let mut output = std::io::stdout();
    let lines = jumpseat_screen::corpus::scrollback(crate::CORPUS_SEED, FLOOD_LINES);
    // The last row is not scrolled.
    output.write_all(b"\x1b[1;39r\x1b[39;1H")?;
    let mut keys = [0; 256];
    loop {
        for piece in lines.chunks(FLOOD_PIECE) {
            output.write_all(piece)?;
            output.flush()?;
            if crate::pty::wait_for([input.as_fd()], Some(Timespec::default()))? == [true] {
                let length = input.read(&mut keys)?;
                let Some(key) = keys[..length].last().copied() else { return Ok(()) };
                write!(output, "\x1b7\x1b[40;1H<{}>\x1b8", key as char)?;
            }
        }
    }
}

fn raw_terminal(ready: &str) -> Result<Stdin> {
    let input = std::io::stdin();
    let mut raw = tcgetattr(&input)?;
    raw.make_raw();
    tcsetattr(&input, OptionalActions::Now, &raw)?;
    std::fs::OpenOptions::new().write(true).open(ready)?.write_all(b"ready\n")?;
    Ok(input)
}
