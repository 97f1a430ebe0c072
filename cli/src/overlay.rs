//! The overlay: what it shows of a [`Board`], and what its keys ask for. It neither reads nor writes: keys go in,
//! actions come out, and [`draw`](Overlay::draw) fills a buffer.

mod draw;
mod paint;
mod panels;
#[cfg(test)]
mod tests;

use jumpseat_engine::face::{Role, panels::PanelKind};
use jumpseat_wire::{InviteId, KnockId, Slot};

use crate::{
    board::{Attention, Board},
    error::Fault,
    panel::{Opens, Row},
    terminal::{EscapeKey, Input, Key, Piece},
};

use self::panels::PanelPage;

pub(crate) use paint::{line, paint, row};

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
    Open(u32, Opens),
    /// Show a panel to guests, or no longer.
    SharePanel(PanelKind),
    HidePanel(PanelKind),
    /// The next terminal of the session.
    NextTerminal,
    Leave,
    Stop,
}

/// What is shown of the board.
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
    selected: usize,
    /// Whether tokens and links are shown.
    reveal: bool,
    draft: String,
    panels: PanelPage,
    /// What waits for a yes.
    confirm: Option<Action>,
    pasting: bool,
    escape: EscapeKey,
}

/// A line on the page of people: first who wants something, then who sits in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Entry {
    /// By its place in [`Board::knocks`].
    Knock(usize),
    /// By its place in [`Board::people`].
    Person(usize),
}

impl Overlay {
    pub(crate) fn new(escape: EscapeKey) -> Self {
        Self {
            page: Page::People,
            selected: 0,
            reveal: false,
            draft: String::new(),
            panels: PanelPage::default(),
            confirm: None,
            pasting: false,
            escape,
        }
    }

    /// Takes a key. The board is only changed in what was read.
    pub(crate) fn press(&mut self, piece: &Piece, board: &mut Board) -> Option<Action> {
        let action = match &piece.input {
            _ if self.escape.is(&piece.raw) => Some(Action::Close),
            Input::Text => self.text(&String::from_utf8_lossy(&piece.raw), board),
            Input::Key { key, .. } if self.confirm.take().is_none() => self.key(*key, board),
            Input::Paste(begins) => {
                self.pasting = *begins;
                None
            }
            _ => None,
        };
        if self.page == Page::Chat {
            board.unread = 0;
        }
        self.selected = self.selected.min(self.len(board).saturating_sub(1));
        action
    }

    /// Letters: each a command, but in the chat. What is pasted is no command.
    fn text(&mut self, text: &str, board: &Board) -> Option<Action> {
        for letter in text.chars() {
            let action = if self.page == Page::Chat {
                self.write(letter);
                None
            } else if self.pasting {
                None
            } else if let Some(action) = self.confirm.take() {
                // Only a yes lets through what cannot be taken back.
                match (letter.to_ascii_lowercase(), action) {
                    ('y', action) => Some(action),
                    ('a', Action::Remove(slot, _)) if board.came_with(slot) > 0 => {
                        Some(Action::Remove(slot, true))
                    }
                    _ => None,
                }
            } else {
                self.letter(letter.to_ascii_lowercase(), board)
            };
            if action.is_some() {
                return action;
            }
        }
        None
    }

    fn key(&mut self, key: Key, board: &Board) -> Option<Action> {
        match key {
            Key::Escape if self.page == Page::Panels && self.panels.back() => {}
            Key::Escape => return Some(Action::Close),
            Key::Tab => self.turn(board, 1),
            Key::BackTab => self.turn(board, -1),
            key if self.page == Page::Panels => return self.panels.key(key, board),
            Key::Right => self.turn(board, 1),
            Key::Left => self.turn(board, -1),
            Key::Up => self.selected = self.selected.saturating_sub(1),
            Key::Down => self.selected += 1,
            Key::Backspace if self.page == Page::Chat => {
                self.draft.pop();
            }
            Key::Enter if self.page == Page::Chat => {
                let text = std::mem::take(&mut self.draft);
                return (!text.trim().is_empty()).then_some(Action::Chat(text));
            }
            Key::Enter => return self.letter('a', board),
            Key::Delete => return self.letter('x', board),
            _ => {}
        }
        None
    }

