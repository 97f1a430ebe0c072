//! Relays behind a real nginx: below a path, with TLS, with clients of their own, and set up wrongly.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;

use jumpseat_tests::{Invite, Line, Nginx, Program, TestEnv};
use serde_json::Value;

/// The configuration that the reference tells people to use, for a relay at this address.
fn documented(relay: SocketAddr) -> String {
    let reference = include_str!("../../docs/guide.md");
    let block = reference.split("```nginx\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let to = relay.to_string();
    assert!(block.contains("127.0.0.1:7707"), "{block}");
    block.replace("127.0.0.1:7707", &to)
}

fn below_a_path(nginx: &Nginx) -> String {
    format!("ws://{}/jump", nginx.address())
}

/// Joins and sees the text.
#[track_caller]
fn sees(env: &TestEnv, invite: &Invite, text: &str, arguments: &[&str]) {
    let mut guest = env.join(invite, &[&["--until", text], arguments].concat());
    let status = guest.wait();
    assert!(status.success(), "{status}\n{}", guest.errors());
}

/// Ends in vain: its exit code, and what it said.
fn fails(mut program: Program) -> (Option<i32>, String) {
    let status = program.wait();
    (status.code(), program.errors().to_owned())
}

#[test]
fn a_relay_below_a_path_is_shared_through_and_joined() {
    let env = TestEnv::new();
    let (_relay, address) = env.relay("127.0.0.1:0", &["--trusted-proxy", "127.0.0.1"]);
    let nginx = Nginx::serve(&documented(address));
    let url = below_a_path(&nginx);
    for given in [&url, &format!("{url}/"), &url.replace("ws://", "http://")] {
        let (mut host, invite) =
            env.share(&["--relay", given, "--", "sh", "-c", "read line; echo got-$line; cat"]);
        assert_eq!(invite.relay, url);
        host.write(b"through\n");
        sees(&env, &invite, "got-through", &[]);
        // By the code and the token, too.
        let mut command =
            env.command(&["join", "--headless", "--relay", given, "--until", "got-through", &invite.code]);
        command.env("JUMPSEAT_TOKEN", &invite.token);
        let mut guest = Program::from_command(command);
        assert!(guest.wait().success(), "{}", guest.errors());
    }
}

#[test]
fn a_proxy_that_ends_tls_is_reached_by_https() {
    let env = TestEnv::new();
    let (_relay, address) = env.relay("127.0.0.1:0", &["--trusted-proxy", "127.0.0.1"]);
    let nginx = Nginx::serve_tls(&documented(address));
    let (port, authority) = (nginx.address().port(), nginx.authority());
    let trusting = ["--ca-file", authority.as_str()];
    let url = format!("https://localhost:{port}/jump");
    let (_host, invite) = env.share(
        &[&["--relay", &url], &trusting[..], &["--", "sh", "-c", "echo ready-$((40+2)); cat"]].concat(),
    );
    assert_eq!(invite.relay, format!("wss://localhost:{port}/jump"));
    sees(&env, &invite, "ready-42", &trusting);
    // Without its authority it is nobody, and without TLS it says what it wants.
    let (code, told) = fails(env.join(&invite, &[]));
    assert_eq!(code, Some(4), "{told}");
    let plain = format!("ws://localhost:{port}/jump");
    let (code, told) = fails(Program::start(env.home(), &["share", "--headless", "--relay", &plain]));
    assert!(code == Some(5) && told.contains("wss://") && !told.contains("version"), "{told}");
}

/// A guest whose connection to the proxy comes from an address of its own.
fn from(env: &TestEnv, source: &str, nginx: &Nginx, invite: &Invite) -> (Line, Invite) {
    let line = Line::from(source.parse().unwrap(), nginx.address());
    let invite = env.over(invite, &line);
    (line, invite)
}

fn guesses(env: &TestEnv, relay: &str, token: &str, times: usize) -> Vec<Option<i32>> {
    let guess = |number: usize| {
        let code = format!("0000-{number:04}");
        let mut command = env.command(&["join", "--headless", "--relay", relay, &code]);
        command.env("JUMPSEAT_TOKEN", token);
        fails(Program::from_command(command)).0
    };
    (0..times).map(guess).collect()
}

#[test]
fn who_guesses_codes_shuts_out_nobody_else_behind_the_same_proxy() {
    let env = TestEnv::new();
    let (_relay, address) = env.relay("127.0.0.1:0", &["--trusted-proxy", "127.0.0.1"]);
    // Two of them in a row, as a balancer before an ingress.
    let inner = Nginx::serve(&documented(address));
    let passed_on = documented(inner.address()).replace("/;", "/jump/;");
    let outer = Nginx::serve(&passed_on);
    let url = below_a_path(&outer);
    let (_host, invite) = env.share(&["--relay", &url, "--", "sh", "-c", "echo ready-$((40+2)); cat"]);
    let (_guessing, there) = from(&env, "127.1.0.1", &outer, &invite);
    let codes = guesses(&env, &there.relay, &invite.token, 14);
    assert_eq!((codes[0], codes[13]), (Some(6), Some(8)), "{codes:?}");
    let (code, told) = fails(env.join(&there, &["--until", "ready-42"]));
    assert!(code == Some(8) && told.contains("too many"), "{code:?} {told}");
    let (_other, elsewhere) = from(&env, "127.2.0.1", &outer, &invite);
    sees(&env, &elsewhere, "ready-42", &[]);
}

#[test]
fn a_proxy_that_is_set_up_wrongly_is_named_and_versions_are_not() {
    let env = TestEnv::new();
    let (_relay, address) = env.relay("127.0.0.1:0", &[]);
    let (_host, invite) = env.share(&["--relay", &format!("ws://{address}"), "--", "cat"]);
    let proxied = documented(address);
    let without = |line: &str| {
        let kept = proxied.lines().filter(|given| !given.contains(line)).collect::<Vec<_>>().join("\n");
        assert_ne!(kept.len() + 1, proxied.len(), "{line}");
        kept
    };
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let host =
        proxied.replace("proxy_read_timeout", "proxy_set_header Host relay.example; proxy_read_timeout");
    for (server, code, hint) in [
        (without("Upgrade $http_upgrade"), 3, "pass the Upgrade and Connection headers"),
        (without("Connection upgrade"), 3, "pass the Upgrade and Connection headers"),
        (documented(gone), 3, "the relay behind it does not answer"),
        (host, 3, "--trusted-proxy"),
        (
            "location /jump/ { auth_basic relay; auth_basic_user_file nobody; }".to_owned(),
            3,
            "let requests for the relay",
        ),
        ("location / { return 301 https://$host$request_uri; }".to_owned(), 3, "wss://"),
        (proxied.replace("/jump/", "/other/"), 5, "a path"),
        ("location / { return 200 welcome; }".to_owned(), 5, "a path"),
        ("location / { return 503; }".to_owned(), 3, "running"),
    ] {
        let nginx = Nginx::serve(&server);
        let url = below_a_path(&nginx);
        let shared = Program::start(env.home(), &["share", "--headless", "--relay", &url, "--", "cat"]);
        let mut command = env.command(&["join", "--headless", "--relay", &url, &invite.code]);
        command.env("JUMPSEAT_TOKEN", &invite.token);
        for program in [shared, Program::from_command(command)] {
            let (exit, told) = fails(program);
            assert_eq!(exit, Some(code), "{server}\n{told}");
            assert!(
                told.contains("hint: ") && told.contains(hint) && !told.contains("version"),
                "{server}\n{told}"
            );
        }
    }
}

/// A relay that is restarted behind its proxy is waited for: meanwhile the proxy answers in its place.
#[test]
fn a_session_outlives_its_relay_behind_a_proxy() {
    let env = TestEnv::new();
    let (mut relay, address) = env.relay("127.0.0.1:0", &["--trusted-proxy", "127.0.0.1"]);
    let nginx = Nginx::serve(&documented(address));
    let (mut host, invite) = env.share(&["--relay", &below_a_path(&nginx), "--", "bash", "--norc"]);
    let mut guest = env.join(&invite, &["--json"]);
    guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    relay.signal("TERM");
    assert!(relay.wait().success());
    let answers_502 = |line: &Value| line["reason"].as_str().is_some_and(|why| why.contains("502"));
    guest.wait_for_state("the proxy's word for it", "connection", answers_502);
    let (_relay, _) = env.relay(&address.to_string(), &["--trusted-proxy", "127.0.0.1"]);
    guest.wait_for_state("the return", "connection", |line| line["state"] == "connected");
    host.write(b"echo back-$((40+2))\n");
    sees(&env, &invite, "back-42", &[]);
    assert!(!nginx.process().errors().contains("alert"), "{}", nginx.process().errors());
}
