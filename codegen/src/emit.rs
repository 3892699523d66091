//! Writes items as formatted Rust text. It decides nothing: every name, type and order is in the item.

mod all;
mod json;
mod service;
mod shape;
mod simple;
mod structure;

use std::fmt::Write;

use crate::Options;
use crate::item::{Item, Kind, Module, Package, Rust, TagId, Wildcard};
use crate::options::attribute_beside;

/// One generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path under the output directory.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What every type derives.
const DERIVED: [&str; 3] = ["Debug", "Clone", "PartialEq"];

/// What the emission of one module sees.
pub(crate) struct Scope<'p> {
    pub(crate) package: &'p Package,
    pub(crate) module: usize,
    pub(crate) options: &'p Options,
}

/// Writes every file of a package, `mod.rs` first.
pub(crate) fn emit(package: &Package, documents: &[File], options: &Options) -> Vec<File> {
    let mut files = vec![File {
        path: "mod.rs".to_owned(),
        text: root(package),
    }];
    for (index, module) in package.modules.iter().enumerate() {
        if !module.is_empty() {
            let scope = Scope {
                package,
                module: index,
                options,
            };
            files.push(File {
                path: format!("{}.rs", file_stem(&module.name)),
                text: scope.module_text(module),
            });
        }
    }
    files.extend(service::emit(package, documents, options));
    files
}

