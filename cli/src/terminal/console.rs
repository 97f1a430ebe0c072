//! Reading and writing the terminal, each on a thread of its own: a terminal that does not take its bytes (a slow
//! line, a stopped window) must not stop the engine, and its settings are shared with other programs, so they
//! cannot be made not to block.

use std::{
    io::{self, Read as _, Write as _},
    thread,
};

use tokio::sync::mpsc;

use crate::error::CliError;

/// Pieces of input that wait for the program: beyond, the terminal waits.
const WAITING_INPUT: usize = 16;

/// Bytes on their way to the terminal.
struct Portion {
    bytes: Vec<u8>,
    /// How many of them a program printed: what [`Console::written`] tells.
    program: u32,
}

/// The way to the terminal.
pub(crate) struct Console {
    portions: mpsc::Sender<Portion>,
    written: mpsc::Receiver<u32>,
    pending: Vec<u8>,
    pending_program: u32,
    /// Whether the thread is writing.
    busy: bool,
}

impl Console {
    /// Takes standard output.
    pub(crate) fn open() -> Result<Self, CliError> {
        let (portions, to_write) = mpsc::channel(1);
        let (done, written) = mpsc::channel(1);
        let fault = |error| CliError::system("a thread", error);
        thread::Builder::new().name("display".into()).spawn(move || write(to_write, &done)).map_err(fault)?;
        Ok(Self { portions, written, pending: Vec::new(), pending_program: 0, busy: false })
    }

    /// Writes bytes of our own.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        self.start();
    }

    /// Writes what a program printed; [`written`](Self::written) tells `counted` bytes when it is done.
    pub(crate) fn write_output(&mut self, bytes: &[u8], counted: usize) {
        self.pending_program =
            self.pending_program.saturating_add(u32::try_from(counted).unwrap_or(u32::MAX));
        self.pending.extend_from_slice(bytes);
        self.start();
    }

    /// Whether all has been written: the moment to draw the next picture.
    pub(crate) fn is_idle(&self) -> bool {
        !self.busy && self.pending.is_empty()
    }

    /// Waits for the thread to have written a portion, and says how many bytes of it a program printed. Waits for
    /// ever while nothing is being written; nothing once the terminal is gone. Cancel-safe.
    pub(crate) async fn written(&mut self) -> Option<u32> {
        let program = self.written.recv().await?;
        self.busy = false;
        self.start();
        Some(program)
    }

    /// Waits until all is written.
    pub(crate) async fn drain(&mut self) {
        while !self.is_idle() && self.written().await.is_some() {}
    }

    fn start(&mut self) {
        if self.busy || (self.pending.is_empty() && self.pending_program == 0) {
            return;
        }
        let program = std::mem::take(&mut self.pending_program);
        let portion = Portion { bytes: std::mem::take(&mut self.pending), program };
        // A closed queue is a terminal that is gone: `written` tells.
        self.busy = self.portions.try_send(portion).is_ok();
    }
}

/// Reads standard input on a thread that ends with the process.
pub(crate) fn read_input() -> Result<mpsc::Receiver<Vec<u8>>, CliError> {
    let (to, input) = mpsc::channel(WAITING_INPUT);
    let thread = thread::Builder::new().name("keys".into()).spawn(move || read(&to));
    thread.map_err(|error| CliError::system("a thread", error))?;
    Ok(input)
}

fn read(to: &mpsc::Sender<Vec<u8>>) {
    let mut input = io::stdin().lock();
    let mut bytes = [0; 16 * 1024];
    loop {
        match input.read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => return,
            Ok(len) => {
                if to.blocking_send(bytes[..len].to_vec()).is_err() {
                    return;
                }
            }
        }
    }
}

fn write(mut portions: mpsc::Receiver<Portion>, done: &mpsc::Sender<u32>) {
    let mut out = io::stdout();
    while let Some(portion) = portions.blocking_recv() {
        if out.write_all(&portion.bytes).and_then(|()| out.flush()).is_err() {
            return;
        }
        if done.blocking_send(portion.program).is_err() {
            return;
        }
    }
}
