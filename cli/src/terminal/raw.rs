//! Raw mode, and the way back from it, whatever happens.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::{Mutex, Once, PoisonError},
};

use jumpseat_engine::api::Size;

use crate::error::CliError;

/// What to write when the program has to leave in a hurry: kept current by whoever draws.
static LAST_WORDS: Mutex<Option<Vec<u8>>> = Mutex::new(None);

/// Raw mode while it lives. Dropped, and on a panic, the terminal is as it was.
#[derive(Debug)]
pub(crate) struct RawMode(());

impl RawMode {
    /// Whether standard input and output are a terminal.
    pub(crate) fn check() -> Result<(), CliError> {
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
            return Ok(());
        }
        Err(CliError::usage("standard input and output are not a terminal")
            .hint("add --headless for scripts"))
    }

    /// Whether standard output is one: standard input may be a token's way in.
    pub(crate) fn check_output() -> Result<(), CliError> {
        if io::stdout().is_terminal() { Ok(()) } else { Self::check() }
    }

    /// Switches it on.
    pub(crate) fn enter() -> Result<Self, CliError> {
        Self::check()?;
        Self::enter_quietly()
    }

    /// Switches it on for a question that is asked elsewhere than on standard output.
    pub(crate) fn enter_quietly() -> Result<Self, CliError> {
        restore_on_panic();
        crossterm::terminal::enable_raw_mode().map_err(|error| CliError::system("the terminal", error))?;
        set_last_words(Vec::new());
        Ok(Self(()))
    }

    /// Switches it on again, after someone else changed the terminal while this program was stopped.
    #[cfg(unix)]
    pub(crate) fn renew(&self) {
        // The library keeps what it found first, and that is what is to be restored in the end.
        let _ = crossterm::terminal::disable_raw_mode();
        let _ = crossterm::terminal::enable_raw_mode();
    }

    /// What is to be written to the terminal when the program ends, by whatever cause.
    pub(crate) fn leave_with(&self, bytes: Vec<u8>) {
        set_last_words(bytes);
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        restore();
    }
}

/// The terminal's size; 80 × 24 if it does not tell.
pub(crate) fn size() -> Size {
    match crossterm::terminal::size() {
        Ok((cols, rows)) if cols > 0 && rows > 0 => Size { cols, rows },
        _ => Size { cols: 80, rows: 24 },
    }
}

fn set_last_words(bytes: Vec<u8>) {
    *LAST_WORDS.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
}

/// Does nothing when it is done already.
fn restore() {
    let Some(bytes) = LAST_WORDS.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
    let mut out = io::stdout();
    // A terminal that is gone needs no restoring.
    let _ = out.write_all(&bytes).and_then(|()| out.flush());
    let _ = crossterm::terminal::disable_raw_mode();
}

fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            tell(panic);
        }));
    });
}
