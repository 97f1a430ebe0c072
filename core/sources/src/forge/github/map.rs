//! What GitHub answers, and what panels show of it.

use jumpseat_panels::{
    Body, Check, CheckState, Checks, Comment, Issue, IssueComment, IssueLink, IssueState, Label, Request,
    RequestState, Reviewer, Verdict,
};
use serde::Deserialize;

use crate::forge::{branch_target::Project, http::Page, time::millis};

#[derive(Deserialize)]
pub(super) struct Repository {
    pub(super) full_name: Option<String>,
    pub(super) parent: Option<Parent>,
}

#[derive(Deserialize)]
pub(super) struct Parent {
    pub(super) full_name: String,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct Pull {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) body: Option<String>,
    pub(super) state: String,
    #[serde(default)]
    pub(super) draft: bool,
    pub(super) merged_at: Option<String>,
    pub(super) user: Option<Person>,
    pub(super) base: Branch,
    pub(super) head: Branch,
    #[serde(default)]
    pub(super) labels: Vec<FoundLabel>,
    #[serde(default)]
    pub(super) requested_reviewers: Vec<Person>,
    #[serde(default)]
    pub(super) requested_teams: Vec<Team>,
    pub(super) mergeable: Option<bool>,
    pub(super) created_at: String,
    pub(super) updated_at: String,
    pub(super) html_url: Option<String>,
    /// How many there are tells of the second within one second.
    #[serde(default)]
    pub(super) comments: u64,
    #[serde(default)]
    pub(super) review_comments: u64,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct Branch {
    #[serde(rename = "ref")]
    pub(super) name: String,
    pub(super) sha: String,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct Person {
    pub(super) login: String,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct Team {
    pub(super) name: String,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct FoundLabel {
    pub(super) name: String,
    pub(super) color: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Review {
    #[serde(default)]
    pub(super) id: u64,
    pub(super) user: Option<Person>,
    pub(super) body: Option<String>,
    pub(super) state: String,
    pub(super) submitted_at: Option<String>,
    pub(super) html_url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Said {
    pub(super) user: Option<Person>,
    pub(super) body: Option<String>,
    pub(super) created_at: String,
    pub(super) updated_at: Option<String>,
    pub(super) html_url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct CheckRuns {
    pub(super) check_runs: Vec<CheckRun>,
}

impl Page for CheckRuns {
    type Item = CheckRun;

    fn items(self) -> Vec<CheckRun> {
        self.check_runs
    }
}

#[derive(Deserialize)]
pub(super) struct CheckRun {
    pub(super) name: String,
    pub(super) status: String,
    pub(super) conclusion: Option<String>,
    pub(super) started_at: Option<String>,
    pub(super) completed_at: Option<String>,
    pub(super) html_url: Option<String>,
    pub(super) output: Option<Output>,
}

#[derive(Deserialize)]
pub(super) struct Output {
    pub(super) title: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Statuses {
    pub(super) statuses: Vec<Status>,
}

impl Page for Statuses {
    type Item = Status;

    fn items(self) -> Vec<Status> {
        self.statuses
    }
}

#[derive(Deserialize)]
pub(super) struct Status {
    pub(super) context: String,
    pub(super) state: String,
    pub(super) description: Option<String>,
    pub(super) target_url: Option<String>,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct FoundIssue {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) body: Option<String>,
    pub(super) state: String,
    pub(super) state_reason: Option<String>,
    pub(super) user: Option<Person>,
    #[serde(default)]
    pub(super) labels: Vec<FoundLabel>,
    #[serde(default)]
    pub(super) assignees: Vec<Person>,
    pub(super) milestone: Option<Milestone>,
    pub(super) created_at: String,
    pub(super) updated_at: String,
    pub(super) html_url: Option<String>,
    #[serde(default)]
    pub(super) comments: u64,
    pub(super) pull_request: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct Milestone {
    pub(super) title: String,
}

impl Pull {
    pub(super) fn request(&self, project: &Project) -> Request {
        let state = match () {
            () if self.merged_at.is_some() => RequestState::Merged,
            () if self.state != "open" => RequestState::Closed,
            () if self.draft => RequestState::Draft,
            () => RequestState::Open,
        };
        Request {
            number: self.number,
            repository: project.0.clone(),
            title: self.title.clone(),
            body: body(&self.body),
            state,
            author: login(&self.user),
            base: self.base.name.clone(),
            head: self.head.name.clone(),
            commit: self.head.sha.clone(),
            labels: labels(&self.labels),
            reviewers: Vec::new(),
            verdict: None,
            checks: Checks::default(),
            unresolved: None,
            mergeable: self.mergeable,
            created: at(&self.created_at),
            updated: at(&self.updated_at),
            web: self.html_url.clone(),
        }
    }
}

impl Review {
    pub(super) fn is_draft(&self) -> bool {
        self.state == "PENDING" || self.submitted_at.is_none()
    }

    pub(super) fn comment(&self, verdict: Option<Verdict>) -> Comment {
        Comment {
            thread: None,
            author: login(&self.user),
            at: self.submitted_at.as_deref().map_or(0, at),
            edited: false,
            verdict,
            body: body(&self.body),
            web: self.html_url.clone(),
        }
    }
}

impl Said {
    pub(super) fn edited(&self) -> bool {
        self.updated_at.as_ref().is_some_and(|updated| *updated != self.created_at)
    }

    pub(super) fn comment(self) -> Comment {
        Comment {
            thread: None,
            author: login(&self.user),
            at: at(&self.created_at),
            edited: self.edited(),
            verdict: None,
            body: body(&self.body),
            web: self.html_url,
        }
    }

    pub(super) fn issue_comment(self, issue: u64, project: &Project) -> IssueComment {
        IssueComment {
            issue,
            repository: project.0.clone(),
            author: login(&self.user),
            at: at(&self.created_at),
            edited: self.edited(),
            body: body(&self.body),
            web: self.html_url,
        }
    }
}

impl CheckRun {
    pub(super) fn check(self) -> Check {
        let state = match (self.status.as_str(), self.conclusion.as_deref()) {
            ("completed", Some("success")) => CheckState::Passed,
            ("completed", Some("failure" | "timed_out" | "action_required" | "startup_failure")) => {
                CheckState::Failed
            }
            ("completed", Some("cancelled" | "stale")) => CheckState::Stopped,
            ("completed", _) => CheckState::Skipped,
            ("in_progress", _) => CheckState::Running,
            _ => CheckState::Waiting,
        };
        Check {
            name: self.name,
            state,
            summary: self.output.and_then(|output| output.title),
            started: self.started_at.as_deref().and_then(millis),
            finished: self.completed_at.as_deref().and_then(millis),
            web: self.html_url,
        }
    }
}

impl Status {
    pub(super) fn check(self) -> Check {
        let state = match self.state.as_str() {
            "success" => CheckState::Passed,
            "pending" => CheckState::Running,
            _ => CheckState::Failed,
        };
        Check {
            name: self.context,
            state,
            summary: self.description,
            started: None,
            finished: None,
            web: self.target_url,
        }
    }
}

impl FoundIssue {
    pub(super) fn issue(self, project: &Project, link: IssueLink) -> Issue {
        let state = match (self.state.as_str(), self.state_reason.as_deref()) {
            ("open", _) => IssueState::Open,
            (_, Some("not_planned" | "duplicate")) => IssueState::NotPlanned,
            _ => IssueState::Closed,
        };
        Issue {
            number: self.number,
            repository: project.0.clone(),
            link,
            title: self.title,
            body: body(&self.body),
            state,
            author: login(&self.user),
            labels: labels(&self.labels),
            assignees: self.assignees.into_iter().map(|person| person.login).collect(),
            milestone: self.milestone.map(|milestone| milestone.title),
            created: at(&self.created_at),
            updated: at(&self.updated_at),
            web: self.html_url,
        }
    }
}

/// Who looked, with the last that each came to, and who is still to look.
pub(super) fn reviewers(pull: &Pull, reviews: &[Review]) -> Vec<Reviewer> {
    let mut found: Vec<Reviewer> = Vec::new();
    for review in reviews {
        let (name, verdict) = (login(&review.user), verdict(&review.state));
        if verdict.is_none() || pull.user.as_ref().is_some_and(|author| author.login == name) {
            continue;
        }
        match found.iter_mut().find(|reviewer| reviewer.name == name) {
            // A remark does not take a verdict back.
            Some(_) if verdict == Some(Verdict::Commented) => {}
            Some(reviewer) => reviewer.verdict = verdict,
            None => found.push(Reviewer { name, verdict }),
        }
    }
    let people = pull.requested_reviewers.iter().map(|person| &person.login);
    for name in people.chain(pull.requested_teams.iter().map(|team| &team.name)) {
        found.retain(|reviewer| reviewer.name != *name);
        found.push(Reviewer { name: name.clone(), verdict: None });
    }
    found
}

pub(super) fn verdict(state: &str) -> Option<Verdict> {
    match state {
        "APPROVED" => Some(Verdict::Approved),
        "CHANGES_REQUESTED" => Some(Verdict::ChangesRequested),
        "COMMENTED" => Some(Verdict::Commented),
        "DISMISSED" => Some(Verdict::Dismissed),
        _ => None,
    }
}

/// How many checks came to what.
pub(in crate::forge) fn summed(checks: &[Check]) -> Checks {
    let mut sum = Checks::default();
    for check in checks {
        match check.state {
            CheckState::Passed => sum.passed += 1,
            CheckState::Failed | CheckState::Stopped => sum.failed += 1,
            CheckState::Waiting | CheckState::Running => sum.running += 1,
            CheckState::Skipped => sum.skipped += 1,
        }
    }
    sum
}

pub(super) fn labels(labels: &[FoundLabel]) -> Vec<Label> {
    let color = |color: &Option<String>| u32::from_str_radix(color.as_deref()?, 16).ok();
    labels.iter().map(|label| Label { name: label.name.clone(), color: color(&label.color) }).collect()
}

/// Who is gone is the forge's ghost.
pub(super) fn login(person: &Option<Person>) -> String {
    person.as_ref().map_or_else(|| "ghost".to_owned(), |person| person.login.clone())
}

pub(super) fn text(body: &Option<String>) -> &str {
    body.as_deref().unwrap_or_default()
}

pub(super) fn body(body: &Option<String>) -> Body {
    Body { text: text(body).to_owned(), rest: None }
}

pub(super) fn at(time: &str) -> u64 {
    millis(time).unwrap_or(0)
}
