//! Services as Rust: port types with their operations, each message reduced to its elements, before any text is made.
//!
//! An rpc message is a wrapper element with an element for each part (WS-I BP 1.1, 4.4.1), so it becomes a struct like any
//! other; what is emitted for an operation does not depend on its style.

mod body;
mod port;

use soapstone::name::QName;
use soapstone_schema::contract::{
    Binding, BoundOperation, Contract, Header, Operation as Abstract, PartContent, SoapVersion,
};
use soapstone_schema::model::{Type, TypeId};
use soapstone_schema::report::Report;

use crate::choose::Chosen;
use crate::item::{Body, ItemId, Kind, Package, Particle, RootId, Rust};
use crate::lower::{Lowering, SOAP_ENCODING};
use crate::names::{self, Names};

/// A port type with the ports that offer it.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) module: String,
    /// The trait's name; server and client add to it.
    pub(crate) name: String,
    pub(crate) documentation: String,
    pub(crate) soap12: bool,
    /// WS-Addressing is asked for.
    pub(crate) addressing: bool,
    /// Its ports, that of the binding first.
    pub(crate) ports: Vec<Port>,
    pub(crate) operations: Vec<Operation>,
    /// Header elements of its bindings, each with the name of its function.
    pub(crate) headers: Vec<(String, RootId)>,
    pub(crate) client: bool,
    pub(crate) server: bool,
}

/// Where a service is offered.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) name: String,
    pub(crate) soap12: bool,
    /// The address in the contract; empty where none.
    pub(crate) address: String,
}

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) name: String,
    pub(crate) documentation: String,
    pub(crate) action: String,
    /// The elements of the body: none, one, or several parts.
    pub(crate) request: Vec<RootId>,
    /// The elements of the body.
    pub(crate) response: Vec<RootId>,
    pub(crate) one_way: bool,
    pub(crate) encoded: bool,
    /// The actions of the request and of the answer by WS-Addressing.
    pub(crate) actions: [String; 2],
    /// The name of the enum of its faults, and a variant for each.
    pub(crate) faults: Option<(String, Vec<Fault>)>,
    /// Its methods take and return parts, not the whole request and response.
    pub(crate) unwrapped: Option<Unwrapped>,
}

/// A fault as a variant.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) variant: String,
    pub(crate) root: RootId,
    pub(crate) way: Way,
    /// Its action by WS-Addressing; empty for one that travels in the header.
    pub(crate) action: String,
}

/// How a fault travels.
#[derive(Debug)]
pub(crate) enum Way {
    /// As the element in the detail.
    Detail,
    /// As an element in the detail that is of a type.
    Typed(Typed),
    /// In the header, where it tells what is wrong there.
    Header,
}

/// A fault whose part names a type.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) type_: QName,
    /// The fault's name.
    pub(crate) fault: String,
    /// The element's name tells the fault: its type is built in, or other faults of the operation have it too.
    pub(crate) by_name: bool,
    /// How many steps the type is derived in.
    pub(crate) depth: usize,
}

/// The structs whose fields are the parameters and the results of a method.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unwrapped {
    pub(crate) request: ItemId,
    /// Absent for a one-way operation.
    pub(crate) response: Option<ItemId>,
}

/// Lowers the services of a contract. An operation that cannot be made is reported and left out.
pub(crate) fn lower(
    contract: &Contract,
    chosen: &Chosen,
    lowering: &mut Lowering<'_>,
    report: &mut Report,
) {
    if lowering.options.no_clients && lowering.options.no_servers {
        return;
    }
    for (index, operations) in &chosen.operations {
        for (at, binding) in port::distinct(contract, *index) {
            let service = lowering.service(contract, (at, binding), operations, report);
            lowering.package.services.extend(service);
        }
    }
}

/// Lets the methods take and return parts where request and response are plain sequences of elements, the request named
/// after the operation, as the wrapped style has it.
pub(crate) fn unwrap(package: &mut Package) {
    let mut services = std::mem::take(&mut package.services);
    for operation in services.iter_mut().flat_map(|s| &mut s.operations) {
        let [request] = operation.request.as_slice() else {
            continue;
        };
        let response = match operation.response.as_slice() {
            [] => None,
            [one] => Some(plain(package, *one)),
            _ => continue,
        };
        if let Some((request, name)) = plain(package, *request)
            && name == operation.name
            && response != Some(None)
        {
            operation.unwrapped = Some(Unwrapped {
                request,
                response: response.flatten().map(|(response, _)| response),
            });
        }
    }
    package.services = services;
}

/// The struct of an element that holds nothing but elements in a sequence, with the element's name.
fn plain(package: &Package, root: RootId) -> Option<(ItemId, &str)> {
    let root = package.modules.get(root.module)?.elements.get(root.index)?;
    let Rust::Item(id) = root.rust else {
        return None;
    };
    let Kind::Struct(struct_) = &package.items.get(id.0)?.kind else {
        return None;
    };
    let fields = match &struct_.body {
        Body::Empty => true,
        Body::Sequence(fields) => fields
            .iter()
            .all(|field| matches!(field.particle, Particle::Element(..))),
        _ => false,
    };
    let bare = struct_.attributes.is_empty() && struct_.any_attribute.is_none();
    let tag = package.tags.get(root.tag.0)?;
    (fields && bare).then_some((id, tag.local.as_str()))
}

/// A type of XSD or of the SOAP encoding, which any element of a detail may have.
fn is_built_in(name: &QName) -> bool {
    matches!(
        &*name.namespace,
        "http://www.w3.org/2001/XMLSchema" | SOAP_ENCODING
    )
}

