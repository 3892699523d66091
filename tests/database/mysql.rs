//! What MySQL and MariaDB have in common, and what each has for itself: `tests/run` starts a MariaDB, and the tests take a MySQL too.

use soapstone_gateway::call::{
    Answer, Answered, Call, Condition, Filter, Mode, OrderBy, Query, Reply, Status, Value,
};
use soapstone_gateway::catalog::{Dialect, RoutineId};
use soapstone_gateway::plan;
use soapstone_gateway::run::{Once, OnceReply, run_once};

use crate::nasty::write_back;
use crate::place::{Opened, Place, all, read_all, show_rows, text};
use crate::shop::{count, get, record, results, write};

/// Tells whether the server is a MariaDB.
pub(crate) async fn is_mariadb(place: &Place) -> bool {
    version(place).await.contains("MariaDB")
}

async fn version(place: &Place) -> String {
    place.texts("select version()").await[0][0].clone().unwrap()
}

#[tokio::test]
async fn every_type_of_mysql() {
    let Some(place) = Place::on(Dialect::Mysql).await else {
        return;
    };
    place
        .script(
            r#"
set sql_mode = '';
create table everything (
  id bigint unsigned primary key,
  t1 tinyint, t1u tinyint unsigned, flag tinyint(1), i2 smallint, i3 mediumint unsigned, i4 int unsigned, i8 bigint, i8u bigint unsigned,
  n decimal(30,10), nu decimal(10,2) unsigned, f float, d double, bt bit(10), b1 bit(1),
  c char(5), vc varchar(20), l1 varchar(20) character set latin1, tx text, lt longtext, bn binary(4), vb varbinary(10), bl longblob,
  e enum('a', 'it''s', 'Ż'), s set('x', 'y', 'z'), dt date, tm time(3), dtm datetime(6), ts timestamp(2) null, y year, js json,
  g geometry, p point,
  gen int generated always as (i2 + 1) stored
);
insert into everything (id, t1, t1u, flag, i2, i3, i4, i8, i8u, n, nu, f, d, bt, b1, c, vc, l1, tx, lt, bn, vb, bl, e, s, dt, tm, dtm, ts, y, js, g, p) values
(18446744073709551615, -128, 255, 2, -32768, 16777215, 4294967295, -9223372036854775808, 18446744073709551615,
 12345678901234567890.1234567890, 0.10, 1.1, 0.1, b'1000000001', b'1', 'ab ', 'zażółć 😀', 'é', 'tx', 'lt', x'00ff', x'', x'0001', 'it''s', 'x,z',
 '2024-02-29', '12:34:56.789', '1999-12-31 23:59:59.000001', '2024-06-01 10:00:00.5', 2024, '{"a": 1}',
 st_geomfromtext('linestring(0 0,1 1)', 4326), st_geomfromtext('point(1.5 2)')),
(2, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
 '0000-00-00', '-100:00:00', '2024-00-10 00:00:00', null, 0, null, null, null),
(3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3.4e38, 1e300, b'0', b'0', '', '', '', '', '', '', '', '', 'a', '', '1000-01-01', '00:00:00', '2024-01-01 00:00:00', '1970-01-02 00:00:00', 1901, '[]', null, null);
"#,
        )
        .await;
    let opened = place.open().await;
    let table = opened.table("everything");
    let (rows, next) = opened.rows(&Call::Query(all(table, 10, None))).await;
    assert!(next.is_none());
    assert_eq!(
        show_rows(&rows)[2],
        "18446744073709551615|-128|255|2|-32768|16777215|4294967295|-9223372036854775808|18446744073709551615|\
         12345678901234567890.1234567890|0.10|1.1|0.1|1000000001|1|ab|zażółć 😀|é|tx|lt|0x00ff0000|0x|0x0001|it's|[x|z]|\
         2024-02-29|12:34:56.789|1999-12-31T23:59:59.000001|2024-06-01T10:00:00.5Z|2024|{\"a\": 1}|\
         SRID=4326;LINESTRING(0 0,1 1)|POINT(1.5 2)|-32767"
    );
    let second = show_rows(&rows)[0].clone();
    assert!(second.starts_with("2|~|~"), "{second}");
    assert!(
        second.contains("|!0000-00-00|!-100:00:00|!2024-00-10 00:00:00|~|0000|"),
        "{second}"
    );
    let (paged, _) = opened.rows(&Call::Query(all(table, 1, None))).await;
    assert_eq!(paged.len(), 1);
    write_back(&opened, table, &rows, 2).await;
    write_back(&opened, table, &rows, 1).await;
    place.drop().await;
}

