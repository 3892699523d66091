//! Which argument of a routine the database refuses: asked one by one where the call was refused, when nothing is left of it.

use super::error::{Failure, explain};
use super::session::Session;
use crate::call::Value;
use crate::catalog::Catalog;
use crate::plan::{self, RoutinePlan};
use crate::problem::{RunError, RunErrorKind};

/// Says which argument an error is about, where the argument alone is refused for the same reason; any other error as it is. Answers whether
/// the connection can still be used.
pub(super) async fn tell(
    session: &mut Session,
    catalog: &Catalog,
    plan: &RoutinePlan,
    error: &mut RunError,
) -> bool {
    let of_a_value = matches!(
        error.kind,
        RunErrorKind::OutOfRange(_) | RunErrorKind::Check(_) | RunErrorKind::NotNull(_)
    );
    if !of_a_value {
        return true;
    }
    if let Some(told) = told(catalog, plan, error) {
        error.place.columns = vec![told];
        return true;
    }
    for (index, value) in plan.arguments.iter() {
        let Ok(Some(statement)) = plan::argument(catalog, plan.routine, *index, value) else {
            continue;
        };
        let Err(failure) = session.execute(&statement).await else {
            continue;
        };
        if failure.lost() {
            return false;
        }
        if explain(catalog, None, failure).kind == error.kind {
            error.place.columns = vec![*index];
            break;
        }
    }
    true
}

/// The parameter of `Incorrect inet6 value: 'v' for column ``.``.`p` at row 1`, where `v` is what was given for it: MariaDB names any variable
/// like a column of no table, one inside the routine too. Of a long value it quotes the beginning, with dots behind.
fn told(catalog: &Catalog, plan: &RoutinePlan, error: &RunError) -> Option<usize> {
    let failure = error.source.as_ref()?.0.downcast_ref::<Failure>()?;
    let Failure::Database(sqlx::Error::Database(error)) = failure else {
        return None;
    };
    let (before, name) = error.message().rsplit_once("' for column ``.``.`")?;
    let (_, quoted) = before.split_once(" value: '")?;
    let name = name.split('`').next()?;
    let mut parameters = catalog.routine(plan.routine)?.parameters.iter();
    let place = parameters.position(|parameter| parameter.name == name)?;
    let given = plan.arguments.iter().find(|(index, _)| *index == place);
    let (_, Value::Text(given)) = given? else {
        return None;
    };
    let start = quoted.strip_suffix("...").unwrap_or(quoted);
    (given == quoted || (start.len() >= 64 && given.starts_with(start))).then_some(place)
}
