//! Wildcards as sets of namespaces (XSD 1.0 part 1, 3.10.6).

use crate::model::Namespaces;

/// "Wildcard Subset": everything that the first admits, the second admits.
pub(crate) fn subset(sub: &Namespaces, of: &Namespaces) -> bool {
    match (sub, of) {
        (_, Namespaces::Any) => true,
        (Namespaces::Any, _) => false,
        (Namespaces::Not(sub), Namespaces::Not(of)) => sub == of || of.is_empty(),
        (Namespaces::Not(_), Namespaces::In(_)) => false,
        (Namespaces::In(list), of) => list
            .iter()
            .all(|uri| crate::automaton::names::admits(of, uri)),
    }
}
