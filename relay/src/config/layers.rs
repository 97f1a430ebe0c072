//! File, environment and flags, merged in this order.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;
use toml::{Table, Value};

use super::Config;

const ENV_PREFIX: &str = "JUMPSEAT_RELAY_";

/// Settings from several places; later ones win.
///
/// Each is checked where it comes in, so an error names the file, the variable or the flag.
///
/// ```
/// use jumpseat_relay::Layers;
///
/// let config = Layers::default()
///     .env([("JUMPSEAT_RELAY_LIMITS__ROOMS", "50")])?
///     .flag("listen", "127.0.0.1:0")?
///     .finish()?;
/// assert_eq!((config.limits.rooms, config.listen.port()), (50, 0));
///
/// let error = Layers::default().env([("JUMPSEAT_RELAY_LIMIT", "50")]).unwrap_err();
/// assert!(error.to_string().contains("unknown field `limit`, expected one of `listen`"));
/// # Ok::<(), jumpseat_relay::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Layers {
    merged: Table,
}

impl Layers {
    /// Adds a TOML file.
    ///
    /// # Errors
    /// When it cannot be read, is no TOML, or sets what cannot be set.
    pub fn file(mut self, path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
        let origin = path.display().to_string();
        let table = text.parse::<Table>().map_err(|error| ConfigError::wrong(&origin, &error))?;
        self.add(&origin, table)?;
        Ok(self)
    }

    /// Adds environment variables: `JUMPSEAT_RELAY_LIMITS__ROOMS` is `rooms` of `[limits]`. Others are left
    /// alone.
    ///
    /// # Errors
    /// For a variable that sets what cannot be set.
    pub fn env<K: AsRef<str>, V: AsRef<str>>(
        mut self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, ConfigError> {
        for (name, value) in variables {
            if let Some(key) = name.as_ref().strip_prefix(ENV_PREFIX) {
                let key = key.to_ascii_lowercase().replace("__", ".");
                self.add(name.as_ref(), nested(&key, value.as_ref()))?;
            }
        }
        Ok(self)
    }

    /// Adds one setting by its dotted name, as `limits.rooms`.
    ///
    /// # Errors
    /// For one that does not exist or cannot have this value.
    pub fn flag(mut self, key: &str, value: &str) -> Result<Self, ConfigError> {
        self.add(key, nested(key, value))?;
        Ok(self)
    }

    /// The settings.
    ///
    /// # Errors
    /// As [`Config::check`] has them.
    pub fn finish(self) -> Result<Config, ConfigError> {
        let config =
            Config::deserialize(self.merged).map_err(|error| ConfigError::wrong("configuration", &error))?;
        config.check()?;
        Ok(config)
    }

    fn add(&mut self, origin: &str, table: Table) -> Result<(), ConfigError> {
        Config::deserialize(table.clone()).map_err(|error| ConfigError::wrong(origin, &error))?;
        merge(&mut self.merged, table);
        Ok(())
    }
}

/// Why there are no settings.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something is set that cannot be set, or not to this.
    #[error("{origin}: {reason}")]
    Wrong {
        /// The file, variable or flag.
        origin: String,
        /// What is wrong, and what is allowed.
        reason: String,
    },
    /// A certificate without a key, or the reverse.
    #[error("TLS needs both tls.certificate and tls.key")]
    HalfTls,
}

impl ConfigError {
    fn wrong(origin: &str, error: &toml::de::Error) -> Self {
        Self::Wrong { origin: origin.to_owned(), reason: error.to_string().trim_end().replace('\n', "\n  ") }
    }
}

/// `a.b` and a value as tables. What looks like a number or a truth value is one.
fn nested(key: &str, value: &str) -> Table {
    let scalar = value.parse::<i64>().map(Value::from);
    let scalar = scalar.or_else(|_| value.parse::<bool>().map(Value::from));
    let value = scalar.unwrap_or_else(|_| Value::from(value));
    let mut parts = key.rsplit('.');
    let last = parts.next().unwrap_or(key);
    let innermost = Table::from_iter([(last.to_owned(), value)]);
    parts.fold(innermost, |inner, part| Table::from_iter([(part.to_owned(), Value::Table(inner))]))
}

fn merge(into: &mut Table, from: Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Table(into)), Value::Table(from)) => merge(into, from),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn later_layers_win() {
        let file = file("listen = \"127.0.0.1:1\"\n[limits]\nrooms = 1\nguests = 3\n");
        let config = Layers::default()
            .file(file.path())
            .unwrap()
            .env([("JUMPSEAT_RELAY_LIMITS__ROOMS", "2"), ("HOME", "/")])
            .unwrap()
            .flag("listen", "[::1]:9")
            .unwrap()
            .finish()
            .unwrap();
        assert_eq!((config.limits.rooms, config.limits.guests, config.listen.port()), (2, 3, 9));
        assert_eq!(config.timeouts, Config::default().timeouts);
    }

    #[test]
    fn unknown_keys_are_named_with_what_is_allowed() {
        let file = file("[limits]\nroom = 1\n");
        let error = Layers::default().file(file.path()).unwrap_err().to_string();
        assert!(error.starts_with(&file.path().display().to_string()), "{error}");
        assert!(error.contains("unknown field `room`") && error.contains("`rooms`"), "{error}");

        let error = Layers::default().env([("JUMPSEAT_RELAY_TLS__CERT", "x")]).unwrap_err().to_string();
        assert!(error.contains("JUMPSEAT_RELAY_TLS__CERT") && error.contains("`certificate`"), "{error}");
        let error = Layers::default().flag("limits.rooms", "many").unwrap_err().to_string();
        assert!(error.contains("limits.rooms") && error.contains("invalid type"), "{error}");
    }

    #[test]
    fn what_cannot_be_kept_is_told() {
        let set = |key, value| Layers::default().flag(key, value).unwrap().finish();
        for (key, value) in [
            ("timeouts.session", "9223372036854775807"),
            ("timeouts.session", "0"),
            ("timeouts.ping", "315360001"),
            ("timeouts.hello", "0"),
            ("limits.messages_per_second", "0"),
            ("limits.memory", "0"),
        ] {
            let error = set(key, value).unwrap_err().to_string();
            assert!(error.starts_with(key), "{error}");
        }
        assert!(set("timeouts.session", "315360000").is_ok() && set("timeouts.stop", "0").is_ok());
    }

    #[test]
    fn trusted_proxies_are_a_list_or_a_text() {
        let file = file("trusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n");
        let listed = Layers::default().file(file.path()).unwrap().finish().unwrap();
        let text = "10.0.0.0/8,::1";
        let variable = Layers::default().env([("JUMPSEAT_RELAY_TRUSTED_PROXIES", text)]).unwrap();
        assert_eq!(listed.trusted_proxies, variable.finish().unwrap().trusted_proxies);
        assert_ne!(listed.trusted_proxies, Config::default().trusted_proxies);
        let error = Layers::default().flag("trusted_proxies", "10.0.0.0/8,nginx").unwrap_err().to_string();
        assert!(error.contains("trusted_proxies") && error.contains("\"nginx\" is neither"), "{error}");
    }

    #[test]
    fn tls_is_whole_or_absent() {
        let half = Layers::default().flag("tls.key", "key.pem").unwrap().finish();
        assert!(matches!(half, Err(ConfigError::HalfTls)));
    }
}
