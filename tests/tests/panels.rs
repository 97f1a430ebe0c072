//! Panels from a host's command line to a guest's, with real repositories, shells and reports: what is shown, when
//! it is hidden, and what never gets through.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::{
        fs::PermissionsExt as _,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    process::{Command, Output},
};

use jumpseat_tests::{Invite, Program, TestEnv};
use serde_json::{Value, json};

/// A working tree with one commit.
struct Repository<'a> {
    env: &'a TestEnv,
    folder: PathBuf,
}

impl<'a> Repository<'a> {
    fn new(env: &'a TestEnv) -> Self {
        let folder = env.home().join("work");
        fs::create_dir_all(folder.join("src")).unwrap();
        let repository = Self { env, folder };
        repository.git(&["init", "-q", "-b", "main"]);
        let lines: String = (1..=40).map(|n| format!("line {n}\n")).collect();
        fs::write(repository.folder.join("src/story.txt"), lines).unwrap();
        repository.git(&["add", "."]);
        repository.git(&["commit", "-q", "-m", "Begin the story"]);
        repository
    }

    fn git(&self, arguments: &[&str]) {
        let who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"];
        let mut git = Program::at_home(Command::new("git"), self.env.home());
        let status = git.args(who).args(arguments).current_dir(&self.folder).status().unwrap();
        assert!(status.success(), "{arguments:?}");
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.folder.join(path), text).unwrap();
    }

    fn path(&self) -> &str {
        self.folder.to_str().unwrap()
    }
}

/// A host that shares all of a repository, and a guest that sits in.
fn both(env: &TestEnv, repository: &Repository<'_>, flags: &[&str]) -> (Program, Program, Invite) {
    let share = ["--name", "Ann", "--folder", repository.path()];
    let (host, invite) = env.share(&[&share[..], flags, &["--", "bash"]].concat());
    let mut guest = env.join(&invite, &["--json", "--name", "Bo"]);
    guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    (host, guest, invite)
}

/// Waits until something comes into a panel.
#[track_caller]
fn wait_entry(guest: &mut Program, panel: &str, is: impl Fn(&Value) -> bool) -> Value {
    guest.wait_for_event(panel, |event| {
        let told = event["type"] == "panel" && event["panel"] == panel;
        let entries = event["set"].as_object().filter(|_| told)?;
        entries.values().find(|entry| is(entry)).cloned()
    })
}

fn panel(env: &TestEnv, arguments: &[&str]) -> Output {
    env.command(&[&["panel"], arguments].concat()).output().unwrap()
}

