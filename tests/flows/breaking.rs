//! A flow whose own code breaks: the step is taken again, and nothing is lost or doubled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use soapstone_gateway::flow::gateway;
use soapstone_gateway::flow::policy::Policy;
use soapstone_gateway::flow::{Ambient, FlowError, Pending, Settled, WriteBack};
use soapstone_gateway::store::session::Session;
use tokio::sync::watch;

use crate::ground::databases;
use crate::stage::{Erp, Manners, Number, crm, flow_on, one, order, quick, settings, until};

/// Breaks the first time that it is to write.
#[derive(Default)]
struct Breaking(AtomicBool);

impl WriteBack for Breaking {
    fn wants(&self, delivered: bool) -> bool {
        Number.wants(delivered)
    }

    fn write<'a>(
        &'a self,
        session: &'a mut Session,
        settled: &'a [Settled<'a>],
    ) -> Pending<'a, Result<(), FlowError>> {
        assert!(self.0.swap(true, Ordering::Relaxed), "as told");
        Number.write(session, settled)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_breaks_is_taken_again() {
    for database in databases("breaks").await {
        let schema = crm(&database).await;
        let erp = Erp::new(Manners {
            idempotent: true,
            ..Manners::default()
        });
        let policy = Policy {
            idempotent: true,
            ..quick()
        };
        let mut flow = Arc::into_inner(flow_on(&schema, &erp, policy, true)).unwrap();
        flow.write_back = Some(Arc::new(Breaking::default()));
        let (stop, stopped) = watch::channel(false);
        order(&database, 0..40).await;
        let running = tokio::spawn(gateway::run(
            database.clone(),
            watch::channel(vec![Arc::new(flow)]).1,
            settings(),
            Ambient::system(),
            stopped,
        ));
        until(&database, |counts| counts.delivered == 40).await;
        stop.send(true).unwrap();
        running.await.unwrap().unwrap();
        assert_eq!(erp.taken.lock().unwrap().len(), 40);
        let numbered = "select count(*) from orders where erp is not null";
        assert_eq!(one(&database, numbered).await, 40);
    }
}
