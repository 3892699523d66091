//! The configuration: one TOML file, the environment and flags over it, checked in full before anything starts.
//!
//! Unknown keys are errors that name the file, the line, the column and the nearest known key. Every key has a true default, so the
//! empty file is a valid configuration. It never opens a socket or a database.

mod secret;
mod toml_file;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use secret::{Secret, SecretError};
pub use toml_file::ConfigError;
pub(crate) use toml_file::{nearest, parse as parse_toml, place};

/// Everything that a gateway is told.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `[server]`: where it listens and how it is reached.
    pub server: Server,
    /// `[limits]`: how large a request may be.
    pub limits: Limits,
    /// `[database]`: the CRM's database.
    pub database: Database,
    /// `[contract]`: how the catalog becomes a contract.
    pub contract: Contract,
    /// `[flows]`: what is carried to other systems.
    pub flows: Flows,
    /// `[log]`: what is logged.
    pub log: Log,
    /// `[[user]]`: who may sign in. Without any, the gateway listens on loopback only and everyone there may do everything.
    #[serde(rename = "user")]
    pub users: Vec<User>,
    /// `[role.NAME]`: what the users who have the role may do.
    #[serde(rename = "role")]
    pub roles: BTreeMap<String, Role>,
    /// The folder that relative paths in the file start from; not a key.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// The address and port to listen on (flag `--listen`, environment `SOAPSTONE_LISTEN`).
    pub listen: SocketAddr,
    /// The address that contracts tell clients, such as `https://crm.example.com`; by default the request's own `Host`.
    pub address: Option<String>,
    /// Peers whose `Forwarded` and `X-Forwarded-*` headers are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// A PEM file with the certificate chain: turns TLS on, together with `key`.
    pub certificate: Option<PathBuf>,
    /// A PEM file with the private key.
    pub key: Option<PathBuf>,
    /// Requests worked on at once; more are refused with status 503.
    pub in_flight: usize,
    /// Seconds that a peer has to send the header of a request.
    pub header_seconds: u64,
    /// Seconds that a peer has to send a whole request.
    pub body_seconds: u64,
    /// Seconds that requests in flight have to end after a stop is asked for.
    pub drain_seconds: u64,
}

impl Default for Server {
    fn default() -> Server {
        Server {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            address: None,
            trusted_proxies: Vec::new(),
            certificate: None,
            key: None,
            in_flight: 512,
            header_seconds: 10,
            body_seconds: 60,
            drain_seconds: 30,
        }
    }
}

/// `[limits]`: each has a fault that names it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a request, after decompression.
    pub bytes: usize,
    /// Depth of elements.
    pub depth: usize,
    /// Attributes of one element.
    pub attributes: usize,
    /// Bytes of one name.
    pub name: usize,
    /// Bytes of one text or attribute value.
    pub text: usize,
    /// Elements of a request.
    pub elements: usize,
    /// Records or keys in one write, those below them included.
    pub records: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            bytes: 16 << 20,
            depth: 64,
            attributes: 64,
            name: 512,
            text: 8 << 20,
            elements: 500_000,
            records: 10_000,
        }
    }
}

/// `[database]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH`, `postgres://…` or `mysql://…` (flag `--db`, environment `SOAPSTONE_DB`); a text, `{ file = "…" }` or
    /// `{ env = "…" }`. Without it: the sample CRM, in `soapstone-sample.sqlite` in the working folder.
    pub url: Option<Secret>,
    /// The password, where the URL does not hold it.
    pub password: Option<Secret>,
    /// Connections at most.
    pub connections: u32,
    /// Seconds to wait for a connection before a retryable fault.
    pub connect_seconds: u64,
    /// Seconds that one statement may take.
    pub statement_seconds: u64,
    /// Hours that the answer to an idempotency key is kept.
    pub keep_answers_hours: u64,
    /// Tables, views and routines to serve, as `schema.name` with `*` for any run of characters; by default all.
    pub include: Vec<String>,
    /// Tables, views, routines and columns (`schema.table.column`) to leave out, as in `include`.
    pub exclude: Vec<String>,
    /// Names in the contract for tables, views, routines and columns (`"public.tbl_cust" = "Customer"`).
    pub rename: BTreeMap<String, String>,
    /// Keys of views and of tables without one (`"public.customer_view" = ["id"]`).
    pub keys: BTreeMap<String, Vec<String>>,
    /// A folder of named SQL routines (`*.sql` with `-- name:` and `-- param:`).
    pub routines: Option<PathBuf>,
}

impl Default for Database {
    fn default() -> Database {
        Database {
            url: None,
            password: None,
            connections: 16,
            connect_seconds: 5,
            statement_seconds: 30,
            keep_answers_hours: 48,
            include: Vec::new(),
            exclude: Vec::new(),
            rename: BTreeMap::new(),
            keys: BTreeMap::new(),
            routines: None,
        }
    }
}

/// `[contract]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contract {
    /// The start of every target namespace: `{namespace}/{schema}`.
    pub namespace: String,
    /// Records in a page where the request does not say.
    pub page_size: u32,
    /// Records in a page at most.
    pub max_page_size: u32,
    /// Bytes of rows after which a page ends, however many records were asked for: what bounds the memory of one request.
    pub max_page_bytes: usize,
    /// How many foreign keys deep `expand` goes.
    pub expand_depth: u32,
    /// Addresses whose requests are read leniently, such as `/soap/crm/tables/*`: unknown elements and attributes are passed over and the
    /// order is free, except in filters. By default none.
    pub lenient: Vec<String>,
    /// With users: shows pages, contracts and counters to those who have not signed in too.
    pub open: bool,
}

