//! The restricted XPaths of identity constraints (part 1, 3.11.6), followed while elements start.

use crate::automaton::names::{NameId, Names, NamespaceId};
use crate::model::{Constraint, Path, Step};

/// The paths of one constraint.
#[derive(Debug)]
pub(in crate::validate) struct Routes {
    pub(super) selector: Vec<Route>,
    pub(super) fields: Vec<Vec<Route>>,
}

/// One alternative of a path.
#[derive(Debug)]
pub(super) struct Route {
    anywhere: bool,
    steps: Vec<Test>,
    pub(super) attribute: Option<Test>,
}

/// A name test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    Any,
    Namespace(NamespaceId),
    Name(NameId),
    /// A name that no component has.
    Never,
}

impl Test {
    pub(super) fn admits(self, namespace: NamespaceId, name: Option<NameId>) -> bool {
        match self {
            Test::Any => true,
            Test::Namespace(own) => own == namespace,
            Test::Name(own) => name == Some(own),
            Test::Never => false,
        }
    }
}

impl Routes {
    pub(in crate::validate) fn of(constraint: &Constraint, names: &Names) -> Routes {
        let route = |path: &Path| Route {
            anywhere: path.anywhere,
            steps: path.steps.iter().map(|step| test(step, names)).collect(),
            attribute: path.attribute.as_ref().map(|step| test(step, names)),
        };
        Routes {
            selector: constraint.selector.iter().map(route).collect(),
            fields: constraint
                .fields
                .iter()
                .map(|paths| paths.iter().map(route).collect())
                .collect(),
        }
    }
}

fn test(step: &Step, names: &Names) -> Test {
    match step {
        Step::Any => Test::Any,
        Step::Namespace(namespace) => Test::Namespace(names.namespace(namespace)),
        Step::Name(name) => names.find(name).map_or(Test::Never, Test::Name),
    }
}

/// How far a path has been followed from its context node to each of the open elements.
#[derive(Debug, Clone, Default)]
pub(super) struct Matcher {
    /// For each level below the context node a bit set: bit n is there where n steps are done. Levels at the end where
    /// nothing is done are left out.
    levels: Vec<u64>,
}

impl Matcher {
    /// Follows the path to an element that starts so many levels below the context node; tells whether the path selects it.
    #[inline]
    pub(super) fn step(
        &mut self,
        route: &Route,
        level: usize,
        namespace: NamespaceId,
        name: Option<NameId>,
    ) -> bool {
        let words = route.steps.len() / 64 + 1;
        if level == 0 {
            self.levels.clear();
            self.levels.resize(words, 0);
            if let Some(first) = self.levels.first_mut() {
                *first = 1;
            }
            return route.steps.is_empty();
        }
        self.levels.truncate(level * words);
        if self.levels.len() < level * words {
            return false;
        }
        self.advance(route, (level - 1) * words, words, namespace, name)
    }

    /// Adds the level below the one at `above`, unless nothing is done there.
    fn advance(
        &mut self,
        route: &Route,
        above: usize,
        words: usize,
        namespace: NamespaceId,
        name: Option<NameId>,
    ) -> bool {
        let here = self.levels.len();
        let mut any = route.anywhere;
        self.levels.resize(here + words, 0);
        if route.anywhere
            && let Some(first) = self.levels.get_mut(here)
        {
            *first = 1;
        }
        for word in 0..words {
            let mut bits = self.levels.get(above + word).copied().unwrap_or(0);
            while bits != 0 {
                let steps = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if route
                    .steps
                    .get(steps)
                    .is_some_and(|test| test.admits(namespace, name))
                    && let Some(slot) = self.levels.get_mut(here + (steps + 1) / 64)
                {
                    *slot |= 1 << ((steps + 1) % 64);
                    any = true;
                }
            }
        }
        let all = route.steps.len();
        let selects = self
            .levels
            .get(here + all / 64)
            .is_some_and(|bits| bits >> (all % 64) & 1 == 1);
        if !any {
            self.levels.truncate(here);
        }
        selects
    }
}
