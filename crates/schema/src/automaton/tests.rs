//! The automata against a plain reading of the specification: content models written as `(a{2,3},b?)|#`, compared with
//! sets of positions of the expanded model, which is exponential and obviously right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use soapstone::name::QName;

use super::names::{Names, NamespaceId};
use super::{Automaton, Expected, Matched, ambiguity};
use crate::model::{
    Builtin, Compositor, Derivations, Element, ElementId, Group, GroupId, Model, Namespaces,
    Particle, Place, Process, Term, Type, Wildcard,
};

fn place() -> Place {
    Place::default()
}

fn element(name: &str) -> Element {
    Element {
        name: QName::new("", name),
        type_: Builtin::String.id(),
        global: true,
        nillable: false,
        value: None,
        abstract_: false,
        substitution_head: None,
        block: Derivations::default(),
        final_: Derivations::default(),
        constraints: Vec::new(),
        foreign: Vec::new(),
        annotation: None,
        place: place(),
    }
}

/// Reads the notation into a model: names are elements, `#` is `##other` lax, `&(…)` an `all` group.
struct Notation<'t> {
    rest: &'t [u8],
    model: Model,
}

impl Notation<'_> {
    fn peek(&self) -> u8 {
        self.rest.first().copied().unwrap_or(0)
    }

    fn next(&mut self) -> u8 {
        let byte = self.peek();
        self.rest = &self.rest[1..];
        byte
    }

    fn number(&mut self) -> u64 {
        let mut number = 0;
        while self.peek().is_ascii_digit() {
            number = number * 10 + u64::from(self.next() - b'0');
        }
        number
    }

    fn particle(&mut self) -> Particle {
        let term = match self.next() {
            b'(' => self.group(None),
            b'&' => {
                self.next();
                self.group(Some(Compositor::All))
            }
            b'#' => Term::Any(Wildcard {
                namespaces: Namespaces::Not(Arc::from("urn:t")),
                process: Process::Lax,
                annotation: None,
            }),
            name => {
                self.model
                    .elements
                    .push(element(&char::from(name).to_string()));
                Term::Element(ElementId(self.model.elements.len() as u32 - 1))
            }
        };
        let (min, max) = match self.peek() {
            b'?' => {
                self.next();
                (0, Some(1))
            }
            b'*' => {
                self.next();
                (0, None)
            }
            b'+' => {
                self.next();
                (1, None)
            }
            b'{' => {
                self.next();
                let min = self.number();
                let max = if self.next() == b'}' {
                    Some(min)
                } else {
                    let max = (self.peek() != b'}').then(|| self.number());
                    self.next();
                    max
                };
                (min, max)
            }
            _ => (1, Some(1)),
        };
        Particle {
            min,
            max,
            term,
            place: place(),
        }
    }

    fn group(&mut self, compositor: Option<Compositor>) -> Term {
        let mut particles = Vec::new();
        let mut found = Compositor::Sequence;
        while self.peek() != b')' {
            particles.push(self.particle());
            if self.peek() == b'|' {
                found = Compositor::Choice;
            }
            if self.peek() != b')' {
                self.next();
            }
        }
        self.next();
        let compositor = compositor.unwrap_or(found);
        self.model.groups.push(Group {
            name: None,
            compositor,
            particles,
            annotation: None,
            place: place(),
        });
        Term::Group(GroupId(self.model.groups.len() as u32 - 1))
    }
}

fn read(text: &str) -> (Model, Particle) {
    let mut model = Model::default();
    for builtin in Builtin::ALL {
        let simple = crate::model::SimpleType {
            name: Some(QName::new(crate::model::XSD, builtin.name())),
            base: Builtin::AnySimpleType.id(),
            variety: crate::model::Variety::Any,
            facets: crate::model::Facets::default(),
            final_: Derivations::default(),
            annotation: None,
            place: place(),
        };
        model.types.push(Type::Simple(simple));
    }
    let text = format!("({text})");
    let mut notation = Notation {
        rest: text.as_bytes(),
        model,
    };
    let particle = notation.particle();
    (notation.model, particle)
}

