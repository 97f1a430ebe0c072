//! What stands in a frame: records, then zeros up to the next size (rules JS-REC-…).
//!
//! ```text
//! kind u8 ‖ len u24 ‖ data
//!   1 message    JSON
//!   2 output     stream u8 ‖ position u64 ‖ bytes
//!   3 resize     stream u8 ‖ position u64 ‖ cols u16 ‖ rows u16
//!   4 snapshot   stream u8 ‖ scope u8 ‖ id u32 ‖ part u16 ‖ parts u16 ‖ position u64 ‖ bytes
//!   5 grant      see epoch.rs
//!   6 confirm    r 32
//!   7 input      stream u8 ‖ seen u64 ‖ position u64 ‖ gate u64 ‖ bytes      (what they were typed at)
//!   8 heartbeat  the host's milliseconds u64 ‖ (stream u8 ‖ position u64)*
//!   9 change     stream u8 ‖ position u64 ‖ bytes
//!  10 content    transfer u32 ‖ total u32 ‖ at u32 ‖ bytes
//! ```
//!
//! Streams up to [`LAST_TERMINAL`] are terminals, those above are panels.

use jumpseat_wire::{
    HEADER_LEN, WireError,
    limits::{MAX_PLAINTEXT_LEN, MIN_PLAINTEXT_LEN},
};
use serde::{Deserialize, Serialize};

use crate::{Misbehavior, SessionError, StreamId, crypto::sign::SIGNATURE_LEN};

/// The largest number of a terminal's stream; those above are panels'.
pub const LAST_TERMINAL: StreamId = 223;

/// Names a transfer of one guest.
pub type TransferId = u32;

/// Bytes of a record in front of its data.
const RECORD_HEAD: usize = 4;

/// Bytes of an output record in front of the output.
const OUTPUT_HEAD: usize = 9;

/// Bytes of a snapshot record in front of its part.
const SNAPSHOT_HEAD: usize = 1 + 1 + 4 + 2 + 2 + 8;

/// The most data that one record carries in any frame.
const MAX_DATA: usize = MAX_PLAINTEXT_LEN - SIGNATURE_LEN - RECORD_HEAD;

/// The most output in one record.
pub(crate) const MAX_OUTPUT: usize = MAX_DATA - OUTPUT_HEAD;

/// The plaintext of a frame that carries a part of a snapshot, in bytes: a guest at 9600 baud takes one in under
/// ten seconds, well before it would be closed as slow.
const PART_FRAME_LEN: usize = 8 * 1024;

/// The most of a snapshot in one record.
pub(crate) const MAX_PART: usize = PART_FRAME_LEN - SIGNATURE_LEN - RECORD_HEAD - SNAPSHOT_HEAD;

/// The most of a content in one record.
pub(crate) const MAX_CONTENT_PART: usize = PART_FRAME_LEN - RECORD_HEAD - 3 * size_of::<u32>();

/// The longest change of a panel that goes as one, in bytes.
pub(crate) const MAX_CHANGE: usize = MAX_OUTPUT;

/// The most input in one record: a large paste is many of them.
pub(crate) const MAX_INPUT: usize = 4096;

/// The longest JSON message, in bytes.
pub(crate) const MAX_MESSAGE: usize = MAX_DATA;

/// Guest-to-host sizes are multiples of this, so that one key, an arrow and a short word look alike.
const INPUT_BUCKET: usize = 128;

/// Bytes of one terminal's position in a heartbeat.
const POSITION_LEN: usize = 1 + 8;

/// The widest and tallest terminal.
pub(crate) const MAX_SIDE: u16 = 1000;

