//! From a flow as written to a flow that runs: every name held against the catalog, every expression compiled, everything that is
//! wrong told at once with its place.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use soapstone::http::{Client, Credentials as HttpCredentials};
use toml::Spanned;

use crate::capture::log::Kind;
use crate::catalog::{Catalog, Table, TableId};
use crate::config::{ConfigError, Secret};
use crate::database::Database;

use super::answer::{self, Answers};
use super::carry::{Carrier, Parts, Render};
use super::expression::{Expression, Names, Shape};
use super::mapping::{Entry, Mistake, Node, to_json};
use super::policy::{Policy, Window};
use super::record::Graph;
use super::sink::contract::ThirdParty;
use super::sink::security::UsernameToken;
use super::sink::soap::{LOOK_UP_NAMES, LookUp, SoapCall};
use super::sink::webhook::{Webhook, whole};
use super::sink::{Keep, Times};
use super::source::Source;
use super::source::poll::{self, Poll};
use super::write_back::{self, Columns};
use super::written::{Each, Written};
use super::{Ambient, Flow, Sink, WriteBack};

/// What a flow stands on.
pub struct Ground<'a> {
    /// The CRM.
    pub database: &'a Database,
    /// Its catalog.
    pub catalog: &'a Arc<Catalog>,
    /// Where relative paths of the flow's file start from.
    pub folder: &'a Path,
    /// Time and chance.
    pub ambient: &'a Ambient,
}

/// A flow that is right.
pub struct Assembled {
    /// The flow.
    pub flow: Arc<Flow>,
    /// Its first half, to try records with.
    pub carrier: Arc<Carrier>,
    /// What a person should know, and what does not keep it from running.
    pub warnings: Vec<ConfigError>,
}

/// What a sink's own check gives.
pub(super) struct Target {
    pub(super) destination: String,
    pub(super) render: Arc<dyn Render>,
    pub(super) sink: Arc<dyn Sink>,
    pub(super) idempotent: bool,
    pub(super) look_up_after: Option<i64>,
}

/// Assembles a flow.
///
/// # Errors
/// Everything that is wrong with it, with file, line and column.
pub fn assemble(ground: &Ground<'_>, written: &Written) -> Result<Assembled, Vec<ConfigError>> {
    let (mut wrong, mut warnings): (Vec<Mistake>, Vec<Mistake>) = (Vec::new(), Vec::new());
    let Some((id, table)) = source_table(ground.catalog, written, &mut wrong) else {
        return Err(told(written, wrong));
    };
    let graph = graph(ground.catalog, id, written, &mut wrong);
    let names = names(ground.catalog, &graph, written);
    let kinds = kinds(written, &mut wrong);
    let source = source(ground, id, table, written, (&mut wrong, &mut warnings));
    let compiled = |text: Option<&Spanned<String>>, wrong: &mut Vec<Mistake>| {
        let expression = answer::compile(text, wrong)?;
        let at = text.map(Spanned::span).unwrap_or_default();
        wrong.extend(
            expression
                .check(ground.catalog, &names)
                .into_iter()
                .map(|reason| (at.clone(), reason)),
        );
        Some(expression)
    };
    let when = compiled(written.source.when.as_ref(), &mut wrong);
    let lane = compiled(written.source.lane.as_ref(), &mut wrong);
    let map = node(ground.catalog, &written.map.0, &names, &mut wrong);
    let delete = written
        .delete
        .as_ref()
        .and_then(|delete| node(ground.catalog, &delete.map.0, &names, &mut wrong));
    let answers = answers(ground.catalog, written, &mut wrong);
    let write_back = columns(ground, table, written, &mut wrong);
    let times = times(written);
    let given = Given {
        ground,
        times,
        map: map.as_ref(),
        delete: delete.as_ref(),
        names: &names,
    };
    let target = target(&given, written, answers, &mut wrong);
    let policy = policy(written, times, target.as_ref(), &mut wrong);
    let Some(target) = target.filter(|_| wrong.is_empty()) else {
        return Err(told(written, wrong));
    };
    let carrier = Arc::new(Carrier {
        flow: written.name.clone(),
        destination: target.destination.clone(),
        database: ground.database.clone(),
        catalog: Arc::clone(ground.catalog),
        graph,
        when,
        lane,
        each_record: written.source.each == Each::Record,
        map,
        delete,
        codes: serde_json::to_value(&written.code).unwrap_or(Json::Null),
        render: target.render,
    });
    let flow = Arc::new(Flow {
        name: written.name.clone(),
        destination: target.destination,
        table: (table.schema.clone(), table.name.clone()),
        source,
        kinds,
        map: Arc::clone(&carrier) as Arc<dyn super::Map>,
        sink: target.sink,
        write_back,
        policy,
    });
    Ok(Assembled {
        flow,
        carrier,
        warnings: told(written, warnings),
    })
}

