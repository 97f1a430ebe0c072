use std::{future::poll_fn, io::Write as _, path::PathBuf};

use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use tempfile::TempDir;

use super::*;
use crate::{api::Size, pty::program::Program};

const BO: Typist = Typist { session: SessionNo(1), stream: 1, slot: 1 };
const CY: Typist = Typist { slot: 2, ..BO };
const READ_ONLY: Result<(), InputRefusal> = Err(InputRefusal::ReadOnly);
const AWAY: Result<(), InputRefusal> = Err(InputRefusal::HostAway);

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future).await.expect("it takes far less than 30 s")
}

/// A program that reads nothing until it is let go, and then prints what it reads.
struct Stand {
    keys: Keys,
    pty: Pty,
    seen: Vec<u8>,
    gate: PathBuf,
    _folder: TempDir,
}

impl Stand {
    async fn new(modes: &str) -> Self {
        Self::running(modes, "read line < \"$0\"; exec cat").await
    }

    async fn running(modes: &str, rest: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let gate = folder.path().join("gate");
        rustix::fs::mknodat(rustix::fs::CWD, &gate, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let script = format!("stty {modes}; printf ready.; {rest}");
        let gate_path = gate.display().to_string();
        let program = Program::new(&["/bin/sh".to_owned(), "-c".to_owned(), script, gate_path]);
        let pty = Pty::spawn(&program, Size { cols: 80, rows: 24 }).unwrap();
        let mut stand = Self { keys: Keys::default(), pty, seen: Vec::new(), gate, _folder: folder };
        stand.sees("ready.", |_| Ok(())).await;
        stand.seen.clear();
        stand
    }

    /// A pass, as the engine makes them.
    async fn pass(&mut self, gate: impl Fn(Typist) -> Result<(), InputRefusal>) {
        poll_fn(|cx| {
            self.keys.write(cx, &mut self.pty, &gate);
            Poll::Ready(())
        })
        .await;
    }

    async fn press(&mut self, bytes: &[u8]) -> oneshot::Receiver<Result<Reply, ApiError>> {
        let (answer, answered) = oneshot::channel();
        let mut answer = Some(answer);
        poll_fn(|cx| {
            if let Some(answer) = answer.take() {
                self.keys.press(cx, &mut self.pty, bytes, answer);
            }
            Poll::Ready(())
        })
        .await;
        answered
    }

    fn guest(&mut self, who: Typist, bytes: &[u8]) {
        for piece in bytes.chunks(4096) {
            self.keys.guest_pressed(&self.pty, who, piece.to_vec());
        }
    }

    /// Lets the program read.
    fn let_go(&self) {
        std::fs::OpenOptions::new().write(true).open(&self.gate).unwrap().write_all(b"\n").unwrap();
    }

    /// Passes until the program has printed a text.
    async fn sees(&mut self, text: &str, gate: impl Fn(Typist) -> Result<(), InputRefusal>) {
        let Self { keys, pty, seen, .. } = self;
        within(poll_fn(|cx| {
            loop {
                if String::from_utf8_lossy(seen).contains(text) {
                    return Poll::Ready(());
                }
                keys.write(cx, pty, &gate);
                match pty.poll_read(cx, seen) {
                    Poll::Ready(more) => assert!(more.unwrap(), "{:?}", String::from_utf8_lossy(seen)),
                    Poll::Pending => return Poll::Pending,
                }
            }
        }))
        .await;
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }
}

fn lines(count: usize) -> Vec<u8> {
    (0..count).flat_map(|n| format!("guest {n}\r").into_bytes()).collect()
}

#[tokio::test]
async fn the_hosts_keys_go_first_however_many_of_a_guest_wait() {
    let mut stand = Stand::new("raw -echo").await;
    stand.guest(BO, &[b'g'; 200 * 1024]);
    stand.pass(|_| Ok(())).await;
    let answered = stand.press(b"H").await;
    assert_eq!(within(answered).await.unwrap(), Ok(Reply::Done));
    stand.let_go();
    stand.sees("H", |_| Ok(())).await;
    let before = stand.text().find('H').unwrap();
    assert!((1..=AHEAD).contains(&before), "{before}");
}

/// JS-ROLE-3.
#[tokio::test]
async fn what_a_guest_typed_and_nobody_read_goes_with_its_right_to_type() {
    for modes in ["-echo", "raw -echo"] {
        let mut stand = Stand::new(modes).await;
        stand.guest(BO, &lines(9000));
        stand.pass(|_| Ok(())).await;
        stand.pass(|_| READ_ONLY).await;
        // Nor does it come back with the right.
        stand.pass(|_| Ok(())).await;
        stand.press(b"end\n").await;
        stand.let_go();
        stand.sees("end", |_| Ok(())).await;
        assert!(!stand.text().contains("guest"), "{modes}: {:?}", stand.text());
    }
}

/// JS-ROLE-3: half a line would wait for whoever presses Return next.
#[tokio::test]
async fn the_line_that_a_guest_began_goes_with_its_right_to_type() {
    let mut stand = Stand::new("-echo").await;
    stand.guest(BO, b"rm -rf ");
    stand.pass(|_| Ok(())).await;
    // It stands while the host only looks away, and is still the guest's.
    stand.pass(|_| AWAY).await;
    stand.pass(|_| READ_ONLY).await;
    stand.press(b"end\n").await;
    stand.let_go();
    stand.sees("end\r\n", |_| Ok(())).await;
    assert_eq!(stand.text(), "end\r\n");
}

/// JS-ROLE-3: neither a quoted Return nor a key that ends no line in this terminal is the end of one.
#[tokio::test]
async fn a_line_that_only_seems_to_have_ended_is_still_the_guests() {
    for (modes, line) in
        [("-echo", "guest\x16\r"), ("-echo -icrnl", "guest\r"), ("-echo eof ^A", "guest\x04")]
    {
        let mut stand = Stand::new(modes).await;
        stand.guest(BO, line.as_bytes());
        stand.pass(|_| Ok(())).await;
        // The host's next key does not make it the host's.
        stand.press(b"h").await;
        stand.pass(|_| READ_ONLY).await;
        stand.press(b"end\n").await;
        stand.let_go();
        stand.sees("end\r\n", |_| Ok(())).await;
        assert_eq!(stand.text(), "end\r\n", "{modes}");
    }
}

/// JS-ROLE-3: a program may forbid that its terminal is opened, but for those who may everything.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_guest_typed_goes_also_where_nobody_may_open_the_terminal() {
    use rustix::thread::{CapabilitySet, CapabilitySets, capabilities, set_capabilities};

