//! A session that ends: everyone who can be reached has all that was printed, and nobody is waited for in vain.

use jumpseat_session::{EndReason, Role, guest::GuestEvent, host::HostEvent};
use jumpseat_wire::FrameKind;

use crate::support::{World, relay::To};

/// What a guest was told of the end.
fn ended(world: &World, guest: usize) -> Option<(EndReason, bool)> {
    world.guests[guest].events.iter().find_map(|event| match event {
        GuestEvent::Ended { reason, by_host } => Some((*reason, *by_host)),
        _ => None,
    })
}

/// Far more than is sealed as it comes.
fn flood(world: &mut World) {
    for i in 0..100u32 {
        world.print(&[i as u8; 30_000]);
    }
    world.print(b"tests passed");
}

fn shell_exits(world: &mut World) {
    world.as_host(|host, now| host.end(now, EndReason::ShellExited));
}

/// JS-END-2: the last picture comes before the end, however much was printed just before.
#[test]
fn a_flood_that_ends_its_session_is_seen_to_its_end() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let guests = [world.join("Bo", &invite), world.join("Cy", &invite)];
    flood(&mut world);
    assert!(world.shown(guests[0]) != world.screen(), "no flood");
    shell_exits(&mut world);
    for guest in guests {
        assert!(world.shown(guest) == world.screen());
        assert_eq!(ended(&world, guest), Some((EndReason::ShellExited, true)));
    }
    assert!(!world.host.wants_connection(), "nobody is left to wait for");
    assert_eq!(world.host_events.last(), Some(&HostEvent::Ended { reason: EndReason::ShellExited }));
}

/// JS-END-2: also by a guest that lost frames just then.
#[test]
fn a_guest_that_was_skipped_gets_the_end_as_well() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    let slot = world.slot(bo);
    world.relay.seats.get_mut(&slot).unwrap().skipped = true;
    flood(&mut world);
    shell_exits(&mut world);
    assert_eq!(ended(&world, bo), None);
    // What it gets next is a heartbeat, and shows it the gap.
    world.relay.seats.get_mut(&slot).unwrap().skipped = false;
    world.pass(4_500);
    assert!(world.shown(bo) == world.screen());
    assert_eq!(ended(&world, bo), Some((EndReason::ShellExited, true)));
}

/// JS-END-3: one that takes nothing, or does not answer, is waited for 5 s and no longer.
#[test]
fn a_guest_that_does_not_answer_holds_the_end_up_for_a_while() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    let cy = world.join("Cy", &invite);
    let silent = world.slot(bo);
    world.tamper(move |delivery| {
        let from_bo = delivery.is(To::Host, FrameKind::ToHost)
            && jumpseat_wire::FrameHeader::decode(delivery.frame()).unwrap().0.slot == silent;
        if from_bo { Vec::new() } else { vec![delivery] }
    });
    flood(&mut world);
    shell_exits(&mut world);
    world.saw_host(|event| matches!(event, HostEvent::Ended { .. }));
    world.pass(4_900);
    assert!(world.host.wants_connection());
    assert!(world.shown(cy) == world.screen());
    world.pass(200);
    assert!(!world.host.wants_connection());
    assert_eq!(ended(&world, cy), Some((EndReason::ShellExited, true)));
}

/// JS-END-4: one whose line is full of old output is left the last screen.
#[test]
fn a_guest_that_is_too_slow_is_left_a_glimpse() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    let slot = world.slot(bo);
    // Group frames do not come through, and so no gap shows either.
    world.relay.seats.get_mut(&slot).unwrap().skipped = true;
    flood(&mut world);
    shell_exits(&mut world);
    world.pass(5_100);
    assert!(!world.host.wants_connection());
    assert!(world.shown(bo).ends_with(b"tests passed"));
}

/// JS-END-3: a guest that is not there is not waited for; one that was lost just now has a moment to come back.
#[test]
fn absent_guests_are_not_waited_for() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let (gone, back) = (world.join("Bo", &invite), world.join("Cy", &invite));
    world.drop_guest(gone);
    world.pass(3_000);
    world.drop_guest(back);
    flood(&mut world);
    shell_exits(&mut world);
    assert!(world.host.wants_connection());
    world.connect_guest(back);
    assert!(world.shown(back) == world.screen());
    assert_eq!(ended(&world, back), Some((EndReason::ShellExited, true)));
    assert!(!world.host.wants_connection());
}

/// JS-END-2, JS-END-3: a relay that is away just then gets the end when it is back.
#[test]
fn the_end_waits_for_a_relay_that_comes_back() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    world.drop_host();
    flood(&mut world);
    shell_exits(&mut world);
    world.pass(1_500);
    world.connect_host();
    world.pass(1_000);
    assert!(world.shown(bo) == world.screen());
    assert_eq!(ended(&world, bo), Some((EndReason::ShellExited, true)));
}

/// JS-END-2, JS-END-3: guests dial by their own clocks, and are not lost because the host was faster.
#[test]
fn guests_may_come_back_later_than_the_host_to_a_relay_that_was_away() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    world.restart_relay();
    flood(&mut world);
    shell_exits(&mut world);
    // The relay does not know the session any more: the host opens it again.
    world.connect_host();
    world.connect_host();
    world.pass(2_500);
    assert!(world.host.wants_connection());
    world.connect_guest(bo);
    world.pass(2_000);
    assert!(world.shown(bo) == world.screen());
    assert_eq!(ended(&world, bo), Some((EndReason::ShellExited, true)));
    assert!(!world.host.wants_connection());
}

/// JS-END-3: and a relay that stays away does not keep the host.
#[test]
fn a_relay_that_stays_away_is_given_up() {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    world.join("Bo", &invite);
    world.drop_host();
    shell_exits(&mut world);
    world.pass(5_100);
    assert!(!world.host.wants_connection());
}

/// JS-END-1: what is printed, typed or asked for after the end goes nowhere.
#[test]
fn nothing_goes_in_after_the_end() {
    let mut world = World::new();
    let invite = world.invite(Role::Writer);
    let bo = world.join("Bo", &invite);
    let slot = world.slot(bo);
    world.look(true);
    world.print(b"before ");
    world.relay.seats.get_mut(&slot).unwrap().skipped = true;
    world.as_host(|host, now| host.end(now, EndReason::Stopped));
    let expected = world.screen().to_vec();
    let stream = world.stream;
    world.as_host(|host, now| host.output(now, stream, b"a secret"));
    world.type_as(bo, b"rm -rf\r");
    world.as_guest(bo, |guest, now| guest.chat(now, "still here").unwrap());
    let late = world.knock("late", &invite);
    world.relay.seats.get_mut(&slot).unwrap().skipped = false;
    world.pass(4_500);
    assert!(world.shown(bo) == expected);
    assert!(world.typed().is_empty());
    assert!(world.guests[late].guest.slot().is_none());
    let chats = world.guests[bo].events.iter().filter(|event| matches!(event, GuestEvent::Chat { .. }));
    assert_eq!(chats.count(), 0);
    assert!(!world.host_events.iter().any(|event| matches!(event, HostEvent::Chat { .. })));
}

/// JS-END-2: with nobody there it is over at once.
#[test]
fn without_guests_it_is_over_at_once() {
    let mut world = World::new();
    flood(&mut world);
    shell_exits(&mut world);
    assert!(!world.host.wants_connection());
}
