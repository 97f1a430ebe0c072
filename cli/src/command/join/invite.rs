//! Where code, token and relay come from: a file, a variable, standard input or the prompt.

use jumpseat_session::{InviteLink, SessionError, Token, pasted};
use jumpseat_wire::InviteCode;

use super::Arguments;
use crate::{
    command::Context,
    error::{CliError, FaultKind},
    invite_file, prompt,
};

/// The variable that may hold the token, or the whole link.
const VARIABLE: &str = "JUMPSEAT_TOKEN";

/// Everything that is needed to knock.
pub(super) fn find(arguments: &Arguments, context: &Context) -> Result<InviteLink, CliError> {
    if let Some(path) = &arguments.invite_file {
        return invite_file::read(path);
    }
    let relay = arguments.relay.clone().or_else(|| context.config.relay.clone());
    if let Ok(text) = std::env::var(VARIABLE) {
        return read(&zeroize::Zeroizing::new(text), arguments.code, relay);
    }
    match arguments.code {
        Some(code) => read(&prompt::secret("Token (not shown): ")?, Some(code), relay),
        None => {
            let text = prompt::secret("Link, or code (not shown): ")?;
            match pasted(&text).parse::<InviteCode>() {
                Ok(code) => read(&prompt::secret("Token (not shown): ")?, Some(code), relay),
                Err(_) => read(&text, None, relay),
            }
        }
    }
}

/// A code as an argument, perhaps with the punctuation that it was sent in.
pub(super) fn code(text: &str) -> Result<InviteCode, jumpseat_wire::WireError> {
    pasted(text).parse()
}

/// Whether standard input is not where the token comes from.
pub(super) fn leaves_input_free(arguments: &Arguments) -> bool {
    arguments.invite_file.is_some() || std::env::var_os(VARIABLE).is_some()
}

/// A link, or a token for a code.
fn read(text: &str, code: Option<InviteCode>, relay: Option<String>) -> Result<InviteLink, CliError> {
    if text.contains('#') || text.contains("://") {
        let link = InviteLink::parse(text).map_err(|error| wrong(&error))?;
        return match code {
            Some(code) if code != link.code => {
                Err(CliError::usage(format!("the link is for session {}, not for {code}", link.code)))
            }
            _ => Ok(link),
        };
    }
    let token: Token = pasted(text).parse().map_err(|error| wrong(&error))?;
    let code = code.ok_or_else(|| {
        CliError::usage("a token alone does not say which session").hint("give the code, too")
    })?;
    let relay = relay.ok_or_else(|| {
        CliError::usage("a code does not say at which relay the session is")
            .hint("add --relay URL as the host's line has it, set it in the configuration, or use the link")
    })?;
    Ok(InviteLink { relay, code, token })
}

fn wrong(error: &SessionError) -> CliError {
    CliError::new(FaultKind::Invite, error.to_string()).hint("copy it again, whole")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "jst1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn links_and_tokens_are_read() {
        let code: InviteCode = "K7QM-3XTE".parse().unwrap();
        let link = read(&format!("https://r.example/j#{code}.{TOKEN}"), None, None).unwrap();
        assert_eq!((link.relay.as_str(), link.code), ("wss://r.example", code));
        let link = read(TOKEN, Some(code), Some("ws://127.0.0.1:4300".into())).unwrap();
        assert_eq!(link.relay, "ws://127.0.0.1:4300");
    }

    #[test]
    fn what_was_sent_in_a_sentence_is_read() {
        let code: InviteCode = "K7QM-3XTE".parse().unwrap();
        for (before, after) in [("<", ">"), ("", "."), ("(", "),"), ("“", "”")] {
            let dressed = |text: &str| format!("{before}{text}{after}");
            let link =
                format!("vscode://jumpseat.jumpseat/join?relay=ws%3A%2F%2F127.0.0.1%3A4300#{code}.{TOKEN}");
            assert_eq!(read(&dressed(&link), None, None).unwrap().code, code);
            assert!(read(&dressed(TOKEN), Some(code), Some("ws://127.0.0.1:4300".into())).is_ok());
            assert_eq!(self::code(&dressed("K7QM-3XTE")).ok(), Some(code));
        }
    }

    #[test]
    fn a_refused_link_is_told_what_is_wrong_and_not_repeated() {
        for (text, why) in [
            (&format!("<https://r.example/j#K7QM-3XTE.{}>.", &TOKEN[..50]), "exactly 64"),
            (&format!("https://r.example/elsewhere#K7QM-3XTE.{TOKEN}"), "not a Jumpseat address"),
            (&format!("https://r.example/j#K7QM-3XTE,{TOKEN}"), "separated by a dot"),
            (&"<https://canary.example/j>".to_owned(), "nothing follows a #"),
            (&format!("https://r.example/j#K7QM.{TOKEN}"), "shorter"),
        ] {
            let fault = read(text, None, None).unwrap_err();
            assert!(fault.kind == FaultKind::Invite && fault.message.contains(why), "{fault}");
            assert!(
                !["AAAA", "K7QM", "canary"].iter().any(|part| fault.to_string().contains(part)),
                "{fault}"
            );
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let code: InviteCode = "K7QM-3XTE".parse().unwrap();
        assert!(read(TOKEN, Some(code), None).unwrap_err().message.contains("at which relay"));
        assert!(read(TOKEN, None, None).unwrap_err().message.contains("which session"));
        let other = read(&format!("https://r.example/j#{code}.{TOKEN}"), "AAAA-BBBB".parse().ok(), None);
        assert!(other.unwrap_err().message.contains("not for AAAA-BBBB"));
        let fault = read("jst1_canary", Some(code), None).unwrap_err();
        assert!(fault.kind == FaultKind::Invite && !fault.to_string().contains("canary"));
    }
}
