//! Sharing without a terminal, for scripts: keys from standard input, events as JSON.

use std::{io::IsTerminal as _, process::ExitCode};

use jumpseat_engine::face::{HostCommand, HostEvent, SessionEvent};
use serde_json::json;

use super::{Arguments, exit_code, shown, start};
use crate::{
    command::Context,
    error::Fault,
    print,
    terminal::{Signal, Signals, read_input},
};

pub(super) async fn run(arguments: Arguments, context: &Context) -> Result<ExitCode, Fault> {
    let mut signals = Signals::listen()?;
    let mut shared = start::start(&arguments, context, arguments.size, false).await?;
    if context.json {
        print::json(&json!({ "type": "invite", "relay": shared.relay, "invite": shared.invite }))?;
    } else {
        print::text(&shown::invite(&shared, None)?)?;
    }
    // A person's terminal is not a script: nobody types here.
    let mut keys = (!std::io::stdin().is_terminal()).then(read_input).transpose()?;
    let commands = shared.face.commands();
    let code = loop {
        let piped = async {
            match &mut keys {
                Some(keys) => keys.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            event = shared.face.next() => match event {
                Some(event) => {
                    if context.json {
                        print::json(&event)?;
                    }
                    if let HostEvent::Session { event: SessionEvent::Ended { reason, failure }, .. } = &event
                        && let Some(fault) = Fault::ended(*reason, failure.as_ref())
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
            bytes = piped => match bytes {
                Some(bytes) => commands.tell(HostCommand::Input { terminal: start::TERMINAL, bytes }).await?,
                None => keys = None,
            },
            signal = signals.next() => if let Signal::End(code) = signal {
                break ExitCode::from(code);
            },
        }
    };
    shared.end(&mut signals).await;
    Ok(code)
}
