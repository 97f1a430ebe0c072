//! The header in front of every sealed frame.

use jumpseat_wire::FrameHeader;

pub(crate) fn run(data: &[u8]) {
    if let Ok((header, ciphertext)) = FrameHeader::decode(data) {
        assert_eq!([&header.encode()[..], ciphertext].concat(), data, "a frame is its header and its rest");
    }
}
