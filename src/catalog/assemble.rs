//! From what a database said to a catalog: selection, names, keys, relations, overloads. Pure.

use std::collections::{HashMap, HashSet};

use super::selection::Selection;
use super::{
    Catalog, Dialect, Direction, Generation, Omitted, Relation, Routine, Schema, Table, TableId,
    Unique,
};

/// What introspection found, before anything is decided.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) default_schema: String,
    pub(crate) schemas: Vec<Schema>,
    /// With every column and unique key, without key and relations; of those that others inherit from, keys may repeat.
    pub(crate) tables: Vec<Table>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
    /// Columns of views that the database below numbers where they are keys, by table and column.
    pub(crate) perhaps_numbered: HashSet<(String, String)>,
    /// Without overload numbers.
    pub(crate) routines: Vec<Routine>,
    /// What the role may use and nobody could call.
    pub(crate) omitted: Vec<Omitted>,
}

/// A foreign key by names.
#[derive(Debug, Clone)]
pub(crate) struct ForeignKey {
    pub(crate) name: Option<String>,
    pub(crate) table: (String, String),
    pub(crate) columns: Vec<String>,
    pub(crate) other: (String, String),
    /// Empty: the other table's primary key.
    pub(crate) other_columns: Vec<String>,
}

/// A unique index: its table, its name, its columns.
pub(super) type UniqueRow = (String, String, Vec<String>);

/// Gathers the columns of unique indexes from rows that come in their order, a row for each. An index with anything but a whole column (a row
/// without one) is no key and is left out.
pub(super) fn gather(
    rows: impl Iterator<Item = (String, String, Option<String>)>,
) -> Vec<UniqueRow> {
    let mut uniques: Vec<(String, String, Option<Vec<String>>)> = Vec::new();
    for (table, name, column) in rows {
        let known = |last: &&mut (String, String, _)| last.0 == table && last.1 == name;
        match uniques.last_mut().filter(known) {
            Some((_, _, columns)) => {
                *columns = columns.take().zip(column).map(|(mut columns, column)| {
                    columns.push(column);
                    columns
                });
            }
            None => uniques.push((table, name, column.map(|column| vec![column]))),
        }
    }
    let whole = |(table, name, columns): (_, _, Option<_>)| Some((table, name, columns?));
    uniques.into_iter().filter_map(whole).collect()
}

/// Makes the catalog: the same findings and selection give the same catalog, whatever order they were found in.
pub(crate) fn assemble(dialect: Dialect, mut found: Found, selection: &Selection) -> Catalog {
    let transactional = found.tables.iter().all(|table| table.transactional);
    let mut tables: Vec<Table> = found
        .tables
        .into_iter()
        .filter(|table| selection.takes(&table.schema, &table.name))
        .map(|table| choose_columns(table, selection))
        .collect();
    let bare = tables.extract_if(.., |table| table.columns.is_empty());
    found.omitted.extend(bare.map(|table| Omitted {
        schema: table.schema,
        name: table.name,
        reason: "it has no column that can be read",
    }));
    found
        .omitted
        .retain(|omitted| selection.takes(&omitted.schema, &omitted.name));
    found
        .omitted
        .sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    for table in &mut tables {
        table.key = key(table, selection);
        table.key_may_repeat |= !is_unique(table);
        number_key(table, &found.perhaps_numbered);
    }
    relate(&mut tables, &found.foreign_keys);
    found
        .routines
        .retain(|routine| selection.takes(&routine.schema, &routine.name));
    let routines = number(found.routines, selection);
    found.schemas.retain(|schema| {
        tables.iter().any(|table| table.schema == schema.name)
            || routines.iter().any(|routine| routine.schema == schema.name)
    });
    found.schemas.sort_by(|a, b| a.name.cmp(&b.name));
    Catalog {
        dialect,
        default_schema: found.default_schema,
        schemas: found.schemas,
        tables,
        routines,
        omitted: found.omitted,
        transactional,
        limits: selection.limits,
    }
}

