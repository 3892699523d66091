//! What a user of the generator can choose.

use soapstone::name::QName;
use soapstone_schema::model::{Model, Place, Type};
use soapstone_schema::report::Report;

use crate::item::{Item, Kind, Package};

/// How a contract becomes Rust. `Options::default()` is the common case.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The operations to make, by name or as `PortType.Operation`; all of them where this is empty.
    pub operations: Vec<String>,
    /// Every global element is made, not only what operations reach. A contract without operations makes all in any case.
    pub all_elements: bool,
    /// Every named type is made as well.
    pub all_types: bool,
    /// Module names by namespace; others are named after their namespace.
    pub modules: Vec<(String, String)>,
    /// Derives for every type, besides `Debug`, `Clone` and `PartialEq`: `Eq`. For one type: `attributes`. Enumerations have
    /// `Eq`, `Hash`, `PartialOrd` and `Ord` already, closed ones `Copy`, and what has a true `Default` has that.
    pub derives: Vec<String>,
    /// Attributes for single types, by local name, by `{namespace}local`, by Rust name or by path, and for fields of structs:
    /// `("Order", "#[non_exhaustive]")`, `("types::Order", "#[derive(Hash)]")`, `("Order.comment", "#[deprecated]")`.
    pub attributes: Vec<(String, String)>,
    /// Rust types in the place of schema types, by local name or `{namespace}local`, `xs:string` and its like among them; they
    /// implement `codec::Type`.
    pub replacements: Vec<(String, String)>,
    /// Texts share the bytes of the message that they were read from (`codec::ByteString`), in the place of a `String` each: nothing
    /// is copied or allocated for them, and the message stays in memory for as long as one of them is kept.
    pub shared_strings: bool,
    /// A contract with mistakes is used as far as it goes: what cannot be resolved is left raw. The mistakes are warnings.
    pub tolerant: bool,
    /// Methods take the parts of a wrapped request one by one and return those of the response, where both are plain
    /// sequences of elements.
    pub unwrapped: bool,
    /// Every type is serialised as JSON; the feature `serde` of the crate `soapstone` is needed.
    pub json: bool,
    /// Enumerations get a variant for values that the contract does not list.
    pub open_enumerations: bool,
    /// No clients are made.
    pub no_clients: bool,
    /// No servers are made.
    pub no_servers: bool,
}

impl Options {
    /// What is to be derived beside what is derived anyway.
    pub(crate) fn derives_beside(&self, has: &[&str]) -> Vec<&str> {
        let more = self.derives.iter().map(String::as_str);
        more.filter(|derive| is_beside(derive, has)).collect()
    }

    pub(crate) fn module_for(&self, namespace: &str) -> Option<String> {
        self.modules
            .iter()
            .find(|(uri, _)| uri == namespace)
            .map(|(_, name)| name.clone())
    }

    pub(crate) fn replacement(&self, name: &QName) -> Option<String> {
        self.replacements
            .iter()
            .find(|(key, _)| names(key, name))
            .map(|(_, rust)| rust.clone())
    }

    /// The attributes of a type, which has a name in the schema or not.
    pub(crate) fn attributes_for(
        &self,
        qname: Option<&QName>,
        module: &str,
        rust: &str,
    ) -> Vec<String> {
        self.matching(|key| is_type(key, qname, module, rust))
    }

    /// The attributes of a struct's field.
    pub(crate) fn field_attributes(&self, module: &str, rust: &str, field: &str) -> Vec<String> {
        self.matching(|key| is_field(key, module, rust, field))
    }

