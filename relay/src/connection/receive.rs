//! Messages of an end that has no role yet.

use std::{
    future::poll_fn,
    ops::ControlFlow,
    task::{Poll, ready},
};

use jumpseat_wire::CloseCode;

use super::Ending;
use crate::socket::{Incoming, Lost, Socket};

/// Waits for a text.
pub(super) async fn receive_text(socket: &mut Socket) -> Result<String, Ending> {
    poll_fn(|cx| {
        loop {
            let mut text = None;
            let read = socket.poll_read(cx, &mut |incoming| {
                text = Some(match incoming {
                    Incoming::Text(text) => Ok(text.to_owned()),
                    Incoming::Binary(_) => Err(Ending::Close(CloseCode::BadMessage)),
                });
                ControlFlow::Break(())
            });
            match ready!(read) {
                Err(Lost::Gone) => return Poll::Ready(Err(Ending::Gone)),
                Err(Lost::Broken(code)) => return Poll::Ready(Err(Ending::Close(code))),
                Ok(()) => {}
            }
            if let Some(text) = text {
                return Poll::Ready(text);
            }
        }
    })
    .await
}
