//! The review and the issue from a host's command line to a guest's, of a real server that speaks as GitHub does.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use jumpseat_forge::{
    ForgeServer,
    github::{graph, graph_thread, issue, pull, said, said_at},
};
use jumpseat_tests::{Program, TestEnv};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const CANARY: &str = "canary_credential";
const AT: &str = "/api/v3/repos/team/tool";

/// A host's working tree, on a branch about issue 12, and the forge that its remote is at.
struct Desk {
    env: TestEnv,
    folder: PathBuf,
    forge: ForgeServer,
    _serving: Runtime,
}

impl Desk {
    fn new() -> Self {
        let serving =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let forge = serving.block_on(ForgeServer::new());
        let desk = Self { env: TestEnv::new(), folder: PathBuf::new(), forge, _serving: serving };
        let folder = desk.env.home().join("work");
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("src/a.rs"), "one\ntwo\nthree\n").unwrap();
        let desk = Self { folder, ..desk };
        for arguments in [
            &["init", "-q", "-b", "12-fix-it"][..],
            &["add", "."],
            &["commit", "-q", "-m", "Fix it"],
            &["remote", "add", "origin", "git@forge.example:team/tool.git"],
        ] {
            desk.git(arguments);
        }
        desk.forge.state().accepts = Some(CANARY);
        let config = desk.env.home().join("config/jumpseat");
        fs::create_dir_all(&config).unwrap();
        let named = format!(
            "[[forges]]\nhost = \"forge.example\"\nkind = \"github\"\napi = \"{}/api/v3\"\n",
            desk.forge.at
        );
        fs::write(config.join("config.toml"), named).unwrap();
        desk
    }

    fn git(&self, arguments: &[&str]) -> String {
        let who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"];
        let mut git = Program::at_home(Command::new("git"), self.env.home());
        let output = git.args(who).args(arguments).current_dir(&self.folder).output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn route(&self, path: &str, value: Value) {
        self.forge.route(&format!("{AT}{path}"), value);
    }

    /// A pull request with a thread, a check and an issue that it closes, next to the one of the branch's name.
    fn fill(&self) {
        let head = self.git(&["rev-parse", "HEAD"]);
        self.route("/pulls", json!([pull(&head)]));
        self.route("/pulls/7", pull(&head));
        let review = json!({ "user": { "login": "bo" }, "body": "Please split", "state": "CHANGES_REQUESTED",
            "submitted_at": "2026-01-02T04:00:00Z" });
        self.route("/pulls/7/reviews", json!([review]));
        self.route("/pulls/7/comments", json!([said_at(100, None, "src/a.rs", json!(3))]));
        self.route("/issues/7/comments", json!([said("cy", "Nice work")]));
        let run = json!({ "name": "test", "status": "completed", "conclusion": "failure", "output": { "title": "2 failed" } });
        self.route(&format!("/commits/{head}/check-runs"), json!({ "check_runs": [run] }));
        self.route(&format!("/commits/{head}/status"), json!({ "statuses": [] }));
        for number in [3, 12] {
            self.route(&format!("/issues/{number}"), issue(number, "open", ""));
            self.route(&format!("/issues/{number}/comments"), json!([]));
        }
        self.route("/issues/3/comments", json!([said("di", "I see it, too")]));
        self.forge.state().graph = vec![graph(json!([graph_thread(100, false, false)]), Value::Null)];
    }

    /// Ann shares these panels, signed in by her environment if she is, and Bo sits in.
    fn sit(&self, panels: &[&str], signed_in: bool) -> (Program, Program) {
        let panels = panels.iter().flat_map(|panel| ["--panel", panel]);
        let share: Vec<&str> =
            ["--name", "Ann", "--folder", "work"].into_iter().chain(panels).chain(["--", "cat"]).collect();
        let (host, invite) = self.env.share_with(&share, |command| {
            if signed_in {
                command.envs([("GH_HOST", "forge.example"), ("GH_ENTERPRISE_TOKEN", CANARY)]);
            }
        });
        let mut guest = self.env.join(&invite, &["--json", "--name", "Bo"]);
        guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
        (host, guest)
    }

    fn panel(&self, arguments: &[&str]) -> Output {
        self.env.command(&[&["panel"], arguments].concat()).output().unwrap()
    }

    #[track_caller]
    fn text(&self, arguments: &[&str]) -> String {
        let output = self.panel(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What stands in a panel, by its kind, and the panel itself first.
    #[track_caller]
    fn entries(&self, panel: &str, is: &str) -> (Value, Vec<Value>) {
        let text = self.text(&[panel, "--json"]);
        let mut all = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let head = all.next().unwrap();
        assert_eq!(
            (&head["type"], &head["panel"], &head["shared"]),
            (&"panel".into(), &panel.into(), &true.into())
        );
        let entries = all.map(|mut line| line["entry"].take());
        (head, entries.filter(|entry| entry["is"] == is).collect())
    }
}

/// Waits until a panel is told of in which something is so.
#[track_caller]
fn wait(guest: &mut Program, panel: &str, is: impl Fn(&Value) -> bool) {
    guest.wait_for_event(panel, |event| {
        (event["type"] == "panel" && event["panel"] == panel && is(event)).then_some(())
    });
}

/// Whether an entry of that kind has come, with this in one of its parts.
fn came<'a>(is: &'a str, part: &'a str, what: Value) -> impl Fn(&Value) -> bool + 'a {
    move |event| {
        let set = event["set"].as_object();
        set.is_some_and(|set| set.values().any(|entry| entry["is"] == is && entry[part] == what))
    }
}

#[track_caller]
fn assert_nowhere(needle: &str, said: &[&str], folder: &Path) {
    assert!(said.iter().all(|said| !said.contains(needle)));
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            assert_nowhere(needle, &[], &entry);
        } else if entry.is_file() {
            let text = fs::read(&entry).unwrap();
            assert!(!String::from_utf8_lossy(&text).contains(needle), "{}", entry.display());
        }
    }
}

