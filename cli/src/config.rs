//! The configuration file: what would otherwise be typed each time. Flags and variables win over it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use jumpseat_engine::api::ForgeOptions;

use crate::{error::CliError, panel_name::PanelName, terminal::EscapeKey};

/// All that can be set in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// The relay to share through and to join at.
    pub(crate) relay: Option<String>,
    /// A page that explains invites: whoever serves it can read their tokens.
    pub(crate) invite_page: Option<String>,
    /// The name that others see.
    pub(crate) name: Option<String>,
    /// The key that opens the overlay.
    pub(crate) escape_key: Option<EscapeKey>,
    /// Additional CA certificates (PEM).
    pub(crate) ca_file: Option<PathBuf>,
    /// Whether a guest's keys are sent at times that do not give the rhythm away.
    pub(crate) key_timing: Option<bool>,
    /// Whether guests may type where the terminal does not tell whether the host looks at it.
    pub(crate) assume_focus: bool,
    /// Whether programs inside a shared terminal may manage its session.
    pub(crate) manage_from_inside: bool,
    /// What guests see next to the terminal, unless the command says otherwise.
    pub(crate) panels: Option<Vec<PanelName>>,
    /// Forges of one's own, for pr and issue.
    pub(crate) forges: Vec<ForgeOptions>,
}

impl Config {
    /// Reads the file that was named, or the usual one if there is any.
    pub(crate) fn load(named: Option<&Path>) -> Result<Self, CliError> {
        let variable = std::env::var_os("JUMPSEAT_CONFIG").map(PathBuf::from);
        let named = named.or(variable.as_deref());
        let usual = usual_path();
        let Some(path) = named.or(usual.as_deref()) else { return Ok(Self::default()) };
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
                Ok(Self::default())
            }
            Err(error) => Err(CliError::usage(format!("{}: {error}", path.display()))),
        }
    }

    fn parse(text: &str, path: &Path) -> Result<Self, CliError> {
        toml::from_str(text).map_err(|error| {
            let reason = error.to_string().trim_end().replace('\n', "\n  ");
            CliError::usage(format!("{}: {reason}", path.display()))
        })
    }
}

/// `$XDG_CONFIG_HOME/jumpseat/config.toml`, or the same below `~/.config`.
fn usual_path() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
    Some(base.or_else(|| folder("APPDATA"))?.join("jumpseat").join("config.toml"))
}

/// The name that others see: as given, as configured, or the name of this person's account.
pub(crate) fn name(given: Option<String>, config: &Config) -> String {
    let account = || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let name = given.or_else(|| config.name.clone()).or_else(account);
    name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "someone".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, CliError> {
        Config::parse(text, Path::new("config.toml"))
    }

    #[test]
    fn every_key_is_read() {
        let text = "relay = \"wss://r.example\"\nname = \"Ann\"\nescape-key = \"ctrl-a\"\n\
                    ca-file = \"/etc/ca.pem\"\nkey-timing = false\nassume-focus = true\nmanage-from-inside = true\n";
        let config = parse(text).unwrap();
        assert_eq!(config.relay.as_deref(), Some("wss://r.example"));
        assert_eq!(config.escape_key, "ctrl-a".parse().ok());
        assert_eq!(config.key_timing, Some(false));
        assert!(config.assume_focus && config.manage_from_inside && !Config::default().manage_from_inside);
    }

    #[test]
    fn what_cannot_be_set_is_said_with_its_place() {
        insta::assert_snapshot!(parse("rely = \"x\"\n").unwrap_err(), @r#"
        error: config.toml: TOML parse error at line 1, column 1
            |
          1 | rely = "x"
            | ^^^^
          unknown field `rely`, expected one of `relay`, `invite-page`, `name`, `escape-key`, `ca-file`, `key-timing`, `assume-focus`, `manage-from-inside`, `panels`, `forges`
        "#);
        assert!(parse("escape-key = \"escape\"").unwrap_err().message.contains("ctrl-"));
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Config::load(Some(&folder.path().join("none.toml"))).is_err());
    }
}
