//! `cargo xtask edges`: which crate may link which, as `ARCHITECTURE.md` draws it.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::shell::{cargo, output};

/// One crate's rule. Dependencies count with everything that they pull in; build and test dependencies do not.
struct Edge {
    package: &'static str,
    /// The crates of the project that it may link.
    own: &'static [&'static str],
    /// Crates from elsewhere that it must not link.
    never: &'static [&'static str],
}

const KEYS: [&str; 6] = ["aes-gcm", "ed25519-dalek", "hkdf", "hpke", "x-wing", "x25519-dalek"];
/// Without what only checks signatures.
const DECRYPTING_KEYS: [&str; 5] = ["aes-gcm", "hkdf", "hpke", "x-wing", "x25519-dalek"];
const IO: [&str; 4] = ["mio", "portable-pty", "socket2", "tokio"];
const USER_INTERFACES: [&str; 4] = ["clap", "crossterm", "napi", "ratatui"];

const EDGES: [Edge; 14] = [
    Edge { package: "jumpseat-text", own: &[], never: &KEYS },
    Edge { package: "jumpseat-pack", own: &[], never: &KEYS },
    Edge { package: "jumpseat-wire", own: &[], never: &[] },
    Edge { package: "jumpseat-screen", own: &[], never: &KEYS },
    Edge { package: "jumpseat-panels", own: &["jumpseat-text", "jumpseat-pack"], never: &KEYS },
    // What asks git knows of no panel: others than panels need it.
    Edge { package: "jumpseat-git", own: &[], never: &KEYS },
    // What reads repositories, logs and forges knows of no session and no key.
    Edge {
        package: "jumpseat-sources",
        own: &["jumpseat-text", "jumpseat-pack", "jumpseat-panels", "jumpseat-git"],
        never: &KEYS,
    },
    Edge {
        package: "jumpseat-session",
        own: &["jumpseat-text", "jumpseat-wire", "jumpseat-screen"],
        never: &USER_INTERFACES,
    },
    Edge {
        package: "jumpseat-api",
        own: &[
            "jumpseat-pack",
            "jumpseat-text",
            "jumpseat-wire",
            "jumpseat-screen",
            "jumpseat-panels",
            "jumpseat-session",
        ],
        never: &USER_INTERFACES,
    },
    Edge {
        package: "jumpseat-guest",
        own: &[
            "jumpseat-api",
            "jumpseat-text",
            "jumpseat-pack",
            "jumpseat-wire",
            "jumpseat-screen",
            "jumpseat-panels",
            "jumpseat-session",
        ],
        never: &USER_INTERFACES,
    },
    Edge {
        package: "jumpseat-engine",
        own: &[
            "jumpseat-guest",
            "jumpseat-api",
            "jumpseat-pack",
            "jumpseat-text",
            "jumpseat-wire",
            "jumpseat-screen",
            "jumpseat-panels",
            "jumpseat-git",
            "jumpseat-sources",
            "jumpseat-session",
        ],
        never: &USER_INTERFACES,
    },
    // What runs inside an editor starts no relay and draws nothing.
    Edge {
        package: "jumpseat-native",
        own: &[
            "jumpseat-guest",
            "jumpseat-pack",
            "jumpseat-api",
            "jumpseat-text",
            "jumpseat-wire",
            "jumpseat-screen",
            "jumpseat-panels",
            "jumpseat-git",
            "jumpseat-sources",
            "jumpseat-session",
            "jumpseat-engine",
        ],
        never: &["axum", "clap", "crossterm", "ratatui"],
    },
    // The program brings everything but what belongs to an editor, and nothing of the tests.
    Edge {
        package: "jumpseat",
        own: &[
            "jumpseat-guest",
            "jumpseat-pack",
            "jumpseat-api",
            "jumpseat-text",
            "jumpseat-wire",
            "jumpseat-screen",
            "jumpseat-panels",
            "jumpseat-git",
            "jumpseat-sources",
            "jumpseat-session",
            "jumpseat-engine",
            "jumpseat-relay",
        ],
        never: &["napi", "napi-derive"],
    },
    // The relay cannot decrypt, because it does not link the code that could.
    Edge { package: "jumpseat-relay", own: &["jumpseat-wire"], never: &DECRYPTING_KEYS },
];

