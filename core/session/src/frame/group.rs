//! Group frames: sealed once for every guest, signed by the host alone (rules JS-GROUP-…).
//!
//! A guest holds the epoch's key and could seal frames for the others, so each frame also carries the
//! host's signature, and no byte reaches a screen before both verify.

use jumpseat_wire::{FrameHeader, FrameKind, HEADER_LEN, SessionId};

use super::{
    record::Plaintext,
    seal::{OpenKey, SealKey},
};
use crate::{
    Misbehavior, SessionError,
    crypto::{
        hash::{hash, labelled},
        sign::{SIGNATURE_LEN, SignKey, VerifyKey},
    },
};

/// Seals `plaintext`, made by [`Plaintext::group`], into the next group frame.
pub(crate) fn seal(
    sid: SessionId,
    key: &mut SealKey,
    epoch: u32,
    sign: &SignKey,
    plaintext: Plaintext,
) -> Result<Vec<u8>, SessionError> {
    key.seal(sid, plaintext.into_buffer(), |seq, plaintext| {
        let header = FrameHeader { kind: FrameKind::Group, slot: 0, epoch, seq };
        let (body, signature) = plaintext.split_at_mut(plaintext.len() - SIGNATURE_LEN);
        signature.copy_from_slice(&sign.sign(&signed_text(sid, &header, body)));
        header
    })
}

/// The records of a group frame, once key and signature both verify.
pub(crate) fn open(
    sid: SessionId,
    key: &OpenKey,
    host: &VerifyKey,
    header: &FrameHeader,
    ciphertext: &[u8],
) -> Result<Vec<u8>, SessionError> {
    let mut plaintext = key.open(sid, header, ciphertext)?;
    let Some((body, signature)) = plaintext.split_last_chunk::<SIGNATURE_LEN>() else {
        return Err(SessionError::Misbehaved(Misbehavior::UnsignedFrame));
    };
    host.verify(&signed_text(sid, header, body), signature, "a group frame's signature")?;
    plaintext.truncate(plaintext.len() - SIGNATURE_LEN);
    Ok(plaintext)
}

fn signed_text(sid: SessionId, header: &FrameHeader, body: &[u8]) -> Vec<u8> {
    debug_assert_eq!(header.encode().len(), HEADER_LEN);
    labelled("frame sig", &[&sid.0, &header.encode(), &hash("frame body", &[body])])
}
