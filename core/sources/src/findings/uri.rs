//! Where a finding is, as tools write it, as a path of the workspace.
//!
//! An address counts by the letter where that leads into the workspace. Reports come from other machines, from containers
//! and from tools with ideas of their own about bases: an address that leads elsewhere counts where its end names a file
//! that is in the workspace.

use std::path::{Component, Path, PathBuf};

/// The fewest parts of a path that name a file by the end of an absolute address: `src/main.c`, not `main.c`.
const LEAST_PARTS: usize = 2;

/// Most ends of one address that are tried.
const MOST_TRIES: usize = 32;

/// The path from the workspace's folder on, with `/`; nothing for what lies elsewhere. `base` is what the address
/// is relative to, where a report says so. `is_file` tells whether a path from the workspace on is there.
pub(super) fn in_workspace(
    uri: &str,
    base: Option<&str>,
    folder: &Path,
    is_file: &mut dyn FnMut(&str) -> bool,
) -> Option<String> {
    let address = Address::of(uri)?.from(base);
    let by_letter = match &address {
        Address::Here(place) => inside(place, folder),
        Address::Relative(path) => inside(&folder.join(path), folder),
        Address::Elsewhere(_) => None,
    };
    if let Some(path) = &by_letter
        && is_file(path)
    {
        return by_letter;
    }
    // With what it is relative to it says more; but that can be a folder of a container, which is the workspace here.
    address.by_its_end(is_file).or_else(|| Address::of(uri)?.by_its_end(is_file)).or(by_letter)
}

/// What an address names.
enum Address {
    /// A path of this machine.
    Here(PathBuf),
    /// A path of another kind of machine.
    Elsewhere(String),
    /// A path from some base on.
    Relative(String),
}

impl Address {
    /// Nothing for what is no file.
    fn of(uri: &str) -> Option<Self> {
        let scheme = uri.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("file:"));
        let path = match scheme {
            Some(scheme) => {
                let rest = &uri[scheme.len()..];
                decoded(match rest.strip_prefix("//") {
                    // A host may stand before the path.
                    Some(rest) => &rest[rest.find('/')?..],
                    None => rest,
                })
            }
            None if has_scheme(uri) => return None,
            None => uri.to_owned(),
        };
        let windows = path.trim_start_matches('/');
        if has_drive(windows) {
            let here = cfg!(windows).then(|| Self::Here(PathBuf::from(windows)));
            return Some(here.unwrap_or_else(|| Self::Elsewhere(windows[2..].replace('\\', "/"))));
        }
        if path.starts_with("\\\\") {
            return Some(Self::Elsewhere(path.replace('\\', "/")));
        }
        if scheme.is_some() || Path::new(&path).is_absolute() {
            return Some(Self::Here(PathBuf::from(path)));
        }
        Some(Self::Relative(decoded(path.split(['?', '#']).next()?)))
    }

    /// The address with what it is relative to. A base such as `%SRCROOT%`, which nothing is known of, is the workspace.
    fn from(self, base: Option<&str>) -> Self {
        let Self::Relative(path) = self else { return self };
        match base.and_then(Self::of) {
            Some(Self::Here(base)) => Self::Here(base.join(path)),
            Some(Self::Elsewhere(base)) => Self::Elsewhere(format!("{base}/{path}")),
            Some(Self::Relative(base)) if !base.starts_with(['%', '$']) => {
                Self::Relative(format!("{base}/{path}"))
            }
            _ => Self::Relative(path),
        }
    }

    /// The longest end that is a file of the workspace.
    fn by_its_end(&self, is_file: &mut dyn FnMut(&str) -> bool) -> Option<String> {
        let (path, is_whole) = match self {
            Self::Here(path) => (path.to_str()?, false),
            Self::Elsewhere(path) => (path.as_str(), false),
            Self::Relative(path) => (path.as_str(), true),
        };
        let mut found = |path: &str| {
            let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
            let says_enough = |from: &usize| (*from == 0 && is_whole) || parts.len() - from >= LEAST_PARTS;
            let ends = (0..parts.len()).filter(says_enough).take(MOST_TRIES);
            let mut ends = ends.filter(|_| !parts.contains(&"..")).map(|from| parts[from..].join("/"));
            ends.find(|end| is_file(end))
        };
        // Some tools separate folders by backslashes, which are signs of a name elsewhere.
        found(path).or_else(|| found(&path.contains('\\').then(|| path.replace('\\', "/"))?))
    }
}

