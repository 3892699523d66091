//! One exchange: bytes → envelope → principal → call → plan → statement → rows → reply → bytes.
//!
//! Each step is a function elsewhere; here is their order, and what is logged about them.

mod addressed;
mod outline;
mod repeatable;

use std::sync::Arc;
use std::time::Instant;

use soapstone::http::{Body, is_plain};
use soapstone::soap::{
    Addressing, HeaderBlock, MediaType, Posted, Version, read_envelope, start_envelope,
    write_envelope,
};
use soapstone::xml::{self, Options, Reader};

use self::addressed::Addressed;
use self::outline::Outline;
use self::repeatable::Repeatable;
use crate::authorise::authorise;
use crate::call::{Call, Reply};
use crate::catalog::Catalog;
use crate::contract::{Operation, Service};
use crate::fault::Problem;
use crate::gateway::Gateway;
use crate::plan::plan;
use crate::principal::Principal;
use crate::reply::{Asker, LARGE, Pieces};
use crate::request::Asked;
use crate::served::Served;
use crate::{changes, reply, request};

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
    let posted = Posted::read(message.content_type, message.soap_action).map_err(|error| {
        let media = message.content_type.map(MediaType::parse);
        outline.version = media.as_ref().and_then(Version::of_media);
        Problem::sender("UnsupportedMediaType", error.to_string())
    })?;
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
    let mut header = outline.answer_blocks(contract, operation);
    let call = match &received.asked {
        Asked::Call(call) => call,
        Asked::Changes(asked) => {
            let changed = Box::pin(changes::read(gateway.database(), catalog, asked))
                .await
                .map_err(|error| Problem::of_store(&error))?;
            outline.records = changed.changes.len();
            write_envelope(version, &header, &mut body, |out| {
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
            let ran = served
                .together
                .run(gateway.database(), catalog, call, &plan);
            let reply = Box::pin(ran)
                .await
                .map_err(|error| Problem::of_run(catalog, contract, Some(operation), &error))?;
            outline.records = reply::count(&reply);
            match (reply, call) {
                (Reply::Page { rows, next }, Call::Query(query)) if rows.size() > LARGE => {
                    start_envelope(version, &header, &mut body);
                    let page = Pieces::new(served, body, asker, query, (rows, next));
                    return Ok(Body::made(page));
                }
                (reply, _) => {
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
            let (element, stored) = stored.split_once(HEADER).unwrap_or((&stored, ""));
            header.push_str(stored);
            write_envelope(version, &header, &mut body, |out| out.push_str(element));
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
    outline.addressed = Addressed::read(&envelope, &options, service)?;
    let is =
        |block: &HeaderBlock<'_>, word: &str| contract.is_word(&block.namespace, block.local, word);
    envelope
        .check_understood(|block| {
            is(block, "IdempotencyKey")
                || is(block, "CorrelationId")
                || Addressing::understands(&block.namespace, block.local)
        })
        .map_err(|fault| Problem::of_standard(*fault))?;
    outline
        .addressed
        .as_ref()
        .map_or(Ok(()), Addressed::check)?;
    let header = |name: &str| {
        let block = envelope.headers.iter().find(|block| is(block, name))?;
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
    let header = outline.fault_blocks(&served.contract, problem);
    fault.write(version, &header, &mut body);
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
