//! Keeps programs inside a shared terminal away from the seats of the same person.

use tokio::time::timeout;

use super::{attach, message::GREET_FOR};
use crate::{
    api::{ApiError, ApiErrorKind, HostCommand, Reply, Scope},
    host,
    runtime::folder::RuntimeFolder,
};

/// Why a process is refused, unless each of the person's hosts says that it runs outside every shared terminal. A program
/// inside could stop its host, or fill its socket: one that does not answer refuses, too. A seat that itself runs inside
/// one gets no answer either, and refuses nothing.
pub(super) async fn refusal(pid: Option<i32>, folder: &RuntimeFolder) -> Option<ApiError> {
    let pid = pid?;
    let Ok(processes) = attach::processes(folder).await else { return Some(unanswered()) };
    for process in processes {
        let asked = async {
            let client = process.connect(Scope::Read).await?;
            client.ask(HostCommand::IsInside { pid }).await
        };
        match timeout(GREET_FOR, asked).await {
            Ok(Ok(Reply::Inside { inside: false })) => {}
            Ok(Ok(Reply::Inside { inside: true })) => return Some(host::inside()),
            Ok(Err(error)) if error.kind == ApiErrorKind::Inside => {}
            // It has ended meanwhile.
            _ if !process.path().exists() => {}
            _ => return Some(unanswered()),
        }
    }
    None
}

fn unanswered() -> ApiError {
    ApiError::new(
        ApiErrorKind::Inside,
        "a Jumpseat process that shares terminals does not answer, so this program may be running inside one",
    )
    .hint("`jumpseat sessions` names the process; end it if it hangs, then try again")
}
