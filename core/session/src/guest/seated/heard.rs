//! What the host says, by area, and what this guest makes of it (rules JS-MSG-…, JS-AREA-2).

use super::Seated;
use crate::{
    LAST_TERMINAL, Pointing, SessionError, Token,
    area::{FromHost, chat, invites, people, pointing, session, terminals, transfer},
    guest::{Context, GuestEvent},
};

/// The newest of each state that the host told (JS-MSG-3).
#[derive(Default)]
pub(super) struct Revs {
    roster: u64,
    terminals: u64,
    pub(super) looking: u64,
    panels: u64,
}

/// Whether a state is older than one that was told before; otherwise remembers it.
fn is_old(rev: u64, newest: &mut u64) -> bool {
    let old = rev < *newest;
    *newest = rev.max(*newest);
    old
}

impl Seated {
    /// A message of the host. A word that this version does not know does nothing.
    pub(super) fn host_said(
        &mut self,
        message: &[u8],
        context: &mut Context<'_>,
    ) -> Result<(), SessionError> {
        match FromHost::decode(message)? {
            None => {}
            Some(FromHost::Session(session::FromHost::Closing { streams })) => self.closing = Some(streams),
            Some(FromHost::Session(session::FromHost::End { reason })) => self.over = Some(reason),
            Some(FromHost::People(word)) => self.heed_people(word, context),
            Some(FromHost::Invites(word)) => self.heed_invites(word, context)?,
            Some(FromHost::Terminals(word)) => self.heed_terminals(word, context),
            Some(FromHost::Panels(word)) => self.heed_panels(word, context),
            Some(FromHost::Transfer(transfer::FromHost::Refused { id, why })) => {
                self.refused(id, why, context);
            }
            Some(FromHost::Chat(chat::FromHost::Line { slot, text, at })) => {
                context.event(GuestEvent::Chat { slot, text, at });
            }
            Some(FromHost::Pointing(pointing::FromHost::Columns { slot, columns })) => {
                self.columns = Some((slot, columns));
            }
            Some(FromHost::Pointing(pointing::FromHost::Lines { slot, at })) => {
                let columns = self.columns.take().filter(|(of, _)| *of == slot).map(|(_, columns)| columns);
                let at = at.map(|lines| Pointing::new(lines, columns));
                context.event(GuestEvent::Pointing { slot, at });
            }
        }
        Ok(())
    }

    fn heed_people(&mut self, word: people::FromHost, context: &mut Context<'_>) {
        match word {
            people::FromHost::Roster { rev, .. } if is_old(rev, &mut self.revs.roster) => {}
            people::FromHost::Roster { host, guests, .. } => {
                let role = guests.iter().find(|guest| guest.slot == self.slot).map(|guest| guest.role);
                if let Some(role) = role
                    && self.role.replace(role) != Some(role)
                {
                    if role.may_write() {
                        self.requests.keyboard_answered();
                    }
                    context.event(GuestEvent::Role { role });
                }
                context.event(GuestEvent::Roster { host, guests });
            }
            people::FromHost::Typing { slot, stream, on } => {
                context.event(GuestEvent::Typing { slot, stream, on });
            }
            people::FromHost::Asking { slot, on } => context.event(GuestEvent::Asking { slot, on }),
            // JS-MSG-5: a no to what was not asked for is passed over.
            people::FromHost::Declined {} => {
                if self.requests.keyboard_answered() {
                    context.event(GuestEvent::Declined);
                }
            }
            people::FromHost::Refused { what } => {
                if self.requests.refused(what) {
                    context.event(GuestEvent::NotAllowed { what: what.to_string() });
                }
            }
        }
    }

    fn heed_invites(
        &mut self,
        word: invites::FromHost,
        context: &mut Context<'_>,
    ) -> Result<(), SessionError> {
        match word {
            invites::FromHost::Made { id, code, token, role } => {
                let token = token.parse::<Token>()?;
                // JS-MSG-4: what nobody asked for, and what leads to another host, is passed over.
                if self.invites.answered(id, role) && token.pins(&self.host.hash) {
                    context.event(GuestEvent::Invited { code, token, role });
                }
            }
            invites::FromHost::Refused { id } => {
                if self.invites.refused(id) {
                    context.event(GuestEvent::NotAllowed { what: "making that invite".into() });
                }
            }
        }
        Ok(())
    }

    fn heed_terminals(&mut self, word: terminals::FromHost, context: &mut Context<'_>) {
        match word {
            terminals::FromHost::List { rev, .. } if is_old(rev, &mut self.revs.terminals) => {}
            terminals::FromHost::List { terminals, .. } => {
                let listed = |id| terminals.iter().any(|terminal| terminal.stream == id);
                self.streams.retain(|id, _| *id > LAST_TERMINAL || listed(*id));
                context.event(GuestEvent::Terminals { terminals });
            }
            terminals::FromHost::Looking { rev, .. } if is_old(rev, &mut self.revs.looking) => {}
            terminals::FromHost::Looking { stream, .. } => {
                self.looking = stream;
                context.event(GuestEvent::Looking { stream });
            }
            terminals::FromHost::InputRefused { stream, why } => {
                context.event(GuestEvent::InputRefused { stream, why });
            }
        }
    }

    fn heed_panels(&mut self, word: crate::area::panels::FromHost, context: &mut Context<'_>) {
        let crate::area::panels::FromHost::List { rev, panels } = word;
        if !is_old(rev, &mut self.revs.panels) {
            self.panels(panels, context);
        }
    }
}
