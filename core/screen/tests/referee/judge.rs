//! Builds jobs for `tests/xterm/referee.mjs` and runs it.

use std::path::{Path, PathBuf};
use std::process::Command;

use jumpseat_screen::{Limits, Options, Screen, Start, Widths};
use serde_json::{Value, json};

use crate::streams::Step;

/// One terminal's life, and the moments at which a guest joins.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) options: Options,
    pub(crate) steps: Vec<Step>,
    /// Numbers of steps after which a snapshot is taken.
    pub(crate) cuts: Vec<usize>,
    /// Compare every snapshot, even of a state that the ANSI form cannot express in all.
    pub(crate) strict: bool,
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn apply(screen: &mut Screen, step: &Step) {
    match step {
        Step::Write(bytes) => screen.feed(0, bytes),
        Step::Resize(cols, rows) => screen.resize(*cols, *rows),
    }
}

impl Case {
    /// The job for the referee. Checks on the way that a decoded snapshot is and stays equal to its original.
    pub(crate) fn job(&self) -> Value {
        let mut screen = Screen::new(self.options);
        let mut cuts = Vec::new();
        let mut restored: Vec<(usize, Screen)> = Vec::new();
        for (at, step) in self.steps.iter().enumerate() {
            if self.cuts.contains(&at) {
                if self.strict || screen.ansi_losses().is_empty() {
                    let mut ansi = Vec::new();
                    screen.write_ansi(Start::Everything, usize::MAX, &mut ansi);
                    let (cols, rows) = screen.size();
                    cuts.push(json!({ "at": at, "cols": cols, "rows": rows, "ansi": hex(&ansi) }));
                }
                let bytes = screen.encode(Start::Everything);
                let copy = Screen::decode(&bytes, &Limits::default()).expect("our own snapshot decodes");
                assert_eq!(copy.dump(), screen.dump(), "{}: restored after step {at}", self.name);
                assert_eq!(copy.encode(Start::Everything), bytes, "{}: encoded again", self.name);
                restored.push((at, copy));
            }
            apply(&mut screen, step);
            restored.iter_mut().for_each(|(_, copy)| apply(copy, step));
        }
        let (dump, bytes) = (screen.dump(), screen.encode(Start::Everything));
        for (at, copy) in &restored {
            assert_eq!(copy.dump(), dump, "{}: restored after step {at}, then fed on", self.name);
            assert_eq!(copy.encode(Start::Everything), bytes, "{}: encoded after step {at}", self.name);
        }
        let steps: Vec<Value> = self
            .steps
            .iter()
            .map(|step| match step {
                Step::Write(bytes) => json!({ "write": hex(bytes) }),
                Step::Resize(cols, rows) => json!({ "resize": [cols, rows] }),
            })
            .collect();
        json!({
            "name": self.name,
            "cols": self.options.cols,
            "rows": self.options.rows,
            "scrollback": self.options.scrollback,
            "unicode": if self.options.widths == Widths::Unicode11 { "11" } else { "6" },
            "steps": steps,
            "model": dump,
            "cuts": cuts,
        })
    }
}

pub(crate) fn referee_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/xterm")
}

/// Runs the referee over the cases. Returns how many snapshots it compared, or the differences that it found.
pub(crate) fn judge(name: &str, cases: &[Case]) -> Result<usize, String> {
    let dir = referee_dir();
    assert!(
        dir.join("node_modules/@xterm/headless").is_dir(),
        "the xterm.js referee is not installed: run `npm ci` in tests/xterm (cargo xtask test does)"
    );
    let jobs: Vec<Value> = cases.iter().map(Case::job).collect();
    let compared = jobs.iter().filter_map(|job| job["cuts"].as_array()).map(Vec::len).sum();
    let file =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("referee-{name}-{}.json", std::process::id()));
    std::fs::write(&file, Value::from(jobs).to_string()).expect("the jobs can be written");
    let output = Command::new("node").arg("referee.mjs").arg(&file).current_dir(&dir).output();
    let output = output.expect("node runs (install Node.js 20 or newer)");
    let _ = std::fs::remove_file(&file);
    if output.status.success() {
        return Ok(compared);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let shown: String = text.lines().take(12).map(|line| format!("{line:.1500}\n")).collect();
    Err(format!("{shown}{}", String::from_utf8_lossy(&output.stderr)))
}
