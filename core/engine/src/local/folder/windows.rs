//! The private folder on Windows: the temporary folder is the person's own there.

use std::{
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
};

use super::failure;
use crate::face::Failure;

/// A folder.
#[derive(Debug)]
pub(super) struct Dir {
    path: PathBuf,
}

impl Dir {
    /// Opens it, or makes it.
    pub(super) fn open_private(path: &Path) -> Result<Self, Failure> {
        match fs::create_dir(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failure(path, error)),
            _ if !path.is_dir() => Err(failure(path, "it is not a folder")),
            _ => Ok(Self { path: path.to_owned() }),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is still there.
    pub(super) fn is_in_place(&self) -> bool {
        self.path.is_dir()
    }

    /// A new folder inside.
    pub(super) fn make(&self, name: &str) -> io::Result<Self> {
        let path = self.path.join(name);
        fs::create_dir(&path)?;
        Ok(Self { path })
    }

    /// A new file with this in it.
    pub(super) fn write_new(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        io::Write::write_all(&mut fs::File::create_new(self.path.join(name))?, bytes)
    }

    /// The names of everything inside.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    /// Removes a folder inside with all in it.
    pub(super) fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_dir_all(self.path.join(name))
    }
}

pub(super) fn fallback_name() -> String {
    "jumpseat".to_owned()
}

pub(super) fn is_gone(_: i32) -> bool {
    false
}
