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