/// Drops the columns that are left out and renumbers the unique keys; a key with a missing column is no key.
fn choose_columns(mut table: Table, selection: &Selection) -> Table {
    let full = format!("{}.{}", table.schema, table.name);
    table.public_name = selection.public_name(&full, &table.name);
    let mut places = vec![None; table.columns.len()];
    let mut columns = Vec::with_capacity(table.columns.len());
    for (index, mut column) in std::mem::take(&mut table.columns).into_iter().enumerate() {
        if selection.takes_column(&table.schema, &table.name, &column.name) {
            column.public_name =
                selection.public_name(&format!("{full}.{}", column.name), &column.name);
            if let Some(place) = places.get_mut(index) {
                *place = Some(columns.len());
            }
            columns.push(column);
        }
    }
    table.columns = columns;
    table.uniques = std::mem::take(&mut table.uniques)
        .into_iter()
        .filter_map(|mut unique| {
            unique.columns = unique
                .columns
                .iter()
                .map(|c| places.get(*c).copied().flatten())
                .collect::<Option<_>>()?;
            Some(unique)
        })
        .collect();
    // The primary key first, then by name: the order decides which unique key identifies a table without a primary one.
    table
        .uniques
        .sort_by(|a, b| (!a.primary, &a.name).cmp(&(!b.primary, &b.name)));
    table
}

fn key(table: &Table, selection: &Selection) -> Option<Vec<usize>> {
    if let Some(names) = selection
        .keys
        .get(&format!("{}.{}", table.schema, table.name))
    {
        return names.iter().map(|name| table.find_column(name)).collect();
    }
    let solid = |columns: &[usize]| {
        columns
            .iter()
            .all(|c| table.columns.get(*c).is_some_and(|column| !column.nullable))
    };
    table
        .uniques
        .iter()
        .find(|unique| unique.primary || solid(&unique.columns))
        .map(|unique| unique.columns.clone())
}

/// Tells whether the database keeps the key unique; no key needs no keeping.
fn is_unique(table: &Table) -> bool {
    table.key.as_ref().is_none_or(|key| {
        let part = |unique: &Unique| unique.columns.iter().all(|column| key.contains(column));
        table.uniques.iter().any(part)
    })
}

/// Lets the database number a key of a view of whose origin nothing else is known, where the key is that one column: of several it is not
/// known which. Its default stays: what it is where nothing below is numbered.
fn number_key(table: &mut Table, perhaps_numbered: &HashSet<(String, String)>) {
    let Some([place]) = table.key.as_deref() else {
        return;
    };
    if let Some(column) = table.columns.get_mut(*place)
        && perhaps_numbered.contains(&(table.name.clone(), column.name.clone()))
    {
        column.generation = Generation::Default;
    }
}

/// Gives both tables of every foreign key their relation, then settles the names.
fn relate(tables: &mut [Table], foreign_keys: &[ForeignKey]) {
    let places: HashMap<(String, String), usize> = tables
        .iter()
        .enumerate()
        .map(|(index, table)| ((table.schema.clone(), table.name.clone()), index))
        .collect();
    let mut sorted: Vec<&ForeignKey> = foreign_keys.iter().collect();
    sorted.sort_by(|a, b| {
        (&a.table, &a.columns, &a.other, &a.name).cmp(&(&b.table, &b.columns, &b.other, &b.name))
    });
    for foreign_key in sorted {
        let (Some(&child), Some(&parent)) = (
            places.get(&foreign_key.table),
            places.get(&foreign_key.other),
        ) else {
            continue;
        };
        let (Some(columns), Some(other)) = (
            tables
                .get(child)
                .and_then(|table| indexes(table, &foreign_key.columns)),
            tables
                .get(parent)
                .and_then(|table| other_columns(table, &foreign_key.other_columns)),
        ) else {
            continue;
        };
        if columns.len() != other.len() {
            continue;
        }
        let parent_name = parent_name(tables, child, parent, &columns);
        let child_name = tables
            .get(child)
            .map(|table| table.name.clone())
            .unwrap_or_default();
        if let Some(table) = tables.get_mut(child) {
            table.relations.push(Relation {
                name: parent_name,
                constraint: foreign_key.name.clone(),
                direction: Direction::Parent,
                table: TableId(parent),
                columns: columns.clone(),
                other: other.clone(),
            });
        }
        if let Some(table) = tables.get_mut(parent) {
            table.relations.push(Relation {
                name: child_name,
                constraint: foreign_key.name.clone(),
                direction: Direction::Children,
                table: TableId(child),
                columns: other,
                other: columns,
            });
        }
    }
    settle_names(tables);
}

