//! GitLab: its REST interface, version 4.

mod api;
mod map;

pub(super) use api::GitLab;
