//! The overlay: what it shows of a [`Overview`], and what its keys ask for. It neither reads nor writes: keys go in,
//! actions come out, and [`draw`](Overlay::draw) fills a buffer.

mod draw;
mod mark;
mod panels;
#[cfg(test)]
mod tests;

use jumpseat_engine::api::{Role, panels::PanelKind};
use jumpseat_wire::{InviteId, KnockId, Slot};
use tokio::time::Instant;

use crate::{
    error::CliError,
    overview::{Attention, Overview},
    panel::{Row, RowTarget},
    terminal::{EscapeKey, Input, Key, Piece},
};

use self::{
    draw::question,
    mark::{Id, Mark, SETTLE},
    panels::PanelPage,
};

/// The longest line of chat that is taken in, in bytes: what the session takes.
const MAX_DRAFT: usize = jumpseat_session::MAX_CHAT;

/// What a key asks for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Action {
    /// Back to the terminal.
    Close,
    /// Back to the terminal, and the escape key itself to the program.
    Literal,
    Admit(KnockId),
    Deny(KnockId),
    SetRole(Slot, Role),
    Decline(Slot),
    /// With everyone who came by the same invite, or alone.
    Remove(Slot, bool),
    Invite(Role),
    RevokeInvite(InviteId),
    Chat(String),
    AskControl,
    /// Let guests type although the terminal does not tell whether the host looks.
    AssumeFocus,
    /// Fetch what is behind a row; the answer goes to [`Overlay::opened`] with this number.
    Open(u32, RowTarget),
    /// Show a panel to guests, or no longer.
    SharePanel(PanelKind),
    HidePanel(PanelKind),
    /// The next terminal of the session.
    NextTerminal,
    Leave,
    Stop,
}

/// What is shown of the overview.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Page {
    People,
    Panels,
    Invites,
    Chat,
}

/// The overlay's own state.
#[derive(Debug)]
pub(crate) struct Overlay {
    page: Page,
    mark: Mark,
    /// Whether tokens and links are shown.
    reveal: bool,
    draft: String,
    panels: PanelPage,
    /// What waits for a yes.
    confirm: Option<Confirm>,
    pasting: bool,
    escape: EscapeKey,
    /// When it was last brought up to date.
    now: Option<Instant>,
}

/// A question that waits for a yes.
#[derive(Debug)]
struct Confirm {
    action: Action,
    /// As the person reads it.
    text: String,
    /// When the text last became another one under the person's eyes.
    changed: Option<Instant>,
}

impl Overlay {
    pub(crate) fn new(escape: EscapeKey) -> Self {
        Self {
            page: Page::People,
            mark: Mark::default(),
            reveal: false,
            draft: String::new(),
            panels: PanelPage::default(),
            confirm: None,
            pasting: false,
            escape,
            now: None,
        }
    }

    /// Takes the overview as it is drawn now. Keys mean what was drawn.
    pub(crate) fn update(&mut self, overview: &Overview, now: Instant) {
        self.now = Some(now);
        match self.page {
            Page::People => self.mark.update(mark::people(overview), now),
            Page::Invites => self.mark.update(mark::invites(overview), now),
            Page::Panels | Page::Chat => {}
        }
        // What the host took back is not kept.
        self.panels.forget(overview);
        if self.page == Page::Panels {
            self.panels.update(overview, now);
        }
        self.confirm.take_if(|confirm| !stands(&confirm.action, overview));
        if let Some(confirm) = &mut self.confirm {
            let text = question(&confirm.action, overview);
            if text != confirm.text {
                (confirm.text, confirm.changed) = (text, Some(now));
            }
        }
    }

