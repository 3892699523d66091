//! A flow as it is written: one TOML file, named like the flow. Unknown keys are errors with their place.
//!
//! Nothing is resolved here: [`super::assemble`] holds what is written against the catalog and the third party's contract.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de};
use toml::Spanned;

use crate::config::{ConfigError, Secret};

use super::mapping::Entry;

/// A flow's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// `[source]`: what is carried.
    pub source: Source,
    /// `[sink]`: where to.
    pub sink: Sink,
    /// `[map]`: the target's fields.
    #[serde(default)]
    pub map: Entries,
    /// `[code.NAME]`: code tables, in expressions `code.NAME[…]`.
    #[serde(default)]
    pub code: BTreeMap<String, BTreeMap<String, String>>,
    /// `[answer]`: what answers mean.
    #[serde(default)]
    pub answer: Answer,
    /// `[look_up]`: how to ask whether a message arrived.
    pub look_up: Option<LookUp>,
    /// `[delete]`: what is sent for a deleted record.
    pub delete: Option<Delete>,
    /// `[write]`: columns of the source row that get values when it is delivered.
    #[serde(default)]
    pub write: Entries,
    /// `[write_dead]`: the same when it can't be delivered.
    #[serde(default)]
    pub write_dead: Entries,
    /// `[policy]`: how it goes about it.
    #[serde(default)]
    pub policy: Policy,
    /// The flow's name: the file's; not a key.
    #[serde(skip)]
    pub name: String,
    /// The file; not a key.
    #[serde(skip)]
    pub file: PathBuf,
    /// The file's text, for places; not a key.
    #[serde(skip)]
    pub text: String,
}

/// `[source]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// A captured table: `name`, or `schema.name` outside the default schema.
    pub table: Spanned<String>,
    /// Which changes: `insert`, `update`, `delete`.
    #[serde(default = "inserts_and_updates")]
    pub on: Vec<Spanned<String>>,
    /// Which records, as a condition over `record`; without it all.
    pub when: Option<Spanned<String>>,
    /// `record`: each record is carried once; `change`: after every change anew.
    #[serde(default)]
    pub each: Each,
    /// What keeps its order, as an expression; without it the record's key.
    pub lane: Option<Spanned<String>>,
    /// Finds changes by asking for rows whose column has grown, where triggers are not allowed.
    pub poll: Option<Poll>,
    /// Related records to load, by the names of relations, with dots for relations of relations.
    #[serde(default)]
    pub expand: Vec<Spanned<String>>,
}

/// `[source] poll`: what it finds is less than what the change log holds. See [`super::source`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    /// A whole number or a time that grows whenever the row changes.
    pub column: Spanned<String>,
    /// Seconds between one look and the next.
    #[serde(default = "five")]
    pub every_seconds: f64,
    /// How far to look back each time, for what was committed late: seconds for a time, else units of the column.
    #[serde(default = "sixty")]
    pub overlap: u32,
}

fn five() -> f64 {
    5.0
}

fn sixty() -> u32 {
    60
}

fn inserts_and_updates() -> Vec<Spanned<String>> {
    ["insert", "update"]
        .iter()
        .map(|kind| Spanned::new(0..0, (*kind).to_owned()))
        .collect()
}

/// How often a record is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Each {
    /// After every change.
    #[default]
    Change,
    /// Once.
    Record,
}

/// `[sink]`: a SOAP operation (`wsdl`, `operation`…) or a webhook (`webhook`, `secret`).
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sink {
    /// The address that gets a signed POST of JSON.
    pub webhook: Option<Spanned<String>>,
    /// What signs it: HMAC-SHA256 over the time and the body.
    pub secret: Option<Secret>,
    /// The third party's WSDL: a file, or a URL that is fetched once and kept.
    pub wsdl: Option<Spanned<String>>,
    /// The port; without it the only one, or the only one that has the operation.
    pub port: Option<Spanned<String>>,
    /// The operation.
    pub operation: Option<Spanned<String>>,
    /// The address, where it is not the WSDL's.
    pub address: Option<String>,
    /// What the circuit and the lanes hang on; without it the address.
    pub destination: Option<String>,
    /// `[sink.credentials]`
    pub credentials: Credentials,
    /// `[sink.header]`: SOAP header blocks, by path like in `[map]`.
    pub header: Entries,
    /// Fields of a message that are never logged, by local name.
    pub redact: Vec<String>,
    /// Keep requests and answers with their attempts.
    pub keep_messages: bool,
    /// Characters of a message that are kept at most.
    pub keep_characters: Option<usize>,
}

/// `[sink.credentials]`: any of these together.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Credentials {
    /// HTTP Basic.
    pub basic: Option<Login>,
    /// A bearer token.
    pub bearer: Option<Secret>,
    /// A WS-Security UsernameToken with the password as text.
    pub username_token: Option<Login>,
    /// A WS-Security UsernameToken with the password's digest.
    pub username_digest: Option<Login>,
    /// SOAP header blocks whose fields are secrets, by path like in `[sink.header]`: they are in no message that is kept.
    pub header: BTreeMap<String, Secret>,
    /// A PEM file with a client certificate.
    pub certificate: Option<PathBuf>,
    /// A PEM file with its private key.
    pub key: Option<PathBuf>,
    /// A PEM file with the authorities that are trusted besides the usual ones.
    pub trust: Option<PathBuf>,
}

