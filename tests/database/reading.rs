//! Public databases, read back equal to what SQL says; paging, filters and related records on them.

use std::path::{Path, PathBuf};

use soapstone_gateway::call::{Call, Condition, Expand, Filter, Get, OrderBy, Query, Reply};
use soapstone_gateway::catalog::{Dialect, SqlType, TableId};
use soapstone_gateway::plan;

use crate::place::{Opened, Place, all, dialects, read_all, show, show_rows, text};

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/databases")
        .join(path);
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

async fn chinook(dialect: Dialect) -> Option<(Place, Opened)> {
    let file = match dialect {
        Dialect::Postgres => "chinook/postgresql.sql",
        Dialect::Mysql => "chinook/mysql.sql",
        Dialect::Sqlite => "chinook/sqlite.sql",
    };
    let sql = std::fs::read_to_string(shared(file)?).unwrap();
    let keep = |line: &&str| {
        let line = line.trim_start().to_ascii_uppercase();
        !line.starts_with("DROP DATABASE")
            && !line.starts_with("CREATE DATABASE")
            && !line.starts_with("USE ")
            && !line.starts_with("\\C")
    };
    let sql: Vec<&str> = sql.lines().filter(keep).collect();
    let place = Place::new(dialect).await;
    place.script(&sql.join("\n")).await;
    let opened = place.open().await;
    Some((place, opened))
}

/// The database's own text of a value, in the lexical form of its type.
fn lexical(sql_type: &SqlType, text: Option<String>) -> String {
    let Some(text) = text else {
        return "~".to_owned();
    };
    match sql_type.base() {
        SqlType::Timestamp { .. } => text.replacen(' ', "T", 1),
        SqlType::Bytes { .. } => text.replacen("\\x", "0x", 1),
        _ => text,
    }
}

async fn equal_to_sql(place: &Place, opened: &Opened) {
    for (index, table) in opened.catalog.tables.iter().enumerate() {
        let quote = if place.dialect == Dialect::Mysql {
            '`'
        } else {
            '"'
        };
        let column = |name: &str| match place.dialect {
            Dialect::Mysql => format!("cast({quote}{name}{quote} as char)"),
            _ => format!("cast({quote}{name}{quote} as text)"),
        };
        let columns: Vec<String> = table.columns.iter().map(|c| column(&c.name)).collect();
        let sql = format!(
            "select {} from {quote}{}{quote}",
            columns.join(", "),
            table.name
        );
        let show = |row: Vec<Option<String>>| {
            let cells = row
                .into_iter()
                .zip(&table.columns)
                .map(|(text, column)| lexical(&column.sql_type, text));
            cells.collect::<Vec<_>>().join("|")
        };
        let mut expected: Vec<String> = place.texts(&sql).await.into_iter().map(show).collect();
        let mut found = read_all(opened, &all(TableId(index), 97, None)).await;
        expected.sort();
        found.sort();
        assert_eq!(
            found.len(),
            expected.len(),
            "{} {}",
            place.dialect,
            table.name
        );
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{} {}", place.dialect, table.name);
        }
        let Reply::Count(count) = opened
            .good(&Call::Count {
                table: TableId(index),
                filter: None,
            })
            .await
        else {
            panic!()
        };
        assert_eq!(count as usize, expected.len());
    }
}

#[tokio::test]
async fn chinook_is_read_back() {
    for dialect in dialects() {
        let Some((place, opened)) = chinook(dialect).await else {
            return;
        };
        assert_eq!(opened.catalog.tables.len(), 11, "{dialect}");
        equal_to_sql(&place, &opened).await;
        place.drop().await;
    }
}

#[tokio::test]
async fn northwind_is_read_back() {
    if !dialects().contains(&Dialect::Postgres) {
        return;
    }
    let Some(file) = shared("northwind/postgresql.sql") else {
        return;
    };
    let place = Place::new(Dialect::Postgres).await;
    place.script(&std::fs::read_to_string(file).unwrap()).await;
    let opened = place.open().await;
    equal_to_sql(&place, &opened).await;
    place.drop().await;
}

/// Every order gives the same rows in the same sequence by pages as at once, NULL in its place.
#[tokio::test]
async fn pages_follow_every_order() {
    for dialect in dialects() {
        let Some((place, opened)) = chinook(dialect).await else {
            return;
        };
        let snake = dialect == Dialect::Postgres;
        let name = |camel: &'static str, other: &'static str| if snake { other } else { camel };
        let table = opened.table(name("Track", "track"));
        let composer = opened.column(table, name("Composer", "composer"));
        let price = opened.column(table, name("UnitPrice", "unit_price"));
        for order in [
            vec![OrderBy {
                column: composer,
                descending: false,
            }],
            vec![
                OrderBy {
                    column: composer,
                    descending: true,
                },
                OrderBy {
                    column: price,
                    descending: false,
                },
            ],
            vec![OrderBy {
                column: price,
                descending: true,
            }],
        ] {
            let query = Query {
                order,
                ..all(table, 5000, None)
            };
            let once = read_all(&opened, &query).await;
            let paged = read_all(
                &opened,
                &Query {
                    page_size: Some(83),
                    ..query.clone()
                },
            )
            .await;
            assert_eq!(once.len(), 3503);
            assert!(once == paged, "{dialect} {:?}", query.order);
            if query.order[0].column != composer {
                continue;
            }
            let (first, _) = opened
                .rows(&Call::Query(Query {
                    page_size: Some(1),
                    ..query.clone()
                }))
                .await;
            let nulls_first = query.order[0].descending;
            let place = first.columns().iter().position(|c| *c == composer).unwrap();
            assert_eq!(
                show(first.row(0)).split('|').nth(place) == Some("~"),
                nulls_first,
                "{dialect}"
            );
        }
        place.drop().await;
    }
}

