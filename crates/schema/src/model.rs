//! Schemas as meant (XSD 1.0 part 1, 2.2 and 3): every component with its references resolved, in plain arenas with ids.
//!
//! The model holds facts, not procedures: it is `Send + Sync`, it never changes after it is resolved, and what is computed
//! from it (automata, compiled facets) lives beside it.

mod builtin;
mod particle;
mod simple;

use std::collections::HashMap;
use std::sync::Arc;

use soapstone::name::QName;

pub use builtin::Builtin;
pub use particle::{Compositor, Group, Namespaces, Particle, Process, Term, Wildcard};
pub use simple::{Enumerated, Facet, Facets, SimpleType, Variety, WhiteSpace};

/// A set of schemas, resolved together. Ids index the vectors.
#[derive(Debug, Default)]
pub struct Model {
    /// The documents that the components came from; [`Place::document`] indexes this.
    pub documents: Vec<Arc<str>>,
    /// Type definitions; the built-ins come first, in the order of [`Builtin`].
    pub types: Vec<Type>,
    /// Element declarations, global and local.
    pub elements: Vec<Element>,
    /// Attribute declarations, global and local.
    pub attributes: Vec<Attribute>,
    /// Model groups: named definitions and the anonymous ones in content models.
    pub groups: Vec<Group>,
    /// Attribute group definitions.
    pub attribute_groups: Vec<AttributeGroup>,
    /// Identity-constraint definitions.
    pub constraints: Vec<Constraint>,
    /// Notation declarations.
    pub notations: Vec<Notation>,
    /// The global components by name.
    pub globals: Globals,
    /// For each head of a substitution group, every member by any number of steps (not the head itself), in document order.
    /// Blocking and abstractness are the validator's concern, not filtered here.
    pub substitutions: HashMap<ElementId, Vec<ElementId>>,
    /// Groups that were redefined afresh, which must restrict what they replace.
    pub redefinitions: Vec<Redefinition>,
    /// Target namespaces of the schema documents, in load order, without repeats.
    pub namespaces: Vec<Arc<str>>,
}

/// A group that replaces another without referring to it (XSD 1.0 part 1, 4.2.2): the new one, then the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redefinition {
    /// A model group definition.
    Group(GroupId, GroupId),
    /// An attribute group definition.
    Attributes(AttributeGroupId, AttributeGroupId),
}

/// Finds global components by their expanded name, one symbol space a kind (XSD 1.0 part 1, 2.5).
#[derive(Debug, Default)]
pub struct Globals {
    /// Type definitions, built-ins included.
    pub types: HashMap<QName, TypeId>,
    /// Element declarations.
    pub elements: HashMap<QName, ElementId>,
    /// Attribute declarations.
    pub attributes: HashMap<QName, AttributeId>,
    /// Model group definitions.
    pub groups: HashMap<QName, GroupId>,
    /// Attribute group definitions.
    pub attribute_groups: HashMap<QName, AttributeGroupId>,
    /// Identity-constraint definitions.
    pub constraints: HashMap<QName, ConstraintId>,
    /// Notation declarations.
    pub notations: HashMap<QName, NotationId>,
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            /// The index into the arena.
            pub fn index(self) -> usize { self.0 as usize }
        }
    )+};
}

id!(
    /// Indexes [`Model::types`].
    TypeId,
    /// Indexes [`Model::elements`].
    ElementId,
    /// Indexes [`Model::attributes`].
    AttributeId,
    /// Indexes [`Model::groups`].
    GroupId,
    /// Indexes [`Model::attribute_groups`].
    AttributeGroupId,
    /// Indexes [`Model::constraints`].
    ConstraintId,
    /// Indexes [`Model::notations`].
    NotationId
);

/// Where a component stands: `document` indexes [`Model::documents`]; line and column count from 1 (0: built in).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index into [`Model::documents`].
    pub document: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// What an `annotation` holds for people and for programs (XSD 1.0 part 1, 3.13).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Annotation {
    /// The text of the `documentation` elements, joined by blank lines.
    pub documentation: String,
    /// Each `appinfo` as written, tags included.
    pub appinfo: Vec<String>,
}

/// The prefixes in scope where a QName-valued literal stands; the empty prefix is the default namespace.
pub type Scope = Arc<[(Arc<str>, Arc<str>)]>;

/// A default or fixed value as written, not yet normalised.
#[derive(Debug, Clone)]
pub struct ValueConstraint {
    /// `fixed` rather than `default`.
    pub fixed: bool,
    /// The lexical form as written.
    pub lexical: String,
    /// For QName and NOTATION values.
    pub scope: Scope,
}

/// A type definition.
#[derive(Debug)]
pub enum Type {
    /// A simple type (part 1, 3.14).
    Simple(SimpleType),
    /// A complex type (part 1, 3.4).
    Complex(ComplexType),
}

