//! A program in a pseudo-terminal: read, written, resized and hung up without ever blocking the caller.

#[cfg(unix)]
mod async_fd;
#[cfg(windows)]
mod job;
pub(crate) mod program;
#[cfg(unix)]
mod reaper;
#[cfg(any(windows, test))]
mod threaded;
#[cfg(unix)]
mod unread;

#[cfg(unix)]
pub(crate) use async_fd::Pty;
#[cfg(windows)]
pub(crate) use job::{is_gone, is_in_a_terminal};
#[cfg(target_os = "linux")]
pub(crate) use reaper::is_program;
#[cfg(windows)]
pub(crate) use threaded::{ProgramEnd, Pty};
#[cfg(unix)]
pub(crate) use unread::ProgramEnd;

use portable_pty::PtySize;

use crate::api::{ApiError, ApiErrorKind, Size};

/// The most that one read hands on, in bytes: what one sealed frame carries next to its record and signature.
pub(crate) const READ_LEN: usize = 32 * 1024 - 256;

/// How long a program has between SIGHUP and SIGKILL.
#[cfg(unix)]
pub(crate) const HANG_UP_GRACE: std::time::Duration = std::time::Duration::from_secs(2);

fn pty_size(size: Size) -> PtySize {
    PtySize { rows: size.rows.max(1), cols: size.cols.max(1), pixel_width: 0, pixel_height: 0 }
}

fn failure(what: &str, error: impl std::fmt::Display) -> ApiError {
    ApiError::new(ApiErrorKind::Program, format!("{what}: {error}"))
}

#[cfg(test)]
mod tests;
