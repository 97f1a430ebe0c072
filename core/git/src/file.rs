//! Files that somebody else may exchange at any time.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

/// The path without links, as it is now: what the host names. Whatever of it is there is resolved.
pub fn named(path: &Path) -> PathBuf {
    let resolved = |there: &Path| {
        let rest = path.strip_prefix(there).ok()?;
        // Nothing is joined where nothing is left: that would add a slash.
        there.canonicalize().ok().map(|whole| if rest == Path::new("") { whole } else { whole.join(rest) })
    };
    path.ancestors().find_map(resolved).unwrap_or_else(|| path.to_owned())
}

/// Opens a file at a path that has no links, as [`named`] gives it. What is not a file is refused, such as a pipe, which
/// would block; and so is a link, at the end or on the way, which may lead anywhere: whoever can write a folder could
/// choose by it what is read.
///
/// # Errors
/// If it cannot be opened, or is no file ([`io::ErrorKind::InvalidInput`]), or is behind a link that came later
/// ([`io::ErrorKind::PermissionDenied`]).
pub fn open(path: &Path) -> io::Result<File> {
    let file = straight(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::InvalidInput.into()) }
}

#[cfg(unix)]
fn straight(path: &Path) -> io::Result<File> {
    use rustix::{
        fs::{CWD, Mode, OFlags, openat},
        io::Errno,
    };

    let step = OFlags::CLOEXEC | OFlags::NOFOLLOW;
    // Only passed through: it need not be readable.
    let through = if cfg!(target_os = "linux") { OFlags::PATH } else { OFlags::RDONLY };
    let refusal = |fault| match fault {
        Errno::LOOP | Errno::NOTDIR => io::ErrorKind::PermissionDenied.into(),
        _ => io::Error::from(fault),
    };
    let mut parts = path.components().map(std::path::Component::as_os_str);
    let last = parts.next_back().ok_or(io::ErrorKind::InvalidInput)?;
    let mut at = None;
    for part in parts {
        let flags = step | through | OFlags::DIRECTORY;
        let next = match &at {
            Some(at) => openat(at, part, flags, Mode::empty()),
            None => openat(CWD, part, flags, Mode::empty()),
        };
        at = Some(next.map_err(refusal)?);
    }
    let flags = step | OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = match &at {
        Some(at) => openat(at, last, flags, Mode::empty()),
        None => openat(CWD, last, flags, Mode::empty()),
    };
    file.map(File::from).map_err(refusal)
}

#[cfg(not(unix))]
fn straight(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt as _;
        /// The link itself is opened, and is no file then.
        const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
        options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
    }
    let file = options.open(path)?;
    // Between the two somebody may be faster; no system call of the standard library does both.
    if path.canonicalize()? == path { Ok(file) } else { Err(io::ErrorKind::PermissionDenied.into()) }
}
