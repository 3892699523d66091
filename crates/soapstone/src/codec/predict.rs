//! Which element comes next: guessed by comparing bytes with the tag as this document writes it, known by the general path.

use super::instance::type_named;
use super::reader::Ahead;
use super::simple::XSD;
use super::{Reader, Result, Strictness, Tag};
use crate::xml::{self, Expected, Leaf, Near, NsId, Openings, Prediction, Said, Span};

/// What the document says of a namespace of the contract.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) id: Option<NsId>,
    /// How its tags begin; absent where that is not known.
    pub(super) openings: Option<Openings>,
    prefix: &'a str,
    /// The version of the scope for which that holds.
    version: u64,
}

impl<'a> Reader<'a> {
    /// Starts an element with this tag, if it comes next.
    ///
    /// # Errors
    /// Where something else than an element or the parent's end comes.
    #[inline]
    pub fn start(&mut self, tag: &'static Tag) -> Result<bool> {
        if self.near_start(tag).is_some() {
            return Ok(true);
        }
        match self.predict(tag)? {
            Prediction::Hit => {
                if let Some(known) = self.known.get(tag.namespace)
                    && let (Some(id), Some(openings)) = (known.id, &known.openings)
                    && self.xml.take_start(openings, &tag.name, id)
                {
                    self.tries = 0;
                    return Ok(true);
                }
                self.look()?;
                self.start_general(tag)
            }
            Prediction::Miss => {
                self.miss(tag);
                Ok(false)
            }
            Prediction::Name | Prediction::Unknown => self.start_general(tag),
        }
    }

    /// Takes a start tag without attributes where it stands as predicted and nothing else has to be looked at.
    #[inline(always)]
    pub(super) fn near_start(&mut self, tag: &'static Tag) -> Option<()> {
        if self.is_busy() {
            return None;
        }
        let known = self.known.get(tag.namespace)?;
        let openings = known.openings.as_ref()?;
        if !self
            .xml
            .take_near_start(openings, &tag.name, known.id?, known.version)
        {
            return None;
        }
        self.tries = 0;
        Some(())
    }

    /// Compares what comes next with a tag, by its bytes where that is possible; otherwise it is read.
    #[inline]
    pub(super) fn predict(&mut self, tag: &'static Tag) -> Result<Prediction> {
        self.expect_no_attributes()?;
        if !matches!(self.ahead, Ahead::Nothing) {
            return Ok(Prediction::Unknown);
        }
        match self.predict_near(tag) {
            Prediction::Name | Prediction::Unknown => {
                self.look()?;
                Ok(Prediction::Unknown)
            }
            certain => Ok(certain),
        }
    }

    /// Compares the bytes that come next with a tag.
    #[inline(always)]
    pub(super) fn predict_near(&mut self, tag: &'static Tag) -> Prediction {
        if self.is_busy() {
            return Prediction::Unknown;
        }
        self.xml.skip_indent();
        let version = self.xml.scope_version();
        if let Some(known) = self.known.get_mut(tag.namespace)
            && (known.version == version || known.revive(&self.xml, version))
            && let Some(openings) = &known.openings
        {
            return self.xml.predict_name(openings, &tag.name);
        }
        if self.xml.sees_other(&tag.name) {
            return Prediction::Miss;
        }
        Prediction::Unknown
    }

    /// Tells whether the name of a tag stands at the cursor as the document writes it.
    #[inline(always)]
    pub(super) fn is_named(&self, tag: &'static Tag) -> bool {
        let known = self.known.get(tag.namespace);
        let openings = known.and_then(|known| known.openings.as_ref());
        openings.is_some_and(|openings| self.xml.is_at(openings, &tag.name))
    }

    /// Tells whether an element is surely absent, and counts it as tried.
    #[inline(never)]
    pub(super) fn finds_other(&mut self, tag: &'static Tag) -> bool {
        if self.is_busy() {
            return false;
        }
        self.xml.skip_indent();
        let is_other = self.xml.sees_other(&tag.name);
        if is_other {
            self.miss(tag);
        }
        is_other
    }

    /// Tells the same where what comes next was looked at before, and reading is strict: the cursor is then never back at a place that
    /// was looked at, so whatever was read ahead of is behind it.
    #[inline(always)]
    pub(super) fn is_absent(&mut self, tag: &'static Tag) -> bool {
        let is_absent = self.strictness == Strictness::Strict && self.xml.saw_other(&tag.name);
        if is_absent {
            self.miss(tag);
        }
        is_absent
    }

