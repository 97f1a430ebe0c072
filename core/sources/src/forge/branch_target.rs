//! Where a workspace stands at forges: its branch, and the repositories that its remotes name.

use std::path::Path;

use jumpseat_git::{Git, GitError, RepoLocation};
use jumpseat_panels::Remedy;

use super::{ForgeHost, ForgeKind};
use crate::git;

/// What is read of one answer, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// Most repositories that are asked.
const MAX_PROJECTS: usize = 6;

/// Where a workspace stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct BranchTarget {
    pub(super) forge: ForgeHost,
    pub(super) branch: String,
    pub(super) commit: String,
    /// The repository that the branch is pushed to.
    pub(super) head: Project,
    /// The request, where git's configuration names it.
    pub(super) request: Option<(Project, u64)>,
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
            let plain =
                part.chars().all(|character| character.is_alphanumeric() || "-._~".contains(character));
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

/// Why a workspace stands nowhere at a forge.
#[derive(Debug)]
pub(super) enum Nowhere {
    /// There is no repository.
    NoRepository,
    /// No branch is checked out.
    Detached,
    /// The branch has no commit.
    Unborn,
    /// The repository has no remote.
    NoRemote,
    /// Its remotes are at no forge that is known.
    UnknownForge,
    /// Git failed. [`GitError::Elsewhere`] is a repository that the workspace only points to: its review is not the
    /// workspace's.
    Git(GitError),
}

impl From<GitError> for Nowhere {
    fn from(fault: GitError) -> Self {
        Self::Git(fault)
    }
}

impl Nowhere {
    /// Why, in a line for people, without a full stop.
    pub(super) fn why(&self) -> String {
        let text = match self {
            Self::NoRepository => "there is no Git repository here",
            Self::Detached => "no branch is checked out",
            Self::Unborn => "the branch has no commit yet",
            Self::NoRemote => "the repository has no remote",
            Self::UnknownForge => "no remote is at a forge that is known",
            Self::Git(fault) => return fault.told(),
        };
        text.to_owned()
    }

    pub(super) fn remedy(&self) -> Option<Remedy> {
        match self {
            Self::UnknownForge => Some(Remedy::Configure),
            Self::Git(fault) => git::remedy(fault),
            Self::NoRepository | Self::Detached | Self::Unborn | Self::NoRemote => None,
        }
    }
}

impl BranchTarget {
    /// Asks git.
    pub(super) async fn of(folder: &Path, forges: &[ForgeHost]) -> Result<Self, Nowhere> {
        let place = RepoLocation::of(folder).await?.ok_or(Nowhere::NoRepository)?;
        let git = Git::at(folder);
        let line = async |args: &[&str]| match git.run(args, MAX_ANSWER).await {
            Ok(said) => {
                Ok(Some(String::from_utf8_lossy(&said).trim().to_owned()).filter(|said| !said.is_empty()))
            }
            Err(GitError::Failed { .. }) => Ok(None),
            Err(fault) => Err(fault),
        };
        // The whole name: a short one has more in front where a tag is called the same.
        let head = line(&["symbolic-ref", "--quiet", "HEAD"]).await?;
        let branch = head.as_deref().and_then(|name| name.strip_prefix("refs/heads/"));
        let branch = branch.ok_or(Nowhere::Detached)?.to_owned();
        let commit = line(&["rev-parse", "--verify", "--quiet", "HEAD"]).await?.ok_or(Nowhere::Unborn)?;
        let above = place.scope.map(|scope| scope + "/").unwrap_or_default();
        let said = line(&["remote", "--verbose"]).await?.unwrap_or_default();
        let at_forge = |url: &str| {
            let (host, project) = parse(url)?;
            Some((forges.iter().find(|forge| forge.host.eq_ignore_ascii_case(&host))?, project))
        };
        let listed = |way: &str| -> Vec<(&str, &ForgeHost, Project)> {
            let remote = |line| -> Option<_> {
                let (name, rest) = str::split_once(line, '\t')?;
                let (forge, project) = at_forge(rest.strip_suffix(way)?)?;
                Some((name, forge, project))
            };
            said.lines().filter_map(remote).collect()
        };
        let (mut remotes, pushes) = (listed(" (fetch)"), listed(" (push)"));
        let setting = async |key: &str| line(&["config", "--get", &format!("branch.{branch}.{key}")]).await;
        let pushed = match setting("pushRemote").await? {
            Some(remote) => Some(remote),
            None => match line(&["config", "--get", "remote.pushDefault"]).await? {
                Some(remote) => Some(remote),
                None => setting("remote").await?,
            },
        };
        let merge = setting("merge").await?.unwrap_or_default();
        let upstream = merge.strip_prefix("refs/heads/").map(str::to_owned);
        // A remote's name, or an address in its place, as `gh pr checkout` puts there.
        let named = |wanted: Option<&str>| {
            let all = || pushes.iter().chain(&remotes);
            let found = wanted.and_then(|wanted| all().find(|(name, ..)| *name == wanted));
            found.map(|(_, forge, project)| (*forge, project.clone()))
        };
        let mut head = named(pushed.as_deref());
        if let (None, Some(address)) = (&head, &pushed) {
            // As git reads it, with what its configuration puts in place of it; nothing is asked of the remote.
            let address = line(&["ls-remote", "--get-url", "--", address]).await?;
            head = address.as_deref().and_then(at_forge);
        }
        let first = || remotes.first().map(|(_, forge, project)| (*forge, project.clone()));
        let head = head.or_else(|| named(Some("origin"))).or_else(first);
        let nowhere = if said.is_empty() { Nowhere::NoRemote } else { Nowhere::UnknownForge };
        let (forge, head) = head.ok_or(nowhere)?;
        let fetched = setting("remote").await?;
        let request = request_of(&merge).and_then(|number| {
            let (at, project) = named(fetched.as_deref()).or_else(|| at_forge(fetched.as_deref()?))?;
            (at == forge).then_some((project, number))
        });
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
        if !projects.contains(&head) && projects.len() < MAX_PROJECTS {
            projects.push(head.clone());
        }
        let issues = issues_of(&branch);
        // What it is called there counts, where it follows a branch of another name; but not its base.
        let branch =
            upstream.filter(|upstream| !matches!(&**upstream, "main" | "master" | "trunk")).unwrap_or(branch);
        let forge = forge.clone();
        Ok(Self { forge, branch, commit, head, request, projects, issues, place: Offset { above } })
    }
}

/// The number in the name of a request's own reference: `refs/pull/7/head`, `refs/merge-requests/7/head`.
fn request_of(merge: &str) -> Option<u64> {
    let rest = merge.strip_prefix("refs/pull/").or_else(|| merge.strip_prefix("refs/merge-requests/"))?;
    rest.strip_suffix("/head").or_else(|| rest.strip_suffix("/merge"))?.parse().ok()
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
