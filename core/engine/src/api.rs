//! The local API, with the clients that speak it in this process.

pub use jumpseat_api::*;

pub use crate::client::{Client, Commands, GuestClient, HostClient};
