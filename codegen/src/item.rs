//! The contract as Rust: items with names, fields and types decided, before any text is made.

use std::collections::{HashMap, HashSet};

use soapstone::name::QName;
use soapstone_schema::model::WhiteSpace;

pub(crate) use crate::occurs::{Occurs, Turns};

/// Everything that is generated for one contract.
#[derive(Debug, Default)]
pub(crate) struct Package {
    /// The namespaces that messages may use, in the order of their index; a tag refers to one by index.
    pub(crate) namespaces: Vec<Namespace>,
    /// One for each namespace that has items.
    pub(crate) modules: Vec<Module>,
    /// Every item; modules refer to them.
    pub(crate) items: Vec<Item>,
    /// Every tag; items refer to them.
    pub(crate) tags: Vec<Tag>,
    /// The types in which elements of one name have several types, with those names.
    pub(crate) untold: HashMap<ItemId, HashSet<TagId>>,
    /// Services, made last.
    pub(crate) services: Vec<crate::service::Service>,
}

/// A namespace with the prefix that the writer gives it.
#[derive(Debug)]
pub(crate) struct Namespace {
    pub(crate) uri: String,
    pub(crate) prefix: String,
}

/// A Rust module: one file.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) namespace: String,
    /// In the order in which they are written.
    pub(crate) items: Vec<ItemId>,
    /// Tags that are constants of this module.
    pub(crate) tags: Vec<TagId>,
    /// Global elements that can be read and written by themselves.
    pub(crate) elements: Vec<Root>,
    /// Its simple types that are items with checks of their own, in the order of the items.
    pub(crate) simple_types: Vec<SimpleName>,
}

/// The name of a simple type, as `xsi:type` may use it.
#[derive(Debug)]
pub(crate) struct SimpleName {
    pub(crate) rust: Rust,
    /// The name is that of the Rust type, and not another one for it or for what derives from it.
    pub(crate) is_own: bool,
    pub(crate) local: String,
    /// What it derives from: the namespace's index, none for a built-in type, and the local part.
    pub(crate) base: (Option<usize>, String),
}

/// A global element: the constant by which it is read and written.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) constant: String,
    pub(crate) tag: TagId,
    pub(crate) rust: Rust,
    /// The item that this element alone has as its type, which then knows its element.
    pub(crate) own: Option<ItemId>,
    pub(crate) value: Option<Constraint>,
    pub(crate) documentation: String,
}

/// A global element: its module, and its index there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RootId {
    pub(crate) module: usize,
    pub(crate) index: usize,
}

/// Indexes [`Package::items`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ItemId(pub(crate) usize);

/// Indexes [`Package::tags`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TagId(pub(crate) usize);

/// The name of an element, of a qualified attribute, or of a type for `xsi:type`.
#[derive(Debug)]
pub(crate) struct Tag {
    /// Indexes [`Package::modules`]: where the constant stands.
    pub(crate) module: usize,
    /// Indexes [`Package::namespaces`].
    pub(crate) namespace: usize,
    pub(crate) local: String,
    pub(crate) constant: String,
}

/// A type expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rust {
    /// A type of the runtime or of the language, by its full path.
    Path(&'static str),
    /// A type that the user put in the place of a generated one.
    Replaced(String),
    /// A generated item.
    Item(ItemId),
    /// `Nillable<T>`.
    Nillable(Box<Rust>),
    /// `List<T>`: white-space separated values.
    List(Box<Rust>),
    /// `Box<T>`.
    Boxed(Box<Rust>),
}

/// A named item.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) module: usize,
    pub(crate) name: String,
    pub(crate) documentation: String,
    /// The schema's own name for it.
    pub(crate) qname: Option<QName>,
    /// The tag of that name, for types that `xsi:type` can name.
    pub(crate) tag: Option<TagId>,
    pub(crate) kind: Kind,
    /// Whether `Default` is derived; decided after all items are known.
    pub(crate) default: bool,
    /// Attributes that the user asked for, as written.
    pub(crate) attributes: Vec<String>,
}

impl Item {
    /// The names of the fields that hold attributes, elements or text, where it is a struct.
    pub(crate) fn field_names(&self) -> impl Iterator<Item = &str> {
        let struct_ = match &self.kind {
            Kind::Struct(struct_) => Some(struct_),
            _ => None,
        };
        let attributes = struct_.map_or(&[][..], |struct_| &struct_.attributes);
        let fields = struct_.map_or(&[][..], |struct_| struct_.body.fields());
        let attributes = attributes.iter().map(|attribute| attribute.name.as_str());
        attributes.chain(fields.iter().map(|field| field.name.as_str()))
    }
}

/// What an item is.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub(crate) enum Kind {
    /// Not lowered yet.
    Pending,
    Struct(Struct),
    Choice(Choice),
    Enumeration(Enumeration),
    Newtype(Newtype),
    Union(Union),
    Family(Family),
    Array(Array),
    Alias(Rust),
}

/// A complex type, or a group that repeats or may be absent as a whole.
#[derive(Debug)]
pub(crate) struct Struct {
    /// The tags and wildcards that can begin it, where it is a group; absent for a complex type.
    pub(crate) first: Option<Vec<First>>,
    pub(crate) attributes: Vec<AttributeField>,
    /// The field for attributes that a wildcard admits.
    pub(crate) any_attribute: Option<(String, Wildcard)>,
    pub(crate) body: Body,
    /// Elements of the type may be nil; its attributes must be right all the same. Decided after all items are known.
    pub(crate) nil: bool,
}

/// What can begin a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum First {
    Tag(TagId),
    Any(Wildcard),
}