fn told(written: &Written, mut wrong: Vec<Mistake>) -> Vec<ConfigError> {
    wrong.sort_by_key(|(at, _)| at.start);
    wrong
        .into_iter()
        .map(|(at, message)| written.mistake(&at, message))
        .collect()
}

fn source_table<'a>(
    catalog: &'a Catalog,
    written: &Written,
    wrong: &mut Vec<Mistake>,
) -> Option<(TableId, &'a Table)> {
    let name = &written.source.table;
    let at = name.span();
    let id = catalog
        .find_table(&catalog.default_schema, name.get_ref())
        .or_else(|| {
            let (schema, name) = name.get_ref().split_once('.')?;
            catalog.find_table(schema, name)
        });
    let Some((id, table)) = id.and_then(|id| Some((id, catalog.table(id)?))) else {
        let known: Vec<&str> = catalog
            .tables
            .iter()
            .map(|table| table.name.as_str())
            .collect();
        let near = crate::config::nearest(name.get_ref(), &known)
            .map(|near| format!(": did you mean `{near}`?"));
        wrong.push((
            at,
            format!(
                "there is no table `{}`{}",
                name.get_ref(),
                near.unwrap_or_default()
            ),
        ));
        return None;
    };
    if table.key.is_none() {
        wrong.push((
            at,
            format!(
                "`{}` has no key: its records can't be told apart",
                table.name
            ),
        ));
        return None;
    }
    if written.source.poll.is_none() && !table.kind.writable() {
        wrong.push((
            at,
            format!(
                "`{}` is a view: its changes can't be captured, but `poll` may find them",
                table.name
            ),
        ));
        return None;
    }
    Some((id, table))
}

/// How changes are found; the weaker way is told.
fn source(
    ground: &Ground<'_>,
    id: TableId,
    table: &Table,
    written: &Written,
    (wrong, warnings): (&mut Vec<Mistake>, &mut Vec<Mistake>),
) -> Source {
    let Some(told) = &written.source.poll else {
        return Source::ChangeLog;
    };
    let at = told.column.span();
    let Some(column) = table.find_column(told.column.get_ref()) else {
        wrong.push((
            at,
            format!("{} has no column `{}`", table.name, told.column.get_ref()),
        ));
        return Source::ChangeLog;
    };
    if let Some(reason) = poll::unfit(table, column) {
        wrong.push((at.clone(), reason));
    }
    if let Some(kind) = written.source.on.iter().find(|kind| kind.span().end > 0) {
        wrong.push((
            kind.span(),
            "a table that is polled tells no kinds of change: leave `on` out".to_owned(),
        ));
    }
    warnings.push((
        at,
        format!(
            "{} is polled: deleted rows are never seen, of several changes between two looks only the last, and none that is committed later than the overlap",
            table.name
        ),
    ));
    Source::Poll(Poll {
        catalog: Arc::clone(ground.catalog),
        table: id,
        column,
        every: Duration::try_from_secs_f64(told.every_seconds.clamp(0.1, 86_400.0))
            .unwrap_or(Duration::from_secs(5)),
        overlap: told.overlap,
    })
}

fn graph(catalog: &Catalog, table: TableId, written: &Written, wrong: &mut Vec<Mistake>) -> Graph {
    let paths: Vec<String> = written
        .source
        .expand
        .iter()
        .map(|path| path.get_ref().clone())
        .collect();
    Graph::of(catalog, table, &paths).unwrap_or_else(|mistakes| {
        for (position, reason) in mistakes {
            let at = written
                .source
                .expand
                .get(position)
                .map(Spanned::span)
                .unwrap_or_default();
            wrong.push((at, reason));
        }
        Graph {
            table,
            expand: Vec::new(),
        }
    })
}

/// The names that expressions over a record may use.
fn names(catalog: &Catalog, graph: &Graph, written: &Written) -> Names {
    vec![
        ("record".to_owned(), graph.shape(catalog)),
        ("kind".to_owned(), Shape::Scalar),
        ("message_id".to_owned(), Shape::Scalar),
        (
            "code".to_owned(),
            Shape::Keys(written.code.keys().cloned().collect()),
        ),
    ]
}

fn kinds(written: &Written, wrong: &mut Vec<Mistake>) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for word in &written.source.on {
        match Kind::from_word(word.get_ref()) {
            Some(kind) => kinds.push(kind),
            None => {
                let reason = format!(
                    "`{}` is no kind of change: insert, update or delete",
                    word.get_ref()
                );
                wrong.push((word.span(), reason));
            }
        }
    }
    kinds
}

