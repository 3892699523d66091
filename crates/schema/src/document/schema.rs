//! Schema documents as written (XSD 1.0 part 1, the "XML Representation" sections of 3).

use std::sync::Arc;

use soapstone::name::QName;

use crate::model::{
    Annotation, Compositor, Derivation, Derivations, Facets, Foreign, Place, Process, Scope,
    ValueConstraint,
};

/// `xs:schema` (part 1, 3.15.2).
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// `targetNamespace`; absent where none is written.
    pub target_namespace: Option<Arc<str>>,
    /// `elementFormDefault="qualified"`.
    pub elements_qualified: bool,
    /// `attributeFormDefault="qualified"`.
    pub attributes_qualified: bool,
    /// `blockDefault`.
    pub block_default: Derivations,
    /// `finalDefault`.
    pub final_default: Derivations,
    /// `version`.
    pub version: Option<String>,
    /// The prefixes declared on the element; the writer prefers them.
    pub prefixes: Scope,
    /// The annotations at the top, one entry each.
    pub annotations: Vec<Annotation>,
    /// `include`, `import` and `redefine`, in order.
    pub references: Vec<Reference>,
    /// The global components, in order.
    pub components: Vec<Component>,
    /// Where it is written.
    pub place: Place,
}

/// `include`, `import` or `redefine` (part 1, 4.2).
#[derive(Debug, Clone)]
pub struct Reference {
    /// Which.
    pub kind: ReferenceKind,
    /// `schemaLocation`.
    pub location: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// The kinds of reference to another schema document.
#[derive(Debug, Clone)]
pub enum ReferenceKind {
    /// The same namespace, or none.
    Include,
    /// Another namespace; absent for "no namespace".
    Import(Option<Arc<str>>),
    /// Include, with these components changed.
    Redefine(Vec<Component>),
}

/// A global component.
#[derive(Debug, Clone)]
pub enum Component {
    /// `simpleType`
    SimpleType(SimpleType),
    /// `complexType`
    ComplexType(ComplexType),
    /// `element`
    Element(Element),
    /// `attribute`
    Attribute(Attribute),
    /// `group`
    Group(GroupDefinition),
    /// `attributeGroup`
    AttributeGroup(AttributeGroup),
    /// `notation`
    Notation(Notation),
}

/// A type given by name or in place.
#[derive(Debug, Clone)]
pub enum TypeUse {
    /// `type="…"`, `base="…"`, `itemType="…"`
    Named(QName),
    /// A `simpleType` child.
    Simple(Box<SimpleType>),
    /// A `complexType` child.
    Complex(Box<ComplexType>),
}

/// `simpleType` (part 1, 3.14.2).
#[derive(Debug, Clone)]
pub struct SimpleType {
    /// Absent for an anonymous type.
    pub name: Option<Arc<str>>,
    /// `final`; where absent the schema's default applies.
    pub final_: Option<Derivations>,
    /// How it is made.
    pub definition: SimpleDefinition,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// The child of a `simpleType`.
#[derive(Debug, Clone)]
pub enum SimpleDefinition {
    /// `restriction`
    Restriction {
        /// What is restricted.
        base: TypeUse,
        /// The facets of this step.
        facets: Box<Facets>,
    },
    /// `list`
    List(TypeUse),
    /// `union`: `memberTypes` first, then the children.
    Union(Vec<TypeUse>),
}

/// `complexType` (part 1, 3.4.2).
#[derive(Debug, Clone, Default)]
pub struct ComplexType {
    /// Absent for an anonymous type.
    pub name: Option<Arc<str>>,
    /// `abstract`
    pub abstract_: bool,
    /// `mixed`
    pub mixed: bool,
    /// `block`; where absent the schema's default applies.
    pub block: Option<Derivations>,
    /// `final`; where absent the schema's default applies.
    pub final_: Option<Derivations>,
    /// What elements or text it holds.
    pub content: Content,
    /// Its attributes.
    pub attributes: Attributes,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// The content of a `complexType`, in its four spellings.
#[derive(Debug, Clone)]
pub enum Content {
    /// A group directly inside, or nothing.
    Plain(Option<Particle>),
    /// `complexContent`
    Complex {
        /// `extension` or `restriction`.
        derivation: Derivation,
        /// `base`
        base: QName,
        /// `mixed` on `complexContent`, which goes before the type's own.
        mixed: Option<bool>,
        /// The group inside.
        particle: Option<Particle>,
        /// Where the derivation is written.
        place: Place,
    },
    /// `simpleContent/extension`
    SimpleExtension {
        /// `base`
        base: QName,
        /// Where the derivation is written.
        place: Place,
    },
    /// `simpleContent/restriction`
    SimpleRestriction {
        /// `base`
        base: QName,
        /// A `simpleType` child that narrows the base's content first.
        type_: Option<Box<SimpleType>>,
        /// The facets of this step.
        facets: Box<Facets>,
        /// Where the derivation is written.
        place: Place,
    },
}

impl Default for Content {
    fn default() -> Content {
        Content::Plain(None)
    }
}

/// The attribute part of a type or attribute group.
#[derive(Debug, Clone, Default)]
pub struct Attributes {
    /// Declarations and references, in order.
    pub items: Vec<AttributeItem>,
    /// `anyAttribute`
    pub any: Option<Wildcard>,
}

/// One entry of an attribute part.
#[derive(Debug, Clone)]
pub enum AttributeItem {
    /// `<attribute name="…">`
    Local(Usage, Attribute),
    /// `<attribute ref="…">`
    Reference {
        /// `use`
        usage: Usage,
        /// `ref`
        name: QName,
        /// `default` or `fixed`.
        value: Option<ValueConstraint>,
        /// Attributes from other namespaces (`wsdl:arrayType`).
        foreign: Vec<Foreign>,
        /// Documentation and appinfo.
        annotation: Option<Box<Annotation>>,
        /// Where it is written.
        place: Place,
    },
    /// `<attributeGroup ref="…">`
    Group(QName, Place),
}

/// `use` of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Usage {
    /// It may be there.
    #[default]
    Optional,
    /// It must be there.
    Required,
    /// A restriction takes it away.
    Prohibited,
}

/// `attribute` (part 1, 3.2.2).
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its local name.
    pub name: Arc<str>,
    /// `form`, true for qualified; where absent the schema's default applies. A global one is always qualified.
    pub qualified: Option<bool>,
    /// Absent for `anySimpleType`.
    pub type_: Option<TypeUse>,
    /// `default` or `fixed`.
    pub value: Option<ValueConstraint>,
    /// Attributes from other namespaces.
    pub foreign: Vec<Foreign>,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// `element` with a name (part 1, 3.3.2).
#[derive(Debug, Clone)]
pub struct Element {
    /// Its local name.
    pub name: Arc<str>,
    /// `form`, true for qualified; where absent the schema's default applies. A global one is always qualified.
    pub qualified: Option<bool>,
    /// Absent for the substitution head's type, or `anyType`.
    pub type_: Option<TypeUse>,
    /// `nillable`
    pub nillable: bool,
    /// `default` or `fixed`.
    pub value: Option<ValueConstraint>,
    /// `abstract`
    pub abstract_: bool,
    /// `substitutionGroup`
    pub substitution_group: Option<QName>,
    /// `block`; where absent the schema's default applies.
    pub block: Option<Derivations>,
    /// `final`; where absent the schema's default applies.
    pub final_: Option<Derivations>,
    /// `unique`, `key`, `keyref`.
    pub constraints: Vec<Constraint>,
    /// Attributes from other namespaces.
    pub foreign: Vec<Foreign>,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// A particle of a content model (part 1, 3.9.2).
#[derive(Debug, Clone)]
pub struct Particle {
    /// `minOccurs`
    pub min: u64,
    /// `maxOccurs`; absent for `unbounded`.
    pub max: Option<u64>,
    /// What occurs.
    pub term: Term,
    /// Where it is written.
    pub place: Place,
}

/// What a particle repeats.
#[derive(Debug, Clone)]
pub enum Term {
    /// `<element name="…">`
    Element(Box<Element>),
    /// `<element ref="…">`
    ElementReference(QName),
    /// `sequence`, `choice` or `all`.
    Group(Group),
    /// `<group ref="…">`
    GroupReference(QName),
    /// `any`
    Any(Wildcard),
}

/// `sequence`, `choice` or `all` (part 1, 3.8.2).
#[derive(Debug, Clone)]
pub struct Group {
    /// Which.
    pub compositor: Compositor,
    /// Its particles, in order; those with `maxOccurs="0"` too.
    pub particles: Vec<Particle>,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
}

/// `<group name="…">` (part 1, 3.7.2).
#[derive(Debug, Clone)]
pub struct GroupDefinition {
    /// Its name.
    pub name: Arc<str>,
    /// The group inside.
    pub group: Group,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// `<attributeGroup name="…">` (part 1, 3.6.2).
#[derive(Debug, Clone)]
pub struct AttributeGroup {
    /// Its name.
    pub name: Arc<str>,
    /// Its attributes.
    pub attributes: Attributes,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// `any` or `anyAttribute` (part 1, 3.10.2).
#[derive(Debug, Clone)]
pub struct Wildcard {
    /// `namespace`
    pub admits: Admits,
    /// `processContents`
    pub process: Process,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// The `namespace` attribute of a wildcard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admits {
    /// `##any`
    Any,
    /// `##other`
    Other,
    /// A list.
    These(Vec<Admitted>),
}

/// One entry of a wildcard's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admitted {
    /// `##targetNamespace`
    Target,
    /// `##local`
    Local,
    /// A namespace name.
    Namespace(Arc<str>),
}

/// `unique`, `key` or `keyref` (part 1, 3.11.2).
#[derive(Debug, Clone)]
pub struct Constraint {
    /// Its name.
    pub name: Arc<str>,
    /// Which.
    pub kind: ConstraintKind,
    /// `selector`
    pub selector: XPath,
    /// `field`s, at least one.
    pub fields: Vec<XPath>,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// The kinds of identity constraint.
#[derive(Debug, Clone)]
pub enum ConstraintKind {
    /// `unique`
    Unique,
    /// `key`
    Key,
    /// `keyref`, with what it refers to.
    KeyRef(QName),
}

/// An `xpath` attribute with the prefixes in scope there.
#[derive(Debug, Clone)]
pub struct XPath {
    /// The expression as written.
    pub text: String,
    /// The prefixes.
    pub scope: Scope,
    /// Where it is written.
    pub place: Place,
}

/// `notation` (part 1, 3.12.2).
#[derive(Debug, Clone)]
pub struct Notation {
    /// Its name.
    pub name: Arc<str>,
    /// `public`
    pub public: Option<String>,
    /// `system`
    pub system: Option<String>,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}
