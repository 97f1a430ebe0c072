//! `jumpseat relay`: the relay for a team.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jumpseat_relay::{Layers, Relay};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tracing::Level;

use crate::{
    error::{CliError, FaultKind},
    print,
    terminal::{Signal, Signals},
};

/// Run a relay: it forwards ciphertext between hosts and guests and cannot read it
#[derive(Args, Debug)]
#[command(
    after_help = "Every setting can stand in the file that --config names, in a variable (JUMPSEAT_RELAY_LISTEN, \
                        JUMPSEAT_RELAY_LIMITS__ROOMS) or in --set; flags win over variables, those over the file."
)]
pub(crate) struct Arguments {
    /// Where to listen [default: 127.0.0.1:7707]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// The certificate to serve TLS with, and those that vouch for it, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A proxy in front of the relay that is believed where clients come from; can be repeated
    #[arg(long = "trusted-proxy", value_name = "ADDRESS[/BITS]")]
    trusted_proxies: Vec<String>,
    /// Any other setting, for example limits.rooms=100
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// How much to log to standard error
    #[arg(long, value_name = "LEVEL", default_value = "info", env = "JUMPSEAT_LOG", hide_env_values = true)]
    log: LogLevel,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

pub(crate) fn run(arguments: Arguments, file: Option<&Path>, json: bool) -> Result<(), CliError> {
    log_to_stderr(arguments.log);
    let layers = layers(&arguments, file).map_err(|error| CliError::usage(error.to_string()))?;
    let config = layers.finish().map_err(|error| CliError::usage(error.to_string()))?;
    let runtime = Runtime::new().map_err(|error| CliError::system("the runtime", error))?;
    runtime.block_on(async {
        let signals = Signals::listen()?;
        let scheme = if config.tls.certificate.is_some() { "wss" } else { "ws" };
        let listen = config.listen;
        let relay = Relay::bind(config).await.map_err(|error| {
            CliError::new(FaultKind::Local, format!("cannot listen at {listen}: {error}"))
                .hint("choose another address with --listen")
        })?;
        let address = relay.address().map_err(|error| CliError::system("the relay's address", error))?;
        let url = format!("{scheme}://{address}");
        if json {
            print::json(&serde_json::json!({ "type": "listening", "url": url }))?;
        } else {
            print::text(&format!("The relay listens at {url}\n"))?;
        }
        serve(relay, signals).await
    })
}

/// Serves until a signal, then tells everyone.
async fn serve(relay: Relay, mut signals: Signals) -> Result<(), CliError> {
    let stop = CancellationToken::new();
    let serving = relay.serve(stop.clone());
    tokio::pin!(serving);
    loop {
        tokio::select! {
            () = &mut serving => return Ok(()),
            signal = signals.next() => {
                if let Signal::End(_) = signal {
                    stop.cancel();
                }
            }
        }
    }
}

fn layers(arguments: &Arguments, file: Option<&Path>) -> Result<Layers, jumpseat_relay::ConfigError> {
    let mut layers = Layers::default();
    if let Some(path) = file {
        layers = layers.file(path)?;
    }
    layers = layers.env(std::env::vars())?;
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let flags = [
        ("listen", arguments.listen.clone()),
        ("tls.certificate", path(&arguments.tls_cert)),
        ("tls.key", path(&arguments.tls_key)),
        ("trusted_proxies", Some(arguments.trusted_proxies.join(",")).filter(|proxies| !proxies.is_empty())),
    ];
    for (key, value) in flags {
        if let Some(value) = value {
            layers = layers.flag(key, &value)?;
        }
    }
    for set in &arguments.set {
        let (key, value) = set.split_once('=').unwrap_or((set, ""));
        layers = layers.flag(key, value)?;
    }
    Ok(layers)
}

fn log_to_stderr(level: LogLevel) {
    let level = match level {
        LogLevel::Error => Level::ERROR,
        LogLevel::Warn => Level::WARN,
        LogLevel::Info => Level::INFO,
        LogLevel::Debug => Level::DEBUG,
        LogLevel::Trace => Level::TRACE,
    };
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_target(false).init();
}
