//! Schemas, complex types and declarations as text.

use super::attribute::{attribute, attribute_group, attributes};
use super::simple::{derivations, facets, simple_type, type_use};
use super::text::Text;
use crate::document::schema::{
    Admits, Admitted, ComplexType, Component, Constraint, ConstraintKind, Content, Element, Group,
    GroupDefinition, Particle, Reference, ReferenceKind, Schema, Term, TypeUse, Usage, Wildcard,
    XPath,
};
use crate::model::{Compositor, Derivation, Process, ValueConstraint, XSD};

/// Writes `xs:schema` indented as a child at `depth`.
pub(super) fn schema(schema: &Schema, depth: usize) -> String {
    let target = schema.target_namespace.as_deref().unwrap_or("");
    let mut text = Text::new(depth, &schema.prefixes, target);
    text.declare(XSD);
    text.declare(target);
    for reference in &schema.references {
        self::reference(&mut text, reference);
    }
    for annotation in &schema.annotations {
        text.annotation_element(annotation);
    }
    for component in &schema.components {
        self::component(&mut text, component);
    }
    let mut attributes = Vec::new();
    if schema.target_namespace.is_some() {
        attributes.push(("targetNamespace", target.to_owned()));
    }
    if schema.elements_qualified {
        attributes.push(("elementFormDefault", "qualified".to_owned()));
    }
    if schema.attributes_qualified {
        attributes.push(("attributeFormDefault", "qualified".to_owned()));
    }
    if schema.block_default != Default::default() {
        attributes.push(("blockDefault", derivations(schema.block_default, true)));
    }
    if schema.final_default != Default::default() {
        attributes.push(("finalDefault", derivations(schema.final_default, false)));
    }
    if let Some(version) = &schema.version {
        attributes.push(("version", version.clone()));
    }
    let root = text.xs("schema");
    text.finish(&root, &attributes)
}

/// Writes a component under a root of its own.
pub(super) fn only(component: &Component) -> String {
    let mut text = Text::new(0, &Default::default(), "");
    text.declare(XSD);
    self::component(&mut text, component);
    text.finish("xs:schema", &[])
}

fn reference(text: &mut Text, reference: &Reference) {
    let name = match reference.kind {
        ReferenceKind::Include => "include",
        ReferenceKind::Import(_) => "import",
        ReferenceKind::Redefine(_) => "redefine",
    };
    text.start(text.xs(name));
    if let ReferenceKind::Import(Some(namespace)) = &reference.kind {
        text.attribute("namespace", namespace);
    }
    if let Some(location) = &reference.location {
        text.attribute("schemaLocation", location);
    }
    if let ReferenceKind::Redefine(components) = &reference.kind {
        for component in components {
            self::component(text, component);
        }
    }
    text.end();
}

fn component(text: &mut Text, component: &Component) {
    match component {
        Component::SimpleType(type_) => simple_type(text, type_),
        Component::ComplexType(type_) => complex_type(text, type_),
        Component::Element(element) => self::element(text, element, None),
        Component::Attribute(attribute) => self::attribute(text, attribute, Usage::Optional),
        Component::Group(group) => group_definition(text, group),
        Component::AttributeGroup(group) => attribute_group(text, group),
        Component::Notation(notation) => {
            text.start(text.xs("notation"));
            text.attribute("name", &notation.name);
            if let Some(public) = &notation.public {
                text.attribute("public", public);
            }
            if let Some(system) = &notation.system {
                text.attribute("system", system);
            }
            text.annotation(&notation.annotation);
            text.end();
        }
    }
}

pub(super) fn complex_type(text: &mut Text, type_: &ComplexType) {
    text.start(text.xs("complexType"));
    if let Some(name) = &type_.name {
        text.attribute("name", name);
    }
    if type_.abstract_ {
        text.attribute("abstract", "true");
    }
    if type_.mixed {
        text.attribute("mixed", "true");
    }
    if let Some(block) = type_.block {
        text.attribute("block", &derivations(block, false));
    }
    if let Some(final_) = type_.final_ {
        text.attribute("final", &derivations(final_, false));
    }
    text.annotation(&type_.annotation);
    match &type_.content {
        Content::Plain(particle) => {
            particle
                .iter()
                .for_each(|particle| self::particle(text, particle));
            attributes(text, &type_.attributes);
        }
        Content::Complex {
            derivation,
            base,
            mixed,
            particle,
            ..
        } => {
            text.start(text.xs("complexContent"));
            if let Some(mixed) = mixed {
                text.attribute("mixed", if *mixed { "true" } else { "false" });
            }
            text.start(text.xs(match derivation {
                Derivation::Extension => "extension",
                Derivation::Restriction => "restriction",
            }));
            text.name_attribute("base", base);
            particle
                .iter()
                .for_each(|particle| self::particle(text, particle));
            attributes(text, &type_.attributes);
            text.end();
            text.end();
        }
        Content::SimpleExtension { base, .. } => {
            text.start(text.xs("simpleContent"));
            text.start(text.xs("extension"));
            text.name_attribute("base", base);
            attributes(text, &type_.attributes);
            text.end();
            text.end();
        }
        Content::SimpleRestriction {
            base,
            type_: inner,
            facets: steps,
            ..
        } => {
            text.start(text.xs("simpleContent"));
            text.start(text.xs("restriction"));
            text.name_attribute("base", base);
            inner.iter().for_each(|inner| simple_type(text, inner));
            facets(text, steps);
            attributes(text, &type_.attributes);
            text.end();
            text.end();
        }
    }
    text.end();
}

