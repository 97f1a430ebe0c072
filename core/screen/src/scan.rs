//! Escape sequences, told from text: bytes in, tokens out, as values.
//!
//! ```text
//!  a program's output ──► Scanner ──► Token:  Text · Char · Control · Escape · Csi · Osc · …
//!                                             read by the screen, the sanitizer, the tracker of modes
//!
//!  a terminal's input ──► Typed::first ──► Typed:  Text · Control · Escape · Alt · Ss3 · Csi · String
//!                                             read by the decoder of keys, the filter of replies
//! ```
//!
//! The two directions have one grammar of control sequences ([`Csi`]) and differ in the rest. Output follows the state
//! machine of xterm.js: 8-bit controls count, controls within a sequence are executed, and a string is one wherever it
//! ends. In input, ESC is a key, and so are ESC and a letter: nothing is a sequence that a person's keys could be
//! instead, and every byte is kept.

mod csi;
mod params;
mod scanner;
#[cfg(test)]
mod tests;
mod token;
mod typed;

pub use csi::Csi;
pub use params::Params;
pub use scanner::Scanner;
pub use token::Token;
pub use typed::Typed;
