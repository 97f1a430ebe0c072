//! `jumpseat panel`: what the host of a joined session shares next to the terminal.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use jumpseat_engine::api::{Phase, Scope, SeatState, panels::PanelKind};
use jumpseat_panels::outline::{self, ago};
use jumpseat_wire::InviteCode;
use serde_json::json;

use crate::{
    error::{CliError, FaultKind},
    overview::{Panel, now},
    panel::{self, Contents, Diff, Opened, PageContext, Row, RowTarget, StyledLine, panel_summary, style},
    panel_name::{PanelName, panel_name},
    print::{self, OutputMode, Page},
    seat::{self, Joined},
};

/// Paths that are named when one is wrong.
const MAX_NAMED: usize = 5;

/// Show what the host of a joined session shares next to the terminal
#[derive(Args, Debug)]
#[command(
    after_help = "`jumpseat panel` lists them; `panel git` shows what changed, `panel git PATH` how (`.` is \
                        everything), `panel history` the commands, `panel history 3` or `last` what one printed."
)]
pub(crate) struct Arguments {
    /// The panel; without it, all of them in short
    panel: Option<PanelName>,
    /// What to open in it: the path of a changed file, a command's number
    item: Option<String>,
    /// The session's code; not needed while only one is joined
    #[arg(long, value_name = "CODE")]
    session: Option<InviteCode>,
    /// Print it all at once, however long it is
    #[arg(long)]
    no_pager: bool,
}

pub(crate) async fn run(arguments: Arguments, scope: Scope, json: bool) -> Result<(), CliError> {
    let joined = seat::one(arguments.session, scope.min(Scope::Read)).await?;
    let only = arguments.panel.map(PanelName::kind);
    let seat = Seat::of(&joined, only).await?;
    let mode = OutputMode::of_output(!arguments.no_pager);
    let Some(kind) = only else { return summary(&seat, json, mode) };
    let Some(panel) = seat.panels.get(&kind) else {
        return Err(CliError::new(FaultKind::Refused, format!("{} does not share this panel", host(&seat)))
            .hint(shared_ones(&joined.state.panels)));
    };
    match arguments.item {
        None => whole(&seat, kind, panel.as_ref(), json, mode),
        Some(item) => {
            let panel = panel.as_ref().ok_or_else(|| {
                CliError::new(FaultKind::NotFound, "the panel is on its way").hint("ask again")
            })?;
            let found = find(kind, panel, &item)?;
            show(found, joined, json, mode).await
        }
    }
}

/// The panels of a joined session.
struct Seat {
    code: Option<InviteCode>,
    host: String,
    /// Whether this guest was let in.
    seated: bool,
    /// Since when nothing new can come, in milliseconds since 1970.
    offline: Option<u64>,
    /// The shared panels that are to be shown; nothing under one that is still loading.
    panels: BTreeMap<PanelKind, Option<Panel>>,
}

impl Seat {
    /// With every panel, or with one.
    async fn of(joined: &Joined, only: Option<PanelKind>) -> Result<Self, CliError> {
        let SeatState { code, host, phase, offline_since, .. } = &joined.state;
        Ok(Self {
            code: *code,
            host: host.clone(),
            seated: *phase == Phase::Seated,
            offline: *offline_since,
            panels: joined.panels(|kind| only.is_none_or(|only| only == kind)).await?,
        })
    }
}

/// The host's name, or what stands for it.
fn host(seat: &Seat) -> String {
    // A name is bounded by the session; signs that a terminal acts on are left to nobody.
    let mut name = seat.host.clone();
    jumpseat_panels::text::line(&mut name, 256);
    name
}

fn shared_ones(shared: &BTreeSet<PanelKind>) -> String {
    let names: Vec<&str> = shared.iter().map(|kind| panel_name(*kind)).collect();
    if names.is_empty() {
        "no panel is shared".to_owned()
    } else {
        format!("shared are: {}", names.join(", "))
    }
}

/// Every panel in a line.
fn summary(seat: &Seat, json: bool, mode: OutputMode) -> Result<(), CliError> {
    if json {
        return PanelKind::ALL
            .into_iter()
            .try_for_each(|kind| print::json(&shared_json(seat, kind, seat.panels.get(&kind))));
    }
    print::page(summary_lines(seat, now()).iter().map(|row| &row.line), mode)
}

