//! The keys of a session lie in this program's memory. It stays this program's.

/// From now on the system writes no core file of this process, and lets no other process of the same user read its memory
/// or attach to it. Programs that it starts are as they always are.
#[cfg(target_os = "linux")]
pub(crate) fn keep() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    // A system that does not know this has nothing else to offer.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// From now on the system writes no core file of this process.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn keep() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Core);
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum });
}

#[cfg(not(unix))]
pub(crate) fn keep() {}
