//! Messages on the local socket: `len u32 ‖ kind u8 ‖ payload`, big-endian, `len` counting kind and payload.
//!
//! Kind 0 is JSON. The others are of a terminal, its number (u32) first: kind 1 its bytes; kind 2 a picture of it, as
//! screens are encoded, behind a byte that is 1 if that has its scrollback, else 0; kind 3 its size (columns u16, rows
//! u16).

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::api::{Size, TerminalNo};

/// The largest JSON message, in bytes: a status with many blocks, a picture of a screen with its scrollback.
pub(super) const MAX_JSON_LEN: usize = 16 * 1024 * 1024;

/// The largest message of terminal bytes.
pub(super) const MAX_BYTES_LEN: usize = 256 * 1024;

/// The largest message with a picture: what a seat takes of its host, and its head.
pub(super) const MAX_PICTURE_LEN: usize = 64 * 1024 * 1024 + 6;

const JSON: u8 = 0;
const BYTES: u8 = 1;
const PICTURE: u8 = 2;
const SIZE: u8 = 3;

/// One message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Frame {
    /// JSON text.
    Json(Vec<u8>),
    /// Bytes of, or for, a terminal.
    Bytes(TerminalNo, Vec<u8>),
    /// A picture of a terminal.
    Picture { terminal: TerminalNo, scrollback: bool, data: Vec<u8> },
    /// The size of a terminal.
    Size(TerminalNo, Size),
}

impl Frame {
    /// Appends the frame of a JSON message.
    pub(super) fn put_json(message: &impl serde::Serialize, out: &mut Vec<u8>) -> io::Result<()> {
        let start = out.len();
        out.extend_from_slice(&[0, 0, 0, 0, JSON]);
        serde_json::to_writer(&mut *out, message)?;
        close(start, out)
    }

    /// Appends the frames of a terminal's bytes.
    pub(super) fn put_bytes(terminal: TerminalNo, bytes: &[u8], out: &mut Vec<u8>) {
        for bytes in bytes.chunks(MAX_BYTES_LEN - 5) {
            let len = u32::try_from(bytes.len() + 5).expect("a chunk is far below 4 GiB");
            out.extend_from_slice(&len.to_be_bytes());
            out.push(BYTES);
            out.extend_from_slice(&terminal.0.to_be_bytes());
            out.extend_from_slice(bytes);
        }
    }

    /// Appends the frame of a picture.
    pub(super) fn put_picture(
        terminal: TerminalNo,
        scrollback: bool,
        data: &[u8],
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        let len = data.len() + 6;
        if len > MAX_PICTURE_LEN {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a picture beyond the limit"));
        }
        out.extend_from_slice(&u32::try_from(len).unwrap_or(u32::MAX).to_be_bytes());
        out.push(PICTURE);
        out.extend_from_slice(&terminal.0.to_be_bytes());
        out.push(scrollback.into());
        out.extend_from_slice(data);
        Ok(())
    }

    /// Appends the frame of a size.
    pub(super) fn put_size(terminal: TerminalNo, size: Size, out: &mut Vec<u8>) {
        out.extend_from_slice(&9_u32.to_be_bytes());
        out.push(SIZE);
        out.extend_from_slice(&terminal.0.to_be_bytes());
        out.extend_from_slice(&size.cols.to_be_bytes());
        out.extend_from_slice(&size.rows.to_be_bytes());
    }

    /// The next message; nothing at the end of the connection between two messages.
    ///
    /// # Errors
    /// The connection's, and `InvalidData` for what is no message or beyond a limit.
    pub(super) async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        let mut head = [0; 5];
        if from.read(&mut head[..1]).await? == 0 {
            return Ok(None);
        }
        from.read_exact(&mut head[1..]).await?;
        let [a, b, c, d, kind] = head;
        let len = u32::from_be_bytes([a, b, c, d]) as usize;
        let invalid = |what| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        match kind {
            JSON if (1..=MAX_JSON_LEN).contains(&len) => Ok(Some(Self::Json(take(from, len - 1).await?))),
            BYTES if (5..=MAX_BYTES_LEN).contains(&len) => {
                let terminal = TerminalNo(from.read_u32().await?);
                Ok(Some(Self::Bytes(terminal, take(from, len - 5).await?)))
            }
            PICTURE if (6..=MAX_PICTURE_LEN).contains(&len) => {
                let terminal = TerminalNo(from.read_u32().await?);
                let scrollback = from.read_u8().await? == 1;
                Ok(Some(Self::Picture { terminal, scrollback, data: take(from, len - 6).await? }))
            }
            SIZE if len == 9 => {
                let terminal = TerminalNo(from.read_u32().await?);
                let size = Size { cols: from.read_u16().await?, rows: from.read_u16().await? };
                Ok(Some(Self::Size(terminal, size)))
            }
            JSON | BYTES | PICTURE | SIZE => invalid("a message beyond the limit"),
            _ => invalid("a message of an unknown kind"),
        }
    }
}

