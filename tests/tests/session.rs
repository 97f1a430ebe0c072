//! The main job, with the real program: share, join, ask, type, be removed.
#![allow(clippy::unwrap_used)]

use jumpseat_tests::TestEnv;

#[test]
fn share_join_ask_type_and_be_removed() {
    let env = TestEnv::new();
    let (mut host, invite) = env.share(&["--size", "80x24", "--name", "Ann", "--", "bash", "--norc"]);
    host.write(b"echo before-$((1+1))\n");
    host.wait_for_event("the block or output", |event| (event["type"] != "never").then_some(()));

    let mut guest = env.join(&invite, &["--json", "--name", "Bo"]);
    let slot =
        guest.wait_for_event("the seat", |event| (event["type"] == "joined").then(|| event["slot"].clone()));
    let joined = host.wait_for_event("the guest", |event| {
        (event["event"]["what"] == "joined" || event["what"] == "joined").then(|| event.clone())
    });
    assert!(joined.to_string().contains("\"Bo\""), "{joined}");

    // A viewer's keys do not count, and it is told why.
    guest.write(b"echo intruder\n");
    let refused = guest.wait_for_event("the refusal", |event| {
        (event["type"] == "input_refused").then(|| event["why"].clone())
    });
    assert_eq!(refused, "read_only");

    env.run(&["grant", &slot.to_string()]);
    guest.wait_for_event("the role", |event| {
        (event["type"] == "role_changed" && event["role"] == "writer").then_some(())
    });
    guest.write(b"echo typed-$((40+2))\n");
    env.picture(&invite, "typed-42", &[]);

    let guests = env.run(&["guests", "--json"]);
    assert!(guests.contains("\"writer\""), "{guests}");
    env.run(&["remove", &slot.to_string()]);
    let ended = guest.wait_for_event("the end", |event| (event["type"] == "ended").then(|| event.clone()));
    assert_eq!((ended["reason"].as_str(), ended["by_host"].as_bool()), (Some("removed"), Some(true)));
    assert!(!guest.wait().success());

    // The token that it still holds opens nothing any more.
    let mut again = env.join(&invite, &["--json", "--name", "Bo"]);
    assert!(!again.wait().success());
    assert!(
        again.errors().contains("taken back") || again.said().contains("taken back"),
        "{}",
        again.errors()
    );

    host.write(b"exit\n");
    assert!(host.wait().success());
}

#[test]
fn stopping_tells_everyone() {
    let env = TestEnv::new();
    let (mut host, invite) = env.share(&["--", "cat"]);
    let mut guest = env.join(&invite, &["--json"]);
    guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    env.run(&["stop", "--all"]);
    let reason =
        guest.wait_for_event("the end", |event| (event["type"] == "ended").then(|| event["reason"].clone()));
    assert_eq!(reason, "stopped");
    host.close_input();
    host.signal("TERM");
    host.wait();
}

