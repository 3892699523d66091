//! Maps: which target field gets which expression, as a tree that follows the target.
//!
//! ```toml
//! "order/number"      = "record.number"
//! "order/@currency"   = "record.currency"
//! "order/line[]"      = "record.sales_order_line"   # one `line` for each; below it, `line` is the one at hand
//! "order/line[]/sku"  = "line.sku"
//! ```
//! A null leaves its target out (or makes it nil, where it must be there and may be nil). A list makes its target repeat.

use std::ops::Range;

use serde_json::Value as Json;

use crate::catalog::{Catalog, TableId};

use super::expression::{Expression, Names, Scope, Shape};

/// A target and the expression that fills it, as written, with where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The target's path.
    pub target: String,
    /// The expression.
    pub expression: String,
    /// Where the target is written.
    pub target_at: Range<usize>,
    /// Where the expression is written.
    pub at: Range<usize>,
}

/// A mistake, with where it is written.
pub type Mistake = (Range<usize>, String);

/// A node of the target's tree.
#[derive(Debug, Default)]
pub struct Node {
    /// The target's name; the root's is empty.
    pub name: String,
    /// It is an attribute.
    pub attribute: bool,
    /// It repeats: one for each item of its expression, which below it has the target's name.
    pub list: bool,
    /// What fills it; absent where only what is below it is filled.
    pub value: Option<Expression>,
    /// What its value is, as far as it is known before anything runs; [`Node::check`] finds out.
    pub origin: Origin,
    /// What is below it, in the order of the map.
    pub children: Vec<Node>,
    /// Where it is written.
    pub at: Range<usize>,
}

/// Where a target's value comes from.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Origin {
    /// It is computed.
    #[default]
    Computed,
    /// A column's value as it is.
    Column {
        /// The table.
        table: TableId,
        /// The column.
        column: usize,
    },
    /// It is always this.
    Constant(Json),
}

/// A filled target.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// Its name.
    pub name: String,
    /// It is an attribute.
    pub attribute: bool,
    /// What is in it.
    pub content: Content,
}

/// What is in a filled target.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Null: left out, or nil.
    Null,
    /// A single value.
    Value(Json),
    /// What is below it.
    Children(Vec<Filled>),
}

impl Node {
    /// Builds the tree of a map.
    ///
    /// # Errors
    /// Every path and expression that can't be read, and every target that is filled twice.
    pub fn build(entries: &[Entry]) -> Result<Node, Vec<Mistake>> {
        let mut root = Node {
            at: entries
                .first()
                .map_or(0..0, |entry| entry.target_at.clone()),
            ..Node::default()
        };
        let mut wrong = Vec::new();
        for entry in entries {
            let value = match Expression::compile(&entry.expression) {
                Ok(value) => value,
                Err(reason) => {
                    wrong.push((entry.at.clone(), reason));
                    continue;
                }
            };
            if let Err(reason) = root.place(entry, value) {
                wrong.push((entry.target_at.clone(), reason));
            }
        }
        if wrong.is_empty() {
            Ok(root)
        } else {
            Err(wrong)
        }
    }

    fn place(&mut self, entry: &Entry, value: Expression) -> Result<(), String> {
        let mut node = self;
        let steps: Vec<&str> = entry.target.split('/').collect();
        if steps.len() > 64 {
            return Err("a path has at most 64 steps".to_owned());
        }
        for (position, step) in steps.iter().enumerate() {
            let (name, list) = step
                .strip_suffix("[]")
                .map_or((*step, false), |name| (name, true));
            let (name, attribute) = name
                .strip_prefix('@')
                .map_or((name, false), |name| (name, true));
            let last = position + 1 == steps.len();
            if name.is_empty() || (attribute && (!last || list)) {
                return Err(format!(
                    "`{}` is not a path such as `order/line[]/@unit`",
                    entry.target
                ));
            }
            let known = node
                .children
                .iter()
                .position(|child| child.name == name && child.attribute == attribute);
            let index = known.unwrap_or(node.children.len());
            if known.is_none() {
                let at = entry.target_at.clone();
                node.children.push(Node {
                    name: name.to_owned(),
                    attribute,
                    list,
                    at,
                    ..Node::default()
                });
            }
            let Some(child) = node.children.get_mut(index) else {
                return Ok(());
            };
            if child.list != list {
                return Err(format!(
                    "`{name}` is written with `[]` here and without elsewhere"
                ));
            }
            node = child;
        }
        if node.value.is_some() {
            return Err(format!("`{}` is filled twice", entry.target));
        }
        node.value = Some(value);
        Ok(())
    }

