//! What a guest's key does: move the window, go to the host, or be refused.

use crate::terminal::{Input, Key, Mouse, MouseKind, Piece};

/// What to do with a piece of input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// Up by so many lines, down below zero.
    Lines(i64),
    /// Up by so many halves of the window.
    Halves(i64),
    /// To the right by so many columns.
    Columns(i32),
    /// To the oldest line.
    Top,
    /// Back to the cursor.
    Follow,
    /// To the host.
    Type,
    /// The mouse, to the host's program.
    Click(Mouse),
    /// Not to the host: this guest only watches.
    Refuse,
    /// Nothing.
    Ignore,
}

/// Lines of one step of the wheel.
const WHEEL: i64 = 3;

/// What a piece of input does. A writer's plain keys are the host's; with Shift, Alt or Control held the keys that
/// move the window do that for everyone.
pub(crate) fn step(piece: &Piece, may_write: bool, program_has_mouse: bool) -> Step {
    match &piece.input {
        Input::Key { key, modified } if *modified || !may_write => match key {
            Key::PageUp => Step::Halves(1),
            Key::PageDown => Step::Halves(-1),
            Key::Up => Step::Lines(1),
            Key::Down => Step::Lines(-1),
            Key::Left => Step::Columns(-8),
            Key::Right => Step::Columns(8),
            Key::Home => Step::Top,
            Key::End => Step::Follow,
            Key::Escape if !may_write => Step::Follow,
            _ if may_write => Step::Type,
            _ => Step::Refuse,
        },
        Input::Mouse(mouse) if may_write && program_has_mouse => Step::Click(*mouse),
        Input::Mouse(mouse) => match mouse.kind {
            MouseKind::WheelUp => Step::Lines(WHEEL),
            MouseKind::WheelDown => Step::Lines(-WHEEL),
            MouseKind::WheelLeft => Step::Columns(-4),
            MouseKind::WheelRight => Step::Columns(4),
            _ => Step::Ignore,
        },
        Input::Focus(_) => Step::Ignore,
        // The brackets of a paste go with it; a terminal's answers are taken out by the engine.
        Input::Paste(_) | Input::Other if !may_write => Step::Ignore,
        _ if may_write => Step::Type,
        _ => Step::Refuse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Decoder;

    fn steps(bytes: &[u8], may_write: bool) -> Vec<Step> {
        Decoder::default().feed(bytes).iter().map(|piece| step(piece, may_write, false)).collect()
    }

    #[test]
    fn who_watches_moves_with_plain_keys_and_is_refused_letters() {
        assert_eq!(
            steps(b"\x1b[5~\x1b[B\x1b[C", false),
            [Step::Halves(1), Step::Lines(-1), Step::Columns(8)]
        );
        assert_eq!(steps(b"ls\r", false), [Step::Refuse, Step::Refuse]);
        assert_eq!(steps(b"\x03", false), [Step::Refuse]);
        assert_eq!(steps(b"\x1b[?1;2c", false), [Step::Ignore]);
    }

    #[test]
    fn who_writes_moves_with_modified_keys_and_the_wheel() {
        assert_eq!(steps(b"\x1b[5~\x1b[5;2~", true), [Step::Type, Step::Halves(1)]);
        assert_eq!(steps(b"\x1b[<64;1;1M\x1b[<65;1;1M", true), [Step::Lines(3), Step::Lines(-3)]);
        assert_eq!(steps(b"ls\r\x1bx", true), [Step::Type, Step::Type, Step::Type]);
    }

    #[test]
    fn a_program_that_wants_the_mouse_has_it_from_a_writer() {
        let piece = &Decoder::default().feed(b"\x1b[<0;3;4M")[0];
        assert!(matches!(step(piece, true, true), Step::Click(_)));
        assert_eq!(step(piece, false, true), Step::Ignore);
    }
}
