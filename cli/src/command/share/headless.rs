//! Sharing without a terminal, for scripts: keys from standard input, events as JSON.

use std::{io::IsTerminal as _, process::ExitCode};

use jumpseat_engine::api::{Commands, HostCommand, HostEvent, SessionEvent};
use serde_json::json;

use super::{Arguments, exit_code, shown, start};
use crate::{
    command::Context,
    error::CliError,
    print,
    terminal::{Signal, Signals, read_input},
};

/// What standard input brings.
enum Piped {
    Keys(Option<Vec<u8>>),
    /// There is room for more of them.
    Taken,
}

pub(super) async fn run(arguments: Arguments, context: &Context) -> Result<ExitCode, CliError> {
    let mut signals = Signals::listen()?;
    let mut shared = start::start(&arguments, context, arguments.size, false).await?;
    if context.json {
        print::json(&json!({ "type": "invite", "relay": shared.relay, "invite": shared.invite }))?;
    } else {
        print::text(&shown::invite(&shared, None)?)?;
    }
    // A person's terminal is not a script: nobody types here.
    let mut keys = (!std::io::stdin().is_terminal()).then(read_input).transpose()?;
    let commands = shared.client.commands();
    let mut typing = None;
    let code = loop {
        // The next keys are read once there is room for them: a script's input is as long as it likes.
        let piped = async {
            match (&mut typing, &mut keys) {
                (Some(typed), _) => {
                    typed.await;
                    Piped::Taken
                }
                (None, Some(keys)) => Piped::Keys(keys.recv().await),
                (None, None) => std::future::pending().await,
            }
        };
        tokio::select! {
            event = shared.client.next() => match event {
                Some(event) => {
                    let event = match event {
                        HostEvent::State(update) => HostEvent::State(print::without_invites(update)),
                        event => event,
                    };
                    if context.json {
                        print::json(&event)?;
                    }
                    if let HostEvent::Session { event: SessionEvent::Ended { reason, failure }, .. } = &event
                        && let Some(fault) = CliError::ended(*reason, failure.as_ref())
                    {
                        // The program runs on: this alone says that nobody sees it any more.
                        fault.print(context.json);
                    }
                    if let HostEvent::TerminalClosed { terminal: start::TERMINAL, exit_code } = event {
                        break self::exit_code(exit_code);
                    }
                }
                None => break exit_code(None),
            },
            piped = piped => match piped {
                Piped::Keys(Some(bytes)) => typing = Some(Box::pin(type_keys(commands.clone(), bytes))),
                Piped::Keys(None) => keys = None,
                Piped::Taken => typing = None,
            },
            signal = signals.next() => if let Signal::End(code) = signal {
                break ExitCode::from(code);
            },
        }
    };
    shared.end(&mut signals).await;
    Ok(code)
}

async fn type_keys(commands: Commands<HostCommand>, bytes: Vec<u8>) {
    // An engine that is gone says so by its events.
    let _ = commands.ask(HostCommand::Input { terminal: start::TERMINAL, bytes }).await;
}
