//! Steps for a reader that knows which name may come next and which prefix the document gave to its namespace.

use super::chars::in_name;
use super::reader::{Open, Reader};
use super::{NsId, Tag};

/// What the bytes at the cursor say of an expected start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prediction {
    /// It stands there, without attributes.
    Hit,
    /// Another tag stands there.
    Miss,
    /// The general path has to look.
    Unknown,
}

impl<'a> Reader<'a> {
    /// Compares the bytes at the cursor with a start tag without attributes. `open` is `<p:`, or `<` for no prefix.
    #[inline]
    pub fn predict_name(&self, open: &[u8], local: &str) -> Prediction {
        let rest = self.rest();
        let Some(after) = rest.strip_prefix(open) else {
            return if rest.starts_with(b"</") {
                Prediction::Miss
            } else {
                Prediction::Unknown
            };
        };
        let next = match after.strip_prefix(local.as_bytes()) {
            Some(behind) => match behind.first() {
                Some(b'>') => return Prediction::Hit,
                Some(byte) if in_name(*byte) => behind,
                _ => return Prediction::Unknown,
            },
            None => after,
        };
        if open.len() > 1 {
            return Prediction::Miss;
        }
        // Without a prefix the name may turn out to have one, which may be bound to the same namespace.
        match next.iter().find(|byte| !in_name(**byte)) {
            Some(b'>') => Prediction::Miss,
            Some(b'/') if next.first() == Some(&b'/') => Prediction::Miss,
            _ => Prediction::Unknown,
        }
    }

    /// Takes the start tag that [`predict_name`](Reader::predict_name) has just hit, if the limits allow it.
    #[inline]
    pub fn take_start(&mut self, open: &[u8], local: &str, ns: NsId) -> bool {
        if !self.has_room() {
            return false;
        }
        let start = self.at;
        let from = start + 1;
        let to = start + open.len() + local.len();
        let name = self.source.get(from..to).unwrap_or_default();
        let prefix = name.get(..open.len().saturating_sub(2)).unwrap_or_default();
        let local = name.get(open.len() - 1..).unwrap_or_default();
        self.scope.truncate(self.kept);
        self.open.push(Open {
            name,
            tag: Tag { ns, prefix, local },
            mark: self.kept,
        });
        self.elements += 1;
        self.attributes.clear();
        self.at = to + 1;
        self.set_start(start);
        true
    }

    /// Takes the whole element whose start tag [`predict_name`](Reader::predict_name) has just hit, if it holds plain text
    /// only: no reference, no comment, no carriage return, nothing over a limit.
    #[inline]
    pub fn take_leaf(&mut self, open: &[u8], local: &str) -> Option<&'a str> {
        if !self.has_room() {
            return None;
        }
        let start = self.at;
        let behind_name = start + open.len() + local.len();
        let from = behind_name + 1;
        let to = self.find_markup(from)?;
        let name = self.bytes.get(start + 1..behind_name)?;
        let end = self
            .bytes
            .get(to..)?
            .strip_prefix(b"</")?
            .strip_prefix(name)?;
        if end.first() != Some(&b'>') {
            return None;
        }
        if to - from > self.options.limits.text || !self.is_plain(from, to) {
            return None;
        }
        self.elements += 1;
        self.at = to + name.len() + 3;
        self.set_start(start);
        self.source.get(from..to)
    }
}