fn matches(text: &str, word: &str) -> bool {
    let (model, particle) = read(text);
    let names = Names::of(&model);
    let automaton = Automaton::compile(&model, &names, &particle).expect("small");
    accepts(&automaton, &names, word)
}

fn accepts(automaton: &Automaton, names: &Names, word: &str) -> bool {
    let mut run = automaton.start();
    for name in word.chars() {
        let (id, namespace) = if name == '#' {
            (None, NamespaceId::UNKNOWN)
        } else {
            (
                names.name(NamespaceId::NONE, &name.to_string()),
                NamespaceId::NONE,
            )
        };
        if automaton.step(&mut run, id, namespace).is_none() {
            return false;
        }
    }
    automaton.accepts(&run)
}

#[test]
fn matches_words_as_the_specification_does() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        (
            "a,b?,c*",
            &["a", "ab", "acc", "abc"],
            &["", "b", "aa", "abb", "ca"],
        ),
        ("a{2,3},b", &["aab", "aaab"], &["ab", "aaaab", "aa"]),
        ("(a{1,2}){2}", &["aa", "aaa", "aaaa"], &["a", "aaaaa"]),
        ("(a{2}){2}", &["aaaa"], &["aa", "aaa", "aaaaa"]),
        ("(a{3})*", &["", "aaa", "aaaaaa"], &["a", "aaaa"]),
        ("(a{2,3})+", &["aa", "aaa", "aaaa", "aaaaa"], &["", "a"]),
        (
            "(a?,b?){2}",
            &["", "ab", "aa", "ba", "abab", "bb"],
            &["aaa", "bab a", "bba"],
        ),
        ("(a+){2,5}", &["aa", "aaaaaaaaa"], &["a", ""]),
        (
            "((a|b){2},c?){2}",
            &["abba", "aabac", "aacbb"],
            &["abc", "abab ", "ab"],
        ),
        ("a{2},a", &["aaa"], &["aa", "aaaa"]),
        (
            "&(a,b?,c)",
            &["ac", "ca", "abc", "cba"],
            &["", "a", "aac", "ab"],
        ),
        ("&(a,b)?", &["", "ab", "ba"], &["a", "b"]),
        (
            "&(a{2,3},b*,c?)",
            &["aa", "aba", "bacbaab"],
            &["", "ab", "aaaa", "caca"],
        ),
        ("a,#?,b", &["ab", "a#b"], &["a##b", "#ab"]),
        ("()", &[""], &["a"]),
        ("(a|b{0})?", &["", "a"], &["b"]),
        ("(a{2,1000000}),b", &["aab", "aaaaaaab"], &["ab", "a"]),
        (
            "((a{1,3},b?){2},c){1,2}",
            &["aac", "aaaac", "abaac", "aacabac"],
            &["ac", "ababac", "aaaaaaaac"],
        ),
    ];
    for (model, yes, no) in cases {
        for word in *yes {
            assert!(matches(model, word), "{model} should match {word:?}");
        }
        for word in *no {
            assert!(!matches(model, word), "{model} should not match {word:?}");
        }
    }
}

#[test]
fn finds_particles_that_compete() {
    let fine = [
        "a,b",
        "a{2},a",
        "a*,b",
        "(a|b)*,c",
        "(a{2}){2},a",
        "((a{2}){2}){3},a,b",
        "(a,b?){2}",
        "(a?,b?)*",
        "#*,a",
    ];
    let wrong = [
        "a?,a",
        "a*,a",
        "(a|a)",
        "a{1,2},a",
        "(a{1,2}){2},a",
        "(a,b?)*,a",
        "(a?){2},a",
        "(a{2,3})*,a",
        "(a,b)|(a,c)",
        "(a?,b?)*,b",
        "#,#|#",
        "((a,b*){2},b)",
        "&(a,b,a)",
        "((a|b)*,c?)*,b",
        "(a+){3},a",
    ];
    for (models, expected) in [(&fine[..], false), (&wrong[..], true)] {
        for text in models {
            let (model, particle) = read(text);
            let found = ambiguity(&model, &Names::of(&model), &particle).expect("small");
            assert_eq!(found.is_some(), expected, "{text}: {found:?}");
        }
    }
}

