//! Real terminals for the real program: each a PTY with the project's own screen at the other end.

#![allow(dead_code, clippy::unwrap_used)] // Each test binary uses a part of it, and a fault ends its test.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use jumpseat_screen::{Options, Screen};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long an event may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(150);

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_jumpseat");

/// A person's account: a home and a runtime folder of its own.
pub(crate) struct Home {
    pub(crate) folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("js").tempdir().unwrap();
        std::fs::create_dir(folder.path().join("run")).unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let path = |path: &Path| path.display().to_string();
        vec![
            ("HOME", path(self.folder.path())),
            ("XDG_RUNTIME_DIR", path(&self.path("run"))),
            ("XDG_CONFIG_HOME", path(&self.path("config"))),
            ("PATH", std::env::var("PATH").unwrap()),
            ("TERM", "xterm-256color".into()),
            ("LANG", "C.UTF-8".into()),
            ("USER", "ann".into()),
            ("PS1", "$ ".into()),
            ("JS", PROGRAM.into()),
        ]
    }

    /// The program without a terminal.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env_clear().envs(self.variables()).stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// A terminal with a plain shell in it, in which programs are started as people do. It knows reports of the focus.
    pub(crate) fn terminal(&self, cols: u16, rows: u16) -> Terminal {
        self.terminal_that(cols, rows, true)
    }

    /// The same; one that knows no reports of the focus answers nothing.
    pub(crate) fn terminal_that(&self, cols: u16, rows: u16, reports_focus: bool) -> Terminal {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut shell = CommandBuilder::new("/bin/sh");
        shell.env_clear();
        for (name, value) in self.variables() {
            shell.env(name, value);
        }
        shell.cwd(self.folder.path());
        let child = pair.slave.spawn_command(shell).unwrap();
        drop(pair.slave);
        let seen = Arc::new((Mutex::new(Seen::new(cols, rows)), Condvar::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let (shared, answers) = (Arc::clone(&seen), Arc::clone(&writer));
        std::thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            while let Ok(len @ 1..) = reader.read(&mut bytes) {
                let mut seen = shared.0.lock().unwrap();
                let from = seen.raw.len().saturating_sub(ASKS_FOCUS.len() - 1);
                seen.screen.feed(0, &bytes[..len]);
                seen.raw.extend_from_slice(&bytes[..len]);
                if reports_focus && seen.raw[from..].windows(ASKS_FOCUS.len()).any(|part| part == ASKS_FOCUS)
                {
                    answers.lock().unwrap().write_all(b"\x1b[?1004;1$y").unwrap();
                }
                shared.1.notify_all();
            }
        });
        Terminal { child, master: pair.master, writer, seen }
    }

    /// The invite that `share --invite-file` writes, once it is there.
    pub(crate) fn invite(&self, path: &Path) -> serde_json::Value {
        self.wait_file(path);
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    /// Waits until a file is there.
    #[track_caller]
    pub(crate) fn wait_file(&self, name: impl AsRef<Path>) {
        let (began, path) = (Instant::now(), self.folder.path().join(name));
        while !path.exists() {
            assert!(began.elapsed() < PATIENCE, "no {} came", path.display());
            std::thread::yield_now();
        }
    }
}

/// "Do you know mode 1004?"
const ASKS_FOCUS: &[u8] = b"\x1b[?1004$p";

struct Seen {
    screen: Screen,
    raw: Vec<u8>,
}

impl Seen {
    fn new(cols: u16, rows: u16) -> Self {
        Self { screen: Screen::new(Options { cols, rows, ..Options::default() }), raw: Vec::new() }
    }
}

/// A terminal on somebody's desk.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Arc<Mutex<Box<dyn Write + Send>>>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl Terminal {
    pub(crate) fn keys(&mut self, keys: &str) {
        self.writer.lock().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    pub(crate) fn line(&mut self, line: &str) {
        self.keys(&format!("{line}\r"));
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    pub(crate) fn wait(&self, what: &str, is: impl Fn(&Screen) -> bool) {
        let began = Instant::now();
        let (seen, changed) = &*self.seen;
        let mut seen = seen.lock().unwrap();
        while !is(&seen.screen) {
            let left = PATIENCE.saturating_sub(began.elapsed());
            assert!(!left.is_zero(), "waited for {what}; the screen:\n{}", text(&seen.screen));
            seen = changed.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits until the screen shows a text.
    #[track_caller]
    pub(crate) fn shows(&self, needle: &str) {
        self.wait(needle, |screen| text(screen).contains(needle));
    }

    /// Looks at the screen.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Screen) -> T) -> T {
        look(&self.seen.0.lock().unwrap().screen)
    }

    pub(crate) fn text(&self) -> String {
        self.look(text)
    }

    /// All bytes that ever came.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.seen.0.lock().unwrap().raw.clone()
    }

    /// The process that the shell has started.
    pub(crate) fn foreground(&self) -> i32 {
        let shell = self.child.process_id().unwrap();
        let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
        children.split_whitespace().next().expect("a program runs").parse().unwrap()
    }

    pub(crate) fn resize(&self, cols: u16, rows: u16) {
        self.seen.0.lock().unwrap().screen.resize(cols, rows);
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The viewport's text.
pub(crate) fn text(screen: &Screen) -> String {
    (0..screen.size().1).map(|row| screen.row(row).text() + "\n").collect()
}

/// Asserts that nothing of a program's modes is left.
#[track_caller]
pub(crate) fn assert_plain(terminal: &Terminal) {
    terminal.look(|screen| {
        assert_eq!(
            *screen.modes(),
            jumpseat_screen::Modes { cursor_blink: screen.modes().cursor_blink, ..Default::default() }
        );
        assert!(!screen.in_alternate());
    });
}