/// The file of a module; a raw identifier's file has no `r#`.
pub(crate) fn file_stem(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

impl Module {
    fn is_empty(&self) -> bool {
        self.items.is_empty() && self.tags.is_empty() && self.elements.is_empty()
    }
}

/// The module file that holds the others, and the table of namespaces.
fn root(package: &Package) -> String {
    let mut out =
        String::from("// Made by the Soapstone generator; edit the contract instead.\n\n");
    for module in package.modules.iter().filter(|m| !m.is_empty()) {
        let _ = writeln!(out, "/// `{}`", module.namespace);
        declare(&mut out, &module.name);
    }
    out.push_str(&service::modules(package));
    out.push_str(
        "\n/// The namespaces of the contract, with the prefixes that are written for them.\n",
    );
    out.push_str("#[rustfmt::skip]\npub const NAMESPACES: &[soapstone::codec::Namespace] = &[\n");
    for namespace in &package.namespaces {
        let module = package
            .modules
            .iter()
            .find(|module| module.namespace == namespace.uri && !module.simple_types.is_empty());
        let types = module.map_or("&[]".to_owned(), |m| format!("{}::SIMPLE_TYPES", m.name));
        let _ = writeln!(
            out,
            "    soapstone::codec::Namespace {{ uri: {}, prefix: {}, types: {types} }},",
            literal(&namespace.uri),
            literal(&namespace.prefix)
        );
    }
    if package.namespaces.is_empty() {
        out.push_str("    soapstone::codec::Namespace { uri: \"\", prefix: \"\", types: &[] },\n");
    }
    out.push_str("];\n");
    out
}

/// Declares a module that is a file of its own.
pub(crate) fn declare(out: &mut String, name: &str) {
    if !name.is_ascii() {
        // Rust looks for a file by itself only where the name is ASCII.
        let _ = writeln!(out, "#[path = \"{}.rs\"]", file_stem(name));
    }
    let _ = writeln!(
        out,
        "#[rustfmt::skip]\n#[allow(clippy::all, clippy::pedantic, dead_code, missing_docs, nonstandard_style, unreachable_pub, unused_imports, unused_variables)]\npub mod {name};"
    );
}

impl Scope<'_> {
    fn module_text(&self, module: &Module) -> String {
        let mut out = format!(
            "//! `{}`\n\nuse soapstone::{{codec, datatype}};\n",
            module.namespace
        );
        for id in &module.items {
            if let Some(item) = self.package.items.get(id.0) {
                out.push('\n');
                self.item(&mut out, item);
                if self.options.json {
                    self.json(&mut out, item);
                }
            }
        }
        self.simple_types(&mut out, module);
        self.tags(&mut out, module);
        self.elements(&mut out, module);
        out
    }

    fn item(&self, out: &mut String, item: &Item) {
        match &item.kind {
            Kind::Pending => {}
            Kind::Struct(struct_) => self.structure(out, item, struct_),
            Kind::Choice(choice) => self.choice(out, item, choice),
            Kind::Enumeration(enumeration) => self.enumeration(out, item, enumeration),
            Kind::Newtype(newtype) => self.newtype(out, item, newtype),
            Kind::Union(union_) => self.union_(out, item, union_),
            Kind::Family(family) => self.family(out, item, family),
            Kind::Array(array) => self.array(out, item, array),
            Kind::Alias(rust) => {
                self.item_doc(out, item);
                let _ = writeln!(out, "pub type {} = {};", item.name, self.rust(rust));
            }
        }
    }

    /// The simple types that `xsi:type` may name.
    fn simple_types(&self, out: &mut String, module: &Module) {
        if module.simple_types.is_empty() {
            return;
        }
        out.push_str("\npub(crate) const SIMPLE_TYPES: &[codec::NamedType] = &[\n");
        for type_ in &module.simple_types {
            let (namespace, base) = &type_.base;
            let _ = writeln!(
                out,
                "    codec::NamedType::{}::<{}>({}, {namespace:?}, {}),",
                if type_.is_own { "of" } else { "other" },
                self.rust(&type_.rust),
                literal(&type_.local),
                literal(base)
            );
        }
        out.push_str("];\n");
    }

    /// The constants of the module's tags.
    fn tags(&self, out: &mut String, module: &Module) {
        if module.tags.is_empty() {
            return;
        }
        out.push_str("\nsoapstone::tags! {\n");
        for tag in module
            .tags
            .iter()
            .filter_map(|id| self.package.tags.get(id.0))
        {
            let prefix = self
                .package
                .namespaces
                .get(tag.namespace)
                .map_or("", |n| n.prefix.as_str());
            let separator = if prefix.is_empty() { "" } else { ":" };
            let _ = writeln!(
                out,
                "    {} = {} \"{prefix}{separator}{}\";",
                tag.constant, tag.namespace, tag.local
            );
        }
        out.push_str("}\n");
    }

    /// The global elements that can be read and written by themselves.
    fn elements(&self, out: &mut String, module: &Module) {
        if module.elements.is_empty() {
            return;
        }
        for root in &module.elements {
            if let Some(item) = root.own.and_then(|id| self.package.items.get(id.0)) {
                let _ = write!(
                    out,
                    "\nimpl codec::Root for {} {{\n    const ELEMENT: codec::Element<Self> = element::{};\n}}\n",
                    self.path(item),
                    root.constant
                );
            }
        }
        out.push_str("\n/// The global elements: what a document or a message part can be.\npub mod element {\n    use soapstone::{codec, datatype};\n");
        let inner = Scope {
            package: self.package,
            module: usize::MAX,
            options: self.options,
        };
        for root in &module.elements {
            out.push('\n');
            doc(out, 4, &root.documentation);
            let _ = writeln!(
                out,
                "    pub const {}: codec::Element<{}> = codec::Element::new({}, super::super::NAMESPACES){};",
                root.constant,
                inner.rust(&root.rust),
                inner.tag(root.tag),
                structure::constrained(&root.value)
            );
        }
        out.push_str("}\n");
    }

    /// The documentation and derives in front of an item.
    fn item_head(&self, out: &mut String, item: &Item) {
        self.item_doc(out, item);
        let default = item.default.then_some("Default");
        let has: Vec<&str> = DERIVED.into_iter().chain(default).collect();
        let more = self.options.derives_beside(&has);
        let all = [has, more].concat();
        let _ = writeln!(out, "#[derive({})]", all.join(", "));
        attributes(out, item, &all);
    }

    fn item_doc(&self, out: &mut String, item: &Item) {
        match (&item.qname, item.documentation.as_str()) {
            (_, text) if !text.is_empty() => doc(out, 0, text),
            (Some(name), _) => doc(out, 0, &format!("`{}`", name.local)),
            _ => {}
        }
    }

    /// A type expression as seen from the module.
    pub(crate) fn rust(&self, rust: &Rust) -> String {
        match rust {
            Rust::Path(path) if self.options.shared_strings => shared(path),
            Rust::Path(path) => (*path).to_owned(),
            Rust::Replaced(path) => path.clone(),
            Rust::Item(id) => self
                .package
                .items
                .get(id.0)
                .map_or_else(String::new, |item| self.path(item)),
            Rust::Nillable(inner) => format!("codec::Nillable<{}>", self.rust(inner)),
            Rust::List(inner) => format!("codec::List<{}>", self.rust(inner)),
            Rust::Boxed(inner) => format!("Box<{}>", self.rust(inner)),
        }
    }

    fn path(&self, item: &Item) -> String {
        self.qualified(item.module, &item.name)
    }

    /// The constant of a tag as seen from the module.
    pub(crate) fn tag(&self, id: TagId) -> String {
        self.package
            .tags
            .get(id.0)
            .map_or_else(String::new, |tag| self.qualified(tag.module, &tag.constant))
    }

    fn qualified(&self, module: usize, name: &str) -> String {
        if module == self.module {
            return name.to_owned();
        }
        let of = self
            .package
            .modules
            .get(module)
            .map_or("", |m| m.name.as_str());
        let up = if self.module == usize::MAX {
            "super::super"
        } else {
            "super"
        };
        format!("{up}::{of}::{name}")
    }
}

