//! One gateway's flows at work: its place among the workers, the wake-ups, and a feeder and a pump for each flow.
//!
//! No gateway leads. Each says once a second that it lives, and takes over what a gateway held whose beat stood still for a lease.

mod membership;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::catalog::Dialect;
use crate::database::Database;
use crate::store::session::Session;
use crate::store::{StoreError, layout, progress, worker};

use super::{Ambient, Flow, feeder, pump, step};

use membership::{Lease, join, take_over, watch_over};

/// How the gateway works, flows aside.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a beat may stand still before a gateway is taken for dead.
    pub lease: Duration,
    /// How often to look where nothing wakes.
    pub poll: Duration,
    /// How long what is on its way may take to end after a stop is asked for.
    pub drain: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            lease: Duration::from_secs(10),
            poll: Duration::from_millis(500),
            drain: Duration::from_secs(20),
        }
    }
}

/// What a gateway's tasks share.
pub(crate) struct Shared {
    pub(crate) database: Database,
    pub(crate) settings: Settings,
    pub(crate) ambient: Ambient,
    at_work: RwLock<Vec<Arc<AtWork>>>,
    lease: Lease,
}

/// A flow at work, and what wakes its tasks.
pub(crate) struct AtWork {
    pub(crate) flow: Arc<Flow>,
    /// There are changes.
    pub(crate) changed: Notify,
    /// There are deliveries.
    pub(crate) accepted: Notify,
}

impl Shared {
    /// This gateway's id; a new one after it was taken for dead.
    pub(crate) fn worker(&self) -> String {
        self.lease.id()
    }

    /// Tells whether this gateway is sure that nobody takes its deliveries over: without that it sends nothing.
    pub(crate) fn lease_holds(&self) -> bool {
        self.lease.holds()
    }

    pub(crate) fn now(&self) -> i64 {
        (self.ambient.now)()
    }

