//! Files of a working tree, opened so that no symbolic link leads out of it.

use std::{
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

/// Files up to this size are told apart by their content, larger ones by what the system says of them.
const MAX_HASHED: u64 = 64 * 1024;

/// What git looks at to tell text from other files.
const SNIFFED: usize = 8000;

/// What lies at a path of a working tree.
pub(super) enum Found {
    File(std::fs::File, Stat),
    /// A link is its target, never what lies there.
    Link(Vec<u8>, Stat),
    Folder,
}

/// What the system says of a file: while it is the same, so is the content, as far as one can see from outside.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Stat {
    pub(super) size: u64,
    pub(super) executable: bool,
    pub(super) link: bool,
    device: u64,
    inode: u64,
    /// When it was written, in nanoseconds since 1970.
    modified: i128,
    changed: i128,
}

/// A file of a working tree as it was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Look {
    pub(super) stat: Stat,
    /// Names this content at this path.
    pub(super) id: String,
    pub(super) binary: bool,
    /// Whether it was written so lately that another write might not show in its times.
    pub(super) recent: bool,
    /// By what it is converted before git compares it; empty if it is compared as it is.
    pub(super) rules: String,
}

impl Look {
    /// Looks at a file; nothing if there is none.
    pub(super) fn at(root: &Path, path: &[u8], known: Option<&Self>, rules: &str) -> Option<Self> {
        let (mut content, stat) = match open(root, path).ok()? {
            Found::File(file, stat) => (file, stat),
            Found::Link(target, stat) => {
                let id = name(root, path, &target, "");
                return Some(Self { stat, id, binary: false, recent: false, rules: String::new() });
            }
            Found::Folder => return None,
        };
        if let Some(known) = known.filter(|known| known.stat == stat && !known.recent && known.rules == rules)
        {
            return Some(known.clone());
        }
        let mut bytes = Vec::new();
        let most = if stat.size <= MAX_HASHED { MAX_HASHED } else { SNIFFED as u64 };
        (&mut content).take(most).read_to_end(&mut bytes).ok()?;
        let binary = bytes[..bytes.len().min(SNIFFED)].contains(&0);
        let id = if stat.size <= MAX_HASHED {
            name(root, path, &bytes, rules)
        } else {
            name(root, path, format!("{stat:?}").as_bytes(), rules)
        };
        Some(Self { stat, id, binary, recent: stat.is_recent(), rules: rules.to_owned() })
    }
}

impl Stat {
    fn is_recent(&self) -> bool {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now = now.map_or(0, |now| i128::try_from(now.as_nanos()).unwrap_or(0));
        now - self.modified < 2_000_000_000
    }
}

/// Reads a whole file, at most `limit` bytes of it, if it still is what `look` saw.
pub(super) fn read(root: &Path, path: &[u8], look: &Look, limit: u64) -> Option<Vec<u8>> {
    match open(root, path).ok()? {
        Found::Link(target, _) => (name(root, path, &target, "") == look.id).then_some(target),
        Found::File(file, _) => {
            let mut bytes = Vec::new();
            file.take(limit.saturating_add(1)).read_to_end(&mut bytes).ok()?;
            if bytes.len() as u64 > limit {
                return None;
            }
            // Looked at again: it may have been written meanwhile.
            let now = Look::at(root, path, None, &look.rules)?;
            let whole = bytes.len() as u64 == now.stat.size;
            (now.id == look.id && whole).then_some(bytes)
        }
        Found::Folder => None,
    }
}

/// Names a content at a path and how it is converted, for guests: it says nothing of these.
fn name(root: &Path, path: &[u8], content: &[u8], rules: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(root.as_os_str().as_encoded_bytes());
    hash.update([0]);
    hash.update(path);
    hash.update([0]);
    hash.update(content);
    if !rules.is_empty() {
        hash.update([0]);
        hash.update(rules);
    }
    let hash = hash.finalize();
    hash[..20].iter().fold("w:".to_owned(), |name, byte| name + &format!("{byte:02x}"))
}

/// Opens what lies at a path below `root` without following a single link on the way.
#[cfg(unix)]
pub(super) fn open(root: &Path, path: &[u8]) -> io::Result<Found> {
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
#[cfg(not(unix))]
pub(super) fn open(root: &Path, path: &[u8]) -> io::Result<Found> {
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
pub(super) fn native(path: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(path))
}

/// A path of the repository as the system takes it.
#[cfg(not(unix))]
pub(super) fn native(path: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(path).into_owned())
}

/// The folder that a path is in; empty at the top.
pub(super) fn folder(path: &[u8]) -> &[u8] {
    let name = path.strip_suffix(b"/").unwrap_or(path);
    name.iter().rposition(|byte| *byte == b'/').map_or(b"", |end| &path[..end])
}

/// A path as git names it, from the repository's top on; nothing if it is not below that.
pub(super) fn below(root: &Path, path: &Path) -> Option<Vec<u8>> {
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
        let link = Look::at(root.path(), b"link", None, "").unwrap();
        let target = read(root.path(), b"link", &link, 100).unwrap();
        assert!(!target.windows(6).any(|bytes| bytes == b"canary"));
        assert!(matches!(open(root.path(), b"in"), Ok(Found::Folder)));
        assert!(matches!(open(root.path(), b"in/file"), Ok(Found::File(..))));
    }

    #[test]
    fn a_pipe_blocks_nobody() {
        let root = tempfile::tempdir().unwrap();
        let mode = rustix::fs::Mode::RUSR;
        rustix::fs::mknodat(rustix::fs::CWD, root.path().join("pipe"), rustix::fs::FileType::Fifo, mode, 0)
            .unwrap();
        assert!(Look::at(root.path(), b"pipe", None, "").is_none());
    }

    #[test]
    fn a_file_written_again_has_another_name_and_the_old_is_gone() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a"), "one").unwrap();
        let first = Look::at(root.path(), b"a", None, "").unwrap();
        assert_eq!(read(root.path(), b"a", &first, 3).unwrap(), b"one");
        assert!(read(root.path(), b"a", &first, 2).is_none());
        // Of the same size, and within the same tick of the clock.
        fs::write(root.path().join("a"), "two").unwrap();
        let second = Look::at(root.path(), b"a", Some(&first), "").unwrap();
        assert_ne!(first.id, second.id);
        assert!(read(root.path(), b"a", &first, 100).is_none());
        fs::write(root.path().join("b"), "two").unwrap();
        assert_ne!(Look::at(root.path(), b"b", None, "").unwrap().id, second.id);
        fs::write(root.path().join("b"), "t\0o").unwrap();
        assert!(Look::at(root.path(), b"b", None, "").unwrap().binary);
    }
}
