//! The guest's last line: how the session stands, in one look.

use jumpseat_engine::api::{ConnectionState, Liveness, Role, Size};
use jumpseat_wire::HOST_SLOT;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
    text::{Line, Span},
    widgets::{Clear, Widget as _},
};

use crate::{
    overview::Overview,
    terminal::{EscapeKey, cells},
};

/// What the line shows next to the overview.
pub(crate) struct Status<'a> {
    pub(crate) overview: &'a Overview,
    /// What was last told, in place of the help.
    pub(crate) message: Option<&'a str>,
    /// The window shows something older than the present.
    pub(crate) back: bool,
    pub(crate) escape: EscapeKey,
    /// The host's size, where the window does not show all of it.
    pub(crate) cropped: Option<Size>,
    /// The terminal that is shown and how many there are.
    pub(crate) terminal: (usize, usize),
    /// The first picture is on its way: keys go nowhere until one sees where to.
    pub(crate) blank: bool,
}

/// The line as bytes for the terminal, at the place where the cursor is.
pub(crate) fn status_line(status: &Status<'_>, cols: u16) -> String {
    cells::row(&draw(status, cols))
}

fn draw(status: &Status<'_>, cols: u16) -> Buffer {
    let area = Rect { x: 0, y: 0, width: cols, height: 1 };
    let mut buffer = Buffer::empty(area);
    let ground = Style::new().add_modifier(Modifier::REVERSED);
    buffer.set_style(area, ground);
    let right = right(status);
    let width = u16::try_from(right.width()).unwrap_or(u16::MAX).min(cols);
    Line::from(left(status)).render(area, &mut buffer);
    // A message comes before what is always there; the help comes after it.
    let rest = Rect { x: cols - width, width, ..area };
    let free = (rest.left()..rest.right()).all(|x| buffer[(x, 0)].symbol() == " ");
    if free || status.message.is_some() {
        Clear.render(rest, &mut buffer);
        buffer.set_style(rest, ground);
        right.render(rest, &mut buffer);
    }
    buffer
}

