//! Identity constraints (part 1, 3.11): unique, key and keyref, in one pass and in time linear in the nodes that they select.
//!
//! Each element with constraints opens a scope for each of them. A scope follows its selector down the document; each node
//! selected opens a row, which follows its fields. A finished row enters its scope's table; a key's table moves up to
//! where an open keyref may look for it, and to nowhere else.

mod route;
mod table;

use std::collections::HashSet;

use soapstone::xml::Reader;

use crate::automaton::names::{NameId, NamespaceId};
use crate::model::{ConstraintId, ConstraintKind, ElementId, Model};
use crate::simple::Value;

use super::Sink;
use super::attribute::Kept;
use super::pass::{Frame, Pass, State};

pub(super) use route::Routes;
use route::{Matcher, Test};
use table::{Key, Tables};

/// The identity constraints at work in a document.
#[derive(Default)]
pub(super) struct Identity<'v> {
    scopes: Vec<Scope<'v>>,
    rows: Vec<Row<'v>>,
    /// Elements that a field selects and that have not ended yet.
    targets: Vec<Target>,
    /// Attributes that a field selects on the element at hand.
    attribute_targets: Vec<(usize, usize, Test)>,
    attributes: Vec<Kept>,
    tables: Tables,
}

/// A constraint, for one element that declares it.
struct Scope<'v> {
    constraint: ConstraintId,
    kind: ConstraintKind,
    depth: usize,
    routes: &'v Routes,
    selector: Vec<Matcher>,
    table: table::Table,
    /// The rows of a keyref, to be looked up when the scope ends.
    references: Vec<(Key, usize)>,
}

/// A node that a selector selected.
struct Row<'v> {
    scope: usize,
    depth: usize,
    offset: usize,
    routes: &'v Routes,
    fields: Vec<Field>,
    /// A value was wrong: that was said, and nothing follows from it.
    void: bool,
}

#[derive(Default)]
struct Field {
    matchers: Vec<Matcher>,
    value: Option<Value>,
}

#[derive(Clone, Copy)]
struct Target {
    depth: usize,
    row: usize,
    field: usize,
}

impl<'v> Identity<'v> {
    /// Tells whether any constraint is at work.
    #[inline]
    pub(super) fn is_active(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// Tells whether a field selects the element of that depth.
    #[inline]
    pub(super) fn wants(&self, depth: usize) -> bool {
        self.targets
            .last()
            .is_some_and(|target| target.depth == depth)
    }

    /// Opens the scopes of an element that is about to start inside so many others.
    #[inline]
    pub(super) fn enter(
        &mut self,
        model: &Model,
        routes: &'v [Routes],
        element: ElementId,
        outer: usize,
    ) {
        let Some(element) = model.elements.get(element.index()) else {
            return;
        };
        for id in &element.constraints {
            let (Some(constraint), Some(routes)) =
                (model.constraints.get(id.index()), routes.get(id.index()))
            else {
                continue;
            };
            self.scopes.push(Scope {
                constraint: *id,
                kind: constraint.kind,
                depth: outer + 1,
                routes,
                selector: vec![Matcher::default(); routes.selector.len()],
                table: table::Table::default(),
                references: Vec::new(),
            });
        }
    }

    /// Keeps an attribute of the element at hand, in case a field selects it.
    pub(super) fn attribute(
        &mut self,
        namespace: NamespaceId,
        name: Option<NameId>,
        value: Value,
        offset: usize,
    ) {
        self.attributes.push(Kept {
            namespace,
            name,
            value,
            offset,
        });
    }

    /// Follows the selectors and fields to an element that has just started.
    pub(super) fn start(
        &mut self,
        depth: usize,
        namespace: NamespaceId,
        name: Option<NameId>,
        offset: usize,
    ) {
        for (index, scope) in self.scopes.iter_mut().enumerate() {
            let mut selected = false;
            for (matcher, route) in scope.selector.iter_mut().zip(&scope.routes.selector) {
                selected |= matcher.step(route, depth - scope.depth, namespace, name);
            }
            if selected {
                let field = |routes: &Vec<route::Route>| Field {
                    matchers: vec![Matcher::default(); routes.len()],
                    value: None,
                };
                let fields = scope.routes.fields.iter().map(field).collect();
                self.rows.push(Row {
                    scope: index,
                    depth,
                    offset,
                    routes: scope.routes,
                    fields,
                    void: false,
                });
            }
        }
        for (index, row) in self.rows.iter_mut().enumerate() {
            for (number, (field, routes)) in
                row.fields.iter_mut().zip(&row.routes.fields).enumerate()
            {
                let mut element = false;
                for (matcher, route) in field.matchers.iter_mut().zip(routes) {
                    if !matcher.step(route, depth - row.depth, namespace, name) {
                        continue;
                    }
                    match route.attribute {
                        Some(test) => self.attribute_targets.push((index, number, test)),
                        None => element = true,
                    }
                }
                if element {
                    self.targets.push(Target {
                        depth,
                        row: index,
                        field: number,
                    });
                }
            }
        }
    }

    /// Gives the fields that select attributes of the element at hand their values; answers where one has two.
    pub(super) fn take_attributes(&mut self) -> Vec<usize> {
        let mut twice = Vec::new();
        // Two alternatives of a field may select one and the same attribute.
        let mut taken = HashSet::new();
        for (row, number, test) in self.attribute_targets.drain(..) {
            for (index, kept) in self.attributes.iter().enumerate() {
                if !test.admits(kept.namespace, kept.name) || !taken.insert((row, number, index)) {
                    continue;
                }
                let Some(field) = self
                    .rows
                    .get_mut(row)
                    .and_then(|row| row.fields.get_mut(number))
                else {
                    continue;
                };
                if field.value.is_some() {
                    twice.push(kept.offset);
                }
                field.value = Some(kept.value.clone());
            }
        }
        self.attributes.clear();
        twice
    }
}

impl<'a, S: Sink> Pass<'_, '_, 'a, S> {
    /// Takes the end of an element: its value for the fields that select it, its rows and its scopes.
    pub(super) fn end_identity(
        &mut self,
        reader: &Reader<'a>,
        frame: &Frame<'_, 'a>,
        value: Option<Value>,
    ) {
        let depth = self.frames.len() + 1;
        while let Some(target) = self.identity.targets.pop_if(|target| target.depth == depth) {
            self.target(reader, frame, target, value.as_ref());
        }
        while let Some(row) = self.identity.rows.pop_if(|row| row.depth == depth) {
            self.row(reader, row);
        }
        if self
            .identity
            .scopes
            .last()
            .is_some_and(|scope| scope.depth == depth)
            || self.identity.tables.holds(depth)
        {
            self.scopes(reader, depth);
        }
    }

