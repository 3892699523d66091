//! From a simple type of the model to a type that checks.

use std::collections::HashSet;
use std::sync::Arc;

use super::facets::integer_range;
use super::{Bound, Context, Effective, SimpleTypes, Value, atom};
use crate::model::{
    Builtin, Enumerated, Facet, Facets, Model, SimpleType, Type, TypeId, Variety, WhiteSpace,
};
use crate::pattern::Pattern;

/// The types that are being made, to end where one is made of itself.
#[derive(Debug, Default)]
pub(super) struct Path {
    types: Vec<TypeId>,
    depth: usize,
}

/// Lists of unions of lists … deeper than this act as `anySimpleType`, so that no check exhausts the stack.
const DEPTH: usize = 64;

/// A simple type that checks texts.
#[derive(Debug)]
pub struct Compiled {
    /// The type in its model.
    pub type_: TypeId,
    /// The type as people know it: `xs:int`, `Sku`, or `a restriction of xs:string`.
    pub name: Arc<str>,
    /// How values are made up.
    pub kind: Kind,
    /// The facets in effect, patterns and enumerations aside.
    pub facets: Effective,
    /// One for each derivation step that has patterns, with its text for messages.
    pub(super) patterns: Vec<(Arc<str>, Arc<Pattern>)>,
    /// The values of the nearest step that enumerates.
    pub(super) enumeration: Option<Arc<Enumeration>>,
    /// For integers: the range in effect, both ends within, where 128 bits hold it.
    pub(super) range: Option<(i128, i128)>,
    /// There is `ID`, `IDREF` or `IDREFS` in it, itself or as item or member.
    pub(super) identifies: bool,
}

impl Compiled {
    /// Tells whether only listed values are allowed.
    pub fn enumerates(&self) -> bool {
        self.enumeration.is_some()
    }

    /// The values that the nearest step with enumerations lists, in no order; other facets may refuse some.
    pub fn listed(&self) -> impl Iterator<Item = &Value> {
        let values = self.enumeration.iter();
        values.flat_map(|enumeration| &enumeration.values)
    }

