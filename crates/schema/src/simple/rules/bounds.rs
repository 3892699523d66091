//! The rules for the ends of a range: `minInclusive` and its like, against each other and against the base's (part 2, 4.3.7
//! to 4.3.10).

use std::cmp::Ordering;

use super::super::compile::{Compiled, Kind};
use super::super::{Bound, Problem, atom};
use super::{Step, restriction_rule};
use crate::model::{Builtin, Facet, Place};

impl Step<'_> {
    pub(super) fn check_bounds(&mut self, base: &Compiled) {
        let Kind::Atomic(builtin) = &base.kind else {
            return;
        };
        let facets = self.facets;
        if let (Some(_), Some(facet)) = (&facets.min_inclusive, &facets.min_exclusive) {
            let message = "minInclusive and minExclusive are both written".to_owned();
            self.error(
                facet.place,
                "minInclusive-minExclusive",
                message,
                "keep one of them",
            );
        }
        if let (Some(_), Some(facet)) = (&facets.max_inclusive, &facets.max_exclusive) {
            let message = "maxInclusive and maxExclusive are both written".to_owned();
            self.error(
                facet.place,
                "maxInclusive-maxExclusive",
                message,
                "keep one of them",
            );
        }
        let min = self.read_bound(&facets.min_inclusive, "minInclusive", *builtin, base);
        let min =
            min.or_else(|| self.read_bound(&facets.min_exclusive, "minExclusive", *builtin, base));
        let max = self.read_bound(&facets.max_inclusive, "maxInclusive", *builtin, base);
        let max =
            max.or_else(|| self.read_bound(&facets.max_exclusive, "maxExclusive", *builtin, base));
        let (parent_min, parent_max) = (&base.facets.min, &base.facets.max);
        if let Some((bound, name, place)) = &min {
            self.check_lower(
                bound,
                name,
                *place,
                parent_min.as_ref(),
                parent_max.as_ref(),
            );
        }
        if let Some((bound, name, place)) = &max {
            self.check_upper(
                bound,
                name,
                *place,
                parent_min.as_ref(),
                parent_max.as_ref(),
            );
        }
        if let (Some((min, min_name, place)), Some((max, max_name, _))) = (&min, &max) {
            let order = min.value.partial_cmp(&max.value);
            // minInclusive-less-than-equal-to-maxInclusive and its like: equal ends are fine where they are of one kind.
            let fine = order == Some(Ordering::Less)
                || (order == Some(Ordering::Equal) && min.inclusive == max.inclusive);
            if !fine {
                let rule = match (min.inclusive, max.inclusive) {
                    (true, true) => "minInclusive-less-than-equal-to-maxInclusive",
                    (false, false) => "minExclusive-less-than-equal-to-maxExclusive",
                    (true, false) => "minInclusive-less-than-maxExclusive",
                    (false, true) => "minExclusive-less-than-maxInclusive",
                };
                let message = format!(
                    "{min_name} {} is not below {max_name} {}",
                    min.lexical, max.lexical
                );
                self.error(*place, rule, message, "");
            }
        }
    }

    fn read_bound(
        &mut self,
        facet: &Option<Facet<String>>,
        name: &'static str,
        builtin: Builtin,
        base: &Compiled,
    ) -> Option<(Bound, &'static str, Place)> {
        let facet = facet.as_ref()?;
        let lexical = base.normalize(&facet.value);
        match atom::read(builtin, &lexical, &()) {
            Ok(value) => {
                // 4.3.7.1: a value of the base type, its other facets included; the ends have rules of their own.
                if let Err(violation) = base.check(&lexical, &())
                    && !matches!(violation.problem, Problem::Bound { .. })
                {
                    let help = "write a value of the base type";
                    let message = format!("{name} {violation}");
                    self.error(facet.place, restriction_rule(name), message, help);
                    return None;
                }
                let bound = Bound {
                    value,
                    inclusive: name.ends_with("Inclusive"),
                    lexical: lexical.as_ref().into(),
                };
                Some((bound, name, facet.place))
            }
            Err(problem) => {
                let message = format!(
                    "{name} \"{lexical}\" is no value of {}: {problem}",
                    base.name
                );
                self.error(
                    facet.place,
                    restriction_rule(name),
                    message,
                    "write a value of the base type",
                );
                None
            }
        }
    }

    /// minInclusive-valid-restriction (4.3.10.4) and minExclusive-valid-restriction (4.3.9.4).
    fn check_lower(
        &mut self,
        bound: &Bound,
        name: &'static str,
        place: Place,
        min: Option<&Bound>,
        max: Option<&Bound>,
    ) {
        if let Some(parent) = min {
            let fine = match bound.value.partial_cmp(&parent.value) {
                Some(Ordering::Equal) => parent.inclusive || !bound.inclusive,
                order => order == Some(Ordering::Greater),
            };
            self.restricts(fine, bound, name, place, parent);
        }
        if let Some(parent) = max {
            let fine = match bound.value.partial_cmp(&parent.value) {
                // An exclusive lower bound at the top leaves no value, and the rule allows it below an inclusive one.
                Some(Ordering::Equal) => parent.inclusive,
                order => order == Some(Ordering::Less),
            };
            self.restricts(fine, bound, name, place, parent);
        }
    }

    /// maxInclusive-valid-restriction (4.3.7.4) and maxExclusive-valid-restriction (4.3.8.4).
    fn check_upper(
        &mut self,
        bound: &Bound,
        name: &'static str,
        place: Place,
        min: Option<&Bound>,
        max: Option<&Bound>,
    ) {
        if let Some(parent) = max {
            let fine = match bound.value.partial_cmp(&parent.value) {
                Some(Ordering::Equal) => parent.inclusive || !bound.inclusive,
                order => order == Some(Ordering::Less),
            };
            self.restricts(fine, bound, name, place, parent);
        }
        if let Some(parent) = min {
            let fine = match bound.value.partial_cmp(&parent.value) {
                Some(Ordering::Equal) => parent.inclusive && bound.inclusive,
                order => order == Some(Ordering::Greater),
            };
            self.restricts(fine, bound, name, place, parent);
        }
    }

    fn restricts(
        &mut self,
        fine: bool,
        bound: &Bound,
        name: &'static str,
        place: Place,
        parent: &Bound,
    ) {
        if !fine {
            let kind = if parent.inclusive {
                "inclusive"
            } else {
                "exclusive"
            };
            let message = format!(
                "{name} {} goes beyond the base's {kind} bound {}",
                bound.lexical, parent.lexical
            );
            self.error(
                place,
                restriction_rule(name),
                message,
                "a restriction can only narrow the range",
            );
        }
    }
}