    /// Warns of each module name, attribute and replacement that meets nothing of the contract: it is mistyped, or the contract
    /// has changed.
    pub(crate) fn check(&self, model: &Model, package: &Package, report: &mut Report) {
        let mut unmet = |what: String, help: &str| {
            report.warning(Place::default(), "options", what, help);
        };
        if let Some(derive) = self.derives.iter().find(|derive| is_default(derive)) {
            unmet(
                format!("derives: {derive} is derived anyway, where it is true"),
                "leave it out",
            );
        }
        for (uri, _) in &self.modules {
            let made = package.modules.iter().any(|m| m.namespace == *uri);
            if !made && !model.namespaces.iter().any(|known| **known == **uri) {
                unmet(
                    format!("modules: the contract has no namespace {uri}"),
                    "write it as in its targetNamespace",
                );
            }
        }
        for (key, _) in &self.replacements {
            let mut known = model.types.iter().filter_map(|type_| match type_ {
                Type::Simple(simple) => simple.name.as_ref(),
                Type::Complex(complex) => complex.name.as_ref(),
            });
            if !known.any(|name| names(key, name)) {
                unmet(
                    format!("replacements: the contract has no type {key}"),
                    "name types by local name or `{namespace}local`",
                );
            }
        }
        for (key, attribute) in &self.attributes {
            let met = package
                .items
                .iter()
                .filter(|item| meets(key, item, package));
            let (aliases, types): (Vec<&Item>, Vec<&Item>) =
                met.partition(|item| matches!(item.kind, Kind::Alias(_)));
            if types.is_empty() && !aliases.is_empty() {
                unmet(
                    format!("attributes: {key} is made as another name of a type, which has none"),
                    "name the type that it stands for",
                );
            } else if types.is_empty() {
                unmet(
                    format!("attributes: nothing that is made is called {key}"),
                    "name a type as in the schema or in Rust, or a field as `Type.field`",
                );
            } else if asks_default(attribute) && types.iter().any(|item| !item.default) {
                unmet(
                    format!(
                        "attributes: {key} has no Default that the schema allows; it is left out"
                    ),
                    "implement Default beside the generated code",
                );
            }
        }
    }

    fn matching(&self, is_it: impl Fn(&str) -> bool) -> Vec<String> {
        self.attributes
            .iter()
            .filter(|(key, _)| is_it(key))
            .map(|(_, attribute)| attribute.clone())
            .collect()
    }
}

/// An attribute without what is derived anyway, or cannot be; none where nothing is left of it.
pub(crate) fn attribute_beside(attribute: &str, has: &[&str]) -> Option<String> {
    let Some(list) = derives_in(attribute) else {
        return Some(attribute.to_owned());
    };
    let left: Vec<&str> = list.filter(|derive| is_beside(derive, has)).collect();
    (!left.is_empty()).then(|| format!("#[derive({})]", left.join(", ")))
}

/// Tells whether a derive is no other's, and not `Default`: that stands where it is true.
fn is_beside(derive: &str, has: &[&str]) -> bool {
    !is_default(derive) && !has.contains(&trait_name(derive))
}

fn asks_default(attribute: &str) -> bool {
    derives_in(attribute).is_some_and(|mut list| list.any(is_default))
}

/// The traits that an attribute derives, if it is one that does.
fn derives_in(attribute: &str) -> Option<impl Iterator<Item = &str>> {
    let inner = attribute.trim().strip_prefix("#[")?.strip_suffix(']')?;
    let list = inner.trim().strip_prefix("derive")?.trim();
    let list = list.strip_prefix('(')?.strip_suffix(')')?;
    let traits = list.split(',').map(str::trim);
    Some(traits.filter(|one| !one.is_empty()))
}

/// Tells whether it is `Default`, whatever path it has.
fn is_default(derive: &str) -> bool {
    trait_name(derive) == "Default"
}

/// A trait's own name: `std::default::Default`  →  `Default`
fn trait_name(path: &str) -> &str {
    path.rsplit_once("::").map_or(path, |(_, name)| name)
}

/// Tells whether attributes under a key belong to an item or to one of its fields.
fn meets(key: &str, item: &Item, package: &Package) -> bool {
    let module = package.modules.get(item.module);
    let module = module.map_or("", |module| module.name.as_str());
    let mut fields = item.field_names();
    is_type(key, item.qname.as_ref(), module, &item.name)
        || fields.any(|field| is_field(key, module, &item.name, field))
}

fn is_type(key: &str, qname: Option<&QName>, module: &str, rust: &str) -> bool {
    is_rust(key, module, rust) || qname.is_some_and(|qname| names(key, qname))
}

fn is_field(key: &str, module: &str, rust: &str, field: &str) -> bool {
    key.split_once('.')
        .is_some_and(|(type_, name)| name == field && is_rust(type_, module, rust))
}

/// Tells whether a key is a Rust type's name, or its path.
fn is_rust(key: &str, module: &str, rust: &str) -> bool {
    key == rust || key.split_once("::") == Some((module, rust))
}

fn names(key: &str, name: &QName) -> bool {
    key == &*name.local || key == name.to_string()
}
