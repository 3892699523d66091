//! JSON as a tree, by schema.

use serde_json::{Map, Value as Json};
use soapstone::name::QName;
use soapstone::xml;

use super::text::{name_of, scalar};
use super::{JsonError, JsonProblem};
use crate::model::{Builtin, ElementId, Type, TypeId};
use crate::simple::Kind;
use crate::validate::Expect;
use crate::value::{Attribute, Content, Element, Node, Root, Shape, Values};

/// How many known names an error lists.
const LISTED: usize = 12;

impl Values {
    /// Makes a value of JSON in the form that [`crate::json`] describes. Simple values are checked; whether all that is due
    /// is there, [`Values::write`] finds out.
    ///
    /// # Errors
    /// [`JsonError`] with the path to the first mistake.
    pub fn from_json(&self, json: &Json, root: &Root) -> Result<Element, JsonError> {
        let (name, element, type_) = match root {
            Root::Element(id) => match self.model().elements.get(id.index()) {
                Some(declared) => (declared.name.clone(), Some(*id), declared.type_),
                None => (QName::new("", ""), None, Builtin::AnyType.id()),
            },
            Root::Type { name, type_ } => (name.clone(), None, *type_),
        };
        let mut path = Path {
            steps: vec![name.local.to_string()],
        };
        self.element_of(json, name, element, type_, &mut path)
    }

    fn element_of(
        &self,
        json: &Json,
        name: QName,
        element: Option<ElementId>,
        declared: TypeId,
        path: &mut Path,
    ) -> Result<Element, JsonError> {
        let mut made = Element {
            element,
            type_: Some(declared),
            ..Element::new(name)
        };
        let object = json.as_object();
        if let Some(type_) = object.and_then(|object| object.get("$type")) {
            made.type_ = Some(self.type_of(type_, path)?);
            made.retyped = true;
        }
        if json.is_null() {
            made.content = Content::Nil;
            return Ok(made);
        }
        let type_ = made.type_.unwrap_or(declared);
        if let Some(text) = object.and_then(|object| object.get("$xml")) {
            let read = self.xml_of(text, path)?;
            return Ok(Element {
                attributes: read.attributes,
                content: read.content,
                ..made
            });
        }
        let shape = self.shape(type_).map(AsRef::as_ref);
        if let Some(item) = self.array_item(type_)
            && let Some(items) = object.map_or(Some(json), |object| object.get("$items"))
        {
            made.content = Content::Nodes(self.items_of(items, item, shape, path)?);
            return Ok(made);
        }
        if let Some(object) = object {
            made.attributes = self.attributes_of(object, shape, path)?;
            if object.get("$nil") == Some(&Json::Bool(true)) {
                made.content = Content::Nil;
                return Ok(made);
            }
        }
        let simple = match shape {
            Some(shape) => shape.simple,
            None => Some(type_),
        };
        made.content = match (simple, object, shape) {
            (Some(simple), object, _) => {
                only_text(object, path)?;
                let value = object.map_or(Some(json), |object| object.get("$"));
                let empty = Json::String(String::new());
                Content::Simple(self.text_of(value.unwrap_or(&empty), simple, path)?)
            }
            (None, Some(object), Some(shape))
                if !shape.is_text() || object.contains_key("$children") =>
            {
                Content::Nodes(self.nodes_of(object, shape, path)?)
            }
            // Text alone in mixed content, or in an element of any type.
            (None, object, Some(shape)) if shape.mixed => {
                only_text(object, path)?;
                let empty = Json::String(String::new());
                let value = object.map_or(json, |object| object.get("$").unwrap_or(&empty));
                let text = scalar(value).ok_or_else(|| {
                    path.error(JsonProblem::Expected {
                        expected: "an object or a text",
                    })
                })?;
                Content::Nodes(vec![Node::Text(text)])
            }
            _ => {
                return Err(path.error(JsonProblem::Expected {
                    expected: "an object",
                }));
            }
        };
        Ok(made)
    }

