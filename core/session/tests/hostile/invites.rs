//! Case 42: a role, or a seat, that was taken back comes back by no invite that its guest may know; and a token that
//! somebody else has found is noticed.

use std::{cell::RefCell, rc::Rc};

use jumpseat_session::{
    Admission, GuestKey, InputRefusal, Invite, InviteFault, InviteTerms, KnockRefusal, Role, Token,
    guest::GuestEvent, host::HostEvent,
};

use crate::support::{
    World,
    relay::{Body, To},
};

fn open(world: &mut World, role: Role) -> Invite {
    world.invite_with(InviteTerms { role, admission: Admission::Open, expires_in: None, max_uses: None })
}

/// The token of an invite that a co-owner makes.
fn invited(world: &mut World, guest: usize, role: Role) -> Token {
    let had = world.guests[guest].events.len();
    world.as_guest(guest, |guest, now| guest.invite(now, role, None, Admission::Open).unwrap());
    let events = &world.guests[guest].events[had..];
    let made = events.iter().find_map(|event| match event {
        GuestEvent::Invited { token, .. } => Some(token.clone()),
        _ => None,
    });
    made.unwrap()
}

fn is_in(world: &World, guest: usize) -> bool {
    world.guests[guest].guest.slot().is_some()
}

#[track_caller]
fn is_refused(world: &World, guest: usize, fault: InviteFault) {
    let why = KnockRefusal::Invite(fault);
    world.saw_guest(guest, |e| matches!(e, GuestEvent::Refused { why: Some(found) } if *found == why));
}

/// Whether keys of this guest reach the terminal.
fn types(world: &mut World, guest: usize) -> bool {
    world.look(true);
    let had = world.typed().len();
    world.type_as(guest, b"id\r");
    world.typed().len() > had
}

fn set_role(world: &mut World, guest: usize, role: Role) {
    let slot = world.slot(guest);
    world.as_host(|host, now| host.set_role(now, slot, role).unwrap());
}

fn remove(world: &mut World, guest: usize) {
    let slot = world.slot(guest);
    world.as_host(|host, now| host.remove(now, slot).unwrap());
}

/// JS-INVITE-8.
#[test]
fn case_42_a_writer_that_was_demoted_does_not_type_again_by_the_same_invite() {
    let mut world = World::new();
    let invite = open(&mut world, Role::Writer);
    let eve = world.join("Eve", &invite);
    assert!(types(&mut world, eve));
    set_role(&mut world, eve, Role::Viewer);
    world.saw_host(|e| matches!(e, HostEvent::InviteChanged { terms, .. } if terms.role == Role::Viewer));
    let again = world.join("Eve", &invite);
    assert!(!types(&mut world, again));
    world.saw_guest(again, |e| matches!(e, GuestEvent::InputRefused { why: InputRefusal::ReadOnly, .. }));
}

/// JS-INVITE-8: between the welcome and the confirm it has no seat that could be demoted.
#[test]
fn case_42_a_second_seat_that_is_being_taken_is_demoted_and_removed_with_the_first() {
    for removed in [false, true] {
        let mut world = World::new();
        let invite = open(&mut world, Role::Writer);
        let eve = world.join("Eve", &invite);
        // The relay keeps the second one's confirm back.
        let held = world.hold_back(To::Host);
        let again = world.knock("Eve", &invite);
        if removed {
            remove(&mut world, eve);
        } else {
            set_role(&mut world, eve, Role::Viewer);
        }
        world.let_go(&held);
        if removed {
            assert_eq!(world.host.guests().count(), 0);
        } else {
            assert!(is_in(&world, again) && !types(&mut world, again));
        }
    }
}

/// JS-INVITE-8.
#[test]
fn case_42_a_knock_that_waits_gets_no_more_than_is_left() {
    let mut world = World::new();
    let terms = InviteTerms { role: Role::Writer, admission: Admission::First, ..InviteTerms::default() };
    let invite = world.invite_with(terms);
    let eve = world.join("Eve", &invite);
    let again = world.knock("Eve", &invite);
    let knock = world.host.knocks().next().unwrap().0;
    set_role(&mut world, eve, Role::Viewer);
    world.as_host(|host, now| host.admit(now, knock).unwrap());
    assert!(is_in(&world, again) && !types(&mut world, again));
    // And one that waits while its other seat is removed is sent away with it.
    let third = world.knock("Eve", &invite);
    assert_eq!(world.host.knocks().count(), 1);
    remove(&mut world, eve);
    assert_eq!(world.host.knocks().count(), 0);
    is_refused(&world, third, InviteFault::Revoked);
}

