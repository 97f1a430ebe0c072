//! Files of a working tree, opened so that no symbolic link leads out of it.

use std::{
    io,
    path::{Path, PathBuf},
};

/// What lies at a path of a working tree.
pub enum Found {
    /// A file, open.
    File(std::fs::File, Stat),
    /// A link is its target, never what lies there.
    Link(Vec<u8>, Stat),
    /// A folder.
    Folder,
}

/// What the system says of a file: while it is the same, so is the content, as far as one can see from outside.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Stat {
    /// In bytes.
    pub size: u64,
    /// Whether it can be run.
    pub executable: bool,
    /// Whether it is a link.
    pub link: bool,
    device: u64,
    inode: u64,
    /// When it was written, in nanoseconds since 1970.
    modified: i128,
    changed: i128,
}

impl Stat {
    /// Whether it was written so lately that another write might not show in its times.
    pub fn is_recent(&self) -> bool {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now = now.map_or(0, |now| i128::try_from(now.as_nanos()).unwrap_or(0));
        now - self.modified < 2_000_000_000
    }
}

/// Opens what lies at a path below `root` without following a single link on the way.
///
/// # Errors
/// If there is nothing, or something else than a file, a link or a folder, or the path leads out.
#[cfg(unix)]
pub fn open(root: &Path, path: &[u8]) -> io::Result<Found> {
    use std::os::unix::ffi::OsStrExt as _;

    use rustix::fs::{self, AtFlags, FileType, Mode, OFlags};

    let parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
    if parts.iter().any(|part| part.is_empty() || *part == b"." || *part == b"..") {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let Some((last, folders)) = parts.split_last() else { return Err(io::ErrorKind::InvalidInput.into()) };
    let flags = OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let mut at = fs::open(root, OFlags::CLOEXEC | OFlags::DIRECTORY | OFlags::RDONLY, Mode::empty())?;
    for folder in folders {
        let name = std::ffi::OsStr::from_bytes(folder);
        at = fs::openat(&at, name, flags | OFlags::DIRECTORY | OFlags::RDONLY, Mode::empty())?;
    }
    let name = std::ffi::OsStr::from_bytes(last);
    let found = fs::statat(&at, name, AtFlags::SYMLINK_NOFOLLOW)?;
    match FileType::from_raw_mode(found.st_mode) {
        FileType::Symlink => {
            let target = fs::readlinkat(&at, name, Vec::new())?;
            Ok(Found::Link(target.into_bytes(), unix_stat(&found)))
        }
        FileType::RegularFile => {
            // What became a pipe meanwhile must not block.
            let file = fs::openat(&at, name, flags | OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty())?;
            let found = fs::fstat(&file)?;
            if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            Ok(Found::File(file.into(), unix_stat(&found)))
        }
        FileType::Directory => Ok(Found::Folder),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

#[cfg(unix)]
#[allow(clippy::useless_conversion, clippy::unnecessary_cast, reason = "the fields differ between systems")]
fn unix_stat(stat: &rustix::fs::Stat) -> Stat {
    let nanos = |seconds: i128, nanos: i128| seconds * 1_000_000_000 + nanos;
    Stat {
        size: u64::try_from(stat.st_size).unwrap_or(0),
        executable: stat.st_mode & 0o100 != 0,
        link: rustix::fs::FileType::from_raw_mode(stat.st_mode) == rustix::fs::FileType::Symlink,
        device: stat.st_dev as u64,
        inode: stat.st_ino as u64,
        modified: nanos(i128::from(stat.st_mtime), i128::from(stat.st_mtime_nsec)),
        changed: nanos(i128::from(stat.st_ctime), i128::from(stat.st_ctime_nsec)),
    }
}

/// Opens what lies at a path below `root`, unless a link or a junction on the way leads elsewhere.
///
/// # Errors
/// If there is nothing, or something else than a file, a link or a folder, or the path leads out.
#[cfg(not(unix))]
pub fn open(root: &Path, path: &[u8]) -> io::Result<Found> {
    let text = std::str::from_utf8(path).map_err(|_| io::ErrorKind::InvalidInput)?;
    let refused = |part: &str| matches!(part, "" | "." | "..") || part.contains(['\\', ':']);
    if text.split('/').any(refused) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let whole: PathBuf = root.join(text);
    let found = std::fs::symlink_metadata(&whole)?;
    if found.is_symlink() {
        let target = std::fs::read_link(&whole)?.to_string_lossy().into_owned().into_bytes();
        return Ok(Found::Link(target, plain_stat(&found)));
    }
    if whole.canonicalize()? != root.canonicalize()?.join(text) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    if found.is_dir() {
        return Ok(Found::Folder);
    }
    let file = std::fs::File::open(&whole)?;
    let stat = plain_stat(&file.metadata()?);
    Ok(Found::File(file, stat))
}

#[cfg(not(unix))]
fn plain_stat(found: &std::fs::Metadata) -> Stat {
    let nanos = |time: io::Result<std::time::SystemTime>| {
        let since = time.ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        since.and_then(|since| i128::try_from(since.as_nanos()).ok()).unwrap_or(0)
    };
    Stat {
        size: found.len(),
        executable: false,
        link: found.is_symlink(),
        device: 0,
        inode: 0,
        modified: nanos(found.modified()),
        changed: nanos(found.created()),
    }
}

/// A path of the repository as the system takes it.
#[cfg(unix)]
pub fn native(path: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(path))
}

/// A path of the repository as the system takes it.
#[cfg(not(unix))]
pub fn native(path: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(path).into_owned())
}

/// The folder that a path is in; empty at the top.
pub fn folder(path: &[u8]) -> &[u8] {
    let name = path.strip_suffix(b"/").unwrap_or(path);
    name.iter().rposition(|byte| *byte == b'/').map_or(b"", |end| &path[..end])
}

/// A path as git names it, from the repository's top on; nothing if it is not below that.
pub fn below(root: &Path, path: &Path) -> Option<Vec<u8>> {
    let parts: Vec<&[u8]> =
        path.strip_prefix(root).ok()?.iter().map(|part| part.as_encoded_bytes()).collect();
    Some(parts.join(&b'/'))
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn no_link_and_no_dots_lead_out() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "canary").unwrap();
        let root = tempfile::tempdir().unwrap();
        symlink(outside.path(), root.path().join("folder")).unwrap();
        symlink(outside.path().join("secret"), root.path().join("link")).unwrap();
        fs::create_dir(root.path().join("in")).unwrap();
        fs::write(root.path().join("in/file"), "inside").unwrap();
        for path in
            ["folder/secret", "../secret", "in/../../secret", "/etc/passwd", "in//file", "", "in/./file"]
        {
            assert!(open(root.path(), path.as_bytes()).is_err(), "{path}");
        }
        assert!(matches!(open(root.path(), b"link"), Ok(Found::Link(..))));
        assert!(matches!(open(root.path(), b"in"), Ok(Found::Folder)));
        assert!(matches!(open(root.path(), b"in/file"), Ok(Found::File(..))));
    }
}
