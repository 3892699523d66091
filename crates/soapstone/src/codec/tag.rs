//! Names of elements, qualified attributes and types as constants, together with the tags that are written for them.

use crate::xml::Local;

/// A namespace of a contract, with the prefix that is written for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Namespace {
    /// The namespace name; empty for none.
    pub uri: &'static str,
    /// The prefix; empty for none.
    pub prefix: &'static str,
}

/// A name: the index of its namespace in the contract's table, and its tags as they are written.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// Indexes the contract's table of namespaces; 0 is no namespace.
    pub namespace: usize,
    /// The local part.
    pub local: &'static str,
    /// The local part, ready to be compared with what a document holds.
    pub(super) name: Local,
    /// `<p:local>`
    pub open: &'static str,
    /// `</p:local>`
    pub close: &'static str,
    /// `p:local>`, ready to be copied.
    pub(super) markup: Markup,
}

/// The name and the end of a tag in bytes of a fixed length, zeroes behind them; nothing of a long one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Markup {
    bytes: [u8; Markup::MOST],
    length: usize,
}

impl Markup {
    const MOST: usize = 32;

    const fn new(qualified: &str) -> Markup {
        let name = qualified.as_bytes();
        let mut markup = Markup {
            bytes: [0; Markup::MOST],
            length: 0,
        };
        if name.len() < Markup::MOST {
            let mut at = 0;
            while at < name.len() {
                markup.bytes[at] = name[at];
                at += 1;
            }
            markup.bytes[at] = b'>';
            markup.length = at + 1;
        }
        markup
    }

    /// Puts the start tag into room; its length.
    #[inline(always)]
    pub(super) fn put_start(&self, room: &mut [u8]) -> Option<usize> {
        let (mark, rest) = room.split_first_chunk_mut::<1>()?;
        *mark = *b"<";
        *rest.first_chunk_mut()? = self.bytes;
        (self.length > 0).then_some(self.length + 1)
    }

    /// Puts the end tag into room; its length.
    #[inline(always)]
    pub(super) fn put_end(&self, room: &mut [u8]) -> Option<usize> {
        let (mark, rest) = room.split_first_chunk_mut::<2>()?;
        *mark = *b"</";
        *rest.first_chunk_mut()? = self.bytes;
        (self.length > 0).then_some(self.length + 2)
    }
}

impl Tag {
    /// Makes a tag from its qualified name and its two forms; [`tags!`](crate::tags) calls it.
    pub const fn new(
        namespace: usize,
        qualified: &'static str,
        open: &'static str,
        close: &'static str,
    ) -> Tag {
        let bytes = qualified.as_bytes();
        let mut at = 0;
        let mut local = qualified;
        while at < bytes.len() {
            if bytes[at] == b':' {
                local = qualified.split_at(at + 1).1;
                break;
            }
            at += 1;
        }
        Tag {
            namespace,
            local,
            name: Local::new(local),
            open,
            close,
            markup: Markup::new(qualified),
        }
    }

    /// `<p:local`, to go on with attributes.
    #[inline(always)]
    pub(super) const fn start(&self) -> &'static str {
        self.open.split_at(self.open.len() - 1).0
    }

    /// The name with its prefix, as it is written.
    pub fn qualified(&self) -> &'static str {
        self.open
            .get(1..self.open.len().saturating_sub(1))
            .unwrap_or_default()
    }

    /// Tells whether this is the name with that namespace and local part.
    pub fn is(&self, namespace: &str, local: &str, known: &[Namespace]) -> bool {
        self.local == local
            && known
                .get(self.namespace)
                .is_some_and(|n| n.uri == namespace)
    }
}
