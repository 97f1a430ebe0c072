//! Signals that a program in somebody's terminal has to heed.

use crate::error::CliError;

/// What came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Signal {
    /// The window has another size.
    Resized,
    /// The program runs again after it was stopped; Windows stops none.
    #[cfg(unix)]
    Continued,
    /// The program is to end; the exit code that says by which signal.
    End(u8),
}

#[cfg(unix)]
pub(crate) use unix::Signals;

#[cfg(unix)]
mod unix {
    use tokio::signal::unix::{SignalKind, signal};

    use super::{CliError, Signal};

    /// Waits for them.
    pub(crate) struct Signals {
        resized: tokio::signal::unix::Signal,
        continued: tokio::signal::unix::Signal,
        hangup: tokio::signal::unix::Signal,
        interrupt: tokio::signal::unix::Signal,
        terminate: tokio::signal::unix::Signal,
    }

    impl Signals {
        pub(crate) fn listen() -> Result<Self, CliError> {
            let on = |kind| signal(kind).map_err(|error| CliError::system("signals", error));
            Ok(Self {
                resized: on(SignalKind::window_change())?,
                continued: on(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
                hangup: on(SignalKind::hangup())?,
                interrupt: on(SignalKind::interrupt())?,
                terminate: on(SignalKind::terminate())?,
            })
        }

        /// The next one. Cancel-safe.
        pub(crate) async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.resized.recv() => Signal::Resized,
                _ = self.continued.recv() => Signal::Continued,
                _ = self.hangup.recv() => Signal::End(128 + 1),
                _ = self.interrupt.recv() => Signal::End(128 + 2),
                _ = self.terminate.recv() => Signal::End(128 + 15),
            }
        }
    }
}

#[cfg(windows)]
pub(crate) use windows::Signals;

#[cfg(windows)]
mod windows {
    use std::time::Duration;

    use tokio::{
        signal::windows::{CtrlC, CtrlClose, ctrl_c, ctrl_close},
        time::Interval,
    };

    use super::{CliError, Signal};
    use crate::terminal::size;

    /// How often the size is looked at: the console tells of a change only among its input events.
    const LOOK: Duration = Duration::from_millis(250);

    /// Waits for them.
    pub(crate) struct Signals {
        interrupt: CtrlC,
        close: CtrlClose,
        look: Interval,
        size: jumpseat_engine::api::Size,
    }

    impl Signals {
        pub(crate) fn listen() -> Result<Self, CliError> {
            let fault = |error| CliError::system("signals", error);
            Ok(Self {
                interrupt: ctrl_c().map_err(fault)?,
                close: ctrl_close().map_err(fault)?,
                look: tokio::time::interval(LOOK),
                size: size(),
            })
        }

        /// The next one. Cancel-safe.
        pub(crate) async fn next(&mut self) -> Signal {
            loop {
                tokio::select! {
                    _ = self.interrupt.recv() => return Signal::End(128 + 2),
                    _ = self.close.recv() => return Signal::End(128 + 1),
                    _ = self.look.tick() => {}
                }
                if self.size != size() {
                    self.size = size();
                    return Signal::Resized;
                }
            }
        }
    }
}
