//! Real shells, with what people really have in their files.

use std::{fs, future::poll_fn, path::Path, time::Duration};

use tempfile::TempDir;

use super::*;
use crate::{api::Size, pty::Pty, runtime::folder::RuntimeFolder};

/// A shell in a terminal, in a home folder of its own.
struct Running {
    pty: Pty,
    seen: Vec<u8>,
    /// Up to where the marks were read.
    at: usize,
    home: TempDir,
    nonce: String,
    /// The mark that comes last before keys are taken.
    last_mark: &'static str,
    integration: Integration,
}

impl Running {
    /// Starts `shell` with `files` in its home folder, and comes back at its first prompt.
    async fn start(argv: &[&str], files: &[(&str, &str)]) -> Self {
        Self::start_with(argv, files, &[]).await
    }

    async fn start_with(argv: &[&str], files: &[(&str, &str)], env: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let folder = RuntimeFolder::at(home.path().join("run")).unwrap();
        let integration = Integration::write(folder.scratch("shell").unwrap()).unwrap();
        let argv: Vec<String> = argv.iter().map(|part| (*part).to_owned()).collect();
        let mut program = Program::new(&argv);
        program.cwd = Some(home.path().to_owned());
        program.env.insert("LC_ALL".to_owned(), "C.UTF-8".into());
        program.env.insert("HOME".to_owned(), home.path().into());
        program.env.insert("HISTFILE".to_owned(), home.path().join("history").into());
        program.env.insert("XDG_CONFIG_HOME".to_owned(), home.path().join(".config").into());
        program.env.insert("XDG_DATA_HOME".to_owned(), home.path().join(".data").into());
        for (name, value) in env {
            program.env.insert((*name).to_owned(), value.into());
        }
        let nonce = integration.apply(&mut program).unwrap().unwrap().as_str().to_owned();
        let pty = Pty::spawn(&program, Size { cols: 200, rows: 50 }).unwrap();
        // Fish's prompt is left alone: its mark stands before it.
        let last_mark = if argv[0] == "fish" { "A" } else { "B" };
        let mut running = Self { pty, seen: Vec::new(), at: 0, home, nonce, last_mark, integration };
        running.prompt().await;
        running
    }

    async fn more(&mut self) -> bool {
        let read = poll_fn(|cx| self.pty.poll_read(cx, &mut self.seen));
        match tokio::time::timeout(Duration::from_secs(150), read).await {
            Ok(more) => more.unwrap(),
            Err(_) => panic!("nothing more came after {:?}", self.text()),
        }
    }

