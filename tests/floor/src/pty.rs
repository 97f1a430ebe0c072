//! A pseudo-terminal and the command in it, with nothing around them.

use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::{Child, Command};

use anyhow::{Context, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, fcntl_setfl, open};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// The reading side of a PTY.
pub(crate) struct Pty {
    controller: OwnedFd,
    pub(crate) child: Child,
}

/// What a read brought.
pub(crate) enum Read {
    Bytes(usize),
    /// Nothing at the moment: only after [`Pty::never_wait`].
    Nothing,
    /// The command and everything that it started have closed the terminal.
    End,
}

impl Pty {
    pub(crate) fn spawn(command: &[&str]) -> Result<Self> {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).context("no PTY")?;
        grantpt(&controller)?;
        unlockpt(&controller)?;
        tcsetwinsize(&controller, Winsize { ws_row: 40, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0 })?;
        // The command must not hold its own terminal open.
        fcntl_setfd(&controller, FdFlags::CLOEXEC)?;
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let terminal = open(ptsname(&controller, Vec::new())?, flags, Mode::empty())?;
        let child = Command::new(command[0])
            .args(&command[1..])
            .stdin(terminal.try_clone()?)
            .stdout(terminal.try_clone()?)
            .stderr(terminal)
            .spawn()
            .with_context(|| format!("cannot start {}", command[0]))?;
        Ok(Self { controller, child })
    }

    /// From now on a read that finds nothing says so, and does not wait.
    pub(crate) fn never_wait(&self) -> Result<()> {
        Ok(fcntl_setfl(&self.controller, OFlags::NONBLOCK)?)
    }

    pub(crate) fn read(&self, buffer: &mut [u8]) -> Result<Read> {
        loop {
            return match rustix::io::read(&self.controller, &mut *buffer).map_err(io::Error::from) {
                Ok(0) => Ok(Read::End),
                Ok(length) => Ok(Read::Bytes(length)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Read::Nothing),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                // Linux says EIO when the last program has closed the terminal.
                Err(error) if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => {
                    Ok(Read::End)
                }
                Err(error) => Err(error.into()),
            };
        }
    }

    /// Keys are few and short: the terminal takes them at once.
    pub(crate) fn write(&self, keys: &[u8]) -> Result<()> {
        rustix::io::write(&self.controller, keys)?;
        Ok(())
    }
}

impl AsFd for Pty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.controller.as_fd()
    }
}

/// Waits until one of them has something to read, or has ended; tells which.
pub(crate) fn wait_for<const N: usize>(
    sources: [BorrowedFd<'_>; N],
    at_most: Option<Timespec>,
) -> Result<[bool; N]> {
    let mut polled = sources.map(|source| PollFd::from_borrowed_fd(source, PollFlags::IN));
    while let Err(error) = poll(&mut polled, at_most.as_ref()) {
        if error != rustix::io::Errno::INTR {
            return Err(error.into());
        }
    }
    Ok(polled.map(|source| !source.revents().is_empty()))
}