/// The content of a struct.
#[derive(Debug)]
pub(crate) enum Body {
    Empty,
    /// Simple content.
    Value(Field),
    /// Particles in order.
    Sequence(Vec<Field>),
    /// Particles in any order; and which of them must stand there, how often at least, if any particle does, in a group that
    /// may be absent.
    All(Vec<Field>, Vec<(usize, u64)>),
    /// Text and elements in one list: the field's name, and the enum of what may stand in it.
    Mixed(String, ItemId),
}

impl Body {
    /// The fields that hold particles or text.
    pub(crate) fn fields(&self) -> &[Field] {
        match self {
            Body::Value(field) => std::slice::from_ref(field),
            Body::Sequence(fields) | Body::All(fields, _) => fields,
            Body::Empty | Body::Mixed(..) => &[],
        }
    }
}

/// A field that holds a particle.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) documentation: String,
    pub(crate) rust: Rust,
    pub(crate) particle: Particle,
    pub(crate) occurs: Occurs,
    /// Where it is alone in a group that repeats, how often that does and how often it stands in each turn, unless every count between
    /// the least and the most is right.
    pub(crate) turns: Option<Turns>,
}

/// Where a field's value stands in the document.
#[derive(Debug, Clone)]
pub(crate) enum Particle {
    /// An element, with its default or fixed value.
    Element(TagId, Option<Constraint>),
    /// A struct or enum of particles without an element of its own.
    Group,
    /// Any element that the wildcard admits, raw.
    Any(Wildcard),
    /// The text of the element itself.
    Value,
}

/// A default or fixed value.
#[derive(Debug, Clone)]
pub(crate) struct Constraint {
    pub(crate) fixed: bool,
    pub(crate) lexical: String,
}

/// A field that holds an attribute.
#[derive(Debug, Clone)]
pub(crate) struct AttributeField {
    pub(crate) name: String,
    pub(crate) documentation: String,
    pub(crate) rust: Rust,
    pub(crate) key: AttributeKey,
    pub(crate) required: bool,
    pub(crate) value: Option<Constraint>,
}

/// An attribute's name in documents.
#[derive(Debug, Clone)]
pub(crate) enum AttributeKey {
    Plain(String),
    Qualified(TagId),
}

/// A wildcard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wildcard {
    Any,
    Not(String),
    In(Vec<String>),
}

impl Wildcard {
    /// Tells whether names of that namespace are admitted (XSD 1.0 part 1, 3.10.4).
    pub(crate) fn admits(&self, namespace: &str) -> bool {
        match self {
            Wildcard::Any => true,
            Wildcard::Not(other) => !namespace.is_empty() && namespace != other,
            Wildcard::In(these) => these.iter().any(|this| this == namespace),
        }
    }
}

/// One of several particles; with a `Text` variant where it is an item of mixed content.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) mixed: bool,
    /// It is the whole content of a complex type without attributes, and stands for that type.
    pub(crate) type_: bool,
    pub(crate) arms: Vec<Arm>,
    /// The order of the arms in mixed content, where there is one.
    pub(crate) model: Option<Model>,
}

/// A content model over the arms of a choice.
#[derive(Debug)]
pub(crate) enum Model {
    Arm(usize),
    /// A wildcard with its variant; what is declared beside it has a variant of its own there too.
    Any(Wildcard, usize),
    Sequence(Vec<Model>),
    Choice(Vec<Model>),
    All(Vec<Model>),
    Repeat(Box<Model>, u64, Option<u64>),
}

/// One variant of a choice.
#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) name: String,
    pub(crate) documentation: String,
    pub(crate) rust: Rust,
    pub(crate) particle: Particle,
    /// Never optional.
    pub(crate) occurs: Occurs,
    /// As that of a field: what several turns of the choice take one after another is one list.
    pub(crate) turns: Option<Turns>,
}

/// Named values.
#[derive(Debug, PartialEq)]
pub(crate) struct Enumeration {
    /// What becomes of white space in values.
    pub(crate) white_space: WhiteSpace,
    /// Values that the contract does not know are kept in a variant of their own.
    pub(crate) open: Option<String>,
    pub(crate) values: Vec<EnumerationValue>,
}

/// One named value.
#[derive(Debug, PartialEq)]
pub(crate) struct EnumerationValue {
    pub(crate) name: String,
    pub(crate) lexical: String,
    pub(crate) documentation: String,
}

/// A simple type with facets: the representation, and a call for each facet.
#[derive(Debug)]
pub(crate) struct Newtype {
    pub(crate) rust: Rust,
    pub(crate) facets: Vec<FacetCall>,
}

/// A facet as the builder's method and its argument in Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FacetCall {
    pub(crate) method: &'static str,
    pub(crate) argument: String,
}

/// One of several simple types.
#[derive(Debug)]
pub(crate) struct Union {
    pub(crate) members: Vec<UnionMember>,
}

/// One of the types of a union.
#[derive(Debug)]
pub(crate) struct UnionMember {
    pub(crate) name: String,
    pub(crate) rust: Rust,
    /// The type's name, where it is another one for a type.
    pub(crate) tag: Option<TagId>,
}

/// A complex type or one of those derived from it, told apart by `xsi:type`.
#[derive(Debug)]
pub(crate) struct Family {
    /// There is no value without `xsi:type`.
    pub(crate) abstract_: bool,
    pub(crate) members: Vec<Member>,
}

/// One type of a family.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) tag: TagId,
    pub(crate) rust: Rust,
}

/// A SOAP-encoded array (SOAP 1.1, 5.4.2).
#[derive(Debug)]
pub(crate) struct Array {
    pub(crate) item: Rust,
    /// The item type's name as it goes to `soapenc:arrayType`.
    pub(crate) tag: TagId,
    /// How many dimensions it has.
    pub(crate) rank: usize,
}