/// JS-INVITE-8.
#[test]
fn case_42_what_a_co_owner_made_ends_with_its_role() {
    type Ends = fn(&mut World, usize);
    let ends: [Ends; 3] = [
        |world, eve| set_role(world, eve, Role::Writer),
        remove,
        |world, eve| world.as_guest(eve, |guest, now| guest.leave(now)),
    ];
    for end in ends {
        let mut world = World::new();
        let invite = open(&mut world, Role::Viewer);
        let eve = world.join("Eve", &invite);
        set_role(&mut world, eve, Role::CoOwner);
        let made = invited(&mut world, eve, Role::Writer);
        // Whoever came by it stays: the host sees them.
        let mal = world.knock_with("Mal", &made);
        assert!(is_in(&world, mal));
        end(&mut world, eve);
        assert!(world.host.guests().any(|guest| guest.name == "Mal"));
        let again = world.knock_with("Eve", &made);
        is_refused(&world, again, InviteFault::Revoked);
    }
}

/// JS-INVITE-8: the friend of a friend.
#[test]
fn case_42_nor_does_an_invite_help_that_somebody_made_whom_it_let_in() {
    for removed in [false, true] {
        let mut world = World::new();
        let invite = open(&mut world, Role::Viewer);
        let eve = world.join("Eve", &invite);
        set_role(&mut world, eve, Role::CoOwner);
        let by_eve = invited(&mut world, eve, Role::Writer);
        let mal = world.knock_with("Mal", &by_eve);
        set_role(&mut world, mal, Role::CoOwner);
        let by_mal = invited(&mut world, mal, Role::Writer);
        let oz = world.knock_with("Oz", &by_mal);
        set_role(&mut world, oz, Role::CoOwner);
        let by_oz = invited(&mut world, oz, Role::Writer);
        if removed {
            remove(&mut world, eve);
        } else {
            set_role(&mut world, eve, Role::Viewer);
        }
        for token in [by_mal, by_oz] {
            let again = world.knock_with("Eve", &token);
            if removed {
                is_refused(&world, again, InviteFault::Revoked);
            } else {
                assert!(is_in(&world, again) && !types(&mut world, again));
            }
        }
        // The others keep what the host gave them, and can invite again.
        let again = invited(&mut world, mal, Role::Writer);
        let guest = world.knock_with("Pat", &again);
        assert!(types(&mut world, guest));
    }
}

/// JS-INVITE-8: a new seat is not a new past.
#[test]
fn case_42_nor_does_it_help_to_leave_and_come_again_before() {
    let mut world = World::new();
    let invite = open(&mut world, Role::Viewer);
    let eve = world.join("Eve", &invite);
    let bo = world.join("Bo", &invite);
    for guest in [eve, bo] {
        set_role(&mut world, guest, Role::CoOwner);
    }
    let (by_eve, by_bo) = (invited(&mut world, eve, Role::Writer), invited(&mut world, bo, Role::Writer));
    let mal = world.knock_with("Mal", &by_eve);
    set_role(&mut world, mal, Role::CoOwner);
    let by_mal = invited(&mut world, mal, Role::Writer);
    world.as_guest(eve, |guest, now| guest.leave(now));
    let eve = world.join("Eve", &invite);
    remove(&mut world, eve);
    let again = world.knock_with("Eve", &by_mal);
    is_refused(&world, again, InviteFault::Revoked);
    // Bo came by the same invite and is still there: what he made is his.
    let guest = world.knock_with("Pat", &by_bo);
    assert!(is_in(&world, guest));
}

/// JS-INVITE-8: the host's invite is not a co-owner's to take, and still no way back.
#[test]
fn case_42_a_co_owner_that_removes_somebody_has_the_host_asked() {
    let mut world = World::new();
    let invite = open(&mut world, Role::Viewer);
    let owner = open(&mut world, Role::CoOwner);
    let co = world.join("Co", &owner);
    let eve = world.join("Eve", &invite);
    let slot = world.slot(eve);
    world.as_guest(co, |guest, now| guest.remove(now, slot).unwrap());
    assert!(world.host.guests().all(|guest| guest.name != "Eve"));
    assert_eq!(world.host.invite(invite.id).unwrap().check(world.now()), Ok(()), "it is the host's");
    let again = world.knock("Eve", &invite);
    assert!(!is_in(&world, again));
    world.saw_host(|e| matches!(e, HostEvent::Knocked { name, again: true, .. } if name == "Eve"));
    // Its own it takes back.
    let made = invited(&mut world, co, Role::Writer);
    let mal = world.knock_with("Mal", &made);
    let slot = world.slot(mal);
    world.as_guest(co, |guest, now| guest.remove(now, slot).unwrap());
    let again = world.knock_with("Mal", &made);
    is_refused(&world, again, InviteFault::Revoked);
}

