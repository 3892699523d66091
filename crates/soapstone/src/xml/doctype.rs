//! What a document type declaration declares: entities, notations, attribute defaults (XML 1.0, 2.8, 3.3, 4.2, 4.7).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::error::Error;
use super::reader::Reader;
use super::tag::Name;
use super::{Attribute, NsId};

/// The declarations of the internal subset.
#[derive(Debug, Clone, Default)]
pub(crate) struct Doctype<'a> {
    pub(crate) entities: HashMap<Arc<str>, Entity>,
    pub(crate) parameters: HashMap<Arc<str>, Entity>,
    pub(crate) notations: HashSet<Arc<str>>,
    /// By the element's qualified name.
    pub(crate) attributes: HashMap<Arc<str>, Vec<Declared<'a>>>,
    /// Bytes that entities have expanded to so far.
    pub(crate) expanded: usize,
}

/// An entity, by what its replacement text is.
#[derive(Debug, Clone)]
pub(crate) enum Entity {
    /// It stands in the source as it is.
    Slice(Range<usize>),
    /// It was put together from a literal with character references.
    Owned(Arc<str>),
    /// It is elsewhere, and stays there.
    External,
    /// It is no XML (XML 1.0, 4.2.2).
    Unparsed,
}

/// An attribute that a document type declares.
#[derive(Debug, Clone)]
pub(crate) struct Declared<'a> {
    pub(crate) whole: &'a str,
    /// White space is collapsed, since its type is not CDATA (XML 1.0, 3.3.3).
    pub(crate) collapsed: bool,
    /// Its default as written, if it has one.
    pub(crate) default: Option<Arc<str>>,
    /// Where the default was declared.
    pub(crate) offset: usize,
}

impl<'a> Doctype<'a> {
    pub(crate) fn entity(&self, name: &str) -> Option<&Entity> {
        self.entities.get(name)
    }

    pub(crate) fn is_unparsed(&self, name: &str) -> bool {
        matches!(self.entities.get(name), Some(Entity::Unparsed))
    }

    pub(crate) fn is_notation(&self, name: &str) -> bool {
        self.notations.contains(name)
    }
}

impl<'a> Reader<'a> {
    /// Collapses the values of declared attributes that are not CDATA, and adds the defaults of those that are absent.
    pub(crate) fn add_defaults(&mut self, element: &str, mark: usize) -> Result<(), Error> {
        let Some(declared) = self
            .doctype
            .as_ref()
            .and_then(|doctype| doctype.attributes.get(element))
        else {
            return Ok(());
        };
        for declared in declared.clone() {
            let name = split(declared.whole);
            let written = self
                .attributes
                .iter_mut()
                .find(|attribute| attribute.prefix == name.prefix && attribute.local == name.local);
            if let Some(attribute) = written {
                if declared.collapsed {
                    collapse(&mut attribute.value);
                }
                continue;
            }
            let Some(raw) = declared.default else {
                continue;
            };
            let is_declaration = name.prefix == "xmlns" || name.whole == "xmlns";
            if is_declaration {
                let prefix = if name.prefix.is_empty() {
                    ""
                } else {
                    name.local
                };
                if self.scope.bound_since(mark, prefix) {
                    continue;
                }
            }
            let mut value = String::new();
            self.count_expansion(raw.len(), declared.offset)?;
            self.append_attribute_value(&raw, declared.offset, &mut value)?;
            let mut value = Cow::Owned(value);
            if declared.collapsed {
                collapse(&mut value);
            }
            if is_declaration {
                self.declare(name, value, declared.offset, mark)?;
            } else {
                let Name { prefix, local, .. } = name;
                self.attributes.push(Attribute {
                    ns: NsId::NONE,
                    prefix,
                    local,
                    value,
                    offset: declared.offset,
                });
            }
        }
        Ok(())
    }
}

fn split(whole: &str) -> Name<'_> {
    let (prefix, local) = whole.split_once(':').unwrap_or(("", whole));
    Name {
        whole,
        prefix,
        local,
    }
}

fn collapse(value: &mut Cow<'_, str>) {
    let trimmed = value.trim_matches(' ');
    if trimmed.len() != value.len() || trimmed.contains("  ") {
        let words: Vec<&str> = trimmed.split(' ').filter(|word| !word.is_empty()).collect();
        *value = Cow::Owned(words.join(" "));
    }
}