fn left(status: &Status<'_>) -> Vec<Span<'static>> {
    let Overview {
        connection, liveness, catching_up, host, host_present, typing, people, ended, seated, ..
    } = status.overview;
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let (state, color) = match (ended, connection, host_present, liveness) {
        (Some(_), ..) => ("ended", Some(Color::Red)),
        (_, ConnectionState::Connecting, ..) => ("connecting", Some(Color::Yellow)),
        (_, ConnectionState::Away { .. }, ..) => ("reconnecting", Some(Color::Yellow)),
        (_, _, false, _) => ("host away", Some(Color::Yellow)),
        _ if !seated => ("waiting", Some(Color::Yellow)),
        (_, _, _, Liveness::Stalled) => ("stalled", Some(Color::Red)),
        _ if status.blank || *catching_up => ("catching up", Some(Color::Yellow)),
        (_, _, _, Liveness::Live) => ("live", Some(Color::Green)),
        (_, _, _, Liveness::Delayed) => ("delayed", Some(Color::Yellow)),
    };
    let state_style = color.map_or(bold, |color| bold.bg(color));
    let mut spans =
        vec![Span::styled(format!(" ● {state} "), state_style), Span::styled(format!(" {host} "), bold)];
    if *seated {
        spans.push(Span::raw(format!("· {} ", role_word(status.overview))));
    }
    if let Some(Size { cols, rows }) = status.cropped {
        spans.push(Span::raw(format!("· cropped, {cols}×{rows} ")));
    }
    if status.terminal.1 > 1 {
        spans.push(Span::raw(format!("· terminal {} of {} ", status.terminal.0, status.terminal.1)));
    }
    if people.len() > 1 {
        spans.push(Span::raw(format!("· {} guests ", people.len())));
    }
    match typing {
        Some(slot) if *slot == status.overview.me => spans.push(Span::styled("· you type ", bold)),
        Some(HOST_SLOT) => spans.push(Span::raw(format!("· {host} types "))),
        Some(slot) => spans.push(Span::styled(format!("· {} types ", status.overview.name(*slot)), bold)),
        None => {}
    }
    for slot in status.overview.pointing.iter().filter(|slot| **slot != status.overview.me) {
        spans.push(Span::styled(format!("· {} points ", status.overview.name(*slot)), bold));
    }
    let unread = status.overview.unread();
    if unread > 0 {
        spans.push(Span::styled(format!("· {unread} unread "), bold));
    }
    spans
}

fn right(status: &Status<'_>) -> Line<'static> {
    let help = match status.message {
        Some(message) => {
            return Line::styled(format!(" │ {message} "), Style::new().add_modifier(Modifier::BOLD));
        }
        None if status.back => "End: back to now".to_owned(),
        None => format!("{}: menu", status.escape),
    };
    Line::from(format!(" {help} "))
}

fn role_word(overview: &Overview) -> &'static str {
    match overview.role() {
        Role::Viewer => "watching",
        Role::Writer if !overview.looking => "may type (host looks elsewhere)",
        Role::Writer => "may type",
        Role::CoOwner if !overview.looking => "co-owner (host looks elsewhere)",
        Role::CoOwner => "co-owner",
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::overview::person;

    fn status<'a>(overview: &'a Overview, message: Option<&'a str>, back: bool) -> Status<'a> {
        let escape = EscapeKey::default();
        Status { overview, message, back, escape, cropped: None, terminal: (1, 1), blank: false }
    }

    fn shown(status: &Status<'_>, cols: u16) -> String {
        let buffer = draw(status, cols);
        (0..cols).map(|x| buffer[(x, 0)].symbol()).collect()
    }

    fn line(overview: &Overview, message: Option<&str>, back: bool, cols: u16) -> String {
        shown(&status(overview, message, back), cols)
    }

    #[test]
    fn it_says_how_things_stand() {
        let mut overview = Overview::new(2, "Ann".into());
        overview.connection = ConnectionState::Connected;
        overview.people = vec![person(1, "Cy", Role::Viewer), person(2, "Bo", Role::Viewer)];
        insta::assert_snapshot!(line(&overview, None, false, 70), @" ● live  Ann · watching · 2 guests                       Ctrl+]: menu ");
        let blank = shown(&Status { blank: true, ..status(&overview, None, false) }, 70);
        assert!(blank.starts_with(" ● catching up  Ann · watching"), "{blank}");
        overview.catching_up = true;
        let behind = line(&overview, None, false, 70);
        assert!(behind.starts_with(" ● catching up  Ann · watching"), "{behind}");
        overview.liveness = Liveness::Stalled;
        let behind = line(&overview, None, false, 70);
        assert!(behind.starts_with(" ● stalled  Ann"), "the graver of the two: {behind}");
        (overview.catching_up, overview.liveness) = (false, Liveness::Live);
        overview.people[1].info.role = Role::Writer;
        overview.typing = Some(1);
        overview.liveness = Liveness::Delayed;
        insta::assert_snapshot!(line(&overview, None, true, 70), @" ● delayed  Ann · may type · 2 guests · Cy types     End: back to now ");
        overview.typing = None;
        overview.pointing.extend([HOST_SLOT, 1, 2]);
        insta::assert_snapshot!(line(&overview, None, true, 80), @" ● delayed  Ann · may type · 2 guests · Ann points · Cy points End: back to now");
        overview.pointing.clear();
        overview.connection = ConnectionState::Away { retry_in: 100, reason: "no answer".into() };
        overview.looking = false;
        let message = Some("your keys count when the host is back");
        let shown = line(&overview, message, false, 80);
        assert!(shown.starts_with(" ● reconnecting  Ann"), "{shown}");
        assert!(shown.ends_with(" │ your keys count when the host is back "), "{shown}");
        line(&overview, None, false, 1);
    }
}
