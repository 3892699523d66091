//! Which argument of a routine the database refuses: asked one by one where the call was refused, when nothing is left of it.

use super::error::{Failure, explain};
use super::session::Session;
use crate::call::Call;
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
    let told = told(catalog, *routine, &error);
    if !told.is_empty() {
        error.place.columns = told;
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

/// The parameter of `Incorrect inet6 value: 'v' for column ``.``.`p` at row 1`: MariaDB names a variable like a column of no table.
fn told(catalog: &Catalog, id: RoutineId, error: &RunError) -> Vec<usize> {
    let failure = error.source.as_ref();
    let failure = failure.and_then(|inner| inner.0.downcast_ref::<Failure>());
    let (Some(Failure::Database(sqlx::Error::Database(error))), Some(routine)) =
        (failure, catalog.routine(id))
    else {
        return Vec::new();
    };
    let name = error.message().rsplit_once(" for column ``.``.`");
    let name = name.and_then(|(_, rest)| rest.split('`').next());
    let parameters = routine.parameters.iter();
    let place = name.and_then(|name| parameters.map(|p| &p.name).position(|known| known == name));
    place.into_iter().collect()
}
