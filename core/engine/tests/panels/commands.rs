//! The commands of a terminal, in the history and in the log.

use std::collections::BTreeMap;

use jumpseat_engine::face::{
    BlockInfo, HostCommand, StartFrom, TerminalNo,
    panels::{Block, Entry, PanelKind},
};

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
