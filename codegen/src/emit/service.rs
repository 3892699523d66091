//! Server traits, servers and clients: a few lines an operation, whose logic is the runtime's.

mod client;

use std::cmp::Reverse;
use std::fmt::Write;

use super::{File, Scope, doc, file_stem, literal};
use crate::Options;
use crate::item::{Field, ItemId, Kind, Package, RootId, Rust};
use crate::service::{Fault, Operation, Service, Way};

/// The files of the services.
pub(super) fn emit(package: &Package, documents: &[File], options: &Options) -> Vec<File> {
    let files = package.services.iter().map(|service| File {
        path: format!("{}.rs", file_stem(&service.module)),
        text: Emission {
            scope: Scope {
                package,
                module: usize::MAX - 1,
                options,
            },
            service,
        }
        .text(),
    });
    let mut files: Vec<File> = files.collect();
    if package.services.iter().any(|s| s.server) {
        files.push(contract(documents));
        files.extend(documents.iter().cloned());
    }
    files
}

/// The contract's own documents, which a mounted service shows.
fn contract(documents: &[File]) -> File {
    let mut text = String::from(
        "//! The documents of the contract.\n\nuse soapstone::service;\n\n/// Each document under the name by which the others refer to it, the root first.\npub const FILES: service::Contract = &[\n",
    );
    for document in documents {
        let name = document.path.rsplit('/').next().unwrap_or_default();
        let _ = writeln!(
            text,
            "    ({}, include_str!({})),",
            literal(name),
            literal(&document.path)
        );
    }
    text.push_str("];\n");
    File {
        path: "contract.rs".to_owned(),
        text,
    }
}

/// The declarations of the services' modules.
pub(super) fn modules(package: &Package) -> String {
    let mut out = String::new();
    if package.services.iter().any(|s| s.server) {
        out.push_str("#[rustfmt::skip]\npub mod contract;\n");
    }
    for service in &package.services {
        let _ = writeln!(out, "/// The service `{}`.", service.name);
        super::declare(&mut out, &service.module);
    }
    out
}

struct Emission<'p> {
    scope: Scope<'p>,
    service: &'p Service,
}

