//! Lowers a contract to Rust items: which types, fields and names there are. It makes no text.
//!
//! Items are allocated when something refers to them and lowered from a queue, so that recursion in a schema is no recursion
//! here, and what nothing refers to is never lowered.

mod array;
mod attribute;
mod choice;
mod complex;
mod enumeration;
mod facet;
mod mixed;
mod named;
mod particle;
mod settle;
mod simple;
mod symbol;
mod turns;
mod untold;

use std::collections::{HashMap, HashSet, VecDeque};

use soapstone::name::QName;
use soapstone_schema::contract::Contract;
use soapstone_schema::model::{Builtin, ElementId, GroupId, Model, Type, TypeId};
use soapstone_schema::report::Report;
use soapstone_schema::simple::SimpleTypes;

use crate::Options;
use crate::choose::Chosen;
use crate::item::{Item, ItemId, Kind, Package, Root, RootId, Rust};
use crate::names;

pub(crate) use settle::settle;
pub(crate) use symbol::SOAP_ENCODING;

/// What is being lowered, and what has been.
pub(crate) struct Lowering<'m> {
    pub(crate) model: &'m Model,
    pub(crate) options: &'m Options,
    pub(crate) package: Package,
    symbols: symbol::Symbols,
    /// Named complex types that derive from a type in one step, in document order.
    derived: HashMap<TypeId, Vec<TypeId>>,
    /// The names that global components get, reached or not, so that the choice of operations changes none.
    reserved: HashMap<TypeId, (usize, String)>,
    structs: HashMap<TypeId, ItemId>,
    families: HashMap<TypeId, Rust>,
    simples: HashMap<TypeId, Rust>,
    /// The members of the unions that were made.
    members: HashSet<TypeId>,
    /// What texts of the contract mean.
    values: SimpleTypes,
    groups: HashMap<(GroupId, bool), ItemId>,
    substitutions: HashMap<ElementId, ItemId>,
    queue: VecDeque<(ItemId, Work)>,
    roots: HashMap<ElementId, RootId>,
    /// The enums of mixed contents, by all that they have.
    contents: HashMap<String, ItemId>,
    /// The elements of faults whose part names a type, by their message.
    pub(crate) fault_parts: HashMap<QName, RootId>,
}

/// An allocated item that waits to be lowered.
enum Work {
    Complex(TypeId),
    Family(TypeId),
    Sequence(GroupId),
    Choice(GroupId, bool),
    Substitution(ElementId),
    MixedContent(TypeId),
}

/// Where a nested item takes its name from.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) module: usize,
    pub(crate) name: String,
}

/// Lowers what was chosen, in the contract's order.
pub(crate) fn lower(
    contract: &Contract,
    chosen: &Chosen,
    options: &Options,
    report: &mut Report,
) -> Package {
    let mut lowering = Lowering::new(&contract.model, options);
    for &element in &chosen.elements {
        lowering.root(element);
    }
    for &type_ in &chosen.types {
        let owner = lowering.owner_of(type_);
        lowering.declared(type_, &owner);
    }
    lowering.drain();
    crate::service::lower(contract, chosen, &mut lowering, report);
    lowering.drain();
    lowering.finish()
}

