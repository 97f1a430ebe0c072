//! Keys and their echo: the program at one end, the stop-watch at the other.

use std::io::{Read, Write};
use std::time::Instant;

use anyhow::Result;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// Keys before the measurement, so that every process has run its path once.
const WARM_UP: usize = 50;

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
    let mut input = std::io::stdin();
    let mut raw = tcgetattr(&input)?;
    raw.make_raw();
    tcsetattr(&input, OptionalActions::Now, &raw)?;
    std::fs::OpenOptions::new().write(true).open(ready)?.write_all(b"ready\n")?;
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
