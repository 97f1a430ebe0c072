//! The forges that reviews and issues come from: one of each workspace, whichever of its panels are shared and in
//! whichever session, and what signs in there.

use std::{path::PathBuf, sync::Arc};

use jumpseat_sources::{Credential, Forge, ForgeHost, ForgeKind, ForgeSetup, OwnCredentials};

use crate::{
    api::{self, ApiError, ApiErrorKind, ForgeOptions, Secret},
    transport::{Reach, TransportSetup},
};

/// How forges are reached, and as whom.
pub(crate) struct Forges {
    reach: Arc<Reach>,
    credentials: Arc<OwnCredentials>,
}

impl Forges {
    /// Reached as relays are.
    pub(crate) fn new(transport: TransportSetup) -> Self {
        Self { reach: Arc::new(Reach::new(transport)), credentials: Arc::default() }
    }

    /// What signs in at a host from now on, or no longer.
    pub(crate) fn give(&self, host: &str, credential: Option<&Secret>) -> Result<(), ApiError> {
        let credential = match credential.map(|secret| Credential::new(secret.reveal())) {
            Some(None) => {
                return Err(ApiError::new(ApiErrorKind::Misused, "not a valid credential")
                    .hint("a credential is one word of letters, digits and punctuation"));
            }
            given => given.flatten(),
        };
        self.credentials.give(host, credential);
        Ok(())
    }

    /// The forge of a workspace: one of those at work, if it is the same.
    pub(super) fn of<'a>(
        &self,
        folder: PathBuf,
        named: &[ForgeOptions],
        mut at_work: impl Iterator<Item = &'a Forge>,
    ) -> Forge {
        let mut setup = ForgeSetup::new(self.reach.clone());
        setup.credentials = self.credentials.clone();
        let mut forges: Vec<ForgeHost> = named.iter().map(forge_host).collect();
        let known = std::mem::take(&mut setup.forges).into_iter();
        let known: Vec<_> = known.filter(|known| forges.iter().all(|own| own.host != known.host)).collect();
        forges.extend(known);
        setup.forges = forges;
        let same = at_work.find(|forge| forge.is_of(&folder, &setup.forges)).cloned();
        same.unwrap_or_else(|| Forge::new(folder, setup))
    }
}

fn forge_host(ForgeOptions { host, kind, api }: &ForgeOptions) -> ForgeHost {
    let kind = match kind {
        api::ForgeKind::GitHub => ForgeKind::GitHub,
        api::ForgeKind::GitLab => ForgeKind::GitLab,
    };
    let own = ForgeHost::own(host, kind);
    ForgeHost { api: api.clone().unwrap_or(own.api), ..own }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Proxies;

    fn forges() -> Forges {
        Forges::new(TransportSetup { proxies: Proxies::none(), ..TransportSetup::default() })
    }

    #[test]
    fn one_forge_serves_every_panel_of_a_workspace() {
        let forges = forges();
        let own = |host: &str| ForgeOptions { host: host.into(), kind: api::ForgeKind::GitHub, api: None };
        let first = forges.of("/work".into(), &[], std::iter::empty());
        let at_work = [first];
        let is_first = |folder: &str, named: &[ForgeOptions]| {
            let found = forges.of(folder.into(), named, at_work.iter());
            found.is_same(&at_work[0])
        };
        assert!(is_first("/work", &[]));
        assert!(!is_first("/elsewhere", &[]));
        assert!(!is_first("/work", &[own("git.example.com")]));
    }

    #[test]
    fn a_forge_of_ones_own_takes_a_known_ones_place() {
        let api = Some("https://mirror.example.com".to_owned());
        let own = ForgeOptions { host: "GitHub.com".into(), kind: api::ForgeKind::GitHub, api };
        let forge = forges().of("/work".into(), std::slice::from_ref(&own), std::iter::empty());
        let mirror = forge_host(&own);
        assert_eq!((mirror.host.as_str(), mirror.api.as_str()), ("github.com", "https://mirror.example.com"));
        assert!(forge.is_of("/work".as_ref(), &[mirror, ForgeHost::gitlab()]));
    }

    #[test]
    fn what_cannot_be_sent_is_no_credential_and_is_not_repeated() {
        let forges = forges();
        let refused =
            forges.give("github.com", Some(&Secret::new("canary of two words".into()))).unwrap_err();
        assert!(!format!("{refused:?}").contains("canary"));
        assert!(forges.give("github.com", Some(&Secret::new("canary".into()))).is_ok());
        assert!(forges.give("github.com", None).is_ok());
    }
}
