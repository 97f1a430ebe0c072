//! Who types in the shared terminal does not manage the session by it.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::Path,
    process::Output,
    time::{Duration, Instant},
};

use jumpseat_tests::{Invite, PATIENCE, Program, TestEnv};

/// A host with a shell, and a writer in it.
fn writer(env: &TestEnv, arguments: &[&str]) -> (Program, Invite, Program) {
    let (mut host, invite) =
        env.share(&[&["--role", "writer"], arguments, &["--", "bash", "--norc"]].concat());
    let mut guest = env.join(&invite, &["--json", "--name", "Bo"]);
    guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    host.wait_for_event("the guest", |event| {
        (event["event"]["what"] == "joined" || event["what"] == "joined").then_some(())
    });
    (host, invite, guest)
}

/// What a command said and how it ended, when the writer types it in the shared shell.
struct Typed {
    code: String,
    out: String,
    err: String,
}

/// `before` stands before the program, as `setsid -w` does.
fn type_command(env: &TestEnv, guest: &mut Program, before: &str, arguments: &str) -> Typed {
    let file = |name: &str| env.home().join(name);
    let (out, err, code, done) = (file("out"), file("err"), file("code"), file("done"));
    for path in [&out, &err, &code, &done] {
        let _ = fs::remove_file(path);
    }
    let program = Program::path();
    // In a file: the shell's own line stays short, and what is typed is one command.
    let script = format!(
        "'{}' {arguments} >{} 2>{}\necho $? >{}\nmv {} {}\n",
        program.display(),
        out.display(),
        err.display(),
        code.display(),
        code.display(),
        done.display()
    );
    fs::write(file("script"), script).unwrap();
    guest.write(format!("{before} sh {}\n", file("script").display()).as_bytes());
    wait_until("the command's end", || done.exists());
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    Typed { code: read(&done).trim().to_owned(), out: read(&out), err: read(&err) }
}

#[track_caller]
fn wait_until(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "it took too long to wait for {what}");
        // sleep: a file that a shell makes tells nobody
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[track_caller]
fn refused(typed: &Typed, what: &str) {
    assert_eq!(typed.code, "16", "{what}: {}{}", typed.out, typed.err);
    assert!(typed.err.contains("shared terminal") && typed.err.contains("hint"), "{what}: {}", typed.err);
    assert_eq!(typed.out, "", "{what}");
}

fn outside(env: &TestEnv, arguments: &[&str]) -> Output {
    env.command(arguments).output().unwrap()
}

#[test]
fn a_writer_neither_changes_nor_sees_the_session_from_inside() {
    let env = TestEnv::new();
    let (_host, invite, mut guest) = writer(&env, &[]);
    for arguments in [
        "grant 1 --role co-owner",
        "invites",
        "invites --json",
        "guests",
        "sessions",
        "sessions --json",
        "panels",
        "panels share git",
        "remove 1",
        "revoke 1",
        "admit 1",
        "stop",
        "stop --all",
        &format!("grant 1 --role co-owner --session {}", invite.code),
    ] {
        refused(&type_command(&env, &mut guest, "", arguments), arguments);
    }
    // Who takes the session's code out of the environment is told the same.
    let secret = type_command(&env, &mut guest, "env -u JUMPSEAT_SESSION", "invites --show --json");
    refused(&secret, "invites --show");
    let new = "invites new --role writer --admission open";
    refused(&type_command(&env, &mut guest, "env -u JUMPSEAT_SESSION", new), new);
    let json = type_command(&env, &mut guest, "", "sessions --json");
    assert!(json.err.contains("\"inside\""), "{}", json.err);

    // The host does all of it from another terminal.
    let guests = env.run(&["guests", "--json"]);
    assert!(guests.contains("\"writer\"") && !guests.contains("co-owner"), "{guests}");
    assert!(env.run(&["invites", "--json"]).contains("writer"));
    env.run(&["revoke", "1"]);
    guest.wait_for_event("the role", |event| {
        (event["type"] == "role_changed" && event["role"] == "viewer").then_some(())
    });
    assert!(outside(&env, &["stop", "--all"]).status.success());
}

#[test]
#[cfg(target_os = "linux")]
fn a_process_that_left_the_terminal_s_session_is_inside_nevertheless() {
    let env = TestEnv::new();
    let (host, _invite, mut guest) = writer(&env, &[]);
    for before in
        ["setsid -w", "setsid -f", "setsid -f env -u JUMPSEAT_SESSION", "setsid -f setsid -f", "nohup"]
    {
        refused(&type_command(&env, &mut guest, before, "invites --json"), before);
    }
    // What is orphaned comes to the host's process, which clears it away.
    guest.write(b"for n in 1 2 3 4 5 6 7 8 9; do setsid -f true; done\n");
    let children = format!("/proc/{0}/task/{0}/children", host.id());
    let shell_alone = || fs::read_to_string(&children).unwrap().split_whitespace().count() == 1;
    guest.write(b"(setsid -f sleep 1000); touch orphan\n");
    wait_until("an orphan", || env.home().join("orphan").exists() && !shell_alone());
    guest.write(b"kill $(pgrep -f 'sleep 1000' -P $PPID)\n");
    wait_until("the orphans to be cleared away", shell_alone);
}

#[test]
fn a_writer_does_not_sit_at_the_host_s_other_sessions_either() {
    let (env, other) = (TestEnv::new(), TestEnv::new());
    // The host of one session is a guest at somebody else's.
    let (mut elsewhere, there) = other.share(&["--name", "Di", "--", "cat"]);
    let mut seat = env.join(&there, &["--json", "--name", "Ann"]);
    seat.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    let (_host, invite, mut guest) = writer(&env, &[]);
    for arguments in [
        format!("panel --session {}", there.code),
        format!("panel log --json --session {}", there.code),
        format!("chat --session {} intruder", there.code),
    ] {
        refused(&type_command(&env, &mut guest, "", &arguments), &arguments);
    }
    // From elsewhere it is theirs.
    env.run(&["chat", "it is me", "--session", &there.code]);
    elsewhere.wait_for_event("what was said", |event| {
        let said = event["event"]["text"].as_str().or(event["text"].as_str()).unwrap_or_default();
        assert_ne!(said, "intruder");
        (said == "it is me").then_some(())
    });
    drop(invite);
}

#[test]
fn who_says_so_manages_from_inside() {
    let env = TestEnv::new();
    let (_host, _invite, mut guest) = writer(&env, &["--manage-from-inside"]);
    let typed = type_command(&env, &mut guest, "", "guests --json");
    assert_eq!(typed.code, "0", "{}", typed.err);
    assert!(typed.out.contains("\"Bo\""), "{}", typed.out);
    assert_eq!(type_command(&env, &mut guest, "", "grant 1 --role co-owner").code, "0");
}
