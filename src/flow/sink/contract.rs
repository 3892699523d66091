//! A third party's contract at run time: loading it, finding an operation, and holding a map's targets against its schema.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map as Fields, Value as Json};
use soapstone::name::QName;
use soapstone::soap::Version;
use soapstone_schema::contract::{
    BoundMessage, BoundOperation, Contract, Message, PartContent, SoapVersion, Style,
};
use soapstone_schema::load::{Fetch, FetchError, Files, LoadOptions, Source, load};
use soapstone_schema::model::{Builtin, ElementId, Model, Particle, Term, Type, TypeId, Variety};
use soapstone_schema::validate::Validator;
use soapstone_schema::value::{Root, Values};

use crate::flow::mapping::{Content, Filled, Mistake, Node};

/// A loaded contract.
#[derive(Debug, Clone)]
pub struct ThirdParty {
    /// What it says.
    pub contract: Arc<Contract>,
    /// Reads and writes its values.
    pub values: Arc<Values>,
}

/// One direction of an operation: what stands in the body.
#[derive(Debug, Clone)]
pub struct Body {
    /// The rpc wrapper, where the style is rpc.
    pub wrapper: Option<QName>,
    /// The parts: one element for document style.
    pub parts: Vec<(String, Root)>,
    /// `use="encoded"`: every element tells its type.
    pub encoded: bool,
}

/// An operation, ready to be called.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its name.
    pub name: String,
    /// The address that the WSDL tells.
    pub address: String,
    /// The version of SOAP.
    pub version: Version,
    /// `SOAPAction`.
    pub action: String,
    /// WS-Addressing is asked for.
    pub addressing: bool,
    /// What is sent.
    pub request: Body,
    /// What comes back; absent for one-way.
    pub answer: Option<Body>,
    /// The header blocks that the request may have, by local name.
    pub headers: Vec<(String, Root)>,
}

impl ThirdParty {
    /// Loads a contract from a file, or from a URL by way of `kept`, where what was fetched stays: the network is asked once.
    ///
    /// # Errors
    /// What is wrong with it, one line each.
    pub fn load(location: &str, folder: &Path, kept: &Path) -> Result<ThirdParty, Vec<String>> {
        let root = if location.contains("://") {
            location.to_owned()
        } else {
            folder.join(location).display().to_string()
        };
        let mut fetch = Kept {
            folder: kept.to_path_buf(),
        };
        let loaded = load(
            &[Source::Location(root)],
            &mut fetch,
            &LoadOptions::default(),
        );
        if !loaded.report.is_valid() {
            return Err(loaded
                .report
                .diagnostics
                .iter()
                .map(|one| loaded.report.line(one))
                .collect());
        }
        let contract = Arc::new(loaded.contract);
        let validator = Arc::new(Validator::new(Arc::clone(&contract)));
        Ok(ThirdParty {
            contract,
            values: Arc::new(Values::new(validator)),
        })
    }

