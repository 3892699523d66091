//! Names in the contract of a live database.

use soapstone_gateway::catalog::Dialect;
use soapstone_gateway::contract::{self, Kind};

use crate::place::Place;

/// A name that the contract gives never takes one that the database has: of domains, of enumerations, of routines.
#[tokio::test]
async fn types_with_facets_are_named_last() {
    let Some(place) = Place::on(Dialect::Postgres).await else {
        return;
    };
    place
        .script(
            "create table t (id integer primary key, s varchar(20), n numeric(18,2), c varchar(7));
             create domain string20 as text; create type \"String9\" as enum ('a');
             create table u (id integer primary key, d string20, e \"String9\", v varchar(9), w varchar(202));
             create function string7() returns integer language sql as 'select 1'",
        )
        .await;
    let opened = place.open().await;
    let contract = contract::build(&opened.catalog, "urn:x", &[]);
    let mut names: Vec<&str> = contract.types.iter().map(|named| &*named.name).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "Decimal18_2",
            "String20",
            "String202",
            "String20_2",
            "String7_2",
            "String9",
            "String9_2"
        ]
    );
    for (name, length) in [
        ("String20", None),
        ("String20_2", Some(20)),
        ("String9", None),
    ] {
        let mut types = contract.types.iter();
        let named = types.find(|named| &*named.name == name).unwrap();
        assert!(matches!(&named.kind, Kind::Atomic(atomic) if atomic.max_length == length));
    }
    place.drop().await;
}

/// wsimport makes parameters of what stands in a wrapper, and ends at words of Java.
#[tokio::test]
async fn wrappers_hold_no_words_of_java() {
    let place = Place::new(Dialect::Sqlite).await;
    place
        .script(
            "create table t (\"package\" integer, \"class\" text, \"For\" text, \"Default\" integer, \"new_\" integer,
               primary key (\"package\", \"For\", \"Default\", \"new_\"))",
        )
        .await;
    let opened = place.open().await;
    let contract = contract::build(&opened.catalog, "urn:x", &[]);
    let columns = contract.tables.iter().flat_map(|table| &table.columns);
    let elements: Vec<&str> = columns.map(|column| &*column.element).collect();
    assert_eq!(elements, ["package2", "class", "For2", "Default2", "new_2"]);
    place.drop().await;
}