    /// When it looks different by itself: the keys of what is marked begin to act.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let settles_at = match self.page {
            Page::People | Page::Invites => self.mark.settles_at(),
            Page::Panels => self.panels.settles_at(),
            Page::Chat => None,
        };
        settles_at.filter(|at| self.now.is_some_and(|now| now < *at))
    }

    /// Whether the person has seen what its keys act on.
    fn is_settled(&self) -> bool {
        self.deadline().is_none()
    }

    /// Takes a key. The overview is only changed in what was read.
    pub(crate) fn press(&mut self, piece: &Piece, overview: &mut Overview, now: Instant) -> Option<Action> {
        // What came since it was drawn is new to the person.
        self.update(overview, now);
        let action = match &piece.input {
            _ if self.escape.is(&piece.raw) => Some(Action::Close),
            Input::Text => self.text(&String::from_utf8_lossy(&piece.raw), overview, now),
            Input::Key { key, .. } if self.confirm.take().is_none() => self.key(*key, overview, now),
            Input::Paste(begins) => {
                self.pasting = *begins;
                None
            }
            _ => None,
        };
        if self.page == Page::Chat {
            overview.read_chat();
        }
        self.update(overview, now);
        action
    }

    /// Letters: each a command, but in the chat. What is pasted is no command.
    fn text(&mut self, text: &str, overview: &Overview, now: Instant) -> Option<Action> {
        for letter in text.chars() {
            let action = if self.page == Page::Chat {
                self.write(letter);
                None
            } else if self.pasting || self.confirm.as_ref().is_some_and(|confirm| confirm.is_new(now)) {
                None
            } else if let Some(confirm) = self.confirm.take() {
                // Only a yes lets it through.
                match (letter.to_ascii_lowercase(), confirm.action) {
                    ('y', action) => Some(action),
                    ('a', Action::Remove(slot, _)) if overview.came_with(slot) > 0 => {
                        Some(Action::Remove(slot, true))
                    }
                    _ => None,
                }
            } else {
                self.letter(letter.to_ascii_lowercase(), overview, now)
            };
            if action.is_some() {
                return action;
            }
        }
        None
    }

    fn key(&mut self, key: Key, overview: &Overview, now: Instant) -> Option<Action> {
        match key {
            Key::Escape if self.page == Page::Panels && self.panels.back() => {}
            Key::Escape => return Some(Action::Close),
            Key::Tab => self.turn(overview, 1),
            Key::BackTab => self.turn(overview, -1),
            key if self.page == Page::Panels => return self.panels.key(key, overview, now),
            Key::Right => self.turn(overview, 1),
            Key::Left => self.turn(overview, -1),
            Key::Up => self.mark.step(false, now),
            Key::Down => self.mark.step(true, now),
            Key::Backspace if self.page == Page::Chat => {
                self.draft.pop();
            }
            Key::Enter if self.page == Page::Chat => {
                let text = std::mem::take(&mut self.draft);
                return (!text.trim().is_empty()).then_some(Action::Chat(text));
            }
            Key::Enter => return self.letter('a', overview, now),
            Key::Delete => return self.letter('x', overview, now),
            _ => {}
        }
        None
    }

    fn letter(&mut self, letter: char, overview: &Overview, now: Instant) -> Option<Action> {
        match letter {
            'q' => return Some(Action::Close),
            letter if letter == self.escape.letter() && !letter.is_ascii_alphabetic() => {
                return Some(Action::Literal);
            }
            'c' => self.page = Page::Chat,
            'p' if self.page != Page::Panels => self.go(Page::Panels, overview),
            't' if !overview.is_host() => return Some(Action::NextTerminal),
            's' if overview.is_host() && overview.ended.is_none() => {
                if overview.people.is_empty() {
                    return Some(Action::Stop);
                }
                return self.ask(Action::Stop, overview);
            }
            'l' if !overview.is_host() => return Some(Action::Leave),
            'f' if overview.attention == Attention::WantsYes && self.page == Page::People => {
                return Some(Action::AssumeFocus);
            }
            'k' if !overview.is_host() && !overview.role().may_write() => return Some(Action::AskControl),
            letter if self.page == Page::People => return self.letter_on_people(letter, overview),
            letter if self.page == Page::Panels => return self.panels.letter(letter, overview, now),
            letter if self.page == Page::Invites => return self.letter_on_invites(letter, overview),
            _ => {}
        }
        None
    }

    fn letter_on_people(&mut self, letter: char, overview: &Overview) -> Option<Action> {
        if !self.is_settled() {
            return None;
        }
        let action = match *self.mark.on()? {
            Id::Knock(knock) => match letter {
                'a' => Action::Admit(knock),
                'd' => Action::Deny(knock),
                _ => return None,
            },
            Id::Person(slot) => {
                let person = overview.person(slot)?;
                let allowed = overview.is_host() || overview.role().may_remove(person.info.role);
                if !overview.may_manage() || !allowed {
                    return None;
                }
                let toggle = |role| if person.info.role == role { Role::Viewer } else { role };
                match letter {
                    'a' if person.asks => Action::SetRole(slot, Role::Writer),
                    'd' if person.asks && overview.is_host() => Action::Decline(slot),
                    'w' => Action::SetRole(slot, toggle(Role::Writer)),
                    'o' if overview.is_host() => Action::SetRole(slot, toggle(Role::CoOwner)),
                    'x' => Action::Remove(slot, false),
                    _ => return None,
                }
            }
            Id::Invite(_) => return None,
        };
        if is_asked(&action, overview) { self.ask(action, overview) } else { Some(action) }
    }

    /// Has it done after a yes.
    fn ask(&mut self, action: Action, overview: &Overview) -> Option<Action> {
        let text = question(&action, overview);
        self.confirm = Some(Confirm { action, text, changed: None });
        None
    }

    fn letter_on_invites(&mut self, letter: char, overview: &Overview) -> Option<Action> {
        match letter {
            'n' if overview.may_manage() => Some(Action::Invite(Role::Viewer)),
            'w' if overview.may_manage() => Some(Action::Invite(Role::Writer)),
            'v' => {
                self.reveal = !self.reveal;
                None
            }
            'x' if self.is_settled() => {
                let Some(Id::Invite(token)) = self.mark.on() else { return None };
                let invite = overview.invites.iter().find(|invite| invite.token == *token)?;
                self.ask(Action::RevokeInvite(invite.id?), overview)
            }
            _ => None,
        }
    }

    fn write(&mut self, letter: char) {
        if !letter.is_control() && self.draft.len() + letter.len_utf8() <= MAX_DRAFT {
            self.draft.push(letter);
        }
    }

    fn turn(&mut self, overview: &Overview, by: isize) {
        let pages = pages(overview);
        let at = pages.iter().position(|page| *page == self.page).unwrap_or(0) as isize;
        self.go(pages[(at + by).rem_euclid(pages.len() as isize) as usize], overview);
    }

    fn go(&mut self, page: Page, overview: &Overview) {
        self.page = page;
        self.mark = Mark::default();
        self.reveal = false;
        if self.page == Page::Panels {
            self.panels.enter(overview);
        }
    }

    /// What came of [`Action::Open`].
    pub(crate) fn opened(&mut self, ticket: u32, rows: Result<Vec<Row>, CliError>) {
        self.panels.opened(ticket, rows);
    }
}

