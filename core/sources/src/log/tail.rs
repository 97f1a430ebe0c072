//! The end of a log file: what is added to it, also after it was rotated or cut off.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use jumpseat_git::file::{named, open};

/// What is read at first, and at most at once, in bytes. Of more only the end is read.
const MAX_READ: u64 = 256 * 1024;

/// The longest line that is kept whole, in bytes.
const MAX_LINE: usize = 64 * 1024;

/// A log file that is followed.
pub(super) struct Tail {
    path: PathBuf,
    /// Where a link led when the host named it. Any other link may lead within its folder only: whoever can write there
    /// would choose what is shared.
    named: Option<PathBuf>,
    /// Why it cannot be read, as the last reading found.
    trouble: Option<&'static str>,
    open: Option<Open>,
    /// Whether it was read before: what appears later is read from its beginning.
    begun: bool,
}

struct Open {
    file: File,
    /// How far it was read.
    at: u64,
    /// The beginning of a line that has not ended.
    part: Vec<u8>,
    /// Whether the line that is read began before what was read.
    skips: bool,
}

impl Tail {
    pub(super) fn new(path: PathBuf) -> Self {
        // The folder's true name is what the system tells changes of.
        let folder = path.parent().map(named);
        let path =
            folder.zip(path.file_name()).map_or_else(|| path.clone(), |(folder, name)| folder.join(name));
        let named = path.canonicalize().ok().filter(|named| *named != path);
        Self { path, named, trouble: None, open: None, begun: false }
    }

    /// The folders in which it may change.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        [Some(&self.path), self.named.as_ref()].into_iter().flatten().filter_map(|path| path.parent())
    }

    /// Whether a change at that path is one of what it shows.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        path == self.path || self.target().is_ok_and(|target| path == target)
    }

    /// Why it cannot be read, if so. A file may well not be there yet.
    pub(super) fn trouble(&self) -> Option<&'static str> {
        self.trouble
    }

    /// The file itself, behind a link.
    fn target(&self) -> io::Result<PathBuf> {
        if !self.path.symlink_metadata()?.is_symlink() {
            return Ok(self.path.clone());
        }
        let target = self.path.canonicalize()?;
        let near = target.parent() == self.path.parent() || Some(&target) == self.named.as_ref();
        if near { Ok(target) } else { Err(io::ErrorKind::PermissionDenied.into()) }
    }

    fn open(&mut self) -> Option<File> {
        let is_link = || self.path.canonicalize().is_ok_and(|now| now != self.path);
        let opened = self.target().and_then(|target| open(&target));
        self.trouble = match opened.as_ref().err().map(io::Error::kind) {
            None | Some(io::ErrorKind::NotFound) => None,
            Some(io::ErrorKind::PermissionDenied) if is_link() => {
                Some("it became a link that leads out of its folder")
            }
            Some(io::ErrorKind::PermissionDenied) => Some("permission denied"),
            Some(io::ErrorKind::InvalidInput) => Some("it is not a file"),
            Some(_) => Some("it cannot be opened"),
        };
        opened.ok()
    }

    /// What guests see it called.
    pub(super) fn name(&self) -> String {
        self.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// Lines that were added since the last time.
    pub(super) fn read(&mut self) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        let now = self.open();
        if let Some(known) = &mut self.open {
            if now.as_ref().is_some_and(|now| is_same(now, &known.file)) {
                known.read(&mut lines);
                return lines;
            }
            // It was moved away: what was still written to it comes first.
            known.read(&mut lines);
            lines.extend(known.end());
        }
        self.open = now.map(|file| Open { file, at: 0, part: Vec::new(), skips: false });
        if let Some(open) = &mut self.open {
            if !self.begun {
                open.skip_to_end();
            }
            open.read(&mut lines);
        }
        self.begun = true;
        lines
    }
}

impl Open {
    fn size(&self) -> u64 {
        self.file.metadata().map_or(0, |found| found.len())
    }

    /// Leaves out all but the end.
    fn skip_to_end(&mut self) {
        let from = self.size().saturating_sub(MAX_READ);
        if from > self.at {
            self.at = from;
            self.part.clear();
            self.skips = true;
        }
    }

    fn read(&mut self, lines: &mut Vec<Vec<u8>>) {
        if self.size() < self.at {
            // It was cut off and begins again.
            self.at = 0;
            self.part.clear();
            self.skips = false;
        }
        if self.size() - self.at.min(self.size()) > MAX_READ {
            lines.push("… (more than is read at once)".into());
            self.skip_to_end();
        }
        let mut bytes = Vec::new();
        let worked = self.file.seek(SeekFrom::Start(self.at)).is_ok()
            && (&mut self.file).take(2 * MAX_READ).read_to_end(&mut bytes).is_ok();
        if !worked {
            return;
        }
        self.at += bytes.len() as u64;
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = MAX_LINE - self.part.len();
            self.part.extend(&piece[..piece.len().min(room)]);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.part);
                if !std::mem::take(&mut self.skips) {
                    lines.push(line);
                }
            }
        }
    }

    /// What was left without a line's end.
    fn end(&mut self) -> Option<Vec<u8>> {
        let part = std::mem::take(&mut self.part);
        (!part.is_empty() && !self.skips).then_some(part)
    }
}

