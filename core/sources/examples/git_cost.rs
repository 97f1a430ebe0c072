//! What the git panel costs in a repository that is given: the first picture, a saved file, and a build that writes
//! many files. `cargo run --release -p jumpseat-sources --example git_cost -- FOLDER`, with a clean checkout.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it prints figures, and what panics is a finding"
)]

use std::{fs, path::Path, path::PathBuf, process::Command, sync::Arc, time::Duration, time::Instant};

use jumpseat_panels::Entry;
use jumpseat_sources::{Ask, Git, Published, Shown, Source, publisher};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder with a repository"));
    // In turns, so that whatever else the machine does concerns both.
    let (mut statuses, mut firsts) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        statuses.push(status(&folder));
        let began = Instant::now();
        let (task, asks, mut published) = share(&folder);
        until(&mut published, |shown| !shown.entries.is_empty()).await;
        firsts.push(began.elapsed());
        drop(asks);
        task.await.unwrap();
        pause(1).await;
    }
    let (status, first) = (median(statuses.into_iter()), median(firsts.into_iter()));
    println!("git status              {status:>8.1?}");
    println!("first picture           {first:>8.1?}   {:.2} times that", first.div_duration_f64(status));

    let (task, asks, mut published) = share(&folder);
    until(&mut published, |shown| !shown.entries.is_empty()).await;
    pause(3).await;

    let file = folder.join("cost-of-a-save");
    let (mut saves, before) = (Vec::new(), cpu());
    for nth in 0..9 {
        fs::write(&file, format!("{nth}\n")).unwrap();
        let began = Instant::now();
        let shown_before = published.now();
        until(&mut published, |shown| shown.entries != shown_before.entries).await;
        saves.push(began.elapsed());
        pause(1).await;
    }
    println!(
        "saved until shown p50   {:>8.1?}   worst {:.1?}",
        median(saves.iter().copied()),
        saves.iter().max().unwrap()
    );

    println!("CPU of a save           {}", Cost::since(before, 9));

    let before = cpu();
    pause(5).await;
    println!("CPU of 5 s of rest      {}", Cost::since(before, 1));

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
            "10,000 files {name:<11}{}, the writer's included, in {:.1?}",
            Cost::since(before, 1),
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

fn status(folder: &Path) -> Duration {
    let began = Instant::now();
    let args = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all"];
    let out = Command::new("git").args(args).current_dir(folder).env("GIT_OPTIONAL_LOCKS", "0").output();
    assert!(out.unwrap().status.success());
    began.elapsed()
}

fn share(folder: &Path) -> (JoinHandle<()>, mpsc::Sender<Ask>, Published) {
    let (publisher, published) = publisher();
    let (asks, asked) = mpsc::channel(1);
    (tokio::spawn(Box::new(Git::new(folder)).run(publisher, asked)), asks, published)
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

/// CPU time of this process, and of the children that have ended, from the kernel's own account.
fn cpu() -> [Duration; 2] {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: Vec<u64> = fields.skip(11).take(4).filter_map(|field| field.parse().ok()).collect();
    // A tick is a hundredth of a second on every Linux.
    [0, 2].map(|at| Duration::from_millis(ticks.iter().skip(at).take(2).sum::<u64>() * 10))
}

/// CPU time: one's own, and git's.
struct Cost([Duration; 2]);

impl Cost {
    /// What was spent on each of some times since then.
    fn since(before: [Duration; 2], times: u32) -> Self {
        let now = cpu();
        Self([0, 1].map(|at| (now[at] - before[at]) / times))
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>8.1?} and git's {:.1?}", self.0[0], self.0[1])
    }
}
