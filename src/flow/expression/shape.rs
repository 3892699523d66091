//! What an expression's names and results are before anything runs: which column, which list. Pure.

use cel::common::ast::{EntryExpr, Expr, IdedExpr};

use crate::catalog::{Catalog, TableId};

/// What a name stands for, as far as it is known before anything runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A record of a table, with the relations that are loaded.
    Record {
        /// The table.
        table: TableId,
        /// The relations by name.
        related: Vec<(String, Shape)>,
    },
    /// A list of these.
    List(Box<Shape>),
    /// A map with these keys.
    Keys(Vec<String>),
    /// A column's value as it is.
    Column {
        /// The table.
        table: TableId,
        /// The column.
        column: usize,
    },
    /// A single value.
    Scalar,
    /// Unknown.
    Any,
}

impl Shape {
    /// The shape of what is made of it: no longer a column's value as it is.
    fn computed(self) -> Shape {
        match self {
            Shape::Column { .. } => Shape::Scalar,
            other => other,
        }
    }
}

/// The names that an expression may use.
pub type Names = Vec<(String, Shape)>;

/// Follows an expression with the shapes of its names.
pub(super) struct Walk<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) wrong: &'a mut Vec<String>,
}

impl Walk<'_> {
    pub(super) fn shape(&mut self, expression: &IdedExpr, names: &Names) -> Shape {
        match &expression.expr {
            Expr::Unspecified => Shape::Any,
            Expr::Literal(_) => Shape::Scalar,
            Expr::Ident(name) => match names.iter().rev().find(|(known, _)| known == name) {
                Some((_, shape)) => shape.clone(),
                // What macros make up, and the names of types.
                None if name.starts_with('@') || TYPES.contains(&name.as_str()) => Shape::Any,
                None => {
                    let known: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
                    self.wrong.push(format!(
                        "`{name}` is not known; known here: {}",
                        known.join(", ")
                    ));
                    Shape::Any
                }
            },
            Expr::Select(select) => {
                let of = self.shape(&select.operand, names);
                self.member(&of, &select.field)
            }
            Expr::Call(call) => {
                let target = call.target.as_ref().map(|target| self.shape(target, names));
                let arguments: Vec<Shape> = call
                    .args
                    .iter()
                    .map(|argument| self.shape(argument, names))
                    .collect();
                match (call.func_name.as_str(), call.args.as_slice()) {
                    ("_[_]", [_, index]) => match (arguments.first(), &index.expr) {
                        (Some(Shape::List(item)), _) => (**item).clone(),
                        (Some(of), Expr::Literal(cel::common::ast::LiteralValue::String(name))) => {
                            let of = of.clone();
                            self.member(&of, name.inner())
                        }
                        _ => Shape::Any,
                    },
                    ("_?_:_", [_, _, _]) => arguments
                        .into_iter()
                        .nth(1)
                        .map_or(Shape::Any, Shape::computed),
                    (
                        "@in" | "_==_" | "_!=_" | "_<_" | "_<=_" | "_>_" | "_>=_" | "!_" | "_&&_"
                        | "_||_" | "size",
                        _,
                    ) => Shape::Scalar,
                    _ => target
                        .map(Shape::computed)
                        .filter(|target| *target == Shape::Scalar)
                        .unwrap_or(Shape::Any),
                }
            }
            Expr::Comprehension(inner) => {
                let range = self.shape(&inner.iter_range, names);
                let item = match range {
                    Shape::List(item) => *item,
                    _ => Shape::Any,
                };
                let mut within = names.clone();
                within.push((inner.iter_var.clone(), item));
                within.extend(
                    inner
                        .iter_var2
                        .iter()
                        .map(|name| (name.clone(), Shape::Any)),
                );
                within.push((inner.accu_var.clone(), Shape::Any));
                for part in [
                    &inner.accu_init,
                    &inner.loop_cond,
                    &inner.loop_step,
                    &inner.result,
                ] {
                    self.shape(part, &within);
                }
                Shape::Any
            }
            Expr::List(list) => {
                let items: Vec<Shape> = list
                    .elements
                    .iter()
                    .map(|item| self.shape(item, names))
                    .collect();
                Shape::List(Box::new(items.into_iter().next().unwrap_or(Shape::Any)))
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.shape(&entry.key, names);
                        self.shape(&entry.value, names);
                    }
                }
                Shape::Any
            }
            Expr::Struct(_) => Shape::Any,
        }
    }

    fn member(&mut self, of: &Shape, name: &str) -> Shape {
        match of {
            Shape::Record { table, related } => {
                if let Some((_, shape)) = related.iter().find(|(known, _)| known == name) {
                    return shape.clone();
                }
                let id = *table;
                let Some(table) = self.catalog.table(id) else {
                    return Shape::Any;
                };
                if let Some(column) = table.find_column(name) {
                    return Shape::Column { table: id, column };
                }
                let reason = if table.find_relation(name).is_some() {
                    format!(
                        "`{name}` of {} is not loaded: name it in `expand`",
                        table.name
                    )
                } else {
                    format!("{} has no column `{name}`", table.name)
                };
                self.wrong.push(reason);
                Shape::Any
            }
            Shape::Keys(keys) => {
                if !keys.iter().any(|key| key == name) {
                    self.wrong.push(format!(
                        "there is no `{name}`; there are: {}",
                        keys.join(", ")
                    ));
                }
                Shape::Any
            }
            Shape::List(_) | Shape::Column { .. } | Shape::Scalar => {
                let what = match of {
                    Shape::List(_) => "a list",
                    _ => "a single value",
                };
                self.wrong.push(format!("`{name}` is asked of {what}"));
                Shape::Any
            }
            Shape::Any => Shape::Any,
        }
    }
}

const TYPES: [&str; 10] = [
    "int",
    "uint",
    "double",
    "bool",
    "string",
    "bytes",
    "list",
    "map",
    "type",
    "null_type",
];
