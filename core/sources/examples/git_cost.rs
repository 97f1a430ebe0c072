//! What the git panel costs in a repository that is given: the first picture, a saved file, and a build that writes
//! many files. `cargo run --release -p jumpseat-sources --example git_cost -- FOLDER`, with a clean checkout.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it prints figures, and what panics is a finding"
)]

use std::{fs, path::PathBuf, process::Command, sync::Arc, time::Duration, time::Instant};

use jumpseat_panels::Entry;
use jumpseat_sources::{Git, Published, Shown, Source, publisher};
use tokio::{sync::mpsc, time::timeout};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder with a repository"));
    let status = median((0..7).map(|_| {
        let began = Instant::now();
        let args = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all"];
        let out = Command::new("git").args(args).current_dir(&folder).env("GIT_OPTIONAL_LOCKS", "0").output();
        assert!(out.unwrap().status.success());
        began.elapsed()
    }));
    println!("git status              {status:>8.1?}");

    let (publisher, mut published) = publisher();
    let (asks, asked) = mpsc::channel(1);
    let began = Instant::now();
    let task = tokio::spawn(Box::new(Git::new(&folder)).run(publisher, asked));
    until(&mut published, |shown| !shown.entries.is_empty()).await;
    println!("first picture           {:>8.1?}", began.elapsed());
    pause(3).await;

    let file = folder.join("cost-of-a-save");
    let mut saves = Vec::new();
    for nth in 0..9 {
        fs::write(&file, format!("{nth}\n")).unwrap();
        let began = Instant::now();
        let before = published.now();
        until(&mut published, |shown| shown.entries != before.entries).await;
        saves.push(began.elapsed());
        pause(1).await;
    }
    println!(
        "saved until shown p50   {:>8.1?}   worst {:.1?}",
        median(saves.iter().copied()),
        saves.iter().max().unwrap()
    );

    let idle = cpu();
    pause(5).await;
    println!("CPU of 5 s of rest      {:>8.1?}", cpu() - idle);

    fs::create_dir_all(folder.join(".git/info")).unwrap();
    fs::write(folder.join(".git/info/exclude"), "cost-ignored/\n").unwrap();
    for (name, what) in [("ignored", "cost-ignored"), ("not ignored", "cost-of-a-build")] {
        let (began, before) = (Instant::now(), cpu());
        let target = folder.join(what);
        let build = tokio::task::spawn_blocking(move || {
            fs::create_dir_all(&target).unwrap();
            for nth in 0..10_000 {
                fs::write(target.join(nth.to_string()), "object").unwrap();
                if nth % 100 == 0 {
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
        });
        build.await.unwrap();
        pause(3).await;
        println!(
            "10,000 files {name:<11} {:>8.1?} of CPU, the writer's and git's included, in {:.1?}",
            cpu() - before,
            began.elapsed()
        );
    }
    for gone in ["cost-ignored", "cost-of-a-build"] {
        fs::remove_dir_all(folder.join(gone)).unwrap();
    }
    fs::remove_file(file).unwrap();
    drop(asks);
    task.await.unwrap();
}

async fn until(published: &mut Published, fits: impl Fn(&Shown) -> bool) -> Arc<Shown> {
    loop {
        let now = published.now();
        if fits(&now) && now.entries.values().any(|entry| matches!(entry, Entry::Repository(_))) {
            return now;
        }
        timeout(Duration::from_secs(60), published.changed()).await.expect("it comes").expect("it runs");
    }
}

/// So that one measurement's last events are no part of the next.
async fn pause(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times[times.len() / 2]
}

/// CPU time of this process and of the children that have ended, from the kernel's own account.
fn cpu() -> Duration {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
    // A tick is a hundredth of a second on every Linux.
    Duration::from_millis(ticks * 10)
}
