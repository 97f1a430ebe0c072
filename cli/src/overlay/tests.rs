//! What the overlay shows, and what its keys ask for.

use std::{cell::Cell, time::Duration};

use jumpseat_engine::api::{
    Admission, ChatLine, ConnectionState, Knock, PanelStatus, PanelUpdate, Person, Phase, Role, SeatState,
    Secret,
    panels::{Entry, Key, PanelKind, SourceState},
};
use jumpseat_wire::{InviteId, KnockId};
use ratatui::{buffer::Buffer, layout::Rect};
use tokio::time::Instant;
use unicode_width::UnicodeWidthStr as _;

use super::{Action, Overlay};
use crate::{
    error::CliError,
    overview::{InviteCard, Overview, person},
    panel::{Row, StyledLine},
    terminal::{Decoder, EscapeKey, Piece},
};

fn overview() -> Overview {
    let mut overview = Overview::hosting("Ann".into());
    overview.code = "K7QM-3XTE".parse().ok();
    overview.connection = ConnectionState::Connected;
    let person = |slot, name, role| Person {
        words: ["ocean", "velvet", "piano", "mango"].map(str::to_owned).to_vec(),
        ..person(slot, name, role)
    };
    overview.people = vec![person(1, "Bo", Role::Viewer), person(2, "Cy", Role::Writer)];
    overview.people[0].asks = true;
    overview.people[1].info.present = false;
    overview.typing = Some(2);
    overview.knocks =
        vec![Knock { knock: knock(), name: "Di".into(), invite: InviteId([7; 16]), again: true }];
    overview.invites = vec![InviteCard {
        id: Some(InviteId([7; 16])),
        code: "K7QM-3XTE".parse().unwrap(),
        token: Secret::new("jst1_canary".into()),
        link: Some(Secret::new("https://r.example/j#K7QM-3XTE.jst1_canary".into())),
        role: Role::Viewer,
        admission: Admission::Ask,
        uses: 1,
        max_uses: Some(3),
    }];
    overview
}

fn knock() -> KnockId {
    serde_json::from_str("4").unwrap()
}

/// A person who looks for a second before each key.
fn press(overlay: &mut Overlay, overview: &mut Overview, keys: &[u8]) -> Vec<Action> {
    let pieces = Decoder::default().feed(keys);
    let press = |piece: &Piece| {
        overlay.update(overview, later(0));
        overlay.press(piece, overview, later(1000))
    };
    pieces.iter().filter_map(press).collect()
}

/// So many milliseconds later.
fn later(millis: u64) -> Instant {
    thread_local!(static NOW: Cell<Option<Instant>> = const { Cell::new(None) });
    NOW.with(|now| {
        let at = now.get().unwrap_or_else(Instant::now) + Duration::from_millis(millis);
        now.set(Some(at));
        at
    })
}

/// A key that comes so many milliseconds after the last one, whatever there is to see.
fn press_after(overlay: &mut Overlay, overview: &mut Overview, millis: u64, keys: &[u8]) -> Vec<Action> {
    let now = later(millis);
    let pieces = Decoder::default().feed(keys);
    pieces.iter().filter_map(|piece| overlay.press(piece, overview, now)).collect()
}

fn draw(overlay: &mut Overlay, overview: &Overview, cols: u16, rows: u16) -> String {
    overlay.update(overview, later(1000));
    let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width: cols, height: rows });
    overlay.draw(overview, overlay.area(overview, cols, rows), &mut buffer);
    let row = |y| {
        let mut text = String::new();
        let mut x = 0;
        while x < cols {
            let symbol = buffer[(x, y)].symbol();
            text.push_str(symbol);
            x += (symbol.width() as u16).max(1);
        }
        text.replace('\u{a0}', " ")
    };
    (0..rows).map(|y| row(y).trim_end().to_owned() + "\n").collect()
}

