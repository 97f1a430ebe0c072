//! The program in scripts: without a terminal, with JSON, with exit codes.

#[cfg(unix)]
mod harness;

#[cfg(unix)]
#[allow(clippy::unwrap_used)]
mod scripts {
    use std::{
        io::{BufRead as _, BufReader, Write as _},
        process::{Child, ChildStdin, Stdio},
    };

    use serde_json::Value;

    use super::harness::Home;

    /// A host without a terminal.
    struct Host {
        child: Child,
        keys: Option<ChildStdin>,
        events: Box<dyn Iterator<Item = Value>>,
        code: String,
        token: String,
        relay: String,
    }

    impl Host {
        fn share(home: &Home, flags: &[&str]) -> Self {
            let mut arguments = vec!["share", "--headless", "--json", "--size", "100x30"];
            arguments.extend(flags);
            // Several guests come by the same invite, one after the other.
            if !flags.contains(&"--ask") {
                arguments.extend(["--admission", "open"]);
            }
            arguments.extend(["--", "bash", "--norc", "--noprofile"]);
            let mut command = home.command(&arguments);
            let mut child =
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let mut events =
                Box::new(lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap()));
            let first = events.next().unwrap();
            let word = |value: &Value| value.as_str().unwrap().to_owned();
            assert_eq!(first["type"], "invite");
            Self {
                keys: child.stdin.take(),
                child,
                events,
                code: word(&first["invite"]["code"]),
                token: word(&first["invite"]["keys"]["token"]),
                relay: word(&first["relay"]),
            }
        }

        fn types(&mut self, line: &str) {
            writeln!(self.keys.as_mut().unwrap(), "{line}").unwrap();
        }

        fn join(&self, home: &Home, flags: &[&str]) -> std::process::Command {
            let mut arguments = vec!["join", &self.code, "--relay", &self.relay, "--headless"];
            if !flags.contains(&"--name") {
                arguments.extend(["--name", "Bo"]);
            }
            if !flags.contains(&"--timeout") {
                arguments.extend(["--timeout", "40s"]);
            }
            arguments.extend(flags);
            let mut command = home.command(&arguments);
            command.env("JUMPSEAT_TOKEN", &self.token);
            command
        }

        fn wait_event(&mut self, is: impl Fn(&Value) -> bool) -> Value {
            self.events.find(|event| is(event)).expect("the event comes before the end")
        }

