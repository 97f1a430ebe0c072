//! Secrets stay where they belong: a token, and what is typed and shown, are looked for in logs, command lines
//! and the relay's memory.
#![allow(clippy::unwrap_used)]

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
};

use jumpseat_tests::{Program, TestEnv};

/// Everything that a process has in memory.
fn memory(program: &Program) -> Vec<u8> {
    let maps = fs::read_to_string(format!("/proc/{}/maps", program.id())).unwrap();
    let file = File::open(format!("/proc/{}/mem", program.id())).unwrap();
    let mut memory = Vec::new();
    for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|mode| mode.starts_with("rw")))
    {
        let range = line.split(' ').next().unwrap();
        let (from, to) = range.split_once('-').unwrap();
        let (from, to) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
        let mut part = vec![0; usize::try_from(to - from).unwrap()];
        // Some ranges cannot be read; what matters is on the heap and the stacks.
        if file.read_exact_at(&mut part, from).is_ok() {
            memory.extend(part);
        }
    }
    memory
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

/// Adversarial case 30.
#[test]
fn no_secret_in_logs_arguments_or_the_relay() {
    const CANARY: &str = "canary-7f3a91-shown";
    let env = TestEnv::new();
    let mut command = env.command(&["relay", "--listen", "127.0.0.1:0"]);
    command.env("RUST_LOG", "trace").env("JUMPSEAT_LOG", "trace");
    let mut relay = Program::from_command(command);
    let address = relay.wait_for("the relay's address", |line| {
        let address = line.split("://").nth(1)?.trim();
        Some(address.split(|c: char| c.is_whitespace() || c == '/').next()?.to_owned())
    });
    let url = format!("ws://{address}");
    let (mut host, invite) = env.share_with(&["--relay", &url, "--", "bash", "--norc"], |command| {
        command.env("RUST_LOG", "trace").env("JUMPSEAT_LOG", "trace");
    });
    host.write(format!("echo {CANARY}\n").as_bytes());
    env.picture(&invite, CANARY, &[]);
    let mut guest = env.join(&invite, &["--json", "--name", "Bo-the-secret-name"]);
    guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));

    for program in [&host, &guest, &relay] {
        let arguments = fs::read(format!("/proc/{}/cmdline", program.id())).unwrap();
        let title = fs::read(format!("/proc/{}/comm", program.id())).unwrap();
        assert!(!contains(&arguments, &invite.token) && !contains(&title, &invite.token));
    }
    // The shell that is shared has the code, and nothing that opens the session.
    host.write(b"env > environment; echo saved-$((40+2))\n");
    env.picture(&invite, "saved-42", &[]);
    let environment = fs::read(env.home().join("environment")).unwrap();
    assert!(contains(&environment, "JUMPSEAT_SESSION=") && !contains(&environment, &invite.token));

    let seen = memory(&relay);
    let body = &invite.token["jst1_".len()..];
    assert!(
        contains(&seen, &invite.code.replace('-', "")) || contains(&seen, &invite.code),
        "the search works"
    );
    for secret in [&invite.token, body, CANARY, "Bo-the-secret-name"] {
        assert!(!contains(&seen, secret), "the relay's memory holds {secret}");
    }
    relay.signal("TERM");
    relay.wait();
    for log in [relay.said(), relay.errors().to_owned(), host.errors().to_owned(), guest.errors().to_owned()]
    {
        for secret in [&invite.token, body, CANARY] {
            assert!(!log.contains(secret), "a log holds {secret}");
        }
    }
}

/// What stands in panels, and what is fetched of them, passes the relay as little as what is typed does.
#[test]
fn no_panel_in_logs_or_in_the_relay() {
    const INSIDE: &str = "canary-91c07e-inside";
    const NAME: &str = "canary-5be210-name.txt";
    let env = TestEnv::new();
    let folder = env.home().join("work");
    fs::create_dir(&folder).unwrap();
    let mut git = Program::at_home(std::process::Command::new("git"), env.home());
    assert!(git.args(["init", "-q"]).arg(&folder).status().unwrap().success());
    fs::write(folder.join(NAME), format!("{INSIDE}\n")).unwrap();
    let mut command = env.command(&["relay", "--listen", "127.0.0.1:0"]);
    command.env("RUST_LOG", "trace").env("JUMPSEAT_LOG", "trace");
    let mut relay = Program::from_command(command);
    let url = relay.wait_for("the relay's address", |line| {
        let address = line.split("://").nth(1)?.split(|c: char| c.is_whitespace() || c == '/').next()?;
        Some(format!("ws://{address}"))
    });
    let flags = ["--relay", &url, "--panel", "all", "--folder", folder.to_str().unwrap(), "--", "bash"];
    let (mut host, invite) = env.share_with(&flags, |command| {
        command.env("RUST_LOG", "trace").env("JUMPSEAT_LOG", "trace");
    });
    let mut guest = env.join(&invite, &["--json", "--name", "Bo"]);
    guest.wait_for_event("the file", |event| event["set"].to_string().contains(NAME).then_some(()));
    host.write(b"echo $JUMPSEAT_SESSION; false\n");
    guest.wait_for_event("the command", |event| event["set"].to_string().contains("false").then_some(()));
    let diff = env.run(&["panel", "git", NAME]);
    assert!(diff.contains(INSIDE), "{diff}");

    let seen = memory(&relay);
    assert!(contains(&seen, &invite.code.replace('-', "")) || contains(&seen, &invite.code));
    for secret in [INSIDE, NAME, &invite.token["jst1_".len()..]] {
        assert!(!contains(&seen, secret), "the relay's memory holds {secret}");
    }
    // The session's own secrets stand in no panel.
    for arguments in [&["panel"][..], &["panel", "log"], &["panel", "history"], &["panel", "history", "last"]]
    {
        for json in [&[][..], &["--json"]] {
            assert!(!env.run(&[arguments, json].concat()).contains(&invite.token));
        }
    }
    relay.signal("TERM");
    relay.wait();
    for log in [relay.said(), relay.errors().to_owned(), host.errors().to_owned(), guest.errors().to_owned()]
    {
        for secret in [INSIDE, NAME, &invite.token] {
            assert!(!log.contains(secret), "a log holds {secret}");
        }
    }
}
