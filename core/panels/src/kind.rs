//! The panels that there are.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// One of the panels.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PanelKind {
    /// What is changed in the workspace's repositories.
    Git,
    /// The commands of the shared terminals.
    History,
    /// What happened in the session, and the log files that the host names.
    Log,
    /// The pull or merge request of the branch.
    Review,
    /// The issues that it is about.
    Issue,
    /// What tools found in the code.
    Findings,
}

impl PanelKind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Git, Self::History, Self::Log, Self::Review, Self::Issue, Self::Findings];

    /// Its number on the wire, from 1 on.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The panel of that number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// Its name as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::History => "history",
            Self::Log => "log",
            Self::Review => "review",
            Self::Issue => "issue",
            Self::Findings => "findings",
        }
    }
}

impl fmt::Display for PanelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no panel of that name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("unknown panel; expected git, history, log, review, issue or findings")]
pub struct UnknownPanel;

impl FromStr for PanelKind {
    type Err = UnknownPanel;

    fn from_str(name: &str) -> Result<Self, UnknownPanel> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(UnknownPanel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_lead_back() {
        for kind in PanelKind::ALL {
            assert_eq!(PanelKind::from_number(kind.number()), Some(kind));
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
        assert_eq!(PanelKind::ALL.map(PanelKind::number), [1, 2, 3, 4, 5, 6]);
        assert_eq!(PanelKind::from_number(0), None);
        assert_eq!("GIT".parse::<PanelKind>(), Err(UnknownPanel));
    }
}