#[test]
fn the_host_sees_who_wants_what() {
    let (mut overview, mut overlay) = (overview(), Overlay::new(EscapeKey::default()));
    insta::assert_snapshot!("host-people", draw(&mut overlay, &overview, 84, 16));
    press(&mut overlay, &mut overview, b"\t");
    insta::assert_snapshot!("host-panels", draw(&mut overlay, &overview, 84, 16));
    press(&mut overlay, &mut overview, b"\t");
    insta::assert_snapshot!("host-invites-hidden", draw(&mut overlay, &overview, 84, 12));
    press(&mut overlay, &mut overview, b"v");
    insta::assert_snapshot!("host-invites", draw(&mut overlay, &overview, 84, 12));
    press(&mut overlay, &mut overview, b"c");
    overview.chat.insert(0, ChatLine { slot: 1, name: "Bo".into(), text: "hi!".into(), at: 0 });
    press(&mut overlay, &mut overview, "hello 山田".as_bytes());
    insta::assert_snapshot!("host-chat", draw(&mut overlay, &overview, 60, 12));
}

#[test]
fn a_guest_sees_who_else_is_there() {
    let mut overview = Overview::knocking();
    overview.code = "K7QM-3XTE".parse().ok();
    let words = ["ocean", "velvet", "piano", "mango"].map(str::to_owned).to_vec();
    overview.show_seat(&SeatState {
        phase: Phase::Seated,
        connection: ConnectionState::Connected,
        slot: 2,
        words,
        host: "Ann".into(),
        guests: [(1, person(1, "Cy", Role::Viewer)), (2, person(2, "Bo", Role::Viewer))].into(),
        ..SeatState::default()
    });
    let mut overlay = Overlay::new(EscapeKey::default());
    insta::assert_snapshot!("guest-people", draw(&mut overlay, &overview, 80, 12));
    assert_eq!(press(&mut overlay, &mut overview, b"wxok"), [Action::AskControl]);
    assert_eq!(press(&mut overlay, &mut overview, b"l"), [Action::Leave]);
}

#[test]
fn knocks_and_requests_are_answered() {
    let (mut overview, mut overlay) = (overview(), Overlay::new(EscapeKey::default()));
    assert_eq!(press(&mut overlay, &mut overview, b"a"), [Action::Admit(knock())]);
    assert_eq!(press(&mut overlay, &mut overview, b"d"), [Action::Deny(knock())]);
    assert_eq!(press(&mut overlay, &mut overview, b"\x1b[Ba"), []);
    assert!(draw(&mut overlay, &overview, 84, 16).contains("Let Bo type?  y / n"));
    assert_eq!(press(&mut overlay, &mut overview, b"y"), [Action::SetRole(1, Role::Writer)]);
    assert_eq!(press(&mut overlay, &mut overview, b"d"), [Action::Decline(1)]);
    assert_eq!(press(&mut overlay, &mut overview, b"\x1bOBw"), [Action::SetRole(2, Role::Viewer)]);
    assert_eq!(press(&mut overlay, &mut overview, b"on"), []);
    assert_eq!(press(&mut overlay, &mut overview, b"oy"), [Action::SetRole(2, Role::CoOwner)]);
    // Who comes in and may type at once is asked about, as is who comes by an invite that nobody knows here.
    for invites in [vec![InviteCard { role: Role::Writer, ..overview.invites[0].clone() }], vec![]] {
        overview.invites = invites;
        let mut overlay = Overlay::new(EscapeKey::default());
        assert_eq!(press(&mut overlay, &mut overview, b"a"), []);
        assert_eq!(press(&mut overlay, &mut overview, b"y"), [Action::Admit(knock())]);
    }
}