    /// Finds an operation of a port; without a port, of the only one that has it (SOAP 1.1 before 1.2).
    ///
    /// # Errors
    /// There is none, with what there is.
    pub fn operation(&self, port: Option<&str>, name: &str) -> Result<Operation, String> {
        let contract = &*self.contract;
        let mut found = Vec::new();
        let mut known = Vec::new();
        for candidate in contract.services.iter().flat_map(|service| &service.ports) {
            if port.is_some_and(|port| port != &*candidate.name) {
                continue;
            }
            let Some(binding) = contract.bindings.get(candidate.binding) else {
                continue;
            };
            let Some(port_type) = contract.port_types.get(binding.port_type) else {
                continue;
            };
            for bound in &binding.operations {
                let Some(operation) = port_type.operations.get(bound.operation) else {
                    continue;
                };
                known.push(operation.name.to_string());
                if &*operation.name == name {
                    found.push((
                        binding.soap == SoapVersion::V12,
                        candidate,
                        binding,
                        operation,
                        bound,
                    ));
                }
            }
        }
        found.sort_by_key(|one| one.0);
        let Some((_, port, binding, operation, bound)) = found.into_iter().next() else {
            known.sort();
            known.dedup();
            let of = port.map_or("the contract".to_owned(), |port| format!("port {port}"));
            return Err(format!(
                "{of} has no operation `{name}`; it has: {}",
                known.join(", ")
            ));
        };
        let input = operation.input.as_ref().zip(bound.input.as_ref());
        let (message, input) = input.ok_or_else(|| format!("`{name}` takes no request"))?;
        let output = operation.output.as_ref().zip(bound.output.as_ref());
        let headers = input
            .headers
            .iter()
            .filter_map(|header| match header.part.content {
                PartContent::Element(id) => Some((local(&contract.model, id)?, Root::Element(id))),
                PartContent::Type(type_) => {
                    let name = QName::new(header.namespace.as_str(), &*header.part.name);
                    Some((header.part.name.to_string(), Root::Type { name, type_ }))
                }
            });
        Ok(Operation {
            name: name.to_owned(),
            address: port.address.clone(),
            version: if binding.soap == SoapVersion::V12 {
                Version::Soap12
            } else {
                Version::Soap11
            },
            action: bound.action.clone(),
            addressing: binding.addressing,
            request: body(name, bound, message, input)?,
            answer: output
                .map(|(message, output)| body(&format!("{name}Response"), bound, message, output))
                .transpose()?,
            headers: headers.collect(),
        })
    }
}

fn local(model: &Model, id: ElementId) -> Option<String> {
    model
        .elements
        .get(id.index())
        .map(|element| element.name.local.to_string())
}

fn body(
    wrapper: &str,
    bound: &BoundOperation,
    message: &Message,
    how: &BoundMessage,
) -> Result<Body, String> {
    let parts = message
        .parts
        .iter()
        .filter(|part| how.body.contains(&part.name));
    let parts: Vec<(String, Root)> = parts
        .map(|part| {
            let root = match part.content {
                PartContent::Element(id) => Root::Element(id),
                // WS-I Basic Profile 1.1, R2735: the accessor of a part has no namespace.
                PartContent::Type(type_) => Root::Type {
                    name: QName::new("", &*part.name),
                    type_,
                },
            };
            (part.name.to_string(), root)
        })
        .collect();
    let wrapper = (bound.style == Style::Rpc).then(|| QName::new(how.namespace.as_str(), wrapper));
    if wrapper.is_none() && parts.len() > 1 {
        return Err("a document style body with several parts is not supported".to_owned());
    }
    Ok(Body {
        wrapper,
        parts,
        encoded: how.encoded,
    })
}

impl Body {
    /// The element or type that a map's first steps stand in: the only part's content, or the parts by name.
    fn roots(&self, values: &Values) -> Place {
        match (&self.wrapper, self.parts.as_slice()) {
            (None, [(_, root)]) => Place::Type(type_of(values.model(), root)),
            (None, _) => Place::Type(None),
            (Some(_), parts) => Place::Parts(
                parts
                    .iter()
                    .map(|(name, root)| (name.clone(), type_of(values.model(), root)))
                    .collect(),
            ),
        }
    }

    /// Tells what is wrong with a map's targets: unknown names, values where fields are wanted, what must be there and is not.
    pub fn check(&self, values: &Values, map: Option<&Node>) -> Vec<Mistake> {
        let mut wrong = Vec::new();
        let place = self.roots(values);
        match map {
            Some(map) => check(values, &place, map, "the request", &mut wrong, 0),
            None => {
                let none = Node {
                    name: String::new(),
                    attribute: false,
                    list: false,
                    value: None,
                    children: Vec::new(),
                    at: 0..0,
                };
                check(values, &place, &none, "the request", &mut wrong, 0);
            }
        }
        wrong
    }

