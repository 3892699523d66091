//! Services, ports and bindings.

use std::collections::HashMap;

use super::{Direction, Walk, operation};
use crate::contract::{
    Binding, BoundOperation, Contract, Operation, PortType, Service, SoapVersion,
};
use crate::model::{ElementId, Model};
use soapstone::name::QName;

/// Compares whole contracts.
pub(super) fn contracts(walk: &mut Walk<'_>, old: &Contract, new: &Contract) {
    if !old.services.is_empty() || !new.services.is_empty() {
        services(walk, old, new);
    } else if !old.bindings.is_empty() || !new.bindings.is_empty() {
        ports(walk, (old, &by_binding(old)), (new, &by_binding(new)), "");
    } else if !old.port_types.is_empty() || !new.port_types.is_empty() {
        for before in &old.port_types {
            match new
                .port_types
                .iter()
                .find(|after| after.name.local == before.name.local)
            {
                Some(after) => operation::port_types(walk, before, after),
                None => walk.note(
                    true,
                    "port-type-removed",
                    &before.name.local,
                    "the port type is gone".to_owned(),
                ),
            }
        }
    } else {
        global_elements(walk, &old.model, &new.model);
    }
}

/// Plain schemas: any global element may be sent either way.
fn global_elements(walk: &mut Walk<'_>, old: &Model, new: &Model) {
    for (name, before) in globals(old) {
        let Some(after) = new.globals.elements.get(&name) else {
            walk.note(
                true,
                "element-removed",
                &name.local,
                format!("the element {name} is gone"),
            );
            continue;
        };
        for (direction, label) in [
            (Direction::Request, "request"),
            (Direction::Response, "response"),
        ] {
            walk.elements(
                before,
                *after,
                direction,
                &format!("{label}/{}", name.local),
            );
        }
    }
    for (name, _) in globals(new) {
        if !old.globals.elements.contains_key(&name) {
            walk.note(
                false,
                "element-added",
                &name.local,
                format!("the element {name} is new"),
            );
        }
    }
}

fn globals(model: &Model) -> Vec<(QName, ElementId)> {
    let written = |id: &ElementId| {
        model
            .elements
            .get(id.index())
            .is_some_and(|element| element.place.line > 0)
    };
    let all = model.globals.elements.iter().filter(|(_, id)| written(id));
    let mut list: Vec<(QName, ElementId)> = all.map(|(name, id)| (name.clone(), *id)).collect();
    list.sort();
    list
}

fn services(walk: &mut Walk<'_>, old: &Contract, new: &Contract) {
    for (at, before) in old.services.iter().enumerate() {
        let path = before.name.local.to_string();
        let Some(after) = counterpart(&old.services, at, &new.services) else {
            walk.note(
                true,
                "service-removed",
                &path,
                "the service is gone".to_owned(),
            );
            continue;
        };
        if before.name.namespace != after.name.namespace {
            let message = format!("from {} to {}", before.name.namespace, after.name.namespace);
            walk.note(false, "service-namespace-changed", &path, message);
        }
        for port in &before.ports {
            let named = after.ports.iter().filter(|other| other.name == port.name);
            let stays = named.clone().any(|other| other.address == port.address);
            let moved = named.clone().next().filter(|_| !stays);
            if let Some(moved) = moved {
                let message = format!("from {:?} to {:?}", port.address, moved.address);
                walk.note(
                    false,
                    "address-changed",
                    &format!("{path}/{}", port.name),
                    message,
                );
            }
        }
        ports(
            walk,
            (old, &by_port(before)),
            (new, &by_port(after)),
            &format!("{path}/"),
        );
    }
    for after in &new.services {
        if !old
            .services
            .iter()
            .any(|before| before.name.local == after.name.local)
        {
            walk.note(
                false,
                "service-added",
                &after.name.local,
                "the service is new".to_owned(),
            );
        }
    }
}

/// The service of that name; some contracts have several of one, which count by their order.
fn counterpart<'c>(old: &[Service], at: usize, new: &'c [Service]) -> Option<&'c Service> {
    let name = &old.get(at)?.name;
    let before = old.iter().take(at).filter(|service| service.name == *name);
    let mut same = new.iter().filter(|service| service.name == *name);
    let known = |name: &QName| old.iter().any(|service| service.name == *name);
    let mut moved = new.iter().filter(|service| !known(&service.name));
    same.nth(before.count())
        .or_else(|| moved.find(|service| service.name.local == name.local))
}

/// Names with the bindings that stand under them.
type Endpoints = Vec<(String, usize)>;

fn by_port(service: &Service) -> Endpoints {
    let ports = service.ports.iter();
    told_apart(ports.map(|port| (&*port.name, port.binding)))
}

fn by_binding(contract: &Contract) -> Endpoints {
    let bindings = contract.bindings.iter().enumerate();
    told_apart(bindings.map(|(at, binding)| (&*binding.name.local, at)))
}

