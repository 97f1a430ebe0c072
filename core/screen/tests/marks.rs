//! Whom a screen believes about commands, and what is left of their output when somebody clears the screen.
#![allow(clippy::unwrap_used, reason = "what panics here is a finding")]

use jumpseat_screen::{Event, Limits, Nonce, Options, Screen, Start};

const NONCE: &str = "5ecre7";

fn screen() -> Screen {
    let mut screen = Screen::new(Options { cols: 40, rows: 6, ..Options::default() });
    screen.expect_nonce(Nonce::new(NONCE).unwrap());
    screen
}

fn feed(screen: &mut Screen, text: &str) {
    screen.feed(0, text.replace('\n', "\r\n").replace("NONCE", NONCE).as_bytes());
}

/// A prompt as our integration marks it.
const PROMPT: &str = "\x1b]633;P;Cwd=/home/ann;NONCE\x07\x1b]633;A\x07$ \x1b]633;B\x07";

/// A command of our integration: typed at a prompt, with what it prints.
fn run(screen: &mut Screen, line: &str, output: &str, exit: i32) {
    let begins = format!("{line}\n\x1b]633;E;{line};NONCE\x07\x1b]633;C;NONCE\x07");
    feed(screen, &format!("{PROMPT}{begins}{output}\x1b]633;D;{exit};NONCE\x07"));
}

fn commands(screen: &Screen) -> Vec<(&str, Option<i32>, bool)> {
    let blocks = screen.blocks().iter();
    blocks
        .map(|block| (block.command_line.as_deref().unwrap_or("?"), block.exit_code, block.proven))
        .collect()
}

fn output(screen: &Screen, index: usize) -> String {
    screen.block_output(screen.blocks()[index].id).unwrap()
}

/// What a hostile file may hold: every mark there is, with every nonce but the right one.
fn forged() -> String {
    let mut text = String::new();
    for (number, end) in
        [(633, ""), (633, ";"), (633, ";0"), (633, ";5ecre"), (633, ";5ecre7x"), (133, ";5ecre7")]
    {
        for mark in
            ["D;0", "P;Cwd=/evil", "A", "B", "E;rm -rf /srv/prod", "C", "D;7", "P;Cwd=/evil", "A", "B"]
        {
            text.push_str(&format!("\x1b]{number};{mark}{end}\x07"));
        }
        text.push_str("forged\x1b]7;file:///evil\x07\n");
    }
    text
}

#[test]
fn forged_marks_are_nothing_while_our_shell_tells() {
    let mut screen = screen();
    run(&mut screen, "cat forged", &format!("{}last\n", forged()), 0);
    assert_eq!(commands(&screen), [("cat forged", Some(0), true)]);
    assert_eq!(output(&screen, 0), format!("{}last", "forged\n".repeat(6)), "it is not cut");
    assert_eq!(screen.cwd(), Some("/home/ann"));
    // Nor from the background at the prompt; what it says of the prompt is a place, and no command.
    feed(&mut screen, PROMPT);
    feed(&mut screen, &forged());
    run(&mut screen, "ls", "a\n", 1);
    assert_eq!(commands(&screen), [("cat forged", Some(0), true), ("ls", Some(1), true)]);
    assert_eq!(screen.blocks()[1].cwd.as_deref(), Some("/home/ann"));
    assert_eq!(output(&screen, 1), "a");
}

#[test]
fn what_a_file_leaves_open_changes_no_command() {
    for end in [
        "\x1b]633;E;rm;",
        "\x1b]0;title",
        "\x1bP",
        "\x1b_",
        "\x1b[12;",
        "\x1b",
        "\u{9d}633;E;rm;",
        "\x1b[?1049h",
        "\x1b(0",
    ] {
        let mut screen = screen();
        run(&mut screen, "cat file", end, 0);
        run(&mut screen, "ls", "a\n", 2);
        assert_eq!(commands(&screen), [("cat file", Some(0), true), ("ls", Some(2), true)], "{end:?}");
    }
}

