//! A socket in the private folder.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::net::{UnixListener, UnixStream, unix::SocketAddr};

use super::dir::Dir;
use crate::{face::Failure, local::failure};

/// A socket that is listened at, removed when this is dropped.
#[derive(Debug)]
pub struct BoundSocket {
    listener: UnixListener,
    dir: Arc<Dir>,
    name: String,
    path: PathBuf,
}

impl BoundSocket {
    pub(super) fn bind(dir: Arc<Dir>, name: &str) -> Result<Self, Failure> {
        let path = dir.path().join(name);
        let bound = Self::try_bind(&dir, name);
        let listener = bound.map_err(|error| failure(&path, error))?;
        Ok(Self { listener, dir, name: name.to_owned(), path })
    }

    fn try_bind(dir: &Dir, name: &str) -> io::Result<UnixListener> {
        // Whoever finds it under its own name finds somebody who listens.
        let new = Path::new(name).with_extension("new").to_string_lossy().into_owned();
        // Whoever had this name is gone: a process's own number, or the holder's under its lock.
        match dir.remove_file(OsStr::new(&new)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let path = dir.path().join(&new);
        // A socket is bound by a path alone. So that it came to lie in the checked folder is looked up afterwards.
        let listener = UnixListener::bind(&path)?;
        match dir.name_socket(&new, name) {
            Ok(()) if dir.is_in_place() && dir.is_socket(OsStr::new(name)) => Ok(listener),
            Ok(()) | Err(_) => {
                let _ = fs::remove_file(&path);
                Err(io::Error::other("the folder was exchanged"))
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The next connection. Cancel-safe.
    ///
    /// # Errors
    /// The system's.
    pub async fn accept(&self) -> io::Result<(UnixStream, SocketAddr)> {
        self.listener.accept().await
    }
}

impl Drop for BoundSocket {
    fn drop(&mut self) {
        // It may be gone already, with its folder.
        let _ = self.dir.remove_file(OsStr::new(&self.name));
    }
}
