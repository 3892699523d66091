//! Documents made by a schema: the smallest, the fullest, and chance ones; each as a tree that can be changed.

use soapstone::name::QName;
use soapstone_schema::model::{
    AttributeId, Builtin, ComplexType, Compositor, Content, ElementId, Model, Namespaces, Particle,
    Process, Term, Type, TypeId, Wildcard, XSI,
};

use super::values::Values;

/// An element.
#[derive(Clone)]
pub(crate) struct Tree {
    pub(crate) name: QName,
    /// Its declaration; none for what a wildcard admitted, which is left as it is.
    pub(crate) element: Option<ElementId>,
    pub(crate) attributes: Vec<Given>,
    pub(crate) items: Vec<Item>,
}

/// An attribute.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) name: QName,
    pub(crate) value: String,
    pub(crate) declared: Option<AttributeId>,
}

#[derive(Clone)]
pub(crate) enum Item {
    /// Text, with its type where it is a value.
    Text(String, Option<TypeId>),
    Element(Tree),
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Plan {
    Least,
    Most,
    Chance,
}

/// Numbers that are the same in every run.
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }
}

const NEVER: u32 = 1 << 20;

pub(crate) struct Maker<'m> {
    model: &'m Model,
    pub(crate) values: Values<'m>,
    pub(crate) seed: Seed,
    /// How deep the smallest value of each type is.
    depth: Vec<u32>,
    derived: Vec<Vec<TypeId>>,
    plan: Plan,
    left: usize,
    ids: usize,
}

