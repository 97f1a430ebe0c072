//! Keeps programs inside a shared terminal away from the seats of the same person.

use tokio::time::timeout;

use super::{attach, message::GREET_FOR};
use crate::{
    api::{ApiError, HostCommand, Reply, Scope},
    host,
    runtime::folder::RuntimeFolder,
};

/// Why a process is refused, if one of the person's hosts says that it runs inside a shared terminal. A host that cannot be
/// asked is skipped; a seat that itself runs inside one gets no answer and refuses nothing.
pub(super) async fn refusal(pid: Option<i32>, folder: &RuntimeFolder) -> Option<ApiError> {
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