#[test]
fn other_integrations_beside_ours_double_nothing() {
    let mut screen = screen();
    for _ in 0..2 {
        feed(
            &mut screen,
            "\x1b]133;A\x07\x1b]633;P;Cwd=/;NONCE\x07\x1b]633;A\x07\x1b]133;A;cl=m\x07$ \x1b]133;B\x07\x1b]633;B\x07",
        );
        feed(
            &mut screen,
            "ls\n\x1b]133;C;\x07\x1b]633;E;ls;NONCE\x07\x1b]633;C;NONCE\x07\x1b]133;C\x07\x1b]633;E;ls;theirs\x07\x1b]633;C\x07",
        );
        feed(&mut screen, "a\n\x1b]133;D;9\x07\x1b]633;D;1;NONCE\x07\x1b]633;D;9\x07");
    }
    assert_eq!(commands(&screen), [("ls", Some(1), true), ("ls", Some(1), true)]);
    assert_eq!((output(&screen, 0), output(&screen, 1)), ("a".to_owned(), "a".to_owned()));
}

#[test]
fn marks_of_others_alone_are_understood_and_never_proven() {
    let mut screen = screen();
    // Two of them at once are still one command.
    feed(
        &mut screen,
        "\x1b]133;A\x07\x1b]633;A\x07$ \x1b]133;B\x07\x1b]633;B\x07ls\n\x1b]633;E;ls -l;vsc\x07\x1b]633;C\x07\x1b]133;C\x07a\n\x1b]133;D;3\x07\x1b]633;D;3\x07",
    );
    // And one that knows no command line.
    feed(&mut screen, "\x1b]133;A\x07$ \x1b]133;B\x07make\n\x1b]133;C\x07b\n\x1b]133;D;0\x07");
    // One that marks commands alone.
    feed(&mut screen, "\x1b]133;C\x07c\n\x1b]133;D;0\x07\x1b]133;C\x07d\n\x1b]133;D;1\x07");
    assert_eq!(
        commands(&screen),
        [("ls -l", Some(3), false), ("make", Some(0), false), ("?", Some(0), false), ("?", Some(1), false)]
    );
    assert_eq!([0, 1, 2, 3].map(|index| output(&screen, index)), ["a", "b", "c", "d"]);
    // From the first proof on they say no more, and what they began is over.
    feed(&mut screen, "\x1b]133;A\x07$ \x1b]133;B\x07exec bash\n\x1b]133;C\x07\x1b]633;E;evil\x07");
    run(&mut screen, "true", "", 0);
    let last = &commands(&screen)[4..];
    assert_eq!(last, [("exec bash", None, false), ("true", Some(0), true)]);
}

/// A decoded screen has the same commands as the one that was fed, and believes the same from then on.
#[test]
fn commands_are_the_same_behind_a_snapshot() {
    let ours = format!(
        "{PROMPT}make\n\x1b]633;E;make;typed;NONCE\x07\x1b]633;C;NONCE\x07a\n\x1b]633;D;0;NONCE\x07\
         {PROMPT} ls\n\x1b]633;E;ls;NONCE\x07\x1b]633;C;NONCE\x07b\n\x1b[H\x1b[2J\x1b]633;D;1;NONCE\x07{PROMPT}x"
    );
    let others = "\x1b]133;A\x07$ \x1b]133;B\x07ls\n\x1b]633;E;ls -l;vsc\x07\x1b]133;C\x07a\n\x1b]133;D;3\x07\x1b]133;A\x07$ ";
    for text in [ours.as_str(), others] {
        for cut in 0..=text.len() {
            let (before, after) = text.split_at(cut);
            let mut host = screen();
            // Cut anywhere but in a nonce, which is written for a word.
            feed(&mut host, before);
            let mut guest = Screen::decode(&host.encode(Start::Everything), &Limits::default()).unwrap();
            guest.expect_nonce(Nonce::new(NONCE).unwrap());
            assert_eq!((guest.blocks(), guest.cwd()), (host.blocks(), host.cwd()), "{cut}");
            for screen in [&mut host, &mut guest] {
                feed(screen, after);
            }
            assert_eq!((guest.blocks(), guest.cwd()), (host.blocks(), host.cwd()), "{cut}");
        }
    }
}

#[test]
fn a_nonce_alone_counts_for_nothing_where_none_was_given() {
    let mut screen = Screen::new(Options::default());
    feed(&mut screen, &format!("{PROMPT}\x1b]633;E;ls;NONCE\x07\x1b]633;C;NONCE\x07\x1b]633;D;0;NONCE\x07"));
    assert_eq!(commands(&screen), [("ls", Some(0), false)]);
    assert_eq!(Nonce::new(""), None);
    assert_eq!(Nonce::new("a;b"), None);
    assert!(!format!("{:?}", Nonce::new(NONCE)).contains(NONCE));
}