/// JS-INVITE-8: nor does a second seat, with a key of its own, that was left before.
#[test]
fn case_42_a_seat_that_was_left_is_no_way_around_the_question() {
    let mut world = World::new();
    let invite = open(&mut world, Role::Viewer);
    let owner = open(&mut world, Role::CoOwner);
    let co = world.join("Co", &owner);
    world.key = Some(GuestKey::from_bytes([7; 32]));
    let first = world.join("Eve", &invite);
    world.as_guest(first, |guest, now| guest.leave(now));
    world.key = Some(GuestKey::from_bytes([8; 32]));
    let eve = world.join("Eve", &invite);
    let slot = world.slot(eve);
    world.as_guest(co, |guest, now| guest.remove(now, slot).unwrap());
    world.key = Some(GuestKey::from_bytes([7; 32]));
    let again = world.knock("Eve", &invite);
    assert!(!is_in(&world, again));
    world.saw_host(|e| matches!(e, HostEvent::Knocked { name, again: true, .. } if name == "Eve"));
}

/// JS-JOIN-12.
#[test]
fn case_43_whoever_comes_and_goes_without_end_is_slowed_down_and_nobody_else() {
    let mut world = World::new();
    let invite = open(&mut world, Role::Viewer);
    world.key = Some(GuestKey::from_bytes([7; 32]));
    let mut seats = 0;
    for _ in 0..100 {
        let guest = world.knock("Eve", &invite);
        if is_in(&world, guest) {
            seats += 1;
            world.as_guest(guest, |guest, now| guest.leave(now));
        }
    }
    // The first is the invite's, and two minutes pay for one more each two seconds.
    assert_eq!(seats, 61);
    world.key = None;
    let first = open(&mut world, Role::Viewer);
    world.join("Bo", &first);
    world.pass(10_000);
    world.key = Some(GuestKey::from_bytes([7; 32]));
    let guest = world.knock("Eve", &invite);
    assert!(is_in(&world, guest));
}

/// JS-JOIN-12: nor does it help to be somebody else each time.
#[test]
fn case_43_whoever_comes_as_somebody_else_each_time_is_slowed_down_as_well() {
    let mut world = World::new();
    let invite = open(&mut world, Role::Viewer);
    let mut seats = 0;
    for _ in 0..100 {
        let guest = world.knock("Eve", &invite);
        if is_in(&world, guest) {
            seats += 1;
            world.as_guest(guest, |guest, now| guest.leave(now));
        } else {
            world.saw_host(|e| matches!(e, HostEvent::KnockRefused { why: KnockRefusal::Busy, .. }));
        }
    }
    assert_eq!(seats, 61);
}

/// JS-INVITE-11: who comes first by an invite, or is refused before anybody came by it, is no second use.
#[test]
fn case_43_a_first_use_is_not_told_as_a_second() {
    let mut world = World::new();
    let terms = InviteTerms { admission: Admission::Ask, ..InviteTerms::default() };
    let invite = world.invite_with(terms);
    world.knock("Bo", &invite);
    world.saw_host(|e| matches!(e, HostEvent::Knocked { name, again: false, .. } if name == "Bo"));
    let unused = world.invite_with(terms);
    world.as_host(|host, now| host.revoke_invite(now, unused.id).unwrap());
    world.knock("Eve", &unused);
    world.saw_host(|e| matches!(e, HostEvent::KnockRefused { name, again: false, .. } if name == "Eve"));
}

