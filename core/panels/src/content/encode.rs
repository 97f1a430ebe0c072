//! What a host sends of a content.

use jumpseat_pack::{Level, pack};

use super::{AGAINST, ContentHash, WHOLE};

/// A content on its way, against `base` if the guest holds that one.
pub fn pack_content(content: &[u8], base: Option<&[u8]>) -> Vec<u8> {
    let mut out = vec![if base.is_some() { AGAINST } else { WHOLE }];
    out.extend_from_slice(&ContentHash::of(content).0);
    out.extend(base.map(|base| ContentHash::of(base).0).into_iter().flatten());
    out.extend(pack(content, base.unwrap_or_default(), Level::Fastest));
    out
}