#[test]
fn what_cannot_be_taken_back_is_asked_once() {
    let (mut overview, mut overlay) = (overview(), Overlay::new(EscapeKey::default()));
    assert_eq!(press(&mut overlay, &mut overview, b"\x1b[Bx"), []);
    insta::assert_snapshot!("host-confirm", draw(&mut overlay, &overview, 84, 12));
    assert_eq!(press(&mut overlay, &mut overview, b"n"), []);
    assert_eq!(press(&mut overlay, &mut overview, b"xa"), [], "nobody came with it");
    assert_eq!(press(&mut overlay, &mut overview, b"xy"), [Action::Remove(1, false)]);
    overview.people.iter_mut().for_each(|person| person.invite = Some(InviteId([7; 16])));
    assert_eq!(press(&mut overlay, &mut overview, b"x"), []);
    insta::assert_snapshot!("host-confirm-several", draw(&mut overlay, &overview, 84, 12));
    assert_eq!(press(&mut overlay, &mut overview, b"a"), [Action::Remove(1, true)]);
    assert_eq!(press(&mut overlay, &mut overview, b"xy"), [Action::Remove(1, false)]);
    assert_eq!(press(&mut overlay, &mut overview, b"sy"), [Action::Stop]);
    assert_eq!(press(&mut overlay, &mut overview, b"\t\txy"), [Action::RevokeInvite(InviteId([7; 16]))]);
    overview.people.clear();
    assert_eq!(press(&mut overlay, &mut overview, b"s"), [Action::Stop]);
}

#[test]
fn letters_are_text_in_the_chat_and_the_escape_key_always_leads_back() {
    let (mut overview, mut overlay) = (overview(), Overlay::new(EscapeKey::default()));
    let chat = Action::Chat("quick".into());
    assert_eq!(press(&mut overlay, &mut overview, b"cquicj\x7fk\r\r\x1d"), [chat, Action::Close]);
    let mut overlay = Overlay::new(EscapeKey::default());
    assert_eq!(press(&mut overlay, &mut overview, b"]"), [Action::Literal]);
    assert_eq!(press(&mut overlay, &mut overview, b"\x1b"), [Action::Close]);
}

#[test]
fn what_is_pasted_commands_nothing() {
    let (mut overview, mut overlay) = (overview(), Overlay::new(EscapeKey::default()));
    assert_eq!(press(&mut overlay, &mut overview, b"\x1b[200~sy\x1b[201~"), []);
    assert_eq!(press(&mut overlay, &mut overview, b"c\x1b[200~sy\x1b[201~\r"), [Action::Chat("sy".into())]);
}

#[test]
fn the_smallest_windows_do_not_break_it() {
    let (mut overview, mut overlay) = (overview(), Overlay::new(EscapeKey::default()));
    for page in [&b""[..], b"\t", b"\t", b"\t"] {
        press(&mut overlay, &mut overview, page);
        for (cols, rows) in [(1, 1), (2, 2), (3, 4), (10, 3), (5, 30), (200, 5)] {
            draw(&mut overlay, &overview, cols, rows);
        }
    }
}

/// The host's overlay, with the mark on the first row and everything seen.
fn seen(overview: &mut Overview) -> Overlay {
    let mut overlay = Overlay::new(EscapeKey::default());
    draw(&mut overlay, overview, 84, 16);
    later(1000);
    overlay
}

#[test]
fn a_yes_to_one_does_not_become_a_yes_to_another() {
    // Di wants to join, and goes away just before the key: Bo, who asks for the keyboard, is in that row then.
    let mut overview = overview();
    let mut overlay = seen(&mut overview);
    overview.knocks.retain(|known| known.knock != knock());
    draw(&mut overlay, &overview, 84, 16);
    assert_eq!(press_after(&mut overlay, &mut overview, 150, b"ay"), []);
    assert_eq!(press(&mut overlay, &mut overview, b"ayxywy"), [], "nobody is marked");
    let shown = draw(&mut overlay, &overview, 84, 16);
    assert!(!shown.contains('▸') && shown.contains("↑↓ choose"), "{shown}");
    // Nor is the next one who knocks, under the same name.
    let again = Knock { knock: 5, name: "Di".into(), invite: InviteId([7; 16]), again: false };
    overview.knocks.push(again);
    assert_eq!(press(&mut overlay, &mut overview, b"ay"), []);
    // Before it was even drawn.
    let mut overview = self::overview();
    let mut overlay = seen(&mut overview);
    overview.knocks.retain(|known| known.knock != knock());
    assert_eq!(press_after(&mut overlay, &mut overview, 0, b"a"), []);
    assert_eq!(press(&mut overlay, &mut overview, b"\x1b[Bay"), [Action::SetRole(1, Role::Writer)]);
}

