//! A folder that is held by its descriptor: what is done inside is done in the folder that was checked, whatever its path
//! leads to by then.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, DirBuilder, File, Metadata},
    io::{self, Write as _},
    os::{
        fd::OwnedFd,
        unix::{
            ffi::OsStrExt as _,
            fs::{DirBuilderExt as _, MetadataExt as _},
        },
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::{AtFlags, FileType, FlockOperation, Mode, OFlags},
    process::geteuid,
};

use super::failure;
use crate::{api::ApiError, runtime::stream::system::Listener};

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Others may write to it.
const SHARED: u32 = 0o022;

/// In a folder with this bit, only its owner and an entry's own can remove or rename the entry.
const STICKY: u32 = 0o1000;

/// A private folder.
#[derive(Debug)]
pub(super) struct Dir {
    path: PathBuf,
    fd: OwnedFd,
    /// Its device and inode: nothing else has both while the descriptor is open.
    id: (u64, u64),
}

impl Dir {
    /// Opens a folder that is nobody else's, or makes it.
    pub(super) fn open_private(path: &Path) -> Result<Self, ApiError> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(failure(path, "it is not a folder for private files"));
        };
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        // Links on the way may be anybody's: what counts is where they lead, which is what is used from now on.
        let parent = parent.canonicalize().map_err(|error| failure(parent, error))?;
        check_parents(&parent)?;
        let path = parent.join(name);
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failure(&path, error)),
            _ => {}
        }
        // Not through a link: whoever could place one in a shared folder would choose where it leads.
        let found = fs::symlink_metadata(&path).map_err(|error| failure(&path, error))?;
        let refuse = |fault| Err(failure(&path, fault).hint(HINT));
        if !found.is_dir() {
            return refuse("it is not a folder");
        } else if found.uid() != geteuid().as_raw() {
            return refuse("it belongs to someone else");
        } else if found.mode() & 0o077 != 0 {
            return refuse("others may open it");
        }
        let fd = rustix::fs::open(&path, FOLDER, Mode::empty()).map_err(|error| failure(&path, error))?;
        let dir = Self { id: (found.dev(), found.ino()), path, fd };
        if !dir.is_in_place() {
            return Err(failure(&dir.path, "it was exchanged while it was opened").hint(HINT));
        }
        // Who cleans up temporary folders leaves those alone that are locked (systemd-tmpfiles). Another process may hold
        // it just now, which is as good.
        let _ = rustix::fs::flock(&dir.fd, FlockOperation::NonBlockingLockShared);
        Ok(dir)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its path still leads to it, and it is still as private as it was.
    pub(super) fn is_in_place(&self) -> bool {
        let Ok(held) = rustix::fs::fstat(&self.fd) else { return false };
        let Ok(found) = fs::symlink_metadata(&self.path) else { return false };
        let own = found.uid() == geteuid().as_raw() && found.mode() & 0o077 == 0;
        // The types of these two differ between systems.
        #[allow(clippy::unnecessary_cast)]
        let held = (held.st_dev as u64, held.st_ino as u64);
        own && held == self.id && (found.dev(), found.ino()) == self.id
    }

    /// A new private folder inside.
    pub(super) fn make(&self, name: &str) -> io::Result<Self> {
        rustix::fs::mkdirat(&self.fd, name, Mode::RWXU)?;
        let fd = rustix::fs::openat(&self.fd, name, FOLDER, Mode::empty())?;
        let made = rustix::fs::fstat(&fd)?;
        #[allow(clippy::unnecessary_cast)]
        let id = (made.st_dev as u64, made.st_ino as u64);
        Ok(Self { path: self.path.join(name), fd, id })
    }

    /// A new file with this in it.
    pub(super) fn write_new(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.fd, name, flags, Mode::RUSR | Mode::WUSR)?;
        File::from(fd).write_all(bytes)
    }

    /// A file that serves as a lock.
    pub(super) fn lock_file(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.fd, name, flags, Mode::RUSR | Mode::WUSR)?.into())
    }

    /// The names of everything inside.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.fd)? {
            let name = OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned();
            if name != "." && name != ".." {
                names.push(name);
            }
        }
        Ok(names)
    }

    pub(super) fn is_socket(&self, name: &OsStr) -> bool {
        let found = rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW);
        found.is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::Socket)
    }

    /// Listens at a socket inside.
    pub(super) fn listen(&self, name: &str) -> io::Result<Listener> {
        // Whoever finds it under its own name finds somebody who listens.
        let new = Path::new(name).with_extension("new");
        // Whoever had this name is gone: a process's own number, or the holder's under its lock.
        match self.remove_file(new.as_os_str()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let path = self.path.join(&new);
        // A socket is bound by a path alone. So that it came to lie in the checked folder is looked up afterwards.
        let listener = Listener::bind(&path)?;
        match self.name_socket(&new, name) {
            Ok(()) if self.is_in_place() && self.is_socket(OsStr::new(name)) => Ok(listener),
            Ok(()) | Err(_) => {
                let _ = fs::remove_file(&path);
                Err(io::Error::other("the folder was exchanged"))
            }
        }
    }

    /// Closes a socket to everyone else, and gives it its name.
    fn name_socket(&self, from: &Path, to: &str) -> io::Result<()> {
        rustix::fs::chmodat(&self.fd, from, Mode::RUSR | Mode::WUSR, AtFlags::empty())?;
        Ok(rustix::fs::renameat(&self.fd, from, &self.fd, to)?)
    }

    pub(super) fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.fd, name, AtFlags::empty())?)
    }

    /// Removes a folder inside with all in it; what links there lead to stays.
    pub(super) fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        Ok(remove_tree(&self.fd, name)?)
    }
}