fn summary_lines(seat: &Seat, now: u64) -> Vec<Row> {
    let code = seat.code.map_or(String::new(), |code| format!(" {code}"));
    let around = PageContext { host: &host(seat), offline: seat.offline, now };
    let head = StyledLine::new().bold(&format!("{}'s session{code}", around.host));
    let mut rows = vec![Row::from(head.dim(" · panels are read-only"))];
    if !seat.seated {
        rows.push(StyledLine::new().styled("You are not let in yet.", style::WARN).into());
    }
    rows.extend(panel::troubles(None, around).into_iter().map(Row::from));
    rows.push(StyledLine::new().into());
    for kind in PanelKind::ALL {
        let words = StyledLine::new().plain(&format!("  {:<9} ", panel_name(kind)));
        let row = match seat.panels.get(&kind) {
            None => words.dim("not shared"),
            Some(None) => words.dim(outline::LOADING),
            Some(Some(panel)) => words
                .plain(&panel_summary(kind, panel))
                .dim(&format!("  changed {}", ago(now, panel.changed))),
        };
        rows.push(row.into());
        let panel = seat.panels.get(&kind).and_then(Option::as_ref);
        let troubles = panel::troubles(panel, PageContext { offline: None, ..around });
        rows.extend(
            troubles.into_iter().map(|trouble| StyledLine::new().plain("            ").then(trouble).into()),
        );
    }
    rows
}

/// A panel as scripts read it, without its entries.
fn shared_json(seat: &Seat, kind: PanelKind, shared: Option<&Option<Panel>>) -> serde_json::Value {
    let mut value = json!({
        "type": "panel", "panel": panel_name(kind), "shared": shared.is_some(), "read_only": true,
        "session": seat.code, "host": seat.host, "offline_since": seat.offline,
    });
    if let Some(Some(panel)) = shared {
        value["state"] = json!(panel.state);
        value["changed"] = panel.changed.into();
        value["entries"] = panel.entries.len().into();
        value["left_out"] = panel.left_out.into();
    }
    value
}

/// One panel, whole.
fn whole(
    seat: &Seat,
    kind: PanelKind,
    panel: Option<&Panel>,
    json: bool,
    mode: OutputMode,
) -> Result<(), CliError> {
    if json {
        print::json(&shared_json(seat, kind, seat.panels.get(&kind)))?;
        let mut entries = panel.iter().flat_map(|panel| &panel.entries);
        return entries.try_for_each(|(key, entry)| {
            print::json(&json!({ "type": "entry", "key": key, "entry": entry }))
        });
    }
    let around = PageContext { host: &host(seat), offline: seat.offline, now: now() };
    let rows = panel::page(kind, Some(panel), around);
    print::page(rows.iter().map(|row| &row.line), mode)
}

/// What is behind an item.
struct Found {
    target: Option<RowTarget>,
    /// As scripts read it, for what is no file.
    about: serde_json::Value,
}

fn find(kind: PanelKind, panel: &Panel, item: &str) -> Result<Found, CliError> {
    match kind {
        PanelKind::Git => {
            let wanted = panel::find_files(&panel.entries, item);
            if wanted.is_empty() {
                return Err(no_such_path(panel, item));
            }
            Ok(Found { target: Some(RowTarget::Diffs(wanted)), about: json!({}) })
        }
        PanelKind::History => {
            let Some((number, block, target)) = panel::find_block(&panel.entries, item) else {
                return Err(CliError::new(FaultKind::NotFound, "there is no such command")
                    .hint("`jumpseat panel history` lists them with their numbers"));
            };
            let about = json!({
                "type": "output", "number": number, "command": block.command, "exit_code": block.exit_code,
            });
            Ok(Found { target, about })
        }
        kind => Err(CliError::usage(format!("nothing can be opened in {}", panel_name(kind)))
            .hint("git takes a path, history a number")),
    }
}

fn no_such_path(panel: &Panel, item: &str) -> CliError {
    let mut item = item.to_owned();
    jumpseat_panels::text::line(&mut item, 256);
    let named: Vec<String> = panel::touched(&panel.entries).take(MAX_NAMED + 1).collect();
    let fault = CliError::new(FaultKind::NotFound, format!("nothing changed at `{item}`"));
    match named.len() {
        0 => fault,
        some if some > MAX_NAMED => fault.hint(format!("changed are: {}, …", named[..MAX_NAMED].join(", "))),
        _ => fault.hint(format!("changed are: {}", named.join(", "))),
    }
}

