//! What a role of MySQL or MariaDB may do that no column tells: from which tables it may delete.

use sqlx::Row;

/// The tables that the role may delete from; `None` means all of them.
pub(super) async fn may_delete(
    connection: &mut sqlx::MySqlConnection,
    schema: &str,
) -> Result<Option<Vec<String>>, sqlx::Error> {
    let rows: Vec<(Option<String>,)> = sqlx::query_as(
        "select cast(null as char) from information_schema.user_privileges where privilege_type = 'DELETE'
         union select cast(null as char) from information_schema.schema_privileges
           where privilege_type = 'DELETE' and ? like table_schema
         union select cast(table_name as char) from information_schema.table_privileges
           where privilege_type = 'DELETE' and table_schema = ?",
    )
    .bind(schema)
    .bind(schema)
    .fetch_all(&mut *connection)
    .await?;
    let mut tables: Vec<Option<String>> = rows.into_iter().map(|(table,)| table).collect();
    for grant in role_grants(connection).await? {
        let Some((on, table)) = deletes(&grant) else {
            continue;
        };
        let (here,): (bool,) = sqlx::query_as("select ? like ?")
            .bind(schema)
            .bind(on)
            .fetch_one(&mut *connection)
            .await?;
        if here {
            tables.push(table);
        }
    }
    Ok(tables.into_iter().collect())
}

/// What the roles in force grant, which the tables of privileges leave out.
async fn role_grants(connection: &mut sqlx::MySqlConnection) -> Result<Vec<String>, sqlx::Error> {
    let (roles,): (Option<String>,) = sqlx::query_as("select cast(current_role() as char)")
        .fetch_one(&mut *connection)
        .await?;
    let show = match roles.as_deref() {
        None | Some("NONE" | "") => return Ok(Vec::new()),
        // MySQL names several, quoted and with their hosts.
        Some(roles) if roles.starts_with('`') => {
            format!("show grants for current_user() using {roles}")
        }
        Some(_) => "show grants for current_role".to_owned(),
    };
    let rows = sqlx::query(sqlx::AssertSqlSafe(show))
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| row.try_get_unchecked(0)).collect()
}

/// The databases (a pattern of `like`) and the table, or all, that a grant lets delete from.
fn deletes(grant: &str) -> Option<(String, Option<String>)> {
    let (privileges, rest) = grant.strip_prefix("GRANT ")?.split_once(" ON ")?;
    let mut privileges = privileges.split(", ");
    if !privileges.any(|one| matches!(one, "DELETE" | "ALL PRIVILEGES")) {
        return None;
    }
    let (on, _) = rest.split_once(" TO ")?;
    let name = |quoted: &str| quoted.trim_matches('`').replace("``", "`");
    match on.split_once("`.").or_else(|| on.split_once("*.")) {
        Some(("", "*")) => Some(("%".to_owned(), None)),
        Some((schema, "*")) => Some((name(schema), None)),
        Some((schema, table)) => Some((name(schema), Some(name(table)))),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::deletes;

    #[test]
    fn what_a_grant_lets_delete() {
        for (grant, found) in [
            (
                "GRANT SELECT, DELETE ON `crm\\_1`.* TO `a`@`%`",
                Some(("crm\\_1", None)),
            ),
            ("GRANT ALL PRIVILEGES ON *.* TO `a`@`%`", Some(("%", None))),
            (
                "GRANT SELECT (`a`), DELETE ON `c``d`.`t` TO `a`@`%`",
                Some(("c`d", Some("t"))),
            ),
            ("GRANT SELECT ON `crm`.* TO `a`@`%`", None),
            ("GRANT `writer`@`%` TO `a`@`%`", None),
        ] {
            let expected = found.map(|(on, table)| (on.to_owned(), table.map(str::to_owned)));
            assert_eq!(deletes(grant), expected, "{grant}");
        }
    }
}
