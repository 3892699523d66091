//! Of several changes of a record, those that a message is made of.

use std::collections::HashMap;

use crate::capture::log::{Change, Fields, Kind};

/// Of the changes of one record, those that say something: a message carries the state that the record has now, so of several in a
/// row the last stands for all, as an insert where one of them was; and what came and went again was never there.
pub(super) fn coalesced(changes: &[Change]) -> Vec<Change> {
    let mut kept: Vec<Option<Change>> = Vec::with_capacity(changes.len());
    let mut place: HashMap<&Fields, usize> = HashMap::new();
    for change in changes {
        let before = place
            .remove(&change.key)
            .and_then(|at| kept.get_mut(at)?.take());
        let new = before.is_some_and(|before| before.kind == Kind::Insert);
        let mut change_kept = change.clone();
        match (change.kind, new) {
            (Kind::Delete, true) => continue,
            (Kind::Delete, false) => {}
            (_, true) => change_kept.kind = Kind::Insert,
            (_, false) => {}
        }
        if change.kind != Kind::Delete {
            place.insert(&change.key, kept.len());
        }
        kept.push(Some(change_kept));
    }
    kept.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Change {
        /// A change of a record with this key, as a test needs one.
        pub(in crate::flow) fn of_key(id: i64, key: &str, kind: Kind) -> Change {
            Change {
                id,
                at: 0,
                schema: String::new(),
                table: String::new(),
                kind,
                key: vec![("id".to_owned(), Some(key.to_owned()))],
                columns: None,
                before: None,
                after: None,
                origin: None,
                correlation: None,
                version: None,
            }
        }
    }

    #[test]
    fn of_the_changes_of_a_record_those_are_kept_that_say_something() {
        use Kind::{Delete, Insert, Update};
        let check = |given: &[(&str, Kind)], wanted: &[(i64, Kind)]| {
            let changes: Vec<Change> = given
                .iter()
                .zip(1..)
                .map(|((key, kind), id)| Change::of_key(id, key, *kind))
                .collect();
            let kept: Vec<(i64, Kind)> = coalesced(&changes)
                .iter()
                .map(|change| (change.id, change.kind))
                .collect();
            assert_eq!(kept, wanted, "{given:?}");
        };
        check(
            &[("a", Update), ("b", Update), ("a", Update)],
            &[(2, Update), (3, Update)],
        );
        check(
            &[("a", Insert), ("a", Update), ("a", Update)],
            &[(3, Insert)],
        );
        check(
            &[("a", Insert), ("a", Update), ("a", Delete), ("b", Insert)],
            &[(4, Insert)],
        );
        check(
            &[("a", Update), ("a", Delete), ("a", Insert)],
            &[(2, Delete), (3, Insert)],
        );
    }
}
