//! Review threads: the comments by REST, and what only GraphQL knows of them.

use std::collections::HashMap;

use jumpseat_panels::{Comment, PanelKind, Side, Thread, Verdict};
use serde::Deserialize;

use super::{api::GitHub, map::Said};
use crate::forge::{
    Known, MAX_THREADS,
    branch_target::{BranchTarget, Project},
    http::{HttpError, MAX_PAGES},
};

/// What GraphQL is asked.
const QUERY: &str = "query($owner:String!,$name:String!,$number:Int!,$after:String){\
repository(owner:$owner,name:$name){pullRequest(number:$number){reviewDecision \
closingIssuesReferences(first:8){nodes{number repository{nameWithOwner}}}\
reviewThreads(first:100,after:$after){pageInfo{hasNextPage endCursor}nodes{isResolved isOutdated path line \
startLine originalLine diffSide subjectType comments(first:1){nodes{databaseId}}}}}}}";

impl GitHub {
    /// Adds threads with their comments, but for those of reviews that are `drafts`; gives the issues that the request
    /// closes.
    pub(super) async fn threads(
        &mut self,
        project: &Project,
        number: u64,
        target: &BranchTarget,
        drafts: &[u64],
        known: &mut Known,
    ) -> Result<Vec<(Project, u64)>, HttpError> {
        let path = format!("/repos/{}/pulls/{number}/comments?per_page=100", project.0);
        let said = self.http.all::<Vec<Placed>>(&path).await;
        let mut said = known.list(PanelKind::Review, "review comments", said)?;
        said.retain(|said| said.pull_request_review_id.is_none_or(|review| !drafts.contains(&review)));
        let mut details = Details::default();
        if self.http.is_signed_in() {
            // What REST tells is shown all the same.
            let found = self.details(project, number).await;
            details = known.part(PanelKind::Review, "which threads are resolved", found)?;
        }
        let mut threads: Vec<Thread> = Vec::new();
        for said in said {
            let first = said.in_reply_to_id.unwrap_or(said.id);
            let id = first.to_string();
            let at_thread = threads.iter().position(|thread| thread.id == id);
            let nth = at_thread.unwrap_or_else(|| {
                threads.push(said.thread(&id, details.threads.get(&first), target));
                threads.len() - 1
            });
            threads[nth].comments += 1;
            known.comments.push(said.comment(id));
        }
        if threads.len() > MAX_THREADS {
            known.miss(PanelKind::Review, "all threads", "at most 500 are shown");
            threads.truncate(MAX_THREADS);
        }
        if let Some(request) = &mut known.request {
            let unresolved = threads.iter().filter(|thread| thread.resolved == Some(false)).count();
            request.unresolved = details.complete.then(|| u32::try_from(unresolved).unwrap_or(u32::MAX));
            request.verdict = details.verdict;
            if !self.http.is_signed_in() {
                details.closes =
                    closes(&request.body.text).into_iter().map(|number| (project.clone(), number)).collect();
            }
        }
        known.threads = threads;
        Ok(details.closes)
    }

    async fn details(&mut self, project: &Project, number: u64) -> Result<Details, HttpError> {
        let (owner, name) = project.0.split_once('/').ok_or(HttpError::Malformed)?;
        let mut details = Details::default();
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let variables =
                serde_json::json!({ "owner": owner, "name": name, "number": number, "after": after });
            let query = serde_json::json!({ "query": QUERY, "variables": variables });
            let path = self.graphql.clone();
            let said = self.http.post(&path, query.to_string().into_bytes()).await?;
            let said: Reply = serde_json::from_slice(&said).map_err(|_| HttpError::Malformed)?;
            // With errors there may still be a part of it.
            let limited =
                said.errors.iter().flatten().any(|error| error.kind.as_deref() == Some("RATE_LIMITED"));
            if limited {
                let until = std::time::SystemTime::now() + std::time::Duration::from_secs(300);
                return Err(HttpError::Limited { until });
            }
            let pull =
                said.data.and_then(|data| data.repository?.pull_request).ok_or(HttpError::Malformed)?;
            details.verdict = match pull.review_decision.as_deref() {
                Some("APPROVED") => Some(Verdict::Approved),
                Some("CHANGES_REQUESTED") => Some(Verdict::ChangesRequested),
                Some("REVIEW_REQUIRED") => Some(Verdict::Required),
                _ => None,
            };
            let closes = pull.closing_issues_references.nodes.into_iter().flatten();
            details.closes = closes
                .filter_map(|issue| Some((Project::new(&issue.repository.name_with_owner)?, issue.number)))
                .collect();
            for thread in pull.review_threads.nodes.into_iter().flatten() {
                let first = thread.comments.nodes.first().and_then(|comment| comment.as_ref()?.database_id);
                if let Some(first) = first {
                    details.threads.insert(first, thread);
                }
            }
            after = pull
                .review_threads
                .page_info
                .end_cursor
                .filter(|_| pull.review_threads.page_info.has_next_page);
            if after.is_none() {
                details.complete = said.errors.is_none();
                break;
            }
        }
        Ok(details)
    }
}

