//! GitHub: REST for what it tells conditionally and to anyone, GraphQL for what only that knows.

mod threads;

use jumpseat_panels::{
    Body, Check, CheckState, Checks, Comment, Issue, IssueComment, IssueLink, IssueState, Label, PanelKind,
    Request, RequestState, Reviewer, Verdict,
};
use serde::Deserialize;

use super::{
    Asked, Asking, Known, MAX_ISSUES,
    http::{Http, HttpFault, Page, encoded},
    spot::{Project, Spot},
    time::millis,
};

/// GitHub, at one address.
pub(super) struct GitHub {
    http: Http,
    /// Where GraphQL is, from the host's top on.
    graphql: String,
}

impl GitHub {
    pub(super) fn new(mut http: Http, api: &str) -> Self {
        http.sign_in(None);
        let path =
            api.split("://").nth(1).and_then(|rest| rest.find('/').map(|at| &rest[at..])).unwrap_or_default();
        // Enterprise has it beside the versions of REST.
        let graphql = format!("{}/graphql", path.trim_end_matches('/').trim_end_matches("/v3"));
        Self { http, graphql }
    }

    /// The branch's request, and where it is: in one of the remotes' repositories, or in what those are forks of.
    async fn find(&mut self, spot: &Spot, known: &mut Known) -> Result<Option<(Project, u64)>, HttpFault> {
        if let Some(request) = &spot.request {
            return Ok(Some(request.clone()));
        }
        let mut refused = Vec::new();
        for project in &spot.projects {
            match self.find_in(project, &spot.head, spot).await {
                Ok(Some(number)) => return Ok(Some((project.clone(), number))),
                Ok(None) => {}
                Err(fault @ (HttpFault::NotFound | HttpFault::Forbidden)) => {
                    refused.push((project.clone(), fault));
                }
                Err(fault) => return Err(fault),
            }
        }
        let repository: Repository = match self.http.ask(&format!("/repos/{}", spot.head.0)).await {
            // Whether there is no such repository or it is not shown to anyone cannot be told apart.
            Err(fault @ (HttpFault::NotFound | HttpFault::Forbidden)) => {
                return Err(refused.pop().map_or(fault, |(_, fault)| fault));
            }
            found => found?,
        };
        // Whoever was renamed or got it from somebody else is asked for under the name of today.
        let head = repository.full_name.as_deref().and_then(Project::new).unwrap_or(spot.head.clone());
        let parent = match &repository.parent {
            Some(parent) => Some(Project::new(&parent.full_name).ok_or(HttpFault::Malformed)?),
            None => None,
        };
        let asked = |project: &Project| head == spot.head && spot.projects.contains(project);
        let others = [Some(head.clone()), parent].into_iter().flatten().filter(|project| !asked(project));
        for project in others.collect::<Vec<_>>() {
            if let Some(number) = self.find_in(&project, &head, spot).await? {
                return Ok(Some((project, number)));
            }
        }
        for project in &spot.projects {
            if let Some(number) = self.find_by_commit(project, spot).await? {
                return Ok(Some((project.clone(), number)));
            }
        }
        for (Project(name), _) in refused {
            known.refused(PanelKind::Review, format!("the pull requests of {name}"));
        }
        Ok(None)
    }

    /// The request whose head the commit is: whatever the branch is called there, and whoever it belongs to.
    async fn find_by_commit(&mut self, project: &Project, spot: &Spot) -> Result<Option<u64>, HttpFault> {
        let path = format!("/repos/{}/commits/{}/pulls?per_page=10", project.0, encoded(&spot.commit));
        let pulls: Vec<Pull> = match self.http.ask(&path).await {
            // A commit that was not pushed is not known there.
            Err(HttpFault::NotFound | HttpFault::Forbidden | HttpFault::Malformed) => return Ok(None),
            found => found?,
        };
        let found = pulls.iter().find(|pull| pull.state == "open" && pull.head.sha == spot.commit);
        Ok(found.map(|pull| pull.number))
    }

    async fn find_in(
        &mut self,
        project: &Project,
        head: &Project,
        spot: &Spot,
    ) -> Result<Option<u64>, HttpFault> {
        let head = format!("{}:{}", encoded(head.owner()), encoded(&spot.branch));
        let path = format!(
            "/repos/{}/pulls?state=all&sort=updated&direction=desc&per_page=10&head={head}",
            project.0
        );
        let pulls: Vec<Pull> = self.http.ask(&path).await?;
        let open = pulls.iter().find(|pull| pull.state == "open");
        // A branch of a name that was used before is not that one.
        let found = open.or_else(|| pulls.iter().find(|pull| pull.head.sha == spot.commit));
        Ok(found.map(|pull| pull.number))
    }

