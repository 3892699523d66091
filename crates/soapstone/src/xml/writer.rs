//! Appends XML to one string. It escapes what it is given, and checks no names: they come from schemas.

use super::escape::{escape_attribute, escape_text};

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
