//! The `git` program, run so that nothing which a repository brings with it runs, too: no hooks, no file system
//! monitor, no pager, no external diff, no filters, no network.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use thiserror::Error;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    time::timeout,
};

/// The longest any run may take: a cold `git status` of a huge repository.
const RUN_FOR: Duration = Duration::from_secs(30);

/// What is kept of standard error, in bytes.
const MAX_COMPLAINT: u64 = 8 * 1024;

/// The device that swallows and gives nothing.
const NOTHING: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// Settings that win over every file's.
const SETTINGS: [(&str, &str); 10] = [
    ("core.fsmonitor", "false"),
    ("core.hooksPath", NOTHING),
    ("core.pager", "cat"),
    ("color.ui", "false"),
    ("diff.renameLimit", "400"),
    ("log.showSignature", "false"),
    ("submodule.recurse", "false"),
    ("core.safecrlf", "false"),
    ("diff.algorithm", "minimal"),
    ("diff.ignoreSubmodules", "dirty"),
];

/// One repository's `git`.
#[derive(Clone, Debug)]
pub struct Git {
    program: OsString,
    /// Where it runs. Once the place is known to be a working tree's top, that tree is pinned, so that no setting
    /// of the repository moves it elsewhere.
    at: PathBuf,
    pinned: bool,
    /// What takes filters out of the way.
    overrides: Vec<(String, String)>,
    /// Whether line ends are converted without an attribute that says so.
    pub autocrlf: bool,
}

/// Why a run gave nothing.
#[derive(Debug, Error)]
pub enum GitError {
    /// There is no such program.
    #[error("the git program is not installed")]
    NotInstalled,
    /// It was ended.
    #[error("git took too long")]
    TimedOut,
    /// More than the limit of the run.
    #[error("git said more than is read")]
    TooMuch,
    /// It, or its folder, cannot be reached.
    #[error("git cannot be run: {0}")]
    Io(#[from] io::Error),
    /// It ended otherwise than well.
    #[error("git failed: {complaint}")]
    Failed {
        /// Its exit code; nothing if a signal ended it.
        code: Option<i32>,
        /// The beginning of what it wrote to standard error. It may name any path of the machine.
        complaint: String,
    },
    /// Nothing that this version of it is known to say.
    #[error("git said what is not understood")]
    Malformed,
    /// The repository is not the folder's own.
    #[error(
        "its repository lies elsewhere and does not name this folder as its working tree (`git config core.worktree` does)"
    )]
    Elsewhere,
}

impl GitError {
    /// Whether git refuses the folder because somebody else owns it.
    pub fn is_distrust(&self) -> bool {
        matches!(self, Self::Failed { complaint, .. } if complaint.contains("dubious ownership"))
    }
}

impl Git {
    /// `git`, as the environment finds it, at a folder.
    pub fn at(folder: &Path) -> Self {
        Self {
            program: "git".into(),
            at: folder.to_owned(),
            pinned: false,
            overrides: Vec::new(),
            autocrlf: false,
        }
    }

    /// The same, with this folder as the working tree whatever the repository's settings say, and without
    /// filters.
    ///
    /// # Errors
    /// If the settings cannot be read.
    pub async fn pinned(mut self) -> Result<Self, GitError> {
        self.pinned = true;
        let wanted = "^(filter\\.|core\\.autocrlf$)";
        let args = ["config", "--null", "--show-scope", "--includes", "--get-regexp", wanted];
        let found = match self.run(args, 1024 * 1024).await {
            Ok(found) => found,
            Err(GitError::Failed { code: Some(1), .. }) => Vec::new(),
            Err(fault) => return Err(fault),
        };
        let (overrides, autocrlf) = filter_overrides(&found)?;
        (self.overrides, self.autocrlf) = (overrides, autocrlf);
        Ok(self)
    }

    /// Where it runs.
    pub fn folder(&self) -> &Path {
        &self.at
    }

