//! Complex types (part 1, 3.4.6): what an extension and a restriction may do to their base.

use crate::model::{
    AttributeUse, Builtin, ComplexType, Content, Derivation, Derivations, Element, Type, TypeId,
    Wildcard,
};

use super::{Rules, derivation, particle, same_value, shown, wildcard};

impl Rules<'_, '_> {
    pub(super) fn complex_types(&mut self) {
        let model = self.model;
        for (index, type_) in model.types.iter().enumerate().skip(Builtin::ALL.len()) {
            let Type::Complex(complex) = type_ else {
                continue;
            };
            let name = format!("the type {}", shown(complex.name.as_ref()));
            self.uses(
                &complex.attributes,
                complex.place,
                "ct-props-correct.5",
                &name,
            );
            if let Some(content) = particle::content(type_) {
                self.content(content, &name, complex.place);
            }
            if derivation::chain(model, complex.base).any(|base| base == TypeId(index as u32)) {
                self.report.error(
                    complex.place,
                    "ct-props-correct.3",
                    format!("{name} derives from itself"),
                    "",
                );
                continue;
            }
            match complex.derivation {
                Derivation::Extension => self.extension(complex, &name),
                Derivation::Restriction => self.restriction(complex, &name),
            }
        }
    }

    /// "Derivation Valid (Extension)".
    fn extension(&mut self, complex: &ComplexType, name: &str) {
        let error = |rules: &mut Self, rule, message: String| {
            rules.report.error(complex.place, rule, message, "")
        };
        match self.model.types.get(complex.base.index()) {
            Some(Type::Simple(base)) => {
                if base.final_.extension {
                    let message = format!(
                        "{name} extends {}, which is final for that",
                        shown(base.name.as_ref())
                    );
                    error(self, "cos-ct-extends.2.2", message);
                }
                if !matches!(complex.content, Content::Simple(_)) {
                    error(
                        self,
                        "ct-props-correct.2",
                        format!("{name} extends a simple type and has no simple content"),
                    );
                }
            }
            Some(Type::Complex(base)) => {
                if base.final_.extension {
                    let message = format!(
                        "{name} extends {}, which is final for that",
                        shown(base.name.as_ref())
                    );
                    error(self, "cos-ct-extends.1.1", message);
                }
                let fine = match (&base.content, &complex.content) {
                    (Content::Simple(one), Content::Simple(other)) => one == other,
                    (Content::Empty, Content::Simple(_)) | (Content::Simple(_), _) => false,
                    (Content::Empty, _) => true,
                    (Content::Elements(_), Content::Elements(_)) => true,
                    (Content::Mixed(_), Content::Mixed(_)) => true,
                    _ => false,
                };
                if !fine {
                    let message = format!(
                        "the content of {name} does not extend that of its base: {} after {}",
                        kind(&complex.content),
                        kind(&base.content)
                    );
                    error(self, "cos-ct-extends.1.4", message);
                }
            }
            None => {}
        }
    }

    /// "Derivation Valid (Restriction, Complex)".
    fn restriction(&mut self, complex: &ComplexType, name: &str) {
        let model = self.model;
        let base = match model.types.get(complex.base.index()) {
            Some(Type::Complex(base)) => base,
            Some(Type::Simple(base)) => {
                let message = format!(
                    "{name} restricts {}, which is a simple type",
                    shown(base.name.as_ref())
                );
                self.report.error(
                    complex.place,
                    "derivation-ok-restriction.1",
                    message,
                    "extend it, or make a simple type",
                );
                return;
            }
            None => return,
        };
        if base.final_.restriction {
            let message = format!(
                "{name} restricts {}, which is final for that",
                shown(base.name.as_ref())
            );
            self.report
                .error(complex.place, "derivation-ok-restriction.1", message, "");
        }
        if complex.base == Builtin::AnyType.id() {
            return;
        }
        self.attribute_uses(complex, base, name);
        self.attribute_wildcard(
            complex.any_attribute.as_ref(),
            base.any_attribute.as_ref(),
            complex,
            name,
        );
        self.restricted_content(complex, base, name);
    }

    pub(super) fn attribute_uses(&mut self, complex: &ComplexType, base: &ComplexType, name: &str) {
        let model = self.model;
        let named = |use_: &AttributeUse| {
            model
                .attributes
                .get(use_.attribute.index())
                .map(|attribute| &attribute.name)
        };
        let by_name: std::collections::HashMap<_, _> = base
            .attributes
            .iter()
            .filter_map(|use_| Some((named(use_)?, use_)))
            .collect();
        for use_ in &complex.attributes {
            let Some(attribute) = model.attributes.get(use_.attribute.index()) else {
                continue;
            };
            let local = &attribute.name.local;
            let Some(of) = by_name.get(&attribute.name) else {
                let admitted = base.any_attribute.as_ref().is_some_and(|wildcard| {
                    crate::automaton::names::admits(&wildcard.namespaces, &attribute.name.namespace)
                });
                if !admitted {
                    let message =
                        format!("{name} adds the attribute {local}, which its base does not allow");
                    self.report.error(
                        use_.place,
                        "derivation-ok-restriction.2.2",
                        message,
                        "a restriction only takes away",
                    );
                }
                continue;
            };
            let Some(declared) = model.attributes.get(of.attribute.index()) else {
                continue;
            };
            if of.required && !use_.required {
                let message = format!(
                    "the attribute {local} of {name} is optional, in the base it is required"
                );
                self.report.error(
                    use_.place,
                    "derivation-ok-restriction.2.1.1",
                    message,
                    "use=\"required\"",
                );
            }
            if !derivation::derives(
                model,
                attribute.type_,
                declared.type_,
                Derivations::default(),
            ) {
                let message = format!(
                    "the type of the attribute {local} of {name} does not restrict that of the base's"
                );
                self.report
                    .error(use_.place, "derivation-ok-restriction.2.1.2", message, "");
            }
            let fixed = of
                .value
                .as_ref()
                .or(declared.value.as_ref())
                .filter(|value| value.fixed);
            let own = use_
                .value
                .as_ref()
                .or(attribute.value.as_ref())
                .filter(|value| value.fixed);
            if let Some(fixed) = fixed
                && !own.is_some_and(|own| {
                    same_value(self.types.get(model, declared.type_), own, fixed)
                })
            {
                let message = format!(
                    "the attribute {local} of {name} does not keep the fixed value {:?} of the base",
                    fixed.lexical
                );
                self.report
                    .error(use_.place, "derivation-ok-restriction.2.1.3", message, "");
            }
        }
        let own: std::collections::HashSet<_> =
            complex.attributes.iter().filter_map(named).collect();
        for use_ in base.attributes.iter().filter(|use_| use_.required) {
            if let Some(required) = named(use_)
                && !own.contains(required)
            {
                let message = format!(
                    "{name} leaves out the attribute {}, which its base requires",
                    required.local
                );
                self.report
                    .error(complex.place, "derivation-ok-restriction.3", message, "");
            }
        }
    }