#[test]
fn a_guest_at_a_prompt_reads_the_review_and_the_issues() {
    let desk = Desk::new();
    desk.fill();
    let (mut host, mut guest) = desk.sit(&["pr", "issue"], true);
    wait(&mut guest, "review", came("request", "number", 7.into()));

    let (head, requests) = desk.entries("pr", "request");
    assert_eq!((&head["state"]["is"], &head["host"]), (&"fresh".into(), &"Ann".into()));
    assert_eq!((&requests[0]["title"], &requests[0]["unresolved"]), (&"Fix it".into(), &1.into()));
    let (_, threads) = desk.entries("pr", "thread");
    assert_eq!(
        (&threads[0]["path"], &threads[0]["line"], &threads[0]["resolved"]),
        (&"src/a.rs".into(), &4.into(), &false.into())
    );
    let (_, comments) = desk.entries("pr", "comment");
    let of_thread: Vec<_> = comments.iter().filter(|comment| comment["thread"] == "100").collect();
    assert_eq!((of_thread.len(), &of_thread[0]["body"]["text"]), (1, &"comment 100".into()));
    let shown = desk.text(&["pr"]);
    for line in ["#7 Fix it  Open", "src/a.rs", "comment 100", "Please split", "Nice work", "2 failed"] {
        assert!(shown.contains(line), "{line} is missing: {shown}");
    }

    let (_, issues) = desk.entries("issue", "issue");
    let found: Vec<_> =
        issues.iter().map(|issue| (issue["number"].as_u64().unwrap(), &issue["link"])).collect();
    assert_eq!(found, [(3, &"closes".into()), (12, &"branch".into())]);
    let shown = desk.text(&["issue"]);
    assert!(shown.contains("#3 Issue 3") && shown.contains("I see it, too"), "{shown}");
    assert!(desk.text(&[]).contains("#7 Fix it: Open, 1 unresolved, 1 check failed"));

    // What is said next comes by itself.
    let next =
        json!([said_at(100, None, "src/a.rs", json!(3)), said_at(101, Some(100), "src/a.rs", json!(3))]);
    desk.route("/pulls/7/comments", next);
    let mut changed = pull(&desk.git(&["rev-parse", "HEAD"]));
    changed["review_comments"] = json!(2);
    desk.route("/pulls/7", changed);
    wait(&mut guest, "review", came("thread", "comments", 2.into()));
    assert!(desk.text(&["pr"]).contains("comment 101"));

    let output = desk.panel(&["pr", "7"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && told.contains("nothing can be opened in pr"), "{told}");
    assert!(
        desk.forge.seen().iter().all(|seen| seen.credential.as_deref() == Some("Bearer canary_credential"))
    );
    desk.env.run(&["stop", "--all"]);
    guest.wait();
    host.write(b"\x04");
    host.wait();
    assert_nowhere(CANARY, &[&host.said(), host.errors(), &guest.said(), guest.errors()], desk.env.home());
}

#[test]
fn what_there_is_none_of_is_said() {
    let desk = Desk::new();
    desk.route("", json!({ "full_name": "team/tool", "parent": null }));
    desk.route("/pulls", json!([]));
    desk.route("/issues/12", issue(12, "open", ""));
    desk.route("/issues/12/comments", json!([]));
    let (_host, mut guest) = desk.sit(&["pr"], true);
    wait(&mut guest, "review", |event| event["state"]["is"] == "fresh");
    let (head, requests) = desk.entries("pr", "request");
    assert_eq!((&head["entries"], requests.len()), (&0.into(), 0));
    assert!(desk.text(&["pr"]).contains("No pull request for the host's branch"));
    // The issues are another panel.
    let output = desk.panel(&["issue"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(8), "{told}");
    assert!(told.contains("Ann does not share this panel") && told.contains("shared are: pr"), "{told}");
    desk.env.run(&["panels", "share", "issue", "--folder", "work"]);
    wait(&mut guest, "issue", came("issue", "number", 12.into()));
    desk.env.run(&["panels", "hide", "pr"]);
    guest.wait_for_state("the end of it", "panels", |panels| panels == &json!(["issue"]));
    assert_eq!(desk.panel(&["pr"]).status.code(), Some(8));
}

#[test]
fn who_is_not_signed_in_reads_where_to() {
    let desk = Desk::new();
    desk.fill();
    let (_host, mut guest) = desk.sit(&["pr"], false);
    wait(&mut guest, "review", |event| event["state"]["is"] == "failed");
    let (head, _) = desk.entries("pr", "request");
    let remedy = json!({ "is": "sign_in", "host": "forge.example" });
    assert_eq!(head["state"]["remedy"], remedy);
    let shown = desk.text(&["pr"]);
    assert!(
        shown.contains("forge.example shows this repository only to people who are signed in"),
        "{shown}"
    );
    // The host is told the same.
    let listed = desk.env.run(&["panels"]);
    assert!(listed.contains("signed in"), "{listed}");
}