    let sets = capabilities(None).unwrap();
    let effective = sets.effective - CapabilitySet::SYS_ADMIN;
    set_capabilities(None, CapabilitySets { effective, ..sets }).unwrap();
    for first in ["", "guest 0\r"] {
        let mut stand = Stand::new("-echo").await;
        stand.guest(BO, first.as_bytes());
        stand.pass(|_| Ok(())).await;
        rustix::termios::ioctl_tiocexcl(&stand.pty.program_end().unwrap().0).unwrap();
        assert!(stand.pty.program_end().is_none());
        stand.guest(BO, &lines(400));
        stand.pass(|_| Ok(())).await;
        stand.pass(|_| READ_ONLY).await;
        stand.press(b"end\n").await;
        stand.let_go();
        stand.sees("end\r\n", |_| Ok(())).await;
        assert_eq!(stand.text(), "end\r\n");
    }
}

/// JS-ROLE-3: the right to type was lost, given again and lost before the next keys went on.
#[tokio::test]
async fn keys_that_came_while_the_gate_was_open_do_not_pass_it_when_it_is_closed() {
    let mut stand = Stand::new("-echo").await;
    stand.guest(BO, b"begun");
    stand.pass(|_| Ok(())).await;
    stand.pass(|_| AWAY).await;
    stand.guest(BO, b"guest\r");
    stand.pass(|_| AWAY).await;
    stand.pass(|_| READ_ONLY).await;
    stand.press(b"end\n").await;
    stand.let_go();
    stand.sees("end\r\n", |_| Ok(())).await;
    assert_eq!(stand.text(), "end\r\n");
}

#[tokio::test]
async fn keys_in_small_pieces_wait_as_few() {
    let mut stand = Stand::new("raw -echo").await;
    (0..MAX_OF_GUEST).for_each(|_| stand.keys.guest_pressed(&stand.pty, BO, vec![b'a']));
    assert!(stand.keys.guests[0].waiting.len() <= MAX_OF_GUEST / PIECE + 1);
}

/// JS-ROLE-5.
#[tokio::test]
async fn what_a_guest_typed_does_not_run_while_the_host_looks_away() {
    let mut stand = Stand::new("-echo").await;
    stand.guest(BO, &lines(9000));
    stand.pass(|_| Ok(())).await;
    stand.pass(|_| AWAY).await;
    stand.pass(|_| AWAY).await;
    stand.press(b"end\n").await;
    stand.let_go();
    stand.sees("end\r\n", |_| Ok(())).await;
    assert_eq!(stand.text(), "end\r\n");
}

#[tokio::test]
async fn what_the_host_typed_ahead_stays_when_it_looks_away() {
    let mut stand = Stand::new("-echo").await;
    stand.press(b"host\n").await;
    stand.guest(BO, b"guest\r");
    stand.pass(|_| Ok(())).await;
    stand.pass(|_| AWAY).await;
    stand.let_go();
    stand.sees("host\r\n", |_| Ok(())).await;
}