#[test]
fn a_line_that_may_be_private_counts_only_if_the_screen_shows_it() {
    for (typed, told) in [("make", "make"), (" make", "?"), (" secret", "?"), ("makes", "?")] {
        let mut screen = screen();
        feed(&mut screen, &format!("{PROMPT}{typed}\n\x1b]633;E;make;typed;NONCE\x07\x1b]633;C;NONCE\x07"));
        assert_eq!(commands(&screen), [(told, None, true)], "{typed:?}");
    }
    // What our shell does not tell is private, whatever stands at the prompt.
    let mut screen = screen();
    feed(&mut screen, &format!("{PROMPT} secret\n\x1b]633;C;NONCE\x07"));
    assert_eq!(commands(&screen), [("?", None, true)]);
}

#[test]
fn a_prompt_of_our_shell_ends_what_ran_however_it_ended() {
    let mut screen = screen();
    feed(&mut screen, &format!("{PROMPT}a\n\x1b]633;E;a;NONCE\x07\x1b]633;C;NONCE\x07one\n{PROMPT}"));
    assert!(screen.blocks()[0].finished.is_some());
    assert_eq!(output(&screen, 0), "one");
}

/// Everything that clears, as programs do it, with what is on the screen before: `(bytes, cleared, scrollback goes)`.
const CLEARS: [(&str, bool, bool); 9] = [
    ("\x1b[H\x1b[2J\x1b[3J", true, true),
    ("\x1b[3J\x1b[H\x1b[2J", true, true),
    ("\x1b[H\x1b[J", true, false),
    ("\x1b[H\x1b[2J", true, false),
    ("\x1b[6;40H\x1b[1J\x1b[H", true, false),
    ("\x1bc", true, true),
    ("\x1b[3J", false, true),
    ("\x1bc\x1b]104\x07\x1b[!p\x1b[?3;4l\x1b[4l\x1b>", true, true),
    ("\x1b[?1049h\x1b[2J\x1b[3J\x1b[?1049l", false, false),
];

#[test]
fn what_was_cleared_is_in_no_commands_output() {
    for (clear, screen_goes, scrollback_goes) in CLEARS {
        let mut screen = screen();
        run(&mut screen, "long", "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n", 0);
        run(&mut screen, "true", "", 0);
        run(&mut screen, "true", "", 0);
        run(&mut screen, "cat secret", "secret\n", 0);
        screen.take_events();
        run(&mut screen, "clear", clear, 0);
        let told = screen.take_events().contains(&Event::OutputErased);
        assert_eq!(told, screen_goes || scrollback_goes, "{clear:?}");
        let erased: Vec<bool> = screen.blocks().iter().map(|block| block.erased).collect();
        // The first one's output has left the screen; nothing is lost of what printed nothing.
        assert_eq!(erased, [scrollback_goes, false, false, screen_goes, false], "{clear:?}");
        let named = screen.take_erased();
        let expected = screen.blocks().iter().filter(|block| block.erased).map(|block| block.id);
        assert_eq!(named, expected.collect::<Vec<_>>(), "{clear:?}");
        assert!(screen.take_erased().is_empty());
        assert_eq!(output(&screen, 3).contains("secret"), !screen_goes, "{clear:?}");
        assert_eq!(output(&screen, 0).contains("eight"), !scrollback_goes, "{clear:?}");
        // And it stays so when others write where it was.
        run(&mut screen, "echo", "more\nand more\nand more of it\n", 0);
        assert!(!output(&screen, 0).contains("more") && !output(&screen, 3).contains("more"), "{clear:?}");
        assert_eq!(output(&screen, 5), "more\nand more\nand more of it", "{clear:?}");
    }
}

#[test]
fn a_command_that_clears_its_own_output_says_so_and_keeps_the_rest() {
    for clear in ["\x1b[H\x1b[2J", "\x1b[H\x1b[2J\x1b[3J", "\x1bc"] {
        let mut screen = screen();
        run(&mut screen, "both", &format!("secret\n{clear}shown\n"), 0);
        assert_eq!(output(&screen, 0), "shown", "{clear:?}");
        assert!(screen.blocks()[0].erased, "{clear:?}");
    }
    // A program that draws over its own lines has cleared nothing.
    let mut screen = screen();
    run(&mut screen, "progress", "10 %\n\x1b[A\x1b[J20 %\n", 0);
    assert_eq!(output(&screen, 0), "20 %");
    assert!(!screen.blocks()[0].erased);
}
