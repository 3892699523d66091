//! The one place where faults are made: each problem with a code that stays the same, a text for the peer and one for the log.
//!
//! What the peer is told holds no SQL, no host name and no secret. The detail is valid against the WSDL that is served.

use std::fmt::Write;

use soapstone::name::QName;
use soapstone::soap::{Code, Detail, EnvelopeError, Fault};

use crate::catalog::{Catalog, TableId};
use crate::contract::{Contract, Operation, Target};
use crate::principal::{Principal, PrincipalError};
use crate::problem::{Conflict, Place, PlanError, RunError, RunErrorKind};
use crate::reply::Writer;
use crate::request::RequestError;
use crate::store::StoreError;

/// The code of the one fault of WS-Addressing that there is.
const ADDRESSING: &str = "OnlyAnonymousAddressSupported";

/// What went wrong with a request.
#[derive(Debug, Clone)]
pub struct Problem {
    /// A word that stays the same.
    pub code: &'static str,
    /// What the peer is told.
    pub message: String,
    /// The same request may succeed later.
    pub retryable: bool,
    /// Where in the request.
    pub path: Option<String>,
    /// The request is to blame, rather than us.
    pub sender: bool,
    /// The current record, where somebody else was faster.
    conflict: Option<Box<(TableId, Conflict)>>,
    /// What is logged, and told to nobody.
    pub inner: Option<String>,
    /// The fault where it is none of ours (`MustUnderstand`, `VersionMismatch`, one of WS-Addressing): it tells of the envelope.
    standard: Option<Box<Fault>>,
}

impl Problem {
    /// A problem that the request is to blame for.
    pub fn sender(code: &'static str, message: impl Into<String>) -> Problem {
        Problem {
            sender: true,
            ..Problem::receiver(code, message, false)
        }
    }

    /// A problem that is ours.
    pub fn receiver(code: &'static str, message: impl Into<String>, retryable: bool) -> Problem {
        Problem {
            code,
            message: message.into(),
            retryable,
            path: None,
            sender: false,
            conflict: None,
            inner: None,
            standard: None,
        }
    }

    /// A header block was not understood.
    pub fn of_standard(fault: Fault) -> Problem {
        let code = match fault.code {
            Code::MustUnderstand => "MustUnderstand",
            Code::VersionMismatch => "VersionMismatch",
            _ => "Malformed",
        };
        Problem {
            standard: Some(Box::new(fault.clone())),
            ..Problem::sender(code, fault.reason)
        }
    }

    /// The answer is to go elsewhere than it can.
    pub fn of_addressing(fault: Fault) -> Problem {
        Problem {
            code: ADDRESSING,
            ..Problem::of_standard(fault)
        }
    }

    /// Tells whether the fault is one of WS-Addressing itself.
    pub fn is_of_addressing(&self) -> bool {
        self.code == ADDRESSING
    }

    /// The message is no envelope.
    pub fn of_envelope(error: &EnvelopeError) -> Problem {
        match error {
            EnvelopeError::Version(_) => Problem::of_standard(error.fault()),
            EnvelopeError::Xml(error) => Problem::of_xml(error),
            EnvelopeError::Structure { .. } => Problem::sender("Malformed", error.to_string()),
        }
    }

    /// The message is not well-formed, or over a limit.
    pub fn of_xml(error: &soapstone::xml::Error) -> Problem {
        let code = match error.kind {
            soapstone::xml::ErrorKind::Limit { .. } => "LimitExceeded",
            _ => "Malformed",
        };
        Problem::sender(code, error.to_string())
    }

    /// The request is not what the schema says.
    pub fn of_request(error: RequestError) -> Problem {
        match error {
            RequestError::Xml(error) => Problem::of_xml(&error),
            RequestError::Schema {
                code,
                path,
                message,
            } => Problem {
                path: Some(path.clone()),
                ..Problem::sender(code, format!("{path}: {message}"))
            },
        }
    }

    /// Nobody known is asking.
    pub fn of_principal(error: &PrincipalError) -> Problem {
        match error {
            PrincipalError::Missing | PrincipalError::Malformed | PrincipalError::Wrong => {
                Problem::sender("Unauthenticated", error.to_string())
            }
            PrincipalError::Hash(_)
            | PrincipalError::Secret { .. }
            | PrincipalError::Randomness(_) => Problem {
                inner: Some(error.to_string()),
                ..Problem::receiver("Internal", "the gateway is not set up right", false)
            },
        }
    }

    /// The call cannot be planned.
    pub fn of_plan(
        catalog: &Catalog,
        contract: &Contract,
        operation: &Operation,
        error: &PlanError,
    ) -> Problem {
        let path = path(catalog, contract, operation, &error.place);
        let message = match &path {
            Some(path) => format!("{path}: {error}"),
            None => error.to_string(),
        };
        Problem {
            path,
            ..Problem::sender(error.code(), message)
        }
    }

    /// The change log could not be read.
    pub fn of_store(error: &StoreError) -> Problem {
        let inner = Some(chain(error));
        match error {
            StoreError::Cursor(_) => Problem {
                inner,
                ..Problem::sender(
                    "InvalidCursor",
                    "since is not a cursor that this service gave",
                )
            },
            StoreError::TooOld => Problem {
                inner,
                ..Problem::sender("CursorTooOld", error.to_string())
            },
            error if error.retryable() => Problem {
                inner,
                ..Problem::receiver("Unavailable", "the database is not available", true)
            },
            _ => Problem {
                inner,
                ..Problem::receiver("Internal", "the change log could not be read", false)
            },
        }
    }

