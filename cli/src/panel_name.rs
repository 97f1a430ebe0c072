//! What panels are called on the command line and in the configuration.

use clap::ValueEnum;
use jumpseat_engine::api::panels::PanelKind;
use jumpseat_panels::outline::about;

/// A panel's name on the command line.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PanelName {
    #[value(help = about(PanelKind::Git))]
    Git,
    #[value(help = about(PanelKind::History))]
    History,
    #[value(help = about(PanelKind::Log))]
    Log,
    #[value(help = about(PanelKind::Review))]
    #[value(alias = "review")]
    #[serde(alias = "review")]
    Pr,
    #[value(help = about(PanelKind::Issue))]
    Issue,
    #[value(help = about(PanelKind::Findings))]
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
