//! What a room counts, and who has to make room.

use jumpseat_wire::limits::{MAX_PAIR_BACKLOG, MAX_PENDING_KNOCKS};

use super::*;

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
    for round in 0..3 {
        let first = round * 18;
        for seq in first..first + 18 {
            assert_eq!(
                stage.room.wants_input(&link),
                seq < first + 9,
                "{seq}: eight are less than the window"
            );
            stage.input(&link, 1, seq, LEN).unwrap();
        }
        assert_eq!(seqs(&stage.host_fetches()), (first..first + 9).collect::<Vec<_>>(), "a batch");
        assert!(!stage.room.wants_input(&link), "nine are more");
        assert_eq!(seqs(&stage.host_fetches()), (first + 9..first + 18).collect::<Vec<_>>());
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
