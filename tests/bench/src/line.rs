//! A line to a relay that can be slow towards the guest, and counts.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

/// Small pieces, so that the pace is even.
const PIECE: usize = 16 * 1024;

/// Prints its address; when a connection has ended, `bytes` with how many went to the relay and how many came from it.
/// `rate` is in bytes a second, for what comes from the relay. Runs until killed.
pub(crate) fn run(relay: &str, rate: Option<f64>) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    loop {
        let near = listener.accept()?.0;
        let far = TcpStream::connect(relay)?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        let (near_again, far_again) = (near.try_clone()?, far.try_clone()?);
        thread::spawn(move || {
            let up = thread::spawn(move || carry(near_again, far_again, None));
            let down = carry(far, near, rate);
            println!("bytes {} {down}", up.join().unwrap_or(0));
        });
    }
}

/// Bytes that went to the relay and came from it so far, over a line of this process.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) up: AtomicUsize,
    pub(crate) down: AtomicUsize,
}

/// A line to the relay that counts as it goes, and its address. Ends with the process.
pub(crate) fn counted(relay: &str) -> Result<(SocketAddr, Arc<Counts>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let (relay, counts) = (relay.to_owned(), Arc::new(Counts::default()));
    let shared = Arc::clone(&counts);
    thread::spawn(move || {
        while let Ok((near, _)) = listener.accept() {
            let Ok(far) = TcpStream::connect(&relay) else { break };
            let ends = near.try_clone().and_then(|near| Ok((near, far.try_clone()?)));
            let Ok((near_again, far_again)) = ends else { break };
            near.set_nodelay(true).ok();
            far.set_nodelay(true).ok();
            let (up, down) = (Arc::clone(&shared), Arc::clone(&shared));
            thread::spawn(move || count(near_again, far_again, &up.up));
            thread::spawn(move || count(far, near, &down.down));
        }
    });
    Ok((address, counts))
}

fn count(mut from: TcpStream, mut to: TcpStream, counted: &AtomicUsize) {
    let mut buffer = vec![0; PIECE];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        counted.fetch_add(length, Ordering::Relaxed);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    from.shutdown(Shutdown::Both).ok();
    to.shutdown(Shutdown::Both).ok();
}

/// One direction until either end closes; how many bytes went through.
fn carry(mut from: TcpStream, mut to: TcpStream, rate: Option<f64>) -> usize {
    let mut buffer = vec![0; PIECE];
    let mut carried = 0;
    let mut free_at = Instant::now();
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if let Some(rate) = rate {
            free_at = free_at.max(Instant::now()) + Duration::from_secs_f64(length as f64 / rate);
            // sleep: a slow line is slow.
            thread::sleep(free_at.saturating_duration_since(Instant::now()));
        }
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
        carried += length;
    }
    from.shutdown(Shutdown::Both).ok();
    to.shutdown(Shutdown::Both).ok();
    carried
}
