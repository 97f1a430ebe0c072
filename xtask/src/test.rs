//! `cargo xtask test`: what the tests need, the cheap checks, every test, brief fuzzing.

use anyhow::Result;
use clap::Args;

use crate::shell::{self, Steps, cargo, run_watching};
use crate::{edges, extension, fuzz, install, native, packages, stress, tidy, try_it, walk};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    stress: stress::Options,
}

pub(crate) fn by_hand(options: &Options) -> Result<()> {
    if options.stress.stress {
        return stress::run(&options.stress);
    }
    let mut steps = Steps::default();
    add(&mut steps);
    steps.finish()
}

/// Adds the steps of the test run; later ones go on after a failure, but not without what they need.
pub(crate) fn add(steps: &mut Steps) {
    let prepared = steps.step("packages", packages::programs)
        & steps.step("tools", install::tools)
        & steps.step("npm", packages::node_modules);
    steps.step("format", || shell::run(&mut cargo(["fmt", "--all", "--check"])));
    steps.step("tidy", tidy::run);
    steps.step("edges", edges::run);
    if !prepared {
        return;
    }
    // The end-to-end tests start the programs that lie in the target folder.
    if !steps.step("build", || shell::run(&mut cargo(["build", "--workspace", "--all-targets"]))) {
        return;
    }
    let mut closing = None;
    steps.step("tests", || {
        let profile = if std::env::var_os("CI").is_some() { "ci" } else { "default" };
        let mut nextest = cargo(["nextest", "run", "--workspace", "--all-targets", "--profile", profile]);
        run_watching(&mut nextest, "Summary [", &mut closing)
    });
    steps.step("doc tests", || shell::run(&mut cargo(["test", "--quiet", "--workspace", "--doc"])));
    steps.step("native", native::tests);
    steps.step("extension", extension::plain_tests);
    if cfg!(target_os = "linux") {
        steps.step("vs code", walk::end_to_end);
        steps.step("try", try_it::tests);
        steps.step("fuzz", fuzz::briefly);
    }
    if let Some(line) = closing {
        steps.note(format!("nextest: {line}"));
    }
}
