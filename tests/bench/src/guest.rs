//! A guest of a real session, with a stop-watch.

mod panels;
mod seat;
mod shown;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

pub(crate) use self::panels::{files, saves};
use self::seat::Seat;
use self::shown::Shown;

/// Keys before the measurement, so that every process has run its path once.
const WARM_UP: usize = 50;

/// A screen to which nothing comes for so long is the final one.
const QUIET: Duration = Duration::from_millis(400);

/// Says `done` once the text has come, with how many bytes of output came until then; with a screen, what the screen
/// is in the end. Stays until killed.
pub(crate) async fn until(invite: &Path, text: &str, with_screen: bool) -> Result<()> {
    let shown = if with_screen { Shown::screen(text) } else { Shown::bytes(text) };
    let mut seat = Seat::take(invite, shown, false).await?;
    seat.until(|shown| shown.has_come()).await?;
    seat.done().await
}

/// Says how long it took from the start and from the knock to a screen with its scrollback, in ns.
pub(crate) async fn join(invite: &Path) -> Result<()> {
    let start = Instant::now();
    let mut seat = Seat::take(invite, Shown::screen(""), false).await?;
    seat.until(|shown| shown.is_whole()).await?;
    println!("{} {}", start.elapsed().as_nanos(), seat.knocked.elapsed().as_nanos());
    Ok(())
}

/// Presses keys one after the other and prints how long each took to be on the screen, in ns, one a line.
///
/// `flooded` says that the program prints something else all the time and shows the last key on the last row.
pub(crate) async fn keys(invite: &Path, count: usize, key_timing: bool, flooded: bool) -> Result<()> {
    let mut seat = Seat::take(invite, Shown::screen(""), key_timing).await?;
    let mut times = Vec::with_capacity(count);
    for (index, key) in (b'a'..=b'z').cycle().take(WARM_UP + count).enumerate() {
        let start = Instant::now();
        seat.press(key).await?;
        if flooded {
            seat.until(|shown| shown.last_row_is(&format!("<{}>", key as char))).await?;
        } else {
            seat.until(|shown| shown.last_printed_is(key as char)).await?;
        }
        if index >= WARM_UP {
            times.push(start.elapsed().as_nanos());
        }
    }
    times.iter().for_each(|time| println!("{time}"));
    Ok(())
}

/// Watches a flood for a while, says `pressed` with ^C, says `done` when the screen shows the text, then what the
/// screen is. Stays until killed.
pub(crate) async fn stop(invite: &Path, after: Duration, text: &str) -> Result<()> {
    let mut seat = Seat::take(invite, Shown::screen(text), false).await?;
    let watched = tokio::time::timeout(after, seat.until(|shown| shown.has_come())).await;
    if watched.is_ok() {
        bail!("the flood ended before it was stopped");
    }
    println!("pressed");
    seat.press(0x03).await?;
    seat.until(|shown| shown.has_come()).await?;
    seat.done().await
}
