//! What panels are called on the command line and in the configuration.

use clap::ValueEnum;
use jumpseat_engine::api::panels::PanelKind;

/// A panel's name on the command line.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PanelName {
    /// Files that differ in git, with their contents
    Git,
    /// The commands of the terminal, with what they printed
    History,
    /// Who came, typed and ran what; and log files
    Log,
    /// The pull request of the branch, with its threads
    #[value(alias = "review")]
    #[serde(alias = "review")]
    Pr,
    /// What the branch is about
    Issue,
    /// What tools found in the code
    Findings,
}

impl PanelName {
    pub(crate) fn kind(self) -> PanelKind {
        match self {
            Self::Git => PanelKind::Git,
            Self::History => PanelKind::History,
            Self::Log => PanelKind::Log,
            Self::Pr => PanelKind::Review,
            Self::Issue => PanelKind::Issue,
            Self::Findings => PanelKind::Findings,
        }
    }
}

/// The name of a panel as the command line has it.
pub(crate) fn panel_name(kind: PanelKind) -> &'static str {
    if kind == PanelKind::Review { "pr" } else { kind.name() }
}