impl Emission<'_> {
    fn text(&self) -> String {
        let mut out = format!(
            "//! The service `{}`.\n\nuse soapstone::{{codec, datatype, service}};\n",
            self.service.name
        );
        for operation in &self.service.operations {
            self.faults(&mut out, operation);
        }
        self.operations(&mut out);
        self.headers(&mut out);
        if self.service.server {
            self.server(&mut out);
        }
        if self.service.client {
            self.client(&mut out);
        }
        out
    }

    fn faults(&self, out: &mut String, operation: &Operation) {
        let Some((name, variants)) = &operation.faults else {
            return;
        };
        let _ = writeln!(
            out,
            "\n/// The faults of `{}`.\n#[derive(Debug, Clone, PartialEq)]\npub enum {name} {{",
            operation.name
        );
        for fault in variants {
            let _ = writeln!(out, "    {}({}),", fault.variant, self.rust(fault.root));
        }
        let _ = writeln!(out, "}}\n\nimpl service::Faults for {name} {{");
        out.push_str("    fn read(detail: &service::Detail) -> Option<Self> {\n");
        // A base's family reads what derives from it, too.
        let mut sorted: Vec<&Fault> = variants.iter().collect();
        sorted.sort_by_key(|fault| match &fault.way {
            Way::Typed(typed) => (1, Reverse(typed.depth)),
            Way::Detail | Way::Header => (0, Reverse(0)),
        });
        for fault in sorted {
            let constant = self.constant(fault.root);
            let read = match &fault.way {
                Way::Detail => format!("read({constant})"),
                Way::Header => format!("header({constant})"),
                Way::Typed(typed) => format!(
                    "{}({constant}, &codec::QName::new({}, {}), {})",
                    if typed.by_name { "named" } else { "typed" },
                    literal(&typed.type_.namespace),
                    literal(&typed.type_.local),
                    literal(&typed.fault)
                ),
            };
            let _ = writeln!(
                out,
                "        if let Some(x) = detail.{read} {{\n            return Some(Self::{}(x));\n        }}",
                fault.variant
            );
        }
        out.push_str("        None\n    }\n    fn write(&self, detail: &mut String, header: &mut String) -> Result<&'static str, codec::WriteError> {\n        match self {\n");
        for fault in variants {
            let _ = writeln!(
                out,
                "            Self::{}(x) => {{\n                {}.write_to(x, {})?;\n                Ok({})\n            }}",
                fault.variant,
                self.constant(fault.root),
                match fault.way {
                    Way::Header => "header",
                    _ => "detail",
                },
                literal(&fault.variant)
            );
        }
        out.push_str(
            "        }\n    }\n    fn action(&self) -> &'static str {\n        match self {\n",
        );
        for fault in variants {
            let action = literal(&fault.action);
            let _ = writeln!(out, "            Self::{}(_) => {action},", fault.variant);
        }
        out.push_str("        }\n    }\n}\n");
    }

    /// A function for each header block, which reads it of a request.
    fn headers(&self, out: &mut String) {
        if self.service.headers.is_empty() || !self.service.server {
            return;
        }
        out.push_str("\n/// The header blocks of requests, typed.\npub mod header {\n    use soapstone::{codec, datatype, service};\n");
        for (name, root) in &self.service.headers {
            let inner = |text: String| text.replace("super::", "super::super::");
            let _ = write!(
                out,
                "\n    pub fn {name}(context: &service::Context) -> Result<Option<{}>, Box<soapstone::soap::Fault>> {{\n        context.header({})\n    }}\n",
                inner(self.rust(*root)),
                inner(self.constant(*root))
            );
        }
        out.push_str("}\n");
    }

    /// The table of operations that server and client share.
    fn operations(&self, out: &mut String) {
        out.push_str("\n/// The operations, in the contract's order.\npub const OPERATIONS: &[service::Operation] = &[\n");
        for operation in &self.service.operations {
            let element = match operation.request.first() {
                Some(root) => format!("Some(({}, super::NAMESPACES))", self.tag(*root)),
                None => "None".to_owned(),
            };
            let _ = writeln!(
                out,
                "    service::Operation {{ name: {}, action: {}, element: {element}, one_way: {}, encoded: {}, actions: [{}, {}] }},",
                literal(&operation.name),
                literal(&operation.action),
                operation.one_way,
                operation.encoded,
                literal(&operation.actions[0]),
                literal(&operation.actions[1])
            );
        }
        out.push_str("];\n");
        let headers: Vec<String> = self
            .service
            .headers
            .iter()
            .map(|(_, h)| format!("({}, super::NAMESPACES)", self.tag(*h)))
            .collect();
        let _ = writeln!(
            out,
            "\n/// The header blocks that the contract declares.\npub const HEADERS: &[(&codec::Tag, &[codec::Namespace])] = &[{}];",
            headers.join(", ")
        );
    }

    fn server(&self, out: &mut String) {
        let name = &self.service.name;
        out.push('\n');
        doc(out, 0, &self.service.documentation);
        let _ = writeln!(out, "pub trait {name}: Send + Sync + 'static {{");
        let served: Vec<(usize, &Operation)> = self
            .service
            .operations
            .iter()
            .enumerate()
            .filter(|(_, o)| !o.encoded)
            .collect();
        for (_, operation) in &served {
            doc(out, 4, &operation.documentation);
            let (parameters, result) = match operation.unwrapped {
                Some(unwrapped) => (
                    self.parameters(unwrapped.request),
                    self.result(unwrapped.response),
                ),
                None => (
                    format!(", request: {}", self.body(&operation.request)),
                    self.body(&operation.response),
                ),
            };
            let _ = writeln!(
                out,
                "    fn {}(&self, context: &service::Context{parameters}) -> impl Future<Output = Result<{result}, service::Failure<{}>>> + Send;",
                operation.method,
                fault(operation)
            );
        }
        let ports: Vec<String> = self
            .service
            .ports
            .iter()
            .map(|p| literal(&p.name))
            .collect();
        let ports = ports.join(", ");
        let _ = write!(
            out,
            "}}\n\n/// Serves a `{name}`: mount it on a [`service::Router`].\n#[derive(Debug, Clone)]\npub struct {name}Server<T>(pub T);\n\nimpl<T: {name}> service::Port for {name}Server<T> {{\n    fn operations(&self) -> &'static [service::Operation] {{\n        OPERATIONS\n    }}\n    fn headers(&self) -> service::Headers {{\n        HEADERS\n    }}\n    fn contract(&self) -> service::Contract {{\n        super::contract::FILES\n    }}\n    fn ports(&self) -> &'static [&'static str] {{\n        &[{ports}]\n    }}\n    async fn call(&self, operation: usize, context: &service::Context, message: service::Message<'_>) -> service::Outcome {{\n        match operation {{\n"
        );
        for (index, operation) in served {
            let read = match operation.request.as_slice() {
                [] => "message.empty()?".to_owned(),
                parts => format!("message.read({})?", self.parts(parts)),
            };
            let (arguments, wrap) = match operation.unwrapped {
                Some(unwrapped) => (
                    self.fields(unwrapped.request)
                        .iter()
                        .map(|field| format!(", request.{}", field.name))
                        .collect(),
                    self.wrap(unwrapped.response),
                ),
                None => (", request".to_owned(), String::new()),
            };
            let called = format!(
                "self.0.{}(context{arguments}).await{wrap}",
                operation.method
            );
            let answer = match operation.response.as_slice() {
                [] => format!("service::no_answer({called})"),
                parts => format!("context.answer({}, {called})", self.parts(parts)),
            };
            let _ = writeln!(
                out,
                "            {index} => {{\n                let request = {read};\n                {answer}\n            }}"
            );
        }
        out.push_str("            _ => Err(service::not_served()),\n        }\n    }\n}\n");
    }

    /// The fields of a struct that is unwrapped.
    fn fields(&self, id: ItemId) -> &[Field] {
        match self.scope.package.items.get(id.0).map(|item| &item.kind) {
            Some(Kind::Struct(struct_)) => struct_.body.fields(),
            _ => &[],
        }
    }

    /// The fields as parameters of a method; one has the name of the context already.
    fn parameters(&self, id: ItemId) -> String {
        let parameter = |field: &Field| {
            let name = parameter_name(&field.name);
            format!(", {name}: {}", self.scope.field_type(field))
        };
        self.fields(id).iter().map(parameter).collect()
    }

    /// The fields as they are given in a struct expression, of parameters.
    fn names(&self, id: ItemId) -> String {
        let name = |field: &Field| match parameter_name(&field.name) {
            own if own == field.name => own.to_owned(),
            other => format!("{}: {other}", field.name),
        };
        self.fields(id)
            .iter()
            .map(name)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// What an unwrapped method returns.
    fn result(&self, id: Option<ItemId>) -> String {
        let types = id.map(|id| self.fields(id)).unwrap_or_default();
        tuple(types.iter().map(|f| self.scope.field_type(f)).collect())
    }

    /// Makes the response of what an unwrapped method returns.
    fn wrap(&self, id: Option<ItemId>) -> String {
        let Some(id) = id else {
            return String::new();
        };
        let names: Vec<String> = self.fields(id).iter().map(|f| f.name.clone()).collect();
        let path = self.scope.rust(&Rust::Item(id));
        let made = format!("{path} {{ {} }}", names.join(", "));
        format!(".map(|{}| {made})", tuple(names))
    }

    /// Takes the parts out of a response.
    fn unwrap(&self, id: ItemId) -> String {
        let fields = self.fields(id).iter();
        let parts = fields.map(|f| format!("response.{}", f.name)).collect();
        format!(".map(|response| {})", tuple(parts))
    }

    fn root(&self, id: RootId) -> Option<(&crate::item::Root, &str)> {
        let module = self.scope.package.modules.get(id.module)?;
        Some((module.elements.get(id.index)?, &module.name))
    }

    fn constant(&self, id: RootId) -> String {
        self.root(id).map_or_else(String::new, |(root, module)| {
            format!("super::{module}::element::{}", root.constant)
        })
    }

    fn rust(&self, id: RootId) -> String {
        self.root(id)
            .map_or_else(String::new, |(root, _)| self.scope.rust(&root.rust))
    }

    fn tag(&self, id: RootId) -> String {
        self.root(id)
            .map_or_else(String::new, |(root, _)| self.scope.tag(root.tag))
    }

    /// The type of a body: a tuple of its parts, unless there is one.
    fn body(&self, parts: &[RootId]) -> String {
        tuple(parts.iter().map(|id| self.rust(*id)).collect())
    }

    /// The elements of a body.
    fn parts(&self, parts: &[RootId]) -> String {
        tuple(parts.iter().map(|id| self.constant(*id)).collect())
    }
}

/// One expression, or several in parentheses.
fn tuple(mut several: Vec<String>) -> String {
    match several.len() {
        1 => several.remove(0),
        _ => format!("({})", several.join(", ")),
    }
}

fn parameter_name(field: &str) -> &str {
    match field {
        "context" => "context_",
        own => own,
    }
}

fn fault(operation: &Operation) -> &str {
    operation
        .faults
        .as_ref()
        .map_or("service::NoFaults", |(name, _)| name)
}
