//! The sample CRM on each database that is there: SQLite always, PostgreSQL and MariaDB where `tests/run` gives a server.

use std::ops::Deref;
use std::path::Path;

use soapstone_gateway::catalog::Dialect;
use tokio::runtime::{Builder, Runtime};

use crate::database::{Place as Database, dialects};
use crate::http::{Answer, Request};
use crate::process::{Gateway, Scratch};

/// A gateway on a database of its own.
pub(crate) struct Ground {
    pub(crate) gateway: Gateway,
    /// The database, where it is not the one that the gateway makes by itself.
    database: Option<Database>,
    runtime: Runtime,
    namespace: String,
    _configuration: Option<Scratch>,
}

impl Ground {
    /// The sample CRM on SQLite, as the gateway makes it.
    pub(crate) fn sample() -> Ground {
        Ground::over(Gateway::with_sample(), None, runtime())
    }

    /// The sample CRM on SQLite with a configuration; pages and contracts are open to all.
    pub(crate) fn configured(text: &str) -> Ground {
        let scratch = Scratch::new();
        let file = scratch.path().join("soapstone.toml");
        std::fs::write(&file, text).unwrap();
        let gateway = Gateway::start(&["--config", file.to_str().unwrap()]);
        let mut ground = Ground::over(gateway, None, runtime());
        ground._configuration = Some(scratch);
        ground
    }

    /// The sample CRM on a database; on MariaDB the part of it that the tests need.
    pub(crate) fn on(dialect: Dialect) -> Ground {
        match dialect {
            Dialect::Sqlite => Ground::sample(),
            _ => Ground::with(dialect, &sample(dialect)),
        }
    }

    /// A database made by a script, and a gateway on it.
    pub(crate) fn with(dialect: Dialect, script: &str) -> Ground {
        let runtime = runtime();
        let database = runtime.block_on(async {
            let database = Database::new(dialect).await;
            database.script(script).await;
            database
        });
        let gateway = Gateway::start(&["--db", &database.url]);
        Ground::over(gateway, Some(database), runtime)
    }

    /// The same with a configuration beside it.
    pub(crate) fn with_configuration(dialect: Dialect, script: &str, text: &str) -> Ground {
        let mut ground = Ground::with(dialect, script);
        let scratch = Scratch::new();
        let file = scratch.path().join("soapstone.toml");
        std::fs::write(&file, text).unwrap();
        ground.gateway =
            Gateway::start(&["--db", ground.url(), "--config", file.to_str().unwrap()]);
        ground._configuration = Some(scratch);
        ground
    }

    fn over(gateway: Gateway, database: Option<Database>, runtime: Runtime) -> Ground {
        let wsdl = Request::get("/soap/crm?wsdl").send(&gateway).body;
        let (_, rest) = wsdl.split_once("targetNamespace=\"").unwrap();
        let namespace = rest.split('"').next().unwrap().to_owned();
        Ground {
            gateway,
            database,
            runtime,
            namespace,
            _configuration: None,
        }
    }

    /// Runs SQL beside the gateway.
    pub(crate) fn script(&self, sql: &str) {
        let database = self.database.as_ref().unwrap();
        self.runtime.block_on(database.script(sql));
    }

    /// Runs a future to its end.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// The database's URL.
    pub(crate) fn url(&self) -> &str {
        &self.database.as_ref().unwrap().url
    }

    /// Where the types and elements of the default schema are.
    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Calls an operation.
    pub(crate) fn call(&self, operation: &str, content: &str) -> Answer {
        self.request(operation, content).send(&self.gateway)
    }

    /// A call that is not sent yet.
    pub(crate) fn request(&self, operation: &str, content: &str) -> Request {
        let namespace = &self.namespace;
        let body = crate::envelope(&format!(
            "<{operation} xmlns=\"{namespace}\">{content}</{operation}>"
        ));
        Request::post("/soap/crm", body.as_bytes())
    }
}

impl Deref for Ground {
    type Target = Gateway;

    fn deref(&self) -> &Gateway {
        &self.gateway
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        self.gateway.stop();
        if let Some(database) = self.database.take() {
            self.runtime.block_on(database.drop());
        }
    }
}

/// The script of the sample CRM.
pub(crate) fn sample(dialect: Dialect) -> String {
    let script = match dialect {
        Dialect::Sqlite => "sample/sqlite.sql",
        Dialect::Postgres => "sample/postgres.sql",
        Dialect::Mysql => "tests/gateway/mysql.sql",
    };
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(script)).unwrap()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// The sample CRM on each database that is there, one after the other.
pub(crate) fn each() -> impl Iterator<Item = Ground> {
    dialects().into_iter().map(|dialect| {
        println!("{dialect}");
        Ground::on(dialect)
    })
}
