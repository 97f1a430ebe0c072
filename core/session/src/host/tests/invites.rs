//! A host that hands out what nobody asked for.

use super::*;
use crate::Token;

fn invited(outputs: &[GuestOutput]) -> usize {
    let is = |output: &&GuestOutput| matches!(output, GuestOutput::Event(GuestEvent::Invited { .. }));
    outputs.iter().filter(is).count()
}

/// JS-MSG-4.
#[test]
fn case_44_a_host_hands_out_no_invite_that_nobody_asked_for() {
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    let slot = guest.slot().unwrap();
    host.set_role(NOW, slot, Role::CoOwner).unwrap();
    pump(&mut host, &mut guest);
    let own = invite(&mut host, Role::Viewer).token;
    let foreign = Token::generate(&[9; 32], &mut Entropy::seeded(3));
    let hand_out = |host: &mut Host, id, token: &Token, role| {
        let (code, token) = ("K7QM-3XTE".into(), token.reveal().to_string());
        host.tell(slot, FromHost::Invites(area::invites::FromHost::Made { id, code, token, role }));
    };
    for id in 0..3 {
        hand_out(&mut host, id, &own, Role::Viewer);
    }
    assert_eq!(invited(&pump(&mut host, &mut guest)), 0, "unasked");
    // One request is answered once, for what was asked, with an invite of this host.
    guest.invite(NOW, Role::Viewer, None, Admission::First).unwrap();
    assert_eq!(invited(&pump(&mut host, &mut guest)), 1);
    hand_out(&mut host, 1, &own, Role::Viewer);
    assert_eq!(invited(&pump(&mut host, &mut guest)), 0, "twice");
    for (token, role) in [(&foreign, Role::Viewer), (&own, Role::Writer)] {
        // The request stays on the guest's side: this host answers by itself.
        while host.poll().is_some() {}
        guest.invite(NOW, Role::Viewer, None, Admission::First).unwrap();
        while guest.poll().is_some() {}
        let last = guest.last_invite();
        hand_out(&mut host, last, token, role);
        assert_eq!(invited(&pump(&mut host, &mut guest)), 0);
    }
}

/// JS-MSG-4.
#[test]
fn case_44_requests_for_invites_are_bounded() {
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    host.set_role(NOW, guest.slot().unwrap(), Role::CoOwner).unwrap();
    pump(&mut host, &mut guest);
    let ask = |guest: &mut Guest| guest.invite(NOW, Role::CoOwner, None, Admission::Open);
    let asked = (0..100).take_while(|_| ask(&mut guest).is_ok()).count();
    assert_eq!(asked, 8);
    // A refusal makes room, too.
    pump(&mut host, &mut guest);
    assert!(ask(&mut guest).is_ok());
}

/// JS-JOIN-12: an invite whose seats nobody takes hands out no more of their numbers than one whose seats are taken.
#[test]
fn welcomes_that_nobody_confirms_are_paced_too() {
    let mut host = open_host();
    let token = host.create_invite(NOW, InviteTerms::default()).unwrap().token;
    let mut welcomed = 0;
    for round in 0..200 {
        let bundle = HostBundle::decode(&host.keys.bundle).unwrap();
        let card = GuestCard { name: "Eve".into(), program: "rogue".into() };
        let mut entropy = Entropy::seeded(1000 + round);
        let (knocking, message) = Knocking::knock(bundle, &token, &card, None, &mut entropy).unwrap();
        let knock = RelayToHost::Knock { knock: round as u32 + 1, data: Blob(message) };
        host.relay_text(NOW, &control::encode(&knock)).unwrap();
        let welcome = std::iter::from_fn(|| host.poll()).find_map(|output| match output {
            HostOutput::Text(text) => match control::decode(&text) {
                Ok(HostToRelay::Welcome { data, .. }) => Some(data.0),
                _ => None,
            },
            _ => None,
        });
        let Some(welcome) = welcome else { continue };
        welcomed += 1;
        let Ok(Answered::Welcome(keys, ..)) = knocking.answered(&welcome) else { panic!() };
        let lane = Lane { kind: FrameKind::ToHost, slot: keys.slot };
        let mut sender = PairSender::new(lane, keys.to_host.clone(), usize::MAX);
        let mut plaintext = Plaintext::to_host();
        plaintext.push(&Record::Confirm(&[7; 32]));
        let frame = sender.seal(host.keys.sid, plaintext).unwrap();
        host.relay_frame(NOW, &frame).unwrap();
        while host.poll().is_some() {}
        assert!(host.seats.is_empty());
    }
    assert!((1..100).contains(&welcomed), "{welcomed} numbers in a moment");
}