impl<'m> Maker<'m> {
    pub(crate) fn new(model: &'m Model) -> Maker<'m> {
        let mut derived = vec![Vec::new(); model.types.len()];
        for (index, type_) in model.types.iter().enumerate() {
            if let Type::Complex(complex) = type_
                && complex.name.is_some()
                && complex.base.index() != index
            {
                derived[complex.base.index()].push(TypeId(index as u32));
            }
        }
        let mut maker = Maker {
            model,
            values: Values::new(model),
            seed: Seed(7),
            depth: vec![NEVER; model.types.len()],
            derived,
            plan: Plan::Least,
            left: 0,
            ids: 0,
        };
        loop {
            let mut changed = false;
            for (index, type_) in model.types.iter().enumerate() {
                let depth = match type_ {
                    Type::Simple(_) => 0,
                    Type::Complex(complex) => maker.content_depth(complex),
                };
                if depth < maker.depth[index] {
                    maker.depth[index] = depth;
                    changed = true;
                }
            }
            if !changed {
                return maker;
            }
        }
    }

    fn content_depth(&self, type_: &ComplexType) -> u32 {
        match &type_.content {
            Content::Elements(particle) | Content::Mixed(Some(particle)) => {
                self.particle_depth(particle, 0)
            }
            _ => 0,
        }
    }

    fn particle_depth(&self, particle: &Particle, nested: usize) -> u32 {
        if particle.min == 0 || nested > 64 {
            return 0;
        }
        match &particle.term {
            Term::Element(id) => self
                .stand_ins(*id)
                .iter()
                .map(|e| self.element_depth(*e))
                .min()
                .unwrap_or(NEVER),
            Term::Any(_) => 1,
            Term::Group(id) => {
                let group = &self.model.groups[id.index()];
                let depths = group
                    .particles
                    .iter()
                    .map(|p| self.particle_depth(p, nested + 1));
                match group.compositor {
                    Compositor::Choice => depths.min().unwrap_or(0),
                    _ => depths.max().unwrap_or(0),
                }
            }
        }
    }

    fn element_depth(&self, id: ElementId) -> u32 {
        let types = self.instances(id);
        types
            .iter()
            .map(|t| self.depth[t.index()].saturating_add(1))
            .min()
            .unwrap_or(NEVER)
    }

    /// The declaration and the members of its substitution group that may stand for it.
    fn stand_ins(&self, id: ElementId) -> Vec<ElementId> {
        let head = &self.model.elements[id.index()];
        let mut all = vec![id];
        if !head.block.substitution && !head.block.extension && !head.block.restriction {
            all.extend(
                self.model
                    .substitutions
                    .get(&id)
                    .into_iter()
                    .flatten()
                    .copied(),
            );
        }
        all.retain(|e| !self.model.elements[e.index()].abstract_);
        all
    }

    /// The types that an element may have, the declared one first.
    fn instances(&self, id: ElementId) -> Vec<TypeId> {
        let element = &self.model.elements[id.index()];
        let mut types = vec![element.type_];
        if let Type::Complex(complex) = &self.model.types[element.type_.index()]
            && element.type_ != Builtin::AnyType.id()
            && element.block == Default::default()
            && complex.block == Default::default()
        {
            let mut at = 0;
            while let Some(type_) = types.get(at).copied() {
                for below in &self.derived[type_.index()] {
                    if !types.contains(below) {
                        types.push(*below);
                    }
                }
                at += 1;
            }
        }
        types.retain(|t| !matches!(&self.model.types[t.index()], Type::Complex(c) if c.abstract_));
        types
    }

    /// Makes a document of a global element, if there is one.
    pub(crate) fn document(&mut self, id: ElementId, plan: Plan) -> Option<Tree> {
        self.plan = plan;
        self.left = if plan == Plan::Most { 250 } else { 120 };
        self.ids = 0;
        self.element(id, 0)
    }

    fn least(&self, nested: usize) -> bool {
        self.plan == Plan::Least || self.left == 0 || nested > 9
    }

    fn element(&mut self, id: ElementId, nested: usize) -> Option<Tree> {
        if nested > 60 {
            return None;
        }
        self.left = self.left.saturating_sub(1);
        let element = &self.model.elements[id.index()];
        let types = self.instances(id);
        let type_ = if self.least(nested) || self.seed.below(3) == 0 {
            types
                .iter()
                .copied()
                .min_by_key(|t| self.depth[t.index()])?
        } else {
            *types.get(self.seed.below(types.len()))?
        };
        if self.depth[type_.index()] >= NEVER {
            return None;
        }
        let mut tree = Tree {
            name: element.name.clone(),
            element: Some(id),
            attributes: Vec::new(),
            items: Vec::new(),
        };
        if type_ != element.type_ {
            let Type::Complex(complex) = &self.model.types[type_.index()] else {
                return None;
            };
            let name = complex.name.as_ref()?;
            let value = match self.values.prefixes.of(&name.namespace) {
                Some(prefix) => format!("{prefix}:{}", name.local),
                None => name.local.to_string(),
            };
            tree.attributes.push(Given {
                name: QName::new(XSI, "type"),
                value,
                declared: None,
            });
        }
        let fixed = element
            .value
            .as_ref()
            .filter(|v| v.fixed)
            .map(|v| v.lexical.clone());
        let nil =
            element.nillable && fixed.is_none() && !self.least(nested) && self.seed.below(4) == 0;
        if nil {
            tree.attributes.push(Given {
                name: QName::new(XSI, "nil"),
                value: "true".to_owned(),
                declared: None,
            });
        }
        match &self.model.types[type_.index()] {
            Type::Simple(_) => {
                if !nil {
                    tree.items
                        .push(Item::Text(self.text(type_, fixed)?, Some(type_)));
                }
            }
            Type::Complex(complex) => {
                self.attributes(complex, &mut tree, nested)?;
                if nil {
                    return Some(tree);
                }
                match &complex.content {
                    Content::Empty => {}
                    Content::Simple(simple) => {
                        let text = self.text(*simple, fixed)?;
                        tree.items.push(Item::Text(text, Some(*simple)));
                    }
                    Content::Mixed(None) => tree.items.push(Item::Text(
                        fixed.unwrap_or("some <text> & more".to_owned()),
                        None,
                    )),
                    Content::Mixed(Some(particle)) if fixed.is_none() => {
                        self.particle(particle, &mut tree.items, nested, 0)?;
                        if !self.least(nested) && self.seed.below(4) > 0 {
                            let at = self.seed.below(tree.items.len() + 1);
                            tree.items
                                .insert(at, Item::Text(" between & \u{1f682} ".to_owned(), None));
                            if type_ != Builtin::AnyType.id() {
                                tree.items.push(Item::Text("behind".to_owned(), None));
                            }
                        }
                    }
                    Content::Mixed(Some(_)) => {
                        tree.items.push(Item::Text(fixed.unwrap_or_default(), None))
                    }
                    Content::Elements(particle) => {
                        self.particle(particle, &mut tree.items, nested, 0)?
                    }
                }
            }
        }
        Some(tree)
    }

    fn text(&mut self, type_: TypeId, fixed: Option<String>) -> Option<String> {
        if fixed.is_some() {
            return fixed;
        }
        match self.values.identity(type_) {
            Some(Builtin::Id) => {
                self.ids += 1;
                let text = format!("id{}", self.ids);
                self.values.accepts(type_, &text).then_some(text)
            }
            Some(Builtin::IdRef | Builtin::IdRefs) => Some("id1".to_owned()),
            Some(_) => None,
            None => self.values.valid(type_),
        }
    }

    fn attributes(&mut self, type_: &'m ComplexType, tree: &mut Tree, nested: usize) -> Option<()> {
        for use_ in &type_.attributes {
            let attribute = &self.model.attributes[use_.attribute.index()];
            let wanted = match self.plan {
                _ if use_.required => true,
                Plan::Least => false,
                Plan::Most => true,
                Plan::Chance => self.seed.below(2) == 0,
            };
            if !wanted {
                continue;
            }
            let constraint = use_.value.as_ref().or(attribute.value.as_ref());
            let fixed = constraint.filter(|v| v.fixed).map(|v| v.lexical.clone());
            match self.text(attribute.type_, fixed) {
                Some(value) => tree.attributes.push(Given {
                    name: attribute.name.clone(),
                    value,
                    declared: Some(use_.attribute),
                }),
                None if use_.required => return None,
                None => {}
            }
        }
        if let Some(any) = &type_.any_attribute
            && !self.least(nested)
            && any.process != Process::Strict
            && let Some(namespace) = foreign(any)
        {
            let name = QName::new(namespace, "foreign");
            if namespace.is_empty()
                || self.values.prefixes.of(namespace).is_some()
                || namespace == OTHER
            {
                tree.attributes.push(Given {
                    name,
                    value: "a \"quoted\" <value>".to_owned(),
                    declared: None,
                });
            }
        }
        Some(())
    }

    fn particle(
        &mut self,
        particle: &'m Particle,
        out: &mut Vec<Item>,
        nested: usize,
        groups: usize,
    ) -> Option<()> {
        let depth = self.particle_depth(particle, 0);
        let most = particle
            .max
            .unwrap_or(particle.min.saturating_add(3))
            .min(particle.min.saturating_add(3));
        let deep = depth >= NEVER;
        let count = match self.plan {
            _ if self.least(nested) || groups > 40 => particle.min,
            Plan::Least => particle.min,
            Plan::Most => most.max(particle.min).min(particle.min.max(2)),
            Plan::Chance => {
                particle.min + self.seed.below((most - particle.min) as usize + 1) as u64
            }
        };
        if deep && particle.min > 0 {
            return None;
        }
        for turn in 0..count.min(2000) {
            let begun = out.len();
            let made = self.term(particle, turn as usize, out, nested, groups);
            if made.is_none() {
                out.truncate(begun);
                // Where it may be absent, it is.
                return (turn >= particle.min).then_some(());
            }
        }
        (count <= 2000).then_some(())
    }

    fn term(
        &mut self,
        particle: &'m Particle,
        turn: usize,
        out: &mut Vec<Item>,
        nested: usize,
        groups: usize,
    ) -> Option<()> {
        match &particle.term {
            Term::Element(id) => {
                let all = self.stand_ins(*id);
                let id = if self.least(nested) {
                    all.iter().copied().min_by_key(|e| self.element_depth(*e))?
                } else {
                    *all.get(self.seed.below(all.len()))?
                };
                out.push(Item::Element(self.element(id, nested + 1)?));
            }
            Term::Any(any) => out.push(Item::Element(self.wild(any, nested)?)),
            Term::Group(id) => {
                let group = &self.model.groups[id.index()];
                match group.compositor {
                    Compositor::Choice => {
                        let arms = &group.particles;
                        let arm = if self.least(nested) {
                            arms.iter().min_by_key(|p| {
                                if p.min == 0 {
                                    0
                                } else {
                                    self.particle_depth(p, 0)
                                }
                            })
                        } else {
                            let first = self.seed.below(arms.len());
                            arms.get((first + turn) % arms.len().max(1))
                        };
                        if let Some(arm) = arm {
                            self.particle(arm, out, nested, groups + 1)?;
                        }
                    }
                    Compositor::Sequence => {
                        for member in &group.particles {
                            self.particle(member, out, nested, groups + 1)?;
                        }
                    }
                    Compositor::All => {
                        let begun = out.len();
                        for member in &group.particles {
                            self.particle(member, out, nested, groups + 1)?;
                        }
                        if self.plan == Plan::Chance && out.len() > begun + 1 {
                            let by = self.seed.below(out.len() - begun);
                            out[begun..].rotate_left(by);
                        }
                    }
                }
            }
        }
        Some(())
    }

    /// An element that a wildcard admits: an unknown one where that is allowed, else a global one.
    fn wild(&mut self, any: &Wildcard, nested: usize) -> Option<Tree> {
        if any.process == Process::Strict {
            let model = self.model;
            let admitted = (0..model.elements.len())
                .map(|i| ElementId(i as u32))
                .filter(|id| {
                    let element = &model.elements[id.index()];
                    element.global
                        && !element.abstract_
                        && admits(any, &element.name.namespace)
                        && self.element_depth(*id) < NEVER
                });
            let id = admitted.min_by_key(|id| self.element_depth(*id))?;
            let plan = std::mem::replace(&mut self.plan, Plan::Least);
            let tree = self.element(id, nested + 1);
            self.plan = plan;
            return tree.map(|tree| Tree {
                element: None,
                ..tree
            });
        }
        let namespace = foreign(any)?;
        Some(Tree {
            name: QName::new(namespace, "foreign"),
            element: None,
            attributes: vec![Given {
                name: QName::new("", "a"),
                value: "1 & 2".to_owned(),
                declared: None,
            }],
            items: vec![
                Item::Text("text ".to_owned(), None),
                Item::Element(Tree {
                    name: QName::new("", "inner"),
                    element: None,
                    attributes: Vec::new(),
                    items: vec![Item::Text("<&>".to_owned(), None)],
                }),
            ],
        })
    }
}

/// A namespace of which no schema is known.
pub(crate) const OTHER: &str = "urn:some:other";

fn admits(any: &Wildcard, namespace: &str) -> bool {
    match &any.namespaces {
        Namespaces::Any => true,
        Namespaces::Not(not) => !namespace.is_empty() && namespace != &**not,
        Namespaces::In(these) => these.iter().any(|n| **n == *namespace),
    }
}

fn foreign(any: &Wildcard) -> Option<&str> {
    match &any.namespaces {
        Namespaces::Any | Namespaces::Not(_) => Some(OTHER),
        Namespaces::In(these) => these.first().map(|n| &**n),
    }
}

impl Tree {
    /// The document as text, every prefix declared on the root.
    pub(crate) fn text(&self, values: &Values<'_>) -> String {
        let mut out = String::new();
        self.write(values, true, &mut out);
        out
    }

