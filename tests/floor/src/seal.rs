//! One frame: `length u32 ‖ sequence u64 ‖ ciphertext ‖ tag 16`, AES-256-GCM by ring.

use anyhow::{Result, anyhow, bail};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

/// Length and sequence number in front of the ciphertext.
pub(crate) const HEADER: usize = 12;
const TAG: usize = 16;
/// The most plaintext of one frame.
pub(crate) const MOST: usize = 64 * 1024;

/// Who seals; the two directions never share a nonce.
#[derive(Clone, Copy)]
pub(crate) enum Direction {
    ToGuest = 0,
    ToHost = 1,
}

pub(crate) struct Sealer {
    key: LessSafeKey,
    direction: Direction,
    next: u64,
}

impl Sealer {
    pub(crate) fn new(direction: Direction) -> Result<Self> {
        Ok(Self { key: fixed_key()?, direction, next: 0 })
    }

    /// Seals `buffer[HEADER..]` where it lies and fills in the header and the tag.
    pub(crate) fn seal(&mut self, buffer: &mut Vec<u8>) -> Result<()> {
        let length = u32::try_from(buffer.len() - HEADER + TAG)?;
        buffer[..4].copy_from_slice(&length.to_be_bytes());
        buffer[4..HEADER].copy_from_slice(&self.next.to_be_bytes());
        let nonce = nonce(self.direction, self.next);
        self.next += 1;
        let (header, body) = buffer.split_at_mut(HEADER);
        let tag = self
            .key
            .seal_in_place_separate_tag(nonce, Aad::from(&*header), body)
            .map_err(|_| anyhow!("cannot seal"))?;
        buffer.extend_from_slice(tag.as_ref());
        Ok(())
    }
}

pub(crate) struct Opener {
    key: LessSafeKey,
    direction: Direction,
    buffer: Vec<u8>,
}

impl Opener {
    pub(crate) fn new(direction: Direction) -> Result<Self> {
        Ok(Self { key: fixed_key()?, direction, buffer: Vec::with_capacity(4 * MOST) })
    }

    /// Takes bytes as they come from the network; `each` gets the plaintext of every complete frame.
    pub(crate) fn open(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.buffer.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(head) = self.buffer[at..].first_chunk::<HEADER>().copied() {
            let [l0, l1, l2, l3, sequence @ ..] = head;
            let length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
            if length > MOST + TAG {
                bail!("a frame of {length} bytes");
            }
            let Some(body) = self.buffer.get_mut(at + HEADER..at + HEADER + length) else { break };
            let nonce = nonce(self.direction, u64::from_be_bytes(sequence));
            let plain =
                self.key.open_in_place(nonce, Aad::from(&head), body).map_err(|_| anyhow!("cannot open"))?;
            each(plain)?;
            at += HEADER + length;
        }
        self.buffer.drain(..at);
        Ok(())
    }
}

fn nonce(direction: Direction, sequence: u64) -> Nonce {
    let mut bytes = [0; 12];
    bytes[0] = direction as u8;
    bytes[4..].copy_from_slice(&sequence.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}

/// The floor measures the cost of sealing; it protects nothing.
fn fixed_key() -> Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, &[7; 32]).map_err(|_| anyhow!("no AES-256-GCM"))?;
    Ok(LessSafeKey::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_however_it_is_cut() {
        let mut sealer = Sealer::new(Direction::ToGuest).unwrap();
        let mut wire = Vec::new();
        for text in ["one", "", "three"] {
            let mut frame = [&[0; HEADER][..], text.as_bytes()].concat();
            sealer.seal(&mut frame).unwrap();
            wire.extend(frame);
        }
        for cut in 1..wire.len() {
            let mut opener = Opener::new(Direction::ToGuest).unwrap();
            let mut opened = Vec::new();
            for piece in wire.chunks(cut) {
                let each = |plain: &[u8]| {
                    opened.push(String::from_utf8(plain.to_vec())?);
                    Ok(())
                };
                opener.open(piece, each).unwrap();
            }
            assert_eq!(opened, ["one", "", "three"]);
        }
    }

    #[test]
    fn a_frame_of_the_other_direction_does_not_open() {
        let mut frame = vec![1; HEADER + 5];
        Sealer::new(Direction::ToGuest).unwrap().seal(&mut frame).unwrap();
        assert!(Opener::new(Direction::ToHost).unwrap().open(&frame, |_| Ok(())).is_err());
    }
}
