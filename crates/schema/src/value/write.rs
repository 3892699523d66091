//! Writes a tree as XML: prefixes declared once on the outermost element, `xsi:type` and `xsi:nil` where they are due.

use std::collections::BTreeMap;

use soapstone::name::QName;
use soapstone::xml::{self, Writer};

use super::{Attribute, Content, Element, Node, Root, Text, Values, WriteError, arrange};
use crate::model::{Builtin, ElementId, Type, TypeId, XSI};
use crate::simple;

/// Deeper trees are refused; readers refuse them too.
const DEPTH: usize = 1000;

/// For the check of what was written: nothing of ours is too large.
pub(super) const LIMITS: xml::Options = xml::Options {
    limits: xml::Limits {
        bytes: usize::MAX,
        depth: DEPTH + 1,
        attributes: usize::MAX,
        name: usize::MAX,
        text: usize::MAX,
        elements: usize::MAX,
    },
    doctype: xml::Doctype::Refuse,
    instructions: xml::Instructions::Refuse,
};

pub(super) fn write(values: &Values, value: &Element, root: &Root) -> Result<String, WriteError> {
    let mut prefixes = Prefixes::default();
    collect(values, value, &mut prefixes, DEPTH)?;
    let (name, declared) = match root {
        Root::Element(head) => {
            // The value may be a member of the substitution group.
            let element = value
                .element
                .or_else(|| values.model().globals.elements.get(&value.name).copied());
            let element = element.unwrap_or(*head);
            let known = values.model().elements.get(element.index());
            let name = known.map_or(&value.name, |known| &known.name);
            (name, known.map(|known| known.type_))
        }
        Root::Type { name, type_ } => (name, Some(*type_)),
    };
    prefixes.add(&name.namespace);
    let mut out = Output {
        values,
        prefixes,
        writer: Writer::new(),
    };
    out.element(value, name, declared, true);
    Ok(out.writer.finish())
}

/// Prefixes by namespace, in the order of the namespaces so that the same value has the same text.
#[derive(Default)]
struct Prefixes {
    numbers: BTreeMap<String, usize>,
    /// Some element may need `xsi:type` or `xsi:nil`.
    instance: bool,
}

impl Prefixes {
    fn add(&mut self, namespace: &str) {
        if !namespace.is_empty()
            && namespace != xml::XML_NAMESPACE
            && !self.numbers.contains_key(namespace)
        {
            self.numbers
                .insert(namespace.to_owned(), self.numbers.len() + 1);
        }
    }

    /// Appends the name as it is written.
    fn qualify(&self, name: &QName, out: &mut String) {
        if &*name.namespace == xml::XML_NAMESPACE {
            out.push_str("xml:");
        } else if let Some(number) = self.numbers.get(&*name.namespace) {
            out.push('n');
            out.push_str(&number.to_string());
            out.push(':');
        }
        out.push_str(&name.local);
    }
}

/// Finds every namespace that the value names.
fn collect(
    values: &Values,
    value: &Element,
    prefixes: &mut Prefixes,
    depth: usize,
) -> Result<(), WriteError> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(WriteError::Depth { limit: DEPTH });
    };
    prefixes.add(&value.name.namespace);
    let declared = value
        .element
        .and_then(|id| values.model().elements.get(id.index()))
        .map(|element| element.type_);
    let retyped = value.retyped || value.type_ != declared;
    prefixes.instance |= retyped || value.content == Content::Nil;
    if retyped && let Some(name) = value.type_.and_then(|type_| type_name(values, type_)) {
        prefixes.add(&name.namespace);
    }
    for attribute in &value.attributes {
        prefixes.add(&attribute.name.namespace);
        collect_names(attribute.text.value.as_ref(), prefixes);
    }
    match &value.content {
        Content::Nil => {}
        Content::Simple(text) => collect_names(text.value.as_ref(), prefixes),
        Content::Nodes(_) => value
            .children()
            .try_for_each(|child| collect(values, child, prefixes, depth))?,
    }
    Ok(())
}

fn collect_names(value: Option<&simple::Value>, prefixes: &mut Prefixes) {
    match value {
        Some(simple::Value::QName(name) | simple::Value::Notation(name)) => {
            prefixes.add(&name.namespace)
        }
        Some(simple::Value::List(items)) => items
            .iter()
            .for_each(|item| collect_names(Some(item), prefixes)),
        _ => {}
    }
}