    /// Finds out about a request; gives the numbers of reviews that are nobody's but the host's.
    async fn request(
        &mut self,
        project: &Project,
        number: u64,
        known: &mut Known,
    ) -> Result<Vec<u64>, HttpFault> {
        let at = format!("/repos/{}", project.0);
        let pull: Pull = self.http.ask_and_probe(&format!("{at}/pulls/{number}")).await?;
        let reviews =
            self.http.all::<Vec<Review>>(&format!("{at}/pulls/{number}/reviews?per_page=100")).await;
        let mut reviews = known.list(PanelKind::Review, "reviews", reviews)?;
        // A review that the host has not submitted yet is the host's alone.
        let drafts: Vec<u64> =
            reviews.iter().filter(|review| review.is_draft()).map(|review| review.id).collect();
        reviews.retain(|review| !review.is_draft());
        let comments =
            self.http.all::<Vec<Said>>(&format!("{at}/issues/{number}/comments?per_page=100")).await;
        let comments = known.list(PanelKind::Review, "comments", comments)?;
        self.checks(&at, &pull.head.sha, known).await?;
        known.comments.extend(comments.into_iter().map(Said::comment));
        for review in &reviews {
            let verdict = verdict(&review.state);
            if !text(&review.body).is_empty() || verdict.is_some_and(|verdict| verdict != Verdict::Commented)
            {
                known.comments.push(review.comment(verdict));
            }
        }
        known.comments.sort_by_key(|comment| comment.at);
        let mut request = pull.request(project);
        request.reviewers = reviewers(&pull, &reviews);
        request.checks = summed(&known.checks);
        known.request = Some(request);
        Ok(drafts)
    }

    async fn checks(&mut self, at: &str, commit: &str, known: &mut Known) -> Result<(), HttpFault> {
        let at = format!("{at}/commits/{}", encoded(commit));
        let runs = self.http.all::<CheckRuns>(&format!("{at}/check-runs?per_page=100")).await;
        let runs = known.list(PanelKind::Review, "check runs", runs)?;
        let statuses = self.http.all::<Statuses>(&format!("{at}/status?per_page=100")).await;
        let statuses = known.list(PanelKind::Review, "commit statuses", statuses)?;
        let mut checks: Vec<Check> = runs.into_iter().map(CheckRun::check).collect();
        checks.extend(statuses.into_iter().map(Status::check));
        checks.sort_by(|one, other| one.name.cmp(&other.name));
        known.checks = checks;
        Ok(())
    }

    async fn issue(
        &mut self,
        project: &Project,
        number: u64,
        link: IssueLink,
        known: &mut Known,
    ) -> Result<(), HttpFault> {
        let path = format!("/repos/{}/issues/{number}", project.0);
        let found: FoundIssue = match self.http.ask_and_probe(&path).await {
            // The branch's name meant something else.
            Err(HttpFault::NotFound | HttpFault::Forbidden) if link == IssueLink::Branch => return Ok(()),
            Err(HttpFault::NotFound | HttpFault::Forbidden) => {
                known.refused(PanelKind::Issue, format!("{}#{number}", project.0));
                return Ok(());
            }
            found => found?,
        };
        if found.pull_request.is_some() {
            return Ok(());
        }
        let comments = self.http.all::<Vec<Said>>(&format!("{path}/comments?per_page=100")).await;
        let mut comments = known.list(PanelKind::Issue, &format!("comments of #{number}"), comments)?;
        known.newest(&mut comments, number);
        known.issue_comments.extend(comments.into_iter().map(|said| said.issue_comment(number, project)));
        known.issues.push(found.issue(project, link));
        Ok(())
    }

    async fn try_look(&mut self, spot: &Spot) -> Result<Known, HttpFault> {
        let mut known = Known::default();
        let mut issues: Vec<(Project, u64, IssueLink)> = Vec::new();
        let found = self.find(spot, &mut known).await?;
        if let Some((project, number)) = &found {
            let drafts = self.request(project, *number, &mut known).await?;
            let closes = self.threads(project, *number, spot, &drafts, &mut known).await?;
            issues.extend(closes.into_iter().map(|(project, number)| (project, number, IssueLink::Closes)));
        }
        // Issues are where the requests are.
        if let Some(project) = found.as_ref().map(|(project, _)| project).or(spot.projects.first()) {
            issues.extend(spot.issues.iter().map(|number| (project.clone(), *number, IssueLink::Branch)));
        }
        let mut seen = std::collections::BTreeSet::new();
        issues.retain(|(project, number, _)| seen.insert((project.clone(), *number)));
        if issues.len() > MAX_ISSUES {
            known.miss(PanelKind::Issue, "all issues", "at most 8 are read");
        }
        for (project, number, link) in issues.into_iter().take(MAX_ISSUES) {
            self.issue(&project, number, link, &mut known).await?;
        }
        Ok(known)
    }
}

impl Asked for GitHub {
    fn look<'a>(&'a mut self, spot: &'a Spot) -> Asking<'a> {
        Box::pin(self.try_look(spot))
    }

    fn http(&mut self) -> &mut Http {
        &mut self.http
    }
}

#[derive(Deserialize)]
struct Repository {
    full_name: Option<String>,
    parent: Option<Parent>,
}

#[derive(Deserialize)]
struct Parent {
    full_name: String,
}

