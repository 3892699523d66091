//! Where the columns of a view of MySQL or MariaDB come from: read off the text that the server keeps of it, in which every column is
//! written with its table. What is more than a column is no origin.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::mysql_types::generation;
use super::{Generation, SqlType, Table, view};

/// A column by its schema, its table or view, and its name.
type Whole = (String, String, String);

/// The columns of views that come from below: the view's place, its column, and what that is below.
pub(super) type Origins = Vec<(usize, String, Whole)>;

/// Finds the origins of the columns of views, each with its text; `names` are those of the columns by the place of their table and their own,
/// since the text may keep others.
pub(super) fn view_origins(
    views: &[(String, String)],
    places: &HashMap<String, usize>,
    names: &HashMap<(usize, usize), String>,
) -> Origins {
    let mut found = Vec::new();
    for (name, definition) in views {
        let Some(view) = places.get(name) else {
            continue;
        };
        let origins = origins(definition).into_iter();
        found.extend(origins.filter_map(|(at, whole)| {
            let column = names.get(&(*view, at))?;
            Some((*view, column.clone(), whole))
        }));
    }
    found
}

/// Who makes the values of the columns of the tables in other schemas that views show. Of views there it is not known.
pub(super) async fn made_elsewhere(
    connection: &mut sqlx::MySqlConnection,
    schema: &str,
    origins: &Origins,
) -> Result<HashMap<Whole, Generation>, sqlx::Error> {
    let mut others: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (_, _, (other, table, _)) in origins {
        if other != schema {
            others.entry(other).or_default().insert(table);
        }
    }
    let mut made = HashMap::new();
    for (other, tables) in others {
        let mut query = sqlx::QueryBuilder::<sqlx::MySql>::new(
            "select cast(c.table_name as char), cast(c.column_name as char), lower(cast(c.extra as char))
             from information_schema.columns c join information_schema.tables t
               on t.table_schema = c.table_schema and t.table_name = c.table_name
             where t.table_type <> 'VIEW' and c.table_schema = ",
        );
        query.push_bind(other).push(" and c.table_name in (");
        let mut names = query.separated(", ");
        for table in tables {
            names.push_bind(table);
        }
        query.push(")");
        let rows: Vec<(String, String, String)> =
            query.build_query_as().fetch_all(&mut *connection).await?;
        made.extend(
            rows.into_iter().map(|(table, column, extra)| {
                ((other.to_owned(), table, column), generation(&extra))
            }),
        );
    }
    Ok(made)
}

/// Lets columns of views be made as those are that they show: the server tells it of tables only, and MariaDB takes a statement that writes
/// a generated column until there is a row. Answers the integers of which nothing is known and that are 0 unless given, as the server says of
/// what the database numbers below, by view and column.
pub(super) fn take_over_generation(
    tables: &mut [Table],
    mut left: Origins,
    elsewhere: HashMap<Whole, Generation>,
) -> HashSet<(String, String)> {
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
    let mut unknown = HashSet::new();
    for view in tables.iter().filter(|table| table.kind.is_view()) {
        for column in &view.columns {
            let whole = (view.schema.clone(), view.name.clone(), column.name.clone());
            if column.generation == Generation::None
                && matches!(column.sql_type.base(), SqlType::Integer { .. })
                && matches!(column.default.as_deref(), Some("0" | "'0'"))
                && !made.contains_key(&whole)
            {
                unknown.insert((whole.1, whole.2));
            }
        }
    }
    unknown
}