    /// Tells everything that is wrong with the names that the map uses, and finds out where its values come from.
    pub fn check(&mut self, catalog: &Catalog, names: &Names) -> Vec<Mistake> {
        let mut wrong = Vec::new();
        let mut within = names.clone();
        match &self.value {
            Some(value) => {
                wrong.extend(
                    value
                        .check(catalog, names)
                        .into_iter()
                        .map(|reason| (self.at.clone(), reason)),
                );
                let shape = value.shape(catalog, names);
                self.origin = match (&shape, value.constant()) {
                    (Shape::Column { table, column }, _) => Origin::Column {
                        table: *table,
                        column: *column,
                    },
                    (_, Some(constant)) => Origin::Constant(constant),
                    _ => Origin::Computed,
                };
                if self.list {
                    let item = match shape {
                        Shape::List(item) => *item,
                        Shape::Record { .. } | Shape::Column { .. } | Shape::Scalar => {
                            wrong.push((self.at.clone(), format!("{} is not a list", value.text)));
                            Shape::Any
                        }
                        Shape::Keys(_) | Shape::Any => Shape::Any,
                    };
                    within.push((variable(&self.name), item));
                } else if !self.children.is_empty() {
                    wrong.push((
                        self.at.clone(),
                        format!("`{}` has both a value and fields", self.name),
                    ));
                }
            }
            None if self.list => {
                wrong.push((
                    self.at.clone(),
                    format!(
                        "`{}[]` needs a list: \"…/{}[]\" = \"record.…\"",
                        self.name, self.name
                    ),
                ));
                within.push((variable(&self.name), Shape::Any));
            }
            None => {}
        }
        for child in &mut self.children {
            wrong.extend(child.check(catalog, &within));
        }
        wrong
    }

    /// Where the first value is written that is not always the same; [`Node::check`] has found out.
    pub fn first_computed(&self) -> Option<Range<usize>> {
        let constant = matches!(self.origin, Origin::Constant(_));
        let own = (self.value.is_some() && !constant).then(|| self.at.clone());
        own.or_else(|| self.children.iter().find_map(Node::first_computed))
    }

    /// Fills the tree below the root.
    ///
    /// # Errors
    /// The target and what could not be computed for it.
    pub fn fill(&self, scope: &Scope<'_, '_>) -> Result<Vec<Filled>, String> {
        let mut filled = Vec::new();
        for child in &self.children {
            child
                .fill_one(scope, &mut filled)
                .map_err(|reason| format!("{}: {reason}", child.name))?;
        }
        Ok(filled)
    }

    fn fill_one(&self, scope: &Scope<'_, '_>, filled: &mut Vec<Filled>) -> Result<(), String> {
        let put = |content| Filled {
            name: self.name.clone(),
            attribute: self.attribute,
            content,
        };
        let Some(value) = &self.value else {
            let children = self.fill(scope)?;
            // An element of which nothing is known is left out.
            if children.iter().any(|child| child.content != Content::Null) {
                filled.push(put(Content::Children(children)));
            } else {
                filled.push(put(Content::Null));
            }
            return Ok(());
        };
        match value.evaluate(scope)? {
            Json::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    if self.children.is_empty() {
                        filled.push(put(scalar(item.clone())?));
                    } else {
                        let inner = scope.with(&variable(&self.name), item);
                        let children = self
                            .fill(&inner)
                            .map_err(|reason| format!("[{}] {reason}", position + 1))?;
                        filled.push(put(Content::Children(children)));
                    }
                }
                Ok(())
            }
            Json::Null => {
                filled.push(put(Content::Null));
                Ok(())
            }
            other if self.list => Err(format!("{} is not a list", other)),
            other => {
                filled.push(put(scalar(other)?));
                Ok(())
            }
        }
    }
}

