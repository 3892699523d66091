//! Catalog → contract: every name is given here, by the rule of [`crate::names`].

mod operations;
mod types;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use self::operations::{actions, derived_from_table};
use self::types::TypeKey;
use self::words::{BESIDE_COLUMNS, BUILTINS, JAVA, SHARED, WORDS};
use super::value_type::TypeReference;
use super::{Column, Contract, Namespace, Routine, Table};
use crate::catalog::{self, Catalog, Returns};
use crate::names::{self, Siblings, Taken};

/// Names everything in a catalog; `base` is the start of every target namespace.
///
/// The tables in `captured` (schema and name) have their changes logged.
pub fn build(catalog: &Catalog, base: &str, captured: &[(String, String)]) -> Contract {
    let mut naming = Naming::new(catalog, base, captured);
    let tables = naming.name_tables();
    let routines = naming.name_routines();
    naming.contract.tables = tables;
    naming.contract.routines = routines;
    naming.name_narrowed();
    naming.add_operations();
    naming.contract
}

struct Naming<'a> {
    catalog: &'a Catalog,
    contract: Contract,
    captured: &'a [(String, String)],
    taken: Taken,
    /// Types that SQL names, and those named after what they hold (`ArrayOfInt`).
    types: HashMap<TypeKey, TypeReference>,
    /// Built-in types with facets by namespace and what they are called after; named when everything else is.
    narrowed: BTreeMap<(usize, String), TypeReference>,
}

impl<'a> Naming<'a> {
    fn new(catalog: &'a Catalog, base: &str, captured: &'a [(String, String)]) -> Naming<'a> {
        let mut taken = Taken::with(WORDS);
        for word in shared_words("") {
            taken.reserve(&word);
        }
        let base = base.trim_end_matches('/');
        let mut schemas: Vec<(&str, Option<String>)> = vec![(&catalog.default_schema, None)];
        for schema in &catalog.schemas {
            match schemas.iter_mut().find(|(name, _)| *name == schema.name) {
                Some((_, comment)) => comment.clone_from(&schema.comment),
                None => schemas.push((&schema.name, schema.comment.clone())),
            }
        }
        let namespaces = schemas
            .into_iter()
            .enumerate()
            .map(|(index, (schema, comment))| Namespace {
                stem: String::new(),
                // The schema's name as an element would have it: stacks make packages of it.
                uri: Arc::from(format!("{base}/{}", names::element(schema))),
                schema: schema.to_owned(),
                prefix: if index == 0 {
                    "crm".to_owned()
                } else {
                    format!("n{index}")
                },
                comment,
            })
            .collect();
        Naming {
            catalog,
            contract: Contract {
                namespaces,
                ..Contract::default()
            },
            captured,
            taken,
            types: HashMap::new(),
            narrowed: BTreeMap::new(),
        }
    }

    fn namespace(&self, schema: &str) -> usize {
        self.contract
            .namespaces
            .iter()
            .position(|namespace| namespace.schema == schema)
            .unwrap_or(0)
    }

    /// Takes a name with everything derived from it; outside the default schema, the schema's name goes before a taken one.
    fn take(&mut self, schema: &str, sql: &str, derive: impl Fn(&str) -> Vec<String>) -> Arc<str> {
        let mut name = names::pascal(sql);
        if schema != self.catalog.default_schema && !self.taken.is_free(&derive(&name)) {
            name = names::pascal(schema) + &name;
        }
        Arc::from(self.taken.take_all(name, derive))
    }

    fn name_tables(&mut self) -> Vec<Table> {
        let tables = &self.catalog.tables;
        let mut order: Vec<usize> = (0..tables.len()).collect();
        order.sort_by_key(|index| {
            tables.get(*index).map(|table| {
                (
                    table.kind.is_view(),
                    table.schema != self.catalog.default_schema,
                    &table.schema,
                    &table.public_name,
                    &table.name,
                )
            })
        });
        let mut named: HashMap<usize, Arc<str>> = HashMap::new();
        for index in order {
            if let Some(table) = tables.get(index) {
                named.insert(
                    index,
                    self.take(&table.schema, &table.public_name, derived_from_table),
                );
            }
        }
        self.name_stems();
        let mut contracts = Vec::with_capacity(tables.len());
        for (index, table) in tables.iter().enumerate() {
            let name = named.remove(&index).unwrap_or_default();
            contracts.push(self.table(table, name));
        }
        contracts
    }

    /// Gives each other schema what its own words start with. After the tables, so that `person.person` is `Person`.
    fn name_stems(&mut self) {
        for namespace in self.contract.namespaces.iter_mut().skip(1) {
            let stem = names::pascal(&namespace.schema);
            namespace.stem = self.taken.take_all(stem, shared_words);
        }
    }

    fn table(&mut self, table: &catalog::Table, name: Arc<str>) -> Table {
        let named = elements(
            table
                .columns
                .iter()
                .map(|column| column.public_name.as_str()),
            BESIDE_COLUMNS,
            |column| table.key.as_ref().is_some_and(|key| key.contains(&column)),
        );
        let namespace = self.namespace(&table.schema);
        let columns = table
            .columns
            .iter()
            .zip(named)
            .map(|(column, element)| Column {
                value: self.value(
                    &column.sql_type,
                    namespace,
                    &format!("{name}{}", names::pascal(&column.public_name)),
                ),
                element,
                nillable: column.nullable,
            })
            .collect();
        let path = if table.schema == self.catalog.default_schema {
            table.public_name.clone()
        } else {
            format!("{}.{}", table.schema, table.public_name)
        };
        Table {
            namespace,
            columns,
            relations: elements(
                table
                    .relations
                    .iter()
                    .map(|relation| relation.name.as_str()),
                &[],
                |_| false,
            ),
            path,
            actions: actions(
                table,
                self.captured
                    .iter()
                    .any(|(schema, name)| *schema == table.schema && *name == table.name),
            ),
            name,
        }
    }

    fn name_routines(&mut self) -> Vec<Routine> {
        // wsimport makes methods of operations, and ends at one that is a word of Java.
        for word in JAVA {
            self.taken.reserve(word);
        }
        let routines = &self.catalog.routines;
        let mut order: Vec<usize> = (0..routines.len()).collect();
        order.sort_by_key(|index| {
            routines.get(*index).map(|routine| {
                (
                    routine.schema != self.catalog.default_schema,
                    &routine.schema,
                    &routine.public_name,
                    routine.overload,
                )
            })
        });
        let mut named: HashMap<usize, Arc<str>> = HashMap::new();
        for index in order {
            if let Some(routine) = routines.get(index) {
                named.insert(
                    index,
                    self.take(&routine.schema, &routine.public_name, derived_from_routine),
                );
            }
        }
        let mut contracts = Vec::with_capacity(routines.len());
        for (index, routine) in routines.iter().enumerate() {
            let name = named.remove(&index).unwrap_or_default();
            contracts.push(self.routine(routine, name));
        }
        contracts
    }

    fn routine(&mut self, routine: &catalog::Routine, name: Arc<str>) -> Routine {
        let namespace = self.namespace(&routine.schema);
        let mut taken = Siblings::beside(&["return", "row"]);
        let mut given = Vec::new();
        let mut answered = Vec::new();
        for (index, parameter) in routine.parameters.iter().enumerate() {
            let value = self.value(
                &parameter.sql_type,
                namespace,
                &format!("{name}{}", names::pascal(&parameter.name)),
            );
            let own = names::element(&parameter.name);
            let column = |element: String| Column {
                element: Arc::from(element),
                value: value.clone(),
                nillable: true,
            };
            match (parameter.mode.given(), parameter.mode.answered()) {
                (true, false) => given.push((index, column(taken.take_beside(own, JAVA)))),
                (false, _) => answered.push((index, column(taken.take_beside(own, JAVA)))),
                (true, true) => {
                    // One name may not stand in a request and in its reply, so what comes back is called `…Out`.
                    given.push((index, column(taken.take_beside(own.clone(), JAVA))));
                    answered.push((index, column(taken.take(own + "Out"))));
                }
            }
        }
        let (mut returns, mut rows, mut unknown_rows) = (None, None, false);
        match &routine.returns {
            Returns::Void => {}
            Returns::Scalar { sql_type, .. } => {
                returns = Some(self.value(sql_type, namespace, &format!("{name}Return")))
            }
            Returns::Rows { columns } => rows = Some(self.fields(columns, namespace, &name)),
            Returns::Unknown => unknown_rows = true,
        }
        Routine {
            namespace,
            name,
            given,
            answered,
            returns,
            rows,
            unknown_rows,
        }
    }
}

