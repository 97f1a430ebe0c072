//! A TCP line that can be slow, late, silent or cut.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpSocket, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    runtime::Runtime,
    sync::watch,
};

/// How a line behaves just now, in both directions.
#[derive(Clone, Copy, PartialEq)]
struct Behaviour {
    /// Added to every piece, in milliseconds.
    delay: u64,
    /// Bytes a second.
    rate: Option<u64>,
    /// Nothing passes, and nobody is told: a half-open connection.
    silent: bool,
    /// New connections are closed at once.
    refuses: bool,
    /// Counts up to end every connection of before.
    generation: u64,
}

/// A line to one address.
pub struct Line {
    address: SocketAddr,
    behaviour: Arc<watch::Sender<Behaviour>>,
    _runtime: Runtime,
}

impl Line {
    /// A good line to `target`.
    pub fn to(target: SocketAddr) -> Self {
        Self::from(IpAddr::from([0, 0, 0, 0]), target)
    }

    /// A good line to `target` that comes from this address of the machine.
    pub fn from(source: IpAddr, target: SocketAddr) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let start = Behaviour { delay: 0, rate: None, silent: false, refuses: false, generation: 0 };
        let behaviour = Arc::new(watch::Sender::new(start));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(accept(listener, source, target, behaviour.clone()));
        Self { address, behaviour, _runtime: runtime }
    }

    /// Where its near end listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its near end as a relay's address, without a path.
    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Makes everything late.
    pub fn delay(&self, delay: Duration) {
        self.behaviour.send_modify(|now| now.delay = delay.as_millis() as u64);
    }

    /// Makes it slow: bytes a second.
    pub fn rate(&self, rate: Option<u64>) {
        self.behaviour.send_modify(|now| now.rate = rate);
    }

    /// Lets nothing through, without a word.
    pub fn silent(&self, silent: bool) {
        self.behaviour.send_modify(|now| now.silent = silent);
    }

    /// Ends every connection.
    pub fn cut(&self) {
        self.behaviour.send_modify(|now| now.generation += 1);
    }

    /// Ends every connection and takes no new one.
    pub fn refuse(&self, refuses: bool) {
        self.behaviour.send_modify(|now| {
            now.refuses = refuses;
            now.generation += u64::from(refuses);
        });
    }
}

async fn connect(source: IpAddr, target: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((source, 0).into())?;
    socket.connect(target).await
}

async fn accept(
    listener: TcpListener,
    source: IpAddr,
    target: SocketAddr,
    behaviour: Arc<watch::Sender<Behaviour>>,
) {
    while let Ok((near, _)) = listener.accept().await {
        let behaviour = behaviour.subscribe();
        let now = *behaviour.borrow();
        if now.refuses {
            continue;
        }
        let Ok(far) = connect(source, target).await else { continue };
        let (near_read, near_write) = near.into_split();
        let (far_read, far_write) = far.into_split();
        tokio::spawn(carry(near_read, far_write, behaviour.clone(), now.generation));
        tokio::spawn(carry(far_read, near_write, behaviour, now.generation));
    }
}

/// One direction of one connection.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut behaviour: watch::Receiver<Behaviour>,
    generation: u64,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let now = *behaviour.borrow_and_update();
        if now.generation != generation {
            return;
        }
        if now.silent {
            if behaviour.changed().await.is_err() {
                return;
            }
            continue;
        }
        // Small pieces on a slow line, so that its pace is even.
        let most = now.rate.map_or(buffer.len(), |rate| (rate / 20).clamp(16, 16 * 1024) as usize);
        let read = tokio::select! {
            read = from.read(&mut buffer[..most]) => read,
            changed = behaviour.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
        };
        let Ok(len @ 1..) = read else { return };
        let took = now.rate.map_or(0.0, |rate| len as f64 / rate as f64);
        let pause = Duration::from_millis(now.delay) + Duration::from_secs_f64(took);
        if !pause.is_zero() {
            // sleep: a slow line is slow; no test waits for it.
            tokio::time::sleep_until((Instant::now() + pause).into()).await;
        }
        if to.write_all(&buffer[..len]).await.is_err() {
            return;
        }
    }
}
