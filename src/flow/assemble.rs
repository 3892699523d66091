//! From a flow as written to a flow that runs: every name held against the catalog, every expression compiled, everything that is
//! wrong told at once with its place.

mod policy;
mod target;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use toml::Spanned;

use crate::capture::log::Kind;
use crate::catalog::{Catalog, Table, TableId};
use crate::config::ConfigError;
use crate::database::Database;

use super::answer::{self, Answers};
use super::carry::Carrier;
use super::expression::{Expression, Names, Shape};
use super::mapping::{Entry, Mistake, Node};
use super::record::Graph;
use super::sink::contract::targets::Found;
use super::source::Source;
use super::source::poll::{self, Poll};
use super::write_back::{self, Columns};
use super::written::{Each, Written};
use super::{Ambient, Flow, WriteBack};

use target::Given;

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
    /// A digest of everything that it was made of: file, contract, secrets, tables. With the same one it is the same flow.
    pub mark: Vec<u8>,
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
    let times = policy::times(written);
    let mut given = Given {
        ground,
        written,
        times,
        map: map.as_ref(),
        delete: delete.as_ref(),
        names: &names,
        found: Found::default(),
        mark: Sha256::new(),
    };
    let target = target::target(&mut given, answers);
    let Given {
        found: Found {
            wrong: more,
            warnings: doubts,
        },
        mut mark,
        ..
    } = given;
    mark.update(&written.text);
    graph.mark(ground.catalog, &mut mark);
    wrong.extend(more);
    warnings.extend(doubts);
    let policy = policy::policy(written, times, target.as_ref(), &mut wrong);
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
        mark: mark.finalize().to_vec(),
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
    if written.source.poll.is_none() && table.kind.is_view() {
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
        Ok(mut node) => {
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
