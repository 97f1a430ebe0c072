use proptest::prelude::*;

use super::*;

fn claim() -> ClaimHash {
    ClaimHash([7; 32])
}

fn round_trip<M: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(message: M) -> String {
    let text = encode(&message);
    assert_eq!(decode::<M>(&text).as_ref(), Ok(&message), "{text}");
    text
}

/// JS-CTL-1: the shapes, once and for all.
#[test]
fn golden_text() {
    let sid = SessionId([1; 16]);
    let code: InviteCode = "K7QM-3XTE".parse().unwrap();
    let lines = [
        round_trip(Hello::Open {
            version: 1,
            bundle: Blob(vec![1, 2, 3]),
            claim: claim(),
            code: None,
            seats: vec![],
        }),
        round_trip(Hello::Open {
            version: 1,
            bundle: Blob(vec![1, 2, 3]),
            claim: claim(),
            code: Some(code),
            seats: vec![Seat { slot: 2, claim: claim() }],
        }),
        round_trip(Hello::Return { version: 1, sid, claim: Claim([9; 32]) }),
        round_trip(Hello::LookUp { version: 1, code }),
        round_trip(Hello::TakeSeat {
            version: 1,
            sid,
            slot: 2,
            claim: Claim([9; 32]),
            group: u64::MAX,
            pair: 0,
        }),
        round_trip(HostToRelay::Prove { signature: Signature([8; 64]) }),
        round_trip(HostToRelay::Welcome {
            knock: 4,
            seat: Seat { slot: 2, claim: claim() },
            data: Blob(vec![255; 4]),
        }),
        round_trip(HostToRelay::Refuse { knock: 4, data: None, failed: true }),
        round_trip(HostToRelay::Ack { slot: 2, pair: 9 }),
        round_trip(HostToRelay::Remove { slot: 2 }),
        round_trip(HostToRelay::End),
        round_trip(RelayToHost::Challenge { nonce: Nonce([6; 32]) }),
        round_trip(RelayToHost::Opened { code, expires_in: 86_400, max_guests: 20 }),
        round_trip(RelayToHost::Returned { group: 5 }),
        round_trip(RelayToHost::Knock { knock: 4, data: Blob(vec![]) }),
        round_trip(RelayToHost::KnockGone { knock: 4 }),
        round_trip(RelayToHost::Ack { group: 5 }),
        round_trip(RelayToHost::Acked { slot: 2, pair: 6 }),
        round_trip(RelayToHost::Present { slot: 2, pair: 6 }),
        round_trip(RelayToHost::Absent { slot: 2 }),
        round_trip(GuestToRelay::Knock { data: Blob(vec![0]) }),
        round_trip(GuestToRelay::Ack { group: 5, pair: 6 }),
        round_trip(RelayToGuest::Bundle { bundle: Blob(vec![0]), host_present: true }),
        round_trip(RelayToGuest::Welcome { data: Blob(vec![0]) }),
        round_trip(RelayToGuest::Refused { data: None }),
        round_trip(RelayToGuest::Seated { host_present: false }),
        round_trip(RelayToGuest::Acked { pair: 6 }),
        round_trip(RelayToGuest::Host { present: false }),
    ];
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn refuses_what_is_no_message() {
    for text in
        ["", "{}", "[]", r#"{"type":"nope"}"#, r#"{"type":"end"}"#, r#"{"type":"ack","group":-1,"pair":0}"#]
    {
        assert!(matches!(decode::<GuestToRelay>(text), Err(WireError::Control(_))), "{text}");
    }
    let long = format!(r#"{{"type":"knock","data":"{}"}}"#, "A".repeat(MAX_CONTROL_LEN));
    assert!(matches!(decode::<GuestToRelay>(&long), Err(WireError::TooLong { .. })));
    // Padding and non-canonical base64 would give one message two texts.
    assert!(decode::<GuestToRelay>(r#"{"type":"knock","data":"AA=="}"#).is_err());
    assert!(decode::<GuestToRelay>(r#"{"type":"knock","data":"AB"}"#).is_err());
}

#[test]
fn a_claim_is_never_printed() {
    assert_eq!(format!("{:?}", Claim([9; 32])), "Claim(..)");
}

proptest! {
    #[test]
    fn never_panics(text in "\\PC*") {
        let _ = decode::<Hello>(&text);
        let _ = decode::<HostToRelay>(&text);
    }

    #[test]
    fn blobs_round_trip(bytes: Vec<u8>) {
        let text = encode(&GuestToRelay::Knock { data: Blob(bytes.clone()) });
        prop_assert_eq!(decode(&text), Ok(GuestToRelay::Knock { data: Blob(bytes) }));
    }
}