/// The attributes that the user asked for in front of an item which has these derives.
fn attributes(out: &mut String, item: &Item, has: &[&str]) {
    let asked = item.attributes.iter();
    for attribute in asked.filter_map(|asked| attribute_beside(asked, has)) {
        let _ = writeln!(out, "{attribute}");
    }
}

/// A type of text as one that shares the bytes of its message.
fn shared(path: &str) -> String {
    match path.strip_prefix("codec::") {
        _ if path == "String" => "codec::ByteString".to_owned(),
        Some(
            text @ ("AnyUri" | "NormalizedString" | "Token" | "Language" | "NmToken" | "NmTokens"
            | "Name" | "NcName" | "Id" | "IdRef" | "IdRefs" | "Entity" | "Entities"),
        ) => format!("codec::shared::{text}"),
        _ => path.to_owned(),
    }
}

/// A wildcard as a constant expression.
pub(crate) fn wildcard(wildcard: &Wildcard) -> String {
    match wildcard {
        Wildcard::Any => "&codec::Wildcard::Any".to_owned(),
        Wildcard::Not(namespace) => format!("&codec::Wildcard::Not({})", literal(namespace)),
        Wildcard::In(namespaces) => {
            let list: Vec<String> = namespaces.iter().map(|n| literal(n)).collect();
            format!("&codec::Wildcard::In(&[{}])", list.join(", "))
        }
    }
}

/// Documentation as doc comments: indentation goes, since four spaces would make code of it.
pub(crate) fn doc(out: &mut String, indent: usize, text: &str) {
    let mut blank = false;
    for line in text.trim().lines() {
        let line = line.trim();
        if line.is_empty() {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank) {
            let _ = writeln!(out, "{:indent$}///", "");
        }
        let _ = write!(out, "{:indent$}/// ", "");
        for c in line.chars() {
            match c {
                '<' | '[' | ']' | '`' if text.len() > 1 && !is_code(text) => {
                    out.push('\\');
                    out.push(c);
                }
                // A lone carriage return or a direction mark is no part of a comment (rustc refuses them).
                '\r' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push(' '),
                c if c.is_control() && c != '\t' => out.push(' '),
                c => out.push(c),
            }
        }
        out.push('\n');
    }
}

/// Text that the generator itself put in backquotes.
fn is_code(text: &str) -> bool {
    text.len() > 2
        && text.starts_with('`')
        && text.ends_with('`')
        && !text
            .get(1..text.len() - 1)
            .is_some_and(|t| t.contains(['`', '\n']))
}

/// A string literal.
pub(crate) fn literal(text: &str) -> String {
    if text.contains('\\')
        && text
            .chars()
            .all(|c| c == ' ' || c.is_ascii_graphic() && c != '"')
    {
        return format!("r\"{text}\"");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control()
                || ('\u{202a}'..='\u{202e}').contains(&c)
                || ('\u{2066}'..='\u{2069}').contains(&c) =>
            {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
