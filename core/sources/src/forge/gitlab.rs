//! GitLab: its REST interface, version 4.

use jumpseat_panels::{
    Body, Check, CheckState, Checks, Comment, Issue, IssueComment, IssueLink, IssueState, Label, PanelKind,
    Request, RequestState, Reviewer, Side, Thread, Verdict,
};
use serde::Deserialize;

use super::{
    Asked, Asking, Known, MAX_ISSUES, MAX_THREADS,
    github::summed,
    http::{Http, HttpFault, encoded},
    spot::{Project, Spot},
    time::millis,
};

/// GitLab, at one address.
pub(super) struct GitLab {
    http: Http,
}

impl GitLab {
    pub(super) fn new(http: Http) -> Self {
        Self { http }
    }

    async fn find(&mut self, spot: &Spot, known: &mut Known) -> Result<Option<(Project, u64)>, HttpFault> {
        if let Some(request) = &spot.request {
            return Ok(Some(request.clone()));
        }
        let head = self.http.ask::<FoundProject>(&at(&spot.head)).await;
        let (own, parent) = match &head {
            Ok(found) => (found.id, found.forked_from_project.as_ref()),
            Err(_) => (None, None),
        };
        let parent = parent.and_then(|parent| Project::new(&parent.path_with_namespace));
        let mut projects = spot.projects.clone();
        projects.extend(parent.filter(|parent| !spot.projects.contains(parent)));
        let mut refused = Vec::new();
        for project in projects {
            match self.find_in(&project, spot, own).await {
                Ok(Some(number)) => return Ok(Some((project, number))),
                Ok(None) => {}
                Err(fault @ (HttpFault::NotFound | HttpFault::Forbidden)) => refused.push((project, fault)),
                Err(fault) => return Err(fault),
            }
        }
        if let Err(fault) = head {
            return Err(refused.pop().map_or(fault, |(_, fault)| fault));
        }
        for (Project(name), _) in refused {
            known.refused(PanelKind::Review, format!("the merge requests of {name}"));
        }
        Ok(None)
    }

    /// The branch's request in a project: of the repository that the branch is in, where it is known which that is.
    /// Forks have branches of the same name.
    async fn find_in(
        &mut self,
        project: &Project,
        spot: &Spot,
        own: Option<u64>,
    ) -> Result<Option<u64>, HttpFault> {
        let branch = encoded(&spot.branch);
        let order = "state=all&order_by=updated_at&sort=desc&per_page=10";
        let path = format!("{}/merge_requests?source_branch={branch}&{order}", at(project));
        let found: Vec<Short> = self.http.ask(&path).await?;
        let ours = |merge: &Short| own.is_none() || merge.source_project_id.is_none_or(|id| Some(id) == own);
        let open = found.iter().find(|merge| merge.state == "opened" && ours(merge));
        let same = || found.iter().find(|merge| merge.sha.as_ref() == Some(&spot.commit));
        Ok(open.or_else(same).map(|merge| merge.iid))
    }

    /// Finds out about a request; gives its project's number.
    async fn request(
        &mut self,
        project: &Project,
        number: u64,
        spot: &Spot,
        known: &mut Known,
    ) -> Result<Option<u64>, HttpFault> {
        let path = format!("{}/merge_requests/{number}", at(project));
        let merge: Merge = self.http.ask_and_probe(&path).await?;
        let approvals = self.http.ask::<Approvals>(&format!("{path}/approvals")).await;
        let approvals = known.part(PanelKind::Review, "approvals", approvals)?;
        if let Some(pipeline) = &merge.head_pipeline {
            let jobs = format!("{}/pipelines/{}/jobs?per_page=100", at(project), pipeline.id);
            let jobs = self.http.all::<Vec<Job>>(&jobs).await;
            known.checks = known.list(PanelKind::Review, "jobs", jobs)?.into_iter().map(Job::check).collect();
        }
        let mut request = merge.request(project, &approvals);
        request.checks = summed(&known.checks);
        let mut unresolved = 0;
        let discussions = self.http.all::<Vec<Discussion>>(&format!("{path}/discussions?per_page=100")).await;
        for mut discussion in known.list(PanelKind::Review, "discussions", discussions)? {
            discussion.notes.retain(|note| !note.is_internal());
            let Some(first) = discussion.notes.iter().find(|note| !note.system) else { continue };
            let thread = first.position.as_ref().filter(|_| known.threads.len() < MAX_THREADS);
            let thread = thread.map(|position| discussion.thread(position, &merge, spot));
            unresolved += u32::from(thread.as_ref().is_some_and(|thread| thread.resolved == Some(false)));
            let id = thread.as_ref().map(|thread| thread.id.clone());
            known.threads.extend(thread);
            let notes = discussion.notes.into_iter().filter(|note| !note.system);
            known.comments.extend(notes.map(|note| note.comment(id.clone(), &request)));
        }
        known.comments.sort_by_key(|comment| comment.at);
        request.unresolved = Some(unresolved);
        known.request = Some(request);
        Ok(merge.project_id)
    }

