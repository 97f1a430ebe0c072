//! The person's keys, decoded, as they come.

use std::time::Duration;

use tokio::{sync::mpsc, time::Instant};

use super::{Decoder, Piece, read_input, until};
use crate::error::CliError;

/// How long the rest of a sequence of keys may take.
const SEQUENCE: Duration = Duration::from_millis(25);

/// Standard input in pieces. What may be the beginning of a sequence waits briefly for its rest.
pub(crate) struct Keyboard {
    bytes: mpsc::Receiver<Vec<u8>>,
    decoder: Decoder,
    flush_at: Option<Instant>,
}

impl Keyboard {
    pub(crate) fn open() -> Result<Self, CliError> {
        Ok(Self { bytes: read_input()?, decoder: Decoder::default(), flush_at: None })
    }

    /// The next pieces; nothing once the terminal is gone. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Option<Vec<Piece>> {
        let pieces = tokio::select! {
            biased;
            bytes = self.bytes.recv() => self.decoder.feed(&bytes?),
            () = until(self.flush_at) => self.decoder.flush().into_iter().collect(),
        };
        self.flush_at = self.decoder.holds().then(|| Instant::now() + SEQUENCE);
        Some(pieces)
    }
}
