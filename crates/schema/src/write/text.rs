//! Indented markup and the prefixes that it uses.

use std::sync::Arc;

use soapstone::name::QName;
use soapstone::xml::XML_NAMESPACE;

use crate::model::{Annotation, Foreign, Scope, XSD};

/// What every document starts with.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The prefixes that people expect.
const FAMILIAR: &[(&str, &str)] = &[
    ("xs", XSD),
    ("wsdl", "http://schemas.xmlsoap.org/wsdl/"),
    ("soap", "http://schemas.xmlsoap.org/wsdl/soap/"),
    ("soap12", "http://schemas.xmlsoap.org/wsdl/soap12/"),
    ("mime", "http://schemas.xmlsoap.org/wsdl/mime/"),
    ("http", "http://schemas.xmlsoap.org/wsdl/http/"),
    ("soapenc", "http://schemas.xmlsoap.org/soap/encoding/"),
    ("xmime", "http://www.w3.org/2005/05/xmlmime"),
    ("wsa", "http://www.w3.org/2005/08/addressing"),
    ("wsaw", "http://www.w3.org/2006/05/addressing/wsdl"),
    ("wsam", "http://www.w3.org/2007/05/addressing/metadata"),
    ("wsp", "http://www.w3.org/ns/ws-policy"),
];

/// Markup being written: everything under one root that declares the prefixes.
pub(super) struct Text {
    out: String,
    depth: usize,
    open: Vec<String>,
    last: Last,
    declared: Vec<(String, Arc<str>)>,
    preferred: Vec<(Arc<str>, Arc<str>)>,
    made: usize,
}

#[derive(PartialEq)]
enum Last {
    Tag,
    Text,
    End,
}