/// The same of the schema's own tables.
fn made(tables: &[Table]) -> HashMap<Whole, Generation> {
    let mut made = HashMap::new();
    for table in tables.iter().filter(|table| !table.kind.is_view()) {
        for column in &table.columns {
            let whole = (
                table.schema.clone(),
                table.name.clone(),
                column.name.clone(),
            );
            made.insert(whole, column.generation);
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

/// Finds the columns of a view that come from below: the place of each, and the column that it is there.
///
/// ``select `x`.`w` AS `width` from `crm`.`parcel` `x` ``  →  the first is `w` of `parcel` in `crm`
fn origins(definition: &str) -> Vec<(usize, Whole)> {
    let tokens = tokens(definition);
    let start = outermost(&tokens, |token| is_word(token, "select")).next();
    let tokens = tokens.get(start.unwrap_or(0)..).unwrap_or_default();
    let from = outermost(tokens, |token| is_word(token, "from")).next();
    let Some((selected, from)) = from.and_then(|at| tokens.split_at_checked(at)) else {
        return Vec::new();
    };
    let ends = |token: &Token<'_>| {
        ["where", "group", "order"]
            .iter()
            .any(|w| is_word(token, w))
    };
    let end = outermost(from, ends).next().unwrap_or(from.len());
    let tables = tables(from.get(..end).unwrap_or_default());
    let mut found = Vec::new();
    let mut start = 0;
    let ends = outermost(selected, |token| *token == Token::Mark(','));
    for (place, end) in ends.chain([selected.len()]).enumerate() {
        let item = selected.get(start..end).unwrap_or_default();
        start = end + 1;
        // The first stands behind `select`.
        let words = item
            .iter()
            .take_while(|token| matches!(token, Token::Word(_)))
            .count();
        let (within, of, below) = match item.get(words..).unwrap_or_default() {
            [
                Token::Name(of),
                Token::Mark('.'),
                Token::Name(below),
                _,
                Token::Name(_),
            ] => (None, of, below),
            [
                Token::Name(schema),
                Token::Mark('.'),
                Token::Name(of),
                Token::Mark('.'),
                Token::Name(below),
                _,
                Token::Name(_),
            ] => (Some(schema), of, below),
            _ => continue,
        };
        // Tables of two schemas may have one name: with a schema stands what has no other name there.
        let mut named = tables.iter().filter(|(alias, schema, table)| {
            *alias == of && within.is_none_or(|within| within == *schema && table == alias)
        });
        if let (Some((_, schema, table)), None) = (named.next(), named.next()) {
            let whole = ((*schema).clone(), (*table).clone(), below.clone());
            found.push((place, whole));
        }
    }
    found
}

/// The tables of a `from`: what each is called there, its schema and its name. Conditions and queries in it tell none.
fn tables<'t>(from: &'t [Token<'_>]) -> Vec<(&'t String, &'t String, &'t String)> {
    let mut tables = Vec::new();
    let mut rest = from;
    loop {
        rest = match rest {
            [] => return tables,
            [word, after @ ..] if is_word(word, "on") => behind(after),
            [Token::Mark('('), query, ..] if is_word(query, "select") => behind(rest),
            [
                Token::Name(schema),
                Token::Mark('.'),
                Token::Name(table),
                next @ ..,
            ] => {
                let next = match next {
                    [word, after @ ..] if is_word(word, "partition") => behind(after),
                    _ => next,
                };
                let alias = match next.first() {
                    Some(Token::Name(alias)) => alias,
                    _ => table,
                };
                tables.push((alias, schema, table));
                next
            }
            [_, after @ ..] => after,
        };
    }
}

/// What comes behind the parentheses at the start; all of it where there are none.
fn behind<'t, 's>(tokens: &'t [Token<'s>]) -> &'t [Token<'s>] {
    if tokens.first() != Some(&Token::Mark('(')) {
        return tokens;
    }
    let close = outermost(tokens, |token| *token == Token::Mark(')')).next();
    let after = close.map_or(tokens.len(), |at| at + 1);
    tokens.get(after..).unwrap_or_default()
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
                &["0=crm.g.id", "1=crm.g.a"][..],
            ),
            (
                "select `x`.`a``b` AS `q`,`f`(`x`.`c`,'it''s \\' from',`y`.`d`) AS `e`,`y`.`d` AS `d` from (`crm`.`g` `x` join `other`.`from` `y` on(`x`.`id` = `y`.`id`))",
                &["0=crm.g.a`b", "2=other.from.d"],
            ),
            (
                "select 1 AS `n`,`box`.`id` AS `i`,`p`.`id` AS `id` from ((`crm`.`b` join `far`.`box` on((`crm`.`b`.`box` = `far`.`box`.`id`))) \
                 join `crm`.`part` partition (`p0`) `p` on(`b`.`box` = `p`.`id`)) where `crm`.`x`.`y` = 1",
                &["1=far.box.id", "2=crm.part.id"],
            ),
            (
                "select `b`.`t`.`id` AS `id`,`a`.`t`.`n` AS `n`,`t`.`n` AS `m`,`a`.`u`.`n` AS `o`,`u`.`n` AS `p` \
                 from ((`a`.`t` join `b`.`t`) join `b`.`v` `u`)",
                &["0=b.t.id", "1=a.t.n", "4=b.v.n"],
            ),
            (
                "with `a` as (select 1 AS `x`), `c` as (select 2 AS `y`) select `crm`.`g`.`id` AS `id` from `crm`.`g` join (select `far`.`g`.`id` AS `id` from `far`.`g`) `z`",
                &["0=crm.g.id"],
            ),
            (
                "select 1 AS `one`,(select `crm`.`g`.`id` from `crm`.`g`) AS `two`",
                &[],
            ),
        ] {
            let found: Vec<String> = origins(definition)
                .into_iter()
                .map(|(place, (schema, table, below))| format!("{place}={schema}.{table}.{below}"))
                .collect();
            assert_eq!(found, expected, "{definition}");
        }
    }
}