/// A place as a path of the workspace, if it is in it.
fn inside(place: &Path, folder: &Path) -> Option<String> {
    let place = tidied(place)?;
    let inside = place.strip_prefix(folder).ok()?;
    let parts: Option<Vec<&str>> = inside.components().map(|part| part.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/")).filter(|path| !path.is_empty())
}

fn has_drive(path: &str) -> bool {
    let bytes = path.as_bytes();
    let rooted = bytes.get(2).is_none_or(|byte| matches!(byte, b'/' | b'\\'));
    bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':') && rooted
}

fn has_scheme(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

/// Without `.` and `..`; nothing if that leads above the top.
fn tidied(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            part => out.push(part),
        }
    }
    Some(out)
}

/// `%XX` as the bytes that they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|_| byte == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        let escaped = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const FOLDER: &str = "/home/ann/w";

    fn path(uri: &str, base: Option<&str>, files: &[&str]) -> Option<String> {
        in_workspace(uri, base, Path::new(FOLDER), &mut |path| files.contains(&path))
    }

    #[test]
    fn only_files_of_the_workspace_have_a_path() {
        for (uri, base, expected) in [
            ("src/a.rs", None, Some("src/a.rs")),
            ("./src/../a%20b.rs", None, Some("a b.rs")),
            ("file:///home/ann/w/src/a.rs", None, Some("src/a.rs")),
            ("file://host/home/ann/w/a", None, Some("a")),
            ("/home/ann/w/a", None, Some("a")),
            ("a.rs", Some("file:///home/ann/w/src/"), Some("src/a.rs")),
            ("a.rs", Some("file:///home/ann/w/src"), Some("src/a.rs")),
            ("a.rs", Some("%SRCROOT%"), Some("a.rs")),
            ("a.rs", Some("src"), Some("src/a.rs")),
            ("a.rs", Some("https://evil.example/"), Some("a.rs")),
            ("../other/a", None, None),
            ("%2e%2e/other/a", None, None),
            ("../../../../../../etc/passwd", None, None),
            ("/etc/passwd", None, None),
            ("file:///etc/passwd", None, None),
            ("a.rs", Some("file:///etc/"), None),
            ("https://evil.example/a", None, None),
            ("command:evil", None, None),
            ("C:/code/proj/src/a.rs", None, None),
            ("C:\\code\\proj\\src\\a.rs", None, None),
            ("file:///C:/code/proj/src/a.rs", None, None),
            ("\\\\server\\share\\src\\a.rs", None, None),
            ("a.rs", Some("file:///C:/code/proj/"), None),
            ("", None, None),
            (".", None, None),
        ] {
            assert_eq!(path(uri, base, &[]).as_deref(), expected, "{uri}");
        }
    }

    #[test]
    fn an_address_of_elsewhere_counts_where_its_end_is_in_the_workspace() {
        let files = ["Dockerfile", "src/main.c", "src/deep/main.c", "odd\\name.c"];
        for (uri, base, expected) in [
            // A base that is the top of a container's file system.
            ("Dockerfile", Some("file:///"), Some("Dockerfile")),
            ("src/main.c", Some("file:///"), Some("src/main.c")),
            // A build machine's folder.
            ("src/main.c", Some("file:///home/runner/code/proj/proj/"), Some("src/main.c")),
            ("file:///github/workspace/src/deep/main.c", None, Some("src/deep/main.c")),
            ("proj/src/main.c", None, Some("src/main.c")),
            // Another kind of machine.
            ("C:/code/proj/src/main.c", None, Some("src/main.c")),
            ("C:\\code\\proj\\src\\main.c", None, Some("src/main.c")),
            ("file:///C:/code/proj/src/main.c", None, Some("src/main.c")),
            ("\\\\server\\share\\src\\main.c", None, Some("src/main.c")),
            ("src\\main.c", None, Some("src/main.c")),
            ("main.c", Some("file:///C:/code/proj/src/"), Some("src/main.c")),
            ("main.c", Some("file:///C:/code/proj/"), None),
            // A name of its own.
            ("odd\\name.c", None, Some("odd\\name.c")),
            // The name alone says too little, and nothing leads out.
            ("/etc/Dockerfile", None, None),
            ("file:///x/../src/main.c", None, None),
            ("/etc/passwd", None, None),
        ] {
            assert_eq!(path(uri, base, &files).as_deref(), expected, "{uri}");
        }
    }
}
