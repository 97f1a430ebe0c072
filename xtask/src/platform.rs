//! The platforms that the extension is built for.

use anyhow::{Context, Result};

/// A platform that a package is made for.
pub(crate) struct Platform {
    /// As the marketplaces name it.
    pub(crate) name: &'static str,
    /// As Rust names it.
    pub(crate) triple: &'static str,
    /// As the native module's file is named for it.
    module: &'static str,
}

const PLATFORMS: [Platform; 8] = [
    Platform { name: "linux-x64", triple: "x86_64-unknown-linux-gnu", module: "linux-x64-gnu" },
    Platform { name: "linux-arm64", triple: "aarch64-unknown-linux-gnu", module: "linux-arm64-gnu" },
    Platform { name: "alpine-x64", triple: "x86_64-unknown-linux-musl", module: "linux-x64-musl" },
    Platform { name: "alpine-arm64", triple: "aarch64-unknown-linux-musl", module: "linux-arm64-musl" },
    Platform { name: "darwin-x64", triple: "x86_64-apple-darwin", module: "darwin-x64" },
    Platform { name: "darwin-arm64", triple: "aarch64-apple-darwin", module: "darwin-arm64" },
    Platform { name: "win32-x64", triple: "x86_64-pc-windows-msvc", module: "win32-x64-msvc" },
    Platform { name: "win32-arm64", triple: "aarch64-pc-windows-msvc", module: "win32-arm64-msvc" },
];

impl Platform {
    /// This machine.
    pub(crate) fn here() -> Result<&'static Self> {
        let (os, processor) = (std::env::consts::OS, std::env::consts::ARCH);
        let matches = |platform: &&Self| {
            platform.triple.starts_with(processor)
                && platform.triple.contains(if os == "macos" { "darwin" } else { os })
                && platform.triple.ends_with("musl") == cfg!(target_env = "musl")
        };
        let found = PLATFORMS.iter().find(matches);
        found.with_context(|| format!("the extension is not built for {os} on {processor}"))
    }

    pub(crate) fn named(name: &str) -> Result<&'static Self> {
        let all = PLATFORMS.iter().map(|platform| platform.name).collect::<Vec<_>>().join(", ");
        let found = PLATFORMS.iter().find(|platform| platform.name == name);
        found.with_context(|| format!("no platform {name}; there are: {all}"))
    }

    /// The program in the package.
    pub(crate) fn program(&self) -> &'static str {
        if self.triple.contains("windows") { "jumpseat.exe" } else { "jumpseat" }
    }

    /// The module as it is compiled.
    pub(crate) fn library(&self) -> &'static str {
        match self.triple {
            triple if triple.contains("windows") => "jumpseat_native.dll",
            triple if triple.contains("darwin") => "libjumpseat_native.dylib",
            _ => "libjumpseat_native.so",
        }
    }

    /// The module in the package.
    pub(crate) fn module(&self) -> String {
        format!("jumpseat.{}.node", self.module)
    }
}