    /// What a run prints; at most `limit` bytes.
    ///
    /// # Errors
    /// If it cannot be run, fails, takes too long or says more.
    pub async fn run<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        limit: usize,
    ) -> Result<Vec<u8>, GitError> {
        self.run_with(args, None, limit).await
    }

    /// The same, with what git complained of although it succeeded.
    ///
    /// # Errors
    /// If it cannot be run, fails, takes too long or says more.
    pub async fn run_heard<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        limit: usize,
    ) -> Result<(Vec<u8>, String), GitError> {
        let mut child = self.spawn(args, false)?;
        timeout(RUN_FOR, finish(&mut child, None, limit)).await.map_err(|_| GitError::TimedOut)?
    }

    /// The same with something on standard input.
    ///
    /// # Errors
    /// If it cannot be run, fails, takes too long or says more.
    pub async fn run_with<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        input: Option<Vec<u8>>,
        limit: usize,
    ) -> Result<Vec<u8>, GitError> {
        let mut child = self.spawn(args, input.is_some())?;
        // Dropped at the time limit, the child is killed.
        let heard = timeout(RUN_FOR, finish(&mut child, input, limit)).await;
        heard.map_err(|_| GitError::TimedOut)?.map(|(said, _)| said)
    }

    /// Starts a run; dropping the child ends it.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn spawn<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        input: bool,
    ) -> Result<Child, GitError> {
        let mut command = Command::new(&self.program);
        command.arg("--no-pager").args(args).current_dir(&self.at);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command
            .env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ALLOW_PROTOCOL", "none");
        if self.pinned {
            command.env("GIT_WORK_TREE", &self.at);
        }
        let settings = SETTINGS.iter().map(|(key, value)| (*key, *value));
        let overrides = self.overrides.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let mut count = 0;
        for (key, value) in settings.chain(overrides) {
            command.env(format!("GIT_CONFIG_KEY_{count}"), key);
            command.env(format!("GIT_CONFIG_VALUE_{count}"), value);
            count += 1;
        }
        command.env("GIT_CONFIG_COUNT", count.to_string());
        command
            .stdin(if input { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(windows)]
        {
            /// No console window flashes up.
            const CREATE_NO_WINDOW: u32 = 0x0800_0000;
            command.creation_flags(CREATE_NO_WINDOW);
        }
        command.spawn().map_err(|error| match error.kind() {
            // The folder may be what is gone.
            io::ErrorKind::NotFound if self.at.is_dir() => GitError::NotInstalled,
            _ => error.into(),
        })
    }
}

async fn finish(
    child: &mut Child,
    input: Option<Vec<u8>>,
    limit: usize,
) -> Result<(Vec<u8>, String), GitError> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let (Some(mut stdin), Some(input)) = (stdin, input) {
            // A git that has heard enough closes its end: its exit code tells.
            let _ = stdin.write_all(&input).await;
        }
    };
    let read = async {
        let mut out = Vec::new();
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        if let Some(stdout) = stdout {
            stdout.take(most).read_to_end(&mut out).await?;
        }
        if out.len() > limit { Err(GitError::TooMuch) } else { Ok(out) }
    };
    let complain = async {
        let mut text = Vec::new();
        if let Some(mut stderr) = stderr {
            (&mut stderr).take(MAX_COMPLAINT).read_to_end(&mut text).await?;
            tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await?;
        }
        Ok::<_, GitError>(text)
    };
    let (out, complaint) = tokio::try_join!(
        async {
            let ((), out) = tokio::join!(feed, read);
            out
        },
        complain
    )?;
    let status = child.wait().await?;
    let complaint = String::from_utf8_lossy(&complaint).into_owned();
    if status.success() {
        Ok((out, complaint))
    } else {
        Err(GitError::Failed { code: status.code(), complaint })
    }
}

/// Takes every filter out of the way, the person's own too: they do what the repository's settings tell them
/// (`lfs.extension.*` names programs), and write into it. Also tells whether line ends are converted.
fn filter_overrides(found: &[u8]) -> Result<(Vec<(String, String)>, bool), GitError> {
    // A name that is no text could not be overridden: nothing of such a repository is shown.
    let text = std::str::from_utf8(found).map_err(|_| GitError::Malformed)?;
    let mut fields = text.split('\0');
    let (mut keys, mut autocrlf) = (Vec::new(), false);
    while let (Some(_scope), Some(setting)) = (fields.next(), fields.next()) {
        let (key, value) = setting.split_once('\n').unwrap_or((setting, "true"));
        if key == "core.autocrlf" {
            autocrlf = !matches!(value.to_ascii_lowercase().as_str(), "false" | "no" | "off" | "0" | "");
        } else {
            keys.push(key);
        }
    }
    keys.sort_unstable();
    keys.dedup();
    // An empty command is none; `required` without one would be an error.
    let nothing = |key: &str| if key.ends_with(".required") { "false" } else { "" };
    Ok((keys.into_iter().map(|key| (key.to_owned(), nothing(key).to_owned())).collect(), autocrlf))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_filter_stays() {
        let found =
            b"global\0filter.lfs.process\ngit-lfs filter-process\0global\0filter.lfs.required\ntrue\0\
                      local\0filter.lfs.process\nevil\0local\0filter.x.clean\nevil\0";
        let expected = [("filter.lfs.process", ""), ("filter.lfs.required", "false"), ("filter.x.clean", "")];
        let (overrides, autocrlf) = filter_overrides(found).unwrap();
        assert!(!autocrlf);
        let overrides: Vec<_> = overrides.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(overrides, expected);
        let nameless = filter_overrides(b"local\0filter.\xff.clean\nevil\0");
        assert!(matches!(nameless, Err(GitError::Malformed)));
    }

    #[test]
    fn settings_cut_off_are_no_trouble() {
        let count = |found: &[u8]| filter_overrides(found).map(|(overrides, _)| overrides.len()).unwrap();
        assert!(filter_overrides(b"local\0core.autocrlf\ninput\0").unwrap().1);
        assert_eq!(count(b""), 0);
        assert_eq!(count(b"local"), 0);
        assert_eq!(count(b"local\0filter.a.clean"), 1);
    }
}
