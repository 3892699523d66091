//! Structs: a line for each attribute and element, and direction.

use std::fmt::Write;

use super::{Scope, doc, literal, wildcard};
use crate::item::{
    AttributeField, AttributeKey, Body, Constraint, Field, First, Item, Kind, Occurs, Particle,
    Rust, Struct, TagId, Wildcard,
};
use crate::occurs::{of_turns, range};

impl Scope<'_> {
    pub(super) fn structure(&self, out: &mut String, item: &Item, struct_: &Struct) {
        self.item_head(out, item);
        let _ = writeln!(out, "pub struct {} {{", item.name);
        for attribute in &struct_.attributes {
            doc(out, 4, &attribute.documentation);
            self.field_attributes(out, item, &attribute.name);
            let rust = self.attribute_type(attribute);
            let _ = writeln!(out, "    pub {}: {rust},", attribute.name);
        }
        if let Some((name, _)) = &struct_.any_attribute {
            let _ = writeln!(out, "    pub {name}: Vec<codec::AnyAttribute>,");
        }
        for field in struct_.body.fields() {
            doc(out, 4, &field.documentation);
            self.field_attributes(out, item, &field.name);
            let _ = writeln!(out, "    pub {}: {},", field.name, self.field_type(field));
        }
        if let Body::Mixed(name, content) = &struct_.body {
            let _ = writeln!(
                out,
                "    pub {name}: Vec<{}>,",
                self.rust(&crate::item::Rust::Item(*content))
            );
        }
        out.push_str("}\n\n");
        match &struct_.first {
            Some(first) => self.group_impl(out, item, struct_, first),
            None => self.type_impl(out, item, struct_),
        }
    }

    fn field_attributes(&self, out: &mut String, item: &Item, field: &str) {
        let module = self.package.modules.get(item.module);
        let module = module.map_or("", |module| module.name.as_str());
        for attribute in self.options.field_attributes(module, &item.name, field) {
            let _ = writeln!(out, "    {attribute}");
        }
    }

    pub(super) fn field_type(&self, field: &Field) -> String {
        let rust = self.rust(&field.rust);
        match field.occurs {
            Occurs::One => rust,
            Occurs::Option => format!("Option<{rust}>"),
            Occurs::Many(..) => format!("Vec<{rust}>"),
        }
    }

    fn type_impl(&self, out: &mut String, item: &Item, struct_: &Struct) {
        let has_attributes = !struct_.attributes.is_empty() || struct_.any_attribute.is_some();
        let _ = writeln!(out, "impl codec::Type for {} {{", item.name);
        self.type_name(out, item);
        if has_attributes {
            out.push_str("    const ATTRIBUTES: bool = true;\n");
        }
        out.push_str("    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {\n");
        self.read_body(out, struct_, "Ok(Self {", "})");
        out.push_str("    }\n");
        if has_attributes && struct_.nil {
            self.nil(out, struct_);
        }
        if has_attributes {
            out.push_str("    fn attributes(&self, w: &mut codec::Writer) {\n");
            for attribute in &struct_.attributes {
                let method = if attribute.required || attribute.value.is_some() {
                    "attribute"
                } else {
                    "optional_attribute"
                };
                let _ = writeln!(
                    out,
                    "        w.{method}({}, &self.{});",
                    self.key(attribute),
                    attribute.name
                );
            }
            if let Some((name, _)) = &struct_.any_attribute {
                let _ = writeln!(out, "        w.any_attributes(&self.{name});");
            }
            out.push_str("    }\n");
        }
        out.push_str("    fn content(&self, w: &mut codec::Writer) {\n");
        self.write_body(out, struct_);
        out.push_str("    }\n}\n");
    }

    /// The check of the attributes where there is no value for them to stand in.
    fn nil(&self, out: &mut String, struct_: &Struct) {
        out.push_str("    fn nil(r: &mut codec::Reader<'_>) -> codec::Result<()> {\n");
        for attribute in &struct_.attributes {
            let _ = writeln!(
                out,
                "        let _: {} = {};",
                self.attribute_type(attribute),
                self.read_attribute(attribute)
            );
        }
        if let Some((_, any)) = &struct_.any_attribute {
            let _ = writeln!(out, "        r.any_attributes({})?;", wildcard(any));
        }
        out.push_str("        Ok(())\n    }\n");
    }

    fn attribute_type(&self, attribute: &AttributeField) -> String {
        let rust = self.rust(&attribute.rust);
        if attribute.required || attribute.value.is_some() {
            rust
        } else {
            format!("Option<{rust}>")
        }
    }

    pub(super) fn type_name(&self, out: &mut String, item: &Item) {
        if let Some(tag) = item.tag {
            let _ = writeln!(
                out,
                "    const NAME: Option<&'static codec::Tag> = Some({});",
                self.tag(tag)
            );
        }
    }

    fn group_impl(&self, out: &mut String, item: &Item, struct_: &Struct, first: &[First]) {
        let _ = writeln!(out, "impl codec::Group for {} {{", item.name);
        out.push_str("    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {\n");
        let tags: Vec<String> = first
            .iter()
            .filter_map(|f| {
                if let First::Tag(tag) = f {
                    Some(self.tag(*tag))
                } else {
                    None
                }
            })
            .collect();
        let mut tests: Vec<String> = Vec::new();
        if !tags.is_empty() {
            tests.push(format!("r.at(&[{}])?", tags.join(", ")));
        }
        for any in first {
            if let First::Any(any) = any {
                tests.push(format!("r.at_any({})?", wildcard(any)));
            }
        }
        if tests.is_empty() {
            tests.push("false".to_owned());
        }
        let _ = writeln!(
            out,
            "        if !({}) {{\n            return Ok(None);\n        }}",
            tests.join(" || ")
        );
        self.read_body(out, struct_, "Ok(Some(Self {", "}))");
        out.push_str("    }\n    fn write(&self, w: &mut codec::Writer) {\n");
        self.write_body(out, struct_);
        out.push_str("    }\n}\n");
    }

    fn read_body(&self, out: &mut String, struct_: &Struct, open: &str, close: &str) {
        if let Body::All(fields, together) = &struct_.body {
            self.read_all(out, struct_, (fields, together), open, close);
            return;
        }
        let _ = writeln!(out, "        {open}");
        for attribute in &struct_.attributes {
            let _ = writeln!(
                out,
                "            {}: {},",
                attribute.name,
                self.read_attribute(attribute)
            );
        }
        if let Some((name, any)) = &struct_.any_attribute {
            let _ = writeln!(
                out,
                "            {name}: r.any_attributes({})?,",
                wildcard(any)
            );
        }
        let fields = struct_.body.fields();
        for (index, field) in fields.iter().enumerate() {
            let behind = fields.get(index + 1..).unwrap_or_default();
            let mut others = fields.iter().filter(|other| other.name != field.name);
            // The next turn may begin with the same element.
            let shares = struct_.first.is_some()
                && field.turns.is_none()
                && others.all(|other| other.occurs.is_optional());
            let read = self.read_field(field, shares, &self.stops(struct_, field, behind));
            let _ = match field.turns {
                None => writeln!(out, "            {}: {read},", field.name),
                Some(of) => {
                    let of = of_turns(of);
                    let read = read.trim_end_matches('?');
                    let name = &field.name;
                    writeln!(
                        out,
                        "            {name}: {read}.and_then(|x| r.in_turns(x, {of}))?,"
                    )
                }
            };
        }
        if let Body::Mixed(name, _) = &struct_.body {
            let _ = writeln!(out, "            {name}: r.mixed()?,");
        }
        let _ = writeln!(out, "        {close}");
    }

    pub(super) fn read_attribute(&self, attribute: &AttributeField) -> String {
        let key = self.key(attribute);
        match (&attribute.value, attribute.required) {
            (None, true) => format!("r.attribute({key})?"),
            (None, false) => format!("r.optional_attribute({key})?"),
            (
                Some(Constraint {
                    fixed: false,
                    lexical,
                }),
                _,
            ) => format!("r.attribute_or({key}, {})?", literal(lexical)),
            (Some(Constraint { lexical, .. }), true) => {
                format!("r.required_fixed_attribute({key}, {})?", literal(lexical))
            }
            (Some(Constraint { lexical, .. }), false) => {
                format!("r.fixed_attribute({key}, {})?", literal(lexical))
            }
        }
    }

    fn key(&self, attribute: &AttributeField) -> String {
        match &attribute.key {
            AttributeKey::Plain(name) => literal(name),
            AttributeKey::Qualified(tag) => self.tag(*tag),
        }
    }

    fn read_field(&self, field: &Field, shares: bool, stops: &[TagId]) -> String {
        match (&field.particle, field.occurs) {
            (Particle::Value, _) => "r.value()?".to_owned(),
            (Particle::Element(tag, value), occurs) => {
                let (tag, constraint) = (self.tag(*tag), constrained(value));
                match occurs {
                    Occurs::One => format!("r{constraint}.one({tag})?"),
                    Occurs::Option => format!("r{constraint}.option({tag})?"),
                    Occurs::Many(0, None) => format!("r{constraint}.many({tag})?"),
                    Occurs::Many(min, max) => {
                        let turn = if shares { occurs.in_turn() } else { "" };
                        format!("r{constraint}.times{turn}({tag}, {})?", range(min, max))
                    }
                }
            }
            (Particle::Group, Occurs::One) => "r.group()?".to_owned(),
            (Particle::Group, Occurs::Option) => "r.optional_group()?".to_owned(),
            (Particle::Group, Occurs::Many(min, max)) => format!("r.groups({})?", range(min, max)),
            (Particle::Any(any), occurs) => {
                let stops: Vec<String> = stops.iter().map(|tag| self.tag(*tag)).collect();
                let reader = match stops.as_slice() {
                    [] => "r".to_owned(),
                    tags => format!("r.before(&[{}])", tags.join(", ")),
                };
                let any = wildcard(any);
                match occurs {
                    Occurs::One => format!("{reader}.any({any})?"),
                    Occurs::Option => format!("{reader}.optional_any({any})?"),
                    Occurs::Many(min, max) => {
                        format!("{reader}.anys({any}, {})?", range(min, max))
                    }
                }
            }
        }
    }

    /// The elements behind a wildcard that it admits as well, up to the first that must be there; behind the last of a group that
    /// repeats the next turn begins.
    fn stops(&self, struct_: &Struct, field: &Field, behind: &[Field]) -> Vec<TagId> {
        let Particle::Any(any) = &field.particle else {
            return Vec::new();
        };
        let mut tags = Vec::new();
        // What must be there is taken before anything behind it.
        if field.occurs == Occurs::One {
            return tags;
        }
        for field in behind {
            if let Particle::Element(tag, _) = field.particle
                && self.admits(any, tag)
            {
                tags.push(tag);
            }
            if field.occurs == Occurs::One {
                return tags;
            }
        }
        if self.repeats(struct_) {
            for first in struct_.first.iter().flatten() {
                if let First::Tag(tag) = first
                    && self.admits(any, *tag)
                {
                    tags.push(*tag);
                }
            }
        }
        tags
    }

    /// Tells whether a group repeats wherever it stands.
    fn repeats(&self, struct_: &Struct) -> bool {
        let is_it = |rust: &Rust| {
            let Rust::Item(id) = rust else {
                return false;
            };
            let item = self.package.items.get(id.0);
            matches!(item.map(|item| &item.kind), Some(Kind::Struct(one)) if std::ptr::eq(one, struct_))
        };
        let mut places = self.package.items.iter().flat_map(|item| match &item.kind {
            Kind::Struct(one) => one
                .body
                .fields()
                .iter()
                .map(|f| (&f.rust, f.occurs))
                .collect(),
            Kind::Choice(one) => one.arms.iter().map(|a| (&a.rust, a.occurs)).collect(),
            _ => Vec::new(),
        });
        struct_.first.is_some()
            && places.all(|(rust, occurs)| !is_it(rust) || matches!(occurs, Occurs::Many(..)))
    }

    fn admits(&self, any: &Wildcard, tag: TagId) -> bool {
        let package = self.package;
        let namespace = package
            .tags
            .get(tag.0)
            .and_then(|tag| package.namespaces.get(tag.namespace))
            .map_or("", |namespace| namespace.uri.as_str());
        any.admits(namespace)
    }

    fn write_body(&self, out: &mut String, struct_: &Struct) {
        for field in struct_.body.fields() {
            let name = &field.name;
            let _ = match (&field.particle, field.occurs) {
                (Particle::Value, _) => writeln!(out, "        w.value(&self.{name});"),
                (Particle::Element(tag, _), occurs) => {
                    let method = match occurs {
                        Occurs::One => "one",
                        Occurs::Option => "option",
                        Occurs::Many(..) => "many",
                    };
                    writeln!(out, "        w.{method}({}, &self.{name});", self.tag(*tag))
                }
                (Particle::Group, Occurs::One) => writeln!(out, "        w.group(&self.{name});"),
                (Particle::Group, Occurs::Option) => {
                    writeln!(out, "        w.optional_group(&self.{name});")
                }
                (Particle::Group, Occurs::Many(..)) => {
                    writeln!(out, "        w.groups(&self.{name});")
                }
                (Particle::Any(_), Occurs::One) => writeln!(out, "        w.any(&self.{name});"),
                (Particle::Any(_), Occurs::Option) => {
                    writeln!(out, "        w.optional_any(&self.{name});")
                }
                (Particle::Any(_), Occurs::Many(..)) => {
                    writeln!(out, "        w.anys(&self.{name});")
                }
            };
        }
        if let Body::Mixed(name, _) = &struct_.body {
            let _ = writeln!(out, "        w.mixed(&self.{name});");
        }
    }
}

/// The call that tells the reader an element's default or fixed value.
pub(super) fn constrained(value: &Option<Constraint>) -> String {
    match value {
        None => String::new(),
        Some(Constraint {
            fixed: true,
            lexical,
        }) => format!(".fixed({})", literal(lexical)),
        Some(Constraint { lexical, .. }) => format!(".or({})", literal(lexical)),
    }
}
