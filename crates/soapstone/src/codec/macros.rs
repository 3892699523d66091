//! The declarations that generated code makes of simple types, families and tags, named values and unions aside: what is said
//! there in a line is spelled out here once.

/// Includes what `soapstone_codegen::build` made of a contract, by the name that it was given there.
#[macro_export]
macro_rules! include_contract {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $name, "/mod.rs"));
    };
}

/// Declares tags: `LINE_NO = 1 "o:lineNo";`, the number being the namespace's index.
#[macro_export]
macro_rules! tags {
    ($($name:ident = $namespace:literal $qualified:literal;)*) => {$(
        #[allow(dead_code)]
        pub(crate) const $name: &codec::Tag = &codec::Tag::new(
            $namespace,
            $qualified,
            concat!("<", $qualified, ">"),
            concat!("</", $qualified, ">"),
        );
    )*};
}

/// Declares a simple type with facets: `pub struct Sku(String): max_length(20);`
#[macro_export]
macro_rules! newtype {
    ($(#[$meta:meta])* $vis:vis struct $name:ident($base:ty) $(: $($facet:ident($argument:expr)),+)?;) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        $vis struct $name($base);

        #[allow(unreachable_pub, dead_code)]
        impl $name {
            /// Makes a value, if the facets allow it.
            ///
            /// # Errors
            /// The facet that it breaks.
            pub fn new(value: impl Into<$base>) -> ::std::result::Result<Self, $crate::codec::Invalid> {
                let value = value.into();
                let facets = Self::facets();
                if facets.has_text_checks() {
                    facets.check_written(&value)?;
                }
                facets.check_value(&value)?;
                Ok(Self(value))
            }

            /// The value.
            pub fn get(&self) -> &$base {
                &self.0
            }

            /// The value, taken out.
            pub fn into_inner(self) -> $base {
                self.0
            }

            /// A pattern may ask for another text of a value than its own.
            const SPELLED: bool = <$base as $crate::codec::Simple>::OTHER_TEXTS && Self::PATTERN;
            /// A pattern may ask for names with prefixes, or without.
            const NAMED: bool = <$base as $crate::codec::Simple>::NAMES && Self::PATTERN;
            const PATTERN: bool = false $($(|| $crate::codec::is_pattern(stringify!($facet)))+)?;

            fn facets() -> &'static $crate::codec::Facets<$base> {
                static FACETS: ::std::sync::LazyLock<$crate::codec::Facets<$base>> =
                    ::std::sync::LazyLock::new(|| $crate::codec::Facets::new()$($(.$facet($argument))+)?);
                &FACETS
            }
        }

        impl ::std::ops::Deref for $name {
            type Target = $base;
            fn deref(&self) -> &$base {
                &self.0
            }
        }

        impl ::std::convert::TryFrom<$base> for $name {
            type Error = $crate::codec::Invalid;
            fn try_from(value: $base) -> ::std::result::Result<Self, Self::Error> {
                Self::new(value)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::codec::Invalid;
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                $crate::codec::parse(text)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&$crate::codec::lexical(self))
            }
        }

        impl $crate::codec::Simple for $name {
            const NAMES: bool = <$base as $crate::codec::Simple>::NAMES;
            const UNION: bool = <$base as $crate::codec::Simple>::UNION;

            fn told(
                name: &$crate::codec::QName,
                known: &[$crate::codec::Namespace],
                text: &str,
                bindings: &dyn $crate::codec::Bindings,
            ) -> ::std::option::Option<::std::result::Result<Self, $crate::codec::Invalid>> {
                let facets = Self::facets();
                let text = facets.space(::std::borrow::Cow::Borrowed(text));
                let value = <$base as $crate::codec::Simple>::told(name, known, &text, bindings)?;
                Some(facets.check(&text, value, bindings).map(Self))
            }
            fn member(&self, known: &[$crate::codec::Namespace]) -> ::std::option::Option<$crate::codec::QName> {
                $crate::codec::Simple::member(&self.0, known)
            }
            fn has_member(
                namespace: &str,
                local: &str,
                known: &[$crate::codec::Namespace],
            ) -> bool {
                <$base as $crate::codec::Simple>::has_member(namespace, local, known)
            }
            fn from_text(
                text: ::std::borrow::Cow<'_, str>,
                bindings: &dyn $crate::codec::Bindings,
            ) -> ::std::result::Result<Self, $crate::codec::Invalid> {
                let facets = Self::facets();
                let text = facets.space(text);
                facets.check_text(&text, bindings)?;
                let value = <$base as $crate::codec::Simple>::from_text(text, bindings)?;
                facets.check_value(&value)?;
                Ok(Self(value))
            }
            const OTHER_TEXTS: bool = <$base as $crate::codec::Simple>::OTHER_TEXTS;
            fn other_texts(
                &self,
            ) -> ::std::boxed::Box<dyn ::std::iter::Iterator<Item = ::std::string::String>> {
                let texts = $crate::codec::Simple::other_texts(&self.0);
                ::std::boxed::Box::new(texts.filter(|text| Self::facets().takes(text)))
            }
            #[inline]
            fn to_text(&self, writer: &mut $crate::codec::Writer) {
                if Self::NAMED {
                    return writer.names(&self.0, |text| Self::facets().takes(text));
                }
                if Self::SPELLED
                    && let Some(other) = Self::facets().other_text(&self.0)
                {
                    return writer.raw(&other);
                }
                $crate::codec::Simple::to_text(&self.0, writer);
            }
            fn to_own_text(&self, writer: &mut $crate::codec::Writer) {
                $crate::codec::Simple::to_own_text(&self.0, writer);
            }
            const KEEPS: bool = <$base as $crate::codec::Simple>::KEEPS;
            const WORD: bool = <$base as $crate::codec::Simple>::WORD;
            fn from_word(word: u64, length: usize) -> ::std::option::Option<Self> {
                let facets = Self::facets();
                if facets.has_text_checks() {
                    return None;
                }
                let value = <$base as $crate::codec::Simple>::from_word(word, length)?;
                facets.check_value(&value).is_ok().then_some(Self(value))
            }
            const SHORT: bool = <$base as $crate::codec::Simple>::SHORT && !Self::SPELLED;
            #[inline]
            fn put(&self, room: &mut $crate::datatype::Room<'_>) {
                $crate::codec::Simple::put(&self.0, room);
            }
        }
        $crate::__simple_element!($name);

        impl $crate::codec::Faceted for $name {
            const TEXT: bool = <$base as $crate::codec::Faceted>::TEXT;
            fn order(&self, other: &Self) -> ::std::option::Option<::std::cmp::Ordering> {
                $crate::codec::Faceted::order(&self.0, &other.0)
            }
            fn length(&self) -> ::std::option::Option<usize> {
                $crate::codec::Faceted::length(&self.0)
            }
            fn digits(&self) -> ::std::option::Option<(u64, u64)> {
                $crate::codec::Faceted::digits(&self.0)
            }
        }
    };
}

