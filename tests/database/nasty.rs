//! Own databases with every type and every odd name: read, found by key, paged, written back unchanged.

use soapstone_gateway::call::{Call, Get, Mode, Record, Reply, Status, Value, Write};
use soapstone_gateway::catalog::{Dialect, SqlType, TableId, TableKind};
use soapstone_gateway::rows::{Cell, Rows};

use crate::place::{Opened, Place, all, dialects, show, show_cell, show_rows, text};

const POSTGRES: &str = r#"
create type mood as enum ('sad', 'so so', 'it''s "fine"', 'Żółć');
create domain positive as integer check (value > 0);
create domain code as varchar(5) not null default 'none';
create type point3 as (x integer, label text, at timestamptz);
create type nested as (p point3, tags text[]);
create table everything (
  id bigint primary key,
  b boolean, i2 smallint, i4 integer, i8 bigint, o oid,
  n numeric, n2 numeric(18,4), n3 numeric(5,-2), f4 real, f8 double precision, m money,
  c char(5), vc varchar(10), t text, nm name, ch "char", cc citextish,
  d date, tm time, tmz timetz, ts timestamp, tsz timestamptz, iv interval,
  u uuid, by bytea, js json, jb jsonb, x xml, bi bit(5), vb bit varying(8),
  e mood, dom positive, cd code, comp point3, nest nested,
  ai integer[], at text[], ae mood[], an numeric(6,2)[], aby bytea[], ats timestamptz[], acomp point3[],
  r int4range, mr int4multirange, ip inet, cidr cidr, mac macaddr, pt point, box box, tsv tsvector, pth path,
  lsn pg_lsn
);
"#;

fn postgres() -> String {
    POSTGRES.replace("citextish", "text collate \"C\"")
}