    fn target(
        &mut self,
        reader: &Reader<'a>,
        frame: &Frame<'_, 'a>,
        target: Target,
        value: Option<&Value>,
    ) {
        let Some(row) = self.identity.rows.get_mut(target.row) else {
            return;
        };
        let key = self
            .identity
            .scopes
            .get(row.scope)
            .is_some_and(|scope| scope.kind == ConstraintKind::Key);
        let Some(field) = row.fields.get_mut(target.field) else {
            return;
        };
        let mut wrong = None;
        match (&frame.state, value) {
            (State::Simple(..), Some(value)) => {
                if field.value.replace(value.clone()).is_some() {
                    wrong = Some((
                        "cvc-identity-constraint.3",
                        "a field selects more than one node",
                    ));
                }
            }
            (State::Simple(..), None) => row.void = true,
            (State::Nil, _) => {}
            _ => {
                wrong = Some((
                    "cvc-identity-constraint.3",
                    "a field selects an element without a simple value",
                ))
            }
        }
        let nillable = frame
            .element
            .and_then(|id| self.model.elements.get(id.index()))
            .is_some_and(|element| element.nillable);
        if key && nillable && wrong.is_none() {
            wrong = Some((
                "cvc-identity-constraint.4.2.3",
                "a field of a key selects a nillable element",
            ));
        }
        if let Some((rule, message)) = wrong {
            row.void = true;
            self.violation(reader, rule, frame.offset, message.to_owned());
        }
    }

    fn row(&mut self, reader: &Reader<'a>, row: Row<'_>) {
        if row.void {
            return;
        }
        let values: Option<Key> = row.fields.into_iter().map(|field| field.value).collect();
        let Some(scope) = self.identity.scopes.get_mut(row.scope) else {
            return;
        };
        let name = self
            .model
            .constraints
            .get(scope.constraint.index())
            .map(|constraint| &*constraint.name.local)
            .unwrap_or("");
        let wrong = match (scope.kind, values) {
            (ConstraintKind::Key, None) => Some((
                "cvc-identity-constraint.4.2.1",
                format!("a field of the key {name} is missing"),
            )),
            (_, None) => None,
            (ConstraintKind::KeyRef(_), Some(values)) => {
                scope.references.push((values, row.offset));
                None
            }
            (kind, Some(values)) => match scope.table.add(values) {
                Ok(()) => None,
                Err(values) => {
                    let rule = if kind == ConstraintKind::Key {
                        "cvc-identity-constraint.4.2.2"
                    } else {
                        "cvc-identity-constraint.4.1"
                    };
                    Some((
                        rule,
                        format!("{values} is there twice, against the constraint {name}"),
                    ))
                }
            },
        };
        if let Some((rule, message)) = wrong {
            self.violation(reader, rule, row.offset, message);
        }
    }

    /// Ends the scopes of an element: its own tables first, then its keyrefs, then what moves up.
    fn scopes(&mut self, reader: &Reader<'a>, depth: usize) {
        let mut references = Vec::new();
        while let Some(scope) = self.identity.scopes.pop_if(|scope| scope.depth == depth) {
            match scope.kind {
                ConstraintKind::KeyRef(key) => {
                    references.push((scope.constraint, key, scope.references))
                }
                _ if self.compiled.referred.contains(&scope.constraint) => {
                    self.identity
                        .tables
                        .own(depth, scope.constraint, scope.table);
                }
                _ => {}
            }
        }
        for (constraint, key, rows) in references {
            let name = self
                .model
                .constraints
                .get(constraint.index())
                .map(|constraint| &*constraint.name.local)
                .unwrap_or("");
            for (values, offset) in rows {
                if !self.identity.tables.contains(depth, key, &values) {
                    let message = format!(
                        "{} refers to nothing, against the keyref {name}",
                        table::shown(&values)
                    );
                    self.violation(reader, "cvc-identity-constraint.4.3", offset, message);
                }
            }
        }
        let open = |key| {
            self.identity
                .scopes
                .iter()
                .any(|scope| scope.kind == ConstraintKind::KeyRef(key))
        };
        self.identity.tables.rise(depth, open);
    }
}
