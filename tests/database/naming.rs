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
             create domain string20 as text; create type \"Decimal18_2\" as enum ('a');
             create table u (id integer primary key, d string20, e \"Decimal18_2\");
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
            "Decimal182",
            "Decimal18_2",
            "String20",
            "String202",
            "String72"
        ]
    );
    let kept = contract
        .types
        .iter()
        .find(|named| &*named.name == "String20")
        .unwrap();
    assert!(matches!(&kept.kind, Kind::Atomic(atomic) if atomic.max_length.is_none()));
    place.drop().await;
}

/// wsimport makes parameters of what stands in a wrapper, and ends at words of Java.
#[tokio::test]
async fn wrappers_hold_no_words_of_java() {
    let place = Place::new(Dialect::Sqlite).await;
    place
        .script("create table t (\"package\" integer primary key, \"class\" text, \"For\" text)")
        .await;
    let opened = place.open().await;
    let contract = contract::build(&opened.catalog, "urn:x", &[]);
    let columns = contract.tables.iter().flat_map(|table| &table.columns);
    let elements: Vec<&str> = columns.map(|column| &*column.element).collect();
    assert_eq!(elements, ["package2", "class", "For"]);
    place.drop().await;
}
