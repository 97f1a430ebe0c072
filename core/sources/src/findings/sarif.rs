//! SARIF 2.1 (OASIS), as far as it says what is wrong, where, and what would mend it.

use std::cell::OnceCell;
use std::{borrow::Cow, collections::HashMap, path::Path};

use jumpseat_panels::{Finding, Range, Rule, Severity};
use serde::{Deserialize, Deserializer};

use super::{Report, uri};

/// Most tools of one report that are told to have failed.
const MAX_FAILED: usize = 16;

/// Most rules of one report.
const MAX_RULES: usize = 5_000;

/// What is kept of a text that findings share, in bytes: as much as one shows.
const MAX_SHARED: usize = 2048;

/// The same of an address: longer ones lead to no path that is shown.
const MAX_ADDRESS: usize = 4096;

/// Reads a report; nothing if it is none. `is_file` tells whether a path from the workspace on is there.
pub(super) fn parse(bytes: &[u8], folder: &Path, is_file: &mut dyn FnMut(&str) -> bool) -> Option<Report> {
    let log: Log = serde_json::from_slice(&utf8(bytes)).ok()?;
    let mut report = Report::default();
    for mut run in log.runs {
        run.shorten();
        run.add_to(&mut report, folder, is_file);
    }
    Some(report)
}

/// JSON as UTF-8. Shells of Windows write what they redirect as UTF-16, with a mark at its beginning or without one: then
/// JSON's first character, which is ASCII, tells.
fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let from = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String =
            char::decode_utf16(units).map(|character| character.unwrap_or('\u{fffd}')).collect();
        Cow::Owned(text.into_bytes())
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, rest @ ..] => from(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => from(rest, u16::from_be_bytes),
        [1..=0xff, 0, ..] => from(bytes, u16::from_le_bytes),
        [0, 1..=0xff, ..] => from(bytes, u16::from_be_bytes),
        _ => Cow::Borrowed(bytes),
    }
}

/// `runs` is `null` where a tool could not find out what there is, and missing in what is no report.
#[derive(Deserialize)]
struct Log {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    /// `null` where the tool failed before it had any, and left out where it was not asked for any.
    #[serde(default, deserialize_with = "told")]
    results: Option<Option<Vec<Outcome>>>,
    #[serde(default, deserialize_with = "or_default")]
    invocations: Vec<Invocation>,
    #[serde(default, deserialize_with = "or_default")]
    artifacts: Vec<Artifact>,
    #[serde(default, deserialize_with = "or_default")]
    original_uri_base_ids: HashMap<String, Place>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    #[serde(default, deserialize_with = "or_default")]
    execution_successful: Option<bool>,
}

#[derive(Deserialize)]
struct Tool {
    driver: Component,
    #[serde(default, deserialize_with = "or_default")]
    extensions: Vec<Component>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    rules: Vec<Described>,
    /// Where the first rule of each name is, once one is looked for.
    #[serde(skip)]
    by_name: OnceCell<HashMap<String, usize>>,
}

