//! Names as values: the prefix is resolved when a name is read and chosen when it is written.

use std::borrow::Cow;

use super::writer::{EXTRA, Mode, declare};
use super::{Bindings, Invalid, QName, Simple, Writer};
use crate::datatype::{name, space};
use crate::xml::XML_NAMESPACE;

/// `xs:QName`: the prefix is resolved when read and chosen when written.
impl Simple for QName {
    const NAMES: bool = true;

    fn from_text(
        text: Cow<'_, str>,
        bindings: &dyn Bindings,
    ) -> std::result::Result<QName, Invalid> {
        let text = space::trim(&text);
        if let Some((namespace, local)) = bindings.expanded(text) {
            return match name::is_ncname(local) {
                true => Ok(QName::new(namespace, local)),
                false => Err(Invalid::Lexical("QName")),
            };
        }
        let (prefix, local) = name::split_qname(text).ok_or(Invalid::Lexical("QName"))?;
        let namespace = bindings.resolve(prefix).ok_or(Invalid::Prefix)?;
        Ok(QName::new(namespace, local))
    }

    fn to_text(&self, writer: &mut Writer) {
        writer.qname(self);
    }
}
crate::__simple_element!(QName);

impl Writer {
    /// Writes a QName with a prefix that is declared on the root.
    pub(super) fn qname(&mut self, name: &QName) {
        if self.mode == Mode::Plain {
            self.raw(&name.to_string());
            return;
        }
        let name = self.prefixed(name);
        self.raw(&name);
    }

    /// A name with its prefix; the namespace counts as used.
    pub(super) fn prefixed(&mut self, name: &QName) -> String {
        if name.namespace.is_empty() {
            return name.local.to_string();
        }
        // Bound by itself, and to be bound to nothing else (Namespaces in XML 1.0, 3).
        if &*name.namespace == XML_NAMESPACE {
            return format!("xml:{}", name.local);
        }
        if let Some(index) = self
            .namespaces
            .iter()
            .position(|n| n.uri == &*name.namespace)
        {
            self.use_namespace(index);
            let prefix = self.namespaces.get(index).map_or("", |n| n.prefix);
            return format!("{prefix}:{}", name.local);
        }
        let index = self
            .extra
            .iter()
            .position(|n| **n == *name.namespace)
            .unwrap_or_else(|| {
                self.extra.push(name.namespace.to_string());
                self.extra.len() - 1
            });
        format!("{EXTRA}{index}:{}", name.local)
    }

    /// Writes names of which a pattern takes some texts only. Where it takes none with prefixes, their namespace becomes the default
    /// one on the element whose content they are; an attribute has no element of its own, and an element without a prefix
    /// would be in that namespace.
    pub fn names<T: Simple>(&mut self, value: &T, takes: impl Fn(&str) -> bool) {
        let at = self.out.len();
        value.to_text(self);
        if self.mode != Mode::Text || takes(self.out.text_from(at)) {
            return;
        }
        let text = self.out.text_from(at).to_owned();
        let names = text.split(' ').map(|name| name.split_once(':'));
        let Some(names) = names.collect::<Option<Vec<_>>>() else {
            return;
        };
        let (prefixes, locals): (Vec<&str>, Vec<&str>) = names.into_iter().unzip();
        let bare = locals.join(" ");
        let one = prefixes
            .first()
            .filter(|one| prefixes.iter().all(|prefix| prefix == *one));
        if let Some(namespace) = one.and_then(|prefix| self.namespace_of(prefix))
            && takes(&bare)
            && opens_prefixed(self.out.tag_before(at))
        {
            let mut declaration = Vec::new();
            declare(&mut declaration, "", namespace);
            self.out.take_back(text.len());
            self.out.insert(at - 1, declaration);
            self.raw(&bare);
        }
    }

    /// The namespace of a prefix that the writer binds; that of `xml` is no default one (Namespaces in XML 1.0, 3).
    fn namespace_of(&self, prefix: &str) -> Option<&str> {
        if prefix == "xml" {
            return None;
        }
        let known = self.namespaces.iter().find(|known| known.prefix == prefix);
        let extra = || {
            self.extra
                .get(prefix.strip_prefix(EXTRA)?.parse::<usize>().ok()?)
        };
        known
            .map(|known| known.uri)
            .or_else(|| extra().map(String::as_str))
    }
}

/// Tells whether markup is the start tag of an element with a prefix, which binds no default namespace.
fn opens_prefixed(tag: &str) -> bool {
    let name = tag.split([' ', '>']).next().unwrap_or_default();
    tag.ends_with('>') && name.contains(':') && !name.starts_with("</") && !tag.contains(" xmlns=")
}
