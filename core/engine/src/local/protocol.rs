//! The two protocols of the local socket: commands and events of a hosting engine, and of a seat.

use std::io;

use serde::{Serialize, de::DeserializeOwned};

use super::{frame::Frame, message::ToClient};
use crate::{
    ClientListener, SeatListener,
    api::{GuestCommand, GuestEvent, HostCommand, HostEvent, Scope, TerminalChange, TerminalNo},
    client::Client,
    runtime::origin::Origin,
};

/// What is asked and told.
pub(super) trait Protocol {
    type Command: Serialize + DeserializeOwned + Send + 'static;
    type Event: Serialize + DeserializeOwned + Send + 'static;

    /// Keys for a terminal: they travel as bytes.
    fn keys(command: Self::Command) -> Result<(TerminalNo, Vec<u8>), Self::Command>;

    /// The command that keys are.
    fn input(terminal: TerminalNo, bytes: Vec<u8>) -> Self::Command;

    /// Appends the frames of an event.
    fn put_event(event: Self::Event, out: &mut Vec<u8>) -> io::Result<()>;

    /// The event that a frame without JSON is.
    fn terminal(frame: Frame) -> Option<Self::Event>;
}

/// What clients are opened at: an engine, or a seat.
pub(super) trait AcceptClients: Clone + Send + Sync + 'static {
    type Protocol: Protocol;

    /// Opens a client with this scope for a process.
    fn open(
        &self,
        origin: Option<Origin>,
        scope: Scope,
    ) -> Client<<Self::Protocol as Protocol>::Command, <Self::Protocol as Protocol>::Event>;

    /// Whether to ask the same person's hosts if a process runs inside a shared terminal, and refuse it then. A hosting
    /// engine checks that itself for each command.
    const ASKS_HOSTS: bool;

    /// Until it is gone.
    fn closed(&self) -> impl Future<Output = ()> + Send;
}

/// An engine that hosts.
pub(super) enum HostProtocol {}

impl Protocol for HostProtocol {
    type Command = HostCommand;
    type Event = HostEvent;

    fn keys(command: HostCommand) -> Result<(TerminalNo, Vec<u8>), HostCommand> {
        match command {
            HostCommand::Input { terminal, bytes } => Ok((terminal, bytes)),
            command => Err(command),
        }
    }

    fn input(terminal: TerminalNo, bytes: Vec<u8>) -> HostCommand {
        HostCommand::Input { terminal, bytes }
    }

    fn put_event(event: HostEvent, out: &mut Vec<u8>) -> io::Result<()> {
        match event {
            HostEvent::Output { terminal, bytes } => {
                Frame::put_bytes(terminal, &bytes, out);
                Ok(())
            }
            event => Frame::put_json(&ToClient::Event(event), out),
        }
    }

    fn terminal(frame: Frame) -> Option<HostEvent> {
        match frame {
            Frame::Bytes(terminal, bytes) => Some(HostEvent::Output { terminal, bytes }),
            _ => None,
        }
    }
}

impl AcceptClients for ClientListener {
    type Protocol = HostProtocol;

    const ASKS_HOSTS: bool = false;

    fn open(&self, origin: Option<Origin>, scope: Scope) -> Client<HostCommand, HostEvent> {
        self.open_for(origin, scope)
    }

    async fn closed(&self) {
        Self::closed(self).await;
    }
}

/// A seat at somebody else's session.
pub(super) enum SeatProtocol {}

impl Protocol for SeatProtocol {
    type Command = GuestCommand;
    type Event = GuestEvent;

    fn keys(command: GuestCommand) -> Result<(TerminalNo, Vec<u8>), GuestCommand> {
        match command {
            GuestCommand::Input { terminal, bytes } => Ok((terminal, bytes)),
            command => Err(command),
        }
    }

    fn input(terminal: TerminalNo, bytes: Vec<u8>) -> GuestCommand {
        GuestCommand::Input { terminal, bytes }
    }

    fn put_event(event: GuestEvent, out: &mut Vec<u8>) -> io::Result<()> {
        let (terminal, change) = match event {
            GuestEvent::Terminal { terminal, change } => (terminal, change),
            event => return Frame::put_json(&ToClient::Event(event), out),
        };
        match change {
            TerminalChange::Output(bytes) => Frame::put_bytes(terminal, &bytes, out),
            TerminalChange::Resize(size) => Frame::put_size(terminal, size, out),
            TerminalChange::Snapshot { data, scrollback } => {
                return Frame::put_picture(terminal, scrollback, &data, out);
            }
        }
        Ok(())
    }

    fn terminal(frame: Frame) -> Option<GuestEvent> {
        let (terminal, change) = match frame {
            Frame::Bytes(terminal, bytes) => (terminal, TerminalChange::Output(bytes)),
            Frame::Size(terminal, size) => (terminal, TerminalChange::Resize(size)),
            Frame::Picture { terminal, scrollback, data } => {
                (terminal, TerminalChange::Snapshot { data, scrollback })
            }
            Frame::Json(_) => return None,
        };
        Some(GuestEvent::Terminal { terminal, change })
    }
}

impl AcceptClients for SeatListener {
    type Protocol = SeatProtocol;

    const ASKS_HOSTS: bool = true;

    fn open(&self, _: Option<Origin>, scope: Scope) -> Client<GuestCommand, GuestEvent> {
        Self::open(self, scope)
    }

    async fn closed(&self) {
        Self::closed(self).await;
    }
}
