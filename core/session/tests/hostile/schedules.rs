//! Random days: whatever happens in whatever order, who stays ends equal to the host.

use std::collections::BTreeSet;

use jumpseat_session::{Role, TransferKind, host::HostEvent};
use proptest::prelude::*;

use crate::support::World;

#[derive(Clone, Debug)]
enum Act {
    Print(usize),
    Resize(u16, u16),
    Join(Role),
    Leave(usize),
    Remove(usize),
    DropGuest(usize),
    Return(usize),
    DropHost,
    ReturnHost,
    RestartRelay,
    Skip(usize, bool),
    Role(usize, Role),
    Type(usize),
    Look(bool),
    Share(u8),
    Unshare(u8),
    Change(u8, usize),
    Fetch(usize, u8),
    Pass(u64),
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Viewer), Just(Role::Writer), Just(Role::CoOwner)]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0..3_000usize).prop_map(Act::Print),
        1 => (100_000..900_000usize).prop_map(Act::Print),
        2 => (2..200u16, 1..100u16).prop_map(|(cols, rows)| Act::Resize(cols, rows)),
        2 => role().prop_map(Act::Join),
        1 => (0..8usize).prop_map(Act::Leave),
        1 => (0..8usize).prop_map(Act::Remove),
        2 => (0..8usize).prop_map(Act::DropGuest),
        3 => (0..8usize).prop_map(Act::Return),
        1 => Just(Act::DropHost),
        2 => Just(Act::ReturnHost),
        1 => Just(Act::RestartRelay),
        2 => (0..8usize, any::<bool>()).prop_map(|(guest, on)| Act::Skip(guest, on)),
        1 => (0..8usize, role()).prop_map(|(guest, role)| Act::Role(guest, role)),
        3 => (0..8usize).prop_map(Act::Type),
        1 => any::<bool>().prop_map(Act::Look),
        2 => (1..4u8).prop_map(Act::Share),
        1 => (1..4u8).prop_map(Act::Unshare),
        5 => (1..4u8, 0..2_000usize).prop_map(|(panel, len)| Act::Change(panel, len)),
        1 => (1..4u8, 30_000..90_000usize).prop_map(|(panel, len)| Act::Change(panel, len)),
        2 => (0..8usize, 1..4u8).prop_map(|(guest, panel)| Act::Fetch(guest, panel)),
        3 => (1..3_000u64).prop_map(Act::Pass),
    ]
}

/// A world and who is meant to be in it.
struct Day {
    world: World,
    here: BTreeSet<usize>,
    gone: Vec<(usize, Vec<u8>)>,
}

impl Day {
    fn pick(&self, number: usize) -> Option<usize> {
        self.here.iter().copied().nth(number % self.here.len().max(1))
    }

    fn act(&mut self, act: Act, step: usize) {
        let world = &mut self.world;
        match act {
            Act::Print(len) => world.print(&[b'a' + (step % 26) as u8].repeat(len)),
            Act::Resize(cols, rows) => world.resize(cols, rows),
            Act::Look(on) => world.look(on),
            Act::Share(panel) => world.share_panel(panel),
            Act::Unshare(panel) => world.unshare_panel(panel),
            Act::Change(panel, len) => world.change_panel(panel, &[b'0' + (step % 10) as u8].repeat(len)),
            Act::Pass(ms) => world.pass(ms),
            Act::DropHost if world.host_up => world.drop_host(),
            Act::ReturnHost => self.return_host(),
            Act::RestartRelay => world.restart_relay(),
            Act::Join(role) if world.host_up && self.here.len() < 6 => {
                let invite = world.invite(role);
                let guest = world.join(&format!("guest {step}"), &invite);
                self.here.insert(guest);
            }
            Act::Leave(number)
            | Act::Remove(number)
            | Act::DropGuest(number)
            | Act::Return(number)
            | Act::Skip(number, _)
            | Act::Role(number, _)
            | Act::Type(number)
            | Act::Fetch(number, _) => {
                if let Some(guest) = self.pick(number) {
                    self.act_on(act, guest);
                }
            }
            _ => {}
        }
    }

