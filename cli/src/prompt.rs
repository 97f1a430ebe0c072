//! Asking for a secret: nothing of it is shown, and it stays out of the command line and the history.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use jumpseat_screen::scan::Typed;
use zeroize::Zeroizing;

use crate::{
    error::{CliError, FaultKind},
    terminal::RawMode,
};

/// Longer than any link.
const MAX_ANSWER: usize = 4096;

/// Asks at the terminal without echo; where standard input is none, takes its next line.
pub(crate) fn secret(question: &str) -> Result<Zeroizing<String>, CliError> {
    if !io::stdin().is_terminal() {
        return line();
    }
    let mut err = io::stderr();
    let fault = |error| CliError::system("the terminal", error);
    // Echo is off before anyone is asked to type.
    let raw = RawMode::enter_quietly()?;
    let answer = write!(err, "{question}").and_then(|()| err.flush()).map_err(fault).and_then(|()| typed());
    drop(raw);
    // A sign that it was taken, as nothing else shows it.
    writeln!(err).map_err(fault)?;
    answer
}

/// A line of standard input, not one byte more: what follows may be for someone else.
fn line() -> Result<Zeroizing<String>, CliError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_ANSWER));
    let read = io::stdin().lock().take(MAX_ANSWER as u64).read_until(b'\n', &mut bytes);
    read.map_err(|error| CliError::system("standard input", error))?;
    text(&bytes)
}

/// Keys up to Return, with Backspace, Control-U, and the brackets of a paste left out.
fn typed() -> Result<Zeroizing<String>, CliError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_ANSWER));
    let mut input = io::stdin().lock();
    let mut held = Zeroizing::new(Vec::with_capacity(MAX_ANSWER));
    loop {
        let mut byte = [0];
        let read = input.read(&mut byte).map_err(|error| CliError::system("the terminal", error))?;
        if read == 0 {
            return Err(CliError::new(FaultKind::System, "the terminal is gone"));
        }
        held.push(byte[0]);
        while let Some((typed, len)) = Typed::first(&held) {
            match typed {
                Typed::Control(b'\r' | b'\n') | Typed::Alt(b'\r' | b'\n') => return text(&bytes),
                Typed::Control(0x03 | 0x04) | Typed::Alt(0x03 | 0x04) => return Err(nothing()),
                Typed::Control(0x7f | 0x08) => drop(bytes.pop()),
                Typed::Control(0x15) => bytes.clear(),
                Typed::Text(typed) if bytes.len() + typed.len() <= MAX_ANSWER => {
                    bytes.extend_from_slice(typed)
                }
                _ => {}
            }
            held.drain(..len);
        }
    }
}

fn text(bytes: &[u8]) -> Result<Zeroizing<String>, CliError> {
    let text = std::str::from_utf8(bytes).map_err(|_| CliError::usage("input is not valid UTF-8"))?.trim();
    if text.is_empty() { Err(nothing()) } else { Ok(Zeroizing::new(text.to_owned())) }
}

fn nothing() -> CliError {
    let hint = "paste it when asked, or use JUMPSEAT_TOKEN, standard input or --invite-file";
    CliError::usage("no token or link was entered").hint(hint)
}
