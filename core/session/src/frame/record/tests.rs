use proptest::prelude::*;

use super::*;

fn read(buffer: &[u8], tail: usize) -> Result<Vec<Record<'_>>, SessionError> {
    Records::new(&buffer[HEADER_LEN..buffer.len() - tail]).collect()
}

/// JS-REC-1: the bytes, once and for all.
#[test]
fn golden_bytes() {
    let mut plaintext = Plaintext::to_host();
    let at = TypedAt { seen: 3, position: 4, gate: 5 };
    plaintext.push(&Record::Input { stream: 1, at, bytes: b"ls" });
    let buffer = plaintext.into_buffer();
    assert_eq!(buffer.len(), HEADER_LEN + 128);
    let numbers = [0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5];
    let expected = [&[7, 0, 0, 27, 1][..], &numbers, b"ls", &[0, 0]].concat();
    assert_eq!(buffer[HEADER_LEN..][..expected.len()], expected);
}

/// JS-REC-2: sizes are 256·2^k, signature included.
#[test]
fn sizes_are_buckets() {
    for (len, padded) in [(0, 256), (256 - 64 - 13, 256), (256 - 64 - 12, 512), (MAX_OUTPUT, 32768)] {
        let mut plaintext = Plaintext::group();
        let bytes = vec![b'x'; len];
        plaintext.push(&Record::Output { stream: 1, position: 0, bytes: &bytes });
        assert_eq!(plaintext.into_buffer().len(), HEADER_LEN + padded, "{len}");
    }
    assert!(Plaintext::group().fits(MAX_MESSAGE) && !Plaintext::group().fits(MAX_MESSAGE + 1));
}

/// Adversarial case 33: every single keystroke has one size.
#[test]
fn keystrokes_look_alike() {
    let sizes: Vec<_> = [&b"a"[..], b"\x1b[A", b"\x1b[1;5D", "é".as_bytes()]
        .map(|bytes| {
            let mut plaintext = Plaintext::to_host();
            let at = TypedAt { seen: 10, position: 20, gate: 30 };
            plaintext.push(&Record::Input { stream: 1, at, bytes });
            plaintext.into_buffer().len()
        })
        .to_vec();
    assert!(sizes.iter().all(|size| *size == sizes[0]));
}

/// JS-REC-3.
#[test]
fn refuses_what_is_garbled() {
    for bytes in [
        &[2, 0, 0, 9][..],                                       // longer than what is there
        &[11, 0, 0, 0],                                          // unknown kind
        &[2, 0, 0, 9, 224, 0, 0, 0, 0, 0, 0, 0, 0],              // output of a panel
        &[3, 0, 0, 13, 224, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1], // a panel's size
        &[&[7, 0, 0, 25, 254], &[0; 24][..]].concat(),           // keys for a panel
        &[&[7, 0, 0, 24, 1], &[0; 23][..]].concat(), // keys that do not say what they were typed at
        &[9, 0, 0, 9, 223, 0, 0, 0, 0, 0, 0, 0, 0],  // a change of a terminal
        &[10, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], // a content without its place
        &[2, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0],    // stream 0
        &[8, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0],    // a byte too many
        &[&[8, 0, 0, 17], &[0; 8][..], &[0; 9]].concat(), // the position of no terminal
        &[&[8, 0, 0, 17], &[0; 8][..], &[224; 9]].concat(), // and of a panel
        &[3, 0, 0, 13, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], // no columns
        &[0, 0, 0, 0, 1],                            // something behind the padding
        &[0, 0, 1],                                  // and in too little room for a record
    ] {
        assert!(Records::new(bytes).any(|record| record.is_err()), "{bytes:?}");
    }
    assert_eq!(Records::new(&[]).count(), 0);
    assert_eq!(Records::new(&[0; 7]).count(), 0);
}

fn any_record() -> impl Strategy<Value = (u8, u8, u64, u32, u16, u16, Vec<u8>)> {
    (
        1u8..=10,
        1u8..=LAST_TERMINAL,
        any::<u64>(),
        any::<u32>(),
        1u16..=1000,
        1u16..=1000,
        prop::collection::vec(any::<u8>(), 0..64),
    )
}

proptest! {
    #[test]
    fn round_trips(parts in prop::collection::vec(any_record(), 0..20), group: bool) {
        let r = [7; 32];
        let positions = Positions::encode([(1, 2), (LAST_TERMINAL, u64::MAX)].into_iter());
        let positions = Positions::new(&positions);
        let records: Vec<Record<'_>> = parts.iter().map(|(kind, stream, long, word, a, b, bytes)| {
            let (stream, position) = (*stream, *long);
            match kind {
                1 => Record::Message(bytes),
                2 => Record::Output { stream, position, bytes },
                3 => Record::Resize { stream, position, cols: *a, rows: *b },
                4 => Record::Snapshot(Part { stream, scope: Scope::Screen, id: *word, part: *a, parts: *b, position, bytes }),
                5 => Record::Grant(bytes),
                6 => Record::Confirm(&r),
                7 => Record::Input { stream, at: TypedAt { seen: *long, position: !*long, gate: u64::from(*word) }, bytes },
                8 => Record::Heartbeat { at: *long, positions },
                9 => Record::Change { stream: LAST_TERMINAL + 1 + stream % 31, position, bytes },
                _ => Record::Content(ContentPart { transfer: *word, total: word.rotate_left(7), at: u32::from(*a), bytes }),
            }
        }).collect();
        let mut plaintext = if group { Plaintext::group() } else { Plaintext::to_guest() };
        for record in &records {
            plaintext.push(record);
        }
        let buffer = plaintext.into_buffer();
        prop_assert_eq!(read(&buffer, if group { SIGNATURE_LEN } else { 0 }), Ok(records));
    }

    #[test]
    fn never_panics(bytes: Vec<u8>) {
        let _ = Records::new(&bytes).count();
    }
}
