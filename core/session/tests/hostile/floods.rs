//! What grows only so far: floods of output, of people, of messages.

use jumpseat_session::{Pointing, Role, TextRange, guest::GuestEvent, host::HostEvent};

use crate::support::World;

/// JS-FLOOD-1 to JS-FLOOD-3: a guest that joins in the middle of a flood ends equal, too.
#[test]
fn joining_during_a_flood() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    let mut late = Vec::new();
    for i in 0..300u32 {
        world.print(&[i as u8; 30_000]);
        world.pass(1);
        if i % 60 == 30 {
            late.push(world.join(&format!("late {i}"), &invite));
        }
    }
    world.pass(2_000);
    world.saw_host(|e| matches!(e, HostEvent::Skimming { on: false, .. }));
    for guest in late.into_iter().chain([bo]) {
        assert!(world.shown(guest) == world.screen(), "guest {guest}");
    }
}

/// JS-FLOOD-1, JS-GROUP-1: the last guest leaves in the middle of a flood; the next one finds everything.
#[test]
fn a_flood_that_nobody_watches_is_over() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    for i in 0..200u32 {
        world.print(&[i as u8; 30_000]);
    }
    world.as_guest(bo, |guest, now| guest.leave(now));
    let skims = |world: &World| {
        let events = world.host_events.iter().rev();
        events.filter_map(|e| if let HostEvent::Skimming { on, .. } = e { Some(*on) } else { None }).next()
    };
    assert_eq!(skims(&world), Some(false));
    // With nobody here nothing is sealed.
    let sealed = world.log.len();
    world.print(b"quiet");
    world.pass(1_000);
    assert_eq!(world.log.len(), sealed);
    let cy = world.join("Cy", &invite);
    world.print(b"again");
    assert!(world.shown(cy) == world.screen());
}

/// JS-GROUP-5: what could not be said while the line was full is said when it is free.
#[test]
fn states_are_told_when_the_line_is_free_again() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    let slot = world.slot(bo);
    world.tamper(|delivery| {
        let ack =
            matches!(&delivery.body, crate::support::relay::Body::Text(text) if text.contains("\"ack\""));
        if ack { Vec::new() } else { vec![delivery] }
    });
    // Unconfirmed to the brim: output, then messages.
    for _ in 0..60 {
        world.print(&[b'x'; 32_000]);
    }
    for _ in 0..800 {
        world.as_host(|host, now| host.chat(now, &"long ".repeat(800)));
    }
    world.as_host(|host, now| host.set_role(now, slot, Role::Writer).unwrap());
    assert_eq!(world.guests[bo].guest.role(), Some(Role::Viewer), "it could not be told");
    world.be_honest();
    world.drop_host();
    world.connect_host();
    world.pass(3_000);
    assert_eq!(world.guests[bo].guest.role(), Some(Role::Writer));
    assert!(world.shown(bo) == world.screen());
}

/// JS-MSG-2: who comes, points and goes leaves nothing behind for those who come later.
#[test]
fn people_who_left_are_not_told_of() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let stays = world.join("stays", &invite);
    let at = Some(Pointing { stream: 1, range: TextRange { from: 1, to: 2, columns: None } });
    for name in ["a", "b", "c"] {
        let guest = world.join(name, &invite);
        world.as_guest(guest, |guest, now| {
            guest.point(now, at).unwrap();
            guest.ask_control(now).unwrap();
        });
        world.as_guest(guest, |guest, now| guest.leave(now));
    }
    world.saw_guest(stays, |e| matches!(e, GuestEvent::Pointing { slot: 4, at: None }));
    world.saw_guest(stays, |e| matches!(e, GuestEvent::Asking { slot: 4, on: false }));
    let late = world.join("late", &invite);
    // JS-MSG-6 tells a newcomer of those who are there, and of nobody else.
    let told_of_the_gone = |e: &GuestEvent| match e {
        GuestEvent::Pointing { slot, at } => at.is_some() || (2..=4).contains(slot),
        GuestEvent::Asking { slot, on } => *on || (2..=4).contains(slot),
        _ => false,
    };
    assert!(!world.guests[late].events.iter().any(told_of_the_gone));
}

/// JS-MSG-3: an older state that arrives later changes nothing.
#[test]
fn the_newest_state_wins() {
    use crate::support::relay::To;
    use jumpseat_wire::FrameKind;

    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    let slot = world.slot(bo);
    // The state that a lost frame calls for is held back, with the role that it tells of.
    let held = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let keep = held.clone();
    let mut lost = false;
    world.tamper(move |delivery| {
        if delivery.is(To::Guest(bo), FrameKind::ToGuest) {
            keep.borrow_mut().push(delivery);
            return Vec::new();
        }
        if delivery.is(To::Guest(bo), FrameKind::Group) && !std::mem::replace(&mut lost, true) {
            return Vec::new();
        }
        vec![delivery]
    });
    world.print(b"lost");
    world.print(b"gap");
    world.pass(30);
    assert!(!held.borrow().is_empty());
    world.as_host(|host, now| host.set_role(now, slot, Role::Writer).unwrap());
    assert_eq!(world.guests[bo].guest.role(), Some(Role::Writer));
    world.be_honest();
    for delivery in held.take() {
        world.inject(delivery.to, delivery.body).unwrap();
    }
    assert_eq!(world.guests[bo].guest.role(), Some(Role::Writer));
}

/// JS-FLOOD-4: a program that changes its title without end costs guests a list of terminals now and then.
#[test]
fn titles_are_told_now_and_then_and_the_newest_is() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    let stream = world.stream;
    let told = |world: &World| {
        let lists = world.guests[bo].events.iter().filter_map(|event| match event {
            GuestEvent::Terminals { terminals } => Some(terminals[0].title.clone()),
            _ => None,
        });
        lists.collect::<Vec<_>>()
    };
    let before = told(&world).len();
    for number in 0..1000 {
        world.as_host(|host, now| host.retitle(now, stream, &format!("title {number}")));
        world.pass(1);
    }
    world.pass(200);
    let told = told(&world);
    assert!((2..=12).contains(&(told.len() - before)), "{} lists in a second", told.len() - before);
    assert_eq!(told.last().unwrap(), "title 999");
}

/// JS-POINT-3: a viewer that points as fast as it may makes nobody look things up as fast.
#[test]
fn points_are_told_now_and_then_and_the_newest_is() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    let stream = world.stream;
    let before = world.host_events.len();
    for number in 0..20 {
        let range = TextRange { from: number, to: number, columns: None };
        world.as_guest(bo, |guest, now| guest.point(now, Some(Pointing { stream, range })).unwrap());
        world.pass(50);
    }
    world.pass(300);
    let told: Vec<_> = world.host_events[before..]
        .iter()
        .filter_map(|event| match event {
            HostEvent::Pointing { at, .. } => at.map(|at| at.range.from),
            _ => None,
        })
        .collect();
    assert!((3..=6).contains(&told.len()), "{told:?}");
    assert_eq!(told.last(), Some(&19));
}