#[test]
fn the_mark_stays_at_its_person_wherever_the_row_goes() {
    let mut overview = overview();
    let mut overlay = seen(&mut overview);
    press(&mut overlay, &mut overview, b"\x1b[B");
    for number in 5..9 {
        let knock = Knock { knock: number, name: "Eve".into(), invite: InviteId([7; 16]), again: false };
        overview.knocks.push(knock);
    }
    assert!(draw(&mut overlay, &overview, 84, 20).contains("▸ Bo"));
    assert_eq!(press_after(&mut overlay, &mut overview, 0, b"d"), [Action::Decline(1)], "Bo is as before");
    // An arrow that is pressed while rows come and go may lead to another row than was meant.
    overview.knocks.retain(|known| known.knock != 8);
    assert_eq!(press_after(&mut overlay, &mut overview, 0, b"\x1b[Aa"), []);
    assert_eq!(press_after(&mut overlay, &mut overview, 499, b"a"), []);
    assert_eq!(press_after(&mut overlay, &mut overview, 1, b"a"), [Action::Admit(7)]);
}

#[test]
fn a_key_does_nothing_where_something_has_just_changed() {
    // Cy is a writer: the key takes the keyboard. Somebody else did it a moment before.
    let mut overview = overview();
    let mut overlay = seen(&mut overview);
    press(&mut overlay, &mut overview, b"\x1b[B\x1b[B");
    overview.people[1].info.role = Role::Viewer;
    draw(&mut overlay, &overview, 84, 16);
    assert!(overlay.deadline().is_some(), "it is drawn again when its keys act");
    assert_eq!(press_after(&mut overlay, &mut overview, 400, b"wy"), []);
    later(100);
    draw(&mut overlay, &overview, 84, 16);
    assert!(overlay.deadline().is_none());
    assert_eq!(press(&mut overlay, &mut overview, b"wy"), [Action::SetRole(2, Role::Writer)]);
    // Opened by a key that was followed at once by another.
    let mut overlay = Overlay::new(EscapeKey::default());
    overlay.update(&overview, later(0));
    assert_eq!(press_after(&mut overlay, &mut overview, 100, b"a"), []);
}

#[test]
fn a_question_goes_with_whom_it_is_about() {
    let mut overview = overview();
    let mut overlay = seen(&mut overview);
    assert_eq!(press(&mut overlay, &mut overview, b"\x1b[Ba"), []);
    overview.people.remove(0);
    assert_eq!(press_after(&mut overlay, &mut overview, 0, b"y"), []);
    assert!(!draw(&mut overlay, &overview, 84, 16).contains("y / n"));
    // What it says has just become something else.
    assert_eq!(press(&mut overlay, &mut overview, b"s"), []);
    overview.people.push(person(3, "Flo", Role::Viewer));
    assert_eq!(press_after(&mut overlay, &mut overview, 0, b"y"), []);
    assert!(draw(&mut overlay, &overview, 84, 16).contains("2 guests here would be gone"));
    assert_eq!(press(&mut overlay, &mut overview, b"y"), [Action::Stop]);
}

#[test]
fn an_invite_is_revoked_that_was_marked() {
    let mut overview = overview();
    let more = InviteCard {
        id: Some(InviteId([8; 16])),
        token: Secret::new("jst1_another".into()),
        ..overview.invites[0].clone()
    };
    overview.invites.push(more);
    let mut overlay = seen(&mut overview);
    press(&mut overlay, &mut overview, b"\t\t\x1b[B");
    overview.invites.retain(|known| known.id != Some(InviteId([7; 16])));
    assert_eq!(press(&mut overlay, &mut overview, b"xy"), [Action::RevokeInvite(InviteId([8; 16]))]);
    overview.invites.retain(|known| known.id != Some(InviteId([8; 16])));
    overview.invites.push(InviteCard { id: Some(InviteId([9; 16])), ..self::overview().invites[0].clone() });
    assert_eq!(press(&mut overlay, &mut overview, b"xy"), []);
}