#[tokio::test]
async fn every_type_of_postgres() {
    let Some(place) = Place::on(Dialect::Postgres).await else {
        return;
    };
    place.script(&postgres()).await;
    place
        .script(
            r#"
insert into everything values
(1, true, -32768, 2147483647, -9223372036854775808, 4294967295,
 123456789012345678901234567890.123456789012345678901234567890, 99999999999999.9999, 12300, '1.1', '0.1', 12.50,
 'ab', 'zażółć', E'a\tb\r\n<&>"]]> 😀', 'nm', 'x', 'B',
 '2024-02-29', '23:59:59.123456', '12:00:00+05:30', '1999-12-31 23:59:59.5', '2024-06-01 12:00:00+02', '1 year -2 months 3 days 04:05:06.5',
 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '\x00ff10', '{"a": 1.0, "b":[null]}', '{"b": 1.10, "a": 2}', '<a>x</a>', '10101', '101',
 'it''s "fine"', 7, default, row(1, 'a,"b"\c', '2024-01-01 00:00:00Z'), row(row(null, '', null), array['x', null, 'NULL', '']),
 '{1,null,3}', array['a"b', null, '', 'x\y', '{z}'], array['sad', 'so so']::mood[], '{1.50,-2.00}', array['\x00'::bytea, '\xff'::bytea], array['2024-01-01 10:00:00+00'::timestamptz],
 array[row(1, 'a', null)::point3, null],
 '[1,5)', '{[1,3),[5,7)}', '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', '(1.5,2)', '((0,0),(1,1))', 'a fat cat', '[(0,0),(1,1)]', '16/B374D848'),
(2, null, null, null, null, null, 'NaN', null, null, 'Infinity', '-Infinity', null, null, null, E'\x01', null, null, null,
 'infinity', '24:00:00', null, '-infinity', '0044-03-15 BC', null, null, '', null, null, null, null, null, null, null, 'x', null, null,
 '{}', '{{a,b},{c,d}}', null, null, null, null, null, 'empty', null, null, null, null, null, null, null, null, null),
(3, false, 0, 0, 0, 0, 0, 0.0001, 0, '1e-10', '1e300', null, '', '', '', null, '', '', '12024-01-01', '00:00:00', '00:00:00-08', '0001-01-01 00:00:00', '2024-01-01 00:00:00.000001+00', '-1 day +1 hour',
 null, null, null, null, null, null, '', null, null, 'y', null, null, null, null, null, null, null, null, null, null, null, '10.0.0.1', null, null, null, null, null, null, null)
"#,
        )
        .await;
    let opened = place.open().await;
    let table = opened.table("everything");
    let (rows, next) = opened.rows(&Call::Query(all(table, 10, None))).await;
    assert!(next.is_none());
    let cell = |row: usize, name: &str| {
        rows.cell(row, opened.column(table, name))
            .map(show_cell)
            .unwrap()
    };
    for (name, expected) in [
        ("id", "1"),
        ("b", "true"),
        ("i2", "-32768"),
        ("i8", "-9223372036854775808"),
        ("o", "4294967295"),
        (
            "n",
            "123456789012345678901234567890.123456789012345678901234567890",
        ),
        ("n2", "99999999999999.9999"),
        ("n3", "12300"),
        ("f4", "1.1"),
        ("f8", "0.1"),
        ("m", "$12.50"),
        ("c", "ab"),
        ("vc", "zażółć"),
        ("t", "a\tb\r\n<&>\"]]> 😀"),
        ("ch", "x"),
        ("d", "2024-02-29"),
        ("tm", "23:59:59.123456"),
        ("tmz", "12:00:00+05:30"),
        ("ts", "1999-12-31T23:59:59.5"),
        ("tsz", "2024-06-01T10:00:00Z"),
        ("iv", "P10M3DT4H5M6.5S"),
        ("u", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("by", "0x00ff10"),
        ("js", "{\"a\": 1.0, \"b\":[null]}"),
        ("jb", "{\"a\": 2, \"b\": 1.10}"),
        ("x", "<a>x</a>"),
        ("bi", "10101"),
        ("e", "it's \"fine\""),
        ("dom", "7"),
        ("cd", "none"),
        ("comp", "(1|a,\"b\"\\c|2024-01-01T00:00:00Z)"),
        ("nest", "((~||~)|[x|~|NULL|])"),
        ("ai", "[1|~|3]"),
        ("at", "[a\"b|~||x\\y|{z}]"),
        ("ae", "[sad|so so]"),
        ("an", "[1.50|-2.00]"),
        ("aby", "[0x00|0xff]"),
        ("ats", "[2024-01-01T10:00:00Z]"),
        ("acomp", "[(1|a|~)|~]"),
        ("r", "[1,5)"),
        ("mr", "{[1,3),[5,7)}"),
        ("ip", "10.0.0.1/8"),
        ("pt", "(1.5,2)"),
        ("tsv", "'a' 'cat' 'fat'"),
        ("lsn", "16/B374D848"),
    ] {
        assert_eq!(cell(0, name), expected, "{name}");
    }
    for (name, expected) in [
        ("n", "!NaN"),
        ("f4", "INF"),
        ("f8", "-INF"),
        ("t", "!\u{1}"),
        ("d", "!infinity"),
        ("tm", "24:00:00"),
        ("ts", "!-infinity"),
        ("tsz", "-0044-03-15T00:00:00Z"),
        ("by", "0x"),
        ("at", "!{{a,b},{c,d}}"),
        ("ai", "[]"),
        ("r", "empty"),
    ] {
        assert_eq!(cell(1, name), expected, "{name}");
    }
    for (name, expected) in [
        ("n2", "0.0001"),
        ("f8", "1E300"),
        ("d", "12024-01-01"),
        ("tsz", "2024-01-01T00:00:00.000001Z"),
        ("c", ""),
        ("t", ""),
        ("ip", "10.0.0.1"),
    ] {
        assert_eq!(cell(2, name), expected, "{name}");
    }
    write_back(&opened, table, &rows, 0).await;
    write_back(&opened, table, &rows, 2).await;
    place.drop().await;
}

/// Creates a record with the values of one that was read, under another key, and reads it again.
pub(crate) async fn write_back(opened: &Opened, table: TableId, rows: &Rows, row: usize) {
    let target = &opened.catalog.tables[table.0];
    let key = target.key.clone().unwrap();
    let mut fields = Vec::new();
    for (column, cell) in rows.columns().iter().zip(rows.row(row)) {
        if !target.columns[*column].insertable {
            continue;
        }
        fields.push((
            *column,
            if key.contains(column) {
                text("100")
            } else {
                value(cell)
            },
        ));
    }
    let record = Record {
        fields,
        ..Record::default()
    };
    let write = Write {
        table,
        records: vec![record],
        mode: Mode::Atomic,
    };
    let Reply::Results(results) = opened.good(&Call::Create(write)).await else {
        panic!()
    };
    let made = results[0].key.clone().unwrap();
    assert_eq!(made.values, [text("100")]);
    let (again, _) = opened
        .rows(&Call::Get(Get {
            table,
            key: made.values.clone(),
            expand: Vec::new(),
        }))
        .await;
    let (before, after): (Vec<String>, Vec<String>) = (
        rows.row(row).map(show_cell).collect(),
        again.row(0).map(show_cell).collect(),
    );
    for ((before, after), column) in before.iter().zip(&after).zip(&target.columns) {
        if !key.contains(&target.find_column(&column.name).unwrap()) {
            assert_eq!(before, after, "{}", column.name);
        }
    }
    assert_eq!(again.version(0), made.version.clone().unwrap());
    let delete = soapstone_gateway::call::Delete {
        table,
        keys: vec![made],
        mode: Mode::Atomic,
    };
    let Reply::Results(results) = opened.good(&Call::Delete(delete)).await else {
        panic!()
    };
    assert_eq!(results[0].status, Status::Deleted);
}

fn value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Null | Cell::Misfit(_) => Value::Null,
        Cell::Text(text) => Value::Text(text.to_owned()),
        Cell::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
        Cell::List(cells) => Value::List(cells.map(value).collect()),
        Cell::Fields(cells) => Value::Fields(cells.map(value).enumerate().collect()),
    }
}

