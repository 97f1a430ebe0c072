//! Characters with combining marks, interned as a bounded trie: each node is a prefix plus one mark.

use crate::cell::Printable;
use crate::style::WordMap;

/// Most marks kept on one character; further ones are dropped.
pub(crate) const MAX_MARKS: u8 = 31;
/// Most nodes alive at a time.
const MAX_NODES: usize = 1 << 15;

#[derive(Clone, Copy, Debug)]
struct Node {
    /// A code point, or `CLUSTER | index` of another node.
    prefix: u32,
    mark: u32,
    marks: u8,
}

const CLUSTER: u32 = 1 << 31;

/// Interned clusters.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClusterTable {
    nodes: Vec<Node>,
    index: WordMap<u64, u32>,
}

/// Why a mark could not be added.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The character carries [`MAX_MARKS`] already.
    TooLong,
    /// The table must be swept first.
    Full,
}

impl ClusterTable {
    /// The cluster made of a code point and one mark.
    pub(crate) fn pair(&mut self, base: Printable, mark: Printable) -> Result<u32, Refused> {
        self.node(Node { prefix: base.code(), mark: mark.code(), marks: 1 })
    }

    /// The cluster made of another cluster and one more mark.
    pub(crate) fn append(&mut self, cluster: u32, mark: Printable) -> Result<u32, Refused> {
        let marks = self.nodes.get(cluster as usize).map_or(0, |node| node.marks);
        if marks >= MAX_MARKS {
            return Err(Refused::TooLong);
        }
        self.node(Node { prefix: CLUSTER | cluster, mark: mark.code(), marks: marks + 1 })
    }

    fn node(&mut self, node: Node) -> Result<u32, Refused> {
        let key = u64::from(node.prefix) << 32 | u64::from(node.mark);
        if let Some(&found) = self.index.get(&key) {
            return Ok(found);
        }
        if self.nodes.len() >= MAX_NODES {
            return Err(Refused::Full);
        }
        let new = self.nodes.len() as u32;
        self.nodes.push(node);
        self.index.insert(key, new);
        Ok(new)
    }

    /// The code points of a cluster, the base first.
    pub(crate) fn codes(&self, cluster: u32) -> Vec<u32> {
        let mut codes = Vec::new();
        let mut next = CLUSTER | cluster;
        while next & CLUSTER != 0 {
            // Prefixes always have smaller indices, so this ends.
            let Some(node) = self.nodes.get((next & !CLUSTER) as usize) else { break };
            codes.push(node.mark);
            next = node.prefix;
        }
        if next & CLUSTER == 0 {
            codes.push(next);
        }
        codes.reverse();
        codes
    }

    /// Number of nodes.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }
}
