//! What is new shows soon: probes ask for it, as often as the forge lets it be asked for.

use std::time::Duration;

use jumpseat_forge::{
    Allowance, Mood, Seen,
    github::{said, said_at},
};
use jumpseat_panels::SourceState;
use jumpseat_sources::{Credential, ForgeKind};
use serde_json::{Value, json};

use crate::{NEVER, Stand, comments, issues, request};

const PULL: &str = "/api/v3/repos/team/tool/pulls/7";
const MERGE: &str = "/api/v4/projects/team%2Ftool/merge_requests/7";

/// How many looks at everything there were: each begins with the branch's requests.
fn looks(seen: &[Seen]) -> usize {
    seen.iter().filter(|seen| seen.path.contains("head=") || seen.path.contains("source_branch=")).count()
}

/// How often that was asked for.
fn asked<'a>(seen: &'a [Seen], path: &str) -> Vec<&'a Seen> {
    seen.iter().filter(|seen| seen.path == path).collect()
}

impl Stand {
    /// Looks but once, and probes all the time.
    async fn probing(kind: ForgeKind) -> Self {
        let mut stand = Self::new(kind).await;
        (stand.setup.every, stand.setup.probe) = (NEVER, Duration::from_millis(5));
        stand.sign_in();
        stand
    }

    /// Changes a part of what lies at a path.
    fn change(&self, path: &str, part: &str, value: Value) {
        self.server.state().routes.get_mut(path).unwrap()[part] = value;
    }
}

