//! Streams for the referees: what happens to a terminal, generated and recorded.

pub(crate) mod generated;
pub(crate) mod recorded;

/// What happens to a terminal.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Write(Vec<u8>),
    Resize(u16, u16),
}