/// A user and a password.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret,
}

/// `[answer]`: conditions over `answer` (the answer's fields, or null), `fault` (`code`, `message`, `detail`, or null) and `status`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Answer {
    /// It has been taken; without it, every answer that is no fault.
    pub success: Option<Spanned<String>>,
    /// It had been taken before.
    pub duplicate: Option<Spanned<String>>,
    /// It is refused for good; without it, a fault that blames the sender.
    pub refused: Option<Spanned<String>>,
    /// It may be taken later; without it, every other fault.
    pub later: Option<Spanned<String>>,
    /// What the destination calls it.
    pub reference: Option<Spanned<String>>,
}

/// `[look_up]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookUp {
    /// The operation of the same port; for a webhook, not possible.
    pub operation: Spanned<String>,
    /// Its request's fields.
    #[serde(default)]
    pub map: Entries,
    /// The condition over `answer` and `fault` that tells that it is there.
    pub found: Spanned<String>,
    /// What the destination calls it.
    pub reference: Option<Spanned<String>>,
    /// Seconds to wait before asking, since the first message may still be at work.
    #[serde(default = "thirty")]
    pub after_seconds: f64,
}

fn thirty() -> f64 {
    30.0
}

/// `[delete]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delete {
    /// The operation of the same port; for a webhook, none.
    pub operation: Option<Spanned<String>>,
    /// Its request's fields, over `record`: the row as it was, where the capture keeps it, else its key.
    #[serde(default)]
    pub map: Entries,
}

/// `[policy]`; what is left out has the values of [`super::policy::Policy::default`].
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Attempts that reached the destination.
    pub attempts: Option<Spanned<i64>>,
    /// Hours after which a delivery is given up.
    pub age_hours: Option<f64>,
    /// The first wait's upper bound, in seconds.
    pub backoff_seconds: Option<f64>,
    /// The longest wait, in seconds.
    pub backoff_limit_seconds: Option<f64>,
    /// Messages on their way at once, for each gateway.
    pub concurrency: Option<Spanned<i64>>,
    /// Failures in a row that open the circuit.
    pub circuit_failures: Option<Spanned<i64>>,
    /// Seconds that it stays open at first.
    pub circuit_seconds: Option<f64>,
    /// Messages a second.
    pub rate: Option<Spanned<i64>>,
    /// When it may send: `Mon-Fri 08:00-18:00`.
    pub windows: Vec<Spanned<String>>,
    /// The time zone of the windows, such as `Europe/Warsaw`; without it UTC.
    pub zone: Option<Spanned<String>>,
    /// Sending a message again under its id has no second effect.
    pub idempotent: bool,
    /// What is dead or in doubt does not hold back what comes after it in its lane.
    pub dead_lets_pass: bool,
    /// Seconds to connect.
    pub connect_seconds: Option<f64>,
    /// Seconds to the answer's first byte.
    pub first_byte_seconds: Option<f64>,
    /// Seconds to the answer's end.
    pub whole_seconds: Option<f64>,
}

/// A table of texts in the order written, with the place of each.
#[derive(Debug, Clone, Default)]
pub struct Entries(pub Vec<Entry>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries, D::Error> {
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = Entries;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of expressions, such as \"order/number\" = \"record.number\"")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some((target, expression)) =
                    map.next_entry::<Spanned<String>, Spanned<String>>()?
                {
                    if entries.len() >= 10_000 {
                        return Err(de::Error::custom("a map has at most 10000 entries"));
                    }
                    entries.push(Entry {
                        target_at: target.span(),
                        at: expression.span(),
                        target: target.into_inner(),
                        expression: expression.into_inner(),
                    });
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Table)
    }
}

impl Written {
    /// Reads a flow's text; the flow's name is the file's.
    ///
    /// # Errors
    /// What is wrong, with its place.
    pub fn parse(file: &Path, text: &str) -> Result<Written, Vec<ConfigError>> {
        let mut written: Written = crate::config::parse_toml(file, text)?;
        written.name = name(file);
        written.file = file.to_path_buf();
        written.text = text.to_owned();
        Ok(written)
    }

    /// Makes a mistake at a place of the file.
    pub fn mistake(&self, at: &Range<usize>, message: impl Into<String>) -> ConfigError {
        let place = (at.end > 0).then(|| crate::config::place(&self.text, at.start));
        ConfigError {
            file: self.file.clone(),
            place,
            message: message.into(),
        }
    }
}

/// The flows' files (`*.toml`) of a folder, by name.
///
/// # Errors
/// The folder can't be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    let listed = std::fs::read_dir(folder)
        .map_err(|error| ConfigError::unplaced(folder, format!("cannot be read: {error}")))?;
    let mut files: Vec<PathBuf> = listed
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    Ok(files)
}

/// The name of the flow that a file holds.
pub fn name(file: &Path) -> String {
    file.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Reads a flow's file.
///
/// # Errors
/// Everything that is wrong with it as text.
pub fn read(file: &Path) -> Result<Written, Vec<ConfigError>> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        vec![ConfigError::unplaced(
            file,
            format!("cannot be read: {error}"),
        )]
    })?;
    Written::parse(file, &text)
}
