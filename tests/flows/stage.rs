//! A destination that misbehaves as told and counts what it took, a flow to it, and a table of orders.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use soapstone_gateway::binds;
use soapstone_gateway::capture::log::{Change, Kind};
use soapstone_gateway::capture::{self, Kept};
use soapstone_gateway::catalog::SqlType;
use soapstone_gateway::database::Database;
use soapstone_gateway::flow::gateway::Settings;
use soapstone_gateway::flow::outcome::{Found, Heard, Outcome};
use soapstone_gateway::flow::policy::Policy;
use soapstone_gateway::flow::source::Source;
use soapstone_gateway::flow::{Flow, FlowError, Map, Outgoing, Pending, Settled, Sink, WriteBack};
use soapstone_gateway::store::count::{self, Counts};
use soapstone_gateway::store::delivery::Draft;
use soapstone_gateway::store::session::Session;

use crate::ground::{Dice, define, schema, table};

const INTEGER: SqlType = SqlType::Integer {
    bits: 32,
    unsigned: false,
};

/// How the destination behaves, in percent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Manners {
    pub(crate) later: u64,
    pub(crate) reset_before: u64,
    pub(crate) reset_after: u64,
    pub(crate) unsent: u64,
    /// The sink itself panics, after the destination took the message.
    pub(crate) panics: u64,
    pub(crate) idempotent: bool,
    pub(crate) knows: bool,
}

/// The destination: what it took, in order.
pub(crate) struct Erp {
    manners: Manners,
    dice: Mutex<Dice>,
    pub(crate) taken: Mutex<Vec<(String, String)>>,
    /// A message with this text is refused while it is not empty.
    pub(crate) poison: Mutex<String>,
    pub(crate) calls: AtomicU64,
    under_way: Mutex<HashMap<String, u32>>,
    /// How often two messages of one lane were under way at once.
    pub(crate) overlaps: AtomicU64,
}

impl Erp {
    pub(crate) fn new(manners: Manners) -> Arc<Erp> {
        Arc::new(Erp {
            manners,
            dice: Mutex::new(Dice(42)),
            taken: Mutex::default(),
            poison: Mutex::default(),
            calls: AtomicU64::new(0),
            under_way: Mutex::default(),
            overlaps: AtomicU64::new(0),
        })
    }

    pub(crate) fn take(&self, outgoing: &Outgoing) -> Outcome {
        let mut taken = self.taken.lock().unwrap();
        let before = taken.iter().position(|(id, _)| *id == outgoing.message_id);
        if let Some(before) = before.filter(|_| self.manners.idempotent) {
            return Outcome::Taken {
                reference: Some(format!("E{before}")),
                answer: None,
                duplicate: true,
            };
        }
        taken.push((outgoing.message_id.clone(), outgoing.message.clone()));
        Outcome::Taken {
            reference: Some(format!("E{}", taken.len() - 1)),
            answer: None,
            duplicate: false,
        }
    }
}

impl Sink for Erp {
    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> Pending<'a, Heard> {
        Box::pin(async move {
            self.calls.fetch_add(1, Ordering::Relaxed);
            let lane: String = outgoing.key.clone();
            {
                let mut under_way = self.under_way.lock().unwrap();
                let count = under_way.entry(lane.clone()).or_default();
                *count += 1;
                if *count > 1 {
                    self.overlaps.fetch_add(1, Ordering::Relaxed);
                }
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
            *self.under_way.lock().unwrap().get_mut(&lane).unwrap() -= 1;
            let poison = self.poison.lock().unwrap().clone();
            if !poison.is_empty() && outgoing.message.contains(&poison) {
                return Heard::well(Outcome::Refused {
                    reason: "poison".to_owned(),
                });
            }
            let mut roll = self.dice.lock().unwrap().below(100);
            for (percent, what) in [
                (self.manners.later, 0),
                (self.manners.reset_before, 1),
                (self.manners.reset_after, 2),
                (self.manners.unsent, 3),
                (self.manners.panics, 4),
            ] {
                if roll < percent {
                    let reason = "as told".to_owned();
                    return match what {
                        0 => Heard::well(Outcome::Later {
                            reason,
                            after: None,
                        }),
                        1 => Heard::sick(Outcome::Ambiguous { reason }),
                        2 => {
                            self.take(outgoing);
                            Heard::sick(Outcome::Ambiguous { reason })
                        }
                        3 => Heard::sick(Outcome::Unsent { reason }),
                        _ => {
                            self.take(outgoing);
                            panic!("the sink panics as told");
                        }
                    };
                }
                roll -= percent;
            }
            Heard::well(self.take(outgoing))
        })
    }

    fn look_up<'a>(&'a self, outgoing: &'a Outgoing) -> Option<Pending<'a, Found>> {
        if !self.manners.knows {
            return None;
        }
        let found = self
            .taken
            .lock()
            .unwrap()
            .iter()
            .position(|(id, _)| *id == outgoing.message_id);
        Some(Box::pin(async move {
            match found {
                Some(at) => Found::Yes {
                    reference: Some(format!("E{at}")),
                    answer: None,
                },
                None => Found::No,
            }
        }))
    }
}