/// Writes how long the JSON message is that begins there; takes back one that is too long.
fn close(start: usize, out: &mut Vec<u8>) -> io::Result<()> {
    let len = out.len() - start - 4;
    if len > MAX_JSON_LEN {
        out.truncate(start);
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a message beyond the limit"));
    }
    out[start..start + 4].copy_from_slice(&u32::try_from(len).unwrap_or(u32::MAX).to_be_bytes());
    Ok(())
}

/// Reads as it comes: an announced length alone allocates nothing much.
async fn take(from: &mut (impl AsyncRead + Unpin), len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(len.min(64 * 1024));
    let read = from.take(len as u64).read_to_end(&mut bytes).await?;
    if read < len { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(mut bytes: &[u8]) -> io::Result<Vec<Frame>> {
        let mut frames = Vec::new();
        while let Some(frame) = Frame::read(&mut bytes).await? {
            frames.push(frame);
        }
        Ok(frames)
    }

    #[tokio::test]
    async fn frames_come_back() {
        let mut out = Vec::new();
        Frame::put_json(&serde_json::json!({"a": 1}), &mut out).unwrap();
        Frame::put_bytes(TerminalNo(7), b"\x1b[1m", &mut out);
        Frame::put_bytes(TerminalNo(7), b"", &mut out);
        Frame::put_picture(TerminalNo(7), true, b"picture", &mut out).unwrap();
        Frame::put_size(TerminalNo(7), Size { cols: 80, rows: 24 }, &mut out);
        let expected = [
            Frame::Json(br#"{"a":1}"#.to_vec()),
            Frame::Bytes(TerminalNo(7), b"\x1b[1m".to_vec()),
            Frame::Picture { terminal: TerminalNo(7), scrollback: true, data: b"picture".to_vec() },
            Frame::Size(TerminalNo(7), Size { cols: 80, rows: 24 }),
        ];
        assert_eq!(read(&out).await.unwrap(), expected);
        assert_eq!(&out[..5], [0, 0, 0, 8, 0]);
    }

    #[tokio::test]
    async fn long_output_is_split_below_the_limit() {
        let mut out = Vec::new();
        let bytes = vec![b'x'; MAX_BYTES_LEN + 10];
        Frame::put_bytes(TerminalNo(1), &bytes, &mut out);
        let parts: Vec<Vec<u8>> = read(&out)
            .await
            .unwrap()
            .into_iter()
            .map(|frame| match frame {
                Frame::Bytes(_, bytes) => bytes,
                other => panic!("bytes became {other:?}"),
            })
            .collect();
        assert_eq!((parts.len(), parts.concat()), (2, bytes));
    }

    /// Whole messages, one byte around what may be.
    #[tokio::test]
    async fn what_is_at_the_limit_passes_and_nothing_beyond() {
        let mut out = Vec::new();
        Frame::put_bytes(TerminalNo(1), b"before", &mut out);
        let start = out.len();
        out.resize(start + 4 + MAX_JSON_LEN, JSON);
        close(start, &mut out).unwrap();
        let len = out.len();
        out.resize(len + 4 + MAX_JSON_LEN + 1, JSON);
        assert!(close(len, &mut out).is_err());
        assert_eq!(out.len(), len, "nothing of it");
        let frames = read(&out).await.unwrap();
        assert!(
            matches!(&frames[..], [Frame::Bytes(..), Frame::Json(json)] if json.len() == MAX_JSON_LEN - 1)
        );
        for (kind, most) in [(JSON, MAX_JSON_LEN), (BYTES, MAX_BYTES_LEN)] {
            for (len, passes) in [(most, true), (most + 1, false)] {
                let head = [&(len as u32).to_be_bytes()[..], &[kind]].concat();
                let whole = [head, vec![0; len - 1]].concat();
                assert_eq!(read(&whole).await.is_ok(), passes, "{kind} {len}");
            }
        }
    }

    #[tokio::test]
    async fn what_breaks_the_rules_is_an_error() {
        for bytes in [
            &[0, 0, 0, 0, 0][..],                  // no room for the kind
            &[0, 0, 0, 2, 9, 0],                   // no such kind
            &[0, 0, 0, 4, 1, 0, 0, 0],             // no room for the terminal's number
            &[0, 0, 0, 5, 2, 0, 0, 0, 1],          // no room for a picture's kind
            &[4, 0, 0, 7, 2, 0, 0, 0, 1],          // a picture beyond the limit
            &[0, 0, 0, 8, 3, 0, 0, 0, 1, 0, 1, 0], // a size without all of it
            &[255, 255, 255, 255, 0, b'{'],        // beyond the limit
            &[0, 5, 0, 0, 1, 0, 0, 0, 1],          // beyond the limit for bytes
            &[0, 0, 0, 9, 0, b'{'],                // cut off
            &[0, 0],                               // cut off in the head
        ] {
            assert!(read(bytes).await.is_err(), "{bytes:?}");
        }
    }
}