/// A complex type definition (part 1, 3.4.1).
#[derive(Debug)]
pub struct ComplexType {
    /// Absent for an anonymous type.
    pub name: Option<QName>,
    /// The type it derives from; `anyType` where none is written, and for `anyType` itself.
    pub base: TypeId,
    /// How it derives from `base`.
    pub derivation: Derivation,
    /// No element may have exactly this type.
    pub abstract_: bool,
    /// The effective content, inherited part included.
    pub content: Content,
    /// For an extension with element content: the particle that this step adds (the rest is the base's).
    pub added: Option<Particle>,
    /// Every attribute use in effect, inherited ones included (base's first, then in document order; prohibited ones removed).
    pub attributes: Vec<AttributeUse>,
    /// How many of `attributes` are inherited unchanged from `base`, from the front (extension only; 0 for restriction).
    pub inherited_attributes: usize,
    /// The effective attribute wildcard.
    pub any_attribute: Option<Wildcard>,
    /// `block` in effect: what may not stand in for this type by `xsi:type`.
    pub block: Derivations,
    /// `final` in effect.
    pub final_: Derivations,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// How a type derives from its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derivation {
    /// Adds to the base.
    Extension,
    /// Allows less than the base.
    Restriction,
}

/// What an element of a complex type may hold (part 1, 3.4.1 `{content type}`).
#[derive(Debug, Clone)]
pub enum Content {
    /// Neither elements nor text.
    Empty,
    /// A value of the simple type.
    Simple(TypeId),
    /// Elements only.
    Elements(Particle),
    /// Elements and text; `None` is mixed content that allows no element.
    Mixed(Option<Particle>),
}

/// An attribute's use in a complex type (part 1, 3.5).
#[derive(Debug, Clone)]
pub struct AttributeUse {
    /// It must be there.
    pub required: bool,
    /// The declaration.
    pub attribute: AttributeId,
    /// The use's own default or fixed value; where absent the declaration's applies.
    pub value: Option<ValueConstraint>,
    /// Where it is written.
    pub place: Place,
}

/// An attribute declaration (part 1, 3.2).
#[derive(Debug)]
pub struct Attribute {
    /// The name, with its namespace where qualified.
    pub name: QName,
    /// Its simple type.
    pub type_: TypeId,
    /// Default or fixed value.
    pub value: Option<ValueConstraint>,
    /// Declared at the top of a schema.
    pub global: bool,
    /// Attributes of the declaration from other namespaces (`wsdl:arrayType`), with QName values left as written.
    pub foreign: Vec<Foreign>,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// An attribute from a foreign namespace on a schema component (`wsdl:arrayType`, `xmime:expectedContentTypes`).
#[derive(Debug, Clone)]
pub struct Foreign {
    /// Its name.
    pub name: QName,
    /// Its value as written.
    pub value: String,
    /// The prefixes in scope there.
    pub scope: Scope,
}

/// An element declaration (part 1, 3.3).
#[derive(Debug)]
pub struct Element {
    /// The name, with its namespace where qualified.
    pub name: QName,
    /// Its type.
    pub type_: TypeId,
    /// Declared at the top of a schema.
    pub global: bool,
    /// `xsi:nil` is allowed.
    pub nillable: bool,
    /// Default or fixed value.
    pub value: Option<ValueConstraint>,
    /// Only members of its substitution group may stand in a document.
    pub abstract_: bool,
    /// The head whose place it may take.
    pub substitution_head: Option<ElementId>,
    /// `block` in effect.
    pub block: Derivations,
    /// `final` in effect (substitution group exclusions).
    pub final_: Derivations,
    /// Identity constraints declared on it.
    pub constraints: Vec<ConstraintId>,
    /// Attributes of the declaration from other namespaces.
    pub foreign: Vec<Foreign>,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// A set of derivation methods (`block`, `final`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Derivations {
    /// By extension.
    pub extension: bool,
    /// By restriction.
    pub restriction: bool,
    /// By substitution group.
    pub substitution: bool,
    /// By list.
    pub list: bool,
    /// By union.
    pub union: bool,
}

/// An attribute group definition (part 1, 3.6).
#[derive(Debug)]
pub struct AttributeGroup {
    /// Its name.
    pub name: QName,
    /// Its attribute uses, those of the groups it refers to included.
    pub attributes: Vec<AttributeUse>,
    /// Its wildcard.
    pub any_attribute: Option<Wildcard>,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// An identity-constraint definition (part 1, 3.11).
#[derive(Debug)]
pub struct Constraint {
    /// Its name.
    pub name: QName,
    /// Which kind.
    pub kind: ConstraintKind,
    /// The selector's restricted XPath, parsed.
    pub selector: Vec<Path>,
    /// The fields' restricted XPaths, parsed.
    pub fields: Vec<Vec<Path>>,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// The kinds of identity constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    /// Values are unique where present.
    Unique,
    /// Values are present and unique.
    Key,
    /// Values refer to the key (or unique) constraint.
    KeyRef(ConstraintId),
}

/// One alternative of a restricted XPath (part 1, 3.11.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Starts with `.//`.
    pub anywhere: bool,
    /// Child steps; `.` steps are dropped.
    pub steps: Vec<Step>,
    /// The closing attribute step of a field.
    pub attribute: Option<Step>,
}

/// A name test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// `*`
    Any,
    /// `prefix:*`
    Namespace(Arc<str>),
    /// A name.
    Name(QName),
}

/// A notation declaration (part 1, 3.12).
#[derive(Debug)]
pub struct Notation {
    /// Its name.
    pub name: QName,
    /// `public`.
    pub public: Option<String>,
    /// `system`.
    pub system: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// The namespace of XSD itself.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema";
/// The namespace of `xsi:type`, `xsi:nil` and the location hints.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
