//! What is asked of a seat, and answered: JSON, one object a line.

use jumpseat_engine::api::{
    Content, Failure, FailureKind,
    panels::{PanelKind, ReferenceId},
};
use jumpseat_wire::InviteCode;
use serde::{Deserialize, Serialize};

use crate::board::Panel;

/// The version of this exchange: both sides must speak the same.
const VERSION: u32 = 1;

/// The longest line in either direction, in bytes: a content of 8 MiB in base64 or escaped JSON, with room around it.
pub(super) const MAX_LINE: u64 = 64 * 1024 * 1024;

/// What is asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub(crate) enum Question {
    /// How the session stands, and what of its panels is here: the entries of one of them alone.
    Look { panel: Option<PanelKind> },
    /// A content that stands in a panel.
    Fetch { panel: PanelKind, reference: ReferenceId },
}

/// A question on its way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Sent {
    jumpseat: u32,
    /// The version of the program, for the message when the two do not fit.
    program: String,
    #[serde(flatten)]
    pub(super) question: Question,
}

impl Sent {
    pub(super) fn new(question: Question) -> Self {
        Self { jumpseat: VERSION, program: env!("CARGO_PKG_VERSION").to_owned(), question }
    }

    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.jumpseat == VERSION {
            return Ok(());
        }
        let own = env!("CARGO_PKG_VERSION");
        let message = format!("the session was joined by Jumpseat {own}, and this is {}", self.program);
        Err(Failure::new(FailureKind::Local, message).hint("ask with the program that joined"))
    }
}

/// What is answered.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "answer", content = "is", rename_all = "snake_case")]
pub(crate) enum Answer {
    Seat(Seat),
    Content(Content),
    Failure(Failure),
}

/// How a joined session stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Seat {
    pub(crate) code: Option<InviteCode>,
    pub(crate) host: String,
    /// Whether this guest was let in.
    pub(crate) seated: bool,
    /// Since when nothing new can come, in milliseconds since 1970.
    pub(crate) offline: Option<u64>,
    /// Every panel that is shared.
    pub(crate) panels: Vec<Shared>,
}

/// A panel that is shared.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Shared {
    pub(crate) kind: PanelKind,
    /// What is here of it; nothing while it is on its way. Without entries, unless it was asked for.
    pub(crate) panel: Option<Panel>,
    /// How many entries it has.
    pub(crate) entries: usize,
    /// That in some words, for a list of panels.
    pub(crate) gist: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_reads_as_it_should() {
        let reference = ReferenceId::new("o:1.1").unwrap();
        let sent = Sent::new(Question::Fetch { panel: PanelKind::History, reference });
        let text = serde_json::to_string(&sent).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            text,
            format!(
                r#"{{"jumpseat":1,"program":"{version}","ask":"fetch","panel":"history","reference":"o:1.1"}}"#
            )
        );
        assert_eq!(serde_json::from_str::<Sent>(&text).unwrap(), sent);
        assert!(sent.check().is_ok());
        let other = Sent { jumpseat: VERSION + 1, program: "9.9.9".into(), ..sent };
        assert!(other.check().unwrap_err().message.contains("9.9.9"));
    }
}
