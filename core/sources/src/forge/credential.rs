//! What signs the host in at a forge: found where people keep it, and only when it is needed.

use std::{collections::HashMap, pin::Pin, process::Stdio, sync::Mutex, sync::PoisonError, time::Duration};

use tokio::{process::Command, time::timeout};
use zeroize::Zeroizing;

use super::ForgeKind;

/// The longest `gh` may take to say what it knows.
const ASK_FOR: Duration = Duration::from_secs(5);

/// Where the environment has GitHub's credentials: two for `github.com`, two for the host that `GH_HOST` names.
const HUB: [&str; 4] = ["GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"];

/// The longest credential, in bytes.
const MAX_LEN: usize = 4096;

/// What signs in at a forge. It has no `Debug`, and is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential(Zeroizing<String>);

impl Credential {
    /// Takes it; nothing if it is empty or cannot be sent.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let sent = text.bytes().all(|byte| byte.is_ascii_graphic());
        (sent && (1..=MAX_LEN).contains(&text.len())).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

/// An answer that may take its time.
pub type Finding<'a> = Pin<Box<dyn Future<Output = Option<Credential>> + Send + 'a>>;

/// Where credentials come from.
pub trait Credentials: Send + Sync {
    /// The one for a forge at a host, if there is one. Asked before the first request, and again after one was
    /// refused.
    fn of<'a>(&'a self, host: &'a str, kind: ForgeKind) -> Finding<'a>;
}

/// Reads an environment's variable by its name.
type Variable = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Credentials as people keep them: what an editor gave, the environment, the `gh` program.
///
/// Each is for one host: what signs in at `github.com` is never shown to another one.
pub struct OwnCredentials {
    given: Mutex<HashMap<String, Credential>>,
    variable: Box<Variable>,
    program: bool,
}

impl Default for OwnCredentials {
    fn default() -> Self {
        Self::new(|name| std::env::var(name).ok(), true)
    }
}

impl OwnCredentials {
    /// Reads variables by name; `program` is whether `gh` is asked.
    pub fn new(variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static, program: bool) -> Self {
        Self { given: Mutex::default(), variable: Box::new(variable), program }
    }

    /// An editor gives one for a host, or takes it back. The panels' sources are to be asked to refresh then.
    pub fn give(&self, host: &str, credential: Option<Credential>) {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        match credential {
            Some(credential) => _ = given.insert(host.to_lowercase(), credential),
            None => _ = given.remove(&host.to_lowercase()),
        }
    }

    fn in_environment(&self, host: &str, kind: ForgeKind) -> Option<Credential> {
        // The host that the environment's credentials are for; some name it by its address.
        let named = |variable: &str| {
            let named = (self.variable)(variable)?;
            let host = named.split_once("://").map_or(&*named, |(_, rest)| rest).trim_matches('/');
            (!host.is_empty()).then(|| host.to_lowercase())
        };
        let names: &[&str] = match kind {
            ForgeKind::GitHub if host == "github.com" => &HUB[..2],
            ForgeKind::GitHub if named("GH_HOST").as_deref() == Some(host) => &HUB[2..],
            ForgeKind::GitLab if named("GITLAB_HOST").as_deref().unwrap_or("gitlab.com") == host => {
                &["GITLAB_TOKEN"]
            }
            _ => &[],
        };
        names.iter().find_map(|name| Credential::new(&Zeroizing::new((self.variable)(name)?)))
    }
}

impl Credentials for OwnCredentials {
    fn of<'a>(&'a self, host: &'a str, kind: ForgeKind) -> Finding<'a> {
        Box::pin(async move {
            let given = self.given.lock().unwrap_or_else(PoisonError::into_inner).get(host).cloned();
            match given.or_else(|| self.in_environment(host, kind)) {
                Some(found) => Some(found),
                None if self.program && kind == ForgeKind::GitHub => from_program(host).await,
                None => None,
            }
        })
    }
}

async fn from_program(host: &str) -> Option<Credential> {
    let out = timeout(ASK_FOR, asking(host).output()).await.ok()?.ok()?;
    let said = Zeroizing::new(out.stdout);
    if out.status.success() { Credential::new(std::str::from_utf8(&said).ok()?) } else { None }
}

/// `gh auth token`, which prints it and nothing else; without the environment's, which it would give for any host.
fn asking(host: &str) -> Command {
    let mut command = Command::new("gh");
    command.args(["auth", "token", "--hostname", host]);
    for name in HUB {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn found(variables: &'static [(&str, &str)], host: &str, kind: ForgeKind) -> Option<String> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        OwnCredentials::new(variable, false).of(host, kind).await.map(|found| found.reveal().to_owned())
    }

    #[tokio::test]
    async fn each_host_gets_its_own_and_no_other() {
        use ForgeKind::{GitHub, GitLab};
        let all = &[
            ("GITHUB_TOKEN", "hub"),
            ("GH_ENTERPRISE_TOKEN", "enterprise"),
            ("GH_HOST", "git.example.com"),
            ("GITLAB_TOKEN", "lab"),
        ];
        assert_eq!(found(all, "github.com", GitHub).await.as_deref(), Some("hub"));
        assert_eq!(found(all, "git.example.com", GitHub).await.as_deref(), Some("enterprise"));
        assert_eq!(found(all, "gitlab.com", GitLab).await.as_deref(), Some("lab"));
        assert_eq!(found(all, "evil.example.com", GitHub).await, None);
        assert_eq!(found(all, "gitlab.evil.example", GitLab).await, None);
        assert_eq!(found(&[("GITHUB_TOKEN", " x\ny ")], "github.com", GitHub).await, None);
    }

    #[tokio::test]
    async fn the_gitlab_of_a_company_is_not_gitlab_com() {
        for named in ["lab.example.com", "https://Lab.example.com/"] {
            let named: &'static _ = Box::leak(Box::new([("GITLAB_TOKEN", "lab"), ("GITLAB_HOST", named)]));
            assert_eq!(found(named, "lab.example.com", ForgeKind::GitLab).await.as_deref(), Some("lab"));
            assert_eq!(found(named, "gitlab.com", ForgeKind::GitLab).await, None);
        }
    }

    #[test]
    fn the_program_is_asked_for_what_it_keeps_alone() {
        let asking = asking("git.example.com");
        let gone: Vec<_> = asking.as_std().get_envs().filter(|(_, value)| value.is_none()).collect();
        assert!(HUB.iter().all(|name| gone.iter().any(|(gone, _)| gone == name)), "{gone:?}");
    }

    #[tokio::test]
    async fn what_the_editor_gives_comes_first_and_goes() {
        let own = OwnCredentials::new(|_| Some("environment".into()), false);
        own.give("GitHub.com", Credential::new("given"));
        assert_eq!(own.of("github.com", ForgeKind::GitHub).await.unwrap().reveal(), "given");
        own.give("github.com", None);
        assert_eq!(own.of("github.com", ForgeKind::GitHub).await.unwrap().reveal(), "environment");
    }
}
