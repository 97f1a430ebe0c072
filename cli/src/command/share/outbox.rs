//! Commands on their way to the engine. The loop that reads keys and signals waits for none of them: what an engine that
//! is busy does not take yet lies here, what takes something back before keys.

use std::{collections::VecDeque, future::pending, pin::Pin};

use jumpseat_engine::api::{ApiError, Commands, HostCommand, Reply, StateUpdate};

use super::start::TERMINAL;
use crate::error::CliError;

/// Keys that wait for an engine that takes none, in bytes; further ones are lost.
const MAX_KEYS: usize = 1024 * 1024;

type Answer = Pin<Box<dyn Future<Output = Result<Reply, ApiError>> + Send>>;

pub(super) struct Outbox {
    commands: Commands<HostCommand>,
    controls: VecDeque<HostCommand>,
    keys: VecDeque<Vec<u8>>,
    keys_len: usize,
    /// Whether the state is to be asked for, and the answer that is waited for.
    asks: bool,
    answer: Option<Answer>,
}

impl Outbox {
    pub(super) fn new(commands: Commands<HostCommand>) -> Self {
        Self {
            commands,
            controls: VecDeque::new(),
            keys: VecDeque::new(),
            keys_len: 0,
            asks: false,
            answer: None,
        }
    }

    /// Sends a command. What came of it is told by events.
    pub(super) fn send(&mut self, command: HostCommand) {
        self.controls.push_back(command);
        self.flush();
    }

    /// Sends keys of the host's own person.
    pub(super) fn press(&mut self, keys: Vec<u8>) {
        if !keys.is_empty() && self.keys_len + keys.len() <= MAX_KEYS {
            self.keys_len += keys.len();
            self.keys.push_back(keys);
        }
        self.flush();
    }

    /// Asks how everything stands once all that was sent is done; [`next`](Self::next) brings it.
    pub(super) fn ask(&mut self) {
        self.asks = true;
        self.flush();
    }

    /// Whether the answer to a question is waited for.
    pub(super) fn is_asking(&self) -> bool {
        self.asks || self.answer.is_some()
    }

    /// How everything stands, if that was asked. Cancel-safe; without a question it waits for ever.
    ///
    /// # Errors
    /// The engine is gone.
    pub(super) async fn next(&mut self) -> Result<StateUpdate, CliError> {
        loop {
            self.flush();
            let waits = !self.controls.is_empty() || !self.keys.is_empty();
            let answer = async {
                match &mut self.answer {
                    Some(answer) => answer.await,
                    None => pending().await,
                }
            };
            tokio::select! {
                answer = answer => {
                    self.answer = None;
                    if let Reply::State(update) = answer? {
                        return Ok(update);
                    }
                }
                room = self.commands.room(), if waits => room?,
            }
        }
    }

    fn flush(&mut self) {
        while let Some(control) = self.controls.pop_front() {
            if let Err(control) = self.commands.try_tell(control) {
                return self.controls.push_front(control);
            }
        }
        if self.asks && self.answer.is_none() {
            let Ok(answer) = self.commands.try_begin(HostCommand::State) else { return };
            self.asks = false;
            self.answer = Some(Box::pin(answer));
        }
        while let Some(keys) = self.keys.pop_front() {
            let len = keys.len();
            match self.commands.try_tell(HostCommand::Input { terminal: TERMINAL, bytes: keys }) {
                Ok(()) => self.keys_len -= len,
                Err(HostCommand::Input { bytes, .. }) => return self.keys.push_front(bytes),
                Err(_) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jumpseat_engine::{
        HostEngine, HostSetup, TransportSetup,
        api::{HostState, Replica, TerminalNo, TerminalOptions},
        local::RuntimeFolder,
    };

    use super::*;

    /// The engine does not run at first: nothing takes commands.
    #[tokio::test]
    async fn an_engine_that_takes_nothing_holds_nobody_up() {
        let folder = tempfile::tempdir().unwrap();
        let runtime = RuntimeFolder::at(folder.path().join("run")).unwrap();
        let transport = TransportSetup::default();
        let (engine, door) = HostEngine::new(HostSetup { transport, start_relay: None, runtime });
        let client = door.open();
        let mut outbox = Outbox::new(client.commands());
        let command = vec!["/bin/cat".to_owned()];
        outbox.send(HostCommand::OpenTerminal(TerminalOptions { command, ..TerminalOptions::default() }));
        for _ in 0..1_000 {
            outbox.press(vec![b'x'; 100]);
        }
        outbox.ask();
        outbox.send(HostCommand::CloseTerminal { terminal: TerminalNo(1) });
        // Before the keys, of which some are on their way already.
        assert_eq!(outbox.controls.len(), 1);
        outbox.press(vec![b'x'; MAX_KEYS]);
        assert!(outbox.keys_len < MAX_KEYS);

        let engine = tokio::spawn(engine.run());
        let mut replica: Replica<HostState> = Replica::default();
        assert!(replica.apply(outbox.next().await.unwrap()));
        assert_eq!((replica.state().terminals.len(), outbox.controls.len()), (1, 0));
        drop((outbox, client, door));
        engine.await.unwrap();
    }
}
