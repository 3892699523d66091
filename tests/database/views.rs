//! Views are written where the database takes it: what it passes on to one table, and what triggers do in the place of a write.

use soapstone_gateway::call::{Call, Delete, Get, Key, Mode, Status};
use soapstone_gateway::catalog::{Dialect, Selection, TableId};
use soapstone_gateway::plan;

use crate::mysql::is_mariadb;
use crate::place::{Opened, Place, dialects, show_rows};
use crate::shop::{get, record, results, write};

const TABLES: &str = "create table person (id integer primary key, name varchar(20) not null, age integer, note varchar(9) default 'x');
    insert into person (id, name, age) values (1, 'one', 20), (2, 'child', 5);
    create view adult as select id, name, age from person where age >= 18;
    create view doubled as select id, name, age * 2 as twice from person;
    create view counted as select age, count(*) as n from person group by age;";

const SQLITE: &str = "
    create trigger adult_i instead of insert on adult begin insert into person (id, name, age) values (new.id, new.name, new.age); end;
    create trigger adult_u instead of update on adult begin update person set name = new.name, age = new.age where id = old.id; end;
    create trigger adult_d instead of delete on adult begin delete from person where id = old.id; end;
    create trigger doubled_u instead of update of name on doubled begin update person set name = new.name where id = old.id; end;
    create trigger doubled_d instead of delete on doubled begin delete from person where id = old.id; end;";

const POSTGRES: &str = "
    create view grouped as select min(id) as id, name, max(age) as age from person group by name;
    create function write_grouped() returns trigger language plpgsql as $$ begin
      if tg_op = 'DELETE' then delete from person where id = old.id; return old; end if;
      if tg_op = 'INSERT' then insert into person (id, name, age) values (new.id, new.name, new.age);
      else update person set name = new.name, age = new.age where id = old.id; end if;
      return new; end $$;
    create trigger write_grouped instead of insert or update or delete on grouped for each row execute function write_grouped();
    create view entered as select distinct id, name from person;
    create trigger entered instead of insert on entered for each row execute function write_grouped();
    create view ruled as select id, name from person;
    create rule ruled as on delete to ruled do instead nothing;";

#[tokio::test]
async fn views_are_written_as_far_as_the_database_takes_it() {
    for dialect in dialects() {
        let place = Place::new(dialect).await;
        let own = match dialect {
            Dialect::Sqlite => SQLITE,
            Dialect::Postgres => POSTGRES,
            Dialect::Mysql => "",
        };
        place.script(&format!("{TABLES}{own}")).await;
        let schema = match dialect {
            Dialect::Sqlite => "main",
            Dialect::Postgres => "public",
            Dialect::Mysql => &place.name,
        };
        let mut selection = Selection::default();
        for view in ["adult", "doubled", "grouped", "entered", "ruled"] {
            let key = vec!["id".to_owned()];
            selection.keys.insert(format!("{schema}.{view}"), key);
        }
        if dialect != Dialect::Postgres {
            for view in ["grouped", "entered", "ruled"] {
                selection.keys.remove(&format!("{schema}.{view}"));
            }
        }
        let opened = place.open_with(&selection).await;
        let mut offered = vec![
            ("adult", "insert update delete"),
            ("counted", ""),
            // No trigger of SQLite takes a new row, and MySQL none into what computes; elsewhere it is one without what is computed.
            (
                "doubled",
                match dialect {
                    Dialect::Sqlite => "update delete",
                    Dialect::Mysql if !is_mariadb(&place).await => "update delete",
                    _ => "insert update delete",
                },
            ),
        ];
        if dialect == Dialect::Postgres {
            offered.extend([
                ("entered", "insert"),
                ("grouped", "insert update delete"),
                ("ruled", ""),
            ]);
        }
        for (view, writes) in offered {
            assert_eq!(taken(&opened, view), writes, "{dialect} {view}");
        }
        through(&opened, opened.table("adult")).await;
        if dialect == Dialect::Postgres {
            through(&opened, opened.table("grouped")).await;
        }
        // What is computed comes back with the record, and is passed over.
        let doubled = opened.table("doubled");
        let free = match dialect {
            // The trigger takes no other.
            Dialect::Sqlite => &["name"][..],
            _ => &["id", "name"],
        };
        assert_eq!(updatable(&opened, "doubled"), free, "{dialect}");
        let columns = &opened.catalog.tables[doubled.0].columns;
        let made = columns.iter().map(|column| column.made());
        let expected = [dialect == Dialect::Sqlite, false, true];
        assert_eq!(made.collect::<Vec<_>>(), expected, "{dialect}");
        let whole = vec![record(&[(0, "1"), (1, "uno"), (2, "40")])];
        let update = Call::Update(write(doubled, whole, Mode::Atomic));
        assert_eq!(results(&opened, update).await[0].status, Status::Updated);
        let key = Key {
            values: vec![crate::place::text("1")],
            version: None,
        };
        assert_eq!(get(&opened, doubled, &key).await.0, "1|uno|40", "{dialect}");
        let counted = opened.table("counted");
        let create = Call::Create(write(counted, vec![record(&[(0, "1")])], Mode::Atomic));
        let refused = plan::plan(&opened.catalog, &create).unwrap_err();
        assert_eq!(refused.code(), "NotOffered", "{dialect}");
        place.drop().await;
    }
}

