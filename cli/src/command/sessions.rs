//! `jumpseat sessions`: what this machine shares.

use std::collections::BTreeMap;

use clap::Args;
use jumpseat_engine::api::Scope;
use serde_json::json;

use super::hosted::{self, code_word};
use crate::{
    duration,
    error::CliError,
    overview::{connection_word, now},
    print,
};

/// List the sessions that are shared from this machine
#[derive(Args, Debug)]
pub(crate) struct Arguments {}

pub(crate) async fn run(_: Arguments, scope: Scope, json: bool) -> Result<(), CliError> {
    let (found, failed) = hosted::all(scope.min(Scope::Read)).await?;
    if json {
        for hosted in &found {
            let session = &hosted.state;
            // Without invites: their tokens are shown by `invites` alone.
            print::json(&json!({
                "type": "session",
                "code": session.code, "relay": session.relay, "connection": session.connection,
                "expires_at": session.expires_at, "guests": values(&session.guests),
                "knocks": values(&session.knocks),
                "pid": hosted.pid,
            }))?;
        }
        return failed.map_or(Ok(()), Err);
    }
    if let (true, Some(fault)) = (found.is_empty(), &failed) {
        return Err(fault.clone());
    }
    if found.is_empty() {
        return print::text("Nothing is shared from this machine.\n");
    }
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|hosted| {
            let session = &hosted.state;
            vec![
                code_word(session.code),
                session.guests.values().filter(|guest| guest.info.present).count().to_string(),
                session.knocks.len().to_string(),
                connection_word(&session.connection).to_owned(),
                duration::words(session.expires_at.saturating_sub(now()) / 1000),
                session.relay.clone(),
                hosted.pid.to_string(),
            ]
        })
        .collect();
    print::text(&print::table(
        &["CODE", "GUESTS", "WAITING", "STATE", "ENDS IN", "RELAY", "PROCESS"],
        &rows,
    ))?;
    failed.map_or(Ok(()), Err)
}

fn values<K, V>(map: &BTreeMap<K, V>) -> Vec<&V> {
    map.values().collect()
}
