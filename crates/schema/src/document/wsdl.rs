//! WSDL 1.1 documents as written, with their SOAP 1.1, SOAP 1.2 and MIME extensions.

use std::sync::Arc;

use soapstone::name::QName;

use super::{Fragment, Schema};
use crate::contract::{SoapVersion, Style};
use crate::model::{Foreign, Place, Scope};

/// `wsdl:definitions` (WSDL 1.1, 2.1).
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    /// `name`
    pub name: Option<Arc<str>>,
    /// `targetNamespace`; empty where none is written.
    pub target_namespace: Arc<str>,
    /// The prefixes declared on the element; the writer prefers them.
    pub prefixes: Scope,
    /// Its documentation.
    pub documentation: String,
    /// `import`s, in order.
    pub imports: Vec<Import>,
    /// The schemas in `types`, in order.
    pub schemas: Vec<Schema>,
    /// `message`s, in order.
    pub messages: Vec<Message>,
    /// `portType`s, in order.
    pub port_types: Vec<PortType>,
    /// `binding`s, in order.
    pub bindings: Vec<Binding>,
    /// `service`s, in order.
    pub services: Vec<Service>,
    /// Elements of other namespaces at the top (policies).
    pub extensions: Vec<Fragment>,
    /// Where it is written.
    pub place: Place,
}

/// `wsdl:import` (WSDL 1.1, 2.1.1).
#[derive(Debug, Clone)]
pub struct Import {
    /// `namespace`
    pub namespace: Arc<str>,
    /// `location`
    pub location: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// `wsdl:message` (WSDL 1.1, 2.3).
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Its name.
    pub name: Arc<str>,
    /// Its parts, in order.
    pub parts: Vec<Part>,
    /// Its documentation.
    pub documentation: String,
    /// Where it is written.
    pub place: Place,
}

/// `wsdl:part`
#[derive(Debug, Clone)]
pub struct Part {
    /// Its name.
    pub name: Arc<str>,
    /// What it holds; absent where neither `element` nor `type` is written.
    pub content: Option<PartContent>,
    /// Where it is written.
    pub place: Place,
}

/// What a part holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartContent {
    /// `element=`
    Element(QName),
    /// `type=`
    Type(QName),
}

/// `wsdl:portType` (WSDL 1.1, 2.4).
#[derive(Debug, Clone, Default)]
pub struct PortType {
    /// Its name.
    pub name: Arc<str>,
    /// Its operations, in order.
    pub operations: Vec<Operation>,
    /// Its documentation.
    pub documentation: String,
    /// Where it is written.
    pub place: Place,
}

/// `wsdl:operation` of a port type.
#[derive(Debug, Clone, Default)]
pub struct Operation {
    /// Its name.
    pub name: Arc<str>,
    /// `parameterOrder`
    pub parameter_order: Vec<Arc<str>>,
    /// `input`
    pub input: Option<Exchanged>,
    /// `output`
    pub output: Option<Exchanged>,
    /// `output` stands before `input`: solicit-response rather than request-response.
    pub output_first: bool,
    /// `fault`s; each has a name.
    pub faults: Vec<Exchanged>,
    /// Its documentation.
    pub documentation: String,
    /// Where it is written.
    pub place: Place,
}

/// `input`, `output` or `fault` of an operation.
#[derive(Debug, Clone)]
pub struct Exchanged {
    /// `name`
    pub name: Option<Arc<str>>,
    /// `message`
    pub message: QName,
    /// `wsaw:Action` or `wsam:Action`.
    pub action: Option<String>,
    /// Its documentation.
    pub documentation: String,
    /// Where it is written.
    pub place: Place,
}

/// `wsdl:binding` (WSDL 1.1, 2.5).
#[derive(Debug, Clone)]
pub struct Binding {
    /// Its name.
    pub name: Arc<str>,
    /// `type`
    pub port_type: QName,
    /// The protocol.
    pub protocol: Protocol,
    /// `style` of `soap:binding`.
    pub style: Option<Style>,
    /// The operations bound, in order.
    pub operations: Vec<BoundOperation>,
    /// Policies, policy references, `wsaw:UsingAddressing`.
    pub extensions: Vec<Fragment>,
    /// Its documentation.
    pub documentation: String,
    /// Where it is written.
    pub place: Place,
}

