//! Why the relay closed a connection: WebSocket close codes (RFC 6455 section 7.4.2, private range).

/// A close code with its meaning and whether trying again can help.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u16)]
#[non_exhaustive]
pub enum CloseCode {
    /// A message that the protocol does not allow here.
    BadMessage = 4000,
    /// The host ended the session.
    Ended = 4001,
    /// The session reached its lifetime.
    Expired = 4002,
    /// The host let the knock go unanswered, or said no.
    Refused = 4003,
    /// No session under that code or id.
    NotFound = 4004,
    /// Every seat is taken.
    Full = 4005,
    /// Another protocol version.
    Version = 4006,
    /// Too many attempts; later is fine.
    RateLimited = 4007,
    /// This guest took nothing for too long; its seat is kept.
    Slow = 4008,
    /// The host removed this guest.
    Removed = 4009,
    /// Another connection took this place with the same claim.
    Replaced = 4010,
    /// The host stayed away for too long.
    HostGone = 4011,
    /// The relay stops; another try finds it, or its successor.
    ShuttingDown = 4012,
    /// A claim that does not fit.
    NotAllowed = 4014,
    /// The relay has no room for another session.
    RelayFull = 4015,
    /// The code that was asked for belongs to another session.
    CodeTaken = 4016,
    /// The session moved to another node.
    Moved = 4100,
}

impl CloseCode {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::BadMessage,
        Self::Ended,
        Self::Expired,
        Self::Refused,
        Self::NotFound,
        Self::Full,
        Self::Version,
        Self::RateLimited,
        Self::Slow,
        Self::Removed,
        Self::Replaced,
        Self::HostGone,
        Self::ShuttingDown,
        Self::NotAllowed,
        Self::RelayFull,
        Self::CodeTaken,
        Self::Moved,
    ];

    /// The code behind a number, if it is one of ours.
    pub fn from_u16(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|code| *code as u16 == number)
    }

    /// A few words for a close frame's reason and for logs.
    pub fn reason(self) -> &'static str {
        match self {
            Self::BadMessage => "message not allowed here",
            Self::Ended => "session ended",
            Self::Expired => "session expired",
            Self::Refused => "not admitted",
            Self::NotFound => "no such session",
            Self::Full => "session is full",
            Self::Version => "protocol version not spoken here",
            Self::RateLimited => "too many attempts",
            Self::Slow => "took nothing for too long",
            Self::Removed => "removed by the host",
            Self::Replaced => "another connection took this place",
            Self::HostGone => "host stayed away",
            Self::ShuttingDown => "relay is stopping",
            Self::NotAllowed => "claim does not fit",
            Self::RelayFull => "relay is full",
            Self::CodeTaken => "code belongs to another session",
            Self::Moved => "session moved",
        }
    }

    /// Whether the same end should connect again by itself to take its place back.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Slow | Self::ShuttingDown | Self::Moved | Self::RateLimited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_private_and_unique() {
        for code in CloseCode::ALL {
            assert!((4000..5000).contains(&(code as u16)));
            assert_eq!(CloseCode::from_u16(code as u16), Some(code));
        }
        assert_eq!(CloseCode::from_u16(1000), None);
    }
}
