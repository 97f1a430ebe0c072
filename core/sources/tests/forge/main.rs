//! The review and issue panels, of a real server that speaks as GitHub and GitLab do.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what panics here is a finding")]

mod branches;
mod parts;
mod probes;
#[path = "../support/mod.rs"]
mod support;
mod trouble;

use std::{sync::Arc, time::Duration};

use jumpseat_forge::{
    ForgeServer, Mood,
    github::{graph, graph_thread, issue, pull, said, said_at},
};
use jumpseat_panels::{
    CheckState, Comment, Entry, Issue, IssueLink, IssueState, Remedy, Request, RequestState, Side,
    SourceState, Thread, Verdict,
};
use jumpseat_sources::{
    Credential, Forge, ForgeHost, ForgeKind, ForgeSetup, Loopback, OwnCredentials, Shown,
};
use serde_json::{Value, json};
use support::{Repo, Working};

const CANARY: &str = "canary_credential";

/// Longer than any test takes.
const NEVER: Duration = Duration::from_secs(3600);

/// A checkout of a branch of a fork, and the forge that both are at.
struct Stand {
    repo: Repo,
    server: ForgeServer,
    credentials: Arc<OwnCredentials>,
    setup: ForgeSetup,
}

impl Stand {
    async fn new(kind: ForgeKind) -> Self {
        let repo = Repo::new();
        repo.commit("src/a.rs", "a\n", "first");
        repo.git(["switch", "--quiet", "-c", "12-fix-it"]);
        repo.git(["remote", "add", "origin", "git@forge.example:ann/tool.git"]);
        repo.git(["remote", "add", "upstream", "https://forge.example/team/tool.git"]);
        repo.git(["remote", "add", "elsewhere", "https://unknown.example/x/y.git"]);
        let server = ForgeServer::new().await;
        let path = if kind == ForgeKind::GitHub { "/api/v3" } else { "/api/v4" };
        let forge = ForgeHost { host: "forge.example".into(), kind, api: format!("{}{path}", server.at) };
        let credentials = Arc::new(OwnCredentials::new(|_| None, false));
        let setup = ForgeSetup {
            forges: vec![ForgeHost::github(), forge],
            every: Duration::from_millis(50),
            probe: NEVER,
            patience: Duration::from_secs(10),
            credentials: credentials.clone(),
            dial: Arc::new(Loopback),
        };
        let stand = Self { repo, server, credentials, setup };
        match kind {
            ForgeKind::GitHub => stand.fill_github(),
            ForgeKind::GitLab => stand.fill_gitlab(),
        }
        stand
    }

    fn sign_in(&self) {
        self.credentials.give("forge.example", Credential::new(CANARY));
    }

    fn begin(&self) -> (Working, Working) {
        let forge = Forge::new(&self.repo.path, self.setup.clone());
        (Working::begin(forge.review()), Working::begin(forge.issue()))
    }

    fn route(&self, path: &str, value: Value) {
        self.server.route(path, value);
    }

