//! The 16 bytes in front of every sealed frame, all that a relay reads of it (rule JS-FRAME-1).
//!
//! ```text
//! ver u8 ‖ type u8 ‖ slot u16 ‖ epoch u32 ‖ seq u64      big-endian
//! ```

use crate::{
    Slot, VERSION, WireError,
    limits::{HEADER_LEN, MAX_FRAME_LEN},
};

/// Who sealed a frame, and for whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
pub enum FrameKind {
    /// Host to every seated guest, under the epoch's key.
    Group = 0x10,
    /// Host to one guest.
    ToGuest = 0x11,
    /// One guest to the host.
    ToHost = 0x12,
}

/// A frame's header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameHeader {
    /// Who sealed it, and for whom.
    pub kind: FrameKind,
    /// The guest's slot in pairwise frames, 0 in group frames.
    pub slot: Slot,
    /// The generation of the group's key in group frames, of this direction's key in pairwise frames.
    pub epoch: u32,
    /// The sender's count of frames of this kind: contiguous from 0 in each pairwise direction, and over
    /// all epochs together in the group.
    pub seq: u64,
}

impl FrameHeader {
    /// The header's bytes.
    pub fn encode(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[0] = VERSION;
        bytes[1] = self.kind as u8;
        bytes[2..4].copy_from_slice(&self.slot.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.epoch.to_be_bytes());
        bytes[8..].copy_from_slice(&self.seq.to_be_bytes());
        bytes
    }

    /// Splits a frame into its header and its ciphertext.
    ///
    /// # Errors
    /// For a frame that is too short or too long, of another version or type, or whose slot contradicts its
    /// type.
    pub fn decode(frame: &[u8]) -> Result<(Self, &[u8]), WireError> {
        if frame.len() > MAX_FRAME_LEN {
            return Err(WireError::TooLong { limit: MAX_FRAME_LEN, found: frame.len() });
        }
        let Some((head, ciphertext)) = frame.split_first_chunk::<HEADER_LEN>() else {
            return Err(WireError::TooShort { needed: HEADER_LEN, found: frame.len() });
        };
        let [version, kind, s0, s1, e0, e1, e2, e3, seq @ ..] = *head;
        if version != VERSION {
            return Err(WireError::Version(version));
        }
        let header = Self {
            kind: match kind {
                0x10 => FrameKind::Group,
                0x11 => FrameKind::ToGuest,
                0x12 => FrameKind::ToHost,
                other => return Err(WireError::FrameType(other)),
            },
            slot: u16::from_be_bytes([s0, s1]),
            epoch: u32::from_be_bytes([e0, e1, e2, e3]),
            seq: u64::from_be_bytes(seq),
        };
        match (header.kind, header.slot) {
            (FrameKind::Group, 1..) => Err(WireError::Header("a group frame names a slot")),
            (FrameKind::ToGuest | FrameKind::ToHost, 0) => {
                Err(WireError::Header("a pairwise frame names no slot"))
            }
            _ => Ok((header, ciphertext)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// JS-FRAME-1: the bytes, once and for all.
    #[test]
    fn golden_bytes() {
        let header =
            FrameHeader { kind: FrameKind::Group, slot: 0, epoch: 0x0102_0304, seq: 0x1112_1314_1516_1718 };
        assert_eq!(
            header.encode(),
            [1, 0x10, 0, 0, 1, 2, 3, 4, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18]
        );
        let header = FrameHeader { kind: FrameKind::ToHost, slot: 0x0a0b, epoch: 0, seq: 7 };
        assert_eq!(header.encode(), [1, 0x12, 0x0a, 0x0b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
    }

    #[test]
    fn refuses_what_contradicts_itself() {
        let group = FrameHeader { kind: FrameKind::Group, slot: 0, epoch: 1, seq: 0 }.encode();
        let broken = |at: usize, to: u8| {
            let mut bytes = group;
            bytes[at] = to;
            FrameHeader::decode(&bytes).unwrap_err()
        };
        assert_eq!(broken(0, 2), WireError::Version(2));
        assert_eq!(broken(1, 0x13), WireError::FrameType(0x13));
        assert!(matches!(broken(3, 1), WireError::Header(_)));
        assert!(matches!(broken(1, 0x11), WireError::Header(_)));
        assert_eq!(FrameHeader::decode(&group[..15]), Err(WireError::TooShort { needed: 16, found: 15 }));
        let long = vec![1; MAX_FRAME_LEN + 1];
        assert!(matches!(FrameHeader::decode(&long), Err(WireError::TooLong { .. })));
    }

    proptest! {
        #[test]
        fn round_trips(kind in 0..3usize, slot in 1u16.., epoch: u32, seq: u64, body: Vec<u8>) {
            let kind = [FrameKind::Group, FrameKind::ToGuest, FrameKind::ToHost][kind];
            let group = kind == FrameKind::Group;
            let header = FrameHeader { kind, slot: if group { 0 } else { slot }, epoch, seq };
            let frame = [&header.encode()[..], &body].concat();
            prop_assert_eq!(FrameHeader::decode(&frame), Ok((header, &body[..])));
        }

        #[test]
        fn never_panics(bytes: Vec<u8>) {
            if let Ok((header, rest)) = FrameHeader::decode(&bytes) {
                prop_assert_eq!([&header.encode()[..], rest].concat(), bytes);
            }
        }
    }
}
