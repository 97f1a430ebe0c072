//! A place in the private folder where other processes of the same person connect.

use std::{
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::dir::Dir;
use crate::{
    api::ApiError,
    runtime::{
        failure,
        stream::{Incoming, system::Listener},
    },
};

/// A socket that is listened at, removed when this is dropped.
#[derive(Debug)]
pub struct BoundSocket {
    listener: Listener,
    dir: Arc<Dir>,
    name: String,
    path: PathBuf,
}

impl BoundSocket {
    pub(super) fn bind(dir: Arc<Dir>, name: &str) -> Result<Self, ApiError> {
        let path = dir.path().join(name);
        let listener = dir.listen(name).map_err(|error| failure(&path, error))?;
        Ok(Self { listener, dir, name: name.to_owned(), path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The next connection. Cancel-safe.
    ///
    /// # Errors
    /// The system's.
    pub async fn accept(&self) -> io::Result<Incoming> {
        self.listener.accept().await.map(Incoming)
    }

    /// Listens no more, and leaves behind what a crash leaves.
    #[cfg(test)]
    pub(crate) fn crash(mut self) {
        self.name.clear();
    }
}

impl Drop for BoundSocket {
    fn drop(&mut self) {
        // It may be gone already, with its folder.
        let _ = self.dir.remove_file(OsStr::new(&self.name));
    }
}
