//! Files that somebody else may exchange at any time.

use std::{fs::File, path::Path};

/// Opens a file; nothing that is no file, such as a pipe, which would block.
pub(crate) fn open(path: &Path) -> Option<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    let file = options.open(path).ok()?;
    file.metadata().is_ok_and(|found| found.is_file()).then_some(file)
}
