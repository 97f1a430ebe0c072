//! What guests have transferred: contents of what is shared now (rules JS-TRANSFER-…, JS-PANEL-4).

use bytes::Bytes;
use jumpseat_wire::Slot;

use super::{Host, HostOutput, output::TransferTicket};
use crate::{
    Millis, Misbehavior, SessionError, TransferId, TransferKind, TransferRefusal, TransferRequest,
    area::transfer::{self, host::TransferAsk},
};

impl Host {
    /// A guest wants a content: only of what is shared now, and only so many at a time.
    pub(super) fn transfer(
        &mut self,
        now: Millis,
        slot: Slot,
        id: TransferId,
        request: TransferRequest,
    ) -> Result<(), SessionError> {
        if !request.is_sound() {
            return Err(SessionError::Misbehaved(Misbehavior::ImpossibleReference));
        }
        let Some(seat) = self.seats.get(&slot) else { return Ok(()) };
        let under_way: Vec<_> = self.transfers.of(slot).chain(seat.contents()).collect();
        if under_way.iter().any(|(other, _)| *other == id) {
            return Err(SessionError::Misbehaved(Misbehavior::RepeatedTransfer));
        }
        let of = request.of;
        let same = under_way.iter().filter(|(_, kind)| kind.is_kind_of(of)).count();
        if !self.is_shared(of) {
            // It costs its guest as much as anything that is said, or a refusal would be a cheap way to keep the line busy.
            if self.seats.get_mut(&slot).is_some_and(|seat| seat.spend_message(now, 0)) {
                self.refuse_transfer(slot, id, TransferRefusal::NotShared);
            }
        } else if same >= of.limits().under_way {
            self.refuse_transfer(slot, id, TransferRefusal::Busy);
        } else {
            self.transfers.ask(slot, id, request);
            self.begin_transfers(slot);
        }
        Ok(())
    }

    fn is_shared(&self, of: TransferKind) -> bool {
        match of {
            TransferKind::Panel(panel) => self.panels.is_shared(panel),
            TransferKind::Unknown => false,
        }
    }

    /// Has a guest's next contents looked for, once those before are on their way.
    pub(super) fn begin_transfers(&mut self, slot: Slot) {
        let Some(seat) = self.seats.get(&slot) else { return };
        let in_line = |of: TransferKind| seat.contents().filter(|(_, kind)| kind.is_kind_of(of)).count();
        for (ticket, request) in self.transfers.begin(slot, in_line) {
            self.out.push_back(HostOutput::Transfer { slot, ticket, request });
        }
    }

    /// A guest wants it no more.
    pub(super) fn cancel_transfer(&mut self, slot: Slot, id: TransferId) {
        self.transfers.cancel(slot, id);
        if let Some(seat) = self.seats.get_mut(&slot) {
            seat.drop_content(id);
        }
        self.begin_transfers(slot);
    }

    /// The content that a guest asked for, at most as long as the [limits](TransferKind::limits) of its kind allow, or why it
    /// does not come.
    pub fn content_ready(&mut self, ticket: TransferTicket, content: Result<Bytes, TransferRefusal>) {
        let Some((slot, asked)) = self.transfers.answered(ticket) else { return };
        match (asked, content) {
            (None, _) => {}
            (Some(TransferAsk { id, request, .. }), Ok(content))
                if content.len() <= request.of.limits().len =>
            {
                if let Some(seat) = self.seats.get_mut(&slot) {
                    seat.serve(id, request.of, content);
                }
                self.flush(slot);
            }
            (Some(TransferAsk { id, .. }), Ok(_)) => {
                self.refuse_transfer(slot, id, TransferRefusal::TooLarge)
            }
            (Some(TransferAsk { id, .. }), Err(why)) => self.refuse_transfer(slot, id, why),
        }
        self.begin_transfers(slot);
    }

    /// Whether a content is (still) to be looked for; if not, its place is free.
    pub(super) fn is_transfer_wanted(&mut self, slot: Slot, ticket: TransferTicket) -> bool {
        let wanted = self.transfers.is_wanted(ticket);
        if !wanted && self.transfers.end(ticket) {
            self.begin_transfers(slot);
        }
        wanted
    }

    fn refuse_transfer(&mut self, slot: Slot, id: TransferId, why: TransferRefusal) {
        self.tell(slot, transfer::FromHost::Refused { id, why });
    }
}
