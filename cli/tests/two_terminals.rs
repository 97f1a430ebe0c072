//! Two people at two real terminals: sharing, joining, the overlay, and the terminal afterwards.

#[cfg(unix)]
mod harness;

#[cfg(unix)]
#[allow(clippy::unwrap_used)]
mod two_terminals {
    use jumpseat_engine::{
        GuestEngine, GuestSetup, Proxies, SeatConfig, TransportSetup,
        api::{
            Admission, GuestCommand, GuestEvent, HostClient, HostCommand, HostState, InviteTerms, PointAt,
            Replica, Reply, Scope, ScreenFormat, SessionNo, TerminalNo, TextRange,
        },
        local::{RuntimeFolder, processes},
    };
    use jumpseat_screen::Screen;

    use super::harness::{Home, Terminal, assert_plain, text};

    const SHARE: &str = "share --name Ann --invite-file invite.json -- bash --norc --noprofile";

    /// A host that shares, and a guest that has joined.
    fn at_two_desks(home: &Home, share: &str) -> (Terminal, Terminal) {
        sit_down(home, home.terminal(80, 24), share)
    }

    /// The same, with a terminal of the host's that is there already.
    fn sit_down(home: &Home, mut host: Terminal, share: &str) -> (Terminal, Terminal) {
        let mut guest = home.terminal(80, 25);
        host.line(&format!("$JS {share}; echo code=$?"));
        host.shows("a guest runs");
        home.invite(&home.path("invite.json"));
        guest.line("$JS join --name Bo --invite-file invite.json; echo code=$?");
        // Before there is something to see, keys go nowhere.
        guest.wait("the host's prompt", |screen| {
            screen.row(0).text() == "$" && last_line(screen).contains("● live")
        });
        (host, guest)
    }

    /// Whether a guest's keys count, and no message hides that.
    fn may_type(screen: &Screen) -> bool {
        let line = last_line(screen);
        line.contains("may type") && line.contains("menu") && !line.contains("looks elsewhere")
    }

    fn last_line(screen: &Screen) -> String {
        screen.row(screen.size().1 - 1).text()
    }

    /// Whether a key of the menu is shown as one that acts.
    fn is_lit(screen: &Screen, key: &str) -> bool {
        (0..screen.size().1).any(|row| {
            let text = screen.row(row).text();
            text.find(key).is_some_and(|at| {
                let cell = screen.row(row).cells().nth(text[..at].chars().count());
                cell.is_some_and(|cell| cell.style.foreground() == jumpseat_screen::Color::Base(6))
            })
        })
    }

