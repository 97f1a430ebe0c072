//! The overlay as cells.

use jumpseat_engine::api::{Admission, ConnectionState, GuestInfo, Knock, Person, Role};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
    text::{Line, Span},
    widgets::{Block, BorderType, Clear, Padding, Paragraph, Widget, Wrap},
};

use super::{
    Action, Overlay, Page,
    mark::{self, Id},
    pages,
};
use crate::overview::{Attention, InviteCard, Overview, connection_word};

/// As wide and as high as it gets, in cells.
const MAX_WIDTH: u16 = 80;
const MAX_HEIGHT: u16 = 16;

const DIM: Style = Style::new().add_modifier(Modifier::DIM);
const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
const LOUD: Style = Style::new().fg(Color::Yellow).add_modifier(Modifier::BOLD);
const KEY: Style = Style::new().fg(Color::Cyan);

impl Overlay {
    /// Where it lies in a window of this size: in the middle. What a guest reads has nearly all of it.
    pub(crate) fn area(&self, overview: &Overview, cols: u16, rows: u16) -> Rect {
        let reading = self.page == Page::Panels && !overview.is_host();
        let (widest, highest) = if reading { (u16::MAX, u16::MAX) } else { (MAX_WIDTH, MAX_HEIGHT) };
        let width = cols.saturating_sub(4).clamp(1, widest).min(cols);
        let height = rows.saturating_sub(2).clamp(1, highest).min(rows);
        Rect { x: (cols - width) / 2, y: (rows - height) / 2, width, height }
    }

    /// Fills its area of the buffer.
    pub(crate) fn draw(&self, overview: &Overview, area: Rect, buffer: &mut Buffer) {
        Clear.render(area, buffer);
        let block = Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(DIM)
            .title(title(overview))
            .padding(Padding::horizontal(1));
        let inner = block.inner(area);
        block.render(area, buffer);
        let [tabs, body, keys] = split(inner);
        self.tabs(overview).render(tabs, buffer);
        match self.page {
            Page::People => self.people(overview, body, buffer),
            Page::Panels => self.panels.draw(overview, self.is_settled(), body, buffer),
            Page::Invites => self.invites(overview, body, buffer),
            Page::Chat => self.chat(overview, body, buffer),
        }
        self.keys(overview).render(keys, buffer);
    }

