//! What host and guests say to each other besides terminals: JSON inside sealed records (rules JS-MSG-…).

use std::time::Duration;

use jumpseat_wire::Slot;
use serde::{Deserialize, Serialize};

use crate::{
    Admission, FetchId, FetchRefusal, Millis, Misbehavior, PanelId, Role, SessionError, StreamId, Wish,
    frame::record::MAX_MESSAGE, panel,
};

/// Longest name, title or command shown in a list, in characters.
const MAX_NAME: usize = 64;

/// Longest chat message, in bytes.
pub const MAX_CHAT: usize = 4096;

/// Most guests in a roster and most terminals in a list that a guest accepts.
const MAX_LIST: usize = 256;

/// How often the same refusal of keys is told.
const TELL_REFUSAL: Duration = Duration::from_secs(1);

/// From the host: to every guest, or to one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum FromHost {
    /// Who is in the session. The first of an epoch is the one that its grant names.
    ///
    /// `rev` counts what the host said of the session's state: group and pairwise frames overtake each
    /// other, and an older state must not replace a newer one (JS-MSG-3).
    Roster { rev: u64, host: String, guests: Vec<RosterEntry> },
    /// Which terminals the session has.
    Terminals { rev: u64, terminals: Vec<TerminalCard> },
    /// Which terminal the host has in front.
    Looking { rev: u64, stream: Option<StreamId> },
    /// Which panels are shared.
    Panels { rev: u64, panels: Vec<PanelId> },
    /// Someone starts or stops typing.
    Typing { slot: Slot, stream: StreamId, on: bool },
    /// Someone points at lines of a terminal, or no longer does.
    Pointing { slot: Slot, at: Option<Pointing> },
    /// Someone says something. `at` is the host's clock, in milliseconds since 1970.
    Chat { slot: Slot, text: String, at: u64 },
    /// Someone asks for control; `on` is false when the host has answered.
    Asking { slot: Slot, on: bool },
    /// To one: its keys were not taken.
    InputRefused { stream: StreamId, why: InputRefusal },
    /// To one: the host does not give control now.
    Declined,
    /// To one: the invite that it asked for under this number; `token` is its text.
    Invited { id: u32, code: String, token: String, role: Role },
    /// To one: what it asked for is not its to do; `invite` is the number of an invite that it does not get.
    NotAllowed {
        what: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invite: Option<u32>,
    },
    /// To one: a content does not come.
    FetchRefused { id: FetchId, why: FetchRefusal },
    /// The session is over where its streams stand here: who has come so far says `caught_up`.
    Closing { streams: Vec<Standing> },
    /// The session is over.
    End { reason: EndReason },
}

/// A guest's messages (chat, requests) that a host takes in a second.
pub(crate) const MESSAGES_PER_SECOND: u32 = 20;

/// What a host says no to, in [`FromHost::NotAllowed`].
pub(crate) const NO_ROLE: &str = "changing that role";
pub(crate) const NO_REMOVAL: &str = "removing that guest";
pub(crate) const NO_INVITE: &str = "making that invite";
pub(crate) const TOO_MANY_MESSAGES: &str = "so many messages at once";

/// From one guest to the host.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum FromGuest {
    /// May I type?
    AskControl,
    /// Something to everyone.
    Chat { text: String },
    /// Look here.
    Pointing { at: Option<Pointing> },
    /// Frames were lost: send me everything anew.
    Resync,
    /// I stand where the streams end.
    CaughtUp,
    /// I am going.
    Leave,
    /// A co-owner changes a role.
    SetRole { slot: Slot, role: Role },
    /// A co-owner removes a guest.
    Remove { slot: Slot },
    /// A co-owner asks for an invite, under a number of its own.
    Invite { id: u32, role: Role, max_uses: Option<u32>, admission: Admission },
    /// A content of a panel, please.
    Fetch {
        id: FetchId,
        #[serde(flatten)]
        wish: Wish,
    },
    /// That content no longer.
    Cancel { id: FetchId },
}

/// Where a stream stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub(crate) stream: StreamId,
    pub(crate) position: u64,
}

/// A guest in the roster.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RosterEntry {
    /// Its seat.
    pub slot: Slot,
    /// The name it gave itself: not verified.
    pub name: String,
    /// The program it uses.
    pub program: String,
    /// What it may do.
    pub role: Role,
    /// Whether its connection stands.
    pub present: bool,
}

/// A terminal in the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct TerminalCard {
    /// Its stream.
    pub stream: StreamId,
    /// Its title.
    pub title: String,
    /// Columns of the host's terminal.
    pub cols: u16,
    /// Rows of the host's terminal.
    pub rows: u16,
    /// Set once its program has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Exit>,
}

/// How a terminal's program ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Exit {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
}

/// Lines that someone points at, counted from the first line that the session shares.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pointing {
    /// The terminal.
    pub stream: StreamId,
    /// First line.
    pub from: u64,
    /// Last line.
    pub to: u64,
}

/// Why keys were not taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum InputRefusal {
    /// The role is viewer.
    ReadOnly,
    /// The host does not look at that terminal.
    HostAway,
    /// They were typed at a picture that is too old.
    Stale,
    /// There is no such terminal, or its program has ended.
    NoTerminal,
    /// The guest's own picture is behind, so that they were not even sent.
    Behind,
}

/// Which refusals somebody was told of just now.
#[derive(Default)]
pub(crate) struct Refusals(Vec<(InputRefusal, Millis)>);

