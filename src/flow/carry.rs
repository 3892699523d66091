//! From a change to a delivery: loads the record, tests the condition, fills the map, renders the message.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::capture::log::{Change, Fields, Kind};
use crate::catalog::Catalog;
use crate::database::Database;
use crate::store::delivery::Draft;

use super::coalesce::coalesced;
use super::expression::{Expression, Scope};
use super::mapping::{Filled, Node};
use super::record::{self, Graph};
use super::{FlowError, Map, Pending};

/// Makes the message of a filled map.
pub trait Render: Send + Sync {
    /// Renders; `delete` for a record that is gone.
    ///
    /// # Errors
    /// Why the result is not valid.
    fn render(&self, parts: &Parts<'_>) -> Result<String, String>;
}

/// What a message is made of.
#[derive(Debug)]
pub struct Parts<'a> {
    /// What happened to the record.
    pub kind: Kind,
    /// The record's key, as JSON.
    pub key: &'a str,
    /// The record.
    pub record: &'a Json,
    /// The message's id.
    pub message_id: &'a str,
    /// The map and what it gave; absent where the flow has no map.
    pub filled: Option<(&'a Node, &'a [Filled])>,
}

/// The first half of a flow, ready to run.
pub struct Carrier {
    /// The flow.
    pub flow: String,
    /// The destination.
    pub destination: String,
    /// The CRM.
    pub database: Database,
    /// Its catalog.
    pub catalog: Arc<Catalog>,
    /// What is loaded.
    pub graph: Graph,
    /// Which records.
    pub when: Option<Expression>,
    /// What keeps its order; without it the key.
    pub lane: Option<Expression>,
    /// Each record once.
    pub each_record: bool,
    /// The target's fields; without it the whole record.
    pub map: Option<Node>,
    /// The target's fields for a deleted record; without it those of `map`.
    pub delete: Option<Node>,
    /// The code tables.
    pub codes: Json,
    /// Makes messages.
    pub render: Arc<dyn Render>,
}

/// One record's way to a message, shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// The record as loaded.
    pub record: Json,
    /// Whether the flow takes it.
    pub taken: Result<bool, String>,
    /// The lane.
    pub lane: Result<String, String>,
    /// The message, or why there is none.
    pub message: Result<String, String>,
}

impl Map for Carrier {
    fn drafts<'a>(&'a self, changes: &'a [Change]) -> Pending<'a, Result<Vec<Draft>, FlowError>> {
        Box::pin(self.carry(changes))
    }
}

impl Carrier {
    async fn carry(&self, changes: &[Change]) -> Result<Vec<Draft>, FlowError> {
        let changes = coalesced(changes);
        let mut keys: Vec<&Fields> = Vec::new();
        let mut place: HashMap<&Fields, usize> = HashMap::new();
        for change in changes.iter().filter(|change| change.kind != Kind::Delete) {
            place.entry(&change.key).or_insert_with(|| {
                keys.push(&change.key);
                keys.len() - 1
            });
        }
        let loaded = if keys.is_empty() {
            Vec::new()
        } else {
            record::load(&self.database, &self.catalog, &self.graph, &keys).await?
        };
        let mut drafts = Vec::new();
        for change in &changes {
            let record = match change.kind {
                Kind::Delete => self.gone(change),
                // Gone again: its delete follows in the log.
                _ => match place.get(&change.key).and_then(|index| loaded.get(*index)) {
                    Some(Some(record)) => record.clone(),
                    _ => continue,
                },
            };
            drafts.extend(self.draft(change, &record));
        }
        Ok(drafts)
    }

    fn gone(&self, change: &Change) -> Json {
        match self.catalog.table(self.graph.table) {
            Some(table) => record::gone(table, change.before.as_ref(), &change.key),
            None => Json::Null,
        }
    }

    /// Makes the draft of a change, unless the flow does not take the record.
    fn draft(&self, change: &Change, record: &Json) -> Option<Draft> {
        let key = key_text(&change.key);
        let once = match &change.version {
            _ if self.each_record && change.kind != Kind::Delete => {
                shortened(&format!("record {key}"))
            }
            // A row that was found by looking is known by its key and what has grown.
            Some(version) => shortened(&format!("row {key} {version}")),
            None => format!("change {}", change.id),
        };
        let message_id = identity(&["message", &self.flow, &once]);
        // The id of the request that made the change, where one did.
        let correlation = change
            .correlation
            .clone()
            .unwrap_or_else(|| match &change.version {
                Some(_) => identity(&["change", &change.schema, &change.table, &once]),
                None => identity(&[
                    "change",
                    &change.schema,
                    &change.table,
                    &change.id.to_string(),
                ]),
            });
        let trial = self.trial(change.kind, &key, record, &message_id);
        let (message, unmappable) = match (trial.taken, trial.message) {
            (Ok(false), _) => return None,
            (Err(reason), _) => (String::new(), Some(format!("the condition: {reason}"))),
            (Ok(true), Err(reason)) => (String::new(), Some(reason)),
            (Ok(true), Ok(message)) => (message, None),
        };
        let (lane, unmappable) = match trial.lane {
            Ok(lane) => (lane, unmappable),
            Err(reason) => (
                key.clone(),
                Some(unmappable.unwrap_or(format!("the lane: {reason}"))),
            ),
        };
        Some(Draft {
            flow: self.flow.clone(),
            destination: shortened(&self.destination),
            lane: shortened(&lane),
            key,
            kind: change.kind.word().to_owned(),
            once,
            message_id,
            correlation,
            message,
            unmappable,
        })
    }

