//! Element type declarations, of which only the syntax matters here (XML 1.0, 3.2).

use super::cursor::{Cursor, Wrong};

/// How deep the groups of a content model may stand inside each other.
const GROUP_DEPTH: usize = 64;

/// `<!ELEMENT name EMPTY>`, `ANY`, or a content model.
pub(super) fn element(cursor: &mut Cursor<'_>) -> Result<(), Wrong> {
    cursor.space()?;
    cursor.qname()?;
    cursor.space()?;
    if cursor.take("EMPTY") || cursor.take("ANY") {
        return cursor.close();
    }
    cursor.expect("(", "a content model is due here")?;
    cursor.skip_space();
    if cursor.take("#PCDATA") {
        let mut names = 0;
        loop {
            cursor.skip_space();
            if cursor.take(")") {
                if !cursor.take("*") && names > 0 {
                    return cursor.wrong("mixed content has no *");
                }
                return cursor.close();
            }
            cursor.expect("|", "mixed content has no )")?;
            cursor.skip_space();
            cursor.qname()?;
            names += 1;
        }
    }
    group(cursor, 0)?;
    cursor.close()
}

/// Reads a group behind its `(`.
fn group(cursor: &mut Cursor<'_>, depth: usize) -> Result<(), Wrong> {
    if depth >= GROUP_DEPTH {
        return cursor.wrong("a content model is too deep");
    }
    let mut separator = None;
    loop {
        cursor.skip_space();
        if cursor.take("(") {
            group(cursor, depth + 1)?;
        } else {
            cursor.qname()?;
            occurrence(cursor);
        }
        cursor.skip_space();
        if cursor.take(")") {
            occurrence(cursor);
            return Ok(());
        }
        let found = cursor
            .rest()
            .chars()
            .next()
            .filter(|c| matches!(c, '|' | ','));
        if found.is_none() || separator.is_some_and(|separator| Some(separator) != found) {
            return cursor.wrong("a content model is broken");
        }
        separator = found;
        cursor.at += 1;
    }
}

fn occurrence(cursor: &mut Cursor<'_>) {
    if cursor.rest().starts_with(['?', '*', '+']) {
        cursor.at += 1;
    }
}
