//! WSDL 1.1 as meant: services, ports, bindings and operations with every message resolved to elements and types.

use std::collections::HashSet;
use std::sync::Arc;

use soapstone::name::QName;

use crate::model::{ElementId, Foreign, Model, Place, TypeId};

/// A loaded contract: its schemas, and what its WSDL documents say of services. Plain schemas have no services.
#[derive(Debug, Default)]
pub struct Contract {
    /// The schemas.
    pub model: Model,
    /// Port types, in document order.
    pub port_types: Vec<PortType>,
    /// SOAP bindings, in document order (HTTP and other bindings are left out, with a warning).
    pub bindings: Vec<Binding>,
    /// Services, in document order.
    pub services: Vec<Service>,
    /// The root document's target namespace; empty for plain schemas.
    pub namespace: Arc<str>,
    /// The root `definitions/documentation`.
    pub documentation: String,
}

/// An operation where it is called.
#[derive(Debug, Clone, Copy)]
pub struct OperationAt<'c> {
    /// The port's name, or the binding's where no service names it.
    pub port: &'c str,
    /// `soap:address location`; empty where none is told.
    pub address: &'c str,
    /// The binding.
    pub binding: &'c Binding,
    /// What the port type says of the operation.
    pub operation: &'c Operation,
    /// What the binding says of it.
    pub bound: &'c BoundOperation,
}

impl Contract {
    /// Every operation at every port, and then at every binding that no port names: that is called where the caller knows.
    pub fn operations(&self) -> impl Iterator<Item = OperationAt<'_>> {
        let ports = self.services.iter().flat_map(|service| &service.ports);
        let ports = ports.map(|port| (&*port.name, port.address.as_str(), port.binding));
        let named: HashSet<usize> = ports.clone().map(|(.., binding)| binding).collect();
        let bindings = self.bindings.iter().enumerate();
        let unnamed = bindings
            .filter(move |(index, _)| !named.contains(index))
            .map(|(index, binding)| (&*binding.name.local, "", index));
        ports
            .chain(unnamed)
            .flat_map(move |(port, address, index)| {
                let binding = self.bindings.get(index).into_iter();
                binding.flat_map(move |binding| {
                    let port_type = self.port_types.get(binding.port_type);
                    let bound = binding.operations.iter();
                    bound.filter_map(move |bound| {
                        Some(OperationAt {
                            port,
                            address,
                            binding,
                            operation: port_type?.operations.get(bound.operation)?,
                            bound,
                        })
                    })
                })
            })
    }
}

/// A port type (WSDL 1.1, 2.5).
#[derive(Debug)]
pub struct PortType {
    /// Its name.
    pub name: QName,
    /// Its operations, in document order; WSDL allows overloads by input and output names.
    pub operations: Vec<Operation>,
    /// Its documentation.
    pub documentation: String,
    /// Where it is written.
    pub place: Place,
}

/// An abstract operation (WSDL 1.1, 2.4).
#[derive(Debug)]
pub struct Operation {
    /// Its name.
    pub name: Arc<str>,
    /// The request; absent for a notification.
    pub input: Option<Message>,
    /// The answer; absent for a one-way operation.
    pub output: Option<Message>,
    /// `name` of the input as written or by the default rule (WSDL 1.1, 2.4.5).
    pub input_name: Arc<str>,
    /// `name` of the output as written or by the default rule.
    pub output_name: Arc<str>,
    /// The faults.
    pub faults: Vec<Fault>,
    /// `parameterOrder`.
    pub parameter_order: Vec<Arc<str>>,
    /// Its documentation.
    pub documentation: String,
    /// Where it is written.
    pub place: Place,
}

/// A message (WSDL 1.1, 2.3) with its parts.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its name.
    pub name: QName,
    /// Its parts, in order.
    pub parts: Vec<Part>,
    /// `wsaw:Action`, `wsam:Action`, as written on the input, output or fault.
    pub action: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// A part of a message.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its name.
    pub name: Arc<str>,
    /// What it holds.
    pub content: PartContent,
    /// Whether it names something that is there; else its content is `xs:anyType`.
    pub resolved: bool,
}

