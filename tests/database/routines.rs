//! Routine calls: stored functions and procedures, and named SQL.

use soapstone_gateway::call::{Answered, Call, Reply, Value};
use soapstone_gateway::catalog::{Dialect, RoutineId, Selection};
use soapstone_gateway::plan;
use soapstone_gateway::run::{Once, run_once};

use crate::mysql::is_mariadb;
use crate::place::{Opened, Place, dialects, show_rows, text};
use crate::shop::shop;

/// A value in short, as cells are shown.
fn show_value(value: &Value) -> String {
    match value {
        Value::Null => "~".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => format!(
            "0x{}",
            bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()
        ),
        Value::List(items) => format!(
            "[{}]",
            items.iter().map(show_value).collect::<Vec<_>>().join("|")
        ),
        Value::Fields(fields) => format!(
            "({})",
            fields
                .iter()
                .map(|(_, value)| show_value(value))
                .collect::<Vec<_>>()
                .join("|")
        ),
    }
}

fn find(opened: &Opened, name: &str, overload: u32) -> RoutineId {
    let routine = opened
        .catalog
        .routines
        .iter()
        .position(|r| r.name == name && r.overload == overload);
    RoutineId(routine.unwrap_or_else(|| panic!("no {name} {overload}")))
}

/// The code and the text with which a routine refuses.
async fn refusal(opened: &Opened, name: &str, arguments: &[(usize, &str)]) -> (String, String) {
    let call = routine_call(opened, name, 0, arguments);
    let error = opened.run(&call).await.unwrap_err();
    (error.code().to_owned(), error.to_string())
}

/// The code with which a routine refuses, and the argument that it is about: the same with an idempotency key.
async fn refused_argument(
    opened: &Opened,
    name: &str,
    arguments: &[(usize, &str)],
) -> (&'static str, Vec<usize>) {
    let call = routine_call(opened, name, 0, arguments);
    let error = opened.run(&call).await.unwrap_err();
    let planned = plan::plan(&opened.catalog, &call).unwrap();
    let once = Once {
        key: "refused",
        digest: "d",
        now: 1,
    };
    let render = |_: &Reply| Vec::new();
    let again = run_once(&opened.database, &opened.catalog, &planned, &once, &render).await;
    let again = again.unwrap_err();
    assert_eq!((&error.kind, &error.place), (&again.kind, &again.place));
    (error.code(), error.place.columns)
}

fn routine_call(opened: &Opened, name: &str, overload: u32, arguments: &[(usize, &str)]) -> Call {
    let value = |value: &str| match value {
        "~" => Value::Null,
        value => text(value),
    };
    let arguments = arguments.iter().map(|(index, one)| (*index, value(one)));
    Call::Routine {
        routine: find(opened, name, overload),
        arguments: arguments.collect(),
    }
}

async fn call(opened: &Opened, name: &str, overload: u32, arguments: &[(usize, &str)]) -> String {
    let call = routine_call(opened, name, overload, arguments);
    let Reply::Routine(answer) = opened.good(&call).await else {
        panic!()
    };
    let show = |answered: &Answered| match answered {
        Answered::Value(value) => show_value(value),
        Answered::Misfit(bytes) => format!("!{}", String::from_utf8_lossy(bytes)),
    };
    let mut parts: Vec<String> = answer
        .parameters
        .iter()
        .map(|(index, value)| format!("{index}={}", show(value)))
        .collect();
    parts.extend(answer.value.iter().map(show));
    parts.extend(answer.rows.iter().flat_map(show_rows));
    parts.extend(answer.unknown.iter().map(|row| {
        row.iter()
            .map(|(name, value)| format!("{name}:{}", show(value)))
            .collect::<Vec<_>>()
            .join(",")
    }));
    parts.join(" ")
}

