//! The gateway's own service, by which an ESB or a scheduler sees and steers the flows: `wsdl/gateway.wsdl`, implemented on the trait
//! that our generator makes of it. It decides nothing: what is done is what the commands do, and who may do it is the configuration's
//! affair (`watch` and `steer` on `flow.NAME`; for a reload, everything).

mod service;
mod told;

use std::sync::Arc;

use soapstone::service::Failure;
use soapstone_contracts::gateway::flow_service::{
    DrainFlowFault, EditDeliveryFault, GiveUpDeliveryFault, ListFlowsFault, PauseFlowFault,
    ReadDeliveryFault, ReloadFault, ReplayDeliveriesFault, ResolveDeliveryFault, ResumeFlowFault,
    SearchDeliveriesFault, ShowFlowFault, TryFlowFault,
};
use soapstone_contracts::gateway::gateway::{
    Code, EditDeliveryResponse, Flow, GiveUpDeliveryResponse, ReadDeliveryResponse, Refused,
    ReloadResponse, ReplayDeliveries, ResolveDelivery, ResolveDeliveryResponse, SearchDeliveries,
    SearchDeliveriesResponse, ShowFlowResponse, TryFlow, TryFlowResponse,
};

use tokio::sync::{mpsc, oneshot};

use crate::capture::log::Fields;
use crate::database::Database;
use crate::flow::works::Works;
use crate::flow::{Ambient, FlowError};
use crate::principal::{Principal, Right};
use crate::store::letter::{self, Deed, Letter, Search};
use crate::store::progress::{self, Mode};
use crate::store::session::Session;
use crate::store::{StoreError, circuit, count, layout};

/// Where the service stands.
pub const PATH: &str = "/soap/gateway";

/// Records that are answered where the request does not say how many.
const LAST: i32 = 100;

/// The service, for one request.
pub struct Steering {
    /// The CRM's database, with the gateway's tables in it.
    pub database: Database,
    /// The flows at work.
    pub works: Arc<Works>,
    /// Who asks.
    pub principal: Principal,
    /// Takes the wish that the catalog and the flows are read anew.
    pub reloads: mpsc::Sender<ReloadWish>,
}

/// Where the answer to a wish for a reload goes: how many tables and routines there are now.
pub type ReloadWish = oneshot::Sender<Result<(usize, usize), String>>;

/// Why a request is not done.
pub(crate) struct Refusal {
    code: Code,
    message: String,
}

impl Refusal {
    fn not_found(what: &str, name: &str) -> Refusal {
        Refusal {
            code: Code::NotFound,
            message: format!("there is no {what} {name}"),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        let code = match &error {
            StoreError::Missing { .. } => Code::NotFound,
            StoreError::State(_) | StoreError::Cursor(_) | StoreError::TooOld => Code::NotPossible,
            StoreError::Database(_) | StoreError::Newer { .. } => {
                tracing::warn!(%error, "a request about flows failed");
                return Refusal {
                    code: Code::Unavailable,
                    message: "the gateway's tables can't be used now".to_owned(),
                };
            }
        };
        Refusal {
            code,
            message: error.to_string(),
        }
    }
}

macro_rules! refuses {
    ($($fault:ident),*) => {$(
        impl From<Refusal> for Failure<$fault> {
            fn from(refusal: Refusal) -> Failure<$fault> {
                let refused = Refused { code: refusal.code, message: refusal.message.clone() };
                Failure::with_reason($fault::Refused(refused), refusal.message)
            }
        }
    )*};
}

refuses!(
    ListFlowsFault,
    ShowFlowFault,
    PauseFlowFault,
    ResumeFlowFault,
    DrainFlowFault,
    TryFlowFault,
    SearchDeliveriesFault,
    ReadDeliveryFault,
    ReplayDeliveriesFault,
    ReloadFault,
    EditDeliveryFault,
    GiveUpDeliveryFault,
    ResolveDeliveryFault
);

fn now() -> i64 {
    (Ambient::system().now)()
}

impl Steering {
    fn allow(&self, right: Right, flow: &str) -> Result<(), Refusal> {
        if self.principal.may_with_flow(right, flow) {
            return Ok(());
        }
        tracing::info!(who = %self.principal.name, flow, right = right.name(), "refused");
        Err(Refusal {
            code: Code::Forbidden,
            message: format!(
                "{} may not {} flow {flow}",
                self.principal.name,
                right.name()
            ),
        })
    }

