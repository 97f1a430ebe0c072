//! What a room counts, and who has to make room.

use jumpseat_wire::limits::{MAX_PAIR_BACKLOG, MAX_PENDING_KNOCKS};

use super::{lag::Bell, *};

fn held(stage: &mut Stage) -> usize {
    stage.room.weigh();
    stage.room.meter().held()
}

/// Knocks that wait count with what they say, each for itself, until they are gone.
#[test]
fn knocks_that_wait_are_counted() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let (_, first) = stage.knock_with("192.0.2.1", Blob(vec![0; 3_000])).unwrap();
    let one = held(&mut stage) - before;
    assert!((3_001..4_000).contains(&one), "{one}");
    stage.knock_with("192.0.2.2", Blob(vec![0; 1_000])).unwrap();
    assert_eq!(held(&mut stage) - before, 2 * one - 2_000);
    stage.room.knock_left(first);
    assert_eq!(held(&mut stage) - before, one - 2_000);
}

/// A network makes room for another where it has more even after that.
#[test]
fn nobody_makes_room_for_who_would_have_as_much() {
    let mut stage = Stage::new();
    stage.knocks = Arc::new(Attempts::new(1.0, 1_000.0));
    let [most, less, least] = ["192.0.2.1", "198.51.100.1", "203.0.113.1"];
    let half = MAX_PENDING_KNOCKS / 2;
    for (address, count) in [(most, half), (less, half - 1), (least, 1)] {
        for _ in 0..count {
            stage.knock_from(address).unwrap();
        }
    }
    assert_eq!(stage.knock_from(less).err(), Some(CloseCode::RateLimited));
    stage.knock_from(least).unwrap();
}

/// Where memory is short a knock is taken that may be genuine, and none that is longer.
#[test]
fn where_memory_is_short_long_knocks_are_not_taken() {
    let mut stage = Stage::new();
    stage.knock_with("192.0.2.1", Blob(vec![0; 4_097])).unwrap();
    let budget = Budget::new(64 * 1024);
    let source = Source::from(IpAddr::from([127, 0, 0, 1]));
    stage.room.held = budget.open(source).unwrap();
    let _full = stage.room.meter().keep(vec![0; 60 * 1024]);
    assert!(stage.room.meter().is_short());
    let long = stage.knock_with("192.0.2.2", Blob(vec![0; 4_097]));
    assert_eq!(long.err(), Some(CloseCode::RateLimited));
    stage.knock_with("192.0.2.3", Blob(vec![0; 4_096])).unwrap();
}

/// What a guest sent waits for the host in order, and counts until the host has taken it.
#[test]
fn input_counts_until_the_host_takes_it() {
    const LEN: usize = 8_000;
    let mut stage = Stage::new();
    let link = stage.seat(1);
    stage.host_fetches();
    let seqs =
        |packets: &VecDeque<Bytes>| headers(packets).iter().map(|header| header.seq).collect::<Vec<_>>();
    let mut bell = Bell::of(&link);
    for round in 0..3 {
        let first = round * 19;
        for seq in first..first + 18 {
            assert_eq!(
                stage.room.wants_input(&link),
                seq < first + 9,
                "{seq}: eight are less than the window"
            );
            stage.input(&link, 1, seq, LEN).unwrap();
        }
        assert_eq!(seqs(&stage.host_fetches()), (first..first + 9).collect::<Vec<_>>(), "a batch");
        assert!(!stage.room.wants_input(&link) && !bell.rang(), "nine are more");
        assert_eq!(seqs(&stage.host_fetches()), (first + 9..first + 18).collect::<Vec<_>>());
        assert!(bell.rang(), "there is room again");
        stage.input(&link, 1, first + 18, LEN).unwrap();
        assert_eq!(stage.host_fetches().len(), 1);
        assert!(!bell.rang(), "as there was before");
    }
}

/// What waits for a guest counts until it is sent, no longer and no less.
#[test]
fn what_a_guest_was_sent_no_longer_counts_against_it() {
    const LEN: usize = 10_000;
    let mut stage = Stage::new();
    let link = stage.seat(1);
    let mut next = 0;
    let mut queue = |stage: &mut Stage, most: u64| {
        let first = next;
        while next < first + most && link.verdict().is_none() {
            stage.pair(1, next, LEN);
            next += 1;
        }
        next - first
    };
    let all = (MAX_PAIR_BACKLOG / LEN) as u64;
    assert_eq!(queue(&mut stage, all), all);
    let sent = stage.fetch(&link).len() as u64;
    assert!((1..all).contains(&sent));
    assert_eq!(queue(&mut stage, sent), sent);
    assert_eq!(link.verdict(), None, "there is as much room as was sent");
    assert_eq!(queue(&mut stage, 2), 1);
    assert_eq!(link.verdict(), Some(CloseCode::Slow), "and no more");
}

/// What waited for a connection that is lost is the host's to send again: the next one gets none of it, and nothing of it
/// counts.
#[test]
fn what_waited_for_a_lost_connection_is_forgotten() {
    let mut stage = Stage::new();
    let lost = stage.seat(1);
    let before = held(&mut stage);
    stage.pair(1, 0, 10_000);
    assert!(held(&mut stage) > before + 10_000);
    stage.room.guest_lost(&lost, stage.now);
    assert!(held(&mut stage) <= before);
    stage.pair(1, 1, 10_000);
    let back = stage.take_seat(1, (0, 0)).unwrap();
    let packets = stage.fetch(&back);
    assert_eq!(texts::<RelayToGuest>(&packets), [RelayToGuest::Seated { host_present: true }]);
    assert_eq!(headers(&packets), []);
}
