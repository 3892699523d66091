//! What the ERP counted, held against what the gateways say.

use std::collections::HashMap;

use soapstone_gateway::binds;
use soapstone_gateway::store::count::Counts;
use soapstone_gateway::store::session::Session;

use crate::erp;
use crate::scene::Scene;

impl Scene {
    /// Holds what the ERP counted against what the gateways say.
    pub(crate) async fn reckon(&self, counts: &Counts) -> Reckoning {
        let mut found = Reckoning {
            counts: counts.clone(),
            requests: 0,
            taken: 0,
            doubled: 0,
            attempts: 0,
            unrecorded: 0,
            lost: 0,
        };
        let mut requests: HashMap<String, i64> = HashMap::new();
        let mut taken: HashMap<String, i64> = HashMap::new();
        for entry in erp::journal(&self.folder.join("journal")) {
            *if entry.taken {
                &mut taken
            } else {
                &mut requests
            }
            .entry(entry.id)
            .or_default() += 1;
        }
        found.requests = requests.values().sum();
        found.taken = taken.len() as i64;
        found.doubled = taken.values().filter(|times| **times > 1).count() as i64;
        let mut session = Session::begin_reading(&self.database).await.unwrap();
        let mut after = 0;
        loop {
            let sql = "select d.id, d.message_id, d.state, (select count(*) from {s}attempt a where a.delivery = d.id) from {s}delivery d where d.id > ? order by d.id limit 5000";
            let rows = session.rows(sql, binds![after]).await.unwrap();
            for row in &rows {
                let (id, attempts) = (row.text(1), row.integer(3));
                found.attempts += attempts;
                found.unrecorded += (requests.remove(&id).unwrap_or(0) - attempts).max(0);
                found.lost += i64::from(row.text(2) == "delivered" && !taken.contains_key(&id));
            }
            match rows.last() {
                Some(row) => after = row.integer(0),
                None => break,
            }
        }
        // Requests under an id that no delivery has.
        found.unrecorded += requests.values().sum::<i64>();
        found
    }
}

/// What the ERP counted beside what the gateways say.
#[derive(Debug)]
pub(crate) struct Reckoning {
    pub(crate) counts: Counts,
    /// Requests for orders.
    pub(crate) requests: i64,
    /// Orders that it took, each id counted once.
    pub(crate) taken: i64,
    /// Ids that it took more than once.
    pub(crate) doubled: i64,
    /// Attempts that the gateways recorded.
    pub(crate) attempts: i64,
    /// Requests beyond those that were recorded: sent without owning the delivery.
    pub(crate) unrecorded: i64,
    /// Called delivered, and the ERP has it not.
    pub(crate) lost: i64,
}

impl std::fmt::Display for Reckoning {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = &self.counts;
        write!(
            out,
            "accepted {}, delivered {}, in doubt {}, dead {}; the ERP took {} ({} doubled, {} lost) in {} requests, {:.3} for each; {} attempts recorded, {} requests unrecorded",
            counts.accepted,
            counts.delivered,
            counts.doubt,
            counts.dead,
            self.taken,
            self.doubled,
            self.lost,
            self.requests,
            self.requests as f64 / counts.accepted.max(1) as f64,
            self.attempts,
            self.unrecorded
        )
    }
}
