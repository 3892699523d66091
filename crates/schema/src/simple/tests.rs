//! Texts against simple types: what is accepted, what is refused, and why.

use std::sync::Arc;

use soapstone::name::QName;

use super::{SimpleTypes, Value, check_facets};
use crate::model::{
    Builtin, Enumerated, Facet, Facets, Model, Place, SimpleType, Type, TypeId, Variety, WhiteSpace,
};
use crate::report::Report;

const PLACE: Place = Place {
    document: 0,
    line: 1,
    column: 1,
};

/// The built-ins as a model has them, as far as this module asks.
fn model() -> Model {
    let types = Builtin::ALL.iter().map(|builtin| {
        simple(
            Builtin::AnySimpleType.id(),
            variety(*builtin),
            Facets::default(),
        )
    });
    Model {
        types: types.collect(),
        ..Model::default()
    }
}

fn variety(builtin: Builtin) -> Variety {
    match builtin {
        Builtin::AnyType | Builtin::AnySimpleType => Variety::Any,
        Builtin::NmTokens => Variety::List(Builtin::NmToken.id()),
        builtin => Variety::Atomic(builtin),
    }
}

fn simple(base: TypeId, variety: Variety, facets: Facets) -> Type {
    let final_ = Default::default();
    Type::Simple(SimpleType {
        name: None,
        base,
        variety,
        facets,
        final_,
        annotation: None,
        place: PLACE,
    })
}

fn add(model: &mut Model, base: TypeId, variety: Variety, facets: Facets) -> TypeId {
    model.types.push(simple(base, variety, facets));
    TypeId(u32::try_from(model.types.len() - 1).unwrap())
}

fn facet<T>(value: T) -> Option<Facet<T>> {
    Some(Facet {
        value,
        fixed: false,
        place: PLACE,
    })
}

fn enumerate(values: &[&str]) -> Vec<Enumerated> {
    let one = |text: &&str| Enumerated {
        lexical: (*text).into(),
        scope: Arc::new([]),
        annotation: None,
        place: PLACE,
    };
    values.iter().map(one).collect()
}

fn accepts(model: &Model, type_: TypeId, text: &str) -> bool {
    let types = SimpleTypes::of(model);
    let compiled = types.get(model, type_);
    let accepted = compiled.accept(text, &()).is_ok();
    assert_eq!(accepted, compiled.check(text, &()).is_ok(), "{text}");
    accepted
}

#[test]
fn built_ins() {
    let model = model();
    for (builtin, yes, no) in [
        (Builtin::Int, " -2147483648 ", "2147483648"),
        (
            Builtin::Integer,
            "999999999999999999999999999999999999999999999",
            "1.0",
        ),
        (Builtin::NegativeInteger, "-1", "0"),
        (Builtin::UnsignedByte, "255", "-1"),
        (Builtin::Token, " a  b ", "\u{0}never"),
        (Builtin::NcName, "a", "a:b"),
        (Builtin::NmTokens, " 1 b ", " "),
        (Builtin::Language, "en-US", "en_US"),
        (Builtin::Boolean, "1", "yes"),
        (Builtin::QName, "xml:a", "p:a"),
        (Builtin::AnySimpleType, "", "\u{0}never"),
        (Builtin::Entity, "\u{0}never", "a"),
    ] {
        assert!(
            yes.contains("never") || accepts(&model, builtin.id(), yes),
            "{builtin:?} {yes}"
        );
        assert!(
            no.contains("never") || !accepts(&model, builtin.id(), no),
            "{builtin:?} {no}"
        );
    }
}

#[test]
fn every_step_counts() {
    let mut model = model();
    let code = Facets {
        patterns: vec![Facet {
            value: "[A-Z]+".into(),
            fixed: false,
            place: PLACE,
        }],
        ..Facets::default()
    };
    let code = add(
        &mut model,
        Builtin::Token.id(),
        Variety::Atomic(Builtin::String),
        code,
    );
    let short = Facets {
        max_length: facet(3),
        ..Facets::default()
    };
    let short = add(&mut model, code, Variety::Atomic(Builtin::String), short);
    let some = Facets {
        enumeration: enumerate(&["AB", "ABCD"]),
        ..Facets::default()
    };
    let some = add(&mut model, short, Variety::Atomic(Builtin::String), some);
    assert!(
        accepts(&model, short, " ABC ")
            && !accepts(&model, short, "ABCD")
            && !accepts(&model, short, "abc")
    );
    assert!(
        accepts(&model, some, "AB")
            && !accepts(&model, some, "ABCD")
            && !accepts(&model, some, "ABC")
    );
    let mut report = Report::default();
    check_facets(&model, &SimpleTypes::of(&model), &mut report);
    assert_eq!(
        report
            .diagnostics
            .iter()
            .map(|one| one.rule)
            .collect::<Vec<_>>(),
        ["enumeration-valid-restriction"]
    );
}

