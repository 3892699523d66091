//! A fresh database for each test, and tables described by hand.

use soapstone_gateway::catalog::{
    Column, Dialect, Generation, Privileges, SqlType, Table, TableKind, Versioning,
};
use soapstone_gateway::database::{Database, Settings};
use soapstone_gateway::store::session::Session;

/// Makes fresh databases of every dialect that is at hand.
pub(crate) async fn databases(test: &str) -> Vec<Database> {
    let mut found = vec![sqlite(test).await];
    for (variable, dialect) in [
        ("SOAPSTONE_TEST_POSTGRES", Dialect::Postgres),
        ("SOAPSTONE_TEST_MYSQL", Dialect::Mysql),
    ] {
        match std::env::var(variable) {
            Ok(url) => found.push(server(&url, test).await),
            Err(_) => eprintln!("{test}: skips {dialect}: {variable} is not set"),
        }
    }
    found
}

/// Makes a fresh SQLite file.
pub(crate) async fn sqlite(test: &str) -> Database {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("{test}-{}.sqlite", std::process::id()));
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    let settings = Settings {
        create: true,
        ..Settings::new(format!("sqlite:{}", path.display()))
    };
    let database = Database::open(&settings).expect("opens");
    if let Database::Sqlite(connections) = &database {
        sqlx::raw_sql("pragma journal_mode = wal")
            .execute(&connections.pool)
            .await
            .expect("wal");
    }
    database
}

/// Makes a fresh database on a server.
pub(crate) async fn server(url: &str, test: &str) -> Database {
    let name = format!("{test}_{}", std::process::id());
    let outer = Database::open(&Settings::new(url)).expect("a URL");
    let drop = sqlx::AssertSqlSafe(format!("drop database if exists {name}"));
    let charset = if outer.dialect() == Dialect::Mysql {
        " character set utf8mb4"
    } else {
        ""
    };
    let create = sqlx::AssertSqlSafe(format!("create database {name}{charset}"));
    match &outer {
        Database::Postgres(connections) => {
            sqlx::raw_sql(drop)
                .execute(&connections.pool)
                .await
                .expect("drops");
            sqlx::raw_sql(create)
                .execute(&connections.pool)
                .await
                .expect("creates");
        }
        Database::Mysql(connections) => {
            sqlx::raw_sql(drop)
                .execute(&connections.pool)
                .await
                .expect("drops");
            sqlx::raw_sql(create)
                .execute(&connections.pool)
                .await
                .expect("creates");
        }
        Database::Sqlite(_) => unreachable!("a server"),
    }
    let (start, _) = url.rsplit_once('/').expect("a URL with a database");
    let settings = Settings {
        connections: 24,
        ..Settings::new(format!("{start}/{name}"))
    };
    Database::open(&settings).expect("a URL")
}

/// Runs definitions in a transaction of their own.
pub(crate) async fn define(database: &Database, sql: &str) {
    let mut session = Session::begin(database).await.expect("begins");
    session
        .define(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    session.commit().await.expect("commits");
}

/// The schema that a table without a prefix is in.
pub(crate) async fn schema(database: &Database) -> String {
    match database {
        Database::Postgres(_) => "public".to_owned(),
        Database::Sqlite(_) => "main".to_owned(),
        Database::Mysql(_) => {
            let mut session = Session::begin(database).await.expect("begins");
            session
                .row("select database()", &[])
                .await
                .expect("reads")
                .expect("a row")
                .text(0)
        }
    }
}

/// Describes a table with these columns, the first of which are its key.
pub(crate) fn table(schema: &str, name: &str, columns: &[(&str, SqlType)], key: usize) -> Table {
    Table {
        schema: schema.to_owned(),
        name: name.to_owned(),
        public_name: name.to_owned(),
        kind: TableKind::Table,
        comment: None,
        columns: columns
            .iter()
            .map(|(name, sql_type)| Column {
                name: (*name).to_owned(),
                public_name: (*name).to_owned(),
                sql_type: sql_type.clone(),
                type_name: String::new(),
                nullable: true,
                default: None,
                generation: Generation::None,
                comment: None,
                insertable: true,
                updatable: true,
            })
            .collect(),
        key: Some((0..key).collect()),
        uniques: Vec::new(),
        relations: Vec::new(),
        privileges: Privileges {
            select: true,
            insert: true,
            update: true,
            delete: true,
        },
        versioning: Versioning::Digest,
        transactional: true,
        lockable: true,
        key_may_repeat: false,
    }
}

/// A number from a seed: the same at every run, with the seed told when a test fails.
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}