    /// The plan did not run to its end.
    pub fn of_run(
        catalog: &Catalog,
        contract: &Contract,
        operation: Option<&Operation>,
        error: &RunError,
    ) -> Problem {
        let path = operation.and_then(|operation| path(catalog, contract, operation, &error.place));
        let message = match &path {
            Some(path) => format!("{path}: {error}"),
            None => error.to_string(),
        };
        let conflict = match (&error.kind, operation.map(|operation| operation.target)) {
            (RunErrorKind::Conflict(conflict), Some(Target::Table(table))) => Some(Box::new((
                error.place.table.unwrap_or(table),
                (**conflict).clone(),
            ))),
            _ => None,
        };
        let inner = error.source.as_ref().map(|inner| chain(&inner.0));
        Problem {
            path,
            conflict,
            inner,
            sender: error.callers(),
            ..Problem::receiver(error.code(), message, error.retryable())
        }
    }

    /// Makes the fault that answers it, in the namespace of the operation that was asked for (the default one where none was).
    pub fn fault(
        &self,
        catalog: &Catalog,
        contract: &Contract,
        operation: Option<&Operation>,
        principal: &Principal,
        correlation: &str,
    ) -> Fault {
        let home = operation.map_or(0, |operation| operation.namespace);
        let mut detail = String::new();
        let mut writer = Writer::new(catalog, contract, home, principal, &mut detail);
        let element = contract.word(home, "Problem");
        writer.out.push('<');
        writer.out.push_str(&element);
        writer.declare_namespaces();
        if let Some(name) = self
            .conflict
            .as_ref()
            .and_then(|conflict| contract.tables.get(conflict.0.0))
        {
            // The type that tells the current record extends Problem; the default namespace is its own.
            writer.out.push_str(" xsi:type=\"");
            writer.out.push_str(&name.name);
            writer.out.push_str("Problem\"");
        }
        writer.out.push('>');
        self.write_content(&mut writer, correlation);
        writer.close("", &element);
        let fault = match &self.standard {
            Some(fault) => (**fault).clone(),
            None => {
                let code = if self.sender {
                    Code::Sender
                } else {
                    Code::Receiver
                };
                let mut fault = Fault::new(code, self.message.clone());
                fault
                    .subcodes
                    .push(QName::new(contract.namespace(home), self.code));
                fault
            }
        };
        // A fault about a header tells nothing in its detail (SOAP 1.1, 4.4).
        match self.standard {
            Some(_) => fault,
            None => fault.with_detail(Detail::new(detail)),
        }
    }

    /// Writes what stands in a `Problem`.
    pub(crate) fn write_content(&self, writer: &mut Writer<'_, '_>, correlation: &str) {
        writer.element("code", self.code);
        writer.element("message", &self.message);
        writer.element("retryable", if self.retryable { "true" } else { "false" });
        if let Some(path) = &self.path {
            writer.element("path", path);
        }
        writer.element("correlationId", correlation);
        let Some((id, conflict)) = self.conflict.as_deref() else {
            return;
        };
        writer.out.push_str("<conflict>");
        let hidden = writer.hidden(*id);
        writer.record(*id, "", "record", &hidden, &conflict.current, 0);
        let columns = writer
            .contract
            .tables
            .get(id.0)
            .map(|table| table.columns.as_slice())
            .unwrap_or_default();
        for column in conflict
            .differing
            .iter()
            .filter_map(|index| columns.get(*index))
        {
            writer.element("field", &column.element);
        }
        writer.out.push_str("</conflict>");
    }
}

/// An error with all its causes, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

/// Names a place in a call as the path of elements in its request.
fn path(
    catalog: &Catalog,
    contract: &Contract,
    operation: &Operation,
    place: &Place,
) -> Option<String> {
    if place.record.is_none() && place.related.is_empty() && place.columns.is_empty() {
        return None;
    }
    let mut path = format!("/{}", operation.name);
    let Target::Table(table) = operation.target else {
        let Target::Routine(routine) = operation.target else {
            return None;
        };
        let given = contract
            .routines
            .get(routine.0)
            .map(|routine| routine.given.as_slice())
            .unwrap_or_default();
        if let Some((_, column)) = place
            .columns
            .first()
            .and_then(|index| given.iter().find(|(known, _)| known == index))
        {
            let _ = write!(path, "/{}", column.element);
        }
        return Some(path);
    };
    if let Some(record) = place.record {
        let element = if operation.action == crate::principal::Action::Delete {
            "key"
        } else {
            "record"
        };
        let _ = write!(path, "/{element}[{}]", record + 1);
    }
    let mut at = table;
    for (relation, index) in &place.related {
        let name = contract
            .tables
            .get(at.0)
            .and_then(|table| table.relations.get(*relation))?;
        let _ = write!(path, "/related/{name}[{}]", index + 1);
        at = catalog.table(at)?.relations.get(*relation)?.table;
    }
    let table = place.table.unwrap_or(at);
    let columns = contract
        .tables
        .get(table.0)
        .map(|table| table.columns.as_slice())
        .unwrap_or_default();
    let names: Vec<&str> = place
        .columns
        .iter()
        .filter_map(|index| columns.get(*index))
        .map(|column| &*column.element)
        .collect();
    if !names.is_empty() {
        let _ = write!(path, "/{}", names.join(","));
    }
    Some(path)
}