#[test]
fn programs_that_draw_look_the_same_to_early_and_late_guests() {
    let env = TestEnv::new();
    let (mut host, invite) =
        env.share(&["--size", "100x30", "--", "vim", "-u", "NONE", "-N", "+set laststatus=2"]);
    let mut early = env.join(&invite, &["--json"]);
    early.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    host.write("iüber the top 你好\x1b:set number\r".as_bytes());
    host.write(b":echo 'all-' . 'done'\r");
    // Vim hides its cursor while it draws.
    let drawn = |picture: &String| picture.contains(r#""visible":true"#);
    let late = std::iter::repeat_with(|| env.picture(&invite, "all-done", &[])).find(drawn).unwrap();
    let later = env.picture(&invite, "all-done", &[]);
    assert_eq!(late, later);
    assert!(late.contains("你好"), "{late}");
    host.write(b":q!\r");
    assert!(host.wait().success());
}

#[test]
fn tmux_inside_is_seen_whole() {
    let env = TestEnv::new();
    let socket = env.home().join("tmux");
    let (mut host, invite) = env.share(&[
        "--size",
        "100x30",
        "--",
        "tmux",
        "-S",
        socket.to_str().unwrap(),
        "-f",
        "/dev/null",
        "new",
        "echo left-$((1+1)); cat",
        ";",
        "split-window",
        "-h",
        "echo right-$((2+2)); cat",
    ]);
    // Either pane's shell may be the later one.
    env.picture(&invite, "left-2", &[]);
    let picture = env.picture(&invite, "right-4", &[]);
    assert!(picture.contains('│') && picture.contains("left-2"), "{picture}");
    let kill = ["-S", socket.to_str().unwrap(), "kill-server"];
    assert!(std::process::Command::new("tmux").args(kill).status().unwrap().success());
    host.wait();
}

#[test]
fn a_wrong_code_a_wrong_token_and_a_secret_argument_are_explained() {
    let env = TestEnv::new();
    let (_host, invite) = env.share(&["--", "cat"]);
    let url = invite.relay.clone();

    let mut command = env.command(&["join", "--headless", "--relay", &url, "0000-0000"]);
    command.env("JUMPSEAT_TOKEN", &invite.token);
    let mut guest = jumpseat_tests::Program::from_command(command);
    assert!(!guest.wait().success());
    assert!(guest.errors().contains("hint:"), "{}", guest.errors());

    let mut token = invite.token.clone().into_bytes();
    token[10] = if token[10] == b'A' { b'B' } else { b'A' };
    let mut command = env.command(&["join", "--headless", "--relay", &url, &invite.code]);
    command.env("JUMPSEAT_TOKEN", String::from_utf8(token).unwrap());
    let mut guest = jumpseat_tests::Program::from_command(command);
    assert!(!guest.wait().success());
    assert!(guest.errors().contains("token") && guest.errors().contains("hint:"), "{}", guest.errors());

    let mut guest = jumpseat_tests::Program::start(env.home(), &["join", &invite.token]);
    assert_eq!(guest.wait().code(), Some(2));
    assert!(
        !guest.errors().contains(&invite.token) && guest.errors().contains("argument"),
        "{}",
        guest.errors()
    );
}

#[test]
fn another_terminal_reaches_what_is_shared_and_what_is_joined() {
    let (ann, bo) = (TestEnv::new(), TestEnv::new());
    let (mut host, invite) = ann.share(&["--name", "Ann", "--", "cat"]);
    let mut guest = bo.join(&invite, &["--json", "--name", "Bo"]);
    guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    assert_eq!(bo.run(&["chat"]), "No messages yet.");

    let said = |text: &'static str| {
        move |event: &serde_json::Value| {
            let event = if event["event"].is_object() { &event["event"] } else { event };
            (event["text"] == text).then_some(())
        }
    };
    bo.run(&["chat", "from my other terminal"]);
    host.wait_for_event("what the guest said", said("from my other terminal"));
    ann.run(&["chat", "and from mine", "--scope", "propose"]);
    guest.wait_for_event("what the host said", said("and from mine"));
    assert_eq!(bo.run(&["chat"]), "Bo: from my other terminal\nAnn: and from mine");
    assert_eq!(ann.run(&["chat"]), bo.run(&["chat", "--session", &invite.code]));
    for env in [&ann, &bo] {
        assert!(env.run(&["guests"]).contains("Bo    viewer  connected"), "{}", env.run(&["guests"]));
    }

    // A script that may do less does less, and reads why.
    for arguments in [&["chat", "no"][..], &["remove", "Bo"], &["invites", "--show"], &["stop"]] {
        let output = ann.command(&[arguments, &["--scope", "read", "--json"]].concat()).output().unwrap();
        let told: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!((&told["code"], &told["error"]["kind"]), (&17.into(), &"scope".into()), "{told}");
    }
    let listed = ann.command(&["invites", "--json"]).env("JUMPSEAT_SCOPE", "read").output().unwrap();
    assert!(listed.status.success() && !String::from_utf8_lossy(&listed.stdout).contains("jst1_"));
    ann.run(&["stop"]);
    guest.wait_for_event("the end", |event| (event["type"] == "ended").then_some(()));
}