/// JS-INVITE-8: the host is told what an invite allows when that changes, and of none that lets nobody in.
#[test]
fn an_invite_that_allows_what_it_did_is_not_told_as_changed() {
    let mut world = World::new();
    let invite = open(&mut world, Role::Viewer);
    let eve = world.join("Eve", &invite);
    let revoked = open(&mut world, Role::Writer);
    let bo = world.join("Bo", &revoked);
    world.as_host(|host, now| host.revoke_invite(now, revoked.id).unwrap());
    set_role(&mut world, eve, Role::Writer);
    for guest in [eve, bo] {
        set_role(&mut world, guest, Role::Viewer);
    }
    assert!(!world.host_events.iter().any(|e| matches!(e, HostEvent::InviteChanged { .. })));
}

/// JS-INVITE-8: one person with two seats.
#[test]
fn case_42_everyone_who_came_by_an_invite_is_removed_at_once() {
    let mut world = World::new();
    let invite = open(&mut world, Role::Writer);
    let other = open(&mut world, Role::Viewer);
    let (eve, second, bo) =
        (world.join("Eve", &invite), world.join("Bob", &invite), world.join("Bo", &other));
    let slot = world.slot(eve);
    world.as_host(|host, now| host.remove_with_invite(now, slot).unwrap());
    let names: Vec<_> = world.host.guests().map(|guest| guest.name).collect();
    assert_eq!(names, ["Bo"]);
    world.print(b"secret");
    assert_eq!((world.shown(second), world.shown(bo)), (&b""[..], &b"secret"[..]));
    let again = world.knock("Eve", &invite);
    is_refused(&world, again, InviteFault::Revoked);
}

/// JS-INVITE-10, JS-INVITE-11.
#[test]
fn case_43_the_second_use_of_an_invite_asks_and_is_seen() {
    let mut world = World::new();
    let invite = world.invite_with(InviteTerms::default());
    world.join("Bo", &invite);
    world.saw_host(|e| matches!(e, HostEvent::Joined { again: false, .. }));
    let eve = world.knock("Eve", &invite);
    assert!(!is_in(&world, eve));
    world.saw_host(|e| matches!(e, HostEvent::Knocked { name, again: true, .. } if name == "Eve"));
    let knock = world.host.knocks().next().unwrap().0;
    world.as_host(|host, now| host.admit(now, knock).unwrap());
    world.saw_host(|e| matches!(e, HostEvent::Joined { guest, again: true, .. } if guest.name == "Eve"));
    // An hour later nobody comes by it.
    world.pass(60 * 60 * 1000);
    let late = world.knock("Late", &invite);
    is_refused(&world, late, InviteFault::Expired);
    world.saw_host(|e| matches!(e, HostEvent::KnockRefused { name, again: true, .. } if name == "Late"));
}

/// JS-INVITE-11.
#[test]
fn case_43_a_second_use_is_seen_where_it_is_open_and_where_it_is_refused() {
    let mut world = World::new();
    let terms = InviteTerms { admission: Admission::Open, max_uses: Some(2), ..InviteTerms::default() };
    let invite = world.invite_with(terms);
    world.join("Bo", &invite);
    world.join("Cy", &invite);
    world.saw_host(|e| matches!(e, HostEvent::Joined { guest, again: true, .. } if guest.name == "Cy"));
    let refused = |world: &World| {
        world.host_events.iter().filter(|e| matches!(e, HostEvent::KnockRefused { again: true, .. })).count()
    };
    // Whoever knocks on and on does not fill the host's screen.
    for _ in 0..5 {
        let eve = world.knock("Eve", &invite);
        is_refused(&world, eve, InviteFault::UsedUp);
    }
    assert_eq!(refused(&world), 1);
    world.pass(10_000);
    world.knock("Eve", &invite);
    assert_eq!(refused(&world), 2);
}

/// JS-JOIN-11: a window that reloads comes back by an invite that is used, has expired, or asks.
#[test]
fn a_guest_that_shows_its_key_takes_its_seat_again() {
    for leaves in [false, true] {
        let mut world = World::new();
        world.key = Some(GuestKey::from_bytes([7; 32]));
        let terms = InviteTerms { max_uses: Some(1), role: Role::Writer, ..InviteTerms::default() };
        let invite = world.invite_with(terms);
        let bo = world.join("Bo", &invite);
        world.pass(2 * 60 * 60 * 1000);
        if leaves {
            world.as_guest(bo, |guest, now| guest.leave(now));
        }
        let again = world.join("Bo", &invite);
        assert_eq!(world.host.guests().count(), 1, "one person, one seat");
        assert!(types(&mut world, again));
        assert_eq!(world.host.invite(invite.id).unwrap().uses, 1);
        assert!(!world.host_events.iter().any(|e| matches!(e, HostEvent::Joined { again: true, .. })));
        // Under another key it is somebody else.
        world.key = Some(GuestKey::from_bytes([8; 32]));
        let eve = world.knock("Bo", &invite);
        is_refused(&world, eve, InviteFault::Expired);
    }
}

