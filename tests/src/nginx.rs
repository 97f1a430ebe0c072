//! A real nginx in a folder of its own, on loopback alone.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Command,
};

use tempfile::TempDir;

use crate::Program;

/// How many free ports are tried: another program may take one before nginx does.
const TRIES: usize = 10;

/// A running nginx.
pub struct Nginx {
    address: SocketAddr,
    folder: TempDir,
    process: Program,
}

impl Nginx {
    /// Serves what `server` says for the `server` block of its configuration, at a port of loopback.
    pub fn serve(server: &str) -> Self {
        Self::serve_with(server, |_| {})
    }

    /// The same with TLS, under the name `localhost` and a certificate of its own: see [`authority`](Self::authority).
    pub fn serve_tls(server: &str) -> Self {
        let server = format!("ssl_certificate cert.pem; ssl_certificate_key key.pem; {server}");
        Self::serve_with(&server, |folder| {
            let key = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
            let about = ["-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=localhost"];
            let more =
                ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"];
            let mut openssl = Command::new("openssl");
            openssl.args(key).args(about).args(more).current_dir(folder);
            let made = openssl.output().unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        })
    }

    fn serve_with(server: &str, prepare: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::Builder::new().prefix("jumpseat-nginx-").tempdir().unwrap();
        prepare(folder.path());
        let tls = if server.contains("ssl_certificate") { " ssl" } else { "" };
        for _ in 0..TRIES {
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let text = configuration(&format!("listen {address}{tls}; {server}"));
            fs::write(folder.path().join("nginx.conf"), text).unwrap();
            let mut command = Command::new(program());
            command.args(["-c", "nginx.conf", "-e", "/dev/stdout", "-p"]).arg(folder.path());
            let mut process = Program::from_command(command);
            // It says so once it listens, or that somebody else does.
            let listens = process.wait_for("nginx", |line| {
                assert!(!line.contains("[emerg]") || line.contains("in use"), "{line}");
                line.contains(" in use").then_some(false).or(line.contains("event method").then_some(true))
            });
            if listens {
                return Self { address, folder, process };
            }
        }
        panic!("every port is taken at once");
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The file with the authority that its certificate is trusted by.
    pub fn authority(&self) -> String {
        self.folder.path().join("cert.pem").display().to_string()
    }

    /// Its process.
    pub fn process(&self) -> &Program {
        &self.process
    }
}

fn configuration(server: &str) -> String {
    let folders =
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|kind| format!("{kind}_temp_path {kind};"));
    format!(
        "daemon off; master_process off; pid nginx.pid; error_log /dev/stdout notice;\n\
         events {{}}\nhttp {{ access_log off; {}\nserver {{ {server} }}\n}}\n",
        folders.concat()
    )
}

/// Debian keeps it where only root looks for programs.
fn program() -> String {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin";
    let found = std::env::split_paths(&path).map(|folder| folder.join("nginx")).find(|path| path.is_file());
    found.expect("nginx is installed").display().to_string()
}
