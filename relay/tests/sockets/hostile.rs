//! Ends that mean no good.

use futures_util::SinkExt as _;
use jumpseat_relay::{
    Proxies,
    testing::{End, Heard, Host, Session, claim, frame},
};
use jumpseat_wire::{
    Blob, CloseCode, FrameKind, InviteCode, VERSION,
    control::{self, GuestToRelay, Hello, HostToRelay, RelayToGuest, RelayToHost},
    limits::{MAX_CONTROL_LEN, MAX_FRAME_LEN},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::Message;

use crate::{SESSION, relay, relay_with};

/// JS-RELAY-1, JS-RELAY-2.
#[tokio::test]
async fn nothing_but_a_hello_opens_a_connection() {
    let relay = relay().await;
    let long = format!(r#"{{"type":"look_up","version":1,"code":"{}"}}"#, "A".repeat(MAX_CONTROL_LEN));
    for text in ["", "hello", "{}", r#"{"type":"end"}"#, r#"{"type":"look_up","version":1}"#, &long] {
        let mut end = End::connect(relay.address()).await;
        end.text(text).await;
        assert_eq!(end.closed().await, Some(CloseCode::BadMessage), "{text:.40}");
    }
    let mut end = End::connect(relay.address()).await;
    end.group(0, 300).await;
    assert_eq!(end.closed().await, Some(CloseCode::BadMessage));
}

/// JS-RELAY-2: to the byte.
#[tokio::test]
async fn control_messages_end_before_frames_do() {
    let relay = relay().await;
    let unknown = Hello::LookUp { version: VERSION, code: InviteCode::from_random([0; 5]) };
    for (len, answer) in
        [(MAX_CONTROL_LEN, CloseCode::NotFound), (MAX_CONTROL_LEN + 1, CloseCode::BadMessage)]
    {
        let mut end = End::connect(relay.address()).await;
        end.text(&format!("{:len$}", control::encode(&unknown))).await;
        assert_eq!(end.closed().await, Some(answer), "{len}");
    }
}

/// JS-RELAY-2: nothing is waited for, and no memory is set aside.
#[tokio::test]
async fn the_length_that_is_announced_is_enough() {
    let relay = relay().await;
    let mut end = End::connect(relay.address()).await;
    // A binary message of 2^40 bytes, masked with zeros.
    let head = [0x82, 0x80 | 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    end.socket.get_mut().write_all(&head).await.unwrap();
    assert_eq!(end.closed().await, Some(CloseCode::BadMessage));
}

/// JS-RELAY-2, JS-RELAY-9, JS-RELAY-16.
#[tokio::test]
async fn rubbish_from_a_host_or_a_guest_closes_it_alone() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let guest_faults = [
        Message::text("rubbish"),
        Message::text(r#"{"type":"end"}"#),
        Message::text(r#"{"type":"knock","data":"AA"}"#),
        Message::binary(vec![0; 40]),
        Message::binary(frame(FrameKind::ToHost, 99, 0, 100)),
        Message::binary(frame(FrameKind::Group, 0, 0, 100)),
        Message::binary(vec![0; MAX_FRAME_LEN + 1]),
    ];
    for (slot, fault) in (1..).zip(guest_faults) {
        let mut guest = host.seat(relay.address(), slot).await;
        guest.socket.send(fault.clone()).await.unwrap();
        assert_eq!(guest.closed().await, Some(CloseCode::BadMessage), "{fault:.60?}");
    }
    host.end.frame(frame(FrameKind::ToHost, 1, 0, 100)).await;
    assert_eq!(host.end.closed().await, Some(CloseCode::BadMessage));
}

/// JS-RELAY-9.
#[tokio::test]
async fn a_connection_that_looked_up_may_only_knock_and_once() {
    let relay = relay().await;
    let host = Host::open(relay.address(), SESSION).await;
    let knock = GuestToRelay::Knock { data: Blob(vec![1]) };
    for faults in [
        vec![GuestToRelay::Ack { group: 0, pair: 0 }],
        vec![knock.clone(), knock.clone()],
        vec![GuestToRelay::Knock { data: Blob(vec![1; 20 * 1024 + 1]) }],
    ] {
        let mut guest = End::connect(relay.address()).await;
        guest.say(&Hello::LookUp { version: VERSION, code: host.code }).await;
        guest.message::<RelayToGuest>().await;
        for fault in faults {
            guest.say(&fault).await;
        }
        assert_eq!(guest.closed().await, Some(CloseCode::BadMessage));
    }
}

/// JS-RELAY-4, JS-RELAY-5: who holds a place loses it to no one without its claim.
#[tokio::test]
async fn claims_are_not_forged() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let _guest = host.seat(relay.address(), 1).await;
    let wrong = claim(77).0;
    for (hello, answer) in [
        (Hello::Return { version: VERSION, sid: SESSION.sid(), claim: wrong.clone() }, CloseCode::NotAllowed),
        (
            Hello::Return { version: VERSION, sid: Session(1).sid(), claim: wrong.clone() },
            CloseCode::NotFound,
        ),
        (
            Hello::TakeSeat {
                version: VERSION,
                sid: SESSION.sid(),
                slot: 1,
                claim: wrong,
                group: 0,
                pair: 0,
            },
            CloseCode::NotAllowed,
        ),
        (SESSION.taking(2, 0, 0), CloseCode::NotFound),
        (Session(1).taking(1, 0, 0), CloseCode::NotFound),
    ] {
        let mut end = End::connect(relay.address()).await;
        end.say(&hello).await;
        assert_eq!(end.closed().await, Some(answer), "{hello:?}");
    }
    // The true host and guest sit where they sat.
    host.end.say(&HostToRelay::End).await;
    assert_eq!(host.end.closed().await, Some(CloseCode::Ended));
}

/// JS-RELAY-8: whoever guesses codes is stopped, and keeps nobody from a place that is theirs.
#[tokio::test]
async fn guessing_codes_ends_after_a_few_and_bars_no_claim() {
    let relay = relay_with(|config| config.limits.look_ups_per_minute = 10).await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let mut guest = host.seat(relay.address(), 1).await;
    let mut answers = Vec::new();
    for guess in 0..12u8 {
        let mut guest = End::connect(relay.address()).await;
        let code = InviteCode::from_random([0, 0, 0, 0, guess]);
        guest.say(&Hello::LookUp { version: VERSION, code }).await;
        answers.push(guest.closed().await.unwrap());
    }
    assert_eq!(answers[..10], [CloseCode::NotFound; 10]);
    assert_eq!(answers[10..], [CloseCode::RateLimited; 2]);
    // Even what is right is not told any more.
    let mut late = End::connect(relay.address()).await;
    late.say(&Hello::LookUp { version: VERSION, code: host.code }).await;
    assert_eq!(late.closed().await, Some(CloseCode::RateLimited));
    // All connections are cut, and come back from the same address.
    guest.socket.get_mut().shutdown().await.unwrap();
    host.end.socket.get_mut().shutdown().await.unwrap();
    let mut host = End::connect(relay.address()).await;
    host.say(&SESSION.returning()).await;
    assert!(matches!(host.message().await, RelayToHost::Returned { .. }));
    let mut guest = End::connect(relay.address()).await;
    guest.say(&SESSION.taking(1, 0, 0)).await;
    assert!(matches!(guest.message().await, RelayToGuest::Seated { .. }));
}

/// JS-RELAY-8: nobody guesses 256 bits, so wrong claims are told and counted, and stand in nobody's way.
#[tokio::test]
async fn wrong_claims_stand_before_no_right_one() {
    let relay = relay_with(|config| config.limits.look_ups_per_minute = 3).await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let _guest = host.seat(relay.address(), 1).await;
    let (version, wrong) = (VERSION, claim(77).0);
    for _ in 0..10 {
        for hello in [
            Hello::Return { version, sid: SESSION.sid(), claim: wrong.clone() },
            Hello::TakeSeat { version, sid: SESSION.sid(), slot: 1, claim: wrong.clone(), group: 0, pair: 0 },
            SESSION.taking(2, 0, 0),
        ] {
            let mut end = End::connect(relay.address()).await;
            end.say(&hello).await;
            assert_ne!(end.closed().await, Some(CloseCode::RateLimited), "{hello:?}");
        }
    }
    assert_eq!(relay.counters().wrong_claims.value(), 30);
    let mut end = End::connect(relay.address()).await;
    end.say(&SESSION.returning()).await;
    assert!(matches!(end.message().await, RelayToHost::Returned { .. }));
    // A guesser of codes by claims there is not: it may still look three up.
    let mut guest = End::connect(relay.address()).await;
    guest.say(&Hello::LookUp { version, code: host.code }).await;
    assert!(matches!(guest.message().await, RelayToGuest::Bundle { .. }));
}

/// JS-RELAY-8, JS-RELAY-31: behind a proxy each client has its own guesses; a neighbour of a guesser has some left.
#[tokio::test]
async fn who_guesses_behind_a_proxy_shuts_out_itself_alone() {
    let relay = relay_with(|config| {
        config.limits.look_ups_per_minute = 10;
        config.trusted_proxies = Proxies::parse("127.0.0.0/8").unwrap();
    })
    .await;
    let host = Host::open(relay.address(), SESSION).await;
    let look_up = async |client: &str, code| {
        let mut guest = End::connect_for(relay.address(), client).await;
        guest.say(&Hello::LookUp { version: VERSION, code }).await;
        match guest.hear().await {
            Heard::Closed(code) => code,
            _ => None,
        }
    };
    for guess in 0..12u8 {
        // It writes another address in front each time.
        let client = format!("198.51.100.{guess}, 203.0.113.9");
        let answer = look_up(&client, InviteCode::from_random([0, 0, 0, 0, guess])).await;
        assert_eq!(answer, Some(if guess < 10 { CloseCode::NotFound } else { CloseCode::RateLimited }));
    }
    assert_eq!(look_up("203.0.113.9", host.code).await, Some(CloseCode::RateLimited));
    for honest in ["198.51.100.1", "203.0.113.10", "2001:db8::1", "unknown"] {
        assert_eq!(look_up(honest, host.code).await, None, "{honest}");
    }
}

/// JS-RELAY-8: an opening must not be a way round the look-up.
#[tokio::test]
async fn wished_codes_are_counted_whether_free_or_taken() {
    // As many at once as there may be rooms.
    let relay = relay_with(|config| {
        config.limits.look_ups_per_minute = 1;
        config.limits.rooms = 3;
    })
    .await;
    let host = Host::open(relay.address(), SESSION).await;
    let mut ends = Vec::new();
    for (number, code) in [host.code, host.code, InviteCode::from_random([2; 5])].into_iter().enumerate() {
        let mut end = End::connect(relay.address()).await;
        end.open(Session(number as u32), Some(code), &[]).await;
        match end.hear().await {
            Heard::Closed(code) => assert_eq!(code, Some(CloseCode::CodeTaken)),
            _ => ends.push(end),
        }
    }
    assert_eq!(ends.len(), 1, "one was free");
    let mut end = End::connect(relay.address()).await;
    end.open(Session(3), Some(InviteCode::from_random([3; 5])), &[]).await;
    assert_eq!(end.closed().await, Some(CloseCode::RateLimited));
    // Who wishes for nothing learns nothing.
    Host::open(relay.address(), Session(4)).await;
}

/// JS-RELAY-8: a relay that was restarted gets back all that it had from behind one address.
#[tokio::test]
async fn those_who_come_back_are_no_guessers() {
    let relay = relay_with(|config| config.limits.look_ups_per_minute = 10).await;
    let mut back = Vec::new();
    for number in 0..40 {
        let session = Session(number.into());
        for lost in [session.returning(), session.taking(1, 0, 0)] {
            let mut end = End::connect(relay.address()).await;
            end.say(&lost).await;
            assert_eq!(end.closed().await, Some(CloseCode::NotFound));
        }
        let mut end = End::connect(relay.address()).await;
        end.open(session, Some(InviteCode::from_random([number; 5])), &[1]).await;
        assert!(matches!(end.message().await, RelayToHost::Opened { .. }));
        let mut guest = End::connect(relay.address()).await;
        guest.say(&session.taking(1, 0, 0)).await;
        assert!(matches!(guest.message().await, RelayToGuest::Seated { .. }));
        back.push((end, guest));
    }
}

/// JS-RELAY-8.
#[tokio::test]
async fn right_codes_are_not_counted() {
    let relay = relay_with(|config| config.limits.look_ups_per_minute = 2).await;
    let mut host = Host::open(relay.address(), SESSION).await;
    for slot in 1..=20 {
        host.seat(relay.address(), slot).await;
    }
}

/// JS-RELAY-10: with the code alone one cannot turn others away, neither from elsewhere nor from next door.
#[tokio::test]
async fn bad_knocks_of_one_stop_no_honest_join() {
    let relay = relay_with(|config| config.trusted_proxies = Proxies::parse("127.0.0.1").unwrap()).await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let code = host.code;
    let knock = async |client: &str| {
        let mut guest = End::connect_for(relay.address(), client).await;
        guest.say(&Hello::LookUp { version: VERSION, code }).await;
        guest.message::<RelayToGuest>().await;
        guest.say(&GuestToRelay::Knock { data: Blob(vec![1; 1000]) }).await;
        guest
    };
    let (mut slot, mut turned_away) = (0, 0);
    for number in 0..170 {
        let mut bad = knock("203.0.113.9").await;
        // The host hears of it, or the relay has had enough of them.
        let heard = tokio::select! {
            biased;
            code = bad.closed() => { assert_eq!(code, Some(CloseCode::RateLimited)); None }
            id = host.knocked() => Some(id),
        };
        match heard {
            Some(knock) => host.end.say(&HostToRelay::Refuse { knock, data: None, failed: true }).await,
            None => turned_away += 1,
        }
        if number % 10 == 9 {
            for honest in ["198.51.100.1", "203.0.113.10"] {
                slot += 1;
                let mut guest = knock(honest).await;
                let knock = host.knocked().await;
                host.welcome(knock, slot).await;
                assert!(matches!(guest.message().await, RelayToGuest::Welcome { .. }), "{honest}");
                host.end.say(&HostToRelay::Remove { slot }).await;
            }
        }
    }
    assert!(turned_away > 0, "nothing was stopped");
}

/// JS-RELAY-1.
#[tokio::test]
async fn who_says_nothing_is_closed() {
    let relay = relay_with(|config| config.timeouts.hello = 1).await;
    // Nothing at all, half a request, and a WebSocket without a word.
    let mut silent = TcpStream::connect(relay.address()).await.unwrap();
    let mut slow = TcpStream::connect(relay.address()).await.unwrap();
    slow.write_all(b"GET /v1/session HTTP/1.1\r\nHost: a\r\nX-A: ").await.unwrap();
    let mut end = End::connect(relay.address()).await;
    assert_eq!(end.closed().await, Some(CloseCode::BadMessage));
    for stream in [&mut silent, &mut slow] {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        assert!(!rest.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&rest));
    }
}

/// JS-RELAY-2.
#[tokio::test]
async fn a_message_in_a_thousand_pieces_is_bounded_in_all() {
    use tokio_tungstenite::tungstenite::protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    };
    let relay = relay().await;
    let mut end = End::connect(relay.address()).await;
    let piece = |first: bool| {
        let opcode = OpCode::Data(if first { Data::Text } else { Data::Continue });
        Message::Frame(Frame::message(vec![b'a'; 1000], opcode, false))
    };
    for at in 0..1000 {
        if end.socket.send(piece(at == 0)).await.is_err() {
            break;
        }
    }
    // It was cut off on the way: either it still hears why, or its own sending failed first.
    assert!(matches!(end.closed().await, Some(CloseCode::BadMessage) | None));
    Host::open(relay.address(), SESSION).await;
}
