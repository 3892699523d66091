//! Values that stand apart in an encoded message and are referred to (SOAP 1.1, 5.2.1).

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::{Error, ErrorKind, Result};
use crate::xml::{self, Event};

/// How many times its length a message may become when references are replaced by what they refer to.
const EXPANSION: usize = 16;
/// References inside what is referred to nest no deeper.
const DEPTH: usize = 64;

/// Replaces each reference (`href="#id1"`) by the content of the element with that id, so that the message reads like one
/// without references. A message without any stays as it is.
///
/// # Errors
/// Where the message is not well-formed, a reference leads to nothing or to itself, or the result grows without measure.
pub fn inline_references<'t>(text: &'t str, options: &xml::Options) -> Result<Cow<'t, str>> {
    if !text.contains("href=") {
        return Ok(Cow::Borrowed(text));
    }
    let mut references = References::collect(text, options)?;
    if references.places.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    references.limit = text.len().saturating_mul(EXPANSION);
    let mut out = String::with_capacity(text.len() * 2);
    references.copy(text, 0..text.len(), &mut out, &mut Vec::new())?;
    Ok(Cow::Owned(out))
}

/// Where the elements with ids and the references to them stand.
#[derive(Debug, Default)]
struct References {
    targets: HashMap<String, Target>,
    /// In document order, none inside another.
    places: Vec<Place>,
    limit: usize,
}

#[derive(Debug)]
struct Target {
    /// The rest of the start tag behind the name, up to its `>`.
    attributes: String,
    content: Range<usize>,
}

#[derive(Debug)]
struct Place {
    whole: Range<usize>,
    name: String,
    target: String,
}

/// An element that has started and not ended.
#[derive(Debug)]
struct Open {
    id: Option<String>,
    href: Option<String>,
    start: usize,
    content: usize,
    name: String,
    attributes: String,
}

impl References {
    fn collect(text: &str, options: &xml::Options) -> Result<References> {
        let mut reader = xml::Reader::new(text, options);
        let mut found = References::default();
        let mut open: Vec<Open> = Vec::new();
        loop {
            match reader.next()? {
                Event::Start(tag) => {
                    let value = |local: &str| {
                        reader
                            .attributes()
                            .iter()
                            .find(|a| a.local == local && a.prefix.is_empty())
                            .map(|a| a.value.to_string())
                    };
                    let href = value("href").and_then(|h| h.strip_prefix('#').map(str::to_owned));
                    let name = if tag.prefix.is_empty() {
                        tag.local.to_owned()
                    } else {
                        format!("{}:{}", tag.prefix, tag.local)
                    };
                    open.push(Open {
                        id: value("id"),
                        href,
                        start: reader.offset(),
                        content: reader.end_offset(),
                        name,
                        attributes: attributes_text(&reader),
                    });
                }
                Event::End(_) => {
                    let Some(Open {
                        id,
                        href,
                        start,
                        content,
                        name,
                        attributes,
                    }) = open.pop()
                    else {
                        continue;
                    };
                    if let Some(id) = id {
                        let end = reader.offset().max(content);
                        found.targets.insert(
                            id,
                            Target {
                                attributes,
                                content: content..end,
                            },
                        );
                    }
                    if let Some(target) = href {
                        found.places.push(Place {
                            whole: start..reader.end_offset(),
                            name,
                            target,
                        });
                    }
                }
                Event::Text(_) => {}
                Event::Eof => break,
            }
        }
        found.places.sort_by_key(|p| p.whole.start);
        Ok(found)
    }

    fn copy(
        &self,
        text: &str,
        range: Range<usize>,
        out: &mut String,
        inside: &mut Vec<String>,
    ) -> Result<()> {
        let mut at = range.start;
        let from = self.places.partition_point(|p| p.whole.start < range.start);
        for place in self
            .places
            .iter()
            .skip(from)
            .take_while(|p| p.whole.end <= range.end)
        {
            if place.whole.start < at {
                continue;
            }
            let Some(target) = self.targets.get(&place.target) else {
                return Err(broken(text, place, "the reference leads nowhere"));
            };
            if inside.len() >= DEPTH || inside.contains(&place.target) {
                return Err(broken(text, place, "the reference leads to itself"));
            }
            out.push_str(text.get(at..place.whole.start).unwrap_or_default());
            out.push('<');
            out.push_str(&place.name);
            out.push_str(&target.attributes);
            out.push('>');
            inside.push(place.target.clone());
            self.copy(text, target.content.clone(), out, inside)?;
            inside.pop();
            out.push_str("</");
            out.push_str(&place.name);
            out.push('>');
            at = place.whole.end;
            if out.len() > self.limit {
                return Err(broken(text, place, "references make the message too large"));
            }
        }
        out.push_str(text.get(at..range.end).unwrap_or_default());
        Ok(())
    }
}

fn broken(text: &str, place: &Place, what: &'static str) -> Error {
    Error::new(
        ErrorKind::Limit(what),
        xml::Place::of(text, place.whole.start),
    )
}

/// The attributes of a target that go to the place of the reference: its `xsi:` ones, its array type, and its declarations.
fn attributes_text(reader: &xml::Reader<'_>) -> String {
    let source = reader
        .source()
        .get(reader.offset()..reader.end_offset())
        .unwrap_or_default();
    let mut out = String::new();
    for (prefix, uri) in reader.bindings() {
        let name = if prefix.is_empty() {
            "xmlns".to_owned()
        } else {
            format!("xmlns:{prefix}")
        };
        if source.contains(&name) {
            push_attribute(&mut out, &name, uri);
        }
    }
    for attribute in reader.attributes() {
        let plain = attribute.prefix.is_empty() && matches!(attribute.local, "id" | "href");
        let root = attribute.local == "root" || attribute.local == "encodingStyle";
        if !plain && !root {
            let name = if attribute.prefix.is_empty() {
                attribute.local.to_owned()
            } else {
                format!("{}:{}", attribute.prefix, attribute.local)
            };
            push_attribute(&mut out, &name, &attribute.value);
        }
    }
    out
}

fn push_attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    xml::escape_attribute(value, out);
    out.push('"');
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::inline_references;
    use crate::xml::Options;

    #[test]
    fn references_are_replaced_by_what_they_refer_to() {
        let options = Options::message();
        let text = r##"<b><r><item href="#a"/><item href="#b"/></r><m id="a" x="1">one</m><m id="b"><k href="#a"/></m></b>"##;
        let inlined = inline_references(text, &options).unwrap();
        assert!(
            inlined.starts_with(r#"<b><r><item x="1">one</item><item><k x="1">one</k></item></r>"#),
            "{inlined}"
        );
        let cycle = r##"<b><r href="#a"/><m id="a"><k href="#a"/></m></b>"##;
        assert!(inline_references(cycle, &options).is_err());
    }
}
