//! Unions: which member a value is of is told by its text, the first that reads it, or by `xsi:type`.

use std::any::TypeId;
use std::mem::discriminant;

use super::array::SOAP_ENCODING;
use super::simple::{XSD, parse};
use super::tag::NamedType;
use super::writer::Mode;
use super::{
    Invalid, Namespace, QName, Reader, Simple, Strictness, Tag, Type, Unwritable, Writer, text,
};

/// Declares a union: a value goes to the first member that accepts it (XSD 1.0 part 2, 2.5.1.3). A member whose type is another
/// name for a type has that name behind it: `Length(Length) = LENGTH`.
#[macro_export]
macro_rules! union {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($member:ident($type:ty) $(= $tag:expr)?),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[allow(missing_docs)]
        $vis enum $name {
            $($member($type)),*
        }

        impl $crate::codec::Simple for $name {
            const NAMES: bool = false $(|| <$type as $crate::codec::Simple>::NAMES)*;

            fn has_member(
                namespace: &str,
                local: &str,
                known: &[$crate::codec::Namespace],
            ) -> bool {
                false $(|| $crate::codec::is_or_derives::<$type>(&[$($tag)?], namespace, local, known))*
            }
            fn from_text(
                text: ::std::borrow::Cow<'_, str>,
                bindings: &dyn $crate::codec::Bindings,
            ) -> ::std::result::Result<Self, $crate::codec::Invalid> {
                $(
                    if let Ok(value) = <$type as $crate::codec::Simple>::from_text(::std::borrow::Cow::Borrowed(&*text), bindings) {
                        return Ok(Self::$member(value));
                    }
                )*
                let _ = (text, bindings);
                Err($crate::codec::Invalid::Union)
            }
            fn to_text(&self, writer: &mut $crate::codec::Writer) {
                match self {
                    $(Self::$member(value) => match $crate::codec::own_text(self, value, writer) {
                        Some(text) => writer.raw(&text),
                        None => $crate::codec::Simple::to_text(value, writer),
                    })*
                }
            }
            fn to_own_text(&self, writer: &mut $crate::codec::Writer) {
                match self {
                    $(Self::$member(value) => $crate::codec::Simple::to_own_text(value, writer),)*
                }
            }

            const OTHER_TEXTS: bool = false $(|| <$type as $crate::codec::Simple>::OTHER_TEXTS)*;
            fn other_texts(
                &self,
            ) -> ::std::boxed::Box<dyn ::std::iter::Iterator<Item = ::std::string::String>> {
                match self {
                    $(Self::$member(value) => $crate::codec::Simple::other_texts(value),)*
                }
            }

            const UNION: bool = true;
            fn told(
                name: &$crate::codec::QName,
                known: &[$crate::codec::Namespace],
                text: &str,
                bindings: &dyn $crate::codec::Bindings,
            ) -> ::std::option::Option<::std::result::Result<Self, $crate::codec::Invalid>> {
                $(
                    if $crate::codec::is_named::<$type>(&[$($tag)?], name, known) {
                        let value = <$type as $crate::codec::Simple>::from_text(::std::borrow::Cow::Borrowed(text), bindings);
                        return Some(value.map(Self::$member));
                    }
                )*
                $(
                    if let Some(value) = <$type as $crate::codec::Simple>::told(name, known, text, bindings) {
                        return Some(value.map(Self::$member));
                    }
                )*
                None
            }
            fn member(&self, known: &[$crate::codec::Namespace]) -> ::std::option::Option<$crate::codec::QName> {
                match self {
                    $(Self::$member(value) => $crate::codec::told_by(&[$($tag)?], value, known)),*
                }
            }
        }
        $crate::__simple_element!($name);

        impl $crate::codec::Faceted for $name {}
    };
}

/// The other name of a member's type, if it has one.
type OtherName<'t> = &'t [&'static Tag];

/// Tells whether a member's type has that name.
pub fn is_named<T: Simple + 'static>(
    other: OtherName<'_>,
    name: &QName,
    known: &[Namespace],
) -> bool {
    member_name::<T>(other, known).is_some_and(|own| own == *name)
}

/// Tells whether `xsi:type` may name a type where a member is declared: that one, or one derived from it.
pub fn is_or_derives<T: Simple + Type + 'static>(
    other: OtherName<'_>,
    namespace: &str,
    local: &str,
    known: &[Namespace],
) -> bool {
    let Some(tag) = other.first() else {
        return T::accepts_type(namespace, local, known);
    };
    let name = QName::new(namespace, local);
    let is_built_in = namespace == XSD || namespace == SOAP_ENCODING;
    let mut bases = NamedType::bases(&name, known);
    bases.any(|base| tag.is(&base.namespace, &base.local, known))
        || !is_built_in && NamedType::find(known, namespace, local).is_none()
}

