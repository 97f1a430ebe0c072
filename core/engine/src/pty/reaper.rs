//! Waits for a program's end, tells it, and sees to it that nothing of it stays: no zombie, no survivor of a
//! hang-up.

use std::{
    collections::BTreeSet,
    sync::{Arc, Condvar, Mutex, PoisonError},
    task::{Context, Poll},
    thread,
};

use portable_pty::Child;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process, kill_process_group, waitid,
};
use tokio::sync::oneshot;

use super::{HANG_UP_GRACE, failure};
use crate::api::ApiError;

/// A program that is watched until its end.
pub(super) struct Reaper {
    pid: Pid,
    life: Arc<Life>,
    exit: oneshot::Receiver<Option<i32>>,
    hung_up: bool,
}

/// The programs that are watched: nobody else waits for their end.
static WATCHED: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Whether this is a program that is watched.
#[cfg(target_os = "linux")]
pub(crate) fn is_program(pid: Pid) -> bool {
    let watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    watched.contains(&pid.as_raw_nonzero().get())
}

fn watched(change: impl FnOnce(&mut BTreeSet<i32>) -> bool) {
    change(&mut WATCHED.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Whether the program's id is still its own. It is until the program is reaped, which happens under this lock:
/// so no signal ever goes to a stranger that got the number next.
struct Life {
    alive: Mutex<bool>,
    changed: Condvar,
}

impl Reaper {
    pub(super) fn watch(mut child: Box<dyn Child + Send + Sync>) -> Result<Self, ApiError> {
        let pid = child.process_id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        let pid = pid.ok_or_else(|| failure("watching a program", "it has no id"))?;
        let number = pid.as_raw_nonzero().get();
        self::watched(|watched| watched.insert(number));
        let life = Arc::new(Life { alive: Mutex::new(true), changed: Condvar::new() });
        let (tell, exit) = oneshot::channel();
        let watched = life.clone();
        thread::Builder::new()
            .name("jumpseat-reaper".to_owned())
            .stack_size(128 * 1024)
            .spawn(move || {
                let status = wait_for_exit(pid);
                let mut alive = watched.alive.lock().unwrap_or_else(PoisonError::into_inner);
                let reaped = child.wait();
                *alive = false;
                drop(alive);
                self::watched(|watched| watched.remove(&number));
                watched.changed.notify_all();
                let code = status.or_else(|| reaped.ok().map(|status| status.exit_code().cast_signed()));
                // Nobody asks any more when the terminal was dropped.
                let _ = tell.send(code);
            })
            .map_err(|error| failure("watching a program", error))?;
        Ok(Self { pid, life, exit, hung_up: false })
    }

    /// The program's id, as long as it is its own.
    pub(super) fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    pub(super) fn poll_exit(&mut self, cx: &mut Context<'_>) -> Poll<Option<i32>> {
        use std::future::Future as _;

        std::pin::Pin::new(&mut self.exit).poll(cx).map(|code| code.ok().flatten())
    }

    pub(super) fn hang_up(&mut self, foreground: Option<i32>) {
        if std::mem::replace(&mut self.hung_up, true) {
            return;
        }
        let pid = self.pid;
        let foreground = foreground.and_then(Pid::from_raw).filter(|group| *group != pid);
        let alive = self.life.alive.lock().unwrap_or_else(PoisonError::into_inner);
        if !*alive {
            return;
        }
        if let Some(group) = foreground {
            let _ = kill_process_group(group, Signal::HUP);
        }
        // It leads a group, as the leader of its session.
        let _ = kill_process_group(pid, Signal::HUP);
        drop(alive);
        let life = self.life.clone();
        let killer = move || {
            let mut alive = life.alive.lock().unwrap_or_else(PoisonError::into_inner);
            // Bash drops a SIGHUP that comes just before it reads a line, or in the middle of a key sequence; killed, it
            // would not have written its history.
            for _ in 0..4 {
                let waited = life.changed.wait_timeout_while(alive, HANG_UP_GRACE / 4, |alive| *alive);
                alive = waited.unwrap_or_else(PoisonError::into_inner).0;
                if !*alive {
                    return;
                }
                let _ = kill_process(pid, Signal::HUP);
            }
            let _ = kill_process_group(pid, Signal::KILL);
        };
        let spawned =
            thread::Builder::new().name("jumpseat-hang-up".to_owned()).stack_size(128 * 1024).spawn(killer);
        if let Err(error) = spawned {
            tracing::warn!(%error, "a program that ignores SIGHUP will not be killed");
        }
    }
}

/// Blocks until the program has ended, without reaping it.
fn wait_for_exit(pid: Pid) -> Option<i32> {
    loop {
        match waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
            Ok(status) => return status.as_ref().and_then(code),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
        }
    }
}

fn code(status: &WaitIdStatus) -> Option<i32> {
    status.exit_status().or_else(|| Some(128 + status.terminating_signal()?))
}