    fn fill_github(&self) {
        let team = |path: &str| format!("/api/v3/repos/team/tool{path}");
        self.route(&team("/pulls"), json!([pull(&self.repo.head())]));
        self.route(&team("/pulls/7"), pull(&self.repo.head()));
        self.route("/api/v3/repos/ann/tool/pulls", json!([]));
        self.route(
            &team("/pulls/7/reviews"),
            json!([
                { "id": 1, "user": { "login": "bo" }, "body": "Please split", "state": "CHANGES_REQUESTED",
                  "submitted_at": "2026-01-02T04:00:00Z", "html_url": "https://forge.example/r/1" },
                { "id": 2, "user": { "login": "bo" }, "body": "", "state": "COMMENTED",
                  "submitted_at": "2026-01-02T05:00:00Z" },
                { "id": 3, "user": null, "body": "", "state": "APPROVED", "submitted_at": "2026-01-02T06:00:00Z" }
            ]),
        );
        self.route(
            &team("/pulls/7/comments"),
            json!([
                said_at(100, None, "src/a.rs", json!(3)),
                said_at(101, Some(100), "src/a.rs", json!(3)),
                said_at(200, None, "src/gone.rs", Value::Null),
            ]),
        );
        self.route(&team("/issues/7/comments"), json!([said("cy", "Nice \u{202e}work")]));
        let head = self.repo.head();
        self.route(
            &team(&format!("/commits/{head}/check-runs")),
            json!({ "total_count": 2, "check_runs": [
                { "name": "test", "status": "completed", "conclusion": "failure", "started_at": "2026-01-02T03:00:00Z",
                  "completed_at": "2026-01-02T03:01:00Z", "html_url": "https://forge.example/c/1",
                  "output": { "title": "2 failed", "summary": null } },
                { "name": "lint", "status": "in_progress", "conclusion": null, "output": { "title": null } } ] }),
        );
        self.route(
            &team(&format!("/commits/{head}/status")),
            json!({ "state": "success", "statuses": [
                { "context": "ci/old", "state": "success", "description": "ok", "target_url": "command:evil" } ] }),
        );
        self.route(&team("/issues/3"), issue(3, "closed", "completed"));
        self.route(&team("/issues/3/comments"), json!([said("di", "I see it, too")]));
        self.route(&team("/issues/12"), issue(12, "open", ""));
        self.route(&team("/issues/12/comments"), json!([]));
        self.server.state().graph = vec![graph(json!([graph_thread(100, false, true)]), Value::Null)];
    }

    fn fill_gitlab(&self) {
        let team = |path: &str| format!("/api/v4/projects/team%2Ftool{path}");
        let merge = json!({ "id": 900, "iid": 7, "project_id": 1, "title": "Fix it", "description": "Closes #3",
            "state": "opened", "draft": true, "author": { "username": "ann", "name": "Ann" },
            "source_branch": "12-fix-it", "target_branch": "main", "sha": self.repo.head(), "labels": ["bug"],
            "reviewers": [{ "username": "bo" }, { "username": "cy" }], "has_conflicts": true,
            "head_pipeline": { "id": 55, "status": "running" }, "created_at": "2026-01-02T03:04:05.678Z",
            "updated_at": "2026-01-03T03:04:05.678+01:00", "web_url": "https://forge.example/team/tool/-/merge_requests/7" });
        self.route(&team("/merge_requests"), json!([merge]));
        self.route(&team("/merge_requests/7"), merge);
        self.route("/api/v4/projects/ann%2Ftool/merge_requests", json!([]));
        self.route(
            &team("/merge_requests/7/approvals"),
            json!({ "approved": false, "approvals_left": 1, "approved_by": [{ "user": { "username": "bo" } }] }),
        );
        self.route(
            &team("/pipelines/55/jobs"),
            json!([{ "name": "build", "stage": "build", "status": "success", "allow_failure": false,
                     "started_at": "2026-01-02T03:04:05.678Z", "finished_at": null, "web_url": "https://forge.example/j/1" },
                   { "name": "test", "stage": "test", "status": "failed", "allow_failure": false }]),
        );
        let note = |id: u64, body: &str| {
            json!({ "id": id, "body": body, "author": { "username": "bo" }, "created_at": "2026-01-02T04:00:00.000Z",
                    "updated_at": "2026-01-02T04:00:00.000Z", "system": false, "resolvable": false, "position": null })
        };
        let mut placed = note(1, "Why?");
        placed["resolvable"] = json!(true);
        placed["resolved"] = json!(false);
        placed["position"] = json!({ "head_sha": "old", "new_path": "src/a.rs", "old_path": "src/a.rs", "new_line": null,
            "old_line": 9, "position_type": "text", "line_range": { "start": { "old_line": 8, "new_line": null } } });
        let mut system = note(2, "added 1 commit");
        system["system"] = json!(true);
        self.route(
            &team("/merge_requests/7/discussions"),
            json!([{ "id": "d1", "individual_note": false, "notes": [placed, note(3, "Because.")] },
                   { "id": "d2", "individual_note": true, "notes": [system] },
                   { "id": "d3", "individual_note": true, "notes": [note(4, "Good")] }]),
        );
        let issue = |number: u64| {
            json!({ "iid": number, "project_id": 1, "title": format!("Issue {number}"), "description": null,
                "state": "opened", "author": { "username": "di" }, "labels": ["bug", "p1"], "assignees": [],
                "milestone": { "title": "1.0" }, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
                "web_url": null })
        };
        let mut others = issue(5);
        others["project_id"] = json!(2);
        others["references"] = json!({ "short": "#5", "relative": "team/infra#5", "full": "team/infra#5" });
        let mut nameless = issue(6);
        nameless["project_id"] = json!(3);
        self.route(&team("/merge_requests/7/closes_issues"), json!([issue(3), others, nameless]));
        self.route("/api/v4/projects/team%2Finfra/issues/5/notes", json!([note(9, "In infra")]));
        self.route(&team("/issues/5/notes"), json!([note(10, "confidential")]));
        self.route(&team("/issues/12"), issue(12));
        self.route(&team("/issues/3/notes"), json!([note(8, "Same here")]));
        self.route(&team("/issues/12/notes"), json!([]));
        self.server.state().numbered = true;
    }
}

