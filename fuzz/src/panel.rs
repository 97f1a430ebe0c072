//! What a host says of its panels, and contents that were fetched. The first byte of an input names the panel.

use jumpseat_panels::{Change, ContentHash, Document, PanelKind, pack_content, unpack_content};

/// What stands before the compressed bytes in a content that is whole.
const CONTENT_HEAD: usize = 17;

/// A content that the guest holds, and may be sent another against.
const HELD: &[u8] = b"line one\nline two\nline three\n";

/// The rest as a change, as a snapshot that was compressed, and as a content.
pub(crate) fn run(data: &[u8]) {
    let Some((way, rest)) = data.split_first() else { return };
    let kind = PanelKind::ALL[usize::from(*way) % PanelKind::ALL.len()];
    if let Ok(change) = Change::decode(kind, rest) {
        assert_eq!(Change::decode(kind, &change.encode()).as_ref(), Ok(&change), "a change reads back");
        let mut document = Document::new(kind);
        if document.apply(change).is_ok() {
            comes_back(&document, kind);
        }
    }
    let packed = pack_content(rest, None);
    if let Ok(document) = Document::decode(kind, &packed[CONTENT_HEAD..]) {
        comes_back(&document, kind);
    }
    let held = |hash| (hash == ContentHash::of(HELD)).then_some(HELD);
    let _ = unpack_content(rest, held);
    let against = pack_content(rest, Some(HELD));
    assert_eq!(unpack_content(&against, held).as_deref(), Ok(rest), "a content comes back whole");
}

fn comes_back(document: &Document, kind: PanelKind) {
    let again = Document::decode(kind, &document.encode());
    assert_eq!(again.as_ref(), Ok(document), "a document reads back as itself");
}
