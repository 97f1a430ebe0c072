//! Files of a working tree as git would store them, so that they compare with what is stored: line ends, encodings and
//! keywords are converted by git itself, whose built-in conversions run nothing.

use std::{ffi::OsString, path::Path};

use jumpseat_git::{Git, GitError, RepoLocation, worktree::native};

/// The attributes that decide how a file is converted, and whether it is compared as text.
pub(super) const ATTRIBUTES: [&str; 6] = ["text", "eol", "crlf", "ident", "working-tree-encoding", "diff"];

/// What is read of one difference, in bytes: both versions of the largest content, with signs.
const MAX_PATCH: usize = 64 * 1024 * 1024;

/// Which stored version a file is compared with, to find what git makes of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Against {
    pub(super) oid: String,
    /// The side of a conflict, as an option.
    pub(super) side: Option<&'static str>,
}

/// What a file became.
pub(super) enum Cleaned {
    Bytes(Vec<u8>),
    /// What is stored already.
    Stored(String),
}

/// A file's content as git would store it. `None` if it is another file by now.
///
/// # Errors
/// If git fails.
pub(super) async fn clean(
    place: &RepoLocation,
    path: &[u8],
    content: Vec<u8>,
    against: &Against,
) -> Result<Option<Cleaned>, GitError> {
    let git = Git::at(&place.root).pinned().await?;
    // Git is given what was opened here, and reads no file by its path that counts.
    let path = native(path);
    let converted = ["hash-object".into(), "--stdin".into(), "--path".into(), path.clone().into_os_string()];
    let wanted = hash(&git, converted, content.clone()).await?;
    if wanted == against.oid {
        return Ok(Some(Cleaned::Stored(wanted)));
    }
    if wanted == hash_of(&git, content.clone()).await? {
        return Ok(Some(Cleaned::Bytes(content)));
    }
    // The difference with all lines around it has the whole content, as git compares it.
    let mut args: Vec<&Path> =
        ["--literal-pathspecs", "diff-files", "-p", "--text", "--unified=1000000000"].map(Path::new).into();
    args.extend(["--no-ext-diff", "--no-textconv", "--no-renames", "--no-color"].map(Path::new));
    args.extend(against.side.map(Path::new));
    args.extend([Path::new("--"), &path]);
    let cleaned = after(&git.run(args, MAX_PATCH).await?);
    // It may have been written, or exchanged, since. That line ends stay where they are stored like that git knows by
    // its index, which naming a content does not look at.
    let fits = cleaned == content || hash_of(&git, cleaned.clone()).await? == wanted;
    Ok(fits.then_some(Cleaned::Bytes(cleaned)))
}

/// The name of a content as it is.
async fn hash_of(git: &Git, content: Vec<u8>) -> Result<String, GitError> {
    hash(git, ["hash-object", "--stdin", "--no-filters"].map(OsString::from), content).await
}

async fn hash<const N: usize>(git: &Git, args: [OsString; N], content: Vec<u8>) -> Result<String, GitError> {
    let said = git.run_with(args, Some(content), 1024).await?;
    Ok(String::from_utf8_lossy(&said).trim_end().to_owned())
}

/// The later version out of a difference that shows all of it.
fn after(patch: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut begun, mut kept) = (false, false);
    for line in patch.split_inclusive(|byte| *byte == b'\n') {
        match line.first() {
            Some(b'@') => begun = true,
            _ if !begun => {}
            Some(b' ' | b'+') => {
                out.extend_from_slice(&line[1..]);
                kept = true;
            }
            // A setting leaves the blank before an empty line out.
            Some(b'\n') => {
                out.push(b'\n');
                kept = true;
            }
            Some(b'\\') if kept => _ = out.pop(),
            _ => kept = false,
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_version_is_read_out_of_a_difference() {
        let head = "diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n";
        let patch = format!(
            "{head} one\n-two\n+TWO\n\n-three\n\\ No newline at end of file\n+@@ three\n\\ No newline at end of file\n"
        );
        assert_eq!(after(patch.as_bytes()), b"one\nTWO\n\n@@ three");
        let patch = format!("{head}-one\n+one\n\\ No newline at end of file\n");
        assert_eq!(after(patch.as_bytes()), b"one");
        assert_eq!(after(format!("{head} one\n-two\n\\ No newline at end of file\n").as_bytes()), b"one\n");
        assert_eq!(after(b"diff --git a/f b/f\nold mode 100644\n"), b"");
    }
}
