//! A document as a tree of borrowed elements, each with its place and the prefixes in scope.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use soapstone::name::QName;
use soapstone::xml::{self, Error, Event, NsId, Options, Reader, XML_NAMESPACE};

use super::Renamed;
use crate::model::{Place, Scope, XSD};

/// About how many bytes of a schema there are to an element, for the room made ahead.
const BYTES: usize = 128;

/// The elements of one document. The inside of `documentation` and `appinfo` is kept as text only.
pub(super) struct Tree<'a> {
    source: &'a str,
    entries: Vec<Entry<'a>>,
    /// The attributes of all elements, in document order.
    attributes: Vec<Attribute<'a>>,
    namespaces: Vec<Arc<str>>,
}

struct Attribute<'a> {
    namespace: NsId,
    local: &'a str,
    value: Cow<'a, str>,
}

struct Entry<'a> {
    namespace: NsId,
    prefix: &'a str,
    local: &'a str,
    /// Which of the tree's attributes are its own.
    attributes: Range<usize>,
    first_child: Option<u32>,
    next: Option<u32>,
    text: String,
    start: usize,
    end: usize,
    place: Place,
    scope: Scope,
}

/// An element of the tree.
#[derive(Clone, Copy)]
pub(super) struct Node<'t> {
    tree: &'t Tree<'t>,
    entry: &'t Entry<'t>,
}