#[tokio::test]
async fn every_storage_class_of_sqlite() {
    let place = Place::new(Dialect::Sqlite).await;
    place
        .script(
            r#"
create table everything (
  id integer primary key, i int, b boolean, r real, n decimal(10,2), dt decimal_text(22,4), t varchar(10), bl blob, d date,
  ts timestamp, tm time, u uuid, j json, a, other something, gen int generated always as (i + 1) virtual
);
insert into everything (id, i, b, r, n, dt, t, bl, d, ts, tm, u, j, a, other) values
 (1, 9223372036854775807, 1, 0.1, 12.5, '123456789012345678.1234', 'zażółć 😀', x'00ff', '2024-02-29', '2024-02-29 12:00:00', '12:00:00',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{}', 5, 'x'),
 (2, 'abc', 'yes', 'x', 'x', 1.5, x'ff', 'text', 'yesterday', 1700000000, 12, 'x', 1, x'01', 1.5),
 (3, null, null, null, null, null, null, null, '12024-02-29', '2024-02-29T12:00:00.5+02:00', null, null, null, 'a', null);
create table s (k text primary key, v any, n int) strict, without rowid;
insert into s values ('a', 1, 2), ('b', x'00', null);
create table no_key (a int, b text);
insert into no_key select value % 3, 'x' from json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,null,null]');
"#,
        )
        .await;
    let opened = place.open().await;
    let table = opened.table("everything");
    let (rows, _) = opened.rows(&Call::Query(all(table, 10, None))).await;
    // The generated column overflows to a real, which is no integer.
    assert_eq!(
        show(rows.row(0)),
        "1|9223372036854775807|true|0.1|12.5|123456789012345678.1234|zażółć 😀|0x00ff|2024-02-29|2024-02-29T12:00:00|12:00:00|\
         a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|{}|5|x|!9.223372036854776e18"
    );
    assert_eq!(
        show(rows.row(1)).rsplit_once('|').unwrap().0,
        "2|!abc|!yes|!x|!x|1.5|!\u{fffd}|!text|!yesterday|!1700000000|!12|!x|!1|!\u{1}|1.5"
    );
    assert_eq!(
        show(rows.row(2)),
        "3|~|~|~|~|~|~|~|!12024-02-29|2024-02-29T12:00:00.5+02:00|~|~|~|a|~|~"
    );
    let (strict, _) = opened
        .rows(&Call::Query(all(opened.table("s"), 10, None)))
        .await;
    assert_eq!(show_rows(&strict), ["a|1|2", "b|!\0|~"]);
    write_back_strict(&opened).await;

    // Rows without a key come once each, whatever the page.
    for size in [1, 2, 3, 5, 7, 22, 100] {
        let mut found = Vec::new();
        let mut cursor = None;
        loop {
            let (rows, next) = opened
                .rows(&Call::Query(all(opened.table("no_key"), size, cursor)))
                .await;
            found.extend(show_rows(&rows));
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found.len(), 22, "{size}");
        assert_eq!(found.iter().filter(|row| row.starts_with("0|")).count(), 7);
    }
    place.drop().await;
}