    /// Turns a filled map into JSON for each part, in the form that values take.
    pub fn arrange(&self, values: &Values, filled: &[Filled]) -> Vec<(Root, Json)> {
        match (&self.wrapper, self.parts.as_slice()) {
            (None, [(_, root)]) => {
                let type_ = type_of(values.model(), root);
                vec![(root.clone(), arrange(values, type_, filled))]
            }
            (_, parts) => parts
                .iter()
                .filter_map(|(name, root)| {
                    let type_ = type_of(values.model(), root);
                    let one = filled.iter().find(|one| one.name == *name)?;
                    let json = match &one.content {
                        Content::Null => Json::Null,
                        Content::Value(value) => simple(values, type_, value),
                        Content::Children(children) => arrange(values, type_, children),
                    };
                    Some((root.clone(), json))
                })
                .collect(),
        }
    }
}

/// Where a step of a path stands.
enum Place {
    Type(Option<TypeId>),
    Parts(HashMap<String, Option<TypeId>>),
}

fn type_of(model: &Model, root: &Root) -> Option<TypeId> {
    match root {
        Root::Element(id) => model.elements.get(id.index()).map(|element| element.type_),
        Root::Type { type_, .. } => Some(*type_),
    }
}

/// How deep maps and types are followed.
const DEPTH: usize = 64;

fn check(
    values: &Values,
    place: &Place,
    node: &Node,
    of: &str,
    wrong: &mut Vec<Mistake>,
    depth: usize,
) {
    if depth > DEPTH {
        return;
    }
    for child in &node.children {
        let (type_, repeated) = match place {
            Place::Parts(parts) => match parts.get(&child.name) {
                Some(type_) => (*type_, false),
                None => {
                    let known: Vec<&str> = parts.keys().map(String::as_str).collect();
                    wrong.push((
                        child.at.clone(),
                        format!(
                            "{of} has no part `{}`; it has: {}",
                            child.name,
                            known.join(", ")
                        ),
                    ));
                    continue;
                }
            },
            Place::Type(None) => (None, true),
            Place::Type(Some(type_)) => match find(values, *type_, child) {
                Ok(found) => found,
                Err(known) => {
                    wrong.push((
                        child.at.clone(),
                        format!("{of} has no `{}`; it has: {known}", child.name),
                    ));
                    continue;
                }
            },
        };
        let Some(type_) = type_ else { continue };
        let simple = is_simple(values, type_);
        if child.list && !repeated {
            wrong.push((
                child.at.clone(),
                format!(
                    "`{}` stands once in {of}, not for each item of a list",
                    child.name
                ),
            ));
        }
        if !child.children.is_empty()
            && simple
            && !child.children.iter().all(|inner| inner.attribute)
        {
            wrong.push((
                child.at.clone(),
                format!("`{}` is a single value and has no fields", child.name),
            ));
        } else if child.children.is_empty()
            && child.value.is_some()
            && !simple
            && !mixed(values, type_)
        {
            let fields = known(values, type_);
            wrong.push((
                child.at.clone(),
                format!(
                    "`{}` has fields, each of which is mapped: {fields}",
                    child.name
                ),
            ));
        } else if !child.children.is_empty() {
            check(
                values,
                &Place::Type(Some(type_)),
                child,
                &format!("`{}`", child.name),
                wrong,
                depth + 1,
            );
        }
    }
    let required: Vec<String> = match place {
        Place::Parts(parts) => parts.keys().cloned().collect(),
        Place::Type(Some(type_)) => required(values.model(), *type_),
        Place::Type(None) => Vec::new(),
    };
    for name in required {
        let key = name.strip_prefix('@').unwrap_or(&name);
        if !node
            .children
            .iter()
            .any(|child| child.name == key && child.attribute == name.starts_with('@'))
        {
            wrong.push((
                node.at.clone(),
                format!("{of} needs `{name}`, and nothing is mapped to it"),
            ));
        }
    }
}

