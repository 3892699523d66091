//! Where a flow's changes come from: the change log, or looking at the table again and again. A further source is a variant here and a
//! module below: it turns a position, which the flow keeps, into changes and the next position. It never delivers anything.

pub mod poll;

use std::time::Duration;

use crate::capture::log::{self, Page};
use crate::database::Database;

use super::{Flow, FlowError, feeder::origin};

use poll::Poll;

/// How changes are found.
pub enum Source {
    /// In the change log, which triggers write: every change of a row, in commit order.
    ChangeLog,
    /// By looking for rows whose version or time has grown.
    Poll(Poll),
}

impl Source {
    /// Tells whether the source table must be captured.
    pub fn wants_capture(&self) -> bool {
        matches!(self, Source::ChangeLog)
    }

    /// How long to rest where there is nothing new; absent where wake-ups and the gateway's own pace serve.
    pub fn pause(&self) -> Option<Duration> {
        match self {
            Source::ChangeLog => None,
            Source::Poll(poll) => Some(poll.every),
        }
    }
}

/// Reads the changes after a position.
///
/// # Errors
/// The database can't be read, or the position is none of this source's.
pub async fn page(
    database: &Database,
    flow: &Flow,
    position: &str,
    limit: u32,
) -> Result<Page, FlowError> {
    match &flow.source {
        Source::ChangeLog => {
            let (schema, table) = &flow.table;
            // What the flow itself writes back would only come back to it.
            let own = origin(&flow.name);
            Ok(
                log::changes_by_others(database, (schema, table), &own, Some(position), limit)
                    .await?,
            )
        }
        Source::Poll(poll) => poll.page(database, position, limit).await,
    }
}
