//! Invite links and tokens, as a person pastes them.

use jumpseat_session::{InviteLink, InvitePage, Token};

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(link) = InviteLink::parse(text) {
        if let Ok(page) = InvitePage::parse("https://page.example/join", &link.relay) {
            assert_eq!(
                InviteLink::parse(&link.web(&page)).as_ref(),
                Ok(&link),
                "a link to a page reads back"
            );
        }
        assert_eq!(InviteLink::parse(&link.editor()).as_ref(), Ok(&link), "a link to the editor reads back");
    }
    if let Ok(token) = text.parse::<Token>() {
        assert_eq!(token.reveal().parse(), Ok(token), "a token reads back");
    }
}
