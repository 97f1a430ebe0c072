//! What everybody is told of the others: who types, points, asks. It begins once, ends, and goes with its person.

use jumpseat_session::{
    EndReason, InputRefusal, Pointing, Role, TextRange, guest::GuestEvent, host::HostEvent,
};

use crate::support::World;

/// Bo, with a role, and Cy who looks on.
fn two(role: Role) -> (World, usize, usize) {
    let mut world = World::new();
    let (invite, watch) = (world.invite(role), world.invite(Role::Viewer));
    let (bo, cy) = (world.join("Bo", &invite), world.join("Cy", &watch));
    world.look(true);
    (world, bo, cy)
}

/// What a guest was told since, of the kinds in question.
fn told(world: &mut World, guest: usize) -> Vec<GuestEvent> {
    let events = std::mem::take(&mut world.guests[guest].events);
    let signs = events.into_iter().filter(|e| {
        matches!(e, GuestEvent::Typing { .. } | GuestEvent::Pointing { .. } | GuestEvent::Asking { .. })
    });
    signs.collect()
}

#[test]
fn typing_begins_and_ends() {
    let (mut world, bo, cy) = two(Role::Writer);
    let (slot, stream) = (world.slot(bo), world.stream);
    told(&mut world, cy);
    for _ in 0..5 {
        world.type_as(bo, b"x");
        world.pass(1_500);
    }
    assert_eq!(told(&mut world, cy), [GuestEvent::Typing { slot, stream, on: true }]);
    world.pass(499);
    assert_eq!(told(&mut world, cy), []);
    world.pass(1);
    assert_eq!(told(&mut world, cy), [GuestEvent::Typing { slot, stream, on: false }]);
    world.saw_host(|e| *e == HostEvent::Typing { slot, stream, on: false });
    world.pass(10_000);
    world.type_as(bo, b"x");
    world.as_guest(bo, |guest, now| guest.leave(now));
    let signs = [true, false].map(|on| GuestEvent::Typing { slot, stream, on });
    assert_eq!(told(&mut world, cy), signs, "it ends with who types");
}

#[test]
fn a_refusal_is_told_once_a_second() {
    let (mut world, bo, _) = two(Role::Viewer);
    let refused = |world: &World| {
        let why = |e: &&GuestEvent| matches!(e, GuestEvent::InputRefused { why: InputRefusal::ReadOnly, .. });
        world.guests[bo].events.iter().filter(why).count()
    };
    for (ms, times) in [(0, 1), (999, 1), (1, 2), (500, 2), (500, 3)] {
        world.pass(ms);
        for _ in 0..10 {
            world.type_as(bo, b"x");
        }
        assert_eq!(refused(&world), times, "{ms}");
    }
}

#[test]
fn pointing_is_told_when_it_changes_and_goes_with_its_person() {
    let (mut world, bo, cy) = two(Role::Viewer);
    let (slot, stream) = (world.slot(bo), world.stream);
    let at = Pointing { stream, range: TextRange { from: 3, to: 4, columns: None } };
    let point = |world: &mut World, at| {
        world.as_guest(bo, |guest, now| guest.point(now, at).unwrap());
        // JS-POINT-3: they are told now and then.
        world.pass(300);
    };
    told(&mut world, cy);
    point(&mut world, None);
    assert_eq!(told(&mut world, cy), [], "it did not point");
    for _ in 0..3 {
        point(&mut world, Some(at));
    }
    assert_eq!(told(&mut world, cy), [GuestEvent::Pointing { slot, at: Some(at) }]);
    // At what nobody shares is at nothing.
    let nowhere = Pointing { stream: stream + 1, ..at };
    point(&mut world, Some(nowhere));
    assert_eq!(told(&mut world, cy), [GuestEvent::Pointing { slot, at: None }]);
    point(&mut world, Some(at));
    told(&mut world, cy);
    world.as_host(|host, now| host.remove(now, slot).unwrap());
    assert_eq!(told(&mut world, cy), [GuestEvent::Pointing { slot, at: None }]);
}

/// JS-ROLE-2.
#[test]
fn a_question_is_asked_once_and_answered_once() {
    let (mut world, bo, cy) = two(Role::Viewer);
    let slot = world.slot(bo);
    let asked = |world: &World| {
        world.host_events.iter().filter(|e| matches!(e, HostEvent::ControlAsked { .. })).count()
    };
    let asking = |on| GuestEvent::Asking { slot, on };
    told(&mut world, cy);
    world.as_host(|host, now| host.decline(now, slot).unwrap());
    assert_eq!(told(&mut world, cy), [], "nobody asked");
    for _ in 0..3 {
        world.as_guest(bo, |guest, now| guest.ask_control(now).unwrap());
    }
    assert_eq!((asked(&world), told(&mut world, cy)), (1, vec![asking(true)]));
    world.as_host(|host, now| host.decline(now, slot).unwrap());
    world.saw_guest(bo, |e| *e == GuestEvent::Declined);
    assert_eq!(told(&mut world, cy), [asking(false)]);
    assert_eq!(world.guests[bo].guest.role(), Some(Role::Viewer));
    world.as_guest(bo, |guest, now| guest.ask_control(now).unwrap());
    world.as_host(|host, now| host.set_role(now, slot, Role::Writer).unwrap());
    assert_eq!(told(&mut world, cy), [asking(true), asking(false)]);
    world.as_guest(bo, |guest, now| guest.ask_control(now).unwrap());
    assert_eq!((asked(&world), told(&mut world, cy)), (2, vec![]), "it may already");
    world.as_host(|host, now| host.set_role(now, slot, Role::Viewer).unwrap());
    world.as_guest(bo, |guest, now| guest.ask_control(now).unwrap());
    told(&mut world, cy);
    world.as_guest(bo, |guest, now| guest.leave(now));
    assert_eq!(told(&mut world, cy), [asking(false)], "a question goes with who asked");
}

#[test]
fn what_nobody_has_is_nobodys() {
    let (mut world, _, _) = two(Role::Viewer);
    let now = world.now();
    assert!(world.host.set_role(now, 9, Role::Writer).is_err());
    assert!(world.host.decline(now, 9).is_err() && world.host.remove(now, 9).is_err());
    let invite = world.invite(Role::Viewer);
    for _ in 0..2 {
        world.as_host(|host, now| host.revoke_invite(now, invite.id).unwrap());
    }
    let revoked = world.host_events.iter().filter(|e| matches!(e, HostEvent::InviteRevoked { .. })).count();
    assert_eq!(revoked, 1);
    let said = world.host_events.len();
    world.as_host(|host, now| host.chat(now, " \n "));
    assert_eq!(world.host_events.len(), said, "nothing was said");
    assert!(
        !world.host_events.iter().any(|e| matches!(e, HostEvent::Left { reason: EndReason::Removed, .. }))
    );
}
