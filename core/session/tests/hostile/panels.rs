//! Panels and what is fetched of them, over a relay that loses and delays, and next to terminals that come first.

use jumpseat_session::{
    Role, TransferKind, TransferRefusal,
    guest::{ContentChange, GuestEvent},
};
use jumpseat_wire::FrameKind;

use crate::support::{
    World,
    relay::{Body, To},
};

const FETCHED: &[u8] = b"the content of a file";

/// A session that shares panel 1, with something to fetch, and two guests.
fn sharing() -> (World, usize, usize) {
    let mut world = World::new();
    let invite = world.invite(Role::Viewer);
    let bo = world.join("Bo", &invite);
    world.share_panel(1);
    world.change_panel(1, b"one ");
    world.published.insert((1, "file".into()), FETCHED.into());
    let cy = world.join("Cy", &invite);
    (world, bo, cy)
}

#[track_caller]
fn all_equal(world: &World) {
    for (guest, place) in world.guests.iter().enumerate() {
        assert_eq!(&place.panels, world.panels(), "guest {guest}");
    }
}

/// JS-PANEL-1, JS-PANEL-2: who was there and who comes later hold what the host holds.
#[test]
fn everyone_holds_what_is_shared() {
    let (mut world, bo, cy) = sharing();
    world.change_panel(1, b"two ");
    all_equal(&world);
    assert_eq!(world.guests[bo].panels[&1], b"one two ");
    world.share_panel(3);
    world.change_panel(3, b"three");
    world.change_panel(2, b"of a panel that nobody shares");
    all_equal(&world);
    world.unshare_panel(1);
    all_equal(&world);
    assert!(world.guests[cy].listed.iter().eq([&3]));
    world.share_panel(1);
    world.change_panel(1, b"again");
    world.pass(1_000);
    all_equal(&world);
    assert_eq!(world.guests[cy].panels[&1], b"again", "nothing of what it was before");
}

/// JS-PANEL-1: a change that is too long for a frame brings the whole, once.
#[test]
fn a_long_change_comes_as_the_whole() {
    let (mut world, ..) = sharing();
    world.change_panel(1, &[b'x'; 100_000]);
    world.change_panel(1, b"!");
    world.pass(2_000);
    all_equal(&world);
}

/// JS-PANEL-1, JS-SNAP-3: frames that are lost cost a snapshot and nothing else.
#[test]
fn lost_changes_are_made_good() {
    let (mut world, bo, _) = sharing();
    let slot = world.slot(bo);
    world.relay.seats.get_mut(&slot).unwrap().skipped = true;
    world.change_panel(1, b"two ");
    world.relay.seats.get_mut(&slot).unwrap().skipped = false;
    world.change_panel(1, b"three ");
    world.pass(3_000);
    world.saw_guest(bo, |event| matches!(event, GuestEvent::Gap));
    all_equal(&world);

    world.drop_host();
    world.change_panel(1, b"four ");
    world.share_panel(2);
    world.connect_host();
    world.change_panel(2, b"five");
    world.pass(3_000);
    all_equal(&world);
}

/// JS-PANEL-4, JS-TRANSFER-3: a content comes in parts, to whoever asked, and to nobody else.
#[test]
fn a_content_comes_to_whoever_asks() {
    let (mut world, bo, cy) = sharing();
    let long: Vec<u8> = (0..100_000u32).map(|n| n as u8).collect();
    world.published.insert((1, "long".into()), long.clone());
    world.published.insert((1, "empty".into()), Vec::new());
    for (reference, content) in [("file", FETCHED), ("long", &long), ("empty", b"")] {
        let fetch = world.fetch(bo, 1, reference);
        world.pass(1_000);
        assert_eq!(world.fetched(bo, fetch), Some(&ContentChange::Whole(content.to_vec())));
    }
    let progress =
        |change: &&(u32, ContentChange)| matches!(change.1, ContentChange::Progress { total: 100_000, .. });
    assert!(world.guests[bo].fetched.iter().filter(progress).count() > 5);
    assert_eq!(world.guests[cy].fetched, []);
    let fetch = world.fetch(bo, 1, "another");
    assert_eq!(world.fetched(bo, fetch), Some(&ContentChange::Refused(TransferRefusal::Gone)));
}

