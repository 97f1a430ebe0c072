//! `cargo xtask model`: checks the models of the protocol in `docs/model` with Verifpal, and that weaker ones fail.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::install;
use crate::shell::{Steps, output, program, root};

/// A model, or a weaker one made of it.
struct Case {
    name: &'static str,
    model: &'static str,
    /// What is replaced, once, and by what; nothing in the model itself.
    weaker: Option<(&'static str, &'static str)>,
    /// How often everybody runs the protocol at the same time.
    sessions: &'static str,
    /// For each query in order: c confidentiality or a authentication, then 0 if no attack was found and 1 if one was.
    expected: &'static str,
}

const CASES: [Case; 9] = [
    Case { name: "joining", model: "join", weaker: None, sessions: "2", expected: "c0c0a0a0a0a0" },
    // The guest keeps the key of its knock.
    Case {
        name: "joining, the knock's key kept",
        model: "join",
        weaker: Some(("phase[1]\n", "phase[1]\n\nprincipal Guest[\n\tleaks guestkem\n]\n")),
        sessions: "1",
        expected: "c1c1a0a0a0a0",
    },
    Case { name: "a leaked token", model: "leaked-token", weaker: None, sessions: "2", expected: "c0a0" },
    // The guest does not compare the bundle with its token.
    Case {
        name: "a leaked token, the host not pinned",
        model: "leaked-token",
        weaker: Some(("\t_ = ASSERT(HASH(CONCAT(sid, kempk, edpk)), bh)?\n", "")),
        sessions: "1",
        expected: "c1a1",
    },
    // Bob reads epoch 1 and Cleo epoch 3, as they may.
    Case {
        name: "guests that lie",
        model: "guests",
        weaker: None,
        sessions: "1",
        expected: "c1c0c1c0a0a0a0",
    },
    // Group frames are not signed: whoever has the epoch's key speaks for the host.
    Case {
        name: "guests that lie, frames not signed",
        model: "guests",
        weaker: Some(("\t_ = SIGNVERIF(edpk, HASH(l_framesig, sid, epoch1, a_output1), a_framesig1)?\n", "")),
        sessions: "1",
        expected: "c1c0c1c0a1a0a0",
    },
    // The newcomer is granted the epoch before it came.
    Case {
        name: "guests that lie, an epoch granted too late",
        model: "guests",
        weaker: Some(("CONCAT(commit3, epochsig3, ek3)", "CONCAT(commit3, epochsig3, ek2)")),
        sessions: "1",
        expected: "c1c1c0c0a0a0a0",
    },
    // The present epoch is read by whoever reads the memory.
    Case {
        name: "a memory read late",
        model: "forward-secrecy",
        weaker: None,
        sessions: "1",
        expected: "c0c0c1c1a0a0a0",
    },
    // The host does not wipe the first chain, as when a pair has one key for the whole session.
    Case {
        name: "a memory read late, the first chain kept",
        model: "forward-secrecy",
        weaker: Some(("leaks hostsign, ek2, down2, up2", "leaks hostsign, ek2, down0, up0")),
        sessions: "1",
        expected: "c1c1c1c1a0a0a0",
    },
];

pub(crate) fn run() -> Result<()> {
    install::verifpal()?;
    let scratch = root().join("target/model");
    std::fs::create_dir_all(&scratch)?;
    let mut steps = Steps::default();
    for (number, case) in CASES.iter().enumerate() {
        let path = scratch.join(format!("{number}-{}.vp", case.model));
        steps.step(case.name, || check(case, &path));
    }
    steps.finish()
}

fn check(case: &Case, path: &Path) -> Result<()> {
    let source = root().join("docs/model").join(case.model).with_extension("vp");
    let mut text =
        std::fs::read_to_string(&source).with_context(|| format!("cannot read {}", source.display()))?;
    if let Some((from, to)) = case.weaker {
        if text.matches(from).count() != 1 {
            bail!("{} does not have exactly one {from:?}", source.display());
        }
        text = text.replace(from, to);
    }
    std::fs::write(path, text)?;
    let mut verifpal = program("verifpal");
    verifpal.args(["verify", "--quiet", "--color", "never", "--result-code", "--sessions", case.sessions]);
    let found = output(verifpal.arg(path))?;
    let found = found.lines().last().unwrap_or_default().trim();
    if found != case.expected {
        bail!("found {found}, not {}; see `verifpal verify {}`", case.expected, path.display());
    }
    Ok(())
}
