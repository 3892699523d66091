//! Where the columns of a view of MySQL or MariaDB come from: read off the text that the server keeps of it, in which every column is
//! written with its table. What is more than a column is no origin.

use std::collections::{BTreeSet, HashMap};

use super::mysql_types::generation;
use super::{Generation, Table, view};

/// A column by its schema, its table or view, and its name.
type Whole = (String, String, String);

/// The columns of views that come from below: the view's place, its column, and what that is below.
pub(super) type Origins = Vec<(usize, String, Whole)>;

/// Finds the origins of the columns of views, each with its text.
pub(super) fn view_origins(views: &[(String, String)], places: &HashMap<String, usize>) -> Origins {
    let mut found = Vec::new();
    for (name, definition) in views {
        let Some(view) = places.get(name) else {
            continue;
        };
        let origins = origins(definition).into_iter();
        found.extend(origins.map(|(column, whole)| (*view, column, whole)));
    }
    found
}

/// What the tables in other schemas that views show have columns of whose values the database makes, or may make.
pub(super) async fn made_elsewhere(
    connection: &mut sqlx::MySqlConnection,
    schema: &str,
    origins: &Origins,
) -> Result<HashMap<Whole, Generation>, sqlx::Error> {
    let others: BTreeSet<&str> = origins
        .iter()
        .map(|(_, _, (other, _, _))| other.as_str())
        .filter(|other| *other != schema)
        .collect();
    let mut made = HashMap::new();
    for other in others {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "select cast(table_name as char), cast(column_name as char), lower(cast(extra as char))
             from information_schema.columns where table_schema = ? and extra <> ''",
        )
        .bind(other)
        .fetch_all(&mut *connection)
        .await?;
        made.extend(
            rows.into_iter().map(|(table, column, extra)| {
                ((other.to_owned(), table, column), generation(&extra))
            }),
        );
    }
    Ok(made)
}

/// Lets columns of views be made as those are that they show: the server tells it of tables only, and MariaDB takes a statement that writes
/// a generated column until there is a row.
pub(super) fn take_over_generation(
    tables: &mut [Table],
    mut left: Origins,
    elsewhere: HashMap<Whole, Generation>,
) {
    let mut made = made(tables);
    made.extend(elsewhere);
    // A view may be over views, and those come in any order.
    loop {
        let before = left.len();
        left.retain(|(view, name, below)| {
            let (Some(generation), Some(view)) = (made.get(below).copied(), tables.get_mut(*view))
            else {
                return true;
            };
            let column = view.columns.iter_mut().find(|column| column.name == *name);
            if let Some(column) = column.filter(|_| generation != Generation::None) {
                view::take_over(column, generation);
            }
            let whole = (view.schema.clone(), view.name.clone(), name.clone());
            made.insert(whole, generation);
            false
        });
        if left.len() == before {
            break;
        }
    }
}

/// The same of the schema's own tables.
fn made(tables: &[Table]) -> HashMap<Whole, Generation> {
    let mut made = HashMap::new();
    for table in tables.iter().filter(|table| !table.kind.is_view()) {
        for column in &table.columns {
            if column.generation != Generation::None {
                let whole = (
                    table.schema.clone(),
                    table.name.clone(),
                    column.name.clone(),
                );
                made.insert(whole, column.generation);
            }
        }
    }
    made
}

#[derive(Debug, PartialEq, Eq)]
enum Token<'t> {
    /// An identifier in back quotes, without them.
    Name(String),
    Word(&'t str),
    Mark(char),
}

/// Finds the columns of a view that come from below, each with the column that it is there.
///
/// ``select `x`.`w` AS `width` from `crm`.`parcel` `x` ``  →  `width` is `w` of `parcel` in `crm`
fn origins(definition: &str) -> Vec<(String, Whole)> {
    let tokens = tokens(definition);
    let from = outermost(&tokens, |token| is_word(token, "from")).next();
    let Some((selected, from)) = from.and_then(|at| tokens.split_at_checked(at)) else {
        return Vec::new();
    };
    let tables = tables(from);
    let mut found = Vec::new();
    let mut start = 0;
    for end in outermost(selected, |token| *token == Token::Mark(',')).chain([selected.len()]) {
        let item = selected.get(start..end).unwrap_or_default();
        start = end + 1;
        // The first stands behind `select`.
        let words = item
            .iter()
            .take_while(|token| matches!(token, Token::Word(_)))
            .count();
        let (of, below, column) = match item.get(words..).unwrap_or_default() {
            [
                Token::Name(of),
                Token::Mark('.'),
                Token::Name(below),
                _,
                Token::Name(column),
            ]
            | [
                _,
                Token::Mark('.'),
                Token::Name(of),
                Token::Mark('.'),
                Token::Name(below),
                _,
                Token::Name(column),
            ] => (of, below, column),
            _ => continue,
        };
        let table = tables.iter().find(|(alias, _, _)| *alias == of);
        found.extend(table.map(|(_, schema, table)| {
            let whole = ((*schema).clone(), (*table).clone(), below.clone());
            (column.clone(), whole)
        }));
    }
    found
}