#[tokio::test]
async fn what_only_one_of_them_has() {
    let Some(place) = Place::on(Dialect::Mysql).await else {
        return;
    };
    match is_mariadb(&place).await {
        true => {
            println!("skipped what MySQL has for itself: the server is a MariaDB");
            mariadb(&place).await;
        }
        false => {
            println!("skipped what MariaDB has for itself: the server is a MySQL");
            mysql(&place).await;
        }
    }
    place.drop().await;
}

#[tokio::test]
async fn vectors_of_mysql() {
    let Some(place) = Place::on(Dialect::Mysql).await else {
        return;
    };
    let version = version(&place).await;
    let major = version.split('.').next().unwrap().parse::<u32>().unwrap();
    if version.contains("MariaDB") || major < 9 {
        println!(
            "skipped the vectors of MySQL: the server is {version}, and MySQL has them since 9.0"
        );
        place.drop().await;
        return;
    }
    place
        .script(
            "create table near (id int primary key, v vector(2));
             insert into near values (1, string_to_vector('[0.1,2]')), (2, null);
             create function same(v vector(2)) returns vector(2) deterministic return v;
             create procedure turned(in v vector(2), out w vector(2), inout x vector) begin set w = x; set x = v; end;",
        )
        .await;
    let opened = place.open().await;
    let near = opened.table("near");
    let by_vector = Query {
        order: vec![OrderBy {
            column: 1,
            descending: false,
        }],
        ..all(near, 1, None)
    };
    let whole = read_all(&opened, &by_vector).await;
    assert_eq!(whole, ["1|0xcdcccc3d00000040", "2|~"]);
    let (rows, _) = opened.rows(&Call::Query(all(near, 1, None))).await;
    write_back(&opened, near, &rows, 0).await;
    let vectors = [0.1_f32, 2.0, 3.5].map(f32::to_le_bytes);
    let [one, other] = [&vectors[..2], &vectors[1..]].map(|vector| vector.concat());
    let (one, other) = (Value::Bytes(one), Value::Bytes(other));
    let same = answer(&opened, "same", vec![(0, one.clone())]).await;
    assert_eq!(same.value, Some(Answered::Value(one.clone())));
    let turned = vec![(0, one.clone()), (2, other.clone())];
    let turned = answer(&opened, "turned", turned).await;
    let expected = [(1, Answered::Value(other)), (2, Answered::Value(one))];
    assert_eq!(turned.parameters, expected);
    let short = vec![(0, Value::Bytes(vec![1]))];
    let call = routine_of(&opened, "same", short);
    assert_eq!(opened.run(&call).await.unwrap_err().code(), "InvalidValue");
    place.drop().await;
}

fn routine_of(opened: &Opened, name: &str, arguments: Vec<(usize, Value)>) -> Call {
    let mut routines = opened.catalog.routines.iter();
    let place = routines.position(|routine| routine.name == name);
    Call::Routine {
        routine: RoutineId(place.unwrap()),
        arguments: arguments.into(),
    }
}