fn request(shown: &Shown) -> Option<&Request> {
    shown
        .entries
        .values()
        .find_map(|entry| if let Entry::Request(request) = entry { Some(request) } else { None })
}

fn threads(shown: &Shown) -> Vec<&Thread> {
    shown
        .entries
        .values()
        .filter_map(|entry| if let Entry::Thread(thread) = entry { Some(thread) } else { None })
        .collect()
}

fn comments(shown: &Shown) -> Vec<&Comment> {
    shown
        .entries
        .values()
        .filter_map(|entry| if let Entry::Comment(comment) = entry { Some(comment) } else { None })
        .collect()
}

fn issues(shown: &Shown) -> Vec<&Issue> {
    shown
        .entries
        .values()
        .filter_map(|entry| if let Entry::Issue(issue) = entry { Some(issue) } else { None })
        .collect()
}

#[tokio::test]
async fn a_forks_request_shows_with_checks_reviews_threads_and_issues() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    stand.sign_in();
    stand.server.state().accepts = Some(CANARY);
    let (mut review, mut issue) = stand.begin();
    let shown = review.until(|panel| request(panel.0).is_some()).await;
    assert_eq!(shown.state, SourceState::Fresh);
    let found = request(&shown).unwrap();
    assert_eq!((found.number, found.repository.as_str(), found.state), (7, "team/tool", RequestState::Open));
    assert_eq!((found.verdict, found.unresolved), (Some(Verdict::ChangesRequested), Some(1)));
    assert_eq!((found.checks.passed, found.checks.failed, found.checks.running), (1, 1, 1));
    assert_eq!((found.labels[0].color, found.mergeable), (Some(0xd73a4a), None));
    assert_eq!(found.created, 1_767_323_045_000);
    let reviewers: Vec<_> =
        found.reviewers.iter().map(|reviewer| (reviewer.name.as_str(), reviewer.verdict)).collect();
    let expected = [
        ("bo", Some(Verdict::ChangesRequested)),
        ("ghost", Some(Verdict::Approved)),
        ("cy", None),
        ("core", None),
    ];
    assert_eq!(reviewers, expected);
    let checks: Vec<_> = shown
        .entries
        .values()
        .filter_map(|entry| if let Entry::Check(check) = entry { Some(check) } else { None })
        .collect();
    assert_eq!(
        checks.iter().map(|check| (check.name.as_str(), check.state)).collect::<Vec<_>>(),
        [("ci/old", CheckState::Passed), ("lint", CheckState::Running), ("test", CheckState::Failed)]
    );
    assert_eq!((checks[0].web.as_deref(), checks[2].summary.as_deref()), (None, Some("2 failed")));

    let threads = threads(&shown);
    assert_eq!(threads.len(), 2);
    let known = threads[0];
    assert_eq!(
        (known.path.as_str(), known.side, known.line, known.first_line),
        ("src/a.rs", Side::Base, Some(4), Some(2))
    );
    assert_eq!(
        (known.resolved, known.outdated, known.comments, known.original_line),
        (Some(false), true, 2, Some(3))
    );
    assert_eq!((threads[1].resolved, threads[1].outdated, threads[1].line), (None, true, None));
    let of_thread = |id: &str| {
        comments(&shown).into_iter().filter(|comment| comment.thread.as_deref() == Some(id)).count()
    };
    assert_eq!((of_thread("100"), of_thread("200")), (2, 1));
    let general: Vec<_> = comments(&shown).into_iter().filter(|comment| comment.thread.is_none()).collect();
    assert_eq!(
        general.iter().map(|comment| comment.body.text.as_str()).collect::<Vec<_>>(),
        ["Nice work", "Please split", ""]
    );

    let shown = issue.until(|panel| issues(panel.0).len() == 2).await;
    let found = issues(&shown);
    assert_eq!((found[0].number, found[0].link, found[0].state), (3, IssueLink::Closes, IssueState::Closed));
    assert_eq!((found[1].number, found[1].link, found[1].state), (12, IssueLink::Branch, IssueState::Open));
    assert!(
        shown
            .entries
            .values()
            .any(|entry| matches!(entry, Entry::IssueComment(comment) if comment.author == "di"))
    );
    let seen = stand.server.seen();
    assert!(seen.iter().all(|seen| seen.credential.as_deref() == Some("Bearer canary_credential")));
    assert!(seen.iter().any(|seen| seen.path.contains("head=ann:12-fix-it")), "{seen:?}");
    assert!(seen.iter().any(|seen| seen.method == "POST" && seen.path == "/api/graphql"));
    assert!(!format!("{shown:?}").contains(CANARY));
    review.end().await;
    // The other panel takes over the asking.
    stand.route("/api/v3/repos/team/tool/issues/12/comments", json!([said("bo", "later")]));
    issue.until(|panel| panel.0.entries.len() == 4).await;
    issue.end().await;
}

