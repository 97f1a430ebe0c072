//! What a forge shows in part: refused, too much, or the host's alone.

use super::*;

fn unread(shown: &Shown) -> Vec<String> {
    let parts = shown.entries.values().filter_map(|entry| match entry {
        Entry::Unread(unread) => Some(format!("{}: {}", unread.part, unread.why)),
        _ => None,
    });
    parts.collect()
}

const REFUSED: &str = "the forge shows it only to people with access";

fn team(path: &str) -> String {
    format!("/api/v3/repos/team/tool{path}")
}

#[tokio::test]
async fn a_review_that_was_not_submitted_is_the_hosts_alone() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    stand.sign_in();
    stand.route(
        &team("/pulls/7/reviews"),
        json!([
            { "id": 9, "user": { "login": "me" }, "body": "DRAFT-harsh-words", "state": "PENDING" },
            { "id": 10, "user": { "login": "bo" }, "body": "said", "state": "COMMENTED", "submitted_at": "2026-01-02T04:00:00Z" },
        ]),
    );
    let mut draft = said_at(300, None, "src/a.rs", json!(3));
    draft["body"] = json!("DRAFT-at-a-line");
    draft["pull_request_review_id"] = json!(9);
    let mut open = said_at(301, None, "src/a.rs", json!(4));
    open["pull_request_review_id"] = json!(10);
    stand.route(&team("/pulls/7/comments"), json!([draft, open]));
    let (mut review, issue) = stand.begin();
    let shown = review.until(|panel| request(panel.0).is_some()).await;
    assert!(comments(&shown).iter().any(|comment| comment.body.text == "said"));
    assert_eq!(threads(&shown).len(), 1);
    assert!(!format!("{shown:?}").contains("DRAFT"), "{shown:#?}");
    assert!(!request(&shown).unwrap().reviewers.iter().any(|reviewer| reviewer.name == "me"));
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn what_only_members_see_at_gitlab_goes_to_no_guest() {
    let stand = Stand::new(ForgeKind::GitLab).await;
    stand.sign_in();
    let note = |body: &str, key: &str| {
        let mut note = json!({ "id": 40, "body": body, "author": { "username": "bo" }, "system": false,
            "created_at": "2026-01-02T04:00:00.000Z", "updated_at": "2026-01-02T04:00:00.000Z" });
        note[key] = json!(true);
        note
    };
    let discussions = "/api/v4/projects/team%2Ftool/merge_requests/7/discussions";
    stand.route(
        discussions,
        json!([{ "id": "d1", "notes": [note("MEMBERS-only", "internal"), note("open", "resolvable")] },
               { "id": "d2", "notes": [note("MEMBERS-too", "confidential")] }]),
    );
    let issue = |number: u64, confidential: bool| {
        json!({ "iid": number, "project_id": 1, "title": format!("MEMBERS issue {confidential}"), "state": "opened",
            "confidential": confidential, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z" })
    };
    stand.route(
        "/api/v4/projects/team%2Ftool/merge_requests/7/closes_issues",
        json!([issue(3, true), issue(4, false)]),
    );
    stand.route("/api/v4/projects/team%2Ftool/issues/4/notes", json!([note("MEMBERS-say", "internal")]));
    let (mut review, mut issue) = stand.begin();
    let shown = review.until(|panel| request(panel.0).is_some()).await;
    let said: Vec<_> = comments(&shown).iter().map(|comment| comment.body.text.as_str()).collect();
    assert_eq!(said, ["open"]);
    let shown = issue.until(|panel| !issues(panel.0).is_empty()).await;
    assert!(issues(&shown).iter().all(|issue| issue.title != "MEMBERS issue true"));
    assert!(!format!("{shown:?}").contains("MEMBERS-say"));
    assert!(unread(&shown).contains(&"confidential issues: only members of the project see them".to_owned()));
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn all_pages_of_checks_count() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    stand.sign_in();
    let run = |nth: usize| {
        let conclusion = if nth == 121 { "failure" } else { "success" };
        json!({ "name": format!("job {nth}"), "status": "completed", "conclusion": conclusion })
    };
    let put = |most: usize| {
        let runs: Vec<Value> = (1..=most).map(run).collect();
        let at = team(&format!("/commits/{}/check-runs", stand.repo.head()));
        stand.route(&at, json!({ "total_count": most, "check_runs": runs }));
    };
    put(130);
    let (mut review, issue) = stand.begin();
    let shown = review.until(|panel| request(panel.0).is_some()).await;
    let checks = request(&shown).unwrap().checks;
    assert_eq!((checks.failed, checks.passed), (1, 130), "one of the statuses passed, too");
    // Beyond what is read it is said that there are more.
    put(700);
    let shown = review.until(|panel| !unread(panel.0).is_empty()).await;
    assert_eq!(unread(&shown), ["all check runs: at most 500 are read"]);
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn a_part_that_is_refused_takes_only_its_own_place() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    stand.sign_in();
    let head = stand.repo.head();
    for path in ["/pulls/7/reviews".to_owned(), format!("/commits/{head}/check-runs"), "/issues/3".to_owned()]
    {
        stand.server.state().routes.remove(&team(&path));
    }
    stand.server.state().graph.truncate(1);
    let (mut review, mut issue) = stand.begin();
    let shown = review.until(|panel| request(panel.0).is_some()).await;
    assert_eq!(shown.state, SourceState::Fresh);
    assert_eq!(unread(&shown), [format!("check runs: {REFUSED}"), format!("reviews: {REFUSED}")]);
    assert_eq!(threads(&shown).len(), 2);
    let shown = issue.until(|panel| !issues(panel.0).is_empty()).await;
    assert_eq!(unread(&shown), [format!("team/tool#3: {REFUSED}")]);
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn a_repository_that_is_not_shown_is_not_one_without_requests() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    stand.server.state().routes.remove(&team("/pulls"));
    stand.route("/api/v3/repos/ann/tool", json!({ "full_name": "ann/tool", "parent": null }));
    let (mut review, issue) = stand.begin();
    let shown = review.until(|panel| !unread(panel.0).is_empty()).await;
    assert_eq!(unread(&shown), [format!("the pull requests of team/tool: {REFUSED}")]);
    let remedy = shown.entries.values().find_map(|entry| match entry {
        Entry::Unread(unread) => unread.remedy.clone(),
        _ => None,
    });
    assert_eq!(remedy, Some(Remedy::SignIn { host: "forge.example".into() }));
    review.end().await;
    issue.end().await;
}
