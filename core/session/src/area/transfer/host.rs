//! Transfers at the host, until their contents are found: the only thing that a guest's message reaches of what is shared
//! (rules JS-TRANSFER-1, 2).

use std::collections::BTreeMap;

use jumpseat_wire::Slot;

use super::{TransferKind, TransferRequest};
use crate::TransferId;

/// Names a transfer that is to be answered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TransferTicket(u64);

/// Transfers that wait for their content, oldest first.
#[derive(Default)]
pub(crate) struct Transfers {
    asked: BTreeMap<TransferTicket, TransferAsk>,
    /// Which are looked for; also those that nobody wants any more, until they are answered: giving up and asking
    /// again brings a guest no more than waiting does.
    begun: BTreeMap<TransferTicket, (Slot, TransferKind)>,
    last: u64,
}

/// A transfer of a guest.
pub(crate) struct TransferAsk {
    pub(crate) slot: Slot,
    pub(crate) id: TransferId,
    pub(crate) request: TransferRequest,
}

impl Transfers {
    /// The transfers of a guest that wait, and what they are of.
    pub(crate) fn of(&self, slot: Slot) -> impl Iterator<Item = (TransferId, TransferKind)> {
        self.asked.values().filter(move |asked| asked.slot == slot).map(|asked| (asked.id, asked.request.of))
    }

    pub(crate) fn ask(&mut self, slot: Slot, id: TransferId, request: TransferRequest) {
        self.last += 1;
        self.asked.insert(TransferTicket(self.last), TransferAsk { slot, id, request });
    }

    /// Begins a guest's next transfers, as far as there is room for their kind next to those that are looked for and those
    /// that are in line to it.
    pub(crate) fn begin(
        &mut self,
        slot: Slot,
        in_line: impl Fn(TransferKind) -> usize,
    ) -> Vec<(TransferTicket, TransferRequest)> {
        let mut next = Vec::new();
        for (ticket, asked) in self.asked.iter().filter(|(_, asked)| asked.slot == slot) {
            let of = asked.request.of;
            let looked_for =
                self.begun.values().filter(|(by, kind)| *by == slot && kind.is_kind_of(of)).count();
            if !self.begun.contains_key(ticket) && looked_for + in_line(of) < of.limits().at_once {
                self.begun.insert(*ticket, (slot, of));
                next.push((*ticket, asked.request.clone()));
            }
        }
        next
    }

    /// A content was found, or not: whose it was, and for which transfer, if that is still wanted.
    pub(crate) fn answered(&mut self, ticket: TransferTicket) -> Option<(Slot, Option<TransferAsk>)> {
        let (slot, _) = self.begun.remove(&ticket)?;
        Some((slot, self.asked.remove(&ticket)))
    }

    pub(crate) fn is_wanted(&self, ticket: TransferTicket) -> bool {
        self.asked.contains_key(&ticket)
    }

    /// Nobody looks for one any more; whether somebody did.
    pub(crate) fn end(&mut self, ticket: TransferTicket) -> bool {
        self.begun.remove(&ticket).is_some()
    }

    /// A guest wants it no more.
    pub(crate) fn cancel(&mut self, slot: Slot, id: TransferId) {
        self.asked.retain(|_, asked| (asked.slot, asked.id) != (slot, id));
    }

    /// What these are of is no longer shared: its guests know.
    pub(crate) fn forget(&mut self, of: TransferKind) {
        self.asked.retain(|_, asked| asked.request.of != of);
        self.begun.retain(|ticket, (_, kind)| *kind != of || self.asked.contains_key(ticket));
    }

    /// The guest is gone.
    pub(crate) fn forget_seat(&mut self, slot: Slot) {
        self.asked.retain(|_, asked| asked.slot != slot);
        self.begun.retain(|_, (of, _)| *of != slot);
    }

    /// Transfers that wait for their content.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.asked.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JS-TRANSFER-2: what one guest, or one kind, asks for does not keep others waiting.
    #[test]
    fn guests_do_not_wait_for_each_other() {
        let mut transfers = Transfers::default();
        let request = |of| TransferRequest { of, reference: "x".into(), having: None };
        let panel = TransferKind::Panel(1);
        for id in 0..4 {
            transfers.ask(1, id, request(panel));
        }
        transfers.ask(1, 9, request(TransferKind::Unknown));
        transfers.ask(2, 0, request(TransferKind::Panel(2)));
        let begun = transfers.begin(1, |_| 0);
        assert_eq!(begun.len(), panel.limits().at_once);
        assert_eq!(transfers.begin(1, |_| 0), [], "the others wait");
        assert_eq!(transfers.begin(2, |_| 0).len(), 1);
        let (slot, asked) = transfers.answered(begun[0].0).unwrap();
        assert_eq!((slot, asked.unwrap().id), (1, 0));
        assert_eq!(transfers.begin(1, |_| 1), [], "as long as it is in line");
        assert_eq!(transfers.begin(1, |_| 0).len(), 1);
        transfers.forget(panel);
        assert_eq!((transfers.of(1).count(), transfers.of(2).count()), (1, 1));
        transfers.forget_seat(2);
        assert_eq!(transfers.len(), 1);
    }
}