/// JS-PANEL-4: what is not shared is not even looked for.
#[test]
fn a_guest_cannot_fetch_what_is_not_shared() {
    let (mut world, bo, _) = sharing();
    world.published.insert((2, "secret".into()), b"secret".to_vec());
    let fetch = world.fetch(bo, 2, "secret");
    assert_eq!(world.fetched(bo, fetch), Some(&ContentChange::Refused(TransferRefusal::NotShared)));
    assert!(world.asked.is_empty());
}

/// JS-PANEL-2: a panel that is taken back takes with it what is asked for and what is on its way.
#[test]
fn what_is_taken_back_does_not_arrive() {
    let (mut world, bo, cy) = sharing();
    world.published.insert((1, "long".into()), vec![b'L'; 2_000_000]);
    // Bo's content is on its way, as far as unacknowledged frames go; Cy's is being read.
    world.tamper(|delivery| {
        let acked = matches!(&delivery.body, Body::Text(text) if text.contains("acked"));
        if acked && delivery.to == To::Host { Vec::new() } else { vec![delivery] }
    });
    let on_its_way = world.fetch(bo, 1, "long");
    world.answers = false;
    let being_read = world.fetch(cy, 1, "long");
    world.unshare_panel(1);
    let late = world.asked.last().unwrap().1;
    world.be_honest();
    world.as_host(|host, _| host.content_ready(late, Ok(vec![b'L'; 10].into())));
    world.pass(5_000);
    let refused = Some(&ContentChange::Refused(TransferRefusal::NotShared));
    assert_eq!((world.fetched(bo, on_its_way), world.fetched(cy, being_read)), (refused, refused));
    assert!(world.received(bo) < 200_000, "{}", world.received(bo));
    // And it is no hindrance to what comes later.
    world.answers = true;
    world.share_panel(1);
    let again = world.fetch(bo, 1, "file");
    assert_eq!(world.fetched(bo, again), Some(&ContentChange::Whole(FETCHED.to_vec())));
}

/// JS-TRANSFER-2.
#[test]
fn so_many_fetches_at_a_time() {
    let (mut world, bo, _) = sharing();
    world.answers = false;
    let fetches: Vec<_> =
        (0..TransferKind::Panel(1).limits().under_way).map(|_| world.fetch(bo, 1, "file")).collect();
    assert!(!world.guests[bo].guest.may_transfer(TransferKind::Panel(1)));
    world.as_guest(bo, |guest, now| guest.cancel_transfer(now, fetches[0]));
    // Two are looked for at a time; the others come as those are answered.
    assert_eq!(world.asked.len(), 2, "one that was given up is looked for as long as the others");
    world.answers = true;
    for ticket in [world.asked[0].1, world.asked[1].1] {
        world.as_host(|host, _| host.content_ready(ticket, Ok(FETCHED.into())));
    }
    let next = world.fetch(bo, 1, "file");
    for fetch in fetches[1..].iter().chain([&next]) {
        assert_eq!(world.fetched(bo, *fetch), Some(&ContentChange::Whole(FETCHED.to_vec())));
    }
    assert_eq!(world.fetched(bo, fetches[0]), None, "nobody waits for it any more");
}

/// JS-TRANSFER-2: asking and giving up, again and again, has no more looked for than asking.
#[test]
fn giving_up_brings_nothing_sooner() {
    let (mut world, bo, cy) = sharing();
    world.answers = false;
    for _ in 0..1_000 {
        let fetch = world.fetch(bo, 1, "file");
        world.as_guest(bo, |guest, now| guest.cancel_transfer(now, fetch));
    }
    assert_eq!(world.asked.len(), 2);
    let other = world.fetch(cy, 1, "file");
    assert_eq!(world.asked.len(), 3, "the other guest has places of its own");
    world.answers = true;
    let (_, ticket, _) = world.asked[2];
    world.as_host(|host, _| host.content_ready(ticket, Ok(FETCHED.into())));
    assert_eq!(world.fetched(cy, other), Some(&ContentChange::Whole(FETCHED.to_vec())));
    // Once those are answered which nobody waits for, the next are looked for.
    for ticket in [world.asked[0].1, world.asked[1].1] {
        world.as_host(|host, _| host.content_ready(ticket, Ok(FETCHED.into())));
    }
    let fetch = world.fetch(bo, 1, "file");
    assert_eq!(world.fetched(bo, fetch), Some(&ContentChange::Whole(FETCHED.to_vec())));
}

