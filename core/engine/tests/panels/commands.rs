//! The commands of a terminal, in the history and in the log.

use std::collections::BTreeMap;

use jumpseat_engine::api::{
    BlockInfo, HostCommand, Reply, StartFrom, TerminalNo, TerminalOptions,
    panels::{Block, Entry, PanelKind},
};

use tempfile::TempDir;

use crate::{Guest, Host};

/// A command as a shell's marks tell it.
fn marked(command: &str, output: &str, exit_code: i32) -> String {
    let marks = ["A", "B", &format!("E;{command}"), "C"].map(|mark| format!("\\033]633;{mark}\\a")).concat();
    format!("printf '{marks}{output}\\n\\033]633;D;{exit_code}\\a'")
}

/// So many of them have ended.
fn ended(count: usize) -> impl Fn(&[BlockInfo]) -> bool {
    move |told| told.iter().filter(|block| block.duration.is_some()).count() == count
}

fn blocks(guest: &Guest) -> Vec<Block> {
    let entries = guest.panels.get(&PanelKind::History).into_iter().flat_map(BTreeMap::values);
    entries
        .filter_map(|entry| if let Entry::Block(block) = entry { Some(block.clone()) } else { None })
        .collect()
}

#[tokio::test]
async fn a_guest_reads_the_commands_that_it_may_see() {
    let script = format!(
        "{}; {}; read line; {}; read line",
        marked("cat secret", "hidden", 0),
        marked("ls", "hidden, too", 0),
        marked("make all", "two\\nlines", 2)
    );
    let host = Host::of(&script, StartFrom::Now, ended(2)).await;
    host.share(PanelKind::History).await;
    host.share(PanelKind::Log).await;
    let mut guest = Guest::new(&host);
    guest.until(|guest| guest.panels.contains_key(&PanelKind::History).then_some(())).await;
    host.ask(HostCommand::Input { terminal: TerminalNo(1), bytes: b"\n".to_vec() }).await;
    let block = guest.until(|guest| blocks(guest).into_iter().find(|block| block.took.is_some())).await;
    assert_eq!((block.command.as_deref(), block.exit_code, block.lines), (Some("make all"), Some(2), 2));
    let output = guest.fetch(PanelKind::History, &block.output.unwrap()).await.unwrap();
    assert_eq!(String::from_utf8(output).unwrap().trim_end(), "two\nlines");
    assert_eq!(blocks(&guest).len(), 1, "what was run before the session is not in it");

    let log = guest.until(|guest| logged(guest, &["make all", "\"Bo\"", "viewer", "history"])).await;
    assert!(!log.contains("secret"), "{log}");
    assert_eq!(log.matches("make all").count(), 1, "however it was read: {log}");
}

/// The log, once all of these stand in it.
fn logged(guest: &Guest, words: &[&str]) -> Option<String> {
    let log = serde_json::to_string(guest.panels.get(&PanelKind::Log)?).unwrap();
    words.iter().all(|word| log.contains(word)).then_some(log)
}

#[tokio::test]
async fn a_command_from_before_the_session_is_no_line_of_its_log() {
    let whole = marked("mysql -psecret", "", 0);
    let (begins, ends) = whole.split_at(whole.find("\\n").unwrap());
    let script = format!("{begins}'; read line; printf '{ends}; {}; read line", marked("make all", "", 0));
    let host = Host::of(&script, StartFrom::Now, |told| !told.is_empty()).await;
    host.share(PanelKind::Log).await;
    let mut guest = Guest::new(&host);
    host.ask(HostCommand::Input { terminal: TerminalNo(1), bytes: b"\n".to_vec() }).await;
    let log = guest.until(|guest| logged(guest, &["make all"])).await;
    assert!(!log.contains("secret"), "{log}");
}

#[tokio::test]
async fn a_terminal_that_is_withdrawn_takes_its_commands_along() {
    let script = format!("{}; read line", marked("cat notes", "private", 0));
    let host = Host::of(&script, StartFrom::Start, ended(1)).await;
    host.share(PanelKind::History).await;
    let mut guest = Guest::new(&host);
    let block = guest.until(|guest| blocks(guest).into_iter().find(|block| block.took.is_some())).await;
    let withdraw = HostCommand::WithdrawTerminal { session: host.session, terminal: TerminalNo(1) };
    host.ask(withdraw).await;
    guest.until(|guest| blocks(guest).is_empty().then_some(())).await;
    assert!(guest.fetch(PanelKind::History, &block.output.unwrap()).await.is_err());
}

/// A host that shares a real shell, with its integration, and keeps its history and log.
async fn shell(argv: &str) -> (Host, TerminalNo, TempDir) {
    let host = Host::new().await;
    let home = tempfile::tempdir().unwrap();
    let env = [("HOME", home.path().to_str().unwrap()), ("HISTFILE", "/dev/null")];
    let options = TerminalOptions {
        command: vec![argv.to_owned()],
        env: env.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        cwd: Some(home.path().to_owned()),
        session: Some(host.session),
        ..TerminalOptions::default()
    };
    std::fs::write(home.path().join(".zshrc"), "").unwrap();
    let Reply::Terminal { terminal } = host.ask(HostCommand::OpenTerminal(options)).await else {
        panic!("no terminal")
    };
    host.share(PanelKind::History).await;
    host.share(PanelKind::Log).await;
    (host, terminal, home)
}

