//! Reads a document type declaration and its internal subset (XML 1.0, 2.8). Nothing is fetched.

mod content;
mod cursor;

use std::sync::Arc;

use content::element;
use cursor::{Cursor, Wrong};

use super::chars::{is_ncname, is_nmtoken};
use super::doctype::{Declared, Doctype, Entity};
use super::error::{Error, ErrorKind, Limited};
use super::prolog::instruction;
use super::reader::Reader;
use super::text::append_lines;
use super::{Instructions, Options, reference};

impl<'a> Reader<'a> {
    /// Reads `<!DOCTYPE … >`, where the cursor stands.
    pub(crate) fn read_doctype(&mut self) -> Result<(), Error> {
        let mut subset = Subset {
            source: self.source,
            options: self.options,
            doctype: Doctype::default(),
            skipped: false,
            external: false,
            within: Vec::new(),
        };
        let mut cursor = Cursor {
            text: self.source,
            at: self.at + "<!DOCTYPE".len(),
            base: Some(0),
            told: self.at,
        };
        match subset.document_type(&mut cursor) {
            Ok(()) => {
                self.at = cursor.at;
                self.doctype = Some(Box::new(subset.doctype));
                Ok(())
            }
            Err((offset, kind)) => Err(self.error(offset, kind)),
        }
    }
}

#[derive(Debug)]
struct Subset<'a> {
    source: &'a str,
    options: Options,
    doctype: Doctype<'a>,
    /// Something external was passed over: what is declared behind it no longer counts (XML 1.0, 5.1).
    skipped: bool,
    /// There is an external subset.
    external: bool,
    within: Vec<Arc<str>>,
}

