//! Files of a working tree as panels show them: told apart, named, read again.

use std::{io::Read as _, path::Path};

use jumpseat_git::worktree::{Found, Stat, open};
use sha2::{Digest as _, Sha256};

/// Files up to this size are told apart by their content, larger ones by what the system says of them.
const MAX_HASHED: u64 = 64 * 1024;

/// What git looks at to tell text from other files.
const SNIFFED: usize = 8000;

/// A file of a working tree as it was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct FileStamp {
    pub(super) stat: Stat,
    /// Names this content at this path.
    pub(super) id: String,
    pub(super) binary: bool,
    /// Whether it was written so lately that another write might not show in its times.
    pub(super) recent: bool,
    /// By what it is converted before git compares it; empty if it is compared as it is.
    pub(super) rules: String,
}

impl FileStamp {
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

/// Reads a whole file, at most `limit` bytes of it, if it still is what `look` saw.
pub(super) fn read(root: &Path, path: &[u8], look: &FileStamp, limit: u64) -> Option<Vec<u8>> {
    match open(root, path).ok()? {
        Found::Link(target, _) => (name(root, path, &target, "") == look.id).then_some(target),
        Found::File(file, _) => {
            let mut bytes = Vec::new();
            file.take(limit.saturating_add(1)).read_to_end(&mut bytes).ok()?;
            if bytes.len() as u64 > limit {
                return None;
            }
            // Looked at again: it may have been written meanwhile.
            let now = FileStamp::at(root, path, None, &look.rules)?;
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
        let link = FileStamp::at(root.path(), b"link", None, "").unwrap();
        let target = read(root.path(), b"link", &link, 100).unwrap();
        assert!(!target.windows(6).any(|bytes| bytes == b"canary"));
    }

    #[test]
    fn a_pipe_blocks_nobody() {
        let root = tempfile::tempdir().unwrap();
        let mode = rustix::fs::Mode::RUSR;
        rustix::fs::mknodat(rustix::fs::CWD, root.path().join("pipe"), rustix::fs::FileType::Fifo, mode, 0)
            .unwrap();
        assert!(FileStamp::at(root.path(), b"pipe", None, "").is_none());
    }

    #[test]
    fn a_file_written_again_has_another_name_and_the_old_is_gone() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a"), "one").unwrap();
        let first = FileStamp::at(root.path(), b"a", None, "").unwrap();
        assert_eq!(read(root.path(), b"a", &first, 3).unwrap(), b"one");
        assert!(read(root.path(), b"a", &first, 2).is_none());
        // Of the same size, and within the same tick of the clock.
        fs::write(root.path().join("a"), "two").unwrap();
        let second = FileStamp::at(root.path(), b"a", Some(&first), "").unwrap();
        assert_ne!(first.id, second.id);
        assert!(read(root.path(), b"a", &first, 100).is_none());
        fs::write(root.path().join("b"), "two").unwrap();
        assert_ne!(FileStamp::at(root.path(), b"b", None, "").unwrap().id, second.id);
        fs::write(root.path().join("b"), "t\0o").unwrap();
        assert!(FileStamp::at(root.path(), b"b", None, "").unwrap().binary);
    }
}
