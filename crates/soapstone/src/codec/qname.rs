//! Names as values: the prefix is resolved when a name is read and chosen when it is written.

use std::borrow::Cow;

use super::writer::{EXTRA, Mode, declare, text_of};
use super::{Bindings, Invalid, QName, Simple, Unwritable, Writer};
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
            return self.bare(&name.local);
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

    /// A name of no namespace, which has no prefix. Where a default namespace had to be bound for another one on the same element
    /// there is no such name (Namespaces in XML 1.0, 6.2).
    fn bare(&mut self, local: &str) -> String {
        let at = self.out.len();
        if self.binds_default {
            // In the same value it is as it was for the name before.
            let known = self
                .looked
                .filter(|(before, _)| !self.out.text_from(*before).contains(['<', '>']));
            let is_taken = known.map_or_else(
                || {
                    let tag = StartTag::of(self.out.tag_before(at));
                    tag.is_some_and(|tag| tag.default.is_some() && self.is_in(&tag))
                },
                |(_, is_taken)| is_taken,
            );
            self.looked = Some((at, is_taken));
            if is_taken {
                self.refuse(local, Unwritable::Namespace);
            }
        }
        self.bare_at = Some(at);
        local.to_owned()
    }

    /// Tells whether what is written next stands in a start tag, or behind it as text.
    fn is_in(&self, tag: &StartTag<'_>) -> bool {
        tag.is_open == (self.mode == Mode::Attribute)
    }

    /// Writes names of which a pattern takes some texts only. Where it takes none with prefixes, their namespace becomes the default
    /// one on the element whose content they are, or whose attribute they stand in; an element without a prefix would then be in that
    /// namespace, and a name without one that is of none too.
    pub fn names<T: Simple>(&mut self, value: &T, takes: impl Fn(&str) -> bool) {
        let at = self.out.len();
        value.to_text(self);
        if self.mode == Mode::Plain || self.in_full.is_some() || takes(self.out.text_from(at)) {
            return;
        }
        let text = self.out.text_from(at).to_owned();
        let names = text.split(' ').map(|name| name.split_once(':'));
        let Some(names) = names.collect::<Option<Vec<_>>>() else {
            return self.refuse(&text, Unwritable::Namespace);
        };
        let (prefixes, locals): (Vec<&str>, Vec<&str>) = names.into_iter().unzip();
        let bare = locals.join(" ");
        let one = prefixes
            .first()
            .filter(|one| prefixes.iter().all(|prefix| prefix == *one));
        if takes(&bare)
            && let Some(namespace) = one.and_then(|prefix| self.namespace_of(prefix))
        {
            let mut declaration = Vec::new();
            declare(&mut declaration, "", namespace);
            let declaration = text_of(declaration);
            self.out.take_back(text.len());
            if self.bind_default(declaration) {
                return self.raw(&bare);
            }
            self.raw(&text);
        }
        self.refuse(&text, Unwritable::Namespace);
    }

    /// Binds the default namespace on the element that is being written, unless that would change what another name means.
    fn bind_default(&mut self, declaration: String) -> bool {
        let at = self.out.len();
        let markup = self.out.tag_before(at);
        let begin = at - markup.len();
        let Some(tag) = StartTag::of(markup).filter(|tag| self.is_in(tag)) else {
            return false;
        };
        if let Some(default) = tag.default {
            return default == declaration;
        }
        let is_free = self.bare_at.is_none_or(|bare| bare < begin);
        if !tag.name.contains(':') || !is_free || tag.has_bare_type {
            return false;
        }
        self.binds_default = true;
        self.is_rebound = self.mode == Mode::Attribute;
        self.out.insert(begin + tag.end, declaration.into_bytes());
        true
    }

    /// Frees the elements in an element's content of the default namespace that was bound on that for an attribute.
    #[cold]
    pub(super) fn unbind_children(&mut self, from: usize) {
        self.is_rebound = false;
        let content = self.out.text_from(from).to_owned();
        self.out.take_back(content.len());
        let (mut rest, mut depth) = (content.as_str(), 0usize);
        while let Some(at) = rest.find('<') {
            let (before, markup) = rest.split_at(at);
            self.raw(before);
            let ends = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
            let end = ends.iter().find(|(begin, _)| markup.starts_with(begin));
            let tag = StartTag::of(markup);
            let length = match (end, &tag) {
                (Some((_, end)), _) => markup.find(end).map(|at| at + end.len()),
                (None, Some(tag)) => Some(tag.end + 1),
                (None, None) => markup.find('>').map(|at| at + 1),
            };
            let (piece, behind) = markup.split_at(length.unwrap_or(markup.len()));
            match tag.filter(|_| end.is_none()) {
                Some(tag) => {
                    let (name, attributes) = piece.split_at(tag.name.len() + 1);
                    self.raw(name);
                    if depth == 0 && tag.default.is_none() {
                        self.raw(" xmlns=\"\"");
                    }
                    self.raw(attributes);
                    depth += usize::from(!piece.ends_with("/>"));
                }
                None => {
                    depth = depth.saturating_sub(usize::from(end.is_none()));
                    self.raw(piece);
                }
            }
            rest = behind;
        }
        self.raw(rest);
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

/// What a start tag says so far.
struct StartTag<'t> {
    name: &'t str,
    /// The declaration of the default namespace, as it is written.
    default: Option<&'t str>,
    /// `xsi:type` names a type of no namespace.
    has_bare_type: bool,
    /// Where it ends, or where the attribute begins that is being written.
    end: usize,
    /// An attribute is being written.
    is_open: bool,
}

