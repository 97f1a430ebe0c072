use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown, symlink},
};

use tempfile::TempDir;

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A parent as `/run/user/1000` is.
fn parent() -> TempDir {
    let parent = tempfile::tempdir().unwrap();
    set_mode(parent.path(), 0o700);
    parent
}

/// Gives a folder to somebody else; `false` where only root could.
fn give_away(path: &Path) -> bool {
    rustix::process::geteuid().is_root() && chown(path, Some(65534), Some(65534)).is_ok()
}

#[track_caller]
fn refused(path: &Path, why: &str) {
    let failure = RuntimeFolder::at(path.to_owned()).unwrap_err();
    assert!(failure.message.contains(why), "{failure}");
    assert_eq!(failure.kind, ApiErrorKind::Local);
    assert!(failure.hint.is_some_and(|hint| hint.contains("XDG_RUNTIME_DIR")));
}

#[test]
fn it_is_made_private_and_found_again() {
    let parent = parent();
    let folder = RuntimeFolder::at(parent.path().join("run")).unwrap();
    assert_eq!(mode(folder.path()), 0o700);
    RuntimeFolder::at(folder.path().to_owned()).unwrap();
}

#[test]
fn one_that_others_can_open_is_refused() {
    let parent = parent();
    let path = parent.path().join("run");
    fs::create_dir(&path).unwrap();
    set_mode(&path, 0o750);
    refused(&path, "others may open it");
}

#[test]
fn a_link_is_refused_wherever_it_leads() {
    let parent = parent();
    let real = RuntimeFolder::at(parent.path().join("real")).unwrap();
    let link = parent.path().join("link");
    symlink(real.path(), &link).unwrap();
    refused(&link, "not a folder");
}

#[test]
fn one_that_belongs_to_someone_else_is_refused() {
    let parent = parent();
    let path = parent.path().join("run");
    fs::create_dir(&path).unwrap();
    set_mode(&path, 0o700);
    if give_away(&path) {
        refused(&path, "it belongs to someone else");
    }
}

#[test]
fn a_parent_of_someone_else_is_refused_at_any_height() {
    let parent = parent();
    let below = parent.path().join("own/below");
    fs::create_dir_all(&below).unwrap();
    if !give_away(parent.path()) {
        return;
    }
    refused(&parent.path().join("run"), "it belongs to someone else, who could exchange");
    refused(&below.join("run"), "it belongs to someone else, who could exchange");
    assert!(!below.join("run").exists(), "nothing is made there");
}

#[test]
fn a_parent_that_others_may_write_to_is_refused_unless_it_keeps_them_from_each_other_s() {
    let parent = parent();
    let below = parent.path().join("below");
    fs::create_dir(&below).unwrap();
    for open in [0o770, 0o702, 0o777] {
        set_mode(parent.path(), open);
        refused(&parent.path().join("run"), "others may write to it, who could exchange");
        refused(&below.join("run"), "others may write to it, who could exchange");
    }
    set_mode(parent.path(), 0o1777);
    RuntimeFolder::at(parent.path().join("run")).unwrap();
    set_mode(parent.path(), 0o755);
    RuntimeFolder::at(parent.path().join("run")).unwrap();
}

#[test]
fn a_parent_is_where_its_links_lead() {
    let parent = parent();
    let (open, safe) = (parent.path().join("open"), parent.path().join("safe"));
    fs::create_dir(&open).unwrap();
    fs::create_dir(&safe).unwrap();
    set_mode(&open, 0o777);
    symlink(&safe, open.join("link")).unwrap();
    symlink(&open, safe.join("link")).unwrap();
    // Whoever exchanges the link changes nothing of what was opened.
    let folder = RuntimeFolder::at(open.join("link/run")).unwrap();
    assert_eq!(folder.path(), safe.canonicalize().unwrap().join("run"));
    refused(&safe.join("link/run"), "others may write to it");
}

