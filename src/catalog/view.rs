//! Which writes a view of SQLite or MySQL takes: the database is asked to explain each, which runs nothing. PostgreSQL tells by its catalog.

use sqlx::{AssertSqlSafe, Database, Error, Executor};

use super::{Dialect, Generation, Table};
use crate::plan::Sql;

/// A write that a view may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// Of a new row.
    Insert,
    /// Of the column with this index.
    Update(usize),
    /// Of a row that goes.
    Delete,
}

/// Asks which writes a view takes; those that the role may not have explained are none.
pub(super) async fn taken<D: Database>(
    connection: &mut D::Connection,
    dialect: Dialect,
    view: &Table,
) -> Result<Vec<Taken>, Error>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    let mut taken = Vec::new();
    for (one, sql) in questions(dialect, view) {
        match connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await {
            Ok(_) => taken.push(one),
            Err(Error::Database(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(taken)
}

/// What each write is asked about with.
fn questions(dialect: Dialect, view: &Table) -> Vec<(Taken, String)> {
    let about = |verb: &str| {
        let mut sql = Sql::new(dialect);
        sql.push("explain ").push(verb).push(" ").table(view);
        sql
    };
    let mut insert = about("insert into");
    if dialect == Dialect::Mysql {
        // A column that is left out would need a default in the table below.
        let mut joint = " (";
        for column in &view.columns {
            insert
                .push(std::mem::replace(&mut joint, ", "))
                .name(&column.name);
        }
        let nulls = vec!["null"; view.columns.len()].join(", ");
        insert.push(") values (").push(&nulls).push(")");
    } else {
        insert.push(" default values");
    }
    let updates = view.columns.iter().enumerate().map(|(index, column)| {
        let mut update = about("update");
        update.push(" set ").name(&column.name);
        update.push(" = ").name(&column.name);
        (Taken::Update(index), update.text)
    });
    let mut questions = vec![
        (Taken::Insert, insert.text),
        (Taken::Delete, about("delete from").text),
    ];
    questions.extend(updates);
    questions
}

/// Keeps what the view takes of what the role may do; a column that no write reaches is made by the database.
pub(super) fn settle(view: &mut Table, taken: &[Taken]) {
    let takes = |one: Taken| taken.contains(&one);
    view.privileges.insert &= takes(Taken::Insert);
    view.privileges.delete &= takes(Taken::Delete);
    view.privileges.update &= taken.iter().any(|one| matches!(one, Taken::Update(_)));
    if taken.is_empty() {
        return;
    }
    for (index, column) in view.columns.iter_mut().enumerate() {
        let updated = takes(Taken::Update(index));
        column.insertable &= takes(Taken::Insert);
        column.updatable &= updated;
        if !takes(Taken::Insert) && !updated {
            column.generation = Generation::Computed;
        }
    }
}
