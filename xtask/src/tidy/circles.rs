//! Modules that use each other in a circle. A parent and its child may; any others cannot be read, or moved, one by one.
//!
//! ```text
//!  a ──► b::x          a and b are siblings, and what is below them counts for them:
//!  b::y ──► a::z       a ──► b ──► a is a circle
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Source};

/// A module's path below its crate's root, which is the empty one.
type Path<'a> = Vec<&'a str>;

/// Which of some siblings uses which others, and where.
type Uses<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a [&'a str]>>;

/// How many exports in a row are followed to where a name is declared.
const MAX_EXPORTS: usize = 8;

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut crates: BTreeMap<&str, Crate<'_>> = BTreeMap::new();
    for source in sources {
        if let Some((folder, file)) = source.path.split_once("/src/")
            && let Some(module) = module_of(file)
        {
            crates.entry(folder).or_default().files.insert(module, source);
        }
    }
    crates.into_iter().flat_map(|(folder, files)| files.circles(folder)).collect()
}

/// The module that a file of a crate's `src` folder holds; nothing for tests and for what is no Rust.
fn module_of(file: &str) -> Option<Path<'_>> {
    let mut path: Path<'_> = file.strip_suffix(".rs")?.split('/').collect();
    match path[..] {
        ["lib" | "main"] => path.clear(),
        _ if path.contains(&"tests") => return None,
        [.., "mod"] => drop(path.pop()),
        _ => {}
    }
    Some(path)
}

#[derive(Default)]
struct Crate<'a> {
    files: BTreeMap<Path<'a>, &'a Source>,
}

/// A `use` or a path in the code.
struct Mention<'a> {
    path: Path<'a>,
    /// Whether others reach what it names by this module.
    exported: bool,
}

impl<'a> Crate<'a> {
    fn circles(&self, folder: &str) -> Vec<Finding> {
        let mentions: BTreeMap<&Path<'a>, Vec<Mention<'a>>> =
            self.files.iter().map(|(module, source)| (module, mentions(&source.code))).collect();
        let mut exports: BTreeMap<(&Path<'a>, &'a str), Path<'a>> = BTreeMap::new();
        for (&module, mentions) in &mentions {
            for mention in mentions.iter().filter(|mention| mention.exported) {
                if let (Some(name), Some(path)) = (mention.path.last(), self.absolute(module, &mention.path))
                {
                    exports.insert((module, name), path);
                }
            }
        }
        // By the parent that two modules have in common, which of its children uses which.
        let mut uses: BTreeMap<&[&str], Uses<'_>> = BTreeMap::new();
        for (&module, mentions) in &mentions {
            for mention in mentions {
                let Some(target) =
                    self.absolute(module, &mention.path).and_then(|path| self.declared(path, &exports))
                else {
                    continue;
                };
                let common = module.iter().zip(target).take_while(|(one, other)| one == other).count();
                if let (Some(from), Some(to)) = (module.get(common), target.get(common)) {
                    uses.entry(&module[..common]).or_default().entry(from).or_default().insert(to, module);
                }
            }
        }
        let found =
            uses.iter().flat_map(|(parent, uses)| circles(uses).map(move |circle| (parent, uses, circle)));
        found.map(|(parent, uses, circle)| finding(folder, parent, uses, &circle)).collect()
    }

    /// A path from the crate's root on; nothing for one that leads to another crate.
    fn absolute(&self, module: &Path<'a>, path: &[&'a str]) -> Option<Path<'a>> {
        let (first, rest) = path.split_first()?;
        let mut base = module.clone();
        match *first {
            "crate" => base.clear(),
            "self" => {}
            "super" => drop(base.pop()?),
            child => {
                base.push(child);
                if !self.files.contains_key(&base) {
                    return None;
                }
            }
        }
        let more = rest.iter().take_while(|word| **word == "super").count();
        base.truncate(base.len().saturating_sub(more));
        base.extend(&rest[more..]);
        Some(base)
    }

    /// The module in which what a path names is declared.
    fn declared<'b>(
        &'b self,
        mut path: Path<'a>,
        exports: &BTreeMap<(&Path<'a>, &'a str), Path<'a>>,
    ) -> Option<&'b Path<'a>> {
        for _ in 0..MAX_EXPORTS {
            let len = (0..=path.len()).rev().find(|len| self.files.contains_key(&path[..*len]))?;
            let (module, _) = self.files.get_key_value(&path[..len])?;
            let export = path.get(len).and_then(|name| exports.get(&(module, *name)));
            match export {
                Some(elsewhere) => {
                    let rest = path.split_off(len + 1);
                    path = elsewhere.iter().chain(&rest).copied().collect();
                }
                None => return Some(module),
            }
        }
        None
    }
}

/// Everything that code names by a path: what it imports, and what it names where it uses it.
fn mentions(code: &str) -> Vec<Mention<'_>> {
    let code = code.split("mod tests {").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut rest = code;
    while let Some((before, tree, after)) = next_use(rest) {
        found.extend(paths(before));
        let exported = before.lines().last().is_some_and(|line| line.trim_start().starts_with("pub"));
        spread(tree, &[], &mut |path| found.push(Mention { path, exported }));
        rest = after;
    }
    found.extend(paths(rest));
    found
}

