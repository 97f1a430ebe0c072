//! What was written to a terminal and its program has not read yet: how much there is, and how it is thrown away.
//!
//! Only the program's end of the terminal can tell. It is held while there may be something, since a program can forbid
//! that it is opened; and not longer, since it would hide that the program has closed it.

use std::os::fd::{AsFd, OwnedFd};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{Mode, OFlags},
    io::ioctl_fionread,
    termios::{LocalModes, QueueSelector, SpecialCodeIndex, tcflush, tcgetattr},
};

use super::Pty;

/// The end of a terminal that its program reads from.
pub(crate) struct ProgramEnd(pub(crate) OwnedFd);

impl ProgramEnd {
    /// Bytes that the program could read at once. A line that has no end yet is none where the terminal edits lines.
    pub(crate) fn unread(&self) -> usize {
        // Asked so, Linux first moves on what is still on its way between the two ends.
        let _ = poll(&mut [PollFd::new(&self.0, PollFlags::IN)], Some(&Timespec::default()));
        ioctl_fionread(&self.0).map_or(0, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
    }
}

impl Pty {
    /// Throws away what the program has not read, the line that has no end yet included.
    pub(crate) fn discard_unread(&self, end: &ProgramEnd) {
        // What is between the two ends is this end's output on Linux.
        if cfg!(target_os = "linux") {
            let _ = tcflush(self.fd.get_ref(), QueueSelector::OFlush);
        }
        if let Err(error) = tcflush(&end.0, QueueSelector::IFlush) {
            tracing::warn!(%error, "what a program has not read could not be thrown away");
        }
    }

    /// Whether the terminal keeps a line back until its end, so that it can be edited.
    pub(crate) fn edits_lines(&self) -> bool {
        tcgetattr(self.fd.get_ref()).is_ok_and(|modes| modes.local_modes.contains(LocalModes::ICANON))
    }

    /// Where the last of these keys is that interrupts, quits or stops the program, for which a terminal forgets what was
    /// typed before it.
    pub(crate) fn interrupts(&self, keys: &[u8]) -> Option<usize> {
        let modes = tcgetattr(self.fd.get_ref()).ok()?;
        let signals = [SpecialCodeIndex::VINTR, SpecialCodeIndex::VQUIT, SpecialCodeIndex::VSUSP]
            .map(|index| modes.special_codes[index]);
        let heeded = modes.local_modes.contains(LocalModes::ISIG);
        if !heeded || modes.local_modes.contains(LocalModes::NOFLSH) {
            return None;
        }
        // 0 is a key that was taken away.
        keys.iter().rposition(|key| *key != 0 && signals.contains(key))
    }

    /// The program's end, which does not become anybody's controlling terminal; `None` while the program forbids it.
    pub(crate) fn program_end(&self) -> Option<ProgramEnd> {
        #[cfg(target_os = "linux")]
        {
            use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer};

            let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
            // It is the right one whatever is mounted at /dev/pts.
            if let Ok(end) = ioctl_tiocgptpeer(self.fd.get_ref().as_fd(), flags) {
                return Some(ProgramEnd(end));
            }
        }
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        rustix::fs::open(self.master.tty_name()?, flags, Mode::empty()).ok().map(ProgramEnd)
    }
}
