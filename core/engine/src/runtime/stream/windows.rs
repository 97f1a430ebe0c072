//! A named pipe. Every process of the machine may look for pipes, make one under a name that is free, and connect to one:
//! so the pipe itself is closed to everyone but its owner, and each end shows the other what only the private folder
//! tells, before anything else is said.

use std::{
    io,
    path::Path,
    pin::Pin,
    task::{Context, Poll},
};

use interprocess::os::windows::{
    named_pipe::{PipeListenerOptions, pipe_mode, tokio as pipe},
    security_descriptor::SecurityDescriptor,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    net::windows::named_pipe::{ClientOptions, NamedPipeClient},
};
use widestring::{U16CStr, u16cstr};

/// Who may open the pipe: its owner, and nobody by inheritance. Without this the system would let everyone read.
const OWNER_ONLY: &U16CStr = u16cstr!("D:P(A;;GA;;;OW)");

/// Bytes that wait in the pipe for either end.
const BUFFER: u32 = 64 * 1024;

/// A pipe is busy for the moment between two clients.
const BUSY: i32 = 231;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(5);

/// A random number, as hexadecimal digits.
const SECRET_LEN: usize = 32;
type Secret = [u8; SECRET_LEN];

/// What the file in the private folder says.
#[derive(Clone)]
pub(in crate::runtime) struct Address {
    /// The last part of the pipe's name: until it is there nobody can make a pipe of that name before.
    name: Secret,
    /// What the client shows, and then the server.
    client: Secret,
    server: Secret,
}

impl Address {
    /// One that nobody knows.
    pub(in crate::runtime) fn random() -> io::Result<Self> {
        Ok(Self { name: secret()?, client: secret()?, server: secret()? })
    }

    pub(in crate::runtime) fn to_bytes(&self) -> Vec<u8> {
        [&self.name[..], &self.client, &self.server].concat()
    }

    pub(in crate::runtime) fn read(path: &Path) -> io::Result<Self> {
        let bytes = std::fs::read(path)?;
        let parts = bytes.as_chunks().0;
        match parts {
            [name, client, server]
                if bytes.len() == 3 * SECRET_LEN && bytes.iter().all(u8::is_ascii_hexdigit) =>
            {
                Ok(Self { name: *name, client: *client, server: *server })
            }
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "it names no pipe")),
        }
    }

    fn pipe(&self) -> String {
        format!(r"\\.\pipe\jumpseat-{}", String::from_utf8_lossy(&self.name))
    }
}

fn secret() -> io::Result<Secret> {
    let mut random = [0; SECRET_LEN / 2];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let mut secret = [0; SECRET_LEN];
    for (at, digit) in secret.iter_mut().enumerate() {
        let half = random[at / 2] >> (4 * (at % 2)) & 15;
        *digit = b"0123456789abcdef"[usize::from(half)];
    }
    Ok(secret)
}

type Pipe = pipe::DuplexPipeStream<pipe_mode::Bytes>;

/// Where connections come in.
#[derive(Debug)]
pub(in crate::runtime) struct Listener {
    pipe: pipe::PipeListener<pipe_mode::Bytes, pipe_mode::Bytes>,
    address: Address,
}

impl Listener {
    /// Listens at a new pipe. Fails if there is one of that name, whoever made it.
    pub(in crate::runtime) fn bind(address: Address) -> io::Result<Self> {
        let options = PipeListenerOptions::new()
            .path(address.pipe())
            .security_descriptor(Some(SecurityDescriptor::deserialize(OWNER_ONLY)?))
            .accept_remote(false)
            .inheritable(false)
            .input_buffer_size_hint(BUFFER)
            .output_buffer_size_hint(BUFFER);
        Ok(Self { pipe: options.create_tokio_duplex()?, address })
    }

    /// The next connection. Cancel-safe.
    pub(in crate::runtime) async fn accept(&self) -> io::Result<Stream> {
        let pipe = self.pipe.accept().await?;
        Ok(Stream::Server { pipe, address: self.address.clone() })
    }
}

/// Connects to the process that the file names, if it is the one that wrote the file.
pub(super) async fn connect(path: &Path) -> io::Result<Stream> {
    let address = Address::read(path)?;
    let mut pipe = loop {
        // It can ask who this is, but not act in this person's name.
        match ClientOptions::new().open(address.pipe()) {
            Err(error) if error.raw_os_error() == Some(BUSY) => tokio::time::sleep(PAUSE).await,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(gone()),
            opened => break opened?,
        }
    };
    pipe.write_all(&address.client).await?;
    let mut shown = [0; SECRET_LEN];
    // One that has as many as it takes says nothing, and is there.
    pipe.read_exact(&mut shown).await?;
    // Somebody took the name of a process that ended.
    if shown == address.server { Ok(Stream::Client(pipe)) } else { Err(gone()) }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionRefused, "nobody listens there any more")
}

/// The process at a client's end.
pub(super) fn caller(stream: &Stream) -> Option<i32> {
    match stream {
        Stream::Server { pipe, .. } => pipe.client_process_id().ok().map(u32::cast_signed),
        Stream::Client(_) => None,
    }
}

/// Whether a client can read the private folder. The pipe's own rights say so already.
pub(super) async fn check_caller(stream: &mut Stream) -> io::Result<()> {
    let Stream::Server { pipe, address } = stream else { return Ok(()) };
    let mut shown = [0; SECRET_LEN];
    pipe.read_exact(&mut shown).await?;
    if shown != address.client {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the other end is somebody else"));
    }
    pipe.write_all(&address.server).await
}

