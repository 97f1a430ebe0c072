//! The holder: one background process of a person, which keeps terminals and sessions alive while clients come and
//! go. It is started on demand, and ends with the last thing it holds.

#[cfg(unix)]
#[path = "holder/unix.rs"]
mod system;
#[cfg(windows)]
#[path = "holder/windows.rs"]
mod system;

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{io::AsyncReadExt as _, process::Command, time::timeout};

use super::{attach, listener::Listener, protocol::HostProtocol};
use crate::{
    HostEngine, HostSetup,
    api::{ApiError, ApiErrorKind, HostClient, HostCommand, Scope},
    runtime::{failure, folder::RuntimeFolder, stream::LocalStream},
};

/// What a holder says on its standard output once it can be reached.
const READY: &[u8] = b"ready\n";

/// How long a holder may take to start.
const START_FOR: Duration = Duration::from_secs(10);

/// How long clients have, at the end, to read what they were told.
const GOODBYE_FOR: Duration = Duration::from_secs(2);

/// How a holder runs.
pub struct HoldSetup {
    /// The engine's setup.
    pub host: HostSetup,
    /// How long it stays with nothing to hold: at its start, and after the last thing.
    pub idle: Duration,
}

/// The background process itself: comes back when there is nothing more to hold. If there is a holder already, at
/// once.
///
/// # Errors
/// [`ApiErrorKind::Local`] if its lock or socket cannot be made.
pub async fn hold(setup: HoldSetup) -> Result<(), ApiError> {
    system::leave_session();
    let folder = setup.host.runtime.clone();
    let _lock = match try_lock(&folder, HOLD_LOCK)? {
        Some(lock) => lock,
        None if is_listened(&socket(&folder)?).await => return say_ready(),
        // The one before is on its way out.
        None => wait_for_lock(&folder, HOLD_LOCK).await?,
    };
    let listener = Listener::bind_as(&folder, HOLD_SOCKET)?;
    let (engine, door) = HostEngine::new(setup.host);
    let mut alive = engine.alive();
    let mut running = tokio::spawn(engine.run());
    let last = door.clone();
    let serving = tokio::spawn(listener.serve(door));
    say_ready()?;
    loop {
        tokio::select! {
            // It was told to end.
            _ = &mut running => break,
            result = timeout(setup.idle, alive.wait_for(|alive| *alive > 0)) => {
                if result.is_err() {
                    break;
                }
            }
        }
        tokio::select! {
            _ = &mut running => break,
            _ = alive.wait_for(|alive| *alive == 0) => {}
        }
    }
    // Whoever is still there hears of it. If it was told to end, it is gone already.
    let _ = last.open().tell(HostCommand::Shutdown).await;
    if !running.is_finished() {
        let _ = running.await;
    }
    let _ = timeout(GOODBYE_FOR, serving).await;
    Ok(())
}

/// A client of the holder, which `program` with `arguments` starts if there is none; `env` is added to its environment.
///
/// # Errors
/// [`ApiErrorKind::Local`] if it cannot be started or reached.
pub async fn holder(
    folder: &RuntimeFolder,
    program: &Path,
    arguments: &[&str],
    env: &BTreeMap<String, String>,
    log: Option<&Path>,
) -> Result<HostClient, ApiError> {
    let socket = socket(folder)?;
    if let Ok(client) = connect(&socket).await {
        return Ok(client);
    }
    // Of those that find none at the same time one starts it.
    let _lock = wait_for_lock(folder, START_LOCK).await?;
    match connect(&socket).await {
        Ok(client) => return Ok(client),
        // It is there and speaks another version, or does not answer.
        Err(failure) if is_listened(&socket).await => return Err(failure),
        Err(_) => start(folder, program, arguments, env, log).await?,
    }
    connect(&socket).await
}

/// Connects with every scope: the program that starts the holder is the host's own interface.
async fn connect(socket: &Path) -> Result<HostClient, ApiError> {
    attach::connect::<HostProtocol>(socket, Scope::Everything).await
}

async fn start(
    folder: &RuntimeFolder,
    program: &Path,
    arguments: &[&str],
    env: &BTreeMap<String, String>,
    log: Option<&Path>,
) -> Result<(), ApiError> {
    let errors = match log {
        Some(log) => {
            let file = system::private(&mut OpenOptions::new()).create(true).append(true).open(log);
            Stdio::from(file.map_err(|error| failure(log, error))?)
        }
        None => Stdio::null(),
    };
    let mut command = Command::new(program);
    system::detach(&mut command, folder);
    let mut child = command
        .args(arguments)
        .envs(env)
        .env_remove("JUMPSEAT_TOKEN")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .map_err(|error| failure(program, error))?;
    let mut said = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let mut stdout = stdout.take(READY.len() as u64);
        // What it did not say in time it did not say.
        let _ = timeout(START_FOR, stdout.read_to_end(&mut said)).await;
    }
    if said == READY {
        // It lives on by itself; while this process lives, the runtime reaps it.
        Ok(())
    } else {
        Err(ApiError::new(ApiErrorKind::Local, "the background process did not start").hint(format!(
            "run `{} {}` to see why",
            program.display(),
            arguments.join(" ")
        )))
    }
}

fn say_ready() -> Result<(), ApiError> {
    let mut out = io::stdout();
    let said = out.write_all(READY).and_then(|()| out.flush());
    // Whoever started it may be gone.
    let _ = said;
    // From here on nobody reads what it prints.
    system::print_nowhere()
}

fn socket(folder: &RuntimeFolder) -> Result<PathBuf, ApiError> {
    folder.socket(HOLD_SOCKET)
}

/// Where the holder listens.
const HOLD_SOCKET: &str = "hold.sock";

/// Whether a process listens there. A socket alone may be what a crash left.
async fn is_listened(socket: &Path) -> bool {
    LocalStream::connect(socket).await.is_ok()
}

/// Held by the holder: it is the only one.
const HOLD_LOCK: &str = "hold.lock";

/// Held by whoever starts the holder.
const START_LOCK: &str = "start.lock";

/// A lock of the folder; nothing if another has it. It goes with its process, however that ends.
fn try_lock(folder: &RuntimeFolder, name: &str) -> Result<Option<File>, ApiError> {
    let file = folder.lock_file(name)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failure(&folder.path().join(name), error)),
    }
}

async fn wait_for_lock(folder: &RuntimeFolder, name: &'static str) -> Result<File, ApiError> {
    let (file, path) = (folder.lock_file(name)?, folder.path().join(name));
    let locking = tokio::task::spawn_blocking(move || {
        loop {
            match file.lock() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                locked => return locked.map(|()| file),
            }
        }
    });
    match timeout(START_FOR, locking).await {
        Ok(Ok(locked)) => locked.map_err(|error| failure(&path, error)),
        Ok(Err(error)) => Err(failure(&path, error)),
        Err(_) => Err(failure(&path, "another process does not let go of it")),
    }
}