fn scalar(value: Json) -> Result<Content, String> {
    match value {
        Json::Null => Ok(Content::Null),
        Json::Array(_) | Json::Object(_) => {
            Err("a single value is wanted, not a record or list".to_owned())
        }
        value => Ok(Content::Value(value)),
    }
}

/// The name that an item has below its list.
pub(super) fn variable(name: &str) -> String {
    let mut variable: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if variable.starts_with(|c: char| c.is_ascii_digit()) {
        variable.insert(0, '_');
    }
    variable
}

/// The filled tree as JSON: what a webhook sends. Attributes are fields that begin with `@`; what repeats is a list where the map
/// says so, or where there are several.
pub fn to_json(root: &Node, filled: &[Filled]) -> Json {
    let mut fields = serde_json::Map::new();
    for node in &root.children {
        let values: Vec<Json> = filled
            .iter()
            .filter(|one| one.name == node.name && one.attribute == node.attribute)
            .map(|one| match &one.content {
                Content::Null => Json::Null,
                Content::Value(value) => value.clone(),
                Content::Children(children) => to_json(node, children),
            })
            .collect();
        let name = if node.attribute {
            format!("@{}", node.name)
        } else {
            node.name.clone()
        };
        let value = if node.list || values.len() > 1 {
            Json::Array(
                values
                    .into_iter()
                    .filter(|value| !value.is_null())
                    .collect(),
            )
        } else {
            values.into_iter().next().unwrap_or(Json::Array(Vec::new()))
        };
        fields.insert(name, value);
    }
    Json::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(pairs: &[(&str, &str)]) -> Vec<Entry> {
        pairs
            .iter()
            .enumerate()
            .map(|(at, (target, expression))| Entry {
                target: (*target).to_owned(),
                expression: (*expression).to_owned(),
                target_at: at..at,
                at: at..at,
            })
            .collect()
    }

    #[test]
    fn a_map_follows_its_target() {
        let map = Node::build(&entries(&[
            ("order/@currency", "record.currency"),
            ("order/number", "record.number"),
            ("order/customer/name", "record.none"),
            ("order/line[]", "record.lines"),
            ("order/line[]/sku", "line.sku"),
            ("order/line[]/order", "record.number"),
            ("order/tag", "record.tags"),
        ]))
        .expect("a map");
        let record = serde_json::json!({
            "currency": "EUR", "number": "S-1", "none": null, "lines": [{"sku": "A"}, {"sku": "B"}], "tags": ["x", "y"]
        });
        let filled = map
            .fill(&Scope::new(&[("record", &record)]))
            .expect("fills");
        assert_eq!(
            to_json(&map, &filled).to_string(),
            r#"{"order":{"@currency":"EUR","number":"S-1","customer":null,"line":[{"sku":"A","order":"S-1"},{"sku":"B","order":"S-1"}],"tag":["x","y"]}}"#
        );
        let empty = serde_json::json!({"currency": null, "number": 7, "none": null, "lines": [], "tags": []});
        let filled = map.fill(&Scope::new(&[("record", &empty)])).expect("fills");
        assert_eq!(
            to_json(&map, &filled).to_string(),
            r#"{"order":{"@currency":null,"number":7,"customer":null,"line":[],"tag":[]}}"#
        );
    }

    #[test]
    fn every_mistake_is_found() {
        let wrong = Node::build(&entries(&[
            ("a//b", "1"),
            ("a/@b/c", "1"),
            ("c", "1 +"),
            ("d", "1"),
            ("d", "2"),
            ("e[]", "[1]"),
            ("e", "1"),
        ]))
        .expect_err("wrong");
        let at: Vec<usize> = wrong.iter().map(|(at, _)| at.start).collect();
        assert_eq!(at, [0, 1, 2, 4, 6]);
    }
}