    async fn issue(
        &mut self,
        project: &Project,
        found: FoundIssue,
        link: IssueLink,
        known: &mut Known,
    ) -> Result<(), HttpFault> {
        let number = found.iid;
        let path = format!("{}/issues/{number}/notes?sort=asc&order_by=created_at&per_page=100", at(project));
        let notes = self.http.all::<Vec<Note>>(&path).await;
        let mut notes = known.list(PanelKind::Issue, &format!("comments of #{number}"), notes)?;
        notes.retain(|note| !note.system && !note.is_internal());
        known.newest(&mut notes, number);
        known.issue_comments.extend(notes.into_iter().map(|note| note.issue_comment(number, project)));
        known.issues.push(found.issue(project, link));
        Ok(())
    }

    async fn try_look(&mut self, spot: &Spot) -> Result<Known, HttpFault> {
        let mut known = Known::default();
        let found = self.find(spot, &mut known).await?;
        let mut issues = Vec::new();
        if let Some((project, number)) = &found {
            let own = self.request(project, *number, spot, &mut known).await?;
            let closes = format!("{}/merge_requests/{number}/closes_issues?per_page=20", at(project));
            let closes = self.http.all_and_probe::<FoundIssue>(&closes).await;
            let closes = known.list(PanelKind::Issue, "issues that the request closes", closes)?;
            // It may close those of another project, which have their numbers there.
            issues.extend(closes.into_iter().filter_map(|issue| {
                let project = if issue.project_id == own { project.clone() } else { issue.project()? };
                Some((project, issue, IssueLink::Closes))
            }));
        }
        if let Some(project) = found.as_ref().map(|(project, _)| project).or(spot.projects.first()) {
            for number in &spot.issues {
                let path = format!("{}/issues/{number}", at(project));
                match self.http.ask_and_probe::<FoundIssue>(&path).await {
                    Ok(issue) => issues.push((project.clone(), issue, IssueLink::Branch)),
                    Err(HttpFault::NotFound | HttpFault::Forbidden | HttpFault::Unauthorized) => {}
                    Err(fault) => return Err(fault),
                }
            }
            let mut seen = std::collections::BTreeSet::new();
            issues.retain(|(project, issue, _)| seen.insert((project.clone(), issue.iid)));
            if issues.iter().any(|(_, issue, _)| issue.confidential) {
                known.miss(PanelKind::Issue, "confidential issues", "only members of the project see them");
                issues.retain(|(_, issue, _)| !issue.confidential);
            }
            if issues.len() > MAX_ISSUES {
                known.miss(PanelKind::Issue, "all issues", "at most 8 are read");
            }
            for (project, issue, link) in issues.into_iter().take(MAX_ISSUES) {
                self.issue(&project, issue, link, &mut known).await?;
            }
        }
        Ok(known)
    }
}

impl Asked for GitLab {
    fn look<'a>(&'a mut self, spot: &'a Spot) -> Asking<'a> {
        Box::pin(self.try_look(spot))
    }

    fn http(&mut self) -> &mut Http {
        &mut self.http
    }
}

#[derive(Deserialize)]
struct FoundProject {
    id: Option<u64>,
    forked_from_project: Option<Parent>,
}

#[derive(Deserialize)]
struct Parent {
    path_with_namespace: String,
}

