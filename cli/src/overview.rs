//! Who is there and what may be done about it: the one model behind the overlay and the status line, at the
//! host's end and at a guest's.

mod from_guest;
mod from_host;
mod panels;
mod pointed;

pub(crate) use from_guest::refusal;
pub(crate) use panels::{Panel, Panels, now};
pub(crate) use pointed::pointed;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use jumpseat_engine::api::{
    Admission, ChatLine, ConnectionState, Invite, Knock, Liveness, PanelStatus, Person, Role, Secret,
};
use jumpseat_wire::{HOST_SLOT, InviteCode, InviteId, Slot};

/// Everything that the overlay and the status line show.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Overview {
    /// Whose overview it is: [`HOST_SLOT`] or the guest's slot.
    pub(crate) me: Slot,
    pub(crate) code: Option<InviteCode>,
    pub(crate) connection: ConnectionState,
    pub(crate) host: String,
    /// Whether the host is connected.
    pub(crate) host_present: bool,
    /// Guests, in the order of their slots.
    pub(crate) people: Vec<Person>,
    /// Who is waiting to join: the host alone knows.
    pub(crate) knocks: Vec<Knock>,
    /// Invites that hold: the host has all, a co-owner its own.
    pub(crate) invites: Vec<InviteCard>,
    pub(crate) chat: BTreeMap<u64, ChatLine>,
    /// The first line of chat that was not looked at.
    pub(crate) unread_from: u64,
    /// Who types.
    pub(crate) typing: Option<Slot>,
    /// Who points at lines.
    pub(crate) pointing: BTreeSet<Slot>,
    pub(crate) liveness: Liveness,
    /// Whether the terminal that is shown misses something: no key goes there meanwhile.
    pub(crate) catching_up: bool,
    /// The guest's own safety words, to compare with the host's.
    pub(crate) words: Vec<String>,
    /// Whether the host looks at the terminal that is shown: only then keys count.
    pub(crate) looking: bool,
    /// The host's own: how it can be told that it looks at its terminal.
    pub(crate) attention: Attention,
    /// Whether this end has its place: a guest waits for it first.
    pub(crate) seated: bool,
    /// A guest's: what the host shares next to its terminals.
    pub(crate) panels: Panels,
    /// The host's own: what guests see, and how its sources do.
    pub(crate) shown: Vec<PanelStatus>,
    /// A guest's: whether it was told that it may type.
    could_type: bool,
    /// Why the session is over, if it is.
    pub(crate) ended: Option<Cow<'static, str>>,
}

/// An invite that can be handed on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct InviteCard {
    /// Its name; a co-owner's end does not know it, and cannot revoke.
    pub(crate) id: Option<InviteId>,
    pub(crate) code: InviteCode,
    pub(crate) token: Secret,
    pub(crate) link: Option<Secret>,
    pub(crate) role: Role,
    pub(crate) admission: Admission,
    pub(crate) uses: u32,
    pub(crate) max_uses: Option<u32>,
}

impl InviteCard {
    /// Of an invite that this client may hand on.
    fn of(invite: &Invite) -> Option<Self> {
        let keys = invite.keys.clone()?;
        Some(Self {
            id: Some(invite.id),
            code: invite.code,
            token: keys.token,
            link: Some(keys.web_link.unwrap_or(keys.link)),
            role: invite.terms.role,
            admission: invite.terms.admission,
            uses: invite.uses,
            max_uses: invite.terms.max_uses,
        })
    }
}

/// How it can be told that the host looks at its terminal.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Attention {
    /// The terminal reports its focus; or it is not known yet whether it does.
    #[default]
    Reported,
    /// It does not, and the host has not said that it looks: guests cannot type.
    WantsYes,
    /// The host has said so; its keys tell that it is there.
    GoesByKeys,
}

impl Overview {
    /// The host's own overview.
    pub(crate) fn hosting(name: String) -> Self {
        Self::new(HOST_SLOT, name)
    }

    /// The overview of a guest that knocks.
    pub(crate) fn knocking() -> Self {
        Self { seated: false, ..Self::new(Slot::MAX, "the host".to_owned()) }
    }

    pub(crate) fn new(me: Slot, host: String) -> Self {
        Self {
            me,
            code: None,
            connection: ConnectionState::Connecting,
            host,
            host_present: true,
            people: Vec::new(),
            knocks: Vec::new(),
            invites: Vec::new(),
            chat: BTreeMap::new(),
            unread_from: 0,
            typing: None,
            pointing: BTreeSet::new(),
            liveness: Liveness::Live,
            catching_up: false,
            words: Vec::new(),
            looking: true,
            attention: Attention::default(),
            seated: true,
            panels: Panels::default(),
            shown: Vec::new(),
            could_type: false,
            ended: None,
        }
    }

    pub(crate) fn is_host(&self) -> bool {
        self.me == HOST_SLOT
    }

    /// What this end may do; the host may do everything.
    pub(crate) fn role(&self) -> Role {
        self.person(self.me).map_or(Role::Viewer, |person| person.info.role)
    }

    /// Whether this end may grant, remove and invite.
    pub(crate) fn may_manage(&self) -> bool {
        self.is_host() || self.role() == Role::CoOwner
    }

    pub(crate) fn person(&self, slot: Slot) -> Option<&Person> {
        self.people.iter().find(|person| person.info.slot == slot)
    }

    /// What an invite gives to who comes by it, where that is known.
    pub(crate) fn role_of_invite(&self, invite: InviteId) -> Option<Role> {
        self.invites.iter().find(|known| known.id == Some(invite)).map(|known| known.role)
    }

    /// Who else came by the same invite as a guest: one person may have several seats.
    pub(crate) fn came_with(&self, slot: Slot) -> usize {
        let Some(invite) = self.person(slot).and_then(|person| person.invite) else { return 0 };
        self.people.iter().filter(|person| person.info.slot != slot && person.invite == Some(invite)).count()
    }

    /// The name to show for a slot.
    pub(crate) fn name(&self, slot: Slot) -> &str {
        match slot {
            HOST_SLOT => &self.host,
            slot => self.person(slot).map_or("someone", |person| &person.info.name),
        }
    }

    /// Lines of chat that others said since the chat was last looked at.
    pub(crate) fn unread(&self) -> usize {
        self.chat.range(self.unread_from..).filter(|(_, line)| line.slot != self.me).count()
    }

    /// The chat is looked at.
    pub(crate) fn read_chat(&mut self) {
        self.unread_from = self.chat.last_key_value().map_or(0, |(line, _)| line + 1);
    }

    /// What to tell about somebody who points at a line with this text.
    pub(crate) fn points_at(&self, slot: Slot, text: &str) -> String {
        match text.trim() {
            "" => format!("{} points at a line", self.name(slot)),
            text => format!("{} points at: {text}", self.name(slot)),
        }
    }
}

/// The word for a connection.
pub(crate) fn connection_word(connection: &ConnectionState) -> &'static str {
    match connection {
        ConnectionState::Connecting => "connecting",
        ConnectionState::Connected => "connected",
        ConnectionState::Away { .. } => "reconnecting",
    }
}

/// A guest, for tests.
#[cfg(test)]
pub(crate) fn person(slot: Slot, name: &str, role: Role) -> Person {
    jumpseat_engine::api::GuestInfo { slot, name: name.into(), program: "cli".into(), role, present: true }
        .into()
}