#[tokio::test]
async fn routines_of_postgres() {
    let Some(place) = Place::on(Dialect::Postgres).await else {
        return;
    };
    place
        .script(
            r#"
create table t (id integer primary key, name text, at timestamptz default '2024-01-01Z');
insert into t values (1, 'one'), (2, 'two');
create function add(a integer, b integer default 10) returns integer language sql immutable as 'select a + b';
create function add(a text, b text) returns text language sql as 'select a || b';
create function twofold(a integer, out twice integer, inout label text) language sql as $$ select a * 2, label || '!' $$;
create function all_t() returns setof t language sql as 'select * from t order by id';
create function names(lowest integer) returns table (name text, moment timestamptz) language sql as 'select t.name, t.at from t where id >= lowest order by id';
create function numbers(n integer) returns setof integer language sql as 'select generate_series(1, n)';
create function total(variadic xs numeric[]) returns numeric language sql as 'select sum(x) from unnest(xs) x';
create function joined(a text, variadic rest text[] default '{b}') returns text language sql as $$ select array_to_string(a || rest, '-') $$;
create function chosen(a integer default 1, b integer default 2, variadic c text[] default '{x,y}') returns text language sql as $$ select a || ':' || b || ':' || array_to_string(c, ',') $$;
create function nothing() returns void language sql as 'select';
create procedure put(new_id integer, inout new_name text, note text default null) language plpgsql as $$ begin insert into t values (new_id, new_name); new_name := upper(new_name); end $$;
create type size as enum ('small', 'really big');
create type parcel as (x integer, y numeric(5,2), label text, at timestamptz, size size);
create domain few as integer[];
create procedure everything(a integer, out b parcel, out c integer[], out d int4range, out e numeric, out f parcel[], out g tstzrange, out h few,
  out i text[], out j interval, out k timetz, out l size, out m jsonb, out n bytea, out o daterange) language plpgsql as $$ begin
  b := row(a, 2.5, 'x,"y"', '2024-01-01Z', 'really big'); c := array[a, null, 3]; d := '[1,5)'; e := 1.50; f := array[b, null];
  g := '[2024-01-01 10:00:00.5Z,)'; h := '{1,2}'; i := '{}'; j := '1 year -2 months 3 days 04:05:06.5'; k := '12:00:00+05:30';
  l := 'small'; m := '{"a": 1}'; n := '\x00ff'; o := 'empty'; end $$;
create procedure committing(out a int4range, out b tstzrange, out c numrange[]) language plpgsql as $$ begin
  commit; a := '[1,5)'; b := '[2024-01-01Z,)'; c := '{"[1.5,2)"}'; end $$;
create type reals as range (subtype = float8);
create procedure foreigners(a inet, inout b bit varying, out c reals, out d int4multirange, out e inet[], out f point, out g bytea, out h "char", out i text,
  out j bit(3), out k varchar(5), out l char(3), out m name, out n char(2)[], inout o varchar default null)
  language plpgsql as $$ begin
  b := b || b'01'; c := '[0.5,)'; d := '{[1,3),[5,7)}'; e := array[a, null]; f := '(1,2)'; g := '\x00ff'; h := 'x'; j := b'110'; k := 'k''k'; l := 'l'; m := 'm'; n := '{n}'; o := o || '$soapstone$'; end $$;
create function of_any(a anyelement) returns anyelement language sql as 'select a';
create function refuse() returns void language plpgsql as $$ begin raise exception 'the customer is blocked'; end $$;
create function pair() returns record language sql as $$ select 1, 'x'::text $$;
create function one_row(i integer) returns t language sql as 'select * from t where id = i';
create function dates(d date, iv interval, x xml default null) returns date language sql as 'select (d + iv)::date';
create domain percent as integer check (value between 0 and 100);
create function checked(a inet, b percent, c json, d int4range default null) returns integer language sql as 'select b / (b - 7)';
create aggregate my_sum(integer) (sfunc = int4pl, stype = integer);
create function on_change() returns trigger language plpgsql as 'begin return new; end';
"#,
        )
        .await;
    let opened = place.open().await;
    let names: Vec<String> = opened
        .catalog
        .routines
        .iter()
        .map(|r| format!("{}{}", r.name, r.overload))
        .collect();
    assert!(
        !names
            .iter()
            .any(|name| name.starts_with("my_sum") || name.starts_with("on_change")),
        "{names:?}"
    );
    assert_eq!(call(&opened, "add", 1, &[(0, "1")]).await, "11");
    assert_eq!(call(&opened, "add", 1, &[(0, "1"), (1, "2")]).await, "3");
    assert_eq!(call(&opened, "add", 2, &[(0, "x'"), (1, "y")]).await, "x'y");
    assert_eq!(
        call(
            &opened,
            "foreigners",
            0,
            &[(0, "10.0.0.1/8"), (1, "1"), (14, "o")]
        )
        .await,
        "1=101 2=[0.5,) 3={[1,3),[5,7)} 4=[10.0.0.1/8|~] 5=(1,2) 6=0x00ff 7=x 8=~ 9=110 10=k'k 11=l 12=m 13=[n] 14=o$soapstone$"
    );
    assert_eq!(
        call(&opened, "committing", 0, &[]).await,
        "0=[1,5) 1=[\"2024-01-01 00:00:00+00\",) 2=[[1.5,2)]"
    );
    let ranges = opened.catalog.routines.iter();
    assert!(!ranges.map(|r| &r.name).any(|name| name == "reals"));
    assert_eq!(call(&opened, "total", 0, &[]).await, "~");
    assert_eq!(call(&opened, "joined", 0, &[(0, "x")]).await, "x-b");
    for (arguments, answer) in [
        (&[][..], "1:2:x,y"),
        (&[(0, "7")], "7:2:x,y"),
        (&[(1, "7")], "1:7:x,y"),
        (&[(0, "8"), (1, "7")], "8:7:x,y"),
    ] {
        assert_eq!(call(&opened, "chosen", 0, arguments).await, answer);
    }
    assert_eq!(
        call(&opened, "twofold", 0, &[(0, "4"), (2, "a")]).await,
        "1=8 2=a!"
    );
    assert_eq!(
        call(&opened, "all_t", 0, &[]).await,
        "1|one|2024-01-01T00:00:00Z 2|two|2024-01-01T00:00:00Z"
    );
    assert_eq!(
        call(&opened, "names", 0, &[(0, "2")]).await,
        "two|2024-01-01T00:00:00Z"
    );
    assert_eq!(call(&opened, "numbers", 0, &[(0, "3")]).await, "1 2 3");
    assert_eq!(call(&opened, "nothing", 0, &[]).await, "");
    assert_eq!(
        call(&opened, "put", 0, &[(0, "7"), (1, "seven")]).await,
        "1=SEVEN"
    );
    assert_eq!(
        call(&opened, "one_row", 0, &[(0, "7")]).await,
        "7|seven|2024-01-01T00:00:00Z"
    );
    assert_eq!(call(&opened, "pair", 0, &[]).await, "(1,x)");
    assert_eq!(
        call(&opened, "everything", 0, &[(0, "1")]).await,
        "1=(1|2.50|x,\"y\"|2024-01-01T00:00:00Z|really big) 2=[1|~|3] 3=[1,5) 4=1.50 5=[(1|2.50|x,\"y\"|2024-01-01T00:00:00Z|really big)|~] \
         6=[\"2024-01-01 10:00:00.5+00\",) 7=[1|2] 8=[] 9=P10M3DT4H5M6.5S 10=12:00:00+05:30 11=small 12={\"a\": 1} 13=0x00ff 14=empty"
    );
    let omitted: Vec<String> = opened
        .catalog
        .omitted
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        omitted,
        [
            "public.of_any is not offered: a parameter takes values of any type, and XML says of none what it is in SQL"
        ]
    );
    assert_eq!(
        call(&opened, "dates", 0, &[(0, "2024-02-28"), (1, "P1D")]).await,
        "2024-02-29"
    );
    let lists = [
        ("total", 0, ["1.10", "2.20"], "3.30"),
        ("chosen", 2, ["p", "q"], "1:2:p,q"),
    ];
    for (name, parameter, items, value) in lists {
        let call = Call::Routine {
            routine: find(&opened, name, 0),
            arguments: [(parameter, Value::List(items.map(text).to_vec()))].into(),
        };
        let Reply::Routine(answer) = opened.good(&call).await else {
            panic!()
        };
        assert_eq!(answer.value, Some(Answered::Value(text(value))));
    }
    assert_eq!(
        refusal(&opened, "refuse", &[]).await,
        ("Refused".to_owned(), "the customer is blocked".to_owned())
    );
    for (arguments, code, told) in [
        (
            [(0, "10.0.0.x"), (1, "1"), (2, "{}")],
            "InvalidValue",
            vec![0],
        ),
        ([(0, "10.0.0.1"), (1, "101"), (2, "{}")], "Check", vec![1]),
        (
            [(0, "10.0.0.1"), (1, "1"), (2, "{")],
            "InvalidValue",
            vec![2],
        ),
        // What goes wrong inside is no argument's.
        (
            [(0, "10.0.0.1"), (1, "7"), (2, "{}")],
            "InvalidValue",
            vec![],
        ),
    ] {
        let refused = refused_argument(&opened, "checked", &arguments).await;
        assert_eq!(refused, (code, told), "{arguments:?}");
    }
    let committing = Call::Routine {
        routine: find(&opened, "committing", 0),
        arguments: [].into(),
    };
    let planned = plan::plan(&opened.catalog, &committing).unwrap();
    let once = Once {
        key: "k",
        digest: "d",
        now: 1,
    };
    let render = |_: &Reply| Vec::new();
    let refused = run_once(&opened.database, &opened.catalog, &planned, &once, &render);
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.code(), "Refused", "{:?}", refused.source);
    place.drop().await;
}