    /// Tells whether there are patterns in any step.
    pub fn has_patterns(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// Tells whether patterns of its own step are in effect: those that do not compile are not.
    pub fn restricts_by_pattern(&self, base: &Compiled) -> bool {
        self.patterns.len() > base.patterns.len()
    }
}

/// How the values of a compiled type are made up.
#[derive(Debug, Clone)]
pub enum Kind {
    /// One value; the nearest built-in type in its derivation (`AnySimpleType` where anything goes).
    Atomic(Builtin),
    /// White-space separated values.
    List(Arc<Compiled>),
    /// A value of the first member that accepts it.
    Union(Arc<[Arc<Compiled>]>),
}

/// The values that a step enumerates.
#[derive(Debug)]
pub(super) struct Enumeration {
    pub(super) values: HashSet<Value>,
    /// The same for types whose values are texts: looking one up allocates nothing.
    pub(super) texts: Option<HashSet<Box<str>>>,
    /// For messages.
    pub(super) listed: Arc<str>,
}

/// The compiled type, made with all that it is made of where it is not there yet.
pub(super) fn compile(
    types: &SimpleTypes,
    model: &Model,
    type_: TypeId,
    path: &mut Path,
) -> Arc<Compiled> {
    if let Some(done) = types.slots.get(type_.index()).and_then(|slot| slot.get()) {
        return done.clone();
    }
    // The chain from the type up to the first that is there, or that starts a derivation.
    let mut chain = Vec::new();
    let mut base = None;
    let mut at = type_;
    while let Some(step) = step(model, at) {
        if let Some(done) = types.slots.get(at.index()).and_then(|slot| slot.get()) {
            base = Some(done.clone());
            break;
        }
        if chain.len() > model.types.len() || path.types.contains(&at) {
            return any(at);
        }
        chain.push((at, step));
        if Builtin::from_id(at).is_some() || is_ur_type(step.base) {
            break;
        }
        at = step.base;
    }
    if path.depth > DEPTH {
        return any(type_);
    }
    let above = path.types.len();
    path.types.extend(chain.iter().map(|(id, _)| *id));
    path.depth += 1;
    for (id, step) in chain.into_iter().rev() {
        let made = Arc::new(match &base {
            Some(base) => restrict(id, step, base),
            None => begin(types, model, id, step, path),
        });
        if let Some(slot) = types.slots.get(id.index()) {
            // Another thread may have been faster; its type is the same.
            let _ = slot.set(made.clone());
        }
        base = Some(made);
    }
    path.types.truncate(above);
    path.depth -= 1;
    base.unwrap_or_else(|| any(type_))
}

fn step(model: &Model, type_: TypeId) -> Option<&SimpleType> {
    match model.types.get(type_.index()) {
        Some(Type::Simple(simple)) => Some(simple),
        _ => None,
    }
}

pub(super) fn is_ur_type(type_: TypeId) -> bool {
    type_ == Builtin::AnyType.id() || type_ == Builtin::AnySimpleType.id()
}

pub(super) fn any(type_: TypeId) -> Arc<Compiled> {
    Arc::new(builtin(type_, Builtin::AnySimpleType))
}

fn builtin(type_: TypeId, builtin: Builtin) -> Compiled {
    Compiled {
        type_,
        name: ["xs:", builtin.name()].concat().into(),
        kind: Kind::Atomic(builtin),
        facets: Effective::of_builtin(builtin),
        patterns: Vec::new(),
        enumeration: None,
        range: integer_range(builtin)
            .map(|(min, max)| (min.unwrap_or(i128::MIN), max.unwrap_or(i128::MAX))),
        identifies: matches!(builtin, Builtin::Id | Builtin::IdRef),
    }
}

/// Makes a type that restricts none: a built-in one, a list or a union.
fn begin(
    types: &SimpleTypes,
    model: &Model,
    id: TypeId,
    step: &SimpleType,
    path: &mut Path,
) -> Compiled {
    let mut part = |part: TypeId| compile(types, model, part, path);
    if let Some(name) = Builtin::from_id(id) {
        let made = builtin(id, name);
        let item = match name {
            Builtin::NmTokens => Builtin::NmToken,
            Builtin::IdRefs => Builtin::IdRef,
            Builtin::Entities => Builtin::Entity,
            _ => return made,
        };
        let item = part(item.id());
        return Compiled {
            identifies: item.identifies,
            kind: Kind::List(item),
            ..made
        };
    }
    let (kind, white_space) = match &step.variety {
        Variety::List(item) => (Kind::List(part(*item)), WhiteSpace::Collapse),
        Variety::Union(members) => (
            Kind::Union(flat(members.iter().map(|member| part(*member)))),
            WhiteSpace::Preserve,
        ),
        Variety::Atomic(primitive) => (Kind::Atomic(*primitive), WhiteSpace::Preserve),
        Variety::Any => (Kind::Atomic(Builtin::AnySimpleType), WhiteSpace::Preserve),
    };
    let (identifies, made_of) = match &kind {
        Kind::Atomic(builtin) => (
            matches!(builtin, Builtin::Id | Builtin::IdRef),
            builtin.name().to_owned(),
        ),
        Kind::List(item) => (item.identifies, ["a list of ", &item.name].concat()),
        Kind::Union(members) => (
            members.iter().any(|member| member.identifies),
            "a union".to_owned(),
        ),
    };
    let mut facets = Effective::none(white_space);
    if matches!(kind, Kind::List(_)) {
        facets.fixed.push("whiteSpace");
    }
    let bare = Compiled {
        type_: id,
        name: step
            .name
            .as_ref()
            .map_or_else(|| made_of.into(), |name| name.local.clone()),
        kind,
        facets,
        patterns: Vec::new(),
        enumeration: None,
        range: None,
        identifies,
    };
    // A list or union has no facets in its own step; if the model says otherwise, they hold.
    restrict(id, step, &bare)
}

/// Unions of more members than these are left as they are written, so that a chain of them takes no more room than it has links.
const FLAT: usize = 256;

/// The members of a union, with those of unions that restrict nothing in their place, each once: what a member refused it
/// refuses again.
fn flat(members: impl Iterator<Item = Arc<Compiled>>) -> Arc<[Arc<Compiled>]> {
    let mut all: Vec<Arc<Compiled>> = Vec::new();
    let mut seen = HashSet::new();
    for member in members {
        match &member.kind {
            Kind::Union(inner)
                if member.patterns.is_empty()
                    && member.enumeration.is_none()
                    && all.len() + inner.len() <= FLAT =>
            {
                all.extend(inner.iter().filter(|m| seen.insert(m.type_)).cloned());
            }
            _ if seen.insert(member.type_) => all.push(member),
            _ => {}
        }
    }
    all.into()
}

/// Makes the type that one step of restriction leaves of its base.
fn restrict(id: TypeId, step: &SimpleType, base: &Compiled) -> Compiled {
    let name = match &step.name {
        Some(name) => name.local.clone(),
        None if base.type_ == id => base.name.clone(),
        None if base.name.starts_with("a restriction of ") => base.name.clone(),
        None => ["a restriction of ", &base.name].concat().into(),
    };
    let facets = effective(&step.facets, base);
    let mut patterns = base.patterns.clone();
    if let Some(pattern) = pattern(&step.facets.patterns) {
        patterns.push(pattern);
    }
    let enumeration = match step.facets.enumeration.as_slice() {
        [] => base.enumeration.clone(),
        written => Some(Arc::new(enumeration(written, base))),
    };
    let range = base.range.map(|_| facets.integers());
    Compiled {
        type_: id,
        name,
        kind: base.kind.clone(),
        facets,
        patterns,
        enumeration,
        range,
        identifies: base.identifies,
    }
}

/// The facets of a step over those of its base.
pub(super) fn effective(facets: &Facets, base: &Compiled) -> Effective {
    let mut made = base.facets.clone();
    let mut fixed = |facet_fixed: bool, name: &'static str| {
        if facet_fixed && !made.fixed.contains(&name) {
            made.fixed.push(name);
        }
    };
    macro_rules! number {
        ($($field:ident $name:literal),+) => {$(
            if let Some(facet) = &facets.$field {
                fixed(facet.fixed, $name);
            }
        )+};
    }
    number!(
        length "length", min_length "minLength", max_length "maxLength", white_space "whiteSpace",
        total_digits "totalDigits", fraction_digits "fractionDigits", min_inclusive "minInclusive",
        min_exclusive "minExclusive", max_inclusive "maxInclusive", max_exclusive "maxExclusive"
    );
    let value = |facet: &Option<Facet<u64>>| facet.as_ref().map(|facet| facet.value);
    made.length = value(&facets.length).or(made.length);
    made.min_length = value(&facets.min_length).or(made.min_length);
    made.max_length = value(&facets.max_length).or(made.max_length);
    made.total_digits = value(&facets.total_digits).or(made.total_digits);
    made.fraction_digits = value(&facets.fraction_digits).or(made.fraction_digits);
    if let (Some(white_space), Kind::Atomic(_)) = (&facets.white_space, &base.kind) {
        made.white_space = white_space.value;
    }
    let min = bound(&facets.min_inclusive, true, base)
        .or_else(|| bound(&facets.min_exclusive, false, base));
    let max = bound(&facets.max_inclusive, true, base)
        .or_else(|| bound(&facets.max_exclusive, false, base));
    made.min = min.or(made.min);
    made.max = max.or(made.max);
    made
}

