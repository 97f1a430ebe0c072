//! Which source a panel is made from.

use std::path::PathBuf;

use jumpseat_panels::PanelKind;
use jumpseat_sources::{Git, Source};

use crate::face::{Failure, FailureKind, PanelOptions};

/// The source of a panel.
pub(crate) fn of(options: &PanelOptions) -> Result<Box<dyn Source>, Failure> {
    Ok(match options.panel {
        PanelKind::Git => Box::new(Git::new(folder(options)?)),
        other => {
            let message = format!("{other} cannot be shared yet");
            return Err(Failure::new(FailureKind::Misused, message));
        }
    })
}

/// The workspace that a panel is of: an absolute path, since an engine may run anywhere.
fn folder(options: &PanelOptions) -> Result<PathBuf, Failure> {
    let folder = options.folder.clone().filter(|folder| folder.is_absolute());
    folder.ok_or_else(|| {
        Failure::new(FailureKind::Misused, format!("{} needs to know of which folder", options.panel))
            .hint("name the workspace's folder by its whole path")
    })
}