    /// Compares the start tag that was read by the general path.
    fn start_general(&mut self, tag: &'static Tag) -> Result<bool> {
        let Ahead::Start(found) = self.ahead else {
            self.miss(tag);
            return Ok(false);
        };
        if !self.matches(found, tag) {
            self.miss(tag);
            return Ok(false);
        }
        self.learn(found, tag);
        self.start_ahead();
        Ok(true)
    }

    /// Takes the start tag that was read ahead.
    fn start_ahead(&mut self) {
        self.ahead = Ahead::Nothing;
        self.tries = 0;
        if !self.xml.attributes().is_empty() {
            self.open_attributes();
        }
    }

    /// Reads a start tag of any name.
    #[cfg(any(feature = "server", feature = "client"))]
    pub(super) fn start_any(&mut self) -> Result<()> {
        self.look()?;
        if !matches!(self.ahead, Ahead::Start(_)) {
            return Err(self.missing());
        }
        self.start_ahead();
        Ok(())
    }

    /// Tells whether a start tag has the name of a tag.
    pub(super) fn matches(&mut self, found: xml::Tag<'a>, tag: &'static Tag) -> bool {
        if found.local != tag.local {
            return false;
        }
        if self.strictness == Strictness::Encoded && tag.namespace == 0 {
            return true;
        }
        let Some(known) = self.known.get_mut(tag.namespace) else {
            return false;
        };
        match known.id {
            Some(id) => id == found.ns,
            None => {
                let uri = self.namespaces.get(tag.namespace).map_or("", |n| n.uri);
                if self.xml.namespace(found.ns) != uri {
                    return false;
                }
                known.id = Some(found.ns);
                true
            }
        }
    }

    /// Remembers the prefix that the document uses for a namespace, if tags may be predicted at all.
    fn learn(&mut self, found: xml::Tag<'a>, tag: &'static Tag) {
        if self.xml.has_doctype() {
            return;
        }
        let version = self.xml.scope_version();
        if let Some(known) = self.known.get_mut(tag.namespace) {
            if known.openings.is_none() || known.prefix != found.prefix {
                known.openings = Openings::new(found.prefix);
                known.prefix = found.prefix;
            }
            known.id = Some(found.ns);
            known.version = version;
        }
    }

    /// Tells whether the start tag read ahead has this name.
    pub(super) fn is_ahead(&mut self, tag: &'static Tag) -> bool {
        let Ahead::Start(found) = self.ahead else {
            self.miss(tag);
            return false;
        };
        let matches = self.matches(found, tag);
        if !matches {
            self.miss(tag);
        }
        matches
    }

    /// Takes a whole leaf where it stands as predicted and nothing else has to be looked at.
    ///
    /// What most leaves need is done without a call: that keeps everything in registers.
    pub(super) fn plain_leaf(&mut self, tag: &'static Tag) -> Option<Span> {
        if self.is_busy() || self.value.is_some() {
            return None;
        }
        let known = self.known.get(tag.namespace)?;
        let openings = known.openings.as_ref()?;
        match self.xml.take_near_leaf(openings, &tag.name, known.version) {
            Near::Taken(span) => {
                self.tries = 0;
                Some(span)
            }
            Near::Other => None,
            Near::Far => self.far_leaf(tag),
        }
    }

    #[inline(never)]
    fn far_leaf(&mut self, tag: &'static Tag) -> Option<Span> {
        self.xml.skip_indent();
        let version = self.xml.scope_version();
        let known = self.known.get(tag.namespace)?;
        if known.version != version {
            return None;
        }
        let span = self
            .xml
            .take_plain_leaf(known.openings.as_ref()?, &tag.name)?;
        self.tries = 0;
        Some(span)
    }