#[tokio::test]
async fn lists_are_read_to_their_end_and_what_is_known_is_not_sent_again() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    stand.sign_in();
    stand.server.state().page = 2;
    let many: Vec<Value> = (0..9).map(|nth| said_at(100 + nth, None, "src/a.rs", json!(nth + 1))).collect();
    stand.route("/api/v3/repos/team/tool/pulls/7/comments", many.into());
    stand.server.state().graph = vec![
        graph(json!([graph_thread(100, true, false), null]), json!("1")),
        graph(json!([graph_thread(101, false, false)]), Value::Null),
    ];
    let (mut review, issue) = stand.begin();
    let shown = review.until(|panel| threads(panel.0).len() == 9).await;
    let resolved: Vec<_> = threads(&shown).iter().map(|thread| thread.resolved).take(3).collect();
    assert_eq!(resolved, [Some(true), Some(false), None]);
    assert_eq!(request(&shown).unwrap().unresolved, Some(1));

    let before = stand.server.seen().len();
    stand.route("/api/v3/repos/team/tool/issues/7/comments", json!([said("bo", "something new")]));
    review.until(|panel| comments(panel.0).iter().any(|comment| comment.body.text == "something new")).await;
    let seen = stand.server.seen().split_off(before);
    let asked: Vec<_> = seen.iter().filter(|seen| seen.method == "GET" && seen.status != 404).collect();
    assert!(!asked.is_empty() && asked.iter().all(|seen| seen.tag.is_some()), "{asked:#?}");
    let whole = asked.iter().filter(|seen| seen.status == 200).count();
    assert_eq!(whole, 1, "one thing changed: {asked:#?}");
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn nobody_signs_in_where_nothing_asks_for_it() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    let (review, mut issue) = stand.begin();
    let shown = issue.until(|panel| issues(panel.0).len() == 2).await;
    assert_eq!(issues(&shown)[0].link, IssueLink::Closes, "the body says what it closes");
    assert!(stand.server.seen().iter().all(|seen| seen.credential.is_none() && seen.method == "GET"));
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn what_is_not_for_everyone_asks_to_sign_in() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    stand.server.state().accepts = Some(CANARY);
    let (mut review, issue) = stand.begin();
    let sign_in = |state: &SourceState| matches!(state, SourceState::Failed { remedy: Some(Remedy::SignIn { host }), .. } if host == "forge.example");
    review.until(|panel| sign_in(&panel.0.state)).await;
    stand.credentials.give("forge.example", Credential::new("wrong"));
    review.refresh().await;
    let refused =
        |state: &SourceState| matches!(state, SourceState::Failed { why, .. } if why.contains("credential"));
    review.until(|panel| refused(&panel.0.state)).await;
    stand.sign_in();
    review.refresh().await;
    review.until(|panel| panel.is_fresh() && request(panel.0).is_some()).await;
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn credentials_go_nowhere_else() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    let other = ForgeServer::new().await;
    stand.sign_in();
    let moved = "/api/v3/repos/team/tool/pulls";
    stand.server.state().redirects.insert(moved.into(), format!("{}{moved}", other.at));
    stand.route("/api/v3/repos/ann/tool", json!({ "parent": { "full_name": "../../evil" } }));
    let (mut review, issue) = stand.begin();
    review.until(|panel| matches!(panel.0.state, SourceState::Failed { .. })).await;
    assert!(other.seen().is_empty(), "{:?}", other.seen());
    // Within the forge it is followed.
    stand.server.state().redirects.insert(moved.into(), "/api/v3/repositories/1/pulls".into());
    stand.route("/api/v3/repositories/1/pulls", json!([pull(&stand.repo.head())]));
    review.until(|panel| request(panel.0).is_some()).await;
    assert!(stand.server.seen().iter().all(|seen| !seen.path.contains("evil")));
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn only_forges_that_are_known_are_asked() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    for remote in ["origin", "upstream"] {
        stand.repo.git(["remote", "set-url", remote, "https://internal.example/a/b"]);
    }
    let (mut review, issue) = stand.begin();
    // Nobody was asked, which is not "there is none".
    let unknown = |state: &SourceState| matches!(state, SourceState::Failed { why, .. } if why.contains("forge that is known"));
    let shown = review.until(|panel| unknown(&panel.0.state)).await;
    assert!(shown.entries.is_empty() && stand.server.seen().is_empty());
    // Another branch's request is never shown for this one.
    stand.repo.git(["remote", "set-url", "upstream", "https://forge.example/team/tool"]);
    stand.repo.git(["remote", "set-url", "origin", "https://forge.example/ann/tool"]);
    review.refresh().await;
    review.until(|panel| request(panel.0).is_some()).await;
    stand.route("/api/v3/repos/team/tool/pulls", json!([]));
    stand.route("/api/v3/repos/ann/tool", json!({ "parent": null }));
    stand.repo.git(["switch", "--quiet", "-c", "other"]);
    review.until(|panel| panel.is_fresh() && request(panel.0).is_none()).await;
    assert!(stand.server.seen().iter().any(|seen| seen.path.contains("head=ann:other")));
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn long_and_hostile_texts_are_cut_and_can_be_read_whole() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    let long = "A \u{1b}[31mlong\u{202e} body\n".repeat(2_000);
    let mut hostile = pull(&stand.repo.head());
    hostile["body"] = json!(long);
    hostile["title"] = json!("T\u{7}itle\n\u{202e}evil");
    hostile["html_url"] = json!("javascript:alert(1)");
    stand.route("/api/v3/repos/team/tool/pulls/7", hostile);
    let mut said = said_at(100, None, "../../../etc/passwd", json!(4_000_000_000_u64));
    said["body"] = json!("x");
    stand.route("/api/v3/repos/team/tool/pulls/7/comments", json!([said]));
    let (mut review, issue) = stand.begin();
    let shown = review.until(|panel| request(panel.0).is_some()).await;
    let found = request(&shown).unwrap();
    assert_eq!((found.title.as_str(), found.web.as_deref()), ("Titleevil", None));
    assert!(found.body.text.len() <= 6 * 1024 && !found.body.text.contains('\u{1b}'));
    assert_eq!(review.fetch(found.body.rest.as_ref().unwrap()).await.unwrap(), long);
    assert_eq!((threads(&shown)[0].path.as_str(), threads(&shown)[0].line), ("etc/passwd", None));
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn gitlab_shows_as_github_does() {
    let stand = Stand::new(ForgeKind::GitLab).await;
    stand.sign_in();
    stand.server.state().accepts = Some(CANARY);
    stand.server.state().page = 1;
    let (mut review, mut issue) = stand.begin();
    let shown = review.until(|panel| request(panel.0).is_some()).await;
    let found = request(&shown).unwrap();
    assert_eq!((found.number, found.state, found.mergeable), (7, RequestState::Draft, Some(false)));
    assert_eq!((found.verdict, found.unresolved), (Some(Verdict::Required), Some(1)));
    assert_eq!((found.checks.passed, found.checks.failed), (1, 1));
    assert_eq!(
        found.reviewers.iter().map(|reviewer| reviewer.verdict).collect::<Vec<_>>(),
        [Some(Verdict::Approved), None]
    );
    let thread = threads(&shown)[0];
    assert_eq!((thread.side, thread.line, thread.first_line), (Side::Base, Some(9), Some(8)));
    assert_eq!((thread.resolved, thread.outdated, thread.comments), (Some(false), true, 2));
    let texts: Vec<_> = comments(&shown).into_iter().map(|comment| comment.body.text.as_str()).collect();
    assert_eq!(texts, ["Why?", "Because.", "Good"], "what the system says is no comment");
    let shown = issue.until(|panel| issues(panel.0).len() == 3).await;
    let found = issues(&shown);
    let found: Vec<_> =
        found.iter().map(|issue| (issue.repository.as_str(), issue.number, issue.link)).collect();
    assert_eq!(
        found,
        [
            ("team/infra", 5, IssueLink::Closes),
            ("team/tool", 3, IssueLink::Closes),
            ("team/tool", 12, IssueLink::Branch)
        ]
    );
    let text = format!("{:?}", shown.entries);
    assert!(text.contains("In infra") && !text.contains("confidential"), "{text}");
    stand.server.state().mood = Mood::Refusing(429, vec![("ratelimit-remaining", "0".to_owned())]);
    review.until(|panel| matches!(panel.0.state, SourceState::Stale { .. })).await;
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn a_repository_that_is_only_pointed_to_is_not_asked_about() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(
        elsewhere.path().join(".git"),
        format!("gitdir: {}\n", stand.repo.path.join(".git").display()),
    )
    .unwrap();
    let forge = Forge::new(elsewhere.path(), stand.setup.clone());
    let mut review = Working::begin(forge.review());
    let shown = review.until(|panel| matches!(panel.0.state, SourceState::Failed { .. })).await;
    assert!(shown.entries.is_empty() && stand.server.seen().is_empty(), "{:?}", stand.server.seen());
    review.end().await;
    // A working tree that its repository knows of is one of its own.
    let linked = elsewhere.path().join("linked");
    stand.repo.git(["worktree", "add", "--quiet", "--force", linked.to_str().unwrap(), "12-fix-it"]);
    let mut review = Working::begin(Forge::new(&linked, stand.setup.clone()).review());
    review.until(|panel| request(panel.0).is_some()).await;
    review.end().await;
}
