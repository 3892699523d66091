//! Names of elements, qualified attributes and types as constants, together with the tags that are written for them.

use std::any::TypeId;
use std::borrow::Cow;

use super::array::SOAP_ENCODING;
use super::simple::XSD;
use super::{Bindings, Invalid, QName, Simple};
use crate::xml::Local;

/// A namespace of a contract, with the prefix that is written for it.
#[derive(Debug, Clone, Copy)]
pub struct Namespace {
    /// The namespace name; empty for none.
    pub uri: &'static str,
    /// The prefix; empty for none.
    pub prefix: &'static str,
    /// Its simple types as far as they were made, which `xsi:type` may name.
    pub types: &'static [NamedType],
}

/// A simple type of a contract that has a name and facets, members or values of its own.
#[derive(Debug, Clone, Copy)]
pub struct NamedType {
    /// The local part of its name.
    local: &'static str,
    /// What it derives from: the index of the namespace, none for a built-in type, and the local part.
    base: (Option<usize>, &'static str),
    /// Which type reads its values.
    id: TypeId,
    /// It is the name that the code's own type was made for.
    is_own: bool,
    pub(super) check: Check,
}

/// Checks whether a text is a value.
pub(super) type Check = fn(&str, &dyn Bindings) -> Result<(), Invalid>;

impl NamedType {
    /// Makes an entry of the table; generated code calls it.
    pub const fn of<T: Simple + 'static>(
        local: &'static str,
        namespace: Option<usize>,
        base: &'static str,
    ) -> NamedType {
        NamedType {
            local,
            base: (namespace, base),
            id: TypeId::of::<T>(),
            is_own: true,
            check: |text, bindings| T::from_text(Cow::Borrowed(text), bindings).map(drop),
        }
    }

    /// Makes an entry for another name of a type, or for one that derives from it and was not made itself.
    pub const fn other<T: Simple + 'static>(
        local: &'static str,
        namespace: Option<usize>,
        base: &'static str,
    ) -> NamedType {
        NamedType {
            is_own: false,
            ..NamedType::of::<T>(local, namespace, base)
        }
    }

    /// The type of that name, if it is known.
    pub(super) fn find(
        known: &[Namespace],
        namespace: &str,
        local: &str,
    ) -> Option<&'static NamedType> {
        let namespace = known.iter().find(|known| known.uri == namespace)?;
        namespace.types.iter().find(|type_| type_.local == local)
    }

    /// The name of the type that reads such values, if it has one.
    pub(super) fn name_of<T: Simple + 'static>(known: &[Namespace]) -> Option<QName> {
        let own = TypeId::of::<T>();
        known.iter().find_map(|namespace| {
            let mut types = namespace.types.iter();
            let type_ = types.find(|type_| type_.is_own && type_.id == own)?;
            Some(QName::new(namespace.uri, type_.local))
        })
    }

    /// The name of a type, and those of its bases as far as they are known.
    pub(super) fn bases(name: &QName, known: &[Namespace]) -> impl Iterator<Item = QName> {
        let base = |name: &QName| match &*name.namespace {
            XSD => built_in_base(&name.local).map(|base| QName::new(XSD, base)),
            SOAP_ENCODING => Some(QName::new(XSD, &*name.local)),
            namespace => {
                let (namespace, local) = NamedType::find(known, namespace, &name.local)?.base;
                let namespace = namespace.map(|index| known.get(index));
                Some(QName::new(
                    namespace.map_or(Some(XSD), |known| Some(known?.uri))?,
                    local,
                ))
            }
        };
        std::iter::successors(Some(name.clone()), base).take(DEPTH)
    }

    /// Tells whether it is a type or derives from it, which is that of the contract or a built-in.
    pub(super) fn derives_from<T: Simple + 'static>(&self, known: &[Namespace]) -> bool {
        let mut type_ = self;
        let own = TypeId::of::<T>();
        let mut all = known.iter().flat_map(|namespace| namespace.types);
        let made = all.any(|type_| type_.is_own && type_.id == own);
        for _ in 0..known.len().max(DEPTH) {
            if type_.id == own {
                return true;
            }
            let (namespace, local) = type_.base;
            let Some(namespace) = namespace else {
                return !made && derives_from_built_in(T::BUILT_IN, local);
            };
            let next = known.get(namespace).map_or(&[][..], |known| known.types);
            let Some(next) = next.iter().find(|type_| type_.local == local) else {
                break;
            };
            type_ = next;
        }
        true
    }
}

/// Derivations in a contract have fewer steps.
const DEPTH: usize = 64;

