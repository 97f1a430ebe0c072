//! What guests are to see beside the terminal: the options of `share` and `panels share`.

use std::path::{Path, PathBuf, absolute};

use clap::{Args, ValueEnum as _};
use jumpseat_engine::face::{PanelOptions, panels::PanelKind};

use super::panel::PanelWord;
use crate::{config::Config, error::Fault};

/// What is shared unless something else is asked for: both tell nothing that the terminal does not show.
const DEFAULT: [PanelKind; 2] = [PanelKind::History, PanelKind::Log];

/// Which panels, and of what.
#[derive(Args, Clone, Debug)]
pub(super) struct PanelArguments {
    /// A panel that guests see, read-only; repeat it for more [default: history and log]
    #[arg(long = "panel", value_name = "git|history|log|pr|issue|findings|all|none", value_parser = parse)]
    panels: Vec<Choice>,
    #[command(flatten)]
    pub(super) workspace: Workspace,
}

/// What panels are of.
#[derive(Args, Clone, Debug)]
pub(super) struct Workspace {
    /// The folder that git, pr, issue and findings are of [default: the current one]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// A log file whose lines the log shows as well
    #[arg(long = "log", value_name = "FILE")]
    logs: Vec<PathBuf>,
    /// A SARIF report, or a folder with such, that the findings show
    #[arg(long = "sarif", value_name = "PATH")]
    reports: Vec<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Choice {
    One(PanelKind),
    All,
    None,
}

fn parse(text: &str) -> Result<Choice, String> {
    match text {
        "all" => Ok(Choice::All),
        "none" => Ok(Choice::None),
        text => PanelWord::from_str(text, false)
            .map(|word| Choice::One(word.kind()))
            .map_err(|_| format!("there is no panel `{text}`")),
    }
}

impl PanelArguments {
    /// How each panel is to be shared.
    pub(super) fn options(&self, config: &Config) -> Result<Vec<PanelOptions>, Fault> {
        let folder = self.workspace.folder()?;
        let kinds = self.kinds(config);
        kinds.into_iter().map(|kind| self.workspace.options(kind, &folder, config)).collect()
    }

    /// How any further one is.
    pub(super) fn share_more(&self, config: &Config) -> Result<ShareMore, Fault> {
        let folder = self.workspace.folder()?;
        Ok(ShareMore { workspace: self.workspace.clone(), folder, config: config.clone() })
    }

    fn kinds(&self, config: &Config) -> Vec<PanelKind> {
        let asked = |kind| {
            self.panels.iter().any(|choice| matches!(choice, Choice::All) || *choice == Choice::One(kind))
        };
        let usual = |kind| match &config.panels {
            Some(panels) => panels.iter().any(|word| word.kind() == kind),
            None => DEFAULT.contains(&kind),
        };
        let named = |kind| match kind {
            PanelKind::Log => !self.workspace.logs.is_empty(),
            PanelKind::Findings => !self.workspace.reports.is_empty(),
            _ => false,
        };
        let chosen = |kind| if self.panels.is_empty() { usual(kind) } else { asked(kind) };
        PanelKind::ALL.into_iter().filter(|kind| chosen(*kind) || named(*kind)).collect()
    }
}

/// How panels are shared that were not asked for at the start.
#[derive(Clone, Debug)]
pub(super) struct ShareMore {
    workspace: Workspace,
    folder: PathBuf,
    config: Config,
}

impl ShareMore {
    pub(super) fn options_of(&self, kind: PanelKind) -> Result<PanelOptions, Fault> {
        self.workspace.options(kind, &self.folder, &self.config)
    }
}

impl Workspace {
    /// The folder, by its whole path.
    pub(super) fn folder(&self) -> Result<PathBuf, Fault> {
        let named = self.folder.as_deref().unwrap_or(Path::new("."));
        let folder =
            named.canonicalize().map_err(|error| Fault::usage(format!("{}: {error}", named.display())))?;
        if folder.is_dir() {
            Ok(folder)
        } else {
            Err(Fault::usage(format!("{} is no folder", named.display())))
        }
    }

    /// How a panel of it is shared.
    pub(super) fn options(
        &self,
        kind: PanelKind,
        folder: &Path,
        config: &Config,
    ) -> Result<PanelOptions, Fault> {
        let files = match kind {
            PanelKind::Log => &self.logs[..],
            PanelKind::Findings => &self.reports,
            _ => &[],
        };
        let whole = |path: &PathBuf| {
            absolute(path).map_err(|error| Fault::usage(format!("{}: {error}", path.display())))
        };
        let mut options = PanelOptions::new(kind, Some(folder.to_owned()));
        options.files = files.iter().map(whole).collect::<Result<_, _>>()?;
        options.forges.clone_from(&config.forges);
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(panels: &[&str], logs: &[&str], reports: &[&str]) -> PanelArguments {
        let paths = |paths: &[&str]| paths.iter().map(PathBuf::from).collect();
        PanelArguments {
            panels: panels.iter().map(|panel| parse(panel).unwrap()).collect(),
            workspace: Workspace { folder: None, logs: paths(logs), reports: paths(reports) },
        }
    }

    #[test]
    fn what_is_asked_for_is_shared_and_nothing_else() {
        use PanelKind::{Findings, Git, History, Log, Review};
        let config = Config::default();
        assert_eq!(arguments(&[], &[], &[]).kinds(&config), [History, Log]);
        assert_eq!(arguments(&["git", "pr"], &[], &[]).kinds(&config), [Git, Review]);
        assert_eq!(arguments(&["review"], &[], &[]).kinds(&config), [Review]);
        assert_eq!(arguments(&["none"], &[], &[]).kinds(&config), []);
        assert_eq!(arguments(&["none"], &["a.log"], &["out"]).kinds(&config), [Log, Findings]);
        assert_eq!(arguments(&["all"], &[], &[]).kinds(&config), PanelKind::ALL);
        let config = Config { panels: Some(vec![PanelWord::Git]), ..Config::default() };
        assert_eq!(arguments(&[], &[], &[]).kinds(&config), [Git]);
        assert_eq!(arguments(&["log"], &[], &[]).kinds(&config), [Log]);
        assert!(parse("gti").is_err());
    }

    #[test]
    fn files_go_by_their_whole_paths_to_the_panel_that_shows_them() {
        let options = arguments(&["all"], &["a.log"], &["out.sarif"]).options(&Config::default()).unwrap();
        for options in options {
            assert!(options.folder.as_ref().is_some_and(|folder| folder.is_absolute()));
            let names: Vec<_> = options.files.iter().map(|file| file.file_name().unwrap()).collect();
            match options.panel {
                PanelKind::Log => assert_eq!(names, ["a.log"]),
                PanelKind::Findings => assert_eq!(names, ["out.sarif"]),
                _ => assert!(names.is_empty()),
            }
            assert!(options.files.iter().all(|file| file.is_absolute()));
        }
    }
}
