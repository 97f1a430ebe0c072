//! A host that says no to what nobody asked for.

use super::*;

fn noes(outputs: &[GuestOutput]) -> usize {
    let is_no = |output: &&GuestOutput| {
        matches!(output, GuestOutput::Event(GuestEvent::Declined | GuestEvent::NotAllowed { .. }))
    };
    outputs.iter().filter(is_no).count()
}

fn no(what: &str) -> FromHost {
    FromHost::NotAllowed { what: what.into(), invite: None }
}

/// JS-MSG-5.
#[test]
fn a_host_says_no_to_nothing_that_nobody_asked_for() {
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    let slot = guest.slot().unwrap();
    pump(&mut host, &mut guest);
    let kinds = ["changing that role", "removing that guest", "so many messages at once"];
    let say_all = |host: &mut Host| {
        host.tell(slot, &FromHost::Declined);
        kinds.iter().for_each(|what| host.tell(slot, &no(what)));
        host.tell(slot, &no("your account"));
        host.tell(slot, &FromHost::NotAllowed { what: kinds[0].into(), invite: Some(1) });
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
        host.tell(slot, &no("so many messages at once"));
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
