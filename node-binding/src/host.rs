//! A client of the holder.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use jumpseat_engine::{
    api::{ApiError, ApiErrorKind, Commands, HostCommand, HostEvent, TerminalNo},
    local::{self, RuntimeFolder},
};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::{
    answer::answer_with,
    fault::Fault,
    handle::{Run, Work},
    outbox::Outbox,
    read,
};

/// How the holder is reached, or started.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Options {
    program: PathBuf,
    #[serde(default = "hold")]
    arguments: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    log: Option<PathBuf>,
}

fn hold() -> Vec<String> {
    vec!["hold".to_owned()]
}

impl Run for Options {
    async fn run(self, work: &mut UnboundedReceiver<Work>, outbox: &Outbox) -> Result<(), Fault> {
        let folder = RuntimeFolder::open()?;
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let log = self.log.as_deref();
        let mut client = local::holder(&folder, check(&self.program)?, &arguments, &self.env, log).await?;
        let commands = client.commands();
        loop {
            let event = tokio::select! {
                biased;
                asked = work.recv() => match asked {
                    Some(Work::Close(answer)) => {
                        drop((client, commands));
                        answer.settle(Ok::<_, Fault>(()));
                        return Ok(());
                    }
                    Some(asked) => {
                        take(asked, &commands).await;
                        continue;
                    }
                    // The object was collected.
                    None => return Ok(()),
                },
                event = async {
                    outbox.room().await;
                    client.next().await
                } => event,
            };
            match event {
                Some(HostEvent::Output { terminal: TerminalNo(number), bytes }) => {
                    outbox.output(number, json!({ "type": "output", "terminal": number }).to_string(), bytes);
                }
                Some(event) => outbox.event(&event),
                None => return Ok(()),
            }
        }
    }
}

/// An engine that is gone takes nothing more; what it said last is still told.
async fn take(work: Work, commands: &Commands<HostCommand>) {
    match work {
        Work::Opened(answer) | Work::Close(answer) => answer.settle(Ok::<_, Fault>(())),
        Work::Ask(json, answer) => match read::<HostCommand>(&json) {
            Ok(command) => match commands.begin(command).await {
                Ok(said) => answer_with(answer, said),
                Err(failure) => answer.settle::<()>(Err(failure)),
            },
            Err(fault) => answer.settle::<()>(Err(fault)),
        },
        Work::Input(number, keys) => {
            let _ =
                commands.tell(HostCommand::Input { terminal: TerminalNo(number), bytes: keys.take() }).await;
        }
        Work::Credit(number, bytes) => {
            let _ = commands.tell(HostCommand::Credit { terminal: TerminalNo(number), bytes }).await;
        }
    }
}

fn check(program: &Path) -> Result<&Path, ApiError> {
    if program.is_file() {
        return Ok(program);
    }
    Err(ApiError::new(ApiErrorKind::Local, format!("there is no program at {}", program.display()))
        .hint("install the extension again"))
}
