//! `Get`s that arrive together: one statement reads the records of all of them.
//!
//! The first of them lets the runtime take in what else has arrived, which costs nothing where nothing has, then asks for all. Each `Get`
//! is a read of its own at a moment between its arrival and its answer, as it is alone. Whatever goes wrong (an error, a client that hangs
//! up), each goes on alone, and its own failure is told to it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::Postgres;
use tokio::sync::oneshot;

use super::{error, postgres};
use crate::call::{Call, Get, Reply, Value};
use crate::catalog::{Catalog, TableId};
use crate::database::{Database, Lanes};
use crate::plan::{self, MOST_TOGETHER, Plan};
use crate::problem::{RunError, RunErrorKind};
use crate::rows::{Cell, Rows};

/// The `Get`s of each table that wait for one another.
pub struct Together {
    tables: Vec<Option<Mutex<Waiting>>>,
}

#[derive(Default)]
struct Waiting {
    asked: Vec<Asked>,
    /// Until then every `Get` goes alone: what one of them has to wait for should not be waited for by all.
    alone: Option<Instant>,
}

struct Asked {
    key: Vec<Value>,
    answer: oneshot::Sender<Option<Rows>>,
}

/// A statement that takes longer has the table's `Get`s go alone for [`ALONE`].
const SLOW: Duration = Duration::from_millis(20);
const ALONE: Duration = Duration::from_secs(1);

impl Together {
    /// Makes room for the tables of a catalog.
    pub fn new(catalog: &Catalog) -> Together {
        let tables = catalog.tables.iter();
        Together {
            tables: tables
                .map(|table| plan::can_read_together(catalog, table).then(Mutex::default))
                .collect(),
        }
    }

    /// Runs a call's plan, a `Get` together with others.
    pub async fn run(
        &self,
        database: &Database,
        catalog: &Catalog,
        call: &Call,
        plan: &Plan,
    ) -> Result<Reply, RunError> {
        if let (Database::Postgres(connections), Call::Get(get)) = (database, call)
            && get.expand.is_empty()
            && let Some(Some(waiting)) = self.tables.get(get.table.0)
            && let Some(found) = record(&connections.lanes, waiting, catalog, get).await
        {
            return found
                .map(Reply::Record)
                .ok_or_else(|| RunError::new(RunErrorKind::NotFound));
        }
        super::run(database, catalog, plan).await
    }
}

/// Reads one record together with others: `None` where it has to be read alone, `Some(None)` where there is no such record.
async fn record(
    lanes: &Lanes<Postgres>,
    waiting: &Mutex<Waiting>,
    catalog: &Catalog,
    get: &Get,
) -> Option<Option<Rows>> {
    let (answer, answered) = oneshot::channel();
    let first = lock(waiting).join(get.key.clone(), answer)?;
    if !first {
        return answered.await.ok();
    }
    let mut turn = Turn {
        waiting,
        taken: false,
    };
    tokio::task::yield_now().await;
    let asked = turn.take();
    if asked.len() < 2 {
        return None;
    }
    let (keys, answers): (Vec<_>, Vec<_>) =
        asked.into_iter().map(|one| (one.key, one.answer)).unzip();
    let begun = Instant::now();
    let records = records(lanes, catalog, get.table, &keys).await;
    if begun.elapsed() > SLOW {
        lock(waiting).alone = Some(Instant::now() + ALONE);
    }
    for (record, answer) in records?.into_iter().zip(answers) {
        // Whoever hung up needs no answer.
        let _ = answer.send(record);
    }
    answered.await.ok()
}

/// The records of some keys, in their order.
async fn records(
    lanes: &Lanes<Postgres>,
    catalog: &Catalog,
    id: TableId,
    keys: &[Vec<Value>],
) -> Option<Vec<Option<Rows>>> {
    let read = plan::records(catalog, id, keys).ok()??;
    let key = *catalog.table(id)?.key.as_deref()?.first()?;
    let mut lane = lanes.lend().await.ok()?;
    let time = lane.statement_time();
    let rows = postgres::fetch_each(&mut lane.connection, &read.statement, &read.shape);
    let rows = error::within(time, rows).await.ok()?;
    lane.keep();
    let found = |rows: Rows| match rows.cell(0, key) {
        None | Some(Cell::Null) => None,
        Some(_) => Some(rows),
    };
    (rows.len() == keys.len()).then(|| rows.into_iter().map(found).collect())
}

impl Waiting {
    /// Joins those that wait; tells whether it is the first of a turn. `None` where it has to go alone.
    fn join(&mut self, key: Vec<Value>, answer: oneshot::Sender<Option<Rows>>) -> Option<bool> {
        if self.alone.is_some_and(|until| until > Instant::now()) {
            return None;
        }
        self.alone = None;
        self.asked.push(Asked { key, answer });
        Some(self.asked.len() % MOST_TOGETHER == 1)
    }
}

/// A turn that the first of those that wait takes; where it is given up, they go alone.
struct Turn<'w> {
    waiting: &'w Mutex<Waiting>,
    taken: bool,
}

impl Turn<'_> {
    fn take(&mut self) -> Vec<Asked> {
        self.taken = true;
        let mut waiting = lock(self.waiting);
        let most = waiting.asked.len().min(MOST_TOGETHER);
        waiting.asked.drain(..most).collect()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.taken {
            drop(self.take());
        }
    }
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
