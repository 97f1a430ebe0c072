//! Which program a terminal runs, and in what environment.

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf};

use portable_pty::CommandBuilder;

use crate::api::{ApiError, ApiErrorKind};

/// Variables that describe another terminal than the one that is opened, or that nobody in it may have.
const REMOVED: [&str; 11] = [
    "COLUMNS",
    "LINES",
    "JUMPSEAT_SESSION",
    "JUMPSEAT_TOKEN",
    "VTE_VERSION",
    "VSCODE_INJECTION",
    "VSCODE_NONCE",
    "VSCODE_SHELL_INTEGRATION",
    "VSCODE_STABLE",
    "WINDOWID",
    "TERMCAP",
];

/// A program to be started in a terminal.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// The program and its arguments; never empty.
    pub(crate) argv: Vec<OsString>,
    /// Where it starts.
    pub(crate) cwd: Option<PathBuf>,
    /// Variables, beyond this process's own if it inherits those.
    pub(crate) env: BTreeMap<String, OsString>,
    /// Whether it gets what this process was started with.
    pub(crate) inherits: bool,
}

impl Program {
    /// The person's own shell.
    pub(crate) fn shell() -> Self {
        let shell = own_shell();
        let mut argv = vec![shell];
        // Terminals on macOS start login shells: that is where its people keep PATH.
        if cfg!(target_os = "macos") {
            argv.push("-l".into());
        }
        Self { argv, cwd: None, env: BTreeMap::new(), inherits: true }
    }

    /// A command line, or the person's own shell if it is empty.
    pub(crate) fn new(command: &[String]) -> Self {
        if command.is_empty() {
            return Self::shell();
        }
        Self { argv: command.iter().map(OsString::from).collect(), ..Self::shell() }
    }

    /// Its name, for a title.
    pub(crate) fn name(&self) -> String {
        let name = std::path::Path::new(&self.argv[0]).file_name().unwrap_or(&self.argv[0]);
        name.to_string_lossy().into_owned()
    }

    /// A variable as the program will find it.
    pub(crate) fn variable(&self, name: &str) -> Option<OsString> {
        let inherited = || std::env::var_os(name).filter(|_| self.inherits);
        self.env.get(name).cloned().or_else(inherited)
    }

    pub(super) fn builder(&self) -> Result<CommandBuilder, ApiError> {
        let cwd = match &self.cwd {
            Some(cwd) => cwd.clone(),
            None => {
                std::env::current_dir().map_err(|error| super::failure("the working directory", error))?
            }
        };
        if !cwd.is_dir() {
            return Err(ApiError::new(
                ApiErrorKind::Program,
                format!("no such directory: {}", cwd.display()),
            ));
        }
        let mut builder = CommandBuilder::from_argv(self.argv.clone());
        builder.cwd(cwd);
        if !self.inherits {
            builder.env_clear();
        }
        for name in REMOVED {
            builder.env_remove(name);
        }
        builder.env("TERM", "xterm-256color");
        builder.env("COLORTERM", "truecolor");
        builder.env("TERM_PROGRAM", "jumpseat");
        builder.env("TERM_PROGRAM_VERSION", env!("CARGO_PKG_VERSION"));
        for (name, value) in &self.env {
            builder.env(name, value);
        }
        Ok(builder)
    }
}

#[cfg(unix)]
fn own_shell() -> OsString {
    // `$SHELL`, or what the system's user database says.
    let shell = CommandBuilder::new_default_prog().get_shell();
    let usable = rustix::fs::access(shell.as_str(), rustix::fs::Access::EXEC_OK).is_ok();
    if usable { shell.into() } else { "/bin/sh".into() }
}

#[cfg(windows)]
fn own_shell() -> OsString {
    std::env::var_os("COMSPEC").unwrap_or_else(|| "cmd.exe".into())
}
