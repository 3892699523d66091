//! What stands in a body: one element, or the elements of several parts in their order.

use crate::codec::{Aside, Element, Namespace, Result, Strictness, Type, WriteError};
use crate::xml;

/// The parts of a message that stand in its body: an element, or a tuple of two to eight.
pub trait Parts: Copy {
    /// The value, or a tuple of values.
    type Value;

    /// Reads the parts at a reader that stands before the first, and gives the reader back behind the last.
    ///
    /// # Errors
    /// As [`Element::read`].
    fn read_at(
        self,
        xml: xml::Reader<'_>,
        strictness: Strictness,
    ) -> Result<(Self::Value, xml::Reader<'_>)>;

    /// Appends the parts; where there is room aside, long values of `xs:base64Binary` go there.
    ///
    /// # Errors
    /// As [`Element::write`].
    fn write(
        self,
        value: &Self::Value,
        out: &mut String,
        aside: Option<&mut Vec<Aside>>,
    ) -> std::result::Result<(), WriteError>;

    /// The namespaces of the contract.
    fn namespaces(self) -> &'static [Namespace];
}

impl<T: Type> Parts for Element<T> {
    type Value = T;

    fn read_at(self, xml: xml::Reader<'_>, strictness: Strictness) -> Result<(T, xml::Reader<'_>)> {
        Element::read_at(&self, xml, strictness)
    }

    fn write(
        self,
        value: &T,
        out: &mut String,
        aside: Option<&mut Vec<Aside>>,
    ) -> std::result::Result<(), WriteError> {
        match aside {
            Some(aside) => self.write_aside(value, out, aside),
            None => self.write_to(value, out),
        }
    }

    fn namespaces(self) -> &'static [Namespace] {
        Element::namespaces(&self)
    }
}

macro_rules! tuples {
    ($(($($part:ident $index:tt),+))+) => {$(
        #[allow(non_snake_case)]
        impl<$($part: Parts),+> Parts for ($($part,)+) {
            type Value = ($($part::Value,)+);

            fn read_at(
                self,
                xml: xml::Reader<'_>,
                strictness: Strictness,
            ) -> Result<(Self::Value, xml::Reader<'_>)> {
                $(let ($part, xml) = self.$index.read_at(xml, strictness)?;)+
                Ok((($($part,)+), xml))
            }

            fn write(
                self,
                value: &Self::Value,
                out: &mut String,
                mut aside: Option<&mut Vec<Aside>>,
            ) -> std::result::Result<(), WriteError> {
                $(self.$index.write(&value.$index, out, aside.as_deref_mut())?;)+
                Ok(())
            }

            fn namespaces(self) -> &'static [Namespace] {
                self.0.namespaces()
            }
        }
    )+};
}

tuples! {
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
}
