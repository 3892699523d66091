//! `soapstone serve`: the gateway itself.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use super::{Failure, block_on, print};
use crate::catalog::Dialect;
use crate::config::{self, Config, LogFormat, Secret};
use crate::flow::start::StartError;
use crate::gateway::Gateway;
use crate::{sample, serve, telemetry};

/// Serve a database's tables, views and routines as SOAP operations.
///
/// Without a database it serves the sample CRM, which is created in `soapstone-sample.sqlite` in the working folder at the first start.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  soapstone serve
  soapstone serve --db postgres://crm@localhost/crm --listen 127.0.0.1:9000
  soapstone serve --config soapstone.toml")]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) common: Common,
}

/// Flags of every command that works with a configuration.
#[derive(Debug, Clone, Args)]
pub(super) struct Common {
    /// The configuration file.
    #[arg(long, global = true, env = "SOAPSTONE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database: sqlite:PATH, postgres://USER@HOST/NAME or mysql://USER@HOST/NAME.
    #[arg(
        long,
        global = true,
        env = "SOAPSTONE_DB",
        value_name = "URL",
        hide_env_values = true
    )]
    db: Option<String>,
    /// The address and port to listen on; port 0 takes a free one.
    #[arg(
        long,
        global = true,
        env = "SOAPSTONE_LISTEN",
        value_name = "ADDR:PORT"
    )]
    listen: Option<SocketAddr>,
    /// The address that contracts tell clients.
    #[arg(long, global = true, env = "SOAPSTONE_ADDRESS", value_name = "URL")]
    address: Option<String>,
    /// What is logged, such as info or soapstone_gateway=debug.
    #[arg(long, global = true, env = "SOAPSTONE_LOG", value_name = "FILTER")]
    log: Option<String>,
    /// How log lines look: text or json.
    #[arg(long, global = true, env = "SOAPSTONE_LOG_FORMAT", value_name = "FORMAT", value_parser = ["text", "json"])]
    log_format: Option<String>,
}

impl Common {
    /// The configuration file, with the environment and the flags over it.
    pub(super) fn config(&self) -> Result<Config, Failure> {
        match self.config_and_mistakes() {
            (Some(config), mistakes) if mistakes.is_empty() => Ok(config),
            (_, mistakes) => Err(Failure::new(join(&mistakes))),
        }
    }

