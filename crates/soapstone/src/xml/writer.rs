//! Appends XML to one string. It escapes what it is given, and checks no names: they come from schemas.

/// Writes tags, attributes and text; a start tag stays open for attributes until something else comes.
#[derive(Debug, Default)]
pub struct Writer {
    out: String,
    /// A start tag waits for its `>`.
    pending: bool,
    /// Where the names of the open elements stand in `out`.
    open: Vec<(usize, usize)>,
}

impl Writer {
    /// Makes an empty writer.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// Makes a writer that appends to a string, and keeps its room.
    pub fn append_to(out: String) -> Writer {
        Writer {
            out,
            pending: false,
            open: Vec::new(),
        }
    }

    /// Starts an element by its qualified name.
    #[inline]
    pub fn start(&mut self, name: &str) {
        self.settle();
        self.out.push('<');
        let from = self.out.len();
        self.out.push_str(name);
        self.open.push((from, self.out.len()));
        self.pending = true;
    }

    /// Adds an attribute, or a namespace declaration, to the element just started.
    #[inline]
    pub fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape_attribute(value, &mut self.out);
        self.out.push('"');
    }

    /// Adds text.
    #[inline]
    pub fn text(&mut self, text: &str) {
        self.settle();
        escape_text(text, &mut self.out);
    }

    /// Ends the innermost element; one without content becomes an empty-element tag.
    #[inline]
    pub fn end(&mut self) {
        let Some((from, to)) = self.open.pop() else {
            return;
        };
        if self.pending {
            self.pending = false;
            self.out.push_str("/>");
            return;
        }
        self.out.push_str("</");
        self.out.extend_from_within_of(from, to);
        self.out.push('>');
    }

    /// Adds an empty element.
    pub fn empty(&mut self, name: &str) {
        self.start(name);
        self.end();
    }

    /// Adds an element with text only.
    #[inline]
    pub fn element(&mut self, name: &str, text: &str) {
        self.start(name);
        self.text(text);
        self.end();
    }

    /// Adds markup as it is: whole elements or tags that were escaped when the program was built.
    #[inline]
    pub fn raw(&mut self, markup: &str) {
        self.settle();
        self.out.push_str(markup);
    }

    /// The string to append to, the last start tag closed: for values that need no escapes.
    #[inline]
    pub fn out(&mut self) -> &mut String {
        self.settle();
        &mut self.out
    }

    /// How many bytes there are so far.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Tells whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Ends every open element and returns the text.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.end();
        }
        self.out
    }

    #[inline]
    fn settle(&mut self) {
        if self.pending {
            self.pending = false;
            self.out.push('>');
        }
    }
}

trait ExtendFromWithin {
    fn extend_from_within_of(&mut self, from: usize, to: usize);
}

impl ExtendFromWithin for String {
    #[inline]
    fn extend_from_within_of(&mut self, from: usize, to: usize) {
        if self.is_char_boundary(from) && self.is_char_boundary(to) && from <= to {
            self.extend_from_within(from..to);
        }
    }
}

/// Appends text with `<`, `>`, `&` and carriage returns escaped, and characters that XML has no place for as U+FFFD.
#[inline]
pub fn escape_text(text: &str, out: &mut String) {
    escape::<false>(text, out);
}

/// Appends an attribute's value, to stand in double quotes: white space other than the space survives normalisation.
#[inline]
pub fn escape_attribute(value: &str, out: &mut String) {
    escape::<true>(value, out);
}

/// What escaped text is appended to: text, or the bytes of one.
pub(crate) trait Sink {
    /// Appends text as it is.
    fn add(&mut self, text: &str);
}

impl Sink for String {
    #[inline(always)]
    fn add(&mut self, text: &str) {
        self.push_str(text);
    }
}

impl Sink for Vec<u8> {
    #[inline(always)]
    fn add(&mut self, text: &str) {
        self.extend_from_slice(text.as_bytes());
    }
}

/// Appends text as [`escape_text`] does, or a value as [`escape_attribute`] does.
#[inline]
pub(crate) fn escape<const ATTRIBUTE: bool>(text: &str, out: &mut impl Sink) {
    if is_clean::<ATTRIBUTE>(text.as_bytes()) {
        out.add(text);
    } else {
        escape_some::<ATTRIBUTE>(text, out);
    }
}

/// Tells whether nothing has to be escaped; a text that only may need it counts as one that does.
#[inline]
fn is_clean<const ATTRIBUTE: bool>(bytes: &[u8]) -> bool {
    let (chunks, rest) = bytes.as_chunks::<16>();
    if let Some(last) = bytes.last_chunk::<16>() {
        return chunks
            .iter()
            .chain((!rest.is_empty()).then_some(last))
            .all(is_clean_chunk::<ATTRIBUTE>);
    }
    bytes.iter().all(|byte| !is_special::<ATTRIBUTE>(*byte))
}

/// Written so that the compiler makes vector instructions of it.
#[inline(always)]
fn is_clean_chunk<const ATTRIBUTE: bool>(chunk: &[u8; 16]) -> bool {
    let mut flags = [0u8; 16];
    for (flag, byte) in flags.iter_mut().zip(chunk) {
        *flag = u8::from(*byte < 0x20)
            | u8::from(*byte == b'&')
            | u8::from(*byte | 2 == b'>')
            | u8::from(*byte == 0xEF)
            | (u8::from(ATTRIBUTE) & u8::from(*byte == b'"'));
    }
    u128::from_ne_bytes(flags) == 0
}

#[inline(always)]
fn is_special<const ATTRIBUTE: bool>(byte: u8) -> bool {
    let control = byte < 0x20 && (ATTRIBUTE || !matches!(byte, b'\n' | b'\t'));
    control || matches!(byte, b'<' | b'>' | b'&' | 0xEF) || (ATTRIBUTE && byte == b'"')
}

#[inline(never)]
fn escape_some<const ATTRIBUTE: bool>(text: &str, out: &mut impl Sink) {
    let bytes = text.as_bytes();
    let mut done = 0;
    let mut from = 0;
    while let Some(length) = bytes
        .get(from..)
        .and_then(|rest| rest.iter().position(|byte| is_special::<ATTRIBUTE>(*byte)))
    {
        let at = from + length;
        let (escaped, taken) = match bytes.get(at..).unwrap_or_default() {
            [b'<', ..] => ("&lt;", 1),
            [b'>', ..] => ("&gt;", 1),
            [b'&', ..] => ("&amp;", 1),
            [b'"', ..] => ("&quot;", 1),
            [b'\t', ..] => ("&#9;", 1),
            [b'\n', ..] => ("&#10;", 1),
            [b'\r', ..] => ("&#13;", 1),
            [0xEF, 0xBF, 0xBE | 0xBF, ..] => ("\u{FFFD}", 3),
            [0xEF, ..] => {
                from = at + 3;
                continue;
            }
            _ => ("\u{FFFD}", 1),
        };
        out.add(text.get(done..at).unwrap_or_default());
        out.add(escaped);
        done = at + taken;
        from = done;
    }
    out.add(text.get(done..).unwrap_or_default());
}
