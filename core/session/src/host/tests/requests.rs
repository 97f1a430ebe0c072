//! A host that says no to what nobody asked for.

use super::*;
use crate::{TransferKind, TransferRequest, area::people::Refused};

fn noes(outputs: &[GuestOutput]) -> usize {
    let is_no = |output: &&GuestOutput| {
        matches!(output, GuestOutput::Event(GuestEvent::Declined | GuestEvent::NotAllowed { .. }))
    };
    outputs.iter().filter(is_no).count()
}

fn no(what: Refused) -> FromHost {
    area::people::FromHost::Refused { what }.into()
}

/// JS-MSG-5.
#[test]
fn a_host_says_no_to_nothing_that_nobody_asked_for() {
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    let slot = guest.slot().unwrap();
    pump(&mut host, &mut guest);
    let kinds = [Refused::Role, Refused::Removal, Refused::Messages];
    let say_all = |host: &mut Host| {
        host.tell(slot, FromHost::People(area::people::FromHost::Declined {}));
        kinds.iter().for_each(|what| host.tell(slot, no(*what)));
        host.tell(slot, area::invites::FromHost::Refused { id: 1 });
    };
    say_all(&mut host);
    assert_eq!(noes(&pump(&mut host, &mut guest)), 0, "unasked");
    // The requests stay on the guest's side: this host answers by itself, and each is answered once.
    let ask: [fn(&mut Guest); 4] = [
        |guest| guest.ask_control(NOW).unwrap(),
        |guest| guest.set_role(NOW, 1, Role::Writer).unwrap(),
        |guest| guest.remove(NOW, 1).unwrap(),
        |guest| guest.invite(NOW, Role::Viewer, None, Admission::First).unwrap(),
    ];
    for (nth, ask) in ask.into_iter().enumerate() {
        ask(&mut guest);
        while guest.poll().is_some() {}
        say_all(&mut host);
        assert_eq!(noes(&pump(&mut host, &mut guest)), 1, "{nth}");
        say_all(&mut host);
        assert_eq!(noes(&pump(&mut host, &mut guest)), 0, "{nth}, twice");
    }
}

/// JS-MSG-5: that it says too much is told to a guest that says much.
#[test]
fn too_many_messages_are_many() {
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    let slot = guest.slot().unwrap();
    pump(&mut host, &mut guest);
    let mut told = 0;
    for _ in 0..10 {
        guest.chat(NOW, "hello").unwrap();
        while guest.poll().is_some() {}
        host.tell(slot, no(Refused::Messages));
        told += noes(&pump(&mut host, &mut guest));
    }
    assert_eq!(told, 0);
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    pump(&mut host, &mut guest);
    for _ in 0..25 {
        guest.chat(NOW, "hello").unwrap();
    }
    assert_eq!(noes(&pump(&mut host, &mut guest)), 1);
}

/// JS-MSG-5: a yes answers a request as a no does.
#[test]
fn a_request_that_was_granted_is_not_refused_afterwards() {
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    let slot = guest.slot().unwrap();
    guest.ask_control(NOW).unwrap();
    pump(&mut host, &mut guest);
    host.set_role(NOW, slot, Role::Writer).unwrap();
    pump(&mut host, &mut guest);
    host.tell(slot, FromHost::People(area::people::FromHost::Declined {}));
    assert_eq!(noes(&pump(&mut host, &mut guest)), 0);
}

#[test]
fn what_is_missing_and_what_is_full_are_told_apart() {
    #[track_caller]
    fn missing(result: Result<(), SessionError>) {
        assert!(matches!(result, Err(SessionError::Missing(_))), "{result:?}");
    }
    #[track_caller]
    fn gets_full<T: std::fmt::Debug>(mut add: impl FnMut() -> Result<T, SessionError>) {
        let full = (0..100_000).find_map(|_| add().err());
        assert!(matches!(full, Some(SessionError::Full(_))), "{full:?}");
    }
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    missing(host.admit(NOW, 99));
    missing(host.deny(NOW, 99));
    missing(host.revoke_invite(NOW, jumpseat_wire::InviteId([9; 16])));
    missing(host.set_role(NOW, 99, Role::Writer));
    missing(host.decline(NOW, 99));
    missing(host.remove(NOW, 99));
    gets_full(|| host.create_invite(NOW, InviteTerms::default()));
    gets_full(|| host.open_terminal(NOW, "more", 80, 24));
    gets_full(|| guest.invite(NOW, Role::Viewer, None, Admission::First));
}

/// What a guest says, types and fetches while nothing of it is taken is refused once there is no room, and not lost.
#[test]
fn a_guest_is_told_when_no_more_of_it_can_wait() {
    let full = |result: Result<(), SessionError>| match result {
        Ok(()) => false,
        Err(SessionError::Full(_)) => true,
        Err(other) => panic!("{other:?}"),
    };
    let fetch = |guest: &mut Guest| {
        let request = TransferRequest { of: TransferKind::Panel(1), reference: "x".into(), having: None };
        full(guest.transfer(NOW, request).map(drop))
    };
    let mut host = open_host();
    host.share_panel(NOW, 1).unwrap();
    let mut guest = true_guest(&mut host);
    pump(&mut host, &mut guest);
    assert_eq!((0..20).take_while(|_| !fetch(&mut guest)).count(), TransferKind::Panel(1).limits().under_way);
    assert!(!full(guest.chat(NOW, "the line is open")));

    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    pump(&mut host, &mut guest);
    let said = (0..100_000).take_while(|_| !full(guest.chat(NOW, "hello"))).count();
    assert!((100..10_000).contains(&said), "{said}");
    assert!(!guest.may_transfer(TransferKind::Panel(1)) && fetch(&mut guest), "a fetch is said, too");
    assert!(full(guest.ask_control(NOW)) && full(guest.point(NOW, None)));
    assert!(full(guest.set_role(NOW, 1, Role::Writer)) && full(guest.remove(NOW, 1)));
    // Keys wait behind what was said, as much as a paste.
    let kib = [b'k'; 1024];
    assert_eq!((0..10_000).take_while(|_| !full(guest.input(NOW, 1, &kib))).count(), 1024);
    assert!(full(guest.input(NOW, 1, b"k")) && !full(guest.input(NOW, 1, b"")));
}
