//! Panels at real terminals: a guest's menu, its other terminal, a host's menu.

#[cfg(unix)]
mod harness;

#[cfg(unix)]
#[allow(clippy::unwrap_used)]
mod panels {
    use std::process::Command;

    use super::harness::{Home, Terminal, assert_plain, text};

    /// What would set a terminal's title, clear it and turn its text around.
    const HOSTILE: &str = "\x1b]0;owned\x07\x1b[2J\u{9b}2J\u{202e}";

    /// A repository with a file that differs, and one of a hostile name.
    fn repository(home: &Home) {
        let folder = home.path("work");
        std::fs::create_dir(&folder).unwrap();
        let git = |arguments: &[&str]| {
            let mut git = Command::new("git");
            git.args(["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]).args(arguments);
            git.env("HOME", home.folder.path()).env("GIT_CONFIG_NOSYSTEM", "1").current_dir(&folder);
            assert!(git.status().unwrap().success(), "{arguments:?}");
        };
        git(&["init", "-q", "-b", "main"]);
        let lines: String = (1..=60).map(|n| format!("line {n}\n")).collect();
        std::fs::write(folder.join("story.txt"), &lines).unwrap();
        git(&["add", "."]);
        git(&["commit", "-q", "-m", "Begin"]);
        std::fs::write(folder.join("story.txt"), lines.replace("line", "verse")).unwrap();
        std::fs::write(folder.join(format!("a{HOSTILE}z.txt")), format!("inside {HOSTILE}\n")).unwrap();
    }

    fn at_two_desks(home: &Home, flags: &str) -> (Terminal, Terminal) {
        let (mut host, mut guest) = (home.terminal(80, 24), home.terminal(80, 25));
        host.line(&format!(
            "$JS share --name Ann --folder work {flags} --invite-file invite.json -- bash; echo code=$?"
        ));
        host.shows("a guest runs");
        home.invite(&home.path("invite.json"));
        guest.line("$JS join --name Bo --invite-file invite.json; echo code=$?");
        guest.shows("● live");
        (host, guest)
    }

    /// Moves down until the row of that text is the one that Enter opens.
    #[track_caller]
    fn go_to(guest: &mut Terminal, row: &str) {
        guest.shows(row);
        for _ in 0..24 {
            let at = guest.look(|screen| {
                let text = text(screen);
                let line =
                    text.lines().position(|line| line.contains('▸') || line.contains("· ")).unwrap_or(0);
                (text.lines().any(|line| line.contains('▸') && line.contains(row)), line)
            });
            if at.0 {
                return;
            }
            let before = guest.text();
            guest.keys("\x1b[B");
            guest.wait("the next row", |screen| text(screen) != before);
        }
        panic!("{row} was not reached:\n{}", guest.text());
    }

    #[track_caller]
    fn assert_untouched(terminal: &Terminal) {
        let raw = terminal.raw();
        let has = |needle: &str| raw.windows(needle.len()).any(|window| window == needle.as_bytes());
        assert!(!has("\x1b]0;owned") && !has("\u{9b}2J") && !has("\u{202e}"), "a hostile name got through");
        assert!(!terminal.look(|screen| screen.title().contains("owned")));
    }

    #[test]
    fn a_guest_reads_in_the_menu_and_at_its_other_prompt() {
        let home = Home::new();
        repository(&home);
        let (mut host, mut guest) = at_two_desks(&home, "--panel git --panel history");
        guest.keys("\x1dp");
        guest.shows("Changes · shared by Ann, read-only");
        go_to(&mut guest, "M  story.txt");
        guest.keys("\r");
        guest.shows("@@ -1,60 +1,60 @@");
        guest.shows("-line 1");
        guest.keys("\x1b[F");
        guest.shows("+verse 60");
        guest.keys("b");
        go_to(&mut guest, r"?  a\033]0;owned");
        guest.keys("\r");
        guest.shows("+inside ␛]0;owned␇");

        // A command of the host, which is under way at that moment.
        guest.keys("b2");
        guest.shows("History · shared by Ann");
        host.line("echo printed-$((40+2))");
        go_to(&mut guest, "echo printed-$((40+2))");
        guest.keys("\r");
        guest.wait("its output", |screen| {
            text(screen).lines().any(|line| line.contains("printed-42") && !line.contains("echo"))
        });
        guest.keys("\x1d");
        guest.wait("the host's terminal", |screen| !text(screen).contains("History"));
        guest.shows("printed-42");

        // Another terminal of the same guest; what is long goes through its pager.
        let mut other = home.terminal(100, 20);
        other.line("PAGER=\"sed 's/^/paged: /'\" $JS panel git story.txt");
        other.shows("paged: +verse 60");
        other.line("clear; $JS panel git");
        other.shows("M  story.txt");
        assert_eq!(
            other.look(|screen| {
                let row = (0..20).find(|row| screen.row(*row).text().contains("M  story.txt")).unwrap();
                screen.row(row).cells().nth(2).unwrap().style.foreground()
            }),
            jumpseat_screen::Color::Base(3)
        );
        // ^C is the pager's, and the prompt comes when that is over.
        let pager = "trap '' INT\ncat >/dev/null\necho paging\nread x </dev/tty\n";
        std::fs::write(home.path("pager"), pager).unwrap();
        other.line("clear; PAGER='sh pager' $JS panel git story.txt; echo over=$?");
        other.shows("paging");
        // Who does not leave it to the pager is gone, with another code, before the line ends.
        other.keys("\x03\r");
        other.shows("over=0");
        other.line("clear; $JS panel git . --no-pager | tail -3; $JS panel log; echo code=$?");
        other.shows("code=8");
        assert!(other.text().contains("hint: shared are: git, history"));

        // The host hides it while it is read.
        guest.keys("\x1dp1");
        guest.shows("Changes · shared by Ann");
        host.keys("\x1dp ");
        host.shows("○ Changes");
        guest.shows("The host does not share changes.");
        host.keys(" ");
        host.shows("● Changes");
        guest.shows("M  story.txt");
        for terminal in [&guest, &other] {
            assert_untouched(terminal);
        }
        guest.keys("\x1b");
        host.keys("\x1b");
        host.wait("the shell again", |screen| !text(screen).contains("Guests"));
        host.line("exit 3");
        host.shows("code=3");
        guest.shows("code=0");
        assert_plain(&guest);
        assert_plain(&host);
    }
}
