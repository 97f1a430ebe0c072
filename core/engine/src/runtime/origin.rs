//! Where the process at the other end of the local socket runs: inside one of the terminals here, or elsewhere.

use std::collections::BTreeSet;

#[cfg(target_os = "linux")]
use super::{orphans::are_adopted, process::parent_and_session};

/// As many processes above one as are looked at.
#[cfg(target_os = "linux")]
const MAX_ABOVE: usize = 256;

/// A process and those above it, as they were when it connected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    Known {
        /// The leader of its session: the program of the terminal that it was started in, if nothing took it out.
        session: Option<i32>,
        /// Itself, its parent, and so on.
        line: BTreeSet<i32>,
        /// Below this very process, and so in one of its terminals: their orphans come to it.
        below: bool,
    },
    /// It is gone, or the system tells nothing about it.
    Unknown,
}

impl Origin {
    /// Of the process with this id; nothing where the system does not say who is at the other end.
    pub(crate) fn of(pid: Option<i32>) -> Option<Self> {
        match pid {
            Some(pid) => Some(Self::look(pid)),
            None if cfg!(any(target_os = "linux", target_os = "macos", windows)) => Some(Self::Unknown),
            None => None,
        }
    }

    /// Whether it is in the terminal whose first program this is. What cannot be told is taken to be.
    pub(crate) fn is_inside(&self, program: i32) -> bool {
        match self {
            Self::Known { session, line, below } => {
                *session == Some(program) || line.contains(&program) || *below
            }
            Self::Unknown => true,
        }
    }

    #[cfg(target_os = "linux")]
    fn look(pid: i32) -> Self {
        let own = std::process::id().cast_signed();
        let (mut session, mut line, mut below) = (None, BTreeSet::new(), false);
        let mut next = pid;
        while next > 0 && line.len() < MAX_ABOVE && line.insert(next) {
            let Some((parent, leader)) = parent_and_session(next) else {
                // Those above may be in another space of ids; the process itself has to be there.
                if next == pid {
                    return Self::Unknown;
                }
                break;
            };
            session = session.or(Some(leader));
            below |= parent == own && are_adopted();
            next = parent;
        }
        Self::Known { session, line, below }
    }

    /// A job knows what runs in the terminals of this process, whichever it is.
    #[cfg(windows)]
    fn look(pid: i32) -> Self {
        match crate::pty::is_in_a_terminal(pid.cast_unsigned()) {
            Ok(below) => Self::Known { session: None, line: BTreeSet::from([pid]), below },
            Err(_) => Self::Unknown,
        }
    }

    /// The session is all that can be asked about. No such system has containers.
    #[cfg(not(any(target_os = "linux", windows)))]
    #[expect(clippy::disallowed_methods)]
    fn look(pid: i32) -> Self {
        let session = rustix::process::Pid::from_raw(pid).map(|pid| rustix::process::getsid(Some(pid)));
        match session {
            Some(Ok(session)) => {
                let session = Some(session.as_raw_nonzero().get());
                Self::Known { session, line: BTreeSet::from([pid]), below: false }
            }
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    struct Started(Child);

    impl Started {
        fn new(program: &str, arguments: &[&str]) -> Self {
            Self(Command::new(program).args(arguments).stdin(Stdio::piped()).spawn().unwrap())
        }

        fn pid(&self) -> i32 {
            self.0.id().cast_signed()
        }
    }

    impl Drop for Started {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn a_process_is_inside_what_is_above_it_and_not_inside_what_is_beside_it() {
        let child = Started::new("cat", &[]);
        let sibling = Started::new("cat", &[]);
        let origin = Origin::of(Some(child.pid())).unwrap();
        assert!(origin.is_inside(child.pid()));
        assert!(origin.is_inside(std::process::id().cast_signed()));
        assert!(!origin.is_inside(sibling.pid()));
        let own = Origin::of(Some(std::process::id().cast_signed())).unwrap();
        assert!(!own.is_inside(child.pid()));
    }

    #[test]
    fn a_process_is_inside_its_session_whatever_is_above_it() {
        let (session, line) = (Some(7), BTreeSet::from([9, 1]));
        let origin = Origin::Known { session, line, below: false };
        assert!(origin.is_inside(7) && origin.is_inside(9) && !origin.is_inside(8));
    }

    #[test]
    fn a_name_that_looks_like_fields_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a) S 1 1 1");
        std::fs::copy("/bin/cat", &path).unwrap();
        let child = Started::new(path.to_str().unwrap(), &[]);
        let (parent, session) = parent_and_session(child.pid()).unwrap();
        assert_eq!(parent, std::process::id().cast_signed());
        let (_, own) = parent_and_session(std::process::id().cast_signed()).unwrap();
        assert_eq!(session, own);
    }

    #[test]
    fn what_cannot_be_told_is_inside() {
        assert_eq!(Origin::of(None), Some(Origin::Unknown));
        assert_eq!(Origin::of(Some(i32::MAX)), Some(Origin::Unknown));
        assert!(Origin::Unknown.is_inside(1));
    }
}
