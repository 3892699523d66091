//! Which writes a view takes: the database is asked to explain each, which runs nothing. PostgreSQL tells by its catalog, but not of
//! columns that only the database makes in the table below.

use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;
use sqlx::postgres::PgDatabaseError;
use sqlx::{AssertSqlSafe, Database, Error, Executor, PgConnection, Postgres};

use super::{Column, Dialect, Generation, Table};
use crate::plan::Sql;

/// The writes that a view takes.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Of a new row, with these columns.
    insert: Option<Vec<usize>>,
    /// Of each of these columns.
    update: Vec<usize>,
    /// Of a row that goes.
    delete: bool,
}

/// Asks which writes a view of SQLite or MySQL takes, of those that the role may do; those that it may not have explained are none.
pub(super) async fn taken<D: Database>(
    connection: &mut D::Connection,
    dialect: Dialect,
    view: &Table,
) -> Result<Taken, Error>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    let may = view.privileges;
    let all: Vec<usize> = (0..view.columns.len()).collect();
    let mut free = all.clone();
    free.retain(|column| {
        let column = view.columns.get(*column);
        may.update && column.is_some_and(|column| column.updatable)
    });
    let mut taken = Taken::default();
    // SQLite takes a statement that a trigger is for, whatever else it writes, and asks nobody of that.
    let together = match dialect {
        Dialect::Mysql => together::<D>(connection, view, free.clone()).await?,
        _ => Together::Unknown,
    };
    match together {
        Together::These(columns) => taken.update = columns,
        // Nor is a row inserted into them or deleted.
        Together::OfSeveral => return Ok(taken),
        Together::Unknown => {
            for column in &free {
                let one = update(dialect, view, &[*column]);
                if refusal::<D>(connection, one).await?.is_none() {
                    taken.update.push(*column);
                }
            }
            // Of several tables each is taken alone, and not with another.
            let together = update(dialect, view, &taken.update);
            if taken.update.len() > 1 && refusal::<D>(connection, together).await?.is_some() {
                taken.update.clear();
            }
        }
    }
    if may.delete {
        let mut delete = about(dialect, "delete from");
        delete.table(view);
        taken.delete = refusal::<D>(connection, delete).await?.is_none();
    }
    // A column that only the database makes is not to be given.
    for columns in [all, taken.update.clone()] {
        if !may.insert || taken.insert.is_some() || columns.is_empty() {
            break;
        }
        let insert = insert(dialect, view, &columns);
        if refusal::<D>(connection, insert).await?.is_none() {
            taken.insert = Some(columns);
        }
    }
    Ok(taken)
}

/// What MySQL says of an update of columns of a view together, which spares a question for each.
enum Together {
    /// These are updated.
    These(Vec<usize>),
    /// They are of several tables, of which it writes to one at a time.
    OfSeveral,
    /// Something else is against it.
    Unknown,
}

async fn together<D: Database>(
    connection: &mut D::Connection,
    view: &Table,
    mut columns: Vec<usize>,
) -> Result<Together, Error>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    while !columns.is_empty() {
        let question = update(Dialect::Mysql, view, &columns);
        let Some(refused) = refusal::<D>(connection, question).await? else {
            return Ok(Together::These(columns));
        };
        let error = refused.try_downcast_ref::<MySqlDatabaseError>();
        match error.map(|error| (error.number(), error.message())) {
            Some((1393, _)) => return Ok(Together::OfSeveral),
            // `Column 'x' is not updatable`: the view's own name of it.
            Some((1348, message)) => {
                let name = message.split('\'').nth(1).unwrap_or_default();
                let found = view.find_column(name);
                let Some(place) = columns.iter().position(|one| Some(*one) == found) else {
                    return Ok(Together::Unknown);
                };
                columns.remove(place);
            }
            _ => return Ok(Together::Unknown),
        }
    }
    Ok(Together::These(columns))
}

/// What the database says against a statement; an error where it could not say.
async fn refusal<D: Database>(
    connection: &mut D::Connection,
    sql: Sql,
) -> Result<Option<Box<dyn DatabaseError>>, Error>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    match connection
        .execute(sqlx::raw_sql(AssertSqlSafe(sql.text)))
        .await
    {
        Ok(_) => Ok(None),
        Err(Error::Database(error)) if !passing(error.as_ref()) => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

/// Tells whether a statement failed since another was in its way, it took too long or the database went away.
fn passing(error: &dyn DatabaseError) -> bool {
    if let Some(error) = error.try_downcast_ref::<MySqlDatabaseError>() {
        return matches!(
            error.number(),
            1020 | 1040
                | 1053
                | 1203
                | 1205
                | 1226
                | 1213
                | 1317
                | 1927
                | 1969
                | 2006
                | 2013
                | 3024
        );
    }
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<PgDatabaseError>().is_some() {
        return code == "55P03" || ["08", "40", "53", "57"].iter().any(|c| code.starts_with(c));
    }
    code.parse::<i64>()
        .is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 9 | 10 | 14))
}