impl Text {
    /// Starts markup that stands inside `depth` elements; `target` is written with the prefix `tns` where nothing is preferred.
    pub(super) fn new(depth: usize, preferred: &Scope, target: &str) -> Text {
        // Prefixes like those made here are made anew, so that what is written twice stays the same.
        let made = |prefix: &str| {
            prefix
                .strip_prefix("ns")
                .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()))
        };
        let kept = preferred
            .iter()
            .filter(|(prefix, _)| !prefix.is_empty() && !made(prefix));
        let mut preferred: Vec<_> = kept.cloned().collect();
        if !target.is_empty() {
            preferred.push(("tns".into(), target.into()));
        }
        Text {
            out: String::new(),
            depth,
            open: Vec::new(),
            last: Last::End,
            declared: Vec::new(),
            preferred,
            made: 0,
        }
    }

    /// Opens an element.
    pub(super) fn start(&mut self, name: String) {
        self.close_tag();
        self.indent();
        self.out.push('<');
        self.out.push_str(&name);
        self.open.push(name);
        self.last = Last::Tag;
    }

    /// Adds an attribute to the element just opened.
    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        attribute(&mut self.out, name, value);
    }

    /// Adds an attribute whose value is a name.
    pub(super) fn name_attribute(&mut self, name: &str, value: &QName) {
        let value = self.qname(value);
        self.attribute(name, &value);
    }

    /// Adds attributes of other namespaces, with the declarations that their values need.
    pub(super) fn foreign(&mut self, foreign: &[Foreign]) {
        for entry in foreign {
            self.declare_used(&entry.value, &entry.scope);
            let name = self.qname(&entry.name);
            self.attribute(&name, &entry.value);
        }
    }

    /// Declares, on the element just opened, those prefixes of `scope` that `value` uses and that mean something else here.
    pub(super) fn declare_used(&mut self, value: &str, scope: &Scope) {
        let mut seen: Vec<&str> = Vec::new();
        for word in value.split(|c: char| c.is_whitespace() || "/|@().,[]".contains(c)) {
            let Some((prefix, _)) = word.split_once(':') else {
                continue;
            };
            let Some((_, namespace)) = scope.iter().find(|(p, _)| &**p == prefix) else {
                continue;
            };
            let known = self
                .declared
                .iter()
                .any(|(p, n)| p == prefix && n == namespace);
            if !known && prefix != "xml" && !seen.contains(&prefix) {
                seen.push(prefix);
                attribute(&mut self.out, &format!("xmlns:{prefix}"), namespace);
            }
        }
    }

    /// Writes character data; the element is closed on the same line.
    pub(super) fn text(&mut self, text: &str) {
        self.close_tag();
        for c in text.chars() {
            match c {
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '&' => self.out.push_str("&amp;"),
                '\r' => self.out.push_str("&#13;"),
                c if is_char(c) => self.out.push(c),
                _ => self.out.push('\u{fffd}'),
            }
        }
        self.last = Last::Text;
    }

    /// Writes markup as it is, on lines of its own.
    pub(super) fn raw(&mut self, markup: &str) {
        self.close_tag();
        self.indent();
        self.out.push_str(markup.trim());
        self.last = Last::End;
    }

    /// Closes the element opened last.
    pub(super) fn end(&mut self) {
        let Some(name) = self.open.pop() else { return };
        match self.last {
            Last::Tag => self.out.push_str("/>"),
            Last::Text => self.out.push_str(&format!("</{name}>")),
            Last::End => {
                self.indent();
                self.out.push_str(&format!("</{name}>"));
            }
        }
        self.last = Last::End;
    }

    /// Writes an annotation with the given prefix (`xs`).
    pub(super) fn annotation(&mut self, annotation: &Option<Box<Annotation>>) {
        if let Some(annotation) = annotation {
            self.annotation_element(annotation);
        }
    }

    /// Writes an `annotation` element, or nothing for an empty one.
    pub(super) fn annotation_element(&mut self, annotation: &Annotation) {
        if annotation.documentation.is_empty() && annotation.appinfo.is_empty() {
            return;
        }
        self.start(self.xs("annotation"));
        if !annotation.documentation.is_empty() {
            self.start(self.xs("documentation"));
            self.text(&annotation.documentation);
            self.end();
        }
        for appinfo in &annotation.appinfo {
            self.raw(appinfo);
        }
        self.end();
    }

    /// Names an element of XSD.
    pub(super) fn xs(&self, local: &str) -> String {
        let prefix = self
            .declared
            .iter()
            .find(|(_, n)| &**n == XSD)
            .map_or("xs", |(p, _)| p);
        format!("{prefix}:{local}")
    }

    /// Declares a namespace now, so that it stands first.
    pub(super) fn declare(&mut self, namespace: &str) {
        self.prefix(namespace);
    }

    /// Writes a name with its prefix, declaring the namespace where that is still to be done.
    pub(super) fn qname(&mut self, name: &QName) -> String {
        match self.prefix(&name.namespace) {
            prefix if prefix.is_empty() => name.local.to_string(),
            prefix => format!("{prefix}:{}", name.local),
        }
    }

    /// The prefix of a namespace, declared where that is still to be done.
    pub(super) fn prefix(&mut self, namespace: &str) -> String {
        if namespace.is_empty() {
            return String::new();
        }
        if namespace == XML_NAMESPACE {
            return "xml".to_owned();
        }
        if let Some((prefix, _)) = self.declared.iter().find(|(_, n)| &**n == namespace) {
            return prefix.clone();
        }
        let taken = |prefix: &str| {
            self.declared.iter().any(|(p, _)| p == prefix) || prefix == "xml" || prefix == "xmlns"
        };
        // A familiar prefix is kept for its own namespace, whatever the document prefers.
        let wished = FAMILIAR
            .iter()
            .find(|(_, n)| *n == namespace)
            .map(|(p, _)| (*p).to_owned())
            .or_else(|| {
                let free = |p: &str| !FAMILIAR.iter().any(|(f, _)| *f == p);
                self.preferred
                    .iter()
                    .find(|(p, n)| &**n == namespace && free(p) && !taken(p))
                    .map(|(p, _)| p.to_string())
            });
        let prefix = match wished {
            Some(prefix) if !taken(&prefix) => prefix,
            _ => loop {
                self.made += 1;
                let prefix = format!("ns{}", self.made);
                let reserved = self.preferred.iter().any(|(p, _)| **p == *prefix);
                if !reserved && !self.declared.iter().any(|(p, _)| *p == prefix) {
                    break prefix;
                }
            },
        };
        self.declared.push((prefix.clone(), namespace.into()));
        prefix
    }

    /// Wraps what was written in the root element, which declares the prefixes.
    pub(super) fn finish(self, root: &str, attributes: &[(&str, String)]) -> String {
        let pad = "  ".repeat(self.depth);
        let mut out = format!("{pad}<{root}");
        for (prefix, namespace) in &self.declared {
            attribute(&mut out, &format!("xmlns:{prefix}"), namespace);
        }
        for (name, value) in attributes {
            attribute(&mut out, name, value);
        }
        if self.out.is_empty() {
            out.push_str("/>\n");
        } else {
            out.push('>');
            out.push_str(&self.out);
            out.push_str(&format!("\n{pad}</{root}>\n"));
        }
        out
    }

    fn close_tag(&mut self) {
        if self.last == Last::Tag {
            self.out.push('>');
            self.last = Last::End;
        }
    }

    fn indent(&mut self) {
        self.out.push('\n');
        for _ in 0..self.depth + 1 + self.open.len() {
            self.out.push_str("  ");
        }
    }
}

fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    for c in value.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c if is_char(c) => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
    out.push('"');
}

/// XML 1.0, 2.2: what may stand in a document at all.
fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && c != '\u{fffe}' && c != '\u{ffff}')
}
