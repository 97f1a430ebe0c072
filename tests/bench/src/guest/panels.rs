//! A guest of the git panel, with a stop-watch, that saves the host's files itself: one clock for both ends.

use std::future::pending;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use jumpseat_engine::api::panels::{Entries, Entry, File, ReferenceId};

use super::seat::Seat;
use super::shown::Shown;
use crate::line;

/// Saves before the measurement: the file is listed by then, and fetched.
const WARM_UP: usize = 3;

/// From one save to the next: longer than the host's rest between two looks, and never at the same point of it.
const BETWEEN: Duration = Duration::from_millis(900);
const STEP: Duration = Duration::from_millis(37);

/// After so long all that a save causes has come.
const SETTLED: Duration = Duration::from_millis(250);

/// Says `shown` with the time since the start, in ns, once the git panel lists so many files. Stays until killed.
pub(crate) async fn files(invite: &Path, count: usize) -> Result<()> {
    let start = Instant::now();
    let mut seat = Seat::take(invite, Shown::bytes(""), false).await?;
    seat.until_git(|entries| changed(entries).count() >= count).await?;
    println!("shown {}", start.elapsed().as_nanos());
    pending().await
}

/// Saves a file again and again with one line changed; prints for each how long it took until this guest had the
/// change (with `open`: the new content), in ns, and how many bytes came from and went to the relay meanwhile.
pub(crate) async fn saves(invite: &Path, file: &Path, count: usize, open: bool) -> Result<()> {
    let text: serde_json::Value = serde_json::from_slice(&std::fs::read(invite)?)?;
    let relay = text["relay"].as_str().and_then(|url| url.strip_prefix("ws://")).context("a plain relay")?;
    let (address, counts) = line::counted(relay)?;
    let way = Some(format!("ws://{address}"));
    let mut seat = Seat::by_way_of(way, invite, Shown::bytes(""), false).await?;
    seat.until_git(|entries| !entries.is_empty()).await?;
    let name = file.file_name().context("a file")?.to_string_lossy().into_owned();
    let lines = std::fs::read_to_string(file)?;
    let middle = lines.lines().nth(lines.lines().count() / 2).context("lines")?;
    for nth in 0..WARM_UP + count {
        seat.rest(BETWEEN + STEP * u32::try_from(nth % 17)?).await?;
        let before = content(&seat.entries, &name);
        let bytes = || (counts.down.load(Ordering::Relaxed), counts.up.load(Ordering::Relaxed));
        let (down, up) = bytes();
        let saved = lines.replacen(middle, &format!("line changed for the {nth}th time"), 1);
        std::fs::write(file, &saved)?;
        let start = Instant::now();
        seat.until_git(|entries| {
            let now = content(entries, &name);
            now.is_some() && now != before
        })
        .await?;
        if open {
            let reference = content(&seat.entries, &name).context("a content")?;
            anyhow::ensure!(seat.fetch(reference).await? == saved.len(), "another content");
        }
        let took = start.elapsed().as_nanos();
        seat.rest(SETTLED).await?;
        if nth >= WARM_UP {
            println!("{took} {} {}", bytes().0 - down, bytes().1 - up);
        }
    }
    Ok(())
}

fn changed(entries: &Entries) -> impl Iterator<Item = &File> {
    entries.values().filter_map(|entry| if let Entry::File(file) = entry { Some(file) } else { None })
}

/// What the file of that name holds in the folder now.
fn content(entries: &Entries, name: &str) -> Option<ReferenceId> {
    let file = changed(entries).find(|file| file.path.rsplit('/').next() == Some(name))?;
    Some(file.worktree.as_ref()?.content.as_ref()?.id.clone())
}