#[test]
fn names_what_was_expected() {
    let (model, particle) = read("a,b?,(c|d)");
    let names = Names::of(&model);
    let automaton = Automaton::compile(&model, &names, &particle).expect("small");
    let mut run = automaton.start();
    let a = names.name(NamespaceId::NONE, "a");
    assert_eq!(
        automaton.step(&mut run, a, NamespaceId::NONE),
        Some(Matched::Element(ElementId(0)))
    );
    let expected = automaton.expected(&run, 10);
    assert_eq!(
        expected,
        [1, 2, 3].map(|id| Expected::Element(ElementId(id)))
    );
}

#[test]
fn takes_large_counts_without_expanding_them() {
    let (model, particle) = read("(a{1,1000000}){1,1000000},b{999999},c*");
    let names = Names::of(&model);
    let automaton = Automaton::compile(&model, &names, &particle).expect("small");
    assert!(automaton.nodes.len() < 10);
    let word = format!("{}{}ccc", "a".repeat(3000), "b".repeat(999_999));
    assert!(accepts(&automaton, &names, &word));
    let word = format!("{}{}ccc", "a".repeat(300), "b".repeat(999_998));
    assert!(!accepts(&automaton, &names, &word));
}

/// The expanded model as an automaton without counts: a position is a copy of a particle.
#[derive(Default)]
struct Expanded {
    /// The particle that each position is a copy of, and its letter.
    origin: Vec<(usize, char)>,
    follow: BTreeMap<usize, BTreeSet<usize>>,
}

#[derive(Clone, Default)]
struct Part {
    nullable: bool,
    first: BTreeSet<usize>,
    last: BTreeSet<usize>,
}

impl Expanded {
    fn join(&mut self, a: Part, b: Part) -> Part {
        for last in &a.last {
            self.follow.entry(*last).or_default().extend(&b.first);
        }
        Part {
            nullable: a.nullable && b.nullable,
            first: if a.nullable {
                a.first.union(&b.first).copied().collect()
            } else {
                a.first
            },
            last: if b.nullable {
                a.last.union(&b.last).copied().collect()
            } else {
                b.last
            },
        }
    }

    fn particle(&mut self, model: &Model, particle: &Particle) -> Part {
        let mut all = Part {
            nullable: true,
            ..Part::default()
        };
        for _ in 0..particle.min {
            let one = self.term(model, &particle.term);
            all = self.join(all, one);
        }
        match particle.max {
            None => {
                let one = self.term(model, &particle.term);
                let star = self.join(one.clone(), one);
                all = self.join(
                    all,
                    Part {
                        nullable: true,
                        ..star
                    },
                );
            }
            Some(max) => {
                for _ in particle.min..max {
                    let one = self.term(model, &particle.term);
                    all = self.join(
                        all,
                        Part {
                            nullable: true,
                            ..one
                        },
                    );
                }
            }
        }
        all
    }

    fn term(&mut self, model: &Model, term: &Term) -> Part {
        match term {
            Term::Element(id) => {
                let letter = model.elements[id.index()]
                    .name
                    .local
                    .chars()
                    .next()
                    .expect("a letter");
                self.origin.push((id.index(), letter));
                let set = BTreeSet::from([self.origin.len() - 1]);
                Part {
                    nullable: false,
                    first: set.clone(),
                    last: set,
                }
            }
            Term::Group(id) => {
                let group = &model.groups[id.index()];
                let choice = group.compositor == Compositor::Choice;
                let mut all = Part {
                    nullable: !choice,
                    ..Part::default()
                };
                for particle in &group.particles {
                    let one = self.particle(model, particle);
                    if choice {
                        all.nullable |= one.nullable;
                        all.first.extend(one.first);
                        all.last.extend(one.last);
                    } else {
                        all = self.join(all, one);
                    }
                }
                all
            }
            Term::Any(_) => Part::default(),
        }
    }
}