/// Crates without input and output of their own.
const SANS_IO: [&str; 7] = [
    "jumpseat-pack",
    "jumpseat-wire",
    "jumpseat-screen",
    "jumpseat-panels",
    "jumpseat-session",
    "jumpseat-api",
    "jumpseat-guest",
];

pub(crate) fn run() -> Result<()> {
    let mut broken = Vec::new();
    for edge in &EDGES {
        let tree = ["tree", "--package", edge.package, "--edges", "normal", "--target", "all"];
        let text = output(cargo(tree).args(["--prefix", "none", "--format", "{p}"]))?;
        broken.extend(violations(edge, &linked(&text)));
    }
    if !broken.is_empty() {
        bail!("forbidden dependencies:\n  {}", broken.join("\n  "));
    }
    println!("edges: {} crates link only what they may", EDGES.len());
    Ok(())
}

/// The names in the output of `cargo tree`: one `name version (details)` a line.
fn linked(tree: &str) -> BTreeSet<&str> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).collect()
}

fn violations(edge: &Edge, linked: &BTreeSet<&str>) -> Vec<String> {
    let mut never: Vec<&str> = edge.never.to_vec();
    if SANS_IO.contains(&edge.package) {
        never.extend(IO);
    }
    if edge.package == "jumpseat-wire" {
        never.extend(KEYS);
    }
    let foreign = |name: &&&str| {
        let ours = name.starts_with("jumpseat");
        let allowed = edge.own.contains(*name) || **name == edge.package;
        never.contains(*name) || (ours && !allowed)
    };
    linked.iter().filter(foreign).map(|name| format!("{} must not link {name}", edge.package)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(package: &str) -> &'static Edge {
        EDGES.iter().find(|edge| edge.package == package).expect("a rule for the crate")
    }

    #[test]
    fn a_relay_that_links_the_session_is_found() {
        let tree =
            "jumpseat-relay v0.1.0 (/x)\njumpseat-wire v0.1.0 (/y)\nhpke v0.15.1\njumpseat-session v0.1.0";
        assert_eq!(
            violations(rule("jumpseat-relay"), &linked(tree)),
            ["jumpseat-relay must not link hpke", "jumpseat-relay must not link jumpseat-session"]
        );
    }

    #[test]
    fn a_machine_without_io_must_not_link_a_runtime() {
        let tree = "jumpseat-session v0.1.0\njumpseat-wire v0.1.0\nhpke v0.15.1\ntokio v1.54.1 (*)";
        assert_eq!(
            violations(rule("jumpseat-session"), &linked(tree)),
            ["jumpseat-session must not link tokio"]
        );
    }

    #[test]
    fn a_program_that_links_the_editor_s_binding_or_the_tests_is_found() {
        let tree = "jumpseat v0.1.0\njumpseat-engine v0.1.0\njumpseat-relay v0.1.0\njumpseat-forge v0.1.0\nnapi v3.16.0";
        assert_eq!(
            violations(rule("jumpseat"), &linked(tree)),
            ["jumpseat must not link jumpseat-forge", "jumpseat must not link napi"]
        );
    }

    #[test]
    fn every_crate_that_is_shipped_has_a_rule() {
        let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let text = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap();
        let workspace = text(top.join("Cargo.toml"));
        let members = workspace.split("members = [").nth(1).unwrap().split(']').next().unwrap();
        let members = members.split(',').map(|member| member.trim().trim_matches('"'));
        let shipped =
            members.filter(|member| !["tests", "fuzz", "xtask"].contains(&member.split('/').next().unwrap()));
        let mut rules = 0;
        for member in shipped {
            let manifest = text(top.join(member).join("Cargo.toml"));
            let name = manifest.split("name = \"").nth(1).unwrap().split('"').next().unwrap();
            rule(name);
            rules += 1;
        }
        assert_eq!(rules, EDGES.len());
    }

    #[test]
    fn what_the_drawing_allows_passes() {
        let tree = "jumpseat-relay v0.1.0\njumpseat-wire v0.1.0\ntokio v1.54.1";
        assert!(violations(rule("jumpseat-relay"), &linked(tree)).is_empty());
    }
}
