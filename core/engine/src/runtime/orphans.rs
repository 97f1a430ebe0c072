//! Programs of a terminal whose parent is gone: they become children of this process, as those of a service do. So it can
//! be told that they came from a terminal here, and what they leave is cleared away.

#[cfg(target_os = "linux")]
pub(super) use linux::are_adopted;

/// From now on orphans of this process's terminals come to it. For a program whose children are its terminals' and
/// nothing else that might connect. Needs a tokio runtime, and is for Linux: elsewhere it does nothing.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    linux::adopt();
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        fs,
        sync::atomic::{AtomicBool, Ordering},
        time::Duration,
    };

    use rustix::process::{Pid, WaitId, WaitIdOptions, getpid, set_child_subreaper, waitid};
    use tokio::signal::unix::{SignalKind, signal};

    use crate::{pty::is_program, runtime::process::parent_and_session};

    /// Whether they come to this process.
    static ADOPTED: AtomicBool = AtomicBool::new(false);

    /// Those that end one after the other are cleared away together.
    const TOGETHER: Duration = Duration::from_secs(1);

    /// Whether orphans of this process's terminals come to it.
    pub(crate) fn are_adopted() -> bool {
        ADOPTED.load(Ordering::Relaxed)
    }

    pub(super) fn adopt() {
        // A system that does not tell which children there are would be left with what the dead leave.
        if children().is_none() || ADOPTED.load(Ordering::Relaxed) {
            return;
        }
        let Ok(mut ended) = signal(SignalKind::child()) else { return };
        if set_child_subreaper(Some(getpid())).is_err() {
            return;
        }
        ADOPTED.store(true, Ordering::Relaxed);
        tokio::spawn(async move {
            while ended.recv().await.is_some() {
                tokio::time::sleep(TOGETHER).await;
                clear_away();
            }
        });
    }

    /// Reaps the orphans that have ended. Programs of terminals and what else this process started are waited for by
    /// those that started them; what else this process started is in its own session, and no orphan is.
    fn clear_away() {
        let Some(own) = session_of(getpid()) else { return };
        for child in children().unwrap_or_default() {
            let foreign = session_of(child).is_some_and(|session| session != own);
            if foreign && !is_program(child) {
                // It may live.
                let _ = waitid(WaitId::Pid(child), WaitIdOptions::EXITED | WaitIdOptions::NOHANG);
            }
        }
    }

    /// Zero where the session's leader is outside of the container that this process runs in.
    fn session_of(pid: Pid) -> Option<i32> {
        parent_and_session(pid.as_raw_nonzero().get()).map(|(_, session)| session)
    }

    /// The children of this process, the ended ones among them.
    fn children() -> Option<Vec<Pid>> {
        let mut found = Vec::new();
        for thread in fs::read_dir("/proc/self/task").ok()?.flatten() {
            match fs::read_to_string(thread.path().join("children")) {
                Ok(text) => found
                    .extend(text.split_ascii_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?))),
                // The thread has ended meanwhile; or no thread tells.
                Err(_) if thread.path().exists() => return None,
                Err(_) => {}
            }
        }
        Some(found)
    }
}