/// A generator without a dependency; the same seed gives the same models.
struct Seed(u64);

impl Seed {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn model(&mut self, depth: u32) -> String {
        let count = [
            "", "", "", "?", "*", "+", "{2}", "{2,3}", "{1,2}", "{0,2}", "{3}", "{2,}",
        ];
        let count = count[self.below(count.len() as u64) as usize];
        if depth == 0 || self.below(3) == 0 {
            return format!("{}{count}", char::from(b'a' + self.below(4) as u8));
        }
        let joint = if self.below(3) == 0 { "|" } else { "," };
        let parts: Vec<String> = (0..=self.below(3)).map(|_| self.model(depth - 1)).collect();
        format!("({}){count}", parts.join(joint))
    }
}

#[test]
fn agrees_with_the_expanded_model() {
    let mut seed = Seed(7);
    let (mut clear, mut ambiguous) = (0, 0);
    for _ in 0..1200 {
        let text = seed.model(3);
        let (model, particle) = read(&text);
        let mut expanded = Expanded::default();
        let start = expanded.particle(&model, &particle);
        if expanded.origin.len() > 200 {
            continue;
        }
        let names = Names::of(&model);
        let automaton = Automaton::compile(&model, &names, &particle).expect("small");
        let found = ambiguity(&model, &names, &particle).expect("small");
        // Every set of positions that some word reaches, with the automaton's state beside it.
        let mut work = vec![(
            String::new(),
            start.first.clone(),
            start.nullable,
            automaton.start(),
        )];
        let mut seen = BTreeSet::new();
        let mut conflict = None;
        while let Some((word, next, complete, run)) = work.pop() {
            if !seen.insert((next.clone(), complete)) {
                continue;
            }
            if seen.len() > 400 {
                break;
            }
            for letter in 'a'..='d' {
                let to: BTreeSet<usize> = next
                    .iter()
                    .copied()
                    .filter(|position| expanded.origin[*position].1 == letter)
                    .collect();
                let origins: BTreeSet<usize> = to
                    .iter()
                    .map(|position| expanded.origin[*position].0)
                    .collect();
                if origins.len() > 1 {
                    conflict = Some(format!("{word}{letter}"));
                }
                let mut after = run.clone();
                let stepped = automaton.step(
                    &mut after,
                    names.name(NamespaceId::NONE, &letter.to_string()),
                    NamespaceId::NONE,
                );
                if found.is_none() {
                    assert_eq!(stepped.is_some(), !to.is_empty(), "{text}: {word}{letter}");
                }
                if to.is_empty() {
                    continue;
                }
                let complete = to.iter().any(|position| start.last.contains(position));
                if found.is_none() {
                    assert_eq!(
                        automaton.accepts(&after),
                        complete,
                        "{text}: {word}{letter} as a whole"
                    );
                }
                let next = to
                    .iter()
                    .flat_map(|position| expanded.follow.get(position).into_iter().flatten())
                    .copied();
                work.push((format!("{word}{letter}"), next.collect(), complete, after));
            }
        }
        if conflict.is_some() {
            assert!(found.is_some(), "{text} is ambiguous at {conflict:?}");
            ambiguous += 1;
        } else if seen.len() <= 400 {
            assert!(found.is_none(), "{text} is not ambiguous: {found:?}");
            clear += 1;
        }
    }
    assert!(
        clear > 200 && ambiguous > 200,
        "{clear} clear, {ambiguous} ambiguous"
    );
}
