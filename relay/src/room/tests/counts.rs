//! What a room counts, and who has to make room.

use jumpseat_wire::limits::MAX_PENDING_KNOCKS;

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