fn indexes(table: &Table, names: &[String]) -> Option<Vec<usize>> {
    names.iter().map(|name| table.find_column(name)).collect()
}

fn other_columns(table: &Table, names: &[String]) -> Option<Vec<usize>> {
    if names.is_empty() {
        return table
            .uniques
            .iter()
            .find(|unique| unique.primary)
            .map(|unique| unique.columns.clone());
    }
    indexes(table, names)
}

/// `customer_id` → `customer`; `reports_to` stays; several columns → the parent's table name.
fn parent_name(tables: &[Table], child: usize, parent: usize, columns: &[usize]) -> String {
    let table_name = tables
        .get(parent)
        .map(|table| table.name.clone())
        .unwrap_or_default();
    let [column] = columns else { return table_name };
    let Some(column) = tables
        .get(child)
        .and_then(|table| table.columns.get(*column))
    else {
        return table_name;
    };
    for ending in ["_id", "_ID", "_Id", "Id", "ID", " id", "-id"] {
        if let Some(stem) = column.name.strip_suffix(ending)
            && !stem.is_empty()
        {
            return stem.to_owned();
        }
    }
    column.name.clone()
}

/// Makes the names of a table's relations unique: all that clash are told apart by the key's columns, and what still
/// clashes by a number in the stable order of the keys.
fn settle_names(tables: &mut [Table]) {
    let columns: Vec<Vec<String>> = tables
        .iter()
        .map(|table| {
            table
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect()
        })
        .collect();
    let named = |table: usize, indexes: &[usize]| -> String {
        let names = columns.get(table).map(Vec::as_slice).unwrap_or_default();
        indexes
            .iter()
            .filter_map(|index| names.get(*index).map(String::as_str))
            .collect::<Vec<_>>()
            .join("_")
    };
    for (index, table) in tables.iter_mut().enumerate() {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for relation in &table.relations {
            *counts.entry(relation.name.to_lowercase()).or_default() += 1;
        }
        for relation in &mut table.relations {
            if counts
                .get(&relation.name.to_lowercase())
                .is_some_and(|count| *count > 1)
            {
                relation.name = match relation.direction {
                    Direction::Parent => {
                        format!("{}_of_{}", relation.name, named(index, &relation.columns))
                    }
                    Direction::Children => format!(
                        "{}_by_{}",
                        relation.name,
                        named(relation.table.0, &relation.other)
                    ),
                };
            }
        }
        let mut seen: HashMap<String, usize> = HashMap::new();
        for relation in &mut table.relations {
            let count = seen.entry(relation.name.to_lowercase()).or_default();
            *count += 1;
            if *count > 1 {
                relation.name = format!("{}_{count}", relation.name);
            }
        }
    }
}

/// Sorts routines, gives their public names, and numbers those that share a name.
fn number(mut routines: Vec<Routine>, selection: &Selection) -> Vec<Routine> {
    let signature = |routine: &Routine| {
        routine
            .parameters
            .iter()
            .map(|p| p.type_name.clone())
            .collect::<Vec<_>>()
            .join(",")
    };
    routines.sort_by_cached_key(|routine| {
        (
            routine.schema.clone(),
            routine.name.clone(),
            signature(routine),
        )
    });
    let mut counts: HashMap<(String, String), u32> = HashMap::new();
    for routine in &routines {
        *counts
            .entry((routine.schema.clone(), routine.name.clone()))
            .or_default() += 1;
    }
    let mut next: HashMap<(String, String), u32> = HashMap::new();
    for routine in &mut routines {
        let name = (routine.schema.clone(), routine.name.clone());
        routine.public_name =
            selection.public_name(&format!("{}.{}", name.0, name.1), &routine.name);
        if counts.get(&name).is_some_and(|count| *count > 1) {
            let number = next.entry(name).or_default();
            *number += 1;
            routine.overload = *number;
        }
    }
    routines
}