impl<'m> Lowering<'m> {
    fn new(model: &'m Model, options: &'m Options) -> Lowering<'m> {
        let mut lowering = Lowering {
            model,
            options,
            package: Package::default(),
            symbols: symbol::Symbols::new(),
            derived: HashMap::new(),
            reserved: HashMap::new(),
            structs: HashMap::new(),
            families: HashMap::new(),
            simples: HashMap::new(),
            members: HashSet::new(),
            values: SimpleTypes::of(model),
            groups: HashMap::new(),
            substitutions: HashMap::new(),
            queue: VecDeque::new(),
            roots: HashMap::new(),
            contents: HashMap::new(),
            fault_parts: HashMap::new(),
        };
        lowering.name_globals();
        lowering
    }

    /// Names every global type, then every global element with a type of its own, in document order.
    fn name_globals(&mut self) {
        let model = self.model;
        for namespace in &model.namespaces {
            self.module(namespace);
        }
        for (index, type_) in model.types.iter().enumerate() {
            let id = TypeId(index as u32);
            let name = match type_ {
                Type::Simple(simple) => simple.name.as_ref(),
                Type::Complex(complex) => {
                    if complex.base != id {
                        self.derived
                            .entry(complex.base)
                            .or_default()
                            .extend(complex.name.is_some().then_some(id));
                    }
                    complex.name.as_ref()
                }
            };
            if let Some(name) = name.filter(|_| Builtin::from_id(id).is_none()) {
                let module = self.module(&name.namespace);
                let rust = self
                    .symbols
                    .types(module)
                    .claim(&names::pascal(&name.local));
                self.reserved.insert(id, (module, rust));
            }
        }
        for element in &model.elements {
            if element.global
                && self.type_name(element.type_).is_none()
                && !self.reserved.contains_key(&element.type_)
            {
                let module = self.module(&element.name.namespace);
                let wanted = names::pascal(&element.name.local);
                let names = self.symbols.types(module);
                let rust = if names.is_free(&wanted) {
                    names.claim(&wanted)
                } else {
                    names.claim(&format!("{wanted}Element"))
                };
                self.reserved.insert(element.type_, (module, rust));
            }
        }
    }

    /// The schema's name of a type.
    pub(crate) fn type_name(&self, id: TypeId) -> Option<&'m QName> {
        match self.model.types.get(id.index())? {
            Type::Simple(simple) => simple.name.as_ref(),
            Type::Complex(complex) => complex.name.as_ref(),
        }
    }

    /// The owner by which parts of a global type are named.
    pub(crate) fn owner_of(&mut self, type_: TypeId) -> Owner {
        match self.reserved.get(&type_) {
            Some((module, name)) => Owner {
                module: *module,
                name: name.clone(),
            },
            None => Owner {
                module: self.module(""),
                name: String::from("Anonymous"),
            },
        }
    }

    /// Makes a global element readable and writable by itself; an abstract one is not.
    pub(crate) fn root(&mut self, id: ElementId) -> Option<RootId> {
        if let Some(root) = self.roots.get(&id) {
            return Some(*root);
        }
        let element = self
            .model
            .elements
            .get(id.index())
            .filter(|e| !e.abstract_)?;
        let module = self.module(&element.name.namespace);
        let rust = self.element_type(
            id,
            &Owner {
                module,
                name: String::new(),
            },
        );
        let tag = self.tag(&element.name.namespace, &element.name.local, module);
        let own = match &rust {
            Rust::Item(item) if self.type_name(element.type_).is_none() => Some(*item),
            _ => None,
        };
        let constant = self.claim_element(module, &element.name.local);
        let documentation = documentation(element.annotation.as_deref());
        let value = self.constraint(element);
        let root = self.add_root(
            module,
            Root {
                constant,
                tag,
                rust,
                own,
                value,
                documentation,
            },
        );
        self.roots.insert(id, root);
        Some(root)
    }

    /// Adds the constant of an element that can be read and written by itself.
    pub(crate) fn add_root(&mut self, module: usize, root: Root) -> RootId {
        let Some(roots) = self
            .package
            .modules
            .get_mut(module)
            .map(|m| &mut m.elements)
        else {
            return RootId { module, index: 0 };
        };
        roots.push(root);
        RootId {
            module,
            index: roots.len() - 1,
        }
    }

    /// Claims the name of an element's constant.
    pub(crate) fn claim_element(&mut self, module: usize, local: &str) -> String {
        self.symbols
            .elements(module)
            .claim_snake(&names::screaming(local))
    }

    /// Claims a type's name.
    pub(crate) fn claim_type(&mut self, module: usize, wanted: &str) -> String {
        self.symbols.types(module).claim(wanted)
    }

    /// The type of an element's field: its declared type, or what may stand for it by `xsi:type`, or nil.
    pub(crate) fn element_type(&mut self, id: ElementId, owner: &Owner) -> Rust {
        let Some(element) = self.model.elements.get(id.index()) else {
            return Rust::Path("codec::AnyType");
        };
        let nested = owner.nested(&element.name.local);
        let rust = match self.reserved.get(&element.type_) {
            Some((module, name)) => {
                let owner = Owner {
                    module: *module,
                    name: name.clone(),
                };
                self.declared(element.type_, &owner)
            }
            None => self.declared(element.type_, &nested),
        };
        if element.nillable {
            Rust::Nillable(Box::new(rust))
        } else {
            rust
        }
    }

    /// The Rust type for values of a declared type. `owner` names it where it has no name of its own.
    pub(crate) fn declared(&mut self, id: TypeId, owner: &Owner) -> Rust {
        if let Some(replaced) = self.type_name(id).and_then(|n| self.options.replacement(n)) {
            return Rust::Replaced(replaced);
        }
        match self.model.types.get(id.index()) {
            None => Rust::Path("codec::AnyType"),
            Some(Type::Simple(_)) => self.simple(id, owner),
            Some(Type::Complex(_)) => self.complex(id, owner),
        }
    }

    /// Allocates an item under a name that is free, to be lowered from the queue.
    fn allocate(
        &mut self,
        module: usize,
        wanted: &str,
        qname: Option<QName>,
        work: Work,
    ) -> ItemId {
        let name = self.symbols.types(module).claim(wanted);
        let id = self.place(module, name, qname);
        self.queue.push_back((id, work));
        id
    }

    /// Adds an item under a name that is already claimed.
    pub(crate) fn place(&mut self, module: usize, name: String, qname: Option<QName>) -> ItemId {
        let id = ItemId(self.package.items.len());
        let known = self.package.modules.get(module);
        let path = known.map_or("", |module| module.name.as_str());
        let attributes = self.options.attributes_for(qname.as_ref(), path, &name);
        self.package.items.push(Item {
            module,
            name,
            documentation: String::new(),
            qname,
            tag: None,
            kind: Kind::Pending,
            default: false,
            attributes,
        });
        if let Some(module) = self.package.modules.get_mut(module) {
            module.items.push(id);
        }
        id
    }

    /// Sets what an item is.
    pub(crate) fn set(&mut self, id: ItemId, kind: Kind, documentation: String) {
        if let Some(item) = self.package.items.get_mut(id.0) {
            item.kind = kind;
            item.documentation = documentation;
        }
    }

    fn owner(&self, id: ItemId) -> Owner {
        match self.package.items.get(id.0) {
            Some(item) => Owner {
                module: item.module,
                name: item.name.clone(),
            },
            None => Owner {
                module: 0,
                name: String::new(),
            },
        }
    }

    pub(crate) fn drain(&mut self) {
        while let Some((item, work)) = self.queue.pop_front() {
            match work {
                Work::Complex(id) => self.complex_item(item, id),
                Work::Family(id) => self.family_item(item, id),
                Work::Sequence(id) => self.sequence_item(item, id),
                Work::Choice(id, starred) => self.choice_item(item, id, starred),
                Work::Substitution(id) => self.substitution_item(item, id),
                Work::MixedContent(id) => self.mixed_item(item, id),
            }
        }
    }

    fn finish(mut self) -> Package {
        // Items stand in the order of the names in the contract as far as they were reached: sorted by name, a diff of
        // generated files shows what changed and nothing else.
        let names: Vec<String> = self.package.items.iter().map(|i| i.name.clone()).collect();
        for module in &mut self.package.modules {
            module
                .items
                .sort_by(|a, b| names.get(a.0).cmp(&names.get(b.0)));
        }
        self.name_simple_types();
        self.package.untold = untold::untold(&self.package);
        self.package
    }
}

impl Owner {
    /// The owner for what is declared inside, under a local name.
    pub(crate) fn nested(&self, local: &str) -> Owner {
        Owner {
            module: self.module,
            name: format!("{}{}", self.name, names::pascal(local)),
        }
    }
}

/// The text of an annotation.
pub(crate) fn documentation(annotation: Option<&soapstone_schema::model::Annotation>) -> String {
    annotation
        .map(|a| a.documentation.trim().to_owned())
        .unwrap_or_default()
}
