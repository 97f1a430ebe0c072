//! Every sealing, for tests that look for a nonce that is used twice: never part of a product build.

use std::cell::RefCell;

/// A key, by its hash, and the nonce that something was sealed with.
pub type Sealing = ([u8; 32], [u8; 12]);

thread_local! {
    static SEALED: RefCell<Option<Vec<Sealing>>> = const { RefCell::new(None) };
}

/// From now on, and until [`sealings`], every sealing of this thread is remembered.
pub fn watch_sealings() {
    SEALED.set(Some(Vec::new()));
}

/// What was sealed since [`watch_sealings`].
pub fn sealings() -> Vec<Sealing> {
    SEALED.take().unwrap_or_default()
}

pub(crate) fn sealed(key: [u8; 32], nonce: [u8; 12]) {
    SEALED.with_borrow_mut(|sealed| {
        if let Some(sealed) = sealed {
            sealed.push((key, nonce));
        }
    });
}