async fn answer(opened: &Opened, name: &str, arguments: Vec<(usize, Value)>) -> Answer {
    match opened.good(&routine_of(opened, name, arguments)).await {
        Reply::Routine(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// A session variable, by which procedures answer parameters, forgets what type it had.
#[tokio::test]
async fn every_type_that_procedures_answer() {
    let Some(place) = Place::on(Dialect::Mysql).await else {
        return;
    };
    let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
    let plain = |values: &[&str]| values.iter().map(|value| text(value)).collect::<Vec<_>>();
    let cases: Vec<(&str, Vec<Value>)> = vec![
        ("varbinary(9)", vec![bytes(&[0, 0xff]), bytes(b"")]),
        ("blob", vec![bytes(&[0xc3, 0x28])]),
        ("binary(3)", vec![bytes(&[0xfe, 0, 0])]),
        ("bit(10)", plain(&["1000000001", "0000000000"])),
        ("bit(64)", plain(&[&"1".repeat(64)])),
        ("tinyint(1)", plain(&["1", "0"])),
        ("bigint unsigned", plain(&["18446744073709551615"])),
        ("bigint", plain(&["-9223372036854775808"])),
        (
            "decimal(40, 10)",
            plain(&["-123456789012345678901234567890.1234567890"]),
        ),
        ("float", plain(&["0.1", "3.4E38"])),
        ("double", plain(&["0.1", "1e300", "-1e-300"])),
        ("char(5)", plain(&["ab", ""])),
        ("longtext", plain(&["zażółć 😀"])),
        ("enum('a', 'it''s', 'Ż')", plain(&["it's", "Ż"])),
        (
            "set('x', 'y z', 'Ż')",
            vec![Value::List(plain(&["x", "Ż"])), Value::List(Vec::new())],
        ),
        ("date", plain(&["2024-02-29"])),
        ("time(3)", plain(&["12:34:56.789"])),
        ("datetime(6)", plain(&["1999-12-31T23:59:59.000001"])),
        ("timestamp(2)", plain(&["2024-06-01T10:00:00.55Z"])),
        ("year", plain(&["2024"])),
        ("json", plain(&["{\"a\": 1}"])),
    ];
    let script: String = cases.iter().enumerate().map(|(at, (type_name, _))| {
        format!("create procedure p{at}(in a {type_name}, out b {type_name}, inout c {type_name}, out d {type_name}) begin set b = c; set c = a; end;")
    }).collect();
    place.script(&script).await;
    let opened = place.open().await;
    let mut wrong = Vec::new();
    // What a statement is prepared with is not to tell on what it is run with later.
    let both = cases.iter().enumerate();
    for (at, (type_name, values)) in both.clone().chain(both.rev()) {
        for value in [&[Value::Null][..], values].concat() {
            let given = vec![(0, value.clone()), (2, value.clone())];
            let answer = answer(&opened, &format!("p{at}"), given).await;
            let expected = [value.clone(), value.clone(), Value::Null].map(Answered::Value);
            let expected: Vec<_> = [1, 2, 3].into_iter().zip(expected).collect();
            if answer.parameters != expected {
                let told = answer.parameters;
                wrong.push(format!("{type_name}: {value:?} is answered as {told:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    place.drop().await;
}

async fn mariadb(place: &Place) {
    place
        .script(
            "create table own (u uuid primary key, ip inet6);
             insert into own values ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '::1');",
        )
        .await;
    let opened = place.open().await;
    assert_eq!(
        read_all(&opened, &all(opened.table("own"), 10, None)).await,
        ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|::1"]
    );
}

async fn mysql(place: &Place) {
    place
        .script(
            "create table own (id binary(2) primary key default (unhex(concat('00', '0', 7))), name varchar(20) collate utf8mb4_0900_ai_ci,
               j json not null default (json_object('b', 1)), seen int invisible default 5, n int check (n < 100),
               twice int generated always as (n * 2) virtual, place point srid 4326, unique key ((lower(name))));
             insert into own (id, name, j, n, place) values (x'0001', 'Żółw', '{\"b\": 2, \"a\": 1}', 1, st_geomfromtext('POINT(52.2 21)', 4326));
             create table part (id int, at date, primary key (id, at)) partition by range columns (at)
               (partition a values less than ('2024-01-01'), partition b values less than (maxvalue));
             insert into part values (1, '2023-01-01'), (2, '2025-01-01');
             create function moved(p point) returns point deterministic return p;",
        )
        .await;
    let opened = place.open().await;
    let own = opened.table("own");
    let first = "0x0001|Żółw|{\"a\": 1, \"b\": 2}|5|1|2|SRID=4326;POINT(52.2 21)";
    assert_eq!(read_all(&opened, &all(own, 10, None)).await, [first]);
    let whole = record(&[(1, "new"), (6, "POINT(1 2)")]);
    let made = results(&opened, Call::Create(write(own, vec![whole], Mode::Atomic))).await;
    let key = made[0].key.clone().unwrap();
    assert_eq!(
        get(&opened, own, &key).await.0,
        "0x0007|new|{\"b\": 1}|5|~|~|SRID=4326;POINT(1 2)"
    );
    for (field, value, code) in [
        (6, "SRID=3857;POINT(1 2)", "InvalidValue"),
        (6, "no point", "InvalidValue"),
        (2, "{", "InvalidValue"),
        (4, "100", "Check"),
        (1, "ŻÓŁW", "Duplicate"),
    ] {
        let mut change = record(&[(field, value)]);
        change.fields.push((0, key.values[0].clone()));
        let change = Call::Update(write(own, vec![change], Mode::Atomic));
        let error = opened.run(&change).await.unwrap_err();
        assert_eq!(error.code(), code, "{value} {:?}", error.source);
    }
    let named = Query {
        filter: Some(Filter {
            columns: vec![(1, Condition::Eq(text("zołw")))],
            ..Filter::default()
        }),
        ..all(own, 10, None)
    };
    assert_eq!(read_all(&opened, &named).await, [first]);
    assert_eq!(count(&opened, opened.table("part")).await, 2);
    let routine = Call::Routine {
        routine: soapstone_gateway::catalog::RoutineId(0),
        arguments: [(0, text("POINT(1 2)"))].into(),
    };
    let Reply::Routine(answer) = opened.good(&routine).await else {
        panic!()
    };
    assert!(format!("{answer:?}").contains("POINT(1 2)"), "{answer:?}");

    // What the roles of a login grant is theirs too.
    let (user, role) = (&place.name, format!("{}_r", place.name));
    place
        .script(&format!(
            "create role {role}; grant select, delete on {user}.* to {role}; create user {user} identified by 'x';
             grant {role} to {user}; set default role {role} to {user};"
        ))
        .await;
    let url = place
        .url
        .replace("soapstone:soapstone@", &format!("{user}:x@"));
    let lent = place.open_at(&url).await;
    let privileges = lent.catalog.tables[lent.table("own").0].privileges;
    assert!(privileges.delete && !privileges.update, "{privileges:?}");
    place
        .script(&format!("drop user {user}; drop role {role}"))
        .await;
}

/// What would stay half written is refused before anything is.
#[tokio::test]
async fn a_table_without_transactions_takes_no_batch_of_all_or_none() {
    let Some(place) = Place::on(Dialect::Mysql).await else {
        return;
    };
    place
        .script(
            "create table old (id integer primary key, t varchar(9)) engine = myisam;
             create procedure put(in i int) insert into old (id) values (i)",
        )
        .await;
    let opened = place.open().await;
    let old = opened.table("old");
    let records = || {
        vec![
            record(&[(0, "1")]),
            record(&[(0, "1")]),
            record(&[(0, "2")]),
        ]
    };
    let atomic = plan::plan(
        &opened.catalog,
        &Call::Create(write(old, records(), Mode::Atomic)),
    );
    let error = atomic.unwrap_err();
    assert!(error.to_string().contains("perRecord"), "{error}");
    let each = results(
        &opened,
        Call::Create(write(old, records(), Mode::PerRecord)),
    )
    .await;
    let failed = each.iter().map(|one| one.status == Status::Failed);
    assert_eq!(failed.collect::<Vec<_>>(), [false, true, false]);
    let upsert = Call::Upsert {
        write: write(old, vec![record(&[(0, "3"), (1, "x")])], Mode::Atomic),
        match_on: Vec::new(),
    };
    assert_eq!(results(&opened, upsert).await[0].status, Status::Created);
    assert_eq!(count(&opened, old).await, 3);

    let one = Call::Create(write(old, vec![record(&[(0, "4")])], Mode::Atomic));
    let planned = plan::plan(&opened.catalog, &one).unwrap();
    let once = Once {
        key: "k",
        digest: "d",
        now: 1,
    };
    let render = |_: &Reply| Vec::new();
    let put = Call::Routine {
        routine: soapstone_gateway::catalog::RoutineId(0),
        arguments: [(0, text("5"))].into(),
    };
    let routine = plan::plan(&opened.catalog, &put).unwrap();
    for planned in [planned, routine] {
        let error = run_once(&opened.database, &opened.catalog, &planned, &once, &render);
        assert_eq!(error.await.unwrap_err().code(), "Refused");
    }
    assert_eq!(count(&opened, old).await, 3);

    // A connection that died while it was idle is no failure: nothing was written on it.
    let others = format!(
        "select concat('kill ', id) from information_schema.processlist where db = '{}' and id <> connection_id()",
        place.name
    );
    for kill in place.texts(&others).await.into_iter().flatten().flatten() {
        place.script(&kill).await;
    }
    assert_eq!(results(&opened, one).await[0].status, Status::Created);
    assert_eq!(count(&opened, old).await, 4);

    place.script("create view seen as select * from old").await;
    let opened = place.open().await;
    let seen = opened.catalog.table(opened.table("seen")).unwrap();
    assert!(!seen.transactional);
    place.drop().await;
}

/// Nothing is done twice for one key, not even what a procedure committed before it failed.
#[tokio::test]
async fn a_procedure_that_commits_and_fails_is_not_run_again_for_its_key() {
    let Some(place) = Place::on(Dialect::Mysql).await else {
        return;
    };
    place
        .script(
            "create table t (n int);
             create procedure half() begin insert into t values (1); commit; signal sqlstate '45000' set message_text = 'later'; end",
        )
        .await;
    let opened = place.open().await;
    let half = Call::Routine {
        routine: soapstone_gateway::catalog::RoutineId(0),
        arguments: [].into(),
    };
    let planned = plan::plan(&opened.catalog, &half).unwrap();
    for (digest, answer) in [("d", "Refused"), ("d", "Uncertain"), ("other", "OtherBody")] {
        let once = Once {
            key: "k",
            digest,
            now: 1,
        };
        let render = |_: &Reply| Vec::new();
        let said = match run_once(&opened.database, &opened.catalog, &planned, &once, &render).await
        {
            Ok(reply) => format!("{reply:?}"),
            Err(error) => error.code().to_owned(),
        };
        assert_eq!(said, answer);
    }
    assert_eq!(count(&opened, opened.table("t")).await, 1);
    place.drop().await;
}

/// A procedure that rolls back takes the key with it; the answer is kept all the same.
#[tokio::test]
async fn a_procedure_that_rolls_back_is_not_run_again_for_its_key() {
    let Some(place) = Place::on(Dialect::Mysql).await else {
        return;
    };
    place
        .script(
            "create table t (n int);
             create procedure back() begin insert into t values (1); rollback; insert into t values (2); end",
        )
        .await;
    let opened = place.open().await;
    let back = Call::Routine {
        routine: soapstone_gateway::catalog::RoutineId(0),
        arguments: [].into(),
    };
    let planned = plan::plan(&opened.catalog, &back).unwrap();
    let once = Once {
        key: "k",
        digest: "d",
        now: 1,
    };
    let render = |_: &Reply| b"done".to_vec();
    for expected in [
        OnceReply::New(b"done".to_vec()),
        OnceReply::Stored(b"done".to_vec()),
    ] {
        let reply = run_once(&opened.database, &opened.catalog, &planned, &once, &render);
        assert_eq!(reply.await.unwrap(), expected);
    }
    assert_eq!(count(&opened, opened.table("t")).await, 1);
    place.drop().await;
}

/// A cursor holds what the order compares.
#[tokio::test]
async fn pages_of_geometries_and_documents_without_a_key() {
    let Some(place) = Place::on(Dialect::Mysql).await else {
        return;
    };
    place
        .script(
            "create table spot (g geometry, j json);
             insert into spot values (st_geomfromtext('POINT(1 2)', 4326), '{\"p\": 1}'),
               (st_geomfromtext('POINT(3 4)', 4326), json_object('p', cast(1.50 as decimal(4, 2)))),
               (st_geomfromtext('POINT(3 4)', 4326), json_object('p', cast(1.50 as decimal(4, 2)))),
               (st_geomfromtext('POINT(5 6)'), json_object('p', cast(2.00 as decimal(4, 2))));
             create function same(p point) returns point deterministic return p;
             create procedure shown(in p point, out q point) set q = p;",
        )
        .await;
    let opened = place.open().await;
    let mut query = all(opened.table("spot"), 1, None);
    let whole = read_all(&opened, &all(query.table, 10, None)).await;
    assert_eq!(whole.len(), 4);
    for column in [0, 1] {
        query.order = vec![OrderBy {
            column,
            descending: false,
        }];
        let mut pages = read_all(&opened, &query).await;
        pages.sort();
        let mut whole = whole.clone();
        whole.sort();
        assert_eq!(pages, whole);
    }
    if !is_mariadb(&place).await {
        query.order.clear();
        for condition in [
            Condition::Eq(text("{\"p\": 1.5}")),
            Condition::In(vec![text("{ \"p\": 1.5 }"), text("[]")]),
        ] {
            query.filter = Some(Filter {
                columns: vec![(1, condition)],
                ..Filter::default()
            });
            assert_eq!(read_all(&opened, &query).await.len(), 2);
        }
    }
    for (index, routine) in opened.catalog.routines.iter().enumerate() {
        let call = Call::Routine {
            routine: soapstone_gateway::catalog::RoutineId(index),
            arguments: [(0, text("SRID=4326;POINT(1 2)"))].into(),
        };
        let Reply::Routine(answer) = opened.good(&call).await else {
            panic!()
        };
        let answer = format!("{answer:?}");
        assert!(
            answer.contains("SRID=4326;POINT(1 2)"),
            "{} {answer}",
            routine.name
        );
    }
    place.drop().await;
}