#[test]
fn a_folder_that_went_is_made_again_and_one_that_was_put_in_its_place_is_not_used() {
    let parent = parent();
    set_mode(parent.path(), 0o1777);
    let folder = RuntimeFolder::at(parent.path().join("jumpseat-1000")).unwrap();
    let copy = folder.clone();
    // As a cleaner of temporary folders does.
    fs::remove_dir_all(folder.path()).unwrap();
    let scratch = folder.scratch("shell").unwrap();
    scratch.write("jumpseat.bash", "own").unwrap();
    assert_eq!(mode(folder.path()), 0o700);
    assert_eq!(fs::read_to_string(scratch.path().join("jumpseat.bash")).unwrap(), "own");

    fs::rename(folder.path(), parent.path().join("aside")).unwrap();
    fs::create_dir(folder.path()).unwrap();
    if !give_away(folder.path()) {
        set_mode(folder.path(), 0o777);
    }
    for folder in [&folder, &copy] {
        let failure = folder.scratch("shell").unwrap_err();
        assert_eq!(failure.kind, ApiErrorKind::Local);
        assert!(failure.hint.is_some());
        folder.bind("1.sock").unwrap_err();
        folder.sockets("sock").unwrap_err();
        folder.socket("hold.sock").unwrap_err();
        folder.lock_file("hold.lock").unwrap_err();
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was put into it");
    // What goes, goes from where it was.
    drop(scratch);
    assert_eq!(fs::read_dir(parent.path().join("aside")).unwrap().count(), 0);
}

#[test]
fn a_folder_that_was_opened_to_others_is_used_no_more() {
    let parent = parent();
    let folder = RuntimeFolder::at(parent.path().join("run")).unwrap();
    set_mode(folder.path(), 0o770);
    assert!(folder.scratch("shell").unwrap_err().message.contains("others may open it"));
}

#[test]
fn files_are_new_and_private_and_nobody_knows_their_folder_before() {
    let parent = parent();
    let folder = RuntimeFolder::at(parent.path().join("run")).unwrap();
    let (one, other) = (folder.scratch("shell").unwrap(), folder.scratch("shell").unwrap());
    let name = one.path().file_name().unwrap().to_str().unwrap().to_owned();
    assert!(name.rsplit('-').next().is_some_and(|random| random.len() == 32), "{name}");
    assert_ne!(one.path(), other.path());
    let file = one.write("file", "text").unwrap();
    assert_eq!((mode(&file), mode(one.path())), (0o600, 0o700));
    one.write("file", "other").unwrap_err();
    symlink("/nowhere", one.path().join("link")).unwrap();
    one.write("link", "text").unwrap_err();
    symlink(folder.path().join("elsewhere"), folder.path().join("hold.lock")).unwrap();
    folder.lock_file("hold.lock").unwrap_err();
    assert!(!folder.path().join("elsewhere").exists());
    assert_eq!(fs::read_to_string(file).unwrap(), "text");
}

#[test]
fn the_folder_is_locked_against_cleaners() {
    use rustix::fs::{FlockOperation, flock};

    let parent = parent();
    let folder = RuntimeFolder::at(parent.path().join("run")).unwrap();
    let cleaner = fs::File::open(folder.path()).unwrap();
    flock(&cleaner, FlockOperation::NonBlockingLockExclusive).unwrap_err();
    // Another process of the same person is not kept out.
    RuntimeFolder::at(folder.path().to_owned()).unwrap();
    drop(folder);
    flock(&cleaner, FlockOperation::NonBlockingLockExclusive).unwrap();
}

#[tokio::test]
async fn a_socket_is_private_found_by_its_name_and_goes() {
    let parent = parent();
    let folder = RuntimeFolder::at(parent.path().join("run")).unwrap();
    fs::write(folder.path().join("no.sock"), "").unwrap();
    let socket = folder.bind("7.sock").unwrap();
    assert_eq!(mode(socket.path()), 0o600);
    assert_eq!(folder.sockets("sock").unwrap(), [folder.path().join("7.sock")]);
    assert!(folder.sockets("seat").unwrap().is_empty());
    folder.remove_socket(&folder.path().join("no.sock"));
    assert!(folder.path().join("no.sock").exists(), "only sockets are removed");
    // Whoever takes the name again takes it over.
    let next = folder.bind("7.sock").unwrap();
    crate::local::LocalStream::connect(next.path()).await.unwrap();
    drop((socket, next));
    assert!(folder.sockets("sock").unwrap().is_empty());
}

#[test]
fn scratch_folders_go_with_their_owner_and_after_its_crash() {
    let parent = parent();
    let folder = RuntimeFolder::at(parent.path().join("run")).unwrap();
    let scratch = folder.scratch("shell").unwrap();
    scratch.write("file", "").unwrap();
    let path = scratch.path().to_owned();
    // A shell made more of it.
    let elsewhere = parent.path().join("elsewhere");
    fs::create_dir_all(path.join("sessions/old")).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("kept"), "").unwrap();
    symlink(&elsewhere, path.join("sessions/link")).unwrap();
    let left = folder.path().join("shell-2147483646-0");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("file"), "").unwrap();
    RuntimeFolder::at(folder.path().to_owned()).unwrap();
    assert!(path.exists() && !left.exists());
    drop(scratch);
    assert!(!path.exists() && elsewhere.join("kept").exists());
}
