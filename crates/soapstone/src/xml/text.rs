//! Character data: text, CDATA sections and references as one run (XML 1.0, 2.4, 2.7, 2.11, 4.1).

use super::error::{Error, ErrorKind, Limited};
use super::reader::{Frame, Reader};
use super::scan;

/// A text that is being put together.
struct Run<'a, 'o> {
    /// All of it, as long as it is one piece of the source.
    borrowed: Option<&'a str>,
    own: &'o mut String,
}

impl Run<'_, '_> {
    fn len(&self) -> usize {
        self.borrowed.map_or(self.own.len(), str::len)
    }
}

impl<'a> Reader<'a> {
    /// Reads text up to the next tag where it can be borrowed as it stands; otherwise moves nowhere.
    #[inline]
    pub(crate) fn plain_text(&mut self) -> Result<Option<&'a str>, Error> {
        let from = self.at;
        let Some(to) = self.find_markup(from) else {
            return Ok(None);
        };
        if self.bytes.get(to) != Some(&b'<') || matches!(self.bytes.get(to + 1), Some(b'!' | b'?'))
        {
            return Ok(None);
        }
        let Some(text) = self.source.get(from..to) else {
            return Ok(None);
        };
        // Beyond the first carriage return or `]]>` of the document, each run has to be looked at.
        let text = if to > self.survey.carriage_return || to > self.survey.section_end {
            match as_it_stands(text) {
                Some(text) => text,
                None => return Ok(None),
            }
        } else {
            text
        };
        if to - from > self.options.limits.text {
            return Err(self.text_limit(from));
        }
        self.at = to;
        Ok(Some(text))
    }

    /// The offset of the next `<` or `&`.
    #[inline]
    pub(crate) fn find_markup(&self, from: usize) -> Option<usize> {
        scan::markup(self.bytes.get(from..)?).map(|length| from + length)
    }

    /// Reads text up to the next tag: borrowed where it stands as it is, otherwise put into `own`.
    pub fn text_before_tag(&mut self, own: &mut String) -> Result<Option<&'a str>, Error> {
        if !self.in_content() {
            return Ok(Some(""));
        }
        self.scope.truncate(self.kept);
        self.start = self.at;
        let text = match self.plain_text()? {
            Some(text) => Some(text),
            None => self.mixed_text(own)?,
        };
        self.end = self.at;
        Ok(text)
    }

    /// Reads text with everything that can stand in it, up to the next tag or the end of what is being read: borrowed if possible,
    /// otherwise put into `own`.
    #[inline(never)]
    pub(crate) fn mixed_text(&mut self, own: &mut String) -> Result<Option<&'a str>, Error> {
        let from = self.at;
        own.clear();
        let mut text = Run {
            borrowed: Some(""),
            own,
        };
        loop {
            match self.rest() {
                [b'&', ..] => self.reference(&mut text)?,
                [b'<', b'!', b'-', b'-', ..] => self.comment()?,
                [
                    b'<',
                    b'!',
                    b'[',
                    b'C',
                    b'D',
                    b'A',
                    b'T',
                    b'A',
                    b'[',
                    body @ ..,
                ] => {
                    let Some(length) = scan::section_end(body) else {
                        return Err(self.syntax(self.at, "a CDATA section has no end"));
                    };
                    let from = self.at + 9;
                    let to = from + length;
                    self.append(&mut text, from, to, self.is_plain(from, to));
                    self.at = to + 3;
                }
                [b'<', b'!', ..] => return Err(self.syntax(self.at, "this markup is out of place")),
                [b'<', b'?', ..] => self.instruction()?,
                [b'<', ..] => break,
                [] if self.frames.is_empty() => break,
                [] => self.leave_entity()?,
                rest => {
                    let length = scan::markup(rest).unwrap_or(rest.len());
                    let to = self.at + length;
                    // `]]>` must not stand in text (XML 1.0, 2.4).
                    let plain = self.is_plain(self.at, to);
                    if !plain && let Some(at) = rest.get(..length).and_then(scan::section_end) {
                        return Err(self.syntax(self.at + at, "]]> stands in text"));
                    }
                    self.append(&mut text, self.at, to, plain);
                    self.at = to;
                }
            }
            if text.len() > self.options.limits.text {
                return Err(self.text_limit(from));
            }
        }
        Ok(text.borrowed)
    }

    /// Appends a piece of the source, its line ends normalised (XML 1.0, 2.11): a plain one has none of another form.
    #[inline]
    fn append(&self, text: &mut Run<'a, '_>, from: usize, to: usize, plain: bool) {
        let piece = self.source.get(from..to).unwrap_or_default();
        if !plain {
            append_lines(piece, self.owned(text));
        } else if text.borrowed.is_some_and(str::is_empty) {
            text.borrowed = Some(piece);
        } else {
            self.owned(text).push_str(piece);
        }
    }

    /// Makes a text one to append to; where there is no room yet, with room for what is left of it: up to the next tag, as far as one
    /// can see.
    #[inline]
    fn owned<'t>(&self, text: &'t mut Run<'a, '_>) -> &'t mut String {
        if let Some(start) = text.borrowed.take() {
            if text.own.capacity() == 0 {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                let more = memchr::memchr(b'<', rest).unwrap_or(rest.len());
                *text.own = String::with_capacity(start.len() + more);
            }
            text.own.push_str(start);
        }
        text.own
    }

    /// Reads a reference in content (XML 1.0, 4.4); the cursor stands on its `&`.
    fn reference(&mut self, text: &mut Run<'a, '_>) -> Result<(), Error> {
        let start = self.at;
        if let Some((character, length)) = super::reference::undeclared(self.rest()) {
            self.owned(text).push(character);
            self.at += length;
            return Ok(());
        }
        let (name, length) = self.reference_name(
            self.source.get(start..self.bytes.len()).unwrap_or_default(),
            start,
        )?;
        if let Some(number) = name.strip_prefix('#') {
            let character = self.character(number, start)?;
            self.owned(text).push(character);
            self.at += length;
            return Ok(());
        }
        self.at += length;
        let Some(replacement) = self.entity(name, start)? else {
            return self.append_owned_entity(name, start, self.owned(text));
        };
        self.count_expansion(replacement.len(), start)?;
        self.enter_entity(name, replacement, start)
    }

    fn enter_entity(
        &mut self,
        name: &str,
        replacement: std::ops::Range<usize>,
        start: usize,
    ) -> Result<(), Error> {
        if self
            .frames
            .iter()
            .any(|frame| frame.entity == replacement.start)
        {
            return Err(self.error(
                start,
                ErrorKind::Entity {
                    name: name.into(),
                    why: "contains itself",
                },
            ));
        }
        if self.frames.len() >= super::reference::ENTITY_DEPTH {
            return Err(self.limit(start, Limited::Entities, super::reference::ENTITY_DEPTH));
        }
        self.frames.push(Frame {
            bytes: self.bytes,
            at: self.at,
            floor: self.floor,
            entity: replacement.start,
        });
        self.bytes = self
            .source
            .as_bytes()
            .get(..replacement.end)
            .unwrap_or_default();
        self.at = replacement.start;
        self.floor = self.open.len();
        Ok(())
    }

    /// Goes on behind the reference at the end of an entity, which must hold whole elements (XML 1.0, 4.3.2).
    pub(crate) fn leave_entity(&mut self) -> Result<(), Error> {
        if self.open.len() != self.floor {
            return Err(self.syntax(
                self.at,
                "an element that starts in an entity does not end in it",
            ));
        }
        if let Some(frame) = self.frames.pop() {
            self.bytes = frame.bytes;
            self.at = frame.at;
            self.floor = frame.floor;
        }
        Ok(())
    }

    #[cold]
    pub(crate) fn text_limit(&self, from: usize) -> Error {
        self.limit(from, Limited::Text, self.options.limits.text)
    }
}

/// A run of text that needs no change but, at most, to lose the carriage return that it starts with: indentation mostly does.
#[inline(never)]
fn as_it_stands(text: &str) -> Option<&str> {
    let text = if text.starts_with("\r\n") {
        text.get(1..)?
    } else {
        text
    };
    scan::is_plain(text.as_bytes()).then_some(text)
}

/// Appends a text with CR LF and lone CR made LF.
pub(crate) fn append_lines(piece: &str, text: &mut String) {
    let mut rest = piece;
    while let Some((line, after)) = rest.split_once('\r') {
        text.push_str(line);
        text.push('\n');
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    text.push_str(rest);
}