/// The type of a child, and whether it repeats; what there is, where it is not.
fn find(values: &Values, type_: TypeId, child: &Node) -> Result<(Option<TypeId>, bool), String> {
    let model = values.model();
    if type_ == Builtin::AnyType.id() {
        return Ok((None, true));
    }
    let Some(shape) = values.shape(type_) else {
        return Err("nothing: it is a single value".to_owned());
    };
    if child.attribute {
        let found = shape
            .attributes
            .iter()
            .find(|(name, _)| *name.local == *child.name);
        let found_type = found
            .and_then(|(_, id)| model.attributes.get(id.index()))
            .map(|attribute| attribute.type_);
        return found_type
            .map(|found| (Some(found), false))
            .ok_or_else(|| known(values, type_));
    }
    match shape.field_by_key(&child.name) {
        Some(field) => Ok((
            model
                .elements
                .get(field.element.index())
                .map(|element| element.type_),
            field.repeated,
        )),
        None => Err(known(values, type_)),
    }
}

/// The names that a type has, for people.
fn known(values: &Values, type_: TypeId) -> String {
    let Some(shape) = values.shape(type_) else {
        return "nothing".to_owned();
    };
    let mut names: Vec<String> = shape.fields.iter().map(|field| field.key.clone()).collect();
    names.extend(
        shape
            .attributes
            .iter()
            .map(|(name, _)| format!("@{}", name.local)),
    );
    names.truncate(30);
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

fn is_simple(values: &Values, type_: TypeId) -> bool {
    match values.shape(type_) {
        Some(shape) => shape.simple.is_some(),
        None => type_ != Builtin::AnyType.id(),
    }
}

fn mixed(values: &Values, type_: TypeId) -> bool {
    values.shape(type_).is_some_and(|shape| shape.mixed) || type_ == Builtin::AnyType.id()
}

/// The elements and attributes (`@name`) that must stand in a type, whatever else does: arms of a choice are not among them.
fn required(model: &Model, type_: TypeId) -> Vec<String> {
    use soapstone_schema::model::Content as Model_;
    let Some(Type::Complex(complex)) = model.types.get(type_.index()) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    if let Model_::Elements(particle) | Model_::Mixed(Some(particle)) = &complex.content {
        required_elements(model, particle, &mut names, 0);
    }
    for use_ in complex
        .attributes
        .iter()
        .filter(|use_| use_.required && use_.value.is_none())
    {
        if let Some(attribute) = model.attributes.get(use_.attribute.index()) {
            names.push(format!("@{}", attribute.name.local));
        }
    }
    names
}

fn required_elements(model: &Model, particle: &Particle, names: &mut Vec<String>, depth: usize) {
    use soapstone_schema::model::Compositor;
    if particle.min == 0 || depth > DEPTH {
        return;
    }
    match &particle.term {
        Term::Element(id) => {
            if let Some(element) = model
                .elements
                .get(id.index())
                .filter(|element| !element.abstract_)
            {
                names.push(element.name.local.to_string());
            }
        }
        Term::Group(id) => {
            let Some(group) = model.groups.get(id.index()) else {
                return;
            };
            if group.compositor != Compositor::Choice || group.particles.len() == 1 {
                for particle in &group.particles {
                    required_elements(model, particle, names, depth + 1);
                }
            }
        }
        Term::Any(_) => {}
    }
}

/// Puts filled fields into the JSON of a type: what repeats is an array, what is null is left out where it may be, else nil.
fn arrange(values: &Values, type_: Option<TypeId>, filled: &[Filled]) -> Json {
    let model = values.model();
    let shape = type_.and_then(|type_| values.shape(type_));
    let must = type_
        .map(|type_| required(model, type_))
        .unwrap_or_default();
    let mut object = Fields::new();
    for one in filled {
        if one.attribute {
            if let Content::Value(value) = &one.content {
                object.insert(format!("@{}", one.name), text(value));
            }
            continue;
        }
        let field = shape.and_then(|shape| shape.field_by_key(&one.name));
        let element = field.and_then(|field| model.elements.get(field.element.index()));
        let below = element.map(|element| element.type_);
        let value = match &one.content {
            Content::Null
                if element.is_some_and(|element| element.nillable) && must.contains(&one.name) =>
            {
                Json::Null
            }
            Content::Null => continue,
            Content::Value(value) => simple(values, below, value),
            Content::Children(children) => arrange(values, below, children),
        };
        if field.is_some_and(|field| field.repeated) {
            match object
                .entry(one.name.clone())
                .or_insert_with(|| Json::Array(Vec::new()))
            {
                Json::Array(items) => items.push(value),
                other => *other = value,
            }
        } else {
            object.insert(one.name.clone(), value);
        }
    }
    Json::Object(object)
}

/// A single value as text of the target's type: an xs:boolean or number of any kind is written as it is, a date loses a time of
/// midnight or an unasked time when the target has none.
fn simple(values: &Values, type_: Option<TypeId>, value: &Json) -> Json {
    let lexical = text(value);
    let (Some(text), Some(primitive)) = (
        lexical.as_str(),
        type_.and_then(|type_| primitive(values.model(), type_, 0)),
    ) else {
        return lexical;
    };
    match primitive {
        Builtin::Date
            if text.len() > 10 && matches!(text.as_bytes().get(10), Some(b'T' | b' ')) =>
        {
            text.get(..10).unwrap_or(text).into()
        }
        Builtin::DateTime if text.len() == 10 => format!("{text}T00:00:00").into(),
        Builtin::DateTime if text.as_bytes().get(10) == Some(&b' ') => {
            text.replacen(' ', "T", 1).into()
        }
        _ => lexical,
    }
}

fn primitive(model: &Model, type_: TypeId, depth: usize) -> Option<Builtin> {
    use soapstone_schema::model::Content as Model_;
    match model.types.get(type_.index())? {
        Type::Simple(simple) => match simple.variety {
            Variety::Atomic(builtin) => Some(builtin),
            _ => None,
        },
        Type::Complex(complex) => match complex.content {
            Model_::Simple(inner) if depth < 4 => primitive(model, inner, depth + 1),
            _ => None,
        },
    }
}

fn text(value: &Json) -> Json {
    match value {
        Json::String(_) | Json::Null => value.clone(),
        other => other.to_string().into(),
    }
}

/// Fetches files as they are, and URLs once: what came is kept in a folder and read from there ever after.
struct Kept {
    folder: PathBuf,
}

impl Fetch for Kept {
    fn fetch(&mut self, location: &str) -> Result<Vec<u8>, FetchError> {
        if !location.starts_with("http://") && !location.starts_with("https://") {
            return Files.fetch(location);
        }
        let name: String = location
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '.' {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        let path = self.folder.join(name);
        if let Ok(bytes) = std::fs::read(&path) {
            return Ok(bytes);
        }
        let bytes = get(location)?;
        std::fs::create_dir_all(&self.folder)?;
        std::fs::write(&path, &bytes)?;
        Ok(bytes)
    }
}

/// Gets a URL on a thread of its own, since loading is synchronous.
fn get(location: &str) -> Result<Vec<u8>, FetchError> {
    let refused = |reason: String| FetchError::Refused(reason);
    let url = location.to_owned();
    let asking = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        runtime.block_on(async {
            let client = soapstone::http::Client::new(super::Times::default().options())
                .map_err(|error| error.to_string())?;
            let answer = client
                .send(soapstone::http::Outgoing::get(url))
                .await
                .map_err(|error| error.to_string())?;
            if answer.status.is_success() {
                Ok(answer.body.to_vec())
            } else {
                Err(format!("it answered {}", answer.status))
            }
        })
    });
    asking
        .join()
        .map_err(|_| refused("it could not be asked".to_owned()))?
        .map_err(refused)
}
