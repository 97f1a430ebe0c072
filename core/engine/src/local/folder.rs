//! The private folder for sockets, locks and shell files: nobody but its owner may so much as look inside.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use super::failure;
use crate::face::Failure;

/// The folder, checked: a real folder, this person's own, closed to everyone else.
#[derive(Clone, Debug)]
pub struct RuntimeFolder {
    path: PathBuf,
}

impl RuntimeFolder {
    /// `$XDG_RUNTIME_DIR/jumpseat`, or a folder of this person's in the system's temporary one.
    ///
    /// # Errors
    /// [`FailureKind::Local`](crate::face::FailureKind::Local) if it cannot be made, or is not as it should be.
    pub fn open() -> Result<Self, Failure> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        match runtime.filter(|folder| folder.is_absolute() && folder.is_dir()) {
            Some(folder) => Self::at(folder.join("jumpseat")),
            None => Self::at(std::env::temp_dir().join(fallback_name())),
        }
    }

    /// A folder of one's own choice; its parent exists.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn at(path: PathBuf) -> Result<Self, Failure> {
        match make_private(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failure(&path, error)),
        }
        check(&path)?;
        let folder = Self { path };
        folder.sweep();
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A new folder inside, which goes when its owner does.
    pub(crate) fn scratch(&self, name: &str) -> Result<Scratch, Failure> {
        static NEXT: AtomicU32 = AtomicU32::new(0);

        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = self.path.join(format!("{name}-{}-{number}", std::process::id()));
        // What a process of the same number left behind is nobody's any more.
        let _ = fs::remove_dir_all(&path);
        make_private(&path).map_err(|error| failure(&path, error))?;
        Ok(Scratch { path })
    }

    /// Removes the folders of processes that are gone.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.path) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let mut parts = name.to_str().unwrap_or_default().rsplitn(3, '-');
            let owner = (parts.next(), parts.next(), parts.next());
            let (Some(_), Some(pid), Some(_)) = owner else { continue };
            if pid.parse().is_ok_and(is_gone) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// A folder that goes, with all in it, when this is dropped.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a private folder stays behind");
        }
    }
}

#[cfg(unix)]
fn fallback_name() -> String {
    format!("jumpseat-{}", rustix::process::geteuid().as_raw())
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(unix)]
fn check(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::MetadataExt as _;

    // Not through a link: whoever could place one in a shared folder would choose where it leads.
    let found = fs::symlink_metadata(path).map_err(|error| failure(path, error))?;
    let fault = if !found.is_dir() {
        "it is not a folder"
    } else if found.uid() != rustix::process::geteuid().as_raw() {
        "it belongs to someone else"
    } else if found.mode() & 0o077 != 0 {
        "others may open it"
    } else {
        return Ok(());
    };
    Err(failure(path, fault).hint("remove it, or set XDG_RUNTIME_DIR to a private folder"))
}

#[cfg(unix)]
fn is_gone(pid: i32) -> bool {
    let Some(pid) = rustix::process::Pid::from_raw(pid) else { return false };
    rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH)
}

#[cfg(windows)]
fn fallback_name() -> String {
    // The temporary folder is the person's own there.
    "jumpseat".to_owned()
}

#[cfg(windows)]
fn make_private(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

#[cfg(windows)]
fn check(path: &Path) -> Result<(), Failure> {
    if path.is_dir() { Ok(()) } else { Err(failure(path, "it is not a folder")) }
}

#[cfg(windows)]
fn is_gone(_: i32) -> bool {
    false
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn it_is_made_private_and_found_again() {
        let parent = tempfile::tempdir().unwrap();
        let folder = RuntimeFolder::at(parent.path().join("run")).unwrap();
        assert_eq!(mode(folder.path()), 0o700);
        RuntimeFolder::at(folder.path().to_owned()).unwrap();
    }

    #[test]
    fn one_that_others_can_open_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("run");
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).unwrap();
        let failure = RuntimeFolder::at(path).unwrap_err();
        assert!(failure.message.contains("others may open it"), "{failure}");
        assert!(failure.hint.is_some());
    }

    #[test]
    fn a_link_is_refused_wherever_it_leads() {
        let parent = tempfile::tempdir().unwrap();
        let real = RuntimeFolder::at(parent.path().join("real")).unwrap();
        let link = parent.path().join("link");
        symlink(real.path(), &link).unwrap();
        assert!(RuntimeFolder::at(link).unwrap_err().message.contains("not a folder"));
    }

    #[test]
    fn scratch_folders_go_with_their_owner_and_after_its_crash() {
        let parent = tempfile::tempdir().unwrap();
        let folder = RuntimeFolder::at(parent.path().join("run")).unwrap();
        let scratch = folder.scratch("shell").unwrap();
        let path = scratch.path().to_owned();
        assert_eq!(mode(&path), 0o700);
        let left = folder.path().join("shell-2147483646-0");
        fs::create_dir(&left).unwrap();
        RuntimeFolder::at(folder.path().to_owned()).unwrap();
        assert!(path.exists() && !left.exists());
        drop(scratch);
        assert!(!path.exists());
    }
}
