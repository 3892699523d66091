//! What stands around a document's element, its type apart: the XML declaration, comments and instructions (XML 1.0, 2.5, 2.6,
//! 2.8).

use super::chars::{is_ncname, is_space};
use super::error::{Error, ErrorKind, Limited};
use super::reader::{Part, Reader};
use super::scan;
use super::{Event, Instructions};

impl<'a> Reader<'a> {
    /// Reads what stands before and after the root element.
    pub(super) fn outside(&mut self) -> Result<Event<'a>, Error> {
        if self.part == Part::Declaration {
            self.begin()?;
            self.part = Part::Prolog;
        }
        self.scope.truncate(self.kept);
        loop {
            while self.bytes.get(self.at).is_some_and(|byte| is_space(*byte)) {
                self.at += 1;
            }
            self.start = self.at;
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            match rest {
                [] if self.part == Part::Epilog => {
                    self.end = self.at;
                    return Ok(Event::Eof);
                }
                [] => return Err(self.syntax(self.at, "the document has no element")),
                [b'<', b'?', ..] => self.instruction()?,
                [b'<', b'!', b'-', b'-', ..] => self.comment()?,
                [b'<', b'!', ..] if rest.starts_with(b"<!DOCTYPE") => {
                    if self.part == Part::Epilog || self.doctype.is_some() {
                        return Err(
                            self.syntax(self.at, "a document type declaration is out of place")
                        );
                    }
                    if self.options.doctype == super::Doctype::Refuse {
                        return Err(self.error(self.at, ErrorKind::Doctype));
                    }
                    self.read_doctype()?;
                }
                [b'<', b'!', ..] => return Err(self.syntax(self.at, "this markup is out of place")),
                [b'<', ..] if self.part == Part::Epilog => {
                    return Err(self.syntax(self.at, "there is a second root element"));
                }
                [b'<', ..] => {
                    self.part = Part::Content;
                    return self.start_tag();
                }
                _ => return Err(self.syntax(self.at, "there is text outside the root element")),
            }
        }
    }

    /// Checks what holds of the document as a whole, and passes over its XML declaration.
    fn begin(&mut self) -> Result<(), Error> {
        let limit = self.options.limits.bytes;
        if self.source.len() > limit {
            return Err(self.error(
                0,
                ErrorKind::Limit {
                    what: Limited::Bytes,
                    limit,
                },
            ));
        }
        if let Some(at) = self.survey.illegal {
            let character = self
                .source
                .get(at..)
                .and_then(|rest| rest.chars().next())
                .unwrap_or_default();
            return Err(self.error(at, ErrorKind::Character(u32::from(character))));
        }
        if self.source.starts_with('\u{FEFF}') {
            self.at = '\u{FEFF}'.len_utf8();
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.starts_with(b"<?xml") && rest.get(5).is_some_and(|byte| is_space(*byte)) {
            self.at += xml_declaration(self.source.get(self.at..).unwrap_or_default())
                .map_err(|(at, what)| self.syntax(self.at + at, what))?;
        }
        Ok(())
    }

    /// Passes over a comment (XML 1.0, 2.5); the cursor stands on its `<!--`.
    pub(crate) fn comment(&mut self) -> Result<(), Error> {
        let from = self.at + 4;
        let body = self.bytes.get(from..).unwrap_or_default();
        let Some(end) = scan::double(body, b'-') else {
            return Err(self.syntax(self.at, "a comment has no end"));
        };
        if body.get(end + 2) != Some(&b'>') {
            return Err(self.syntax(from + end, "-- stands inside a comment"));
        }
        self.at = from + end + 3;
        Ok(())
    }

    /// Passes over a processing instruction (XML 1.0, 2.6); the cursor stands on its `<?`.
    pub(crate) fn instruction(&mut self) -> Result<(), Error> {
        if self.options.instructions == Instructions::Refuse {
            return Err(self.error(self.at, ErrorKind::Instruction));
        }
        let rest = self
            .source
            .get(self.at..self.bytes.len())
            .unwrap_or_default();
        let length = instruction(rest).map_err(|what| self.syntax(self.at, what))?;
        self.at += length;
        Ok(())
    }
}

/// The length of an XML declaration (XML 1.0, 2.8), which the text starts with; or what is wrong, and where.
pub(crate) fn xml_declaration(text: &str) -> Result<usize, (usize, &'static str)> {
    const BROKEN: &str = "the XML declaration is broken";
    let Some(end) = text.find("?>") else {
        return Err((0, BROKEN));
    };
    let mut rest = text.get(5..end).unwrap_or_default();
    let mut seen = 0;
    while !rest.trim_ascii().is_empty() {
        let spaced = rest.trim_ascii_start();
        if spaced.len() == rest.len() {
            return Err((0, BROKEN));
        }
        let (name, after) = spaced.split_once('=').ok_or((0, BROKEN))?;
        let after = after.trim_ascii_start();
        let quote = after
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))
            .ok_or((0, BROKEN))?;
        let (value, after) = after
            .get(1..)
            .unwrap_or_default()
            .split_once(quote)
            .ok_or((0, BROKEN))?;
        let place = match name.trim_ascii_end() {
            "version" => 1,
            "encoding" => 2,
            "standalone" => 3,
            _ => return Err((0, BROKEN)),
        };
        if place <= seen || (seen == 0 && place != 1) {
            return Err((0, BROKEN));
        }
        let legal = match place {
            1 => value.strip_prefix("1.").is_some_and(|minor| {
                !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit())
            }),
            2 => {
                value.starts_with(|c: char| c.is_ascii_alphabetic())
                    && value
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
            }
            _ => matches!(value, "yes" | "no"),
        };
        if !legal {
            return Err((0, BROKEN));
        }
        seen = place;
        rest = after;
    }
    if seen == 0 {
        Err((0, BROKEN))
    } else {
        Ok(end + 2)
    }
}

/// The length of a processing instruction, which the text starts with.
pub(crate) fn instruction(text: &str) -> Result<usize, &'static str> {
    let Some(end) = text.find("?>") else {
        return Err("a processing instruction has no end");
    };
    let inner = text.get(2..end).unwrap_or_default();
    let target = inner
        .split(|c: char| c.is_ascii() && is_space(c as u8))
        .next()
        .unwrap_or_default();
    if !is_ncname(target) {
        return Err("a processing instruction has no target");
    }
    if target.eq_ignore_ascii_case("xml") {
        return Err("an XML declaration is out of place");
    }
    Ok(end + 2)
}
