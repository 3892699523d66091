//! Simple types: a declaration each, whose logic is the runtime's.

use std::fmt::Write;

use soapstone_schema::model::WhiteSpace;

use super::{DERIVED, Scope, attributes, doc, literal};
use crate::item::{Enumeration, Item, Newtype, Union};

impl Scope<'_> {
    pub(super) fn enumeration(&self, out: &mut String, item: &Item, enumeration: &Enumeration) {
        let kind = match (enumeration.open.is_some(), enumeration.white_space) {
            (true, WhiteSpace::Preserve) => "open_enumeration! { Preserve;",
            (true, WhiteSpace::Replace) => "open_enumeration! { Replace;",
            (true, WhiteSpace::Collapse) => "open_enumeration! { Collapse;",
            (false, WhiteSpace::Preserve) => "enumeration! {",
            (false, WhiteSpace::Replace) => "normalized_enumeration! {",
            (false, WhiteSpace::Collapse) => "token_enumeration! {",
        };
        let _ = writeln!(out, "soapstone::{kind}");
        // The macros derive these; a closed one is `Copy` too.
        let closed = enumeration.open.is_none();
        let has = ["Eq", "Hash", "PartialOrd", "Ord", "Copy"];
        self.simple_head(
            out,
            item,
            has.get(..if closed { 5 } else { 4 }).unwrap_or_default(),
        );
        let _ = writeln!(out, "pub enum {} {{", item.name);
        for value in &enumeration.values {
            doc(out, 4, &value.documentation);
            let _ = writeln!(out, "    {} = {},", value.name, literal(&value.lexical));
        }
        if let Some(other) = &enumeration.open {
            let _ = writeln!(out, "    ..{other}");
        }
        out.push_str("}\n}\n");
    }

    pub(super) fn newtype(&self, out: &mut String, item: &Item, newtype: &Newtype) {
        out.push_str("soapstone::newtype! {\n");
        self.simple_head(out, item, &[]);
        let _ = write!(
            out,
            "pub struct {}({})",
            item.name,
            self.rust(&newtype.rust)
        );
        for (index, facet) in newtype.facets.iter().enumerate() {
            let separator = if index == 0 { ":" } else { "," };
            let _ = write!(out, "{separator} {}({})", facet.method, facet.argument);
        }
        out.push_str(";\n}\n");
    }

    pub(super) fn union_(&self, out: &mut String, item: &Item, union_: &Union) {
        out.push_str("soapstone::union! {\n");
        self.simple_head(out, item, &[]);
        let _ = writeln!(out, "pub enum {} {{", item.name);
        for member in &union_.members {
            let tag = member.tag.map(|tag| format!(" = {}", self.tag(tag)));
            let tag = tag.unwrap_or_default();
            let _ = writeln!(
                out,
                "    {}({}){tag},",
                member.name,
                self.rust(&member.rust)
            );
        }
        out.push_str("}\n}\n");
    }

    fn simple_head(&self, out: &mut String, item: &Item, has: &[&str]) {
        self.item_doc(out, item);
        let has: Vec<&str> = DERIVED.iter().chain(has).copied().collect();
        let more = self.options.derives_beside(&has);
        for derive in &more {
            let _ = writeln!(out, "#[derive({derive})]");
        }
        attributes(out, item, &[has, more].concat());
    }
}