impl Refusals {
    /// Whether to tell of this one; counts it as told.
    pub(crate) fn is_news(&mut self, now: Millis, why: InputRefusal) -> bool {
        self.0.retain(|(_, at)| now.since(*at) < TELL_REFUSAL);
        let news = self.0.iter().all(|(told, _)| *told != why);
        if news {
            self.0.push((why, now));
        }
        news
    }
}

/// Why a session ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EndReason {
    /// The host stopped sharing.
    Stopped,
    /// The last terminal's program ended.
    ShellExited,
    /// Its time was over.
    Expired,
    /// The relay could not be reached any more.
    RelayGone,
    /// The relay will not have it, or this end of it, any more: it told this end alone why.
    RelayRefused,
    /// The host was away for too long.
    HostGone,
    /// This guest was removed.
    Removed,
    /// This guest left.
    Left,
}

pub(crate) fn encode<M: Serialize>(message: &M) -> Vec<u8> {
    serde_json::to_vec(message).expect("messages have string keys and finite numbers")
}

impl FromHost {
    pub(crate) fn decode(json: &[u8]) -> Result<Self, SessionError> {
        let mut message: Self = decode(json)?;
        match &mut message {
            Self::Roster { host, guests, .. } => {
                *host = shown_name(host);
                guests.truncate(MAX_LIST);
                for guest in guests {
                    guest.name = shown_name(&guest.name);
                    guest.program = shown_name(&guest.program);
                }
            }
            Self::Terminals { terminals, .. } => {
                terminals.truncate(MAX_LIST);
                for terminal in terminals {
                    terminal.title = shown_name(&terminal.title);
                }
            }
            Self::Panels { panels, .. } => {
                panels.retain(|id| panel::is_panel(*id));
                panels.sort_unstable();
                panels.dedup();
            }
            Self::Closing { streams } => streams.truncate(MAX_LIST),
            Self::Chat { text, .. } => *text = shown_text(text),
            _ => {}
        }
        Ok(message)
    }
}

impl FromGuest {
    pub(crate) fn decode(json: &[u8]) -> Result<Self, SessionError> {
        let mut message: Self = decode(json)?;
        if let Self::Chat { text } = &mut message {
            *text = shown_text(text);
        }
        Ok(message)
    }

    /// Whether it counts once the session is over.
    pub(crate) fn is_of_farewell(&self) -> bool {
        matches!(self, Self::Resync | Self::CaughtUp | Self::Leave)
    }
}

fn decode<'a, M: Deserialize<'a>>(json: &'a [u8]) -> Result<M, SessionError> {
    if json.len() > MAX_MESSAGE {
        return Err(SessionError::Misbehaved(Misbehavior::GarbledMessage));
    }
    serde_json::from_slice(json).map_err(|_| SessionError::Misbehaved(Misbehavior::UnreadableMessage))
}

/// A name as it may be shown (JS-MSG-2).
pub(crate) fn shown_name(name: &str) -> String {
    jumpseat_text::name(name, MAX_NAME).unwrap_or_else(|| "someone".into())
}

/// The same for text of several lines.
pub(crate) fn shown_text(text: &str) -> String {
    let mut end = text.len().min(MAX_CHAT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    jumpseat_text::shown(&text[..end], |character| character == '\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_cannot_pretend() {
        assert_eq!(shown_name(" Ann\u{1b}[31m\u{202e}\n "), "Ann[31m");
        assert_eq!(shown_name("\u{200b}"), "someone");
        // One that looks like another is the same.
        for other in
            ["Ann\u{3164}", "A\u{fff9}nn", "Ann\u{e0041}\u{e007f}", "\u{115f}Ann", "An\u{ad}n", "Ann\u{2800}"]
        {
            assert_eq!(shown_name(other), "Ann", "{other:?}");
        }
        assert_eq!(shown_text(&format!("a{}", "\u{301}".repeat(90))).chars().count(), 5);
        assert_eq!(shown_name(&"x".repeat(1000)).len(), 64);
        assert_eq!(shown_text("a\nb\u{7}"), "a\nb");
        assert_eq!(shown_text(&"é".repeat(4000)).len(), 4096);
    }

    #[test]
    fn golden_text() {
        let lines = [
            encode(&FromHost::Roster {
                rev: 1,
                host: "Ann".into(),
                guests: vec![RosterEntry {
                    slot: 1,
                    name: "Bo".into(),
                    program: "cli".into(),
                    role: Role::CoOwner,
                    present: true,
                }],
            }),
            encode(&FromHost::Terminals {
                rev: 2,
                terminals: vec![TerminalCard {
                    stream: 1,
                    title: "bash".into(),
                    cols: 80,
                    rows: 24,
                    ended: Some(Exit { code: Some(0) }),
                }],
            }),
            encode(&FromHost::InputRefused { stream: 1, why: InputRefusal::HostAway }),
            encode(&FromHost::End { reason: EndReason::ShellExited }),
            encode(&FromGuest::AskControl),
            encode(&FromGuest::SetRole { slot: 2, role: Role::Writer }),
        ];
        let lines: Vec<_> = lines.into_iter().map(|line| String::from_utf8(line).unwrap()).collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>, text in "\\PC*") {
            let _ = FromHost::decode(&bytes);
            let _ = FromGuest::decode(&bytes);
            prop_assert!(shown_text(&text).len() <= MAX_CHAT);
        }
    }
}
