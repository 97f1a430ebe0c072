//! The real `jumpseat`, run in a home of its own, and what it says.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// How long a test waits for something that has to happen: until shortly before the runner ends the test, so that it
/// says what it waited for. No test is about how long something takes.
pub const PATIENCE: Duration = Duration::from_secs(150);

/// A running program.
pub struct Program {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<(bool, String)>,
    said: Vec<String>,
    errors: String,
    patience: Duration,
}

impl Program {
    /// Where the program is: next to the tests, built by the same run.
    pub fn path() -> PathBuf {
        let path = std::env::current_exe().unwrap();
        let folder = path.parent().and_then(Path::parent).unwrap();
        let path = folder.join("jumpseat");
        assert!(path.exists(), "{} is missing: run `cargo build --package jumpseat` first", path.display());
        path
    }

    /// A command of the program, away from the person's own home.
    pub fn command(home: &Path, arguments: &[&str]) -> Command {
        let mut command = Self::at_home(Command::new(Self::path()), home);
        command.args(arguments);
        command
    }

    /// Any command, away from the person's own home.
    pub fn at_home(mut command: Command, home: &Path) -> Command {
        command
            .env_clear()
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home.join("run"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("LANG", "C.UTF-8")
            .env("SHELL", "/bin/bash")
            .env("PS1", "$ ")
            .current_dir(home);
        command
    }

    /// Starts it.
    pub fn start(home: &Path, arguments: &[&str]) -> Self {
        Self::from_command(Self::command(home, arguments))
    }

    /// Starts a command that was prepared further.
    pub fn from_command(mut command: Command) -> Self {
        let name = format!("{command:?}");
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        for (is_error, stream) in
            [(false, Box::new(stdout) as Box<dyn std::io::Read + Send>), (true, Box::new(stderr))]
        {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                    let line = String::from_utf8_lossy(&line).into_owned();
                    if sender.send((is_error, line)).is_err() {
                        break;
                    }
                }
            });
        }
        let stdin = child.stdin.take();
        Self { name, child, stdin, lines, said: Vec::new(), errors: String::new(), patience: PATIENCE }
    }

    /// Waits longer for what takes longer.
    #[must_use]
    pub fn patiently(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Writes to its standard input.
    pub fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).and_then(|()| stdin.flush()).unwrap();
    }

    /// Closes its standard input.
    pub fn close_input(&mut self) {
        self.stdin = None;
    }

    /// Waits for a line of its output for which `pick` gives something.
    #[track_caller]
    pub fn wait_for<T>(&mut self, what: &str, mut pick: impl FnMut(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + self.patience;
        loop {
            match self.next_line(deadline) {
                Ok(line) => {
                    if let Some(found) = pick(&line) {
                        return found;
                    }
                }
                Err(why) => self.fail(&format!("{why} while waiting for {what}")),
            }
        }
    }

    /// Waits for a JSON line for which `pick` gives something.
    #[track_caller]
    pub fn wait_for_event<T>(&mut self, what: &str, mut pick: impl FnMut(&Value) -> Option<T>) -> T {
        self.wait_for(what, |line| serde_json::from_str(line).ok().as_ref().and_then(&mut pick))
    }

    /// Waits until a part of the state is told that is so.
    #[track_caller]
    pub fn wait_for_state(&mut self, what: &str, key: &str, is_so: impl Fn(&Value) -> bool) {
        self.wait_for_event(what, |event| changed(event, key).filter(|value| is_so(value)).map(drop));
    }

    /// Waits until it ends by itself.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + self.patience;
        // Both streams end with the program: then its status is there, too.
        while self.next_line(deadline).is_ok() {}
        if Instant::now() >= deadline {
            self.fail("it did not end");
        }
        self.child.wait().unwrap()
    }

    /// Ends it at once, as a crash would (SIGKILL).
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal by name, `TERM` or `INT`.
    pub fn signal(&self, signal: &str) {
        let status = Command::new("kill").args(["-s", signal, &self.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Everything that it wrote to standard output so far.
    pub fn said(&self) -> String {
        self.said.join("\n")
    }

    /// Everything that it wrote to standard error so far.
    pub fn errors(&self) -> &str {
        &self.errors
    }

    fn next_line(&mut self, deadline: Instant) -> Result<String, &'static str> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok((false, line)) => {
                    self.said.push(line.clone());
                    return Ok(line);
                }
                Ok((true, line)) => {
                    self.errors.push_str(&line);
                    self.errors.push('\n');
                }
                Err(RecvTimeoutError::Timeout) => return Err("it took too long"),
                Err(RecvTimeoutError::Disconnected) => return Err("it ended"),
            }
        }
    }

    #[track_caller]
    fn fail(&self, why: &str) -> ! {
        panic!("{why}\n{}\n--- output\n{}\n--- errors\n{}", self.name, self.said(), self.errors);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What an update of the state says of one of its parts.
fn changed<'a>(event: &'a Value, key: &str) -> Option<&'a Value> {
    let changes = event["changes"].as_array().filter(|_| event["type"] == "state")?;
    changes.iter().find_map(|change| match change["path"].as_array()?.as_slice() {
        [] => change["value"].get(key),
        [.., last] if last == key => Some(&change["value"]),
        _ => None,
    })
}
