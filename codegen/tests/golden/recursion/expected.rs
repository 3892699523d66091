//! `urn:case`

use soapstone::{codec, datatype};

/// `Filter`
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    Not(Box<Filter>),
    Is(String),
}

impl codec::Group for Filter {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.arm(NOT)? {
            return Ok(Some(Self::Not(x)));
        }
        if let Some(x) = r.arm(IS)? {
            return Ok(Some(Self::Is(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::Not(x) => w.one(NOT, x),
            Self::Is(x) => w.one(IS, x),
        }
    }
}

impl codec::Type for Filter {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_FILTER);
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        r.group()
    }
    fn content(&self, w: &mut codec::Writer) {
        w.group(self);
    }
}

/// `Node`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    pub value: i32,
    pub left: Option<Box<Node>>,
    pub more: Vec<Node>,
}

impl codec::Type for Node {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_NODE);
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            value: r.one(VALUE)?,
            left: r.option(LEFT)?,
            more: r.many(MORE)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(VALUE, &self.value);
        w.option(LEFT, &self.left);
        w.many(MORE, &self.more);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub node: Node,
    pub filter: Filter,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            node: r.one(NODE)?,
            filter: r.one(FILTER)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(NODE, &self.node);
        w.one(FILTER, &self.filter);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    TYPE_NODE = 1 "c:Node";
    NODE = 1 "c:node";
    TYPE_FILTER = 1 "c:Filter";
    FILTER = 1 "c:filter";
    VALUE = 1 "c:value";
    LEFT = 1 "c:left";
    MORE = 1 "c:more";
    NOT = 1 "c:not";
    IS = 1 "c:is";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
