//! The invite code, as a person types it.

use jumpseat_wire::InviteCode;

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(code) = text.parse::<InviteCode>() {
        let written = code.to_string();
        assert_eq!(written.len(), "XXXX-XXXX".len());
        assert_eq!(written.parse(), Ok(code), "a code reads back as itself");
    }
}
