//! One exchange: bytes → envelope → principal → call → plan → statement → rows → reply → bytes.
//!
//! Each step is a function elsewhere; here is their order, and what is logged about them.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use soapstone::http::Body;
use soapstone::soap::{Posted, Version, read_envelope, write_envelope};
use soapstone::xml::{self, Options, Reader};

use crate::authorise::authorise;
use crate::call::{Call, Reply};
use crate::catalog::Catalog;
use crate::contract::{Operation, Service};
use crate::database::Database;
use crate::fault::Problem;
use crate::gateway::Gateway;
use crate::plan::{Plan, plan};
use crate::principal::Principal;
use crate::reply::{Asker, LARGE, Pieces};
use crate::request::Asked;
use crate::run::{Once, OnceReply};
use crate::serve::is_plain;
use crate::served::Served;
use crate::{changes, reply, request, run};

/// A message as it was posted.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The body, its content coding undone.
    pub body: &'a [u8],
    /// `Content-Type`
    pub content_type: Option<&'a str>,
    /// `SOAPAction`
    pub soap_action: Option<&'a str>,
    /// `Authorization`
    pub authorization: Option<&'a str>,
    /// `Idempotency-Key`
    pub idempotency_key: Option<&'a str>,
}

/// What is answered.
#[derive(Debug)]
pub struct Answer {
    /// The version of the envelope.
    pub version: Version,
    /// The HTTP status.
    pub status: u16,
    /// The envelope; that of a large page is written while it is sent.
    pub body: Body,
}

/// A message as it was understood, up to the call.
struct Received<'s> {
    operation: &'s Operation,
    asked: Asked,
    idempotency_key: Option<String>,
}

/// Answers one message posted to a service. The correlation id is the peer's or was made; one in the SOAP header replaces it.
pub async fn exchange(
    gateway: &Gateway,
    served: &Arc<Served>,
    service: Service,
    correlation: &mut String,
    message: Message<'_>,
) -> Answer {
    let begun = Instant::now();
    let mut outline = Outline::default();
    let outcome = work(gateway, served, service, correlation, message, &mut outline).await;
    let version = outline.version.unwrap_or(Version::Soap11);
    outline.name(correlation);
    outline.log(outcome.as_ref().err(), begun);
    match outcome {
        Ok(body) => Answer {
            version,
            status: 200,
            body,
        },
        Err(problem) => answer_problem(served, version, &outline, correlation, &problem),
    }
}

async fn work<'s>(
    gateway: &Gateway,
    served: &'s Arc<Served>,
    service: Service,
    correlation: &mut String,
    message: Message<'_>,
    outline: &mut Outline<'s>,
) -> Result<Body, Problem> {
    let (catalog, contract) = (&served.catalog, &served.contract);
    let posted = Posted::read(message.content_type, message.soap_action)
        .map_err(|error| Problem::sender("UnsupportedMediaType", error.to_string()))?;
    outline.version = posted.version;
    let principal = gateway
        .recognise(message.authorization)
        .await
        .map_err(|error| Problem::of_principal(&error))?;
    outline.principal = Some(principal.clone());
    let received = receive(
        gateway,
        served,
        service,
        &posted,
        message,
        correlation,
        outline,
    );
    outline.name(correlation);
    let received = received?;
    let correlation: &str = correlation;
    let operation = received.operation;
    authorise(&principal, catalog, contract, operation, &received.asked)?;
    let asker = Asker {
        catalog,
        contract,
        operation,
        principal: &principal,
        correlation,
    };
    let version = outline.version.unwrap_or(Version::Soap11);
    let mut body = String::with_capacity(1024);
    let call = match &received.asked {
        Asked::Call(call) => call,
        Asked::Changes(asked) => {
            let changed = changes::read(gateway.database(), catalog, asked)
                .await
                .map_err(|error| Problem::of_store(&error))?;
            outline.records = changed.changes.len();
            write_envelope(version, "", &mut body, |out| {
                reply::write_changes(asker, &changed, out);
            });
            return Ok(body.into());
        }
    };
    outline.writes = writes(catalog, call);
    let plan = plan(catalog, call)
        .map_err(|error| Problem::of_plan(catalog, contract, operation, &error))?;
    let plan = if served.captures {
        plan.marked(catalog.dialect, correlation)
    } else {
        plan
    };
    let fields: &[usize] = if let Call::Query(query) = call {
        &query.fields
    } else {
        &[]
    };
    let render = |reply: &Reply, out: &mut String| reply::write(asker, fields, reply, out);
    match received.idempotency_key.filter(|_| outline.writes) {
        None => {
            // In a box, as what is around it would be copied with it at each level.
            let reply = Box::pin(run::run(gateway.database(), catalog, &plan)).await;
            let reply = reply
                .map_err(|error| Problem::of_run(catalog, contract, Some(operation), &error))?;
            outline.records = reply::count(&reply);
            match (reply, call) {
                (Reply::Page { rows, next }, Call::Query(query)) if rows.size() > LARGE => {
                    let page = Pieces::new(served, version, asker, query, (rows, next));
                    return Ok(Body::made(page));
                }
                (reply, _) => {
                    let mut header = String::new();
                    reply::write_header(asker, &reply, &mut header);
                    write_envelope(version, &header, &mut body, |out| render(&reply, out));
                }
            }
        }
        Some(key) => {
            let once = Repeatable::new(&key, &principal, operation, call)?;
            let render = |reply: &Reply, out: &mut String| {
                render(reply, out);
                out.push(HEADER);
                reply::write_header(asker, reply, out);
            };
            let stored =
                Box::pin(once.run(gateway.database(), served, operation, &plan, &render)).await?;
            let (element, header) = stored.split_once(HEADER).unwrap_or((&stored, ""));
            write_envelope(version, header, &mut body, |out| out.push_str(element));
        }
    }
    Ok(body.into())
}

