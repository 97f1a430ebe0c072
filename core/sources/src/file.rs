//! Files that somebody else may exchange at any time.

use std::{fs::File, io, path::Path};

/// Opens a file. What is not a file is refused, such as a pipe, which would block, or a link, which may lead anywhere:
/// whoever can write the folder could choose by it what is read.
///
/// # Errors
/// If it cannot be opened, or is no file ([`io::ErrorKind::InvalidInput`]).
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;

        use rustix::fs::OFlags;
        options.custom_flags((OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY).bits().cast_signed());
    }
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt as _;
        /// The link itself is opened, and is no file then.
        const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
        options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
    }
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::InvalidInput.into()) }
}
