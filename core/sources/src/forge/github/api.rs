//! What GitHub is asked.

use jumpseat_panels::{Check, IssueLink, PanelKind, Verdict};

use super::map::{
    CheckRun, CheckRuns, FoundIssue, Pull, Repository, Review, Said, Status, Statuses, reviewers, summed,
    text, verdict,
};
use crate::forge::{
    ForgeApi, Known, MAX_ISSUES, ScanFuture,
    branch_target::{BranchTarget, Project},
    http::{Http, HttpError, encoded},
};

/// GitHub, at one address.
pub(in crate::forge) struct GitHub {
    pub(super) http: Http,
    /// Where GraphQL is, from the host's top on.
    pub(super) graphql: String,
}

impl GitHub {
    pub(in crate::forge) fn new(mut http: Http, api: &str) -> Self {
        http.sign_in(None);
        let path =
            api.split("://").nth(1).and_then(|rest| rest.find('/').map(|at| &rest[at..])).unwrap_or_default();
        // Enterprise has it next to the versions of REST.
        let graphql = format!("{}/graphql", path.trim_end_matches('/').trim_end_matches("/v3"));
        Self { http, graphql }
    }

    /// The branch's request, and where it is: in one of the remotes' repositories, or in what those are forks of.
    async fn find(
        &mut self,
        target: &BranchTarget,
        known: &mut Known,
    ) -> Result<Option<(Project, u64)>, HttpError> {
        if let Some(request) = &target.request {
            return Ok(Some(request.clone()));
        }
        let mut refused = Vec::new();
        for project in &target.projects {
            match self.find_in(project, &target.head, target).await {
                Ok(Some(number)) => return Ok(Some((project.clone(), number))),
                Ok(None) => {}
                Err(fault @ (HttpError::NotFound | HttpError::Forbidden)) => {
                    refused.push((project.clone(), fault));
                }
                Err(fault) => return Err(fault),
            }
        }
        let repository: Repository = match self.http.ask(&format!("/repos/{}", target.head.0)).await {
            // Whether there is no such repository or it is not shown to anyone cannot be told apart.
            Err(fault @ (HttpError::NotFound | HttpError::Forbidden)) => {
                return Err(refused.pop().map_or(fault, |(_, fault)| fault));
            }
            found => found?,
        };
        // Whoever was renamed or got it from somebody else is asked for under the name of today.
        let head = repository.full_name.as_deref().and_then(Project::new).unwrap_or(target.head.clone());
        let parent = match &repository.parent {
            Some(parent) => Some(Project::new(&parent.full_name).ok_or(HttpError::Malformed)?),
            None => None,
        };
        let asked = |project: &Project| head == target.head && target.projects.contains(project);
        let others = [Some(head.clone()), parent].into_iter().flatten().filter(|project| !asked(project));
        for project in others.collect::<Vec<_>>() {
            if let Some(number) = self.find_in(&project, &head, target).await? {
                return Ok(Some((project, number)));
            }
        }
        for project in &target.projects {
            if let Some(number) = self.find_by_commit(project, target).await? {
                return Ok(Some((project.clone(), number)));
            }
        }
        for (Project(name), _) in refused {
            known.refused(PanelKind::Review, format!("the pull requests of {name}"));
        }
        Ok(None)
    }

    /// The request whose head the commit is: whatever the branch is called there, and whoever it belongs to.
    async fn find_by_commit(
        &mut self,
        project: &Project,
        target: &BranchTarget,
    ) -> Result<Option<u64>, HttpError> {
        let path = format!("/repos/{}/commits/{}/pulls?per_page=10", project.0, encoded(&target.commit));
        let pulls: Vec<Pull> = match self.http.ask(&path).await {
            // A commit that was not pushed is not known there.
            Err(HttpError::NotFound | HttpError::Forbidden | HttpError::Malformed) => return Ok(None),
            found => found?,
        };
        let found = pulls.iter().find(|pull| pull.state == "open" && pull.head.sha == target.commit);
        Ok(found.map(|pull| pull.number))
    }

    async fn find_in(
        &mut self,
        project: &Project,
        head: &Project,
        target: &BranchTarget,
    ) -> Result<Option<u64>, HttpError> {
        let head = format!("{}:{}", encoded(head.owner()), encoded(&target.branch));
        let path = format!(
            "/repos/{}/pulls?state=all&sort=updated&direction=desc&per_page=10&head={head}",
            project.0
        );
        let pulls: Vec<Pull> = self.http.ask(&path).await?;
        let open = pulls.iter().find(|pull| pull.state == "open");
        // A branch of a name that was used before is not that one.
        let found = open.or_else(|| pulls.iter().find(|pull| pull.head.sha == target.commit));
        Ok(found.map(|pull| pull.number))
    }

    /// Finds out about a request; gives the numbers of reviews that are nobody's but the host's.
    async fn request(
        &mut self,
        project: &Project,
        number: u64,
        known: &mut Known,
    ) -> Result<Vec<u64>, HttpError> {
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

    async fn checks(&mut self, at: &str, commit: &str, known: &mut Known) -> Result<(), HttpError> {
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
    ) -> Result<(), HttpError> {
        let path = format!("/repos/{}/issues/{number}", project.0);
        let found: FoundIssue = match self.http.ask_and_probe(&path).await {
            // The branch's name meant something else.
            Err(HttpError::NotFound | HttpError::Forbidden) if link == IssueLink::Branch => return Ok(()),
            Err(HttpError::NotFound | HttpError::Forbidden) => {
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

    async fn try_look(&mut self, target: &BranchTarget) -> Result<Known, HttpError> {
        let mut known = Known::default();
        let mut issues: Vec<(Project, u64, IssueLink)> = Vec::new();
        let found = self.find(target, &mut known).await?;
        if let Some((project, number)) = &found {
            let drafts = self.request(project, *number, &mut known).await?;
            let closes = self.threads(project, *number, target, &drafts, &mut known).await?;
            issues.extend(closes.into_iter().map(|(project, number)| (project, number, IssueLink::Closes)));
        }
        // Issues are where the requests are.
        if let Some(project) = found.as_ref().map(|(project, _)| project).or(target.projects.first()) {
            issues.extend(target.issues.iter().map(|number| (project.clone(), *number, IssueLink::Branch)));
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

impl ForgeApi for GitHub {
    fn look<'a>(&'a mut self, target: &'a BranchTarget) -> ScanFuture<'a> {
        Box::pin(self.try_look(target))
    }

    fn http(&mut self) -> &mut Http {
        &mut self.http
    }
}
