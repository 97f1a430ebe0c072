//! A session from its first message to its last.

use jumpseat_relay::testing::{End, Heard, Host, Session, claim, frame};
use jumpseat_wire::{
    Blob, CloseCode, FrameKind, VERSION, control,
    control::{GuestToRelay, Hello, HostToRelay, RelayToGuest, RelayToHost},
};

use crate::{SESSION, relay};

/// JS-RELAY-11, JS-RELAY-26.
#[tokio::test]
async fn a_guest_is_seated_and_hears_everything_from_then_on() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    host.end.group(0, 300).await;
    let mut guest = host.seat(relay.address(), 1).await;
    host.end.group(1, 300).await;
    host.end.frame(frame(FrameKind::ToGuest, 1, 0, 200)).await;
    host.end.group(2, 32_000).await;
    let mut seqs = Vec::new();
    for _ in 0..3 {
        let header = guest.next_frame().await;
        seqs.push((header.kind as u8, header.seq));
    }
    seqs.sort_unstable();
    assert_eq!(seqs, [(0x10, 1), (0x10, 2), (0x11, 0)]);

    guest.frame(frame(FrameKind::ToHost, 1, 0, 160)).await;
    assert_eq!(host.end.next_frame().await.slot, 1);
    host.end.say(&HostToRelay::Ack { slot: 1, pair: 1 }).await;
    assert_eq!(guest.message::<RelayToGuest>().await, RelayToGuest::Acked { pair: 1 });
    host.end.say(&HostToRelay::Remove { slot: 1 }).await;
    assert_eq!(guest.closed().await, Some(CloseCode::Removed));
    host.end.say(&HostToRelay::End).await;
    assert_eq!(host.end.closed().await, Some(CloseCode::Ended));
}

#[tokio::test]
async fn bytes_arrive_as_they_were_sent() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let mut guest = host.seat(relay.address(), 1).await;
    for (seq, len) in [16, 125 - 4, 126, 300, 32_800].into_iter().enumerate() {
        let sent = frame(FrameKind::Group, 0, seq as u64, len);
        host.end.frame(sent.clone()).await;
        let Heard::Frame(_, got) = guest.hear().await else { panic!("no frame") };
        assert_eq!(got, sent);
    }
}

/// JS-RELAY-12.
#[tokio::test]
async fn a_refused_guest_hears_why() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let mut guest = End::connect(relay.address()).await;
    guest.say(&Hello::LookUp { version: VERSION, code: host.code }).await;
    let RelayToGuest::Bundle { host_present: true, .. } = guest.message().await else { panic!("no bundle") };
    guest.say(&GuestToRelay::Knock { data: Blob(vec![1]) }).await;
    let knock = host.knocked().await;
    host.end.say(&HostToRelay::Refuse { knock, data: Some(Blob(vec![5])), failed: false }).await;
    let refused = RelayToGuest::Refused { data: Some(Blob(vec![5])) };
    assert_eq!(guest.message::<RelayToGuest>().await, refused);
    assert_eq!(guest.closed().await, Some(CloseCode::Refused));
}

/// JS-RELAY-9.
#[tokio::test]
async fn a_knock_that_goes_away_is_reported() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let mut guest = End::connect(relay.address()).await;
    guest.say(&Hello::LookUp { version: VERSION, code: host.code }).await;
    guest.message::<RelayToGuest>().await;
    guest.say(&GuestToRelay::Knock { data: Blob(vec![1]) }).await;
    let knock = host.knocked().await;
    drop(guest);
    assert_eq!(host.end.message::<RelayToHost>().await, RelayToHost::KnockGone { knock });
}

/// JS-RELAY-5, JS-RELAY-13, JS-RELAY-14.
#[tokio::test]
async fn a_guest_that_lost_its_connection_takes_its_seat_back() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let guest = host.seat(relay.address(), 1).await;
    assert_eq!(host.end.message::<RelayToHost>().await, RelayToHost::Present { slot: 1, pair: 0 });
    drop(guest);
    assert_eq!(host.end.message::<RelayToHost>().await, RelayToHost::Absent { slot: 1 });
    for seq in 0..3 {
        host.end.group(seq, 300).await;
    }
    assert_eq!(host.end.message::<RelayToHost>().await, RelayToHost::Ack { group: 3 });
    let mut guest = End::connect(relay.address()).await;
    guest.say(&SESSION.taking(1, 1, 4)).await;
    assert_eq!(guest.message::<RelayToGuest>().await, RelayToGuest::Seated { host_present: true });
    assert_eq!(host.end.message::<RelayToHost>().await, RelayToHost::Present { slot: 1, pair: 4 });
    assert_eq!([guest.next_frame().await.seq, guest.next_frame().await.seq], [1, 2]);

    // A second connection takes the place of the first.
    let mut second = End::connect(relay.address()).await;
    second.say(&SESSION.taking(1, 3, 4)).await;
    assert_eq!(second.message::<RelayToGuest>().await, RelayToGuest::Seated { host_present: true });
    assert_eq!(guest.closed().await, Some(CloseCode::Replaced));
}

