//! The relay: what comes from the host goes to each guest, what comes from a guest goes to the host.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsFd;

use anyhow::{Context, Result};
use rustix::event::{PollFd, PollFlags, poll};

/// The most that is read at once: one system call for each guest and this many bytes.
const CHUNK: usize = 256 * 1024;

pub(crate) fn run() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    let mut host: Option<TcpStream> = None;
    let mut guests: Vec<TcpStream> = Vec::new();
    let mut buffer = vec![0; CHUNK];
    loop {
        let ready = {
            let sources = [listener.as_fd()].into_iter();
            let sources = sources.chain(guests.iter().map(AsFd::as_fd)).chain(host.iter().map(AsFd::as_fd));
            let mut polled: Vec<PollFd<'_>> =
                sources.map(|source| PollFd::from_borrowed_fd(source, PollFlags::IN)).collect();
            poll(&mut polled, None).context("cannot wait")?;
            polled.iter().map(|source| !source.revents().is_empty()).collect::<Vec<bool>>()
        };
        let (from_guests, from_host) = ready[1..].split_at(guests.len());
        if from_host == [true]
            && let Some(stream) = &mut host
        {
            match read(stream, &mut buffer) {
                0 => return Ok(()),
                length => guests.iter_mut().for_each(|guest| write(guest, &buffer[..length])),
            }
        }
        let mut gone = Vec::new();
        for (index, _) in from_guests.iter().enumerate().filter(|(_, ready)| **ready) {
            match (read(&mut guests[index], &mut buffer), &mut host) {
                (0, _) => gone.push(index),
                (length, Some(host)) => write(host, &buffer[..length]),
                (_, None) => {}
            }
        }
        for index in gone.into_iter().rev() {
            guests.swap_remove(index);
        }
        if ready[0] {
            let mut stream = listener.accept()?.0;
            stream.set_nodelay(true)?;
            let mut end = [0];
            stream.read_exact(&mut end)?;
            if end == *b"h" {
                host = Some(stream);
            } else {
                // Tells the guest that it has a seat.
                stream.write_all(b"k")?;
                guests.push(stream);
            }
        }
    }
}

/// 0 at the end of the stream, however it came.
fn read(stream: &mut TcpStream, buffer: &mut [u8]) -> usize {
    loop {
        match stream.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            outcome => return outcome.unwrap_or(0),
        }
    }
}

/// Waits for a slow guest: the floor loses nothing. One that has left is noticed at its next read.
fn write(stream: &mut TcpStream, bytes: &[u8]) {
    if stream.write_all(bytes).is_err() {
        stream.shutdown(Shutdown::Both).ok();
    }
}