    /// Takes a record the whole way to its message. Where our own code breaks on a record, that record alone gets no message.
    fn trial(&self, kind: Kind, key: &str, record: &Json, message_id: &str) -> Trial {
        let way = AssertUnwindSafe(|| self.way(kind, key, record, message_id));
        catch_unwind(way).unwrap_or_else(|_| Trial {
            record: record.clone(),
            taken: Ok(true),
            lane: Ok(key.to_owned()),
            message: Err(FlowError::Broken.to_string()),
        })
    }

    fn way(&self, kind: Kind, key: &str, record: &Json, message_id: &str) -> Trial {
        let scope = Scope::new(&[
            ("record", record),
            ("kind", &kind.word().into()),
            ("message_id", &message_id.into()),
            ("code", &self.codes),
        ]);
        let taken = self
            .when
            .as_ref()
            .map_or(Ok(true), |when| when.holds(&scope));
        let lane = match &self.lane {
            None => Ok(key.to_owned()),
            Some(lane) => lane.evaluate(&scope).map(|lane| {
                lane.as_str()
                    .map_or_else(|| lane.to_string(), str::to_owned)
            }),
        };
        let map = if kind == Kind::Delete {
            self.delete.as_ref().or(self.map.as_ref())
        } else {
            self.map.as_ref()
        };
        let message = match map {
            // What is not taken need not be possible.
            _ if taken == Ok(false) => {
                Err("the record is not taken: its condition does not hold".to_owned())
            }
            None => self.render.render(&Parts {
                kind,
                key,
                record,
                message_id,
                filled: None,
            }),
            Some(map) => map.fill(&scope).and_then(|filled| {
                self.render.render(&Parts {
                    kind,
                    key,
                    record,
                    message_id,
                    filled: Some((map, &filled)),
                })
            }),
        };
        Trial {
            record: record.clone(),
            taken,
            lane,
            message,
        }
    }

    /// Shows what would go out for one record; sends nothing.
    ///
    /// # Errors
    /// There is no such record, or the database can't be read.
    pub async fn show(&self, key: &Fields) -> Result<Trial, FlowError> {
        let record = record::load_one(&self.database, &self.catalog, &self.graph, key)
            .await?
            .ok_or_else(|| FlowError::Records(format!("there is no record {}", key_text(key))))?;
        let key = key_text(key);
        let message_id = identity(&["message", &self.flow, &shortened(&format!("record {key}"))]);
        Ok(self.trial(Kind::Update, &key, &record, &message_id))
    }
}

/// A key as the tables keep it.
pub fn key_text(key: &Fields) -> String {
    let fields: serde_json::Map<String, Json> = key
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    Json::Object(fields).to_string()
}

/// The same id for the same parts, for ever: so a message that is made anew after a crash has the id that it had.
fn identity(parts: &[&str]) -> String {
    let digest = digest(&parts.join("\0"));
    let mut bytes = [0; 16];
    for (byte, digit) in bytes.iter_mut().zip(digest) {
        *byte = digit;
    }
    uuid::Builder::from_custom_bytes(bytes)
        .into_uuid()
        .to_string()
}

fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

/// A text that an index takes: long ones end in their digest.
fn shortened(text: &str) -> String {
    if text.len() <= 180 {
        return text.to_owned();
    }
    let start: String = text.chars().take(24).collect();
    let digits: String = digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{start}…{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Breaks at the record 2.
    struct Fragile;

    impl Render for Fragile {
        fn render(&self, parts: &Parts<'_>) -> Result<String, String> {
            assert_ne!(parts.key, "{\"id\":\"2\"}", "as told");
            Ok(parts.record.to_string())
        }
    }

    #[tokio::test]
    async fn a_record_at_which_we_break_is_the_only_one_without_a_message() {
        let settings = crate::database::Settings::new("sqlite::memory:");
        let carrier = Carrier {
            flow: "orders".to_owned(),
            destination: "erp".to_owned(),
            database: Database::open(&settings).expect("opens"),
            catalog: Arc::new(Catalog {
                dialect: crate::catalog::Dialect::Sqlite,
                default_schema: "main".to_owned(),
                schemas: Vec::new(),
                tables: Vec::new(),
                routines: Vec::new(),
                omitted: Vec::new(),
                transactional: true,
                limits: crate::catalog::Limits::default(),
            }),
            graph: Graph {
                table: crate::catalog::TableId(0),
                expand: Vec::new(),
            },
            when: None,
            lane: None,
            each_record: false,
            map: None,
            delete: None,
            codes: Json::Null,
            render: Arc::new(Fragile),
        };
        let drafted = |id: &str| {
            let change = Change::of_key(1, id, Kind::Insert);
            let draft = carrier.draft(&change, &Json::from(id)).expect("taken");
            (draft.message, draft.unmappable)
        };
        assert_eq!(drafted("1"), ("\"1\"".to_owned(), None));
        let (message, unmappable) = drafted("2");
        assert_eq!(message, "");
        let reason = unmappable.expect("a reason");
        assert!(reason.contains("the gateway itself"), "{reason}");
    }
}
