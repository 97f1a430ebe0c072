//! stub
use crate::screen::{Screen, Start};
pub(crate) fn write_ansi(_screen: &Screen, _start: Start, _out: &mut Vec<u8>) {}
pub(crate) fn write_viewport_ansi(_screen: &Screen, _out: &mut Vec<u8>) {}
