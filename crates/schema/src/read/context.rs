//! What all reading shares: where mistakes go, and the syntax of the attributes that every element has.

use std::collections::HashSet;
use std::sync::Arc;

use soapstone::datatype::name::is_language;
use soapstone::name::QName;
use soapstone::xml::{XML_NAMESPACE, is_ncname};

use super::children::{Children, is_misplaced};
use super::tree::{Node, is_space};
use crate::model::{Annotation, Derivations, Foreign, ValueConstraint, XSD};
use crate::report::Report;

/// Elements that XSD 1.1 adds. Passed over, `alternative` and open content let less pass than they say, the others more.
const LATER: &[&str] = &[
    "alternative",
    "assert",
    "assertion",
    "defaultOpenContent",
    "explicitTimezone",
    "openContent",
    "override",
];

/// The state of reading one document.
pub(super) struct Context<'r> {
    report: &'r mut Report,
    ids: HashSet<String>,
}

impl<'r> Context<'r> {
    pub(super) fn new(report: &'r mut Report) -> Context<'r> {
        Context {
            report,
            ids: HashSet::new(),
        }
    }

    /// Reports an error at an element.
    pub(super) fn error(&mut self, node: Node<'_>, rule: &'static str, message: &str, help: &str) {
        self.report.error(node.place(), rule, message, help);
    }

    /// Reports a warning at an element.
    pub(super) fn warning(
        &mut self,
        node: Node<'_>,
        rule: &'static str,
        message: &str,
        help: &str,
    ) {
        self.report.warning(node.place(), rule, message, help);
    }

    /// Checks the attributes of an XSD element against those that it may have; `id` is always one of them.
    pub(super) fn attributes(&mut self, node: Node<'_>, allowed: &[&str]) {
        for (namespace, local, value) in node.attributes() {
            match namespace {
                "" if local == "id" => self.id(node, value),
                "" if allowed.contains(&local) => {}
                "" | XSD => {
                    let message = format!("{} can't have the attribute {local}", node.written());
                    let help = match allowed {
                        [] => "here only id is allowed".to_owned(),
                        _ => format!("here these are allowed: {}", allowed.join(", ")),
                    };
                    self.error(node, "s4s-att", &message, &help);
                }
                _ => {}
            }
        }
    }

    fn id(&mut self, node: Node<'_>, value: &str) {
        let value = value.trim_matches(is_space);
        if !is_ncname(value) {
            self.error(
                node,
                "s4s-att",
                &format!("id=\"{value}\" is not an NCName"),
                "",
            );
        } else if !self.ids.insert(value.to_owned()) {
            self.error(
                node,
                "s4s-id",
                &format!("id=\"{value}\" is used twice in the document"),
                "make it unique",
            );
        }
    }

    /// The XSD children; anything else inside is reported.
    pub(super) fn children<'t>(&mut self, node: Node<'t>) -> Children<'t> {
        if !node.text().is_empty() {
            let text: String = node
                .text()
                .trim_matches(is_space)
                .chars()
                .take(30)
                .collect();
            let message = format!("text in {}: \"{text}\"", node.written());
            self.error(
                node,
                "s4s-text",
                &message,
                "text belongs in annotation/documentation",
            );
        }
        let mut nodes: Vec<Node<'t>> = Vec::new();
        for child in node.children() {
            if is_misplaced(node, child, !nodes.is_empty()) {
                let message = format!("{} can't stand here in {}", child.written(), node.written());
                let help = "documentation belongs in an annotation that comes first";
                self.error(child, "s4s-place", &message, help);
                let has_own = nodes
                    .first()
                    .is_some_and(|first| first.local() == "annotation");
                if child.local() == "annotation" && !has_own {
                    nodes.insert(0, child);
                }
            } else if child.namespace() == XSD && LATER.contains(&child.local()) {
                let message = format!("{} is of XSD 1.1", child.written());
                // Passed over, what it includes and declares would be missing, or other than it says.
                let (rule, help) = match child.local() {
                    "override" => ("src-override", "use include or redefine"),
                    _ => (
                        "xsd-11",
                        "what it asks for is not checked, and what it lets pass may be refused",
                    ),
                };
                self.error(child, rule, &message, help);
            } else if child.namespace() == XSD {
                nodes.push(child);
            } else {
                let message = format!("{} is not an element of XSD", child.written());
                self.error(
                    child,
                    "s4s-elt",
                    &message,
                    "elements of other namespaces belong in annotation/appinfo",
                );
            }
        }
        Children::new(nodes)
    }

    /// Reports every child that is left over.
    pub(super) fn finish(&mut self, node: Node<'_>, mut children: Children<'_>) {
        while let Some(child) = children.skip() {
            let message = format!("{} can't stand here in {}", child.written(), node.written());
            self.error(child, "s4s-elt", &message, "");
        }
    }

    /// Takes the `annotation?` that every element may start with.
    pub(super) fn annotation(&mut self, children: &mut Children<'_>) -> Option<Box<Annotation>> {
        children
            .take(&["annotation"])
            .map(|node| Box::new(self.read_annotation(node)))
    }

    /// Reads an `annotation` (part 1, 3.13.2).
    pub(super) fn read_annotation(&mut self, node: Node<'_>) -> Annotation {
        self.attributes(node, &[]);
        let mut annotation = Annotation::default();
        let mut children = self.children(node);
        while let Some(child) = children.take(&["documentation", "appinfo"]) {
            for (namespace, local, _) in child.attributes() {
                if (namespace.is_empty() && local != "source") || namespace == XSD {
                    let message = format!("{} can't have the attribute {local}", child.written());
                    self.error(child, "s4s-att", &message, "here only source is allowed");
                }
            }
            self.language(child);
            if child.local() == "appinfo" {
                annotation.appinfo.push(super::fragment::markup(child));
            } else {
                let text = child.text();
                if !text.is_empty() {
                    if !annotation.documentation.is_empty() {
                        annotation.documentation.push_str("\n\n");
                    }
                    annotation.documentation.push_str(text);
                }
            }
        }
        self.finish(node, children);
        annotation
    }

    /// Checks `xml:lang`, which `schema` and `documentation` may have.
    pub(super) fn language(&mut self, node: Node<'_>) {
        let mut attributes = node.attributes();
        let found =
            attributes.find(|(space, local, _)| (*space, *local) == (XML_NAMESPACE, "lang"));
        let value = found.map_or("", |(.., value)| value.trim_matches(is_space));
        if !value.is_empty() && !is_language(value) {
            let message = format!("xml:lang=\"{value}\" is not a language");
            self.error(node, "s4s-att", &message, "write it as en or en-GB");
        }
    }

    /// An element that may hold nothing but an annotation.
    pub(super) fn only_annotation(&mut self, node: Node<'_>) -> Option<Box<Annotation>> {
        let mut children = self.children(node);
        let annotation = self.annotation(&mut children);
        self.finish(node, children);
        annotation
    }

    /// The required `name`, an NCName; `None` where it is missing or wrong.
    pub(super) fn name(&mut self, node: Node<'_>) -> Option<Arc<str>> {
        let Some(name) = node.attribute("name") else {
            self.error(
                node,
                "s4s-att",
                &format!("{} needs a name", node.written()),
                "",
            );
            return None;
        };
        let name = name.trim_matches(is_space);
        if !is_ncname(name) {
            let help = "a name starts with a letter or _ and holds letters, digits, . - _";
            self.error(
                node,
                "s4s-att",
                &format!("name=\"{name}\" is not an NCName"),
                help,
            );
            return None;
        }
        Some(name.into())
    }

    /// An attribute whose value is a QName, expanded.
    pub(super) fn reference(&mut self, node: Node<'_>, attribute: &str) -> Option<QName> {
        let value = node.attribute(attribute)?;
        self.expand(node, attribute, value.trim_matches(is_space))
    }

    /// Expands a QName as written (part 1, 3.15.3: QName Interpretation).
    pub(super) fn expand(&mut self, node: Node<'_>, attribute: &str, value: &str) -> Option<QName> {
        let (prefix, local) = value.split_once(':').unwrap_or(("", value));
        if !is_ncname(local) || (value.contains(':') && !is_ncname(prefix)) {
            self.error(
                node,
                "s4s-att",
                &format!("{attribute}=\"{value}\" is not a QName"),
                "",
            );
            return None;
        }
        let Some(namespace) = node.resolve(prefix) else {
            let help = format!("declare it: xmlns:{prefix}=\"…\"");
            let message = format!("{attribute}=\"{value}\": the prefix {prefix} is not declared");
            self.error(node, "src-qname", &message, &help);
            return None;
        };
        Some(QName {
            namespace,
            local: local.into(),
        })
    }

    /// A boolean attribute.
    pub(super) fn boolean(&mut self, node: Node<'_>, attribute: &str) -> Option<bool> {
        let value = node.attribute(attribute)?;
        match value.trim_matches(is_space) {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => {
                self.error(
                    node,
                    "s4s-att",
                    &format!("{attribute}=\"{value}\" is not a boolean"),
                    "write true or false",
                );
                None
            }
        }
    }

    /// `form`, `elementFormDefault`: true for qualified.
    pub(super) fn form(&mut self, node: Node<'_>, attribute: &str) -> Option<bool> {
        let value = node.attribute(attribute)?;
        match value.trim_matches(is_space) {
            "qualified" => Some(true),
            "unqualified" => Some(false),
            _ => {
                let message =
                    format!("{attribute}=\"{value}\" is neither qualified nor unqualified");
                self.error(node, "s4s-att", &message, "");
                None
            }
        }
    }

    /// `block`, `final` and their defaults: `#all` or a list out of `allowed`.
    pub(super) fn derivations(
        &mut self,
        node: Node<'_>,
        attribute: &str,
        allowed: &[&str],
    ) -> Option<Derivations> {
        let value = node.attribute(attribute)?;
        let mut set = Derivations::default();
        let mut words: Vec<&str> = value.split(is_space).filter(|w| !w.is_empty()).collect();
        if words == ["#all"] {
            words = allowed.to_vec();
        }
        for word in words {
            match word {
                _ if !allowed.contains(&word) => {
                    let message = format!("{attribute}=\"{value}\": {word} is not allowed here");
                    self.error(
                        node,
                        "s4s-att",
                        &message,
                        &format!("write #all, or some of {}", allowed.join(", ")),
                    );
                }
                "extension" => set.extension = true,
                "restriction" => set.restriction = true,
                "substitution" => set.substitution = true,
                "list" => set.list = true,
                _ => set.union = true,
            }
        }
        Some(set)
    }

    /// `default` and `fixed`, which exclude each other.
    pub(super) fn value(&mut self, node: Node<'_>, rule: &'static str) -> Option<ValueConstraint> {
        let (default, fixed) = (node.attribute("default"), node.attribute("fixed"));
        if default.is_some() && fixed.is_some() {
            self.error(
                node,
                rule,
                "default and fixed exclude each other",
                "keep one of them",
            );
        }
        let lexical = fixed.or(default)?.to_owned();
        Some(ValueConstraint {
            fixed: fixed.is_some(),
            lexical,
            scope: node.scope().clone(),
        })
    }

    /// A non-negative integer of any length (too large ones become the largest that we count).
    pub(super) fn natural(&mut self, node: Node<'_>, attribute: &str) -> Option<u64> {
        let value = node.attribute(attribute)?;
        let number = natural(value);
        if number.is_none() {
            let message = format!("{attribute}=\"{value}\" is not a non-negative integer");
            self.error(node, "s4s-att", &message, "");
        }
        number
    }

    /// Attributes of other namespaces.
    pub(super) fn foreign(&mut self, node: Node<'_>) -> Vec<Foreign> {
        node.attributes()
            .filter(|(namespace, ..)| !namespace.is_empty() && *namespace != XSD)
            .map(|(namespace, local, value)| Foreign {
                name: QName::new(namespace, local),
                value: value.to_owned(),
                scope: node.scope().clone(),
            })
            .collect()
    }
}

/// Reads `xs:nonNegativeInteger`; `None` where it is none.
fn natural(value: &str) -> Option<u64> {
    let value = value.trim_matches(is_space);
    let (negative, digits) = match value.as_bytes() {
        [b'-', ..] => (true, value.get(1..)?),
        [b'+', ..] => (false, value.get(1..)?),
        _ => (false, value),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = digits.trim_start_matches('0').parse::<u64>();
    match (negative, number) {
        (_, Err(_)) if digits.bytes().all(|b| b == b'0') => Some(0),
        (true, _) => None,
        (false, number) => Some(number.unwrap_or(u64::MAX)),
    }
}
