//! Invites in files: `{"code", "token", "link", "relay"}`, readable by their owner alone.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use jumpseat_engine::api::Secret;
use jumpseat_session::InviteLink;
use serde::{Deserialize, Serialize};

use crate::error::{CliError, FaultKind};

/// What the file says.
#[derive(Serialize, Deserialize)]
struct Contents {
    code: String,
    token: Secret,
    link: Secret,
    relay: String,
}

/// Writes the file at once and whole, mode 0600: whoever sees it sees all of it.
pub(crate) fn write(path: &Path, link: &InviteLink) -> Result<(), CliError> {
    let contents = Contents {
        code: link.code.to_string(),
        token: Secret::new(link.token.reveal().to_string()),
        link: Secret::new(link.editor().to_string()),
        relay: link.relay.clone(),
    };
    let fault = |error: io::Error| CliError::new(FaultKind::Local, format!("{}: {error}", path.display()));
    let mut name = path.file_name().ok_or_else(|| CliError::usage("--invite-file names no file"))?.to_owned();
    name.push(format!(".{}", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = create_private(&temporary).and_then(|mut file| {
        serde_json::to_writer(&mut file, &contents)?;
        file.write_all(b"\n")?;
        fs::rename(&temporary, path)
    });
    if written.is_err() {
        // The name has this process's number, so the file is nobody else's.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(fault)
}

/// Reads a file that [`write()`] made, or one with a link in it that somebody pasted there.
pub(crate) fn read(path: &Path) -> Result<InviteLink, CliError> {
    let fault = |error: &dyn std::fmt::Display| CliError::usage(format!("{}: {error}", path.display()));
    // Far more than a link can be long, far less than would hurt.
    let length = fs::metadata(path).map_err(|error| fault(&error))?.len();
    if length > 64 * 1024 {
        return Err(fault(&"it is too long for an invite"));
    }
    let text = zeroize::Zeroizing::new(fs::read(path).map_err(|error| fault(&error))?);
    let wrong = |error| {
        CliError::new(FaultKind::Invite, fault(&error).message).hint("ask the host for it again, whole")
    };
    match (serde_json::from_slice::<Contents>(&text), std::str::from_utf8(&text)) {
        (Ok(contents), _) => InviteLink::parse(contents.link.reveal()).map_err(wrong),
        (Err(_), Ok(text)) if !text.trim_start().starts_with('{') && text.contains("://") => {
            InviteLink::parse(text).map_err(wrong)
        }
        // The reason is left out: it could repeat a part of the token.
        _ => Err(fault(&"it is not an invite file").hint("`jumpseat share --invite-file` writes one")),
    }
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<fs::File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> InviteLink {
        let token = format!("jst1_{}", "A".repeat(64)).parse().unwrap();
        InviteLink { relay: "ws://127.0.0.1:4300".into(), code: "K7QM-3XTE".parse().unwrap(), token }
    }

    #[test]
    fn it_comes_back_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("invite.json");
        // An older file, open to others, is replaced, not written into.
        fs::write(&path, "old").unwrap();
        write(&path, &link()).unwrap();
        assert_eq!(read(&path).unwrap(), link());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_link_in_it_may_come_from_a_chat() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("invite.json");
        write(&path, &link()).unwrap();
        let (file, bare) = (fs::read_to_string(&path).unwrap(), link().editor());
        let edited = file.replace(&*bare, &format!("<{}>.", *bare));
        assert_ne!(edited, file);
        for text in [edited, bare.to_string(), format!("“{}”,\r\n", *bare)] {
            fs::write(&path, &text).unwrap();
            assert_eq!(read(&path).unwrap(), link(), "{text}");
        }
        for (text, why) in
            [(file.replace("AAA", "A"), "exactly 64"), (bare.replace('#', ""), "nothing follows a #")]
        {
            fs::write(&path, &text).unwrap();
            let fault = read(&path).unwrap_err();
            assert!(fault.kind == FaultKind::Invite && fault.message.contains(why), "{fault}");
            assert!(!fault.to_string().contains("AAAA") && !fault.to_string().contains("K7QM"), "{fault}");
        }
    }

    #[test]
    fn what_is_no_invite_is_refused_without_repeating_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("invite.json");
        fs::write(&path, r#"{"token": jst1_canary}"#).unwrap();
        let fault = read(&path).unwrap_err();
        assert!(!fault.message.contains("canary") && fault.hint.is_some());
        fs::write(&path, vec![b' '; 100_000]).unwrap();
        assert!(read(&path).unwrap_err().message.contains("too long"));
        assert!(write(&folder.path().join("no/such/folder"), &link()).is_err());
    }
}