    fn tabs(&self, overview: &Overview) -> Line<'static> {
        let mut spans = Vec::new();
        for page in pages(overview) {
            let text = match page {
                Page::People => format!(" Guests {} ", overview.people.len()),
                Page::Panels if overview.is_host() => format!(" Panels {} ", overview.shown.len()),
                Page::Panels => format!(" Panels {} ", overview.panels.kinds().count()),
                Page::Invites => format!(" Invites {} ", overview.invites.len()),
                Page::Chat if overview.unread() > 0 => format!(" Chat ●{} ", overview.unread()),
                Page::Chat => " Chat ".to_owned(),
            };
            let style = if *page == self.page { BOLD.add_modifier(Modifier::REVERSED) } else { Style::new() };
            spans.extend([Span::styled(text, style), Span::raw(" ")]);
        }
        Line::from(spans)
    }

    fn people(&self, overview: &Overview, area: Rect, buffer: &mut Buffer) {
        let mut lines = Vec::new();
        if !overview.is_host() {
            lines.push(host_line(overview));
            if !overview.words.is_empty() {
                let words = overview.words.join(" ");
                lines.push(Line::styled(format!("  Your safety words: {words}"), DIM));
            }
        }
        match overview.attention {
            Attention::Reported => {}
            Attention::WantsYes => lines.push(Line::styled(
                "  This terminal does not tell whether you look at it: guests cannot type.",
                LOUD,
            )),
            Attention::GoesByKeys => lines
                .push(Line::styled("  Guests may type until you have pressed no key for 5 minutes.", DIM)),
        }
        let head = lines.len();
        for entry in mark::people(overview) {
            let chosen = self.mark.on() == Some(&entry.id);
            match entry.id {
                Id::Knock(knock) => {
                    let waiting = overview.knocks.iter().find(|waiting| waiting.knock == knock);
                    lines.extend(waiting.map(|waiting| knock_line(overview, waiting, chosen)));
                }
                Id::Person(slot) => {
                    lines.extend(overview.person(slot).map(|person| person_line(overview, person, chosen)));
                }
                Id::Invite(_) => {}
            }
        }
        if lines.len() == head {
            lines.push(Line::styled("  Nobody else is here yet.", DIM));
        }
        if let Some(person) = self.selected_person(overview).filter(|person| !person.words.is_empty()) {
            let Person { info: GuestInfo { name, .. }, words, .. } = person;
            lines.push(Line::raw(""));
            lines.push(Line::styled(format!("  Safety words with {name}: {}", words.join(" ")), DIM));
            lines.push(Line::styled("  If the other end shows the same words, nobody is in between.", DIM));
        }
        render_around(lines, head + self.mark.place().unwrap_or(0), area, buffer);
    }

    fn selected_person<'a>(&self, overview: &'a Overview) -> Option<&'a Person> {
        match self.mark.on()? {
            Id::Person(slot) => overview.person(*slot),
            _ => None,
        }
    }

    fn invites(&self, overview: &Overview, area: Rect, buffer: &mut Buffer) {
        let mut lines: Vec<Line<'static>> = Vec::new();
        let mut focus = 0;
        for invite in &overview.invites {
            let chosen = matches!(self.mark.on(), Some(Id::Invite(token)) if *token == invite.token);
            if chosen {
                focus = lines.len();
            }
            lines.extend(self.invite_lines(invite, chosen));
        }
        if lines.is_empty() {
            lines.push(Line::styled("  No invite holds. Make one with n.", DIM));
        }
        render_around(lines, focus, area, buffer);
    }

    fn invite_lines(&self, invite: &InviteCard, chosen: bool) -> Vec<Line<'static>> {
        let most = invite.max_uses.map_or(String::new(), |most| format!(" of {most}"));
        let ask = match invite.admission {
            Admission::Ask => ", asks you",
            Admission::First if invite.uses > 0 => ", asks you by now",
            Admission::First => ", for the first guest",
            Admission::Open => ", for everyone",
        };
        let head =
            format!("{} {}  {}{ask}, used {}{most}", marker(chosen), invite.code, invite.role, invite.uses);
        let mut lines = vec![Line::styled(head, if chosen { BOLD } else { Style::new() })];
        if chosen && self.reveal {
            lines.push(Line::raw(format!("    {}", invite.token.reveal())));
            lines.extend(invite.link.as_ref().map(|link| Line::raw(format!("    {}", link.reveal()))));
        } else {
            lines.push(Line::styled("    token and link hidden: v shows them", DIM));
        }
        lines
    }

    fn chat(&self, overview: &Overview, area: Rect, buffer: &mut Buffer) {
        let Some(space) = area.height.checked_sub(1) else { return };
        let lines: Vec<Line<'_>> = overview
            .chat
            .values()
            .map(|line| {
                Line::from(vec![Span::styled(format!("{}: ", line.name), BOLD), Span::raw(&line.text)])
            })
            .collect();
        let mut from = lines.len();
        let mut height = 0;
        // From the newest upwards, as many as there is room for.
        while from > 0 && area.width > 0 {
            height += lines[from - 1].width().div_ceil(usize::from(area.width)).max(1);
            if height > usize::from(space) {
                break;
            }
            from -= 1;
        }
        if lines.is_empty() {
            Line::styled("  No messages yet.", DIM).render(area, buffer);
        }
        Paragraph::new(lines[from..].to_vec())
            .wrap(Wrap { trim: false })
            .render(Rect { height: space, ..area }, buffer);
        let shown = Line::from(vec![
            Span::styled("> ", KEY),
            Span::raw(tail(&self.draft, usize::from(area.width).saturating_sub(3))),
            Span::styled(" ", Style::new().add_modifier(Modifier::REVERSED)),
        ]);
        shown.render(Rect { y: area.y + space, height: 1, ..area }, buffer);
    }

    /// The keys that do something here and now.
    fn keys(&self, overview: &Overview) -> Paragraph<'static> {
        if let Some(confirm) = &self.confirm {
            let keys = match confirm.action {
                Action::Remove(slot, _) if overview.came_with(slot) > 0 => "y / n / a: all of them",
                _ => "y / n",
            };
            let text = format!("{}  {keys}", confirm.text);
            return Paragraph::new(Line::styled(text, LOUD)).wrap(Wrap { trim: true });
        }
        let mut keys: Vec<(&str, &str)> = match self.page {
            Page::Chat => vec![("Enter", "send")],
            Page::Invites => {
                vec![("n", "new viewer"), ("w", "new writer"), ("v", "show"), ("x", "revoke")]
            }
            Page::People => self.keys_on_people(overview),
            Page::Panels => self.panels.keys(overview),
        };
        // Those of the marked row are dim until they act.
        let waiting = match self.page {
            _ if self.is_settled() => &[][..],
            Page::People => &["a", "d", "w", "o", "x"],
            Page::Invites => &["x"],
            Page::Panels | Page::Chat => &["Enter"],
        };
        if self.page != Page::Chat {
            if self.page != Page::Panels {
                keys.push(("p", "panels"));
            }
            keys.push(("c", "chat"));
            match (overview.is_host(), &overview.ended) {
                (true, None) => keys.push(("s", "stop sharing")),
                (true, Some(_)) => {}
                (false, _) => keys.push(("l", "leave")),
            }
        }
        keys.extend([("Tab", "next page"), ("Esc", "back")]);
        let spans = keys.into_iter().flat_map(|(key, what)| {
            let style = if waiting.contains(&key) { DIM } else { KEY };
            [
                Span::styled(key.to_owned(), style),
                Span::raw(format!("\u{a0}{}   ", what.replace(' ', "\u{a0}"))),
            ]
        });
        Paragraph::new(Line::from(spans.collect::<Vec<_>>())).wrap(Wrap { trim: true })
    }

    fn keys_on_people(&self, overview: &Overview) -> Vec<(&'static str, &'static str)> {
        let mut keys = Vec::new();
        if overview.attention == Attention::WantsYes {
            keys.push(("f", "let them"));
        }
        if !overview.is_host() && !overview.role().may_write() {
            keys.push(("k", "ask for the keyboard"));
        }
        match self.mark.on() {
            None if self.mark.is_lost() => keys.push(("↑↓", "choose")),
            Some(Id::Knock(_)) => keys.extend([("a", "admit"), ("d", "deny")]),
            Some(Id::Person(slot)) if overview.may_manage() => {
                let Some(person) = overview.person(*slot) else { return keys };
                if person.asks {
                    keys.push(("a", "allow"));
                    keys.extend(overview.is_host().then_some(("d", "decline")));
                }
                keys.push((
                    "w",
                    if person.info.role == Role::Writer { "take the keyboard" } else { "let type" },
                ));
                keys.extend(overview.is_host().then_some(("o", "co-owner")));
                keys.push(("x", "remove"));
            }
            _ => {}
        }
        keys
    }
}

