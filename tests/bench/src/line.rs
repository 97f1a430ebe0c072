//! A line to a relay that can be slow towards the guest, and counts.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
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
