//! Binding names to components (XSD 1.0 part 1, 3.15.3 and 4.2.3, src-resolve).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use soapstone::name::QName;

use super::symbols::{complex_type, element};
use super::{At, Original, Resolver, next};
use crate::document::schema::{ReferenceKind, Schema};
use crate::load::Unit;
use crate::model::{
    AttributeGroupId, AttributeId, Builtin, Compositor, Content, ElementId, Globals, Group,
    GroupId, Namespaces, Particle, Place, Process, Term, Type, TypeId, Wildcard, XSD, XSI,
};

/// The namespaces that a schema may refer to.
pub(super) fn visible(unit: &Unit, schema: &Schema) -> HashSet<Arc<str>> {
    let mut visible: HashSet<Arc<str>> = [unit.namespace.clone(), XSD.into(), XSI.into()].into();
    for reference in &schema.references {
        if let ReferenceKind::Import(namespace) = &reference.kind {
            visible.insert(namespace.clone().unwrap_or_default());
        }
    }
    visible
}

impl Resolver<'_, '_> {
    /// The type of that name; `anyType` where there is none.
    pub(super) fn type_(&mut self, at: At, name: &QName, place: Place) -> TypeId {
        let name = self.referred(at, name, place, |globals| &globals.types);
        match self.model.globals.types.get(&name).copied() {
            Some(found) => {
                self.check_visible(at, &name, place);
                found
            }
            None => {
                self.missing(at, "type", &name, place, |resolver| {
                    near(&resolver.model.globals.types, &name)
                });
                Builtin::AnyType.id()
            }
        }
    }

    /// The type that a derivation starts from: in a redefinition of that name, the type before. `None` was reported.
    pub(super) fn base(&mut self, at: At, name: &QName, place: Place) -> Option<TypeId> {
        if let Some(Original::Type(original)) = self.original(at, name) {
            return Some(original);
        }
        let id = self.type_(at, name, place);
        let any_type = id == Builtin::AnyType.id();
        (!any_type || name.is(XSD, Builtin::AnyType.name())).then_some(id)
    }

    pub(super) fn element_reference(
        &mut self,
        at: At,
        name: &QName,
        place: Place,
    ) -> Option<ElementId> {
        let name = self.referred(at, name, place, |globals| &globals.elements);
        if name.is(XSD, "schema") {
            return Some(self.schema_element());
        }
        let found = self.model.globals.elements.get(&name).copied();
        match found {
            Some(_) => self.check_visible(at, &name, place),
            None => self.missing(at, "element", &name, place, |resolver| {
                near(&resolver.model.globals.elements, &name)
            }),
        }
        found
    }

    pub(super) fn attribute_reference(
        &mut self,
        at: At,
        name: &QName,
        place: Place,
    ) -> Option<AttributeId> {
        let name = self.referred(at, name, place, |globals| &globals.attributes);
        let found = self.model.globals.attributes.get(&name).copied();
        match found {
            Some(_) => self.check_visible(at, &name, place),
            None => {
                let near = |resolver: &Self| near(&resolver.model.globals.attributes, &name);
                self.missing(at, "attribute", &name, place, near);
            }
        }
        found
    }

    pub(super) fn group_reference(
        &mut self,
        at: At,
        name: &QName,
        place: Place,
    ) -> Option<GroupId> {
        if let Some(Original::Group(original)) = self.original(at, name) {
            return Some(original);
        }
        let name = self.referred(at, name, place, |globals| &globals.groups);
        let found = self.model.globals.groups.get(&name).copied();
        match found {
            Some(_) => self.check_visible(at, &name, place),
            None => self.missing(at, "group", &name, place, |resolver| {
                near(&resolver.model.globals.groups, &name)
            }),
        }
        found
    }

    pub(super) fn attribute_group_reference(
        &mut self,
        at: At,
        name: &QName,
        place: Place,
    ) -> Option<AttributeGroupId> {
        if let Some(Original::AttributeGroup(original)) = self.original(at, name) {
            return Some(original);
        }
        let name = self.referred(at, name, place, |globals| &globals.attribute_groups);
        let found = self.model.globals.attribute_groups.get(&name).copied();
        match found {
            Some(_) => self.check_visible(at, &name, place),
            None => {
                let near = |resolver: &Self| near(&resolver.model.globals.attribute_groups, &name);
                self.missing(at, "attribute group", &name, place, near);
            }
        }
        found
    }

    /// `xs:schema` itself, which .NET's data sets hold: anything inside is skipped.
    fn schema_element(&mut self) -> ElementId {
        let name = QName::new(XSD, "schema");
        if let Some(known) = self.model.globals.elements.get(&name) {
            return *known;
        }
        let place = Place::default();
        let any = Wildcard {
            namespaces: Namespaces::Any,
            process: Process::Skip,
            annotation: None,
        };
        let particle = Particle {
            min: 0,
            max: None,
            term: Term::Any(any.clone()),
            place,
        };
        let group = self.new_group(Group {
            name: None,
            compositor: Compositor::Sequence,
            particles: vec![particle],
            annotation: None,
            place,
        });
        let mut type_ = complex_type(None, place);
        type_.content = Content::Mixed(Some(Particle {
            min: 1,
            max: Some(1),
            term: Term::Group(group),
            place,
        }));
        type_.any_attribute = Some(any);
        let mut declaration = element(name.clone(), true, place);
        declaration.type_ = TypeId(next(self.model.types.len()));
        self.model.types.push(Type::Complex(type_));
        let id = ElementId(next(self.model.elements.len()));
        self.model.elements.push(declaration);
        self.model.globals.elements.insert(name, id);
        id
    }