#[derive(Deserialize)]
struct Short {
    iid: u64,
    source_project_id: Option<u64>,
    state: String,
    sha: Option<String>,
}

#[derive(Deserialize, PartialEq)]
struct Merge {
    iid: u64,
    project_id: Option<u64>,
    title: String,
    description: Option<String>,
    state: String,
    #[serde(default)]
    draft: bool,
    author: Option<Person>,
    source_branch: String,
    target_branch: String,
    sha: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    reviewers: Vec<Person>,
    has_conflicts: Option<bool>,
    head_pipeline: Option<Pipeline>,
    created_at: String,
    updated_at: String,
    /// How many there are tells of what comes with no other change.
    #[serde(default)]
    user_notes_count: u64,
    web_url: Option<String>,
}

#[derive(Deserialize, PartialEq)]
struct Person {
    username: String,
}

#[derive(Deserialize, PartialEq)]
struct Pipeline {
    id: u64,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Approvals {
    approved: Option<bool>,
    approvals_left: Option<i64>,
    approved_by: Vec<Approval>,
}

#[derive(Deserialize)]
struct Approval {
    user: Person,
}

#[derive(Deserialize)]
struct Job {
    name: String,
    status: String,
    stage: Option<String>,
    #[serde(default)]
    allow_failure: bool,
    started_at: Option<String>,
    finished_at: Option<String>,
    web_url: Option<String>,
}

#[derive(Deserialize)]
struct Discussion {
    id: String,
    notes: Vec<Note>,
}

#[derive(Deserialize)]
struct Note {
    id: u64,
    body: String,
    author: Option<Person>,
    created_at: String,
    updated_at: Option<String>,
    #[serde(default)]
    system: bool,
    /// Today's name and the one before, for what only members of the project see.
    #[serde(default)]
    internal: bool,
    #[serde(default)]
    confidential: bool,
    #[serde(default)]
    resolvable: bool,
    #[serde(default)]
    resolved: bool,
    position: Option<Position>,
}

#[derive(Deserialize)]
struct Position {
    head_sha: Option<String>,
    new_path: Option<String>,
    old_path: Option<String>,
    new_line: Option<u32>,
    old_line: Option<u32>,
    line_range: Option<LineRange>,
}

#[derive(Deserialize)]
struct LineRange {
    start: Option<LinePlace>,
}

#[derive(Deserialize)]
struct LinePlace {
    new_line: Option<u32>,
    old_line: Option<u32>,
}

#[derive(Deserialize, PartialEq)]
struct FoundIssue {
    iid: u64,
    #[serde(default)]
    confidential: bool,
    project_id: Option<u64>,
    references: Option<References>,
    title: String,
    description: Option<String>,
    state: String,
    author: Option<Person>,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    assignees: Vec<Person>,
    milestone: Option<Milestone>,
    created_at: String,
    updated_at: String,
    #[serde(default)]
    user_notes_count: u64,
    web_url: Option<String>,
}

#[derive(Deserialize, PartialEq)]
struct References {
    /// `group/project#7`
    full: String,
}

#[derive(Deserialize, PartialEq)]
struct Milestone {
    title: String,
}

impl Merge {
    fn request(&self, project: &Project, approvals: &Approvals) -> Request {
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
    fn check(self) -> Check {
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
    fn thread(&self, position: &Position, merge: &Merge, spot: &Spot) -> Thread {
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
            path: spot.place.shown(path.as_deref().unwrap_or_default()),
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
    fn is_internal(&self) -> bool {
        self.internal || self.confidential
    }

    fn edited(&self) -> bool {
        self.updated_at.as_ref().is_some_and(|updated| *updated != self.created_at)
    }

    fn comment(self, thread: Option<String>, request: &Request) -> Comment {
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

    fn issue_comment(self, issue: u64, project: &Project) -> IssueComment {
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
    fn project(&self) -> Option<Project> {
        Project::new(self.references.as_ref()?.full.rsplit_once('#')?.0)
    }

    fn issue(self, project: &Project, link: IssueLink) -> Issue {
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

/// Where a project is: its name in one piece.
fn at(project: &Project) -> String {
    format!("/projects/{}", encoded(&project.0))
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