    /// Begins a transaction; before any flow has run there is nothing to see.
    async fn begin(&self, writes: bool) -> Result<Session, Refusal> {
        if !layout::present(&self.database).await? {
            return Err(Refusal {
                code: Code::NotFound,
                message: "no flow has run on this database yet".to_owned(),
            });
        }
        Ok(if writes {
            Session::begin(&self.database).await?
        } else {
            Session::begin_reading(&self.database).await?
        })
    }

    async fn flows(&self, session: &mut Session, only: Option<&str>) -> Result<Vec<Flow>, Refusal> {
        let mut flows = Vec::new();
        for counts in count::all(session).await? {
            if only.is_some_and(|only| only != counts.flow)
                || !self.principal.may_with_flow(Right::Watch, &counts.flow)
            {
                continue;
            }
            let known = self.works.find(&counts.flow);
            let circuit = match &known {
                Some(known) => circuit::read(session, &known.flow.destination).await?,
                None => None,
            };
            let problem = self.works.problem(&counts.flow);
            flows.push(told::flow(&counts, known.as_deref(), circuit, problem));
        }
        Ok(flows)
    }

    async fn flow(&self, session: &mut Session, name: &str) -> Result<Flow, Refusal> {
        let found = self.flows(session, Some(name)).await?.into_iter().next();
        found.ok_or_else(|| Refusal::not_found("flow", name))
    }

    async fn set_mode(&self, name: &str, mode: Mode) -> Result<Flow, Refusal> {
        self.allow(Right::Steer, name)?;
        let mut session = self.begin(true).await?;
        progress::set_mode(&mut session, name, mode).await?;
        tracing::info!(who = %self.principal.name, flow = name, mode = mode.word(), "flow steered");
        let flow = self.flow(&mut session, name).await?;
        session.commit().await?;
        Ok(flow)
    }

    /// Reads a delivery of a flow that the principal may see, or do something with.
    async fn letter(
        &self,
        session: &mut Session,
        id: i64,
        right: Right,
    ) -> Result<Letter, Refusal> {
        let letter = letter::read(session, id).await?;
        self.allow(right, &letter.flow)?;
        Ok(letter)
    }

    fn deed<'a>(&'a self, note: Option<&'a str>) -> Deed<'a> {
        Deed {
            who: &self.principal.name,
            note,
            now: now(),
        }
    }

    async fn show(&self, name: &str, last: i32) -> Result<ShowFlowResponse, Refusal> {
        self.allow(Right::Watch, name)?;
        let mut session = self.begin(false).await?;
        let search = Search {
            flow: Some(name),
            ..Search::default()
        };
        Ok(ShowFlowResponse {
            flow: self.flow(&mut session, name).await?,
            delivery: letter::search(&mut session, &search, last.into())
                .await?
                .iter()
                .map(told::delivery)
                .collect(),
        })
    }

    async fn search(&self, asked: &SearchDeliveries) -> Result<SearchDeliveriesResponse, Refusal> {
        let flow = asked.flow.as_ref().map(|name| name.get().as_str());
        self.allow(Right::Watch, flow.unwrap_or("*"))?;
        let mut session = self.begin(false).await?;
        let search = Search {
            flow,
            state: asked.state.as_ref().map(told::state),
            text: asked.text.as_deref(),
            before: asked.before,
        };
        let limit = asked.limit.as_ref().map_or(LAST, |limit| *limit.get());
        let found = letter::search(&mut session, &search, limit.into()).await?;
        Ok(SearchDeliveriesResponse {
            delivery: found.iter().map(told::delivery).collect(),
        })
    }

    async fn read(&self, id: i64) -> Result<ReadDeliveryResponse, Refusal> {
        let mut session = self.begin(false).await?;
        let letter = self.letter(&mut session, id, Right::Watch).await?;
        let attempts = letter::attempts(&mut session, id).await?;
        let deeds = letter::deeds(&mut session, id).await?;
        Ok(ReadDeliveryResponse {
            delivery: Box::new(told::delivery(&letter)),
            message: told::plain(&letter.message),
            attempt: attempts.iter().map(told::attempt).collect(),
            deed: deeds.iter().map(told::deed).collect(),
        })
    }

    async fn replay(&self, asked: &ReplayDeliveries) -> Result<i64, Refusal> {
        let flow = asked.flow.get();
        self.allow(Right::Steer, flow)?;
        let mut session = self.begin(true).await?;
        let search = Search {
            flow: Some(flow),
            state: asked.state.as_ref().map(told::state),
            text: asked.text.as_deref(),
            before: None,
        };
        let spacing = asked
            .per_second
            .as_ref()
            .map_or(0, |rate| 1000 / i64::from(*rate.get()));
        let count =
            letter::replay(&mut session, &search, &asked.id, spacing, self.deed(None)).await?;
        session.commit().await?;
        tracing::info!(who = %self.principal.name, flow, count, "deliveries replayed");
        Ok(i64::try_from(count).unwrap_or(i64::MAX))
    }