    async fn keys(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let sent = poll_fn(|cx| self.pty.poll_write(cx, bytes)).await.unwrap();
            bytes = &bytes[sent..];
        }
    }

    /// The next mark: what stands between `ESC ] 633 ;` and the BEL, with `N` for the nonce.
    async fn mark(&mut self) -> String {
        loop {
            let rest = &self.seen[self.at..];
            let start = find(rest, b"\x1b]633;");
            if let Some(start) = start
                && let Some(len) = find(&rest[start..], b"\x07")
            {
                let mark = String::from_utf8(rest[start + 6..start + len].to_vec()).unwrap();
                self.at += start + len + 1;
                return mark.replace(&self.nonce, "N");
            }
            assert!(self.more().await, "it ended with {:?}", self.text());
        }
    }

    /// The marks up to the end of the next prompt, that of the prompt left out.
    async fn prompt(&mut self) -> Vec<String> {
        let mut marks = Vec::new();
        loop {
            let mark = self.mark().await;
            match mark.as_str() {
                last if last == self.last_mark => return marks,
                "A" | "" => {}
                _ => marks.push(mark),
            }
        }
    }

    /// The marks up to the prompt after this one: a nested shell may have marks that are not ours.
    async fn prompt_after(&mut self, last: &str) -> Vec<String> {
        let mut marks = Vec::new();
        while marks.last().is_none_or(|mark| mark != last) {
            marks.push(self.mark().await);
        }
        marks.extend(self.prompt().await);
        marks
    }

    /// Types a line; the marks up to the end of the next prompt, the folder's left out.
    async fn line(&mut self, line: &str) -> Vec<String> {
        self.keys(line.as_bytes()).await;
        self.keys(b"\r").await;
        let mut marks = self.prompt().await;
        marks.retain(|mark| !mark.starts_with("P;"));
        marks
    }

    /// Types something and gives it up by Ctrl+C; what came up to the next prompt.
    async fn give_up(&mut self, text: &str) -> String {
        self.keys(text.as_bytes()).await;
        self.until(text).await;
        let before = self.seen.len();
        // A line editor that is still drawing notices the signal with the next key only: so once more then.
        loop {
            self.keys(b"\x03").await;
            if tokio::time::timeout(Duration::from_secs(1), self.prompt()).await.is_ok() {
                break;
            }
        }
        let given_up = String::from_utf8_lossy(&self.seen[before..]).into_owned();
        while !self.line("echo again").await.iter().any(|mark| mark.starts_with("E;echo again;")) {}
        given_up
    }

    async fn until(&mut self, text: &str) {
        while !self.text().contains(text) {
            assert!(self.more().await, "it ended without {text:?}: {:?}", self.text());
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }

    fn path(&self) -> &Path {
        self.home.path()
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn marks(command: &str, code: i32) -> Vec<String> {
    vec![format!("E;{command};N"), "C;N".to_owned(), format!("D;{code};N")]
}

/// What holds in every shell.
async fn commands_are_marked(argv: &[&str], files: &[(&str, &str)]) {
    let mut shell = Running::start(argv, files).await;
    assert_eq!(shell.line("echo one").await, marks("echo one", 0));
    assert_eq!(shell.line("false").await, marks("false", 1));
    assert_eq!(shell.line("sh -c 'exit 42'").await, marks("sh -c 'exit 42'", 42));
    // A line left empty, and one given up, begin nothing.
    let nothing = shell.line("").await;
    assert!(nothing.iter().all(|mark| mark == "D"), "{nothing:?}");
    let given_up = shell.give_up("sometext").await;
    assert!(!given_up.contains("633;C") && !given_up.contains("633;D;"), "{given_up:?}");
    // What separates the parts of a mark is escaped.
    assert_eq!(shell.line(r"echo a; echo '\n'").await, marks(r"echo a\x3b echo '\\n'", 0));
    assert_eq!(shell.line("echo 'ü 漢 🙂'").await, marks("echo 'ü 漢 🙂'", 0));
    // The folder follows.
    shell.keys(b"cd /usr\r").await;
    let marks = shell.prompt().await;
    assert!(marks.contains(&"P;Cwd=/usr;N".to_owned()), "{marks:?}");
    // A program that the terminal interrupts.
    shell.keys(b"sh -c 'echo re\"\"ady; exec sleep 600'\r").await;
    shell.until("ready").await;
    shell.keys(b"\x03").await;
    let marks = shell.prompt().await;
    assert!(marks.contains(&"D;130;N".to_owned()), "{marks:?}");
}

#[tokio::test]
async fn bash_marks_its_commands() {
    commands_are_marked(&["bash"], &[]).await;
}

#[tokio::test]
async fn zsh_marks_its_commands() {
    commands_are_marked(&["zsh"], &[(".zshrc", "")]).await;
}

#[tokio::test]
async fn fish_marks_its_commands() {
    commands_are_marked(&["fish"], &[]).await;
}

#[tokio::test]
async fn bash_keeps_what_its_person_set_up() {
    for prompt_command in [
        "PROMPT_COMMAND='seen=$?; count=$((count+1));'",
        "PROMPT_COMMAND=('seen=$?' 'count=$((count+1))')",
        "PROMPT_COMMAND='seen=$? # why'",
    ] {
        let rc = format!(
            "count=0\n{prompt_command}\nPS0='<ps0>'\nPS1='mine> '\nalias hi='echo hi there'\nset -u\n"
        );
        let mut bash = Running::start(&["bash"], &[(".bashrc", &rc)]).await;
        bash.until("mine> ").await;
        assert_eq!(bash.line("hi").await, marks("hi", 0));
        assert!(bash.text().contains("<ps0>") && bash.text().contains("hi there"), "{:?}", bash.text());
        assert_eq!(bash.line("sh -c 'exit 3'").await, marks("sh -c 'exit 3'", 3));
        bash.line("echo seen=$seen.").await;
        bash.until("seen=3.").await;
        // A prompt that is set later is marked in its turn.
        bash.line("PS1='other> '").await;
        bash.until("\x1b]633;A\x07other> \x1b]633;B\x07").await;
    }
}

#[tokio::test]
async fn bash_with_traps_and_errexit_survives() {
    let rc = "trap 'last=$BASH_COMMAND' DEBUG\ntrap 'echo error trap' ERR\nPS1='$ '\n";
    let mut bash = Running::start(&["bash"], &[(".bashrc", rc)]).await;
    assert_eq!(bash.line("false").await, marks("false", 1));
    assert_eq!(bash.text().matches("error trap\r\n").count(), 1, "{:?}", bash.text());
    assert_eq!(bash.line("set -e").await, marks("set -e", 0));
    assert_eq!(bash.line("if false; then :; fi").await, marks(r"if false\x3b then :\x3b fi", 0));
    bash.give_up("nothing").await;
    assert_eq!(bash.line("trap -p DEBUG").await, marks("trap -p DEBUG", 0));
    assert!(bash.text().contains("last=$BASH_COMMAND"));
}

#[tokio::test]
async fn bash_tells_several_lines_and_repeated_and_private_ones() {
    let mut bash = Running::start(&["bash"], &[(".bashrc", "HISTCONTROL=ignoredups\nPS1='$ '\n")]).await;
    assert_eq!(bash.line("echo same").await, marks("echo same", 0));
    // The history does not say whether it was typed again; the screen does.
    assert_eq!(bash.line("echo same").await, ["E;echo same;typed;N", "C;N", "D;0;N"]);
    bash.keys(b"for i in 1 2\rdo echo $i\rdone\r").await;
    let several = bash.prompt().await;
    assert!(several[0].starts_with("E;for i in 1 2") && several[0].contains("done"), "{several:?}");

    let mut bash = Running::start(&["bash"], &[(".bashrc", "HISTCONTROL=ignoreboth\nPS1='$ '\n")]).await;
    bash.line("echo first").await;
    assert_eq!(bash.line(" echo private").await, ["E;echo first;typed;N", "C;N", "D;0;N"]);
}

#[tokio::test]
async fn bash_as_a_login_shell_reads_the_login_files() {
    let files = [(".bash_profile", "echo from-profile\nPS1='login> '\n"), (".bashrc", "echo from-rc\n")];
    let mut bash = Running::start(&["bash", "-l"], &files).await;
    bash.until("login> ").await;
    assert!(bash.text().contains("from-profile") && !bash.text().contains("from-rc"));
    assert_eq!(bash.line("echo one").await, marks("echo one", 0));
}

#[tokio::test]
async fn a_nested_shell_is_as_ever() {
    for (argv, files) in [("bash", (".bashrc", "PS1='mine> '\n")), ("zsh", (".zshrc", "PS1='mine> '\n"))] {
        let mut shell = Running::start(&[argv], &[files]).await;
        shell.keys(format!("exec 9>&1; {argv}\r").as_bytes()).await;
        while shell.mark().await != "C;N" {}
        let before = shell.seen.len();
        shell.keys(b"echo nested=$0.; exit 5\r").await;
        let marks = shell.prompt().await;
        assert!(marks.contains(&"D;5;N".to_owned()), "{argv}: {marks:?}");
        let nested = String::from_utf8_lossy(&shell.seen[before..]).into_owned();
        assert!(nested.contains(&format!("nested={argv}.")), "{argv}: {nested:?}");
    }
}

#[tokio::test]
async fn zsh_reads_its_persons_own_files_and_keeps_their_places() {
    let files = [
        (".zshenv", "from_env=yes\n"),
        (".zprofile", "from_profile=yes\n"),
        (
            ".zshrc",
            "PS1='mine> '\nsetopt hist_ignore_space\nprecmd() { seen=$? }\nalias hi='echo hi there'\n",
        ),
    ];
    let mut zsh = Running::start(&["zsh", "-l"], &files).await;
    zsh.until("mine> ").await;
    zsh.line("echo $from_env-$from_profile-${ZDOTDIR-unset}-$HISTFILE.").await;
    let history = zsh.path().join("history");
    zsh.until(&format!("yes-yes-unset-{}.", history.display())).await;
    assert_eq!(zsh.line("hi").await, marks("hi", 0));
    zsh.until("hi there").await;
    zsh.line("sh -c 'exit 3'").await;
    zsh.line("echo seen=$seen.").await;
    zsh.until("seen=3.").await;
    assert_eq!(zsh.line(" echo private").await, ["C;N", "D;0;N"]);
    zsh.line("PS1='other> '").await;
    zsh.until("\x1b]633;A\x07other> \x1b]633;B\x07").await;
}

#[tokio::test]
async fn zsh_with_a_folder_of_its_own_and_a_theme_works() {
    let theme = "setopt prompt_subst nounset\nautoload -Uz add-zsh-hook\n\
                 theme() { PS1='%F{green}themed%f> ' }\nadd-zsh-hook precmd theme\n";
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join(".zshrc"), theme).unwrap();
    let own = home.path().to_str().unwrap();
    let mut zsh = Running::start_with(&["zsh"], &[], &[("ZDOTDIR", own)]).await;
    assert_eq!(zsh.line("echo one").await, marks("echo one", 0));
    zsh.line("echo $ZDOTDIR.").await;
    zsh.until(&format!("{own}.")).await;
    zsh.until("themed").await;
    zsh.keys(b"for i in 1 2\rdo echo $i\rdone\r").await;
    let several = zsh.prompt().await;
    assert!(several.iter().any(|mark| mark.contains(r"\x0a") && mark.contains("done")), "{several:?}");
}

#[tokio::test]
async fn fish_keeps_its_persons_prompt_and_functions() {
    let config =
        "function fish_prompt\n  printf 'mine[%s]> ' $status\nend\nfunction hi\n  echo hi there\nend\n";
    let mut fish = Running::start(&["fish"], &[(".config/fish/config.fish", config)]).await;
    fish.until("mine[0]> ").await;
    assert_eq!(fish.line("hi").await, marks("hi", 0));
    fish.until("hi there").await;
    fish.line("sh -c 'exit 3'").await;
    fish.until("mine[3]> ").await;
    assert_eq!(fish.line(" echo private").await, ["C;N", "D;0;N"]);
    fish.line("function fish_prompt; echo 'other> '; end").await;
    assert_eq!(fish.line("echo two").await, marks("echo two", 0));
    fish.until("other> ").await;
}

#[tokio::test]
async fn the_nonce_goes_into_the_marks_and_not_to_programs() {
    for (argv, file, own) in
        [("bash", ".bashrc", "$$"), ("zsh", ".zshrc", "$$"), ("fish", ".none", "$fish_pid")]
    {
        // Even where everything that is set goes to programs.
        let rc = if argv == "fish" { "" } else { "set -a\n" };
        let mut shell = Running::start(&[argv], &[(file, rc)]).await;
        let read = format!("cat /proc/{own}/environ /proc/self/environ $JUMPSEAT_SHELL_NONCE_FILE");
        let file = shell.integration.folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path());
        let file = file.into_iter().find(|path| path.to_string_lossy().contains("nonce-")).unwrap();
        assert_eq!(fs::read_to_string(file).unwrap(), "", "{argv}");
        let before = shell.seen.len();
        shell.line(&format!("{read} | tr '\\0' '\\n' | grep NONCE; ls /proc/self/fd")).await;
        let printed =
            String::from_utf8_lossy(&shell.seen[before..]).replace(&format!(";{}\x07", shell.nonce), "");
        assert!(!printed.contains(&shell.nonce), "{argv}: {printed:?}");
        assert_eq!(
            shell.line("env | grep -c JUMPSEAT_SHELL").await,
            marks("env | grep -c JUMPSEAT_SHELL", 1),
            "{argv}"
        );
    }
}

#[test]
fn other_programs_are_left_alone() {
    let parent = tempfile::tempdir().unwrap();
    let folder = RuntimeFolder::at(parent.path().join("run")).unwrap();
    let integration = Integration::write(folder.scratch("shell").unwrap()).unwrap();
    let mut posix = Program::new(&["bash".to_owned()]);
    posix.env.insert("POSIXLY_CORRECT".to_owned(), "1".into());
    assert!(integration.apply(&mut posix).unwrap().is_none(), "it would not read the file");
    assert_eq!(posix.argv, ["bash"]);
    for argv in [&["dash"][..], &["bash", "-c", "ls"], &["zsh", "script"], &["vim"], &["bash", "--norc"]] {
        let argv: Vec<String> = argv.iter().map(|part| (*part).to_owned()).collect();
        let mut program = Program::new(&argv);
        assert!(integration.apply(&mut program).unwrap().is_none());
        assert_eq!(program.argv, argv.iter().map(OsString::from).collect::<Vec<_>>());
        assert!(program.env.is_empty());
    }
}

mod habits;
