//! The findings panel: what tools found, by file.

use std::collections::BTreeMap;

use jumpseat_engine::api::panels::{Entries, Entry, Finding, Severity};
use ratatui::style::Style;

use super::{Row, Rows, Words, counted, style};

pub(super) fn rows(entries: &Entries, rows: &mut Rows) {
    let mut files: BTreeMap<Option<&str>, Vec<&Finding>> = BTreeMap::new();
    for finding in findings(entries) {
        files.entry(finding.path.as_deref()).or_default().push(finding);
    }
    for (path, mut found) in files {
        found.sort_by_key(|finding| (finding.range, finding.severity));
        let about = format!("  {}", counted(found.len(), "finding"));
        rows.push(Words::new().bold(path.unwrap_or("Of no file")).dim(&about));
        for finding in found {
            finding_rows(finding, rows);
        }
    }
}

pub(super) fn gist(entries: &Entries) -> Option<String> {
    let count = |severity| findings(entries).filter(|finding| finding.severity == severity).count();
    let counts = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Note, "note"),
        (Severity::Hint, "hint"),
    ];
    let words: Vec<String> = counts
        .into_iter()
        .map(|(severity, word)| (count(severity), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| counted(count, word))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn findings(entries: &Entries) -> impl Iterator<Item = &Finding> {
    entries
        .values()
        .filter_map(|entry| if let Entry::Finding(finding) = entry { Some(finding) } else { None })
}

fn finding_rows(finding: &Finding, rows: &mut Rows) {
    let (word, ink) = match finding.severity {
        Severity::Error => ("error", style::BAD),
        Severity::Warning => ("warning", style::WARN),
        Severity::Note => ("note", style::PLACE),
        Severity::Hint => ("hint", Style::new()),
    };
    let place = finding.range.map_or(String::new(), |range| format!("{}:{}", range.line, range.column));
    let mut message = finding.message.lines();
    let words = Words::new().dim(&format!("  {place:<8} ")).ink(&format!("{word:<7} "), ink);
    let rule = finding.rule.as_ref().map_or(String::new(), |rule| format!("({rule})"));
    let words = words.plain(message.next().unwrap_or_default()).dim(&format!("  {}{rule}", finding.tool));
    rows.push(words);
    rows.extend(message.map(|line| Row::from(Words::new().plain("           ").plain(line))));
    for line in finding.fix.iter().flat_map(|fix| fix.lines()) {
        rows.push(Words::new().plain("           ").dim("mend: ").plain(line));
    }
}
