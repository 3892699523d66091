//! `Get`s that arrive together: one statement reads the records of all of them.
//!
//! A few statements of a table are on their way at once; what arrives meanwhile waits for the first of them to come back, and is asked for
//! together. Where nothing is on its way nothing waits. Each `Get` is a read of its own at a moment between its arrival and its answer, as
//! it is alone. Whatever goes wrong (an error, a client that hangs up), each goes on alone, and its own failure is told to it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::Postgres;
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};

use super::{error, postgres};
use crate::call::{Call, Get, Reply, Value};
use crate::catalog::{Catalog, TableId};
use crate::database::{Database, Lanes};
use crate::plan::{self, MOST_TOGETHER, Plan};
use crate::problem::{RunError, RunErrorKind};
use crate::rows::{Cell, Rows};

/// The `Get`s of each table that wait for one another.
pub struct Together {
    tables: Vec<Option<Gathering>>,
}

struct Gathering {
    /// Statements that may be on their way at once: as many as there are processors to make sense of their answers.
    turns: Semaphore,
    waiting: Mutex<Waiting>,
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

/// What takes longer, a turn or a statement, has the table's `Get`s go alone for [`ALONE`].
const SLOW: Duration = Duration::from_millis(20);
const ALONE: Duration = Duration::from_secs(1);
/// A statement for several that takes longer is given up.
const LONGEST: Duration = Duration::from_millis(500);

impl Together {
    /// Makes room for the tables of a catalog.
    pub fn new(catalog: &Catalog) -> Together {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let gathering = || Gathering {
            turns: Semaphore::new(processors.clamp(2, MOST_TOGETHER)),
            waiting: Mutex::default(),
        };
        let tables = catalog.tables.iter();
        Together {
            tables: tables
                .map(|table| plan::can_read_together(catalog, table).then(gathering))
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
        let (Database::Postgres(connections), Call::Get(get)) = (database, call) else {
            return super::run(database, catalog, plan).await;
        };
        let gathering = self.tables.get(get.table.0).and_then(Option::as_ref);
        let Some(gathering) = gathering.filter(|_| get.expand.is_empty()) else {
            return super::run(database, catalog, plan).await;
        };
        match gathering.record(&connections.lanes, catalog, get).await {
            Got::Record(found) => found
                .map(Reply::Record)
                .ok_or_else(|| RunError::new(RunErrorKind::NotFound)),
            Got::Alone(turn) => {
                let begun = Instant::now();
                let reply = super::run(database, catalog, plan).await;
                if turn.is_some() {
                    gathering.took(begun);
                }
                reply
            }
        }
    }
}

/// What became of a `Get` that waited for others.
enum Got<'g> {
    /// The record, where there is one.
    Record(Option<Rows>),
    /// It has to be read alone, in this turn if it has one.
    Alone(Option<SemaphorePermit<'g>>),
}

impl Gathering {
    /// Reads one record together with others.
    async fn record(&self, lanes: &Lanes<Postgres>, catalog: &Catalog, get: &Get) -> Got<'_> {
        let (answer, answered) = oneshot::channel();
        let first = self.lock().join(get.key.clone(), answer);
        if first == Some(true) {
            let mut lead = Lead {
                gathering: self,
                taken: false,
            };
            // What has arrived already comes along.
            tokio::task::yield_now().await;
            let turn = tokio::time::timeout(SLOW, self.turns.acquire()).await;
            let asked = lead.take();
            let Ok(turn) = turn else {
                self.go_alone();
                return Got::Alone(None);
            };
            if asked.len() < 2 {
                return Got::Alone(turn.ok());
            }
            self.read(lanes, catalog, get.table, asked).await;
        }
        match first {
            None => Got::Alone(None),
            Some(_) => answered.await.map_or(Got::Alone(None), Got::Record),
        }
    }

    /// Reads the records that were asked for, and answers with them; where it cannot, nobody is answered.
    async fn read(
        &self,
        lanes: &Lanes<Postgres>,
        catalog: &Catalog,
        id: TableId,
        asked: Vec<Asked>,
    ) {
        let (keys, answers): (Vec<_>, Vec<_>) =
            asked.into_iter().map(|one| (one.key, one.answer)).unzip();
        let begun = Instant::now();
        let records = tokio::time::timeout(LONGEST, records(lanes, catalog, id, &keys)).await;
        self.took(begun);
        for (record, answer) in records.into_iter().flatten().flatten().zip(answers) {
            // Whoever hung up needs no answer.
            let _ = answer.send(record);
        }
    }

    /// Takes note of how long a statement took.
    fn took(&self, begun: Instant) {
        if begun.elapsed() > SLOW {
            self.go_alone();
        }
    }

    fn go_alone(&self) {
        self.lock().alone = Some(Instant::now() + ALONE);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

/// The first of those that wait asks for all; where it is given up, they go alone.
struct Lead<'g> {
    gathering: &'g Gathering,
    taken: bool,
}

impl Lead<'_> {
    fn take(&mut self) -> Vec<Asked> {
        self.taken = true;
        let mut waiting = self.gathering.lock();
        let most = waiting.asked.len().min(MOST_TOGETHER);
        waiting.asked.drain(..most).collect()
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        if !self.taken {
            drop(self.take());
        }
    }
}
