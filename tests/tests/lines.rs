//! Bad lines between the ends: late, cut, silent, slow. Whatever happens, a guest ends with the host's screen.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use jumpseat_tests::{Line, Program, TestEnv};

/// A relay with a bad line to it for the host and one for guests.
struct Far {
    env: TestEnv,
    _relay: Program,
    to_host: Line,
    to_guest: Line,
}

impl Far {
    fn new() -> Self {
        let env = TestEnv::new();
        let (relay, address) = env.relay("127.0.0.1:0", &[]);
        Self { env, _relay: relay, to_host: Line::to(address), to_guest: Line::to(address) }
    }

    fn share(&self, command: &[&str]) -> (Program, jumpseat_tests::Invite) {
        let url = self.to_host.url();
        self.env.share(&[&["--relay", &url, "--size", "100x30", "--"][..], command].concat())
    }

    fn guest(&self, invite: &jumpseat_tests::Invite, until: &str) -> Program {
        self.env.join(&self.env.over(invite, &self.to_guest), &["--until", until, "--dump", "json"])
    }
}

/// Ends well, and with the same picture as a guest that joined at the end over a good line.
#[track_caller]
fn ends_equal(far: &Far, invite: &jumpseat_tests::Invite, guest: &mut Program, until: &str) {
    let status = guest.wait();
    assert!(status.success(), "{status}\n{}\n{}", guest.said(), guest.errors());
    let fresh = far.env.picture(invite, until, &[]);
    assert_eq!(guest.said(), fresh);
}

const SCRIPT: &str = "for i in $(seq 1 400); do printf '\\033[3%dmline %d \\033[0m%s\\n' $((i%8)) $i \"$(printf 'x%.0s' $(seq 1 $((i%60))))\"; done; read _; echo the-$((1+1))-end; cat";

#[test]
fn a_late_line_changes_nothing_but_the_time() {
    let far = Far::new();
    far.to_host.delay(Duration::from_millis(30));
    far.to_guest.delay(Duration::from_millis(60));
    let (mut host, invite) = far.share(&["bash", "-c", SCRIPT]);
    let mut guest = far.guest(&invite, "the-2-end");
    host.write(b"\n");
    ends_equal(&far, &invite, &mut guest, "the-2-end");
}

#[test]
fn cut_lines_come_back_by_themselves() {
    let far = Far::new();
    let (mut host, invite) = far.share(&["bash", "-c", SCRIPT]);
    let mut watcher = far.env.join(&far.env.over(&invite, &far.to_guest), &["--json"]);
    watcher.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    let mut guest = far.guest(&invite, "the-2-end");
    // A guest that is not seated yet gives up at the first loss.
    let seated = |guests: &serde_json::Value| guests.as_object().is_some_and(|guests| guests.len() == 2);
    watcher.wait_for_state("the other guest", "guests", seated);
    for _ in 0..3 {
        far.to_guest.cut();
        watcher.wait_for_state("the loss", "connection", |line| line["state"] == "away");
        watcher.wait_for_state("the return", "connection", |line| line["state"] == "connected");
    }
    far.to_host.cut();
    host.write(b"\n");
    ends_equal(&far, &invite, &mut guest, "the-2-end");
}

#[test]
fn a_silent_line_is_noticed_and_left() {
    let far = Far::new();
    let (mut host, invite) = far.share(&["bash", "-c", SCRIPT]);
    let mut watcher = far.env.join(&far.env.over(&invite, &far.to_guest), &["--json"]);
    watcher.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    far.to_guest.silent(true);
    watcher.wait_for_state("the loss", "connection", |line| line["state"] == "away");
    far.to_guest.cut();
    far.to_guest.silent(false);
    host.write(b"\n");
    watcher.wait_for_state("the return", "connection", |line| line["state"] == "connected");
    far.env.picture(&invite, "the-2-end", &[]);
}

#[test]
fn a_guest_at_9600_baud_sees_and_ends_equal() {
    let far = Far::new();
    let (mut host, invite) = far.share(&["bash", "--norc"]);
    let mut watcher = far.env.join(&far.env.over(&invite, &far.to_guest), &["--json"]);
    watcher.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    let mut guest = far.guest(&invite, "slow-42");
    far.to_guest.rate(Some(960));
    host.write(b"seq 1 200; echo slow-$((40+2))\n");
    far.env.picture(&invite, "slow-42", &[]);
    ends_equal(&far, &invite, &mut guest, "slow-42");
}
