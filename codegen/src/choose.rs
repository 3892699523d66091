//! What of a contract is made: the operations asked for, and the elements and types that stand for a contract without any.

use std::collections::HashSet;

use soapstone_schema::contract::{Contract, Message, PartContent};
use soapstone_schema::model::{Builtin, ElementId, Place, Type, TypeId};
use soapstone_schema::report::Report;

use crate::Options;

/// What was chosen, in the contract's order.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    pub(crate) elements: Vec<ElementId>,
    pub(crate) types: Vec<TypeId>,
    /// Port types with the indexes of their operations.
    pub(crate) operations: Vec<(usize, Vec<usize>)>,
}

/// Chooses what to make. Operations that are asked for and not there are reported.
pub(crate) fn choose(contract: &Contract, options: &Options, report: &mut Report) -> Chosen {
    let mut chosen = Chosen::default();
    let wanted: HashSet<&str> = options.operations.iter().map(String::as_str).collect();
    let mut found = HashSet::new();
    for (index, port_type) in contract.port_types.iter().enumerate() {
        let mut operations = Vec::new();
        for (at, operation) in port_type.operations.iter().enumerate() {
            let qualified = format!("{}.{}", port_type.name.local, operation.name);
            let asked = wanted.is_empty()
                || wanted.contains(&*operation.name)
                || wanted.contains(qualified.as_str());
            if asked {
                found.extend([operation.name.to_string(), qualified]);
                operations.push(at);
            }
        }
        if !operations.is_empty() {
            chosen.operations.push((index, operations));
        }
    }
    for name in options.operations.iter().filter(|n| !found.contains(*n)) {
        report.error(
            Place::default(),
            "choose-operation",
            format!("the contract has no operation {name}"),
            "name operations as in the port type, or as `PortType.Operation`",
        );
    }
    let model = &contract.model;
    let is_plain = contract.port_types.is_empty();
    if is_plain || options.all_elements {
        let globals = model.elements.iter().enumerate().filter(|(_, e)| e.global);
        chosen
            .elements
            .extend(globals.map(|(index, _)| ElementId(index as u32)));
    }
    if options.all_types || (is_plain && chosen.elements.is_empty()) {
        let named = model
            .types
            .iter()
            .enumerate()
            .skip(Builtin::ALL.len())
            .filter(|(_, t)| match t {
                Type::Simple(simple) => simple.name.is_some(),
                Type::Complex(complex) => complex.name.is_some() && !complex.abstract_,
            });
        chosen
            .types
            .extend(named.map(|(index, _)| TypeId(index as u32)));
    }
    for (port_type, operations) in &chosen.operations {
        let Some(port_type) = contract.port_types.get(*port_type) else {
            continue;
        };
        for operation in operations
            .iter()
            .filter_map(|o| port_type.operations.get(*o))
        {
            let faults = operation.faults.iter().map(|f| &f.message);
            for message in operation
                .input
                .iter()
                .chain(&operation.output)
                .chain(faults)
            {
                add_parts(message, &mut chosen.elements);
            }
        }
    }
    for binding in &contract.bindings {
        let Some((_, operations)) = chosen
            .operations
            .iter()
            .find(|(p, _)| *p == binding.port_type)
        else {
            continue;
        };
        for bound in binding
            .operations
            .iter()
            .filter(|b| operations.contains(&b.operation))
        {
            for message in bound.input.iter().chain(&bound.output) {
                for header in message
                    .headers
                    .iter()
                    .flat_map(|h| std::iter::once(h).chain(&h.faults))
                {
                    if let PartContent::Element(element) = header.part.content {
                        chosen.elements.push(element);
                    }
                }
            }
        }
    }
    let mut seen = HashSet::new();
    chosen.elements.retain(|e| seen.insert(*e));
    chosen
}

fn add_parts(message: &Message, elements: &mut Vec<ElementId>) {
    for part in &message.parts {
        if let PartContent::Element(element) = part.content {
            elements.push(element);
        }
    }
}