async fn run(host: &Host, terminal: TerminalNo, line: &str) {
    let bytes = format!("{line}\r").into_bytes();
    host.ask(HostCommand::Input { terminal, bytes }).await;
}

/// The ended commands of the history, once the last of them is this one.
fn up_to(guest: &Guest, last: &str) -> Option<Vec<Block>> {
    let ended: Vec<Block> = blocks(guest).into_iter().filter(|block| block.took.is_some()).collect();
    (ended.last()?.command.as_deref() == Some(last)).then_some(ended)
}

#[tokio::test]
async fn a_file_that_is_shown_puts_nothing_into_history_and_log() {
    for argv in ["bash", "zsh", "fish"] {
        let (host, terminal, home) = shell(argv).await;
        let mut forged = "before\n".to_owned();
        for number in [133, 633] {
            let marks = ["D;0", "P;Cwd=/evil", "A", "B", "E;rm -rf /srv/prod;0", "C", "D;0", "A", "B"];
            marks.iter().for_each(|mark| forged.push_str(&format!("\x1b]{number};{mark}\x07")));
        }
        forged.push_str("\x1b]0;bash $ git push --force\x07\x1b]7;file:///evil\x07after\n\x1b]633;E;rm;");
        std::fs::write(home.path().join("forged"), forged).unwrap();
        let mut guest = Guest::new(&host);
        run(&host, terminal, "cat forged").await;
        run(&host, terminal, "true done").await;
        let told = guest.until(|guest| up_to(guest, "true done")).await;
        let commands: Vec<_> = told.iter().map(|block| (block.command.as_deref(), block.unproven)).collect();
        assert_eq!(commands, [(Some("cat forged"), false), (Some("true done"), false)], "{argv}");
        assert!(told.iter().all(|block| !block.cwd.as_deref().unwrap().contains("evil")), "{argv}");
        let output = guest.fetch(PanelKind::History, told[0].output.as_ref().unwrap()).await.unwrap();
        let output = String::from_utf8(output).unwrap();
        assert!(output.contains("before") && output.contains("after"), "{argv}: {output:?}");
        let log = guest.until(|guest| logged(guest, &["true done"])).await;
        assert!(!log.contains("/srv/prod") && !log.contains("push"), "{argv}: {log}");
        assert!(!log.contains("unproven"), "{argv}: {log}");
    }
}

#[tokio::test]
async fn marks_that_nobody_proves_are_shown_as_such() {
    let script = format!("{}; read line; {}; read line", marked("make", "", 0), marked("ls", "", 0));
    let host = Host::of(&script, StartFrom::Start, ended(1)).await;
    host.share(PanelKind::History).await;
    host.share(PanelKind::Log).await;
    let mut guest = Guest::new(&host);
    host.ask(HostCommand::Input { terminal: TerminalNo(1), bytes: b"\n".to_vec() }).await;
    let told = guest.until(|guest| up_to(guest, "ls")).await;
    assert!(told.iter().all(|block| block.unproven), "{told:?}");
    let log = guest.until(|guest| logged(guest, &["\"ls\""])).await;
    assert!(log.contains("\"unproven\":true"), "{log}");
}

#[tokio::test]
async fn what_is_cleared_goes_from_the_history_of_everyone() {
    for (argv, clears) in
        [("bash", "printf '\\033[H\\033[2J\\033[3J'"), ("zsh", "clear"), ("fish", "tput reset")]
    {
        let (host, terminal, _home) = shell(argv).await;
        let mut early = Guest::new(&host);
        run(&host, terminal, "echo sec''ret").await;
        let told = early.until(|guest| up_to(guest, "echo sec''ret")).await;
        let known = told[0].output.clone().unwrap();
        early.fetch(PanelKind::History, &known).await.unwrap();
        run(&host, terminal, clears).await;
        run(&host, terminal, "echo later").await;
        let told = early.until(|guest| up_to(guest, "echo later").filter(|told| told[0].erased)).await;
        assert!(told[0].output.is_none() && !told.last().unwrap().erased, "{argv}: {told:?}");
        assert!(early.fetch(PanelKind::History, &known).await.is_err(), "{argv}");
        let mut late = Guest::new(&host);
        let told = late.until(|guest| up_to(guest, "echo later")).await;
        assert!(told[0].output.is_none() && told[0].erased, "{argv}: {told:?}");
        // Shared again, it is made from what the terminal still has.
        host.share(PanelKind::History).await;
        let mut again = Guest::new(&host);
        let told = again.until(|guest| up_to(guest, "echo later")).await;
        assert!(told[0].output.is_none() && told[0].erased, "{argv}: {told:?}");
    }
}

#[tokio::test]
async fn a_guest_never_gets_the_nonce() {
    let (host, terminal, _home) = shell("bash").await;
    let mut guest = Guest::new(&host);
    guest.until(|guest| (guest.pictures.len() == 2).then_some(())).await;
    run(&host, terminal, "echo the:$__jumpseat_nonce:").await;
    let told = guest.until(|guest| up_to(guest, "echo the:$__jumpseat_nonce:")).await;
    assert!(!told[0].unproven);
    let seen =
        guest.until(|guest| guest.printed().contains("the:0000000000000000").then(|| guest.printed())).await;
    assert!(seen.contains(&format!("633;C;{}", "0".repeat(32))), "{seen:?}");
}