impl Lowering<'_> {
    /// Lowers a port type as it is bound.
    fn service(
        &mut self,
        contract: &Contract,
        (at, binding): (usize, &Binding),
        operations: &[usize],
        report: &mut Report,
    ) -> Option<Service> {
        let port_type = contract.port_types.get(binding.port_type)?;
        let ports = port::ports(contract, (at, binding));
        let module = self.claim_module(&names::snake(&port_type.name.local));
        let mut service = Service {
            module,
            name: names::pascal(&port_type.name.local),
            documentation: port_type.documentation.trim().to_owned(),
            soap12: binding.soap == SoapVersion::V12,
            addressing: binding.addressing,
            ports,
            operations: Vec::new(),
            headers: Vec::new(),
            client: !self.options.no_clients,
            server: !self.options.no_servers,
        };
        let (mut methods, mut fault_names) = (Names::default(), Names::default());
        let mut header_names = Names::default();
        // `new` makes a client.
        methods.reserve(&["new"]);
        fault_names.reserve(&[
            &service.name,
            &format!("{}Server", service.name),
            &format!("{}Client", service.name),
        ]);
        let covered = port::covered(contract, binding);
        for bound in binding
            .operations
            .iter()
            .filter(|b| operations.contains(&b.operation))
        {
            let Some(operation) = port_type.operations.get(bound.operation) else {
                continue;
            };
            let headers: Vec<&Header> = port::headers(&covered, bound).collect();
            let actions = port::actions(&port_type.name, operation, bound);
            let own_names = (&mut methods, &mut fault_names);
            match self.operation(operation, bound, actions, &headers, own_names) {
                Ok(lowered) => service.operations.push(lowered),
                Err(why) => report.warning(
                    bound.place,
                    "operation-left-out",
                    format!("operation {} is left out: {why}", operation.name),
                    "the other operations are made",
                ),
            }
            for header in headers {
                if let PartContent::Element(element) = header.part.content
                    && let Some(root) = self.root(element)
                    && !service.headers.iter().any(|(_, known)| *known == root)
                    && let Some(element) = self.model.elements.get(element.index())
                {
                    let name = header_names.claim_snake(&names::snake(&element.name.local));
                    service.headers.push((name, root));
                }
            }
        }
        // Encoded operations are called only.
        service.server &= service.operations.iter().any(|o| !o.encoded);
        (!service.operations.is_empty()).then_some(service)
    }

    /// How many steps a type is derived in.
    fn depth(&self, type_: TypeId) -> usize {
        let base = |id: &TypeId| {
            let base = match self.model.types.get(id.index())? {
                Type::Simple(simple) => simple.base,
                Type::Complex(complex) => complex.base,
            };
            (base != *id).then_some(base)
        };
        std::iter::successors(Some(type_), base)
            .take(self.model.types.len())
            .count()
    }

    fn operation(
        &mut self,
        operation: &Abstract,
        bound: &BoundOperation,
        actions: port::Actions,
        headers: &[&Header],
        (methods, fault_names): (&mut Names, &mut Names),
    ) -> Result<Operation, String> {
        let encoded = bound.input.iter().chain(&bound.output).any(|m| m.encoded);
        let Some(input) = &operation.input else {
            return Err("it has no input: a notification is sent by the server".to_owned());
        };
        let request = self.message(
            &operation.name,
            input,
            bound.input.as_ref(),
            bound.style,
            encoded,
        )?;
        let response = match &operation.output {
            Some(output) => {
                let name = format!("{}Response", operation.name);
                self.message(&name, output, bound.output.as_ref(), bound.style, encoded)?
            }
            None => Vec::new(),
        };
        let mut variants = Names::default();
        let mut faults: Vec<Fault> = Vec::new();
        for (fault, action) in operation.faults.iter().zip(actions.faults) {
            let [part] = fault.message.parts.as_slice() else {
                continue;
            };
            // A fault's detail is an element in either style (WSDL 1.1, 3.6), but for encoded ones and those of old stacks.
            let (root, way) = match part.content {
                PartContent::Element(element) => (self.root(element), Way::Detail),
                PartContent::Type(type_) => match self.type_name(type_).cloned() {
                    Some(name) if part.resolved => (
                        Some(self.fault_part(&fault.message, part, type_)),
                        Way::Typed(Typed {
                            by_name: operation.faults.iter().any(|other| {
                                other.message.name != fault.message.name
                                    && matches!(other.message.parts.as_slice(), [part]
                                        if part.content == PartContent::Type(type_))
                            }) || is_built_in(&name),
                            depth: self.depth(type_),
                            type_: name,
                            fault: fault.name.to_string(),
                        }),
                    ),
                    _ => continue,
                },
            };
            if let Some(root) = root
                && !faults.iter().any(|known| known.root == root)
            {
                faults.push(Fault {
                    variant: variants.claim(&names::pascal(&fault.name)),
                    root,
                    way,
                    action,
                });
            }
        }
        for fault in headers.iter().flat_map(|header| &header.faults) {
            if let PartContent::Element(id) = fault.part.content
                && let Some(root) = self.root(id)
                && !faults.iter().any(|known| known.root == root)
                && let Some(element) = self.model.elements.get(id.index())
            {
                faults.push(Fault {
                    variant: variants.claim(&names::pascal(&element.name.local)),
                    root,
                    way: Way::Header,
                    action: String::new(),
                });
            }
        }
        let faults = (!faults.is_empty()).then(|| {
            (
                fault_names.claim(&format!("{}Fault", names::pascal(&operation.name))),
                faults,
            )
        });
        Ok(Operation {
            method: methods.claim_snake(&names::snake(&operation.name)),
            name: operation.name.to_string(),
            documentation: operation.documentation.trim().to_owned(),
            action: bound.action.clone(),
            request,
            response,
            one_way: operation.output.is_none(),
            encoded,
            actions: actions.messages,
            faults,
            unwrapped: None,
        })
    }
}
