//! The guest: opens what comes and looks for a text, or measures its keys' echo.

use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Result, bail};
use memchr::memmem::Finder;

use crate::keys;
use crate::seal::{Direction, HEADER, Opener, Sealer};

struct Guest {
    relay: TcpStream,
    opener: Opener,
    sealer: Sealer,
    buffer: Vec<u8>,
}

/// Says `seated`, reads until the text has come, says `done` and how many bytes came; stays until the session ends.
pub(crate) fn until(address: &str, text: &[u8]) -> Result<()> {
    let mut guest = Guest::join(address)?;
    let came = guest.read_until(text)?;
    println!("done {came}");
    while guest.read(|_| ())? {}
    Ok(())
}

/// Says `seated`, then prints how long each of `count` keys took to the echo program and back as what `echo` makes
/// of it.
pub(crate) fn keys(address: &str, count: usize, echo: impl Fn(u8) -> Vec<u8>) -> Result<()> {
    let mut guest = Guest::join(address)?;
    keys::measure(count, |key| {
        guest.press(key)?;
        guest.read_until(&echo(key)).map(drop)
    })
}

impl Guest {
    fn join(address: &str) -> Result<Self> {
        let mut relay = TcpStream::connect(address)?;
        relay.set_nodelay(true)?;
        relay.write_all(b"g")?;
        relay.read_exact(&mut [0])?;
        println!("seated");
        Ok(Self {
            relay,
            opener: Opener::new(Direction::ToGuest)?,
            sealer: Sealer::new(Direction::ToHost)?,
            buffer: vec![0; 256 * 1024],
        })
    }

    fn press(&mut self, key: u8) -> Result<()> {
        let mut frame = vec![0; HEADER];
        frame.push(key);
        self.sealer.seal(&mut frame)?;
        Ok(self.relay.write_all(&frame)?)
    }

    /// How many bytes came.
    fn read_until(&mut self, text: &[u8]) -> Result<usize> {
        let mut search = Search::new(text);
        let (mut came, mut found) = (0, false);
        while !found {
            let each = |plain: &[u8]| {
                came += plain.len();
                found |= search.found_in(plain);
            };
            if !self.read(each)? {
                bail!("the session ended before the text came");
            }
        }
        Ok(came)
    }

    /// Opens what one read brings; false at the end.
    fn read(&mut self, mut each: impl FnMut(&[u8])) -> Result<bool> {
        let length = self.relay.read(&mut self.buffer)?;
        self.opener.open(&self.buffer[..length], |plain| {
            each(plain);
            Ok(())
        })?;
        Ok(length > 0)
    }
}

/// Looks for a text that may be cut anywhere between two frames.
struct Search<'text> {
    finder: Finder<'text>,
    /// One byte less than the text: what the next frame may complete.
    overlap: usize,
    tail: Vec<u8>,
}

impl<'text> Search<'text> {
    fn new(text: &'text [u8]) -> Self {
        Self { finder: Finder::new(text), overlap: text.len().saturating_sub(1), tail: Vec::new() }
    }

    fn found_in(&mut self, plain: &[u8]) -> bool {
        self.tail.extend_from_slice(&plain[..plain.len().min(self.overlap)]);
        let found = self.finder.find(&self.tail).is_some() || self.finder.find(plain).is_some();
        if plain.len() > self.overlap {
            self.tail.clear();
            self.tail.extend_from_slice(&plain[plain.len() - self.overlap..]);
        }
        self.tail.drain(..self.tail.len().saturating_sub(self.overlap));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_wherever_it_is_cut() {
        let stream = b"some text THE END and more";
        for size in 1..stream.len() {
            let mut search = Search::new(b"THE END");
            assert!(stream.chunks(size).any(|frame| search.found_in(frame)), "frames of {size}");
            let mut search = Search::new(b"THE BEND");
            assert!(!stream.chunks(size).any(|frame| search.found_in(frame)), "frames of {size}");
        }
    }
}
