//! Other flows at run time: those that are the same go on undisturbed, of one that has changed what is on its way ends first.

use std::sync::Arc;

use soapstone_gateway::capture::log::Change;
use soapstone_gateway::flow::outcome::{Found, Heard};
use soapstone_gateway::flow::policy::Policy;
use soapstone_gateway::flow::source::Source;
use soapstone_gateway::flow::{
    Ambient, Flow, FlowError, Map, Outgoing, Pending, Sink, WriteBack, gateway,
};
use soapstone_gateway::store::delivery::Draft;
use tokio::sync::{Semaphore, watch};

use crate::ground::databases;
use crate::stage::{Erp, Manners, crm, flow_on, one, order, quick, settings, standing};

/// An ERP whose answers are held back until they are let go.
struct Held {
    erp: Arc<Erp>,
    answers: Semaphore,
}

impl Held {
    fn new() -> Arc<Held> {
        Arc::new(Held {
            erp: Erp::new(Manners {
                idempotent: true,
                ..Manners::default()
            }),
            answers: Semaphore::new(0),
        })
    }

    fn taken(&self) -> usize {
        self.erp.taken.lock().unwrap().len()
    }
}

impl Sink for Held {
    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> Pending<'a, Heard> {
        Box::pin(async move {
            let heard = self.erp.send(outgoing).await;
            self.answers.acquire().await.unwrap().forget();
            heard
        })
    }

    fn look_up<'a>(&'a self, _: &'a Outgoing) -> Option<Pending<'a, Found>> {
        None
    }
}

/// A map's drafts for a flow and a destination of another name.
struct Renamed(Arc<dyn Map>, String);

impl Map for Renamed {
    fn drafts<'a>(&'a self, changes: &'a [Change]) -> Pending<'a, Result<Vec<Draft>, FlowError>> {
        Box::pin(async move {
            let mut drafts = self.0.drafts(changes).await?;
            for draft in &mut drafts {
                draft.flow.clone_from(&self.1);
                draft.destination.clone_from(&self.1);
            }
            Ok(drafts)
        })
    }
}

fn flow(schema: &str, name: &str, sink: &Arc<Held>) -> Arc<Flow> {
    let policy = Policy {
        idempotent: true,
        ..quick()
    };
    let base = flow_on(schema, &sink.erp, policy, false);
    Arc::new(Flow {
        name: name.to_owned(),
        destination: name.to_owned(),
        table: base.table.clone(),
        source: Source::ChangeLog,
        kinds: base.kinds.clone(),
        map: Arc::new(Renamed(Arc::clone(&base.map), name.to_owned())),
        sink: Arc::clone(sink) as Arc<dyn Sink>,
        write_back: None::<Arc<dyn WriteBack>>,
        policy: base.policy.clone(),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_changed_flow_begins_anew_and_no_other_is_disturbed() {
    for database in databases("replace").await {
        let schema = crm(&database).await;
        let (same, old, new) = (Held::new(), Held::new(), Held::new());
        let kept = flow(&schema, "same", &same);
        let (flows, wanted) =
            watch::channel(vec![Arc::clone(&kept), flow(&schema, "changed", &old)]);
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(gateway::run(
            database.clone(),
            wanted,
            settings(),
            Ambient::system(),
            stopped,
        ));
        order(&database, 0..1).await;
        standing(&database, "same", |_| same.taken() == 1).await;
        standing(&database, "changed", |_| old.taken() == 1).await;

        // Both have a message on its way. The answer that the changed one waits for comes, the other's does not.
        flows.send_replace(vec![kept, flow(&schema, "changed", &new)]);
        order(&database, 1..2).await;
        standing(&database, "same", |_| same.taken() == 2).await;
        assert_eq!(new.taken(), 0, "{}", database.dialect());
        old.answers.add_permits(2);
        new.answers.add_permits(2);
        standing(&database, "changed", |counts| counts.delivered == 2).await;
        let told = |held: &Held| held.erp.taken.lock().unwrap().clone();
        assert_eq!(told(&old).len() + told(&new).len(), 2);
        assert_eq!(same.taken(), 2);
        same.answers.add_permits(2);
        standing(&database, "same", |counts| counts.delivered == 2).await;
        stop.send(true).unwrap();
        running.await.unwrap().unwrap();
        let attempts = "select max(attempts) from {s}delivery";
        assert_eq!(one(&database, attempts).await, 1, "{}", database.dialect());
    }
}
