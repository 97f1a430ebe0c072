//! Every limit that both ends and the relay share, with unit and reason.

use std::time::Duration;

/// Length of a frame's header in bytes.
pub const HEADER_LEN: usize = 16;

/// Guests in a session, unless the relay's configuration says otherwise.
pub const MAX_GUESTS: usize = 20;

/// How long a session lives. Long enough for a day's work, short enough that a forgotten one ends.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The largest plaintext of a frame, in bytes, padding and signature included: large enough that sealing
/// and signing cost little per byte, small enough that a keystroke's echo never waits long behind one.
pub const MAX_PLAINTEXT_LEN: usize = 32 * 1024;

/// The smallest plaintext of a group or host-to-guest frame, in bytes: sizes are 256·2^k.
pub const MIN_PLAINTEXT_LEN: usize = 256;

/// What AES-256-GCM adds, in bytes.
pub const TAG_LEN: usize = 16;

/// The largest frame, in bytes.
pub const MAX_FRAME_LEN: usize = HEADER_LEN + MAX_PLAINTEXT_LEN + TAG_LEN;

/// The largest control message, in bytes of JSON: a knock of [`MAX_KNOCK_LEN`] in base64, and room for its
/// frame.
pub const MAX_CONTROL_LEN: usize = 32 * 1024;

/// The largest knock or welcome, in bytes.
pub const MAX_KNOCK_LEN: usize = 20 * 1024;

/// The largest host bundle, in bytes (version 1 has exactly 1267).
pub const MAX_BUNDLE_LEN: usize = 2048;

/// Knocks that wait for the host's answer at one time.
pub const MAX_PENDING_KNOCKS: usize = 20;

/// Failed knocks in a second before a session takes no more knocks for a while.
pub const FAILED_KNOCKS_PER_SECOND: u32 = 5;

/// Look-ups of codes in a minute, per address prefix (/24, /56): 40 bits then last 100,000 years.
pub const LOOK_UPS_PER_MINUTE: u32 = 10;

/// A session's ring at the relay, in bytes.
pub const RING_LEN: usize = 8 * 1024 * 1024;

/// How far behind the newest frame a guest may be, in bytes, before it is skipped ahead.
pub const MAX_LAG_BYTES: usize = 1024 * 1024;

/// How old the oldest frame that a guest has not taken may be before it is skipped ahead.
pub const MAX_LAG: Duration = Duration::from_secs(2);

/// How long a guest may take nothing at all before it is closed as slow.
pub const MAX_STALL: Duration = Duration::from_secs(30);

/// How long a lost guest's seat, or a lost host's room, is kept.
pub const GRACE: Duration = Duration::from_secs(10 * 60);

/// Host-to-guest bytes that the relay holds for one guest that does not take them. The host keeps at most
/// [`PAIR_WINDOW`] unacknowledged, so only a host that breaks the rules meets this.
pub const MAX_PAIR_BACKLOG: usize = 1024 * 1024;

/// Host-to-guest bytes that a host sends ahead of a guest's acknowledgement.
pub const PAIR_WINDOW: usize = 256 * 1024;

/// Guest-to-host bytes that a guest sends ahead of the host's acknowledgement.
pub const INPUT_WINDOW: usize = 64 * 1024;

/// How often at the least each end acknowledges what it has taken, in bytes.
pub const ACK_EVERY_BYTES: usize = 32 * 1024;

/// How long an end may sit on an acknowledgement.
pub const ACK_EVERY: Duration = Duration::from_millis(20);
