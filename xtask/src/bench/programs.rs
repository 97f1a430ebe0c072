//! The programs that a bench runs: each in its own process, built as it is released.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::shell::{cargo, program, root, run};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// The floor, which measures the physical limits too.
    Floor,
    /// What people run.
    Product,
    /// Stop-watches that link the product's parts.
    StopWatch,
    /// A relay with made-up ends.
    Load,
}

impl Program {
    pub(super) const ALL: [Self; 4] = [Self::Floor, Self::Product, Self::StopWatch, Self::Load];

    pub(super) fn build(self) -> Result<()> {
        let what: &[&str] = match self {
            Self::Floor => &["--package", "jumpseat-floor"],
            Self::Product => &["--package", "jumpseat"],
            Self::StopWatch => &["--package", "jumpseat-bench"],
            Self::Load => &["--package", "jumpseat-relay", "--features", "testing", "--example", "load"],
        };
        run(cargo(["build", "--release"]).args(what))
    }

    pub(super) fn path(self) -> PathBuf {
        let name = match self {
            Self::Floor => "jumpseat-floor",
            Self::Product => "jumpseat",
            Self::StopWatch => "jumpseat-bench",
            Self::Load => "examples/load",
        };
        root().join("target/release").join(name)
    }

    pub(super) fn command<const N: usize>(self, arguments: [&str; N]) -> Command {
        let mut command = program(&self.path().to_string_lossy());
        command.args(arguments);
        command
    }
}