fn node(
    catalog: &Catalog,
    entries: &[Entry],
    names: &Names,
    wrong: &mut Vec<Mistake>,
) -> Option<Node> {
    if entries.is_empty() {
        return None;
    }
    match Node::build(entries) {
        Ok(node) => {
            wrong.extend(node.check(catalog, names));
            Some(node)
        }
        Err(mistakes) => {
            wrong.extend(mistakes);
            None
        }
    }
}

fn answers(catalog: &Catalog, written: &Written, wrong: &mut Vec<Mistake>) -> Answers {
    let mut compiled = |text: &Option<Spanned<String>>| {
        let expression = answer::compile(text.as_ref(), wrong)?;
        let at = text.as_ref().map(Spanned::span).unwrap_or_default();
        wrong.extend(
            expression
                .check(catalog, &answer::names())
                .into_iter()
                .map(|reason| (at.clone(), reason)),
        );
        Some(expression)
    };
    Answers {
        success: compiled(&written.answer.success),
        duplicate: compiled(&written.answer.duplicate),
        refused: compiled(&written.answer.refused),
        later: compiled(&written.answer.later),
        reference: compiled(&written.answer.reference),
    }
}

fn columns(
    ground: &Ground<'_>,
    table: &Table,
    written: &Written,
    wrong: &mut Vec<Mistake>,
) -> Option<Arc<dyn WriteBack>> {
    let mut resolve = |entries: &[Entry]| {
        let mut columns = Vec::new();
        for entry in entries {
            let column = table.find_column(&entry.target);
            match column.and_then(|index| table.columns.get(index)) {
                None => wrong.push((
                    entry.target_at.clone(),
                    format!("{} has no column `{}`", table.name, entry.target),
                )),
                Some(column) if !column.updatable => {
                    wrong.push((
                        entry.target_at.clone(),
                        format!("`{}` can't be written", column.name),
                    ));
                }
                Some(_) => {}
            }
            match Expression::compile(&entry.expression) {
                Ok(value) => {
                    let reasons = value.check(ground.catalog, &write_back::names());
                    wrong.extend(reasons.into_iter().map(|reason| (entry.at.clone(), reason)));
                    columns.extend(column.map(|column| (column, value)));
                }
                Err(reason) => wrong.push((entry.at.clone(), reason)),
            }
        }
        columns
    };
    let (delivered, dead) = (resolve(&written.write.0), resolve(&written.write_dead.0));
    if delivered.is_empty() && dead.is_empty() {
        return None;
    }
    Some(Arc::new(Columns {
        dialect: ground.catalog.dialect,
        table: table.clone(),
        delivered,
        dead,
    }))
}

fn seconds(value: Option<f64>, default: Duration) -> Duration {
    value
        .and_then(|value| Duration::try_from_secs_f64(value).ok())
        .unwrap_or(default)
}

fn times(written: &Written) -> Times {
    let default = Times::default();
    Times {
        connect: seconds(written.policy.connect_seconds, default.connect),
        first_byte: seconds(written.policy.first_byte_seconds, default.first_byte),
        whole: seconds(written.policy.whole_seconds, default.whole),
    }
}

/// What a sink's check is given besides the flow.
struct Given<'a> {
    ground: &'a Ground<'a>,
    times: Times,
    map: Option<&'a Node>,
    delete: Option<&'a Node>,
    names: &'a Names,
}

fn target(
    given: &Given<'_>,
    written: &Written,
    answers: Answers,
    wrong: &mut Vec<Mistake>,
) -> Option<Target> {
    match (&written.sink.webhook, &written.sink.wsdl) {
        (Some(url), None) => webhook(given, written, url, answers, wrong),
        (None, Some(wsdl)) => soap_call(given, written, wsdl, answers, wrong),
        _ => {
            wrong.push((
                0..0,
                "[sink] names either a `webhook` or a `wsdl` with its `operation`".to_owned(),
            ));
            None
        }
    }
}

/// Reads a secret of the sink; what keeps it from being read is told at `at`.
fn secret(
    given: &Given<'_>,
    secret: Option<&Secret>,
    at: &Range<usize>,
    wrong: &mut Vec<Mistake>,
) -> Option<String> {
    secret.and_then(|secret| {
        secret
            .read(given.ground.folder)
            .map_err(|error| wrong.push((at.clone(), error.to_string())))
            .ok()
    })
}