impl<'a> Subset<'a> {
    fn document_type(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Wrong> {
        cursor.space()?;
        cursor.qname()?;
        let spaced = cursor.skip_space();
        if spaced && cursor.external_id(false)? {
            self.external = true;
            cursor.skip_space();
        }
        if cursor.take("[") {
            self.declarations(cursor)?;
            cursor.expect("]", "the document type declaration has no ]")?;
        }
        cursor.close()
    }

    /// Reads declarations up to `]` or the end of the text.
    fn declarations(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Wrong> {
        loop {
            cursor.skip_space();
            let rest = cursor.rest();
            if rest.is_empty() || (rest.starts_with(']') && self.within.is_empty()) {
                return Ok(());
            }
            if rest.starts_with("<!--") {
                let body = rest.get(4..).unwrap_or_default();
                match body.find("--") {
                    Some(end) if body.get(end + 2..end + 3) == Some(">") => cursor.at += end + 7,
                    Some(_) => return cursor.wrong("-- stands inside a comment"),
                    None => return cursor.wrong("a comment has no end"),
                }
            } else if rest.starts_with("<?") {
                if self.options.instructions == Instructions::Refuse {
                    return Err((cursor.offset(), ErrorKind::Instruction));
                }
                cursor.at += instruction(rest).or_else(|what| cursor.wrong(what))?;
            } else if rest.starts_with('%') {
                self.parameter_reference(cursor)?;
            } else if cursor.take("<!ENTITY") {
                self.entity(cursor)?;
            } else if cursor.take("<!ATTLIST") {
                self.attributes(cursor)?;
            } else if cursor.take("<!ELEMENT") {
                element(cursor)?;
            } else if cursor.take("<!NOTATION") {
                cursor.space()?;
                let name = cursor.ncname()?;
                cursor.space()?;
                if !cursor.external_id(true)? {
                    return cursor.wrong("a notation has no identifier");
                }
                cursor.close()?;
                self.doctype.notations.insert(name.into());
            } else {
                return cursor.wrong("a declaration is due here");
            }
        }
    }

    /// `%name;` between declarations: its replacement text is declarations.
    fn parameter_reference(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Wrong> {
        let told = cursor.offset();
        cursor.at += 1;
        let name = cursor.ncname()?;
        cursor.expect(";", "a reference has no ;")?;
        let why = match self.doctype.parameters.get(name) {
            _ if self.within.iter().any(|outer| **outer == *name) => "contains itself",
            Some(Entity::Slice(range)) => {
                let range = range.clone();
                let text = self.source.get(range.clone()).unwrap_or_default();
                return self.parameter(
                    name,
                    Cursor {
                        text,
                        at: 0,
                        base: Some(range.start),
                        told,
                    },
                );
            }
            Some(Entity::Owned(text)) => {
                let text = text.clone();
                return self.parameter(
                    name,
                    Cursor {
                        text: &text,
                        at: 0,
                        base: None,
                        told,
                    },
                );
            }
            Some(_) => {
                self.skipped = true;
                return Ok(());
            }
            None if self.skipped || self.external => {
                self.skipped = true;
                return Ok(());
            }
            None => "is not declared",
        };
        Err((
            told,
            ErrorKind::Entity {
                name: name.into(),
                why,
            },
        ))
    }

    fn parameter(&mut self, name: &str, mut cursor: Cursor<'_>) -> Result<(), Wrong> {
        let limit = self.options.limits.bytes.min(reference::EXPANSION);
        self.doctype.expanded = self
            .doctype
            .expanded
            .saturating_add(cursor.text.len())
            .saturating_add(16);
        if self.doctype.expanded > limit {
            return Err((
                cursor.told,
                ErrorKind::Limit {
                    what: Limited::Bytes,
                    limit,
                },
            ));
        }
        if self.within.len() >= reference::ENTITY_DEPTH {
            let limit = reference::ENTITY_DEPTH;
            return Err((
                cursor.told,
                ErrorKind::Limit {
                    what: Limited::Entities,
                    limit,
                },
            ));
        }
        self.within.push(name.into());
        self.declarations(&mut cursor)?;
        self.within.pop();
        Ok(())
    }

    /// `<!ENTITY name "…">`, `<!ENTITY name SYSTEM "…" NDATA gif>`, `<!ENTITY % name "…">`.
    fn entity(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Wrong> {
        cursor.space()?;
        let parameter = cursor.take("%");
        if parameter {
            cursor.space()?;
        }
        let name = cursor.ncname()?;
        cursor.space()?;
        let entity = if cursor.external_id(false)? {
            let spaced = cursor.skip_space();
            if spaced && !parameter && cursor.take("NDATA") {
                cursor.space()?;
                cursor.ncname()?;
                Entity::Unparsed
            } else {
                Entity::External
            }
        } else {
            entity_value(cursor)?
        };
        cursor.close()?;
        if !self.skipped {
            let table = if parameter {
                &mut self.doctype.parameters
            } else {
                &mut self.doctype.entities
            };
            // The first declaration counts (XML 1.0, 4.2).
            table.entry(name.into()).or_insert(entity);
        }
        Ok(())
    }

    /// `<!ATTLIST element name CDATA "default">`.
    fn attributes(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Wrong> {
        cursor.space()?;
        let element = cursor.qname()?;
        loop {
            let spaced = cursor.skip_space();
            if cursor.take(">") {
                return Ok(());
            }
            if !spaced {
                return cursor.wrong("white space is due here");
            }
            let offset = cursor.offset();
            let name = cursor.qname()?;
            let whole = cursor
                .base
                .and_then(|_| self.source.get(offset..offset + name.len()));
            cursor.space()?;
            let collapsed = attribute_type(cursor)?;
            cursor.space()?;
            let default = attribute_default(cursor)?;
            if self.skipped || (default.is_none() && !collapsed) {
                continue;
            }
            let Some(whole) = whole else {
                return cursor
                    .wrong("an attribute declared through character references is not supported");
            };
            let declared = self.doctype.attributes.entry(element.into()).or_default();
            let limit = self.options.limits.attributes;
            if declared.len() >= limit {
                return Err((
                    cursor.told,
                    ErrorKind::Limit {
                        what: Limited::Attributes,
                        limit,
                    },
                ));
            }
            if declared.iter().all(|other| other.whole != whole) {
                declared.push(Declared {
                    whole,
                    collapsed,
                    default,
                    offset,
                });
            }
        }
    }
}

/// An entity's literal (XML 1.0, 4.5): character references are expanded, references to entities stay.
fn entity_value(cursor: &mut Cursor<'_>) -> Result<Entity, Wrong> {
    let told = cursor.offset();
    let (start, inside) = cursor.literal()?;
    let mut text = String::new();
    let mut made = false;
    let mut rest = inside;
    while let Some(at) = rest.find(['&', '%']) {
        let (plain, special) = rest.split_at(at);
        text.push_str(plain);
        if special.starts_with('%') {
            // Inside markup of the internal subset there are none (XML 1.0, 2.8).
            return Err((
                told,
                ErrorKind::Syntax("a parameter entity reference stands inside a declaration"),
            ));
        }
        let Some((name, length)) = reference::split(special) else {
            return Err((told, ErrorKind::Syntax("& does not start a reference")));
        };
        if let Some(number) = name.strip_prefix('#') {
            let what = "a character reference names no character of XML";
            text.push(reference::character(number).ok_or((told, ErrorKind::Syntax(what)))?);
            made = true;
        } else {
            text.push_str(special.get(..length).unwrap_or_default());
        }
        rest = special.get(length..).unwrap_or_default();
    }
    text.push_str(rest);
    if let (false, Some(base)) = (made, cursor.base) {
        let start = base + start;
        return Ok(Entity::Slice(start..start + inside.len()));
    }
    let mut lines = String::with_capacity(text.len());
    append_lines(&text, &mut lines);
    Ok(Entity::Owned(lines.into()))
}

/// Reads an attribute's type (XML 1.0, 3.3.1); tells whether it is another than CDATA.
fn attribute_type(cursor: &mut Cursor<'_>) -> Result<bool, Wrong> {
    if cursor.take("(") {
        return enumeration(cursor, is_nmtoken);
    }
    match cursor.word() {
        "CDATA" => Ok(false),
        "ID" | "IDREF" | "IDREFS" | "ENTITY" | "ENTITIES" | "NMTOKEN" | "NMTOKENS" => Ok(true),
        "NOTATION" => {
            cursor.space()?;
            cursor.expect("(", "the notations of an attribute are due here")?;
            enumeration(cursor, is_ncname)
        }
        _ => cursor.wrong("an attribute's type is due here"),
    }
}

fn enumeration(cursor: &mut Cursor<'_>, legal: fn(&str) -> bool) -> Result<bool, Wrong> {
    loop {
        cursor.skip_space();
        if !legal(cursor.word()) {
            return cursor.wrong("a value of the attribute's type is broken");
        }
        cursor.skip_space();
        if cursor.take(")") {
            return Ok(true);
        }
        cursor.expect("|", "the values of an attribute's type have no )")?;
    }
}

/// Reads an attribute's default (XML 1.0, 3.3.2).
fn attribute_default(cursor: &mut Cursor<'_>) -> Result<Option<Arc<str>>, Wrong> {
    if cursor.take("#REQUIRED") || cursor.take("#IMPLIED") {
        return Ok(None);
    }
    if cursor.take("#FIXED") {
        cursor.space()?;
    }
    let told = cursor.offset();
    let (_, inside) = cursor.literal()?;
    if inside.contains('<') {
        return Err((told, ErrorKind::Syntax("< stands in an attribute's value")));
    }
    Ok(Some(inside.into()))
}
