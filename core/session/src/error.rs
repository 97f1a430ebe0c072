//! What can go wrong in a session, by who is at fault.

use thiserror::Error;

/// What can go wrong in a session. None of these carries a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SessionError {
    /// Something that only a forger, or a broken line, would send: it was dropped.
    #[error("{0} does not verify")]
    Forged(&'static str),
    /// Something that was seen before, or comes from before: it was dropped.
    #[error("{0} was replayed")]
    Replayed(&'static str),
    /// The other end broke a rule of the protocol. What exactly was wrong with bytes that cannot be read is left out: it
    /// may quote them.
    #[error("the other end broke the protocol: {0}")]
    Misbehaved(Misbehavior),
    /// Bytes that have no meaning.
    #[error(transparent)]
    Wire(#[from] jumpseat_wire::WireError),
    /// A key was used up; the session has to rotate or end.
    #[error("a key's frames are used up")]
    UsedUp,
    /// A token that cannot be read.
    #[error("not an invite token: {0}")]
    Token(&'static str),
    /// A link that cannot be read.
    #[error("not an invite link: {0}")]
    Link(&'static str),
    /// The address of a page that invites cannot have.
    #[error("not a page for invites: {0}")]
    Page(&'static str),
    /// Something that was named and is not there (any more).
    #[error("{0}")]
    Missing(&'static str),
    /// There is as much of something as there can be.
    #[error("{0}")]
    Full(&'static str),
    /// A call that makes no sense in this state.
    #[error("{0}")]
    Misused(&'static str),
}

/// A rule of the protocol that the other end broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Misbehavior {
    /// Bytes behind a frame's padding, or a record that is longer or shorter than it says.
    #[error("a garbled record")]
    GarbledRecord,
    /// A kind of record that version 1 does not have (JS-REC-3).
    #[error("an unknown kind of record")]
    UnknownRecord,
    /// A record from a guest that only a host seals.
    #[error("a guest sent a record that only a host sends")]
    HostsRecord,
    /// A record for all in a pairwise frame, or one for one guest in a group frame.
    #[error("a record in the wrong kind of frame")]
    MisplacedRecord,
    /// A group frame that is too short for its signature.
    #[error("a group frame without a signature")]
    UnsignedFrame,
    /// A pairwise frame of another slot or direction.
    #[error("a frame of another pair")]
    OtherPair,
    /// A pairwise frame whose predecessor never came.
    #[error("a pairwise frame is missing")]
    MissingFrame,
    /// A pairwise frame of a generation that is neither the present nor the next.
    #[error("a pairwise frame of another generation")]
    OtherGeneration,
    /// An acknowledgement of a frame that was never sent.
    #[error("an acknowledgment of what was never sent")]
    ImpossibleAck,
    /// A grant of another length or version.
    #[error("a garbled grant")]
    GarbledGrant,
    /// A message without an area and a word, or longer than a record.
    #[error("a garbled message")]
    GarbledMessage,
    /// A known word whose fields cannot be read.
    #[error("a message that cannot be read")]
    UnreadableMessage,
    /// A word that this end knows, and that only it says itself.
    #[error("a word that is not the other end's to say")]
    OthersWord,
    /// A snapshot whose parts do not fit together.
    #[error("a snapshot with impossible parts")]
    ImpossibleSnapshot,
    /// A content whose parts do not fit together, or that is longer than its kind may be.
    #[error("a content with impossible parts")]
    ImpossibleContent,
    /// A name that no content has.
    #[error("a request for a content with an impossible name")]
    ImpossibleReference,
    /// A number of a transfer that is under way.
    #[error("two transfers with one number")]
    RepeatedTransfer,
    /// More terminals than a session has.
    #[error("more terminals than a session has")]
    TooManyTerminals,
    /// A guest sent something before its confirm (JS-JOIN-5).
    #[error("a guest that did not confirm")]
    Unconfirmed,
    /// An invite under which too many knocks did not open (JS-JOIN-8).
    #[error("too many failed knocks")]
    KnockFlood,
    /// A knock's first byte is another message's.
    #[error("not a knock")]
    NotAKnock,
    /// A knock, or its answer, for another session.
    #[error("a message of another session")]
    OtherSession,
    /// A knock without a readable name.
    #[error("a knock without a readable name")]
    UnreadableCard,
    /// A list of capabilities that is too long, or holds what is not a name.
    #[error("a garbled list of capabilities")]
    GarbledCapabilities,
    /// An answer to a knock that is neither a welcome nor a refusal.
    #[error("neither a welcome nor a refusal")]
    UnknownAnswer,
    /// A welcome without a slot.
    #[error("a welcome without a slot")]
    UnreadableWelcome,
    /// A welcome to slot 0, which is the host's.
    #[error("a welcome to the host's slot")]
    HostsSlot,
    /// A refusal without a readable reason.
    #[error("a refusal without a readable reason")]
    UnreadableRefusal,
    /// A bundle of keys of another version or suite.
    #[error("an unknown suite of keys")]
    UnknownSuite,
    /// The relay asks twice for one signature.
    #[error("a second challenge")]
    SecondChallenge,
    /// The relay opens a room that is open.
    #[error("the relay opens an open room")]
    SecondRoom,
    /// The relay's control message does not belong where it comes.
    #[error("a control message in the wrong place")]
    MisplacedControl,
    /// The relay delivers a frame that is not for this end.
    #[error("a frame that is not for this end")]
    MisplacedFrame,
}
