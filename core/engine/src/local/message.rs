//! What the JSON messages on the local socket say.

use std::{io, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;

use super::frame::Frame;
use crate::{
    api::{ApiError, ApiErrorKind, Reply, Scope},
    runtime::stream::LocalStream,
};

/// The version of this exchange: both sides must speak the same.
pub(super) const VERSION: u32 = 2;

/// The first message in each direction.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    /// [`VERSION`].
    pub(super) jumpseat: u32,
    /// The version of the program, for the message when the two do not fit.
    pub(super) program: String,
    /// A client's: what it wants to be able to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<Scope>,
}

impl Hello {
    pub(super) fn own(scope: Option<Scope>) -> Self {
        Self { jumpseat: VERSION, program: env!("CARGO_PKG_VERSION").to_owned(), scope }
    }

    pub(super) fn check(&self) -> Result<(), ApiError> {
        if self.jumpseat == VERSION {
            return Ok(());
        }
        let message =
            format!("what runs there is Jumpseat {}, this is {}", self.program, env!("CARGO_PKG_VERSION"));
        Err(ApiError::new(ApiErrorKind::Local, message).hint("end them with the program that started them"))
    }
}

/// How long the other end has for its first message.
pub(super) const GREET_FOR: Duration = Duration::from_secs(5);

/// Says hello and hears it.
///
/// # Errors
/// The connection's, and what is no hello.
pub(super) async fn greet(stream: &mut LocalStream, scope: Option<Scope>) -> io::Result<Hello> {
    let mut out = Vec::new();
    Frame::put_json(&Hello::own(scope), &mut out)?;
    stream.write_all(&out).await?;
    match Frame::read(stream).await? {
        Some(Frame::Json(json)) if json.len() <= MAX_HELLO_LEN => Ok(serde_json::from_slice(&json)?),
        Some(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "it does not say hello")),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// The longest hello, in bytes.
pub(super) const MAX_HELLO_LEN: usize = 1024;

/// Client to engine: of an engine that hosts, or of a seat.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct ToEngine<C> {
    /// What the answer is to carry; without it none is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<u64>,
    pub(super) command: C,
}

/// Engine to client.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ToClient<E> {
    /// The answer to a command.
    Answer {
        id: u64,
        #[serde(flatten)]
        answer: Answer,
    },
    /// Something happened.
    Event(E),
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Ok(Reply),
    Err(ApiError),
}

impl From<Result<Reply, ApiError>> for Answer {
    fn from(result: Result<Reply, ApiError>) -> Self {
        result.map_or_else(Self::Err, Self::Ok)
    }
}

impl From<Answer> for Result<Reply, ApiError> {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Ok(reply) => Ok(reply),
            Answer::Err(failure) => Err(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{HostCommand, HostEvent, TerminalNo};

    #[test]
    fn messages_read_as_documented() {
        let command =
            ToEngine { id: Some(7), command: HostCommand::Looking { terminal: Some(TerminalNo(2)) } };
        let text = serde_json::to_string(&command).unwrap();
        assert_eq!(text, r#"{"id":7,"command":{"type":"looking","terminal":2}}"#);
        assert_eq!(serde_json::from_str::<ToEngine<HostCommand>>(&text).unwrap(), command);

        let answer = ToClient::<HostEvent>::Answer { id: 7, answer: Ok(Reply::Done).into() };
        let text = serde_json::to_string(&answer).unwrap();
        assert_eq!(text, r#"{"answer":{"id":7,"ok":{"reply":"done"}}}"#);
        assert_eq!(serde_json::from_str::<ToClient<HostEvent>>(&text).unwrap(), answer);
    }

    #[test]
    fn another_version_is_told_apart() {
        assert!(Hello::own(None).check().is_ok());
        let other = Hello { jumpseat: VERSION + 1, program: "9.9.9".to_owned(), scope: None };
        assert!(other.check().unwrap_err().message.contains("9.9.9"));
    }
}