#[tokio::test]
async fn routines_of_mysql() {
    let Some(place) = Place::on(Dialect::Mysql).await else {
        return;
    };
    place
        .script(
            "create table t (id integer primary key, name varchar(20), price decimal(18,4));
             insert into t values (1, 'one', 1.5), (2, 'two', 99999999999999.9999);
             create function plus_one(a bigint) returns bigint deterministic return a + 1;
             create procedure list_t(in least int, out n int, inout label varchar(20)) begin select * from t where id >= least order by id; select count(*) into n from t; set label = concat(label, '!'); end;
             create procedure put(in i int, in v varchar(20)) insert into t values (i, v, 0);
             create procedure refuse() signal sqlstate '45000' set message_text = 'blocked';",
        )
        .await;
    let (strict, value) = match is_mariadb(&place).await {
        true => ("inet6", "10.0.0"),
        false => ("json", "{"),
    };
    let sql = format!("create function strict(n int, p {strict}) returns int return n");
    place.script(&sql).await;
    if is_mariadb(&place).await {
        // What is called inside, and what is declared there, may have the name of a parameter.
        place
            .script(
                "create function calls(n int, p varchar(300)) returns int return strict(n, concat(p, ':x'));
                 create function declares(p varchar(300)) returns int begin
                   begin declare p inet6 default 'none'; end; return 1; end",
            )
            .await;
    }
    let opened = place.open().await;
    assert_eq!(call(&opened, "plus_one", 0, &[(0, "41")]).await, "42");
    assert_eq!(
        call(&opened, "list_t", 0, &[(0, "2"), (2, "a")]).await,
        "1=2 2=a! id:2,name:two,price:99999999999999.9999"
    );
    assert_eq!(call(&opened, "put", 0, &[(0, "9"), (1, "nine")]).await, "");
    let Reply::Count(3) = opened
        .good(&Call::Count {
            table: opened.table("t"),
            filter: None,
        })
        .await
    else {
        panic!()
    };
    assert_eq!(
        refusal(&opened, "refuse", &[]).await,
        ("Refused".to_owned(), "blocked".to_owned())
    );
    assert_eq!(
        refused_argument(&opened, "strict", &[(0, "1"), (1, value)]).await,
        ("InvalidValue", vec![1])
    );
    if is_mariadb(&place).await {
        let long = "x".repeat(300);
        for (name, arguments, told) in [
            ("strict", &[(0, "1"), (1, &*long)][..], vec![1]),
            ("calls", &[(0, "1"), (1, value)], vec![]),
            ("declares", &[(0, "::1")], vec![]),
        ] {
            let refused = refused_argument(&opened, name, arguments).await;
            assert_eq!(refused, ("InvalidValue", told), "{name}");
        }
    }
    place.drop().await;
}

