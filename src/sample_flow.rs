//! The sample CRM's flow: placed orders go to the sample ERP, which runs in the same process. Set up where nothing is configured, so
//! that the first start shows an order arriving.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use soapstone::datatype::DateTime;
use soapstone_contracts::sample::wire::{self, Manners, PATH};
use soapstone_contracts::sample::{JournalError, SampleErp, write_contract};
use tokio::net::TcpListener;

use crate::capture::{self, CaptureError, Kept};
use crate::catalog::Catalog;
use crate::database::Database;
use crate::flow::{Ambient, instant};
use crate::store::StoreError;
use crate::store::session::Session;

/// The flows, by file name.
const FLOWS: &[(&str, &str)] = &[
    (
        "orders-to-erp.toml",
        include_str!("../sample/flows/orders-to-erp.toml"),
    ),
    (
        "cancelled-orders-to-erp.toml",
        include_str!("../sample/flows/cancelled-orders-to-erp.toml"),
    ),
];

/// What was set up.
pub struct SetUp {
    /// The folder of the flow.
    pub folder: PathBuf,
    /// What a person is told.
    pub welcome: String,
}

/// Why it could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// A file could not be written.
    #[error("{0} cannot be written")]
    File(PathBuf, #[source] std::io::Error),
    /// The ERP's address could not be had.
    #[error("the sample ERP cannot listen")]
    Listen(#[source] std::io::Error),
    /// The ERP.
    #[error(transparent)]
    Erp(#[from] JournalError),
    /// The triggers.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The gateway's tables.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Starts the sample ERP, captures the orders, and at the first time places one.
///
/// # Errors
/// Files, address or database.
pub async fn set_up(database: &Database, catalog: &Arc<Catalog>) -> Result<SetUp, SetUpError> {
    let folder = PathBuf::from("soapstone-sample.flows");
    std::fs::create_dir_all(&folder).map_err(|error| SetUpError::File(folder.clone(), error))?;
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(SetUpError::Listen)?;
    let address = format!(
        "http://{}{PATH}",
        listener.local_addr().map_err(SetUpError::Listen)?
    );
    let failed = |error| SetUpError::File(folder.clone(), error);
    write_contract(&folder, &address).map_err(failed)?;
    for (name, text) in FLOWS {
        if !folder.join(name).exists() {
            std::fs::write(folder.join(name), text).map_err(failed)?;
        }
    }
    let erp = SampleErp::open(clock, Path::new("soapstone-sample.erp"))?;
    tokio::spawn(wire::serve(Arc::new(erp), Manners::default(), listener));

    let table = capture::find(catalog, "sales_order")?;
    let captured = capture::captured(database).await?;
    let first = !captured.iter().any(|one| one.name == table.name);
    let mut welcome =
        format!("Flow orders-to-erp carries each placed order to the sample ERP at {address}.\n");
    if first {
        // Readers and the one writer do not wait for each other.
        if let Database::Sqlite(connections) = database {
            sqlx::raw_sql("pragma journal_mode = wal")
                .execute(&connections.pool)
                .await
                .map_err(StoreError::from)?;
        }
        capture::install(database, table, Kept::Both, (Ambient::system().now)()).await?;
        let mut session = Session::begin(database).await?;
        let draft = session
            .row("select min(id), min(number) from sales_order where id = (select min(id) from sales_order where status = 'draft')", &[])
            .await?
            .unwrap_or_default();
        session
            .run(
                "update sales_order set status = 'placed' where id = ?",
                crate::binds![draft.integer(0)],
            )
            .await?;
        session.commit().await?;
        welcome.push_str(&format!(
            "Order {} has just been placed; watch it arrive: soapstone flow show orders-to-erp\n",
            draft.text(1)
        ));
    }
    welcome.push('\n');
    Ok(SetUp { folder, welcome })
}

/// The time, as the sample ERP tells it.
pub fn clock() -> DateTime {
    instant((Ambient::system().now)())
}
