//! Records a program's terminal output for the corpus.
//!
//! ```text
//! record FILE COLSxROWS COMMAND [ARGUMENT…] < SCRIPT
//! ```
//!
//! The script has one line for each action: `wait TEXT` until the output since the last action holds it, `idle` until
//! the program has been quiet for a moment (two seconds at most), `type KEYS` (with Rust's escapes `\n`, `\r`, `\t`, `\x1b`),
//! `resize COLSxROWS`. The recording ends with the program. Its form: `cols rows`, then chunks `> length` with their
//! bytes, and `= cols rows` for a resize. Machine-dependent text must be kept out by the program's environment.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let (file, size) = (args.next().ok_or("FILE")?, args.next().ok_or("COLSxROWS")?);
    let command: Vec<String> = args.collect();
    let (cols, rows) = parse_size(&size)?;
    let pair = native_pty_system().openpty(pty_size(cols, rows))?;
    let mut builder = CommandBuilder::new(command.first().ok_or("COMMAND")?);
    builder.args(&command[1..]);
    builder.cwd(std::env::current_dir()?);
    for (key, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")] {
        builder.env(key, value);
    }
    let mut child = pair.slave.spawn_command(builder)?;
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader()?;
    let mut keys = pair.master.take_writer()?;
    let (send, chunks) = channel();
    let pump = std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(len @ 1..) = reader.read(&mut buffer) {
            if send.send(buffer[..len].to_vec()).is_err() {
                break;
            }
        }
    });
    let mut recording = format!("{cols} {rows}\n").into_bytes();
    let mut script = String::new();
    std::io::stdin().read_to_string(&mut script)?;
    for line in script.lines().filter(|line| !line.is_empty()) {
        act(line, &chunks, &mut *keys, &*pair.master, &mut recording)?;
    }
    drop(keys);
    loop {
        match chunks.recv_timeout(Duration::from_secs(5)) {
            Ok(chunk) => put(&mut recording, &chunk),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                child.kill()?;
                let end = &recording[recording.len().saturating_sub(400)..];
                return Err(format!("the program did not end; last: {}", end.escape_ascii()).into());
            }
        }
    }
    child.wait()?;
    pump.join().map_err(|_| "the reader failed")?;
    std::fs::write(file, recording)?;
    Ok(())
}

fn act(
    line: &str,
    chunks: &Receiver<Vec<u8>>,
    keys: &mut dyn Write,
    master: &dyn MasterPty,
    recording: &mut Vec<u8>,
) -> Result<(), Failure> {
    let (action, argument) = line.split_once(' ').unwrap_or((line, ""));
    let mut seen = Vec::new();
    let mut until = |done: &dyn Fn(&[u8]) -> bool, quiet: Duration| {
        while !done(&seen) {
            match chunks.recv_timeout(quiet) {
                Ok(chunk) => {
                    put(recording, &chunk);
                    seen.extend_from_slice(&chunk);
                }
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
        false
    };
    match action {
        "wait" => {
            let holds = |seen: &[u8]| seen.windows(argument.len()).any(|part| part == argument.as_bytes());
            if until(&holds, Duration::from_secs(20)) {
                return Err(format!("{argument:?} never came; last: {}", seen.escape_ascii()).into());
            }
        }
        "idle" => {
            let start = Instant::now();
            until(&|_| start.elapsed() > Duration::from_secs(2), Duration::from_millis(300));
        }
        "type" => {
            let text = unescape(argument)?;
            keys.write_all(&text)?;
            keys.flush()?;
        }
        "resize" => {
            let (cols, rows) = parse_size(argument)?;
            recording.extend_from_slice(format!("= {cols} {rows}\n").as_bytes());
            master.resize(pty_size(cols, rows))?;
        }
        _ => return Err(format!("unknown action {action:?}").into()),
    }
    Ok(())
}

fn unescape(text: &str) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let code = rest.get(at + 1..at + 2).ok_or("an escape is cut off")?;
        rest = &rest[at + 2..];
        match code {
            "r" => out.push(b'\r'),
            "n" => out.push(b'\n'),
            "t" => out.push(b'\t'),
            "\\" => out.push(b'\\'),
            "x" => {
                out.push(u8::from_str_radix(rest.get(..2).ok_or("an escape is cut off")?, 16)?);
                rest = &rest[2..];
            }
            other => return Err(format!("unknown escape {other:?}").into()),
        }
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(out)
}

fn put(recording: &mut Vec<u8>, chunk: &[u8]) {
    recording.extend_from_slice(format!("> {}\n", chunk.len()).as_bytes());
    recording.extend_from_slice(chunk);
}

fn pty_size(cols: u16, rows: u16) -> PtySize {
    PtySize { cols, rows, pixel_width: 0, pixel_height: 0 }
}

fn parse_size(text: &str) -> Result<(u16, u16), Failure> {
    let (cols, rows) = text.split_once('x').ok_or("a size is COLSxROWS")?;
    Ok((cols.parse()?, rows.parse()?))
}