#[test]
fn values_not_texts_are_enumerated() {
    let mut model = model();
    let half = Facets {
        enumeration: enumerate(&["0.5", "1"]),
        ..Facets::default()
    };
    let half = add(
        &mut model,
        Builtin::Decimal.id(),
        Variety::Atomic(Builtin::Decimal),
        half,
    );
    assert!(
        accepts(&model, half, "0.50") && accepts(&model, half, "01") && !accepts(&model, half, "2")
    );
    let list = add(
        &mut model,
        Builtin::AnySimpleType.id(),
        Variety::List(half),
        Facets::default(),
    );
    let pairs = Facets {
        length: facet(2),
        enumeration: enumerate(&["1 0.5", "1 1"]),
        ..Facets::default()
    };
    let pairs = add(&mut model, list, Variety::List(half), pairs);
    assert!(
        accepts(&model, pairs, " 1.0\n .50 ")
            && !accepts(&model, pairs, "0.5 1")
            && accepts(&model, list, "")
    );
}

#[test]
fn the_first_member_that_accepts_gives_the_value() {
    let mut model = model();
    let members = vec![
        Builtin::Int.id(),
        Builtin::Boolean.id(),
        Builtin::String.id(),
    ];
    let union = add(
        &mut model,
        Builtin::AnySimpleType.id(),
        Variety::Union(members.clone()),
        Facets::default(),
    );
    let types = SimpleTypes::of(&model);
    let compiled = types.get(&model, union);
    let check = |text: &str| {
        compiled
            .check(text, &())
            .map(|checked| (checked.by.type_, checked.value))
            .unwrap()
    };
    assert_eq!(check(" 1 "), (Builtin::Int.id(), Value::Decimal(1.into())));
    assert_eq!(check("true"), (Builtin::Boolean.id(), Value::Boolean(true)));
    assert_eq!(
        check(" x "),
        (Builtin::String.id(), Value::String(" x ".into()))
    );
    let some = Facets {
        enumeration: enumerate(&["01", "x"]),
        ..Facets::default()
    };
    let some = add(&mut model, union, Variety::Union(members), some);
    assert!(
        accepts(&model, some, "1") && accepts(&model, some, "x") && !accepts(&model, some, "2")
    );
}

#[test]
fn unions_that_share_members_ask_each_once() {
    let mut model = model();
    let any = Builtin::AnySimpleType.id();
    let union = |model: &mut Model, base, members: &[TypeId], facets| {
        add(model, base, Variety::Union(members.to_vec()), facets)
    };
    let mut plain = union(
        &mut model,
        any,
        &[Builtin::Int.id(), Builtin::Date.id()],
        Facets::default(),
    );
    let mut listed = plain;
    // In each of the two, two to the power of sixty ways lead to a member.
    for _ in 0..60 {
        plain = union(&mut model, any, &[plain, plain], Facets::default());
        let [left, right] = [["1", "2", "9"], ["1", "2", "8"]].map(|values| {
            let some = Facets {
                enumeration: enumerate(&values),
                ..Facets::default()
            };
            union(&mut model, listed, &[listed], some)
        });
        listed = union(&mut model, any, &[left, right], Facets::default());
    }
    for (type_, text, expected) in [
        (plain, "2026-11-22", true),
        (plain, "x", false),
        (listed, "2", true),
        (listed, "3", false),
        (listed, "x", false),
    ] {
        assert_eq!(accepts(&model, type_, text), expected, "{text}");
    }
}