impl<'a> Tree<'a> {
    /// Reads a document whose elements nest at most `depth` deep.
    pub(super) fn read(
        source: &'a str,
        document: u32,
        depth: usize,
        renamed: &Renamed,
    ) -> Result<Tree<'a>, Error> {
        let mut options = Options::document();
        options.limits.depth = options.limits.depth.min(depth);
        let mut reader = Reader::new(source, &options);
        let mut tree = Tree {
            source,
            entries: Vec::with_capacity(source.len() / BYTES),
            attributes: Vec::with_capacity(source.len() / BYTES),
            namespaces: Vec::new(),
        };
        let mut open: Vec<(u32, Option<u32>)> = Vec::new();
        let mut scope: Scope = Arc::new([]);
        let mut cursor = Cursor {
            line: 1,
            column: 1,
            offset: 0,
        };
        // While positive, how many elements are open inside a documentation or appinfo element; and the text in them so far.
        let mut opaque = 0usize;
        let mut inside = String::new();
        // A document type declaration may give elements namespace declarations that their tags don't show.
        let defaults = source.contains("<!ATTLIST");
        loop {
            match reader.next()? {
                Event::Eof => return Ok(tree),
                Event::Start(tag) => {
                    if opaque > 0 {
                        opaque += 1;
                        continue;
                    }
                    let (start, end) = (reader.offset(), reader.end_offset());
                    if open.is_empty()
                        || defaults
                        || source.get(start..end).is_some_and(|t| t.contains("xmlns"))
                    {
                        scope = bindings(&reader, renamed);
                    } else if let Some(parent) =
                        open.last().and_then(|(p, _)| tree.entries.get(*p as usize))
                    {
                        scope = parent.scope.clone();
                    }
                    let (line, column) = cursor.advance(source, start);
                    let index = u32::try_from(tree.entries.len()).unwrap_or(u32::MAX);
                    let first = tree.attributes.len();
                    tree.attributes
                        .extend(reader.attributes().iter().map(|a| Attribute {
                            namespace: a.ns,
                            local: a.local,
                            value: renamed.value(a),
                        }));
                    let attributes = first..tree.attributes.len();
                    let attributed = reader.attributes().iter().map(|a| a.ns);
                    for id in std::iter::once(tag.ns).chain(attributed) {
                        while tree.namespaces.len() <= id.0 as usize {
                            let next =
                                NsId(u32::try_from(tree.namespaces.len()).unwrap_or_default());
                            tree.namespaces
                                .push(renamed.name(reader.namespace(next)).into());
                        }
                    }
                    tree.entries.push(Entry {
                        namespace: tag.ns,
                        prefix: tag.prefix,
                        local: tag.local,
                        attributes,
                        first_child: None,
                        next: None,
                        text: String::new(),
                        start,
                        end,
                        place: Place {
                            document,
                            line,
                            column,
                        },
                        scope: scope.clone(),
                    });
                    if let Some((parent, last)) = open.last_mut() {
                        let previous = last.replace(index);
                        match previous {
                            Some(previous) => {
                                if let Some(entry) = tree.entries.get_mut(previous as usize) {
                                    entry.next = Some(index);
                                }
                            }
                            None => {
                                if let Some(entry) = tree.entries.get_mut(*parent as usize) {
                                    entry.first_child = Some(index);
                                }
                            }
                        }
                    }
                    open.push((index, None));
                    let space = tree.namespaces.get(tag.ns.0 as usize).map_or("", |n| n);
                    let xsd = space == XSD && matches!(tag.local, "documentation" | "appinfo");
                    if xsd || (space == super::WSDL && tag.local == "documentation") {
                        opaque = 1;
                    }
                }
                Event::End(_) => {
                    if opaque > 1 {
                        opaque -= 1;
                        continue;
                    }
                    if let Some((index, _)) = open.pop()
                        && let Some(entry) = tree.entries.get_mut(index as usize)
                    {
                        entry.end = reader.end_offset();
                        if opaque > 0 {
                            inside.trim_matches(is_space).clone_into(&mut entry.text);
                            inside.clear();
                        }
                    }
                    opaque = 0;
                }
                Event::Text(text) if opaque > 0 => inside.push_str(&text),
                Event::Text(text) => {
                    if let Some(entry) = open
                        .last()
                        .and_then(|(index, _)| tree.entries.get_mut(*index as usize))
                        && !text.bytes().all(|byte| is_space(byte.into()))
                    {
                        entry.text.push_str(&text);
                    }
                }
            }
        }
    }

    /// The document element.
    pub(super) fn root(&'a self) -> Option<Node<'a>> {
        self.node(0)
    }

    fn node(&'a self, index: u32) -> Option<Node<'a>> {
        self.entries
            .get(index as usize)
            .map(|entry| Node { tree: self, entry })
    }

    fn space(&self, id: NsId) -> Arc<str> {
        self.namespaces
            .get(id.0 as usize)
            .cloned()
            .unwrap_or_default()
    }
}

impl<'t> Node<'t> {
    /// Its expanded name.
    pub(super) fn qname(self) -> QName {
        QName {
            namespace: self.tree.space(self.entry.namespace),
            local: self.entry.local.into(),
        }
    }

    /// Its name as written.
    pub(super) fn written(self) -> String {
        match self.entry.prefix {
            "" => self.entry.local.to_owned(),
            prefix => format!("{prefix}:{}", self.entry.local),
        }
    }

    /// Its local name.
    pub(super) fn local(self) -> &'t str {
        self.entry.local
    }

    /// Its namespace; empty for none.
    pub(super) fn namespace(self) -> &'t str {
        self.tree
            .namespaces
            .get(self.entry.namespace.0 as usize)
            .map_or("", |n| n)
    }

    /// Tells whether it is the XSD element of that name.
    pub(super) fn is_xsd(self, local: &str) -> bool {
        self.entry.local == local && self.namespace() == XSD
    }

    /// The value of an attribute in no namespace.
    pub(super) fn attribute(self, local: &str) -> Option<&'t str> {
        self.attribute_in("", local)
    }

    /// The value of an attribute in that namespace.
    pub(super) fn attribute_in(self, namespace: &str, local: &str) -> Option<&'t str> {
        self.attributes()
            .find(|(n, l, _)| *l == local && *n == namespace)
            .map(|(_, _, value)| value)
    }

    /// Its attributes: namespace, local name, value.
    pub(super) fn attributes(self) -> impl Iterator<Item = (&'t str, &'t str, &'t str)> {
        let tree = self.tree;
        let own = tree.attributes.get(self.entry.attributes.clone());
        own.unwrap_or(&[]).iter().map(move |attribute| {
            (
                tree.namespaces
                    .get(attribute.namespace.0 as usize)
                    .map_or("", |n| &**n),
                attribute.local,
                &*attribute.value,
            )
        })
    }

    /// Its child elements.
    pub(super) fn children(self) -> impl Iterator<Item = Node<'t>> {
        let tree = self.tree;
        let mut next = self.entry.first_child;
        std::iter::from_fn(move || {
            let node = tree.node(next?)?;
            next = node.entry.next;
            Some(node)
        })
    }

    /// Its character data where that is more than white space; of documentation without white space around.
    pub(super) fn text(self) -> &'t str {
        &self.entry.text
    }

    /// Its markup as written.
    pub(super) fn markup(self) -> &'t str {
        self.tree
            .source
            .get(self.entry.start..self.entry.end)
            .unwrap_or("")
    }

    /// Where its start tag is.
    pub(super) fn place(self) -> Place {
        self.entry.place
    }

    /// The prefixes in scope.
    pub(super) fn scope(self) -> &'t Scope {
        &self.entry.scope
    }

    /// The namespace of a prefix; an unbound empty prefix means no namespace.
    pub(super) fn resolve(self, prefix: &str) -> Option<Arc<str>> {
        if prefix == "xml" {
            return Some(XML_NAMESPACE.into());
        }
        let found = self
            .entry
            .scope
            .iter()
            .find(|(p, _)| &**p == prefix)
            .map(|(_, n)| n.clone());
        found.or_else(|| prefix.is_empty().then(Arc::default))
    }
}