async fn write_back_strict(opened: &Opened) {
    let table = opened.table("s");
    let record = Record {
        fields: vec![(0, text("c")), (1, text("v")), (2, text("5"))],
        ..Record::default()
    };
    opened
        .good(&Call::Create(Write {
            table,
            records: vec![record],
            mode: Mode::Atomic,
        }))
        .await;
    let (rows, _) = opened
        .rows(&Call::Get(Get {
            table,
            key: vec![text("c")],
            expand: Vec::new(),
        }))
        .await;
    assert_eq!(show_rows(&rows), ["c|v|5"]);
}

/// Names that need quotes everywhere: in select lists, filters, orders, writes and relations.
#[tokio::test]
async fn odd_names() {
    for dialect in dialects() {
        let place = Place::new(dialect).await;
        let sql = r#"
create table "select" ("from" integer primary key, "with space" varchar(10), "dash-ed" integer, "1st" integer, "Żółć" varchar(10), "a""b" integer);
create table "Order Details" ("order by" integer not null, "line" integer not null, "select from" integer references "select" ("from"),
  "x`y" varchar(5), primary key ("order by", "line"));
insert into "select" values (1, 'a', 2, 3, 'ć', 4), (2, 'b', 3, 4, 'ł', 5);
insert into "Order Details" values (1, 1, 1, 'q'), (1, 2, 1, 'r'), (2, 1, 2, null);
"#;
        let sql = match dialect {
            // MySQL: standard quotes; a back quote inside stays.
            Dialect::Mysql => format!("set sql_mode = 'ANSI_QUOTES';{}", sql.replace("references \"select\" (\"from\")", "").replace("primary key (\"order by\", \"line\"))", "primary key (\"order by\", \"line\"), foreign key (\"select from\") references \"select\" (\"from\"))")),
            _ => sql.to_owned(),
        };
        place.script(&sql).await;
        let opened = place.open().await;
        let (parent, child) = (opened.table("select"), opened.table("Order Details"));
        let (rows, _) = opened.rows(&Call::Query(all(parent, 1, None))).await;
        assert_eq!(show_rows(&rows), ["1|a|2|3|ć|4"], "{dialect}");
        let relations = &opened.catalog.tables[parent.0].relations;
        assert_eq!(relations.len(), 1);
        let expand = vec![soapstone_gateway::call::Expand {
            relation: 0,
            expand: vec![soapstone_gateway::call::Expand {
                relation: 0,
                expand: Vec::new(),
            }],
        }];
        let (rows, _) = opened
            .rows(&Call::Get(Get {
                table: parent,
                key: vec![text("1")],
                expand,
            }))
            .await;
        assert_eq!(
            show_rows(&rows.related[0].rows),
            ["1|1|1|q", "1|2|1|r"],
            "{dialect}"
        );
        assert_eq!(rows.related[0].rows.related[0].of, [vec![0], vec![0]]);
        let record = Record {
            fields: vec![
                (0, text("3")),
                (1, text("1")),
                (2, text("2")),
                (3, text("zz")),
            ],
            ..Record::default()
        };
        opened
            .good(&Call::Create(Write {
                table: child,
                records: vec![record.clone()],
                mode: Mode::Atomic,
            }))
            .await;
        opened
            .good(&Call::Update(Write {
                table: child,
                records: vec![record],
                mode: Mode::Atomic,
            }))
            .await;
        let (rows, _) = opened.rows(&Call::Query(all(child, 2, None))).await;
        assert_eq!(rows.len(), 2);
        place.drop().await;
    }
}

