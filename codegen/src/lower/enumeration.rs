//! Enumerations of texts, and what restrictions leave of them.

use std::collections::HashSet;

use soapstone_schema::model::{Builtin, Enumerated, SimpleType, TypeId, Variety};

use super::{Lowering, documentation, facet};
use crate::item::{Enumeration, EnumerationValue};
use crate::names::{self, Names};

impl<'m> Lowering<'m> {
    /// Values of a text that this step lists by name.
    pub(super) fn is_enumeration(&self, type_: &SimpleType) -> bool {
        let Variety::Atomic(primitive) = type_.variety else {
            return false;
        };
        !type_.facets.enumeration.is_empty()
            && matches!(primitive, Builtin::String | Builtin::AnyUri)
            && !facet::is_catalog(type_)
    }

    /// Tells whether a type refuses a value that an enumeration above it lists, or settles white space otherwise.
    pub(super) fn is_narrower(&self, id: TypeId, base: TypeId) -> bool {
        let refuses = |(lexical, value): &(String, &Enumerated)| {
            let checked = self.values.check(self.model, id, lexical, &value.scope);
            checked.is_err()
        };
        self.chain(id).white_space() != self.chain(base).white_space()
            || self.listed(base).iter().any(refuses)
    }

    /// Lowers named values to an enum.
    ///
    /// `<enumeration value="EUR"/><enumeration value="US-D"/>`  →  `enum Currency { Eur, UsD }`
    pub(super) fn enumeration(&self, id: TypeId) -> Enumeration {
        let mut names = Names::default();
        let named = |(lexical, value): (String, &Enumerated)| EnumerationValue {
            name: names.claim(&names::variant(&lexical)),
            lexical,
            documentation: documentation(value.annotation.as_deref()),
        };
        let values = self.listed(id).into_iter().map(named).collect();
        Enumeration {
            white_space: self.chain(id).white_space(),
            open: self.options.open_enumerations.then(|| names.claim("Other")),
            values,
        }
    }

    /// The values of the nearest step that lists some, each once, without what another facet refuses.
    fn listed(&self, id: TypeId) -> Vec<(String, &'m Enumerated)> {
        let chain = self.chain(id);
        let steps = chain.types();
        let listing = steps
            .iter()
            .position(|step| !step.facets.enumeration.is_empty());
        let Some((step, bases)) = listing.and_then(|at| steps.get(at..)?.split_first()) else {
            return Vec::new();
        };
        // The values are those of the base (XSD 1.0 part 2, 4.3.5), which settles them; what a document has this type settles.
        let base = facet::white_space(bases, chain.root);
        let mut seen = HashSet::new();
        let settled = step.facets.enumeration.iter().map(|value| {
            let lexical = facet::settled(base, &value.lexical).into_owned();
            (lexical, value)
        });
        settled
            .filter(|(lexical, value)| {
                let checked = self.values.check(self.model, id, lexical, &value.scope);
                checked.is_ok() && seen.insert(lexical.clone())
            })
            .collect()
    }
}
