//! Ends that die without a word, at any point: the others come to a clean state and say what happened.
#![allow(clippy::unwrap_used)]

use jumpseat_tests::TestEnv;

#[test]
fn a_killed_host_ends_for_its_guests_when_it_stays_away() {
    let env = TestEnv::new();
    let (_relay, address) = env.relay("127.0.0.1:0", &[]);
    let url = format!("ws://{address}");
    let (mut host, invite) = env.share(&["--relay", &url, "--", "cat"]);
    let mut guest = env.join(&invite, &["--json"]);
    guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    host.kill();
    let present = guest.wait_for_event("the host's absence", |event| {
        (event["type"] == "host_present").then(|| event["present"].clone())
    });
    assert_eq!(present, false);
    // Its socket is stale: it is no session any more, and nothing stumbles over it.
    assert!(!env.run(&["sessions", "--json"]).contains(&invite.code));
    guest.signal("TERM");
    guest.wait();
}

#[test]
fn a_killed_relay_is_waited_for_and_the_session_goes_on() {
    let env = TestEnv::new();
    let (mut relay, address) = env.relay("127.0.0.1:0", &[]);
    let url = format!("ws://{address}");
    let (mut host, invite) = env.share(&["--relay", &url, "--", "bash", "--norc"]);
    let mut guest = env.join(&invite, &["--json"]);
    guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    relay.kill();
    guest.wait_for_state("the loss", "connection", |line| line["state"] == "away");
    host.write(b"echo meanwhile-$((40+2))\n");
    let (_relay, _) = env.relay(&address.to_string(), &[]);
    guest.wait_for_state("the return", "connection", |line| line["state"] == "connected");
    env.picture(&invite, "meanwhile-42", &[]);
    env.run(&["stop", "--all"]);
    let reason =
        guest.wait_for_event("the end", |event| (event["type"] == "ended").then(|| event["reason"].clone()));
    assert_eq!(reason, "stopped");
}

#[test]
fn a_killed_guest_is_shown_as_gone_and_its_shell_goes_on() {
    let env = TestEnv::new();
    let (mut host, invite) = env.share(&["--", "bash", "--norc"]);
    let mut guest = env.join(&invite, &["--json"]);
    guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    // Killed before the host has told of it, it would have joined as one who is away.
    host.wait_for("the guest", |line| line.contains("\"what\":\"joined\"").then_some(()));
    guest.kill();
    host.wait_for("its absence", |line| line.contains("\"present\":false").then_some(()));
    host.write(b"exit 7\n");
    assert_eq!(host.wait().code(), Some(7));
}

/// Each end, killed at a moment that a seed picks, while output and keys are on their way.
#[test]
fn whoever_is_killed_whenever_the_rest_ends_cleanly() {
    for seed in 0..6u32 {
        let env = TestEnv::new();
        let (mut relay, address) = env.relay("127.0.0.1:0", &[]);
        let url = format!("ws://{address}");
        let (mut host, invite) = env.share(&["--relay", &url, "--", "bash", "--norc"]);
        let mut guest = env.join(&invite, &["--json"]);
        if seed % 2 == 0 {
            guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
        }
        host.write(b"seq 1 200000\n");
        match seed % 3 {
            0 => {
                relay.kill();
                host.signal("TERM");
                host.wait();
                guest.signal("TERM");
                guest.wait();
            }
            1 => {
                host.kill();
                guest.signal("TERM");
                guest.wait();
            }
            _ => {
                guest.kill();
                host.write(b"exit\n");
                assert!(host.wait().success());
            }
        }
        for program in [&host, &guest, &relay] {
            assert!(!program.errors().contains("panicked"), "{}", program.errors());
        }
    }
}
