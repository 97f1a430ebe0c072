//! Where a workspace stands at forges: its branch, and the repositories that its remotes name.

use std::path::Path;

use super::{ForgeHost, ForgeKind};
use crate::git::{GitFault, Place, Program as Git};

/// What is read of one answer, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// Most repositories that are asked.
const MAX_PROJECTS: usize = 6;

/// Where a workspace stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Spot {
    pub(super) forge: ForgeHost,
    pub(super) branch: String,
    pub(super) commit: String,
    /// The repository that the branch is pushed to.
    pub(super) head: Project,
    /// Repositories that may have a request for it, the likelier ones first.
    pub(super) projects: Vec<Project>,
    /// Issues that the branch is named after.
    pub(super) issues: Vec<u64>,
    /// Where the repository is, seen from the workspace, or the workspace from the repository.
    pub(super) place: Offset,
}

/// A repository at a forge: `owner/name`, of GitLab with any groups between.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Project(pub(super) String);

impl Project {
    /// A name that a remote or a forge gives, if it can be one.
    pub(super) fn new(path: &str) -> Option<Self> {
        let fine = |part: &str| {
            let plain = part.chars().all(|sign| sign.is_alphanumeric() || "-._~".contains(sign));
            !matches!(part, "" | "." | "..") && plain
        };
        let parts = path.split('/').count();
        ((2..=20).contains(&parts) && path.split('/').all(fine)).then(|| Self(path.to_owned()))
    }

    pub(super) fn owner(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }
}

/// How a repository's paths become the workspace's.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Offset {
    /// What lies between the repository's top and the workspace, with a slash at its end.
    above: String,
}

impl Offset {
    /// A path of the repository as one of the workspace, as far as it is one.
    pub(super) fn shown(&self, path: &str) -> String {
        path.strip_prefix(&self.above).unwrap_or(path).to_owned()
    }
}

impl Spot {
    /// Asks git. Nothing where there is no repository, no branch, or no remote at a forge that is known.
    ///
    /// # Errors
    /// [`GitFault::Elsewhere`] for a repository that the workspace only points to: its review is not the workspace's.
    pub(super) async fn of(folder: &Path, forges: &[ForgeHost]) -> Result<Option<Self>, GitFault> {
        let Some(place) = Place::of(folder).await? else { return Ok(None) };
        let git = Git::at(folder);
        let line = async |args: &[&str]| match git.run(args, MAX_ANSWER).await {
            Ok(said) => {
                Ok(Some(String::from_utf8_lossy(&said).trim().to_owned()).filter(|said| !said.is_empty()))
            }
            Err(GitFault::Failed { .. }) => Ok(None),
            Err(fault) => Err(fault),
        };
        let (Some(branch), Some(commit)) = (
            line(&["symbolic-ref", "--quiet", "--short", "HEAD"]).await?,
            line(&["rev-parse", "HEAD"]).await?,
        ) else {
            return Ok(None);
        };
        let above = place.scope.map(|scope| scope + "/").unwrap_or_default();
        let said = line(&["remote", "--verbose"]).await?.unwrap_or_default();
        let mut remotes: Vec<(&str, &ForgeHost, Project)> = said
            .lines()
            .filter_map(|line| {
                let (name, rest) = line.split_once('\t')?;
                let url = rest.strip_suffix(" (fetch)")?;
                let (host, project) = parse(url)?;
                Some((name, forges.iter().find(|forge| forge.host.eq_ignore_ascii_case(&host))?, project))
            })
            .collect();
        let setting = async |key: &str| line(&["config", "--get", &format!("branch.{branch}.{key}")]).await;
        let pushed = match setting("pushRemote").await? {
            Some(remote) => Some(remote),
            None => match line(&["config", "--get", "remote.pushDefault"]).await? {
                Some(remote) => Some(remote),
                None => setting("remote").await?,
            },
        };
        let upstream =
            setting("merge").await?.and_then(|name| name.strip_prefix("refs/heads/").map(str::to_owned));
        let head = remotes
            .iter()
            .find(|(name, ..)| pushed.as_deref() == Some(name))
            .or_else(|| remotes.iter().find(|(name, ..)| *name == "origin"))
            .or_else(|| remotes.first());
        let Some((_, forge, head)) = head.cloned() else { return Ok(None) };
        remotes.retain(|(_, other, _)| *other == forge);
        // A fork's request lies at what it was forked from.
        remotes.sort_by_key(|(name, ..)| match *name {
            "upstream" => 0,
            "origin" => 1,
            _ => 2,
        });
        let mut projects: Vec<Project> = Vec::new();
        for (_, _, project) in remotes {
            if !projects.contains(&project) && projects.len() < MAX_PROJECTS {
                projects.push(project);
            }
        }
        let issues = issues_of(&branch);
        // What it is called there counts, where it follows a branch of another name; but not its base.
        let branch =
            upstream.filter(|upstream| !matches!(&**upstream, "main" | "master" | "trunk")).unwrap_or(branch);
        let forge = forge.clone();
        Ok(Some(Self { forge, branch, commit, head, projects, issues, place: Offset { above } }))
    }
}

