//! Where a finding is, as tools write it, as a path of the workspace.

use std::path::{Component, Path, PathBuf};

/// The path from the workspace's folder on, with `/`; nothing for what lies elsewhere. `base` is what the address
/// is relative to, where a report says so.
pub(super) fn in_workspace(uri: &str, base: Option<&str>, folder: &Path) -> Option<String> {
    let place = absolute(uri).or_else(|| {
        let relative = decoded(uri.split(['?', '#']).next()?);
        let base = base.and_then(absolute).unwrap_or_else(|| folder.to_owned());
        // An address with another scheme is no file.
        (!has_scheme(uri)).then(|| base.join(relative))
    })?;
    let place = tidied(&place)?;
    let inside = place.strip_prefix(folder).ok()?;
    let parts: Option<Vec<&str>> = inside.components().map(|part| part.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/")).filter(|path| !path.is_empty())
}

/// `file:///x`, `file:/x`, or a plain absolute path.
fn absolute(uri: &str) -> Option<PathBuf> {
    let path = match uri.get(..5) {
        Some(scheme) if scheme.eq_ignore_ascii_case("file:") => {
            let rest = &uri[5..];
            let rest = match rest.strip_prefix("//") {
                // A host may stand before the path.
                Some(rest) => &rest[rest.find('/')?..],
                None => rest,
            };
            decoded(rest)
        }
        _ => uri.to_owned(),
    };
    let windows = path.trim_start_matches('/');
    let drive = windows.as_bytes().get(1) == Some(&b':');
    if cfg!(windows) && drive {
        return Some(PathBuf::from(windows));
    }
    Path::new(&path).is_absolute().then(|| PathBuf::from(path))
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

    #[test]
    fn only_files_of_the_workspace_have_a_path() {
        let folder = Path::new("/home/ann/w");
        for (uri, base, expected) in [
            ("src/a.rs", None, Some("src/a.rs")),
            ("./src/../a%20b.rs", None, Some("a b.rs")),
            ("file:///home/ann/w/src/a.rs", None, Some("src/a.rs")),
            ("file://host/home/ann/w/a", None, Some("a")),
            ("/home/ann/w/a", None, Some("a")),
            ("a.rs", Some("file:///home/ann/w/src/"), Some("src/a.rs")),
            ("a.rs", Some("%SRCROOT%"), Some("a.rs")),
            ("../other/a", None, None),
            ("%2e%2e/other/a", None, None),
            ("../../../../../../etc/passwd", None, None),
            ("/etc/passwd", None, None),
            ("file:///etc/passwd", None, None),
            ("a.rs", Some("file:///etc/"), None),
            ("https://evil.example/a", None, None),
            ("command:evil", None, None),
            ("", None, None),
            (".", None, None),
        ] {
            assert_eq!(in_workspace(uri, base, folder).as_deref(), expected, "{uri}");
        }
    }
}
