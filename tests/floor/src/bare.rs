//! The physical limits: the PTY alone, TCP alone.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use anyhow::{Result, bail};

use crate::keys;
use crate::pty::{Pty, Read};

/// Reads the terminal until its command ends, and does nothing with it.
pub(crate) fn drain(command: &[&str]) -> Result<()> {
    let mut pty = Pty::spawn(command)?;
    let mut buffer = vec![0; 64 * 1024];
    while !matches!(pty.read(&mut buffer)?, Read::End) {}
    pty.child.wait()?;
    Ok(())
}

/// Keys through the terminal to the command, the echo program, and back.
pub(crate) fn keys(command: &[&str], count: usize) -> Result<()> {
    let mut pty = Pty::spawn(command)?;
    println!("seated");
    let mut buffer = [0; 4096];
    keys::measure(count, |key| {
        pty.write(&[key])?;
        loop {
            match pty.read(&mut buffer)? {
                Read::Bytes(length) if buffer[..length].contains(&key) => return Ok(()),
                Read::End => bail!("the echo program ended"),
                _ => {}
            }
        }
    })?;
    pty.child.kill()?;
    pty.child.wait()?;
    Ok(())
}

/// One byte through a TCP connection to another thread and back.
pub(crate) fn ping(count: usize) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut near = TcpStream::connect(listener.local_addr()?)?;
    near.set_nodelay(true)?;
    let mut far = listener.accept()?.0;
    far.set_nodelay(true)?;
    let echo = std::thread::spawn(move || {
        let mut byte = [0];
        while far.read_exact(&mut byte).is_ok() && far.write_all(&byte).is_ok() {}
    });
    keys::measure(count, |key| {
        near.write_all(&[key])?;
        Ok(near.read_exact(&mut [0])?)
    })?;
    drop(near);
    echo.join().ok();
    Ok(())
}
