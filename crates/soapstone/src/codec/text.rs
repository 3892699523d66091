//! The built-in types that are derived from strings and from integers by a facet, as newtypes that keep their promise.

use std::any::TypeId;

use super::List;
use crate::datatype::Integer;

/// Declares those of texts, over what holds their characters.
macro_rules! texts {
    ($text:ty) => {
        crate::newtype! {
            /// `xs:anyURI`: a reference to a resource, absolute or relative.
            pub struct AnyUri($text): lexical(crate::codec::Lexical::AnyUri);
        }
        crate::newtype! {
            /// `xs:normalizedString`: a text without tabs and line ends.
            pub struct NormalizedString($text): lexical(crate::codec::Lexical::NormalizedString);
        }
        crate::newtype! {
            /// `xs:token`: a text without white space at its ends and without runs of it.
            pub struct Token($text): lexical(crate::codec::Lexical::Token);
        }
        crate::newtype! {
            /// `xs:language`: the name of a language.
            pub struct Language($text): lexical(crate::codec::Lexical::Language);
        }
        crate::newtype! {
            /// `xs:NMTOKEN`: a word of name characters.
            pub struct NmToken($text): lexical(crate::codec::Lexical::NmToken);
        }
        crate::newtype! {
            /// `xs:Name`: an XML name.
            pub struct Name($text): lexical(crate::codec::Lexical::Name);
        }
        crate::newtype! {
            /// `xs:NCName`: an XML name without a colon.
            pub struct NcName($text): lexical(crate::codec::Lexical::NcName);
        }
        crate::newtype! {
            /// `xs:ID`: a name that is unique in its document.
            pub struct Id($text): lexical(crate::codec::Lexical::Id);
        }
        crate::newtype! {
            /// `xs:IDREF`: the `xs:ID` of an element in the same document.
            pub struct IdRef($text): lexical(crate::codec::Lexical::IdRef);
        }
        crate::newtype! {
            /// `xs:ENTITY`: the name of an unparsed entity.
            pub struct Entity($text): lexical(crate::codec::Lexical::Entity);
        }
        crate::newtype! {
            /// `xs:NMTOKENS`: at least one word.
            pub struct NmTokens(List<NmToken>): min_length(1);
        }
        crate::newtype! {
            /// `xs:IDREFS`: at least one reference.
            pub struct IdRefs(List<IdRef>): min_length(1);
        }
        crate::newtype! {
            /// `xs:ENTITIES`: at least one name.
            pub struct Entities(List<Entity>): min_length(1);
        }

        /// The name of the built-in type that is one of these.
        pub(in crate::codec) fn name_of(own: TypeId) -> Option<&'static str> {
            let names = [
                (TypeId::of::<$text>(), "string"),
                (TypeId::of::<AnyUri>(), "anyURI"),
                (TypeId::of::<NormalizedString>(), "normalizedString"),
                (TypeId::of::<Token>(), "token"),
                (TypeId::of::<Language>(), "language"),
                (TypeId::of::<NmToken>(), "NMTOKEN"),
                (TypeId::of::<NmTokens>(), "NMTOKENS"),
                (TypeId::of::<Name>(), "Name"),
                (TypeId::of::<NcName>(), "NCName"),
            ];
            let found = names.iter().find(|(id, _)| *id == own);
            found.map(|(_, name)| *name)
        }
    };
}

texts!(String);

/// The same over texts that share the bytes of the message: generated code has them where it was made so.
pub mod shared {
    use std::any::TypeId;

    use super::super::{ByteString, List};

    texts!(ByteString);
}

crate::newtype! {
    /// `xs:nonNegativeInteger`: zero or more, without bound.
    pub struct NonNegativeInteger(Integer): min_inclusive("0");
}
crate::newtype! {
    /// `xs:positiveInteger`: one or more, without bound.
    pub struct PositiveInteger(Integer): min_inclusive("1");
}
crate::newtype! {
    /// `xs:nonPositiveInteger`: zero or less, without bound.
    pub struct NonPositiveInteger(Integer): max_inclusive("0");
}
crate::newtype! {
    /// `xs:negativeInteger`: minus one or less, without bound.
    pub struct NegativeInteger(Integer): max_inclusive("-1");
}
