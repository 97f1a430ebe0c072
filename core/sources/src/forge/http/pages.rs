//! Lists, read page by page.

use hyper::{HeaderMap, header};
use serde::de::DeserializeOwned;

use super::{
    HttpError,
    client::{Http, read},
};

/// Most pages of one list that are read, and most that is kept of it.
pub(in crate::forge) const MAX_PAGES: usize = 5;
const MAX_LISTED: usize = 100 * MAX_PAGES;

/// A list, as far as it was read.
#[derive(Debug)]
pub(in crate::forge) struct Listed<T> {
    pub(in crate::forge) items: Vec<T>,
    /// Whether that is all of it.
    pub(in crate::forge) is_whole: bool,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { items: Vec::new(), is_whole: true }
    }
}

/// A page of a list: the items, or an object that has them.
pub(in crate::forge) trait Page: DeserializeOwned {
    type Item;

    fn items(self) -> Vec<Self::Item>;
}

impl<T: DeserializeOwned> Page for Vec<T> {
    type Item = T;

    fn items(self) -> Self {
        self
    }
}

impl Http {
    /// All pages of a list, up to a bound.
    pub(in crate::forge) async fn all<P: Page>(&mut self, path: &str) -> Result<Listed<P::Item>, HttpError> {
        Ok(self.pages::<P>(path).await?.0)
    }

    /// The same, and its first page is probed from now on.
    pub(in crate::forge) async fn all_and_probe<T: DeserializeOwned + PartialEq>(
        &mut self,
        path: &str,
    ) -> Result<Listed<T>, HttpError> {
        let (found, first) = self.pages::<Vec<T>>(path).await?;
        self.probes.add::<Vec<T>>(&first);
        Ok(found)
    }

    /// A list, and where its first page came from.
    async fn pages<P: Page>(&mut self, path: &str) -> Result<(Listed<P::Item>, String), HttpError> {
        let answer = self.answer(path).await?;
        let (mut items, mut next) = (read::<P>(&answer)?.items(), answer.next);
        for _ in 1..MAX_PAGES {
            let Some(path) = next.take_if(|_| items.len() < MAX_LISTED) else { break };
            let answer = self.answer(&path).await?;
            items.extend(read::<P>(&answer)?.items());
            next = answer.next;
        }
        let is_whole = next.is_none() && items.len() <= MAX_LISTED;
        // A page can hold more than was asked for.
        items.truncate(MAX_LISTED);
        Ok((Listed { items, is_whole }, answer.path))
    }

    /// The rest of a list, if it is at this forge, too.
    pub(super) fn next(&self, headers: &HeaderMap, path: &str) -> Option<String> {
        if let Some(links) = headers.get(header::LINK).and_then(|links| links.to_str().ok()) {
            let next = links.split(',').find(|link| link.contains("rel=\"next\""))?;
            let target = next.split(['<', '>']).nth(1)?;
            // Without what stands before every path: that comes again.
            return self.within(target)?.strip_prefix(&self.prefix).map(str::to_owned);
        }
        let page: u32 = headers.get("x-next-page")?.to_str().ok()?.parse().ok()?;
        let path = path.strip_prefix(&self.prefix)?;
        let (place, query) = path.split_once('?').unwrap_or((path, ""));
        let query: Vec<&str> =
            query.split('&').filter(|part| !part.is_empty() && !part.starts_with("page=")).collect();
        Some(format!("{place}?{}&page={page}", query.join("&")))
    }
}
