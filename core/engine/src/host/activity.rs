//! What happened in a session, for its log: kept from its beginning, so that a log that is shared later has it, too.

use std::collections::{BTreeMap, VecDeque};

use jumpseat_panels::{Activity, ActivityKind, Level};
use jumpseat_wire::{HOST_SLOT, InviteId, Slot};

use crate::api::{BlockInfo, EndReason, InputRefusal, Role, SessionEvent, TerminalNo};

/// Most that is kept. What goes then is the oldest of whoever has most in it, so that nobody can push out what others
/// did.
const MAX_KEPT: usize = 500;

/// Behind what somebody does at the door whose token others may know, too.
const AGAIN: &str = ", with an invite that was used before";

/// How long failed knocks are one line, from the first on, in milliseconds: whoever has the code alone can make any
/// number of them.
const KNOCKS_FOR: u64 = 60 * 60 * 1000;

/// The activity log of one session.
#[derive(Default)]
pub(super) struct ActivityLog {
    kept: VecDeque<Numbered>,
    next: u64,
    /// Failed knocks that the newest line of them stands for.
    knocks: u64,
    /// Everyone who ever sat in, and by which invite.
    guests: BTreeMap<Slot, (String, InviteId)>,
    /// Who types, where, and since when.
    typing: BTreeMap<(Slot, TerminalNo), u64>,
    /// The last command of each terminal that was told of.
    ran: BTreeMap<TerminalNo, u64>,
}

struct Numbered {
    number: u64,
    cause: Cause,
    activity: Activity,
}

/// Who or what makes lines of the log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Host,
    /// Whoever came by this invite: a guest that comes again has another slot each time.
    Guests(InviteId),
    /// Whoever knocks.
    Door,
    Relay,
    Commands,
    /// Anything that is printed.
    Output,
}

/// What happens that clients read in the state, and that the log tells.
#[derive(Clone, Copy, Debug)]
pub(super) enum Note {
    /// The line to the relay stands again.
    Connected,
    /// A guest's line came or went.
    Presence { slot: Slot, present: bool },
    /// A guest begins to type, or has stopped.
    Typing { slot: Slot, terminal: TerminalNo, on: bool },
}

/// A line of the log that is new, or that has gone on.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Change {
    pub(super) number: u64,
    pub(super) activity: Activity,
    /// The line that went for it.
    pub(super) gone: Option<u64>,
}

impl ActivityLog {
    /// Everything that is known, oldest first, with its number.
    pub(super) fn kept(&self) -> impl Iterator<Item = (u64, &Activity)> {
        self.kept.iter().map(|kept| (kept.number, &kept.activity))
    }

    /// What an event is in the log, if anything. `now` is in milliseconds since 1970.
    pub(super) fn event(&mut self, now: u64, event: &SessionEvent) -> Option<Change> {
        let (who, level, happened) = match event {
            SessionEvent::Joined { guest, again } => {
                if let Some(invite) = guest.invite {
                    self.guests.insert(guest.info.slot, (guest.info.name.clone(), invite));
                }
                let (level, how) = if *again { (Level::Warning, AGAIN) } else { (Level::Info, "") };
                let role = format!("{}{how}", word(guest.info.role));
                (Some(guest.info.slot), level, ActivityKind::Joined { role })
            }
            SessionEvent::Left { slot, reason, .. } => {
                let why = match reason {
                    EndReason::Removed => "removed by the host",
                    EndReason::Left => "left",
                    _ => "gone for too long",
                };
                (Some(*slot), Level::Info, ActivityKind::Left { why: why.to_owned() })
            }
            SessionEvent::RoleChanged { slot, role, by } => {
                let by = self.name(*by).unwrap_or_else(|| "the host".to_owned());
                (Some(*slot), Level::Info, ActivityKind::Granted { role: word(*role).to_owned(), by })
            }
            SessionEvent::ControlAsked { slot } => (Some(*slot), Level::Info, ActivityKind::Asked),
            SessionEvent::InputRefused { slot, why, .. } => {
                let why = match why {
                    InputRefusal::ReadOnly => "keys without the right to type",
                    InputRefusal::HostAway => "keys while the host looked elsewhere",
                    InputRefusal::Stale | InputRefusal::Behind => "keys at an old picture",
                    InputRefusal::NoTerminal => "keys for a terminal that has ended",
                };
                (Some(*slot), Level::Warning, ActivityKind::Refused { why: why.to_owned() })
            }
            SessionEvent::KnockRefused { name, why, again, .. } => {
                let how = if *again { AGAIN } else { "" };
                (
                    None,
                    Level::Warning,
                    ActivityKind::Refused { why: format!("at the door: {name}{how}: {why}") },
                )
            }
            SessionEvent::Knocked(knock) if knock.again => {
                let text = format!("{} asks to join{AGAIN}", knock.name);
                (None, Level::Warning, ActivityKind::Noted { text })
            }
            SessionEvent::KnockFailed { why, times } => return Some(self.knock_failed(now, why, *times)),
            SessionEvent::Away { .. } => {
                (None, Level::Warning, ActivityKind::Connection { state: "lost".to_owned() })
            }
            _ => return None,
        };
        let cause = match event {
            SessionEvent::KnockRefused { invite, .. } => Cause::Guests(*invite),
            SessionEvent::Knocked(knock) => Cause::Guests(knock.invite),
            _ => who.map_or(Cause::Relay, |slot| self.cause(slot)),
        };
        let who = who.and_then(|slot| self.name(slot));
        Some(self.keep(cause, Activity { at: now, until: None, level, who, happened }))
    }