fn about(dialect: Dialect, verb: &str) -> Sql {
    let mut sql = Sql::new(dialect);
    // MySQL 9 cannot show an insert as the tree that it shows by default.
    sql.push(match dialect {
        Dialect::Mysql => "explain format = traditional ",
        _ => "explain ",
    });
    sql.push(verb).push(" ");
    sql
}

fn insert(dialect: Dialect, view: &Table, columns: &[usize]) -> Sql {
    let mut insert = about(dialect, "insert into");
    insert.table(view);
    if dialect != Dialect::Mysql {
        insert.push(" default values");
        return insert;
    }
    // A column that is left out would need a default in the table below.
    for (joint, column) in joined(" (", view, columns) {
        insert.push(joint).name(column);
    }
    let nulls = vec!["null"; columns.len()].join(", ");
    insert.push(") values (").push(&nulls).push(")");
    insert
}

fn update(dialect: Dialect, view: &Table, columns: &[usize]) -> Sql {
    let mut update = about(dialect, "update");
    update.table(view);
    for (joint, column) in joined(" set ", view, columns) {
        update.push(joint).name(column).push(" = ").name(column);
    }
    update
}

/// The names of columns, each with what stands before it.
fn joined<'t>(
    start: &'static str,
    view: &'t Table,
    columns: &'t [usize],
) -> impl Iterator<Item = (&'static str, &'t str)> {
    let names = columns
        .iter()
        .filter_map(|index| view.columns.get(*index))
        .map(|column| column.name.as_str());
    std::iter::once(start)
        .chain(std::iter::repeat(", "))
        .zip(names)
}

/// Lets a column of a view be made as the one is that it shows.
pub(super) fn take_over(column: &mut Column, generation: Generation) {
    column.generation = generation;
    // MySQL tells of a number that the database gives that its default is 0.
    column.default = None;
    column.insertable &= !column.made();
    column.updatable &= !column.made();
}

/// Keeps what the view takes of what the role may do; a column that no write reaches is made by the database.
pub(super) fn settle(view: &mut Table, taken: &Taken) {
    view.privileges.insert &= taken.insert.is_some();
    view.privileges.delete &= taken.delete;
    view.privileges.update &= !taken.update.is_empty();
    if taken.insert.is_none() && taken.update.is_empty() && !taken.delete {
        return;
    }
    for (index, column) in view.columns.iter_mut().enumerate() {
        let given = taken.insert.as_ref().is_some_and(|c| c.contains(&index));
        let updated = taken.update.contains(&index);
        column.insertable &= given;
        column.updatable &= updated;
        if !given && !updated {
            column.generation = Generation::Computed;
        }
    }
}

/// The views of PostgreSQL that may show a column that only the database makes.
pub(super) async fn over_generated(connection: &mut PgConnection) -> Result<Vec<i64>, Error> {
    sqlx::query_scalar(
        "with recursive below (view, oid) as (
           select oid, oid from pg_class where relkind = 'v' and pg_relation_is_updatable(oid, false) & 12 <> 0
             and relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
           union
           select b.view, d.refobjid from below b join pg_rewrite r on r.ev_class = b.oid
             join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass)
         select distinct b.view::int8 from below b join pg_attribute a on a.attrelid = b.oid
         where a.attnum > 0 and (a.attgenerated <> '' or a.attidentity = 'a')",
    )
    .fetch_all(connection)
    .await
}

/// Finds which columns of such a view are made by the database alone, inside the transaction that is open.
pub(super) async fn settle_generated(
    connection: &mut PgConnection,
    view: &mut Table,
) -> Result<(), Error> {
    for index in 0..view.columns.len() {
        let question = update(Dialect::Postgres, view, &[index]);
        connection
            .execute(sqlx::raw_sql("savepoint question"))
            .await?;
        let refused = refusal::<Postgres>(connection, question).await?;
        connection
            .execute(sqlx::raw_sql("rollback to savepoint question"))
            .await?;
        let made = refused.is_some_and(|error| error.code().as_deref() == Some("428C9"));
        if let Some(column) = view.columns.get_mut(index).filter(|_| made) {
            take_over(column, Generation::Computed);
        }
    }
    Ok(())
}
