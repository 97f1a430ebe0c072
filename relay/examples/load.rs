//! What the relay costs: `cargo run --release -p jumpseat-relay --features testing --example load [NAME…]`.
//!
//! The relay runs in a process of its own, so that its CPU time and memory can be told from the load's.
//! `JUMPSEAT_LOAD_THREADS=1` gives it a current-thread runtime (2 is the default).
#![expect(clippy::print_stdout, reason = "it reports")]
#![expect(clippy::unwrap_used, reason = "it measures or it fails")]

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use jumpseat_relay::{Config, Relay, testing::load};
use tokio::runtime::{Builder, Runtime};

const SERVE: &str = "serve";

fn main() {
    let names: Vec<String> = std::env::args().skip(1).collect();
    if names.first().is_some_and(|name| name == SERVE) {
        return serve();
    }
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    if wanted("echo") {
        echo();
    }
    if wanted("fan-out") {
        for len in [1024, 16 * 1024] {
            fan_out(len);
        }
    }
    if wanted("idle") {
        idle();
    }
}

/// The relay's process: it ends with its standard input.
fn serve() {
    let threads = std::env::var("JUMPSEAT_LOAD_THREADS").map_or(2, |threads| threads.parse().unwrap());
    runtime(threads).block_on(async {
        let mut config = Config::embedded(([127, 0, 0, 1], 0).into());
        config.limits.connections_per_prefix = usize::MAX;
        let relay = Relay::bind(config).await.unwrap().spawn().unwrap();
        println!("{}", relay.address());
        let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
        ended.await.unwrap().unwrap();
        let counters = relay.counters();
        println!(
            "skips: {} by bytes, {} by age, {} frames",
            counters.skips_by_bytes.value(),
            counters.skips_by_age.value(),
            counters.frames_skipped.value()
        );
        relay.stop().await;
    });
}

fn runtime(threads: usize) -> Runtime {
    match threads {
        1 => Builder::new_current_thread().enable_all().build(),
        more => Builder::new_multi_thread().worker_threads(more).enable_all().build(),
    }
    .unwrap()
}

/// A relay in a process of its own.
struct Process {
    child: Child,
    address: SocketAddr,
    output: BufReader<std::process::ChildStdout>,
}

impl Process {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        Self { child, address: line.trim().parse().unwrap(), output }
    }

    /// CPU time so far, from `/proc` (in ticks of 10 ms).
    fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Duration::from_millis(10 * ticks)
    }

    /// Resident memory in KiB.
    fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    fn stop(mut self) {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        print!("    {rest}");
        self.child.wait().unwrap();
    }
}

fn fan_out(len: usize) {
    let relay = Process::start();
    // Enough that a tick of 10 ms is little.
    let frames = if len < 4096 { 60_000 } else { 12_000 };
    let before = relay.cpu();
    let result = runtime(2).block_on(load::fan_out(relay.address, 20, frames, len, 512 * 1024));
    let cpu = (relay.cpu() - before).as_secs_f64();
    let delivered = result.delivered as f64;
    let bytes = delivered * len as f64;
    println!(
        "fan-out ×20, {len} B: {:.2} CPU s/GB, {:.2} µs CPU per delivery, {:.0} deliveries/s, {} skipped, {:.2} s",
        cpu / bytes * 1e9,
        cpu / delivered * 1e6,
        delivered / result.took.as_secs_f64(),
        result.skipped,
        result.took.as_secs_f64(),
    );
    relay.stop();
}

fn echo() {
    for guests in [1, 20] {
        let relay = Process::start();
        let times = runtime(2).block_on(load::echo(relay.address, guests, 5000));
        let at = |share: f64| times[(times.len() as f64 * share) as usize].as_micros();
        println!("echo, {guests} guests: {} µs p50, {} µs p99", at(0.5), at(0.99));
        relay.stop();
    }
}

fn idle() {
    for (sessions, guests) in [(1000, 1), (100, 20)] {
        let relay = Process::start();
        let runtime = runtime(2);
        // The first ones pay for what all share.
        let warm = runtime.block_on(load::idle(relay.address, 10, 1, u32::MAX / 2));
        let before = relay.resident();
        let all = runtime.block_on(load::idle(relay.address, sessions, guests, 0));
        let kib = (relay.resident() - before) as f64;
        println!(
            "idle, {sessions} sessions of {guests} guests: {:.1} KiB a session, {:.1} KiB a connection",
            kib / f64::from(sessions),
            kib / f64::from(sessions * u32::from(guests + 1)),
        );
        drop((warm, all));
        relay.stop();
    }
}
