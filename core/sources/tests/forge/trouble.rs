//! Forges that want to be left alone, that cannot be reached, or that say too much.

use std::time::Duration;

use jumpseat_forge::{Mood, github::said_at};
use jumpseat_panels::{Remedy, SourceState};
use jumpseat_sources::ForgeKind;
use serde_json::{Value, json};

use crate::{Stand, comments, request, threads};

#[tokio::test]
async fn limits_are_respected_whoever_asks() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    stand.sign_in();
    let (mut review, issue) = stand.begin();
    review.until(|panel| request(panel.0).is_some()).await;
    let headers = vec![("x-ratelimit-remaining", "0".to_owned()), ("retry-after", "2".to_owned())];
    stand.server.state().mood = Mood::Refusing(403, headers);
    let shown = review.until(|panel| matches!(panel.0.state, SourceState::Stale { .. })).await;
    assert!(request(&shown).is_some(), "the last state stays");
    let asked = stand.server.seen().len();
    stand.server.state().mood = Mood::Fine;
    let began = std::time::Instant::now();
    review.refresh().await;
    review.until(|panel| panel.is_fresh()).await;
    assert!(began.elapsed() > Duration::from_millis(1500), "{:?}", began.elapsed());
    assert!(stand.server.seen().len() > asked);
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn somebody_else_has_limits_of_their_own() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    let headers = vec![("x-ratelimit-remaining", "0".to_owned()), ("retry-after", "3600".to_owned())];
    stand.server.state().mood = Mood::Refusing(403, headers);
    let (mut review, issue) = stand.begin();
    let signs_in = |state: &SourceState| {
        matches!(state, SourceState::Failed { remedy: Some(Remedy::SignIn { .. }), .. })
    };
    review.until(|panel| signs_in(&panel.0.state)).await;
    let asked = stand.server.seen().len();
    stand.server.state().mood = Mood::Fine;
    stand.sign_in();
    review.refresh().await;
    review.until(|panel| request(panel.0).is_some()).await;
    assert!(stand.server.seen()[asked..].iter().all(|seen| seen.credential.is_some()));
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn another_branch_is_not_shown_the_last_ones_request_meanwhile() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    stand.sign_in();
    let (mut review, issue) = stand.begin();
    review.until(|panel| request(panel.0).is_some()).await;
    let headers = vec![("x-ratelimit-remaining", "0".to_owned()), ("retry-after", "3600".to_owned())];
    stand.server.state().mood = Mood::Refusing(403, headers);
    review.until(|panel| matches!(panel.0.state, SourceState::Stale { .. })).await;
    let asked = stand.server.seen().len();
    stand.repo.git(["switch", "--quiet", "-c", "other"]);
    let shown = review.until(|panel| panel.0.entries.is_empty()).await;
    assert!(matches!(shown.state, SourceState::Stale { .. }), "{:?}", shown.state);
    assert_eq!(stand.server.seen().len(), asked);
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn lists_without_end_are_cut() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    let many: Vec<Value> = (0..20_000).map(|nth| said_at(100 + nth, None, "src/a.rs", json!(1))).collect();
    // All of them on one page, however many are asked for.
    stand.server.state().page = many.len();
    stand.route("/api/v3/repos/team/tool/pulls/7/comments", many.into());
    let (mut review, issue) = stand.begin();
    let shown = review.until(|panel| request(panel.0).is_some()).await;
    assert_eq!(threads(&shown).len(), 500);
    assert!(comments(&shown).len() < 600, "{}", comments(&shown).len());
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn what_cannot_be_reached_shows_its_last_state_and_comes_back() {
    let mut stand = Stand::new(ForgeKind::GitHub).await;
    stand.setup.patience = Duration::from_millis(200);
    let (mut review, issue) = stand.begin();
    let fresh = review.until(|panel| request(panel.0).is_some()).await;
    for mood in [Mood::Slow, Mood::Broken, Mood::Strange, Mood::Gone, Mood::Refusing(502, Vec::new())] {
        stand.server.state().mood = mood.clone();
        let shown =
            review.until(|panel| matches!(panel.0.state, SourceState::Stale { since } if since > 0)).await;
        assert_eq!(shown.entries, fresh.entries, "{mood:?}");
        stand.server.state().mood = Mood::Fine;
        review.until(|panel| panel.is_fresh()).await;
    }
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn what_graphql_refuses_rest_still_shows() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    stand.sign_in();
    let errors =
        json!({ "data": null, "errors": [{ "type": "FORBIDDEN", "message": "Resource not accessible" }] });
    stand.server.state().graph = vec![errors];
    let (mut review, issue) = stand.begin();
    let shown = review.until(|panel| threads(panel.0).len() == 2).await;
    assert!(threads(&shown).iter().all(|thread| thread.resolved.is_none()));
    assert_eq!((request(&shown).unwrap().unresolved, &shown.state), (None, &SourceState::Fresh));
    review.end().await;
    issue.end().await;
}
