//! The tokens of declarations: names, literals, identifiers (XML 1.0, 2.3 and 4.2.2).

use crate::xml::chars::{is_name, is_ncname, is_space};
use crate::xml::error::ErrorKind;

/// What is wrong, and where in the source.
pub(super) type Wrong = (usize, ErrorKind);

/// A place in the source, or in a parameter entity.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    /// Where the text starts in the source, if it is there.
    pub(super) base: Option<usize>,
    /// Where errors are told if it is not there.
    pub(super) told: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn offset(&self) -> usize {
        self.base.map_or(self.told, |base| base + self.at)
    }

    pub(super) fn wrong<T>(&self, what: &'static str) -> Result<T, Wrong> {
        Err((self.offset(), ErrorKind::Syntax(what)))
    }

    pub(super) fn take(&mut self, token: &str) -> bool {
        let there = self.rest().starts_with(token);
        if there {
            self.at += token.len();
        }
        there
    }

    pub(super) fn expect(&mut self, token: &str, what: &'static str) -> Result<(), Wrong> {
        if self.take(token) {
            Ok(())
        } else {
            self.wrong(what)
        }
    }

    pub(super) fn skip_space(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.bytes().take_while(|byte| is_space(*byte)).count();
        self.at += length;
        length > 0
    }

    pub(super) fn space(&mut self) -> Result<(), Wrong> {
        if self.skip_space() {
            Ok(())
        } else {
            self.wrong("white space is due here")
        }
    }

    pub(super) fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest
            .find(|c: char| {
                c.is_ascii()
                    && !matches!(c, '0'..='9' | 'a'..='z' | 'A'..='Z' | '_' | '-' | '.' | ':')
            })
            .unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// A name; colons are told apart by the caller.
    pub(super) fn name(&mut self) -> Result<&'t str, Wrong> {
        let start = self.offset();
        let word = self.word();
        if is_name(word) {
            Ok(word)
        } else {
            Err((start, ErrorKind::Syntax("a name is due here")))
        }
    }

    /// An element's or attribute's name.
    pub(super) fn qname(&mut self) -> Result<&'t str, Wrong> {
        let start = self.offset();
        let name = self.name()?;
        let legal = match name.split_once(':') {
            Some((prefix, local)) => is_ncname(prefix) && is_ncname(local),
            None => true,
        };
        if legal {
            Ok(name)
        } else {
            Err((start, ErrorKind::Name(name.into())))
        }
    }

    /// A name without a colon (Namespaces in XML 1.0, 7).
    pub(super) fn ncname(&mut self) -> Result<&'t str, Wrong> {
        let start = self.offset();
        let name = self.name()?;
        if is_ncname(name) {
            Ok(name)
        } else {
            Err((start, ErrorKind::Name(name.into())))
        }
    }

    /// The inside of a quoted literal; the cursor is left behind it.
    pub(super) fn literal(&mut self) -> Result<(usize, &'t str), Wrong> {
        let rest = self.rest();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return self.wrong("a quoted literal is due here");
        };
        let Some((inside, _)) = rest.get(1..).unwrap_or_default().split_once(quote) else {
            return self.wrong("a literal has no end");
        };
        let start = self.at + 1;
        self.at = start + inside.len() + 1;
        Ok((start, inside))
    }

    pub(super) fn public_literal(&mut self) -> Result<(), Wrong> {
        let told = self.offset();
        let (_, inside) = self.literal()?;
        let legal = inside.chars().all(|c| {
            matches!(c, ' ' | '\r' | '\n' | 'a'..='z' | 'A'..='Z' | '0'..='9')
                || "-'()+,./:=?;!*#@$_%".contains(c)
        });
        if legal {
            Ok(())
        } else {
            Err((
                told,
                ErrorKind::Syntax("a public identifier holds other characters than it may"),
            ))
        }
    }

    /// `SYSTEM "…"` or `PUBLIC "…" "…"`; tells whether there is one. A notation may leave out the system literal.
    pub(super) fn external_id(&mut self, notation: bool) -> Result<bool, Wrong> {
        if self.take("SYSTEM") {
            self.space()?;
        } else if self.take("PUBLIC") {
            self.space()?;
            self.public_literal()?;
            let spaced = self.skip_space();
            let literal = self.rest().starts_with(['"', '\'']);
            if notation && !literal {
                return Ok(true);
            }
            if !spaced {
                return self.wrong("white space is due here");
            }
        } else {
            return Ok(false);
        }
        self.literal()?;
        Ok(true)
    }

    pub(super) fn close(&mut self) -> Result<(), Wrong> {
        self.skip_space();
        self.expect(">", "a declaration has no >")
    }
}