#[tokio::test]
async fn named_sql_on_every_database() {
    for dialect in dialects() {
        let (place, _) = shop(dialect).await;
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("routines-{}", place.name));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(
            folder.join("customers.sql"),
            "-- name: add_customer\n-- Adds one and lists those of the code.\n-- param: code varchar(10)\n-- param: name varchar(20) optional\n\
             -- column: id integer\n-- column: name varchar(20)\n\
             insert into customer (code, name) values (:code, :name);\n\
             select id, name from customer where code = :code and ':code' <> name;\n\
             -- name: either\n-- param: n integer optional\n-- param: d decimal(12,2) optional\n-- param: t varchar(9) optional\n\
             -- column: n integer\n-- column: d decimal(12,2)\n-- column: t varchar(9)\n-- reads\n\
             select coalesce(:n, 5) as n, cast(coalesce(:d, 0.25) as decimal(12,2)) as d, coalesce(:t, 'none') as t;\n\
             -- name: count_customers\n-- reads\nselect count(*) as n from customer;\n",
        )
        .unwrap();
        let opened = place
            .open_with(&Selection {
                routines: Some(folder.clone()),
                ..Selection::default()
            })
            .await;
        assert_eq!(
            call(&opened, "add_customer", 0, &[(0, "a"), (1, "x';--")]).await,
            "1|x';--",
            "{dialect}"
        );
        assert_eq!(call(&opened, "add_customer", 0, &[(0, "b")]).await, "");
        assert_eq!(
            call(&opened, "count_customers", 0, &[]).await,
            "n:2",
            "{dialect}"
        );
        // What is absent at first is not absent later, nor the other way round.
        for _ in 0..2 {
            for (arguments, row) in [
                (&[][..], "5|0.25|none"),
                (&[(0, "7"), (1, "12.5"), (2, "it's")], "7|12.5|it's"),
                (&[(1, "-3.75")], "5|-3.75|none"),
            ] {
                let answer = call(&opened, "either", 0, arguments).await;
                let answer = answer.replace("|12.50|", "|12.5|");
                assert_eq!(answer, row, "{dialect}");
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
        place.drop().await;
    }
}

/// A value that fits no parameter is told by what the database expected of it, without what it quotes.
#[tokio::test]
async fn what_does_not_fit_is_told() {
    let Some(place) = Place::on(Dialect::Postgres).await else {
        return;
    };
    place
        .script(
            "create domain filled as text not null;
             create function takes(j json, n integer) returns integer language sql as 'select 10 / n';
             create function needs(f text) returns filled language sql as 'select f::filled';
             create function tells(f text) returns integer language plpgsql as $$ begin
               raise exception using errcode = '22023', message = 'of ' || f; end $$",
        )
        .await;
    let opened = place.open().await;
    for (name, arguments, told) in [
        // The text of a routine's own may hold anything.
        (
            "tells",
            &[(0, "another's secret")][..],
            "the value does not fit the field (an argument is not one that the function takes)",
        ),
        (
            "takes",
            &[(0, "{"), (1, "1")],
            "the value does not fit the field (a value is not written as its type is)",
        ),
        (
            "takes",
            &[(0, "{}"), (1, "0")],
            "the value does not fit the field (division by zero)",
        ),
        (
            "needs",
            &[(0, "~")],
            "a required field has no value (filled)",
        ),
    ] {
        assert_eq!(refusal(&opened, name, arguments).await.1, told);
    }
    place.drop().await;
}
