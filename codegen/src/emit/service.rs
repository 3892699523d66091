//! Server traits, servers and clients: a few lines an operation, whose logic is the runtime's.

use std::fmt::Write;

use super::{File, Scope, doc, file_stem, literal};
use crate::item::{Package, RootId};
use crate::service::{Operation, Service};

/// The files of the services.
pub(super) fn emit(package: &Package, documents: &[File]) -> Vec<File> {
    let files = package.services.iter().map(|service| File {
        path: format!("{}.rs", file_stem(&service.module)),
        text: Emission {
            scope: Scope {
                package,
                module: usize::MAX - 1,
                derives: &[],
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
        let _ = writeln!(
            out,
            "#[rustfmt::skip]\n#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, unused_imports, unused_variables)]\npub mod {};",
            service.module
        );
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
        for (variant, root) in variants {
            let _ = writeln!(out, "    {variant}({}),", self.rust(*root));
        }
        let _ = writeln!(out, "}}\n\nimpl service::Faults for {name} {{");
        out.push_str("    fn read(detail: &service::Detail) -> Option<Self> {\n");
        for (variant, root) in variants {
            let _ = writeln!(
                out,
                "        if let Some(x) = detail.read({}) {{\n            return Some(Self::{variant}(x));\n        }}",
                self.constant(*root)
            );
        }
        out.push_str("        None\n    }\n    fn write(&self, out: &mut String) -> &'static str {\n        match self {\n");
        for (variant, root) in variants {
            let _ = writeln!(
                out,
                "            Self::{variant}(x) => {{\n                {}.write_to(x, out);\n                {}\n            }}",
                self.constant(*root),
                literal(variant)
            );
        }
        out.push_str("        }\n    }\n}\n");
    }

    /// The table of operations that server and client share.
    fn operations(&self, out: &mut String) {
        out.push_str("\n/// The operations, in the contract's order.\npub const OPERATIONS: &[service::Operation] = &[\n");
        for operation in &self.service.operations {
            let element = match operation.request {
                Some(root) => format!("Some(({}, super::NAMESPACES))", self.tag(root)),
                None => "None".to_owned(),
            };
            let _ = writeln!(
                out,
                "    service::Operation {{ name: {}, action: {}, element: {element}, one_way: {}, encoded: {} }},",
                literal(&operation.name),
                literal(&operation.action),
                operation.one_way,
                operation.encoded
            );
        }
        out.push_str("];\n");
        let headers: Vec<String> = self
            .service
            .headers
            .iter()
            .map(|h| format!("({}, super::NAMESPACES)", self.tag(*h)))
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
            let _ = writeln!(
                out,
                "    fn {}(&self, context: &service::Context, request: {}) -> impl Future<Output = Result<{}, service::Failure<{}>>> + Send;",
                operation.method,
                self.body(operation.request),
                self.body(operation.response),
                fault(operation)
            );
        }
        let _ = write!(
            out,
            "}}\n\n/// Serves a `{name}`: mount it on a [`service::Router`].\n#[derive(Debug, Clone)]\npub struct {name}Server<T>(pub T);\n\nimpl<T: {name}> service::Port for {name}Server<T> {{\n    fn operations(&self) -> &'static [service::Operation] {{\n        OPERATIONS\n    }}\n    fn headers(&self) -> service::Headers {{\n        HEADERS\n    }}\n    fn contract(&self) -> service::Contract {{\n        super::contract::FILES\n    }}\n    async fn call(&self, operation: usize, context: &service::Context, message: service::Message<'_>) -> service::Outcome {{\n        match operation {{\n"
        );
        for (index, operation) in served {
            let read = match operation.request {
                Some(root) => format!("message.read({})?", self.constant(root)),
                None => "message.empty()?".to_owned(),
            };
            let answer = match operation.response {
                Some(root) => format!(
                    "service::answer({}, self.0.{}(context, request).await)",
                    self.constant(root),
                    operation.method
                ),
                None => format!(
                    "service::no_answer(self.0.{}(context, request).await)",
                    operation.method
                ),
            };
            let _ = writeln!(
                out,
                "            {index} => {{\n                let request = {read};\n                {answer}\n            }}"
            );
        }
        out.push_str("            _ => Err(service::not_served()),\n        }\n    }\n}\n");
    }

    fn client(&self, out: &mut String) {
        let name = &self.service.name;
        let version = if self.service.soap12 {
            "Soap12"
        } else {
            "Soap11"
        };
        let _ = write!(
            out,
            "\n/// Calls a `{name}`.\n#[derive(Debug, Clone)]\npub struct {name}Client(pub service::Caller);\n\nimpl {name}Client {{\n    /// The address that the contract names.\n    pub const ADDRESS: &'static str = {};\n    /// The version of SOAP that the contract binds.\n    pub const VERSION: service::Version = service::Version::{version};\n\n    /// Makes a client of a service at an address.\n    pub fn new(http: soapstone::http::Client, address: impl Into<String>) -> Self {{\n        Self(service::Caller::new(http, address, Self::VERSION))\n    }}\n",
            literal(&self.service.address)
        );
        for (index, operation) in self.service.operations.iter().enumerate() {
            out.push('\n');
            doc(out, 4, &operation.documentation);
            let (parameter, argument) = match operation.request {
                Some(root) => (
                    format!(", request: &{}", self.rust(root)),
                    format!("Some(({}, request))", self.constant(root)),
                ),
                None => (
                    String::new(),
                    "None::<(codec::Element<String>, &String)>".to_owned(),
                ),
            };
            let (method, last) = match operation.response {
                Some(root) => ("call", format!(", {}", self.constant(root))),
                None => ("send", String::new()),
            };
            let _ = write!(
                out,
                "    pub async fn {}(&self{parameter}) -> Result<{}, service::CallError<{}>> {{\n        self.0.{method}(&OPERATIONS[{index}], {argument}{last}).await\n    }}\n",
                operation.method,
                self.body(operation.response),
                fault(operation)
            );
        }
        out.push_str("}\n");
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

    fn body(&self, id: Option<RootId>) -> String {
        id.map_or_else(|| "()".to_owned(), |id| self.rust(id))
    }
}

fn fault(operation: &Operation) -> &str {
    operation
        .faults
        .as_ref()
        .map_or("service::NoFaults", |(name, _)| name)
}