impl<'t> StartTag<'t> {
    /// Reads markup from where a tag begins.
    fn of(markup: &'t str) -> Option<StartTag<'t>> {
        let begin = markup.strip_prefix('<')?;
        let name = begin.split([' ', '\t', '\n', '\r', '/', '>']).next()?;
        if name.is_empty() || name.starts_with(['!', '?']) {
            return None;
        }
        let mut tag = StartTag {
            name,
            default: None,
            has_bare_type: false,
            end: name.len() + 1,
            is_open: true,
        };
        while let Some(rest) = markup.get(tag.end..) {
            let space = rest.len() - rest.trim_ascii_start().len();
            let attribute = rest.get(space..)?;
            if attribute.starts_with(['>', '/']) {
                tag.end += space + usize::from(attribute.starts_with('/'));
                tag.is_open = false;
                break;
            }
            let quote = attribute.find(['"', '\'']).and_then(|open| {
                let quoted = attribute.get(open..)?;
                let close = quoted.get(1..)?.find(quoted.chars().next()?)?;
                Some((open, open + close + 2))
            });
            let Some((open, close)) = quote else {
                break;
            };
            let written = rest.get(..space + close)?;
            let key = attribute.get(..open)?.trim_end_matches('=').trim_ascii();
            let value = attribute.get(open + 1..close - 1)?;
            match key {
                "xmlns" => tag.default = Some(written),
                "xsi:type" => tag.has_bare_type = !value.contains(':'),
                _ => {}
            }
            tag.end += written.len();
        }
        Some(tag)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::codec::tests::{E, NONE};
    use crate::codec::{
        AnyElement, Element, List, Namespace, QName, Reader, Result, Type, Wildcard, Writer,
    };

    const NAMESPACES: &[Namespace] = &[
        NONE,
        Namespace {
            uri: "urn:t",
            prefix: "t",
            types: &[],
        },
    ];

    crate::newtype! { struct Bare(QName): pattern("[a-z]+"); }

    #[derive(Debug, PartialEq)]
    struct Named {
        bare: Option<Bare>,
        free: Option<List<QName>>,
        any: Vec<AnyElement>,
    }

    impl Type for Named {
        const ATTRIBUTES: bool = true;
        fn read(r: &mut Reader<'_>) -> Result<Named> {
            Ok(Named {
                bare: r.optional_attribute("bare")?,
                free: r.optional_attribute("free")?,
                any: r.anys(&Wildcard::Any, 0, usize::MAX)?,
            })
        }
        fn attributes(&self, w: &mut Writer) {
            w.optional_attribute("bare", &self.bare);
            w.optional_attribute("free", &self.free);
        }
        fn content(&self, w: &mut Writer) {
            w.anys(&self.any);
        }
    }

    fn named(free: Option<&str>, any: &str) -> Named {
        let free = free.map(|namespace| List(vec![QName::new(namespace, "b"); 3]));
        let bare = Bare::new(QName::new("urn:a", "a")).unwrap();
        let xml = format!("<t:e xmlns:t=\"urn:t\">{any}</t:e>");
        let open = Element::<Named>::new(E, NAMESPACES).read(&xml).unwrap();
        Named {
            bare: Some(bare),
            free,
            any: open.any,
        }
    }

    #[test]
    fn a_default_namespace_for_an_attribute_holds_for_nothing_else() {
        let element = Element::<Named>::new(E, NAMESPACES);
        let any = r#"<o a="1>0"><!-- </o> --><i/><![CDATA[<b>]]></o><p xmlns="urn:p"><i/></p><i/>"#;
        let freed = r#"<o xmlns="" a="1>0"><!-- </o> --><i/><![CDATA[<b>]]></o><p xmlns="urn:p"><i/></p><i xmlns=""/></t:e>"#;
        for free in [None, Some("urn:a"), Some("urn:b")] {
            let value = named(free, any);
            let xml = element.write(&value).unwrap();
            let again = element.read(&xml).unwrap();
            assert_eq!((&again.bare, &again.free), (&value.bare, &value.free));
            assert!(xml.ends_with(freed), "{xml}");
        }
    }

    #[test]
    fn a_name_that_no_document_can_say_is_refused() {
        let element = Element::<Named>::new(E, NAMESPACES);
        let refused = element.write(&named(Some(""), "")).unwrap_err();
        let said = r#"e: "b" is a name whose namespace cannot be said there"#;
        assert_eq!(refused.to_string(), said);
        // Without a prefix the second is of no namespace, or of the first one's.
        let bare = |namespace| Bare::new(QName::new(namespace, "b")).unwrap();
        let pair = Element::<List<Bare>>::new(E, NAMESPACES);
        for other in ["", "urn:b"] {
            let refused = pair.write(&List(vec![bare("urn:a"), bare(other)]));
            assert!(refused.is_err(), "{other}: {refused:?}");
        }
        let both = List(vec![bare("urn:a"), bare("urn:a")]);
        assert_eq!(pair.read(&pair.write(&both).unwrap()), Ok(both));
    }
}
