//! What the system tells about a process.

/// Its parent and the leader of its session; zero for one outside of the container.
/// From `/proc/PID/stat`: its name, which may hold anything, ends at the last parenthesis.
#[cfg(target_os = "linux")]
pub(super) fn parent_and_session(pid: i32) -> Option<(i32, i32)> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let rest = &stat[memchr::memrchr(b')', &stat)? + 1..];
    let mut fields = std::str::from_utf8(rest).ok()?.split_ascii_whitespace().skip(1);
    let parent = fields.next()?.parse().ok()?;
    let session = fields.nth(1)?.parse().ok()?;
    Some((parent, session))
}