/// Stands before the header in a stored answer; XML cannot hold it.
const HEADER: char = '\0';

/// Tells whether a call may change the database.
fn writes(catalog: &Catalog, call: &Call) -> bool {
    match call {
        Call::Routine { routine, .. } => !catalog
            .routine(*routine)
            .is_some_and(|routine| routine.read_only),
        call => call.writes(),
    }
}

/// A write with an idempotency key: a repeat answers what was answered before.
struct Repeatable {
    key: String,
    digest: String,
    now: i64,
}

impl Repeatable {
    /// The key counts for one principal; the digest is over what was understood, so that a repeat may be laid out differently.
    fn new(
        key: &str,
        principal: &Principal,
        operation: &Operation,
        call: &Call,
    ) -> Result<Repeatable, Problem> {
        if key.is_empty() || key.len() > 255 {
            return Err(Problem::sender(
                "InvalidIdempotencyKey",
                "an idempotency key has 1 to 255 bytes",
            ));
        }
        let digest = Sha256::digest(format!("{} {call:?}", operation.name));
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_millis());
        Ok(Repeatable {
            key: format!("{} {key}", principal.name),
            digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            now: i64::try_from(now).unwrap_or(i64::MAX),
        })
    }

    /// Runs the write, or answers what it answered: the reply's element.
    async fn run(
        &self,
        database: &Database,
        served: &Served,
        operation: &Operation,
        plan: &Plan,
        render: &(dyn Fn(&Reply, &mut String) + Send + Sync),
    ) -> Result<String, Problem> {
        let once = Once {
            key: &self.key,
            digest: &self.digest,
            now: self.now,
        };
        let bytes = |reply: &Reply| {
            let mut out = String::new();
            render(reply, &mut out);
            out.into_bytes()
        };
        match run::run_once(database, &served.catalog, plan, &once, &bytes).await {
            Ok(OnceReply::New(bytes) | OnceReply::Stored(bytes)) => {
                Ok(String::from_utf8_lossy(&bytes).into_owned())
            }
            Ok(OnceReply::OtherBody) => Err(Problem::sender(
                "IdempotencyKeyReused",
                "the idempotency key was used for another request",
            )),
            Err(error) => Err(Problem::of_run(
                &served.catalog,
                &served.contract,
                Some(operation),
                &error,
            )),
        }
    }
}

/// Bytes → envelope → call; nothing in it waits.
fn receive<'s>(
    gateway: &Gateway,
    served: &'s Served,
    service: Service,
    posted: &Posted,
    message: Message<'_>,
    correlation: &mut String,
    outline: &mut Outline<'s>,
) -> Result<Received<'s>, Problem> {
    let contract = &served.contract;
    let text = xml::decode(message.body, posted.charset.as_deref())
        .map_err(|error| Problem::of_xml(&error))?;
    let text = xml::join_surrogates(text);
    let options = Options {
        limits: gateway.limits(),
        ..Options::message()
    };
    let mut reader = Reader::new(&text, &options);
    let envelope = read_envelope(&mut reader).map_err(|error| Problem::of_envelope(&error))?;
    outline.version = Some(envelope.version);
    let ours = |namespace: &str| {
        contract
            .namespaces
            .iter()
            .any(|known| &*known.uri == namespace)
    };
    let known = |local: &str| matches!(local, "IdempotencyKey" | "CorrelationId");
    envelope
        .check_understood(|block| ours(&block.namespace) && known(block.local))
        .map_err(|fault| Problem::of_standard(*fault))?;
    let header = |name: &str| {
        let block = envelope
            .headers
            .iter()
            .find(|block| block.local == name && ours(&block.namespace))?;
        Some(header_text(&mut envelope.header_reader(block, &options)))
    };
    if let Some(id) = header("CorrelationId").filter(|id| is_plain(id)) {
        *correlation = id;
    }
    let Some(payload) = &envelope.payload else {
        return Err(Problem::sender(
            "UnknownOperation",
            "the body is empty: the element of an operation is due",
        ));
    };
    let operation = contract
        .find(&payload.namespace, payload.local)
        .filter(|operation| contract.offers(service, operation))
        .ok_or_else(|| unknown_operation(served, service, &payload.namespace, payload.local))?;
    outline.operation = Some(operation);
    let idempotency_key = header("IdempotencyKey");
    let asked = request::read(
        &served.catalog,
        contract,
        operation,
        gateway.rules(&contract.path(service)),
        &mut reader,
    )
    .map_err(Problem::of_request)?;
    envelope
        .finish(&mut reader)
        .map_err(|error| Problem::of_envelope(&error))?;
    Ok(Received {
        operation,
        asked,
        idempotency_key: idempotency_key.or_else(|| message.idempotency_key.map(str::to_owned)),
    })
}