    fn signal(process: i32, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_raw(process).unwrap(), signal).unwrap();
    }

    #[test]
    fn a_guest_watches_asks_types_and_is_removed() {
        let home = Home::new();
        let (mut host, mut guest) = at_two_desks(&home, SHARE);
        host.line("echo one-$((40+2))");
        guest.shows("one-42");

        // Who watches is told so, and nothing arrives.
        guest.keys("touch nothing\r");
        guest.wait("a refusal", |screen| last_line(screen).contains("you are watching"));

        // Asks from the menu; the host is told in the title and by the bell.
        guest.keys("\x1dk");
        host.wait("a title", |screen| screen.title().contains("Bo asks for the keyboard"));
        host.keys("\x1d");
        host.shows("asks for the keyboard");
        // Its keys act once the host has had the time to see who is marked.
        host.wait("the key", |screen| is_lit(screen, "a\u{a0}allow"));
        host.keys("a");
        host.shows("Let Bo type?");
        host.keys("y");
        host.wait("a writer", |screen| text(screen).contains("writer"));

        // While the host is in the menu, it does not look at the terminal.
        guest.wait("the role", |screen| last_line(screen).contains("you have the keyboard"));
        guest.keys("x");
        guest.wait("a refusal", |screen| last_line(screen).contains("looking elsewhere"));
        host.keys("\x1d");
        host.wait("the shell again", |screen| !text(screen).contains("Guests"));
        guest.wait("the host's look", may_type);
        guest.keys("echo two-$((1+1))\r");
        host.shows("two-2");
        assert!(!home.path("nothing").exists());

        // Removed from a third terminal.
        let removed = home.run(&["remove", "bo"]);
        assert_eq!(String::from_utf8_lossy(&removed.stdout), "Bo is gone.\n");
        guest.shows("code=11");
        assert!(guest.text().contains("error: the host removed you from the session"));
        assert_plain(&guest);

        host.line("exit 7");
        host.shows("code=7");
        assert_plain(&host);
    }

    #[test]
    fn the_overlay_leaves_the_program_s_picture_as_it_was() {
        let home = Home::new();
        let mut host = home.terminal(80, 24);
        host.line(&format!("$JS {SHARE}; echo code=$?"));
        host.shows("a guest runs");
        host.line("clear; printf '\\033[31mred\\033[m and '; seq 3");
        host.wait("the output", |screen| {
            screen.row(2).text() == "3" && screen.row(3).text().starts_with('$')
        });
        let before = host.text();
        host.keys("\x1d");
        host.shows("Nobody else is here yet.");
        host.keys("\x1b");
        host.wait("the shell again", |screen| text(screen) == before);
        assert_eq!(
            host.look(|screen| screen.row(0).cells().next().unwrap().style.foreground()),
            jumpseat_screen::Color::Base(1)
        );

        // A program that ends while the menu is open takes its screen with it.
        host.line("mkfifo go; printf '\\033[?1049h\\033[2J\\033[Hfull'; read a < go; printf '\\033[?1049l'; echo left-$((20+3)); touch gone");
        host.wait("the alternate screen", |screen| screen.in_alternate() && screen.row(0).text() == "full");
        host.keys("\x1d");
        host.shows("Nobody else is here yet.");
        std::fs::write(home.path("go"), "\n").unwrap();
        home.wait_file("gone");
        host.keys("\x1b");
        host.wait("the shell's screen", |screen| !screen.in_alternate() && text(screen).contains("left-23"));

        // The key itself reaches a program through the menu.
        host.line("cat -v");
        host.keys("\x1d");
        host.shows("Nobody else is here yet.");
        host.keys("]\r");
        host.shows("^]");
    }

    #[test]
    fn where_the_terminal_does_not_report_the_focus_keys_count_once_the_host_says_that_it_looks() {
        let home = Home::new();
        let share = "share --role writer --invite-file invite.json -- bash --norc --noprofile";
        let (mut host, mut guest) = sit_down(&home, home.terminal_that(80, 24, false), share);
        host.wait("a title", |screen| screen.title().contains("guests cannot type"));
        guest.keys("touch early\r");
        guest.wait("a refusal", |screen| last_line(screen).contains("looking elsewhere"));
        // That the host types is no yes.
        host.line("echo one-$((40+2))");
        guest.shows("one-42");
        guest.keys("touch early\r");

        host.keys("\x1d");
        host.shows("This terminal does not tell whether you look at it");
        host.keys("f");
        host.shows("until you have pressed no key for 5 minutes");
        host.keys("\x1d");
        guest.wait("the host's look", may_type);
        guest.keys("echo two-$((1+1))\r");
        host.shows("two-2");
        assert!(!home.path("early").exists());

        // What it does report is believed from then on.
        host.keys("\x1b[O");
        guest.wait("the host's look", |screen| last_line(screen).contains("host looks elsewhere"));
        host.keys("x\x7f\x1b[I");
        guest.wait("the host's look", may_type);
        host.line("exit");
        host.shows("code=0");
        assert_plain(&host);
    }

    #[test]
    fn who_says_so_at_the_start_needs_no_reports_of_the_focus() {
        let home = Home::new();
        let share = "share --assume-focus --role writer --invite-file invite.json -- bash --norc --noprofile";
        let (host, mut guest) = sit_down(&home, home.terminal_that(80, 24, false), share);
        guest.keys("echo two-$((1+1))\r");
        host.shows("two-2");
        assert!(!host.look(|screen| screen.title().contains("cannot type")));
    }

    #[test]
    fn tmux_reports_no_focus_unless_it_is_told_to() {
        let home = Home::new();
        let share = "share --role writer --invite-file invite.json -- bash --norc --noprofile";
        std::fs::write(home.path("tmux.conf"), "set -g set-titles off\nset -g default-shell /bin/sh\n")
            .unwrap();
        for (options, counts) in [("off", false), ("on", true)] {
            let _ = std::fs::remove_file(home.path("invite.json"));
            let mut host = home.terminal(80, 24);
            host.line(&format!(
                "tmux -S ./tmux-{options} -f tmux.conf set -g focus-events {options} \\; new 'sh'"
            ));
            host.shows(" 0:");
            let (mut host, mut guest) = sit_down(&home, host, share);
            if counts {
                // As any terminal does when its window gets the focus.
                host.keys("\x1b[I");
                guest.wait("the host's look", may_type);
                guest.keys("echo two-$((1+1))\r");
                host.shows("two-2");
            } else {
                guest.keys("touch early\r");
                guest.wait("a refusal", |screen| last_line(screen).contains("looking elsewhere"));
            }
            host.line("exit");
            host.shows("code=0");
            host.line("exit");
        }
        assert!(!home.path("early").exists());
    }

    #[test]
    fn keys_count_only_while_the_host_s_window_has_the_focus() {
        let home = Home::new();
        let share = "share --role writer --invite-file invite.json -- bash --norc --noprofile";
        let (mut host, mut guest) = at_two_desks(&home, share);
        host.wait("focus reports", |screen| screen.modes().focus_events);
        guest.keys("echo one-$((40+2))\r");
        host.shows("one-42");
        host.keys("\x1b[O");
        guest.wait("the host's look", |screen| last_line(screen).contains("host looks elsewhere"));
        guest.keys("x");
        guest.wait("a refusal", |screen| last_line(screen).contains("looking elsewhere"));
        host.keys("\x1b[I");
        guest.wait("the host's look", may_type);
        // A program's end of interest in the focus is not the end of ours; a paste arrives as it was typed.
        host.line("printf '\\033[?1004h\\033[?1004l'; echo ready-$((1+1)); cat -v");
        guest.shows("ready-2");
        guest.keys("\x1b[200~pasted\x1b[201~\r");
        host.shows("pasted\npasted");
        host.wait("focus reports", |screen| screen.modes().focus_events);
        // What the terminal reports is not for a program that did not ask.
        host.keys("\x1b[O\x1b[Iend\r");
        host.shows("end\nend");
        assert!(!host.text().contains("^[[I"), "{}", host.text());
    }

    /// The number of the first line of the host's terminal with this text alone, and what asks the host's engine.
    async fn line_with(home: &Home, text: &str) -> (HostClient, SessionNo, PointAt) {
        let folder = RuntimeFolder::at(home.path("run").join("jumpseat")).unwrap();
        let client = processes(&folder).await.unwrap()[0].connect(Scope::Everything).await.unwrap();
        let Reply::State(update) = client.ask(HostCommand::State).await.unwrap() else { panic!("no state") };
        let mut state: Replica<HostState> = Replica::default();
        state.apply(update);
        let state = state.into_state();
        let session = *state.sessions.keys().next().unwrap();
        let terminal = *state.terminals.keys().next().unwrap();
        let screen = HostCommand::Screen { terminal, format: ScreenFormat::Json };
        let Reply::Screen { picture } = client.ask(screen).await.unwrap() else { panic!("no picture") };
        let picture: serde_json::Value = serde_json::from_str(&picture).unwrap();
        let lines = picture["lines"].as_array().unwrap();
        let at = lines.iter().position(|line| line.as_str().unwrap().trim() == text).unwrap() as u64;
        let line = picture["first"].as_u64().unwrap() + at;
        (client, session, PointAt { terminal, range: TextRange { from: line, to: line, columns: None } })
    }

    #[test]
    fn who_points_at_a_line_is_shown_with_its_text() {
        let home = Home::new();
        let (mut host, guest) = at_two_desks(&home, SHARE);
        host.line("echo one-$((40+2))");
        guest.shows("one-42");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (over, until) = tokio::sync::oneshot::channel::<()>();
        let (seen, next) = tokio::sync::oneshot::channel::<()>();
        std::thread::scope(|scope| {
            let home = &home;
            scope.spawn(move || {
                runtime.block_on(async {
                    // The host points from a window that is none of this program's.
                    let (client, session, at) = line_with(home, "one-42").await;
                    client.ask(HostCommand::Point { session, at: Some(at) }).await.unwrap();
                    // And then a guest from another one, whose message takes the place of the first.
                    next.await.unwrap();
                    let terms = InviteTerms { admission: Admission::Open, ..InviteTerms::default() };
                    let invite = HostCommand::CreateInvite { session, terms };
                    let Reply::Invite(invite) = client.ask(invite).await.unwrap() else {
                        panic!("no invite")
                    };
                    let Reply::State(update) = client.ask(HostCommand::State).await.unwrap() else {
                        panic!()
                    };
                    let mut state: Replica<HostState> = Replica::default();
                    state.apply(update);
                    let state = state.into_state();
                    let (engine, mut seat) = GuestEngine::new(GuestSetup {
                        relay: state.sessions[&session].relay.clone(),
                        seat: SeatConfig {
                            code: invite.code,
                            token: invite.keys.unwrap().token,
                            name: "Cy".into(),
                            program: "test/1".into(),
                            key: None,
                            key_timing: false,
                            window: 256 * 1024,
                            draws: false,
                        },
                        transport: TransportSetup { proxies: Proxies::none(), ..TransportSetup::default() },
                    })
                    .unwrap();
                    tokio::spawn(engine.run());
                    while !matches!(seat.next().await.unwrap(), GuestEvent::Terminal { .. }) {}
                    let at = PointAt { terminal: TerminalNo(1), ..at };
                    seat.ask(GuestCommand::Point { at: Some(at) }).await.unwrap();
                    let _ = until.await;
                });
            });
            guest.wait("what the host points at", |screen| {
                last_line(screen).contains("Ann points at: one-42")
            });
            seen.send(()).unwrap();
            guest.wait("who points", |screen| last_line(screen).contains("Ann points"));
            host.wait("what the guest points at", |screen| screen.title().contains("Cy points at: one-42"));
            assert!(!host.look(|screen| screen.title().contains("Ann points")));
            drop(over);
        });
    }

    #[test]
    fn no_token_is_printed_where_guests_read_along() {
        let home = Home::new();
        let (mut host, guest) = at_two_desks(&home, SHARE);
        host.line("$JS share; echo code=$?");
        host.shows("code=2");
        host.line("clear; $JS invites new; $JS invites --show; echo code=$?");
        host.shows("code=2");
        guest.shows("code=2");
        assert!(guest.text().contains("guests would read the token") && !guest.text().contains("jst1_"));
    }

    #[test]
    fn signals_leave_both_terminals_as_they_were() {
        use rustix::process::Signal;

        for (number, which) in [(Signal::TERM, "code=143"), (Signal::HUP, "code=129")] {
            let home = Home::new();
            let (mut host, mut guest) =
                at_two_desks(&home, "share --invite-file invite.json -- bash --norc --noprofile");
            host.line("printf '\\033[?1049h\\033[?2004h\\033[?1002;1006h\\033[?25l\\033[5 qset'");
            guest.shows("set");
            guest.wait("the alternate screen", Screen::in_alternate);
            signal(guest.foreground(), number);
            guest.shows(which);
            assert_plain(&guest);
            signal(host.foreground(), number);
            host.shows(which);
            assert_plain(&host);
            for terminal in [&mut guest, &mut host] {
                terminal.line("stty -a");
                terminal.wait("cooked settings", |screen| {
                    let text = text(screen);
                    ["icanon", "echo", "isig", "opost"]
                        .iter()
                        .all(|setting| text.split_whitespace().any(|word| word == *setting))
                });
            }
        }
    }

    #[test]
    fn the_token_is_asked_for_and_not_shown() {
        let home = Home::new();
        let (mut host, mut guest) = (home.terminal(80, 24), home.terminal(80, 24));
        host.line(&format!("$JS {SHARE}"));
        let invite = home.invite(&home.path("invite.json"));
        let word = |name: &str| invite[name].as_str().unwrap().to_owned();
        guest.line(&format!("$JS join {} --relay {}", word("code"), word("relay")));
        guest.shows("Token (not shown):");
        guest.line(&word("token"));
        guest.shows("● live");
        assert!(!String::from_utf8_lossy(&guest.raw()).contains(&word("token")[5..]));
        let arguments = std::fs::read(format!("/proc/{}/cmdline", guest.foreground())).unwrap();
        assert!(!String::from_utf8_lossy(&arguments).contains("jst1_"));
        // The link alone does as well.
        let mut other = home.terminal(80, 24);
        other.line("$JS join");
        other.shows("(not shown):");
        other.line(&word("link"));
        // By default one guest comes in, and the host is asked about the next.
        other.shows("waiting to be let in");
        let mut third = home.terminal(80, 24);
        third.line("$JS admit");
        other.shows("● live");
    }

    #[test]
    fn a_smaller_window_shows_a_part_and_the_scrollback() {
        let home = Home::new();
        let (mut host, mut guest) = at_two_desks(&home, SHARE);
        host.line("seq 100 300");
        // Not only the command line, which names it too.
        guest.shows("\n300\n");
        guest.keys("\x1b[5~\x1b[5~");
        guest.wait("older lines", |screen| {
            text(screen).contains("\n270\n") && !text(screen).contains("\n300\n")
        });
        guest.wait("the way back", |screen| last_line(screen).contains("End: back to now"));
        guest.keys("\x1b[F");
        guest.shows("300");
        guest.resize(30, 10);
        guest.wait("the small window", |screen| {
            last_line(screen).contains("live") && text(screen).contains("300")
        });
        host.resize(60, 20);
        // The shell's terminal gets the size a moment after the window.
        host.line("until test \"$(stty size)\" = '20 60'; do :; done; stty size");
        guest.shows("\n20 60\n");
    }

    #[test]
    fn the_shell_goes_on_without_its_relay_and_guests_come_back_with_it() {
        let home = Home::new();
        let relay = |listen: &str| {
            use std::io::{BufRead as _, BufReader};

            let mut command = home.command(&["relay", "--listen", listen, "--log", "trace"]);
            let log = std::fs::OpenOptions::new().create(true).append(true).open(home.path("log")).unwrap();
            let mut child = command.stdout(std::process::Stdio::piped()).stderr(log).spawn().unwrap();
            let mut line = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
            (child, line.trim().rsplit(' ').next().unwrap().to_owned())
        };
        let (mut child, url) = relay("127.0.0.1:0");
        let share = format!("share --relay {url} --invite-file invite.json -- bash --norc --noprofile");
        let (mut host, guest) = at_two_desks(&home, &share);
        child.kill().unwrap();
        child.wait().unwrap();
        guest.wait("the loss", |screen| last_line(screen).contains("reconnecting"));
        host.line("echo alone-$((5*5))");
        host.shows("alone-25");
        let (mut child, _) = relay(url.strip_prefix("ws://").unwrap());
        guest.shows("alone-25");
        guest.wait("the return", |screen| last_line(screen).contains("live"));
        signal(child.id() as i32, rustix::process::Signal::TERM);
        assert!(child.wait().unwrap().success());
        let log = std::fs::read_to_string(home.path("log")).unwrap();
        let token = home.invite(&home.path("invite.json"))["token"].as_str().unwrap().to_owned();
        assert!(!log.is_empty() && !log.contains(&token[5..]));
    }
}
