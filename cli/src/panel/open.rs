//! What is behind a row: contents are fetched and shown as text or as a difference.

use jumpseat_engine::api::{
    ApiError, ApiErrorKind, Commands, Content, GuestCommand, Reply,
    panels::{PanelKind, ReferenceId, Version},
};

use super::{Diff, DiffRequest, Row, RowTarget, Rows, StyledLine};
use crate::error::CliError;

/// Where contents come from: a seat, of this process or of another one.
pub(crate) struct Contents(pub(crate) Commands<GuestCommand>);

/// What was behind a row.
pub(crate) enum Opened {
    Diffs(Vec<Diff>),
    Text { title: String, text: String },
}

impl Contents {
    async fn fetch(&mut self, panel: PanelKind, reference: ReferenceId) -> Result<Vec<u8>, CliError> {
        let content = match self.0.ask(GuestCommand::Fetch { panel, reference, tag: 0 }).await? {
            Reply::Content(content) => Some(content),
            _ => None,
        };
        let bytes = content.and_then(Content::into_bytes);
        bytes.ok_or_else(|| ApiError::new(ApiErrorKind::System, "the seat gave an unexpected reply").into())
    }

    /// A version's content; what has none is empty.
    async fn version(&mut self, version: Option<&Version>) -> Result<Vec<u8>, CliError> {
        match version.and_then(|version| version.content.as_ref()) {
            Some(content) => self.fetch(PanelKind::Git, content.id.clone()).await,
            None => Ok(Vec::new()),
        }
    }
}

/// Fetches what is behind a row.
pub(crate) async fn open(opens: RowTarget, contents: &mut Contents) -> Result<Opened, CliError> {
    match opens {
        RowTarget::Text { title, panel, reference } => {
            let bytes = contents.fetch(panel, reference).await?;
            Ok(Opened::Text { title, text: String::from_utf8_lossy(&bytes).into_owned() })
        }
        RowTarget::Diffs(wanted) => {
            let mut diffs = Vec::new();
            for wanted in wanted {
                diffs.push(compare(wanted, contents).await?);
            }
            Ok(Opened::Diffs(diffs))
        }
    }
}

async fn compare(wanted: DiffRequest, contents: &mut Contents) -> Result<Diff, CliError> {
    if let Some(note) = wanted.note() {
        return Ok(Diff::noted(wanted, note));
    }
    let before = contents.version(wanted.before.as_ref()).await?;
    let after = contents.version(wanted.after.as_ref()).await?;
    // Beside what draws: large contents take their time.
    let compared = tokio::task::spawn_blocking(move || Diff::of(wanted, &before, &after)).await;
    compared.map_err(|error| CliError::system("comparing", error))
}

impl Opened {
    /// What it is of, for a page that shows nothing else of that.
    fn title(&self) -> Option<Row> {
        match self {
            Self::Diffs(_) => None,
            Self::Text { title, .. } => Some(StyledLine::new().bold(title).into()),
        }
    }

    /// As a page shows it, made one after the other.
    pub(crate) fn rows(&self) -> Box<dyn Iterator<Item = Row> + '_> {
        match self {
            Self::Diffs(diffs) => Box::new(diffs.iter().enumerate().flat_map(|(nth, diff)| {
                let gap = (nth > 0).then(|| Row::from(StyledLine::new()));
                gap.into_iter().chain(diff.rows())
            })),
            Self::Text { text, .. } => {
                Box::new(text.lines().map(|line| StyledLine::new().plain(line).into()))
            }
        }
    }

    /// The same with what it is of, as much as anybody scrolls through.
    pub(crate) fn page(&self) -> Vec<Row> {
        let mut rows = Rows::default();
        rows.extend(self.title());
        rows.extend(self.rows());
        rows.into_vec()
    }
}
