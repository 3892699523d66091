//! The rules that the facets of a schema's types must keep (part 2, 4.3, "constraints on schema components", and
//! cos-applicable-facets of part 1, 3.14.6).

mod bounds;
mod table;

use std::cmp::Ordering;

use super::compile::{Compiled, Kind, is_ur_type};
use super::{SimpleTypes, Value, atom};
use crate::model::{Builtin, Facet, Facets, Model, Place, SimpleType, Type, TypeId, WhiteSpace};
use crate::pattern;
use crate::report::Report;
use table::{applicable, restriction_rule, written};

/// Reports every type of the schema whose facets break a rule. `types` belongs to the model.
pub fn check_facets(model: &Model, types: &SimpleTypes, report: &mut Report) {
    for (index, type_) in model.types.iter().enumerate().skip(Builtin::ALL.len()) {
        let Type::Simple(simple) = type_ else {
            continue;
        };
        if is_ur_type(simple.base) {
            continue;
        }
        let mut step = Step {
            model,
            simple,
            facets: &simple.facets,
            report,
        };
        let (base, own) = (
            types.get(model, simple.base),
            types.get(model, TypeId(index as u32)),
        );
        if !step.check_applicable(base) {
            continue;
        }
        if !simple.facets.patterns.is_empty() && !own.restricts_by_pattern(base) {
            step.check_patterns();
        }
        step.check(base, own);
    }
}

struct Step<'a> {
    model: &'a Model,
    simple: &'a SimpleType,
    facets: &'a Facets,
    report: &'a mut Report,
}

