//! What GitLab answers, and what panels show of it.

use jumpseat_panels::{
    Body, Check, CheckState, Checks, Comment, Issue, IssueComment, IssueLink, IssueState, Label, Request,
    RequestState, Reviewer, Side, Thread, Verdict,
};
use serde::Deserialize;

use crate::forge::{
    branch_target::{BranchTarget, Project},
    time::millis,
};

#[derive(Deserialize)]
pub(super) struct FoundProject {
    pub(super) id: Option<u64>,
    pub(super) forked_from_project: Option<Parent>,
}

#[derive(Deserialize)]
pub(super) struct Parent {
    pub(super) path_with_namespace: String,
}

#[derive(Deserialize)]
pub(super) struct Short {
    pub(super) iid: u64,
    pub(super) source_project_id: Option<u64>,
    pub(super) state: String,
    pub(super) sha: Option<String>,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct Merge {
    pub(super) iid: u64,
    pub(super) project_id: Option<u64>,
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) state: String,
    #[serde(default)]
    pub(super) draft: bool,
    pub(super) author: Option<Person>,
    pub(super) source_branch: String,
    pub(super) target_branch: String,
    pub(super) sha: Option<String>,
    #[serde(default)]
    pub(super) labels: Vec<String>,
    #[serde(default)]
    pub(super) reviewers: Vec<Person>,
    pub(super) has_conflicts: Option<bool>,
    pub(super) head_pipeline: Option<Pipeline>,
    pub(super) created_at: String,
    pub(super) updated_at: String,
    /// How many there are tells of what comes with no other change.
    #[serde(default)]
    pub(super) user_notes_count: u64,
    pub(super) web_url: Option<String>,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct Person {
    pub(super) username: String,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct Pipeline {
    pub(super) id: u64,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Approvals {
    pub(super) approved: Option<bool>,
    pub(super) approvals_left: Option<i64>,
    pub(super) approved_by: Vec<Approval>,
}

#[derive(Deserialize)]
pub(super) struct Approval {
    pub(super) user: Person,
}

#[derive(Deserialize)]
pub(super) struct Job {
    pub(super) name: String,
    pub(super) status: String,
    pub(super) stage: Option<String>,
    #[serde(default)]
    pub(super) allow_failure: bool,
    pub(super) started_at: Option<String>,
    pub(super) finished_at: Option<String>,
    pub(super) web_url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Discussion {
    pub(super) id: String,
    pub(super) notes: Vec<Note>,
}

#[derive(Deserialize)]
pub(super) struct Note {
    pub(super) id: u64,
    pub(super) body: String,
    pub(super) author: Option<Person>,
    pub(super) created_at: String,
    pub(super) updated_at: Option<String>,
    #[serde(default)]
    pub(super) system: bool,
    /// Today's name and the one before, for what only members of the project see.
    #[serde(default)]
    pub(super) internal: bool,
    #[serde(default)]
    pub(super) confidential: bool,
    #[serde(default)]
    pub(super) resolvable: bool,
    #[serde(default)]
    pub(super) resolved: bool,
    pub(super) position: Option<Position>,
}

#[derive(Deserialize)]
pub(super) struct Position {
    pub(super) head_sha: Option<String>,
    pub(super) new_path: Option<String>,
    pub(super) old_path: Option<String>,
    pub(super) new_line: Option<u32>,
    pub(super) old_line: Option<u32>,
    pub(super) line_range: Option<LineRange>,
}

#[derive(Deserialize)]
pub(super) struct LineRange {
    pub(super) start: Option<LinePlace>,
}

#[derive(Deserialize)]
pub(super) struct LinePlace {
    pub(super) new_line: Option<u32>,
    pub(super) old_line: Option<u32>,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct FoundIssue {
    pub(super) iid: u64,
    #[serde(default)]
    pub(super) confidential: bool,
    pub(super) project_id: Option<u64>,
    pub(super) references: Option<References>,
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) state: String,
    pub(super) author: Option<Person>,
    #[serde(default)]
    pub(super) labels: Vec<String>,
    #[serde(default)]
    pub(super) assignees: Vec<Person>,
    pub(super) milestone: Option<Milestone>,
    pub(super) created_at: String,
    pub(super) updated_at: String,
    #[serde(default)]
    pub(super) user_notes_count: u64,
    pub(super) web_url: Option<String>,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct References {
    /// `group/project#7`
    pub(super) full: String,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct Milestone {
    pub(super) title: String,
}

impl Merge {
    pub(super) fn request(&self, project: &Project, approvals: &Approvals) -> Request {
        let state = match self.state.as_str() {
            "merged" => RequestState::Merged,
            "opened" if self.draft => RequestState::Draft,
            "opened" | "locked" => RequestState::Open,
            _ => RequestState::Closed,
        };
        let approved =
            |name: &str| approvals.approved_by.iter().any(|approval| approval.user.username == name);
        let verdict = |name: &str| approved(name).then_some(Verdict::Approved);
        let asked = self.reviewers.iter().map(|person| person.username.as_str());
        let mut reviewers: Vec<Reviewer> =
            asked.map(|name| Reviewer { name: name.to_owned(), verdict: verdict(name) }).collect();
        for name in approvals.approved_by.iter().map(|approval| &approval.user.username) {
            if !reviewers.iter().any(|reviewer| reviewer.name == *name) {
                reviewers.push(Reviewer { name: name.clone(), verdict: Some(Verdict::Approved) });
            }
        }
        let verdict = match approvals {
            Approvals { approvals_left: Some(left), .. } if *left > 0 => Some(Verdict::Required),
            Approvals { approved: Some(true), approved_by, .. } if !approved_by.is_empty() => {
                Some(Verdict::Approved)
            }
            _ => None,
        };
        Request {
            number: self.iid,
            repository: project.0.clone(),
            title: self.title.clone(),
            body: body(&self.description),
            state,
            author: person(&self.author),
            base: self.target_branch.clone(),
            head: self.source_branch.clone(),
            commit: self.sha.clone().unwrap_or_default(),
            labels: labels(&self.labels),
            reviewers,
            verdict,
            checks: Checks::default(),
            unresolved: None,
            mergeable: self.has_conflicts.map(|conflicts| !conflicts),
            created: time(&self.created_at),
            updated: time(&self.updated_at),
            web: self.web_url.clone(),
        }
    }
}

impl Job {
    pub(super) fn check(self) -> Check {
        let state = match self.status.as_str() {
            "success" => CheckState::Passed,
            "failed" if self.allow_failure => CheckState::Skipped,
            "failed" => CheckState::Failed,
            "running" | "canceling" => CheckState::Running,
            "canceled" => CheckState::Stopped,
            "skipped" | "manual" => CheckState::Skipped,
            _ => CheckState::Waiting,
        };
        Check {
            name: self.name,
            state,
            summary: self.stage,
            started: self.started_at.as_deref().and_then(millis),
            finished: self.finished_at.as_deref().and_then(millis),
            web: self.web_url,
        }
    }
}

impl Discussion {
    pub(super) fn thread(&self, position: &Position, merge: &Merge, target: &BranchTarget) -> Thread {
        let side =
            if position.new_line.is_none() && position.old_line.is_some() { Side::Base } else { Side::Head };
        let start = position.line_range.as_ref().and_then(|range| range.start.as_ref());
        let (line, first_line, path) = match side {
            Side::Base => (position.old_line, start.and_then(|start| start.old_line), &position.old_path),
            Side::Head => (position.new_line, start.and_then(|start| start.new_line), &position.new_path),
        };
        let other = position.head_sha.is_some() && position.head_sha != merge.sha;
        let resolvable = self.notes.iter().any(|note| note.resolvable);
        let open = self.notes.iter().any(|note| note.resolvable && !note.resolved);
        let comments = self.notes.iter().filter(|note| !note.system).count();
        Thread {
            id: self.id.clone(),
            path: target.place.shown(path.as_deref().unwrap_or_default()),
            side,
            line,
            first_line,
            original_line: None,
            resolved: resolvable.then_some(!open),
            outdated: other,
            hunk: None,
            comments: u32::try_from(comments).unwrap_or(u32::MAX),
        }
    }
}

impl Note {
    /// Whether the forge shows it to the host, and not to everyone who sees the request.
    pub(super) fn is_internal(&self) -> bool {
        self.internal || self.confidential
    }

    pub(super) fn edited(&self) -> bool {
        self.updated_at.as_ref().is_some_and(|updated| *updated != self.created_at)
    }

    pub(super) fn comment(self, thread: Option<String>, request: &Request) -> Comment {
        Comment {
            thread,
            author: person(&self.author),
            at: time(&self.created_at),
            // Settling a thread counts as a change of its notes, too.
            edited: self.edited() && !self.resolvable,
            verdict: None,
            web: request.web.as_ref().map(|web| format!("{web}#note_{}", self.id)),
            body: Body { text: self.body, rest: None },
        }
    }

    pub(super) fn issue_comment(self, issue: u64, project: &Project) -> IssueComment {
        IssueComment {
            issue,
            repository: project.0.clone(),
            author: person(&self.author),
            at: time(&self.created_at),
            edited: self.edited(),
            web: None,
            body: Body { text: self.body, rest: None },
        }
    }
}

impl FoundIssue {
    /// The project that it is of, if it says so.
    pub(super) fn project(&self) -> Option<Project> {
        Project::new(self.references.as_ref()?.full.rsplit_once('#')?.0)
    }

    pub(super) fn issue(self, project: &Project, link: IssueLink) -> Issue {
        Issue {
            number: self.iid,
            repository: project.0.clone(),
            link,
            title: self.title,
            body: body(&self.description),
            state: if self.state == "opened" { IssueState::Open } else { IssueState::Closed },
            author: person(&self.author),
            labels: labels(&self.labels),
            assignees: self.assignees.into_iter().map(|person| person.username).collect(),
            milestone: self.milestone.map(|milestone| milestone.title),
            created: time(&self.created_at),
            updated: time(&self.updated_at),
            web: self.web_url,
        }
    }
}

fn labels(labels: &[String]) -> Vec<Label> {
    labels.iter().map(|name| Label { name: name.clone(), color: None }).collect()
}

fn person(person: &Option<Person>) -> String {
    person.as_ref().map_or_else(|| "ghost".to_owned(), |person| person.username.clone())
}

fn body(text: &Option<String>) -> Body {
    Body { text: text.clone().unwrap_or_default(), rest: None }
}

fn time(text: &str) -> u64 {
    millis(text).unwrap_or(0)
}
