//! How a session ends for its guests: with everything that was printed.
#![allow(clippy::unwrap_used)]

use jumpseat_tests::{Invite, Line, Program, TestEnv};
use serde_json::{Value, json};

/// Prints 1.3 MB once it gets a line, and is gone.
const LOUD: &str = "head -c1 >/dev/null; seq 200000; echo tests passed";

fn seated(env: &TestEnv, invite: &Invite, arguments: &[&str]) -> Program {
    let mut guest = env.join(invite, &[&["--json"], arguments].concat());
    guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    guest
}

#[track_caller]
fn succeeds(mut guest: Program) -> String {
    let status = guest.wait();
    assert!(status.success(), "{status}\n{}\n{}", guest.said(), guest.errors());
    guest.said()
}

#[test]
fn a_program_that_prints_a_lot_and_ends_is_seen_to_its_end() {
    let env = TestEnv::new();
    let (relay, address) = env.relay("127.0.0.1:0", &[]);
    let url = format!("ws://{address}");
    let slow = Line::to(address);
    slow.rate(Some(400_000));
    let (mut host, invite) = env.share(&["--relay", &url, "--", "sh", "-c", LOUD]);
    let until = ["--until", "tests passed"];
    let guests = [
        seated(&env, &invite, &until),
        seated(&env, &invite, &until),
        seated(&env, &env.over(&invite, &slow), &until),
    ];
    let follows = [seated(&env, &invite, &["--dump", "text"]), seated(&env, &invite, &["--dump", "text"])];
    host.write(b"\n");
    assert!(host.wait().success());
    guests.into_iter().for_each(|guest| drop(succeeds(guest)));
    for guest in follows {
        let text = succeeds(guest);
        assert!(text.trim_end().ends_with("199999\n200000\ntests passed"), "{text}");
    }
    drop(relay);
}

#[test]
fn the_same_through_the_relay_inside_the_host() {
    let env = TestEnv::new();
    let (mut host, invite) = env.share(&["--", "sh", "-c", LOUD]);
    let guests = [(); 3].map(|()| seated(&env, &invite, &["--until", "tests passed"]));
    host.write(b"\n");
    assert!(host.wait().success());
    guests.into_iter().for_each(|guest| drop(succeeds(guest)));
}

#[test]
fn stopping_in_a_flood_leaves_everyone_with_the_same_picture() {
    let env = TestEnv::new();
    let (_relay, address) = env.relay("127.0.0.1:0", &[]);
    // Slower than any program prints.
    let slow = Line::to(address);
    slow.rate(Some(1_000_000));
    let script = "head -c1 >/dev/null; exec seq 100000000";
    let (mut host, invite) = env.share(&["--relay", &slow.url(), "--", "sh", "-c", script]);
    let guests = [(); 2].map(|()| seated(&env, &invite, &["--dump", "text"]));
    host.write(b"\n");
    host.wait_for_state("the flood", "skimming", |terminals| terminals != &json!([]));
    env.run(&["stop", "--all"]);
    let texts = guests.map(succeeds);
    let last = |text: &str| {
        text.lines().filter(|line| !line.starts_with('{')).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(last(&texts[0]), last(&texts[1]));
    assert!(last(&texts[0]).len() > 20, "{}", texts[0]);
    host.signal("TERM");
    host.wait();
}

/// What a person's modem brings: 960 bytes a second.
const BAUD_9600: u64 = 960;

/// Lines of a dump, without events.
fn dumped(said: &str) -> Vec<&str> {
    said.lines().filter(|line| !line.starts_with('{')).collect()
}

#[test]
fn a_shell_that_exits_is_seen_to_its_end_at_9600_baud() {
    let env = TestEnv::new();
    let (relay, address) = env.relay("127.0.0.1:0", &[]);
    let url = format!("ws://{address}");
    let slow = Line::to(address);
    let (mut host, invite) = env.share(&["--relay", &url, "--", "bash", "--norc"]);
    let guests = [
        seated(&env, &env.over(&invite, &slow), &["--dump", "text"]),
        seated(&env, &invite, &["--dump", "text"]),
    ];
    slow.rate(Some(BAUD_9600));
    host.write(b"seq 1 200; echo slow-$((40+2)); exit 3\n");
    assert_eq!(host.wait().code(), Some(3));
    let texts = guests.map(succeeds);
    assert_eq!(dumped(&texts[0]), dumped(&texts[1]));
    assert!(dumped(&texts[0]).contains(&"slow-42"), "{}", texts[0]);
    drop(relay);
}

/// JS-END-4: more than its line carries in the time that there is: it is left with the last screen.
#[test]
fn a_flood_that_ends_leaves_a_slow_guest_the_last_screen() {
    let env = TestEnv::new();
    let (relay, address) = env.relay("127.0.0.1:0", &[]);
    let url = format!("ws://{address}");
    let slow = Line::to(address);
    let (mut host, invite) = env.share(&["--relay", &url, "--", "sh", "-c", LOUD]);
    let guest = seated(&env, &env.over(&invite, &slow), &["--dump", "text"]);
    slow.rate(Some(30_000));
    host.write(b"\n");
    assert!(host.wait().success());
    let text = succeeds(guest);
    assert!(text.trim_end().ends_with("199999\n200000\ntests passed"), "{text}");
    drop(relay);
}

/// JS-RELAY-28: a relay that is told to end in a flood tells everyone; the next one goes on, and nobody misses anything.
#[test]
fn a_relay_that_is_told_to_end_in_a_flood_loses_nothing() {
    let env = TestEnv::new();
    let (mut relay, address) = env.relay("127.0.0.1:0", &[]);
    let url = format!("ws://{address}");
    let script = "head -c1 >/dev/null; seq 200000; head -c1 >/dev/null; echo tests passed";
    let (mut host, invite) = env.share(&["--relay", &url, "--", "sh", "-c", script]);
    let mut guests = [(); 2].map(|()| seated(&env, &invite, &["--until", "tests passed", "--dump", "text"]));
    host.write(b"\n");
    relay.signal("TERM");
    assert!(relay.wait().success(), "{}", relay.errors());
    for guest in &mut guests {
        let hung_up = |line: &Value| line["reason"].as_str().is_some_and(|why| why.contains("hung up"));
        guest.wait_for_state("the relay's word", "connection", hung_up);
    }
    let (_next, _) = env.relay(&address.to_string(), &[]);
    for guest in &mut guests {
        guest.wait_for_state("the return", "connection", |line| line["state"] == "connected");
    }
    host.write(b"\n");
    // The key is echoed.
    for guest in guests {
        let text = succeeds(guest);
        assert!(text.trim_end().ends_with("199999\n200000\n\ntests passed"), "{text}");
    }
    assert!(host.wait().success());
}
