//! Character data: text, CDATA sections and references as one run (XML 1.0, 2.4, 2.7, 2.11, 4.1).

use super::error::{Error, ErrorKind, Limited};
use super::pieces::Pieces;
use super::reader::{Frame, Reader};
use super::reference::undeclared;
use super::{Sink, scan};

/// A text that is being put together: what there is of it, and behind that a piece of the source.
struct Run<'o> {
    own: &'o mut Pieces,
    from: usize,
    to: usize,
}

impl<'o> Run<'o> {
    #[inline(always)]
    fn new(own: &'o mut Pieces, at: usize) -> Run<'o> {
        own.clear();
        let [from, to] = [at; 2];
        Run { own, from, to }
    }

    /// The text, if it is one piece of the source; otherwise all of it is put where the rest is.
    #[inline(always)]
    fn end(mut self, source: &str) -> Option<&str> {
        if self.own.len() == 0 {
            return Some(source.get(self.from..self.to).unwrap_or_default());
        }
        self.owned(source);
        None
    }

    #[inline(always)]
    fn len(&self) -> usize {
        self.own.len() + (self.to - self.from)
    }

    /// Appends a piece of the source that has no line ends of another form.
    #[inline(always)]
    fn append(&mut self, source: &str, from: usize, to: usize) {
        if from < to {
            self.owned(source);
            self.from = from;
            self.to = to;
        }
    }

    /// What there is, the piece behind it too.
    #[inline(always)]
    fn owned(&mut self, source: &str) -> &mut Pieces {
        if self.from < self.to {
            self.own.add_part(source, self.from, self.to);
            self.to = self.from;
        }
        self.own
    }
}

/// Reads text as far as it consists of short pieces, CDATA sections and references that need no looking up; tells how far, and
/// whether a tag stands there.
#[inline(always)]
fn near_pieces(source: &str, bytes: &[u8], mut at: usize, text: &mut Run<'_>) -> (usize, bool) {
    while let Some(rest) = bytes.get(at..)
        && let Some(length) = scan::near_text(rest)
        && let Some(markup) = rest.get(length..)
    {
        text.append(source, at, at + length);
        at += length;
        match markup {
            [b'<', b'!', ..] => {
                let body = markup.strip_prefix(CDATA);
                let Some(length) = body.and_then(scan::near_section_end) else {
                    return (at, false);
                };
                at += CDATA.len();
                text.append(source, at, at + length);
                at += length + 3;
            }
            [b'<', b'?', ..] => return (at, false),
            [b'<', ..] => return (at, true),
            _ => {
                let Some((character, length)) = undeclared(markup) else {
                    return (at, false);
                };
                text.owned(source).push(character);
                at += length;
            }
        }
    }
    (at, false)
}

/// What begins a section of text without markup (XML 1.0, 2.7).
const CDATA: &[u8; 9] = b"<![CDATA[";

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
    pub fn text_before_tag(&mut self, own: &mut Pieces) -> Result<Option<&'a str>, Error> {
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
    pub(crate) fn mixed_text(&mut self, own: &mut Pieces) -> Result<Option<&'a str>, Error> {
        let start = self.at;
        let mut text = Run::new(own, start);
        loop {
            let (at, is_tag) = near_pieces(self.source, self.bytes, self.at, &mut text);
            self.at = at;
            if text.len() > self.options.limits.text {
                return Err(self.text_limit(start));
            }
            if is_tag || self.far_piece(&mut text)? {
                return Ok(text.end(self.source));
            }
        }
    }

    /// Does the same with a text of near pieces, but moves nowhere; tells where it ends.
    #[inline(always)]
    pub(super) fn near_text(
        &self,
        from: usize,
        own: &mut Pieces,
    ) -> Option<(Option<&'a str>, usize)> {
        let mut text = Run::new(own, from);
        let (to, is_tag) = near_pieces(self.source, self.bytes, from, &mut text);
        (is_tag && text.len() <= self.options.limits.text).then(|| (text.end(self.source), to))
    }

    /// Reads a piece of what can stand in text. Tells whether there is none.
    #[inline(never)]
    fn far_piece(&mut self, text: &mut Run<'_>) -> Result<bool, Error> {
        match self.rest() {
            [b'<', b'!', ..] => self.section(text)?,
            [b'<', b'?', ..] => self.instruction()?,
            [b'<', ..] => return Ok(true),
            [b'&', ..] => self.reference(text)?,
            [] if self.frames.is_empty() => return Ok(true),
            [] => self.leave_entity()?,
            rest => {
                let length = scan::markup(rest).unwrap_or(rest.len());
                let to = self.at + length;
                // `]]>` must not stand in text (XML 1.0, 2.4).
                if !self.is_plain(self.at, to)
                    && let Some(at) = rest.get(..length).and_then(scan::section_end)
                {
                    return Err(self.syntax(self.at + at, "]]> stands in text"));
                }
                self.append(text, self.at, to);
                self.at = to;
            }
        }
        Ok(false)
    }

    /// Reads a comment or a CDATA section; the cursor stands on its `<!`.
    fn section(&mut self, text: &mut Run<'_>) -> Result<(), Error> {
        let rest = self.rest();
        if rest.starts_with(b"<!--") {
            return self.comment();
        }
        let Some(body) = rest.strip_prefix(CDATA) else {
            return Err(self.syntax(self.at, "this markup is out of place"));
        };
        let Some(length) = scan::section_end(body) else {
            return Err(self.syntax(self.at, "a CDATA section has no end"));
        };
        let from = self.at + CDATA.len();
        self.append(text, from, from + length);
        self.at = from + length + 3;
        Ok(())
    }

    /// Appends a piece of the source, its line ends normalised (XML 1.0, 2.11).
    fn append(&self, text: &mut Run<'_>, from: usize, to: usize) {
        if self.is_plain(from, to) {
            text.append(self.source, from, to);
        } else {
            let piece = self.source.get(from..to).unwrap_or_default();
            append_lines(piece, text.owned(self.source));
        }
    }

    /// Reads a reference in content (XML 1.0, 4.4); the cursor stands on its `&`.
    fn reference(&mut self, text: &mut Run<'_>) -> Result<(), Error> {
        let start = self.at;
        if let Some((character, length)) = undeclared(self.rest()) {
            text.owned(self.source).push(character);
            self.at += length;
            return Ok(());
        }
        let (name, length) = self.reference_name(
            self.source.get(start..self.bytes.len()).unwrap_or_default(),
            start,
        )?;
        if let Some(number) = name.strip_prefix('#') {
            let character = self.character(number, start)?;
            text.owned(self.source).push(character);
            self.at += length;
            return Ok(());
        }
        self.at += length;
        let Some(replacement) = self.entity(name, start)? else {
            let mut replacement = String::new();
            self.append_owned_entity(name, start, &mut replacement)?;
            text.owned(self.source).add(&replacement);
            return Ok(());
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
pub(crate) fn append_lines(piece: &str, text: &mut impl Sink) {
    let mut rest = piece;
    while let Some((line, after)) = rest.split_once('\r') {
        text.add(line);
        text.add("\n");
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    text.add(rest);
}
