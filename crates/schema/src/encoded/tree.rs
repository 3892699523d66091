//! An encoded message as a tree, with what its attributes mean to the encoding: identity, reference, type, array.

use std::borrow::Cow;
use std::collections::HashMap;

use soapstone::name::QName;
use soapstone::xml::{self, Event, Reader};

use super::Encoding;
use crate::model::XSI;

/// The elements of one message; the first is the outermost.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    ids: HashMap<String, usize>,
}

/// An element.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) namespace: String,
    pub(super) local: &'a str,
    pub(super) children: Vec<usize>,
    pub(super) text: Cow<'a, str>,
    /// The namespace of the prefix that the text begins with, for names.
    pub(super) scope: Option<(String, String)>,
    /// Where its start tag is, in bytes.
    pub(super) offset: usize,
    pub(super) nil: bool,
    /// `xsi:type`, resolved.
    pub(super) type_: Option<QName>,
    /// What an array's items are, from `arrayType` or `itemType`.
    pub(super) item: Option<QName>,
    /// The first index of a part of an array (SOAP 1.1, 5.4.2.1).
    pub(super) first: Option<usize>,
    /// The index of an item of a sparse array (SOAP 1.1, 5.4.2.2).
    pub(super) position: Option<usize>,
    /// The id that it refers to.
    pub(super) reference: Option<String>,
    /// Its other attributes in no namespace.
    pub(super) attributes: Vec<(&'a str, String)>,
}

impl<'a> Tree<'a> {
    pub(super) fn read(text: &'a str, options: &xml::Options) -> Result<Tree<'a>, xml::Error> {
        let mut reader = Reader::new(text, options);
        let mut tree = Tree::default();
        let mut open: Vec<usize> = Vec::new();
        loop {
            match reader.next()? {
                Event::Eof => return Ok(tree),
                Event::Start(tag) => {
                    let index = tree.nodes.len();
                    let mut node = Node {
                        namespace: reader.namespace(tag.ns).to_owned(),
                        local: tag.local,
                        children: Vec::new(),
                        text: Cow::Borrowed(""),
                        scope: None,
                        offset: reader.offset(),
                        nil: false,
                        type_: None,
                        item: None,
                        first: None,
                        position: None,
                        reference: None,
                        attributes: Vec::new(),
                    };
                    if let Some(id) = node.take(&reader) {
                        tree.ids.entry(id).or_insert(index);
                    }
                    if let Some(parent) = open.last().and_then(|parent| tree.nodes.get_mut(*parent))
                    {
                        parent.children.push(index);
                    }
                    tree.nodes.push(node);
                    open.push(index);
                }
                Event::End(_) => {
                    let node = open.pop().and_then(|index| tree.nodes.get_mut(index));
                    if let Some(node) = node.filter(|node| node.children.is_empty())
                        && let Some((prefix, _)) = node.text.trim().split_once(':')
                        && let Some(namespace) = reader.resolve(prefix)
                    {
                        node.scope =
                            Some((prefix.to_owned(), reader.namespace(namespace).to_owned()));
                    }
                }
                Event::Text(text) => {
                    if let Some(node) = open.last().and_then(|index| tree.nodes.get_mut(*index)) {
                        match node.text.is_empty() {
                            true => node.text = text,
                            false => node.text.to_mut().push_str(&text),
                        }
                    }
                }
            }
        }
    }

    /// The element with that id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.ids.get(id).copied()
    }

    /// The element that stands for the call or its answer: the first in the body, or the outermost where there is no envelope.
    pub(super) fn wrapper(&self) -> Option<&Node<'a>> {
        let root = self.nodes.first()?;
        if root.local != "Envelope" {
            return Some(root);
        }
        let mut children = root
            .children
            .iter()
            .filter_map(|index| self.nodes.get(*index));
        let body =
            children.find(|child| child.local == "Body" && child.namespace == root.namespace)?;
        body.children
            .first()
            .and_then(|index| self.nodes.get(*index))
    }
}

impl<'a> Node<'a> {
    /// Takes what the attributes say; answers the id.
    fn take(&mut self, reader: &Reader<'a>) -> Option<String> {
        let mut id = None;
        for attribute in reader.attributes() {
            let value = attribute.value.trim();
            match (reader.namespace(attribute.ns), attribute.local) {
                ("", "id") => id = Some(value.to_owned()),
                ("", "href") => self.reference = Some(value.trim_start_matches('#').to_owned()),
                (XSI, "nil" | "null") => self.nil = matches!(value, "true" | "1"),
                (XSI, "type") => self.type_ = resolved(reader, value),
                (namespace, local) if namespace == Encoding::V11.namespace() => match local {
                    "arrayType" => {
                        let bare = value.split('[').next().unwrap_or("");
                        self.item = resolved(reader, bare);
                    }
                    "offset" => self.first = index(value),
                    "position" => self.position = index(value),
                    _ => {}
                },
                (namespace, local) if namespace == Encoding::V12.namespace() => match local {
                    "itemType" => self.item = resolved(reader, value),
                    "id" => id = Some(value.to_owned()),
                    "ref" => self.reference = Some(value.to_owned()),
                    _ => {}
                },
                ("", local) => self.attributes.push((local, attribute.value.to_string())),
                _ => {}
            }
        }
        id
    }
}

fn resolved(reader: &Reader<'_>, written: &str) -> Option<QName> {
    let (prefix, local) = written.split_once(':').unwrap_or(("", written));
    let namespace = reader.resolve(prefix)?;
    Some(QName::new(reader.namespace(namespace), local))
}

/// `[3]` as a number; of `[1,2]` nothing, since items of more dimensions stand in the order of the message.
fn index(written: &str) -> Option<usize> {
    written
        .strip_prefix('[')?
        .strip_suffix(']')?
        .trim()
        .parse()
        .ok()
}
