//! Answers that came with a tag: asked for again, they cross the line only if they changed.

use std::collections::HashMap;

use bytes::Bytes;
use hyper::{HeaderMap, header, header::HeaderValue};

/// What is kept: how many answers, and in bytes.
const MAX_KEPT: usize = 256;
const MAX_KEPT_LEN: usize = 16 * 1024 * 1024;

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// Where it came from, once every redirect was followed: path and query, from the host's top on.
    pub(super) path: String,
    pub(super) body: Bytes,
    /// What to ask next for the rest of a list: path and query.
    pub(super) next: Option<String>,
}

/// What is kept of one forge, by path.
#[derive(Default)]
pub(super) struct Cache {
    kept: HashMap<String, Kept>,
    len: usize,
}

struct Kept {
    tag: HeaderValue,
    answer: Answer,
}

impl Cache {
    pub(super) fn tag(&self, path: &str) -> Option<HeaderValue> {
        self.kept.get(path).map(|kept| kept.tag.clone())
    }

    pub(super) fn answer(&self, path: &str) -> Option<&Answer> {
        self.kept.get(path).map(|kept| &kept.answer)
    }

    pub(super) fn clear(&mut self) {
        self.kept.clear();
        self.len = 0;
    }

    /// Keeps an answer, if it came with a tag.
    pub(super) fn keep(&mut self, headers: &HeaderMap, answer: &Answer) {
        let Some(tag) = headers.get(header::ETAG) else { return };
        // Half a document that somebody on the way cut off would be taken for the whole from then on.
        if serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body).is_err() {
            return;
        }
        if self.kept.len() >= MAX_KEPT || self.len + answer.body.len() > MAX_KEPT_LEN {
            self.clear();
        }
        self.len += answer.body.len();
        let kept = Kept { tag: tag.clone(), answer: answer.clone() };
        if let Some(old) = self.kept.insert(answer.path.clone(), kept) {
            self.len -= old.answer.body.len();
        }
    }
}
