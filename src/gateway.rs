//! A running gateway: its configuration, its database, its users, and what it serves now. A reload replaces what is served at once;
//! exchanges that have begun end with what they began with.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use soapstone::xml;

use crate::catalog::{self, CatalogError, Selection, matches};
use crate::config::{Config, SecretError};
use crate::database::{ConnectError, Database, Settings};
use crate::flow::works::Works;
use crate::principal::{Principal, PrincipalError, Users};
use crate::request::{Reading, Rules};
use crate::run;
use crate::served::Served;

/// A running gateway.
pub struct Gateway {
    config: Config,
    database: Database,
    users: Option<Arc<Users>>,
    served: RwLock<Arc<Served>>,
    flows: Arc<Works>,
}

/// Why a gateway could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A secret could not be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The users are not set up right.
    #[error(transparent)]
    Principal(#[from] PrincipalError),
    /// There is no database.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// There is no catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Without users, only those on this machine are served.
    #[error("listening on {0} needs users: configure [[user]], or listen on 127.0.0.1")]
    Open(std::net::SocketAddr),
}

impl Gateway {
    /// Connects to the database and reads its catalog.
    pub async fn start(config: Config, url: String) -> Result<Gateway, StartError> {
        if config.users.is_empty() && !config.server.listen.ip().is_loopback() {
            return Err(StartError::Open(config.server.listen));
        }
        let users = Users::new(&config, &config.folder)?.map(Arc::new);
        let database = Database::open(&settings(&config, url)?)?;
        // The pool would tell only that it waited.
        database.ping().await?;
        let served = RwLock::new(Arc::new(load(&database, &config).await?));
        let gateway = Gateway {
            config,
            database,
            users,
            served,
            flows: Arc::default(),
        };
        gateway.warm();
        Ok(gateway)
    }

    /// Makes documents beside everything else: those of a thousand tables take their time.
    fn warm(&self) {
        let served = self.served();
        drop(tokio::task::spawn_blocking(move || served.warm()));
    }

    /// Reads the catalog anew, and the flows with it; what is served stays as it is where that fails.
    pub async fn reload(&self) -> Result<(), CatalogError> {
        let served = Arc::new(load(&self.database, &self.config).await?);
        tracing::info!(
            tables = served.catalog.tables.len(),
            routines = served.catalog.routines.len(),
            "catalog read"
        );
        *self.served.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&served);
        self.warm();
        let catalog = Arc::new(served.catalog.clone());
        self.flows.reload(&self.database, &catalog).await;
        Ok(())
    }

    /// What is served now.
    pub fn served(&self) -> Arc<Served> {
        Arc::clone(&self.served.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The flows at work.
    pub fn flows(&self) -> &Arc<Works> {
        &self.flows
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Tells whether users are configured, so that everybody has to say who they are.
    pub fn has_users(&self) -> bool {
        self.users.is_some()
    }

    /// Forgets the answers to idempotency keys that are older than configured, once an hour, until it is dropped.
    pub async fn forget_answers(&self) {
        let mut ticks = tokio::time::interval(Duration::from_secs(3600));
        loop {
            ticks.tick().await;
            let kept =
                Duration::from_secs(self.config.database.keep_answers_hours.saturating_mul(3600));
            let since = SystemTime::now()
                .checked_sub(kept)
                .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let since = since.map_or(0, |since| {
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            });
            match run::forget_before(&self.database, self.database.dialect(), since).await {
                Ok(0) => {}
                Ok(answers) => tracing::info!(answers, "answers to idempotency keys forgotten"),
                Err(error) if error.code() == "NotFound" => {}
                Err(error) => {
                    tracing::warn!(%error, "answers to idempotency keys cannot be forgotten")
                }
            }
        }
    }

    /// The limits of a message.
    pub fn limits(&self) -> xml::Limits {
        let limits = &self.config.limits;
        xml::Limits {
            bytes: limits.bytes,
            depth: limits.depth,
            attributes: limits.attributes,
            name: limits.name,
            text: limits.text,
            elements: limits.elements,
        }
    }

    /// How requests to an address are read.
    pub fn rules(&self, path: &str) -> Rules {
        let patterns = &self.config.contract.lenient;
        let lenient = patterns.iter().any(|pattern| matches(pattern, path));
        Rules {
            reading: if lenient {
                Reading::Lenient
            } else {
                Reading::Strict
            },
            most_records: self.config.limits.records,
        }
    }

    /// Recognises who sends an `Authorization` header; a password that is not remembered is checked beside the other requests.
    pub async fn recognise(
        &self,
        authorization: Option<&str>,
    ) -> Result<Principal, PrincipalError> {
        let Some(users) = &self.users else {
            return Ok(Principal::local());
        };
        if let Some(principal) = users.remembers(authorization) {
            return Ok(principal);
        }
        let (users, header) = (Arc::clone(users), authorization.map(str::to_owned));
        let checked = tokio::task::spawn_blocking(move || users.recognise(header.as_deref())).await;
        checked.unwrap_or_else(|error| Err(PrincipalError::Randomness(error.to_string())))
    }
}

/// Reads what is served from the database.
async fn load(database: &Database, config: &Config) -> Result<Served, CatalogError> {
    let catalog = catalog::load(database, &selection(config)).await?;
    for omitted in &catalog.omitted {
        tracing::info!("{omitted}");
    }
    let captured = match crate::capture::captured(database).await {
        Ok(captured) => captured
            .into_iter()
            .map(|table| (table.schema, table.name))
            .collect(),
        Err(error) => {
            tracing::warn!(%error, "the captured tables cannot be read; their changes are not offered");
            Vec::new()
        }
    };
    let mut served = Served::new(catalog, &config.contract.namespace, &captured);
    // Tables that an older gateway made have no place for the id.
    served.captures &= crate::store::layout::current(database)
        .await
        .unwrap_or(false);
    Ok(served)
}

fn settings(config: &Config, url: String) -> Result<Settings, SecretError> {
    let database = &config.database;
    Ok(Settings {
        password: database
            .password
            .as_ref()
            .map(|password| password.read(&config.folder))
            .transpose()?,
        connections: database.connections,
        connect_time: Duration::from_secs(database.connect_seconds),
        wait_time: Duration::from_secs(database.connect_seconds),
        statement_time: Duration::from_secs(database.statement_seconds),
        ..Settings::new(url)
    })
}

/// What of the database is offered.
fn selection(config: &Config) -> Selection {
    let database = &config.database;
    Selection {
        include: database.include.clone(),
        exclude: database.exclude.clone(),
        rename: database.rename.clone(),
        keys: database.keys.clone(),
        routines: database
            .routines
            .as_ref()
            .map(|folder| config.folder.join(folder)),
        limits: catalog::Limits {
            page_size: config.contract.page_size,
            page_size_limit: config.contract.max_page_size,
            page_bytes: config.contract.max_page_bytes,
            expand_depth: config.contract.expand_depth,
            ..catalog::Limits::default()
        },
    }
}
