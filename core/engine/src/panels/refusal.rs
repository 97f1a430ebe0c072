//! Why a content does not come, for people.

use jumpseat_session::FetchRefusal;

use crate::api::{Failure, FailureKind};

pub(crate) fn of_fetch(why: FetchRefusal) -> Failure {
    match why {
        FetchRefusal::NotShared => Failure::new(FailureKind::Refused, "the host does not share this panel"),
        FetchRefusal::Gone => {
            Failure::new(FailureKind::NotFound, "it has changed since").hint("the panel shows the newest one")
        }
        FetchRefusal::TooLarge => Failure::new(FailureKind::Refused, "it is larger than what can be fetched"),
        FetchRefusal::Busy => Failure::new(FailureKind::Refused, "too much is being fetched at once"),
        _ => Failure::new(FailureKind::System, "the host could not read it"),
    }
}

pub(crate) fn not_shared() -> Failure {
    Failure::new(FailureKind::NotFound, "this panel is not shared")
}
