//! The job object of this process's terminals: their programs are in it, and so is whatever those start, also once
//! what started it is gone. Which process is in a terminal is asked of it; the ids of parents say nothing on Windows, where
//! parents end and their numbers are given to others.

use std::{
    io,
    os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle, RawHandle},
    sync::{Mutex, PoisonError},
};

use windows_sys::Win32::{
    Foundation::{ERROR_INVALID_PARAMETER, WAIT_OBJECT_0, WAIT_TIMEOUT},
    System::{
        JobObjects::{AssignProcessToJobObject, CreateJobObjectW, IsProcessInJob},
        Threading::{
            OpenProcess, PROCESS_QUERY_INFORMATION, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE,
            WaitForSingleObject,
        },
    },
};

/// The job of all terminals, from the first one on; kept until this process ends.
static TERMINALS: Mutex<Job> = Mutex::new(Job::None);

enum Job {
    /// No terminal was opened yet.
    None,
    Of(OwnedHandle),
    /// A program could not be put into it: from then on nothing can be told.
    Unknown,
}

/// Puts a terminal's program, which was just started, into the job of the terminals.
pub(super) fn put(program: Option<RawHandle>) {
    let mut terminals = TERMINALS.lock().unwrap_or_else(PoisonError::into_inner);
    let job = match std::mem::replace(&mut *terminals, Job::Unknown) {
        Job::None => create(),
        Job::Of(job) => Ok(job),
        Job::Unknown => return,
    };
    match job
        .and_then(|job| program.map_or(Err(io::ErrorKind::NotFound.into()), |program| assign(job, program)))
    {
        Ok(job) => *terminals = Job::Of(job),
        Err(error) => tracing::warn!(%error, "which programs run in terminals cannot be told"),
    }
}

/// Whether the process with this id runs in a terminal of this process.
///
/// # Errors
/// It is gone, or the system does not tell.
pub(crate) fn is_in_a_terminal(pid: u32) -> io::Result<bool> {
    let process = open(pid)?;
    let inside = match &*TERMINALS.lock().unwrap_or_else(PoisonError::into_inner) {
        Job::None => false,
        Job::Of(job) => is_in(&process, job)?,
        Job::Unknown => return Err(io::Error::other("the terminals' programs are not known")),
    };
    // Its number may be another's by now.
    if lives(&process) { Ok(inside) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// Whether there is surely no process with this id.
pub(crate) fn is_gone(pid: u32) -> bool {
    match open(pid) {
        Ok(process) => !lives(&process),
        Err(error) => error.raw_os_error() == Some(ERROR_INVALID_PARAMETER.cast_signed()),
    }
}

fn create() -> io::Result<OwnedHandle> {
    // SAFETY: both pointers may be null: no attributes (so no child inherits the handle), no name.
    #[allow(unsafe_code)]
    let job = unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) };
    owned(job)
}

fn assign(job: OwnedHandle, program: RawHandle) -> io::Result<OwnedHandle> {
    // SAFETY: the system looks both handles up, and refuses what is none of the right kind.
    #[allow(unsafe_code)]
    let done = unsafe { AssignProcessToJobObject(job.as_raw_handle(), program) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(job) }
}

/// Opens it to be asked about. The lesser right is all that a process with more rights than this one gives, and not enough
/// for Wine 8.
fn open(pid: u32) -> io::Result<OwnedHandle> {
    let with = |right| {
        // SAFETY: it takes numbers alone.
        #[allow(unsafe_code)]
        let process = unsafe { OpenProcess(right | PROCESS_SYNCHRONIZE, 0, pid) };
        owned(process)
    };
    with(PROCESS_QUERY_INFORMATION).or_else(|_| with(PROCESS_QUERY_LIMITED_INFORMATION))
}

fn is_in(process: &OwnedHandle, job: &OwnedHandle) -> io::Result<bool> {
    let mut inside = 0;
    // SAFETY: both handles are open, and the result is written to a variable that outlives the call.
    #[allow(unsafe_code)]
    let done = unsafe { IsProcessInJob(process.as_raw_handle(), job.as_raw_handle(), &mut inside) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(inside != 0) }
}

fn lives(process: &OwnedHandle) -> bool {
    // SAFETY: the handle is open, and nothing is waited for.
    #[allow(unsafe_code)]
    let waited = unsafe { WaitForSingleObject(process.as_raw_handle(), 0) };
    debug_assert!(matches!(waited, WAIT_OBJECT_0 | WAIT_TIMEOUT));
    waited == WAIT_TIMEOUT
}

/// The handle that a call returned, unless it says that it failed.
fn owned(handle: RawHandle) -> io::Result<OwnedHandle> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it is not null, and the call that made it left it to this one alone.
    #[allow(unsafe_code)]
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    struct Started(Child);

    impl Started {
        fn new() -> Self {
            let mut command = Command::new("cmd");
            Self(command.args(["/c", "pause"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap())
        }
    }

    impl Drop for Started {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn a_program_of_a_terminal_is_in_it_and_others_are_not_and_the_gone_cannot_be_told() {
        let (mut inside, outside) = (Started::new(), Started::new());
        put(Some(inside.0.as_raw_handle()));
        assert!(is_in_a_terminal(inside.0.id()).unwrap());
        assert!(!is_in_a_terminal(outside.0.id()).unwrap());
        assert!(!is_in_a_terminal(std::process::id()).unwrap());
        inside.0.kill().unwrap();
        inside.0.wait().unwrap();
        is_in_a_terminal(inside.0.id()).unwrap_err();
        assert!(is_gone(inside.0.id()) && !is_gone(outside.0.id()));
    }
}