impl Confirm {
    /// Whether it reads differently than a moment ago: a yes was meant for what it said before.
    fn is_new(&self, now: Instant) -> bool {
        self.changed.is_some_and(|changed| now < changed + SETTLE)
    }
}

/// What is done only after a yes: what cannot be taken back, and what lets somebody type.
fn is_asked(action: &Action, overview: &Overview) -> bool {
    match action {
        Action::SetRole(_, role) => role.may_write(),
        Action::Admit(knock) => {
            let waiting = overview.knocks.iter().find(|waiting| waiting.knock == *knock);
            waiting.and_then(|waiting| overview.role_of_invite(waiting.invite)) != Some(Role::Viewer)
        }
        Action::Remove(..) => true,
        _ => false,
    }
}

/// Whether what an action is about is still there.
fn stands(action: &Action, overview: &Overview) -> bool {
    match action {
        Action::Admit(knock) => overview.knocks.iter().any(|waiting| waiting.knock == *knock),
        Action::SetRole(slot, _) | Action::Remove(slot, _) => overview.person(*slot).is_some(),
        Action::RevokeInvite(invite) => overview.invites.iter().any(|known| known.id == Some(*invite)),
        _ => true,
    }
}

fn pages(overview: &Overview) -> &'static [Page] {
    if overview.may_manage() {
        &[Page::People, Page::Panels, Page::Invites, Page::Chat]
    } else {
        &[Page::People, Page::Panels, Page::Chat]
    }
}
