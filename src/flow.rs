//! Flows: what changes in the CRM reaches another system, exactly once as far as that system allows, and a person sees it.
//!
//! change → record → mapped message → delivery (attempts) → answer → written back. [`feeder`] goes the first half, [`pump`] the second;
//! both stand on [`crate::store`], and everything that they decide is a pure function of [`policy`].

pub mod answer;
pub mod assemble;
pub mod carry;
mod coalesce;
pub mod draft;
pub mod expression;
pub mod feeder;
pub mod gateway;
pub mod mapping;
pub mod outcome;
pub mod policy;
pub mod pump;
pub mod record;
pub mod sink;
pub mod source;
pub mod start;
pub mod works;
pub mod write_back;
pub mod written;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt;
use soapstone::datatype::{DateTime, Fraction, Zone};

use crate::capture::log::{Change, Kind};
use crate::store::StoreError;
use crate::store::delivery::Draft;
use crate::store::session::Session;

use outcome::{Found, Heard};
use policy::Policy;
use source::Source;

/// A future in a box, since sources and sinks are chosen by the configuration.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One flow, ready to run.
pub struct Flow {
    /// Its name.
    pub name: String,
    /// Where it delivers to: what its circuit and lanes hang on.
    pub destination: String,
    /// The source table's schema and name.
    pub table: (String, String),
    /// How its changes are found.
    pub source: Source,
    /// The kinds of change that it takes.
    pub kinds: Vec<Kind>,
    /// Makes messages of changes.
    pub map: Arc<dyn Map>,
    /// Takes messages.
    pub sink: Arc<dyn Sink>,
    /// Writes answers back into the CRM.
    pub write_back: Option<Arc<dyn WriteBack>>,
    /// How it goes about it.
    pub policy: Policy,
}

/// Makes deliveries of changes: loads the records, tests the condition, maps.
pub trait Map: Send + Sync {
    /// Makes the drafts of a page of changes, in order; a record that can't be mapped becomes a draft that says why.
    fn drafts<'a>(&'a self, changes: &'a [Change]) -> Pending<'a, Result<Vec<Draft>, FlowError>>;
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The same through every attempt.
    pub message_id: String,
    /// The same from the change to the answer.
    pub correlation: String,
    /// What happened to the record.
    pub kind: String,
    /// The record's key, as JSON.
    pub key: String,
    /// The message.
    pub message: String,
    /// Which attempt this is, from 1.
    pub attempt: i64,
}

/// Takes messages to the destination.
pub trait Sink: Send + Sync {
    /// Sends a message and tells what came of it; it never fails otherwise, and always ends.
    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> Pending<'a, Heard>;

    /// Asks the destination whether it has a message already; absent where there is no way to ask.
    fn look_up<'a>(&'a self, outgoing: &'a Outgoing) -> Option<Pending<'a, Found>>;
}

/// What is to be written back about a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled<'a> {
    /// The record's key, as JSON.
    pub key: &'a str,
    /// It is delivered, else dead.
    pub delivered: bool,
    /// What the destination calls it.
    pub reference: Option<&'a str>,
    /// The answer's fields, as JSON.
    pub answer: Option<&'a str>,
    /// Why it is dead.
    pub reason: Option<&'a str>,
}

/// Writes what became of a delivery into the CRM, in the transaction that settles it.
pub trait WriteBack: Send + Sync {
    /// Tells whether there is anything to write.
    fn wants(&self, delivered: bool) -> bool;

    /// Writes all of them or fails; an error leaves the deliveries settled and the writing due.
    fn write<'a>(
        &'a self,
        session: &'a mut Session,
        settled: &'a [Settled<'a>],
    ) -> Pending<'a, Result<(), FlowError>>;
}

/// What stops a flow for a while.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The gateway's own tables.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The CRM's records can't be read.
    #[error("the records can't be read: {0}")]
    Records(String),
    /// The answer can't be written back.
    #[error("the answer can't be written back: {0}")]
    WriteBack(String),
    /// Our own code broke.
    #[error("the gateway itself failed at it; its log says how")]
    Broken,
}

/// Takes a step of a flow; where our own code breaks in it, the step failed like any other and is taken again.
async fn step<T>(step: impl Future<Output = Result<T, FlowError>>) -> Result<T, FlowError> {
    let step = AssertUnwindSafe(step).catch_unwind();
    step.await.unwrap_or(Err(FlowError::Broken))
}

/// Time and chance, as the edges get them and tests give them.
#[derive(Clone)]
pub struct Ambient {
    /// Milliseconds since 1970.
    pub now: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// A number below the one given.
    pub below: Arc<dyn Fn(u64) -> u64 + Send + Sync>,
}

impl Ambient {
    /// The machine's clock and the system's random numbers.
    pub fn system() -> Ambient {
        Ambient {
            now: Arc::new(|| {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
            }),
            below: Arc::new(|bound| {
                // Without random numbers all wait as long as they may, which is safe.
                getrandom::u64().map_or(bound.saturating_sub(1), |number| number % bound.max(1))
            }),
        }
    }
}

/// Milliseconds since 1970 as a time of XML, in UTC.
pub fn instant(millis: i64) -> DateTime {
    let civil = jiff::Timestamp::from_millisecond(millis)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_zoned(jiff::tz::TimeZone::UTC);
    let part = |part: i8| u8::try_from(part).unwrap_or(0);
    DateTime {
        year: i64::from(civil.year()),
        month: part(civil.month()),
        day: part(civil.day()),
        hour: part(civil.hour()),
        minute: part(civil.minute()),
        second: part(civil.second()),
        fraction: Fraction::from_nanos(u32::try_from(civil.subsec_nanosecond()).unwrap_or(0)),
        zone: Some(Zone::UTC),
    }
}
