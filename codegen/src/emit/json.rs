//! The shapes by which values become JSON: a table for each type, whose logic is the runtime's.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::LazyLock;

use super::{Scope, literal};
use crate::item::{
    Arm, AttributeField, AttributeKey, Body, Choice, Family, Field, Item, ItemId, Kind, Model,
    Occurs, Particle, Rust, Struct, TagId,
};

/// How deep groups nest in each other.
const DEPTH: usize = 64;

impl Scope<'_> {
    /// The shape of an item.
    pub(super) fn json(&self, out: &mut String, item: &Item) {
        match &item.kind {
            Kind::Pending | Kind::Alias(_) => {}
            Kind::Newtype(newtype) => {
                let _ = writeln!(
                    out,
                    "\nsoapstone::json_newtype!({}, {});",
                    item.name,
                    self.rust(&newtype.rust)
                );
            }
            Kind::Union(union_) => {
                let members: Vec<String> = union_
                    .members
                    .iter()
                    .map(|member| self.rust(&member.rust))
                    .collect();
                let _ = writeln!(
                    out,
                    "\nsoapstone::json_union!({}, super::NAMESPACES, [{}]);",
                    item.name,
                    members.join(", ")
                );
            }
            Kind::Enumeration(_) => {
                let _ = writeln!(out, "\nsoapstone::json_enumeration!({});", item.name);
            }
            Kind::Array(array) if array.rank == 1 => {
                let content = format!(
                    "soapstone::json::Content::List({})",
                    self.shape(&array.item)
                );
                self.json_type(out, item, &[], &content);
            }
            Kind::Array(_) => self.json_type(out, item, &[], "soapstone::json::Content::Raw"),
            Kind::Family(family) => self.json_family(out, item, family),
            Kind::Choice(choice) => self.json_choice(out, item, choice),
            Kind::Struct(struct_) => self.json_struct(out, item, struct_),
        }
    }

    fn json_type(&self, out: &mut String, item: &Item, attributes: &[String], content: &str) {
        let _ = writeln!(
            out,
            "\nsoapstone::json_type!({}, super::NAMESPACES, [{}], {content});",
            item.name,
            attributes.join(", ")
        );
    }

    fn json_family(&self, out: &mut String, item: &Item, family: &Family) {
        let members: Vec<String> = family
            .members
            .iter()
            .map(|member| format!("({}, {})", self.tag(member.tag), self.shape(&member.rust)))
            .collect();
        let content = format!(
            "soapstone::json::Content::Types(&[{}], {})",
            members.join(", "),
            !family.abstract_
        );
        self.json_type(out, item, &[], &content);
    }

    fn json_choice(&self, out: &mut String, item: &Item, choice: &Choice) {
        // The type around mixed content has its elements.
        if choice.mixed {
            return;
        }
        let untold = self.untold(item);
        self.json_group(out, item, (&arms(choice), untold));
        if choice.type_ {
            let content = format!(
                "soapstone::json::Content::Elements(&[{}])",
                group(&item.name, false, false)
            );
            self.json_type(out, item, &[], &content);
        }
    }

    /// The elements of mixed content.
    fn json_mixed(&self, content: &Rust) -> String {
        let Some(item) = item_of(content).and_then(|id| self.package.items.get(id.0)) else {
            return String::new();
        };
        let fields = match &item.kind {
            Kind::Alias(same) => return self.json_mixed(same),
            Kind::Choice(choice) => arms(choice),
            _ => Vec::new(),
        };
        self.entries(&fields, &HashSet::new(), 0).join(", ")
    }

    fn json_group(
        &self,
        out: &mut String,
        item: &Item,
        (fields, untold): (&[Field], &HashSet<TagId>),
    ) {
        let _ = writeln!(
            out,
            "\nsoapstone::json_group!({}, [{}]);",
            item.name,
            self.entries(fields, untold, 0).join(", ")
        );
    }

    fn json_struct(&self, out: &mut String, item: &Item, struct_: &Struct) {
        let fields = struct_.body.fields();
        if struct_.first.is_some() {
            return self.json_group(out, item, (fields, &HashSet::new()));
        }
        let content = match &struct_.body {
            Body::Value(field) => format!(
                "soapstone::json::Content::Value({})",
                self.shape(&field.rust)
            ),
            Body::Mixed(_, content) => match self.json_mixed(&Rust::Item(*content)) {
                // What a restriction leaves out of every element is a text.
                arms if arms.is_empty() => {
                    "soapstone::json::Content::Value(<String as soapstone::json::Json>::shape)"
                        .to_owned()
                }
                arms => format!("soapstone::json::Content::Mixed(&[{arms}])"),
            },
            _ => format!(
                "soapstone::json::Content::Elements(&[{}])",
                self.entries(fields, self.untold(item), 0).join(", ")
            ),
        };
        let attributes: Vec<String> = struct_
            .attributes
            .iter()
            .map(|attribute| self.json_attribute(attribute, &struct_.attributes))
            .collect();
        self.json_type(out, item, &attributes, &content);
    }

    fn json_attribute(&self, attribute: &AttributeField, all: &[AttributeField]) -> String {
        let name = |attribute: &AttributeField| match &attribute.key {
            AttributeKey::Plain(name) => (String::new(), name.clone(), None),
            AttributeKey::Qualified(tag) => {
                let (uri, local) = self.expanded(*tag);
                (uri, local, Some(*tag))
            }
        };
        let (uri, local, tag) = name(attribute);
        let shared = all.iter().filter(|other| name(other).1 == local).count() > 1;
        let key = if shared && !uri.is_empty() {
            format!("{{{uri}}}{local}")
        } else {
            local
        };
        let tag = tag.map_or("None".to_owned(), |tag| format!("Some({})", self.tag(tag)));
        format!(
            "soapstone::json::Attribute {{ key: {}, tag: {tag}, shape: {} }}",
            literal(&key),
            self.shape(&attribute.rust)
        )
    }

    /// The entries of fields; those whose local name is shared stand under their whole name, and as XML those of which nothing
    /// but the place says which type they have.
    fn entries(&self, fields: &[Field], untold: &HashSet<TagId>, depth: usize) -> Vec<String> {
        let shared = self.shared(fields);
        let mut entries = Vec::new();
        for field in fields {
            let is_same = |other: &&Field| match (&field.particle, &other.particle) {
                (Particle::Element(own, _), Particle::Element(other, _)) => own == other,
                _ => false,
            };
            // What stands in two places of a type may stand more than once.
            let repeated = matches!(field.occurs, Occurs::Many(..))
                || fields.iter().filter(is_same).count() > 1;
            entries.push(match &field.particle {
                Particle::Element(tag, _) => {
                    let (uri, local) = self.expanded(*tag);
                    let key = if shared.contains(&local) && !uri.is_empty() {
                        format!("{{{uri}}}{local}")
                    } else {
                        local
                    };
                    format!(
                        "soapstone::json::Entry::Field {{ key: {}, tag: {}, repeated: {repeated}, shape: {} }}",
                        literal(&key),
                        self.tag(*tag),
                        match untold.contains(tag) {
                            true => self.shape(&Rust::Path("codec::AnyType")),
                            false => self.shape(&field.rust),
                        }
                    )
                }
                Particle::Group => {
                    let turns = repeated && self.comes_in_turns(&field.rust);
                    match self.fields_with(&field.rust, untold, depth) {
                        // What the group itself has is for the types that tell all of it.
                        Some(fields) => format!(
                            "soapstone::json::Entry::Group {{ repeated: {repeated}, turns: {turns}, entries: || &[{}] }}",
                            self.entries(&fields, untold, depth + 1).join(", ")
                        ),
                        None => group(&self.rust(&field.rust), repeated, turns),
                    }
                }
                Particle::Any(_) => "soapstone::json::Entry::Any".to_owned(),
                Particle::Value => continue,
            });
        }
        entries
    }

    /// The elements of a type of which nothing but the place says which type they have.
    fn untold(&self, item: &Item) -> &HashSet<TagId> {
        static NONE: LazyLock<HashSet<TagId>> = LazyLock::new(HashSet::new);
        let is_it = |id: &ItemId| {
            let here = self.package.items.get(id.0);
            here.is_some_and(|here| std::ptr::eq(here, item))
        };
        let mut known = self.package.untold.iter();
        known.find(|(id, _)| is_it(id)).map_or(&NONE, |(_, of)| of)
    }

    /// The fields of a group in which one of these elements stands, at whatever depth.
    fn fields_with(&self, rust: &Rust, tags: &HashSet<TagId>, depth: usize) -> Option<Vec<Field>> {
        if tags.is_empty() || depth >= DEPTH {
            return None;
        }
        let item = item_of(rust).and_then(|id| self.package.items.get(id.0))?;
        let fields = match &item.kind {
            Kind::Struct(struct_) => struct_.body.fields().to_vec(),
            Kind::Choice(choice) => arms(choice),
            _ => return None,
        };
        let has = |field: &Field| match &field.particle {
            Particle::Element(tag, _) => tags.contains(tag),
            Particle::Group => self.fields_with(&field.rust, tags, depth + 1).is_some(),
            _ => false,
        };
        fields.iter().any(has).then_some(fields)
    }

    /// The local names that elements of several namespaces share.
    fn shared(&self, fields: &[Field]) -> Vec<String> {
        let mut names = Vec::new();
        self.names(fields, &mut names, 0);
        names.sort();
        names.dedup();
        let locals: Vec<&String> = names.iter().map(|(local, _)| local).collect();
        let mut shared: Vec<String> = locals
            .windows(2)
            .filter_map(|pair| match pair {
                [a, b] if a == b => Some((*a).clone()),
                _ => None,
            })
            .collect();
        shared.dedup();
        shared
    }

    fn names(&self, fields: &[Field], out: &mut Vec<(String, String)>, depth: usize) {
        for field in fields {
            match (&field.particle, &field.rust) {
                (Particle::Element(tag, _), _) => {
                    let (uri, local) = self.expanded(*tag);
                    out.push((local, uri));
                }
                (Particle::Group, rust) if depth < DEPTH => {
                    if let Some(id) = item_of(rust)
                        && let Some(item) = self.package.items.get(id.0)
                        && let Kind::Struct(inner) = &item.kind
                    {
                        self.names(inner.body.fields(), out, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    /// Tells whether two things or more must stand in each occurrence of a group: only then does a document never have all of one
    /// before the other, and lists by name tell whose turn it is.
    fn comes_in_turns(&self, rust: &Rust) -> bool {
        let item = item_of(rust).and_then(|id| self.package.items.get(id.0));
        let fields = match item.map(|item| &item.kind) {
            Some(Kind::Struct(struct_)) => struct_.body.fields(),
            _ => &[],
        };
        let due = fields.iter().filter(|field| field.occurs == Occurs::One);
        due.count() > 1
            && fields
                .iter()
                .all(|field| !matches!(field.occurs, Occurs::Many(..)))
    }

    fn expanded(&self, tag: TagId) -> (String, String) {
        let Some(tag) = self.package.tags.get(tag.0) else {
            return (String::new(), String::new());
        };
        let namespace = self.package.namespaces.get(tag.namespace);
        (
            namespace.map_or_else(String::new, |n| n.uri.clone()),
            tag.local.clone(),
        )
    }

    fn shape(&self, rust: &Rust) -> String {
        format!("<{} as soapstone::json::Json>::shape", self.rust(rust))
    }
}

/// The arms of a choice as fields: one of mixed content stands as often as the content model lets it.
fn arms(choice: &Choice) -> Vec<Field> {
    let field = |(index, arm): (usize, &Arm)| {
        let most = match &choice.model {
            Some(model) => most(model, index),
            None => u64::MAX,
        };
        Field {
            name: String::new(),
            documentation: String::new(),
            rust: arm.rust.clone(),
            particle: arm.particle.clone(),
            occurs: match choice.mixed && most > 1 {
                true => Occurs::Many(0, None),
                false => arm.occurs,
            },
            turns: None,
        }
    };
    choice.arms.iter().enumerate().map(field).collect()
}

/// How often an arm may stand in a content model.
fn most(model: &Model, arm: usize) -> u64 {
    let each = |parts: &[Model]| parts.iter().map(|part| most(part, arm)).collect::<Vec<_>>();
    match model {
        Model::Arm(other) | Model::Any(_, other) => u64::from(*other == arm),
        Model::Sequence(parts) | Model::All(parts) => {
            each(parts).into_iter().fold(0, u64::saturating_add)
        }
        Model::Choice(parts) => each(parts).into_iter().max().unwrap_or(0),
        Model::Repeat(once, _, times) => most(once, arm).saturating_mul(times.unwrap_or(u64::MAX)),
    }
}

fn item_of(rust: &Rust) -> Option<ItemId> {
    match rust {
        Rust::Item(id) => Some(*id),
        Rust::Boxed(inner) => item_of(inner),
        _ => None,
    }
}

fn group(name: &str, repeated: bool, turns: bool) -> String {
    let name = name
        .strip_prefix("Box<")
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap_or(name);
    format!(
        "soapstone::json::Entry::Group {{ repeated: {repeated}, turns: {turns}, entries: <{name} as soapstone::json::JsonGroup>::entries }}"
    )
}
