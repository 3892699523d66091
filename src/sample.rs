//! The sample CRM: what `soapstone serve` serves where no database is configured. It is made once and never touched again.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

const SCHEMA: &str = include_str!("../sample/sqlite.sql");

/// The routines of the sample CRM, by file name.
const ROUTINES: &[(&str, &str)] = &[
    ("call.sql", include_str!("../sample/routines/call.sql")),
    (
        "customer.sql",
        include_str!("../sample/routines/customer.sql"),
    ),
    ("lead.sql", include_str!("../sample/routines/lead.sql")),
    (
        "opportunity.sql",
        include_str!("../sample/routines/opportunity.sql"),
    ),
];

/// Why the sample CRM could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The database could not be made.
    #[error("sample CRM {0} cannot be created")]
    Database(PathBuf, #[source] sqlx::Error),
    /// A file could not be written.
    #[error("{0} cannot be written")]
    File(PathBuf, #[source] std::io::Error),
}

/// Creates the sample CRM in a SQLite file, unless the file is there.
pub async fn create(path: &Path) -> Result<(), SampleError> {
    if path.exists() {
        return Ok(());
    }
    // Made beside it and moved, so that a start that was broken off leaves no half of it.
    let draft = path.with_extension("draft");
    let _ = std::fs::remove_file(&draft);
    let failed = |error| SampleError::Database(path.to_path_buf(), error);
    let options = SqliteConnectOptions::new()
        .filename(&draft)
        .create_if_missing(true)
        .disable_statement_logging();
    let mut connection = options.connect().await.map_err(failed)?;
    // The text is our own, and holds many statements.
    sqlx::raw_sql(AssertSqlSafe(format!("begin;\n{SCHEMA}\n;commit;")))
        .execute(&mut connection)
        .await
        .map_err(failed)?;
    connection.close().await.map_err(failed)?;
    std::fs::rename(&draft, path).map_err(|error| SampleError::File(path.to_path_buf(), error))
}

/// Puts the sample CRM's routines into a folder beside its database, and answers the folder.
pub fn routines(path: &Path) -> Result<PathBuf, SampleError> {
    let folder = path.with_extension("routines");
    if !folder.exists() {
        std::fs::create_dir_all(&folder)
            .map_err(|error| SampleError::File(folder.clone(), error))?;
        for (name, text) in ROUTINES {
            let file = folder.join(name);
            std::fs::write(&file, text).map_err(|error| SampleError::File(file.clone(), error))?;
        }
    }
    Ok(folder)
}