impl Renamed {
    fn name<'n>(&'n self, namespace: &'n str) -> &'n str {
        let found = self.0.iter().find(|(old, _)| old == namespace);
        found.map_or(namespace, |(_, new)| new)
    }

    /// The value of an attribute; schemas and WSDLs name namespaces in these two, a wildcard several.
    fn value<'a>(&self, attribute: &xml::Attribute<'a>) -> Cow<'a, str> {
        let names = attribute.ns == NsId::NONE
            && matches!(attribute.local, "targetNamespace" | "namespace");
        if !names || self.0.is_empty() {
            return attribute.value.clone();
        }
        let names = attribute.value.split_ascii_whitespace();
        let names: Vec<&str> = names.map(|name| self.name(name)).collect();
        names.join(" ").into()
    }
}

fn bindings(reader: &Reader<'_>, renamed: &Renamed) -> Scope {
    let mut list: Vec<(Arc<str>, Arc<str>)> = reader
        .bindings()
        .into_iter()
        .filter(|(p, _)| *p != "xml")
        .map(|(p, n)| (p.into(), renamed.name(n).into()))
        .collect();
    list.sort();
    list.into()
}

pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Counts lines and columns forward only, so that all places of a document cost one pass.
struct Cursor {
    line: u32,
    column: u32,
    offset: usize,
}

impl Cursor {
    fn advance(&mut self, source: &str, offset: usize) -> (u32, u32) {
        // Elements that come out of an entity stand where the entity was declared: they get the place of the reference.
        let Some(between) = source.get(self.offset..offset) else {
            return (self.line, self.column);
        };
        let lines = memchr::memchr_iter(b'\n', between.as_bytes()).count();
        let tail = match between.rfind('\n') {
            Some(at) => {
                self.line += u32::try_from(lines).unwrap_or(0);
                self.column = 1;
                between.get(at + 1..).unwrap_or("")
            }
            None => between,
        };
        self.column += u32::try_from(tail.chars().count()).unwrap_or(0);
        self.offset = offset;
        (self.line, self.column)
    }
}