    /// The same for what clients read in the state; `title` gives a terminal's.
    pub(super) fn note(
        &mut self,
        now: u64,
        note: &Note,
        title: impl Fn(TerminalNo) -> String,
    ) -> Option<Change> {
        let activity = |at, until, level, who, happened| Activity { at, until, level, who, happened };
        match *note {
            Note::Connected => {
                let happened = ActivityKind::Connection { state: "connected".to_owned() };
                Some(self.keep(Cause::Relay, activity(now, None, Level::Info, None, happened)))
            }
            Note::Presence { slot, present } => {
                let happened = ActivityKind::Presence { present };
                let who = self.name(slot);
                Some(self.keep(self.cause(slot), activity(now, None, Level::Debug, who, happened)))
            }
            Note::Typing { slot, terminal, on: true } => {
                self.typing.entry((slot, terminal)).or_insert(now);
                None
            }
            Note::Typing { slot, terminal, on: false } => {
                let at = self.typing.remove(&(slot, terminal))?;
                let happened = ActivityKind::Typed { terminal: title(terminal) };
                let who = self.name(slot);
                Some(self.keep(self.cause(slot), activity(at, Some(now), Level::Info, who, happened)))
            }
        }
    }

    /// One more knock that failed: a line of its own, or the newest one of this kind goes on.
    fn knock_failed(&mut self, now: u64, why: &str, times: u64) -> Change {
        let known = self.kept.iter_mut().rev().find(|kept| kept.cause == Cause::Door);
        let Some(known) = known.filter(|known| now.saturating_sub(known.activity.at) < KNOCKS_FOR) else {
            self.knocks = times;
            let often = if times > 1 { format!(", {times} times; the last time") } else { String::new() };
            let happened = ActivityKind::Refused { why: format!("at the door{often}: {why}") };
            let activity = Activity { at: now, until: None, level: Level::Warning, who: None, happened };
            return self.keep(Cause::Door, activity);
        };
        self.knocks += times;
        let why = format!("at the door, {} times; the last time: {why}", self.knocks);
        known.activity.happened = ActivityKind::Refused { why };
        known.activity.until = Some(now);
        Change { number: known.number, activity: known.activity.clone(), gone: None }
    }

    /// A command began or ended in a terminal of the session, which is called `title`: told once it has ended, and
    /// once alone, also where its beginning was looked at so late that it had ended by then.
    pub(super) fn ran(&mut self, terminal: TerminalNo, title: String, block: &BlockInfo) -> Option<Change> {
        let (command, took) = (block.command.clone()?, block.duration?);
        if self.ran.get(&terminal).is_some_and(|last| *last >= block.block) {
            return None;
        }
        self.ran.insert(terminal, block.block);
        let level = if matches!(block.exit_code, None | Some(0)) { Level::Info } else { Level::Warning };
        let (exit_code, unproven) = (block.exit_code, !block.proven);
        let happened = ActivityKind::Ran { terminal: title, command, exit_code, unproven };
        let until = Some(block.started.saturating_add(took));
        let cause = if unproven { Cause::Output } else { Cause::Commands };
        Some(self.keep(cause, Activity { at: block.started, until, level, who: None, happened }))
    }