/// The protocol of a binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protocol {
    /// `soap:binding`, with its transport.
    Soap(SoapVersion, String),
    /// `http:binding`, with its verb.
    Http(String),
    /// Nothing that we know.
    Other,
}

/// `wsdl:operation` of a binding.
#[derive(Debug, Clone, Default)]
pub struct BoundOperation {
    /// Its name.
    pub name: Arc<str>,
    /// `soapAction`
    pub action: Option<String>,
    /// `soap12:operation soapActionRequired`
    pub action_required: Option<bool>,
    /// `style` of `soap:operation`.
    pub style: Option<Style>,
    /// `input`
    pub input: Option<BoundMessage>,
    /// `output`
    pub output: Option<BoundMessage>,
    /// `fault`s
    pub faults: Vec<BoundFault>,
    /// Policies and policy references.
    pub extensions: Vec<Fragment>,
    /// Its documentation.
    pub documentation: String,
    /// Where it is written.
    pub place: Place,
}

/// `input` or `output` of a bound operation.
#[derive(Debug, Clone, Default)]
pub struct BoundMessage {
    /// `name`, which tells overloads apart.
    pub name: Option<Arc<str>>,
    /// `soap:body`
    pub body: Option<Body>,
    /// `soap:header`s
    pub headers: Vec<Header>,
    /// `mime:multipartRelated`, the parts after the one with the body.
    pub attachments: Vec<Attachment>,
    /// It is laid out as `mime:multipartRelated`.
    pub multipart: bool,
    /// Policies and policy references.
    pub extensions: Vec<Fragment>,
    /// Where it is written.
    pub place: Place,
}

/// `soap:body` (WSDL 1.1, 3.5).
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// `use="encoded"`
    pub encoded: bool,
    /// `namespace`
    pub namespace: Option<String>,
    /// `encodingStyle`
    pub encoding_style: Option<String>,
    /// `parts`
    pub parts: Option<Vec<Arc<str>>>,
}

/// `soap:header` or `soap:headerfault` (WSDL 1.1, 3.7).
#[derive(Debug, Clone)]
pub struct Header {
    /// `message`
    pub message: QName,
    /// `part`
    pub part: Arc<str>,
    /// `use="encoded"`
    pub encoded: bool,
    /// `namespace`
    pub namespace: Option<String>,
    /// `soap:headerfault`s inside.
    pub faults: Vec<Header>,
    /// Where it is written.
    pub place: Place,
}

/// `mime:content` (WSDL 1.1, 5.3).
#[derive(Debug, Clone)]
pub struct Attachment {
    /// `part`
    pub part: Arc<str>,
    /// `type`s of the alternatives, as written.
    pub media_types: Vec<String>,
}

/// `wsdl:fault` of a bound operation with its `soap:fault`.
#[derive(Debug, Clone)]
pub struct BoundFault {
    /// Its name, by which it is found in the port type.
    pub name: Arc<str>,
    /// `use="encoded"`
    pub encoded: bool,
    /// `namespace`
    pub namespace: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// `wsdl:service` (WSDL 1.1, 2.7).
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// Its name.
    pub name: Arc<str>,
    /// Its ports, in order.
    pub ports: Vec<Port>,
    /// Its documentation.
    pub documentation: String,
    /// Where it is written.
    pub place: Place,
}

/// `wsdl:port` (WSDL 1.1, 2.6).
#[derive(Debug, Clone)]
pub struct Port {
    /// Its name.
    pub name: Arc<str>,
    /// `binding`
    pub binding: QName,
    /// `location` of the `soap:address`.
    pub address: Option<String>,
    /// Attributes of other namespaces.
    pub foreign: Vec<Foreign>,
    /// Policies, endpoint references.
    pub extensions: Vec<Fragment>,
    /// Its documentation.
    pub documentation: String,
    /// Where it is written.
    pub place: Place,
}

impl Exchanged {
    /// Makes an input or output of that message.
    pub fn new(message: QName) -> Exchanged {
        Exchanged {
            name: None,
            message,
            action: None,
            documentation: String::new(),
            place: Place::default(),
        }
    }
}