fn remove_tree(parent: &OwnedFd, name: &OsStr) -> rustix::io::Result<()> {
    let fd = rustix::fs::openat(parent, name, FOLDER, Mode::empty())?;
    for entry in rustix::fs::Dir::read_from(&fd)? {
        let entry = entry?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if name == "." || name == ".." {
            continue;
        }
        let found = rustix::fs::statat(&fd, name, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(found.st_mode) {
            FileType::Directory => remove_tree(&fd, name)?,
            _ => rustix::fs::unlinkat(&fd, name, AtFlags::empty())?,
        }
    }
    rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR)
}

/// That nobody else can exchange the folder or any above it, from the top: so what was checked stays true below.
fn check_parents(folder: &Path) -> Result<(), ApiError> {
    let mut above: Vec<&Path> = folder.ancestors().collect();
    above.reverse();
    for folder in above {
        let found = fs::symlink_metadata(folder).map_err(|error| failure(folder, error))?;
        if let Some(fault) = fault_of_parent(&found, geteuid().as_raw()) {
            return Err(failure(folder, format!("{fault}, who could exchange private files")).hint(HINT));
        }
    }
    Ok(())
}

/// What speaks against private files below this folder.
fn fault_of_parent(found: &Metadata, own: u32) -> Option<&'static str> {
    if !found.is_dir() {
        Some("it is not a folder of somebody")
    } else if found.uid() != own && found.uid() != 0 {
        Some("it belongs to someone else")
    } else if found.mode() & SHARED != 0 && found.mode() & STICKY == 0 {
        Some("others may write to it")
    } else {
        None
    }
}

/// What helps.
const HINT: &str = "set XDG_RUNTIME_DIR to a folder that only you can write to, or remove it from the environment \
                    (after sudo or su it is somebody else's)";

pub(super) fn fallback() -> PathBuf {
    std::env::temp_dir().join(format!("jumpseat-{}", geteuid().as_raw()))
}

pub(super) fn is_gone(pid: i32) -> bool {
    let Some(pid) = rustix::process::Pid::from_raw(pid) else { return false };
    rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH)
}
