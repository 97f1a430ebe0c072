//! The PTY on Unix: its master end is polled by the runtime that also polls the network, so that an echo
//! crosses no thread.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    task::{Context, Poll, ready},
};

use portable_pty::{MasterPty, native_pty_system};
use rustix::{
    fs::{OFlags, fcntl_getfl, fcntl_setfl},
    io::Errno,
};
use tokio::io::unix::AsyncFd;

use super::{READ_LEN, failure, program::Program, pty_size, reaper::Reaper};
use crate::api::{ApiError, Size};

/// A program in a pseudo-terminal. Dropping it hangs up.
pub(crate) struct Pty {
    pub(super) fd: AsyncFd<OwnedFd>,
    /// Kept for what it alone can do: to resize, to name the other end.
    pub(super) master: Box<dyn MasterPty + Send>,
    reaper: Reaper,
    /// Read into, and copied from: an echo of one byte must not cost clearing a whole buffer for it.
    scratch: Box<[u8]>,
}

impl Pty {
    /// Starts the program. Needs a tokio runtime.
    pub(crate) fn spawn(program: &Program, size: Size) -> Result<Self, ApiError> {
        let pair = native_pty_system()
            .openpty(pty_size(size))
            .map_err(|error| failure("opening a terminal", error))?;
        let fd = duplicate(pair.master.as_ref()).map_err(|error| failure("opening a terminal", error))?;
        // SAFETY: the descriptor is owned by what is registered, and so stays open and the same until it is
        // deregistered; `OwnedFd` answers `as_raw_fd` always alike.
        #[allow(unsafe_code)]
        let fd = unsafe { AsyncFd::register(fd) }.map_err(|error| failure("watching a terminal", error))?;
        let child = pair
            .slave
            .spawn_command(program.builder()?)
            .map_err(|error| failure(&format!("starting {}", program.argv[0].to_string_lossy()), error))?;
        Ok(Self { fd, master: pair.master, reaper: Reaper::watch(child)?, scratch: vec![0; READ_LEN].into() })
    }

    /// Appends what the program printed: as much as is there, [`READ_LEN`] bytes at most. `Ok(false)` is the end.
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut Vec<u8>) -> Poll<io::Result<bool>> {
        let before = into.len();
        loop {
            let mut guard = match self.fd.poll_read_ready(cx) {
                Poll::Ready(guard) => guard?,
                Poll::Pending if into.len() > before => return Poll::Ready(Ok(true)),
                Poll::Pending => return Poll::Pending,
            };
            while into.len() - before < READ_LEN {
                let left = READ_LEN - (into.len() - before);
                let read = rustix::io::read(self.fd.get_ref(), &mut self.scratch[..left]);
                into.extend_from_slice(&self.scratch[..read.unwrap_or(0)]);
                match read {
                    // A master end reports the last close of the other end as an error.
                    Ok(0) | Err(Errno::IO) => return Poll::Ready(Ok(into.len() > before)),
                    Ok(_) | Err(Errno::INTR) => {}
                    Err(Errno::AGAIN) => {
                        guard.clear_ready();
                        break;
                    }
                    Err(error) => return Poll::Ready(Err(error.into())),
                }
            }
            if into.len() > before {
                return Poll::Ready(Ok(true));
            }
        }
    }

    /// Hands keys to the terminal: returns how many it took. It is tried whatever was known before: a
    /// [`poll_read_on`](Self::poll_read_on) may have forgotten that there is room.
    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            match rustix::io::write(self.fd.get_ref(), bytes) {
                Ok(written) => return Poll::Ready(Ok(written)),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => ready!(self.poll_read_on(cx))?,
                Err(error) => return Poll::Ready(Err(error.into())),
            }
        }
    }

    /// Ready when the program may have read on since this was asked last.
    pub(crate) fn poll_read_on(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.fd.poll_write_ready(cx))?.clear_ready();
        Poll::Ready(Ok(()))
    }

    /// Changes the size; the program gets SIGWINCH.
    pub(crate) fn resize(&self, size: Size) -> Result<(), ApiError> {
        self.master.resize(pty_size(size)).map_err(|error| failure("resizing", error))
    }

    /// The program's id: it leads the session of all that is started in its terminal.
    pub(crate) fn pid(&self) -> Option<i32> {
        Some(self.reaper.pid())
    }

    /// The exit code, once the program is gone: 128 and the number for one that a signal ended.
    pub(crate) fn poll_exit(&mut self, cx: &mut Context<'_>) -> Poll<Option<i32>> {
        self.reaper.poll_exit(cx)
    }

    /// SIGHUP now, SIGKILL for what is left after [`HANG_UP_GRACE`](super::HANG_UP_GRACE).
    pub(crate) fn hang_up(&mut self) {
        self.reaper.hang_up(self.master.process_group_leader());
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        self.hang_up();
    }
}

/// A non-blocking descriptor of the master's own, closed on exec.
fn duplicate(master: &dyn MasterPty) -> io::Result<OwnedFd> {
    let raw = master.as_raw_fd().ok_or_else(|| io::Error::other("it has no descriptor"))?;
    // SAFETY: `raw` belongs to `master`, which is borrowed and so stays open for as long as the borrow lives.
    #[allow(unsafe_code)]
    let fd = unsafe { BorrowedFd::borrow_raw(raw) }.as_fd().try_clone_to_owned()?;
    fcntl_setfl(&fd, fcntl_getfl(&fd)? | OFlags::NONBLOCK)?;
    Ok(fd)
}