/// One record, borrowed from its frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Record<'a> {
    Message(&'a [u8]),
    Output { stream: StreamId, position: u64, bytes: &'a [u8] },
    Resize { stream: StreamId, position: u64, cols: u16, rows: u16 },
    Snapshot(Part<'a>),
    Grant(&'a [u8]),
    Confirm(&'a [u8; 32]),
    Input { stream: StreamId, at: TypedAt, bytes: &'a [u8] },
    Heartbeat { at: u64, positions: Positions<'a> },
    Change { stream: StreamId, position: u64, bytes: &'a [u8] },
    Content(ContentPart<'a>),
}

/// How much of a terminal a snapshot holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Scope {
    /// Everything that this guest may see: screen, scrollback, modes.
    Full = 0,
    /// The visible screen only: a glimpse during a flood, or for a slow line. A full one follows.
    Screen = 1,
}

/// One part of a snapshot as a record carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    pub(crate) stream: StreamId,
    pub(crate) scope: Scope,
    pub(crate) id: u32,
    pub(crate) part: u16,
    pub(crate) parts: u16,
    pub(crate) position: u64,
    pub(crate) bytes: &'a [u8],
}

/// A part of a content as a record carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentPart<'a> {
    pub(crate) transfer: TransferId,
    /// Bytes of the whole.
    pub(crate) total: u32,
    /// Where this part begins.
    pub(crate) at: u32,
    pub(crate) bytes: &'a [u8],
}

/// What a guest had before it when it typed (JS-ROLE-6, 7). Whoever holds keys back cannot make this younger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TypedAt {
    /// The last group frame that had verified.
    pub(crate) seen: u64,
    /// How far the terminal's picture went; [`TypedAt::NOTHING`] before there was one.
    pub(crate) position: u64,
    /// The newest word on where the host looks.
    pub(crate) gate: u64,
}

impl TypedAt {
    /// The position of a terminal that was never shown: keys for it never count.
    pub(crate) const NOTHING: u64 = u64::MAX;
}

/// Where the host's terminals stand, as a heartbeat tells it (JS-LIVE-3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Positions<'a>(&'a [u8]);

impl<'a> Positions<'a> {
    /// Of what [`Positions::encode`] made.
    pub(crate) fn new(encoded: &'a [u8]) -> Self {
        Self(encoded)
    }

    pub(crate) fn encode(positions: impl Iterator<Item = (StreamId, u64)>) -> Vec<u8> {
        positions.flat_map(|(stream, position)| [stream].into_iter().chain(position.to_be_bytes())).collect()
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = (StreamId, u64)> + use<'a> {
        let (each, _) = self.0.as_chunks::<POSITION_LEN>();
        each.iter().map(|&[stream, p0, p1, p2, p3, p4, p5, p6, p7]| {
            (stream, u64::from_be_bytes([p0, p1, p2, p3, p4, p5, p6, p7]))
        })
    }

    fn decode(encoded: &'a [u8]) -> Result<Self, SessionError> {
        let positions = Self(encoded);
        let is_sound = encoded.len().is_multiple_of(POSITION_LEN)
            && positions.iter().all(|(stream, _)| (1..=LAST_TERMINAL).contains(&stream));
        is_sound.then_some(positions).ok_or_else(garbled)
    }
}

/// A frame's plaintext while it is put together: room for the header, then records.
#[derive(Clone)]
pub(crate) struct Plaintext {
    buffer: Vec<u8>,
    tail: usize,
    guest: bool,
}

impl Plaintext {
    /// For every guest: leaves room for the signature.
    pub(crate) fn group() -> Self {
        Self { buffer: vec![0; HEADER_LEN], tail: SIGNATURE_LEN, guest: false }
    }

    /// From the host to one guest.
    pub(crate) fn to_guest() -> Self {
        Self { buffer: vec![0; HEADER_LEN], tail: 0, guest: false }
    }

    /// From a guest to the host.
    pub(crate) fn to_host() -> Self {
        Self { buffer: vec![0; HEADER_LEN], tail: 0, guest: true }
    }

    /// Whether a record of `len` bytes of data still fits.
    pub(crate) fn fits(&self, len: usize) -> bool {
        self.buffer.len() - HEADER_LEN + RECORD_HEAD + len + self.tail <= MAX_PLAINTEXT_LEN
    }

    /// Whether nothing was put in yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.buffer.len() == HEADER_LEN
    }

    /// Adds a record; the caller has seen to it that it fits.
    pub(crate) fn push(&mut self, record: &Record<'_>) {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(&[record.kind(), 0, 0, 0]);
        let out = &mut self.buffer;
        match *record {
            Record::Message(json) => out.extend_from_slice(json),
            Record::Output { stream, position, bytes } | Record::Change { stream, position, bytes } => {
                out.push(stream);
                out.extend_from_slice(&position.to_be_bytes());
                out.extend_from_slice(bytes);
            }
            Record::Resize { stream, position, cols, rows } => {
                out.push(stream);
                out.extend_from_slice(&position.to_be_bytes());
                out.extend_from_slice(&cols.to_be_bytes());
                out.extend_from_slice(&rows.to_be_bytes());
            }
            Record::Snapshot(Part { stream, scope, id, part, parts, position, bytes }) => {
                out.extend_from_slice(&[stream, scope as u8]);
                out.extend_from_slice(&id.to_be_bytes());
                out.extend_from_slice(&part.to_be_bytes());
                out.extend_from_slice(&parts.to_be_bytes());
                out.extend_from_slice(&position.to_be_bytes());
                out.extend_from_slice(bytes);
            }
            Record::Grant(bytes) => out.extend_from_slice(bytes),
            Record::Confirm(bytes) => out.extend_from_slice(bytes),
            Record::Input { stream, at: TypedAt { seen, position, gate }, bytes } => {
                out.push(stream);
                for number in [seen, position, gate] {
                    out.extend_from_slice(&number.to_be_bytes());
                }
                out.extend_from_slice(bytes);
            }
            Record::Heartbeat { at, positions } => {
                out.extend_from_slice(&at.to_be_bytes());
                out.extend_from_slice(positions.0);
            }
            Record::Content(ContentPart { transfer, total, at, bytes }) => {
                for number in [transfer, total, at] {
                    out.extend_from_slice(&number.to_be_bytes());
                }
                out.extend_from_slice(bytes);
            }
        }
        let len = self.buffer.len() - start - RECORD_HEAD;
        debug_assert!(
            self.buffer.len() - HEADER_LEN + self.tail <= MAX_PLAINTEXT_LEN,
            "a record of {len} bytes"
        );
        self.buffer[start + 1..start + RECORD_HEAD].copy_from_slice(&(len as u32).to_be_bytes()[1..]);
    }

    /// Header room and padded plaintext, ready for its key.
    pub(crate) fn into_buffer(mut self) -> Vec<u8> {
        let len = self.buffer.len() - HEADER_LEN + self.tail;
        let padded = if self.guest {
            len.next_multiple_of(INPUT_BUCKET).max(INPUT_BUCKET)
        } else {
            len.next_power_of_two().max(MIN_PLAINTEXT_LEN)
        };
        // Room for the tag as well, so that sealing does not move the frame.
        self.buffer.reserve_exact(HEADER_LEN + padded + jumpseat_wire::limits::TAG_LEN - self.buffer.len());
        self.buffer.resize(HEADER_LEN + padded, 0);
        self.buffer
    }
}

impl Record<'_> {
    fn kind(&self) -> u8 {
        match self {
            Self::Message(_) => 1,
            Self::Output { .. } => 2,
            Self::Resize { .. } => 3,
            Self::Snapshot(_) => 4,
            Self::Grant(_) => 5,
            Self::Confirm(_) => 6,
            Self::Input { .. } => 7,
            Self::Heartbeat { .. } => 8,
            Self::Change { .. } => 9,
            Self::Content(_) => 10,
        }
    }
}

/// The records of an opened plaintext, in order; ends after the first error.
pub(crate) struct Records<'a>(&'a [u8]);

impl<'a> Records<'a> {
    pub(crate) fn new(plaintext: &'a [u8]) -> Self {
        Self(plaintext)
    }

    fn read(&mut self) -> Result<Option<Record<'a>>, SessionError> {
        if self.0.iter().all(|&byte| byte == 0) {
            return Ok(None);
        }
        let Some((&[kind, l0, l1, l2], rest)) = self.0.split_first_chunk::<RECORD_HEAD>() else {
            return Err(garbled());
        };
        let len = u32::from_be_bytes([0, l0, l1, l2]) as usize;
        let (data, rest) =
            rest.split_at_checked(len).ok_or(WireError::TooShort { needed: len, found: rest.len() })?;
        self.0 = rest;
        let mut data = Reader(data);
        let record = match kind {
            1 => Record::Message(data.rest()),
            2 => Record::Output { stream: data.terminal()?, position: data.u64()?, bytes: data.rest() },
            3 => Record::Resize {
                stream: data.terminal()?,
                position: data.u64()?,
                cols: data.side()?,
                rows: data.side()?,
            },
            4 => Record::Snapshot(Part {
                stream: data.stream()?,
                scope: match data.u8()? {
                    0 => Scope::Full,
                    1 => Scope::Screen,
                    _ => return Err(garbled()),
                },
                id: data.u32()?,
                part: data.u16()?,
                parts: data.u16()?,
                position: data.u64()?,
                bytes: data.rest(),
            }),
            5 => Record::Grant(data.rest()),
            6 => Record::Confirm(data.array()?),
            7 => Record::Input {
                stream: data.terminal()?,
                at: TypedAt { seen: data.u64()?, position: data.u64()?, gate: data.u64()? },
                bytes: data.rest(),
            },
            8 => Record::Heartbeat { at: data.u64()?, positions: Positions::decode(data.rest())? },
            9 => Record::Change { stream: data.panel()?, position: data.u64()?, bytes: data.rest() },
            10 => Record::Content(ContentPart {
                transfer: data.u32()?,
                total: data.u32()?,
                at: data.u32()?,
                bytes: data.rest(),
            }),
            0 => return Err(garbled()),
            _ => return Err(SessionError::Misbehaved(Misbehavior::UnknownRecord)),
        };
        if data.0.is_empty() { Ok(Some(record)) } else { Err(garbled()) }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, SessionError>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.read().transpose();
        if matches!(record, None | Some(Err(_))) {
            self.0 = &[];
        }
        record
    }
}