/// Makes the message `id:version` of each change.
pub(crate) struct Plain;

impl Map for Plain {
    fn drafts<'a>(&'a self, changes: &'a [Change]) -> Pending<'a, Result<Vec<Draft>, FlowError>> {
        Box::pin(async move {
            Ok(changes
                .iter()
                .map(|change| {
                    let after = change.after.clone().unwrap_or_default();
                    let value = |at: usize| {
                        after
                            .get(at)
                            .and_then(|(_, value)| value.clone())
                            .unwrap_or_default()
                    };
                    Draft {
                        flow: "orders".to_owned(),
                        destination: "erp".to_owned(),
                        lane: value(0),
                        key: value(0),
                        kind: change.kind.word().to_owned(),
                        once: change.id.to_string(),
                        message_id: format!("m{}", change.id),
                        correlation: format!("c{}", change.id),
                        message: format!("<{}:{}>", value(0), value(1)),
                        unmappable: None,
                    }
                })
                .collect())
        })
    }
}

/// Writes the destination's reference into the order.
pub(crate) struct Number;

impl WriteBack for Number {
    fn wants(&self, delivered: bool) -> bool {
        delivered
    }

    fn write<'a>(
        &'a self,
        session: &'a mut Session,
        settled: &'a [Settled<'a>],
    ) -> Pending<'a, Result<(), FlowError>> {
        Box::pin(async move {
            for settled in settled {
                let id: i64 = settled.key.parse().unwrap();
                session
                    .run(
                        "update orders set erp = ? where id = ?",
                        binds![settled.reference, id],
                    )
                    .await?;
            }
            Ok(())
        })
    }
}

pub(crate) fn flow_on(schema: &str, erp: &Arc<Erp>, policy: Policy, write_back: bool) -> Arc<Flow> {
    Arc::new(Flow {
        name: "orders".to_owned(),
        destination: "erp".to_owned(),
        table: (schema.to_owned(), "orders".to_owned()),
        source: Source::ChangeLog,
        kinds: vec![Kind::Insert, Kind::Update],
        map: Arc::new(Plain),
        sink: Arc::clone(erp) as Arc<dyn Sink>,
        write_back: write_back.then(|| Arc::new(Number) as Arc<dyn WriteBack>),
        policy,
    })
}

pub(crate) fn quick() -> Policy {
    Policy {
        backoff: 20,
        backoff_limit: 100,
        circuit_failures: 1000,
        attempts: 50,
        concurrency: 16,
        ..Policy::default()
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        lease: Duration::from_secs(2),
        poll: Duration::from_millis(30),
        drain: Duration::from_secs(5),
    }
}

pub(crate) async fn crm(database: &Database) -> String {
    define(
        database,
        "create table orders (id int primary key, version int not null, erp varchar(40))",
    )
    .await;
    let schema = schema(database).await;
    let text = SqlType::Text {
        length: None,
        fixed: false,
    };
    let described = table(
        &schema,
        "orders",
        &[("id", INTEGER), ("version", INTEGER), ("erp", text)],
        1,
    );
    capture::install(database, &described, Kept::After, 1)
        .await
        .unwrap();
    schema
}

pub(crate) async fn order(database: &Database, ids: std::ops::Range<i64>) {
    let mut session = Session::begin(database).await.unwrap();
    for id in ids {
        session
            .run("insert into orders (id, version) values (?, 0)", binds![id])
            .await
            .unwrap();
    }
    session.commit().await.unwrap();
}

async fn counts(database: &Database, flow: &str) -> Option<Counts> {
    // Before the gateway has made its tables there is nothing to count.
    let mut session = Session::begin_reading(database).await.unwrap();
    let all = count::all(&mut session).await.ok()?;
    all.into_iter().find(|counts| counts.flow == flow)
}

/// Waits until the counts of the flow `orders` are as wanted; they must balance at every look.
pub(crate) async fn until(database: &Database, wanted: impl Fn(&Counts) -> bool) -> Counts {
    standing(database, "orders", wanted).await
}

/// The same for a flow of any name.
pub(crate) async fn standing(
    database: &Database,
    flow: &str,
    wanted: impl Fn(&Counts) -> bool,
) -> Counts {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(counts) = counts(database, flow).await {
            assert!(counts.balanced(), "{counts:?}");
            if wanted(&counts) {
                return counts;
            }
            assert!(
                Instant::now() < deadline,
                "{}: not in time: {counts:?}",
                database.dialect()
            );
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) async fn one(database: &Database, sql: &str) -> i64 {
    Session::begin_reading(database)
        .await
        .unwrap()
        .row(sql, &[])
        .await
        .unwrap()
        .unwrap()
        .integer(0)
}
