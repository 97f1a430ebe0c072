//! What of the host's program this terminal has to take on.

use jumpseat_screen::{MouseProtocol, Screen};

/// The modes of the host's program that decide what this terminal's keys send.
pub(crate) fn modes(screen: &Screen, may_write: bool, mouse: bool) -> Vec<u8> {
    let modes = screen.modes();
    let on = |on: bool| if on && may_write { 'h' } else { 'l' };
    let keypad = if modes.application_keypad && may_write { '=' } else { '>' };
    let mut out = format!("\x1b[?1{}\x1b{keypad}", on(modes.application_cursor));
    if mouse {
        let drag = matches!(modes.mouse, MouseProtocol::Drag);
        let any = matches!(modes.mouse, MouseProtocol::Any);
        out.push_str(&format!("\x1b[?1002{}\x1b[?1003{}\x1b[?1000h\x1b[?1006h", on(drag), on(any)));
    }
    out.into_bytes()
}