/// The text of a header block's element.
fn header_text(reader: &mut Reader<'_>) -> String {
    let mut text = String::new();
    while let Ok(event) = reader.next() {
        match event {
            xml::Event::Text(piece) => text.push_str(&piece),
            xml::Event::Eof => break,
            _ => {}
        }
    }
    text.trim().to_owned()
}

fn unknown_operation(served: &Served, service: Service, namespace: &str, local: &str) -> Problem {
    let contract = &served.contract;
    let names: Vec<&str> = contract
        .operations_of(service)
        .map(|operation| &*operation.name)
        .collect();
    if let Some(operation) = contract
        .operations_of(service)
        .find(|operation| &*operation.name == local)
    {
        let due = contract.namespace(operation.namespace);
        return Problem::sender(
            "UnknownOperation",
            format!("{local} is in namespace {namespace:?}; {due:?} is due"),
        );
    }
    let message = match crate::config::nearest(local, &names) {
        Some(near) => format!("{local} is no operation of this service; did you mean {near}?"),
        None => format!("{local} is no operation of this service"),
    };
    Problem::sender("UnknownOperation", message)
}

/// The answer that tells a problem with a message that was not read.
pub(crate) fn refused(
    served: &Served,
    version: Version,
    correlation: &str,
    problem: &Problem,
) -> Answer {
    answer_problem(served, version, &Outline::default(), correlation, problem)
}

/// The answer that tells a problem.
fn answer_problem(
    served: &Served,
    version: Version,
    outline: &Outline<'_>,
    correlation: &str,
    problem: &Problem,
) -> Answer {
    let nobody = Principal::nobody();
    let principal = outline.principal.as_ref().unwrap_or(&nobody);
    let fault = problem.fault(
        &served.catalog,
        &served.contract,
        outline.operation,
        principal,
        correlation,
    );
    let mut body = String::with_capacity(1024);
    fault.write(version, "", &mut body);
    let status = match problem.code {
        "Unauthenticated" => 401,
        "UnsupportedMediaType" => 415,
        _ => fault.status(version),
    };
    Answer {
        version,
        status,
        body: body.into(),
    }
}

/// What is known of an exchange so far, for its fault and its line in the log.
#[derive(Default)]
struct Outline<'s> {
    version: Option<Version>,
    operation: Option<&'s Operation>,
    principal: Option<Principal>,
    records: usize,
    writes: bool,
    named: bool,
}

impl Outline<'_> {
    /// Puts the correlation id on every line that is logged from now on, once.
    fn name(&mut self, correlation: &str) {
        if !std::mem::replace(&mut self.named, true) {
            tracing::Span::current().record("correlation", correlation);
        }
    }

    /// Logs who did what: writes and refusals for everybody to see, reads for those who look closer.
    fn log(&self, problem: Option<&Problem>, begun: Instant) {
        let who = self
            .principal
            .as_ref()
            .map_or("", |principal| &principal.name);
        let operation = self.operation.map_or("", |operation| &operation.name);
        let millis = begun.elapsed().as_secs_f64() * 1000.0;
        let label = problem.map_or("ok", |problem| problem.code);
        metrics::counter!("soapstone_requests_total", "operation" => operation.to_owned(), "outcome" => label).increment(1);
        metrics::histogram!("soapstone_request_seconds", "operation" => operation.to_owned())
            .record(millis / 1000.0);
        match problem {
            None if self.writes => {
                tracing::info!(who, operation, records = self.records, millis, "written");
            }
            None => tracing::debug!(who, operation, records = self.records, millis, "read"),
            Some(problem) if problem.sender => {
                tracing::info!(
                    who,
                    operation,
                    code = problem.code,
                    detail = problem.message,
                    millis,
                    "refused"
                );
            }
            Some(problem) => {
                let inner = problem.inner.as_deref().unwrap_or_default();
                tracing::warn!(
                    who,
                    operation,
                    code = problem.code,
                    detail = problem.message,
                    inner,
                    millis,
                    "failed"
                );
            }
        }
    }
}
