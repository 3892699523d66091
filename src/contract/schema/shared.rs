//! The types that the tables of a namespace share: the conditions of filters, and what every operation knows.

use soapstone::name::QName;
use soapstone_schema::document::schema::{ComplexType, Component, Element, TypeUse};
use soapstone_schema::model::Builtin;

use super::super::Contract;
use super::super::naming::capitalised;
use super::written::{self, documented, enumeration, field, many, nillable, optional, xsd};
use super::{Conditions, Part, complex};

pub(super) fn condition_name(conditions: &Conditions) -> String {
    match conditions {
        Conditions::Null | Conditions::Label(_) => "NullCondition".to_owned(),
        Conditions::Text => "StringCondition".to_owned(),
        Conditions::Equal(builtin) | Conditions::Ordered(builtin) => {
            format!("{}Condition", capitalised(builtin.name()))
        }
    }
}

/// The type of a condition, with that of its range.
pub(super) fn condition_types(
    contract: &Contract,
    conditions: &Conditions,
    own: &impl Fn(&str) -> QName,
) -> Vec<Component> {
    let is_null = optional(field("isNull", xsd(Builtin::Boolean)));
    let (stem, value) = match conditions {
        Conditions::Null => {
            return vec![Component::ComplexType(complex(
                "NullCondition",
                vec![is_null],
            ))];
        }
        Conditions::Label(index) => match contract.types.get(*index) {
            Some(named) => (named.name.to_string(), TypeUse::Named(own(&named.name))),
            None => return Vec::new(),
        },
        Conditions::Text => ("String".to_owned(), xsd(Builtin::String)),
        Conditions::Equal(builtin) | Conditions::Ordered(builtin) => {
            (capitalised(builtin.name()), xsd(*builtin))
        }
    };
    let one = |name: &str| optional(field(name, value.clone()));
    let range = format!("{stem}Range");
    let ordered = matches!(conditions, Conditions::Ordered(_) | Conditions::Text);
    let listed = ordered || matches!(conditions, Conditions::Label(_));
    let mut particles = vec![one("eq"), one("ne")];
    if ordered {
        particles.extend(["lt", "le", "gt", "ge"].map(one));
    }
    if listed {
        particles.push(many(field("in", value.clone())));
    }
    if ordered {
        particles.push(optional(field("between", TypeUse::Named(own(&range)))));
    }
    if matches!(conditions, Conditions::Text) {
        particles.push(documented(
            one("like"),
            Some("% stands for any characters, _ for one; \\ takes the next as it is."),
        ));
        particles.extend(["startsWith", "contains"].map(one));
    }
    particles.push(is_null);
    let mut components = vec![Component::ComplexType(complex(
        &format!("{stem}Condition"),
        particles,
    ))];
    if ordered {
        components.push(Component::ComplexType(complex(
            &range,
            vec![field("from", value.clone()), field("to", value.clone())],
        )));
    }
    components
}

/// What every namespace with operations has.
pub(super) fn common(part: &Part, own: &impl Fn(&str) -> QName) -> Vec<Component> {
    let mut components = Vec::new();
    if part.writes {
        components.push(Component::SimpleType(enumeration(
            "Mode",
            ["atomic", "perRecord"].map(str::to_owned).into_iter(),
        )));
        let statuses = ["created", "updated", "deleted", "conflict", "failed"].map(str::to_owned);
        components.push(Component::SimpleType(enumeration(
            "Status",
            statuses.into_iter(),
        )));
    }
    if part.changes {
        let kinds = ["insert", "update", "delete"].map(str::to_owned);
        components.push(Component::SimpleType(enumeration(
            "ChangeKind",
            kinds.into_iter(),
        )));
    }
    if part.misfits {
        let particles = vec![
            field("field", xsd(Builtin::String)),
            optional(field("text", xsd(Builtin::String))),
            optional(field("bytes", xsd(Builtin::Base64Binary))),
        ];
        let type_ = ComplexType {
            annotation: written::annotation(Some(
                "A stored value that the field's type cannot hold: the field is absent, and the value stands here exactly.",
            )),
            ..complex("Misfit", particles)
        };
        components.push(Component::ComplexType(type_));
    }
    if part.routines {
        let element = Element {
            annotation: written::annotation(Some(
                "A header: a value of a routine's answer that its type cannot hold, and which is nil there.",
            )),
            ..Element::new("Misfit", Some(TypeUse::Named(own("Misfit"))))
        };
        components.push(Component::Element(element));
    }
    if part.unknown_rows {
        components.push(Component::ComplexType(complex(
            "UnknownRow",
            vec![many(field("field", TypeUse::Named(own("UnknownField"))))],
        )));
        let particles = vec![
            field("name", xsd(Builtin::String)),
            optional(nillable(field("text", xsd(Builtin::String)))),
            optional(field("bytes", xsd(Builtin::Base64Binary))),
        ];
        components.push(Component::ComplexType(complex("UnknownField", particles)));
    }
    if part.operations {
        let particles = vec![
            documented(
                field("code", xsd(Builtin::String)),
                Some("A word that stays the same, such as NotFound or Conflict."),
            ),
            field("message", xsd(Builtin::String)),
            documented(
                field("retryable", xsd(Builtin::Boolean)),
                Some("The same request may succeed later."),
            ),
            documented(
                optional(field("path", xsd(Builtin::String))),
                Some("Where in the request."),
            ),
            field("correlationId", xsd(Builtin::String)),
        ];
        components.push(Component::ComplexType(complex("Problem", particles)));
        components.push(Component::Element(Element::new(
            "Problem",
            Some(TypeUse::Named(own("Problem"))),
        )));
        let text = |name: &str, documentation: &str| {
            let element = Element {
                annotation: written::annotation(Some(documentation)),
                ..Element::new(name, Some(xsd(Builtin::String)))
            };
            Component::Element(element)
        };
        if part.writes {
            components.push(text(
                "IdempotencyKey",
                "A header: a repeated write with the same key answers the stored answer.",
            ));
        }
        components.push(text(
            "CorrelationId",
            "A header: stands in logs and problems; by default one is made.",
        ));
    }
    components
}
