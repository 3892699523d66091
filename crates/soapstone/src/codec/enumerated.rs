//! The declarations that generated code makes of named values.

/// Declares named values whose white space counts.
#[macro_export]
macro_rules! enumeration {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$value_meta:meta])* $value:ident = $lexical:literal),* $(,)? }) => {
        $crate::__enumeration! { Preserve; $(#[$meta])* $vis enum $name { $($(#[$value_meta])* $value = $lexical),* } }
    };
}

/// Declares named values whose white space is collapsed.
#[macro_export]
macro_rules! token_enumeration {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$value_meta:meta])* $value:ident = $lexical:literal),* $(,)? }) => {
        $crate::__enumeration! { Collapse; $(#[$meta])* $vis enum $name { $($(#[$value_meta])* $value = $lexical),* } }
    };
}

/// Declares named values whose white space becomes spaces.
#[macro_export]
macro_rules! normalized_enumeration {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$value_meta:meta])* $value:ident = $lexical:literal),* $(,)? }) => {
        $crate::__enumeration! { Replace; $(#[$meta])* $vis enum $name { $($(#[$value_meta])* $value = $lexical),* } }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __enumeration {
    ($space:ident; $(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$value_meta:meta])* $value:ident = $lexical:literal),* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name {
            $($(#[$value_meta])* $value),*
        }

        #[allow(unreachable_pub, dead_code)]
        impl $name {
            /// Every value, in the schema's order.
            pub const ALL: &'static [Self] = &[$(Self::$value),*];

            /// The value as it stands in documents.
            pub fn as_str(&self) -> &'static str {
                // Of a contract whose own rules leave no value, too: a reference to no variants would have to be matched.
                match *self { $(Self::$value => $lexical),* }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::codec::Invalid;
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                $crate::codec::parse(text)
            }
        }

        impl $crate::codec::Simple for $name {
            fn from_text(
                text: ::std::borrow::Cow<'_, str>,
                _bindings: &dyn $crate::codec::Bindings,
            ) -> ::std::result::Result<Self, $crate::codec::Invalid> {
                match $crate::codec::WhiteSpace::$space.settle(text).as_ref() {
                    $($lexical => Ok(Self::$value),)*
                    _ => Err($crate::codec::Invalid::Enumeration),
                }
            }
            fn to_text(&self, writer: &mut $crate::codec::Writer) {
                writer.text(self.as_str());
            }
        }
        $crate::__simple_element!($name);

        impl $crate::codec::Faceted for $name {}
    };
}

/// Declares named values with what becomes of their white space, and a variant that keeps any other.
#[macro_export]
macro_rules! open_enumeration {
    ($space:ident; $(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$value_meta:meta])* $value:ident = $lexical:literal,)* ..$other:ident }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name {
            $($(#[$value_meta])* $value,)*
            /// A value that the contract does not list.
            $other(String),
        }

        #[allow(unreachable_pub, dead_code)]
        impl $name {
            /// The value as it stands in documents.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$value => $lexical,)*
                    Self::$other(text) => text,
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::codec::Simple for $name {
            fn from_text(
                text: ::std::borrow::Cow<'_, str>,
                _bindings: &dyn $crate::codec::Bindings,
            ) -> ::std::result::Result<Self, $crate::codec::Invalid> {
                Ok(match $crate::codec::WhiteSpace::$space.settle(text).as_ref() {
                    $($lexical => Self::$value,)*
                    other => Self::$other(other.to_owned()),
                })
            }
            fn to_text(&self, writer: &mut $crate::codec::Writer) {
                writer.text(self.as_str());
            }
        }
        $crate::__simple_element!($name);

        impl $crate::codec::Faceted for $name {}
    };
}

#[cfg(test)]
mod tests {
    crate::token_enumeration! {
        /// What a contract lists without a value that its type takes.
        enum Nothing {}
    }

    #[test]
    fn an_enumeration_without_values_refuses_every_text() {
        assert!(Nothing::ALL.is_empty());
        assert!("any".parse::<Nothing>().is_err());
    }
}
