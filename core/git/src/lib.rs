//! What git says of a repository, by its own program, run so that nothing which the repository brings with it runs, too.
//!
//! ```text
//!   folder ──► Discovery: working trees below it      Git: one repository's `git`
//!                  │                                     │
//!                  └──► RepoLocation ──► Git::at(root).pinned() ┴──► Status · Objects · any other run
//! ```
//!
//! Everything that is read may be hostile. Nothing here writes, shows, or knows who will read it: what could not be read is
//! a [`Gap`] next to what could.
//!
//! ```no_run
//! # async fn look(folder: &std::path::Path) -> Result<(), jumpseat_git::GitError> {
//! use jumpseat_git::{Extras, Git, RepoLocation, Status};
//!
//! if let Some(place) = RepoLocation::of(folder).await? {
//!     let git = Git::at(&place.root).pinned().await?;
//!     let status = Status::of(&git, &[], Extras::ALL).await?;
//!     println!("{:?}: {} changed files", status.branch, status.changes.len());
//! }
//! # Ok(())
//! # }
//! ```

mod discover;
pub mod file;
mod gap;
mod objects;
mod program;
pub mod status;
pub mod worktree;

pub use discover::{Discovery, RepoLocation, TreeKind, small};
pub use gap::{Cure, Gap, Part};
pub use objects::Objects;
pub use program::{Git, GitError};
pub use status::{Extras, Status};
