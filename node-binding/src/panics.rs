//! What goes wrong on purpose, for tests. Not in what is shipped.

use tokio::sync::mpsc;

use crate::{
    fault::Fault,
    handle::{Run, Work},
    outbox::Outbox,
};

/// A client that panics.
pub(crate) struct Panics;

impl Run for Panics {
    async fn run(self, _: &mut mpsc::UnboundedReceiver<Work>, _: &Outbox) -> Result<(), Fault> {
        panic!("asked for by a test")
    }
}
