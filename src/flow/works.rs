//! The flows of a gateway: those that run, and how newer ones take their place at a reload.
//!
//! A flow that is what it was goes on undisturbed. Of one that has changed, what is on its way ends before it begins anew, so nothing is
//! sent twice and nothing is lost. A file that is broken leaves its flow as it was, and what is wrong with it is told wherever flows
//! are shown.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use crate::catalog::Catalog;
use crate::config::{self, ConfigError};
use crate::database::Database;
use crate::store::session::Session;
use crate::store::{StoreError, progress};

use super::assemble::Assembled;
use super::start::{self, Running, StartError};
use super::{Ambient, Flow};

/// The flows of a gateway.
#[derive(Default)]
pub struct Works {
    current: RwLock<Current>,
    running: Mutex<Option<Started>>,
}

#[derive(Default)]
struct Current {
    flows: Vec<Arc<Assembled>>,
    /// What is wrong with files, by the flow's name.
    problems: BTreeMap<String, String>,
}

struct Started {
    running: Running,
    folder: PathBuf,
}

impl Works {
    /// Starts the flows of a folder: all of them, or none.
    ///
    /// # Errors
    /// Everything that is wrong in any of them.
    pub async fn start(
        &self,
        database: &Database,
        catalog: &Arc<Catalog>,
        folder: &Path,
        config: &config::Flows,
    ) -> Result<(), StartError> {
        let flows = start::read(database, catalog, folder).map_err(StartError::Wrong)?;
        let missing = start::uncaptured(database, &flows, folder).await?;
        if !missing.is_empty() {
            return Err(StartError::Wrong(missing));
        }
        let flows: Vec<Arc<Assembled>> = flows.into_iter().map(Arc::new).collect();
        for warning in flows.iter().flat_map(|flow| &flow.warnings) {
            tracing::warn!("{warning}");
        }
        let mut running = self.running.lock().await;
        *running = Some(Started {
            running: start::start(database, self::flows(&flows), config),
            folder: folder.to_path_buf(),
        });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Current {
            flows,
            problems: BTreeMap::new(),
        };
        Ok(())
    }

    /// Reads the folder again and runs what is there now; does nothing where no flows were started.
    pub async fn reload(&self, database: &Database, catalog: &Arc<Catalog>) {
        let running = self.running.lock().await;
        let Some(started) = running.as_ref() else {
            return;
        };
        let folder = &started.folder;
        let read = match start::read_each(database, catalog, folder) {
            Ok(read) => read,
            Err(error) => {
                tracing::error!(%error, "the flows stay as they were");
                return;
            }
        };
        let mut next = Current::default();
        for (name, flow) in read {
            let right = match flow {
                Err(errors) => Err(errors),
                Ok(flow) => {
                    match start::uncaptured(database, std::slice::from_ref(&flow), folder).await {
                        Ok(missing) if missing.is_empty() => Ok(flow),
                        Ok(missing) => Err(missing),
                        Err(error) => Err(vec![ConfigError::unplaced(folder, error.to_string())]),
                    }
                }
            };
            match right {
                Ok(flow) => {
                    let same = self.find(&name).filter(|known| known.mark == flow.mark);
                    next.flows.push(same.unwrap_or_else(|| Arc::new(flow)));
                }
                Err(errors) => {
                    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
                    let kept = self.find(&name);
                    let fate = if kept.is_some() {
                        "runs as it was"
                    } else {
                        "does not run"
                    };
                    for line in &lines {
                        tracing::error!(flow = name, fate, "{line}");
                    }
                    next.flows.extend(kept);
                    next.problems.insert(name, lines.join("\n"));
                }
            }
        }
        if let Err(error) = sign_on(database, &next.flows).await {
            tracing::warn!(%error, "new flows are listed once the database is back");
        }
        started.running.replace(flows(&next.flows));
        tracing::info!(
            flows = next.flows.len(),
            broken = next.problems.len(),
            "flows read"
        );
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
    }

    /// Stops the flows: what is on its way ends first.
    pub async fn stop(&self) {
        if let Some(started) = self.running.lock().await.take() {
            started.running.stop().await;
        }
    }

    /// The flow of a name, if it runs.
    pub fn find(&self, name: &str) -> Option<Arc<Assembled>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let found = current.flows.iter().find(|known| known.flow.name == name);
        found.map(Arc::clone)
    }

    /// What is wrong with a flow's file since the last reload.
    pub fn problem(&self, name: &str) -> Option<String> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.problems.get(name).cloned()
    }
}

/// Signs new flows on, so that whoever asked for the reload sees them at once.
async fn sign_on(database: &Database, flows: &[Arc<Assembled>]) -> Result<(), StoreError> {
    let now = (Ambient::system().now)();
    let mut session = Session::begin(database).await?;
    for one in flows {
        progress::ensure(&mut session, &one.flow.name, "", now).await?;
    }
    session.commit().await
}

fn flows(flows: &[Arc<Assembled>]) -> Vec<Arc<Flow>> {
    flows.iter().map(|one| Arc::clone(&one.flow)).collect()
}