#[derive(Deserialize, PartialEq)]
struct Pull {
    number: u64,
    title: String,
    body: Option<String>,
    state: String,
    #[serde(default)]
    draft: bool,
    merged_at: Option<String>,
    user: Option<Person>,
    base: Branch,
    head: Branch,
    #[serde(default)]
    labels: Vec<FoundLabel>,
    #[serde(default)]
    requested_reviewers: Vec<Person>,
    #[serde(default)]
    requested_teams: Vec<Team>,
    mergeable: Option<bool>,
    created_at: String,
    updated_at: String,
    html_url: Option<String>,
    /// How many there are tells of the second within one second.
    #[serde(default)]
    comments: u64,
    #[serde(default)]
    review_comments: u64,
}

#[derive(Deserialize, PartialEq)]
struct Branch {
    #[serde(rename = "ref")]
    name: String,
    sha: String,
}

#[derive(Deserialize, PartialEq)]
struct Person {
    login: String,
}

#[derive(Deserialize, PartialEq)]
struct Team {
    name: String,
}

#[derive(Deserialize, PartialEq)]
struct FoundLabel {
    name: String,
    color: Option<String>,
}

#[derive(Deserialize)]
struct Review {
    #[serde(default)]
    id: u64,
    user: Option<Person>,
    body: Option<String>,
    state: String,
    submitted_at: Option<String>,
    html_url: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    user: Option<Person>,
    body: Option<String>,
    created_at: String,
    updated_at: Option<String>,
    html_url: Option<String>,
}

#[derive(Deserialize)]
struct CheckRuns {
    check_runs: Vec<CheckRun>,
}

impl Page for CheckRuns {
    type Item = CheckRun;

    fn items(self) -> Vec<CheckRun> {
        self.check_runs
    }
}

#[derive(Deserialize)]
struct CheckRun {
    name: String,
    status: String,
    conclusion: Option<String>,
    started_at: Option<String>,
    completed_at: Option<String>,
    html_url: Option<String>,
    output: Option<Output>,
}

#[derive(Deserialize)]
struct Output {
    title: Option<String>,
}

#[derive(Deserialize)]
struct Statuses {
    statuses: Vec<Status>,
}

impl Page for Statuses {
    type Item = Status;

    fn items(self) -> Vec<Status> {
        self.statuses
    }
}

#[derive(Deserialize)]
struct Status {
    context: String,
    state: String,
    description: Option<String>,
    target_url: Option<String>,
}

#[derive(Deserialize, PartialEq)]
struct FoundIssue {
    number: u64,
    title: String,
    body: Option<String>,
    state: String,
    state_reason: Option<String>,
    user: Option<Person>,
    #[serde(default)]
    labels: Vec<FoundLabel>,
    #[serde(default)]
    assignees: Vec<Person>,
    milestone: Option<Milestone>,
    created_at: String,
    updated_at: String,
    html_url: Option<String>,
    #[serde(default)]
    comments: u64,
    pull_request: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize, PartialEq)]
struct Milestone {
    title: String,
}

impl Pull {
    fn request(&self, project: &Project) -> Request {
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
    fn is_draft(&self) -> bool {
        self.state == "PENDING" || self.submitted_at.is_none()
    }

    fn comment(&self, verdict: Option<Verdict>) -> Comment {
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
    fn edited(&self) -> bool {
        self.updated_at.as_ref().is_some_and(|updated| *updated != self.created_at)
    }

    fn comment(self) -> Comment {
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

    fn issue_comment(self, issue: u64, project: &Project) -> IssueComment {
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
    fn check(self) -> Check {
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
    fn check(self) -> Check {
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
    fn issue(self, project: &Project, link: IssueLink) -> Issue {
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
fn reviewers(pull: &Pull, reviews: &[Review]) -> Vec<Reviewer> {
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

fn verdict(state: &str) -> Option<Verdict> {
    match state {
        "APPROVED" => Some(Verdict::Approved),
        "CHANGES_REQUESTED" => Some(Verdict::ChangesRequested),
        "COMMENTED" => Some(Verdict::Commented),
        "DISMISSED" => Some(Verdict::Dismissed),
        _ => None,
    }
}

/// How many checks came to what.
pub(super) fn summed(checks: &[Check]) -> Checks {
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

fn labels(labels: &[FoundLabel]) -> Vec<Label> {
    let color = |color: &Option<String>| u32::from_str_radix(color.as_deref()?, 16).ok();
    labels.iter().map(|label| Label { name: label.name.clone(), color: color(&label.color) }).collect()
}

/// Who is gone is the forge's ghost.
fn login(person: &Option<Person>) -> String {
    person.as_ref().map_or_else(|| "ghost".to_owned(), |person| person.login.clone())
}

fn text(body: &Option<String>) -> &str {
    body.as_deref().unwrap_or_default()
}

fn body(body: &Option<String>) -> Body {
    Body { text: text(body).to_owned(), rest: None }
}

fn at(time: &str) -> u64 {
    millis(time).unwrap_or(0)
}
