//! Flows from a folder of files to running tasks.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::capture;
use crate::catalog::Catalog;
use crate::config::{self, ConfigError};
use crate::database::Database;
use crate::store::session::Session;
use crate::store::{StoreError, count};

use super::assemble::{Assembled, Ground, assemble};
use super::gateway::{self, Settings};
use super::{Ambient, Flow, written};

/// Why flows do not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// What is wrong with them, all of it.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Wrong(Vec<ConfigError>),
    /// The gateway's tables.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads the flows of a folder and holds them against the catalog.
///
/// # Errors
/// Everything that is wrong in any of them.
pub fn read(
    database: &Database,
    catalog: &Arc<Catalog>,
    folder: &Path,
) -> Result<Vec<Assembled>, Vec<ConfigError>> {
    let (mut flows, mut wrong) = (Vec::new(), Vec::new());
    for (_, flow) in read_each(database, catalog, folder).map_err(|error| vec![error])? {
        match flow {
            Ok(flow) => flows.push(flow),
            Err(errors) => wrong.extend(errors),
        }
    }
    if wrong.is_empty() {
        Ok(flows)
    } else {
        Err(wrong)
    }
}

/// A flow's name, and the flow or everything that is wrong with it.
pub(super) type Read = (String, Result<Assembled, Vec<ConfigError>>);

/// Reads each flow of a folder for itself.
///
/// # Errors
/// The folder can't be read.
pub(super) fn read_each(
    database: &Database,
    catalog: &Arc<Catalog>,
    folder: &Path,
) -> Result<Vec<Read>, ConfigError> {
    let ambient = Ambient::system();
    let ground = Ground {
        database,
        catalog,
        folder,
        ambient: &ambient,
    };
    let files = written::files(folder)?;
    let read = |file: &PathBuf| {
        let flow = written::read(file).and_then(|written| assemble(&ground, &written));
        (written::name(file), flow)
    };
    Ok(files.iter().map(read).collect())
}

/// Names the flows whose source table is not captured, with what to do about it.
///
/// # Errors
/// The database can't be read.
pub async fn uncaptured(
    database: &Database,
    flows: &[Assembled],
    folder: &Path,
) -> Result<Vec<ConfigError>, StoreError> {
    let captured = capture::captured(database).await?;
    let missing = flows
        .iter()
        .filter(|one| one.flow.source.wants_capture())
        .filter(|one| {
            let (schema, table) = &one.flow.table;
            !captured
                .iter()
                .any(|captured| captured.schema == *schema && captured.name == *table)
        });
    Ok(missing
        .map(|one| {
            let (schema, table) = &one.flow.table;
            let file = folder.join(format!("{}.toml", one.flow.name));
            let message = format!(
                "{schema}.{table} is not captured: run `soapstone capture install {schema}.{table}`"
            );
            ConfigError::unplaced(&file, message)
        })
        .collect())
}

/// Flows at work.
pub struct Running {
    flows: watch::Sender<Vec<Arc<Flow>>>,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), StoreError>>,
    housekeeping: JoinHandle<()>,
}

impl Running {
    /// Runs these flows from now on: those that ran before go on undisturbed, of the others what is on its way ends first.
    pub fn replace(&self, flows: Vec<Arc<Flow>>) {
        self.flows.send_replace(flows);
    }

    /// Stops claiming, waits for what is on its way, and signs off.
    pub async fn stop(self) {
        // The receivers are gone only when the tasks have ended already.
        let _ = self.stop.send(true);
        self.housekeeping.abort();
        match self.task.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the flows stopped"),
            Err(error) => tracing::error!(%error, "the flows broke off"),
        }
    }
}

/// Starts the flows.
pub fn start(database: &Database, flows: Vec<Arc<Flow>>, config: &config::Flows) -> Running {
    let (stop, stopped) = watch::channel(false);
    let (flows, wanted) = watch::channel(flows);
    let settings = Settings {
        lease: Duration::from_secs(config.lease_seconds.max(2)),
        ..Settings::default()
    };
    let housekeeping = tokio::spawn(keep_house(
        database.clone(),
        wanted.clone(),
        config.keep_days,
    ));
    let task = tokio::spawn(gateway::run(
        database.clone(),
        wanted,
        settings,
        Ambient::system(),
        stopped,
    ));
    Running {
        flows,
        stop,
        task,
        housekeeping,
    }
}

/// How often the metrics are measured, at most.
const MEASURE: Duration = Duration::from_secs(5);
/// How often what is old is let go.
const LET_GO: Duration = Duration::from_secs(600);

/// Tells the metrics how the flows stand, and lets go of what is old.
async fn keep_house(database: Database, wanted: watch::Receiver<Vec<Arc<Flow>>>, keep_days: u64) {
    let mut cleaned: Option<Instant> = None;
    let mut pause = MEASURE;
    loop {
        tokio::time::sleep(pause).await;
        let flows = wanted.borrow().clone();
        let began = Instant::now();
        if let Err(error) = measure(&database, &flows).await {
            tracing::debug!(%error, "the flows' metrics are late");
        }
        // Counting millions takes its time; it gets a thirtieth of it.
        pause = MEASURE.max(began.elapsed() * 30);
        if cleaned.is_none_or(|at| at.elapsed() > LET_GO) {
            cleaned = Some(Instant::now());
            if let Err(error) = let_go(&database, &flows, keep_days).await {
                tracing::warn!(%error, "old deliveries are kept for now");
            }
        }
    }
}

async fn measure(database: &Database, flows: &[Arc<Flow>]) -> Result<(), StoreError> {
    let mut session = Session::begin_reading(database).await?;
    let now = (Ambient::system().now)();
    for counts in count::all(&mut session).await? {
        let flow = counts.flow.clone();
        let gauge = |name: &'static str, value: i64| {
            metrics::gauge!(name, "flow" => flow.clone()).set(value as f64)
        };
        gauge("soapstone_flow_accepted", counts.accepted);
        gauge("soapstone_flow_delivered", counts.delivered);
        gauge("soapstone_flow_waiting", counts.waiting);
        gauge("soapstone_flow_in_doubt", counts.doubt);
        gauge("soapstone_flow_dead", counts.dead);
        gauge(
            "soapstone_flow_oldest_millis",
            counts.oldest.map_or(0, |oldest| (now - oldest).max(0)),
        );
    }
    for row in session
        .rows("select destination, state from {s}circuit", &[])
        .await?
    {
        let (destination, open) = (row.text(0), f64::from(u8::from(row.text(1) != "closed")));
        for flow in flows.iter().filter(|flow| flow.destination == destination) {
            metrics::gauge!("soapstone_flow_circuit_open", "flow" => flow.name.clone()).set(open);
        }
        metrics::gauge!("soapstone_circuit_open", "destination" => destination).set(open);
    }
    Ok(())
}

async fn let_go(
    database: &Database,
    flows: &[Arc<Flow>],
    keep_days: u64,
) -> Result<(), StoreError> {
    let kept = i64::try_from(keep_days)
        .unwrap_or(i64::MAX)
        .saturating_mul(24 * 3600 * 1000);
    let before = (Ambient::system().now)().saturating_sub(kept);
    capture::log::trim(database, before).await?;
    // A flow that carries each record once knows it by its delivery.
    for flow in flows.iter().filter(|flow| !flow.policy.each_record) {
        let mut session = Session::begin(database).await?;
        while count::forget(&mut session, &flow.name, before, 500).await? >= 500 {
            session.commit().await?;
            session = Session::begin(database).await?;
        }
        session.commit().await?;
    }
    Ok(())
}