impl Step<'_> {
    fn error(&mut self, place: Place, rule: &'static str, message: String, help: &str) {
        let name = match &self.simple.name {
            Some(name) => ["type ", &name.local, ": "].concat(),
            None => String::new(),
        };
        self.report
            .error(place, rule, [&name, message.as_str()].concat(), help);
    }

    fn check(&mut self, base: &Compiled, own: &Compiled) {
        self.check_enumeration(base, own);
        self.check_white_space(base);
        self.check_lengths(base);
        self.check_digits(base);
        self.check_bounds(base);
        self.check_fixed(base);
    }

    /// cos-applicable-facets: each variety and primitive type has its facets (part 2, 4.1.5).
    fn check_applicable(&mut self, base: &Compiled) -> bool {
        let allowed = applicable(&base.kind);
        let mut fine = true;
        for (name, place) in written(self.facets) {
            if !allowed.contains(&name) {
                fine = false;
                let message = format!("{name} does not apply to {}", base.name);
                self.error(
                    place,
                    "cos-applicable-facets",
                    message,
                    "take the facet away",
                );
            }
        }
        fine
    }

    /// src-pattern-value: what does not compile is looked at again, for what is wrong with it.
    fn check_patterns(&mut self) {
        for facet in &self.facets.patterns {
            if let Err(problem) = pattern::parse(&facet.value) {
                let message = format!(
                    "\"{}\" is not a regular expression of XSD: {problem}",
                    facet.value
                );
                self.error(
                    facet.place,
                    "src-pattern-value",
                    message,
                    "see XSD part 2, appendix F",
                );
            }
        }
        // One that is too large to run is refused, rather than left unchecked.
        let texts = self.facets.patterns.iter();
        let compiled = pattern::Pattern::compile_any(texts.map(|facet| facet.value.as_str()));
        if let Err(problem) = compiled
            && matches!(problem.problem, pattern::PatternProblem::Size { .. })
            && let Some(first) = self.facets.patterns.first()
        {
            self.error(
                first.place,
                "src-pattern-value",
                problem.to_string(),
                "use smaller counts, or maxLength",
            );
        }
    }

    /// enumeration-valid-restriction (4.3.5.4). What the base takes but another facet of the same type refuses is a value in vain:
    /// no rule forbids that.
    fn check_enumeration(&mut self, base: &Compiled, own: &Compiled) {
        for one in &self.facets.enumeration {
            let message = match base.check(&one.lexical, &one.scope) {
                Ok(checked) => match checked.value {
                    Value::Notation(name) if !self.model.globals.notations.contains_key(&name) => {
                        format!("no notation {name} is declared")
                    }
                    _ => {
                        if let Err(violation) = own.check(&one.lexical, &one.scope) {
                            let message = format!("{}: enumeration {violation}", own.name);
                            let help =
                                "no document can have it: widen the other facets, or take it away";
                            let rule = "enumeration-in-vain";
                            self.report.warning(one.place, rule, message, help);
                        }
                        continue;
                    }
                },
                Err(violation) => format!("enumeration {violation}"),
            };
            self.error(
                one.place,
                "enumeration-valid-restriction",
                message,
                "enumerate values of the base type only",
            );
        }
    }

    /// whiteSpace-valid-restriction (4.3.6.4): a step can only normalise more.
    fn check_white_space(&mut self, base: &Compiled) {
        let Some(facet) = &self.facets.white_space else {
            return;
        };
        let rank = |white_space: WhiteSpace| match white_space {
            WhiteSpace::Preserve => 0,
            WhiteSpace::Replace => 1,
            WhiteSpace::Collapse => 2,
        };
        if rank(facet.value) < rank(base.facets.white_space) {
            let message = format!("whiteSpace keeps more than {} does", base.name);
            self.error(
                facet.place,
                "whiteSpace-valid-restriction",
                message,
                "keep the base's value or normalise more",
            );
        }
    }

    fn check_lengths(&mut self, base: &Compiled) {
        let (length, min, max) = (
            &self.facets.length,
            &self.facets.min_length,
            &self.facets.max_length,
        );
        let parent = &base.facets;
        self.compare(
            length,
            parent.length,
            "length",
            "length-valid-restriction",
            Ordering::is_eq,
            "be equal to",
        );
        self.compare(
            min,
            parent.min_length,
            "minLength",
            "minLength-valid-restriction",
            Ordering::is_ge,
            "be at least",
        );
        self.compare(
            max,
            parent.max_length,
            "maxLength",
            "maxLength-valid-restriction",
            Ordering::is_le,
            "be at most",
        );
        // The same facets, seen together with what is inherited.
        let effective = super::compile::effective(self.facets, base);
        let place = [min, max, length]
            .into_iter()
            .flatten()
            .map(|facet| facet.place)
            .next();
        let Some(place) = place else { return };
        if let (Some(least), Some(most)) = (effective.min_length, effective.max_length)
            && least > most
        {
            let message = format!("minLength {least} is above maxLength {most}");
            self.error(place, "minLength-less-than-equal-to-maxLength", message, "");
        }
        let Some(exact) = effective.length else {
            return;
        };
        // length-minLength-maxLength (4.3.1.4, second edition): beside `length` only an inherited bound may stand.
        let inherited = |own: &Option<Facet<u64>>, parent: Option<u64>| {
            own.is_none() || own.as_ref().map(|f| f.value) == parent
        };
        if effective
            .min_length
            .is_some_and(|least| least > exact || !inherited(min, parent.min_length))
        {
            let message = "minLength stands beside length".to_owned();
            self.error(
                place,
                "length-minLength-maxLength",
                message,
                "length alone says it all",
            );
        }
        if effective
            .max_length
            .is_some_and(|most| most < exact || !inherited(max, parent.max_length))
        {
            let message = "maxLength stands beside length".to_owned();
            self.error(
                place,
                "length-minLength-maxLength",
                message,
                "length alone says it all",
            );
        }
    }

    fn check_digits(&mut self, base: &Compiled) {
        let (total, fraction) = (&self.facets.total_digits, &self.facets.fraction_digits);
        let parent = &base.facets;
        self.compare(
            total,
            parent.total_digits,
            "totalDigits",
            "totalDigits-valid-restriction",
            Ordering::is_le,
            "be at most",
        );
        let rule = "fractionDigits-valid-restriction";
        self.compare(
            fraction,
            parent.fraction_digits,
            "fractionDigits",
            rule,
            Ordering::is_le,
            "be at most",
        );
        if let Some(facet) = total.as_ref().filter(|facet| facet.value == 0) {
            self.error(
                facet.place,
                "totalDigits-value",
                "totalDigits is 0".to_owned(),
                "write a positive number",
            );
        }
        let effective = super::compile::effective(self.facets, base);
        if let (Some(total), Some(fraction)) = (effective.total_digits, effective.fraction_digits)
            && fraction > total
            && let Some(place) = [&self.facets.fraction_digits, &self.facets.total_digits]
                .into_iter()
                .flatten()
                .map(|facet| facet.place)
                .next()
        {
            let message = format!("fractionDigits {fraction} is above totalDigits {total}");
            self.error(place, "fractionDigits-totalDigits", message, "");
        }
    }

    /// A facet against the base's own value for it.
    fn compare(
        &mut self,
        facet: &Option<Facet<u64>>,
        parent: Option<u64>,
        name: &str,
        rule: &'static str,
        fine: fn(Ordering) -> bool,
        must: &str,
    ) {
        if let (Some(facet), Some(parent)) = (facet, parent)
            && !fine(facet.value.cmp(&parent))
        {
            let message = format!("{name} {} must {must} the base's {parent}", facet.value);
            self.error(facet.place, rule, message, "");
        }
    }

    /// A facet that the base fixes keeps its value.
    fn check_fixed(&mut self, base: &Compiled) {
        let parent = &base.facets;
        let numbers = [
            ("length", &self.facets.length, parent.length),
            ("minLength", &self.facets.min_length, parent.min_length),
            ("maxLength", &self.facets.max_length, parent.max_length),
            (
                "totalDigits",
                &self.facets.total_digits,
                parent.total_digits,
            ),
            (
                "fractionDigits",
                &self.facets.fraction_digits,
                parent.fraction_digits,
            ),
        ];
        for (name, facet, parent) in numbers {
            if let Some(facet) = facet {
                self.check_fixed_one(base, name, facet.place, Some(facet.value) == parent);
            }
        }
        if let Some(facet) = &self.facets.white_space {
            self.check_fixed_one(
                base,
                "whiteSpace",
                facet.place,
                facet.value == parent.white_space,
            );
        }
        let Kind::Atomic(builtin) = &base.kind else {
            return;
        };
        let bounds = [
            ("minInclusive", &self.facets.min_inclusive, &parent.min),
            ("minExclusive", &self.facets.min_exclusive, &parent.min),
            ("maxInclusive", &self.facets.max_inclusive, &parent.max),
            ("maxExclusive", &self.facets.max_exclusive, &parent.max),
        ];
        for (name, facet, parent) in bounds {
            if let Some(facet) = facet
                && let Ok(value) = atom::read(*builtin, &base.normalize(&facet.value), &())
            {
                let same = parent.as_ref().is_some_and(|parent| parent.value == value);
                self.check_fixed_one(base, name, facet.place, same);
            }
        }
    }

    fn check_fixed_one(&mut self, base: &Compiled, name: &'static str, place: Place, same: bool) {
        if !same && base.facets.fixed.contains(&name) {
            let message = format!("{name} is fixed by {}", base.name);
            self.error(
                place,
                restriction_rule(name),
                message,
                "take the facet away",
            );
        }
    }
}
