//! What GitHub says of things, as its interface does.

use serde_json::{Value, json};

/// The pull request #7 of `12-fix-it`, from `ann`'s fork, with its branch at this commit.
pub fn pull(head: &str) -> Value {
    json!({ "number": 7, "title": "Fix it", "body": "Fixes #3", "state": "open", "draft": false, "merged_at": null,
        "user": { "login": "ann", "id": 1 }, "base": { "ref": "main", "sha": "0", "label": "team:main" },
        "head": { "ref": "12-fix-it", "sha": head, "label": "ann:12-fix-it", "repo": null },
        "labels": [{ "id": 1, "name": "bug", "color": "d73a4a", "description": null }],
        "requested_reviewers": [{ "login": "cy" }], "requested_teams": [{ "name": "core", "slug": "core" }],
        "mergeable": null, "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:06Z",
        "html_url": "https://forge.example/team/tool/pull/7" })
}

/// A comment.
pub fn said(who: &str, what: &str) -> Value {
    json!({ "id": 1, "user": { "login": who }, "body": what, "created_at": "2026-01-02T03:04:05Z",
        "updated_at": "2026-01-02T03:04:05Z", "html_url": "https://forge.example/x", "author_association": "MEMBER" })
}

/// A comment at a line.
pub fn said_at(id: u64, reply_to: Option<u64>, path: &str, line: Value) -> Value {
    let mut said = said("bo", &format!("comment {id}"));
    let place = json!({ "id": id, "in_reply_to_id": reply_to, "path": path, "line": line, "start_line": null,
        "original_line": 9, "side": "RIGHT", "subject_type": "line", "diff_hunk": "@@ -1 +1 @@\n-a\n+b", "position": 1 });
    said.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
    if reply_to.is_none() {
        said.as_object_mut().unwrap().remove("in_reply_to_id");
    }
    said
}

/// An issue.
pub fn issue(number: u64, state: &str, reason: &str) -> Value {
    json!({ "number": number, "title": format!("Issue {number}"), "body": null, "state": state, "state_reason": reason,
        "user": { "login": "di" }, "labels": [], "assignees": [{ "login": "ann" }], "milestone": { "title": "1.0" },
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "html_url": null })
}

/// What GraphQL knows of the thread that this comment began.
pub fn graph_thread(first: u64, resolved: bool, outdated: bool) -> Value {
    json!({ "isResolved": resolved, "isOutdated": outdated, "path": "src/a.rs", "line": 4, "startLine": 2,
        "originalLine": 3, "diffSide": "LEFT", "subjectType": "LINE", "comments": { "nodes": [{ "databaseId": first }] } })
}

/// One page of a pull request's threads, as GraphQL gives them; `next` is where the rest is.
pub fn graph(threads: Value, next: Value) -> Value {
    json!({ "data": { "repository": { "pullRequest": { "reviewDecision": "CHANGES_REQUESTED",
        "closingIssuesReferences": { "nodes": [{ "number": 3, "repository": { "nameWithOwner": "team/tool" } }] },
        "reviewThreads": { "pageInfo": { "hasNextPage": !next.is_null(), "endCursor": next }, "nodes": threads } } } } })
}