    /// The items of an encoded array, under the name that the schema gives them, if it does.
    fn items_of(
        &self,
        json: &Json,
        item: TypeId,
        shape: Option<&Shape>,
        path: &mut Path,
    ) -> Result<Vec<Node>, JsonError> {
        let Json::Array(items) = json else {
            return Err(path.error(JsonProblem::Expected {
                expected: "an array",
            }));
        };
        let field = shape.and_then(|shape| shape.fields.first());
        let name = field.map_or_else(|| QName::new("", "item"), |field| field.name.clone());
        let mut nodes = Vec::new();
        for (index, json) in items.iter().enumerate() {
            path.steps.push(format!("{}[{}]", name.local, index + 1));
            nodes.push(Node::Element(self.element_of(
                json,
                name.clone(),
                None,
                item,
                path,
            )?));
            path.steps.pop();
        }
        Ok(nodes)
    }

    fn type_of(&self, json: &Json, path: &Path) -> Result<TypeId, JsonError> {
        let written = json.as_str().ok_or_else(|| {
            path.error(JsonProblem::Expected {
                expected: "the name of a type",
            })
        })?;
        let types = &self.model().globals.types;
        let name = name_of(written);
        if let Some(type_) = types.get(&name) {
            return Ok(*type_);
        }
        // A local name alone will do where one type has it.
        let mut found = types
            .iter()
            .filter(|(known, _)| *known.local == *written)
            .map(|(_, type_)| *type_);
        match (found.next(), found.next()) {
            (Some(type_), None) => Ok(type_),
            _ => Err(path.error(JsonProblem::Type(written.to_owned()))),
        }
    }

    /// XML text, assessed as far as the schema knows its elements.
    fn xml_of(&self, json: &Json, path: &Path) -> Result<Element, JsonError> {
        let text = json.as_str().ok_or_else(|| {
            path.error(JsonProblem::Expected {
                expected: "XML as text",
            })
        })?;
        self.read(
            text,
            Expect::Type(Builtin::AnyType.id()),
            &xml::Options::message(),
        )
        .map_err(|error| path.error(JsonProblem::Xml(error.to_string())))
    }

    fn attributes_of(
        &self,
        object: &Map<String, Json>,
        shape: Option<&Shape>,
        path: &mut Path,
    ) -> Result<Vec<Attribute>, JsonError> {
        let mut made = Vec::new();
        for (key, json) in object {
            let Some(written) = key.strip_prefix('@') else {
                continue;
            };
            let known = shape.map_or(&[][..], |shape| &shape.attributes);
            let found = known
                .iter()
                .find(|(name, _)| *name.local == *written || name.to_string() == *written);
            path.steps.push(key.clone());
            let attribute = match found {
                Some((name, id)) => {
                    let type_ = self
                        .model()
                        .attributes
                        .get(id.index())
                        .map_or(Builtin::AnySimpleType.id(), |one| one.type_);
                    Attribute {
                        name: name.clone(),
                        text: self.text_of(json, type_, path)?,
                        defaulted: false,
                    }
                }
                None if written.starts_with('{')
                    || shape.is_some_and(|shape| shape.any_attribute) =>
                {
                    let name = name_of(written);
                    let declared = self.model().globals.attributes.get(&name);
                    let declared = declared.and_then(|id| self.model().attributes.get(id.index()));
                    let type_ = declared.map_or(Builtin::AnySimpleType.id(), |one| one.type_);
                    Attribute {
                        text: self.text_of(json, type_, path)?,
                        name,
                        defaulted: false,
                    }
                }
                None => {
                    let names = known.iter().map(|(name, _)| ["@", &name.local].concat());
                    path.steps.pop();
                    return Err(path.unknown(key, names));
                }
            };
            path.steps.pop();
            made.push(attribute);
        }
        Ok(made)
    }

