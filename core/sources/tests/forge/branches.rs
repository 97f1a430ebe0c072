//! Which request a branch has, in every way that git says it.

use super::*;

fn pulls(at: &str) -> String {
    format!("/api/v3/repos/{at}/pulls")
}

/// A checkout whose only remote is the team's, on a branch that somebody else's request is of.
async fn checkout() -> Stand {
    let stand = Stand::new(ForgeKind::GitHub).await;
    stand.sign_in();
    for remote in ["upstream", "elsewhere"] {
        stand.repo.git(["remote", "remove", remote]);
    }
    stand.repo.git(["remote", "set-url", "origin", "https://forge.example/team/tool.git"]);
    stand.route("/api/v3/repos/team/tool", json!({ "full_name": "team/tool", "parent": null }));
    stand.route("/api/v3/repos/contributor/tool", json!({ "full_name": "contributor/tool", "parent": null }));
    stand.route(&pulls("contributor/tool"), json!([]));
    stand
}

/// Waits for the request; gives the heads that were asked for, in order.
async fn heads_asked(stand: &Stand) -> Vec<String> {
    let (mut review, issue) = stand.begin();
    let shown = review.until(|panel| request(panel.0).is_some()).await;
    assert_eq!(request(&shown).unwrap().number, 7);
    review.end().await;
    issue.end().await;
    let seen = stand.server.seen();
    seen.iter().filter_map(|seen| Some(seen.path.split_once("head=")?.1.to_owned())).collect()
}

#[tokio::test]
async fn a_remote_that_is_an_address_names_the_head() {
    let stand = checkout().await;
    let address = "https://forge.example/contributor/tool.git";
    for (key, value) in [("remote", address), ("pushRemote", address), ("merge", "refs/heads/12-fix-it")] {
        stand.repo.git(["config", &format!("branch.12-fix-it.{key}"), value]);
    }
    assert_eq!(heads_asked(&stand).await[0], "contributor:12-fix-it");
}

#[tokio::test]
async fn an_address_is_read_as_git_reads_it() {
    let stand = checkout().await;
    stand.repo.git(["config", "url.https://forge.example/.insteadOf", "our:"]);
    stand.repo.git(["config", "branch.12-fix-it.remote", "our:contributor/tool.git"]);
    assert_eq!(heads_asked(&stand).await[0], "contributor:12-fix-it");
}

#[tokio::test]
async fn a_remote_that_is_pushed_to_elsewhere_names_the_head() {
    let stand = checkout().await;
    stand.repo.git(["remote", "set-url", "--push", "origin", "git@forge.example:contributor/tool.git"]);
    assert_eq!(heads_asked(&stand).await[0], "contributor:12-fix-it");
}

#[tokio::test]
async fn a_requests_own_reference_names_it() {
    let stand = checkout().await;
    stand.repo.git(["config", "branch.12-fix-it.remote", "origin"]);
    stand.repo.git(["config", "branch.12-fix-it.merge", "refs/pull/7/head"]);
    assert!(heads_asked(&stand).await.is_empty(), "nothing has to be looked for");
}

#[tokio::test]
async fn a_tag_named_as_the_branch_does_not_lead_astray() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    stand.sign_in();
    stand.repo.git(["tag", "12-fix-it"]);
    assert_eq!(heads_asked(&stand).await[0], "ann:12-fix-it");
}

#[tokio::test]
async fn a_repository_that_has_another_owner_by_now_is_asked_under_its_name_of_today() {
    let stand = checkout().await;
    stand.repo.git(["remote", "set-url", "origin", "https://forge.example/old/tool.git"]);
    let moved =
        [("/api/v3/repos/old/tool", "/api/v3/repositories/1"), ("/api/v3/repos/old/tool/pulls", "/nothing")];
    for (from, to) in moved {
        stand.server.state().redirects.insert(from.into(), to.into());
    }
    stand.route("/nothing", json!([]));
    stand.route("/api/v3/repositories/1", json!({ "full_name": "team/tool", "parent": null }));
    let asked = heads_asked(&stand).await;
    assert_eq!(asked.first().map(String::as_str), Some("old:12-fix-it"));
    assert!(asked.iter().any(|head| head == "team:12-fix-it"), "{asked:?}");
}

#[tokio::test]
async fn a_branch_that_nothing_is_known_of_is_found_by_its_commit() {
    let stand = checkout().await;
    stand.repo.git(["branch", "--move", "called-otherwise"]);
    stand.route(&pulls("team/tool"), json!([]));
    let head = stand.repo.head();
    stand.route(&format!("/api/v3/repos/team/tool/commits/{head}/pulls"), json!([pull(&head)]));
    heads_asked(&stand).await;
}

#[tokio::test]
async fn gitlab_does_not_take_a_request_of_another_fork() {
    let stand = Stand::new(ForgeKind::GitLab).await;
    stand.sign_in();
    let merges = "/api/v4/projects/team%2Ftool/merge_requests";
    let mut others = json!({ "iid": 8, "state": "opened", "sha": "other", "source_project_id": 77 });
    let ours = json!({ "iid": 7, "state": "opened", "sha": "older", "source_project_id": 5 });
    stand.route("/api/v4/projects/ann%2Ftool", json!({ "id": 5 }));
    stand.route(merges, json!([others.clone(), ours]));
    let (mut review, issue) = stand.begin();
    let shown = review.until(|panel| request(panel.0).is_some()).await;
    assert_eq!(request(&shown).unwrap().number, 7);
    others["source_project_id"] = json!(78);
    stand.route(merges, json!([others]));
    review.until(|panel| panel.is_fresh() && request(panel.0).is_none()).await;
    review.end().await;
    issue.end().await;
}

#[tokio::test]
async fn a_workspace_that_stands_nowhere_says_so() {
    let stand = Stand::new(ForgeKind::GitHub).await;
    let (mut review, issue) = stand.begin();
    let says = async |review: &mut Working, text: &str| {
        let failed =
            |state: &SourceState| matches!(state, SourceState::Failed { why, .. } if why.contains(text));
        review.refresh().await;
        review.until(|panel| failed(&panel.0.state) && panel.0.entries.is_empty()).await;
    };
    stand.repo.git(["switch", "--quiet", "--detach"]);
    says(&mut review, "no branch is checked out").await;
    stand.repo.git(["switch", "--quiet", "--orphan", "empty"]);
    says(&mut review, "no commit yet").await;
    stand.repo.git(["switch", "--quiet", "12-fix-it"]);
    for remote in ["origin", "upstream", "elsewhere"] {
        stand.repo.git(["remote", "remove", remote]);
    }
    says(&mut review, "no remote").await;
    review.end().await;
    issue.end().await;
}
