//! Where code, token and relay come from: a file, a variable, standard input or the prompt.

use jumpseat_session::{InviteLink, SessionError, Token};
use jumpseat_wire::InviteCode;

use super::Arguments;
use crate::{
    command::Context,
    error::{Fault, FaultKind},
    invite_file, prompt,
};

/// The variable that may hold the token, or the whole link.
const VARIABLE: &str = "JUMPSEAT_TOKEN";

/// Everything that is needed to knock.
pub(super) fn find(arguments: &Arguments, context: &Context) -> Result<InviteLink, Fault> {
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
            match text.parse::<InviteCode>() {
                Ok(code) => read(&prompt::secret("Token (not shown): ")?, Some(code), relay),
                Err(_) => read(&text, None, relay),
            }
        }
    }
}

/// Whether standard input is not where the token comes from.
pub(super) fn leaves_input_free(arguments: &Arguments) -> bool {
    arguments.invite_file.is_some() || std::env::var_os(VARIABLE).is_some()
}

/// A link, or a token for a code.
fn read(text: &str, code: Option<InviteCode>, relay: Option<String>) -> Result<InviteLink, Fault> {
    if text.contains('#') {
        let link = InviteLink::parse(text).map_err(|error| wrong(&error))?;
        return match code {
            Some(code) if code != link.code => {
                Err(Fault::usage(format!("the link is for session {}, not for {code}", link.code)))
            }
            _ => Ok(link),
        };
    }
    let token: Token = text.parse().map_err(|error| wrong(&error))?;
    let code = code
        .ok_or_else(|| Fault::usage("a token alone does not say which session").hint("give the code, too"))?;
    let relay = relay.ok_or_else(|| {
        Fault::usage("a code does not say at which relay the session is")
            .hint("add --relay URL as the host's line has it, set it in the configuration, or use the link")
    })?;
    Ok(InviteLink { relay, code, token })
}

fn wrong(error: &SessionError) -> Fault {
    Fault::new(FaultKind::Invite, error.to_string()).hint("copy it again, whole")
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