impl Component {
    fn named(&self, name: &str) -> Option<&Described> {
        let by_name = self.by_name.get_or_init(|| {
            let named = self.rules.iter().enumerate().rev();
            named.map(|(at, rule)| (rule.id.clone(), at)).collect()
        });
        self.rules.get(*by_name.get(name)?)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    #[serde(default, deserialize_with = "or_default")]
    id: String,
    #[serde(default, deserialize_with = "or_default")]
    name: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    short_description: Message,
    #[serde(default, deserialize_with = "or_default")]
    full_description: Message,
    #[serde(default, deserialize_with = "or_default")]
    help: Message,
    #[serde(default, deserialize_with = "or_default")]
    help_uri: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    message_strings: HashMap<String, Message>,
    #[serde(default, deserialize_with = "or_default")]
    default_configuration: Configuration,
}

#[derive(Deserialize, Default)]
struct Configuration {
    #[serde(default, deserialize_with = "or_default")]
    level: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    #[serde(default, deserialize_with = "or_default")]
    rule_id: Option<String>,
    #[serde(default, deserialize_with = "number")]
    rule_index: Option<u32>,
    #[serde(default, deserialize_with = "or_default")]
    rule: RuleReference,
    #[serde(default, deserialize_with = "or_default")]
    level: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    baseline_state: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    message: Message,
    #[serde(default, deserialize_with = "or_default")]
    locations: Vec<Location>,
    #[serde(default, deserialize_with = "or_default")]
    fixes: Vec<Fix>,
    #[serde(default, deserialize_with = "or_default")]
    suppressions: Vec<Suppression>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct RuleReference {
    #[serde(default, deserialize_with = "or_default")]
    id: Option<String>,
    #[serde(default, deserialize_with = "number")]
    index: Option<u32>,
    #[serde(default, deserialize_with = "or_default")]
    tool_component: ComponentReference,
}

#[derive(Deserialize, Default)]
struct ComponentReference {
    #[serde(default, deserialize_with = "number")]
    index: Option<u32>,
}

#[derive(Deserialize, Default)]
struct Message {
    #[serde(default, deserialize_with = "or_default")]
    text: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    arguments: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(default, deserialize_with = "or_default")]
    physical_location: Physical,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Physical {
    #[serde(default, deserialize_with = "or_default")]
    artifact_location: Place,
    #[serde(default, deserialize_with = "or_default")]
    region: Option<Region>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Place {
    #[serde(default, deserialize_with = "or_default")]
    uri: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    uri_base_id: Option<String>,
    #[serde(default, deserialize_with = "number")]
    index: Option<u32>,
}

#[derive(Deserialize, Default)]
struct Artifact {
    #[serde(default, deserialize_with = "or_default")]
    location: Place,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Region {
    #[serde(default, deserialize_with = "number")]
    start_line: Option<u32>,
    #[serde(default, deserialize_with = "number")]
    start_column: Option<u32>,
    #[serde(default, deserialize_with = "number")]
    end_line: Option<u32>,
    #[serde(default, deserialize_with = "number")]
    end_column: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Fix {
    #[serde(default, deserialize_with = "or_default")]
    description: Message,
    #[serde(default, deserialize_with = "or_default")]
    artifact_changes: Vec<Changes>,
}

#[derive(Deserialize, Default)]
struct Changes {
    #[serde(default, deserialize_with = "or_default")]
    replacements: Vec<Replacement>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    #[serde(default, deserialize_with = "or_default")]
    inserted_content: Message,
}

#[derive(Deserialize, Default)]
struct Suppression {
    #[serde(default, deserialize_with = "or_default")]
    status: Option<String>,
}

impl Run {
    /// Cuts what many findings share before it is copied into each: a small report could become very large ones.
    fn shorten(&mut self) {
        for component in std::iter::once(&mut self.tool.driver).chain(&mut self.tool.extensions) {
            cut(&mut component.name, MAX_SHARED);
            component.rules.truncate(MAX_RULES);
            for rule in &mut component.rules {
                cut(&mut rule.id, MAX_SHARED);
                let Described { name, short_description, full_description, help, .. } = rule;
                let texts = [name, &mut short_description.text, &mut full_description.text, &mut help.text]
                    .into_iter();
                let messages = rule.message_strings.values_mut().map(|message| &mut message.text);
                texts.chain(messages).flatten().for_each(|text| cut(text, MAX_SHARED));
            }
        }
        let listed = self.artifacts.iter_mut().map(|artifact| &mut artifact.location);
        let places = listed.chain(self.original_uri_base_ids.values_mut());
        places.filter_map(|place| place.uri.as_mut()).for_each(|uri| cut(uri, MAX_ADDRESS));
    }

    fn add_to(&self, report: &mut Report, folder: &Path, is_file: &mut dyn FnMut(&str) -> bool) {
        for component in std::iter::once(&self.tool.driver).chain(&self.tool.extensions) {
            let rules = component.rules.iter().filter(|rule| !rule.id.is_empty());
            report
                .rules
                .extend(rules.take(MAX_RULES.saturating_sub(report.rules.len())).map(|rule| self.rule(rule)));
        }
        let failed = self.invocations.iter().any(|run| run.execution_successful == Some(false));
        if (failed || matches!(self.results, Some(None))) && report.failed.len() < MAX_FAILED {
            report.failed.push(self.tool.driver.name.clone());
        }
        let results = self.results.iter().flatten().flatten();
        let findings = results.filter(|outcome| outcome.counts());
        // Each as it is put in: what they share is copied into each, and there is room for so many.
        findings.for_each(|outcome| {
            if report.has_room_for(self.severity(outcome)) {
                report.add(self.finding(outcome, folder, is_file));
            }
        });
    }

    fn severity(&self, outcome: &Outcome) -> Severity {
        let by_rule = || self.rule_of(outcome)?.default_configuration.level.as_deref();
        severity(outcome.level.as_deref().or_else(by_rule))
    }

    fn rule(&self, rule: &Described) -> Rule {
        let text =
            |message: &Message| message.text.as_deref().filter(|text| !text.is_empty()).map(str::to_owned);
        let title = text(&rule.short_description).or_else(|| rule.name.clone());
        let about = text(&rule.help)
            .or_else(|| text(&rule.full_description))
            .filter(|about| Some(about) != title.as_ref());
        Rule {
            tool: self.tool.driver.name.clone(),
            rule: rule.id.clone(),
            title,
            text: about,
            web: rule.help_uri.clone(),
            findings: 0,
        }
    }

    fn finding(&self, outcome: &Outcome, folder: &Path, is_file: &mut dyn FnMut(&str) -> bool) -> Finding {
        let rule = self.rule_of(outcome);
        let id = outcome.rule_id.as_deref().or(outcome.rule.id.as_deref()).or(rule.map(|rule| &*rule.id));
        let place = outcome.locations.first().map(|location| &location.physical_location);
        Finding {
            tool: self.tool.driver.name.clone(),
            rule: id.map(str::to_owned),
            severity: self.severity(outcome),
            message: message(&outcome.message, rule),
            path: place.and_then(|place| self.path(&place.artifact_location, folder, is_file)),
            range: place.and_then(|place| place.region.as_ref()).and_then(Region::range),
            fix: outcome.fixes.first().and_then(Fix::text),
        }
    }

    /// The rule that an outcome names, by place or by name; `a/b` is a kind of `a`.
    fn rule_of(&self, outcome: &Outcome) -> Option<&Described> {
        let component = match outcome.rule.tool_component.index {
            Some(index) => self.tool.extensions.get(index as usize)?,
            None => &self.tool.driver,
        };
        let by_place =
            outcome.rule_index.or(outcome.rule.index).and_then(|index| component.rules.get(index as usize));
        let id = outcome.rule_id.as_deref().or(outcome.rule.id.as_deref());
        by_place.or_else(|| {
            let id = id?;
            component.named(id).or_else(|| component.named(id.rsplit_once('/')?.0))
        })
    }

    fn path(&self, place: &Place, folder: &Path, is_file: &mut dyn FnMut(&str) -> bool) -> Option<String> {
        let listed = || Some(&self.artifacts.get(place.index? as usize)?.location);
        let place = if place.uri.is_some() { place } else { listed()? };
        let base = place.uri_base_id.as_ref().and_then(|id| self.base(id, 8));
        uri::in_workspace(place.uri.as_deref()?, base.as_deref(), folder, is_file)
    }

    /// What a base stands for, which may be relative to another one.
    fn base(&self, id: &str, depth: u8) -> Option<String> {
        let place = self.original_uri_base_ids.get(id)?;
        let uri = place.uri.as_deref()?;
        match &place.uri_base_id {
            Some(next) if depth > 0 => {
                let base = self.base(next, depth - 1)?;
                // The standard wants a slash at the end of a base; not every tool puts it there.
                let slash = if base.is_empty() || base.ends_with('/') { "" } else { "/" };
                Some(base + slash + uri)
            }
            Some(_) => None,
            None => Some(uri.to_owned()),
        }
    }
}

impl Outcome {
    /// Whether something is wrong, still, and nobody said that it may be.
    fn counts(&self) -> bool {
        let wrong = matches!(self.kind.as_deref(), None | Some("fail" | "open" | "review"));
        let there = self.baseline_state.as_deref() != Some("absent");
        let open = |status: Option<&str>| matches!(status, Some("underReview" | "rejected"));
        wrong && there && self.suppressions.iter().all(|suppression| open(suppression.status.as_deref()))
    }
}

impl Region {
    fn range(&self) -> Option<Range> {
        let line = self.start_line?;
        let column = self.start_column.unwrap_or(1);
        let end_line = self.end_line.unwrap_or(line);
        // Without an end it is the rest of the line, for which there is no number.
        let end_column = self.end_column.unwrap_or(if self.start_column.is_some() { column } else { 1 });
        Some(Range { line, column, end_line, end_column })
    }
}

impl Fix {
    fn text(&self) -> Option<String> {
        let said = self.description.text.as_deref().filter(|text| !text.is_empty());
        let put = self.artifact_changes.iter().flat_map(|changes| &changes.replacements);
        let put: Vec<&str> =
            put.filter_map(|replacement| replacement.inserted_content.text.as_deref()).take(8).collect();
        let put = put.join("\n");
        match (said, put.is_empty()) {
            (Some(said), true) => Some(said.to_owned()),
            (Some(said), false) => Some(format!("{said}\n{put}")),
            (None, false) => Some(put),
            (None, true) => None,
        }
    }
}

fn severity(level: Option<&str>) -> Severity {
    match level {
        Some("error") => Severity::Error,
        Some("note") => Severity::Note,
        Some("none") => Severity::Hint,
        _ => Severity::Warning,
    }
}

/// The text itself, or the rule's with the arguments in its places.
fn message(message: &Message, rule: Option<&Described>) -> String {
    if let Some(text) = &message.text {
        return filled(text, &message.arguments);
    }
    let id = message.id.as_deref().unwrap_or("default");
    let text = rule.and_then(|rule| rule.message_strings.get(id)?.text.as_deref());
    text.map_or_else(String::new, |text| filled(text, &message.arguments))
}

/// `{0}` is the first argument, `{{` a brace.
fn filled(text: &str, arguments: &[String]) -> String {
    if arguments.is_empty() {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let doubled = after.starts_with(&rest[at..=at]);
        let placed = after.split_once('}').filter(|_| rest[at..].starts_with('{') && !doubled);
        let argument =
            placed.and_then(|(number, after)| Some((arguments.get(number.parse::<usize>().ok()?)?, after)));
        if let Some((argument, after)) = argument {
            out.push_str(argument);
            rest = after;
        } else {
            out.push_str(&rest[at..=at]);
            rest = if doubled { &after[1..] } else { after };
        }
        if out.len() > 64 * 1024 {
            return out;
        }
    }
    out + rest
}

fn cut(text: &mut String, most: usize) {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.truncate(end.unwrap_or(0));
    text.shrink_to_fit();
}

/// What is `null` is told from what is not there.
fn told<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// What is `null` is as if it were not there.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// A number of whatever size; -1, which stands for none, is none.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let number = Option::<serde_json::Number>::deserialize(deserializer)?;
    let whole =
        number.and_then(|number| number.as_u64().or_else(|| Some(number.as_f64()?.max(-1.0) as i64 as u64)));
    Ok(whole.filter(|number| *number != u64::MAX).map(|number| u32::try_from(number).unwrap_or(u32::MAX)))
}

#[cfg(test)]
mod tests;
