//! What stands behind encryption: the first byte of an input says how the rest is sealed, if there are several ways.

use jumpseat_session::testing::opened;

/// A frame's plaintext.
pub(crate) fn records(data: &[u8]) {
    opened::records(data);
}

/// A message of the host or of a guest.
pub(crate) fn message(data: &[u8]) {
    opened::message(data);
}

/// Parts of snapshots.
pub(crate) fn assembly(data: &[u8]) {
    opened::assembly(data);
}

/// A grant, with a commitment that fits for an odd first byte.
pub(crate) fn grant(data: &[u8]) {
    if let Some((way, rest)) = data.split_first() {
        opened::grant(rest, way % 2 == 1);
    }
}

/// A knock: for 255 its whole body; else a signed card behind so many changed bytes of its key.
pub(crate) fn knock(data: &[u8]) {
    if let Some((way, rest)) = data.split_first() {
        opened::knock(rest, (*way != u8::MAX).then_some(usize::from(*way)));
    }
}

/// A refusal, or a welcome for an odd first byte.
pub(crate) fn answer(data: &[u8]) {
    if let Some((way, rest)) = data.split_first() {
        opened::answer(rest, way % 2 == 1);
    }
}