#[tokio::test]
async fn filters_and_relations() {
    for dialect in dialects() {
        let Some((place, opened)) = chinook(dialect).await else {
            return;
        };
        let snake = dialect == Dialect::Postgres;
        let name = |camel: &'static str, other: &'static str| if snake { other } else { camel };
        let album = opened.table(name("Album", "album"));
        let title = opened.column(album, name("Title", "title"));
        let artist = opened.column(album, name("ArtistId", "artist_id"));
        let count = async |filter: Filter| match opened
            .good(&Call::Count {
                table: album,
                filter: Some(filter),
            })
            .await
        {
            Reply::Count(count) => count,
            other => panic!("{other:?}"),
        };
        let on = |column: usize, condition: Condition| Filter {
            columns: vec![(column, condition)],
            ..Filter::default()
        };
        assert_eq!(
            count(on(artist, Condition::Eq(text("90")))).await,
            21,
            "{dialect}"
        );
        assert_eq!(
            count(on(
                artist,
                Condition::In(vec![text("90"), text("22"), text("100000")])
            ))
            .await,
            35
        );
        assert_eq!(count(on(artist, Condition::In(Vec::new()))).await, 0);
        assert_eq!(
            count(on(artist, Condition::Between(text("1"), text("2")))).await,
            4
        );
        assert_eq!(count(on(artist, Condition::Ne(text("90")))).await, 347 - 21);
        assert_eq!(
            count(on(title, Condition::StartsWith("The ".to_owned()))).await,
            30
        );
        assert_eq!(
            count(on(title, Condition::Contains("Live".to_owned()))).await,
            17,
            "{dialect}"
        );
        assert_eq!(
            count(on(title, Condition::Contains("100%".to_owned()))).await,
            0
        );
        assert_eq!(
            count(on(title, Condition::Like("_ut%".to_owned()))).await,
            3,
            "{dialect}"
        );
        assert_eq!(count(on(title, Condition::IsNull(true))).await, 0);
        assert_eq!(
            count(on(title, Condition::Eq(text("x' or '1'='1")))).await,
            0
        );
        let either = Filter {
            any_of: vec![
                on(artist, Condition::Eq(text("90"))),
                on(artist, Condition::Eq(text("22"))),
            ],
            none_of: vec![on(title, Condition::Contains("Live".to_owned()))],
            ..Filter::default()
        };
        assert!(count(either).await < 35);

        let tables = &opened.catalog.tables;
        let albums = tables[album.0]
            .find_relation(name("Artist", "artist"))
            .unwrap();
        let tracks = tables[album.0]
            .find_relation(name("Track", "track"))
            .unwrap();
        let expand = vec![
            Expand {
                relation: albums,
                expand: Vec::new(),
            },
            Expand {
                relation: tracks,
                expand: Vec::new(),
            },
        ];
        let (rows, _) = opened
            .rows(&Call::Get(Get {
                table: album,
                key: vec![text("1")],
                expand: expand.clone(),
            }))
            .await;
        assert_eq!(show_rows(&rows.related[0].rows), ["1|AC/DC"], "{dialect}");
        assert_eq!(rows.related[1].of[0].len(), 10);
        let query = Query {
            expand,
            ..all(album, 347, None)
        };
        let (rows, next) = opened.rows(&Call::Query(query)).await;
        assert!(next.is_none());
        assert_eq!(rows.related[0].of.iter().map(Vec::len).sum::<usize>(), 347);
        assert_eq!(rows.related[0].rows.len(), 204);
        assert_eq!(rows.related[1].rows.len(), 3503);

        let employee = opened.table(name("Employee", "employee"));
        let names: Vec<&str> = tables[employee.0]
            .relations
            .iter()
            .map(|r| r.name.as_str())
            .collect();
        println!("{dialect} {names:?}");
        place.drop().await;
    }
}

#[tokio::test]
async fn cursors_of_others_are_refused() {
    let Some((place, opened)) = chinook(Dialect::Sqlite).await else {
        return;
    };
    let (album, artist) = (opened.table("Album"), opened.table("Artist"));
    let (_, next) = opened.rows(&Call::Query(all(album, 10, None))).await;
    let next = next.unwrap();
    let refused = |query: Query| {
        plan::plan(&opened.catalog, &Call::Query(query))
            .unwrap_err()
            .to_string()
    };
    assert!(refused(all(artist, 10, Some(next.clone()))).contains("another query"));
    let ordered = Query {
        order: vec![OrderBy {
            column: 1,
            descending: false,
        }],
        ..all(album, 10, Some(next.clone()))
    };
    assert!(refused(ordered).contains("another query"));
    for bad in ["", "x", "!!!", &next[1..], &format!("{next}AAAA")] {
        assert!(
            refused(all(album, 10, Some(bad.to_owned())))
                .contains("not one that this service gave"),
            "{bad}"
        );
    }
    place.drop().await;
}