fn taken(opened: &Opened, view: &str) -> String {
    let may = opened.catalog.tables[opened.table(view).0].privileges;
    let all = [
        ("insert", may.insert),
        ("update", may.update),
        ("delete", may.delete),
    ];
    let taken = all.iter().filter(|(_, may)| *may).map(|(name, _)| *name);
    taken.collect::<Vec<_>>().join(" ")
}

/// The columns of a view that an update may write.
fn updatable<'o>(opened: &'o Opened, view: &str) -> Vec<&'o str> {
    let columns = &opened.catalog.tables[opened.table(view).0].columns;
    let free = columns.iter().filter(|column| column.updatable);
    free.map(|column| column.name.as_str()).collect()
}

/// Creates, changes and deletes a record of a view, with its versions.
async fn through(opened: &Opened, view: TableId) {
    let one = |fields: &[(usize, &str)]| write(view, vec![record(fields)], Mode::Atomic);
    let made = Call::Create(one(&[(0, "7"), (1, "seven"), (2, "30")]));
    let made = results(opened, made).await.remove(0);
    assert_eq!(made.status, Status::Created);
    let key = made.key.unwrap();
    let (row, version) = get(opened, view, &key).await;
    assert_eq!(row, "7|seven|30");
    assert_eq!(key.version.as_ref(), Some(&version));
    let mut change = one(&[(0, "7"), (2, "31")]);
    change.records[0].version = Some(version);
    let changed = results(opened, Call::Update(change.clone())).await;
    assert_eq!(changed[0].status, Status::Updated);
    let stale = opened.run(&Call::Update(change)).await.unwrap_err();
    assert_eq!(stale.code(), "Conflict");
    let upsert = |fields| Call::Upsert {
        write: one(fields),
        match_on: Vec::new(),
    };
    for (fields, status) in [
        (&[(0, "7"), (1, "VII"), (2, "32")], Status::Updated),
        (&[(0, "8"), (1, "eight"), (2, "40")], Status::Created),
    ] {
        assert_eq!(results(opened, upsert(fields)).await[0].status, status);
    }
    assert_eq!(get(opened, view, &key).await.0, "7|VII|32");
    let delete = |version: Option<String>| {
        let values = key.values.clone();
        Call::Delete(Delete {
            table: view,
            keys: vec![Key { values, version }],
            mode: Mode::Atomic,
        })
    };
    let stale = opened.run(&delete(key.version.clone())).await.unwrap_err();
    assert_eq!(stale.code(), "Conflict");
    assert_eq!(
        results(opened, delete(None)).await[0].status,
        Status::Deleted
    );
    let gone = opened.run(&delete(None)).await.unwrap_err();
    assert_eq!(gone.code(), "NotFound");
    let get_eight = Call::Get(Get {
        table: view,
        key: vec![crate::place::text("8")],
        expand: Vec::new(),
    });
    let (rows, _) = opened.rows(&get_eight).await;
    assert_eq!(show_rows(&rows), ["8|eight|40"]);
    let eight = Key {
        values: vec![crate::place::text("8")],
        version: None,
    };
    let last = Call::Delete(Delete {
        table: view,
        keys: vec![eight],
        mode: Mode::Atomic,
    });
    results(opened, last).await;
}

