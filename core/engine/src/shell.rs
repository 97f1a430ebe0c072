//! Shell integration: a known shell is started so that it marks its prompts and commands with OSC 633, on top of
//! whatever its person has set up.
//!
//! The marks: `A` prompt, `B` its end, `E` the command line, `C` its output begins, `D` its end with the exit
//! code, `P;Cwd=` the folder. `E`, `C`, `D` and `P` end in a nonce of this terminal alone, by which its screen tells
//! them from marks that anything else prints. The shell reads it from a file that it empties at once: so it is in no
//! argument list and no environment. An unknown shell, and a shell that is told to run a script, starts as it is.

mod nonce;

use std::{ffi::OsString, path::Path};

use jumpseat_screen::Nonce;

pub(crate) use nonce::Redactor;

use crate::{api::ApiError, pty::program::Program, runtime::folder::Scratch};

const BASH: &str = include_str!("shell/jumpseat.bash");
const ZSH: &str = include_str!("shell/jumpseat.zsh");
const FISH: &str = include_str!("shell/jumpseat.fish");

/// A shell that can be made to mark its commands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// How a shell was asked to start, by its arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Start {
    shell: Shell,
    login: bool,
}

/// The integration's files for one terminal, in a private folder that goes with it. They are written when the terminal
/// opens, under a name that nobody knew before: what is sourced is never what lay there meanwhile.
pub(crate) struct Integration {
    folder: Scratch,
}

impl Integration {
    /// Writes the files.
    pub(crate) fn write(folder: Scratch) -> Result<Self, ApiError> {
        folder.write("jumpseat.bash", BASH)?;
        folder.write(".zshenv", ZSH)?;
        folder.write("jumpseat.fish", FISH)?;
        Ok(Self { folder })
    }

    /// Whether the program is a shell that can be made to mark its commands.
    pub(crate) fn is_for(program: &Program) -> bool {
        Self::start(program).is_some()
    }

    fn start(program: &Program) -> Option<Start> {
        let start = Start::of(&program.argv)?;
        // Bash reads another file then, and nobody's settings.
        let posix = start.shell == Shell::Bash && program.variable("POSIXLY_CORRECT").is_some();
        (!posix).then_some(start)
    }

    /// Makes the program mark its commands, if it is a shell that can: then its marks have this nonce.
    pub(crate) fn apply(&self, program: &mut Program) -> Result<Option<Nonce>, ApiError> {
        let Some(start) = Self::start(program) else { return Ok(None) };
        let (nonce, file) = nonce::write(&self.folder)?;
        program.env.insert("JUMPSEAT_SHELL_NONCE_FILE".to_owned(), file.into());
        let shell = program.argv[0].clone();
        let mut argv = vec![shell];
        match start.shell {
            Shell::Bash => {
                argv.push("--init-file".into());
                argv.push(self.file("jumpseat.bash"));
                // A login shell reads no such file: the file plays the login shell instead.
                if start.login {
                    program.env.insert("JUMPSEAT_SHELL_LOGIN".to_owned(), "1".into());
                }
            }
            Shell::Zsh => {
                if start.login {
                    argv.push("-l".into());
                }
                if let Some(own) = program.variable("ZDOTDIR") {
                    program.env.insert("JUMPSEAT_ZDOTDIR".to_owned(), own);
                }
                program.env.insert("ZDOTDIR".to_owned(), self.folder.path().into());
            }
            Shell::Fish => {
                if start.login {
                    argv.push("--login".into());
                }
                let quoted = quote(&self.file("jumpseat.fish"));
                argv.push("--init-command".into());
                argv.push(OsString::from(format!("source {quoted}")));
                // From version 4 on fish marks its prompts and commands itself. The person's own terminal would take
                // both.
                argv.push("--features=no-mark-prompt".into());
            }
        }
        program.argv = argv;
        Ok(Some(nonce))
    }

    fn file(&self, name: &str) -> OsString {
        self.folder.path().join(name).into()
    }
}

impl Start {
    /// `None` for what is no such shell, and for a shell with arguments of which anything else hangs.
    fn of(argv: &[OsString]) -> Option<Self> {
        let (program, arguments) = argv.split_first()?;
        let shell = match Path::new(program).file_name()?.to_str()? {
            "bash" => Shell::Bash,
            "zsh" => Shell::Zsh,
            "fish" => Shell::Fish,
            _ => return None,
        };
        let mut login = false;
        for argument in arguments {
            match argument.to_str()? {
                "-l" | "--login" => login = true,
                "-i" | "--interactive" => {}
                "-il" | "-li" => login = true,
                _ => return None,
            }
        }
        Some(Self { shell, login })
    }
}

/// For fish's single quotes.
fn quote(text: &OsString) -> String {
    let text = text.to_string_lossy().replace('\\', "\\\\").replace('\'', "\\'");
    format!("'{text}'")
}

#[cfg(test)]
mod tests;
