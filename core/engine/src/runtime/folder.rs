//! The private folder for sockets, locks and shell files: nobody but its owner may so much as look inside, and nobody
//! else can put another one in its place.

#[cfg(unix)]
#[path = "folder/unix.rs"]
mod dir;
#[cfg(windows)]
#[path = "folder/windows.rs"]
mod dir;
mod socket;

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use self::dir::Dir;
pub use self::socket::BoundSocket;
use super::failure;
use crate::api::{ApiError, ApiErrorKind};

/// The folder, checked: a real folder, this person's own, closed to everyone else, in folders that nobody else can
/// change. It is checked again at each use, and made again if it is gone.
#[derive(Clone, Debug)]
pub struct RuntimeFolder {
    path: PathBuf,
    /// What the path led to when it was checked last; shared, so that every copy finds the same.
    dir: Arc<Mutex<Arc<Dir>>>,
}

impl RuntimeFolder {
    /// `$XDG_RUNTIME_DIR/jumpseat`, or a folder of this person's in the temporary one.
    ///
    /// # Errors
    /// [`ApiErrorKind::Local`] if it cannot be made, or is not as it should be.
    pub fn open() -> Result<Self, ApiError> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        match runtime.filter(|folder| folder.is_absolute() && folder.is_dir()) {
            Some(folder) => Self::at(folder.join("jumpseat")),
            None => Self::at(dir::fallback()),
        }
    }

    /// A folder of one's own choice; its parent exists.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn at(path: PathBuf) -> Result<Self, ApiError> {
        let dir = Dir::open_private(&path)?;
        let folder = Self { path: dir.path().to_owned(), dir: Arc::new(Mutex::new(Arc::new(dir))) };
        folder.sweep();
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder as it is now: the same that it was, or a new one where that was removed.
    ///
    /// # Errors
    /// As [`open`](Self::open), if somebody else's is there instead.
    fn dir(&self) -> Result<Arc<Dir>, ApiError> {
        let mut held = self.dir.lock().unwrap_or_else(PoisonError::into_inner);
        if !held.is_in_place() {
            *held = Arc::new(Dir::open_private(&self.path)?);
        }
        Ok(held.clone())
    }

    /// A new folder inside, which goes when its owner does. Nobody can know its name before.
    pub(crate) fn scratch(&self, name: &str) -> Result<Scratch, ApiError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)
            .map_err(|error| ApiError::new(ApiErrorKind::System, format!("no randomness: {error}")))?;
        let random = u128::from_le_bytes(random);
        let parent = self.dir()?;
        let name = format!("{name}-{}-{random:032x}", std::process::id());
        let dir = parent.make(&name).map_err(|error| failure(&self.path.join(&name), error))?;
        Ok(Scratch { parent, name, dir })
    }

    /// Removes the folders of processes that are gone.
    fn sweep(&self) {
        let Ok(dir) = self.dir() else { return };
        for name in dir.names().unwrap_or_default() {
            let mut parts = name.to_str().unwrap_or_default().rsplitn(3, '-');
            let owner = (parts.next(), parts.next(), parts.next());
            let (Some(_), Some(pid), Some(_)) = owner else { continue };
            if pid.parse().is_ok_and(dir::is_gone) {
                let _ = dir.remove_folder(&name);
            }
        }
    }
}

impl RuntimeFolder {
    /// The sockets inside whose names end so (`sock`).
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn sockets(&self, ending: &str) -> Result<Vec<PathBuf>, ApiError> {
        let dir = self.dir()?;
        let names = dir.names().map_err(|error| failure(&self.path, error))?;
        let sockets = names
            .into_iter()
            .filter(|name| Path::new(name).extension() == Some(OsStr::new(ending)) && dir.is_socket(name));
        Ok(sockets.map(|name| self.path.join(name)).collect())
    }

    /// Where a socket inside is.
    pub(crate) fn socket(&self, name: &str) -> Result<PathBuf, ApiError> {
        Ok(self.dir()?.path().join(name))
    }

    /// Removes a socket at which nobody listens any more.
    pub fn remove_socket(&self, path: &Path) {
        if let (Ok(dir), Some(name)) = (self.dir(), path.file_name())
            && dir.is_socket(name)
        {
            // Somebody else may have been faster.
            let _ = dir.remove_file(name);
        }
    }

    /// Listens at a socket inside.
    ///
    /// # Errors
    /// As [`open`](Self::open), and if the socket cannot be made.
    pub fn bind(&self, name: &str) -> Result<BoundSocket, ApiError> {
        BoundSocket::bind(self.dir()?, name)
    }

    /// A file inside that serves as a lock; made if there is none.
    pub(crate) fn lock_file(&self, name: &str) -> Result<std::fs::File, ApiError> {
        self.dir()?.lock_file(name).map_err(|error| failure(&self.path.join(name), error))
    }
}

/// A folder that goes, with all in it, when this is dropped.
#[derive(Debug)]
pub(crate) struct Scratch {
    parent: Arc<Dir>,
    name: String,
    dir: Dir,
}

impl Scratch {
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// A new file, closed to everyone else.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<PathBuf, ApiError> {
        let path = self.path().join(name);
        self.dir.write_new(name, text.as_bytes()).map_err(|error| failure(&path, error))?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        match self.parent.remove_folder(OsStr::new(&self.name)) {
            Ok(()) => {}
            // It went with the whole folder.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(path = %self.path().display(), %error, "a private folder stays behind");
            }
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