#[test]
fn types_made_of_themselves_end() {
    let mut model = model();
    let next = TypeId(u32::try_from(model.types.len()).unwrap());
    let union = add(
        &mut model,
        Builtin::AnySimpleType.id(),
        Variety::Union(vec![next, Builtin::Int.id()]),
        Facets::default(),
    );
    assert!(accepts(&model, union, "1"));
    let next = TypeId(u32::try_from(model.types.len()).unwrap());
    let own = add(
        &mut model,
        next,
        Variety::Atomic(Builtin::Int),
        Facets::default(),
    );
    assert!(accepts(&model, own, "x"));
    let mut inner = Builtin::Int.id();
    for _ in 0..100_000 {
        inner = add(
            &mut model,
            Builtin::AnySimpleType.id(),
            Variety::Union(vec![inner]),
            Facets::default(),
        );
    }
    assert!(accepts(&model, inner, "x"));
    let mut base = Builtin::Int.id();
    for _ in 0..20_000 {
        base = add(
            &mut model,
            base,
            Variety::Atomic(Builtin::Decimal),
            Facets::default(),
        );
    }
    assert!(!accepts(&model, base, "x"));
}

#[test]
fn facets_must_narrow() {
    let int = Builtin::Int;
    let text = |value: &str| facet(value.to_owned());
    for (base, facets, rule) in [
        (
            int,
            Facets {
                length: facet(1),
                ..Facets::default()
            },
            "cos-applicable-facets",
        ),
        (
            int,
            Facets {
                min_inclusive: text("5"),
                max_inclusive: text("4"),
                ..Facets::default()
            },
            "minInclusive-less-than-equal-to-maxInclusive",
        ),
        (
            int,
            Facets {
                min_inclusive: text("5"),
                max_exclusive: text("5"),
                ..Facets::default()
            },
            "minInclusive-less-than-maxExclusive",
        ),
        (
            int,
            Facets {
                max_inclusive: text("2147483648"),
                ..Facets::default()
            },
            "maxInclusive-valid-restriction",
        ),
        (
            int,
            Facets {
                min_exclusive: text("1"),
                min_inclusive: text("1"),
                ..Facets::default()
            },
            "minInclusive-minExclusive",
        ),
        (
            int,
            Facets {
                fraction_digits: facet(1),
                ..Facets::default()
            },
            "fractionDigits-valid-restriction",
        ),
        (
            int,
            Facets {
                min_inclusive: text("x"),
                ..Facets::default()
            },
            "minInclusive-valid-restriction",
        ),
        (
            int,
            Facets {
                white_space: facet(WhiteSpace::Preserve),
                ..Facets::default()
            },
            "whiteSpace-valid-restriction",
        ),
        (
            Builtin::Decimal,
            Facets {
                fraction_digits: facet(3),
                total_digits: facet(2),
                ..Facets::default()
            },
            "fractionDigits-totalDigits",
        ),
        (
            Builtin::String,
            Facets {
                min_length: facet(3),
                max_length: facet(2),
                ..Facets::default()
            },
            "minLength-less-than-equal-to-maxLength",
        ),
        (
            Builtin::String,
            Facets {
                length: facet(3),
                max_length: facet(3),
                ..Facets::default()
            },
            "length-minLength-maxLength",
        ),
        (
            Builtin::String,
            Facets {
                patterns: vec![Facet {
                    value: "(".into(),
                    fixed: false,
                    place: PLACE,
                }],
                ..Facets::default()
            },
            "src-pattern-value",
        ),
        (
            Builtin::Int,
            Facets {
                min_inclusive: text("1"),
                max_inclusive: text("1"),
                ..Facets::default()
            },
            "",
        ),
    ] {
        let mut model = model();
        add(&mut model, base.id(), Variety::Atomic(base), facets.clone());
        let mut report = Report::default();
        check_facets(&model, &SimpleTypes::of(&model), &mut report);
        let found = report.diagnostics.first().map_or("", |one| one.rule);
        assert_eq!(found, rule, "{facets:?}");
    }
}

#[test]
fn names_its_types() {
    let mut model = model();
    let base = add(
        &mut model,
        Builtin::Int.id(),
        Variety::Atomic(Builtin::Decimal),
        Facets {
            max_inclusive: facet("9".to_owned()),
            ..Facets::default()
        },
    );
    if let Some(Type::Simple(simple)) = model.types.get_mut(base.index()) {
        simple.name = Some(QName::new("urn:x", "Digit"));
    }
    let violation = SimpleTypes::of(&model)
        .get(&model, base)
        .accept("10", &())
        .unwrap_err();
    assert_eq!(
        violation.to_string(),
        "\"10\" is not valid for Digit: it is not at most 9"
    );
    assert_eq!(violation.rule, "cvc-maxInclusive-valid");
}