/// Declares a type together with those that derive from it, told apart by `xsi:type`; the first is the declared one.
#[macro_export]
macro_rules! family {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $base_tag:expr => $base:ident($base_type:ty), $($tag:expr => $member:ident($type:ty)),* $(,)?
    }) => {
        $crate::__family! {
            family, [$base_tag => $base($base_type), $($tag => $member($type),)*],
            $(#[$meta])* $vis enum $name
        }
    };
}

/// Declares the types that derive from an abstract one, told apart by `xsi:type`.
#[macro_export]
macro_rules! abstract_family {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($tag:expr => $member:ident($type:ty)),* $(,)? }) => {
        $crate::__family! {
            abstract_family, [$($tag => $member($type),)*],
            $(#[$meta])* $vis enum $name
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __family {
    ($which:ident, [$($tag:expr => $member:ident($type:ty),)*], $(#[$meta:meta])* $vis:vis enum $name:ident) => {
        $(#[$meta])*
        #[allow(missing_docs)]
        $vis enum $name {
            $($member($type)),*
        }

        impl $crate::codec::Type for $name {
            const ATTRIBUTES: bool = true;
            const FAMILY: bool = true;

            fn accepts_type(
                namespace: &str,
                local: &str,
                known: &[$crate::codec::Namespace],
            ) -> bool {
                let members: &[&'static $crate::codec::Tag] = &[$($tag),*];
                members.iter().any(|member| member.is(namespace, local, known))
            }

            #[allow(unused_assignments)]
            fn read(reader: &mut $crate::codec::Reader<'_>) -> $crate::codec::Result<Self> {
                let mut found = reader.$which(&[$($tag),*])?;
                $(
                    if found == 0 {
                        return Ok(Self::$member($crate::codec::Type::read(reader)?));
                    }
                    found = found.wrapping_sub(1);
                )*
                Err(reader.no_member())
            }

            #[allow(unused_assignments)]
            fn nil(reader: &mut $crate::codec::Reader<'_>) -> $crate::codec::Result<()> {
                let mut found = reader.$which(&[$($tag),*])?;
                $(
                    if found == 0 {
                        return <$type as $crate::codec::Type>::nil(reader);
                    }
                    found = found.wrapping_sub(1);
                )*
                Err(reader.no_member())
            }

            fn attributes(&self, writer: &mut $crate::codec::Writer) {
                let members: &[&'static $crate::codec::Tag] = &[$($tag),*];
                match self {
                    $(Self::$member(value) => {
                        writer.member_type($crate::__family!(@$which), $tag, members);
                        $crate::codec::Type::attributes(value, writer);
                    })*
                }
            }

            fn content(&self, writer: &mut $crate::codec::Writer) {
                match self {
                    $(Self::$member(value) => $crate::codec::Type::content(value, writer)),*
                }
            }
        }
    };
    (@family) => { false };
    (@abstract_family) => { true };
}

/// Declares a SOAP-encoded array with the name of its item type.
#[macro_export]
macro_rules! encoded_array {
    ($(#[$meta:meta])* $vis:vis struct $name:ident(pub codec::Items<$item:ty>): $tag:expr;) => {
        $(#[$meta])*
        $vis struct $name(pub $crate::codec::Items<$item>);

        impl ::std::convert::From<Vec<$item>> for $name {
            fn from(items: Vec<$item>) -> Self {
                Self(items.into_iter().map($crate::codec::Nillable::Value).collect())
            }
        }

        $crate::__encoded_array! {
            $name, $tag,
            |reader| reader.encoded_items().map(Self),
            |array| (&[array.0.len()], &array.0)
        }
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident(pub codec::Grid<$item:ty, $rank:literal>): $tag:expr;) => {
        $(#[$meta])*
        $vis struct $name(pub $crate::codec::Grid<$item, $rank>);

        $crate::__encoded_array! {
            $name, $tag,
            |reader| $crate::codec::Grid::read(reader).map(Self),
            |array| (&array.0.size, &array.0.items)
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __encoded_array {
    ($name:ident, $tag:expr, |$reader:ident| $read:expr, |$array:ident| ($size:expr, $items:expr)) => {
        impl $crate::codec::Type for $name {
            const ATTRIBUTES: bool = true;
            const FAMILY: bool = true;

            fn read($reader: &mut $crate::codec::Reader<'_>) -> $crate::codec::Result<Self> {
                $read
            }
            fn attributes(&self, writer: &mut $crate::codec::Writer) {
                let $array = self;
                writer.array_type($tag, $size);
            }
            fn content(&self, writer: &mut $crate::codec::Writer) {
                let $array = self;
                writer.encoded_items($items);
            }
        }
    };
}