fn one(view: TableId, fields: &[(usize, &str)]) -> Call {
    Call::Create(write(view, vec![record(fields)], Mode::Atomic))
}

async fn keyed(place: &Place, schema: &str, views: &[&str]) -> Opened {
    let mut selection = Selection::default();
    for view in views {
        let key = vec!["id".to_owned()];
        selection.keys.insert(format!("{schema}.{view}"), key);
    }
    place.open_with(&selection).await
}

/// Triggers may store another key than was given, and names have letters beyond ASCII.
#[tokio::test]
async fn what_triggers_of_sqlite_store_under_another_key() {
    let place = Place::new(Dialect::Sqlite).await;
    place
        .script(
            "create table arzt (id integer primary key, name text);
             create view \"Ärzte\" as select id, name from arzt;
             create trigger ein instead of insert on \"Ärzte\" begin insert into arzt values (new.id + 100, new.name); end;",
        )
        .await;
    let opened = keyed(&place, "main", &["Ärzte"]).await;
    let view = opened.table("Ärzte");
    assert_eq!(taken(&opened, "Ärzte"), "insert");
    let made = results(&opened, one(view, &[(0, "1"), (1, "a")])).await;
    assert_eq!((made[0].status, &made[0].key), (Status::Created, &None));
    let stored = place.texts("select cast(id as text) from arzt").await;
    assert_eq!(stored, [[Some("101".to_owned())]]);
    place.drop().await;
}

#[tokio::test]
async fn what_views_of_postgresql_do_not_take() {
    let Some(place) = Place::on(Dialect::Postgres).await else {
        return;
    };
    let role = format!("{}_role", place.name);
    place
        .script(&format!(
            "create table t (id int primary key, n int, twice int generated always as (n * 2) stored, no int generated always as identity);
             insert into t values (1, 1);
             create view plain as select * from t;
             create view outer_plain as select id, twice as other, n from plain;
             create view declined as select distinct id, n from t;
             create function decline() returns trigger language plpgsql as $$ begin return null; end $$;
             create trigger decline instead of update on declined for each row execute function decline();
             create role {role} login; grant select, delete on plain to {role}"
        ))
        .await;
    let views = ["plain", "outer_plain", "declined"];
    let opened = keyed(&place, "public", &views).await;
    assert_eq!(updatable(&opened, "plain"), ["id", "n"]);
    assert_eq!(updatable(&opened, "outer_plain"), ["id", "n"]);
    let whole = [(0, "2"), (1, "3"), (2, "6"), (3, "2")];
    let made = results(&opened, one(opened.table("plain"), &whole)).await;
    assert_eq!(made[0].status, Status::Created);
    let change = vec![record(&[(0, "1"), (1, "5")])];
    let update = Call::Update(write(opened.table("declined"), change, Mode::Atomic));
    assert_eq!(opened.run(&update).await.unwrap_err().code(), "Refused");

    // Who may not update may not lock either.
    let url = place.url.replacen("//soapstone@", &format!("//{role}@"), 1);
    let mut selection = Selection::default();
    let key = vec!["id".to_owned()];
    selection.keys.insert("public.plain".to_owned(), key);
    let reader = Place::open_url(&url, &selection).await;
    let delete = Call::Delete(Delete {
        table: reader.table("plain"),
        keys: vec![Key {
            values: vec![crate::place::text("1")],
            version: None,
        }],
        mode: Mode::Atomic,
    });
    assert_eq!(results(&reader, delete).await[0].status, Status::Deleted);
    drop(reader);
    place
        .script(&format!("drop owned by {role}; drop role {role}"))
        .await;
    place.drop().await;
}

