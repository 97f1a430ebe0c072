//! Floods: nobody is slowed by anybody, memory stays bounded, and every guest ends exact.
#![allow(clippy::unwrap_used)]

use std::{fs, time::Duration};

use jumpseat_tests::{Line, Program, TestEnv};
use serde_json::Value;

/// How long a guest may take for megabytes on a machine that has other work, too.
const BUSY: Duration = Duration::from_secs(280);

/// Peak resident memory of a process, in MiB.
fn peak(program: &Program) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[test]
fn heavy_twenty_guests_one_of_which_never_reads() {
    let env = TestEnv::new();
    let (relay, address) = env.relay("127.0.0.1:0", &["--set", "limits.look_ups_per_minute=1000"]);
    let silent = Line::to(address);
    let url = format!("ws://{address}");
    // Nothing follows the text that everyone waits for: no prompt.
    let script =
        "read _; seq -f '%.0f this is a line of a long listing' 1 600000; echo all-$((40+2)); exec cat";
    let (mut host, invite) = env.share(&["--relay", &url, "--size", "100x30", "--", "bash", "-c", script]);
    let mut stuck = env.join(&env.over(&invite, &silent), &["--json"]);
    stuck.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    let mut guests: Vec<_> = (0..18)
        .map(|_| env.join(&invite, &["--until", "all-42", "--dump", "json"]).patiently(BUSY))
        .collect();
    let mut watcher = env.join(&invite, &["--json"]);
    let twenty = |guests: &Value| guests.as_object().is_some_and(|guests| guests.len() == 20);
    watcher.wait_for_state("twenty guests", "guests", twenty);
    silent.silent(true);
    host.write(b"\n");
    let pictures: Vec<_> = guests
        .iter_mut()
        .map(|guest| {
            let status = guest.wait();
            assert!(status.success(), "{status}\n{}", guest.errors());
            guest.said()
        })
        .collect();
    assert!(pictures.iter().all(|picture| *picture == pictures[0]));
    assert!(peak(&relay) < 100, "{} MiB", peak(&relay));
    silent.silent(false);
    drop(watcher);
    assert_eq!(env.picture(&invite, "all-42", &[]), pictures[0]);
}

#[test]
fn heavy_a_gibibyte_leaves_memory_where_it_was() {
    let env = TestEnv::new();
    let (relay, address) = env.relay("127.0.0.1:0", &[]);
    let url = format!("ws://{address}");
    let (mut host, invite) = env.share(&["--relay", &url, "--size", "100x30", "--", "bash", "--norc"]);
    let slow = Line::to(address);
    let mut stuck = env.join(&env.over(&invite, &slow), &["--json"]);
    stuck.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    slow.silent(true);
    let mut guest = env.join(&invite, &["--until", "over-42", "--dump", "text"]).patiently(BUSY);
    host.write(b"head -c 1073741824 /dev/zero | tr '\\0' 'x' | fold -w 99; echo over-$((40+2))\n");
    let status = guest.wait();
    assert!(status.success(), "{status}\n{}", guest.errors());
    assert!(peak(&relay) < 100, "relay: {} MiB", peak(&relay));
    assert!(peak(&host) < 200, "host: {} MiB", peak(&host));
}
