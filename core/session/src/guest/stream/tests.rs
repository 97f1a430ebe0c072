use proptest::prelude::*;

use super::*;
use crate::snapshot::cut;

/// A terminal that is its own history: a full snapshot is all of it, a glimpse the last three letters.
#[derive(Default)]
struct Shown {
    history: Vec<u8>,
    exact: bool,
}

impl Shown {
    fn apply(&mut self, out: &mut VecDeque<GuestOutput>) {
        for output in out.drain(..) {
            let GuestOutput::Terminal { change, .. } = output else { panic!() };
            match change {
                TerminalChange::Output(bytes) => self.history.extend(bytes),
                TerminalChange::Resize { .. } => self.history.push(b'#'),
                TerminalChange::Snapshot { scope: Scope::Full, data } => {
                    self.history = data;
                    self.exact = true;
                }
                TerminalChange::Snapshot { scope: Scope::Screen, data } => {
                    self.history = data;
                    self.exact = false;
                }
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    /// Output of so many bytes; whether it arrives.
    Print(usize, bool),
    /// A full snapshot of the place so many acts ago; a glimpse of the current place.
    Full(usize),
    Glimpse,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (1..20usize, prop::bool::weighted(0.8)).prop_map(|(len, arrives)| Act::Print(len, arrives)),
        1 => (0..4usize).prop_map(Act::Full),
        1 => Just(Act::Glimpse),
    ]
}

proptest! {
    /// JS-SNAP-3: whatever is lost and whenever snapshots come, a final full one makes the picture exact,
    /// and an exact picture is the host's.
    #[test]
    fn ends_equal(acts in prop::collection::vec(act(), 0..60)) {
        let mut stream = Stream::new(1);
        let (mut host, mut places) = (Vec::new(), vec![0]);
        let (mut out, mut shown) = (VecDeque::new(), Shown::default());
        let show = |stream: &mut Stream, out: &mut _, scope, place: usize, bytes: &[u8]| {
            for part in cut(1, scope, 1, place as u64, bytes) {
                stream.group_part(part, out).unwrap();
            }
        };
        for act in acts {
            match act {
                Act::Print(len, arrives) => {
                    let start = host.len();
                    host.extend((start..start + len).map(|i| i as u8));
                    if arrives {
                        stream.output(start as u64, &host[start..], &mut out);
                    }
                }
                Act::Full(ago) => {
                    let place = places[places.len().saturating_sub(ago + 1)];
                    show(&mut stream, &mut out, Scope::Full, place, &host[..place]);
                }
                Act::Glimpse => {
                    let place = host.len();
                    show(&mut stream, &mut out, Scope::Screen, place, &host[place.saturating_sub(3)..]);
                }
            }
            places.push(host.len());
            shown.apply(&mut out);
            if stream.exact {
                prop_assert!(host.starts_with(&shown.history) && shown.exact);
            }
        }
        show(&mut stream, &mut out, Scope::Full, host.len(), &host);
        shown.apply(&mut out);
        prop_assert!(stream.exact || host.is_empty());
        prop_assert_eq!(shown.history, host);
    }
}

#[test]
fn what_is_kept_is_bounded() {
    let (mut stream, mut out) = (Stream::new(1), VecDeque::new());
    for i in 0..200u64 {
        stream.output(i * 30_000, &[0; 30_000], &mut out);
    }
    assert!(stream.kept_bytes <= KEPT_BYTES && out.is_empty());
    assert!(stream.take_overflow() && !stream.take_overflow());
}
