//! Namespaces, modules and tags: who has which name, and which prefix the writer uses.

use std::collections::HashMap;

use soapstone::xml::XML_NAMESPACE;
use soapstone_schema::model::{XSD, XSI};

use super::Lowering;
use crate::item::{Module, Namespace, Tag, TagId};
use crate::names::{self, Names};

/// The namespace of SOAP 1.1 encoding.
pub(crate) const SOAP_ENCODING: &str = "http://schemas.xmlsoap.org/soap/encoding/";

/// Names that generated code uses from the prelude; a schema type of that name becomes another one.
const PRELUDE: &[&str] = &[
    "String",
    "Option",
    "Vec",
    "Box",
    "Some",
    "None",
    "Ok",
    "Err",
    "Result",
    "Default",
    "Clone",
    "Debug",
    "PartialEq",
    "Copy",
    "Eq",
];

/// The names claimed so far.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    modules: HashMap<String, usize>,
    namespaces: HashMap<String, usize>,
    tags: HashMap<(usize, usize, String, bool), TagId>,
    module_names: Names,
    prefixes: Names,
    scopes: HashMap<usize, Scope>,
}

/// The names inside one module.
#[derive(Debug, Default)]
struct Scope {
    types: Names,
    constants: Names,
    elements: Names,
}

impl Symbols {
    pub(super) fn new() -> Symbols {
        let mut symbols = Symbols::default();
        // `client`, `server` and the like are modules that the package itself may need.
        symbols.module_names.reserve(&[
            "client",
            "server",
            "contract",
            "codec",
            "datatype",
            "soapstone",
            "std",
            "core",
        ]);
        symbols
            .prefixes
            .reserve(&["xml", "xmlns", "xs", "xsd", "xsi", "soap", "env", "q"]);
        symbols
    }

    /// The type names of a module.
    pub(super) fn types(&mut self, module: usize) -> &mut Names {
        &mut self.scope(module).types
    }

    /// The element constants of a module.
    pub(super) fn elements(&mut self, module: usize) -> &mut Names {
        &mut self.scope(module).elements
    }

    fn scope(&mut self, module: usize) -> &mut Scope {
        self.scopes.entry(module).or_insert_with(|| {
            let mut scope = Scope::default();
            scope.types.reserve(PRELUDE);
            scope.constants.reserve(&["SIMPLE_TYPES"]);
            scope
        })
    }
}

impl Lowering<'_> {
    /// The module of a namespace.
    pub(crate) fn module(&mut self, namespace: &str) -> usize {
        if let Some(&module) = self.symbols.modules.get(namespace) {
            return module;
        }
        let wanted = self
            .options
            .module_for(namespace)
            .unwrap_or_else(|| names::module(namespace));
        let name = self.symbols.module_names.claim_snake(&wanted);
        let module = self.package.modules.len();
        self.package.modules.push(Module {
            name,
            namespace: namespace.to_owned(),
            items: Vec::new(),
            tags: Vec::new(),
            elements: Vec::new(),
            simple_types: Vec::new(),
        });
        self.symbols.modules.insert(namespace.to_owned(), module);
        module
    }

    /// Claims the name of a module that is no namespace's.
    pub(crate) fn claim_module(&mut self, wanted: &str) -> String {
        self.symbols.module_names.claim_snake(wanted)
    }

    /// The index of a namespace in the package's table; the first one is "no namespace".
    pub(crate) fn namespace(&mut self, uri: &str) -> usize {
        if self.package.namespaces.is_empty() {
            self.package.namespaces.push(Namespace {
                uri: String::new(),
                prefix: String::new(),
            });
            self.symbols.namespaces.insert(String::new(), 0);
        }
        if let Some(&index) = self.symbols.namespaces.get(uri) {
            return index;
        }
        let wanted = match uri {
            XML_NAMESPACE => "xml".to_owned(),
            XSD => "xs".to_owned(),
            XSI => "xsi".to_owned(),
            _ => initials(&names::module(uri)),
        };
        let prefix = if matches!(uri, XML_NAMESPACE | XSD | XSI) {
            wanted
        } else {
            self.symbols.prefixes.claim(&wanted)
        };
        let index = self.package.namespaces.len();
        self.package.namespaces.push(Namespace {
            uri: uri.to_owned(),
            prefix,
        });
        self.symbols.namespaces.insert(uri.to_owned(), index);
        index
    }

    /// The tag for a name. It is a constant of the namespace's own module, or of `module` where the namespace has none.
    pub(crate) fn tag(&mut self, namespace: &str, local: &str, module: usize) -> TagId {
        self.named(namespace, local, module, false)
    }

    /// The tag for the name of a type, which `xsi:type` uses; elements and types have names of their own.
    pub(crate) fn type_tag(&mut self, namespace: &str, local: &str, module: usize) -> TagId {
        self.named(namespace, local, module, true)
    }

    fn named(&mut self, namespace: &str, local: &str, module: usize, type_: bool) -> TagId {
        let foreign = matches!(namespace, "" | XML_NAMESPACE | XSD | XSI | SOAP_ENCODING);
        let module = if foreign {
            module
        } else {
            self.module(namespace)
        };
        let index = self.namespace(namespace);
        let key = (module, index, local.to_owned(), type_);
        if let Some(&tag) = self.symbols.tags.get(&key) {
            return tag;
        }
        let wanted = names::screaming(local);
        // A newtype is a constructor too: `X509` must not be a constant beside `struct X509(..)`.
        let wanted = match type_ {
            true => format!("TYPE_{wanted}"),
            false if wanted == names::pascal(local) => format!("{wanted}_TAG"),
            false => wanted,
        };
        let constant = self.symbols.scope(module).constants.claim_snake(&wanted);
        let tag = TagId(self.package.tags.len());
        self.package.tags.push(Tag {
            module,
            namespace: index,
            local: local.to_owned(),
            constant,
        });
        self.symbols.tags.insert(key, tag);
        if let Some(module) = self.package.modules.get_mut(module) {
            module.tags.push(tag);
        }
        tag
    }
}

/// A short prefix: `common_basic_components_2` → `cbc2`.
fn initials(module: &str) -> String {
    let module = module.strip_prefix("r#").unwrap_or(module);
    let mut out = String::new();
    for word in module.split('_').take(6) {
        match word.chars().next() {
            Some(c) if c.is_ascii_digit() && out.len() < 4 => out.push_str(word),
            Some(c) if c.is_ascii_alphabetic() => out.push(c),
            _ => {}
        }
    }
    if out.is_empty() || !out.starts_with(|c: char| c.is_ascii_alphabetic()) {
        out.insert(0, 'n');
    }
    if out.starts_with("xml") {
        out.insert(0, 'n');
    }
    out
}
