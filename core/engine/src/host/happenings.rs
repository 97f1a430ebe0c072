//! What happened in a session, for its log: kept from its beginning, so that a log that is shared later has it, too.

use std::collections::{BTreeMap, VecDeque};

use jumpseat_panels::{Happened, Happening, Level};
use jumpseat_wire::{HOST_SLOT, Slot};

use crate::face::{BlockInfo, Connection, EndReason, InputRefusal, Role, SessionEvent, TerminalNo};

/// Most that is kept for a log that is not shared yet.
const MAX_KEPT: usize = 500;

/// Behind what somebody does at the door whose token others may know, too.
const AGAIN: &str = ", with an invite that was used before";

/// The happenings of one session.
#[derive(Default)]
pub(super) struct Happenings {
    kept: VecDeque<Happening>,
    /// Everyone who ever sat in.
    names: BTreeMap<Slot, String>,
    /// Who types, where, and since when.
    typing: BTreeMap<(Slot, TerminalNo), u64>,
    /// The last command of each terminal that was told of.
    ran: BTreeMap<TerminalNo, u64>,
}

impl Happenings {
    /// Everything that is known, oldest first.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Happening> {
        self.kept.iter()
    }

    /// What an event is in the log, if anything; `title` gives a terminal's. `now` is in milliseconds since 1970.
    pub(super) fn event(
        &mut self,
        now: u64,
        event: &SessionEvent,
        title: impl Fn(TerminalNo) -> String,
    ) -> Option<Happening> {
        let (who, level, happened) = match event {
            SessionEvent::Joined { guest, again, .. } => {
                self.names.insert(guest.slot, guest.name.clone());
                let (level, how) = if *again { (Level::Warning, AGAIN) } else { (Level::Info, "") };
                let role = format!("{}{how}", word(guest.role));
                (Some(guest.slot), level, Happened::Joined { role })
            }
            SessionEvent::Left { slot, reason, .. } => {
                let why = match reason {
                    EndReason::Removed => "removed by the host",
                    EndReason::Left => "left",
                    _ => "gone for too long",
                };
                (Some(*slot), Level::Info, Happened::Left { why: why.to_owned() })
            }
            SessionEvent::Presence { slot, present } => {
                (Some(*slot), Level::Debug, Happened::Presence { present: *present })
            }
            SessionEvent::RoleChanged { slot, role, by } => {
                let by = self.name(*by).unwrap_or_else(|| "the host".to_owned());
                (Some(*slot), Level::Info, Happened::Granted { role: word(*role).to_owned(), by })
            }
            SessionEvent::ControlAsked { slot } => (Some(*slot), Level::Info, Happened::Asked),
            SessionEvent::InputRefused { slot, why, .. } => {
                let why = match why {
                    InputRefusal::ReadOnly => "keys without the right to type",
                    InputRefusal::HostAway => "keys while the host looked elsewhere",
                    InputRefusal::Stale | InputRefusal::Behind => "keys at an old picture",
                    InputRefusal::NoTerminal => "keys for a terminal that has ended",
                };
                (Some(*slot), Level::Warning, Happened::Refused { why: why.to_owned() })
            }
            SessionEvent::KnockFailed { why } => {
                (None, Level::Warning, Happened::Refused { why: format!("at the door: {why}") })
            }
            SessionEvent::KnockRefused { name, why, again, .. } => {
                let how = if *again { AGAIN } else { "" };
                (None, Level::Warning, Happened::Refused { why: format!("at the door: {name}{how}: {why}") })
            }
            SessionEvent::Knocked(knock) if knock.again => {
                let text = format!("{} asks to join{AGAIN}", knock.name);
                (None, Level::Warning, Happened::Noted { text })
            }
            SessionEvent::Typing { slot, terminal, on: true } => {
                self.typing.entry((*slot, *terminal)).or_insert(now);
                return None;
            }
            SessionEvent::Typing { slot, terminal, on: false } => {
                let at = self.typing.remove(&(*slot, *terminal))?;
                let happened = Happened::Typed { terminal: title(*terminal) };
                let who = self.name(*slot);
                let typed = Happening { at, until: Some(now), level: Level::Info, who, happened };
                return Some(self.keep(typed));
            }
            SessionEvent::Connection(connection) => {
                let state = match connection {
                    Connection::Connecting => return None,
                    Connection::Connected => "connected",
                    Connection::Away { .. } => "lost",
                };
                let level =
                    if matches!(connection, Connection::Connected) { Level::Info } else { Level::Warning };
                (None, level, Happened::Connection { state: state.to_owned() })
            }
            _ => return None,
        };
        let who = who.and_then(|slot| self.name(slot));
        Some(self.keep(Happening { at: now, until: None, level, who, happened }))
    }

    /// A command began or ended in a terminal of the session, which is called `title`: told once it has ended, and
    /// once alone, also where its beginning was looked at so late that it had ended by then.
    pub(super) fn ran(
        &mut self,
        terminal: TerminalNo,
        title: String,
        block: &BlockInfo,
    ) -> Option<Happening> {
        let (command, took) = (block.command.clone()?, block.duration?);
        if self.ran.get(&terminal).is_some_and(|last| *last >= block.block) {
            return None;
        }
        self.ran.insert(terminal, block.block);
        let level = if matches!(block.exit_code, None | Some(0)) { Level::Info } else { Level::Warning };
        let happened = Happened::Ran { terminal: title, command, exit_code: block.exit_code };
        let until = Some(block.started.saturating_add(took));
        Some(self.keep(Happening { at: block.started, until, level, who: None, happened }))
    }

    /// Something is shared in the session, or no longer.
    pub(super) fn shared(&mut self, now: u64, thing: String, on: bool) -> Happening {
        let happened = Happened::Shared { thing, on };
        self.keep(Happening { at: now, until: None, level: Level::Info, who: None, happened })
    }

    fn keep(&mut self, happening: Happening) -> Happening {
        self.kept.push_back(happening.clone());
        if self.kept.len() > MAX_KEPT {
            self.kept.pop_front();
        }
        happening
    }

    fn name(&self, slot: Slot) -> Option<String> {
        if slot == HOST_SLOT { None } else { self.names.get(&slot).cloned() }
    }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Writer => "writer",
        Role::CoOwner => "co-owner",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::{GuestInfo, KnockInfo};

    #[test]
    fn a_command_is_told_once_and_once_it_has_ended() {
        let mut log = Happenings::default();
        let block = |number, duration: Option<u64>| BlockInfo {
            block: number,
            command: Some("make".to_owned()),
            cwd: None,
            exit_code: duration.map(|_| 2),
            started: 5,
            duration,
        };
        let mut told = |terminal, number, took| {
            log.ran(TerminalNo(terminal), "bash".to_owned(), &block(number, took)).is_some()
        };
        assert_eq!([told(1, 0, None), told(1, 0, Some(3)), told(1, 0, Some(3))], [false, true, false]);
        assert_eq!([told(2, 0, Some(3)), told(1, 1, Some(3)), told(1, 0, Some(3))], [true, true, false]);
    }

    #[test]
    fn the_second_use_of_an_invite_is_in_the_log() {
        let mut log = Happenings::default();
        let (invite, again) = (jumpseat_wire::InviteId([0; 16]), true);
        let name = || "Eve".to_owned();
        let guest = GuestInfo {
            slot: 2,
            name: name(),
            program: "cli".into(),
            role: Role::Viewer,
            present: true,
            invite: Some(invite),
        };
        let events = [
            SessionEvent::Knocked(KnockInfo { knock: 1, name: name(), invite, again }),
            SessionEvent::KnockRefused { name: name(), invite, why: "no".into(), denied: false, again },
            SessionEvent::Joined { guest, words: Vec::new(), invite, again },
        ];
        for event in events {
            let kept = log.event(5, &event, |_| String::new()).unwrap();
            assert_eq!(kept.level, Level::Warning);
            assert!(format!("{kept:?}").contains("used before"), "{kept:?}");
        }
    }

    #[test]
    fn a_span_of_typing_is_one_line_and_old_ones_go() {
        let mut log = Happenings::default();
        let title = |_: TerminalNo| "bash".to_owned();
        let typing = |on| SessionEvent::Typing { slot: 3, terminal: TerminalNo(1), on };
        assert_eq!(log.event(5, &typing(true), title), None);
        assert_eq!(log.event(6, &typing(true), title), None);
        let typed = log.event(9, &typing(false), title).unwrap();
        assert_eq!(
            (typed.at, typed.until, typed.happened),
            (5, Some(9), Happened::Typed { terminal: title(TerminalNo(1)) })
        );
        assert_eq!(log.event(9, &typing(false), title), None);
        for _ in 0..2 * MAX_KEPT {
            log.shared(1, "git".to_owned(), true);
        }
        assert_eq!(log.kept().count(), MAX_KEPT);
    }
}
