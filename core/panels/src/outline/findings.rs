//! The findings: what tools found in the code, by file or by rule.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Context, Icon, Row, RowKind, Span, Target, Tone,
    files::{FileAt, Files, VersionName},
    words::{counted, preview},
};
use crate::{Entries, Entry, Finding, Key, Range, Rule, Severity};

/// The longest message in a row, in characters.
const IN_ROW: usize = 200;

/// The name of the list of what is of no file.
const NO_FILE: &str = "-";

/// The line of such a list on which its first finding stands.
const FIRST_LINE: u32 = 4;

/// A finding in the document that it is shown in.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct Problem {
    /// The file, or the list of what was found in a file that is not shared.
    pub target: Target,
    /// Where in it.
    pub range: Range,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, and what would mend it.
    pub message: String,
    /// The tool.
    pub tool: String,
    /// The rule's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Where the rule is on the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web: Option<String>,
}

pub(super) fn rows(entries: &Entries, context: &Context<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let places = Places::of(entries, context.files);
    let rules = rules(entries);
    let mut groups: BTreeMap<String, Vec<(&Key, &Finding)>> = BTreeMap::new();
    for (key, finding) in findings(entries) {
        let name =
            if context.by_rule { rule_name(finding) } else { finding.path.clone().unwrap_or_default() };
        groups.entry(name).or_default().push((key, finding));
    }
    for (name, mut found) in groups {
        found.sort_by_key(|(_, finding)| (finding.severity, finding.range));
        let worst = found.first().map(|(_, finding)| finding.severity).unwrap_or_default();
        let count = counted(found.len(), "finding");
        let rule = found.first().and_then(|(_, it)| rules.get(&(it.tool.as_str(), it.rule.as_deref()?)));
        let path = found.first().and_then(|(_, finding)| finding.path.clone());
        let found =
            found.into_iter().map(|(key, finding)| finding_row(key, finding, &places, context.by_rule));
        let mut row = Row::new(if name.is_empty() { NO_FILE } else { &name });
        if context.by_rule {
            let (icon, tone) = severity_icon(worst);
            let title = rule.and_then(|rule| rule.title.as_deref()).unwrap_or_default();
            let text = rule.and_then(|rule| rule.text.as_deref()).filter(|text| !text.is_empty());
            row = row.icon(icon, tone).kind(RowKind::Rule).says(&name, Tone::Strong);
            row = row.part(count).part(preview(title, 100)).hover(text.unwrap_or(title));
            row = row.web(rule.and_then(|rule| rule.web.as_ref()));
        } else if path.is_some() {
            row = row.part(count).hover(&name);
            row.file = path.as_deref().and_then(|path| places.files.get(path)).cloned();
            row.path = path;
        } else {
            row = row.icon(Icon::NoFile, Tone::Plain).says("No file", Tone::Strong).part(count);
        }
        row.rows = found.collect();
        rows.push(row);
    }
    rows
}

pub(super) fn summary(entries: &Entries) -> Option<String> {
    let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
    for (_, finding) in findings(entries) {
        *counts.entry(finding.severity).or_default() += 1;
    }
    let words: Vec<String> =
        counts.into_iter().map(|(severity, count)| counted(count, severity_word(severity))).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Every finding, with the document that shows it.
pub fn problems(entries: &Entries, files: Option<Files<'_>>) -> Vec<Problem> {
    let places = Places::of(entries, files);
    let rules = rules(entries);
    let problem = |(key, finding): (&Key, &Finding)| {
        let (target, range) = places.place(key, finding);
        let fix = finding.fix.as_ref().map_or(String::new(), |fix| format!("\nFix: {fix}"));
        let rule = finding.rule.as_deref().and_then(|rule| rules.get(&(finding.tool.as_str(), rule)));
        Problem {
            target,
            range,
            severity: finding.severity,
            message: format!("{}{fix}", finding.message),
            tool: finding.tool.clone(),
            rule: finding.rule.clone(),
            web: rule.and_then(|rule| rule.web.clone()),
        }
    };
    findings(entries).map(problem).collect()
}

/// What was found in a file that is not shared itself; nothing if nothing was.
pub(super) fn list(entries: &Entries, path: &str) -> Option<String> {
    let mut found: Vec<&Finding> =
        findings(entries).map(|(_, finding)| finding).filter(|finding| listed_in(finding) == path).collect();
    found.sort_by_key(|finding| line_of(finding));
    let name = if path == NO_FILE { "No file" } else { path };
    let lines = found.iter().map(|finding| {
        let at = finding.range.map_or(String::new(), |range| format!("{}:{}  ", range.line, range.column));
        let fix = finding.fix.as_ref().map_or(String::new(), |fix| format!("  (fix: {})", preview(fix, 500)));
        let Finding { severity, message, .. } = finding;
        let (word, message) = (severity_word(*severity), preview(message, 2000));
        format!("{at}{word}  {message}  {}{fix}\n", rule_name(finding))
    });
    let lines: String = lines.collect();
    let head = "The file itself is not shared: this is what was found in it.";
    (!found.is_empty()).then(|| format!("{name}\n{head}\n\n{lines}"))
}

fn findings(entries: &Entries) -> impl Iterator<Item = (&Key, &Finding)> {
    entries
        .iter()
        .filter_map(|(key, entry)| if let Entry::Finding(it) = entry { Some((key, it)) } else { None })
}

fn rules(entries: &Entries) -> BTreeMap<(&str, &str), &Rule> {
    let rules =
        entries.values().filter_map(|entry| if let Entry::Rule(it) = entry { Some(it) } else { None });
    rules.map(|rule| ((rule.tool.as_str(), rule.rule.as_str()), rule)).collect()
}

fn rule_name(finding: &Finding) -> String {
    match &finding.rule {
        Some(rule) => format!("{} {rule}", finding.tool),
        None => finding.tool.clone(),
    }
}

fn listed_in(finding: &Finding) -> &str {
    finding.path.as_deref().unwrap_or(NO_FILE)
}

fn line_of(finding: &Finding) -> u32 {
    finding.range.map_or(0, |range| range.line)
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
        Severity::Hint => "hint",
    }
}

