//! A connection's first message, and what it makes of the connection.

use std::sync::Arc;

use jumpseat_wire::{CloseCode, SessionId, VERSION, control, control::Hello, opening::session_id};
use serde::Deserialize;

use super::{
    Ending, now, proof,
    role::{GuestRole, HostRole, Role},
};
use crate::{
    admission::Source,
    connection_limit::Ticket,
    link::Link,
    packet,
    room::{self, Opening},
    rooms::SharedRoom,
    socket::Socket,
    state::Shared,
};

/// Does what the first message asks for.
pub(super) async fn accept(
    shared: &Shared,
    socket: &mut Socket,
    link: &Arc<Link>,
    source: Source,
    ticket: &mut Ticket,
    text: String,
) -> Result<Role, Ending> {
    let hello = read(&text).map_err(Ending::Close)?;
    if let Hello::Open { bundle, seats, .. } = &hello {
        if !ticket.has_place() {
            return Err(Ending::Close(CloseCode::RelayFull));
        }
        // What waits for the proof is small: it counts for no room yet.
        room::check_opening(bundle, seats, shared.config.limits.guests).map_err(Ending::Close)?;
        proof::ask(socket, &bundle.0, text).await?;
    }
    admit(shared, link, source, ticket, hello).await.map_err(Ending::Close)
}

async fn admit(
    shared: &Shared,
    link: &Arc<Link>,
    source: Source,
    ticket: &mut Ticket,
    hello: Hello,
) -> Result<Role, CloseCode> {
    let now = now();
    match hello {
        Hello::Open { bundle, claim, code, seats, .. } => {
            if code.is_some() {
                shared.wished(source, now)?;
            }
            let sid = session_id(&bundle.0);
            let opening = Opening { bundle, claim, seats };
            let room = shared.rooms.open(sid, source, opening, code, link, now).await?;
            Ok(Role::Host(HostRole::new(sid, room)))
        }
        // No limit stands before a claim: nobody guesses 256 bits, and whoever has one is to get back.
        Hello::Return { sid, claim, .. } => {
            let room = known(shared, &sid)?;
            room.lock().check_host(&claim).inspect_err(|_| shared.wrong_claim())?;
            known_or_full(ticket)?;
            room.lock().host_returns(Arc::clone(link), &claim)?;
            Ok(Role::Host(HostRole::new(sid, room)))
        }
        Hello::TakeSeat { sid, slot, claim, group, pair, .. } => {
            let room = known(shared, &sid)?;
            room.lock().check_guest(slot, &claim).inspect_err(|_| shared.wrong_claim())?;
            known_or_full(ticket)?;
            room.lock().take_seat(Arc::clone(link), slot, &claim, (group, pair), now)?;
            Ok(Role::Guest(GuestRole::new(room, None, shared, source, now)))
        }
        // A code has 40 bits: it can be guessed.
        Hello::LookUp { code, .. } => {
            if !ticket.has_place() {
                return Err(CloseCode::RateLimited);
            }
            shared.may_guess(source, now)?;
            let found = shared.rooms.look_up(code).await;
            let room = found.ok_or_else(|| shared.guessed_wrong(source, now))?;
            let introduction = {
                let room = room.lock();
                packet::text(&room.introduction(), room.meter())
            };
            Ok(Role::Guest(GuestRole::new(room, Some(introduction), shared, source, now)))
        }
    }
}

/// Who shows a right claim has a place, unless all belong to others that did.
fn known_or_full(ticket: &mut Ticket) -> Result<(), CloseCode> {
    if ticket.make_known() { Ok(()) } else { Err(CloseCode::RateLimited) }
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