    /// Takes a whole leaf as [`plain_leaf`](Reader::plain_leaf) does, with references, CDATA sections and comments in its text,
    /// which is borrowed or put into `own`, and with attributes that say its namespace, its type and, where that may be, that it is
    /// nil. Values that may be `names` need the bindings that it adds.
    #[inline(never)]
    pub(super) fn mixed_leaf(
        &mut self,
        tag: &'static Tag,
        names: bool,
        nillable: bool,
    ) -> Option<Leaf<'a>> {
        if self.is_busy() || self.value.is_some() {
            return None;
        }
        self.xml.skip_comments();
        let version = self.xml.scope_version();
        let known = self.known.get(tag.namespace)?;
        let is_bound = known.version == version;
        if names && !is_bound {
            return None;
        }
        let openings = known.openings.as_ref()?;
        let expected = Expected {
            namespace: self.namespaces.get(tag.namespace)?.uri,
            is_bound,
            nillable,
        };
        let leaf = self
            .xml
            .take_mixed_leaf(openings, &tag.name, &mut self.own, Some(expected))?;
        self.tries = 0;
        Some(leaf)
    }

    /// Takes a whole leaf that says that it has a built-in type, where that stands there as it did before: the local name of the
    /// type, and the text.
    #[inline(never)]
    pub(super) fn typed_leaf(&mut self, tag: &'static Tag) -> Option<(Span, Span)> {
        if self.is_busy() || self.value.is_some() {
            return None;
        }
        self.xml.skip_indent();
        let now = self.xml.scope_version();
        let (beginning, version) = self.typed.as_ref()?;
        let known = self.known.get(tag.namespace)?;
        if known.version != now || *version != now {
            return None;
        }
        let leaf = self
            .xml
            .take_typed_leaf(known.openings.as_ref()?, &tag.name, beginning)?;
        self.tries = 0;
        Some(leaf)
    }

    /// Takes a whole leaf that says nothing but that it is nil, where that stands there as it did before.
    #[inline(always)]
    pub(super) fn nil_leaf(&mut self, tag: &'static Tag) -> Option<()> {
        let (attribute, version) = self.nils.as_ref()?;
        if self.is_busy() || self.value.is_some() {
            return None;
        }
        self.xml.skip_indent();
        let now = self.xml.scope_version();
        let known = self.known.get(tag.namespace)?;
        if known.version != now || *version != now {
            return None;
        }
        let openings = known.openings.as_ref()?;
        self.xml.take_empty_leaf(openings, &tag.name, attribute)?;
        self.tries = 0;
        Some(())
    }

    /// Remembers how a leaf said that it is nil.
    pub(super) fn learn_nil(&mut self, said: Said) {
        let now = self.xml.scope_version();
        self.nils = self.xml.whole(said).map(|whole| (whole, now));
    }

    /// Remembers how a leaf said its type, if that is a built-in one.
    pub(super) fn learn_type(&mut self, said: Said) {
        let now = self.xml.scope_version();
        if self.typed.is_some_and(|(_, version)| version == now) {
            return;
        }
        let named = type_named(&self.xml, self.xml.text(said.value));
        // The contract may have something to say of types in their namespace.
        let is_own = self.namespaces.iter().any(|own| own.uri == XSD);
        if named.is_some_and(|(namespace, _)| namespace == XSD) && !is_own {
            let beginning = self.xml.beginning(said);
            self.typed = beginning.map(|beginning| (beginning, now));
        }
    }

    /// Tells whether something was read already of what comes next, or is left of what came before.
    #[inline(always)]
    pub(super) fn is_busy(&self) -> bool {
        self.pending > 0 || !matches!(self.ahead, Ahead::Nothing) || self.seeking.is_active()
    }

    /// Takes the rest of a leaf whose attributes were read, where it stands as predicted.
    #[inline(always)]
    pub(super) fn plain_rest(&mut self, tag: &'static Tag) -> Option<Span> {
        let openings = self.known.get(tag.namespace)?.openings.as_ref()?;
        self.xml.take_rest(openings, &tag.name)
    }

    /// Takes the end of the start tag whose name was moved behind.
    #[inline]
    pub(super) fn plain_tag_end(&mut self, tag: &'static Tag) -> bool {
        let Some(known) = self.known.get(tag.namespace) else {
            return false;
        };
        let (Some(openings), Some(id)) = (&known.openings, known.id) else {
            return false;
        };
        self.xml.take_tag_end(openings, &tag.name, id)
    }
}

impl<'a> Known<'a> {
    pub(super) const NOTHING: Known<'a> = Known {
        id: None,
        openings: None,
        prefix: "",
        version: u64::MAX,
    };

    /// Tells whether the prefix is still bound to the namespace after bindings came or went.
    #[cold]
    fn revive(&mut self, xml: &xml::Reader<'a>, version: u64) -> bool {
        if self.openings.is_none() || self.id.is_none() || xml.resolve(self.prefix) != self.id {
            return false;
        }
        self.version = version;
        true
    }
}

#[cfg(test)]
mod tests;