fn title(overview: &Overview) -> Line<'static> {
    let code = overview.code.map_or(String::new(), |code| format!(" · {code}"));
    let state = match (&overview.ended, &overview.connection) {
        (Some(why), _) => format!("not shared any more: {why}"),
        (None, ConnectionState::Away { reason, .. }) => format!("reconnecting: {reason}"),
        (None, connection) => connection_word(connection).to_owned(),
    };
    Line::from(vec![Span::styled(" Jumpseat", BOLD), Span::raw(format!("{code} · {state} "))])
}

/// What is asked before an action.
pub(super) fn question(action: &Action, overview: &Overview) -> String {
    match action {
        Action::Admit(knock) => {
            let waiting = overview.knocks.iter().find(|waiting| waiting.knock == *knock);
            let name = waiting.map_or("them", |waiting| &waiting.name);
            match waiting.and_then(|waiting| overview.role_of_invite(waiting.invite)) {
                Some(role) => format!("Let {name} in as a {role}, who may type?"),
                None => format!("Let {name} in, with the role that the invite gives?"),
            }
        }
        Action::SetRole(slot, Role::CoOwner) => {
            format!("Make {} a co-owner, who may type, grant, remove and invite?", overview.name(*slot))
        }
        Action::SetRole(slot, _) => format!("Let {} type?", overview.name(*slot)),
        Action::Remove(slot, _) => match overview.came_with(*slot) {
            0 => format!("Remove {} at once?", overview.name(*slot)),
            others => {
                let others = people(others);
                format!("Remove {} at once? {others} more came by the same invite.", overview.name(*slot))
            }
        },
        Action::RevokeInvite(_) => "Revoke this invite? Who came by it stays.".to_owned(),
        _ => format!("Stop sharing? {} here would be gone at once.", people(overview.people.len())),
    }
}

