//! A home with a relay, a host and guests in it.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{Line, Program};

/// A place of its own for the programs of one test.
pub struct TestEnv {
    home: TempDir,
}

/// What a host gave out.
pub struct Invite {
    /// The file that it wrote.
    pub file: PathBuf,
    /// The code.
    pub code: String,
    /// The token: what must not leak.
    pub token: String,
    /// The relay, as guests reach it.
    pub relay: String,
}

impl TestEnv {
    /// An empty one.
    pub fn new() -> Self {
        let home = tempfile::Builder::new().prefix("jumpseat-").tempdir().unwrap();
        let run = home.path().join("run");
        fs::create_dir(&run).unwrap();
        let private: fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(run, private).unwrap();
        fs::write(home.path().join(".bashrc"), "PS1='$ '\nunset HISTFILE\n").unwrap();
        Self { home }
    }

    /// Its folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A command of `jumpseat` in this home.
    pub fn command(&self, arguments: &[&str]) -> Command {
        Program::command(self.home(), arguments)
    }

    /// Runs `jumpseat` to its end; gives what it wrote, and fails unless it succeeded.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> String {
        let mut program = Program::start(self.home(), arguments);
        let status = program.wait();
        assert!(status.success(), "{arguments:?}: {status}\n{}\n{}", program.said(), program.errors());
        program.said()
    }

    /// A relay, and where it listens.
    #[track_caller]
    pub fn relay(&self, listen: &str, arguments: &[&str]) -> (Program, SocketAddr) {
        let arguments = [&["relay", "--listen", listen], arguments].concat();
        let mut relay = Program::start(self.home(), &arguments);
        let address = relay.wait_for("the relay's address", |line| {
            let address = line.split("://").nth(1)?.trim();
            address.split(|c: char| c.is_whitespace() || c == '/').next()?.parse().ok()
        });
        (relay, address)
    }

    /// A host without a terminal, and its first invite.
    #[track_caller]
    pub fn share(&self, arguments: &[&str]) -> (Program, Invite) {
        self.share_with(arguments, |_| {})
    }

    /// The same, with the command prepared further.
    #[track_caller]
    pub fn share_with(&self, arguments: &[&str], prepare: impl FnOnce(&mut Command)) -> (Program, Invite) {
        let file = self.home().join(format!("invite-{}", fs::read_dir(self.home()).unwrap().count()));
        // Most scenes have several guests come by one invite.
        let open = if arguments.contains(&"--admission") { &[][..] } else { &["--admission", "open"] };
        let start = ["share", "--headless", "--json", "--invite-file", file.to_str().unwrap()];
        let start = [&start[..], open].concat();
        let mut command = self.command(&[&start[..], arguments].concat());
        prepare(&mut command);
        let mut host = Program::from_command(command);
        host.wait_for_event("the invite", |event| (event["type"] == "invite").then_some(()));
        let invite: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let text = |name: &str| invite[name].as_str().unwrap().to_owned();
        let invite = Invite { code: text("code"), token: text("token"), relay: text("relay"), file };
        (host, invite)
    }

    /// The same invite, for a guest that reaches the relay over another line.
    pub fn over(&self, invite: &Invite, line: &Line) -> Invite {
        let authority = invite.relay.split('/').take(3).map(str::len).sum::<usize>() + 2;
        let to = line.url() + &invite.relay[authority..];
        // As links have it.
        let escaped = |relay: &str| relay.replace(':', "%3A").replace('/', "%2F");
        let text = fs::read_to_string(&invite.file).unwrap();
        let text = text.replace(&escaped(&invite.relay), &escaped(&to)).replace(&invite.relay, &to);
        let file = invite.file.with_extension(line.address().port().to_string());
        fs::write(&file, text).unwrap();
        Invite { file, code: invite.code.clone(), token: invite.token.clone(), relay: to }
    }

    /// A guest without a terminal.
    pub fn join(&self, invite: &Invite, arguments: &[&str]) -> Program {
        let start = ["join", "--headless", "--invite-file", invite.file.to_str().unwrap()];
        Program::start(self.home(), &[&start[..], arguments].concat())
    }

    /// What a guest that joins now sees once `text` stands on its screen: the whole of it, as JSON.
    #[track_caller]
    pub fn picture(&self, invite: &Invite, text: &str, arguments: &[&str]) -> String {
        let mut guest = self.join(invite, &[&["--until", text, "--dump", "json"], arguments].concat());
        let status = guest.wait();
        assert!(status.success(), "{status}\n{}\n{}", guest.said(), guest.errors());
        guest.said()
    }
}

impl Default for TestEnv {
    fn default() -> Self {
        Self::new()
    }
}