    pub(super) fn attribute_wildcard(
        &mut self,
        own: Option<&Wildcard>,
        base: Option<&Wildcard>,
        complex: &ComplexType,
        name: &str,
    ) {
        let Some(own) = own else { return };
        let message = match base {
            None => Some(("derivation-ok-restriction.4.1", "its base has none")),
            Some(base) if !wildcard::subset(&own.namespaces, &base.namespaces) => Some((
                "derivation-ok-restriction.4.2",
                "it admits namespaces that the base's does not",
            )),
            Some(base) if particle::weaker(own.process, base.process) => Some((
                "derivation-ok-restriction.4.3",
                "its processContents is weaker than the base's",
            )),
            Some(_) => None,
        };
        if let Some((rule, why)) = message {
            self.report.error(
                complex.place,
                rule,
                format!("the attribute wildcard of {name}: {why}"),
                "",
            );
        }
    }

    pub(super) fn restricted_content(
        &mut self,
        complex: &ComplexType,
        base: &ComplexType,
        name: &str,
    ) {
        let model = self.model;
        let error = |rules: &mut Self, rule, message: String| {
            rules.report.error(complex.place, rule, message, "")
        };
        let emptiable = match &base.content {
            Content::Empty | Content::Mixed(None) => true,
            Content::Simple(_) => false,
            Content::Elements(particle) | Content::Mixed(Some(particle)) => {
                particle::emptiable(model, particle)
            }
        };
        match (&complex.content, &base.content) {
            (Content::Simple(own), Content::Simple(of)) => {
                if !derivation::derives(model, *own, *of, Derivations::default()) {
                    error(
                        self,
                        "derivation-ok-restriction.5.2.2.1",
                        format!("the content of {name} is not of a type derived from its base's"),
                    );
                }
            }
            (Content::Simple(_), Content::Mixed(_)) if emptiable => {}
            (Content::Simple(_), _) => {
                error(
                    self,
                    "derivation-ok-restriction.5.2",
                    format!(
                        "{name} has simple content; its base's content is {}",
                        kind(&base.content)
                    ),
                );
            }
            (Content::Empty | Content::Mixed(None), Content::Simple(_)) => {
                error(
                    self,
                    "derivation-ok-restriction.5.3",
                    format!(
                        "{name} is empty; its base's content is {}",
                        kind(&base.content)
                    ),
                );
            }
            (Content::Mixed(_), Content::Empty | Content::Elements(_)) => {
                error(
                    self,
                    "derivation-ok-restriction.5.4.1",
                    format!("{name} allows text; its base does not"),
                );
            }
            (Content::Empty | Content::Mixed(None), _) => {
                if !emptiable {
                    error(
                        self,
                        "derivation-ok-restriction.5.3.2",
                        format!("{name} is empty; its base's content can't be"),
                    );
                }
            }
            (
                Content::Elements(own) | Content::Mixed(Some(own)),
                Content::Elements(of) | Content::Mixed(Some(of)),
            ) => {
                let same_fixed = |one: &Element, other: &Element| self.same_fixed(one, other);
                if let Err(refusal) = particle::restricts(model, own, of, &same_fixed) {
                    error(
                        self,
                        refusal.rule,
                        format!(
                            "the content of {name} does not restrict that of its base: {}",
                            refusal.why
                        ),
                    );
                }
            }
            (Content::Elements(_) | Content::Mixed(Some(_)), _) => {
                error(
                    self,
                    "derivation-ok-restriction.5.4",
                    format!(
                        "{name} has elements; its base's content is {}",
                        kind(&base.content)
                    ),
                );
            }
        }
    }

    /// Tells whether an element keeps the fixed value of the one that it restricts.
    fn same_fixed(&self, one: &Element, other: &Element) -> bool {
        let (Some(own), Some(fixed)) = (&one.value, &other.value) else {
            return false;
        };
        let type_ = match self.model.types.get(other.type_.index()) {
            Some(Type::Complex(complex)) => match &complex.content {
                Content::Simple(simple) => *simple,
                _ => return own.fixed && own.lexical == fixed.lexical,
            },
            _ => other.type_,
        };
        own.fixed && same_value(self.types.get(self.model, type_), own, fixed)
    }
}

fn kind(content: &Content) -> &'static str {
    match content {
        Content::Empty => "empty",
        Content::Simple(_) => "simple",
        Content::Elements(_) => "elements only",
        Content::Mixed(_) => "mixed",
    }
}