#[track_caller]
fn objects(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn text(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The code and the kind that a command failed with.
fn fault(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn report(path: &str, message: &str) -> String {
    let place = json!({ "physicalLocation": {
        "artifactLocation": { "uri": path }, "region": { "startLine": 7, "startColumn": 3 },
    } });
    json!({ "version": "2.1.0", "runs": [{
        "tool": { "driver": { "name": "linter", "rules": [{ "id": "L1" }] } },
        "results": [{ "ruleId": "L1", "level": "error", "message": { "text": message }, "locations": [place] }],
    }] })
    .to_string()
}

#[test]
fn a_guest_at_a_prompt_sees_what_the_host_does() {
    let env = TestEnv::new();
    let repository = Repository::new(&env);
    let log = env.home().join("app.log");
    fs::write(&log, "").unwrap();
    let flags = ["--panel", "all", "--log", log.to_str().unwrap(), "--sarif", "out.sarif"];
    let flags = flags.map(|flag| if flag == "out.sarif" { repository.path() } else { flag });
    let (mut host, mut guest, _) = both(&env, &repository, &flags);

    // A saved file is a change of one line.
    wait_entry(&mut guest, "git", |entry| entry["is"] == "commit" && entry["subject"] == "Begin the story");
    let story = fs::read_to_string(repository.folder.join("src/story.txt")).unwrap();
    repository.write("src/story.txt", &story.replace("line 20\n", "the twentieth\n"));
    let changed = |entry: &Value| entry["path"] == "src/story.txt" && entry["unstaged"]["what"] == "modified";
    wait_entry(&mut guest, "git", changed);
    let shown = text(panel(&env, &["git"]));
    assert!(
        shown.contains("Changes · shared by Ann, read-only") && shown.contains("M  src/story.txt"),
        "{shown}"
    );
    let diff = text(panel(&env, &["git", "src/story.txt"]));
    assert!(diff.contains("-line 20\n+the twentieth\n") && diff.contains("@@ -17,7 +17,7 @@"), "{diff}");
    let diff = objects(&panel(&env, &["git", "src", "--json"]));
    assert_eq!((&diff[0]["type"], &diff[0]["part"]), (&"diff".into(), &"unstaged".into()));
    let lines = diff[0]["hunks"][0]["lines"].as_array().unwrap();
    assert_eq!(lines[3..5], ["-line 20", "+the twentieth"]);

    // Staged it is another.
    repository.git(&["add", "."]);
    wait_entry(&mut guest, "git", |entry| entry["path"] == "src/story.txt" && entry["staged"].is_object());
    assert!(text(panel(&env, &["git", "."])).contains("src/story.txt  Staged  +1 −1"));

    // A command that fails, with what it printed.
    host.write(b"ls /no/such/place\n");
    wait_entry(&mut guest, "history", |entry| entry["exit_code"] == 2 && entry["took"].is_u64());
    let shown = text(panel(&env, &["history"]));
    assert!(shown.contains("✗  ls /no/such/place  exit code 2"), "{shown}");
    assert!(text(panel(&env, &["history", "last"])).contains("/no/such/place"));
    let output = objects(&panel(&env, &["history", "1", "--json"]));
    assert_eq!((&output[0]["type"], &output[0]["exit_code"]), (&"output".into(), &2.into()));

    // Who came, and what a log file says.
    fs::write(&log, "ERROR the disk is full\n").unwrap();
    wait_entry(&mut guest, "log", |entry| entry["text"] == "ERROR the disk is full");
    let shown = text(panel(&env, &["log"]));
    assert!(
        shown.contains("Bo joined as viewer") && shown.contains("app.log: ERROR the disk is full"),
        "{shown}"
    );

    // What a tool found.
    repository.write("out.sarif", &report("src/story.txt", "too many lines"));
    wait_entry(&mut guest, "findings", |entry| entry["message"] == "too many lines");
    let shown = text(panel(&env, &["findings"]));
    assert!(
        shown.contains("src/story.txt  1 finding")
            && shown.contains("error    too many lines  linter L1 · 7:3"),
        "{shown}"
    );

    // All of them in short; there is no forge here.
    let shown = text(panel(&env, &[]));
    assert!(
        shown.contains("git       ") && shown.contains("1 error") && shown.contains("1 command"),
        "{shown}"
    );
    let all = objects(&panel(&env, &["--json"]));
    let names: Vec<&str> = all.iter().map(|panel| panel["panel"].as_str().unwrap()).collect();
    assert_eq!(names, ["git", "history", "log", "pr", "issue", "findings"]);
    assert!(
        all.iter()
            .all(|panel| panel["shared"] == true && panel["read_only"] == true && panel["host"] == "Ann")
    );
}

#[test]
fn what_is_hidden_is_gone_at_once_and_cannot_be_fetched() {
    let env = TestEnv::new();
    let repository = Repository::new(&env);
    repository.write("src/story.txt", "nothing of it is left\n");
    let (_host, mut guest, _) = both(&env, &repository, &["--panel", "git"]);
    let file = wait_entry(&mut guest, "git", |entry| {
        entry["path"] == "src/story.txt" && entry["worktree"].is_object()
    });
    let reference = file["worktree"]["content"]["id"].as_str().unwrap().to_owned();
    assert_eq!(fetch(&env, "git", &reference)["ok"]["reply"], "content");

    // What was not shared is refused by name, and what does not stand in a panel by reference.
    let (code, told) = fault(&panel(&env, &["history"]));
    assert_eq!(code, Some(8), "{told}");
    assert!(told.contains("Ann does not share this panel") && told.contains("shared are: git"), "{told}");
    for (panel, reference) in
        [("history", "o:0.1"), ("log", &reference), ("git", "HEAD"), ("git", "etc-passwd")]
    {
        assert!(fetch(&env, panel, reference)["err"].is_object(), "{panel} {reference}");
    }

    env.run(&["panels", "hide", "git"]);
    guest.wait_for_state("the end of it", "panels", |panels| panels == &json!([]));
    assert_eq!(fault(&panel(&env, &["git"])).0, Some(8));
    assert!(text(panel(&env, &[])).contains("git       not shared"));
    assert!(fetch(&env, "git", &reference)["err"].is_object());

    // And back, of the folder that is named, with what changed meanwhile.
    repository.write("src/story.txt", "another ending\n");
    env.run(&["panels", "share", "git", "history", "--folder", repository.path()]);
    wait_entry(&mut guest, "git", |entry| entry["path"] == "src/story.txt");
    assert!(text(panel(&env, &["git", "src/story.txt"])).contains("+another ending"));
    let listed = env.run(&["panels"]);
    assert!(
        listed.contains("git       ") && listed.contains("Up to date") && listed.contains("not shared"),
        "{listed}"
    );
    assert!(env.run(&["panels", "look", "git"]).contains("M  src/story.txt"));
    assert!(fault(&env.command(&["panels", "hide", "pr"]).output().unwrap()).0 == Some(13));
}

/// Asks the guest's seat as no program of ours would.
fn fetch(env: &TestEnv, panel: &str, reference: &str) -> Value {
    let mut sockets =
        fs::read_dir(env.home().join("run/jumpseat")).unwrap().map(|entry| entry.unwrap().path());
    let seat = sockets.find(|path| path.extension().is_some_and(|name| name == "seat")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&seat), mode(seat.parent().unwrap())), (0o600, 0o700));
    let mut stream = UnixStream::connect(seat).unwrap();
    send(&mut stream, &json!({ "jumpseat": 2, "program": "test", "scope": "read" }));
    let command = json!({ "type": "fetch", "panel": panel, "reference": reference, "tag": 7 });
    send(&mut stream, &json!({ "id": 1, "command": command }));
    loop {
        let answer = receive(&mut stream)["answer"].clone();
        if answer["id"] == 1 {
            return answer;
        }
    }
}

/// A message on a local socket: its length, its kind (JSON), itself.
fn send(stream: &mut UnixStream, message: &Value) {
    stream.write_all(&self::message(message)).unwrap();
}

fn message(json: &Value) -> Vec<u8> {
    let text = json.to_string();
    let len = u32::try_from(text.len() + 1).unwrap();
    [&len.to_be_bytes()[..], &[0], text.as_bytes()].concat()
}

/// The next message in JSON.
fn receive(stream: &mut UnixStream) -> Value {
    loop {
        let mut head = [0; 5];
        stream.read_exact(&mut head).unwrap();
        let [a, b, c, d, kind] = head;
        let mut payload = vec![0; u32::from_be_bytes([a, b, c, d]) as usize - 1];
        stream.read_exact(&mut payload).unwrap();
        if kind == 0 {
            return serde_json::from_slice(&payload).unwrap();
        }
    }
}

#[test]
fn history_and_log_are_shared_unless_said_otherwise() {
    let env = TestEnv::new();
    let (_host, invite) = env.share(&["--", "bash"]);
    let mut guest = env.join(&invite, &["--json"]);
    guest.wait_for_state("the panels", "panels", |panels| panels == &json!(["history", "log"]));
    wait_entry(&mut guest, "log", |entry| entry["happened"]["what"] == "joined");
    let all = objects(&panel(&env, &["--json"]));
    let shared: Vec<&str> = all
        .iter()
        .filter(|panel| panel["shared"] == true)
        .map(|panel| panel["panel"].as_str().unwrap())
        .collect();
    assert_eq!(shared, ["history", "log"]);
}

#[test]
fn several_joined_sessions_are_told_apart() {
    let env = TestEnv::new();
    let (code, told) = fault(&panel(&env, &[]));
    assert!(code == Some(13) && told.contains("no session is joined"), "{told}");
    let sit = |name| {
        let (host, invite) = env.share(&["--panel", "none", "--name", name, "--", "cat"]);
        let mut guest = env.join(&invite, &["--json"]);
        guest.wait_for_state("the host's name", "host", |host| host == name);
        (host, guest, invite)
    };
    let (one, other) = (sit("Ann"), sit("Di"));
    let (code, told) = fault(&panel(&env, &["git"]));
    assert!(code == Some(2) && told.contains(&one.2.code) && told.contains(&other.2.code), "{told}");
    let shown = text(panel(&env, &["--session", &other.2.code]));
    assert!(shown.contains(&format!("Di's session {}", other.2.code)), "{shown}");
    // One that was joined by another version is in nobody's way.
    let strange = UnixListener::bind(env.home().join("run/jumpseat/1.seat")).unwrap();
    std::thread::spawn(move || {
        let mut clients = Vec::new();
        for stream in strange.incoming() {
            let mut stream = stream.unwrap();
            // A client that only probed the socket is gone already.
            let _ = stream.write_all(&message(&json!({ "jumpseat": 1, "program": "9.9.9" })));
            // Closing with unread input would discard what was sent.
            clients.push(stream);
        }
    });
    assert!(text(panel(&env, &["--session", &other.2.code])).contains("Di's session"));
    let (code, told) = fault(&panel(&env, &["--session", "0000-0000"]));
    assert!(code == Some(14) && told.contains("9.9.9"), "{told}");
    fs::remove_file(env.home().join("run/jumpseat/1.seat")).unwrap();
    let output = panel(&env, &["--session", "0000-0000", "--json"]);
    let told: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!((&told["code"], &told["error"]["kind"]), (&13.into(), &"not_found".into()));
    // A seat that was killed leaves a socket that nobody answers at.
    let (_host, mut gone, _) = one;
    gone.kill();
    assert!(text(panel(&env, &[])).contains("Di's session"));
}

#[test]
fn a_guest_that_is_cut_off_says_since_when() {
    let env = TestEnv::new();
    let repository = Repository::new(&env);
    let (relay, address) = env.relay("127.0.0.1:0", &[]);
    let url = format!("ws://{address}");
    let (_host, mut guest, _) = both(&env, &repository, &["--relay", &url, "--panel", "git"]);
    wait_entry(&mut guest, "git", |entry| entry["is"] == "commit");
    assert!(!text(panel(&env, &["git"])).contains("Offline"));
    drop(relay);
    guest.wait_for_state("the loss", "connection", |line| line["state"] == "away");
    let shown = text(panel(&env, &["git"]));
    assert!(shown.contains("Offline since") && shown.contains("Begin the story"), "{shown}");
    assert!(objects(&panel(&env, &["--json"])).iter().all(|panel| panel["offline_since"].is_u64()));
}

/// What a terminal would act on, or what would turn text around: nothing of it comes out of any command.
#[track_caller]
fn assert_harmless(output: &Output) {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    let bad = text.chars().find(|character| {
        (character.is_control() && *character != '\n')
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    });
    assert_eq!(bad, None, "{text:?}");
}

#[test]
fn nothing_hostile_reaches_a_guest_s_terminal() {
    const HOSTILE: &str = "x\x1b]0;owned\x07\x1b[2J\u{9b}31m\u{202e}y";
    let env = TestEnv::new();
    let repository = Repository::new(&env);
    repository.write(&format!("{HOSTILE}.txt"), &format!("{HOSTILE}\n"));
    repository.git(&["add", "."]);
    repository.git(&["commit", "-q", "-m", HOSTILE]);
    repository.write(&format!("{HOSTILE}.txt"), &format!("other {HOSTILE}\r\n"));
    repository.write("src/story.txt", &format!("short {HOSTILE}\n"));
    repository.git(&["checkout", "-q", "-b", "b\u{202e}ranch"]);
    repository.write("out.sarif", &report("src/story.txt", HOSTILE));
    let log = env.home().join("\x1b[31mapp.log");
    fs::write(&log, "").unwrap();
    let flags = ["--panel", "all", "--log", log.to_str().unwrap(), "--sarif", repository.path()];
    let (mut host, mut guest, _) = both(&env, &repository, &flags);
    // In whichever order they come.
    let mut missing = vec!["file", "finding"];
    guest.wait_for_event("what is there", |event| {
        let came = event["set"].as_object().into_iter().flat_map(|entries| entries.values());
        came.for_each(|entry| missing.retain(|is| entry["is"] != *is));
        missing.is_empty().then_some(())
    });
    fs::write(&log, format!("{HOSTILE}\n")).unwrap();
    wait_entry(&mut guest, "log", |entry| entry["is"] == "line");
    host.write(b"printf 'z\\033]0;owned\\007\\342\\200\\256\\302\\2331m'; false # \xe2\x80\xae\n");
    wait_entry(&mut guest, "history", |entry| entry["exit_code"] == 1 && entry["took"].is_u64());

    let mut shown = Vec::new();
    for arguments in [
        &[][..],
        &["git"],
        &["git", "."],
        &["git", "src/story.txt"],
        &["history"],
        &["history", "last"],
        &["log"],
        &["pr"],
        &["issue"],
        &["findings"],
    ] {
        for json in [&[][..], &["--json"]] {
            let output = panel(&env, &[arguments, json].concat());
            assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            assert_harmless(&output);
            shown.extend(output.stdout);
        }
    }
    // All of it was looked at.
    let shown = String::from_utf8(shown).unwrap();
    for trace in ["short x", "owned", "z", "app.log"] {
        assert!(shown.contains(trace), "{trace} is missing: {shown}");
    }
    // In faults, too: what a person mistypes, and what there would have been.
    let output = panel(&env, &["git", "no\x1b[31msuch"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.chars().all(|character| !character.is_control() || character == '\n')
            && !told.contains('\u{202e}'),
        "{told:?}"
    );
}
