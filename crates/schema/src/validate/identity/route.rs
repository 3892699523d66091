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
    /// For each level below the context node: the numbers of steps done there, ascending. Levels at the end where nothing is
    /// done are left out.
    levels: Vec<Vec<u32>>,
}

impl Matcher {
    /// Follows the path to an element that starts so many levels below the context node; tells whether the path selects it.
    pub(super) fn step(
        &mut self,
        route: &Route,
        level: usize,
        namespace: NamespaceId,
        name: Option<NameId>,
    ) -> bool {
        let all = route.steps.len() as u32;
        if level == 0 {
            self.levels.clear();
            self.levels.push(vec![0]);
            return all == 0;
        }
        self.levels.truncate(level);
        let Some(above) = self.levels.get(level - 1) else {
            return false;
        };
        let mut done = Vec::new();
        if route.anywhere {
            done.push(0);
        }
        for &steps in above {
            if route
                .steps
                .get(steps as usize)
                .is_some_and(|test| test.admits(namespace, name))
            {
                done.push(steps + 1);
            }
        }
        let selects = done.last() == Some(&all);
        if !done.is_empty() {
            self.levels.push(done);
        }
        selects
    }
}
