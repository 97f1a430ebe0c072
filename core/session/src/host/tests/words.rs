//! Words that a host, or a guest, does not know: what they bring about at the other end is nothing at all.

use super::*;
use crate::area::{MESSAGES_PER_SECOND, people::Refused};

/// The longest word that fits a frame of a guest, and no JSON.
fn long_word() -> Vec<u8> {
    let start = br#"{"weather":{"rain":{"#;
    [&start[..], &vec![b'['; crate::frame::record::MAX_MESSAGE - start.len() - 2], b"}}"].concat()
}

/// JS-AREA-2: what nobody here understands is dropped whole: the host does, tells and answers nothing.
#[test]
fn case_48_a_skipped_word_brings_nothing_about() {
    let mut host = open_host();
    let mut rogue = Rogue::seated(&mut host, 160, Role::CoOwner);
    while host.poll().is_some() {}
    let (rev, expected) = (host.rev, host.seats[&rogue.keys.slot].receiver.expected());
    for word in [
        br#"{"weather":{"rain":{"mm":3}}}"#.to_vec(),
        br#"{"people":{"promote":{"slot":1}}}"#.to_vec(),
        long_word(),
    ] {
        rogue.send(&mut host, &[Record::Message(&word)]);
    }
    assert!(rogue.is_seated(&host));
    let outputs: Vec<_> = std::iter::from_fn(|| host.poll()).collect();
    assert!(outputs.iter().all(|output| matches!(output, HostOutput::Text(_))), "acknowledged: {outputs:?}");
    assert_eq!(host.rev, rev);
    assert_eq!(host.seats[&rogue.keys.slot].receiver.expected(), expected + 3, "counted like any other");
    // What stands next to it in the same frame is heeded.
    let ask = FromGuest::from(area::people::FromGuest::Remove { slot: 99 }).encode();
    rogue.send(&mut host, &[Record::Message(br#"{"weather":{"rain":{}}}"#), Record::Message(&ask)]);
    assert_eq!(rogue.told(&mut host), [area::people::FromHost::Refused { what: Refused::Removal }.into()]);
}

/// JS-AREA-2, JS-PAIR-7: invented words are messages: of them, too, only so many are taken.
#[test]
fn case_48_skipped_words_count_as_messages() {
    let mut host = open_host();
    let mut rogue = Rogue::seated(&mut host, 161, Role::Viewer);
    while host.poll().is_some() {}
    let unknown = br#"{"people":{"applause":{}}}"#;
    let chat = FromGuest::from(area::chat::FromGuest::Say { text: "hi".into() }).encode();
    let mut plaintext = Plaintext::to_host();
    for _ in 0..MESSAGES_PER_SECOND {
        plaintext.push(&Record::Message(unknown));
    }
    plaintext.push(&Record::Message(&chat));
    let frame = rogue.sender.seal(host.keys.sid, plaintext).unwrap();
    host.relay_frame(Millis(NOW.0 + 5_000), &frame).unwrap();
    let mut frames = Vec::new();
    while let Some(output) = host.poll() {
        assert!(!matches!(output, HostOutput::Event(HostEvent::Chat { .. })));
        frames.extend(matches!(output, HostOutput::Frame(_)).then_some(output));
    }
    host.out.extend(frames);
    assert_eq!(rogue.told(&mut host), [area::people::FromHost::Refused { what: Refused::Messages }.into()]);
}

/// JS-AREA-2: an unknown word is neither a confirm nor a farewell.
#[test]
fn case_48_a_skipped_word_stands_for_no_other() {
    let unknown = br#"{"session":{"here_i_am":{}}}"#;
    let mut host = open_host();
    let mut rogue = Rogue::welcomed(&mut host, 162, Role::Writer);
    rogue.send(&mut host, &[Record::Message(unknown)]);
    assert!(host.seats.is_empty(), "nothing comes before the confirm");

    let mut host = open_host();
    let mut rogue = Rogue::seated(&mut host, 163, Role::Writer);
    host.end(NOW, EndReason::Stopped);
    rogue.send(&mut host, &[Record::Message(unknown)]);
    assert!(!host.seats[&rogue.keys.slot].caught_up);
}

/// JS-AREA-3: a word that this end says itself is not unknown, whoever it comes from.
#[test]
fn case_48_nobody_says_the_other_ends_words() {
    let mut host = open_host();
    let mut guest = true_guest(&mut host);
    let slot = guest.slot().unwrap();
    pump(&mut host, &mut guest);
    host.say_anything(NOW, Some(slot), &FromGuest::from(area::people::FromGuest::AskControl {}).encode());
    let frames = std::iter::from_fn(|| host.poll()).filter_map(|output| match output {
        HostOutput::Frame(frame) => Some(frame),
        _ => None,
    });
    let errors: Vec<_> = frames.filter_map(|frame| guest.relay_frame(NOW, &frame).err()).collect();
    assert_eq!(errors, [SessionError::Misbehaved(crate::Misbehavior::OthersWord)]);
}

/// JS-EPOCH-6, JS-AREA-2: an epoch opens with a roster, not with a word that a guest skips, though the grant names it.
#[test]
fn case_48_a_skipped_word_is_no_roster() {
    for (word, opens) in [("roster", true), ("rooster", false)] {
        let mut host = open_host();
        let mut guest = true_guest(&mut host);
        let slot = guest.slot().unwrap();
        pump(&mut host, &mut guest);
        let roster = format!(r#"{{"people":{{"{word}":{{"rev":99,"host":"Ann","guests":[]}}}}}}"#);
        let grant = host.group.rotate(NOW, &host.keys, roster.as_bytes(), &mut host.entropy).unwrap();
        let (sid, seat) = (host.keys.sid, host.seats.get_mut(&slot).unwrap());
        seat.grant(sid, &grant, true, &mut host.out).unwrap();
        host.announce_message(NOW, roster.as_bytes());
        let told = pump(&mut host, &mut guest);
        let rosters =
            told.iter().filter(|output| matches!(output, GuestOutput::Event(GuestEvent::Roster { .. })));
        assert_eq!(rosters.count(), usize::from(opens), "{word}");
        host.chat(NOW, "hello");
        let told = pump(&mut host, &mut guest);
        assert_eq!(told.contains(&GuestOutput::Event(GuestEvent::Gap)), !opens, "{word}: {told:?}");
    }
}
