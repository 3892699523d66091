//! Clients: a method an operation, and where the ports are.

use std::fmt::Write;

use super::super::{doc, file_stem, literal};
use super::{Emission, fault};
use crate::service::Unwrapped;

impl Emission<'_> {
    pub(super) fn client(&self, out: &mut String) {
        let name = &self.service.name;
        let version = version(self.service.soap12);
        let mut ports = self.service.ports.iter();
        let address = ports.find(|port| port.soap12 == self.service.soap12);
        let _ = write!(
            out,
            "\n/// Calls a `{name}`.\n#[derive(Debug, Clone)]\npub struct {name}Client(pub service::Caller);\n\nimpl {name}Client {{\n    /// The address that the contract names.\n    pub const ADDRESS: &'static str = {};\n    /// The version of SOAP that the contract binds.\n    pub const VERSION: service::Version = service::Version::{version};\n",
            literal(address.map_or("", |port| &port.address))
        );
        self.ports(out);
        for (index, operation) in self.service.operations.iter().enumerate() {
            out.push('\n');
            doc(out, 4, &operation.documentation);
            let none = "None::<(codec::Element<String>, &String)>".to_owned();
            let parts = self.parts(&operation.request);
            let (parameter, made, argument) = match operation.unwrapped {
                Some(unwrapped) => (
                    self.parameters(unwrapped.request),
                    format!(
                        "        let request = {} {{ {} }};\n",
                        self.body(&operation.request),
                        self.names(unwrapped.request)
                    ),
                    format!("Some(({parts}, &request))"),
                ),
                None if operation.request.is_empty() => (String::new(), String::new(), none),
                None => (
                    format!(", request: &{}", self.body(&operation.request)),
                    String::new(),
                    format!("Some(({parts}, request))"),
                ),
            };
            let (method, last) = match operation.response.as_slice() {
                [] => ("send", String::new()),
                parts => ("call", format!(", {}", self.parts(parts))),
            };
            let (result, unwrap) = match operation.unwrapped {
                Some(Unwrapped {
                    response: Some(response),
                    ..
                }) => (self.result(Some(response)), self.unwrap(response)),
                _ => (self.body(&operation.response), String::new()),
            };
            let _ = write!(
                out,
                "    pub async fn {}(&self{parameter}) -> Result<{result}, service::CallError<{}>> {{\n{made}        self.0.{method}(&OPERATIONS[{index}], {argument}{last}).await{unwrap}\n    }}\n",
                operation.method,
                fault(operation)
            );
        }
        for (name, root) in &self.service.headers {
            let name = file_stem(name);
            let _ = write!(
                out,
                "\n    /// Sends this header block with every request.\n    #[must_use]\n    pub fn with_{name}(mut self, value: &{}) -> Self {{\n        self.0 = self.0.with_header({}, value);\n        self\n    }}\n",
                self.rust(*root),
                self.constant(*root)
            );
        }
        out.push_str("}\n");
    }

    /// The ports, where there are several, and how a client of one is made.
    fn ports(&self, out: &mut String) {
        let ports = &self.service.ports;
        if ports.len() > 1 {
            out.push_str("    /// Every port that offers it: its name, version of SOAP and address.\n    pub const PORTS: &'static [(&'static str, service::Version, &'static str)] = &[\n");
            for port in ports {
                let _ = writeln!(
                    out,
                    "        ({}, service::Version::{}, {}),",
                    literal(&port.name),
                    version(port.soap12),
                    literal(&port.address)
                );
            }
            out.push_str("    ];\n");
        }
        let addressing = match self.service.addressing {
            true => ".with_addressing()",
            false => "",
        };
        let _ = writeln!(
            out,
            "\n    /// Makes a client of a service at an address.\n    pub fn new(http: soapstone::http::Client, address: impl Into<String>) -> Self {{\n        Self(service::Caller::new(http, address, Self::VERSION){addressing})\n    }}"
        );
    }
}

fn version(soap12: bool) -> &'static str {
    if soap12 { "Soap12" } else { "Soap11" }
}
