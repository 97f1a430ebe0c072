//! Where randomness comes in, so that tests and vectors can fix it.

use std::convert::Infallible;

use hpke::rand_core::{Rng, TryCryptoRng, TryRng};

/// A source of random bytes for keys.
pub struct Entropy(Source);

enum Source {
    System,
    #[cfg(any(test, feature = "testing"))]
    Seeded(u64, u64),
}

impl Entropy {
    /// The operating system's generator.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A fixed sequence, for vectors and tests. Worthless as a secret.
    #[cfg(any(test, feature = "testing"))]
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(seed, 0))
    }

    /// `N` random bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill_bytes(&mut bytes);
        bytes
    }
}

impl TryRng for Entropy {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.bytes()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        match &mut self.0 {
            // A system that cannot give random bytes cannot have keys: there is nothing to fall back to.
            Source::System => getrandom::fill(bytes).expect("the operating system gives random bytes"),
            #[cfg(any(test, feature = "testing"))]
            Source::Seeded(seed, counter) => {
                use sha2::{Digest, Sha256};
                for chunk in bytes.chunks_mut(32) {
                    let block =
                        Sha256::new().chain_update(seed.to_be_bytes()).chain_update(counter.to_be_bytes());
                    chunk.copy_from_slice(&block.finalize()[..chunk.len()]);
                    *counter += 1;
                }
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for Entropy {}