/// JS-JOIN-11, JS-INVITE-8.
#[test]
fn case_42_a_key_brings_back_nothing_that_was_taken() {
    let mut world = World::new();
    world.key = Some(GuestKey::from_bytes([7; 32]));
    let invite = open(&mut world, Role::Writer);
    let eve = world.join("Eve", &invite);
    set_role(&mut world, eve, Role::CoOwner);
    set_role(&mut world, eve, Role::Viewer);
    world.as_guest(eve, |guest, now| guest.leave(now));
    let again = world.join("Eve", &invite);
    assert!(!types(&mut world, again));
    remove(&mut world, again);
    let gone = world.knock("Eve", &invite);
    is_refused(&world, gone, InviteFault::Revoked);
    // Nor after ten minutes: then it is somebody who comes again.
    let ask = world.invite_with(InviteTerms { admission: Admission::Ask, ..InviteTerms::default() });
    let bo = world.knock("Bo", &ask);
    let knock = world.host.knocks().next().unwrap().0;
    world.as_host(|host, now| host.admit(now, knock).unwrap());
    world.as_guest(bo, |guest, now| guest.leave(now));
    world.pass(10 * 60 * 1000);
    let late = world.knock("Bo", &ask);
    assert!(!is_in(&world, late));
}

/// JS-JOIN-11: a key and an invite bring a seat back together, neither does alone.
#[test]
fn case_42_a_key_opens_no_other_invite_and_an_invite_opens_to_no_other_key() {
    let mut world = World::new();
    let ask = |world: &mut World| {
        world.invite_with(InviteTerms { admission: Admission::Ask, ..InviteTerms::default() })
    };
    let (first, other) = (ask(&mut world), ask(&mut world));
    world.key = Some(GuestKey::from_bytes([7; 32]));
    let bo = world.knock("Bo", &first);
    let knock = world.host.knocks().next().unwrap().0;
    world.as_host(|host, now| host.admit(now, knock).unwrap());
    world.as_guest(bo, |guest, now| guest.leave(now));
    let by_another_invite = world.knock("Bo", &other);
    world.key = Some(GuestKey::from_bytes([8; 32]));
    let by_another_key = world.knock("Eve", &first);
    assert!(!is_in(&world, by_another_invite) && !is_in(&world, by_another_key));
    assert_eq!(world.host.knocks().count(), 2, "the host is asked");
    world.key = Some(GuestKey::from_bytes([7; 32]));
    let bo = world.knock("Bo", &first);
    assert!(is_in(&world, bo));
}

/// JS-JOIN-11: a knock that is never confirmed takes nobody's seat away.
#[test]
fn case_42_a_seat_is_given_up_only_for_one_that_is_taken() {
    let mut world = World::new();
    world.key = Some(GuestKey::from_bytes([7; 32]));
    let invite = world.invite_with(InviteTerms::default());
    let bo = world.join("Bo", &invite);
    let held = world.hold_back(To::Host);
    world.knock("Bo", &invite);
    world.pass(31_000);
    drop(held);
    world.be_honest();
    world.print(b"still here");
    assert_eq!((world.shown(bo), world.host.guests().count()), (&b"still here"[..], 1));
    assert_eq!(world.host.invite(invite.id).unwrap().uses, 1, "nothing to give back");
}

type Held = Rc<RefCell<Vec<Vec<u8>>>>;

impl World {
    /// From now on the relay keeps frames back that are for `to`.
    fn hold_back(&mut self, to: To) -> Held {
        let held = Held::default();
        let keep = held.clone();
        self.tamper(move |delivery| match &delivery.body {
            Body::Frame(frame) if delivery.to == to => {
                keep.borrow_mut().push(frame.clone());
                Vec::new()
            }
            _ => vec![delivery],
        });
        held
    }

    /// The relay delivers to the host what it kept back, and is honest again.
    fn let_go(&mut self, held: &Held) {
        self.be_honest();
        for frame in held.borrow_mut().drain(..) {
            // What it kept back may not count any more.
            let _ = self.inject_frame(To::Host, &frame);
        }
    }
}
