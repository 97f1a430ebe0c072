//! What panels cost: bytes on the line. How soon a guest sees something: `cargo xtask bench panels`.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use jumpseat_engine::api::panels::{Entry, PanelKind};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{Guest, Host, numbered};

/// Stands before a relay and counts what it sends; gives its own address and the count.
async fn counted(relay: &str) -> (String, Arc<AtomicU64>) {
    let rest = relay.strip_prefix("ws://").unwrap();
    let (address, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = format!("ws://{}{path}", listener.local_addr().unwrap());
    let (count, counts) = (Arc::new(AtomicU64::new(0)), address.to_owned());
    let counter = count.clone();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(&counts).await.unwrap();
            let ((mut near_read, mut near_write), (mut far_read, mut far_write)) =
                (near.into_split(), far.into_split());
            tokio::spawn(async move { tokio::io::copy(&mut near_read, &mut far_write).await });
            let counter = counter.clone();
            tokio::spawn(async move {
                let mut buffer = vec![0; 64 * 1024];
                while let Ok(len @ 1..) = far_read.read(&mut buffer).await {
                    counter.fetch_add(len as u64, Ordering::Relaxed);
                    near_write.write_all(&buffer[..len]).await.unwrap();
                }
            });
        }
    });
    (own, count)
}

/// What a save costs at the median, from the file to the guest: the newest version of `long.txt`.
async fn saves(host: &Host, guest: &mut Guest, bytes: &AtomicU64, open: bool) -> u64 {
    let mut costs = Vec::new();
    for round in 0..8 {
        let known = guest.contents("long.txt");
        let before = bytes.load(Ordering::Relaxed);
        host.write("long.txt", numbered(5000, 100 + round + 100 * u32::from(open)));
        let newest = guest
            .until(|guest| guest.contents("long.txt").into_iter().find(|found| !known.contains(found)))
            .await;
        if open {
            guest.fetch(PanelKind::Git, &newest).await.unwrap();
        }
        costs.push(bytes.load(Ordering::Relaxed) - before);
    }
    costs.sort_unstable();
    costs[costs.len() / 2]
}

#[tokio::test]
async fn a_save_is_quick_and_small() {
    let host = Host::new().await;
    host.git(&["init", "-q", "-b", "main"]);
    host.write("long.txt", numbered(5000, 9999));
    host.git(&["add", "."]);
    host.git(&["commit", "-q", "-m", "first"]);
    host.share(PanelKind::Git).await;
    let (relay, bytes) = counted(&host.relay).await;
    let mut guest = Guest::at(&host, relay);
    host.write("long.txt", numbered(5000, 1));
    let versions =
        guest.until(|guest| Some(guest.contents("long.txt")).filter(|found| found.len() >= 2)).await;
    let cost = saves(&host, &mut guest, &bytes, false).await;
    println!("not open: {cost} bytes at the median of 8 saves");
    assert!(cost < 4 * 1024, "{cost} bytes");
    for version in &guest.contents("long.txt") {
        guest.fetch(PanelKind::Git, version).await.unwrap();
    }
    assert!(!versions.is_empty());
    let cost = saves(&host, &mut guest, &bytes, true).await;
    println!("open: {cost} bytes at the median of 8 saves");
    assert!(cost < 16 * 1024, "{cost} bytes");
}

#[tokio::test]
async fn a_thousand_changed_files_come_at_once() {
    let host = Host::new().await;
    host.git(&["init", "-q", "-b", "main"]);
    for n in 0..1000 {
        host.write(&format!("file-{n}.txt"), "before\n");
    }
    host.git(&["add", "."]);
    host.git(&["commit", "-q", "-m", "first"]);
    for n in 0..1000 {
        host.write(&format!("file-{n}.txt"), "after\n");
    }
    host.share(PanelKind::Git).await;
    let files = |guest: &Guest| {
        let entries = guest.panels.get(&PanelKind::Git).into_iter().flat_map(BTreeMap::values);
        entries.filter(|entry| matches!(entry, Entry::File(_))).count()
    };
    let mut first = Guest::new(&host);
    first.until(|guest| (files(guest) == 1000).then_some(())).await;
    let (relay, bytes) = counted(&host.relay).await;
    let mut guest = Guest::at(&host, relay);
    guest.until(|guest| (files(guest) == 1000).then_some(())).await;
    println!("join to 1,000 files: {} bytes in all", bytes.load(Ordering::Relaxed));
    assert_eq!(guest.panels, first.panels);
}