    /// Something is shared in the session, or no longer.
    pub(super) fn shared(&mut self, now: u64, thing: String, on: bool) -> Change {
        let happened = ActivityKind::Shared { thing, on };
        self.keep(Cause::Host, Activity { at: now, until: None, level: Level::Info, who: None, happened })
    }

    fn keep(&mut self, cause: Cause, activity: Activity) -> Change {
        let number = self.next;
        self.next += 1;
        self.kept.push_back(Numbered { number, cause, activity: activity.clone() });
        let gone = if self.kept.len() > MAX_KEPT { self.drop_one() } else { None };
        Change { number, activity, gone }
    }

    fn drop_one(&mut self) -> Option<u64> {
        let mut counts: BTreeMap<Cause, usize> = BTreeMap::new();
        self.kept.iter().for_each(|kept| *counts.entry(kept.cause).or_default() += 1);
        let most = counts.values().copied().max()?;
        let at = self.kept.iter().position(|kept| counts.get(&kept.cause) == Some(&most))?;
        self.kept.remove(at).map(|kept| kept.number)
    }

    fn cause(&self, slot: Slot) -> Cause {
        self.guests.get(&slot).map_or(Cause::Host, |(_, invite)| Cause::Guests(*invite))
    }

    fn name(&self, slot: Slot) -> Option<String> {
        if slot == HOST_SLOT { None } else { self.guests.get(&slot).map(|(name, _)| name.clone()) }
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
    use crate::api::{GuestInfo, Knock, Person};

    #[test]
    fn a_command_is_told_once_and_once_it_has_ended() {
        let mut log = ActivityLog::default();
        let block = |number, duration: Option<u64>| BlockInfo {
            block: number,
            command: Some("make".to_owned()),
            cwd: None,
            exit_code: duration.map(|_| 2),
            started: 5,
            duration,
            proven: true,
        };
        let mut told = |terminal, number, took| {
            log.ran(TerminalNo(terminal), "bash".to_owned(), &block(number, took)).is_some()
        };
        assert_eq!([told(1, 0, None), told(1, 0, Some(3)), told(1, 0, Some(3))], [false, true, false]);
        assert_eq!([told(2, 0, Some(3)), told(1, 1, Some(3)), told(1, 0, Some(3))], [true, true, false]);
    }

    fn joined(slot: Slot, invite: u8) -> SessionEvent {
        let (name, invite) = ("Eve".to_owned(), InviteId([invite; 16]));
        let info = GuestInfo { slot, name, program: "cli".into(), role: Role::Viewer, present: true };
        let guest = Person { invite: Some(invite), ..info.into() };
        SessionEvent::Joined { guest, again: false }
    }

    #[test]
    fn the_second_use_of_an_invite_is_in_the_log() {
        let mut log = ActivityLog::default();
        let (invite, again) = (InviteId([0; 16]), true);
        let name = || "Eve".to_owned();
        let info =
            GuestInfo { slot: 2, name: name(), program: "cli".into(), role: Role::Viewer, present: true };
        let guest = Person { invite: Some(invite), ..info.into() };
        let events = [
            SessionEvent::Knocked(Knock { knock: 1, name: name(), invite, again }),
            SessionEvent::KnockRefused { name: name(), invite, why: "no".into(), denied: false, again },
            SessionEvent::Joined { guest, again },
        ];
        for event in events {
            let kept = log.event(5, &event).unwrap();
            assert_eq!(kept.activity.level, Level::Warning);
            assert!(format!("{kept:?}").contains("used before"), "{kept:?}");
        }
    }

    #[test]
    fn a_span_of_typing_is_one_line_and_old_ones_go() {
        let mut log = ActivityLog::default();
        let title = |_: TerminalNo| "bash".to_owned();
        let typing = |on| Note::Typing { slot: 3, terminal: TerminalNo(1), on };
        assert_eq!(log.note(5, &typing(true), title), None);
        assert_eq!(log.note(6, &typing(true), title), None);
        let typed = log.note(9, &typing(false), title).unwrap().activity;
        assert_eq!(
            (typed.at, typed.until, typed.happened),
            (5, Some(9), ActivityKind::Typed { terminal: title(TerminalNo(1)) })
        );
        assert_eq!(log.note(9, &typing(false), title), None);
        for _ in 0..2 * MAX_KEPT {
            log.shared(1, "git".to_owned(), true);
        }
        assert_eq!(log.kept().count(), MAX_KEPT);
    }

    #[test]
    fn whoever_fills_the_log_pushes_out_only_what_is_their_own() {
        let mut log = ActivityLog::default();
        let title = |_: TerminalNo| "bash".to_owned();
        let mut shown: BTreeMap<u64, Activity> = BTreeMap::new();
        let mut take = |change: Change| {
            shown.insert(change.number, change.activity);
            change.gone.map(|gone| shown.remove(&gone));
        };
        take(log.shared(1, "git".to_owned(), true));
        take(log.note(0, &Note::Connected, title).unwrap());
        take(log.event(0, &joined(3, 3)).unwrap());
        let asked = SessionEvent::ControlAsked { slot: 3 };
        take(log.event(2, &asked).unwrap());
        let block = |block, proven| BlockInfo {
            block,
            command: Some("rm -rf /srv/prod".to_owned()),
            cwd: None,
            exit_code: Some(0),
            started: 5,
            duration: Some(1),
            proven,
        };
        take(log.ran(TerminalNo(1), title(TerminalNo(1)), &block(0, true)).unwrap());
        // Someone with the code alone knocks for a day, and a program prints marks without end.
        for minute in 0..24 * 60 {
            let knock = SessionEvent::KnockFailed { why: format!("nobody {minute}"), times: 1 };
            take(log.event(minute * 60_000, &knock).unwrap());
            take(log.ran(TerminalNo(2), title(TerminalNo(2)), &block(minute, false)).unwrap());
        }
        take(log.event(3, &joined(4, 4)).unwrap());
        for _ in 0..2 * MAX_KEPT {
            take(log.event(3, &SessionEvent::ControlAsked { slot: 4 }).unwrap());
        }
        // Whoever found a token that was used knocks by it.
        for _ in 0..2 * MAX_KEPT {
            let (name, invite) = ("Mal".to_owned(), InviteId([6; 16]));
            let refused =
                SessionEvent::KnockRefused { name, invite, why: "no".into(), denied: false, again: true };
            take(log.event(4, &refused).unwrap());
        }
        // Another comes and goes, in a seat of another number each time.
        for slot in 10..2000 {
            take(log.event(4, &joined(slot, 5)).unwrap());
        }
        let kept: BTreeMap<u64, Activity> = log.kept().map(|(number, kept)| (number, kept.clone())).collect();
        assert_eq!(kept, shown, "what shows it has the same");
        assert_eq!(kept.len(), MAX_KEPT);
        let count =
            |fits: fn(&ActivityKind) -> bool| kept.values().filter(|kept| fits(&kept.happened)).count();
        assert_eq!(count(|happened| matches!(happened, ActivityKind::Shared { .. })), 1);
        assert_eq!(count(|happened| matches!(happened, ActivityKind::Ran { unproven: false, .. })), 1);
        assert_eq!(count(|happened| matches!(happened, ActivityKind::Connection { .. })), 1);
        let at_the_door = |kept: &&Activity| matches!(&kept.happened, ActivityKind::Refused { why } if why.contains("times"));
        assert_eq!(kept.values().filter(at_the_door).count(), 24);
        assert!(count(|happened| matches!(happened, ActivityKind::Joined { .. })) < MAX_KEPT / 2);
        assert_eq!(kept.values().filter(|kept| kept.at == 2).count(), 1, "what another guest did");
        let last = kept.values().rev().find(at_the_door).unwrap();
        assert_eq!((last.at, last.until), (23 * KNOCKS_FOR, Some(24 * KNOCKS_FOR - 60_000)));
        assert!(format!("{last:?}").contains("60 times"), "{last:?}");
    }
}