/// A guest whose host shows two files that differ, and the log.
fn reading() -> Overview {
    let mut overview = Overview::new(2, "Ann".into());
    overview.connection = ConnectionState::Connected;
    overview.code = "K7QM-3XTE".parse().ok();
    let panels = [PanelKind::Git, PanelKind::Log].into();
    overview.panels.share(&panels);
    let entries = [
        (
            "0",
            r#"{"is":"repository","number":0,"name":"work","path":"","tree":"main","branch":"main","stashes":0,
            "staged":0,"unstaged":1,"untracked":1,"conflicted":0,"left_out":0,"branch_left_out":0}"#,
        ),
        (
            "1",
            r#"{"is":"file","repository":0,"path":"src/main.rs","unstaged":{"what":"modified","added":3,"removed":1}}"#,
        ),
        (
            "2",
            r#"{"is":"file","repository":0,"path":"a very long name of a file that nobody would give one.txt","untracked":true}"#,
        ),
    ];
    let entry = |text: &str| serde_json::from_str::<Entry>(text).unwrap();
    overview.panels.take(PanelUpdate {
        panel: PanelKind::Git,
        version: 1,
        whole: true,
        state: SourceState::Fresh,
        left_out: 0,
        changed_at: None,
        set: entries.iter().map(|(key, text)| (Key::new(*key).unwrap(), entry(text))).collect(),
        remove: Vec::new(),
    });
    overview
}

#[test]
fn a_guest_reads_panels_and_opens_what_is_in_them() {
    let (mut overview, mut overlay) = (reading(), Overlay::new(EscapeKey::default()));
    assert_eq!(press(&mut overlay, &mut overview, b"p"), []);
    insta::assert_snapshot!("guest-panels", draw(&mut overlay, &overview, 60, 16));
    // The rows: a head, a blank, the branch, a blank, "Changes", the file.
    let opened = press(&mut overlay, &mut overview, b"\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\r");
    let [Action::Open(ticket, _)] = opened[..] else { panic!("{opened:?}") };
    assert!(draw(&mut overlay, &overview, 60, 16).contains("Loading…"));
    let rows = |text: &str| Ok(vec![Row::from(StyledLine::new().plain(text))]);
    overlay.opened(ticket + 1, rows("of something else"));
    overlay.opened(ticket, rows("+new line"));
    let shown = draw(&mut overlay, &overview, 60, 16);
    assert!(shown.contains("+new line") && !shown.contains("something else"), "{shown}");
    // Escape leaves one thing after the other.
    assert_eq!(press(&mut overlay, &mut overview, b"\x1b"), []);
    assert!(draw(&mut overlay, &overview, 60, 16).contains("▸   M  src/main.rs"));
    let Action::Open(ticket, _) = press(&mut overlay, &mut overview, b"\r").remove(0) else { panic!() };
    overlay.opened(ticket, Err(CliError::usage("it has changed since").hint("look again")));
    assert!(draw(&mut overlay, &overview, 60, 16).contains("it has changed since (look again)"));
    assert_eq!(press(&mut overlay, &mut overview, b"b\x1b"), [Action::Close]);
}