fn http_credentials(
    given: &Given<'_>,
    written: &Written,
    at: &Range<usize>,
    wrong: &mut Vec<Mistake>,
) -> Option<HttpCredentials> {
    let told = &written.sink.credentials;
    if let Some(login) = &told.basic {
        let password = secret(given, Some(&login.password), at, wrong)?;
        return Some(HttpCredentials::Basic {
            user: login.user.clone(),
            password,
        });
    }
    secret(given, told.bearer.as_ref(), at, wrong).map(HttpCredentials::Bearer)
}

fn client(
    given: &Given<'_>,
    written: &Written,
    at: &Range<usize>,
    wrong: &mut Vec<Mistake>,
) -> Option<Client> {
    let told = &written.sink.credentials;
    let folder = given.ground.folder;
    let mut options = given.times.options();
    options.tls.ca = told.trust.as_ref().map(|path| folder.join(path));
    options.tls.identity = told
        .certificate
        .as_ref()
        .zip(told.key.as_ref())
        .map(|(certificate, key)| (folder.join(certificate), folder.join(key)));
    Client::new(options)
        .map_err(|error| wrong.push((at.clone(), error.to_string())))
        .ok()
}

fn webhook(
    given: &Given<'_>,
    written: &Written,
    url: &Spanned<String>,
    answers: Answers,
    wrong: &mut Vec<Mistake>,
) -> Option<Target> {
    let at = url.span();
    if !url.get_ref().starts_with("http://") && !url.get_ref().starts_with("https://") {
        wrong.push((
            at.clone(),
            format!("`{}` is not an http or https URL", url.get_ref()),
        ));
    }
    if let Some(look_up) = &written.look_up {
        wrong.push((
            look_up.operation.span(),
            "a webhook can't be asked: [look_up] is for SOAP operations".to_owned(),
        ));
    }
    let client = client(given, written, &at, wrong)?;
    Some(Target {
        destination: written
            .sink
            .destination
            .clone()
            .unwrap_or_else(|| url.get_ref().clone()),
        render: Arc::new(JsonMessage {
            table: written.source.table.get_ref().clone(),
        }),
        sink: Arc::new(Webhook {
            url: url.get_ref().clone(),
            secret: secret(given, written.sink.secret.as_ref(), &at, wrong),
            credentials: http_credentials(given, written, &at, wrong),
            answers,
            keep: keep(written),
            client,
            ambient: given.ground.ambient.clone(),
        }),
        // A receiver of webhooks is told the id, and knows by custom that a message may come again.
        idempotent: true,
        look_up_after: None,
    })
}

fn soap_call(
    given: &Given<'_>,
    written: &Written,
    wsdl: &Spanned<String>,
    answers: Answers,
    wrong: &mut Vec<Mistake>,
) -> Option<Target> {
    let at = wsdl.span();
    let kept = given.ground.folder.join("fetched");
    let third = match ThirdParty::load(wsdl.get_ref(), given.ground.folder, &kept) {
        Ok(third) => third,
        Err(lines) => {
            wrong.extend(lines.into_iter().map(|line| (at.clone(), line)));
            return None;
        }
    };
    let port = written
        .sink
        .port
        .as_ref()
        .map(|port| port.get_ref().as_str());
    let find = |name: &Spanned<String>, wrong: &mut Vec<Mistake>| {
        third
            .operation(port, name.get_ref())
            .map_err(|reason| wrong.push((name.span(), reason)))
            .ok()
    };
    let Some(name) = &written.sink.operation else {
        wrong.push((
            at,
            "`operation` is missing: which operation of the contract takes the records?".to_owned(),
        ));
        return None;
    };
    let operation = find(name, wrong);
    let delete = written
        .delete
        .as_ref()
        .and_then(|delete| delete.operation.as_ref())
        .and_then(|name| find(name, wrong));
    let header = node(
        given.ground.catalog,
        &written.sink.header.0,
        given.names,
        wrong,
    );
    let look_up = written.look_up.as_ref().and_then(|look_up| {
        let operation = find(&look_up.operation, wrong)?;
        let names: Names = LOOK_UP_NAMES
            .iter()
            .map(|name| ((*name).to_owned(), Shape::Any))
            .collect();
        let map = node(given.ground.catalog, &look_up.map.0, &names, wrong);
        wrong.extend(placed(
            operation.request.check(&third.values, map.as_ref()),
            &look_up.operation.span(),
        ));
        let found = answer::compile(Some(&look_up.found), wrong)?;
        let reference = answer::compile(look_up.reference.as_ref(), wrong);
        Some(LookUp {
            operation,
            map,
            found,
            reference,
        })
    });
    let operation = operation?;
    let own = name.span();
    wrong.extend(placed(
        operation.request.check(&third.values, given.map),
        &own,
    ));
    if let (Some(delete), Some(map)) = (&delete, given.delete) {
        wrong.extend(placed(delete.request.check(&third.values, Some(map)), &own));
    }
    let address = written
        .sink
        .address
        .clone()
        .unwrap_or_else(|| operation.address.clone());
    if !address.starts_with("http://") && !address.starts_with("https://") {
        wrong.push((
            at.clone(),
            format!("the contract's address `{address}` is no URL: set `address`"),
        ));
    }
    let told = &written.sink.credentials;
    let token = told.username_digest.as_ref().map(|login| (login, true));
    let token = token
        .or(told.username_token.as_ref().map(|login| (login, false)))
        .and_then(|(login, digest)| {
            let password = secret(given, Some(&login.password), &at, wrong)?;
            Some(UsernameToken {
                user: login.user.clone(),
                password,
                digest,
            })
        });
    let look_up_after = written
        .look_up
        .as_ref()
        .map(|look_up| (look_up.after_seconds.clamp(0.0, 86_400.0) * 1000.0) as i64);
    let call = Arc::new(SoapCall {
        operation,
        delete,
        look_up,
        header,
        answers,
        credentials: http_credentials(given, written, &at, wrong),
        token,
        keep: keep(written),
        client: client(given, written, &at, wrong)?,
        ambient: given.ground.ambient.clone(),
        third,
        address: address.clone(),
    });
    Some(Target {
        destination: written.sink.destination.clone().unwrap_or(address),
        render: Arc::clone(&call) as Arc<dyn Render>,
        sink: call,
        idempotent: false,
        look_up_after,
    })
}