/// One end of a pipe.
#[derive(Debug)]
pub(in crate::runtime) enum Stream {
    Server { pipe: Pipe, address: Address },
    Client(NamedPipeClient),
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = match self.get_mut() {
            Self::Server { pipe, .. } => Pin::new(pipe).poll_read(cx, into),
            Self::Client(pipe) => Pin::new(pipe).poll_read(cx, into),
        };
        match read {
            // The other end closed the pipe.
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => Poll::Ready(Ok(())),
            read => read,
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Server { pipe, .. } => Pin::new(pipe).poll_write(cx, bytes),
            Self::Client(pipe) => Pin::new(pipe).poll_write(cx, bytes),
        }
    }

    /// What was written is on its way; a pipe's own flush would wait until the other end has read it.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// A pipe has no half to close.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::os::windows::io::AsRawHandle as _;

    use super::*;

    /// The rights of a pipe, as text.
    fn rights(pipe: &NamedPipeClient) -> String {
        use windows_sys::Win32::{
            Foundation::LocalFree,
            Security::{
                Authorization::{
                    ConvertSecurityDescriptorToStringSecurityDescriptorW, GetSecurityInfo, SE_KERNEL_OBJECT,
                },
                DACL_SECURITY_INFORMATION,
            },
        };
        let (mut descriptor, mut text) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: the handle is open. What is not asked for may be null; the descriptor that the first call makes is what the
        // second reads, and the text of that ends with a zero. Both are freed once.
        #[allow(unsafe_code)]
        unsafe {
            let (handle, what) = (pipe.as_raw_handle(), DACL_SECURITY_INFORMATION);
            let (owner, group, dacl, sacl) =
                (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
            let asked =
                GetSecurityInfo(handle, SE_KERNEL_OBJECT, what, owner, group, dacl, sacl, &mut descriptor);
            assert_eq!(asked, 0);
            let length = std::ptr::null_mut();
            let written =
                ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, 1, what, &mut text, length);
            assert_ne!(written, 0);
            let rights = U16CStr::from_ptr_str(text).to_string_lossy();
            LocalFree(descriptor);
            LocalFree(text.cast());
            rights
        }
    }

    #[tokio::test]
    async fn only_the_owner_has_any_right_to_a_pipe() {
        let listener = Listener::bind(Address::random().unwrap()).unwrap();
        let client = ClientOptions::new().open(listener.address.pipe()).unwrap();
        // Full access for the owner, and nothing else. What a pipe gets by itself names Everyone and Anonymous, too.
        let rights = rights(&client);
        assert!(rights.starts_with("D:P(A;;") && rights.ends_with(";;;OW)"), "{rights}");
        assert_eq!(rights.matches('(').count(), 1, "{rights}");
    }

    #[tokio::test]
    async fn who_took_over_the_name_of_a_process_that_ended_counts_as_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (path, address) = (folder.path().join("1.sock"), Address::random().unwrap());
        std::fs::write(&path, address.to_bytes()).unwrap();
        assert_eq!(connect(&path).await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);

        let stranger = Listener::bind(Address { name: address.name, ..Address::random().unwrap() }).unwrap();
        let (connected, refused) = tokio::join!(connect(&path), async {
            let mut stream = stranger.accept().await.unwrap();
            let refused = check_caller(&mut stream).await;
            // What it would say instead.
            let _ = stream.write_all(&[b'0'; SECRET_LEN]).await;
            refused
        });
        assert_eq!(connected.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }

    #[tokio::test]
    async fn who_is_not_let_in_does_not_take_the_listener_for_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (path, address) = (folder.path().join("1.sock"), Address::random().unwrap());
        std::fs::write(&path, address.to_bytes()).unwrap();
        let listener = Listener::bind(address).unwrap();
        let (connected, ()) = tokio::join!(connect(&path), async {
            // As it does while it has as many as it takes, whenever the client notices.
            let mut stream = listener.accept().await.unwrap();
            stream.read_exact(&mut [0; SECRET_LEN]).await.unwrap();
        });
        assert_ne!(connected.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }

    #[tokio::test]
    async fn who_does_not_know_the_folder_is_not_let_in() {
        let listener = Listener::bind(Address::random().unwrap()).unwrap();
        let mut client = ClientOptions::new().open(listener.address.pipe()).unwrap();
        let mut stream = listener.accept().await.unwrap();
        client.write_all(&[b'0'; SECRET_LEN]).await.unwrap();
        let refused = check_caller(&mut stream).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
        drop(stream);
        let mut rest = Vec::new();
        let _ = client.read_to_end(&mut rest).await;
        assert_eq!(rest, b"", "nothing is told to it");
    }

    #[test]
    fn an_address_comes_back_and_anything_else_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.sock");
        let address = Address::random().unwrap();
        std::fs::write(&path, address.to_bytes()).unwrap();
        assert_eq!(Address::read(&path).unwrap().to_bytes(), address.to_bytes());
        for wrong in [&b""[..], &[b'0'; 95], &[b'0'; 97], &[b'\\'; 96]] {
            std::fs::write(&path, wrong).unwrap();
            assert!(Address::read(&path).is_err());
        }
    }
}