/// JS-PANEL-7: a guest that takes nothing is sent so much of a content and no more, and its terminal goes first.
#[test]
fn a_content_waits_behind_the_terminal() {
    let (mut world, bo, _) = sharing();
    let slot = world.slot(bo);
    world.published.insert((1, "long".into()), vec![b'L'; 8_000_000]);
    world.tamper(|delivery| {
        let acked = matches!(&delivery.body, Body::Text(text) if text.contains("acked"));
        if acked && delivery.to == To::Host { Vec::new() } else { vec![delivery] }
    });
    let before = world.received(bo);
    let fetch = world.fetch(bo, 1, "long");
    let sent = world.received(bo) - before;
    assert!((60_000..80_000).contains(&sent), "{sent}");
    // What it types at is not held up: output is live, and a word for it alone overtakes the content.
    world.print(b"echo");
    assert!(world.shown(bo).ends_with(b"echo"));
    world.as_guest(bo, |guest, now| guest.remove(now, 99).unwrap());
    world.saw_guest(bo, |event| matches!(event, GuestEvent::NotAllowed { .. }));
    // Nor is the picture that it needs after a gap.
    world.relay.seats.get_mut(&slot).unwrap().skipped = true;
    world.print(b" lost");
    world.relay.seats.get_mut(&slot).unwrap().skipped = false;
    world.print(b" found");
    world.pass(100);
    assert!(world.shown(bo).ends_with(b"echo lost found"));
    world.be_honest();
    world.print(b" and all is well");
    world.pass(60_000);
    assert!(
        matches!(world.fetched(bo, fetch), Some(ContentChange::Whole(content)) if content.len() == 8_000_000)
    );
    assert!(world.shown(bo) == world.screen());
    all_equal(&world);
}

/// JS-PANEL-7: where the line is taken panels wait, and come as one.
#[test]
fn panels_wait_for_a_free_line() {
    let (mut world, bo, _) = sharing();
    world.tamper(|delivery| {
        let ack = matches!(&delivery.body, Body::Text(text) if text.contains("\"ack\""));
        if ack && delivery.to == To::Host { Vec::new() } else { vec![delivery] }
    });
    world.print(&[b'x'; 90_000]);
    let sealed = world.frames(To::Guest(bo), FrameKind::Group).len();
    for _ in 0..200 {
        world.change_panel(1, b"again and again ");
        world.pass(10);
    }
    let heartbeats = 2;
    assert!(world.frames(To::Guest(bo), FrameKind::Group).len() <= sealed + heartbeats);
    world.print(b"the terminal goes on");
    assert!(world.shown(bo).ends_with(b"goes on"));
    world.be_honest();
    world.print(b".");
    world.pass(1_000);
    all_equal(&world);
}

/// JS-PANEL-7: however often a panel changes, what it takes of the line is bounded.
#[test]
fn a_restless_panel_is_bounded() {
    let (mut world, bo, _) = sharing();
    let before = world.received(bo);
    for n in 0..600u32 {
        world.change_panel(1, &[n as u8; 20_000]);
        world.pass(100);
        if n % 60 == 0 {
            // It is the same size again and again: the model keeps panels small, this world does not.
            world.unshare_panel(1);
            world.share_panel(1);
        }
    }
    let a_second = (world.received(bo) - before) / 60;
    assert!(a_second < 80 * 1024, "{a_second} bytes a second");
    world.pass(120_000);
    all_equal(&world);
}
