//! A relay in a process of its own, and the load for one in another: what `cargo xtask bench` measures it with.
//!
//! Who starts it reads CPU time and memory of the process that serves.
#![expect(clippy::print_stdout, reason = "it reports")]
#![expect(clippy::unwrap_used, reason = "it measures or it fails")]

use std::{future::pending, net::SocketAddr, sync::Arc};

use jumpseat_relay::{
    Config, Relay,
    testing::load::{self, Seated, Stream},
};
use tokio::{sync::Semaphore, task::JoinSet};

const USAGE: &str = "\
usage: load serve                                          print the address, then serve until killed
       load fan-out ADDRESS SESSIONS AT-ONCE GUESTS FRAMES LENGTH
                                                           print `seated`, send from every host to its guests, so
                                                           many hosts at once, print for each session the frames
                                                           delivered and skipped and its seconds; stay until killed
       load idle ADDRESS FIRST SESSIONS GUESTS             open sessions numbered from FIRST on, print `seated`,
                                                           stay until killed
       load echo ADDRESS GUESTS ROUNDS                     print how long each keystroke of the first guest took
                                                           to the host and back, in ns";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["serve"] => serve().await,
        ["fan-out", relay, sessions, at_once, guests, frames, len] => {
            let seated =
                seat(relay.parse().unwrap(), 0..sessions.parse().unwrap(), guests.parse().unwrap()).await;
            println!("seated");
            let stream = Stream { frames: frames.parse().unwrap(), len: len.parse().unwrap() };
            fan_out(seated, at_once.parse().unwrap(), stream).await;
        }
        ["idle", relay, first, sessions, guests] => {
            let (first, sessions): (u32, u32) = (first.parse().unwrap(), sessions.parse().unwrap());
            let _seated =
                seat(relay.parse().unwrap(), first..first + sessions, guests.parse().unwrap()).await;
            println!("seated");
            pending::<()>().await;
        }
        ["echo", relay, guests, rounds] => {
            for time in
                load::echo(relay.parse().unwrap(), guests.parse().unwrap(), rounds.parse().unwrap()).await
            {
                println!("{}", time.as_nanos());
            }
        }
        _ => panic!("{USAGE}"),
    }
}

async fn serve() {
    let mut config = Config::embedded(([127, 0, 0, 1], 0).into());
    config.limits.connections_per_address = usize::MAX;
    let relay = Relay::bind(config).await.unwrap().spawn().unwrap();
    println!("{}", relay.address());
    pending::<()>().await;
}

async fn seat(relay: SocketAddr, numbers: std::ops::Range<u32>, guests: u16) -> Vec<Seated> {
    let mut seated = Vec::new();
    for number in numbers {
        seated.push(Seated::open(relay, number, guests).await);
    }
    seated
}

async fn fan_out(seated: Vec<Seated>, at_once: usize, stream: Stream) {
    let turns = Arc::new(Semaphore::new(at_once));
    let mut running = JoinSet::new();
    for mut session in seated {
        let turns = Arc::clone(&turns);
        running.spawn(async move {
            let _turn = turns.acquire().await;
            (session.fan_out(stream).await, session)
        });
    }
    // Kept, so that the relay still holds them while it is measured.
    let mut _kept = Vec::new();
    while let Some(done) = running.join_next().await {
        let (came, session) = done.unwrap();
        println!("{} {} {}", came.delivered, came.skipped, came.took.as_secs_f64());
        _kept.push(session);
    }
    pending::<()>().await;
}