    async fn edit(&self, id: i64, message: &str) -> Result<EditDeliveryResponse, Refusal> {
        let mut session = self.begin(true).await?;
        self.letter(&mut session, id, Right::Steer).await?;
        letter::edit(&mut session, id, message, self.deed(None)).await?;
        let deed = letter::deeds(&mut session, id).await?.pop();
        session.commit().await?;
        let deed = deed.ok_or_else(|| Refusal::not_found("edit of delivery", &id.to_string()))?;
        Ok(EditDeliveryResponse {
            deed: told::deed(&deed),
        })
    }

    async fn give_up(&self, id: i64, reason: &str) -> Result<GiveUpDeliveryResponse, Refusal> {
        let mut session = self.begin(true).await?;
        self.letter(&mut session, id, Right::Steer).await?;
        letter::give_up(&mut session, id, self.deed(Some(reason))).await?;
        let letter = letter::read(&mut session, id).await?;
        session.commit().await?;
        Ok(GiveUpDeliveryResponse {
            delivery: told::delivery(&letter),
        })
    }

    async fn resolve(&self, asked: &ResolveDelivery) -> Result<ResolveDeliveryResponse, Refusal> {
        let mut session = self.begin(true).await?;
        let id = asked.id;
        self.letter(&mut session, id, Right::Steer).await?;
        letter::resolve(
            &mut session,
            id,
            asked.arrived,
            asked.reference.as_deref(),
            self.deed(None),
        )
        .await?;
        let letter = letter::read(&mut session, id).await?;
        session.commit().await?;
        Ok(ResolveDeliveryResponse {
            delivery: told::delivery(&letter),
        })
    }

    async fn reload(&self) -> Result<ReloadResponse, Refusal> {
        if !self.principal.may_everything() {
            return Err(Refusal {
                code: Code::Forbidden,
                message: "only who may do everything may reload".to_owned(),
            });
        }
        let (wish, answer) = oneshot::channel();
        // Nobody takes it only when the gateway is about to stop.
        let _ = self.reloads.send(wish).await;
        let read = answer.await.unwrap_or(Err("it stops".to_owned()));
        let (tables, routines) = read.map_err(|error| {
            tracing::error!(
                error,
                "the catalog could not be read; what was served stays"
            );
            Refusal {
                code: Code::Unavailable,
                message: "the catalog could not be read; what was served stays".to_owned(),
            }
        })?;
        tracing::info!(who = %self.principal.name, "reloaded");
        let flow = match layout::present(&self.database).await? {
            true => {
                let mut session = self.begin(false).await?;
                self.flows(&mut session, None).await?
            }
            false => Vec::new(),
        };
        let count = |count| i64::try_from(count).unwrap_or(i64::MAX);
        Ok(ReloadResponse {
            tables: count(tables),
            routines: count(routines),
            flow,
        })
    }

    async fn try_out(&self, asked: &TryFlow) -> Result<TryFlowResponse, Refusal> {
        let name = asked.name.get();
        self.allow(Right::Watch, name)?;
        let known = self
            .works
            .find(name)
            .ok_or_else(|| Refusal::not_found("running flow", name))?;
        let key: Fields = asked
            .key
            .iter()
            .map(|column| (column.name.clone(), Some(column.value.clone())))
            .collect();
        let trial = known
            .carrier
            .show(&key)
            .await
            .map_err(|error| match error {
                FlowError::Records(message) => Refusal {
                    code: Code::NotFound,
                    message,
                },
                FlowError::Store(error) => error.into(),
                FlowError::WriteBack(_) | FlowError::Broken => Refusal {
                    code: Code::NotPossible,
                    message: error.to_string(),
                },
            })?;
        let (message, problem) = match (trial.taken.clone(), trial.message) {
            (Err(reason), _) => (None, Some(format!("the condition: {reason}"))),
            (_, Ok(message)) => (Some(told::plain(&message)), None),
            (_, Err(reason)) => (None, Some(reason)),
        };
        Ok(TryFlowResponse {
            record: told::plain(&trial.record.to_string()),
            taken: trial.taken == Ok(true),
            message,
            problem,
        })
    }
}
