//! Where there is no local socket (Windows): what needs one says so, and sharing does without. The same code runs in the
//! tests on every system.

use std::{path::Path, time::Duration};

use super::folder::RuntimeFolder;
use crate::{
    FaceDoor, HostSetup,
    face::{Failure, FailureKind, HostFace},
};

/// There are no terminals here whose orphans could connect.
pub fn adopt_orphans() {}

/// Nobody connects, so nobody comes from anywhere.
pub(crate) mod origin {
    /// Where a local face's process runs.
    pub(crate) enum Origin {}

    impl Origin {
        /// Whether it is in a terminal.
        pub(crate) fn is_inside(&self, _program: i32) -> bool {
            match *self {}
        }
    }
}

/// Listens nowhere: what this process hosts is managed from its own terminal.
pub struct Listener(());

impl Listener {
    /// There is nothing to make.
    ///
    /// # Errors
    /// None here.
    pub fn bind(_: &RuntimeFolder) -> Result<Self, Failure> {
        Ok(Self(()))
    }

    /// Until the engine has ended.
    pub async fn serve(self, door: FaceDoor) {
        door.closed().await;
    }
}

/// A process of the same person that hosts: there is no way to one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LocalProcess {}

impl LocalProcess {
    /// A face of its engine.
    ///
    /// # Errors
    /// None: there is no such process.
    pub async fn connect(&self) -> Result<HostFace, Failure> {
        match *self {}
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        match *self {}
    }
}

/// Every process that hosts right now.
///
/// # Errors
/// Always.
pub async fn processes(_: &RuntimeFolder) -> Result<Vec<LocalProcess>, Failure> {
    Err(no_socket("sessions of other processes cannot be reached"))
}

/// How a holder would run.
pub struct HoldSetup {
    /// The engine's setup.
    pub host: HostSetup,
    /// How long it would stay with nothing to hold.
    pub idle: Duration,
}

/// The background process itself.
///
/// # Errors
/// Always.
pub async fn hold(_: HoldSetup) -> Result<(), Failure> {
    Err(no_socket("sessions cannot be held in the background"))
}

/// A face of the holder.
///
/// # Errors
/// Always.
pub async fn holder(
    _: &RuntimeFolder,
    _program: &Path,
    _arguments: &[&str],
    _log: Option<&Path>,
) -> Result<HostFace, Failure> {
    Err(no_socket("sessions cannot be held in the background"))
}

fn no_socket(what: &str) -> Failure {
    Failure::new(
        FailureKind::Local,
        format!("{what}: this system has no local sockets that Jumpseat can use"),
    )
    .hint("share and manage in one terminal: `jumpseat share`, then the overlay's key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HostEngine, Proxies, TransportSetup, face::HostCommand};

    fn setup(folder: &RuntimeFolder) -> HostSetup {
        let transport = TransportSetup { proxies: Proxies::none(), ..TransportSetup::default() };
        HostSetup { transport, start_relay: None, runtime: folder.clone() }
    }

    #[tokio::test]
    async fn sharing_goes_on_and_the_rest_says_why_not() {
        let home = tempfile::tempdir().unwrap();
        let folder = RuntimeFolder::at(home.path().join("jumpseat")).unwrap();
        let (engine, door) = HostEngine::new(setup(&folder));
        let face = door.open();
        let serving = tokio::spawn(Listener::bind(&folder).unwrap().serve(door));
        let engine = tokio::spawn(engine.run());
        face.ask(HostCommand::Shutdown).await.unwrap();
        engine.await.unwrap();
        serving.await.unwrap();

        let idle = Duration::ZERO;
        for failure in [
            processes(&folder).await.unwrap_err(),
            hold(HoldSetup { host: setup(&folder), idle }).await.unwrap_err(),
            holder(&folder, Path::new("jumpseat"), &["hold"], None).await.err().unwrap(),
        ] {
            assert!(failure.kind == FailureKind::Local && failure.hint.is_some(), "{failure}");
        }
    }
}
