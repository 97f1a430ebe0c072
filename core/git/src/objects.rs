//! Contents of blobs, from one `git cat-file --batch` for each repository that is read.

use std::path::PathBuf;

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdin, ChildStdout},
    time::timeout,
};

use crate::program::{Git, GitError};
use std::time::Duration;

/// The longest a blob may take: it is packed against others at most.
const READ_FOR: Duration = Duration::from_secs(10);

/// The longest line that precedes a content: a name, a type and a size.
const MAX_HEADER: u64 = 256;

/// A running `git cat-file --batch`.
pub struct Objects {
    /// The repository's top.
    pub root: PathBuf,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    /// Killed with the rest.
    _child: Child,
}

impl Objects {
    /// Starts it.
    ///
    /// # Errors
    /// If it cannot be started, or the repository's settings cannot be read.
    pub async fn of(root: PathBuf) -> Result<Self, GitError> {
        let git = Git::at(&root).pinned().await?;
        let mut child = git.spawn(["cat-file", "--batch"], true)?;
        match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(stdin), Some(stdout), stderr) => {
                // Closed: what it complains about is of no use here.
                drop(stderr);
                Ok(Self { root, stdin, stdout: BufReader::new(stdout), _child: child })
            }
            _ => Err(GitError::Malformed),
        }
    }

    /// A blob's bytes; nothing if it is none. After an error this is of no more use.
    ///
    /// # Errors
    /// If git says something else, takes too long, or the blob is larger than `limit` ([`GitError::TooMuch`]).
    pub async fn read(&mut self, oid: &str, limit: u64) -> Result<Option<Vec<u8>>, GitError> {
        timeout(READ_FOR, self.try_read(oid, limit)).await.map_err(|_| GitError::TimedOut)?
    }

    async fn try_read(&mut self, oid: &str, limit: u64) -> Result<Option<Vec<u8>>, GitError> {
        self.stdin.write_all(format!("{oid}\n").as_bytes()).await?;
        self.stdin.flush().await?;
        let mut header = String::new();
        (&mut self.stdout).take(MAX_HEADER).read_line(&mut header).await?;
        let mut fields = header.trim_end().split(' ').skip(1);
        let (kind, size) = (fields.next(), fields.next().and_then(|size| size.parse::<u64>().ok()));
        let Some(size) = size else {
            return if kind == Some("missing") { Ok(None) } else { Err(GitError::Malformed) };
        };
        if size > limit {
            return Err(GitError::TooMuch);
        }
        let mut bytes = Vec::new();
        // With the line break after it.
        (&mut self.stdout).take(size + 1).read_to_end(&mut bytes).await?;
        if bytes.pop() != Some(b'\n') || bytes.len() as u64 != size {
            return Err(GitError::Malformed);
        }
        Ok((kind == Some("blob")).then_some(bytes))
    }
}