/// JS-RELAY-5, JS-RELAY-6, JS-RELAY-7, JS-RELAY-15.
#[tokio::test]
async fn a_host_that_lost_its_connection_returns() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let mut guest = host.seat(relay.address(), 1).await;
    host.end.group(0, 300).await;
    guest.next_frame().await;
    drop(host.end);
    assert_eq!(guest.message::<RelayToGuest>().await, RelayToGuest::Host { present: false });

    let mut end = End::connect(relay.address()).await;
    end.say(&SESSION.returning()).await;
    assert_eq!(end.message::<RelayToHost>().await, RelayToHost::Returned { group: 1 });
    assert_eq!(end.message::<RelayToHost>().await, RelayToHost::Present { slot: 1, pair: 0 });
    assert_eq!(guest.message::<RelayToGuest>().await, RelayToGuest::Host { present: true });
    end.group(0, 300).await;
    end.group(1, 300).await;
    assert_eq!(guest.next_frame().await.seq, 1);

    let mut second = End::connect(relay.address()).await;
    second.say(&SESSION.returning()).await;
    assert_eq!(end.closed().await, Some(CloseCode::Replaced));
}

/// JS-RELAY-3, JS-RELAY-13.
#[tokio::test]
async fn a_session_outlives_its_relay() {
    let first = relay().await;
    let mut host = Host::open(first.address(), SESSION).await;
    let mut guest = host.seat(first.address(), 1).await;
    let (code, stop) = (host.code, first.stop());
    let (host_closed, guest_closed, ()) = tokio::join!(host.end.closed(), guest.closed(), stop);
    assert_eq!([host_closed, guest_closed], [Some(CloseCode::ShuttingDown); 2]);

    let second = relay().await;
    let mut end = End::connect(second.address()).await;
    end.say(&SESSION.returning()).await;
    assert_eq!(end.closed().await, Some(CloseCode::NotFound), "so the host opens its room again");
    let mut end = End::connect(second.address()).await;
    end.open(SESSION, Some(code), &[1]).await;
    let RelayToHost::Opened { code: same, .. } = end.message().await else { panic!("not opened") };
    assert_eq!(same, code);
    let mut guest = End::connect(second.address()).await;
    guest.say(&SESSION.taking(1, 40, 2)).await;
    assert_eq!(guest.message::<RelayToGuest>().await, RelayToGuest::Seated { host_present: true });
    assert_eq!(end.message::<RelayToHost>().await, RelayToHost::Present { slot: 1, pair: 2 });
    end.group(40, 300).await;
    assert_eq!(guest.next_frame().await.seq, 40);
}

/// JS-RELAY-26.
#[tokio::test]
async fn the_last_frame_before_the_end_arrives() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let mut guest = host.seat(relay.address(), 1).await;
    host.end.group(0, 300).await;
    host.end.say(&HostToRelay::End).await;
    assert_eq!(guest.next_frame().await.seq, 0);
    assert_eq!(guest.closed().await, Some(CloseCode::Ended));
}

/// JS-RELAY-3.
#[tokio::test]
async fn a_code_belongs_to_one() {
    let relay = relay().await;
    let host = Host::open(relay.address(), SESSION).await;
    let mut other = End::connect(relay.address()).await;
    other.open(Session(8), Some(host.code), &[]).await;
    assert_eq!(other.closed().await, Some(CloseCode::CodeTaken));
}

#[tokio::test]
async fn an_ended_session_frees_its_code() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    host.end.say(&HostToRelay::End).await;
    host.end.closed().await;
    let mut guest = End::connect(relay.address()).await;
    guest.say(&Hello::LookUp { version: VERSION, code: host.code }).await;
    assert_eq!(guest.closed().await, Some(CloseCode::NotFound));
    let mut again = End::connect(relay.address()).await;
    again.open(SESSION, Some(host.code), &[]).await;
    assert!(matches!(again.message().await, RelayToHost::Opened { .. }));
}

/// JS-RELAY-1.
#[tokio::test]
async fn another_version_is_told_so_whatever_else_it_says() {
    let relay = relay().await;
    for text in [
        control::encode(&Hello::Return { version: 2, sid: SESSION.sid(), claim: claim(1).0 }),
        r#"{"type":"something_new","version":9}"#.to_owned(),
    ] {
        let mut end = End::connect(relay.address()).await;
        end.text(&text).await;
        assert_eq!(end.closed().await, Some(CloseCode::Version), "{text}");
    }
}