#[tokio::test]
async fn what_another_guest_typed_stays_where_one_had_nothing_unread() {
    let mut stand = Stand::new("-echo").await;
    stand.guest(CY, b"mine\r");
    stand.pass(|_| Ok(())).await;
    stand.pass(|who| if who == BO { READ_ONLY } else { Ok(()) }).await;
    stand.let_go();
    stand.sees("mine\r\n", |_| Ok(())).await;
}

#[tokio::test]
async fn a_paste_that_is_cut_off_is_ended_for_the_program() {
    let mut stand = Stand::new("raw -echo").await;
    stand.guest(BO, &[b"\x1b[200~", &[b'p'; 8000][..], b"\x1b[201~"].concat());
    stand.let_go();
    stand.sees("ppp", |_| Ok(())).await;
    // It has read the beginning, whatever is unread of the rest.
    stand.pass(|_| READ_ONLY).await;
    stand.sees("\x1b[201~", |_| Ok(())).await;
    assert_eq!(stand.text().matches("\x1b[201~").count(), 1);
}

#[tokio::test]
async fn guests_take_turns() {
    let mut stand = Stand::new("raw -echo").await;
    stand.guest(BO, &[b'b'; 100 * 1024]);
    stand.guest(CY, b"C");
    stand.pass(|_| Ok(())).await;
    stand.let_go();
    stand.sees("C", |_| Ok(())).await;
    assert!(stand.text().find('C').unwrap() <= 4096, "{:?}", stand.text().find('C'));
}

#[tokio::test]
async fn an_interrupt_by_the_host_drops_what_guests_have_waiting() {
    let mut stand = Stand::new("-echo").await;
    stand.guest(BO, &lines(9000));
    stand.pass(|_| Ok(())).await;
    stand.press(b"\x03").await;
    stand.pass(|_| Ok(())).await;
    assert!(stand.keys.guests.iter().all(|guest| guest.len == 0));
}

#[tokio::test]
async fn a_guests_interrupt_does_not_wait_behind_its_own_paste() {
    // Not a shell that waits for a file: some hear no interrupt there.
    let mut stand = Stand::running("-echo", "exec sleep 600").await;
    stand.guest(BO, &lines(9000));
    stand.pass(|_| Ok(())).await;
    stand.guest(BO, b"\x03");
    stand.pass(|_| Ok(())).await;
    within(poll_fn(|cx| stand.pty.poll_exit(cx))).await;
}

#[tokio::test]
async fn a_program_that_throws_its_input_away_gets_what_comes_then() {
    let mut stand = Stand::new("raw -echo").await;
    stand.guest(BO, &[[b'a'; 2 * AHEAD].as_slice(), b"Z"].concat());
    stand.pass(|_| Ok(())).await;
    assert_eq!(stand.pty.program_end().unwrap().unread(), AHEAD);
    // As programs do that ask for a password.
    let ProgramEnd(end) = stand.pty.program_end().unwrap();
    let modes = tcgetattr(&end).unwrap();
    tcsetattr(&end, OptionalActions::Flush, &modes).unwrap();
    stand.let_go();
    stand.sees("Z", |_| Ok(())).await;
    assert_eq!(stand.text().len(), AHEAD + 1);
}

#[tokio::test]
async fn keys_that_a_guest_lost_take_those_behind_them_along() {
    let mut stand = Stand::new("raw -echo").await;
    stand.guest(BO, &[b'a'; MAX_OF_GUEST]);
    stand.guest(BO, b"lost");
    stand.pass(|_| Ok(())).await;
    stand.guest(BO, b"behind it");
    stand.let_go();
    let Stand { keys, .. } = &stand;
    assert_eq!(keys.guests[0].len, MAX_OF_GUEST - AHEAD);
    let all = "a".repeat(MAX_OF_GUEST);
    stand.sees(&all, |_| Ok(())).await;
    stand.guest(BO, b"Z");
    stand.sees("Z", |_| Ok(())).await;
    assert_eq!(stand.text().len(), MAX_OF_GUEST + 1);
}

#[tokio::test]
async fn the_hosts_own_paste_is_answered_when_there_is_room_for_more_and_bounded() {
    let mut stand = Stand::new("raw -echo").await;
    let mut late = stand.press(&[b'a'; 512 * 1024]).await;
    assert!(late.try_recv().is_err());
    let refused = stand.press(&vec![b'b'; MAX_OWN]).await;
    assert_eq!(within(refused).await.unwrap().unwrap_err().kind, ApiErrorKind::Misused);
    stand.let_go();
    stand.sees(&"a".repeat(512 * 1024 - OWN), |_| Ok(())).await;
    assert_eq!(within(late).await.unwrap(), Ok(Reply::Done));
}