#[tokio::test]
async fn views_of_mysql_over_numbered_and_joined_tables() {
    let Some(place) = Place::on(Dialect::Mysql).await else {
        return;
    };
    let far = format!("{}_far", place.name);
    place
        .script(&format!(
            "create table t (id int auto_increment primary key, n int);
             create table other (number int primary key, word varchar(9));
             create table box (id int auto_increment primary key, w int not null, area int as (w * w) stored, twice int as (w * 2));
             insert into t values (4, 4);
             create view numbered as select id, n from t where n < 10 with check option;
             create view joined as select t.id, t.n, other.word from t join other on other.number = t.id;
             create view z_boxed as select b.id, b.w, b.area, b.twice as `from` from box b;
             create view boxed as select z_boxed.id, area as size, w as width, `from` from z_boxed;
             create database {far};
             create table {far}.t (id int auto_increment primary key, n int, twice int as (n * 2));
             create view away as select id, n, twice from {far}.t;
             create view listed (n, id) as select n as `id`, id as `n` from t;
             create view {far}.beyond as select id, n from {far}.t;
             create view beyond as select id, n from {far}.beyond;
             create view twin as select {far}.t.id, {far}.t.n, {far}.t.twice from t join {far}.t on {name}.t.n = {far}.t.id + 3;
             create table fixed (id int not null default 0 primary key, n int);
             create view fixed_view as select id, n from fixed;",
            name = place.name
        ))
        .await;
    let views = [
        "numbered",
        "joined",
        "boxed",
        "away",
        "twin",
        "listed",
        "beyond",
        "fixed_view",
    ];
    let opened = keyed(&place, &place.name, &views).await;
    assert_eq!(taken(&opened, "joined"), "");
    let numbered = opened.table("numbered");
    let made = results(&opened, one(numbered, &[(1, "7")])).await.remove(0);
    assert_eq!(get(&opened, numbered, &made.key.unwrap()).await.0, "5|7");
    let refused = opened.run(&one(numbered, &[(1, "70")])).await;
    assert_eq!(refused.unwrap_err().code(), "Check");
    // What only the database makes in a table below comes back with a record, and is passed over.
    for (name, given, stored) in [
        ("boxed", &[(1, "9"), (2, "3"), (3, "6")][..], "1|9|3|6"),
        ("away", &[(1, "3"), (2, "6")], "1|3|6"),
        // Its table has the name of another, and its row is there.
        ("twin", &[(1, "4"), (2, "8")], "1|4|8"),
    ] {
        let view = opened.table(name);
        if name != "twin" {
            let made = results(&opened, one(view, given)).await.remove(0);
            let key = made.key.unwrap();
            assert_eq!(get(&opened, view, &key).await.0, stored);
        }
        let whole = [&[(0, "1")], given].concat();
        let update = Call::Update(write(view, vec![record(&whole)], Mode::Atomic));
        assert_eq!(results(&opened, update).await[0].status, Status::Updated);
    }
    // The key that the database gives, whatever the text calls it, and where nothing is known of the view below.
    for (name, field, stored) in [
        ("listed", 0, "8|6"),
        ("beyond", 1, "2|8"),
        ("fixed_view", 1, "0|8"),
    ] {
        let view = opened.table(name);
        let made = results(&opened, one(view, &[(field, "8")])).await.remove(0);
        assert_eq!(get(&opened, view, &made.key.unwrap()).await.0, stored);
    }
    place.script(&format!("drop database {far}")).await;
    place.drop().await;
}

