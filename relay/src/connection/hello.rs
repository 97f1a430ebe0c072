//! A connection's first message, and what it makes of the connection.

use std::{
    future::poll_fn,
    ops::ControlFlow,
    sync::Arc,
    task::{Poll, ready},
};

use jumpseat_wire::{CloseCode, SessionId, VERSION, control, control::Hello};
use serde::Deserialize;

use super::{
    Ending, now,
    role::{GuestRole, HostRole, Role},
};
use crate::{
    admission::Prefix,
    link::Link,
    packet,
    room::Opening,
    rooms::SharedRoom,
    server::Shared,
    socket::{Incoming, Lost, Socket},
};

/// Waits for the first message.
pub(super) async fn receive(socket: &mut Socket) -> Result<String, Ending> {
    poll_fn(|cx| {
        loop {
            let mut first = None;
            let read = socket.poll_read(cx, &mut |incoming| {
                first = Some(match incoming {
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
            if let Some(first) = first {
                return Poll::Ready(first);
            }
        }
    })
    .await
}

/// Does what the first message asks for.
pub(super) async fn accept(
    shared: &Shared,
    link: &Arc<Link>,
    prefix: Prefix,
    text: &str,
) -> Result<Role, CloseCode> {
    let now = now();
    match read(text)? {
        Hello::Open { sid, bundle, claim, code, seats, .. } => {
            if code.is_some() {
                shared.wished(prefix, now)?;
            }
            let opening = Opening { bundle, claim, seats };
            let room = shared.rooms.open(sid, prefix, opening, code, link, now).await?;
            Ok(Role::Host(HostRole::new(sid, room)))
        }
        Hello::Return { sid, claim, .. } => {
            let room = known(shared, &sid)?;
            let returning = async {
                room.lock().host_returns(Arc::clone(link), &claim)?;
                Ok(Role::Host(HostRole::new(sid, room)))
            };
            shared.guarded(prefix, now, returning).await
        }
        Hello::LookUp { code, .. } => {
            let looking = async {
                let room = shared.rooms.look_up(code).await.ok_or(CloseCode::NotFound)?;
                let introduction = packet::text(&room.lock().introduction());
                Ok(Role::Guest(GuestRole::new(room, Some(introduction), shared, now)))
            };
            shared.guarded(prefix, now, looking).await
        }
        Hello::TakeSeat { sid, slot, claim, group, pair, .. } => {
            let room = known(shared, &sid)?;
            let taking = async {
                room.lock().take_seat(Arc::clone(link), slot, &claim, (group, pair), now)?;
                Ok(Role::Guest(GuestRole::new(room, None, shared, now)))
            };
            shared.guarded(prefix, now, taking).await
        }
    }
}

/// The room of a session. Who asks for one that is not there is no guesser: nobody guesses 128 random bits, and a
/// relay that was restarted is asked for all that it had.
fn known(shared: &Shared, sid: &SessionId) -> Result<Arc<SharedRoom>, CloseCode> {
    shared.rooms.find(sid).ok_or(CloseCode::NotFound)
}

/// Reads a first message. Of another version only the number is sure to be where it is.
fn read(text: &str) -> Result<Hello, CloseCode> {
    #[derive(Deserialize)]
    struct Version {
        version: u8,
    }
    let Version { version } = control::decode(text).map_err(|_| CloseCode::BadMessage)?;
    if version != VERSION {
        return Err(CloseCode::Version);
    }
    control::decode(text).map_err(|_| CloseCode::BadMessage)
}