fn particle(text: &mut Text, particle: &Particle) {
    match &particle.term {
        Term::Element(element) => self::element(text, element, Some(particle)),
        Term::ElementReference(name) => {
            text.start(text.xs("element"));
            text.name_attribute("ref", name);
            occurrence(text, particle);
            text.end();
        }
        Term::Group(group) => self::group(text, group, Some(particle)),
        Term::GroupReference(name) => {
            text.start(text.xs("group"));
            text.name_attribute("ref", name);
            occurrence(text, particle);
            text.end();
        }
        Term::Any(wildcard) => {
            text.start(text.xs("any"));
            self::wildcard(text, wildcard);
            occurrence(text, particle);
            text.annotation(&wildcard.annotation);
            text.end();
        }
    }
}

fn occurrence(text: &mut Text, particle: &Particle) {
    if particle.min != 1 {
        text.attribute("minOccurs", &particle.min.to_string());
    }
    match particle.max {
        None => text.attribute("maxOccurs", "unbounded"),
        Some(1) => {}
        Some(max) => text.attribute("maxOccurs", &max.to_string()),
    }
}

fn group(text: &mut Text, group: &Group, occurs: Option<&Particle>) {
    text.start(text.xs(match group.compositor {
        Compositor::Sequence => "sequence",
        Compositor::Choice => "choice",
        Compositor::All => "all",
    }));
    if let Some(particle) = occurs {
        occurrence(text, particle);
    }
    text.annotation(&group.annotation);
    group
        .particles
        .iter()
        .for_each(|particle| self::particle(text, particle));
    text.end();
}

fn group_definition(text: &mut Text, definition: &GroupDefinition) {
    text.start(text.xs("group"));
    text.attribute("name", &definition.name);
    text.annotation(&definition.annotation);
    group(text, &definition.group, None);
    text.end();
}

pub(super) fn wildcard(text: &mut Text, wildcard: &Wildcard) {
    match &wildcard.admits {
        Admits::Any => {}
        Admits::Other => text.attribute("namespace", "##other"),
        Admits::These(list) => {
            let names: Vec<&str> = list
                .iter()
                .map(|entry| match entry {
                    Admitted::Target => "##targetNamespace",
                    Admitted::Local => "##local",
                    Admitted::Namespace(name) => name,
                })
                .collect();
            text.attribute("namespace", &names.join(" "));
        }
    }
    match wildcard.process {
        Process::Strict => {}
        Process::Lax => text.attribute("processContents", "lax"),
        Process::Skip => text.attribute("processContents", "skip"),
    }
}

fn element(text: &mut Text, element: &Element, occurs: Option<&Particle>) {
    text.start(text.xs("element"));
    text.attribute("name", &element.name);
    form(text, element.qualified);
    if let Some(TypeUse::Named(name)) = &element.type_ {
        text.name_attribute("type", name);
    }
    if let Some(head) = &element.substitution_group {
        text.name_attribute("substitutionGroup", head);
    }
    if let Some(particle) = occurs {
        occurrence(text, particle);
    }
    if element.nillable {
        text.attribute("nillable", "true");
    }
    value(text, &element.value);
    if element.abstract_ {
        text.attribute("abstract", "true");
    }
    if let Some(block) = element.block {
        text.attribute("block", &derivations(block, true));
    }
    if let Some(final_) = element.final_ {
        text.attribute("final", &derivations(final_, false));
    }
    text.foreign(&element.foreign);
    text.annotation(&element.annotation);
    in_place(text, &element.type_);
    element
        .constraints
        .iter()
        .for_each(|constraint| self::constraint(text, constraint));
    text.end();
}

fn constraint(text: &mut Text, constraint: &Constraint) {
    let name = match constraint.kind {
        ConstraintKind::Unique => "unique",
        ConstraintKind::Key => "key",
        ConstraintKind::KeyRef(_) => "keyref",
    };
    text.start(text.xs(name));
    text.attribute("name", &constraint.name);
    if let ConstraintKind::KeyRef(refer) = &constraint.kind {
        text.name_attribute("refer", refer);
    }
    text.annotation(&constraint.annotation);
    xpath(text, "selector", &constraint.selector);
    constraint
        .fields
        .iter()
        .for_each(|field| xpath(text, "field", field));
    text.end();
}

fn xpath(text: &mut Text, name: &str, path: &XPath) {
    text.start(text.xs(name));
    text.declare_used(&path.text, &path.scope);
    text.attribute("xpath", &path.text);
    text.end();
}

pub(super) fn in_place(text: &mut Text, type_: &Option<TypeUse>) {
    if let Some(type_ @ (TypeUse::Simple(_) | TypeUse::Complex(_))) = type_ {
        type_use(text, "type", type_);
    }
}

pub(super) fn form(text: &mut Text, qualified: Option<bool>) {
    match qualified {
        None => {}
        Some(true) => text.attribute("form", "qualified"),
        Some(false) => text.attribute("form", "unqualified"),
    }
}

pub(super) fn value(text: &mut Text, value: &Option<ValueConstraint>) {
    if let Some(value) = value {
        text.declare_used(&value.lexical, &value.scope);
        text.attribute(
            if value.fixed { "fixed" } else { "default" },
            &value.lexical,
        );
    }
}