fn type_name(values: &Values, type_: TypeId) -> Option<&QName> {
    match values.model().types.get(type_.index())? {
        Type::Simple(simple) => simple.name.as_ref(),
        Type::Complex(complex) => complex.name.as_ref(),
    }
}

struct Output<'v> {
    values: &'v Values,
    prefixes: Prefixes,
    writer: Writer,
}

impl Output<'_> {
    fn element(
        &mut self,
        value: &Element,
        name: &QName,
        declared: Option<TypeId>,
        outermost: bool,
    ) {
        let mut tag = String::new();
        self.prefixes.qualify(name, &mut tag);
        self.writer.start(&tag);
        if outermost {
            self.declare();
        }
        let type_ = value.type_.or(declared);
        let needed = value.retyped || (declared.is_some() && type_ != declared);
        if needed && let Some(name) = type_.and_then(|type_| type_name(self.values, type_)) {
            let mut text = String::new();
            self.prefixes.qualify(name, &mut text);
            self.writer.attribute("xsi:type", &text);
        }
        if value.content == Content::Nil {
            self.writer.attribute("xsi:nil", "true");
        }
        for attribute in value
            .attributes
            .iter()
            .filter(|attribute| !attribute.defaulted)
        {
            self.attribute(attribute);
        }
        match &value.content {
            Content::Nil => {}
            Content::Simple(text) => {
                let text = self.lexical(text);
                if !text.is_empty() {
                    self.writer.text(&text);
                }
            }
            Content::Nodes(nodes) => self.nodes(nodes, type_),
        }
        self.writer.end();
    }

    fn declare(&mut self) {
        if self.prefixes.instance {
            self.writer.attribute("xmlns:xsi", XSI);
        }
        for (namespace, number) in &self.prefixes.numbers {
            self.writer
                .attribute(&["xmlns:n", &number.to_string()].concat(), namespace);
        }
    }

    fn attribute(&mut self, attribute: &Attribute) {
        let mut name = String::new();
        self.prefixes.qualify(&attribute.name, &mut name);
        let text = self.lexical(&attribute.text);
        self.writer.attribute(&name, &text);
    }

    /// The text of a value: names with our prefixes, all else as it was.
    fn lexical(&self, text: &Text) -> String {
        let mut out = String::new();
        match &text.value {
            Some(simple::Value::QName(name) | simple::Value::Notation(name)) => {
                self.prefixes.qualify(name, &mut out);
                // `soapenc:arrayType` is a name with the size behind it.
                if text.lexical.starts_with('[') {
                    out.push_str(&text.lexical);
                }
            }
            Some(simple::Value::List(items))
                if items
                    .iter()
                    .any(|item| matches!(item, simple::Value::QName(_))) =>
            {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(' ');
                    }
                    match item {
                        simple::Value::QName(name) => self.prefixes.qualify(name, &mut out),
                        item => item.write(&mut out),
                    }
                }
            }
            _ => out.push_str(&text.lexical),
        }
        out
    }

    fn nodes(&mut self, nodes: &[Node], type_: Option<TypeId>) {
        let values = self.values;
        let shape = type_
            .filter(|type_| *type_ != Builtin::AnyType.id())
            .and_then(|type_| values.shape(type_));
        let children: Option<Vec<&Element>> = nodes
            .iter()
            .map(|node| match node {
                Node::Element(element) => Some(element),
                Node::Text(_) => None,
            })
            .collect();
        if let (Some(shape), Some(children)) = (shape, children) {
            let names: Vec<&QName> = children.iter().map(|child| &child.name).collect();
            for index in arrange::order(values, shape, &names) {
                if let Some(child) = children.get(index) {
                    self.child(child, shape.field(&child.name).map(|field| field.element));
                }
            }
            return;
        }
        for node in nodes {
            match node {
                Node::Text(text) => self.writer.text(text),
                Node::Element(child) => {
                    let field = shape.and_then(|shape| shape.field(&child.name));
                    self.child(child, field.map(|field| field.element));
                }
            }
        }
    }

    fn child(&mut self, child: &Element, known: Option<ElementId>) {
        let element = known.or(child.element).or_else(|| {
            self.values
                .model()
                .globals
                .elements
                .get(&child.name)
                .copied()
        });
        let type_ = element
            .and_then(|id| self.values.model().elements.get(id.index()))
            .map(|element| element.type_);
        self.element(child, &child.name, type_, false);
    }
}
