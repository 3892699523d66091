//! Values as an encoded message: the types told, the arrays sized.

use soapstone::name::QName;

use super::Encoding;
use crate::model::{Builtin, Type, TypeId};
use crate::simple;
use crate::value::{Attribute, Content, Element, Node, Root, Text, Values, WriteError};

/// Deeper values are written as they are; writing refuses them.
const DEPTH: usize = 1000;

pub(super) fn part(values: &Values, value: &Element, root: &Root) -> Result<String, WriteError> {
    let declared = match root {
        Root::Type { type_, .. } => *type_,
        Root::Element(id) => {
            let element = values.model().elements.get(id.index());
            element.map_or(Builtin::AnyType.id(), |element| element.type_)
        }
    };
    let mut told = value.clone();
    tell(values, &mut told, declared, DEPTH);
    values.write_as(&told, root)
}

/// Makes a value and all in it tell their types (SOAP 1.1, 5.1), and an array its item type and size (5.4.2).
fn tell(values: &Values, value: &mut Element, declared: TypeId, depth: usize) {
    let type_ = *value.type_.get_or_insert(declared);
    value.retyped = type_ != Builtin::AnyType.id() && name_of(values, type_).is_some();
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let item = values.array_item(type_);
    let shape = values.shape(type_).cloned();
    let Content::Nodes(nodes) = &mut value.content else {
        return;
    };
    let mut size = 0;
    for node in nodes.iter_mut() {
        let Node::Element(child) = node else { continue };
        size += 1;
        let field = shape.as_ref().and_then(|shape| shape.field(&child.name));
        let declared = item.or_else(|| {
            let declared = values.model().elements.get(field?.element.index());
            declared.map(|declared| declared.type_)
        });
        if let Some(declared) = declared.or(child.type_) {
            tell(values, child, declared, depth);
        }
    }
    if let Some(item) = item {
        value.attributes = array(values, type_, item, size);
    }
}

/// `soapenc:arrayType="xsd:string[2]"`, or `enc:itemType="xsd:string" enc:arraySize="2"`.
fn array(values: &Values, type_: TypeId, item: TypeId, size: usize) -> Vec<Attribute> {
    let any = QName::new(crate::model::XSD, "anyType");
    let item = name_of(values, item).cloned().unwrap_or(any);
    let encoding = values.array_encoding(type_).unwrap_or(Encoding::V11);
    let attribute = |local: &str, lexical: String, value| Attribute {
        name: QName::new(encoding.namespace(), local),
        text: Text { lexical, value },
        defaulted: false,
    };
    let name = Some(simple::Value::QName(item));
    match encoding {
        Encoding::V11 => vec![attribute("arrayType", format!("[{size}]"), name)],
        Encoding::V12 => vec![
            attribute("itemType", String::new(), name),
            attribute("arraySize", size.to_string(), None),
        ],
    }
}

fn name_of(values: &Values, type_: TypeId) -> Option<&QName> {
    match values.model().types.get(type_.index())? {
        Type::Simple(simple) => simple.name.as_ref(),
        Type::Complex(complex) => complex.name.as_ref(),
    }
}
