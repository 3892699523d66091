//! What a validation tells the one who listens: elements, attributes and values with their declarations and types.

use crate::model::{AttributeId, ElementId, TypeId};
use crate::simple::Value;

/// Listens to a validation. Events come in document order and are only of use where no violation is found; a start always
/// has its end. The sink `()` only validates, and spares the making of values.
pub trait Sink {
    /// Whether values are wanted. Where not, [`Sink::attribute`] and [`Sink::simple`] are not called.
    const VALUES: bool = true;

    /// An element starts.
    fn start(&mut self, element: &Start<'_>);

    /// An attribute of the element that has just started, its default included where it is absent. The attributes of
    /// namespace `xsi` are left out.
    fn attribute(&mut self, attribute: &Attribute<'_>);

    /// The value of an element with simple content, its default included where it is empty.
    fn simple(&mut self, simple: &Simple<'_>);

    /// Text between the elements of mixed content, and the text of an element that is not assessed.
    fn text(&mut self, text: &str);

    /// The innermost open element ends.
    fn end(&mut self);
}

/// An element that starts.
#[derive(Debug, Clone, Copy)]
pub struct Start<'s> {
    /// Its namespace; empty for none.
    pub namespace: &'s str,
    /// Its local name.
    pub local: &'s str,
    /// Its declaration, the substitution group's member where it is one; none where a wildcard or `xsi:type` admitted it.
    pub element: Option<ElementId>,
    /// Its type, `xsi:type` considered; none where it is not assessed.
    pub type_: Option<TypeId>,
    /// `xsi:type` is written.
    pub retyped: bool,
    /// `xsi:nil` is true.
    pub nil: bool,
    /// Where its start tag is, in bytes.
    pub offset: usize,
}

/// An attribute.
#[derive(Debug, Clone, Copy)]
pub struct Attribute<'s> {
    /// Its namespace; empty for none.
    pub namespace: &'s str,
    /// Its local name.
    pub local: &'s str,
    /// Its declaration; none where a wildcard admitted it unassessed.
    pub attribute: Option<AttributeId>,
    /// The text as written, or of the default.
    pub lexical: &'s str,
    /// The value; none where it is not assessed.
    pub value: Option<&'s Value>,
    /// It is not in the document.
    pub defaulted: bool,
}

/// The value of an element with simple content.
#[derive(Debug, Clone, Copy)]
pub struct Simple<'s> {
    /// The simple type: the element's own, or that of its complex type's content.
    pub type_: TypeId,
    /// The text as written, or of the default.
    pub lexical: &'s str,
    /// The value.
    pub value: &'s Value,
    /// The element is empty, and the value is its default.
    pub defaulted: bool,
}

impl Sink for () {
    const VALUES: bool = false;
    fn start(&mut self, _: &Start<'_>) {}
    fn attribute(&mut self, _: &Attribute<'_>) {}
    fn simple(&mut self, _: &Simple<'_>) {}
    fn text(&mut self, _: &str) {}
    fn end(&mut self) {}
}
