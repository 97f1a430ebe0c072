//! Transfers of a guest, until they are whole or refused (rules JS-TRANSFER-2, 3).

use std::collections::BTreeMap;

use super::{Receiving, TransferKind, TransferRefusal};
use crate::{TransferId, frame::record::ContentPart};

/// What this guest asked for.
#[derive(Default)]
pub(crate) struct Transfers {
    under_way: BTreeMap<TransferId, Receiving>,
    last: TransferId,
}

/// How a transfer goes on.
pub(crate) enum Progress {
    /// So many bytes are here, of so many.
    Part(u32, u32),
    /// All of it.
    Whole(Vec<u8>),
    /// It does not come.
    Refused(TransferRefusal),
}

impl Transfers {
    /// Whether another of this kind may begin.
    pub(crate) fn have_room(&self, of: TransferKind) -> bool {
        let same = self.under_way.values().filter(|receiving| receiving.of.is_kind_of(of));
        same.count() < of.limits().under_way
    }

    /// Begins one; there is room.
    pub(crate) fn begin(&mut self, of: TransferKind) -> TransferId {
        self.last = self.last.wrapping_add(1);
        self.under_way.insert(self.last, Receiving::new(of));
        self.last
    }

    /// Ends one; whether it was under way.
    pub(crate) fn end(&mut self, id: TransferId) -> bool {
        self.under_way.remove(&id).is_some()
    }

    /// Those whose kind does not fit.
    pub(crate) fn without(&self, fits: impl Fn(TransferKind) -> bool) -> Vec<TransferId> {
        let lost = self.under_way.iter().filter(|(_, receiving)| !fits(receiving.of));
        lost.map(|(id, _)| *id).collect()
    }

    /// A part of a content. One that nobody waits for any more is passed over; one that cannot be ends its transfer.
    pub(crate) fn take(&mut self, part: ContentPart<'_>) -> Option<Progress> {
        let id = part.transfer;
        let receiving = self.under_way.get_mut(&id)?;
        Some(match receiving.add(part) {
            Ok(false) => {
                let (received, total) = receiving.progress();
                Progress::Part(received, total)
            }
            Ok(true) => Progress::Whole(self.under_way.remove(&id)?.into_bytes()),
            Err(_) => {
                self.end(id);
                Progress::Refused(TransferRefusal::Failed)
            }
        })
    }
}
