//! What was written to a terminal and its program has not read yet: how much there is, and how it is thrown away.
//!
//! Only the program's end of the terminal can tell, so it is opened for each question. Kept open, it would hide that
//! the program has closed it.

use std::os::fd::{AsFd, OwnedFd};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{Mode, OFlags},
    io::ioctl_fionread,
    termios::{LocalModes, QueueSelector, SpecialCodeIndex, tcflush, tcgetattr},
};

use super::Pty;

impl Pty {
    /// Bytes that the program could read at once. A line that has no end yet is none where the terminal edits lines.
    pub(crate) fn unread(&self) -> usize {
        let Some(end) = self.program_end() else { return 0 };
        // Asked so, Linux first moves on what is still on its way between the two ends.
        let _ = poll(&mut [PollFd::new(&end, PollFlags::IN)], Some(&Timespec::default()));
        ioctl_fionread(&end).map_or(0, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
    }

    /// Throws away what the program has not read, the line that has no end yet included.
    pub(crate) fn discard_unread(&self) {
        let Some(end) = self.program_end() else { return };
        // What is between the two ends is this end's output on Linux.
        if cfg!(target_os = "linux") {
            let _ = tcflush(self.fd.get_ref(), QueueSelector::OFlush);
        }
        if let Err(error) = tcflush(&end, QueueSelector::IFlush) {
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

    /// The program's end, which does not become anybody's controlling terminal.
    pub(crate) fn program_end(&self) -> Option<OwnedFd> {
        #[cfg(target_os = "linux")]
        {
            use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer};

            let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
            // It is the right one whatever is mounted at /dev/pts.
            if let Ok(end) = ioctl_tiocgptpeer(self.fd.get_ref().as_fd(), flags) {
                return Some(end);
            }
        }
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        rustix::fs::open(self.master.tty_name()?, flags, Mode::empty()).ok()
    }
}
