//! Which source a panel is made from, and what the engine feeds it.

use std::path::PathBuf;

use jumpseat_panels::PanelKind;
use jumpseat_sources::{Findings, FindingsFeed, Forge, Git, History, HistoryFeed, Log, LogFeed, Source};

use super::forges::Forges;
use crate::api::{ApiError, ApiErrorKind, PanelOptions};

/// What the engine feeds a panel.
pub(crate) enum Feed {
    /// It looks for itself.
    None,
    History(HistoryFeed),
    Log(LogFeed),
    Findings(FindingsFeed),
    /// It asks by itself, and its workspace's other panel comes from it, too.
    Forge(Forge),
}

/// The source of a panel, and its feed; `fed` are those of the panels that are shared.
pub(crate) fn of<'a>(
    options: &PanelOptions,
    forges: &Forges,
    fed: impl Iterator<Item = &'a Feed>,
) -> Result<(Box<dyn Source>, Feed), ApiError> {
    let files = || options.files.clone();
    Ok(match options.panel {
        PanelKind::Git => (Box::new(Git::new(folder(options)?)), Feed::None),
        PanelKind::History => {
            let (history, feed) = History::new();
            (Box::new(history), Feed::History(feed))
        }
        PanelKind::Log => {
            let (log, feed) = Log::new(files());
            (Box::new(log), Feed::Log(feed))
        }
        PanelKind::Findings => {
            let (findings, feed) = Findings::new(folder(options)?, files());
            (Box::new(findings), Feed::Findings(feed))
        }
        PanelKind::Review | PanelKind::Issue => {
            let at_work =
                fed.filter_map(|feed| if let Feed::Forge(forge) = feed { Some(forge) } else { None });
            let forge = forges.of(folder(options)?, &options.forges, at_work);
            let is_review = options.panel == PanelKind::Review;
            let panel = if is_review { forge.review() } else { forge.issue() };
            (Box::new(panel), Feed::Forge(forge))
        }
    })
}

/// The workspace that a panel is of: an absolute path, since an engine may run anywhere.
fn folder(options: &PanelOptions) -> Result<PathBuf, ApiError> {
    let folder = options.folder.clone().filter(|folder| folder.is_absolute());
    folder.ok_or_else(|| {
        ApiError::new(ApiErrorKind::Misused, format!("{} needs to know of which folder", options.panel))
            .hint("name the workspace's folder by its whole path")
    })
}