/// What a part holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartContent {
    /// `element=`
    Element(ElementId),
    /// `type=`
    Type(TypeId),
}

/// A named fault of an operation.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Its name in the operation.
    pub name: Arc<str>,
    /// Its message, of one part.
    pub message: Message,
}

/// A SOAP binding (WSDL 1.1, 3.3; WSDL 1.1 binding extension for SOAP 1.2).
#[derive(Debug)]
pub struct Binding {
    /// Its name.
    pub name: QName,
    /// Indexes [`Contract::port_types`].
    pub port_type: usize,
    /// The envelope version.
    pub soap: SoapVersion,
    /// The transport URI.
    pub transport: String,
    /// The operations bound.
    pub operations: Vec<BoundOperation>,
    /// WS-Policy and WS-Addressing annotations on it, raw elements as written.
    pub policies: Vec<String>,
    /// `wsaw:UsingAddressing` or a policy asks for WS-Addressing.
    pub addressing: bool,
    /// Its documentation.
    pub documentation: String,
    /// Where it is written.
    pub place: Place,
}

/// The version of SOAP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SoapVersion {
    /// SOAP 1.1.
    V11,
    /// SOAP 1.2.
    V12,
}

/// An operation as bound.
#[derive(Debug)]
pub struct BoundOperation {
    /// Indexes [`PortType::operations`] of the binding's port type.
    pub operation: usize,
    /// `soapAction`; empty where none.
    pub action: String,
    /// `soapAction` is required (SOAP 1.2 `soapActionRequired`).
    pub style: Style,
    /// The request's binding; absent for a notification.
    pub input: Option<BoundMessage>,
    /// The answer's binding; absent for one-way.
    pub output: Option<BoundMessage>,
    /// The faults' bindings.
    pub faults: Vec<BoundFault>,
    /// WS-Policy annotations on it, as written.
    pub policies: Vec<String>,
    /// Where it is written.
    pub place: Place,
}

/// How a body is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// The body holds the part's element.
    Document,
    /// The body holds an element named after the operation, which holds an element for each part.
    Rpc,
}

/// How one direction of an operation is bound.
#[derive(Debug, Clone)]
pub struct BoundMessage {
    /// `use="encoded"` rather than literal.
    pub encoded: bool,
    /// The namespace of the rpc wrapper.
    pub namespace: String,
    /// Names of the parts in the body, in order (all parts that no header takes, where `parts` is not written).
    pub body: Vec<Arc<str>>,
    /// The headers.
    pub headers: Vec<Header>,
    /// Parts that travel as MIME attachments, with the content types allowed.
    pub attachments: Vec<Attachment>,
}

/// A `soap:header` (WSDL 1.1, 3.7).
#[derive(Debug, Clone)]
pub struct Header {
    /// The message it comes from.
    pub message: QName,
    /// The part.
    pub part: Part,
    /// `use="encoded"`.
    pub encoded: bool,
    /// For encoded and type parts.
    pub namespace: String,
    /// Its header faults.
    pub faults: Vec<Header>,
}

/// A `mime:content` part.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// The part's name.
    pub part: Arc<str>,
    /// Media types allowed, as written.
    pub media_types: Vec<String>,
}

/// A `soap:fault`.
#[derive(Debug, Clone)]
pub struct BoundFault {
    /// The fault's name in the operation.
    pub name: Arc<str>,
    /// `use="encoded"`.
    pub encoded: bool,
    /// For type parts.
    pub namespace: String,
}

/// A service (WSDL 1.1, 2.7).
#[derive(Debug)]
pub struct Service {
    /// Its name.
    pub name: QName,
    /// Its SOAP ports.
    pub ports: Vec<Port>,
    /// Its documentation.
    pub documentation: String,
    /// Where it is written.
    pub place: Place,
}

/// A port (WSDL 1.1, 2.6).
#[derive(Debug)]
pub struct Port {
    /// Its name.
    pub name: Arc<str>,
    /// Indexes [`Contract::bindings`].
    pub binding: usize,
    /// `soap:address location`; empty where none.
    pub address: String,
    /// Foreign attributes and policy references on it.
    pub foreign: Vec<Foreign>,
    /// Where it is written.
    pub place: Place,
}