/// The host and the repository of a remote's address, in any of git's ways of writing it.
fn parse(url: &str) -> Option<(String, Project)> {
    let (host, path) = match url.split_once("://") {
        Some(("https" | "http" | "ssh" | "git" | "git+ssh", rest)) => {
            let (authority, path) = rest.split_once('/')?;
            let host = authority.rsplit_once('@').map_or(authority, |pair| pair.1);
            (host.split(':').next()?, path)
        }
        Some(_) => return None,
        // `[person@]host:path`
        None => {
            let (authority, path) =
                url.split_once(':').filter(|(authority, _)| !authority.contains(['/', '\\']))?;
            (authority.rsplit_once('@').map_or(authority, |pair| pair.1), path)
        }
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let project = Project::new(path).filter(|_| !host.is_empty())?;
    Some((host.to_lowercase(), project))
}

/// Numbers that a branch's name gives as its issues': `123-fix`, `fix/123`, `issue-123`, `gh_123`.
fn issues_of(branch: &str) -> Vec<u64> {
    let mut found = Vec::new();
    for part in branch.split('/') {
        let words: Vec<&str> = part.split(['-', '_', '#']).filter(|word| !word.is_empty()).collect();
        let number = |word: &str| {
            let digits = (1..=9).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| word.parse::<u64>().ok()).flatten().filter(|number| *number > 0)
        };
        let marked = |word: &str| {
            matches!(&*word.to_lowercase(), "issue" | "issues" | "gh" | "fix" | "fixes" | "bug" | "closes")
        };
        for (nth, word) in words.iter().enumerate() {
            let counts = nth == 0 || marked(words[nth - 1]);
            if let Some(number) = number(word).filter(|_| counts)
                && !found.contains(&number)
                && found.len() < 3
            {
                found.push(number);
            }
        }
    }
    found
}

impl ForgeHost {
    /// `github.com`.
    pub fn github() -> Self {
        Self { host: "github.com".into(), kind: ForgeKind::GitHub, api: "https://api.github.com".into() }
    }

    /// `gitlab.com`.
    pub fn gitlab() -> Self {
        Self { host: "gitlab.com".into(), kind: ForgeKind::GitLab, api: "https://gitlab.com/api/v4".into() }
    }

    /// A forge of one's own, with its interface where it is by default.
    pub fn own(host: &str, kind: ForgeKind) -> Self {
        let path = match kind {
            ForgeKind::GitHub => "/api/v3",
            ForgeKind::GitLab => "/api/v4",
        };
        Self { host: host.to_lowercase(), kind, api: format!("https://{host}{path}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_name_a_host_and_a_repository() {
        for (url, expected) in [
            ("https://github.com/o/r.git", Some(("github.com", "o/r"))),
            ("https://me:secret@GitHub.com/o/r/", Some(("github.com", "o/r"))),
            ("git@github.com:o/r.git", Some(("github.com", "o/r"))),
            (
                "ssh://git@gitlab.example.com:2222/group/sub/r.git",
                Some(("gitlab.example.com", "group/sub/r")),
            ),
            ("github.com:o/r", Some(("github.com", "o/r"))),
            ("/srv/git/r.git", None),
            ("../r", None),
            ("C:\\r", None),
            ("file:///srv/r", None),
            ("ext::sh -c evil", None),
            ("https://github.com/o/../r", None),
            ("https://github.com/o/r?x=y", None),
            ("https://github.com/o", None),
        ] {
            let found = parse(url);
            let found = found.as_ref().map(|(host, project)| (host.as_str(), project.0.as_str()));
            assert_eq!(found, expected, "{url}");
        }
    }

    #[test]
    fn branches_are_named_after_issues() {
        for (branch, expected) in [
            ("123-fix-it", &[123][..]),
            ("fix/42_crash", &[42]),
            ("ann/issue-7", &[7]),
            ("gh-9/fixes-10", &[9, 10]),
            ("feature/utf-8", &[]),
            ("release-2026", &[]),
            ("main", &[]),
            ("99999999999999999999-x", &[]),
            ("0-x", &[]),
        ] {
            assert_eq!(issues_of(branch), expected, "{branch}");
        }
    }
}