    fn act_on(&mut self, act: Act, guest: usize) {
        let world = &mut self.world;
        let slot = world.slot(guest);
        match act {
            Act::Leave(_) if world.guests[guest].up && world.host_up => {
                world.as_guest(guest, |guest, now| guest.leave(now));
                self.gone(guest);
            }
            Act::Remove(_) => {
                world.as_host(|host, now| host.remove(now, slot).unwrap());
                self.gone(guest);
            }
            Act::DropGuest(_) if world.guests[guest].up => world.drop_guest(guest),
            Act::Return(_) if !world.guests[guest].up => world.connect_guest(guest),
            Act::Skip(_, on) => {
                if let Some(seat) = world.relay.seats.get_mut(&slot) {
                    seat.skipped = on;
                }
            }
            Act::Role(_, role) => world.as_host(|host, now| host.set_role(now, slot, role).unwrap()),
            // Whether it counts is checked where it would be written.
            Act::Type(_) => world.type_as(guest, b"keys"),
            // Whether it was shared then is checked where it would be answered.
            Act::Fetch(_, panel) if world.guests[guest].guest.may_transfer(TransferKind::Panel(panel)) => {
                world.fetch(guest, panel, "file");
            }
            _ => {}
        }
    }

    fn gone(&mut self, guest: usize) {
        self.here.remove(&guest);
        self.gone.push((guest, self.world.shown(guest).to_vec()));
    }

    fn return_host(&mut self) {
        // A relay that does not know the session says so, and the host opens it again.
        for _ in 0..2 {
            if !self.world.host_up {
                self.world.connect_host();
            }
        }
    }

    fn evening(&mut self) {
        self.return_host();
        for guest in self.here.clone() {
            let slot = self.world.slot(guest);
            if !self.world.guests[guest].up {
                self.world.connect_guest(guest);
            }
            if let Some(seat) = self.world.relay.seats.get_mut(&slot) {
                seat.skipped = false;
            }
        }
        self.world.look(true);
        self.world.pass(5_000);
        self.world.print(b"good night");
        self.world.pass(5_000);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// JS-SNAP-3, JS-STREAM-2, JS-LINK-3: contiguous, or an explicit snapshot; never a silent gap.
    #[test]
    fn who_stays_ends_equal(acts in prop::collection::vec(act(), 1..60)) {
        let mut day = Day { world: World::new(), here: BTreeSet::new(), gone: Vec::new() };
        day.world.look(true);
        for panel in 1..4 {
            day.world.published.insert((panel, "file".into()), vec![7; 20_000]);
        }
        for (step, act) in acts.into_iter().enumerate() {
            day.act(act, step);
        }
        day.evening();
        let world = &mut day.world;
        for guest in &day.here {
            prop_assert!(!world.guests[*guest].guest.is_ended(), "{:?}", world.guests[*guest].events);
            prop_assert!(world.guests[*guest].up, "guest {guest} is not back");
            prop_assert!(
                world.shown(*guest) == world.screen(),
                "guest {guest}: {} of {} bytes, {:?}",
                world.shown(*guest).len(), world.screen().len(), world.guests[*guest].events
            );
            prop_assert!(
                &world.guests[*guest].panels == world.panels(),
                "guest {guest}: {:?} of {:?}",
                world.guests[*guest].panels.keys(), world.panels().keys()
            );
            let slot = world.slot(*guest);
            let role = world.host.guests().find(|entry| entry.slot == slot).map(|entry| entry.role);
            prop_assert_eq!(world.guests[*guest].guest.role(), role);
            // Every picture is exact, so the keyboard is open.
            let place = &world.guests[*guest];
            prop_assert!(place.guest.sees(world.now(), world.stream).takes_keys(), "{:?}", place.events);
            let typed = world.typed().len();
            world.type_as(*guest, b"good night");
            let counts = role.is_some_and(Role::may_write);
            prop_assert_eq!(world.typed().len() - typed, usize::from(counts), "guest {} as {:?}", guest, role);
        }
        // Who left saw nothing later.
        for (guest, shown) in &day.gone {
            prop_assert!(world.shown(*guest) == &shown[..]);
        }
        prop_assert_eq!(world.host.guests().count(), day.here.len());
        prop_assert!(world.host.poll().is_none());
        let mut skims = world.host_events.iter().rev().filter_map(|e| match e {
            HostEvent::Skimming { on, .. } => Some(*on),
            _ => None,
        });
        prop_assert!(skims.next() != Some(true), "the flood is over");
    }
}
