//! Whether the host has the terminal before its eyes, as far as that can be told: guests' keys count only while it has.
//!
//! A terminal that reports its focus says so. One that does not (tmux as it comes, and others) would leave the gate open
//! for ever, so there the host says it: with a key of the overlay or an option, and by going on to press keys.

use std::time::Duration;

use tokio::time::Instant;

/// Asks the terminal who it is (XTVERSION), and whether it knows reports of the focus (DECRQM): in this order, so that who
/// it is is known when the other answer comes.
pub(super) const ASK: &[u8] = b"\x1b[>q\x1b[?1004$p";

/// How long the terminal has to answer before the host is told that it does not.
const ANSWER_FOR: Duration = Duration::from_secs(2);

/// How long the host may press no key, where keys are all that tells that it is there.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// What is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Source {
    /// The terminal was asked, and has time until then.
    Asked(Instant),
    /// It reports the focus; this is what it said last.
    Reports(bool),
    /// It does not.
    Silent,
}

/// Whether the host looks.
#[derive(Debug)]
pub(super) struct Attention {
    source: Source,
    /// What answers for a program inside it (tmux, screen) knows the mode, and yet may report nothing.
    multiplexer: bool,
    /// The host said that guests may type while it presses keys.
    assumed: bool,
    /// When the host pressed a key last.
    acted: Instant,
    /// Answers that are still to come: they are not for the program.
    version_due: bool,
    mode_due: bool,
}

impl Attention {
    /// When the terminal has been asked. `multiplexer`: whether the environment names one.
    pub(super) fn new(now: Instant, multiplexer: bool, assumed: bool) -> Self {
        Self {
            source: Source::Asked(now + ANSWER_FOR),
            multiplexer,
            assumed,
            acted: now,
            version_due: true,
            mode_due: true,
        }
    }

    /// Whether the host has the terminal in front.
    pub(super) fn is_there(&self, now: Instant) -> bool {
        match self.source {
            Source::Reports(focused) => focused,
            Source::Asked(_) | Source::Silent => self.assumed && now < self.acted + IDLE,
        }
    }

    /// Whether the host has to say that it looks, as nothing else does.
    pub(super) fn wants_yes(&self) -> bool {
        self.source == Source::Silent && !self.assumed
    }

    /// Whether keys alone tell that the host is there.
    pub(super) fn goes_by_keys(&self) -> bool {
        self.source == Source::Silent && self.assumed
    }

    /// The host says yes.
    pub(super) fn assume(&mut self) {
        self.assumed = true;
    }

    /// The host pressed a key.
    pub(super) fn acted(&mut self, now: Instant) {
        self.acted = now;
    }

    /// The terminal reported the focus: from now on it is believed.
    pub(super) fn focused(&mut self, focused: bool) {
        self.source = Source::Reports(focused);
    }

    /// Takes an answer of the terminal's to [`ASK`]; `false` if it is none, and somebody else's.
    pub(super) fn answered(&mut self, raw: &[u8]) -> bool {
        if let Some(version) = raw.strip_prefix(b"\x1bP>|") {
            self.multiplexer |= [&b"tmux"[..], b"screen"].iter().any(|name| version.starts_with(name));
            return std::mem::take(&mut self.version_due);
        }
        let Some(state) = raw.strip_prefix(b"\x1b[?1004;").and_then(|rest| rest.strip_suffix(b"$y")) else {
            return false;
        };
        if !std::mem::take(&mut self.mode_due) {
            return false;
        }
        if !matches!(self.source, Source::Reports(_)) {
            // Set, or set for ever. It had the focus when the command was typed.
            let knows = matches!(state, b"1" | b"3") && !self.multiplexer;
            self.source = if knows { Source::Reports(true) } else { Source::Silent };
        }
        true
    }

    /// When [`expire`](Self::expire) has something to do.
    pub(super) fn deadline(&self, now: Instant) -> Option<Instant> {
        match self.source {
            Source::Asked(until) => Some(until),
            Source::Silent => Some(self.acted + IDLE).filter(|at| self.assumed && *at > now),
            Source::Reports(_) => None,
        }
    }

    /// Time has passed.
    pub(super) fn expire(&mut self, now: Instant) {
        if let Source::Asked(until) = self.source
            && until <= now
        {
            self.source = Source::Silent;
        }
    }
}