/// Tells whether a built-in type is the declared one or derives from it; where none is declared any does.
pub(super) fn derives_from_built_in(declared: Option<&str>, name: &str) -> bool {
    let Some(declared) = declared else {
        return true;
    };
    std::iter::successors(Some(name), |name| built_in_base(name)).any(|name| name == declared)
}

/// The base of a built-in type (XSD 1.0 part 2, 3).
fn built_in_base(name: &str) -> Option<&'static str> {
    Some(match name {
        "byte" => "short",
        "short" => "int",
        "int" => "long",
        "long" | "nonNegativeInteger" | "nonPositiveInteger" => "integer",
        "integer" => "decimal",
        "unsignedByte" => "unsignedShort",
        "unsignedShort" => "unsignedInt",
        "unsignedInt" => "unsignedLong",
        "unsignedLong" | "positiveInteger" => "nonNegativeInteger",
        "negativeInteger" => "nonPositiveInteger",
        "normalizedString" => "string",
        "token" => "normalizedString",
        "language" | "NMTOKEN" | "Name" => "token",
        "NCName" => "Name",
        "ID" | "IDREF" | "ENTITY" => "NCName",
        // SOAP 1.1, 5.2.3.
        "base64" => "base64Binary",
        _ => return None,
    })
}

/// A name: the index of its namespace in the contract's table, and its tags as they are written.
#[derive(Debug, PartialEq)]
pub struct Tag {
    /// Indexes the contract's table of namespaces; 0 is no namespace.
    pub namespace: usize,
    /// The local part.
    pub local: &'static str,
    /// The local part, ready to be compared with what a document holds.
    pub(super) name: Local,
    /// `<p:local>`
    pub open: &'static str,
    /// `</p:local>`
    pub close: &'static str,
    /// `p:local>`, ready to be copied.
    pub(super) markup: Markup,
}

/// The name and the end of a tag in bytes of a fixed length, zeroes behind them; nothing of a long one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Markup {
    bytes: [u8; Markup::MOST],
    length: usize,
}

impl Markup {
    const MOST: usize = 32;

    const fn new(qualified: &str) -> Markup {
        let name = qualified.as_bytes();
        let mut markup = Markup {
            bytes: [0; Markup::MOST],
            length: 0,
        };
        if name.len() < Markup::MOST {
            let mut at = 0;
            while at < name.len() {
                markup.bytes[at] = name[at];
                at += 1;
            }
            markup.bytes[at] = b'>';
            markup.length = at + 1;
        }
        markup
    }

    /// Puts the start tag into room; its length.
    #[inline(always)]
    pub(super) fn put_start(&self, room: &mut [u8]) -> Option<usize> {
        let (mark, rest) = room.split_first_chunk_mut::<1>()?;
        *mark = *b"<";
        *rest.first_chunk_mut()? = self.bytes;
        (self.length > 0).then_some(self.length + 1)
    }

    /// Puts the end tag into room; its length.
    #[inline(always)]
    pub(super) fn put_end(&self, room: &mut [u8]) -> Option<usize> {
        let (mark, rest) = room.split_first_chunk_mut::<2>()?;
        *mark = *b"</";
        *rest.first_chunk_mut()? = self.bytes;
        (self.length > 0).then_some(self.length + 2)
    }
}

impl Tag {
    /// Makes a tag from its qualified name and its two forms; [`tags!`](crate::tags) calls it.
    pub const fn new(
        namespace: usize,
        qualified: &'static str,
        open: &'static str,
        close: &'static str,
    ) -> Tag {
        let bytes = qualified.as_bytes();
        let mut at = 0;
        let mut local = qualified;
        while at < bytes.len() {
            if bytes[at] == b':' {
                local = qualified.split_at(at + 1).1;
                break;
            }
            at += 1;
        }
        Tag {
            namespace,
            local,
            name: Local::new(local),
            open,
            close,
            markup: Markup::new(qualified),
        }
    }

    /// `<p:local`, to go on with attributes.
    #[inline(always)]
    pub(super) const fn start(&self) -> &'static str {
        self.open.split_at(self.open.len() - 1).0
    }

    /// The name with its prefix, as it is written.
    pub fn qualified(&self) -> &'static str {
        self.open
            .get(1..self.open.len().saturating_sub(1))
            .unwrap_or_default()
    }

    /// Tells whether this is the name with that namespace and local part.
    pub fn is(&self, namespace: &str, local: &str, known: &[Namespace]) -> bool {
        self.local == local
            && known
                .get(self.namespace)
                .is_some_and(|n| n.uri == namespace)
    }
}
