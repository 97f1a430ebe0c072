//! What a guest asks of panels (rule JS-PANEL-4).

use super::Guest;
use crate::{FetchId, Millis, SessionError, Wish, area::transfer};

impl Guest {
    /// Asks the host for a content of a panel; what comes of it is told as [`GuestOutput::Content`](super::GuestOutput::Content).
    ///
    /// # Errors
    /// [`SessionError::Misused`] without a seat, for a name that no content has, with [`MAX_FETCHES`](crate::MAX_FETCHES) under way,
    /// and when more waits for the line than may.
    pub fn fetch(&mut self, _now: Millis, wish: Wish) -> Result<FetchId, SessionError> {
        if !wish.is_sound() {
            return Err(SessionError::Misused("no content is called that"));
        }
        self.with_seat(|seated, context| seated.fetch(wish, context))
            .unwrap_or(Err(SessionError::Misused("this guest has no seat yet")))
    }

    /// Whether another fetch may begin now.
    pub fn may_fetch(&self) -> bool {
        self.seated().is_some_and(|seated| seated.is_open() && seated.fetches.have_room())
    }

    /// Gives a fetch up; nothing of it is told any more.
    pub fn cancel_fetch(&mut self, _now: Millis, fetch: FetchId) {
        self.with_seat(|seated, context| {
            if seated.fetches.end(fetch) && seated.is_open() {
                seated.say(transfer::FromGuest::Cancel { id: fetch }, context);
            }
        });
    }
}