    /// The configuration file.
    pub(super) fn file(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// The same without what is wrong in the file, where anything is left, and what is wrong.
    pub(super) fn config_and_mistakes(&self) -> (Option<Config>, Vec<config::ConfigError>) {
        let (config, mistakes) = match &self.config {
            Some(path) => config::load_what_is_right(path),
            None => (Some(Config::default()), Vec::new()),
        };
        (config.map(|config| self.over(config)), mistakes)
    }

    /// Puts the environment and the flags over the file's configuration.
    fn over(&self, mut config: Config) -> Config {
        if let Some(db) = &self.db {
            config.database.url = Some(Secret::text(db.as_str()));
        }
        if let Some(listen) = self.listen {
            config.server.listen = listen;
        }
        if let Some(address) = &self.address {
            config.server.address = Some(address.clone());
        }
        if let Some(log) = &self.log {
            config.log.level.clone_from(log);
        }
        match self.log_format.as_deref() {
            Some("json") => config.log.format = LogFormat::Json,
            Some(_) => config.log.format = LogFormat::Text,
            None => {}
        }
        config
    }
}

impl Common {
    /// Opens the configured database for a command that does its work and ends, and prints what it tells.
    pub(super) fn work(
        &self,
        act: impl AsyncFnOnce(&Gateway) -> Result<String, Failure>,
    ) -> Result<(), Failure> {
        let mut config = self.config()?;
        block_on(async {
            let url = database_url(&mut config, Path::new("")).await?;
            let gateway = Gateway::start(config, url)
                .await
                .map_err(|error| Failure::of(&error))?;
            let outcome = act(&gateway).await;
            gateway.database().close().await;
            print(&outcome?)
        })
    }
}

fn join(errors: &[config::ConfigError]) -> String {
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\nsoapstone: ")
}

/// The URL of the configured database; without one the sample CRM's, which is created in `folder` where it is not there.
pub(super) async fn database_url(config: &mut Config, folder: &Path) -> Result<String, Failure> {
    match &config.database.url {
        Some(url) => url
            .read(&config.folder)
            .map_err(|error| Failure::of(&error)),
        None => {
            // Absolute, since paths in the configuration start from its own folder.
            let path = std::path::absolute(folder.join("soapstone-sample.sqlite"))
                .map_err(Failure::new)?;
            sample::create(&path)
                .await
                .map_err(|error| Failure::of(&error))?;
            if config.database.routines.is_none() {
                config.database.routines =
                    Some(sample::routines(&path).map_err(|error| Failure::of(&error))?);
            }
            Ok(format!("sqlite:{}", path.display()))
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let config = arguments.common.config()?;
    telemetry::start(&config.log).map_err(Failure::new)?;
    block_on(serve_until_told(config))
}

async fn serve_until_told(mut config: Config) -> Result<(), Failure> {
    let sample = config.database.url.is_none() && config.flows.folder.is_none();
    let url = database_url(&mut config, Path::new("")).await?;
    let listener = TcpListener::bind(config.server.listen)
        .await
        .map_err(|error| {
            Failure::new(format!(
                "cannot listen on {}: {error}",
                config.server.listen
            ))
        })?;
    let listen = listener.local_addr().map_err(Failure::new)?;
    config.server.listen = listen;
    let gateway = Arc::new(
        Gateway::start(config, url)
            .await
            .map_err(|error| Failure::of(&error))?,
    );
    print(&welcome(&gateway, listen))?;
    start_flows(&gateway, sample).await?;
    let reloading = tokio::spawn(crate::reload::watch(Arc::clone(&gateway)));
    let forgetting = tokio::spawn({
        let gateway = Arc::clone(&gateway);
        async move { gateway.forget_answers().await }
    });
    let outcome = serve::serve(Arc::clone(&gateway), listener, stop()).await;
    reloading.abort();
    gateway.flows().stop().await;
    forgetting.abort();
    gateway.database().close().await;
    outcome.map_err(|error| Failure::of(&error))
}

/// Starts the configured flows; for the sample CRM the one that carries its orders to the sample ERP.
async fn start_flows(gateway: &Gateway, sample: bool) -> Result<(), Failure> {
    let catalog = Arc::new(gateway.served().catalog.clone());
    let config = gateway.config();
    let folder = match &config.flows.folder {
        Some(folder) => config.folder.join(folder),
        None if sample => {
            let told = crate::sample_flow::set_up(gateway.database(), &catalog)
                .await
                .map_err(|error| Failure::of(&error))?;
            print(&told.welcome)?;
            // The orders are captured only now.
            gateway
                .reload()
                .await
                .map_err(|error| Failure::of(&error))?;
            told.folder
        }
        None => return Ok(()),
    };
    let started = gateway
        .flows()
        .start(gateway.database(), &catalog, &folder, &config.flows);
    started.await.map_err(|error| match error {
        StartError::Wrong(errors) => Failure::new(join(&errors)),
        error => Failure::of(&error),
    })
}

/// Done when the process is told to stop.
async fn stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            tracing::info!("stopping: open requests are let end");
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// What a person sees first: the addresses, and a first call to paste.
fn welcome(gateway: &Gateway, listen: SocketAddr) -> String {
    let served = gateway.served();
    let scheme = if gateway.config().server.certificate.is_some() {
        "https"
    } else {
        "http"
    };
    let own = format!("{scheme}://{listen}");
    let base = gateway.config().server.address.clone().unwrap_or(own);
    let dialect = match gateway.database().dialect() {
        Dialect::Postgres => "PostgreSQL",
        Dialect::Mysql => "MySQL",
        Dialect::Sqlite => "SQLite",
    };
    let mut text = format!(
        "Soapstone serves {} tables and views and {} routines of a {dialect} database.\n\n  \
         Pages     {base}/\n  WSDL      {base}/soap/crm?wsdl\n  Endpoint  {base}/soap/crm\n",
        served.catalog.tables.len(),
        served.catalog.routines.len(),
    );
    if let Some((operation, body)) = crate::pages::first_call(&served) {
        text.push_str(&format!(
            "\nA first call ({operation}):\n\n  curl -s {base}/soap/crm -H 'Content-Type: text/xml; charset=utf-8' -d '{body}'\n"
        ));
    }
    if !gateway.has_users() {
        text.push_str("\nNo users are configured: everyone on this machine may do everything, and nobody else is served.\n");
    }
    text.push('\n');
    text
}