#[cfg(unix)]
fn is_same(one: &File, other: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (one.metadata(), other.metadata()) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// Where files have no number, one that was made at another time is another.
#[cfg(not(unix))]
fn is_same(one: &File, other: &File) -> bool {
    let made = |file: &File| file.metadata().and_then(|found| found.created()).ok();
    made(one) == made(other)
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _};

    use super::*;

    fn texts(lines: Vec<Vec<u8>>) -> Vec<String> {
        lines.into_iter().map(|line| String::from_utf8_lossy(&line).trim_end().to_owned()).collect()
    }

    #[test]
    fn lines_come_whole_and_once_through_rotation_and_cutting_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let mut tail = Tail::new(path.clone());
        assert!(tail.read().is_empty());
        fs::write(&path, "one\ntw").unwrap();
        assert_eq!(texts(tail.read()), ["one"]);
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"o\nthree\n").unwrap();
        assert_eq!(texts(tail.read()), ["two", "three"]);
        fs::rename(&path, folder.path().join("a.log.1")).unwrap();
        file.write_all(b"last words\n").unwrap();
        fs::write(&path, "new\n").unwrap();
        assert_eq!(texts(tail.read()), ["last words", "new"]);
        fs::write(&path, "x\n").unwrap();
        assert_eq!(texts(tail.read()), ["x"]);
        assert!(tail.read().is_empty());
        fs::remove_file(&path).unwrap();
        assert!(tail.read().is_empty());
    }

    #[test]
    fn of_much_only_the_end_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        fs::write(&path, "0123456789\n".repeat(1_000_000)).unwrap();
        let mut tail = Tail::new(path.clone());
        let lines = tail.read();
        assert!(lines.len() as u64 <= MAX_READ / 11 && lines.iter().all(|line| line == b"0123456789\n"));
        fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap()
            .write_all(&b"abcdefghij\n".repeat(100_000))
            .unwrap();
        let lines = texts(tail.read());
        assert!(lines.len() as u64 <= MAX_READ / 11 + 1);
        assert!(lines[0].starts_with('…') && lines[1..].iter().all(|line| line == "abcdefghij"));
    }

    #[test]
    fn a_line_without_end_takes_no_more_than_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        fs::write(&path, "x".repeat(200_000)).unwrap();
        let mut tail = Tail::new(path.clone());
        assert!(tail.read().is_empty());
        fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"end\nnext\n").unwrap();
        let lines = tail.read();
        assert_eq!((lines[0].len(), texts(lines)[1].as_str()), (MAX_LINE, "next"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_comes_later_leads_nowhere_else() {
        use std::os::unix::fs::symlink;

        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let secret = outside.path().join("secret");
        fs::write(&secret, "canary\n").unwrap();
        let path = folder.path().join("a.log");
        fs::write(&path, "one\n").unwrap();
        let mut tail = Tail::new(path.clone());
        assert_eq!(texts(tail.read()), ["one"]);
        // At rotation, somebody else is faster.
        fs::remove_file(&path).unwrap();
        symlink(&secret, &path).unwrap();
        assert!(tail.read().is_empty());
        assert!(tail.trouble().is_some_and(|why| why.contains("link")));
        // By another link in the folder, too.
        symlink(&secret, folder.path().join("b.log")).unwrap();
        fs::remove_file(&path).unwrap();
        symlink("b.log", &path).unwrap();
        assert!(tail.read().is_empty() && tail.trouble().is_some());
        // Programs that rotate by a link within their folder are followed.
        fs::write(folder.path().join("a-2.log"), "two\n").unwrap();
        fs::remove_file(&path).unwrap();
        symlink("a-2.log", &path).unwrap();
        assert_eq!((texts(tail.read()), tail.trouble()), (vec!["two".to_owned()], None));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_becomes_a_link_leads_nowhere_else() {
        let (around, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = around.path().join("log");
        fs::create_dir(&folder).unwrap();
        let mut tail = Tail::new(folder.join("a.log"));
        assert!(tail.read().is_empty() && tail.trouble().is_none(), "it is not there yet");
        fs::write(outside.path().join("a.log"), "canary\n").unwrap();
        fs::remove_dir(&folder).unwrap();
        std::os::unix::fs::symlink(outside.path(), &folder).unwrap();
        assert!(tail.read().is_empty());
        assert!(tail.trouble().is_some_and(|why| why.contains("link")), "{:?}", tail.trouble());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_the_host_names_is_followed() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (path, real) = (folder.path().join("a.log"), outside.path().join("real.log"));
        fs::write(&real, "one\n").unwrap();
        std::os::unix::fs::symlink(&real, &path).unwrap();
        let mut tail = Tail::new(path);
        assert_eq!(texts(tail.read()), ["one"]);
        assert!(tail.is_at(&real.canonicalize().unwrap()) && tail.name() == "a.log");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_no_log() {
        let folder = tempfile::tempdir().unwrap();
        let mode = rustix::fs::Mode::RUSR;
        let path = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let mut tail = Tail::new(path);
        assert!(tail.read().is_empty());
        assert_eq!(tail.trouble(), Some("it is not a file"));
    }
}