    fn letter(&mut self, letter: char, board: &Board) -> Option<Action> {
        match letter {
            'q' => return Some(Action::Close),
            letter if letter == self.escape.letter() && !letter.is_ascii_alphabetic() => {
                return Some(Action::Literal);
            }
            'c' => self.page = Page::Chat,
            'p' if self.page != Page::Panels => self.go(Page::Panels, board),
            't' if !board.is_host() => return Some(Action::NextTerminal),
            's' if board.is_host() && board.ended.is_none() => {
                if board.people.is_empty() {
                    return Some(Action::Stop);
                }
                self.confirm = Some(Action::Stop);
            }
            'l' if !board.is_host() => return Some(Action::Leave),
            'f' if board.attention == Attention::WantsYes && self.page == Page::People => {
                return Some(Action::AssumeFocus);
            }
            'k' if !board.is_host() && !board.role().may_write() => return Some(Action::AskControl),
            letter if self.page == Page::People => return self.letter_on_people(letter, board),
            letter if self.page == Page::Panels => return self.panels.letter(letter, board),
            letter if self.page == Page::Invites => return self.letter_on_invites(letter, board),
            _ => {}
        }
        None
    }

    fn letter_on_people(&mut self, letter: char, board: &Board) -> Option<Action> {
        match *entries(board).get(self.selected)? {
            Entry::Knock(place) => {
                let knock = board.knocks.get(place)?.knock;
                match letter {
                    'a' => Some(Action::Admit(knock)),
                    'd' => Some(Action::Deny(knock)),
                    _ => None,
                }
            }
            Entry::Person(place) => {
                let person = board.people.get(place)?;
                let allowed = board.is_host() || board.role().may_remove(person.role);
                if !board.may_manage() || !allowed {
                    return None;
                }
                let toggle = |role| if person.role == role { Role::Viewer } else { role };
                match letter {
                    'a' if person.asks => Some(Action::SetRole(person.slot, Role::Writer)),
                    'd' if person.asks && board.is_host() => Some(Action::Decline(person.slot)),
                    'w' => Some(Action::SetRole(person.slot, toggle(Role::Writer))),
                    'o' if board.is_host() => Some(Action::SetRole(person.slot, toggle(Role::CoOwner))),
                    'x' => {
                        self.confirm = Some(Action::Remove(person.slot, false));
                        None
                    }
                    _ => None,
                }
            }
        }
    }

    fn letter_on_invites(&mut self, letter: char, board: &Board) -> Option<Action> {
        match letter {
            'n' if board.may_manage() => Some(Action::Invite(Role::Viewer)),
            'w' if board.may_manage() => Some(Action::Invite(Role::Writer)),
            'v' => {
                self.reveal = !self.reveal;
                None
            }
            'x' => {
                self.confirm = Some(Action::RevokeInvite(board.invites.get(self.selected)?.id?));
                None
            }
            _ => None,
        }
    }

    fn write(&mut self, letter: char) {
        if !letter.is_control() && self.draft.len() + letter.len_utf8() <= MAX_DRAFT {
            self.draft.push(letter);
        }
    }

    fn turn(&mut self, board: &Board, by: isize) {
        let pages = pages(board);
        let at = pages.iter().position(|page| *page == self.page).unwrap_or(0) as isize;
        self.go(pages[(at + by).rem_euclid(pages.len() as isize) as usize], board);
    }

    fn go(&mut self, page: Page, board: &Board) {
        self.page = page;
        self.selected = 0;
        self.reveal = false;
        if self.page == Page::Panels {
            self.panels.enter(board);
        }
    }

    /// The board changed: what the host took back is not kept.
    pub(crate) fn board_changed(&mut self, board: &Board) {
        self.panels.forget(board);
    }

    /// What came of [`Action::Open`].
    pub(crate) fn opened(&mut self, ticket: u32, rows: Result<Vec<Row>, Fault>) {
        self.panels.opened(ticket, rows);
    }

    fn len(&self, board: &Board) -> usize {
        match self.page {
            Page::People => entries(board).len(),
            Page::Invites => board.invites.len(),
            Page::Panels => self.panels.len(board),
            Page::Chat => 1,
        }
    }
}

fn pages(board: &Board) -> &'static [Page] {
    if board.may_manage() {
        &[Page::People, Page::Panels, Page::Invites, Page::Chat]
    } else {
        &[Page::People, Page::Panels, Page::Chat]
    }
}

/// The lines of the page of people.
fn entries(board: &Board) -> Vec<Entry> {
    let asking = |asks: bool| {
        let people = board.people.iter().enumerate();
        people.filter(move |(_, person)| person.asks == asks).map(|(place, _)| Entry::Person(place))
    };
    (0..board.knocks.len()).map(Entry::Knock).chain(asking(true)).chain(asking(false)).collect()
}