/// What is before the next `use`, its tree, and what is after it.
fn next_use(code: &str) -> Option<(&str, &str, &str)> {
    let begins = |at: &usize| code[..*at].chars().next_back().is_none_or(char::is_whitespace);
    let at = code.match_indices("use ").map(|(at, _)| at).find(begins)?;
    let (tree, after) = code[at + 4..].split_once(';')?;
    Some((&code[..at], tree, after))
}

/// Takes a tree of imports apart: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn spread<'a>(tree: &'a str, prefix: &[&'a str], found: &mut impl FnMut(Path<'a>)) {
    let (path, group) = match tree.split_once('{') {
        Some((path, group)) => (path, group.rsplit_once('}').map(|(group, _)| group)),
        None => (tree, None),
    };
    let own = path.split(" as ").next().unwrap_or_default().split("::").map(str::trim);
    let path: Path<'a> = prefix.iter().copied().chain(own.filter(|word| !word.is_empty())).collect();
    let Some(group) = group else { return found(path) };
    let mut depth = 0_u32;
    for part in group.split(|letter| {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    }) {
        if !part.trim().is_empty() {
            spread(part, &path, found);
        }
    }
}

/// Paths in code that begin in this crate.
fn paths(code: &str) -> impl Iterator<Item = Mention<'_>> {
    let words = code.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':'));
    let local =
        words.filter(|word| ["crate::", "self::", "super::"].iter().any(|start| word.starts_with(start)));
    local.map(|word| Mention { path: word.trim_end_matches(':').split("::").collect(), exported: false })
}

/// Groups of modules each of which leads to all others of its group.
fn circles<'a>(uses: &Uses<'a>) -> impl Iterator<Item = BTreeSet<&'a str>> {
    let reach = |from: &str| {
        let mut reached: BTreeSet<&'a str> = BTreeSet::new();
        let mut next: Vec<&'a str> = uses.get(from).into_iter().flat_map(BTreeMap::keys).copied().collect();
        while let Some(module) = next.pop() {
            if reached.insert(module) {
                next.extend(uses.get(module).into_iter().flat_map(BTreeMap::keys));
            }
        }
        reached
    };
    let all: BTreeMap<&'a str, BTreeSet<&'a str>> =
        uses.keys().map(|module| (*module, reach(module))).collect();
    let circle = |(module, reached): (&&'a str, &BTreeSet<&'a str>)| {
        let back =
            reached.iter().filter(|other| all.get(*other).is_some_and(|reached| reached.contains(module)));
        back.copied().collect::<BTreeSet<_>>()
    };
    let found: BTreeSet<BTreeSet<&'a str>> =
        all.iter().map(circle).filter(|circle| circle.len() > 1).collect();
    found.into_iter()
}

fn finding(folder: &str, parent: &[&str], uses: &Uses<'_>, circle: &BTreeSet<&str>) -> Finding {
    let arrows = circle.iter().flat_map(|from| uses[from].iter().map(move |(to, module)| (from, to, module)));
    let arrows = arrows.filter(|(_, to, _)| circle.contains(*to));
    let arrows = arrows.map(|(from, to, module)| format!("{from} uses {to} in {}", module.join("/")));
    let what = format!("modules use each other in a circle: {}", arrows.collect::<Vec<_>>().join(", "));
    Finding { path: [&[folder, "src"], parent].concat().join("/"), line: 0, what }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::{Language, without_comments_and_text};

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let source = |(path, text): &(&str, &str)| Source {
            path: format!("core/x/src/{path}"),
            text: (*text).to_owned(),
            code: without_comments_and_text(text, Language::Rust),
        };
        let sources: Vec<Source> = files.iter().map(source).collect();
        check(&sources).into_iter().map(|finding| format!("{}: {}", finding.path, finding.what)).collect()
    }

    #[test]
    fn siblings_that_use_each_other_are_a_circle_wherever_below_them() {
        let files = [
            ("lib.rs", "mod a;\nmod b;"),
            ("a.rs", "mod x;\nuse crate::b::{self, y::{Y, Z}};"),
            ("a/x.rs", "fn f() {}"),
            ("b/y.rs", "fn g() { crate::a::x::f() }"),
            ("b/mod.rs", "mod y;"),
        ];
        assert_eq!(
            found(&files),
            ["core/x/src: modules use each other in a circle: a uses b in a, b uses a in b/y"]
        );
        assert!(found(&files[..3]).is_empty());
    }

    #[test]
    fn a_circle_may_be_long_and_go_through_exports() {
        let files = [
            ("lib.rs", "mod a;\nmod b;\nmod c;\npub use c::{C as D, Thing};"),
            ("a.rs", "use super::b;"),
            ("b.rs", "use crate::Thing;"),
            ("c.rs", "use crate::a::A;"),
        ];
        assert_eq!(
            found(&files),
            ["core/x/src: modules use each other in a circle: a uses b in a, b uses c in b, c uses a in c"]
        );
    }

    #[test]
    fn parents_children_tests_and_other_crates_are_none() {
        let files = [
            ("lib.rs", "mod a;\nuse a::A;"),
            ("a.rs", "mod b;\nuse self::b::B;\n// use crate::c::C;\nuse c::C;"),
            ("a/b.rs", "use super::A;"),
            ("c.rs", "#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}"),
            ("d.rs", "use crate::c::C;"),
            ("c/tests.rs", "use crate::d::D;"),
        ];
        assert!(found(&files).is_empty());
    }
}