/// The name that tells a value's type: the contract's, or that of a built-in type; of a union in which another member would
/// read the value's text, the member's.
pub fn told_by<T: Simple + 'static>(
    other: OtherName<'_>,
    value: &T,
    known: &[Namespace],
) -> Option<QName> {
    let own = member_name::<T>(other, known).filter(|_| !T::UNION || is_read_back_if_told(value));
    own.or_else(|| value.member(known))
}

fn member_name<T: Simple + 'static>(other: OtherName<'_>, known: &[Namespace]) -> Option<QName> {
    match other.first() {
        Some(tag) => {
            let namespace = known.get(tag.namespace)?;
            Some(QName::new(namespace.uri, tag.local))
        }
        None => name_of::<T>(known),
    }
}

fn name_of<T: Simple + 'static>(known: &[Namespace]) -> Option<QName> {
    match T::BUILT_IN.or_else(text_name::<T>) {
        Some(local) => Some(QName::new(XSD, local)),
        None => NamedType::name_of::<T>(known),
    }
}

/// The name of a type of texts, or of names.
fn text_name<T: 'static>() -> Option<&'static str> {
    let own = TypeId::of::<T>();
    match () {
        () if own == TypeId::of::<QName>() => Some("QName"),
        () => text::name_of(own).or_else(|| text::shared::name_of(own)),
    }
}

/// Tells whether the text that a value has where `xsi:type` may stand is read as that value without it.
fn is_read_back_if_told<T: Simple>(value: &T) -> bool {
    parse::<T>(&plain(value, true)).is_ok_and(|read| read == *value)
}

/// The text of a value where `xsi:type` names its member, or where it does not.
fn plain<T: Simple>(value: &T, is_told: bool) -> String {
    let mut writer = Writer::plain(Mode::Plain);
    writer.is_told = is_told;
    value.to_text(&mut writer);
    writer.into_text()
}

/// How many other texts of a member are tried: among them is a number with a sign, or with a point.
const OTHERS: usize = 48;

/// The text of a member of a union, where an earlier member would read the usual one: one that is read as what it is, so that no
/// pattern refuses it, if there is such a text. A name in `xsi:type` makes a number with zeroes before it needless.
pub fn own_text<U: Simple, T: Simple>(
    value: &U,
    member: &T,
    writer: &mut Writer,
) -> Option<String> {
    let usual = plain(member, writer.is_told);
    let read = parse::<U>(&usual).ok()?;
    if read == *value {
        return None;
    }
    let others = if writer.is_told { 0 } else { OTHERS };
    let mut own = Writer::plain(Mode::Plain);
    member.to_own_text(&mut own);
    let mut texts = std::iter::once(own.into_text()).chain(member.other_texts().take(others));
    let is_own = |text: &String| parse::<U>(text).is_ok_and(|read| read == *value);
    let found = texts.find(is_own);
    // What is not a number is not even equal to itself, but read as the same member.
    if found.is_none() && !writer.is_told && discriminant(&read) != discriminant(value) {
        writer.refuse(&usual, Unwritable::Member);
    }
    found
}

impl Reader<'_> {
    /// Reads a text as the member of a union that `xsi:type` names, or of whose type it names one that derives from it; nothing
    /// where it names none.
    pub(super) fn told_member<T: Simple>(
        &self,
        name: &QName,
        text: &str,
    ) -> Option<Result<T, Invalid>> {
        let mut names = NamedType::bases(name, self.namespaces);
        let told = names.find_map(|name| T::told(&name, self.namespaces, text, &self.xml))?;
        // Read leniently, a text that is not what it is called may still be a value.
        (told.is_ok() || self.strictness != Strictness::Lenient).then_some(told)
    }
}

impl Writer {
    /// Writes an element with a value of a union: `xsi:type` names the member where another would read its text.
    #[inline]
    pub fn union_leaf<T: Simple + Type>(&mut self, tag: &'static Tag, value: &T) {
        match self.member_to_name(value) {
            None => self.leaf(tag, value),
            Some(_) => self.whole(tag, value),
        }
    }

    /// Writes the name of a value's member, where another member would read its text.
    pub fn union_type<T: Simple>(&mut self, value: &T) {
        if let Some(name) = self.member_to_name(value) {
            self.xsi_type_of(&name);
            self.is_told = true;
        }
    }

    #[inline]
    fn member_to_name<T: Simple>(&self, value: &T) -> Option<QName> {
        match T::UNION && !is_read_back_if_told(value) {
            true => value.member(self.namespaces()),
            false => None,
        }
    }
}

#[cfg(test)]
mod tests;