impl Default for Contract {
    fn default() -> Contract {
        Contract {
            namespace: "http://soapstone.local/crm".to_owned(),
            page_size: 100,
            max_page_size: 10_000,
            max_page_bytes: 8 << 20,
            expand_depth: 3,
            lenient: Vec::new(),
            open: false,
        }
    }
}

/// `[flows]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Flows {
    /// A folder of flows, one TOML file each.
    pub folder: Option<PathBuf>,
    /// Seconds without a sign of life after which another gateway's deliveries are taken over.
    pub lease_seconds: u64,
    /// Days that settled deliveries and read changes are kept.
    pub keep_days: u64,
}

impl Default for Flows {
    fn default() -> Flows {
        Flows {
            folder: None,
            lease_seconds: 10,
            keep_days: 30,
        }
    }
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `text` or `json`.
    pub format: LogFormat,
    /// A filter such as `info` or `info,soapstone_gateway=debug` (environment `SOAPSTONE_LOG`).
    pub level: String,
}

impl Default for Log {
    fn default() -> Log {
        Log {
            format: LogFormat::Text,
            level: "info".to_owned(),
        }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// `[[user]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The name that HTTP Basic carries.
    pub name: String,
    /// The argon2 hash of the password, as `soapstone hash-password` prints it.
    pub password_hash: Secret,
    /// Roles by name.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// `[role.NAME]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Role {
    /// What it may do; what no grant allows is refused.
    #[serde(rename = "grant")]
    pub grants: Vec<Grant>,
}

/// `[[role.NAME.grant]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// `get`, `query`, `count`, `create`, `update`, `upsert`, `delete`, `changes`, `call` (routines), `read` (the first three and
    /// `changes`), `write` (the other four), `watch` and `steer` (flows, on `flow.NAME`), `*`.
    pub operations: Vec<String>,
    /// Tables, views and routines as `schema.name` or `name` (of the default schema) with `*` for any run of characters.
    #[serde(default = "any")]
    pub on: Vec<String>,
    /// Columns; without it all of them.
    pub columns: Option<Vec<String>>,
}

fn any() -> Vec<String> {
    vec!["*".to_owned()]
}

/// Reads a configuration file, collecting everything that is wrong with it.
pub fn load(path: &Path) -> Result<Config, Vec<ConfigError>> {
    match load_what_is_right(path) {
        (Some(config), errors) if errors.is_empty() => Ok(config),
        (_, errors) => Err(errors),
    }
}

/// Reads a configuration file; what is wrong with it is left out and told.
pub(crate) fn load_what_is_right(path: &Path) -> (Option<Config>, Vec<ConfigError>) {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("cannot be read: {error}");
            return (None, vec![ConfigError::unplaced(path, message)]);
        }
    };
    let (mut config, mut errors) = toml_file::parse_what_is_right::<Config>(path, &text);
    if let Some(config) = &mut config {
        config.folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        errors.extend(check(config, path, &text));
    }
    (config, errors)
}

/// Tells what the keys' own types do not: how values fit together. Each is told where the file first has the word that it is about.
fn check(config: &Config, path: &Path, text: &str) -> Vec<ConfigError> {
    let mut errors = Vec::new();
    let mut wrong = |word: &str, message: String| {
        errors.push(ConfigError {
            place: text.find(word).map(|at| toml_file::place(text, at)),
            ..ConfigError::unplaced(path, message)
        });
    };
    if config.server.certificate.is_some() != config.server.key.is_some() {
        let word = if config.server.key.is_some() {
            "key"
        } else {
            "certificate"
        };
        wrong(
            word,
            "server.certificate and server.key go together: one of them is missing".to_owned(),
        );
    }
    if config.contract.page_size == 0 || config.contract.page_size > config.contract.max_page_size {
        wrong(
            "page_size",
            "contract.page_size must be from 1 to contract.max_page_size".to_owned(),
        );
    }
    if config.contract.namespace.is_empty()
        || config.contract.namespace.contains(char::is_whitespace)
    {
        wrong(
            "namespace",
            "contract.namespace must be a URI without spaces".to_owned(),
        );
    }
    for (index, user) in config.users.iter().enumerate() {
        let before = config.users.iter().take(index);
        if before.into_iter().any(|other| other.name == user.name) {
            wrong(
                &format!("{:?}", user.name),
                format!(
                    "user {}: there are two of this name; take one away",
                    user.name
                ),
            );
        }
        for role in user
            .roles
            .iter()
            .filter(|role| !config.roles.contains_key(*role))
        {
            wrong(
                &format!("{role:?}"),
                format!("user {}: no role [role.{role}] is configured", user.name),
            );
        }
    }
    for (name, role) in &config.roles {
        for operation in role.grants.iter().flat_map(|grant| &grant.operations) {
            if !OPERATIONS.contains(&operation.as_str()) {
                wrong(
                    &format!("{operation:?}"),
                    format!(
                        "role.{name}: {operation:?} is no operation; use one of {}",
                        OPERATIONS.join(", ")
                    ),
                );
            }
        }
    }
    errors
}

/// What `operations` of a grant may name.
pub(crate) const OPERATIONS: &[&str] = &[
    "get", "query", "count", "create", "update", "upsert", "delete", "changes", "call", "read",
    "write", "watch", "steer", "*",
];
