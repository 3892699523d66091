//! Character data: text, CDATA sections and references as one run (XML 1.0, 2.4, 2.7, 2.11, 4.1).

use super::error::{Error, ErrorKind, Limited};
use super::pieces::{Pieces, Room};
use super::reader::{Frame, Reader};
use super::reference::undeclared;
use super::scan;
use super::words::WORD;

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

/// A text that is being put together in a room.
struct Near<'o> {
    room: &'o mut Room,
    /// How many bytes of the room are text.
    length: usize,
    /// Where the source is read on.
    at: usize,
    /// The last piece of the source.
    from: usize,
    to: usize,
}

impl Near<'_> {
    /// Takes the bytes before the first stop; all of them where there is none.
    #[inline(always)]
    fn take(&mut self, part: &[u8; WORD], stops: u32) -> Option<()> {
        *self.room.get_mut(self.length..)?.first_chunk_mut()? = *part;
        let taken = stops.trailing_zeros().min(WORD as u32) as usize;
        if taken > 0 {
            if self.to != self.at {
                self.from = self.at;
            }
            self.at += taken;
            self.to = self.at;
            self.length += taken;
        }
        Some(())
    }

    #[inline(always)]
    fn push(&mut self, character: char) -> Option<()> {
        let place = self.room.get_mut(self.length..)?;
        if character.is_ascii() {
            *place.first_mut()? = character as u8;
            self.length += 1;
        } else {
            let length = character.len_utf8();
            character.encode_utf8(place.get_mut(..length)?);
            self.length += length;
        }
        Some(())
    }
}

/// What begins a section of text without markup, behind `<!` (XML 1.0, 2.7).
const CDATA: &[u8; 7] = b"[CDATA[";

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
        let mut text = Run {
            borrowed: Some(""),
            own: own.long(),
        };
        while self.piece(&mut text)? {
            if text.len() > self.options.limits.text {
                return Err(self.text_limit(start));
            }
        }
        Ok(text.borrowed)
    }

    /// Does the same from a place on, but moves nowhere: if the text fits into the room, no entity of its own and no comment is in
    /// it, and a tag ends it. Tells where it ends.
    #[inline(always)]
    pub(super) fn near_text(
        &self,
        from: usize,
        own: &mut Pieces,
    ) -> Option<(Option<&'a str>, usize)> {
        let mut text = Near {
            room: own.room(),
            length: 0,
            at: from,
            from,
            to: from,
        };
        loop {
            let part = self.bytes.get(text.at..)?.first_chunk()?;
            let stops = scan::text_stops(part);
            text.take(part, stops)?;
            match self.bytes.get(text.at..)? {
                _ if stops == 0 => {}
                [b'<', b'!', section @ ..] => {
                    section.strip_prefix(CDATA)?;
                    text.at += 2 + CDATA.len();
                    loop {
                        let part = self.bytes.get(text.at..)?.first_chunk()?;
                        let stops = scan::section_stops(part);
                        text.take(part, stops)?;
                        if stops != 0 {
                            break;
                        }
                    }
                    self.bytes.get(text.at..)?.strip_prefix(b"]]>")?;
                    text.at += 3;
                }
                [b'<', b'?', ..] => return None,
                [b'<', ..] => break,
                rest => {
                    let (character, length) = undeclared(rest)?;
                    text.push(character)?;
                    text.at += length;
                }
            }
        }
        let Near {
            length,
            at,
            from,
            to,
            ..
        } = text;
        if length > self.options.limits.text {
            return None;
        }
        if length == to - from {
            return Some((self.source.get(from..to), at));
        }
        own.keep(length);
        Some((None, at))
    }

    /// Reads a piece of what can stand in text. Tells whether there is one.
    fn piece(&mut self, text: &mut Run<'a, '_>) -> Result<bool, Error> {
        match self.rest() {
            [b'<', b'!', ..] => self.section(text)?,
            [b'<', b'?', ..] => self.instruction()?,
            [b'<', ..] => return Ok(false),
            [b'&', ..] => self.reference(text)?,
            [] if self.frames.is_empty() => return Ok(false),
            [] => self.leave_entity()?,
            rest => {
                let length = scan::markup(rest).unwrap_or(rest.len());
                let to = self.at + length;
                // `]]>` must not stand in text (XML 1.0, 2.4).
                let plain = self.is_plain(self.at, to);
                if !plain && let Some(at) = rest.get(..length).and_then(scan::section_end) {
                    return Err(self.syntax(self.at + at, "]]> stands in text"));
                }
                self.append(text, self.at, to, plain);
                self.at = to;
            }
        }
        Ok(true)
    }

    /// Reads a comment or a CDATA section; the cursor stands on its `<!`.
    fn section(&mut self, text: &mut Run<'a, '_>) -> Result<(), Error> {
        let rest = self.rest().get(2..).unwrap_or_default();
        if rest.starts_with(b"--") {
            return self.comment();
        }
        let Some(body) = rest.strip_prefix(CDATA) else {
            return Err(self.syntax(self.at, "this markup is out of place"));
        };
        let Some(length) = scan::section_end(body) else {
            return Err(self.syntax(self.at, "a CDATA section has no end"));
        };
        let from = self.at + 2 + CDATA.len();
        let to = from + length;
        self.append(text, from, to, self.is_plain(from, to));
        self.at = to + 3;
        Ok(())
    }

    /// Appends a piece of the source, its line ends normalised (XML 1.0, 2.11): a plain one has none of another form.
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
    fn owned<'t>(&self, text: &'t mut Run<'a, '_>) -> &'t mut String {
        if let Some(start) = text.borrowed.take() {
            if text.own.capacity() == 0 {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                let more = memchr::memchr(b'<', rest).unwrap_or(rest.len());
                text.own.reserve_exact(start.len() + more);
            }
            text.own.push_str(start);
        }
        text.own
    }

    /// Reads a reference in content (XML 1.0, 4.4); the cursor stands on its `&`.
    fn reference(&mut self, text: &mut Run<'a, '_>) -> Result<(), Error> {
        let start = self.at;
        if let Some((character, length)) = undeclared(self.rest()) {
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