async fn show(found: Found, joined: Joined, json: bool, mode: OutputMode) -> Result<(), CliError> {
    let Found { target, mut about } = found;
    let mut contents = Contents(joined.client.commands());
    match target {
        Some(RowTarget::Diffs(wanted)) => {
            let mut page = Page::new(mode);
            for (nth, wanted) in wanted.into_iter().enumerate() {
                // One after the other: together they may be more than there is memory.
                let opened = panel::open(RowTarget::Diffs(vec![wanted]), &mut contents).await?;
                match (&opened, json) {
                    (Opened::Diffs(diffs), true) => {
                        diffs.iter().try_for_each(|diff| print::json(&diff_json(diff)))?
                    }
                    _ => {
                        let gap = (nth > 0).then(|| Row::from(StyledLine::new()));
                        gap.into_iter().chain(opened.rows()).try_for_each(|row| page.line(&row.line))?;
                    }
                }
            }
            page.end()
        }
        Some(target) => {
            let opened = panel::open(target, &mut contents).await?;
            if !json {
                return print::page(opened.rows().map(|row| row.line), mode);
            }
            let text = if let Opened::Text { text, .. } = opened { text } else { String::new() };
            about["text"] = text.into();
            print::json(&about)
        }
        None if json => {
            about["text"] = "".into();
            print::json(&about)
        }
        None => print::text("It printed nothing.\n"),
    }
}

fn diff_json(diff: &Diff) -> serde_json::Value {
    let mut value = json!(diff);
    value["type"] = "diff".into();
    value
}

#[cfg(test)]
mod tests {
    use jumpseat_engine::api::panels::{Entries, SourceState};

    use super::*;

    fn seat() -> Seat {
        let panel = |state| Some(Panel { state, left_out: 0, changed: 1_000_000, entries: Entries::new() });
        Seat {
            code: "K7QM-3XTE".parse().ok(),
            host: "Ann".into(),
            seated: true,
            offline: None,
            panels: BTreeMap::from([
                (PanelKind::Git, panel(SourceState::Fresh)),
                (PanelKind::Log, None),
                (PanelKind::Review, panel(SourceState::Stale { since: 900_000 })),
            ]),
        }
    }

    fn text(rows: &[Row]) -> String {
        rows.iter().map(|row| row.line.to_string() + "\n").collect()
    }

    #[test]
    fn a_summary_says_how_each_panel_stands() {
        let mut seat = seat();
        insta::assert_snapshot!(text(&summary_lines(&seat, 1_060_000)), @"
        Ann's session K7QM-3XTE · panels are read-only

          git       There is no Git repository in the host's folder. Changes appear here once there is one.  changed 1 min ago
          history   not shared
          log       Loading…
          pr        No pull request for the host's branch. It appears here once the branch is pushed and has one.  changed 1 min ago
                    As of 2 min ago: Ann cannot reach its source now.
          issue     not shared
          findings  not shared
        ");
        seat.offline = Some(1_000_000);
        seat.seated = false;
        let shown = text(&summary_lines(&seat, 1_060_000));
        assert!(shown.contains("Offline since 1 min ago") && shown.contains("not let in"), "{shown}");
    }

    #[test]
    fn a_panel_is_an_object_for_scripts() {
        let seat = seat();
        let value = shared_json(&seat, PanelKind::Git, seat.panels.get(&PanelKind::Git));
        insta::assert_snapshot!(value, @r#"{"changed":1000000,"entries":0,"host":"Ann","left_out":0,"offline_since":null,"panel":"git","read_only":true,"session":"K7QM-3XTE","shared":true,"state":{"is":"fresh"},"type":"panel"}"#);
        insta::assert_snapshot!(shared_json(&seat, PanelKind::Issue, None), @r#"{"host":"Ann","offline_since":null,"panel":"issue","read_only":true,"session":"K7QM-3XTE","shared":false,"type":"panel"}"#);
    }

    #[test]
    fn what_is_not_there_is_said_with_what_is() {
        let shared = [PanelKind::Git, PanelKind::Log, PanelKind::Review].into();
        assert_eq!(shared_ones(&shared), "shared are: git, log, pr");
        let panel = Panel { state: SourceState::Fresh, left_out: 0, changed: 0, entries: Default::default() };
        let fault = |kind, item| find(kind, &panel, item).map(|_| ()).unwrap_err();
        assert_eq!(fault(PanelKind::Git, "a\x1b[31m").message, "nothing changed at `a[31m`");
        assert_eq!(fault(PanelKind::History, "9").kind, FaultKind::NotFound);
        assert_eq!(fault(PanelKind::Log, "x").kind, FaultKind::Usage);
    }
}