fn people(count: usize) -> String {
    if count == 1 { "1 guest".to_owned() } else { format!("{count} guests") }
}

fn host_line(overview: &Overview) -> Line<'static> {
    let mut text = format!("  {} (host)", overview.host);
    if !overview.host_present {
        text.push_str(", away");
    }
    if overview.typing == Some(jumpseat_wire::HOST_SLOT) {
        text.push_str(", types");
    }
    if overview.pointing.contains(&jumpseat_wire::HOST_SLOT) {
        text.push_str(", points at a line");
    }
    Line::raw(text)
}

fn knock_line(overview: &Overview, knock: &Knock, chosen: bool) -> Line<'static> {
    let role = overview.role_of_invite(knock.invite).filter(|role| role.may_write());
    let role = role.map_or(String::new(), |role| format!(" as a {role}"));
    let again = if knock.again { ", with an invite that was used before" } else { "" };
    Line::styled(format!("{} {} wants to join{role}{again}", marker(chosen), knock.name), LOUD)
}

fn person_line(overview: &Overview, person: &Person, chosen: bool) -> Line<'static> {
    let name = if person.info.slot == overview.me {
        format!("{} (you)", person.info.name)
    } else {
        person.info.name.clone()
    };
    let mut spans = vec![
        Span::styled(format!("{} {name:<16}", marker(chosen)), if chosen { BOLD } else { Style::new() }),
        Span::raw(format!(" {:<8} ", person.info.role.to_string())),
    ];
    if person.asks {
        spans.push(Span::styled(" asks for the keyboard ", LOUD));
    }
    if !person.info.present {
        spans.push(Span::styled(" away ", DIM));
    }
    if overview.typing == Some(person.info.slot) {
        spans.push(Span::styled(" types ", KEY));
    }
    if overview.pointing.contains(&person.info.slot) {
        spans.push(Span::styled(" points at a line ", KEY));
    }
    Line::from(spans)
}

fn marker(chosen: bool) -> char {
    if chosen { '▸' } else { ' ' }
}

/// The end of a text that fits so many cells.
fn tail(text: &str, width: usize) -> &str {
    let mut start = text.len();
    for (at, _) in text.char_indices().rev() {
        if Span::raw(&text[at..]).width() > width {
            break;
        }
        start = at;
    }
    &text[start..]
}

/// Draws lines so that the one in focus is visible.
fn render_around(lines: Vec<Line<'_>>, focus: usize, area: Rect, buffer: &mut Buffer) {
    let height = usize::from(area.height);
    let from = (focus + 2).saturating_sub(height).min(lines.len().saturating_sub(1));
    Paragraph::new(lines).scroll((u16::try_from(from).unwrap_or(u16::MAX), 0)).render(area, buffer);
}

/// One line of tabs, a blank one, the body, two lines of keys; in a small window the body goes first.
fn split(area: Rect) -> [Rect; 3] {
    let tabs = area.height.min(1);
    let keys = (area.height - tabs).min(2);
    let gap = u16::from(area.height > tabs + keys + 2);
    let body = area.height - tabs - keys - gap;
    let at = |y, height| Rect { y: area.y + y, height, ..area };
    [at(0, tabs), at(tabs + gap, body), at(tabs + gap + body, keys)]
}
