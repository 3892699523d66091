//! ID and IDREF: identifiers are unique in a document, and references to them lead somewhere (part 1, 3.3.4, cvc-id).

use std::collections::HashSet;

use soapstone::xml::Reader;

use crate::model::Builtin;
use crate::simple::Compiled;

use super::Sink;
use super::pass::{InDocument, Pass};

/// The identifiers of a document, and the references that have not met theirs yet.
#[derive(Debug, Default)]
pub(super) struct Ids {
    known: HashSet<Box<str>>,
    open: Vec<(Box<str>, usize)>,
}

impl<'a, S: Sink> Pass<'_, '_, 'a, S> {
    /// Takes note of a valid value whose type identifies or refers.
    pub(super) fn identify(
        &mut self,
        reader: &Reader<'a>,
        type_: &Compiled,
        lexical: &str,
        offset: usize,
    ) {
        let ids = &mut self.ids;
        let mut twice = None;
        type_.identifiers(lexical, &InDocument { reader }, &mut |builtin, id| {
            if builtin == Builtin::Id {
                if !ids.known.insert(id.into()) {
                    twice = Some(id.to_owned());
                }
            } else if !ids.known.contains(id) {
                ids.open.push((id.into(), offset));
            }
        });
        if let Some(id) = twice {
            self.violation(
                reader,
                "cvc-id.2",
                offset,
                format!("the ID {id:?} is there twice"),
            );
        }
    }

    /// Checks, at the end, that every reference led somewhere.
    pub(super) fn identifiers(&mut self, reader: &Reader<'a>) {
        let open = std::mem::take(&mut self.ids.open);
        for (id, offset) in open {
            if !self.ids.known.contains(&id) {
                self.violation(
                    reader,
                    "cvc-id.1",
                    offset,
                    format!("there is no ID {id:?} that this refers to"),
                );
            }
        }
    }
}
