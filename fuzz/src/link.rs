//! Invite links and tokens, as a person pastes them.

use jumpseat_session::{InviteLink, Token};

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(link) = InviteLink::parse(text) {
        assert_eq!(InviteLink::parse(&link.web()).as_ref(), Ok(&link), "a link to the viewer reads back");
        assert_eq!(InviteLink::parse(&link.editor()).as_ref(), Ok(&link), "a link to the editor reads back");
    }
    if let Ok(token) = text.parse::<Token>() {
        assert_eq!(token.reveal().parse(), Ok(token), "a token reads back");
    }
}
