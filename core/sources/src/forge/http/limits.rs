//! When a forge wants to be asked again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper::{HeaderMap, StatusCode};

use super::HttpError;
use crate::forge::probe::Allowance;

/// The longest that a forge's word on when to come back is taken for.
const MAX_WAIT: Duration = Duration::from_secs(3600);

/// How long to stay away where it does not say.
const WAIT: Duration = Duration::from_secs(60);

/// What a status that is no success means.
pub(super) fn fault(status: StatusCode, headers: &HeaderMap) -> HttpError {
    let now = SystemTime::now();
    let latest = now + MAX_WAIT;
    let allowance = Allowance::of(headers);
    let used_up = allowance.is_some_and(|allowance| allowance.left == 0);
    let reset = allowance.and_then(|allowance| allowance.reset);
    let after = number(headers, "retry-after");
    let after = after.map(|after| now + Duration::from_secs(after.min(MAX_WAIT.as_secs())));
    let limited = matches!(status, StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS)
        && (used_up || after.is_some() || status == StatusCode::TOO_MANY_REQUESTS);
    match status {
        _ if limited => {
            let until = after.or(reset.filter(|_| used_up)).unwrap_or(now + WAIT);
            HttpError::Limited { until: until.clamp(now, latest) }
        }
        StatusCode::UNAUTHORIZED => HttpError::Unauthorized,
        StatusCode::FORBIDDEN => HttpError::Forbidden,
        StatusCode::NOT_FOUND | StatusCode::GONE => HttpError::NotFound,
        status if status.is_server_error() => HttpError::Offline,
        _ => HttpError::Malformed,
    }
}

impl Allowance {
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let either = |name: &str| number(headers, &format!("x-{name}")).or_else(|| number(headers, name));
        let reset = either("ratelimit-reset").map(Duration::from_secs);
        let reset = reset.and_then(|reset| UNIX_EPOCH.checked_add(reset));
        Some(Self { left: either("ratelimit-remaining")?, reset })
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}
