//! Hyperlinks (OSC 8), interned and bounded.

use std::collections::HashMap;

/// Longest URI kept, in bytes, about as long as terminals take one; text under a longer one is shown without a link.
pub const MAX_URI: usize = 2048;
const MAX_ID: usize = 256;
/// Most links alive at a time.
const MAX_LINKS: usize = 4096;
/// Most bytes of links alive at a time.
const MAX_BYTES: usize = 256 * 1024;

/// Terminals open other schemes (`file:`, `vscode:`) with local programs.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// Where a run of cells leads: into the web, or to a mail address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    id: Option<String>,
    uri: String,
}

impl Link {
    /// A link that a terminal may offer, wherever it comes from: `None` for a URI with another scheme than `http`, `https` or
    /// `mailto`, and for what is too long or could end the sequence that names it.
    #[must_use]
    pub fn new(id: Option<&str>, uri: &str) -> Option<Self> {
        let scheme = uri.split_once(':')?.0;
        let leads_out = SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
        let fits = uri.len() <= MAX_URI && !uri.contains(char::is_control);
        // `;` ends the parameters and `:` one of them.
        let ends = |letter: char| letter.is_control() || matches!(letter, ';' | ':');
        let named = id.is_none_or(|id| !id.is_empty() && id.len() <= MAX_ID && !id.contains(ends));
        (leads_out && fits && named).then(|| Self { id: id.map(str::to_owned), uri: uri.to_owned() })
    }

    /// Reads the parameters and the URI of an OSC 8 that opens a link.
    pub(crate) fn parse(params: &str, uri: &str) -> Option<Self> {
        let id = params.trim().split(':').find_map(|param| param.strip_prefix("id="));
        Self::new(id.filter(|id| !id.is_empty()), uri)
    }

    /// The `id=` parameter: runs with the same id and URI are one link.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The target. Show it before opening it.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    fn len(&self) -> usize {
        self.uri.len() + self.id.as_ref().map_or(0, String::len)
    }
}

/// Interned links. Index 0 means none.
#[derive(Clone, Debug, Default)]
pub(crate) struct LinkTable {
    links: Vec<Option<Link>>,
    index: HashMap<Link, u32>,
    bytes: usize,
}

impl LinkTable {
    /// The link behind an index of a style.
    pub(crate) fn link(&self, index: u32) -> Option<&Link> {
        self.links.get((index as usize).checked_sub(1)?)?.as_ref()
    }

    /// The index of a link, or the link back when the table must be swept first.
    pub(crate) fn intern(&mut self, link: Link) -> Result<u32, Link> {
        if let Some(&found) = self.index.get(&link) {
            return Ok(found);
        }
        if self.bytes + link.len() > MAX_BYTES {
            return Err(link);
        }
        let slot = match self.links.iter().position(Option::is_none) {
            Some(slot) if self.links.len() >= MAX_LINKS => slot,
            _ if self.links.len() < MAX_LINKS => {
                self.links.push(None);
                self.links.len() - 1
            }
            _ => return Err(link),
        };
        self.bytes += link.len();
        self.links[slot] = Some(link.clone());
        self.index.insert(link, slot as u32 + 1);
        Ok(slot as u32 + 1)
    }

    /// Forgets every link that `used` (by index) does not mark.
    pub(crate) fn sweep(&mut self, used: &[bool]) {
        for (slot, link) in self.links.iter_mut().enumerate() {
            if !used.get(slot + 1).copied().unwrap_or(false)
                && let Some(link) = link.take()
            {
                self.bytes -= link.len();
                self.index.remove(&link);
            }
        }
    }

    /// Number of links.
    pub(crate) fn count(&self) -> usize {
        self.index.len()
    }

    /// Number of slots, used or free.
    pub(crate) fn len(&self) -> usize {
        self.links.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_into_the_web_or_nowhere() {
        for uri in ["http://a/", "HTTPS://a/b;c", "mailto:a@b.example"] {
            assert_eq!(Link::new(None, uri).map(|link| link.uri), Some(uri.to_owned()));
        }
        let long = format!("http://{}", "a".repeat(MAX_URI));
        let refused = [
            "",
            "http",
            "file:///etc/passwd",
            "vscode://x/y",
            "command:x",
            " http://a",
            "javascript:x",
            "http\x1b://a",
            "http://a\x07",
            "http://a\u{9c}",
            "http://a\x7f",
            &long,
        ];
        for uri in refused {
            assert_eq!(Link::new(None, uri), None, "{uri:?}");
        }
        for id in ["", "a;file:", "a:b", "\x1b", "\u{9c}", &"a".repeat(MAX_ID + 1)] {
            assert_eq!(Link::new(Some(id), "http://a"), None, "{id:?}");
        }
        assert!(Link::new(Some("a b"), "http://a").is_some());
    }

    #[test]
    fn the_table_is_bounded_in_bytes_and_frees_what_is_swept() {
        let mut table = LinkTable::default();
        let link = |n: usize| Link::new(None, &format!("http://{n:02000}")).expect("a link");
        let kept = (0..MAX_LINKS).take_while(|n| table.intern(link(*n)).is_ok()).count();
        assert_eq!(kept, MAX_BYTES / link(0).len());
        table.sweep(&[]);
        assert!((0..kept).all(|n| table.intern(link(n)).is_ok()));
    }
}
