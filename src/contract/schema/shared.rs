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

/// A namespace whose shared types are written.
#[derive(Clone, Copy)]
pub(super) struct Home<'a> {
    pub(super) contract: &'a Contract,
    pub(super) namespace: usize,
}

impl Home<'_> {
    fn word(self, word: &str) -> String {
        self.contract.word(self.namespace, word)
    }

    fn own(self, local: &str) -> TypeUse {
        TypeUse::Named(QName::new(self.contract.namespace(self.namespace), local))
    }

    /// The type of a condition, with that of its range.
    pub(super) fn condition_types(self, conditions: &Conditions) -> Vec<Component> {
        let is_null = optional(field("isNull", xsd(Builtin::Boolean)));
        let (stem, value) = match conditions {
            Conditions::Null => {
                let name = self.word("NullCondition");
                return vec![Component::ComplexType(complex(&name, vec![is_null]))];
            }
            Conditions::Label(index) => match self.contract.types.get(*index) {
                Some(named) => (named.name.to_string(), self.own(&named.name)),
                None => return Vec::new(),
            },
            Conditions::Text => (self.word("String"), xsd(Builtin::String)),
            Conditions::Equal(builtin) | Conditions::Ordered(builtin) => {
                (self.word(&capitalised(builtin.name())), xsd(*builtin))
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
            particles.push(optional(field("between", self.own(&range))));
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
    pub(super) fn common(self, part: &Part) -> Vec<Component> {
        let mut components = Vec::new();
        if part.writes {
            components.push(Component::SimpleType(enumeration(
                &self.word("Mode"),
                ["atomic", "perRecord"].map(str::to_owned).into_iter(),
            )));
            let statuses =
                ["created", "updated", "deleted", "conflict", "failed"].map(str::to_owned);
            components.push(Component::SimpleType(enumeration(
                &self.word("Status"),
                statuses.into_iter(),
            )));
        }
        if part.changes {
            let kinds = ["insert", "update", "delete"].map(str::to_owned);
            components.push(Component::SimpleType(enumeration(
                &self.word("ChangeKind"),
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
                ..complex(&self.word("Misfit"), particles)
            };
            components.push(Component::ComplexType(type_));
        }
        if part.routines {
            let element = Element {
                annotation: written::annotation(Some(
                    "A header: a value of a routine's answer that its type cannot hold, and which is nil there.",
                )),
                ..Element::new(self.word("Misfit"), Some(self.own(&self.word("Misfit"))))
            };
            components.push(Component::Element(element));
        }
        if part.unknown_rows {
            components.push(Component::ComplexType(complex(
                &self.word("UnknownRow"),
                vec![many(field("field", self.own(&self.word("UnknownField"))))],
            )));
            let particles = vec![
                field("name", xsd(Builtin::String)),
                optional(nillable(field("text", xsd(Builtin::String)))),
                optional(field("bytes", xsd(Builtin::Base64Binary))),
            ];
            components.push(Component::ComplexType(complex(
                &self.word("UnknownField"),
                particles,
            )));
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
            let problem = self.word("Problem");
            components.push(Component::ComplexType(complex(&problem, particles)));
            let type_ = Some(self.own(&problem));
            components.push(Component::Element(Element::new(problem, type_)));
            let text = |name: &str, documentation: &str| {
                let element = Element {
                    annotation: written::annotation(Some(documentation)),
                    ..Element::new(self.word(name), Some(xsd(Builtin::String)))
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
}
