//! Drafts a flow from names and types: which column may go into which target of an operation. A draft is a file for a person to finish:
//! what it leaves open stands in it as comments. Pure.

mod candidate;
mod likeness;
mod reference;

use soapstone_schema::model::TypeId;
use soapstone_schema::simple::SimpleTypes;
use soapstone_schema::value::Values;

use crate::catalog::{Catalog, Direction, Table, TableId};

use super::mapping::variable;
use super::sink::contract::fits::{self, Target};
use super::sink::contract::targets::{is_simple, required};
use super::sink::contract::{Operation, ThirdParty, type_of};

use candidate::{Candidate, Goal, Place, alike};
use likeness::{Words, likeness};
use reference::reference;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The source table.
    pub table: TableId,
    /// The contract's file or URL, as the flow will name it.
    pub wsdl: &'a str,
    /// The port, where it matters.
    pub port: Option<&'a str>,
    /// The operation.
    pub operation: &'a str,
}

/// Alikeness from which a column is taken for a target, of 100.
const ENOUGH: u32 = 50;
/// How deep targets are followed.
const DEPTH: usize = 12;

/// Drafts the text of a flow.
///
/// # Errors
/// There is no such operation, or no such table.
pub fn draft(catalog: &Catalog, third: &ThirdParty, wish: &Wish<'_>) -> Result<String, String> {
    let operation = third.operation(wish.port, wish.operation)?;
    let table = catalog
        .table(wish.table)
        .ok_or_else(|| "the table is gone".to_owned())?;
    let mut drafting = Drafting {
        catalog,
        values: &third.values,
        simple: SimpleTypes::of(third.values.model()),
        used: Vec::new(),
        lines: Vec::new(),
    };
    let record = Place {
        variable: "record".to_owned(),
        table,
        outer: None,
    };
    drafting.request(&operation, &record);
    let (lines, used) = (drafting.lines, drafting.used);
    let name = match table.schema == catalog.default_schema {
        true => table.name.clone(),
        false => format!("{}.{}", table.schema, table.name),
    };
    let open = lines.iter().filter(|line| line.open).count();
    let mut out = format!("# Carries {name} to {}.", wish.operation);
    out.push_str(&match open {
        0 => " Every target that must be filled is filled; look at each.\n".to_owned(),
        open => format!(" A draft: {open} targets that must be filled are not, see FILL below.\n"),
    });
    out.push_str(&format!("\n[source]\ntable = {}\n", quoted(&name)));
    out.push_str("# when = \"record.status == 'placed'\"\n");
    out.push_str("each = \"record\"   # each record once; \"change\": after every change\n");
    if !used.is_empty() {
        let used: Vec<String> = used.iter().map(|path| quoted(path)).collect();
        out.push_str(&format!("expand = [{}]\n", used.join(", ")));
    }
    out.push_str(&format!("\n[sink]\nwsdl = {}\n", quoted(wish.wsdl)));
    if let Some(port) = wish.port {
        out.push_str(&format!("port = {}\n", quoted(port)));
    }
    out.push_str(&format!(
        "operation = {}\n\n[map]\n",
        quoted(wish.operation)
    ));
    for line in &lines {
        out.push_str(&line.text);
        out.push('\n');
    }
    out.push_str("\n[answer]\n");
    match reference(&third.values, &operation) {
        Some(path) => out.push_str(&format!("reference = {}\n", quoted(&path))),
        None => out.push_str("# reference = \"answer.number\"\n"),
    }
    out.push_str("# duplicate = \"has(fault.detail.…)\"   # what says that it was there already\n");
    let number = table
        .columns
        .iter()
        .find(|column| column.updatable && Words::of(&column.name).holds("erp"));
    out.push_str("\n[write]\n");
    match number {
        Some(column) => out.push_str(&format!("{} = \"reference\"\n", quoted(&column.name))),
        None => out.push_str("# erp_number = \"reference\"\n"),
    }
    out.push_str(
        "\n[policy]\n# idempotent = true   # only where the destination knows a message again\n",
    );
    Ok(out)
}

/// A line of the map.
struct Line {
    text: String,
    /// It must be filled and is not.
    open: bool,
}

struct Drafting<'a> {
    catalog: &'a Catalog,
    values: &'a Values,
    simple: SimpleTypes,
    used: Vec<String>,
    lines: Vec<Line>,
}

impl<'a> Drafting<'a> {
    fn request(&mut self, operation: &Operation, record: &Place<'_, 'a>) {
        let body = &operation.request;
        let only = body.only();
        for (name, root) in &body.parts {
            let Some(type_) = type_of(self.values.model(), root) else {
                continue;
            };
            match only {
                Some(_) => self.fields(type_, "", "", record, 0),
                None => self.target(name, "", name, type_, (true, false), record, 0),
            }
        }
    }