        fn end(mut self) -> Option<i32> {
            self.types("exit 5");
            for _ in &mut self.events {}
            self.child.wait().unwrap().code()
        }
    }

    impl Drop for Host {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    /// A relay that runs until it is dropped.
    struct Relay {
        child: Child,
        url: String,
    }

    impl Relay {
        fn run(home: &Home, listen: &str, flags: &[&str]) -> Self {
            let arguments = [&["relay", "--json", "--listen", listen], flags].concat();
            let mut child = home.command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
            let mut line = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
            let told: Value = serde_json::from_str(&line).unwrap();
            Self { child, url: told["url"].as_str().unwrap().to_owned() }
        }
    }

    impl Drop for Relay {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    fn fault(output: &std::process::Output) -> (Option<i32>, String) {
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    #[test]
    fn a_signal_ends_a_share_whose_program_reads_nothing() {
        let home = Home::new();
        let arguments = ["share", "--headless", "--json", "--", "sleep", "600"];
        let mut command = home.command(&arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        let mut events = BufReader::new(child.stdout.take().unwrap());
        events.read_line(&mut first).unwrap();
        child.stdin.as_mut().unwrap().write_all(&b"line\n".repeat(60_000)).unwrap();
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        // Events end with it.
        for event in events.lines() {
            event.unwrap();
        }
        assert_eq!(child.wait().unwrap().code(), Some(128 + 15));
    }

    #[test]
    fn a_script_shares_and_another_prints_the_screen() {
        let home = Home::new();
        let mut host = Host::share(&home, &[]);
        host.types("seq 1000 1100; printf '\\033[32mgreen\\033[m\\n'; echo mark-$((2*21))");
        let joined = host.join(&home, &["--until", "mark-42", "--dump", "text"]).output().unwrap();
        let text = String::from_utf8(joined.stdout).unwrap();
        assert_eq!(joined.status.code(), Some(0), "{}", String::from_utf8_lossy(&joined.stderr));
        assert!(text.contains("\n1000\n1001\n") && text.contains("\nmark-42\n"));

        let json = host.join(&home, &["--until", "mark-42", "--dump", "json"]).output().unwrap();
        let json: Value = serde_json::from_slice(&json.stdout).unwrap();
        assert_eq!((&json["cols"], &json["rows"]), (&100.into(), &30.into()));
        let ansi = host.join(&home, &["--until", "mark-42", "--dump", "ansi"]).output().unwrap();
        assert!(String::from_utf8_lossy(&ansi.stdout).contains("32mgreen"));
        assert_eq!(host.end(), Some(5));
    }

    #[test]
    fn scripts_read_text_and_not_the_rows_of_a_screen() {
        let home = Home::new();
        let mut host = Host::share(&home, &[]);
        // The margin of 100 columns is in the middle, behind a blank, before a wide character, and between lines.
        host.types(
            "printf '%093d tests passed today\\n' 0; printf '%097d go on\\n' 0; printf '%099d你好\\n' 0",
        );
        host.types("printf 'first\\nsecond\\n'; printf '%0250d' 0; printf '\\e[?1049h%098d done\\e[?1049l' 0; printf 'ask: '; cat");
        let zeros = |count: usize| "0".repeat(count);
        for text in ["tests passed today", "0 go on", "0你好", "\nfirst\nsecond\n", "00ask: ", &zeros(250)]
        {
            let joined = host.join(&home, &["--until", text, "--dump", "text"]).output().unwrap();
            assert_eq!(joined.status.code(), Some(0), "{text:?}: {}", fault(&joined).1);
        }
        let dumped = host.join(&home, &["--until", "ask: ", "--dump", "text"]).output().unwrap();
        let dumped = String::from_utf8(dumped.stdout).unwrap();
        assert!(dumped.contains(&format!("\n{} tests passed today\n", zeros(93))), "{dumped}");
        assert!(dumped.contains(&format!("\n{} go on\n", zeros(97))), "{dumped}");
        assert!(dumped.ends_with(&format!("\n{}ask:\n", zeros(250))), "{dumped}");
        let json = host.join(&home, &["--until", "ask: ", "--dump", "json"]).output().unwrap();
        let json: Value = serde_json::from_slice(&json.stdout).unwrap();
        assert_eq!(json["text"], dumped);
        // What draws the screen again leaves the cursor where it is.
        let ansi = host.join(&home, &["--until", "ask: ", "--dump", "ansi"]).output().unwrap();
        assert_ne!(ansi.stdout.last(), Some(&b'\n'), "{}", String::from_utf8_lossy(&ansi.stdout));
    }

    #[test]
    fn a_writer_s_keys_are_sent_once_allowed_and_events_are_objects() {
        let home = Home::new();
        let mut host = Host::share(&home, &[]);
        let guest = host
            .join(&home, &["--json", "--send", "echo sent-$((6*7))\\r", "--until", "sent-42"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        host.wait_event(|event| event["event"]["what"] == "joined");
        let granted = home.run(&["grant", "Bo", "--json"]);
        assert_eq!(serde_json::from_slice::<Value>(&granted.stdout).unwrap()["role"], "writer");
        let output = guest.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let lines = String::from_utf8(output.stdout).unwrap();
        let kinds: Vec<String> = lines
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].as_str().unwrap().to_owned())
            .collect();
        assert!(
            kinds.iter().any(|kind| kind == "joined") && kinds.iter().any(|kind| kind == "role_changed"),
            "{kinds:?}"
        );
        assert!(!lines.contains(&host.token));
    }

    #[test]
    fn a_guest_whose_output_nobody_reads_leaves_in_order() {
        let home = Home::new();
        let mut host = Host::share(&home, &[]);
        let mut guest = host.join(&home, &["--json"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(guest.stdout.take().unwrap());
        told.read_line(&mut String::new()).unwrap();
        host.wait_event(|event| event["event"]["what"] == "joined");
        let seats = || {
            let sockets = std::fs::read_dir(home.path("run/jumpseat")).unwrap();
            sockets
                .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|is| is == "seat"))
                .count()
        };
        assert_eq!(seats(), 1);
        drop(told);
        // One more thing to be told, unless it has had one already and is gone.
        home.run(&["grant", "Bo"]);
        host.wait_event(|event| event["event"]["what"] == "left");
        assert_eq!((guest.wait().unwrap().code(), seats()), (Some(0), 0));
    }

    #[test]
    fn sessions_are_managed_from_beside() {
        let home = Home::new();
        assert_eq!(home.run(&["sessions"]).stdout, b"Nothing is shared from this machine.\n");
        assert_eq!(home.run(&["guests"]).status.code(), Some(13));
        let mut host = Host::share(&home, &["--ask"]);
        let sessions = home.run(&["sessions", "--json"]);
        let session: Value = serde_json::from_slice(&sessions.stdout).unwrap();
        assert_eq!(session["code"].as_str(), Some(host.code.as_str()));
        assert!(!String::from_utf8_lossy(&sessions.stdout).contains("jst1_"));

        // One is sent away, another let in.
        let denied = host.join(&home, &["--until", "never"]).stderr(Stdio::piped()).spawn().unwrap();
        host.wait_event(|event| event["event"]["what"] == "knocked");
        assert_eq!(home.run(&["deny"]).stdout, b"Bo was sent away.\n");
        assert_eq!(denied.wait_with_output().unwrap().status.code(), Some(8));
        let admitted = host.join(&home, &["--until", "never"]).stderr(Stdio::piped()).spawn().unwrap();
        host.wait_event(|event| event["event"]["what"] == "knocked");
        assert_eq!(home.run(&["admit", "bo"]).stdout, b"Bo comes in.\n");
        host.wait_event(|event| event["event"]["what"] == "joined");
        let guests = String::from_utf8(home.run(&["guests"]).stdout).unwrap();
        assert!(guests.contains("Bo") && guests.contains("viewer"), "{guests}");

        // An invite for one is asked about when another comes, and both are told apart.
        let made = home.run(&["invites", "new", "--json"]);
        let invite: Value = serde_json::from_slice(&made.stdout).unwrap();
        assert_eq!(
            (&invite["terms"]["admission"], &invite["terms"]["expires_in"]),
            (&"first".into(), &3600.into())
        );
        assert!(
            invite["keys"]["link"].as_str().unwrap().starts_with("vscode://")
                && invite["keys"]["web_link"].is_null()
        );
        let mut first = host.join(&home, &["--name", "Cy", "--until", "never"]);
        let mut first =
            first.env("JUMPSEAT_TOKEN", invite["keys"]["token"].as_str().unwrap()).spawn().unwrap();
        host.wait_event(|event| event["event"]["what"] == "joined" && event["event"]["again"] == false);
        let mut second = host.join(&home, &["--name", "Eve", "--until", "never"]);
        let mut second =
            second.env("JUMPSEAT_TOKEN", invite["keys"]["token"].as_str().unwrap()).spawn().unwrap();
        host.wait_event(|event| event["event"]["what"] == "knocked" && event["event"]["again"] == true);
        assert_eq!(home.run(&["admit", "eve"]).stdout, b"Eve comes in.\n");
        host.wait_event(|event| event["event"]["what"] == "joined" && event["event"]["again"] == true);
        let removed = String::from_utf8(home.run(&["remove", "cy"]).stdout).unwrap();
        assert!(removed.contains("Eve") && removed.contains("--with-invite"), "{removed}");
        let removed = String::from_utf8(home.run(&["remove", "eve", "--with-invite"]).stdout).unwrap();
        assert_eq!(removed, "Eve is gone.\n");
        assert_eq!([first.wait().unwrap().code(), second.wait().unwrap().code()], [Some(11), Some(11)]);

        // A new invite, used up by one guest, and revoked.
        let made = home.run(&["invites", "new", "--max-uses", "1", "--json"]);
        let invite: Value = serde_json::from_slice(&made.stdout).unwrap();
        assert_ne!(invite["keys"]["token"].as_str(), Some(host.token.as_str()));
        let list = String::from_utf8(home.run(&["invites"]).stdout).unwrap();
        assert!(list.contains("0 of 1") && !list.contains("jst1_"), "{list}");
        let ids: Vec<&str> = list.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
        for id in &ids {
            assert!(home.run(&["invites", "revoke", id]).status.success());
        }
        let refused = host.join(&home, &["--until", "never"]).output().unwrap();
        assert_eq!(refused.status.code(), Some(7), "{}", String::from_utf8_lossy(&refused.stderr));

        let stopped = home.run(&["stop", "--all"]);
        assert!(String::from_utf8_lossy(&stopped.stdout).contains("not shared any more"));
        let (code, told) = fault(&admitted.wait_with_output().unwrap());
        assert_eq!(code, Some(10), "{told}");
        // The shell goes on.
        assert_eq!(host.end(), Some(5));
    }

    #[test]
    fn a_session_that_has_as_many_invites_as_it_can_have_says_so() {
        use jumpseat_engine::{
            api::{ApiErrorKind, HostCommand, HostState, InviteTerms, Replica, Reply, Scope, SessionNo},
            local::{RuntimeFolder, processes},
        };

        let home = Home::new();
        let _host = Host::share(&home, &[]);
        let folder = RuntimeFolder::at(home.path("run").join("jumpseat")).unwrap();
        let fill = async {
            let client = processes(&folder).await.unwrap()[0].connect(Scope::Everything).await.unwrap();
            let Reply::State(update) = client.ask(HostCommand::State).await.unwrap() else { panic!() };
            let mut state: Replica<HostState> = Replica::default();
            state.apply(update);
            let session: SessionNo = *state.state().sessions.keys().next().unwrap();
            loop {
                let terms = InviteTerms::default();
                if let Err(failure) = client.ask(HostCommand::CreateInvite { session, terms }).await {
                    return failure;
                }
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        assert_eq!(runtime.block_on(fill).kind, ApiErrorKind::Full);
        let output = home.run(&["invites", "new"]);
        let (code, told) = fault(&output);
        assert_eq!(code, Some(9), "{told}");
        assert!(told.contains("as many invites as it can have") && told.contains("hint: "), "{told}");
        // What is not there is told as that.
        let output = home.run(&["invites", "revoke", "nothing"]);
        assert_eq!(fault(&output).0, Some(13), "{}", fault(&output).1);
        assert_eq!(fault(&home.run(&["admit", "nobody"])).0, Some(13));
    }

    #[test]
    fn each_fault_has_its_code_and_its_hint() {
        let home = Home::new();
        let mut host = Host::share(&home, &[]);

        let output = home
            .command(&["join", "AAAA-AAAA", "--relay", &host.relay, "--headless"])
            .env("JUMPSEAT_TOKEN", &host.token)
            .output()
            .unwrap();
        assert_eq!(fault(&output).0, Some(6), "{}", fault(&output).1);

        let wrong_token = format!("jst1_{}", "A".repeat(64));
        let output = host.join(&home, &[]).env("JUMPSEAT_TOKEN", wrong_token).output().unwrap();
        let (code, told) = fault(&output);
        assert!(code == Some(7) && told.contains("hint: "), "{told}");

        let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let relay = format!("ws://{unused}");
        let output = home
            .command(&["join", &host.code, "--relay", &relay, "--headless", "--json"])
            .env("JUMPSEAT_TOKEN", &host.token)
            .output()
            .unwrap();
        let told: Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!((output.status.code(), &told["error"]["kind"]), (Some(3), &"unreachable".into()));

        // Who waits in vain sees what was there instead.
        host.types("echo mark-$((2*21))");
        let shown = ["--until", "mark-42", "--dump", "text"];
        assert!(host.join(&home, &shown).output().unwrap().status.success());
        let vain = ["--until", "never", "--timeout", "1s", "--dump", "text"];
        let output = host.join(&home, &vain).output().unwrap();
        assert_eq!(fault(&output).0, Some(12));
        assert!(String::from_utf8_lossy(&output.stdout).contains("\nmark-42\n"));
        let output = home.run(&["share", "--headless", "--relay", &relay]);
        assert_eq!(fault(&output).0, Some(3), "{}", fault(&output).1);
        let output = home.run(&["share", "--headless", "--", "/no/such/program"]);
        assert_eq!(fault(&output).0, Some(15), "{}", fault(&output).1);
        let output = home.run(&["share"]);
        assert!(fault(&output).0 == Some(2) && fault(&output).1.contains("--headless"));
    }

    #[test]
    fn secrets_in_arguments_are_refused_and_not_repeated() {
        let home = Home::new();
        let link = "https://r.example/j#K7QM-3XTE.jst1_canary";
        let (code, told) = fault(&home.run(&["join", link]));
        assert_eq!(code, Some(2));
        assert!(told.contains("every program on this machine") && told.contains("JUMPSEAT_TOKEN"), "{told}");
        assert!(!told.contains("canary"));
    }

    #[test]
    fn the_configuration_is_read_and_its_faults_are_told() {
        let home = Home::new();
        std::fs::create_dir_all(home.path("config/jumpseat")).unwrap();
        let path = home.path("config/jumpseat/config.toml");
        std::fs::write(&path, "rely = \"wss://r.example\"\n").unwrap();
        let (code, told) = fault(&home.run(&["share", "--headless"]));
        assert!(code == Some(2) && told.contains("unknown field `rely`"), "{told}");
        std::fs::write(&path, "name = \"Ann of the file\"\n").unwrap();
        let mut host = Host::share(&home, &[]);
        host.types("echo mark-$((2*21))");
        let joined = host.join(&home, &["--until", "mark-42", "--json"]).output().unwrap();
        assert!(String::from_utf8_lossy(&joined.stdout).contains("Ann of the file"));
    }

    #[test]
    fn who_gives_no_token_is_told_how() {
        let home = Home::new();
        for arguments in [&["join", "--headless"][..], &["join", "K7QM-3XTE", "--headless"]] {
            let output = home.command(arguments).stdin(Stdio::null()).output().unwrap();
            let (code, told) = fault(&output);
            assert!(code == Some(2) && told.contains("no token") && told.contains("--invite-file"), "{told}");
        }
    }

    #[test]
    fn the_relay_takes_its_settings_and_stops_when_told() {
        let home = Home::new();
        let output = home.run(&["relay", "--set", "limits.roms=3"]);
        assert!(
            fault(&output).0 == Some(2) && fault(&output).1.contains("limits.roms"),
            "{}",
            fault(&output).1
        );
        let output = home.run(&["relay", "--tls-cert", "cert.pem"]);
        assert_eq!(fault(&output).0, Some(2));
        std::fs::write(home.path("relay.toml"), "limits.rooms = 3\n").unwrap();
        let file = home.path("relay.toml").display().to_string();
        let mut relay = Relay::run(&home, "127.0.0.1:0", &["--config", &file]);
        assert!(relay.url.starts_with("ws://127.0.0.1:"), "{}", relay.url);
        let pid = rustix::process::Pid::from_raw(relay.child.id() as i32).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        assert!(relay.child.wait().unwrap().success());
    }

    #[test]
    fn a_relay_that_refuses_for_good_is_told_in_its_words() {
        let home = Home::new();
        let relay = Relay::run(&home, "127.0.0.1:0", &[]);
        let mut host = Host::share(&home, &["--relay", &relay.url]);
        let mut guest = host.join(&home, &["--until", "never"]).stdout(Stdio::null()).spawn().unwrap();
        host.wait_event(|event| event["event"]["what"] == "joined");
        let address = relay.url.strip_prefix("ws://").unwrap().to_owned();
        drop(relay);
        // It has forgotten the session, and takes none that has guests.
        let _other = Relay::run(&home, &address, &["--set", "limits.guests=0"]);
        let ended = host.wait_event(|event| event["event"]["what"] == "ended");
        assert_eq!(ended["event"]["reason"], "relay_refused");
        assert_eq!(ended["event"]["failure"]["kind"], "refused");
        let mut told = String::new();
        BufReader::new(host.child.stderr.take().unwrap()).read_line(&mut told).unwrap();
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!((&told["code"], &told["error"]), (&8.into(), &ended["event"]["failure"]));
        guest.kill().unwrap();
        guest.wait().unwrap();
        // Its program runs on.
        assert_eq!(host.end(), Some(5));
    }

    #[test]
    fn a_full_relay_is_asked_again() {
        let home = Home::new();
        let relay = Relay::run(&home, "127.0.0.1:0", &[]);
        let mut host = Host::share(&home, &["--relay", &relay.url]);
        let address = relay.url.strip_prefix("ws://").unwrap().to_owned();
        drop(relay);
        // It has forgotten the session, and has no place for another.
        let full = Relay::run(&home, &address, &["--set", "limits.rooms=0"]);
        host.wait_event(|event| event.to_string().contains("relay is full"));
        drop(full);
        let _roomy = Relay::run(&home, &address, &[]);
        host.wait_event(|event| event["changes"].to_string().contains(r#""state":"connected""#));
        assert_eq!(host.end(), Some(5));
    }

    #[test]
    fn completions_and_the_manual_are_printed() {
        let home = Home::new();
        for shell in ["bash", "zsh", "fish"] {
            let output = home.run(&["completions", shell]);
            assert!(
                output.status.success() && String::from_utf8_lossy(&output.stdout).contains("invite-file")
            );
        }
        assert!(String::from_utf8_lossy(&home.run(&["man"]).stdout).contains(".SH JUMPSEAT SHARE"));
    }
}