/// What GraphQL said.
#[derive(Default)]
struct Details {
    threads: HashMap<u64, FoundThread>,
    closes: Vec<(Project, u64)>,
    verdict: Option<Verdict>,
    /// Whether that is all of them.
    complete: bool,
}

/// A comment at a place, as REST has it.
#[derive(Deserialize)]
struct Placed {
    id: u64,
    in_reply_to_id: Option<u64>,
    pull_request_review_id: Option<u64>,
    path: String,
    line: Option<u32>,
    start_line: Option<u32>,
    original_line: Option<u32>,
    side: Option<String>,
    subject_type: Option<String>,
    diff_hunk: Option<String>,
    #[serde(flatten)]
    said: Said,
}

#[derive(Deserialize)]
struct Reply {
    data: Option<Data>,
    errors: Option<Vec<GraphError>>,
}

#[derive(Deserialize)]
struct GraphError {
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    repository: Option<FoundRepository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FoundRepository {
    pull_request: Option<FoundPull>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FoundPull {
    review_decision: Option<String>,
    closing_issues_references: Nodes<Closed>,
    review_threads: Nodes<FoundThread>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Nodes<T> {
    nodes: Vec<Option<T>>,
    #[serde(default)]
    page_info: PageInfo,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Closed {
    number: u64,
    repository: Named,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    name_with_owner: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FoundThread {
    is_resolved: bool,
    is_outdated: bool,
    line: Option<u32>,
    start_line: Option<u32>,
    original_line: Option<u32>,
    diff_side: Option<String>,
    comments: Nodes<Numbered>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Numbered {
    database_id: Option<u64>,
}

impl Placed {
    fn thread(&self, id: &str, found: Option<&FoundThread>, target: &BranchTarget) -> Thread {
        let side = found.and_then(|found| found.diff_side.as_deref()).or(self.side.as_deref());
        let (line, first_line, original_line) = match found {
            Some(found) => (found.line, found.start_line, found.original_line),
            None => (self.line, self.start_line, self.original_line),
        };
        // Without a line REST says that the place is gone; of a whole file it never says one.
        let gone = line.is_none() && self.subject_type.as_deref() != Some("file");
        Thread {
            id: id.to_owned(),
            path: target.place.shown(&self.path),
            side: if side == Some("LEFT") { Side::Base } else { Side::Head },
            line,
            first_line,
            original_line: original_line.filter(|_| original_line != line),
            resolved: found.map(|found| found.is_resolved),
            outdated: found.map_or(gone, |found| found.is_outdated),
            hunk: self.diff_hunk.clone(),
            comments: 0,
        }
    }

    fn comment(self, thread: String) -> Comment {
        Comment { thread: Some(thread), ..self.said.comment() }
    }
}

/// Numbers after the words by which GitHub closes issues: `Fixes #12`.
fn closes(text: &str) -> Vec<u64> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let closing = |word: &str| {
        let word = word.trim_end_matches(':').to_lowercase();
        matches!(
            &*word,
            "close" | "closes" | "closed" | "fix" | "fixes" | "fixed" | "resolve" | "resolves" | "resolved"
        )
    };
    let number = |word: &str| {
        word.strip_prefix('#')?.trim_end_matches(|character: char| !character.is_ascii_digit()).parse().ok()
    };
    words.windows(2).filter(|pair| closing(pair[0])).filter_map(|pair| number(pair[1])).take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::closes;

    #[test]
    fn closing_words_name_issues() {
        assert_eq!(closes("Fixes #12.\ncloses: #3, see #4 and resolved #99999999999999999999"), [12, 3]);
        assert!(closes("fix the bug in #7").is_empty());
    }
}
