//! What guests are to see next to the terminal: the options of `share` and `panels share`.

use std::path::{Component, Path, PathBuf, absolute};

use clap::{Args, ValueEnum as _};
use jumpseat_engine::api::{PanelOptions, panels::PanelKind};

use crate::{config::Config, error::CliError, panel_name::PanelName};

/// What is shared unless something else is asked for: what is done in the shared terminal, and by whom.
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
        text => PanelName::from_str(text, false)
            .map(|word| Choice::One(word.kind()))
            .map_err(|_| format!("there is no panel `{text}`")),
    }
}

impl PanelArguments {
    /// How each panel is to be shared.
    pub(super) fn options(&self, config: &Config) -> Result<Vec<PanelOptions>, CliError> {
        self.kinds(config).into_iter().map(|kind| self.workspace.options(kind, config)).collect()
    }

    /// How any further one is.
    pub(super) fn share_more(&self, config: &Config) -> ShareMore {
        ShareMore { workspace: self.workspace.clone(), config: config.clone() }
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
    config: Config,
}

impl ShareMore {
    pub(super) fn options_of(&self, kind: PanelKind) -> Result<PanelOptions, CliError> {
        self.workspace.options(kind, &self.config)
    }
}

impl Workspace {
    /// The folder, by its whole path.
    pub(super) fn folder(&self) -> Result<PathBuf, CliError> {
        let named = self.folder.as_deref().unwrap_or(Path::new("."));
        let folder =
            named.canonicalize().map_err(|error| CliError::usage(format!("{}: {error}", named.display())))?;
        if folder.is_dir() {
            Ok(folder)
        } else {
            Err(CliError::usage(format!("{} is not a directory", named.display())))
        }
    }

    /// How a panel of it is shared.
    pub(super) fn options(&self, kind: PanelKind, config: &Config) -> Result<PanelOptions, CliError> {
        let files = match kind {
            PanelKind::Log => &self.logs[..],
            PanelKind::Findings => &self.reports,
            _ => &[],
        };
        let needs_folder = !matches!(kind, PanelKind::History | PanelKind::Log);
        let mut options = PanelOptions::new(kind, needs_folder.then(|| self.folder()).transpose()?);
        options.files = files.iter().map(|file| whole(file)).collect::<Result<_, _>>()?;
        options.forges.clone_from(&config.forges);
        Ok(options)
    }
}

/// The whole path of a file that guests are to see. What is named from here on has to be here: a repository's link could
/// lead to anything of its person's.
fn whole(path: &Path) -> Result<PathBuf, CliError> {
    let fault = |error| CliError::usage(format!("{}: {error}", path.display()));
    let named = absolute(path).map_err(fault)?;
    let below = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if path.is_absolute() || !below {
        return Ok(named);
    }
    let here = Path::new(".").canonicalize().map_err(fault)?;
    // It may be yet to be written, its folder too.
    let found = named.ancestors().find_map(|part| {
        let real = part.canonicalize().ok()?;
        Some(real.join(named.strip_prefix(part).ok()?))
    });
    let dangling = named.ancestors().take_while(|part| !part.exists()).any(Path::is_symlink);
    match found {
        Some(real) if real.starts_with(&here) && !dangling => Ok(named),
        _ => Err(CliError::usage(format!("{} leads out of this folder", path.display()))
            .hint("name what it leads to by its whole path, if guests are to see that")),
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
        let config = Config { panels: Some(vec![PanelName::Git]), ..Config::default() };
        assert_eq!(arguments(&[], &[], &[]).kinds(&config), [Git]);
        assert_eq!(arguments(&["log"], &[], &[]).kinds(&config), [Log]);
        assert!(parse("gitt").is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_link_of_a_repository_leads_nowhere() {
        let inside = |name: &str| whole(Path::new(name));
        // The tests run in this crate's folder.
        assert!(inside("Cargo.toml").is_ok() && inside("not/yet/there.log").is_ok());
        assert!(
            whole(Path::new("/etc/hostname")).is_ok() && inside("../Cargo.toml").is_ok(),
            "by its whole name"
        );
        let folder = tempfile::tempdir_in(".").unwrap();
        let at = |name: &str| PathBuf::from(folder.path().file_name().unwrap()).join(name);
        for (name, to) in [
            ("out", "/etc"),
            ("file", "/etc/hostname"),
            ("gone", "/no/such/place"),
            ("fine", "../Cargo.toml"),
        ] {
            std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
        }
        for name in ["file", "out/hostname", "out/new.log", "gone"] {
            let fault = whole(&at(name)).unwrap_err();
            assert!(fault.message.contains("leads out of this folder"), "{fault}");
        }
        assert!(whole(&at("fine")).is_ok() && whole(&at("new.log")).is_ok());
    }

    #[test]
    fn files_go_by_their_whole_paths_to_the_panel_that_shows_them() {
        let options = arguments(&["all"], &["a.log"], &["out.sarif"]).options(&Config::default()).unwrap();
        for options in options {
            let needs_folder = !matches!(options.panel, PanelKind::History | PanelKind::Log);
            assert_eq!(options.folder.is_some_and(|folder| folder.is_absolute()), needs_folder);
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