/// The contract's own words in a namespace, each with the namespace's stem before it.
fn shared_words(stem: &str) -> Vec<String> {
    let built_in = BUILTINS.iter().flat_map(|builtin| {
        let name = capitalised(builtin.name());
        [
            format!("{name}Condition"),
            format!("{name}Range"),
            format!("ArrayOf{name}"),
        ]
    });
    let words = SHARED.iter().map(|word| (*word).to_owned()).chain(built_in);
    words.map(|word| format!("{stem}{word}")).collect()
}

fn derived_from_routine(name: &str) -> Vec<String> {
    vec![
        name.to_owned(),
        format!("{name}Response"),
        format!("{name}Row"),
    ]
}

/// Gives each SQL name an element, in the order given; clashes are settled in byte order of the SQL names. Those that stand in a wrapper,
/// the keys of `Get`, are no words of Java: wsimport makes parameters of them, and ends at such a one.
fn elements<'s>(
    sql: impl Iterator<Item = &'s str>,
    words: &[&str],
    wrapped: impl Fn(usize) -> bool,
) -> Vec<Arc<str>> {
    let sql: Vec<&str> = sql.collect();
    let mut order: Vec<usize> = (0..sql.len()).collect();
    order.sort_by_key(|index| sql.get(*index));
    let mut taken = Siblings::beside(words);
    let mut named: Vec<Arc<str>> = vec![Arc::from(""); sql.len()];
    for index in order {
        if let (Some(sql), Some(place)) = (sql.get(index), named.get_mut(index)) {
            let words = if wrapped(index) { JAVA } else { &[] };
            *place = Arc::from(taken.take_beside(names::element(sql), words));
        }
    }
    named
}

/// `dateTime` → `DateTime`
pub(super) fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(chars)
        .collect()
}
