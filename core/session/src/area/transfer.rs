//! Contents that a guest asks for by reference (rules JS-PANEL-4 to 6).

use serde::{Deserialize, Serialize};

use crate::{FetchId, FetchRefusal, Wish};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromHost {
    /// To one: a content does not come.
    Refused { id: FetchId, why: FetchRefusal },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromGuest {
    /// A content, please.
    Get { id: FetchId, wish: Wish },
    /// That content no longer.
    Cancel { id: FetchId },
}
