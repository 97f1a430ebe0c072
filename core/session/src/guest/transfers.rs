//! What a guest has transferred (rules JS-TRANSFER-…).

use super::{Context, Guest, GuestOutput, output::ContentChange, seated::Seated};
use crate::{
    Millis, SessionError, TransferId, TransferKind, TransferRefusal, TransferRequest,
    area::transfer::{self, guest::Progress},
    frame::record::ContentPart,
};

impl Guest {
    /// Asks the host for a content; what comes of it is told as [`GuestOutput::Content`].
    ///
    /// # Errors
    /// [`SessionError::Misused`] without a seat and for a name that no content has, [`SessionError::Full`] with as many
    /// under way as [its kind](TransferKind::limits) allows and when more waits for the line than may.
    pub fn transfer(&mut self, _now: Millis, request: TransferRequest) -> Result<TransferId, SessionError> {
        if !request.is_sound() {
            return Err(SessionError::Misused("no content is called that"));
        }
        self.with_seat(|seated, context| seated.transfer(request, context))
            .unwrap_or(Err(SessionError::Misused("this guest has no seat yet")))
    }

    /// Whether another transfer of this kind may begin now.
    pub fn may_transfer(&self, of: TransferKind) -> bool {
        self.seated().is_some_and(|seated| seated.is_open() && seated.transfers.have_room(of))
    }

    /// Gives a transfer up; nothing of it is told any more.
    pub fn cancel_transfer(&mut self, _now: Millis, id: TransferId) {
        self.with_seat(|seated, context| {
            if seated.transfers.end(id) && seated.is_open() {
                seated.say(transfer::FromGuest::Cancel { id }, context);
            }
        });
    }
}

impl Seated {
    fn transfer(
        &mut self,
        request: TransferRequest,
        context: &mut Context<'_>,
    ) -> Result<TransferId, SessionError> {
        if !self.is_open() || !self.transfers.have_room(request.of) {
            return Err(SessionError::Full("too much is under way already"));
        }
        let id = self.transfers.begin(request.of);
        self.say(transfer::FromGuest::Get { id, content: request }, context);
        Ok(id)
    }

    /// A transfer does not come; nothing if nobody waits for it any more.
    pub(super) fn refused(&mut self, transfer: TransferId, why: TransferRefusal, context: &mut Context<'_>) {
        if self.transfers.end(transfer) {
            context.out.push_back(GuestOutput::Content { transfer, change: ContentChange::Refused(why) });
        }
    }

    pub(super) fn content(&mut self, part: ContentPart<'_>, context: &mut Context<'_>) {
        let transfer = part.transfer;
        let Some(progress) = self.transfers.take(part) else { return };
        let change = match progress {
            Progress::Part(received, total) => ContentChange::Progress { received, total },
            Progress::Whole(content) => ContentChange::Whole(content),
            Progress::Refused(why) => ContentChange::Refused(why),
        };
        context.out.push_back(GuestOutput::Content { transfer, change });
    }
}