#[tokio::test]
async fn partitions_views_and_privileges() {
    let Some(place) = Place::on(Dialect::Postgres).await else {
        return;
    };
    place
        .script(
            r#"
create table sale (id integer not null, day date not null, total numeric(10,2), primary key (id, day)) partition by range (day);
create table sale_2023 partition of sale for values from ('2023-01-01') to ('2024-01-01');
create table sale_2024 partition of sale for values from ('2024-01-01') to ('2025-01-01');
insert into sale select n, date '2023-06-01' + n * 30, n from generate_series(1, 12) n;
create view big_sale as select id, total from sale where total > 3;
create materialized view sale_copy as select * from sale;
create unique index on sale_copy (id);
create materialized view unfilled as select 1 as n with no data;
comment on table sale is 'Sales.'; comment on column sale.total is 'In EUR.';
create schema other; create table other.thing (id integer generated always as identity primary key, n integer default 5, twice integer generated always as (n * 2) stored);
"#,
        )
        .await;
    let opened = place.open().await;
    let names: Vec<String> = opened
        .catalog
        .tables
        .iter()
        .map(|t| format!("{}.{} {:?} {}", t.schema, t.name, t.kind, t.key.is_some()))
        .collect();
    assert_eq!(
        names,
        [
            "other.thing Table true",
            "public.big_sale View false",
            "public.sale Partitioned true",
            "public.sale_copy Materialized false",
            "public.unfilled Materialized false"
        ]
    );
    let sale = opened.table("sale");
    assert_eq!(opened.catalog.tables[sale.0].kind, TableKind::Partitioned);
    assert_eq!(
        opened.catalog.tables[sale.0].comment.as_deref(),
        Some("Sales.")
    );
    assert_eq!(
        opened.catalog.tables[sale.0].columns[2].comment.as_deref(),
        Some("In EUR.")
    );
    assert_eq!(
        opened.catalog.tables[sale.0].columns[2].sql_type,
        SqlType::Decimal {
            precision: Some(10),
            scale: Some(2),
            unsigned: false
        }
    );
    let record = |id: &str, total: &str| Record {
        fields: vec![(0, text(id)), (1, text("2024-07-07")), (2, text(total))],
        ..Record::default()
    };
    let write = |records| Write {
        table: sale,
        records,
        mode: Mode::Atomic,
    };
    let Reply::Results(results) = opened
        .good(&Call::Create(write(vec![record("50", "1.5")])))
        .await
    else {
        panic!()
    };
    let version = results[0].key.clone().unwrap().version;
    let Reply::Results(results) = opened
        .good(&Call::Update(write(vec![Record {
            version,
            ..record("50", "2.5")
        }])))
        .await
    else {
        panic!()
    };
    let key = results[0].key.clone().unwrap();
    let (rows, _) = opened
        .rows(&Call::Get(Get {
            table: sale,
            key: key.values,
            expand: Vec::new(),
        }))
        .await;
    assert_eq!(show_rows(&rows), ["50|2024-07-07|2.50"]);
    // A partition's constraint has another name, but the columns are the table's.
    let again = Call::Create(write(vec![record("50", "1")]));
    let error = opened.run(&again).await.unwrap_err();
    assert_eq!(
        (error.code(), error.place.columns),
        ("Duplicate", vec![0, 1])
    );
    assert_eq!(Some(rows.version(0).to_owned()), key.version);
    let (rows, next) = opened
        .rows(&Call::Query(all(opened.table("big_sale"), 4, None)))
        .await;
    assert_eq!(rows.len(), 4);
    let (rest, _) = opened
        .rows(&Call::Query(all(opened.table("big_sale"), 100, next)))
        .await;
    assert_eq!(rest.len(), 5);
    let unfilled = Call::Query(all(opened.table("unfilled"), 4, None));
    assert_eq!(opened.run(&unfilled).await.unwrap_err().code(), "Refused");
    let thing = opened.catalog.find_table("other", "thing").unwrap();
    let empty = Write {
        table: thing,
        records: vec![Record::default()],
        mode: Mode::Atomic,
    };
    let Reply::Results(results) = opened.good(&Call::Create(empty)).await else {
        panic!()
    };
    let key = results[0].key.clone().unwrap();
    let (rows, _) = opened
        .rows(&Call::Get(Get {
            table: thing,
            key: key.values,
            expand: Vec::new(),
        }))
        .await;
    assert_eq!(show_rows(&rows), ["1|5|10"]);
    place.drop().await;
}
