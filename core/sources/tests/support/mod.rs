//! What the tests of sources share: real repositories, and a source at work that is waited for by what it shows.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses a part, and panics are its findings")]

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use jumpseat_panels::{BranchFile, Entry, File, Key, Reference, Repository, SourceState, Version};
use jumpseat_sources::{Ask, FetchError, Published, Shown, Source, publisher};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with a real repository.
pub(crate) struct Repo {
    pub(crate) path: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

impl Repo {
    /// An empty repository in a folder of its own, on the branch `main`.
    pub(crate) fn new() -> Self {
        Self::in_folder(tempfile::tempdir().unwrap())
    }

    fn in_folder(folder: tempfile::TempDir) -> Self {
        let repo = Self { path: folder.path().canonicalize().unwrap(), _folder: Some(folder) };
        repo.git(["init", "--quiet", "--initial-branch=main"]);
        repo
    }

    /// A repository in a folder that is somebody else's.
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), _folder: None }
    }

    /// Runs git, which must succeed, and gives what it printed.
    pub(crate) fn git<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> String {
        let (worked, said) = self.try_git(args);
        assert!(worked, "{said}");
        said
    }

    pub(crate) fn try_git<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> (bool, String) {
        let out = Command::new("git")
            .args(["-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false"])
            .args(args)
            .current_dir(&self.path)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs([("GIT_AUTHOR_NAME", "Ann"), ("GIT_AUTHOR_EMAIL", "ann@example.org")])
            .envs([("GIT_COMMITTER_NAME", "Ann"), ("GIT_COMMITTER_EMAIL", "ann@example.org")])
            .envs([("GIT_EDITOR", "true"), ("LC_ALL", "C")])
            .output()
            .unwrap();
        let said = [out.stdout, out.stderr].concat();
        (out.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    pub(crate) fn write(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A repository of that many small files, a hundred in each folder, committed and checked out.
    pub(crate) fn of_files(count: usize) -> Self {
        // In memory, where that is to be had: a disk takes a minute to make a hundred thousand files.
        let memory = tempfile::tempdir_in("/dev/shm");
        let repo = Self::in_folder(memory.or_else(|_| tempfile::tempdir()).unwrap());
        let mut stream = String::from("blob\nmark :1\ndata 5\nline\n\ncommit refs/heads/main\n");
        stream.push_str("committer Ann <ann@example.org> 1000000000 +0000\ndata 4\nmany\n");
        for nth in 0..count {
            stream.push_str(&format!(
                "M 100644 :1 d{:02}/e{:02}/f{:02}\n",
                nth / 10_000,
                nth / 100 % 100,
                nth % 100
            ));
        }
        repo.write(".git/stream", stream);
        let script = "git fast-import --quiet < .git/stream && rm .git/stream && git reset --quiet --hard";
        let worked = Command::new("sh").args(["-c", script]).current_dir(&repo.path).status().unwrap();
        assert!(worked.success());
        repo
    }

    /// Writes, adds and commits.
    pub(crate) fn commit(&self, path: &str, text: impl AsRef<[u8]>, message: &str) -> String {
        self.write(path, text);
        self.git(["add", "--", path]);
        self.git(["commit", "--quiet", "-m", message]);
        self.head()
    }

    pub(crate) fn head(&self) -> String {
        self.git(["rev-parse", "HEAD"]).trim().to_owned()
    }
}

/// A source at work.
pub(crate) struct Working {
    asks: mpsc::Sender<Ask>,
    published: Published,
    now: Arc<Shown>,
    task: JoinHandle<()>,
}

impl Working {
    pub(crate) fn begin(source: impl Source) -> Self {
        let (publisher, published) = publisher();
        let (asks, asked) = mpsc::channel(8);
        let task = tokio::spawn(Box::new(source).run(publisher, asked));
        let now = published.now();
        Self { asks, published, now, task }
    }

    /// Waits until what is shown is as it should be.
    pub(crate) async fn until(&mut self, fits: impl Fn(&Panel<'_>) -> bool) -> Arc<Shown> {
        loop {
            if fits(&Panel(&self.now)) {
                return self.now.clone();
            }
            match timeout(PATIENCE, self.published.changed()).await {
                Ok(Some(shown)) => self.now = shown,
                Ok(None) => panic!("the source ended; it showed {:#?}", self.now),
                Err(_) => panic!("it never came; this is shown: {:.20000}", format!("{:#?}", self.now)),
            }
        }
    }

    /// The next picture, whatever it shows.
    pub(crate) async fn next(&mut self) -> Arc<Shown> {
        self.now = timeout(PATIENCE, self.published.changed()).await.unwrap().unwrap();
        self.now.clone()
    }

    pub(crate) async fn fetch(&self, reference: &Reference) -> Result<Bytes, FetchError> {
        let (answer, answered) = oneshot::channel();
        self.asks.send(Ask::Fetch { id: reference.id.clone(), answer }).await.unwrap();
        timeout(PATIENCE, answered).await.unwrap().unwrap_or(Err(FetchError::Failed))
    }

    /// The content of a version that is converted before it is compared, and must have one.
    pub(crate) async fn converted(&self, version: &Option<Version>) -> Bytes {
        let reference = version.as_ref().unwrap().content.as_ref().unwrap();
        self.fetch(reference).await.unwrap()
    }

    /// The content of a version that must have one.
    pub(crate) async fn content(&self, version: &Option<Version>) -> Bytes {
        let reference = version.as_ref().unwrap().content.as_ref().unwrap();
        let bytes = self.fetch(reference).await.unwrap();
        assert_eq!(bytes.len() as u64, reference.size);
        bytes
    }

    pub(crate) async fn refresh(&self) {
        self.asks.send(Ask::Refresh).await.unwrap();
    }

    /// Stops sharing it: the task must end by itself.
    pub(crate) async fn end(self) {
        drop(self.asks);
        timeout(PATIENCE, self.task).await.unwrap().unwrap();
    }
}

/// What is shown, to be asked.
pub(crate) struct Panel<'a>(pub(crate) &'a Shown);

impl<'a> Panel<'a> {
    pub(crate) fn is_fresh(&self) -> bool {
        self.0.state == SourceState::Fresh
    }

    pub(crate) fn repositories(&self) -> impl Iterator<Item = &'a Repository> + use<'a> {
        self.0.entries.values().filter_map(|entry| match entry {
            Entry::Repository(repository) => Some(repository),
            _ => None,
        })
    }

    pub(crate) fn repository(&self, path: &str) -> Option<&'a Repository> {
        self.repositories().find(|repository| repository.path == path)
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &'a File> + use<'a> {
        self.0.entries.values().filter_map(|entry| match entry {
            Entry::File(file) => Some(file),
            _ => None,
        })
    }

    /// The parts that could not be read, as `key: why`.
    pub(crate) fn unread(&self) -> Vec<String> {
        let text = |(key, entry): (&Key, &Entry)| match entry {
            Entry::Unread(unread) => Some(format!("{key}: {}", unread.why)),
            _ => None,
        };
        self.0.entries.iter().filter_map(text).collect()
    }

    /// Whether that part could not be read.
    pub(crate) fn lacks(&self, key: &str) -> bool {
        self.unread().iter().any(|text| text.starts_with(&format!("{key}: ")))
    }

    pub(crate) fn file(&self, path: &str) -> Option<&'a File> {
        self.files().find(|file| file.path == path)
    }

    pub(crate) fn branch_files(&self) -> impl Iterator<Item = &'a BranchFile> + use<'a> {
        self.0.entries.values().filter_map(|entry| match entry {
            Entry::BranchFile(file) => Some(file),
            _ => None,
        })
    }

    pub(crate) fn commits(&self) -> usize {
        self.0.entries.values().filter(|entry| matches!(entry, Entry::Commit(_))).count()
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.file(path).is_some()
    }
}
