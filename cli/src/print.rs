//! Standard output: lines, JSON objects, tables, pages. A closed pipe ends the program quietly.

mod page;

use std::io::{self, IsTerminal as _, Write as _};

use jumpseat_engine::api::StateUpdate;
use jumpseat_panels::text::is_shown;
use serde::Serialize;
use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use crate::error::{CliError, FaultKind};

pub(crate) use page::{OutputMode, Page, page};

/// Writes to standard output.
pub(crate) fn text(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            Err(CliError::new(FaultKind::Unread, "nobody reads standard output"))
        }
        Err(error) => Err(CliError::system("standard output", error)),
    }
}

/// Refuses to print a token in a terminal that is itself shared.
pub(crate) fn refuse_before_guests() -> Result<(), CliError> {
    let shared = std::env::var_os("JUMPSEAT_SESSION").is_some_and(|session| !session.is_empty());
    if !shared || !io::stdout().is_terminal() {
        return Ok(());
    }
    Err(CliError::usage("this terminal is shared: its guests would read the token")
        .hint("use another terminal, or the menu that opens above this one"))
}

/// Writes one object as one line. It names its type, so that a script can read what several commands print.
pub(crate) fn json(value: &impl Serialize) -> Result<(), CliError> {
    let line = serde_json::to_string(value).map_err(|error| CliError::system("JSON", error))?;
    debug_assert!(line.contains(r#""type":""#), "it has no type: {line}");
    text(&(escaped(line) + "\n"))
}

/// The same for an object that does not name its type.
pub(crate) fn json_of(kind: &str, value: &impl Serialize) -> Result<(), CliError> {
    #[derive(Serialize)]
    struct Typed<'a, T> {
        r#type: &'a str,
        #[serde(flatten)]
        value: &'a T,
    }

    json(&Typed { r#type: kind, value })
}

/// An update of a state for a log: what lets people in is not for one.
pub(crate) fn without_invites(mut update: StateUpdate) -> StateUpdate {
    update.changes.retain(|change| change.path.iter().all(|key| key != INVITES));
    update.changes.iter_mut().for_each(|change| remove_invites(&mut change.value));
    update
}

const INVITES: &str = "invites";

fn remove_invites(value: &mut Value) {
    if let Value::Object(object) = value {
        object.remove(INVITES);
        object.values_mut().for_each(remove_invites);
    }
}

/// The same JSON without a sign that a terminal would act on: it may be one that shows it. Outside of strings JSON has
/// none.
fn escaped(json: String) -> String {
    if json.chars().all(is_shown) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if is_shown(character) {
            out.push(character);
        } else {
            let units = character.encode_utf16(&mut [0; 2]).to_vec();
            units.into_iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        }
    }
    out
}

/// Columns for people: as wide as their widest cell, two spaces between.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..head.len())
        .map(|column| {
            rows.iter().map(|row| row[column].width()).chain([head[column].width()]).max().unwrap_or(0)
        })
        .collect();
    let mut out = String::new();
    let head: Vec<String> = head.iter().map(ToString::to_string).collect();
    for row in std::iter::once(&head).chain(rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width - cell.width() + 2));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use jumpseat_engine::api::StateChange;
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_harmless_and_the_same() {
        let hostile = "a\x1b]0;x\x07\x7f\u{9b}31m\u{202e}\u{e0041}é";
        let json = escaped(serde_json::to_string(hostile).unwrap());
        assert!(json.chars().all(is_shown), "{json:?}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
    }

    #[test]
    fn what_lets_people_in_is_in_no_log() {
        let change = |path: &[&str], value| StateChange {
            path: path.iter().map(|key| (*key).into()).collect(),
            value,
        };
        let session = json!({ "code": "K7QM-3XTE", "invites": [{ "token": "jst1_canary" }] });
        let changes = vec![
            change(&[], json!({ "sessions": { "1": session.clone() } })),
            change(&["sessions", "1"], session),
            change(&["sessions", "1", "invites"], json!([{ "token": "jst1_canary" }])),
            change(&["invites", "0"], json!({ "token": "jst1_canary" })),
        ];
        let logged = without_invites(StateUpdate { version: 1, whole: false, changes });
        assert_eq!(logged.changes.len(), 2);
        let text = format!("{logged:?}");
        assert!(text.contains("K7QM-3XTE") && !text.contains("canary"), "{text}");
    }

    #[test]
    fn columns_line_up_with_wide_names_too() {
        let rows = [
            vec!["1".into(), "Bo".into(), "viewer".into()],
            vec!["12".into(), "山田".into(), "writer".into()],
        ];
        insta::assert_snapshot!(table(&["GUEST", "NAME", "ROLE"], &rows), @"
        GUEST  NAME  ROLE
        1      Bo    viewer
        12     山田  writer
        ");
    }
}