/// Numbers names that are there already, as some contracts have them.
fn told_apart<'n>(named: impl Iterator<Item = (&'n str, usize)>) -> Endpoints {
    let mut endpoints = Endpoints::new();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (name, binding) in named {
        let count = seen.entry(name).or_insert(0);
        *count += 1;
        let shown = match count {
            1 => name.to_owned(),
            count => format!("{name}[{count}]"),
        };
        endpoints.push((shown, binding));
    }
    endpoints
}

fn ports(
    walk: &mut Walk<'_>,
    old: (&Contract, &Endpoints),
    new: (&Contract, &Endpoints),
    prefix: &str,
) {
    for (name, index) in old.1 {
        let path = format!("{prefix}{name}");
        let Some((_, other)) = new.1.iter().find(|(other, _)| other == name) else {
            walk.note(true, "port-removed", &path, "the port is gone".to_owned());
            continue;
        };
        if let (Some(before), Some(after)) =
            (old.0.bindings.get(*index), new.0.bindings.get(*other))
        {
            bindings(walk, (old.0, before), (new.0, after), &path);
        }
    }
    for (name, _) in new.1 {
        if !old.1.iter().any(|(other, _)| other == name) {
            walk.note(
                false,
                "port-added",
                &format!("{prefix}{name}"),
                "the port is new".to_owned(),
            );
        }
    }
}

fn bindings(
    walk: &mut Walk<'_>,
    old: (&Contract, &Binding),
    new: (&Contract, &Binding),
    path: &str,
) {
    let (before, after) = (old.1, new.1);
    walk.at(before.place, after.place, |walk| {
        bound(walk, old, new, path)
    });
}

fn bound(walk: &mut Walk<'_>, old: (&Contract, &Binding), new: (&Contract, &Binding), path: &str) {
    let (before, after) = (old.1, new.1);
    if before.soap != after.soap {
        let message = format!(
            "from SOAP {} to SOAP {}",
            version(before.soap),
            version(after.soap)
        );
        walk.note(true, "soap-version-changed", path, message);
    }
    if before.transport != after.transport {
        walk.note(
            true,
            "transport-changed",
            path,
            format!("from {} to {}", before.transport, after.transport),
        );
    }
    if before.addressing != after.addressing {
        let message = match after.addressing {
            true => "WS-Addressing is asked for now",
            false => "WS-Addressing is asked for no longer",
        };
        walk.note(
            after.addressing,
            "addressing-changed",
            path,
            message.to_owned(),
        );
    }
    let (Some(old_type), Some(new_type)) = (
        old.0.port_types.get(before.port_type),
        new.0.port_types.get(after.port_type),
    ) else {
        return;
    };
    let (olds, news) = (pairs(before, old_type), pairs(after, new_type));
    let mut renamed = Vec::new();
    for (meant, bound) in &olds {
        let path = format!("{path}/{}", meant.name);
        let moved = || {
            let fresh = news
                .iter()
                .filter(|(meant, _)| pick(&olds, meant).is_none());
            let mut same =
                fresh.filter(|other| operation::on_the_wire(walk, (meant, bound), other));
            same.next().copied()
        };
        match pick(&news, meant) {
            Some(other) => {
                walk.at(meant.place, other.0.place, |walk| {
                    operation::operations(walk, (meant, bound), other, &path);
                });
            }
            None => match moved() {
                Some(other) => {
                    renamed.push(&other.0.name);
                    walk.at(meant.place, other.0.place, |walk| {
                        let message = format!("to {}: what is sent is the same", other.0.name);
                        walk.note(false, "operation-renamed", &path, message);
                        operation::operations(walk, (meant, bound), other, &path);
                    });
                }
                None => walk.at(meant.place, new_type.place, |walk| {
                    let message = "the operation is gone".to_owned();
                    walk.note(true, "operation-removed", &path, message);
                }),
            },
        }
    }
    for (meant, _) in &news {
        if pick(&olds, meant).is_none() && !renamed.contains(&&meant.name) {
            let path = format!("{path}/{}", meant.name);
            walk.note(
                false,
                "operation-added",
                &path,
                "the operation is new".to_owned(),
            );
        }
    }
}

type Pair<'c> = (&'c Operation, &'c BoundOperation);

fn pairs<'c>(binding: &'c Binding, type_: &'c PortType) -> Vec<Pair<'c>> {
    let meant = |bound: &BoundOperation| type_.operations.get(bound.operation);
    binding
        .operations
        .iter()
        .filter_map(|bound| Some((meant(bound)?, bound)))
        .collect()
}

/// The operation of that name; overloads are told apart by the name of their input.
fn pick<'c>(pairs: &[Pair<'c>], wanted: &Operation) -> Option<Pair<'c>> {
    let named: Vec<&Pair<'c>> = pairs
        .iter()
        .filter(|(meant, _)| meant.name == wanted.name)
        .collect();
    match named.as_slice() {
        [only] => Some(**only),
        several => several
            .iter()
            .find(|(meant, _)| meant.input_name == wanted.input_name)
            .map(|pair| **pair),
    }
}

fn version(soap: SoapVersion) -> &'static str {
    match soap {
        SoapVersion::V11 => "1.1",
        SoapVersion::V12 => "1.2",
    }
}
