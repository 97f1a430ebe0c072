//! The host: PTY to relay and back, in one loop.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::AsFd;

use anyhow::Result;
use rustix::event::Timespec;

use crate::pty::{Pty, Read, wait_for};
use crate::seal::{Direction, HEADER, MOST, Opener, Sealer};

/// A read this long comes from a program that prints a lot: it is worth waiting for more. An echo is shorter.
const BULK: usize = 1024;
/// How long to wait for more of a bulk.
const GATHER: Timespec = Timespec { tv_sec: 0, tv_nsec: 500_000 };

pub(crate) fn run(address: &str, command: &[&str]) -> Result<()> {
    let mut relay = TcpStream::connect(address)?;
    relay.set_nodelay(true)?;
    relay.write_all(b"h")?;
    let mut pty = Pty::spawn(command)?;
    pty.never_wait()?;
    let mut sealer = Sealer::new(Direction::ToGuest)?;
    let mut opener = Opener::new(Direction::ToHost)?;
    let mut frame = Vec::with_capacity(HEADER + MOST + 16);
    let mut keys = [0; 4096];
    loop {
        let [output, input] = wait_for([pty.as_fd(), relay.as_fd()], None)?;
        if input {
            let length = relay.read(&mut keys)?;
            if length == 0 {
                break;
            }
            opener.open(&keys[..length], |plain| pty.write(plain))?;
        }
        if output {
            let ended = gather(&pty, &mut frame)?;
            if frame.len() > HEADER {
                sealer.seal(&mut frame)?;
                relay.write_all(&frame)?;
            }
            if ended {
                break;
            }
        }
    }
    pty.child.kill().ok();
    pty.child.wait()?;
    Ok(())
}

/// Fills the frame's body with what the terminal has; tells whether the terminal ended.
fn gather(pty: &Pty, frame: &mut Vec<u8>) -> Result<bool> {
    frame.resize(HEADER + MOST, 0);
    let mut end = HEADER;
    let mut ended = false;
    while end < frame.len() {
        match pty.read(&mut frame[end..])? {
            Read::Bytes(length) => end += length,
            Read::Nothing if end < HEADER + BULK => break,
            Read::Nothing if wait_for([pty.as_fd()], Some(GATHER))? == [false] => break,
            Read::Nothing => {}
            Read::End => {
                ended = true;
                break;
            }
        }
    }
    frame.truncate(end);
    Ok(ended)
}