/// What a view shows of a view in another schema may be numbered below or not: a key is told where its record is found by it.
#[tokio::test]
async fn keys_of_views_of_mysql_of_unknown_origin() {
    let Some(place) = Place::on(Dialect::Mysql).await else {
        return;
    };
    let far = format!("{}_far", place.name);
    let mut script = format!("create database {far};");
    let mut selection = Selection::default();
    for (name, columns, key) in [
        (
            "pair",
            "id int auto_increment, shop int not null default 0, n int, primary key (id, shop)",
            &["id", "shop"][..],
        ),
        (
            "fixed",
            "id int not null default 0, shop int not null default 0, n int, primary key (id, shop)",
            &["id", "shop"],
        ),
        (
            "zero",
            "id int not null default 0 primary key, shop int, n int",
            &["id"],
        ),
        (
            "coded",
            "id int auto_increment primary key, shop int not null default 0 unique, n int",
            &["shop"],
        ),
    ] {
        script += &format!(
            "create table {far}.{name} ({columns});
             create view {far}.{name}_below as select id, shop, n from {far}.{name};
             create view {name} as select id, shop, n from {far}.{name}_below;"
        );
        let key = key.iter().map(|&column| column.to_owned()).collect();
        selection.keys.insert(format!("{}.{name}", place.name), key);
    }
    place.script(&script).await;
    let opened = place.open_with(&selection).await;
    for (name, given, stored) in [
        ("pair", &[(2, "1")][..], None),
        ("pair", &[(1, "3"), (2, "2")], None),
        ("pair", &[(0, "0"), (1, "3"), (2, "3")], None),
        ("pair", &[(0, "9"), (1, "3"), (2, "4")], Some("9|3|4")),
        ("fixed", &[(2, "5")], Some("0|0|5")),
        ("fixed", &[(1, "3"), (2, "6")], Some("0|3|6")),
        ("zero", &[(2, "7")], Some("0|~|7")),
        // Another column is what was numbered.
        ("coded", &[(2, "8")], None),
        ("coded", &[(1, "4"), (2, "9")], Some("2|4|9")),
    ] {
        let view = opened.table(name);
        let made = results(&opened, one(view, given)).await.remove(0);
        assert_eq!(made.status, Status::Created, "{name} {given:?}");
        let found = match &made.key {
            Some(key) => Some(get(&opened, view, key).await),
            None => None,
        };
        let found = found.as_ref().map(|(row, _)| row.as_str());
        assert_eq!(found, stored, "{name} {given:?}");
    }
    place.script(&format!("drop database {far}")).await;
    place.drop().await;
}

/// What the role may not do is not offered, nor is the database asked of it view by view; what it may do to a part of a view is.
#[tokio::test]
async fn views_of_mysql_as_far_as_the_role_may_write_them() {
    let Some(place) = Place::on(Dialect::Mysql).await else {
        return;
    };
    let (name, user) = (&place.name, format!("{}_u", place.name));
    let closed = (0..60).map(|n| format!("create view closed_{n} as select id, a from t;"));
    let closed: String = closed.collect();
    place
        .script(&format!(
            "create table t (id int primary key, a int, b int); create table other (id int primary key, c int); insert into t values (1, 1, 1);
             create view plain as select id, a, b, a + b as c from t; create view part as select id, a, b, a + b as c from t;
             {closed} create view joined as select t.a, other.c from t join other on t.id = other.id;
             create user {user} identified by 'x' with max_queries_per_hour 100; grant select on {name}.* to {user}; grant show view on {name}.* to {user};
             grant insert, update, delete on {name}.plain to {user}; grant update (a) on {name}.part to {user};
             grant insert, update, delete on {name}.joined to {user}"
        ))
        .await;
    let url = place
        .url
        .replace("soapstone:soapstone@", &format!("{user}:x@"));
    let mut selection = Selection::default();
    let key = vec!["id".to_owned()];
    selection.keys.insert(format!("{name}.part"), key);
    let opened = Place::open_url(&url, &selection).await;
    let whole = match is_mariadb(&place).await {
        true => "insert update delete",
        false => "update delete",
    };
    for (view, writes, columns) in [
        ("plain", whole, &["id", "a", "b"][..]),
        ("part", "update", &["a"]),
    ] {
        assert_eq!(taken(&opened, view), writes, "{view}");
        assert_eq!(updatable(&opened, view), columns, "{view}");
    }
    assert_eq!(taken(&opened, "joined"), "");
    assert_eq!(taken(&opened, "closed_0"), "");
    let change = vec![record(&[(0, "1"), (1, "5")])];
    let update = Call::Update(write(opened.table("part"), change, Mode::Atomic));
    assert_eq!(results(&opened, update).await[0].status, Status::Updated);
    opened.database.close().await;
    place.script(&format!("drop user {user}")).await;
    place.drop().await;
}
