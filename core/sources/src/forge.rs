//! The review and issue panels: the branch's pull or merge request, and the issues that it is about.
//!
//! Only forges that are known (`github.com`, `gitlab.com`) or that the host names are asked, so that a repository's
//! remotes cannot send requests anywhere. Credentials go to their own forge alone, over TLS or within this machine.

mod branch_target;
mod credential;
mod entries;
mod github;
mod gitlab;
mod http;
mod known;
mod poll;
mod probe;
mod time;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jumpseat_panels::PanelKind;
use tokio::{sync::mpsc, task::JoinSet};

use crate::{Ask, Publisher, Running, Source};
use branch_target::BranchTarget;
pub use credential::{Credential, Credentials, Finding as FindingCredential, OwnCredentials};
pub use http::{Dial, Dialled, Loopback, Stream};
use http::{Http, HttpError};
use known::Known;

/// Which forge it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ForgeKind {
    /// GitHub, or GitHub Enterprise.
    GitHub,
    /// GitLab.
    GitLab,
}

/// A forge, and where it is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForgeHost {
    /// The host that remotes name.
    pub host: String,
    /// Which forge it is.
    pub kind: ForgeKind,
    /// The interface's base address: `https://HOST/api/v3` or `/api/v4`. Without TLS only this machine's.
    pub api: String,
}

/// How forges are asked.
#[derive(Clone)]
pub struct ForgeSetup {
    /// Forges that are known.
    pub forges: Vec<ForgeHost>,
    /// How often everything is asked for.
    pub every: Duration,
    /// How often the request and the issues are probed for changes, as somebody who is signed in.
    pub probe: Duration,
    /// The longest that one answer is waited for.
    pub patience: Duration,
    /// What signs in.
    pub credentials: Arc<dyn Credentials>,
    /// How they are reached.
    pub dial: Arc<dyn Dial>,
}

impl ForgeSetup {
    /// The well-known forges, reached as `dial` does it, with credentials as people keep them.
    pub fn new(dial: Arc<dyn Dial>) -> Self {
        let credentials = Arc::new(OwnCredentials::default());
        let forges = vec![ForgeHost::github(), ForgeHost::gitlab()];
        let (every, probe) = (Duration::from_secs(30), Duration::from_millis(400));
        Self { forges, every, probe, patience: Duration::from_secs(20), credentials, dial }
    }
}

/// The forge of a workspace. Both panels come from the same requests, whichever of them are shared.
#[derive(Clone)]
pub struct Forge(Arc<poll::Shared>);

impl Forge {
    /// Of a workspace's folder.
    pub fn new(folder: impl Into<PathBuf>, setup: ForgeSetup) -> Self {
        Self(Arc::new(poll::Shared::new(folder.into(), setup)))
    }

    /// Whether it is of this folder, with these forges known.
    pub fn is_of(&self, folder: &Path, forges: &[ForgeHost]) -> bool {
        self.0.is_of(folder, forges)
    }

    /// Whether both are the same one.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The review panel.
    pub fn review(&self) -> ForgePanel {
        ForgePanel { shared: self.0.clone(), kind: PanelKind::Review }
    }

    /// The issue panel.
    pub fn issue(&self) -> ForgePanel {
        ForgePanel { shared: self.0.clone(), kind: PanelKind::Issue }
    }
}

/// One of the forge's panels.
pub struct ForgePanel {
    shared: Arc<poll::Shared>,
    kind: PanelKind,
}

impl Source for ForgePanel {
    fn kind(&self) -> PanelKind {
        self.kind
    }

    fn run(self: Box<Self>, publisher: Publisher, asks: mpsc::Receiver<Ask>) -> Running {
        Box::pin(async move {
            // Whichever panel has its turn asks for both; if it ends, the other takes over.
            let mut asking = JoinSet::new();
            asking.spawn(self.shared.clone().ask_on());
            self.shared.serve(self.kind, publisher, asks).await;
        })
    }
}

/// An answer that takes its time.
type ScanFuture<'a> = std::pin::Pin<Box<dyn Future<Output = Result<Known, HttpError>> + Send + 'a>>;

/// One forge: finds out what it knows of a branch.
trait ForgeApi: Send {
    /// Asks for everything. What has not changed costs next to nothing.
    fn look<'a>(&'a mut self, target: &'a BranchTarget) -> ScanFuture<'a>;

    /// What it is asked by, and as whom.
    fn http(&mut self) -> &mut Http;
}

/// Most comments of one issue, issues, and threads that are kept.
const MAX_COMMENTS: usize = 200;
const MAX_ISSUES: usize = 8;
const MAX_THREADS: usize = 500;