/// Mistakes about what is not written stand where the operation is named.
fn placed(mistakes: Vec<Mistake>, at: &Range<usize>) -> Vec<Mistake> {
    mistakes
        .into_iter()
        .map(|(own, message)| (if own.end == 0 { at.clone() } else { own }, message))
        .collect()
}

pub(super) fn keep(written: &Written) -> Keep {
    Keep {
        messages: written.sink.keep_messages,
        characters: written.sink.keep_characters.unwrap_or(4000),
        redact: written.sink.redact.clone(),
    }
}

struct JsonMessage {
    table: String,
}

impl Render for JsonMessage {
    fn render(&self, parts: &Parts<'_>) -> Result<String, String> {
        Ok(match parts.filled {
            Some((map, filled)) => to_json(map, filled).to_string(),
            None => whole(
                parts.kind.word(),
                &self.table,
                parts.key,
                parts.record,
                parts.message_id,
            ),
        })
    }
}

fn policy(
    written: &Written,
    times: Times,
    target: Option<&Target>,
    wrong: &mut Vec<Mistake>,
) -> Policy {
    let told = &written.policy;
    let default = Policy::default();
    let millis = |value: Option<f64>, unit: f64, default: i64| {
        value.map_or(default, |value| {
            (value * unit * 1000.0).clamp(0.0, 1e15) as i64
        })
    };
    let zone = match &told.zone {
        None => jiff::tz::TimeZone::UTC,
        Some(name) => jiff::tz::TimeZone::get(name.get_ref()).unwrap_or_else(|error| {
            wrong.push((name.span(), error.to_string()));
            jiff::tz::TimeZone::UTC
        }),
    };
    let mut windows = Vec::new();
    for window in &told.windows {
        match Window::parse(window.get_ref(), &zone) {
            Ok(window) => windows.push(window),
            Err(reason) => wrong.push((window.span(), reason)),
        }
    }
    let whole = i64::try_from(times.whole.as_millis()).unwrap_or(default.attempt_time);
    Policy {
        attempts: told.attempts.unwrap_or(default.attempts).max(1),
        age: millis(told.age_hours, 3600.0, default.age),
        backoff: millis(told.backoff_seconds, 1.0, default.backoff),
        backoff_limit: millis(told.backoff_limit_seconds, 1.0, default.backoff_limit),
        concurrency: told
            .concurrency
            .unwrap_or(default.concurrency)
            .clamp(1, 10_000),
        circuit_failures: told
            .circuit_failures
            .unwrap_or(default.circuit_failures)
            .max(1),
        circuit_wait: millis(told.circuit_seconds, 1.0, default.circuit_wait),
        rate: told.rate,
        windows,
        idempotent: told.idempotent || target.is_some_and(|target| target.idempotent),
        look_up_after: target.and_then(|target| target.look_up_after),
        dead_blocks: !told.dead_lets_pass,
        attempt_time: whole,
        each_record: written.source.each == Each::Record,
    }
}
