//! What lies in the memory of a program that shares or joins stays there.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod harness;

use std::{
    os::unix::process::ExitStatusExt as _,
    process::{Command, Stdio},
};

use harness::{Home, PROGRAM};

#[test]
fn a_crash_leaves_no_core_file_with_keys() {
    let home = Home::new();
    let mut host = Command::new("/bin/sh")
        .args([
            "-c",
            "ulimit -c unlimited; exec \"$0\" share --headless --invite-file i.json -- sleep 600",
            PROGRAM,
        ])
        .env_clear()
        .envs(home.variables())
        .current_dir(home.path("."))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    home.wait_file("i.json");
    let pid = host.id().to_string();
    assert!(Command::new("kill").args(["-ABRT", &pid]).status().unwrap().success());
    let status = host.wait().unwrap();
    assert_eq!(status.signal(), Some(6));
    assert!(!status.core_dumped());
}