    /// What a name means in a unit: in a chameleon, "no namespace" is the includer's.
    pub(super) fn meant(&self, at: At, name: &QName) -> QName {
        match self.units.get(at.unit) {
            Some(unit) if unit.chameleon && name.namespace.is_empty() => QName {
                namespace: unit.namespace.clone(),
                local: name.local.clone(),
            },
            _ => name.clone(),
        }
    }

    /// What a reference means: as written, or, in a WSDL, by a name without prefix where no default namespace is declared, the
    /// schema's own component of that name, as .NET and PHP have it.
    fn referred<T>(
        &mut self,
        at: At,
        name: &QName,
        place: Place,
        known: fn(&Globals) -> &HashMap<QName, T>,
    ) -> QName {
        let name = self.meant(at, name);
        if !name.namespace.is_empty() || known(&self.model.globals).contains_key(&name) {
            return name;
        }
        let Some(unit) = self.units.get(at.unit).filter(|unit| unit.in_wsdl) else {
            return name;
        };
        let own = QName {
            namespace: unit.namespace.clone(),
            local: name.local.clone(),
        };
        if !known(&self.model.globals).contains_key(&own) {
            return name;
        }
        let message = format!("{name} has no prefix and no default namespace; {own} is taken");
        let help = "give it the prefix of that namespace";
        self.report.warning(place, "src-resolve", message, help);
        own
    }

    fn original(&self, at: At, name: &QName) -> Option<Original> {
        let (redefined, original) = self.redefinitions.get(at.redefinition?)?;
        (*redefined == self.meant(at, name)).then_some(*original)
    }

    /// src-resolve 4: the namespace must be the schema's own or imported. In WSDLs everybody lets it pass.
    fn check_visible(&mut self, at: At, name: &QName, place: Place) {
        if self
            .visible
            .get(at.unit)
            .is_none_or(|visible| visible.contains(&name.namespace))
            || !self.said.insert((at.unit, name.namespace.clone()))
        {
            return;
        }
        let message = format!("{name} is used, but its namespace is not imported");
        let help = import_help(&name.namespace);
        if self.units.get(at.unit).is_some_and(|unit| unit.in_wsdl) {
            self.report.warning(place, "src-resolve", message, help);
        } else {
            self.report.error(place, "src-resolve", message, help);
        }
    }

    /// Reports a name that leads nowhere.
    pub(super) fn missing(
        &mut self,
        at: At,
        kind: &str,
        name: &QName,
        place: Place,
        near: impl Fn(&Self) -> Option<QName>,
    ) {
        let message = format!("there is no {kind} {name}");
        let imported = self
            .visible
            .get(at.unit)
            .is_none_or(|visible| visible.contains(&name.namespace));
        let loaded = self
            .units
            .iter()
            .any(|unit| unit.namespace == name.namespace);
        // Suggestions cost a look at every name; whole missing documents get few.
        self.missed += 1;
        let near = if self.missed <= 200 { near(self) } else { None };
        let help = match near {
            Some(near) => format!("did you mean {near}?"),
            None if !imported => import_help(&name.namespace),
            None if !loaded && &*name.namespace != XSD => {
                format!(
                    "no schema for {} was loaded: give the document",
                    name.namespace
                )
            }
            None => String::new(),
        };
        self.report.error(place, "src-resolve", message, help);
    }
}

fn import_help(namespace: &str) -> String {
    match namespace {
        "" => "add <xs:import/>".to_owned(),
        namespace => format!("add <xs:import namespace=\"{namespace}\"/>"),
    }
}

/// A name that was perhaps meant: the same local name elsewhere, or one with one or two characters changed.
pub(super) fn near<T>(known: &HashMap<QName, T>, name: &QName) -> Option<QName> {
    let mut best: Option<(usize, &QName)> = None;
    let allowed = if name.local.chars().count() > 4 { 2 } else { 1 };
    for candidate in known.keys() {
        let distance = match candidate.namespace == name.namespace {
            true => Some(distance(&candidate.local, &name.local))
                .filter(|distance| *distance <= allowed),
            false => (candidate.local == name.local).then_some(2),
        };
        if let Some(distance) = distance
            && best.is_none_or(|(d, n)| (distance, candidate) < (d, n))
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, name)| name.clone())
}

/// How many characters differ, are missing or too many; 9 for "too many to count".
fn distance(a: &str, b: &str) -> usize {
    if a.len().abs_diff(b.len()) > 2 || a.len() > 100 {
        return 9;
    }
    if a.eq_ignore_ascii_case(b) {
        return 1;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let value = (corner + usize::from(x != *y)).min(left + 1).min(*cell + 1);
            corner = std::mem::replace(cell, value);
            left = value;
        }
    }
    row.last().copied().unwrap_or(9)
}
