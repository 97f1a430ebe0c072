//! What GitLab is asked.

use jumpseat_panels::{IssueLink, PanelKind};

use super::map::{Approvals, Discussion, FoundIssue, FoundProject, Job, Merge, Note, Short};
use crate::forge::{
    ForgeApi, Known, MAX_ISSUES, MAX_THREADS, ScanFuture,
    branch_target::{BranchTarget, Project},
    github::summed,
    http::{Http, HttpError, encoded},
};

/// GitLab, at one address.
pub(in crate::forge) struct GitLab {
    http: Http,
}

impl GitLab {
    pub(in crate::forge) fn new(http: Http) -> Self {
        Self { http }
    }

    async fn find(
        &mut self,
        target: &BranchTarget,
        known: &mut Known,
    ) -> Result<Option<(Project, u64)>, HttpError> {
        if let Some(request) = &target.request {
            return Ok(Some(request.clone()));
        }
        let head = self.http.ask::<FoundProject>(&at(&target.head)).await;
        let (own, parent) = match &head {
            Ok(found) => (found.id, found.forked_from_project.as_ref()),
            Err(_) => (None, None),
        };
        let parent = parent.and_then(|parent| Project::new(&parent.path_with_namespace));
        let mut projects = target.projects.clone();
        projects.extend(parent.filter(|parent| !target.projects.contains(parent)));
        let mut refused = Vec::new();
        for project in projects {
            match self.find_in(&project, target, own).await {
                Ok(Some(number)) => return Ok(Some((project, number))),
                Ok(None) => {}
                Err(fault @ (HttpError::NotFound | HttpError::Forbidden)) => refused.push((project, fault)),
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
        target: &BranchTarget,
        own: Option<u64>,
    ) -> Result<Option<u64>, HttpError> {
        let branch = encoded(&target.branch);
        let order = "state=all&order_by=updated_at&sort=desc&per_page=10";
        let path = format!("{}/merge_requests?source_branch={branch}&{order}", at(project));
        let found: Vec<Short> = self.http.ask(&path).await?;
        let ours = |merge: &Short| own.is_none() || merge.source_project_id.is_none_or(|id| Some(id) == own);
        let open = found.iter().find(|merge| merge.state == "opened" && ours(merge));
        let same = || found.iter().find(|merge| merge.sha.as_ref() == Some(&target.commit));
        Ok(open.or_else(same).map(|merge| merge.iid))
    }

    /// Finds out about a request; gives its project's number.
    async fn request(
        &mut self,
        project: &Project,
        number: u64,
        target: &BranchTarget,
        known: &mut Known,
    ) -> Result<Option<u64>, HttpError> {
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
            let thread = thread.map(|position| discussion.thread(position, &merge, target));
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
    ) -> Result<(), HttpError> {
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

    async fn try_look(&mut self, target: &BranchTarget) -> Result<Known, HttpError> {
        let mut known = Known::default();
        let found = self.find(target, &mut known).await?;
        let mut issues = Vec::new();
        if let Some((project, number)) = &found {
            let own = self.request(project, *number, target, &mut known).await?;
            let closes = format!("{}/merge_requests/{number}/closes_issues?per_page=20", at(project));
            let closes = self.http.all_and_probe::<FoundIssue>(&closes).await;
            let closes = known.list(PanelKind::Issue, "issues that the request closes", closes)?;
            // It may close those of another project, which have their numbers there.
            issues.extend(closes.into_iter().filter_map(|issue| {
                let project = if issue.project_id == own { project.clone() } else { issue.project()? };
                Some((project, issue, IssueLink::Closes))
            }));
        }
        if let Some(project) = found.as_ref().map(|(project, _)| project).or(target.projects.first()) {
            for number in &target.issues {
                let path = format!("{}/issues/{number}", at(project));
                match self.http.ask_and_probe::<FoundIssue>(&path).await {
                    Ok(issue) => issues.push((project.clone(), issue, IssueLink::Branch)),
                    Err(HttpError::NotFound | HttpError::Forbidden | HttpError::Unauthorized) => {}
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

impl ForgeApi for GitLab {
    fn look<'a>(&'a mut self, target: &'a BranchTarget) -> ScanFuture<'a> {
        Box::pin(self.try_look(target))
    }

    fn http(&mut self) -> &mut Http {
        &mut self.http
    }
}

/// Where a project is: its name in one piece.
fn at(project: &Project) -> String {
    format!("/projects/{}", encoded(&project.0))
}