fn garbled() -> SessionError {
    SessionError::Misbehaved(Misbehavior::GarbledRecord)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], SessionError> {
        let (array, rest) = self.0.split_first_chunk().ok_or_else(garbled)?;
        self.0 = rest;
        Ok(array)
    }

    fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    fn u8(&mut self) -> Result<u8, SessionError> {
        self.array().map(|[byte]| *byte)
    }

    fn u16(&mut self) -> Result<u16, SessionError> {
        self.array().map(|bytes| u16::from_be_bytes(*bytes))
    }

    fn u32(&mut self) -> Result<u32, SessionError> {
        self.array().map(|bytes| u32::from_be_bytes(*bytes))
    }

    fn u64(&mut self) -> Result<u64, SessionError> {
        self.array().map(|bytes| u64::from_be_bytes(*bytes))
    }

    fn stream(&mut self) -> Result<StreamId, SessionError> {
        match self.u8()? {
            0 | 255 => Err(garbled()),
            stream => Ok(stream),
        }
    }

    fn terminal(&mut self) -> Result<StreamId, SessionError> {
        self.stream().and_then(|stream| if stream <= LAST_TERMINAL { Ok(stream) } else { Err(garbled()) })
    }

    fn panel(&mut self) -> Result<StreamId, SessionError> {
        self.stream().and_then(|stream| if stream > LAST_TERMINAL { Ok(stream) } else { Err(garbled()) })
    }

    fn side(&mut self) -> Result<u16, SessionError> {
        match self.u16()? {
            side @ 1..=MAX_SIDE => Ok(side),
            _ => Err(garbled()),
        }
    }
}

#[cfg(test)]
mod tests;