    fn nodes_of(
        &self,
        object: &Map<String, Json>,
        shape: &Shape,
        path: &mut Path,
    ) -> Result<Vec<Node>, JsonError> {
        let mut nodes = Vec::new();
        for (key, json) in object {
            match key.as_str() {
                "$type" | "$nil" => {}
                "$any" => self.any_of(json, path, &mut nodes)?,
                "$children" => {
                    let Json::Array(children) = json else {
                        return Err(path.error(JsonProblem::Expected {
                            expected: "an array in $children",
                        }));
                    };
                    for child in children {
                        match child {
                            Json::String(text) => nodes.push(Node::Text(text.clone())),
                            Json::Object(object) => {
                                nodes.extend(self.nodes_of(object, shape, path)?)
                            }
                            _ => {
                                return Err(path.error(JsonProblem::Expected {
                                    expected: "texts and objects in $children",
                                }));
                            }
                        }
                    }
                }
                attribute if attribute.starts_with('@') => {}
                _ => {
                    let Some(field) = shape.field_by_key(key) else {
                        return Err(
                            path.unknown(key, shape.fields.iter().map(|field| field.key.clone()))
                        );
                    };
                    let type_ = self
                        .model()
                        .elements
                        .get(field.element.index())
                        .map(|element| element.type_);
                    let type_ = type_.unwrap_or(Builtin::AnyType.id());
                    match json {
                        Json::Array(items)
                            if field.repeated
                                || !(self.is_list(type_) || self.array_item(type_).is_some()) =>
                        {
                            for (index, item) in items.iter().enumerate() {
                                path.steps
                                    .push(format!("{}[{}]", field.name.local, index + 1));
                                let child = self.element_of(
                                    item,
                                    field.name.clone(),
                                    Some(field.element),
                                    type_,
                                    path,
                                )?;
                                path.steps.pop();
                                nodes.push(Node::Element(child));
                            }
                        }
                        _ => {
                            path.steps.push(field.name.local.to_string());
                            let child = self.element_of(
                                json,
                                field.name.clone(),
                                Some(field.element),
                                type_,
                                path,
                            )?;
                            path.steps.pop();
                            nodes.push(Node::Element(child));
                        }
                    }
                }
            }
        }
        Ok(nodes)
    }

    /// Elements for a wildcard: XML text, or objects of one declared name.
    fn any_of(&self, json: &Json, path: &mut Path, nodes: &mut Vec<Node>) -> Result<(), JsonError> {
        match json {
            Json::Array(items) => items
                .iter()
                .try_for_each(|item| self.any_of(item, path, nodes)),
            Json::String(_) => {
                let mut element = self.xml_of(json, path)?;
                // It was read as an `anyType` only because something had to be expected.
                if !element.retyped {
                    element.type_ = None;
                }
                nodes.push(Node::Element(element));
                Ok(())
            }
            Json::Object(object) => {
                for (key, json) in object {
                    let name = name_of(key);
                    let Some(id) = self.model().globals.elements.get(&name) else {
                        return Err(path.unknown(
                            key,
                            self.model().globals.elements.keys().map(QName::to_string),
                        ));
                    };
                    let type_ = self
                        .model()
                        .elements
                        .get(id.index())
                        .map_or(Builtin::AnyType.id(), |one| one.type_);
                    path.steps.push(name.local.to_string());
                    nodes.push(Node::Element(self.element_of(
                        json,
                        name,
                        Some(*id),
                        type_,
                        path,
                    )?));
                    path.steps.pop();
                }
                Ok(())
            }
            _ => Err(path.error(JsonProblem::Expected {
                expected: "XML texts and objects in $any",
            })),
        }
    }

    fn is_list(&self, type_: TypeId) -> bool {
        matches!(self.model().types.get(type_.index()), Some(Type::Simple(_)))
            && matches!(self.simple.get(self.model(), type_).kind, Kind::List(_))
    }
}

/// Checks that an object whose content is text has nothing but that, and attributes.
fn only_text(object: Option<&Map<String, Json>>, path: &Path) -> Result<(), JsonError> {
    let is_known = |key: &str| matches!(key, "$" | "$type" | "$nil") || key.starts_with('@');
    let stranger = object.and_then(|object| object.keys().find(|key| !is_known(key)));
    match stranger {
        Some(key) => Err(path.unknown(key, std::iter::once("$".to_owned()))),
        None => Ok(()),
    }
}

/// The way to the value at hand.
pub(super) struct Path {
    steps: Vec<String>,
}

impl Path {
    pub(super) fn error(&self, problem: JsonProblem) -> JsonError {
        JsonError {
            path: self.steps.join("/"),
            problem,
        }
    }

    fn unknown(&self, key: &str, known: impl Iterator<Item = String>) -> JsonError {
        let mut known: Vec<String> = known.collect();
        known.sort();
        let more = known.len() > LISTED;
        known.truncate(LISTED);
        let mut known = known.join(", ");
        if more {
            known.push_str(", …");
        }
        self.error(JsonProblem::Unknown {
            key: key.to_owned(),
            known,
        })
    }
}
