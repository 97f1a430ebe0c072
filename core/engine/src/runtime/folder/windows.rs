//! The private folder on Windows: in the person's profile, which the system closes to everyone but the person and the
//! machine's administrators.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::failure;
use crate::{
    api::ApiError,
    runtime::stream::system::{Address, Listener},
};

/// A private folder.
#[derive(Debug)]
pub(super) struct Dir {
    path: PathBuf,
}

impl Dir {
    /// Opens a folder in the person's profile, or makes it.
    pub(super) fn open_private(path: &Path) -> Result<Self, ApiError> {
        let parent = path.parent().ok_or_else(|| failure(path, "it is not a folder for private files"))?;
        match is_in_profile(parent) {
            Ok(true) => {}
            Ok(false) => return Err(failure(parent, "it is not in your profile").hint(HINT)),
            Err(error) => return Err(failure(parent, error).hint(HINT)),
        }
        match fs::create_dir(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failure(path, error)),
            _ => {}
        }
        let dir = Self { path: path.to_owned() };
        if dir.is_in_place() { Ok(dir) } else { Err(failure(path, "it is not a folder").hint(HINT)) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is still there, and nothing that leads elsewhere.
    pub(super) fn is_in_place(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok_and(|found| found.is_dir())
    }

    /// A new folder inside.
    pub(super) fn make(&self, name: &str) -> io::Result<Self> {
        let path = self.path.join(name);
        fs::create_dir(&path)?;
        Ok(Self { path })
    }

    /// A new file with this in it.
    pub(super) fn write_new(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        File::create_new(self.path.join(name))?.write_all(bytes)
    }

    /// A file that serves as a lock.
    pub(super) fn lock_file(&self, name: &str) -> io::Result<File> {
        File::options().write(true).create(true).truncate(false).open(self.path.join(name))
    }

    /// The names of everything inside.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    /// Whether it names a pipe.
    pub(super) fn is_socket(&self, name: &OsStr) -> bool {
        Address::read(&self.path.join(name)).is_ok()
    }

    /// Listens at a pipe that a file inside names.
    pub(super) fn listen(&self, name: &str) -> io::Result<Listener> {
        let address = Address::random()?;
        let listener = Listener::bind(address.clone())?;
        // Whoever finds the file finds it whole, and somebody who listens.
        let (new, path) = (Path::new(name).with_extension("new"), self.path.join(name));
        match self.remove_file(new.as_os_str()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        self.write_new(&new.to_string_lossy(), &address.to_bytes())?;
        fs::rename(self.path.join(new), path)?;
        Ok(listener)
    }

    pub(super) fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    /// Removes a folder inside with all in it.
    pub(super) fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_dir_all(self.path.join(name))
    }
}

/// Whether a folder is the person's profile or in it, wherever links on the way lead.
fn is_in_profile(folder: &Path) -> io::Result<bool> {
    let profile = std::env::home_dir().ok_or(io::ErrorKind::NotFound)?;
    Ok(folder.canonicalize()?.starts_with(profile.canonicalize()?))
}

/// What helps.
const HINT: &str = "set XDG_RUNTIME_DIR to a folder in your profile, or remove it from the environment";

/// In the temporary folder, which a person may have set to one outside of the profile.
pub(super) fn fallback() -> PathBuf {
    let temporary = std::env::temp_dir();
    let own = is_in_profile(&temporary).unwrap_or_default();
    let profile = std::env::home_dir().filter(|_| !own);
    profile.map_or(temporary, |profile| profile.join(r"AppData\Local")).join("jumpseat")
}

pub(super) fn is_gone(pid: i32) -> bool {
    crate::pty::is_gone(pid.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use crate::local::RuntimeFolder;

    #[test]
    fn a_folder_outside_of_the_profile_is_refused() {
        let windows = std::env::var_os("SystemRoot").unwrap();
        let failure = RuntimeFolder::at(std::path::Path::new(&windows).join("jumpseat")).unwrap_err();
        assert!(failure.message.contains("it is not in your profile"), "{failure}");
        assert!(failure.hint.is_some_and(|hint| hint.contains("XDG_RUNTIME_DIR")));
    }

    #[test]
    fn folders_of_processes_that_ended_are_removed() {
        let parent = tempfile::tempdir().unwrap();
        let folder = RuntimeFolder::at(parent.path().join("run")).unwrap();
        let mut ended = Command::new("cmd").args(["/c", "exit"]).spawn().unwrap();
        ended.wait().unwrap();
        let of = |pid: u32| folder.path().join(format!("shell-{pid}-0"));
        for pid in [ended.id(), std::process::id()] {
            std::fs::create_dir(of(pid)).unwrap();
        }
        RuntimeFolder::at(folder.path().to_owned()).unwrap();
        assert!(!of(ended.id()).exists() && of(std::process::id()).exists());
    }

    #[tokio::test]
    async fn a_socket_is_found_by_its_name_and_goes() {
        let parent = tempfile::tempdir().unwrap();
        let folder = RuntimeFolder::at(parent.path().join("run")).unwrap();
        std::fs::write(folder.path().join("no.sock"), "").unwrap();
        let socket = folder.bind("7.sock").unwrap();
        assert_eq!(folder.sockets("sock").unwrap(), [folder.path().join("7.sock")]);
        folder.remove_socket(&folder.path().join("no.sock"));
        assert!(folder.path().join("no.sock").exists(), "only what names a pipe is removed");
        // Whoever takes the name again takes it over.
        let next = folder.bind("7.sock").unwrap();
        drop((socket, next));
        assert!(folder.sockets("sock").unwrap().is_empty());
    }
}
