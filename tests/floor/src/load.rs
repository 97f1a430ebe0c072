//! Load for the floor's relay: a host that sends messages of one length, and guests that only take them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use anyhow::{Result, anyhow, bail};

/// How many messages a host hands to the network at once.
const AT_ONCE: usize = 4;

/// Says `seated`, sends, and says how many seconds it took until the last guest had the last byte.
pub(crate) fn fan_out(address: &str, guests: usize, messages: usize, length: usize) -> Result<()> {
    let mut host = join(address, b"h")?;
    let seats = (0..guests).map(|_| {
        let mut guest = join(address, b"g")?;
        guest.read_exact(&mut [0])?;
        Ok(guest)
    });
    let seats = seats.collect::<Result<Vec<TcpStream>>>()?;
    println!("seated");
    let all = messages * length;
    let start = Instant::now();
    let takers: Vec<_> =
        seats.into_iter().map(|guest| std::thread::spawn(move || take(guest, all))).collect();
    let batch = vec![0xa5; AT_ONCE * length];
    for sent in (0..messages).step_by(AT_ONCE) {
        host.write_all(&batch[..(messages - sent).min(AT_ONCE) * length])?;
    }
    for taker in takers {
        taker.join().map_err(|_| anyhow!("a guest failed"))??;
    }
    println!("{}", start.elapsed().as_secs_f64());
    loop {
        // Stays, so that the relay still stands while it is measured.
        std::thread::park();
    }
}

fn join(address: &str, end: &[u8]) -> Result<TcpStream> {
    let mut relay = TcpStream::connect(address)?;
    relay.set_nodelay(true)?;
    relay.write_all(end)?;
    Ok(relay)
}

fn take(mut guest: TcpStream, mut left: usize) -> Result<()> {
    let mut buffer = vec![0; 256 * 1024];
    while left > 0 {
        match guest.read(&mut buffer)? {
            0 => bail!("the session ended before all had come"),
            length => left -= length,
        }
    }
    Ok(())
}
