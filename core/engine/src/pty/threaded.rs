//! The PTY where a master end cannot be polled (Windows): a thread reads, a thread writes, a thread waits.

use std::{
    io::{self, Read, Write},
    task::{Context, Poll, ready},
    thread,
};

use portable_pty::{ChildKiller, MasterPty, native_pty_system};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::PollSender;

use super::{READ_LEN, failure, program::Program, pty_size};
use crate::api::{ApiError, Size};

/// Reads that wait for the engine.
const READS: usize = 8;

/// A program in a pseudo-terminal. Dropping it hangs up.
pub(crate) struct Pty {
    master: Box<dyn MasterPty + Send>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    reads: mpsc::Receiver<Vec<u8>>,
    writes: PollSender<Vec<u8>>,
    exit: oneshot::Receiver<Option<i32>>,
    #[cfg(windows)]
    pid: Option<i32>,
}

/// What stands for the program's end of a console.
#[cfg(windows)]
pub(crate) struct ProgramEnd;

#[cfg(windows)]
impl ProgramEnd {
    /// Nothing: how much the program has read cannot be known here. What was written waits in this process, at most
    /// two portions of it.
    pub(crate) fn unread(&self) -> usize {
        0
    }
}

impl Pty {
    /// Starts the program.
    pub(crate) fn spawn(program: &Program, size: Size) -> Result<Self, ApiError> {
        let pair = native_pty_system()
            .openpty(pty_size(size))
            .map_err(|error| failure("opening a terminal", error))?;
        let reader = pair.master.try_clone_reader().map_err(|error| failure("opening a terminal", error))?;
        let writer = pair.master.take_writer().map_err(|error| failure("opening a terminal", error))?;
        let mut child = pair
            .slave
            .spawn_command(program.builder()?)
            .map_err(|error| failure(&format!("starting {}", program.argv[0].to_string_lossy()), error))?;
        // Before it starts others: a program takes far longer to begin.
        #[cfg(windows)]
        super::job::put(child.as_raw_handle());
        #[cfg(windows)]
        let pid = child.process_id().map(u32::cast_signed);
        let killer = child.clone_killer();

        let (read, reads) = mpsc::channel(READS);
        let (write, written) = mpsc::channel(1);
        let (tell, exit) = oneshot::channel();
        start("jumpseat-pty-read", move || read_on(reader, &read))?;
        start("jumpseat-pty-write", move || write_on(writer, written))?;
        start("jumpseat-pty-wait", move || {
            let code = child.wait().ok().map(|status| status.exit_code().cast_signed());
            let _ = tell.send(code);
        })?;
        Ok(Self {
            master: pair.master,
            killer,
            reads,
            writes: PollSender::new(write),
            exit,
            #[cfg(windows)]
            pid,
        })
    }

    /// Appends what the program printed. `Ok(false)` is the end.
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut Vec<u8>) -> Poll<io::Result<bool>> {
        let Some(first) = ready!(self.reads.poll_recv(cx)) else { return Poll::Ready(Ok(false)) };
        into.extend_from_slice(&first);
        Poll::Ready(Ok(true))
    }

    /// Hands keys to the terminal: returns how many it took.
    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        ready!(self.writes.poll_reserve(cx)).map_err(gone)?;
        self.writes.send_item(bytes.to_vec()).map_err(gone)?;
        Poll::Ready(Ok(bytes.len()))
    }

    #[cfg(windows)]
    pub(crate) fn program_end(&self) -> Option<ProgramEnd> {
        Some(ProgramEnd)
    }

    /// There is no way to what a console has taken.
    #[cfg(windows)]
    pub(crate) fn discard_unread(&self, _: &ProgramEnd) {}

    #[cfg(windows)]
    pub(crate) fn edits_lines(&self) -> bool {
        false
    }

    /// Where the last of these keys is that interrupts the program.
    #[cfg(windows)]
    pub(crate) fn interrupts(&self, keys: &[u8]) -> Option<usize> {
        keys.iter().rposition(|key| *key == 3)
    }

    #[cfg(windows)]
    pub(crate) fn poll_read_on(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }

    /// Changes the size.
    pub(crate) fn resize(&self, size: Size) -> Result<(), ApiError> {
        self.master.resize(pty_size(size)).map_err(|error| failure("resizing", error))
    }

    /// The program's id.
    #[cfg(windows)]
    pub(crate) fn pid(&self) -> Option<i32> {
        self.pid
    }

    /// The exit code, once the program is gone.
    pub(crate) fn poll_exit(&mut self, cx: &mut Context<'_>) -> Poll<Option<i32>> {
        use std::future::Future as _;

        std::pin::Pin::new(&mut self.exit).poll(cx).map(|code| code.ok().flatten())
    }

    /// Ends the program.
    pub(crate) fn hang_up(&mut self) {
        // It fails only for a program that is gone.
        let _ = self.killer.kill();
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        self.hang_up();
    }
}

fn start(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), ApiError> {
    let started = thread::Builder::new().name(name.to_owned()).stack_size(128 * 1024).spawn(body);
    started.map(drop).map_err(|error| failure("watching a terminal", error))
}

fn read_on(mut reader: Box<dyn Read + Send>, read: &mpsc::Sender<Vec<u8>>) {
    let mut buffer = vec![0; READ_LEN];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return,
            Ok(len) if read.blocking_send(buffer[..len].to_vec()).is_err() => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

fn write_on(mut writer: Box<dyn Write + Send>, mut written: mpsc::Receiver<Vec<u8>>) {
    while let Some(bytes) = written.blocking_recv() {
        if writer.write_all(&bytes).and_then(|()| writer.flush()).is_err() {
            return;
        }
    }
}
