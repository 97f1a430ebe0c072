//! The terminal output that the flood prints.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::Bench;

/// The corpus as a file; generated once for each size.
pub(super) fn file(bench: &Bench) -> Result<PathBuf> {
    let path = bench.folder.join(format!("corpus-{}.txt", bench.megabytes));
    if !path.exists() {
        fs::write(&path, generate(bench.megabytes * 1_000_000))?;
    }
    Ok(path)
}

/// Coloured lines with some UTF-8, until the screen's own generator takes its place.
fn generate(length: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(length + 200);
    for number in 0.. {
        if text.len() >= length {
            break;
        }
        let line = format!(
            "\u{1b}[1m\u{1b}[32m   Compiling\u{1b}[0m part-{number} v0.{}.{} (größe {number:x}, 東京)\r\n\
             \u{1b}[33mwarning\u{1b}[0m: unused variable: `value_{number}`\r\n  \u{1b}[34m-->\u{1b}[0m src/lib.rs:{}:9\r\n",
            number % 7,
            number % 13,
            number % 997
        );
        text.extend_from_slice(line.as_bytes());
    }
    text.truncate(length);
    text
}