    fn write(&self, values: &Values<'_>, root: bool, out: &mut String) {
        let name = qualified(&self.name, values);
        out.push('<');
        out.push_str(&name);
        if root {
            for (prefix, namespace) in values.prefixes.0.iter().filter(|(p, _)| p != "xml") {
                out.push_str(&format!(
                    " xmlns:{prefix}=\"{}\"",
                    namespace.replace('&', "&amp;")
                ));
            }
            out.push_str(&format!(" xmlns:other=\"{OTHER}\""));
        }
        for attribute in &self.attributes {
            out.push(' ');
            out.push_str(&qualified(&attribute.name, values));
            out.push_str("=\"");
            soapstone::xml::escape_attribute(&attribute.value, out);
            out.push('"');
        }
        out.push('>');
        for item in &self.items {
            match item {
                Item::Text(text, _) => soapstone::xml::escape_text(text, out),
                Item::Element(tree) => tree.write(values, false, out),
            }
        }
        out.push_str(&format!("</{name}>"));
    }
}

fn qualified(name: &QName, values: &Values<'_>) -> String {
    match values.prefixes.of(&name.namespace) {
        _ if name.namespace.is_empty() => name.local.to_string(),
        Some(prefix) => format!("{prefix}:{}", name.local),
        None => format!("other:{}", name.local),
    }
}
