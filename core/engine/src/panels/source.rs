//! Which source a panel is made from, and what the engine feeds it.

use std::{path::PathBuf, sync::Arc};

use jumpseat_panels::PanelKind;
use jumpseat_sources::{
    Findings, FindingsFeed, Forge, ForgeSetup, Git, History, HistoryFeed, Log, LogFeed, Source,
};

use crate::{
    face::{Failure, FailureKind, PanelOptions},
    transport::Reach,
};

/// What the engine feeds a panel.
pub(crate) enum Feed {
    /// It looks for itself.
    None,
    History(HistoryFeed),
    Log(LogFeed),
    Findings(FindingsFeed),
}

/// The source of a panel, and its feed.
pub(crate) fn of(options: &PanelOptions) -> Result<(Box<dyn Source>, Feed), Failure> {
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
        PanelKind::Review => (Box::new(forge(options)?.review()), Feed::None),
        PanelKind::Issue => (Box::new(forge(options)?.issue()), Feed::None),
    })
}

/// The forge of a panel's workspace, reached as relays are.
fn forge(options: &PanelOptions) -> Result<Forge, Failure> {
    Ok(Forge::new(folder(options)?, ForgeSetup::new(Arc::new(Reach::default()))))
}

/// The workspace that a panel is of: an absolute path, since an engine may run anywhere.
fn folder(options: &PanelOptions) -> Result<PathBuf, Failure> {
    let folder = options.folder.clone().filter(|folder| folder.is_absolute());
    folder.ok_or_else(|| {
        Failure::new(FailureKind::Misused, format!("{} needs to know of which folder", options.panel))
            .hint("name the workspace's folder by its whole path")
    })
}