    /// Drafts what is below a path.
    fn fields(
        &mut self,
        type_: TypeId,
        path: &str,
        parent: &str,
        at: &Place<'_, 'a>,
        depth: usize,
    ) {
        let Some(shape) = self.values.shape(type_).filter(|_| depth < DEPTH) else {
            return;
        };
        let shape = std::sync::Arc::clone(shape);
        let model = self.values.model();
        let must = required(model, type_);
        let below = |name: &str| match path {
            "" => name.to_owned(),
            path => format!("{path}/{name}"),
        };
        for (name, id) in &shape.attributes {
            let Some(attribute) = model.attributes.get(id.index()) else {
                continue;
            };
            let written = format!("@{}", name.local);
            self.leaf(
                &Goal {
                    path: &below(&written),
                    name: &name.local,
                    parent,
                    type_: attribute.type_,
                    required: must.contains(&written),
                },
                at,
            );
        }
        for field in &shape.fields {
            let Some(element) = model.elements.get(field.element.index()) else {
                continue;
            };
            let path = below(&field.key);
            let how = (must.contains(&field.key), field.repeated);
            self.target(&field.key, parent, &path, element.type_, how, at, depth);
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn target(
        &mut self,
        name: &str,
        parent: &str,
        path: &str,
        type_: TypeId,
        (required, repeated): (bool, bool),
        at: &Place<'_, 'a>,
        depth: usize,
    ) {
        // What is mapped to an encoded array are its items.
        let item = self.values.array_item(type_);
        let (type_, repeated) = (item.unwrap_or(type_), repeated || item.is_some());
        if is_simple(self.values, type_) && item.is_some() {
            let kind = &self.simple.get(self.values.model(), type_).name;
            let what = format!("a list of {kind}");
            let text = format!("# {} = \"record.…\"", quoted(&format!("{path}[]")));
            return self.note(text, required, &what);
        }
        if is_simple(self.values, type_) {
            let goal = Goal {
                path,
                name,
                parent,
                type_,
                required,
            };
            return self.leaf(&goal, at);
        }
        if !repeated {
            return self.fields(type_, path, name, at, depth + 1);
        }
        let Some((relation, table)) = self.list(name, parent, at) else {
            let text = format!("# {} = \"record.…\"", quoted(&format!("{path}[]")));
            let known = self.lists(at);
            let what = match known.is_empty() {
                true => "a list: no relation is one".to_owned(),
                false => format!("a list: no relation is alike; there are: {known}"),
            };
            return self.note(text, required, &what);
        };
        if at.outer.is_none() {
            self.load(&relation);
        }
        self.lines.push(Line {
            text: format!(
                "{} = {}",
                quoted(&format!("{path}[]")),
                quoted(&format!("{}.{relation}", at.variable))
            ),
            open: false,
        });
        let inner = Place {
            variable: variable(name),
            table,
            outer: Some(at),
        };
        self.fields(type_, &format!("{path}[]"), name, &inner, depth + 1);
    }

    /// The lists that a record has.
    fn lists(&self, at: &Place<'_, 'a>) -> String {
        let relations = at.table.relations.iter();
        let lists = relations.filter(|relation| relation.direction == Direction::Children);
        let names: Vec<&str> = lists.map(|relation| relation.name.as_str()).collect();
        names.join(", ")
    }

    /// The list that a repeating target is most alike.
    fn list(&self, name: &str, parent: &str, at: &Place<'_, 'a>) -> Option<(String, &'a Table)> {
        let wanted = Words::of(name).with(&Words::of(parent));
        let lists = at
            .table
            .relations
            .iter()
            .filter(|relation| relation.direction == Direction::Children);
        let mut found: Vec<_> = lists
            .filter_map(|relation| {
                let table = self.catalog.table(relation.table)?;
                let own = Words::of(&relation.name).without(&Words::of(&at.table.name));
                Some((likeness(&wanted, &own), relation.name.clone(), table))
            })
            .collect();
        found.sort_by_key(|(likeness, ..)| std::cmp::Reverse(*likeness));
        let (likeness, name, table) = found.into_iter().next()?;
        (likeness >= ENOUGH / 2).then_some((name, table))
    }

    /// Drafts one value.
    fn leaf(&mut self, goal: &Goal<'_>, at: &Place<'_, 'a>) {
        let compiled = std::sync::Arc::clone(self.simple.get(self.values.model(), goal.type_));
        let target = Target {
            name: goal.name,
            type_: &compiled,
            required: goal.required,
        };
        let mut best: Option<(u32, Candidate<'a>)> = None;
        for candidate in Candidate::all(self.catalog, at) {
            let likeness = alike(goal, &candidate, at);
            let fits = !fits::column(&target, candidate.column, self.catalog.dialect)
                .iter()
                .any(|finding| finding.never);
            if fits && likeness >= ENOUGH && best.as_ref().is_none_or(|(best, _)| likeness > *best)
            {
                best = Some((likeness, candidate));
            }
        }
        let Some((_, candidate)) = best else {
            let text = format!("# {} = \"\"", quoted(goal.path));
            return self.note(text, goal.required, &compiled.name);
        };
        for finding in fits::column(&target, candidate.column, self.catalog.dialect) {
            let text = format!("# {}", finding.message);
            self.lines.push(Line { text, open: false });
        }
        if !candidate.expand.is_empty() {
            self.load(&candidate.expand);
        }
        self.lines.push(Line {
            text: format!("{} = {}", quoted(goal.path), quoted(&candidate.expression)),
            open: false,
        });
    }

    /// A target that stays open.
    fn note(&mut self, text: String, required: bool, what: &str) {
        self.lines.push(Line {
            text: match required {
                true => format!("{text}   # FILL: must be there: {what}"),
                false => format!("{text}   # may be left out: {what}"),
            },
            open: required,
        });
    }

    fn load(&mut self, path: &str) {
        if !path.is_empty() && !self.used.iter().any(|used| used == path) {
            self.used.push(path.to_owned());
        }
    }
}

/// A TOML text.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