/// Whether the environment says that a multiplexer stands between this program and the terminal.
pub(super) fn in_multiplexer(variable: impl Fn(&str) -> Option<String>) -> bool {
    let term = variable("TERM").unwrap_or_default();
    let named = ["TMUX", "STY"].iter().any(|name| variable(name).is_some_and(|value| !value.is_empty()));
    named || term.starts_with("tmux") || term.starts_with("screen")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: &[u8] = b"\x1b[?1004;1$y";

    fn asked(multiplexer: bool, assumed: bool) -> (Attention, Instant) {
        let now = Instant::now();
        (Attention::new(now, multiplexer, assumed), now)
    }

    #[test]
    fn a_terminal_that_reports_is_believed_whatever_time_passes() {
        let (mut attention, now) = asked(false, false);
        assert!(!attention.is_there(now), "before anything is known");
        assert!(attention.answered(SET));
        assert!(attention.is_there(now + 100 * IDLE) && !attention.wants_yes());
        assert_eq!(attention.deadline(now), None);
        attention.focused(false);
        attention.acted(now);
        assert!(!attention.is_there(now));
        attention.focused(true);
        assert!(attention.is_there(now));
    }

    #[test]
    fn a_terminal_that_does_not_know_reports_leaves_the_gate_closed_until_a_yes() {
        for answer in [&b"\x1b[?1004;0$y"[..], b"\x1b[?1004;2$y", b"\x1b[?1004;4$y", b"\x1b[?1004;$y"] {
            let (mut attention, now) = asked(false, false);
            assert!(attention.answered(answer));
            attention.acted(now);
            assert!(!attention.is_there(now) && attention.wants_yes(), "{answer:?}");
            attention.assume();
            assert!(attention.is_there(now) && !attention.wants_yes() && attention.goes_by_keys());
        }
    }

    #[test]
    fn a_terminal_that_does_not_answer_is_silent_after_a_while() {
        let (mut attention, now) = asked(false, false);
        attention.expire(now);
        assert!(!attention.wants_yes());
        let deadline = attention.deadline(now).unwrap();
        attention.expire(deadline);
        assert!(attention.wants_yes() && !attention.is_there(deadline));
        // Late, and yet an answer.
        attention.answered(SET);
        assert!(!attention.wants_yes());
    }

    #[test]
    fn a_multiplexer_s_answer_counts_for_nothing_and_its_reports_do() {
        let (mut named, now) = asked(true, false);
        assert!(named.answered(SET) && named.wants_yes());
        let (mut found, _) = asked(false, false);
        assert!(found.answered(b"\x1bP>|tmux 3.6\x1b\\"));
        assert!(found.answered(SET) && found.wants_yes());
        for attention in [&mut named, &mut found] {
            attention.focused(true);
            assert!(attention.is_there(now + 100 * IDLE) && !attention.wants_yes());
        }
    }

    #[test]
    fn after_a_yes_the_gate_closes_when_no_key_is_pressed_and_opens_with_the_next() {
        let (mut attention, now) = asked(false, true);
        assert!(attention.answered(b"\x1b[?1004;0$y") && !attention.wants_yes());
        let closes = attention.deadline(now).unwrap();
        assert!(attention.is_there(closes - Duration::from_millis(1)) && !attention.is_there(closes));
        assert_eq!(attention.deadline(closes), None);
        attention.acted(closes);
        assert!(attention.is_there(closes));
        assert_eq!(attention.deadline(closes), Some(closes + IDLE));
    }

    #[test]
    fn only_answers_that_were_asked_for_are_kept_from_the_program() {
        let (mut attention, _) = asked(false, false);
        for other in [&b"\x1b[?2026;1$y"[..], b"\x1b[?1004h", b"a", b"\x1bP$r\x1b\\", b"\x1b[?10040;1$y"] {
            assert!(!attention.answered(other), "{other:?}");
        }
        assert!(attention.answered(b"\x1bP>|xterm(390)\x1b\\") && attention.answered(SET));
        // From now on a program inside asks.
        assert!(!attention.answered(b"\x1bP>|xterm(390)\x1b\\") && !attention.answered(SET));
    }

    #[test]
    fn the_environment_names_multiplexers() {
        let with = |set: &'static str, to: &'static str| {
            in_multiplexer(move |name| (name == set).then(|| to.to_owned()))
        };
        assert!(
            with("TMUX", "/tmp/tmux-0/default,1,0") && with("STY", "1.pts") && with("TERM", "screen.xterm")
        );
        assert!(with("TERM", "tmux-256color") && !with("TERM", "xterm-256color") && !with("TMUX", ""));
    }
}
