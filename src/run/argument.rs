//! Which argument of a routine the database refuses: asked one by one where the call was refused, when nothing is left of it.

use super::error::{Failure, explain};
use super::session::Session;
use crate::call::{Call, Value};
use crate::catalog::{Catalog, RoutineId};
use crate::database::Database;
use crate::plan;
use crate::problem::{RunError, RunErrorKind};

/// Says which argument a routine's error is about, where the argument alone is refused for the same reason; any other error as it is.
pub async fn tell_argument(
    database: &Database,
    catalog: &Catalog,
    call: &Call,
    mut error: RunError,
) -> RunError {
    let Call::Routine { routine, arguments } = call else {
        return error;
    };
    let of_a_value = matches!(
        error.kind,
        RunErrorKind::OutOfRange(_) | RunErrorKind::Check(_) | RunErrorKind::NotNull(_)
    );
    if !of_a_value {
        return error;
    }
    if let Some(told) = told(catalog, *routine, arguments, &error) {
        error.place.columns = vec![told];
        return error;
    }
    let Ok(mut session) = Session::lend(database).await else {
        return error;
    };
    for (index, value) in arguments {
        let Ok(Some(statement)) = plan::argument(catalog, *routine, *index, value) else {
            continue;
        };
        let Err(failure) = session.execute(&statement).await else {
            continue;
        };
        if failure.lost() {
            return error;
        }
        if explain(catalog, None, failure).kind == error.kind {
            error.place.columns = vec![*index];
            break;
        }
    }
    session.keep();
    error
}

/// The parameter of `Incorrect inet6 value: 'v' for column ``.``.`p` at row 1`, where `v` is what was given for it: MariaDB names any variable
/// like a column of no table, one inside the routine too. Of a long value it quotes the beginning, with dots behind.
fn told(
    catalog: &Catalog,
    id: RoutineId,
    arguments: &[(usize, Value)],
    error: &RunError,
) -> Option<usize> {
    let failure = error.source.as_ref()?.0.downcast_ref::<Failure>()?;
    let Failure::Database(sqlx::Error::Database(error)) = failure else {
        return None;
    };
    let (before, name) = error.message().rsplit_once("' for column ``.``.`")?;
    let (_, quoted) = before.split_once(" value: '")?;
    let name = name.split('`').next()?;
    let mut parameters = catalog.routine(id)?.parameters.iter();
    let place = parameters.position(|parameter| parameter.name == name)?;
    let given = arguments.iter().find(|(index, _)| *index == place);
    let (_, Value::Text(given)) = given? else {
        return None;
    };
    let start = quoted.strip_suffix("...").unwrap_or(quoted);
    (given == quoted || (start.len() >= 64 && given.starts_with(start))).then_some(place)
}
