//! The client as TypeScript, for programs that meet it as plain objects.

use std::{any::TypeId, collections::BTreeMap};

use jumpseat_panels::outline;
use ts_rs::{Config, TS, TypeVisitor};

use super::{
    ApiError, GuestCommand, GuestEvent, HostCommand, HostEvent, HostState, Reply, SeatState, panels::Entry,
};

/// Declarations of every command, answer and event, and of all that they are made of, by name.
pub fn declarations() -> String {
    // Times in milliseconds and numbers of lines stay far below 2^53.
    let mut all = Declarations { config: Config::new().with_large_int("number"), found: BTreeMap::new() };
    all.visit::<HostCommand>();
    all.visit::<HostEvent>();
    all.visit::<GuestCommand>();
    all.visit::<GuestEvent>();
    all.visit::<Reply>();
    all.visit::<ApiError>();
    // Behind an update's changes, or named by a type of its own where it stands: not found from there.
    all.visit::<HostState>();
    all.visit::<SeatState>();
    all.visit::<Entry>();
    // What the package for Node makes of panels.
    all.visit::<outline::Row>();
    all.visit::<outline::Place>();
    all.visit::<outline::Source>();
    all.visit::<outline::Mark>();
    all.visit::<outline::ThreadAt>();
    all.visit::<outline::Problem>();
    all.visit::<outline::LogLine>();
    all.visit::<outline::Offer>();
    let mut found: Vec<_> = all.found.into_values().collect();
    found.sort();
    found.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n")
}

struct Declarations {
    config: Config,
    found: BTreeMap<TypeId, (String, String)>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Numbers, strings and lists have no declaration of their own.
        if T::output_path().is_none() || self.found.contains_key(&TypeId::of::<T>()) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let text = indented(&format!("{docs}export {}", T::decl(&self.config)));
        self.found.insert(TypeId::of::<T>(), (T::ident(&self.config), text));
        T::visit_dependencies(self);
    }
}

/// The generator's text as people write it: comments of one line on one line, members under their type.
fn indented(text: &str) -> String {
    let text = text.replace("/**\n * ", "/** ");
    let mut depth = 0_usize;
    let mut out = String::new();
    for line in text.lines().map(str::trim) {
        if line == "*/" {
            // A comment of one line, or the end of a longer one.
            out.truncate(out.trim_end().len());
            out.push_str(" */\n");
            continue;
        }
        let blanks = if line.starts_with('*') { 2 * depth + 1 } else { 2 * depth };
        out.extend(std::iter::repeat_n(' ', blanks));
        out.push_str(line);
        out.push('\n');
        if !line.starts_with(['*', '/']) {
            let (open, close) = (line.matches(['{', '(']).count(), line.matches(['}', ')']).count());
            depth = (depth + open).saturating_sub(close);
        }
    }
    out
}
