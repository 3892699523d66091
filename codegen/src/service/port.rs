//! Which bindings of a port type are one service, the ports that offer it, and the header blocks it knows.

use std::cmp::Reverse;

use soapstone::name::QName;
use soapstone_schema::contract::{
    Binding, BoundMessage, BoundOperation, Contract, Header, Message, Operation, SoapVersion,
};

use super::Port;

/// The bindings of a port type that differ in what is sent, SOAP 1.1 before others. Two are one service where one has nothing
/// that the other has not, in whatever version.
pub(super) fn distinct(contract: &Contract, port_type: usize) -> Vec<(usize, &Binding)> {
    let all = contract.bindings.iter().enumerate();
    let mut bindings: Vec<(usize, &Binding)> = all
        .filter(|(_, binding)| binding.port_type == port_type)
        .collect();
    bindings.sort_by_key(|(_, binding)| {
        (
            binding.soap != SoapVersion::V11,
            Reverse(binding.operations.len()),
        )
    });
    let mut found: Vec<(usize, &Binding)> = Vec::new();
    for (at, binding) in bindings {
        if !found.iter().any(|(_, known)| covers(known, binding)) {
            found.push((at, binding));
        }
    }
    found
}

/// The ports of a binding, and then those of bindings that it covers.
pub(super) fn ports(contract: &Contract, (at, binding): (usize, &Binding)) -> Vec<Port> {
    let mut found: Vec<(bool, Port)> = Vec::new();
    for port in contract.services.iter().flat_map(|service| &service.ports) {
        let Some(bound) = contract.bindings.get(port.binding) else {
            continue;
        };
        if bound.port_type == binding.port_type && covers(binding, bound) {
            let port_ = Port {
                name: port.name.to_string(),
                soap12: bound.soap == SoapVersion::V12,
                address: port.address.clone(),
            };
            found.push((port.binding != at, port_));
        }
    }
    found.sort_by_key(|(other, _)| *other);
    found.into_iter().map(|(_, port)| port).collect()
}

/// The bindings that a binding covers.
pub(super) fn covered<'a>(contract: &'a Contract, binding: &Binding) -> Vec<&'a Binding> {
    let all = contract.bindings.iter();
    all.filter(|other| other.port_type == binding.port_type && covers(binding, other))
        .collect()
}

/// The header blocks of an operation, as its binding has them, and then as those do that it covers.
pub(super) fn headers<'a>(
    covered: &[&'a Binding],
    bound: &'a BoundOperation,
) -> impl Iterator<Item = &'a Header> {
    let others = covered
        .iter()
        .flat_map(|other| &other.operations)
        .filter(|other| other.operation == bound.operation);
    std::iter::once(bound)
        .chain(others)
        .flat_map(|operation| operation.input.iter().chain(&operation.output))
        .flat_map(|message| &message.headers)
}

/// The actions of an operation's messages by WS-Addressing.
#[derive(Debug)]
pub(super) struct Actions {
    /// Of the request and of the answer; empty where there is none.
    pub(super) messages: [String; 2],
    /// Of each fault.
    pub(super) faults: Vec<String>,
}

/// The actions of an operation: as written, for the request `soapAction` too, or by the default pattern
/// (WS-Addressing 1.0, metadata, 4.4.4).
pub(super) fn actions(port_type: &QName, operation: &Operation, bound: &BoundOperation) -> Actions {
    let namespace = port_type.namespace.trim_end_matches('/');
    let delimiter = if namespace.starts_with("urn:") {
        ":"
    } else {
        "/"
    };
    let by_pattern = |names: &[&str]| {
        [&[namespace, &*port_type.local], names]
            .concat()
            .join(delimiter)
    };
    let action = |message: &Option<Message>, name: &str, bound: &str| {
        let message = message.as_ref()?;
        let bound = (!bound.is_empty()).then(|| bound.to_owned());
        let told = message.action.clone().or(bound);
        Some(told.unwrap_or_else(|| by_pattern(&[name])))
    };
    let request = action(&operation.input, &operation.input_name, &bound.action);
    let answer = action(&operation.output, &operation.output_name, "");
    let faults = operation.faults.iter().map(|fault| {
        let by_pattern = || by_pattern(&[&*operation.name, "Fault", &*fault.name]);
        fault.message.action.clone().unwrap_or_else(by_pattern)
    });
    Actions {
        messages: [request, answer].map(Option::unwrap_or_default),
        faults: faults.collect(),
    }
}

/// Tells whether a binding has all bodies that another has, in the same form. Header blocks are optional for who sends and
/// who reads: those of either are known.
fn covers(known: &Binding, other: &Binding) -> bool {
    let form = |message: &Option<BoundMessage>| {
        message
            .as_ref()
            .map(|m| (m.encoded, m.namespace.clone(), m.body.clone()))
    };
    let same = |one: &BoundOperation, two: &BoundOperation| {
        one.operation == two.operation
            && one.style == two.style
            && (one.action == two.action || one.action.is_empty() || two.action.is_empty())
            && form(&one.input) == form(&two.input)
            && form(&one.output) == form(&two.output)
    };
    let has = |other: &BoundOperation| known.operations.iter().any(|one| same(one, other));
    other.operations.iter().all(has)
}
