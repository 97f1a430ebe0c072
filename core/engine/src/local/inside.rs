//! Whether a process runs in a terminal that the same person shares from another process: who types there does not sit at
//! the person's other sessions.

use tokio::time::timeout;

use super::{attach, message::GREET_FOR};
use crate::{
    api::{Failure, HostCommand, Reply, Scope},
    host,
    runtime::folder::RuntimeFolder,
};

/// What speaks against serving this process. A host that cannot be asked has no such terminal, and a seat that is itself
/// in a shared one is told nothing and refuses nobody.
pub(super) async fn refusal(pid: Option<i32>, folder: &RuntimeFolder) -> Option<Failure> {
    let pid = pid?;
    for process in attach::processes(folder).await.unwrap_or_default() {
        let Ok(client) = process.connect(Scope::Read).await else { continue };
        let asked = timeout(GREET_FOR, client.ask(HostCommand::IsInside { pid })).await;
        if let Ok(Ok(Reply::Inside { inside: true })) = asked {
            return Some(host::inside());
        }
    }
    None
}
