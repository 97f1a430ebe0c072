use std::{future::poll_fn, time::Duration};

use super::{Pty, program::Program, threaded};
use crate::api::Size;

const SIZE: Size = Size { cols: 80, rows: 24 };

fn sh(script: &str) -> Program {
    Program::new(&["/bin/sh".to_owned(), "-c".to_owned(), script.to_owned()])
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(150), future).await.expect("it takes far less")
}

macro_rules! both {
    ($($name:ident => $body:ident;)*) => {
        mod polled {
            use super::*;
            $(#[tokio::test] async fn $name() { super::$body!(Pty) })*
        }
        mod with_threads {
            use super::*;
            $(#[tokio::test] async fn $name() { super::$body!(threaded::Pty) })*
        }
    };
}

macro_rules! read_until {
    ($pty:expr, $text:expr) => {{
        let mut seen = Vec::new();
        within(async {
            loop {
                let text = String::from_utf8_lossy(&seen).into_owned();
                if text.contains($text) {
                    return text;
                }
                let more = poll_fn(|cx| $pty.poll_read(cx, &mut seen)).await.unwrap();
                assert!(more, "it ended with {text:?}");
            }
        })
        .await
    }};
}

macro_rules! read_all {
    ($pty:expr) => {{
        let mut seen = Vec::new();
        within(async { while poll_fn(|cx| $pty.poll_read(cx, &mut seen)).await.unwrap() {} }).await;
        seen
    }};
}

macro_rules! output_and_exit_code {
    ($pty:ty) => {{
        let mut pty = <$pty>::spawn(&sh("printf 'hello %s' \"$TERM\"; exit 7"), SIZE).unwrap();
        assert_eq!(String::from_utf8(read_all!(pty)).unwrap(), "hello xterm-256color");
        assert_eq!(within(poll_fn(|cx| pty.poll_exit(cx))).await, Some(7));
    }};
}

macro_rules! keys_and_size {
    ($pty:ty) => {{
        let script = "stty size; read line; printf 'got:%s.' \"$line\"; stty size; read line";
        let mut pty = <$pty>::spawn(&sh(script), SIZE).unwrap();
        read_until!(pty, "24 80");
        pty.resize(Size { cols: 132, rows: 50 }).unwrap();
        let sent = within(poll_fn(|cx| pty.poll_write(cx, b"abc\n"))).await.unwrap();
        assert_eq!(sent, 4);
        let text = read_until!(pty, "50 132");
        assert!(text.contains("got:abc."), "{text:?}");
    }};
}

macro_rules! a_flood_arrives_whole {
    ($pty:ty) => {{
        let mut pty = <$pty>::spawn(&sh("stty -opost; seq 1 200000"), SIZE).unwrap();
        let seen = read_all!(pty);
        let expected: String = (1..=200_000).map(|n| format!("{n}\n")).collect();
        assert!(seen == expected.as_bytes(), "{} bytes instead of {}", seen.len(), expected.len());
    }};
}

use {a_flood_arrives_whole, keys_and_size, output_and_exit_code};

both! {
    printed_text_and_exit_code_arrive => output_and_exit_code;
    keys_and_sizes_reach_the_program => keys_and_size;
    nothing_of_a_flood_is_lost => a_flood_arrives_whole;
}

#[tokio::test]
async fn a_signal_is_told_as_shells_tell_it() {
    let mut pty = Pty::spawn(&sh("kill -TERM $$"), SIZE).unwrap();
    assert_eq!(within(poll_fn(|cx| pty.poll_exit(cx))).await, Some(128 + 15));
}

#[tokio::test]
async fn one_read_gathers_and_stays_within_its_bound() {
    let mut pty = Pty::spawn(&sh("stty -opost; head -c 500000 /dev/zero | tr '\\0' x"), SIZE).unwrap();
    let (mut largest, mut reads, mut total) = (0, 0, 0);
    let mut buffer = Vec::new();
    within(async {
        while poll_fn(|cx| pty.poll_read(cx, &mut buffer)).await.unwrap() {
            (largest, reads, total) = (buffer.len().max(largest), reads + 1, total + buffer.len());
            buffer.clear();
        }
    })
    .await;
    assert_eq!(total, 500_000);
    assert!(largest <= super::READ_LEN, "{largest}");
}

#[tokio::test]
async fn a_program_that_reads_nothing_does_not_block_the_writer() {
    let mut pty = Pty::spawn(&sh("stty raw -echo; echo ready; exec sleep 600"), SIZE).unwrap();
    read_until!(pty, "ready");
    let keys = [b'x'; 4096];
    let mut taken = 0;
    let waker = std::task::Waker::noop();
    let mut cx = std::task::Context::from_waker(waker);
    // The kernel takes a few pages and then no more.
    let blocked = (0..1000).any(|_| match pty.poll_write(&mut cx, &keys) {
        std::task::Poll::Ready(sent) => {
            taken += sent.unwrap();
            false
        }
        std::task::Poll::Pending => true,
    });
    assert!(blocked && taken > 0, "{taken} bytes were taken");
}

#[tokio::test]
async fn a_program_that_ignores_the_hang_up_is_killed() {
    let mut pty = Pty::spawn(&sh("trap '' HUP; echo ready; while :; do sleep 1; done"), SIZE).unwrap();
    read_until!(pty, "ready");
    pty.hang_up();
    assert_eq!(within(poll_fn(|cx| pty.poll_exit(cx))).await, Some(128 + 9));
}

#[tokio::test]
async fn a_shell_that_is_hung_up_writes_its_history_whatever_was_typed() {
    let place = tempfile::tempdir().unwrap();
    let history = place.path().join("history");
    let mut bash = Program::new(&["bash".to_owned(), "--norc".to_owned(), "-i".to_owned()]);
    bash.env.insert("HISTFILE".to_owned(), history.clone().into());
    for keys in [&b"echo $((40+1))\n"[..], b"echo $((40+1))\n\x1b"] {
        let mut pty = Pty::spawn(&bash, SIZE).unwrap();
        within(poll_fn(|cx| pty.poll_write(cx, keys))).await.unwrap();
        read_until!(pty, "41");
        pty.hang_up();
        // By SIGHUP, not by SIGKILL.
        assert_eq!(within(poll_fn(|cx| pty.poll_exit(cx))).await, Some(128 + 1));
        assert_eq!(std::fs::read_to_string(&history).unwrap(), "echo $((40+1))\n");
        std::fs::remove_file(&history).unwrap();
    }
}

#[tokio::test]
async fn dropping_it_ends_the_program_and_leaves_no_zombie() {
    let mut pty = Pty::spawn(&sh("echo pid=$$.; exec sleep 600"), SIZE).unwrap();
    let text = read_until!(pty, ".");
    let pid: i32 = text.trim().trim_start_matches("pid=").trim_end_matches('.').parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    drop(pty);
    // Ended, and reaped by the thread that waits for it: no such process any more.
    within(async {
        while rustix::process::test_kill_process(pid).is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn many_terminals_leave_no_descriptor_behind() {
    let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let run = || async {
        let mut pty = Pty::spawn(&sh("exit 0"), SIZE).unwrap();
        read_all!(pty);
        within(poll_fn(|cx| pty.poll_exit(cx))).await;
    };
    run().await;
    let before = open();
    for _ in 0..20 {
        run().await;
    }
    // Other tests of this process, if any, open a few of their own.
    assert!(open() < before + 20, "{before} before, {} after", open());
}

#[tokio::test]
async fn what_cannot_be_started_is_said() {
    let program = Program::new(&["no-such-program-here".to_owned()]);
    let failure = Pty::spawn(&program, SIZE).err().unwrap();
    assert!(failure.message.contains("no-such-program-here"), "{failure}");
    let mut program = sh("exit 0");
    program.cwd = Some("/no/such/folder".into());
    let failure = Pty::spawn(&program, SIZE).err().unwrap();
    assert!(failure.message.contains("/no/such/folder"), "{failure}");
}

#[tokio::test]
async fn secrets_and_foreign_sizes_stay_out_of_the_environment() {
    let mut program = Program::new(&["/usr/bin/env".to_owned()]);
    program.env.insert("JUMPSEAT_SESSION".to_owned(), "ABCD-EFGH".into());
    let mut pty = Pty::spawn(&program, SIZE).unwrap();
    let text = String::from_utf8(read_all!(pty)).unwrap();
    let has = |line: &str| text.lines().any(|found| found.trim_end() == line);
    assert!(has("TERM=xterm-256color") && has("COLORTERM=truecolor") && has("JUMPSEAT_SESSION=ABCD-EFGH"));
    for name in ["JUMPSEAT_TOKEN", "COLUMNS", "LINES"] {
        assert!(!text.lines().any(|line| line.starts_with(&format!("{name}="))), "{name}");
    }
}
