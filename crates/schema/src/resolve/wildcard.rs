//! Wildcards and their set operations (XSD 1.0 part 1, 3.10.6).

use std::sync::Arc;

use super::{At, Resolver};
use crate::document::schema::{Admits, Admitted, Wildcard};
use crate::model::{self, Namespaces};

impl Resolver<'_, '_> {
    pub(super) fn wildcard(&mut self, at: At, written: &Wildcard) -> model::Wildcard {
        let target = self.namespace(at);
        let namespaces = match &written.admits {
            Admits::Any => Namespaces::Any,
            Admits::Other => Namespaces::Not(target),
            Admits::These(list) => {
                let mut names: Vec<Arc<str>> = Vec::new();
                for entry in list {
                    let name = match entry {
                        Admitted::Target => target.clone(),
                        Admitted::Local => Arc::default(),
                        Admitted::Namespace(name) => name.clone(),
                    };
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                Namespaces::In(names)
            }
        };
        model::Wildcard {
            namespaces,
            process: written.process,
            annotation: written.annotation.clone(),
        }
    }
}

/// cos-aw-intersect; `None` where the intersection can't be expressed.
pub(super) fn intersection(a: &Namespaces, b: &Namespaces) -> Option<Namespaces> {
    use Namespaces::{Any, In, Not};
    Some(match (a, b) {
        (a, b) if a == b => a.clone(),
        (Any, other) | (other, Any) => other.clone(),
        (Not(not), In(list)) | (In(list), Not(not)) => In(list
            .iter()
            .filter(|name| *name != not && !name.is_empty())
            .cloned()
            .collect()),
        (In(a), In(b)) => In(a.iter().filter(|name| b.contains(name)).cloned().collect()),
        // 6: of "not none" and "not that name" the second is the narrower, since it leaves out none too.
        (Not(none), Not(name)) | (Not(name), Not(none)) if none.is_empty() => Not(name.clone()),
        (Not(_), Not(_)) => return None,
    })
}

/// cos-aw-union; `None` where the union can't be expressed.
pub(super) fn union(a: &Namespaces, b: &Namespaces) -> Option<Namespaces> {
    use Namespaces::{Any, In, Not};
    let none: Arc<str> = Arc::default();
    Some(match (a, b) {
        (a, b) if a == b => a.clone(),
        (Any, _) | (_, Any) => Any,
        (In(a), In(b)) => {
            let mut list = a.clone();
            list.extend(b.iter().filter(|name| !a.contains(name)).cloned());
            In(list)
        }
        (Not(_), Not(_)) => Not(none),
        (Not(not), In(list)) | (In(list), Not(not)) => {
            match (list.contains(not), list.contains(&none)) {
                // 6: for "not none" the two questions are one.
                (_, with_none) if not.is_empty() => match with_none {
                    true => Any,
                    false => Not(none),
                },
                (true, true) => Any,
                (true, false) => Not(none),
                (false, true) => return None,
                (false, false) => Not(not.clone()),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `any`, `!name`, or a list in which `-` stands for "no namespace".
    fn set(text: &str) -> Namespaces {
        match (text, text.strip_prefix('!')) {
            ("any", _) => Namespaces::Any,
            (_, Some(name)) => Namespaces::Not(name.into()),
            _ => Namespaces::In(
                text.split(' ')
                    .map(|name| name.trim_matches('-').into())
                    .collect(),
            ),
        }
    }

    #[test]
    fn follows_the_tables_of_the_specification() {
        for (a, b, both, either) in [
            ("any", "a", Some("a"), Some("any")),
            ("!a", "!a", Some("!a"), Some("!a")),
            ("!a", "!b", None, Some("!")),
            ("!", "!a", Some("!a"), Some("!")),
            ("!a", "a b", Some("b"), Some("!")),
            ("!a", "b c", Some("b c"), Some("!a")),
            ("!a", "- b a", Some("b"), Some("any")),
            ("!a", "- b", Some("b"), None),
            ("!", "- b", Some("b"), Some("any")),
            ("!", "a b", Some("a b"), Some("!")),
            ("a b", "b c", Some("b"), Some("a b c")),
        ] {
            let (a, b) = (set(a), set(b));
            assert_eq!(intersection(&a, &b), both.map(set), "{a:?} and {b:?}");
            assert_eq!(union(&a, &b), either.map(set), "{a:?} or {b:?}");
        }
    }
}