#[test]
fn what_is_opened_is_what_was_marked() {
    let (mut overview, mut overlay) = (reading(), Overlay::new(EscapeKey::default()));
    press(&mut overlay, &mut overview, b"p\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B");
    let change = |overview: &mut Overview, path: &str, remove: bool| {
        let text =
            format!(r#"{{"is":"file","repository":0,"path":"{path}","unstaged":{{"what":"modified"}}}}"#);
        let (key, entry) = (Key::new(path).unwrap(), serde_json::from_str::<Entry>(&text).unwrap());
        overview.panels.take(PanelUpdate {
            panel: PanelKind::Git,
            version: 2,
            whole: false,
            state: SourceState::Fresh,
            left_out: 0,
            changed_at: None,
            set: if remove { Default::default() } else { [(key.clone(), entry)].into() },
            remove: if remove { vec![Key::new("1").unwrap()] } else { Vec::new() },
        });
    };
    change(&mut overview, "a.rs", false);
    assert!(draw(&mut overlay, &overview, 60, 16).contains("▸   M  src/main.rs"));
    change(&mut overview, "src/main.rs", true);
    assert_eq!(press(&mut overlay, &mut overview, b"\r"), [], "it is not there any more");
    assert!(!draw(&mut overlay, &overview, 60, 16).contains('▸'));
}

#[test]
fn panels_are_chosen_by_number_and_arrows_and_go_when_they_are_hidden() {
    let (mut overview, mut overlay) = (reading(), Overlay::new(EscapeKey::default()));
    press(&mut overlay, &mut overview, b"p3");
    assert!(draw(&mut overlay, &overview, 70, 18).contains("Loading…"));
    press(&mut overlay, &mut overview, b"\x1b[D");
    assert!(
        draw(&mut overlay, &overview, 70, 18).contains("The host does not share the history of commands.")
    );
    press(&mut overlay, &mut overview, b"\x1b[D");
    assert!(draw(&mut overlay, &overview, 70, 18).contains("src/main.rs"));
    overview.panels.share(&[PanelKind::Log].into());
    let shown = draw(&mut overlay, &overview, 70, 18);
    assert!(shown.contains("does not share") && !shown.contains("src/main.rs"), "{shown}");
    // What was opened of it is gone, too.
    let (mut overview, mut overlay) = (reading(), Overlay::new(EscapeKey::default()));
    let opened = press(&mut overlay, &mut overview, b"p\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\r");
    let [Action::Open(ticket, _)] = opened[..] else { panic!("{opened:?}") };
    overlay.opened(ticket, Ok(vec![Row::from(StyledLine::new().plain("+secret"))]));
    assert!(draw(&mut overlay, &overview, 70, 18).contains("+secret"));
    overview.panels.share(&[PanelKind::Log].into());
    let shown = draw(&mut overlay, &overview, 70, 18);
    assert!(shown.contains("does not share") && !shown.contains("+secret"), "{shown}");
    overlay.update(&overview, later(0));
    overview.panels.share(&[PanelKind::Git, PanelKind::Log].into());
    assert!(!draw(&mut overlay, &overview, 70, 18).contains("+secret"), "it came back");
    // Another menu asks under another number: an answer for the one before is not taken for its own.
    let (mut overview, mut overlay) = (reading(), Overlay::new(EscapeKey::default()));
    let opened = press(&mut overlay, &mut overview, b"p\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\r");
    assert!(matches!(opened[..], [Action::Open(other, _)] if other != ticket));
    overview.panels.share(&[PanelKind::Log].into());
    // Where it is entered next, something is shared.
    press(&mut overlay, &mut overview, b"\t\x1b[Z");
    assert!(draw(&mut overlay, &overview, 70, 18).contains("Log · shared by Ann"));
    for (cols, rows) in [(1, 1), (2, 2), (3, 4), (10, 3), (5, 30), (200, 5)] {
        draw(&mut overlay, &overview, cols, rows);
    }
}

#[test]
fn the_newest_of_a_log_is_where_the_eyes_are() {
    let (mut overview, mut overlay) = (reading(), Overlay::new(EscapeKey::default()));
    let log = |overview: &mut Overview, count: usize| {
        let line = |nth: usize| {
            let text = format!(r#"{{"is":"line","at":{nth},"file":"a","text":"line {nth}."}}"#);
            (Key::new(format!("{nth:04}")).unwrap(), serde_json::from_str(&text).unwrap())
        };
        overview.panels.take(PanelUpdate {
            panel: PanelKind::Log,
            version: count as u64,
            whole: true,
            state: SourceState::Fresh,
            left_out: 0,
            changed_at: None,
            set: (0..count).map(line).collect(),
            remove: Vec::new(),
        });
    };
    log(&mut overview, 100);
    press(&mut overlay, &mut overview, b"p3");
    assert!(draw(&mut overlay, &overview, 70, 18).contains("line 99."));
    log(&mut overview, 200);
    assert!(draw(&mut overlay, &overview, 70, 18).contains("line 199."), "it follows");
    press(&mut overlay, &mut overview, b"\x1b[A\x1b[A");
    log(&mut overview, 300);
    let shown = draw(&mut overlay, &overview, 70, 18);
    assert!(
        shown.contains("line 197.") && !shown.contains("line 299."),
        "it stays where it is read: {shown}"
    );
    press(&mut overlay, &mut overview, b"\x1b[F");
    log(&mut overview, 400);
    assert!(draw(&mut overlay, &overview, 70, 18).contains("line 399."));
}

#[test]
fn a_host_shows_and_hides_panels() {
    let (mut overview, mut overlay) = (overview(), Overlay::new(EscapeKey::default()));
    let status = |panel| PanelStatus { panel, state: SourceState::Fresh, entries: 7, left_out: 0 };
    overview.shown = vec![status(PanelKind::History)];
    assert_eq!(press(&mut overlay, &mut overview, b"p "), [Action::SharePanel(PanelKind::Git)]);
    assert_eq!(press(&mut overlay, &mut overview, b"\x1b[B\r"), [Action::HidePanel(PanelKind::History)]);
    let shown = draw(&mut overlay, &overview, 84, 16);
    assert!(
        shown.contains("▸ ● History   7 commands  Up to date") && shown.contains("Space hide"),
        "{shown}"
    );
    // What is pasted shows nothing to anybody.
    assert_eq!(press(&mut overlay, &mut overview, b"\x1b[200~ \x1b[201~"), []);
}

#[test]
fn who_points_is_shown_beside_the_name() {
    let mut overview = overview();
    overview.pointing.insert(1);
    let shown = draw(&mut Overlay::new(EscapeKey::default()), &overview, 84, 16);
    assert!(shown.lines().any(|line| line.contains("Bo ") && line.contains("points at a line")), "{shown}");
    assert_eq!(shown.matches("points at a line").count(), 1);
    let mut overview = reading();
    overview.pointing.insert(jumpseat_wire::HOST_SLOT);
    let shown = draw(&mut Overlay::new(EscapeKey::default()), &overview, 84, 16);
    assert!(shown.contains("Ann (host), points at a line"), "{shown}");
}

#[test]
fn a_row_that_has_just_come_under_the_mark_is_not_acted_on() {
    // An arrow, while another row goes: what it leads to is as it was, and yet perhaps not what was meant.
    let mut overview = overview();
    let mut overlay = seen(&mut overview);
    for number in 5..7 {
        let knock = Knock { knock: number, name: "Eve".into(), invite: InviteId([7; 16]), again: false };
        overview.knocks.push(knock);
    }
    draw(&mut overlay, &overview, 84, 20);
    later(1000);
    overview.knocks.retain(|known| known.knock != 5);
    assert_eq!(press_after(&mut overlay, &mut overview, 0, b"\x1b[Bd"), []);
    assert_eq!(press_after(&mut overlay, &mut overview, 500, b"d"), [Action::Deny(6)]);

    // An invite that has just come.
    let mut overview = self::overview();
    let mut overlay = seen(&mut overview);
    overview.invites.clear();
    press(&mut overlay, &mut overview, b"\t\t");
    overview.invites = self::overview().invites;
    assert_eq!(press_after(&mut overlay, &mut overview, 0, b"xy"), []);
    assert_eq!(
        press_after(&mut overlay, &mut overview, 500, b"xy"),
        [Action::RevokeInvite(InviteId([7; 16]))]
    );
}