/// Reads a bound as a value of the base's built-in type; one that can't be read does not hold (the rules report it).
fn bound(facet: &Option<Facet<String>>, inclusive: bool, base: &Compiled) -> Option<Bound> {
    let facet = facet.as_ref()?;
    let Kind::Atomic(builtin) = &base.kind else {
        return None;
    };
    let lexical = facet.value.trim_matches([' ', '\t', '\n', '\r']);
    let value = atom::read(*builtin, lexical, &()).ok()?;
    Some(Bound {
        value,
        inclusive,
        lexical: lexical.into(),
    })
}

fn pattern(written: &[Facet<String>]) -> Option<(Arc<str>, Arc<Pattern>)> {
    if written.is_empty() {
        return None;
    }
    let texts: Vec<_> = written.iter().map(|facet| facet.value.as_str()).collect();
    let compiled = Pattern::compile_any(texts.iter().copied()).ok()?;
    Some((texts.join(" | ").into(), Arc::new(compiled)))
}

fn enumeration(written: &[Enumerated], base: &Compiled) -> Enumeration {
    let mut values = HashSet::with_capacity(written.len());
    for one in written {
        // A value that the base refuses is no value of this type either; the rules report it.
        if let Ok(checked) = base.check(&one.lexical, &one.scope as &dyn Context) {
            values.insert(checked.value);
        }
    }
    let texts = match base.kind {
        Kind::Atomic(builtin) if atom::is_text(builtin) => Some(
            values
                .iter()
                .filter_map(|value| match value {
                    Value::String(text) | Value::AnyUri(text) => Some(text.clone()),
                    _ => None,
                })
                .collect(),
        ),
        _ => None,
    };
    let mut listed = written
        .iter()
        .take(8)
        .map(|one| one.lexical.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    if written.len() > 8 {
        listed.push_str(", …");
    }
    Enumeration {
        values,
        texts,
        listed: listed.into(),
    }
}