/// The tables of a `from`: what each is called there, its schema and its name. Columns in conditions look like tables that nothing asks for.
fn tables<'t>(from: &'t [Token<'_>]) -> Vec<(&'t String, &'t String, &'t String)> {
    let mut tables = Vec::new();
    for at in 0..from.len() {
        if let [
            Token::Name(schema),
            Token::Mark('.'),
            Token::Name(table),
            next @ ..,
        ] = from.get(at..).unwrap_or_default()
            && next.first() != Some(&Token::Mark('.'))
        {
            let alias = match next.first() {
                Some(Token::Name(alias)) => alias,
                _ => table,
            };
            tables.push((alias, schema, table));
        }
    }
    tables
}

/// The places of tokens that stand in no parentheses.
fn outermost<'t>(
    tokens: &'t [Token<'_>],
    is: impl Fn(&Token<'_>) -> bool + 't,
) -> impl Iterator<Item = usize> + 't {
    let mut depth = 0_usize;
    tokens.iter().enumerate().filter_map(move |(at, token)| {
        match token {
            Token::Mark('(') => depth += 1,
            Token::Mark(')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0 && is(token)).then_some(at)
    })
}

fn is_word(token: &Token<'_>, word: &str) -> bool {
    matches!(token, Token::Word(one) if one.eq_ignore_ascii_case(word))
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let after = match first {
            '`' => {
                let (name, after) = quoted(rest);
                tokens.push(Token::Name(name));
                after
            }
            '\'' | '"' => {
                tokens.push(Token::Mark('\''));
                quoted(rest).1
            }
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
                tokens.push(Token::Word(word));
                after
            }
            mark => {
                tokens.push(Token::Mark(mark));
                rest.get(mark.len_utf8()..).unwrap_or_default()
            }
        };
        rest = after.trim_start();
    }
    tokens
}

/// What stands in quotes at the start of a text, and what comes after them; doubled quotes are one.
fn quoted(text: &str) -> (String, &str) {
    let mut chars = text.char_indices();
    let quote = chars.next().map_or('`', |(_, quote)| quote);
    let mut inside = String::new();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if quote != '`' => inside.extend(chars.next().map(|(_, c)| c)),
            c if c == quote => {
                let after = text.get(at + c.len_utf8()..).unwrap_or_default();
                if !after.starts_with(quote) {
                    return (inside, after);
                }
                chars.next();
                inside.push(quote);
            }
            c => inside.push(c),
        }
    }
    (inside, "")
}

#[cfg(test)]
mod tests {
    use super::origins;

    #[test]
    fn columns_of_views_by_their_origin() {
        for (definition, expected) in [
            (
                "select `crm`.`g`.`id` AS `id`,`crm`.`g`.`a` AS `b,c`,`crm`.`g`.`w` + 1 AS `r` from `crm`.`g`",
                &["id=crm.g.id", "b,c=crm.g.a"][..],
            ),
            (
                "select `x`.`a``b` AS `q`,`f`(`x`.`c`,'it''s \\' from',`y`.`d`) AS `e`,`y`.`d` AS `d` from (`crm`.`g` `x` join `other`.`from` `y` on(`x`.`id` = `y`.`id`))",
                &["q=crm.g.a`b", "d=other.from.d"],
            ),
            (
                "select 1 AS `one`,(select `crm`.`g`.`id` from `crm`.`g`) AS `two`",
                &[],
            ),
        ] {
            let found: Vec<String> = origins(definition)
                .into_iter()
                .map(|(column, (schema, table, below))| {
                    format!("{column}={schema}.{table}.{below}")
                })
                .collect();
            assert_eq!(found, expected, "{definition}");
        }
    }
}
