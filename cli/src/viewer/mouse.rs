//! Clicks for the host's program.

use jumpseat_engine::api::Size;
use jumpseat_screen::{MouseEncoding, Screen};

use super::View;
use crate::terminal::{Mouse, MouseKind};

/// A mouse report for the host's program, if it lies on its screen and the program wants it.
pub(crate) fn click(screen: &Screen, view: &View, window: Size, mouse: Mouse) -> Option<Vec<u8>> {
    let (column, row) = view.cell_at(screen, window, mouse.column, mouse.row)?;
    match screen.modes().mouse_encoding {
        MouseEncoding::Default => {
            let button =
                if mouse.kind == MouseKind::Release { (mouse.button & !3) | 3 } else { mouse.button };
            let byte = |value: u16| u8::try_from(value + 32).ok();
            Some(vec![0x1b, b'[', b'M', byte(button)?, byte(column + 1)?, byte(row + 1)?])
        }
        _ => {
            let last = if mouse.kind == MouseKind::Release { 'm' } else { 'M' };
            Some(format!("\x1b[<{};{};{}{last}", mouse.button, column + 1, row + 1).into_bytes())
        }
    }
}