    fn at_work(&self) -> Vec<Arc<AtWork>> {
        self.at_work
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Runs the flows until `stop` turns true; what is on its way then is awaited. Where other flows are wanted meanwhile, those that are
/// the same go on undisturbed.
///
/// # Errors
/// The gateway's tables can't be made. What fails later is logged and tried again.
pub async fn run(
    database: Database,
    flows: watch::Receiver<Vec<Arc<Flow>>>,
    settings: Settings,
    ambient: Ambient,
    stop: watch::Receiver<bool>,
) -> Result<(), StoreError> {
    layout::migrate(&database).await?;
    let lease = Lease::new(settings.lease);
    let shared = Arc::new(Shared {
        database,
        settings,
        ambient,
        at_work: RwLock::default(),
        lease,
    });
    join(&shared).await?;
    // Only one process uses a SQLite file: what others held is free at once.
    if worker::alone(shared.database.dialect()) {
        let mut session = Session::begin(&shared.database).await?;
        let own = shared.worker();
        for other in worker::all(&mut session).await? {
            if other.id != own {
                worker::strike_off(&mut session, &other).await?;
            }
        }
        session.commit().await?;
    }
    // In a set of their own, which ends them when this future is dropped.
    let mut beside = JoinSet::new();
    beside.spawn(watch_over(Arc::clone(&shared)));
    beside.spawn(listen(Arc::clone(&shared)));
    work(&shared, flows, stop).await;
    beside.shutdown().await;
    let mut session = Session::begin(&shared.database).await?;
    worker::leave(&mut session, &shared.worker()).await?;
    session.commit().await
}

/// The tasks of one flow.
struct Tasks {
    flow: Arc<Flow>,
    stop: watch::Sender<bool>,
    set: JoinSet<()>,
}

/// Keeps those flows at work that are wanted, until the stop.
async fn work(
    shared: &Arc<Shared>,
    mut flows: watch::Receiver<Vec<Arc<Flow>>>,
    mut stop: watch::Receiver<bool>,
) {
    let mut tasks: Vec<Tasks> = Vec::new();
    while !*stop.borrow() && stop.has_changed().is_ok() {
        let wanted = flows.borrow_and_update().clone();
        let same = |flow: &Arc<Flow>| wanted.iter().any(|wanted| Arc::ptr_eq(wanted, flow));
        let (kept, ending) = tasks.into_iter().partition(|one: &Tasks| same(&one.flow));
        tasks = kept;
        // What is on its way ends before a flow of the same name begins, so nothing is sent twice.
        end(ending).await;
        let known = |flow: &Arc<Flow>| tasks.iter().any(|one| Arc::ptr_eq(&one.flow, flow));
        let new: Vec<Arc<Flow>> = wanted.iter().filter(|flow| !known(flow)).cloned().collect();
        let begun = begin(shared, &new, &wanted).await;
        let again = async {
            match &begun {
                Ok(_) => std::future::pending().await,
                Err(error) => {
                    tracing::warn!(%error, "flows wait for the database");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        };
        let changed = async {
            if flows.changed().await.is_err() {
                std::future::pending().await
            }
        };
        tokio::select! {
            () = again => {}
            () = changed => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
        tasks.extend(begun.unwrap_or_default());
    }
    end(tasks).await;
}

/// Begins flows, once the database knows them and what a gateway that is gone held of them.
async fn begin(
    shared: &Arc<Shared>,
    new: &[Arc<Flow>],
    wanted: &[Arc<Flow>],
) -> Result<Vec<Tasks>, StoreError> {
    let mut session = Session::begin(&shared.database).await?;
    for flow in new {
        progress::ensure(&mut session, &flow.name, "", shared.now()).await?;
    }
    take_over(shared, new, &mut session).await?;
    session.commit().await?;
    let mut at_work = shared.at_work();
    at_work.retain(|one| wanted.iter().any(|flow| Arc::ptr_eq(flow, &one.flow)));
    let tasks = new.iter().map(|flow| {
        let one = Arc::new(AtWork {
            flow: Arc::clone(flow),
            changed: Notify::new(),
            accepted: Notify::new(),
        });
        let (stop, stopped) = watch::channel(false);
        let mut set = JoinSet::new();
        let (shared, fed) = (Arc::clone(shared), Arc::clone(&one));
        set.spawn(feeder::run(Arc::clone(&shared), fed, stopped.clone()));
        set.spawn(pump::run(shared, Arc::clone(&one), stopped));
        at_work.push(one);
        Tasks {
            flow: Arc::clone(flow),
            stop,
            set,
        }
    });
    let tasks = tasks.collect();
    *shared
        .at_work
        .write()
        .unwrap_or_else(PoisonError::into_inner) = at_work;
    Ok(tasks)
}

/// Stops flows, all at once, and waits for what is on their way.
async fn end(mut tasks: Vec<Tasks>) {
    for one in &tasks {
        one.stop.send_replace(true);
    }
    for one in &mut tasks {
        while let Some(ended) = one.set.join_next().await {
            if let Err(error) = ended {
                tracing::error!(flow = one.flow.name, %error, "a flow's task broke off");
            }
        }
    }
}

/// Listens for wake-ups; polling stands behind it, so a lost connection delays and loses nothing.
async fn listen(shared: Arc<Shared>) {
    let Database::Postgres(connections) = &shared.database else {
        return;
    };
    loop {
        let heard = step(async { Ok(hear(&shared, &connections.pool).await?) });
        if let Err(error) = heard.await {
            tracing::debug!(%error, "no wake-ups for a while; polling goes on");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Wakes who is meant, until the connection is lost.
async fn hear(shared: &Shared, pool: &sqlx::PgPool) -> Result<(), StoreError> {
    let mut listener = sqlx::postgres::PgListener::connect_with(pool).await?;
    listener
        .listen_all(["soapstone_change", "soapstone_delivery"])
        .await?;
    loop {
        let notice = listener.recv().await?;
        let change = notice.channel() == "soapstone_change";
        for one in shared.at_work() {
            if notice.payload().is_empty() || notice.payload() == one.flow.name {
                let wake = if change { &one.changed } else { &one.accepted };
                wake.notify_one();
            }
        }
    }
}

/// Waits for a wake-up, the next poll, or the stop; answers whether to stop.
pub(crate) async fn rest(
    wake: Option<&Notify>,
    poll: Duration,
    stop: &mut watch::Receiver<bool>,
) -> bool {
    let woken = async {
        match wake {
            Some(wake) => wake.notified().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = woken => {}
        () = tokio::time::sleep(poll) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
    // The sender is gone: nobody could ever ask for a stop again.
    *stop.borrow() || stop.has_changed().is_err()
}

/// Wakes the other gateways' pumps of a flow at commit, where the database can.
pub(crate) async fn announce(session: &mut Session, flow: &str) -> Result<(), StoreError> {
    if session.dialect() == Dialect::Postgres {
        session
            .rows(
                "select pg_notify('soapstone_delivery', ?)::text",
                crate::binds![flow],
            )
            .await?;
    }
    Ok(())
}