fn severity_icon(severity: Severity) -> (Icon, Tone) {
    match severity {
        Severity::Error => (Icon::Error, Tone::Bad),
        Severity::Warning => (Icon::Warning, Tone::Warning),
        Severity::Note => (Icon::Note, Tone::Place),
        Severity::Hint => (Icon::Hint, Tone::Plain),
    }
}

/// Where findings are shown.
struct Places<'a> {
    files: BTreeMap<&'a str, FileAt>,
    /// The place of each in the list of its file.
    nth: BTreeMap<&'a Key, u32>,
}

impl<'a> Places<'a> {
    fn of(entries: &'a Entries, files: Option<Files<'_>>) -> Self {
        let mut listed: BTreeMap<&str, Vec<(&Key, &Finding)>> = BTreeMap::new();
        for (key, finding) in findings(entries) {
            listed.entry(listed_in(finding)).or_default().push((key, finding));
        }
        let versions = [VersionName::Worktree, VersionName::Index, VersionName::Head];
        let mut places = Self { files: BTreeMap::new(), nth: BTreeMap::new() };
        for (path, mut found) in listed {
            if let Some(file) = files.and_then(|files| files.located(path, &versions)) {
                places.files.insert(path, file);
                continue;
            }
            found.sort_by_key(|(_, finding)| line_of(finding));
            places.nth.extend((0..).zip(found).map(|(nth, (key, _))| (key, nth)));
        }
        places
    }

    fn place(&self, key: &Key, finding: &Finding) -> (Target, Range) {
        let path = listed_in(finding);
        if let Some(file) = self.files.get(path) {
            let start = Range { line: 1, column: 1, end_line: 1, end_column: 1 };
            let range = finding.range.unwrap_or(start);
            return (Target::File { file: file.clone(), with: None, range, title: String::new() }, range);
        }
        let nth = self.nth.get(key).copied().unwrap_or(0);
        let line = FIRST_LINE + nth;
        let range = Range { line, column: 1, end_line: line, end_column: 1000 };
        (Target::Findings { path: path.to_owned(), line }, range)
    }
}

fn finding_row(key: &Key, finding: &Finding, places: &Places<'_>, by_rule: bool) -> Row {
    let (icon, tone) = severity_icon(finding.severity);
    let mut lines = finding.message.lines();
    let first = preview(lines.next().unwrap_or_default(), IN_ROW);
    let at = finding.range.map_or(String::new(), |range| format!("{}:{}", range.line, range.column));
    let place = match &finding.path {
        Some(path) if by_rule && at.is_empty() => path.clone(),
        Some(path) if by_rule => format!("{path}:{at}"),
        _ => at,
    };
    let mut row = Row::new(key.as_str())
        .icon(icon, tone)
        .kind(RowKind::Finding)
        .says(&first, Tone::Plain)
        .part(if by_rule { String::new() } else { rule_name(finding) })
        .part(place)
        .hover(&first);
    for line in lines {
        row = row.fact(vec![Span::plain(line)]);
    }
    for line in finding.fix.iter().flat_map(|fix| fix.lines()) {
        row = row.fact(vec![Span::dim("Fix: "), Span::plain(line)]);
    }
    let line = finding.range.map(|range| format!("line {}", range.line));
    let heard = [Some(severity_word(finding.severity).to_owned()), Some(first), finding.path.clone(), line];
    row.spoken = Some(heard.into_iter().flatten().collect::<Vec<_>>().join(", "));
    row.opens(places.place(key, finding).0)
}