#[tokio::test]
async fn a_review_comment_shows_without_a_look_being_due() {
    let stand = Stand::probing(ForgeKind::GitHub).await;
    let (mut review, issue) = stand.begin();
    review.until(|panel| request(panel.0).is_some()).await;
    let first = stand.server.until(|seen| asked(seen, PULL).len() > 3).await;
    assert!(
        asked(&first, PULL)[1..].iter().all(|seen| seen.status == 304 && seen.tag.is_some()),
        "{first:#?}"
    );
    assert_eq!(looks(&first), looks(&stand.server.seen()));
    let place = "/api/v3/repos/team/tool/pulls/7/comments";
    stand.route(
        place,
        json!([said_at(100, None, "src/a.rs", json!(3)), said_at(300, None, "src/a.rs", json!(5))]),
    );
    stand.change(PULL, "review_comments", json!(2));
    review.until(|panel| comments(panel.0).iter().any(|comment| comment.body.text == "comment 300")).await;
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn what_is_said_in_an_issue_shows_as_soon() {
    let stand = Stand::probing(ForgeKind::GitHub).await;
    let (review, mut issue) = stand.begin();
    issue.until(|panel| issues(panel.0).len() == 2).await;
    for number in [3, 12] {
        let place = format!("/api/v3/repos/team/tool/issues/{number}");
        let text = format!("new in {number}");
        stand.route(&format!("{place}/comments"), json!([said("bo", &text)]));
        stand.change(&place, "updated_at", json!("2026-01-05T00:00:00Z"));
        issue.until(|panel| format!("{:?}", panel.0.entries).contains(&text)).await;
    }
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn at_gitlab_it_is_the_same() {
    let stand = Stand::probing(ForgeKind::GitLab).await;
    let (mut review, mut issue) = stand.begin();
    review.until(|panel| request(panel.0).is_some()).await;
    let seen = stand.server.until(|seen| asked(seen, MERGE).len() > 3).await;
    assert!(asked(&seen, MERGE)[1..].iter().all(|seen| seen.status == 304), "{seen:#?}");
    let note = json!({ "id": 30, "body": "And this?", "author": { "username": "cy" }, "created_at": "2026-01-05T00:00:00Z" });
    stand.route(&format!("{MERGE}/discussions"), json!([{ "id": "d9", "notes": [note] }]));
    stand.change(MERGE, "user_notes_count", json!(5));
    review.until(|panel| comments(panel.0).iter().any(|comment| comment.body.text == "And this?")).await;
    // Those that it closes are told in one list, that of the branch by itself.
    let project = "/api/v4/projects/team%2Ftool";
    let closes = format!("{MERGE}/closes_issues");
    stand.server.state().routes.get_mut(&closes).unwrap()[0]["title"] = json!("Renamed");
    issue.until(|panel| issues(panel.0).iter().any(|issue| issue.title == "Renamed")).await;
    stand.change(&format!("{project}/issues/12"), "title", json!("Renamed, too"));
    issue.until(|panel| issues(panel.0).iter().any(|issue| issue.title == "Renamed, too")).await;
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn what_is_shown_nowhere_is_not_looked_at() {
    let stand = Stand::probing(ForgeKind::GitHub).await;
    let (mut review, issue) = stand.begin();
    review.until(|panel| request(panel.0).is_some()).await;
    let before = looks(&stand.server.until(|seen| asked(seen, PULL).len() > 1).await);
    stand.change(PULL, "base", json!({ "ref": "main", "sha": "0", "repo": { "pushed_at": "now" } }));
    let seen = stand
        .server
        .until(|seen| asked(seen, PULL).iter().filter(|seen| seen.status == 200).count() > 1)
        .await;
    let seen = stand.server.until(|now| asked(now, PULL).len() > asked(&seen, PULL).len() + 2).await;
    assert_eq!(looks(&seen), before);
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn a_repository_that_moved_is_probed_where_it_is() {
    let stand = Stand::probing(ForgeKind::GitHub).await;
    let moved = "/api/v3/repositories/1/pulls/7";
    let pull = stand.server.state().routes.remove(PULL).unwrap();
    stand.route(moved, pull);
    stand.server.state().redirects.insert(PULL.into(), moved.into());
    let (mut review, issue) = stand.begin();
    review.until(|panel| request(panel.0).is_some()).await;
    stand.change(moved, "title", json!("Fix it well"));
    review.until(|panel| request(panel.0).is_some_and(|request| request.title == "Fix it well")).await;
    review.end().await;
    issue.end().await;
}

/// How many requests for the pull request there were in six looks.
async fn asked_in_six_looks(stand: &Stand) -> usize {
    let (review, issue) = stand.begin();
    let two = "/api/v3/repos/team/tool/pulls?";
    let whole = |seen: &[Seen]| seen.iter().filter(|seen| seen.path.starts_with(two)).count();
    let seen = stand.server.until(|seen| whole(seen) > 6).await;
    review.end().await;
    issue.end().await;
    asked(&seen, PULL).len()
}

#[tokio::test]
async fn nobody_probes() {
    let mut stand = Stand::new(ForgeKind::GitHub).await;
    // Nobody looks twenty times as seldom.
    (stand.setup.every, stand.setup.probe) = (Duration::from_millis(5), Duration::from_millis(1));
    assert_eq!(asked_in_six_looks(&stand).await, 6);
}

#[tokio::test]
async fn where_it_costs_that_nothing_changed_it_is_asked_seldom() {
    let mut stand = Stand::new(ForgeKind::GitHub).await;
    (stand.setup.every, stand.setup.probe) = (Duration::from_millis(100), Duration::from_millis(1));
    stand.sign_in();
    stand.server.state().allowance = Some(Allowance { left: 4000, counts_unchanged: true });
    // The first probe shows what it costs, the next would come after seconds.
    assert!(asked_in_six_looks(&stand).await <= 12);
    let stand = Stand::probing(ForgeKind::GitHub).await;
    stand.server.state().allowance = Some(Allowance { left: 4000, counts_unchanged: false });
    let (review, issue) = stand.begin();
    stand.server.until(|seen| asked(seen, PULL).len() > 12).await;
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn a_probe_that_is_refused_is_the_last() {
    for (status, headers) in [
        (403, vec![("x-ratelimit-remaining", "0".to_owned()), ("retry-after", "3600".to_owned())]),
        (429, Vec::new()),
    ] {
        let stand = Stand::probing(ForgeKind::GitHub).await;
        let (mut review, issue) = stand.begin();
        review.until(|panel| request(panel.0).is_some()).await;
        stand.server.until(|seen| asked(seen, PULL).len() > 1).await;
        stand.server.state().mood = Mood::Refusing(status, headers);
        review.until(|panel| matches!(panel.0.state, SourceState::Stale { .. })).await;
        stand.server.state().mood = Mood::Fine;
        // Somebody else has limits of their own.
        stand.credentials.give("forge.example", Credential::new("another"));
        review.refresh().await;
        review.until(|panel| panel.is_fresh()).await;
        let seen = stand.server.seen();
        assert_eq!(seen.iter().filter(|seen| seen.status == status).count(), 1, "{seen:#?}");
        review.end().await;
        issue.end().await;
    }
}

#[tokio::test]
async fn a_probe_that_fails_has_everything_looked_at() {
    let mut stand = Stand::probing(ForgeKind::GitHub).await;
    stand.setup.patience = Duration::from_millis(200);
    let (mut review, issue) = stand.begin();
    review.until(|panel| request(panel.0).is_some()).await;
    stand.server.state().mood = Mood::Gone;
    review.until(|panel| matches!(panel.0.state, SourceState::Stale { .. })).await;
    stand.server.state().mood = Mood::Fine;
    review.refresh().await;
    review.until(|panel| panel.is_fresh()).await;
    review.end().await;
    issue.end().await;
}
